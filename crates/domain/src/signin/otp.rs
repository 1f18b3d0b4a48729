//! Codes that are sent in the middle of a sign-in: SMS_MFA, EMAIL_OTP and SMS_OTP, as second factor or as first
//! (auth.md 2.7, 3.3).
//!
//! A code belongs to one step: it is kept under the nonce of the step's session, answers no other session, and ends
//! with it. Codes and wrong answers are bounded as all are ([`codes`]). An unknown name gets a code that is sent to no
//! address, at the same cost.

use cognate_shapes::{DeliveryMediumType, Op, UserStatusType};
use cognate_store::Batch;
use cognate_store::tables::sessions;

use crate::cx::Cx;
use crate::errors::{ApiError, ErrorCode, Fault, Result, auth, challenges};
use crate::facts::action::Action;
use crate::facts::contact::Contact;
use crate::messages::delivery::{Prepared, require_sender};
use crate::messages::destination::Destination;
use crate::messages::{Account, Origin, Reason};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::challenge::Delivery;
use crate::signin::lock::Lock;
use crate::signin::state::{Expected, SignInState};
use crate::signin::verdict::Step;
use crate::signin::{At, first_factors};
use crate::users::codes::{self, Purpose, Sending, Worth, Wrong};
use crate::users::verification;

pub use crate::users::codes::Correct;

/// The step of a sign-in that a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// In the place of a password: eight digits, by SMS and by e-mail.
    First,
    /// After it: six digits by SMS, eight by e-mail.
    Second,
}

impl Stage {
    /// auth.md 2.7.
    fn digits(self, medium: DeliveryMediumType) -> usize {
        match (self, medium) {
            (Self::Second, DeliveryMediumType::Sms) => 6,
            (Self::First, DeliveryMediumType::Sms) | (_, DeliveryMediumType::Email) => 8,
        }
    }

    /// Returns the worth of a right answer. `proven`: the address was verified before.
    fn worth(self, proven: bool) -> Worth {
        match (self, proven) {
            (Self::First, true) => Worth::FirstFactor,
            (Self::First, false) => Worth::NewFirstFactor,
            (Self::Second, true) => Worth::SecondFactor,
            (Self::Second, false) => Worth::NewSecondFactor,
        }
    }
}

/// Prepares a code for the answer that `state` expects, and the message to the user's `contact`, which the pool's
/// function may word. Returns where the code goes, too. [`codes::TOO_MANY`] is the conflict of a batch that goes beyond
/// a bound.
///
/// # Errors
/// InvalidParameterException for a user without such a contact and for a pool that cannot send by it; what
/// `messages::delivery::require_sender` refuses; the refusals of the function and those of [`Lock::word`].
pub async fn send(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    user: &User,
    contact: Contact,
    stage: Stage,
    state: &SignInState,
) -> Result<(Prepared, Delivery)> {
    let destination = Destination::of(user, contact).ok_or_else(auth::session_invalid)?;
    let to = Recipient {
        account: &Account::of(user),
        destination: &destination,
        // An address from an answer to MFA_SETUP is one that anybody can name.
        worth: match state.expected {
            Expected::EmailSetup | Expected::SmsSetup => Worth::Proof,
            _ => stage.worth(user.verified(contact.attribute())),
        },
    };
    deliver(cx, at, lock, &to, stage, state).await
}

/// As [`send`], for an unknown name: the message is discarded, no answer is right, and no function is called.
///
/// # Errors
/// As [`send`].
pub async fn pretend(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    destination: &Destination,
    stage: Stage,
    state: &SignInState,
) -> Result<(Prepared, Delivery)> {
    let to = Recipient {
        account: &unknown(state),
        destination,
        worth: stage.worth(true),
    };
    deliver(cx, at, lock, &to, stage, state).await
}

struct Recipient<'a> {
    account: &'a Account<'a>,
    destination: &'a Destination,
    worth: Worth,
}

async fn deliver(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    to: &Recipient<'_>,
    stage: Stage,
    state: &SignInState,
) -> Result<(Prepared, Delivery)> {
    let (pool, destination) = (at.pool, to.destination);
    let medium = destination.medium();
    let (account, reason) = (to.account, Reason::Authentication);
    let sending = Sending {
        decoy: state.pretended.then(|| account.name()),
        worth: to.worth,
        length: stage.digits(medium),
        ..Sending::new(account, purpose(state), destination, reason)
    };
    require_sender(cx, pool, medium)?;
    let origin = origin(cx, at);
    let words = lock.word(cx, pool, &sending, origin).await?;
    let prepared = codes::compose(cx, pool, &sending, origin, words.as_ref())?;
    let delivery = Delivery {
        medium,
        destination: destination.delivery().to,
    };
    Ok((prepared, delivery))
}

/// ClientMetadata of a request that begins a sign-in is for other functions (admin.md 3.2).
fn origin<'a>(cx: &Cx<'_>, at: At<'a>) -> Origin<'a> {
    let begins = matches!(
        cx.action,
        Action::Api(Op::InitiateAuth | Op::AdminInitiateAuth)
    );
    Origin::of_client(&at.client.id, at.metadata.filter(|_| !begins))
}

fn unknown(state: &SignInState) -> Account<'_> {
    Account::Unknown {
        pseudonym: state.subject.as_str().into(),
        name: state.username.as_str().into(),
    }
}

fn purpose(state: &SignInState) -> Purpose<'_> {
    Purpose::SignIn {
        nonce: &state.nonce,
        expires: state.expires,
    }
}

/// Compares the answer with the code of the step. A wrong one is counted against the code at once, in a commit of the
/// code's own, to which `also` adds; whether it counts towards the lockout as well is the caller's to decide. [`Correct::consume`] uses up
/// the right one.
///
/// # Errors
/// CodeMismatchException; ExpiredCodeException for a code that was answered wrongly too often; TooManyRequestsException
/// beyond the bound of an address, where the answer was not judged ([`was_judged`]).
pub async fn check(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    given: &str,
    also: impl AsyncFnOnce() -> Result<Batch>,
) -> Result<Correct> {
    let (state, user) = (&step.state, step.user.as_ref());
    let account = match user {
        Some(user) => Account::of(user),
        None => unknown(state),
    };
    let purpose = purpose(state);
    let judged = codes::judge(cx, at.pool, &account, purpose, given, also).await?;
    if judged.as_ref().err() == Some(&Wrong::Expired) {
        // Another answer, on another node, may have used the code up since the session was read: it is for the session
        // to say so, and no wrong answer.
        let spent = sessions::spent(&at.pool.id, &state.nonce);
        if cx.store.first(spent).await?.is_some() {
            return Err(Fault::Stale);
        }
    }
    Ok(judged.map_err(|wrong| match wrong {
        Wrong::Mismatch => challenges::code_mismatch(),
        Wrong::Burnt | Wrong::Expired => challenges::code_expired(),
        Wrong::TooMany => challenges::too_many_codes(cx.action),
    })?)
}

/// True if a refusal of [`check`] is that of a wrong answer.
pub fn was_judged(refusal: &ApiError) -> bool {
    refusal.code != ErrorCode::TooManyRequests
}

/// Returns the user after a right answer: the value that the code was sent to is verified, unless the user has another
/// value by now, and a user who had not confirmed the sign-up is confirmed (auth.md 3.6, 4.2). None when nothing
/// changes.
///
/// Anybody can sign up with an address. A user who confirms that by signing in has proven that they read the address,
/// and not that they chose the rest: the password is deleted, and another address or number that its reader could sign
/// in with is pending until it is verified.
pub fn confirmed(cx: &Cx<'_>, pool: &Pool, user: &User, correct: &Correct) -> Option<User> {
    let code = &correct.code;
    let mut after = user.clone();
    let contact = verification::mark_verified(&mut after, code);
    let verifies = contact.filter(|_| !user.verified(&code.attribute));
    let confirms = contact.is_some() && user.status == UserStatusType::Unconfirmed;
    if verifies.is_none() && !confirms {
        return None;
    }
    if confirms {
        after.status = UserStatusType::Confirmed;
        after.credential = None;
        after.doc.history.clear();
        for other in [Contact::Email, Contact::PhoneNumber] {
            let name = other.attribute();
            let unproven = contact != Some(other) && !user.verified(name);
            if unproven && first_factors::allows_code_to(pool, other) {
                after.doc.attributes.remove(other.flag());
                if let Some(value) = after.doc.attributes.remove(name) {
                    after.doc.pending.insert(name.to_owned(), value);
                }
            }
        }
    }
    after.modified = cx.now();
    Some(after)
}
