//! Codes that are sent in the middle of a sign-in: SMS_MFA, EMAIL_OTP and SMS_OTP, as second factor or as first
//! (auth.md 2.7, 3.3).
//!
//! A code belongs to one step: it is kept under the nonce of the step's session, answers no other session, and ends with
//! it. Codes and wrong answers are bounded as all are ([`codes`]). A name that nobody has gets a code that nobody receives,
//! at the same cost.

use std::collections::BTreeMap;

use cognate_shapes::{DeliveryMediumType, UserStatusType};
use cognate_store::Batch;
use cognate_store::tables::sessions;

use crate::cx::Cx;
use crate::errors::{ApiError, ErrorCode, Fault, Result, auth, challenges};
use crate::facts::contact::Contact;
use crate::messages::destination::Destination;
use crate::messages::{self, Kind, render};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::choice::offers;
use crate::signin::progress::{Awaits, Progress};
use crate::signin::resume::Resumed;
use crate::signin::{At, candidate};
use crate::users::codes::{self, Code, Dispatch, Owner, Purpose, Worth, Wrong};

pub use crate::users::codes::Correct;

/// Which step of a sign-in a code is for.
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

    /// What a right answer gives. `proven`: the address was verified before.
    fn worth(self, proven: bool) -> Worth {
        match (self, proven) {
            (Self::First, true) => Worth::FirstFactor,
            (Self::First, false) => Worth::NewFirstFactor,
            (Self::Second, true) => Worth::SecondFactor,
            (Self::Second, false) => Worth::NewSecondFactor,
        }
    }
}

/// Adds to `batch` a code for the step that `progress` awaits, and the message to the user's `contact`. Gives the
/// challenge's parameters that tell where the code went. [`codes::TOO_MANY`] is the conflict of a batch that goes beyond a
/// bound.
///
/// # Errors
/// InvalidParameterException for a user without such a contact and for a pool that cannot send by it; what
/// `messages::require_courier` refuses.
pub fn send(
    cx: &Cx<'_>,
    at: At<'_>,
    user: &User,
    contact: Contact,
    stage: Stage,
    progress: &Progress,
    batch: Batch,
) -> Result<(Batch, BTreeMap<String, String>)> {
    let destination = Destination::of(user, contact).ok_or_else(auth::session_invalid)?;
    let to = Recipient {
        owner: Owner::User(&user.id),
        name: &user.username,
        destination: &destination,
        // An address that is given in answer to MFA_SETUP is one more that anybody can name.
        worth: match progress.awaits {
            Awaits::EmailSetup => Worth::Proof,
            _ => stage.worth(user.verified(contact.attribute())),
        },
    };
    deliver(cx, at, &to, stage, progress, batch)
}

/// What [`send`] does for a user, for a name that nobody has: the message is given up, and no answer is right.
///
/// # Errors
/// As [`send`].
pub fn pretend(
    cx: &Cx<'_>,
    at: At<'_>,
    destination: &Destination,
    stage: Stage,
    progress: &Progress,
    batch: Batch,
) -> Result<(Batch, BTreeMap<String, String>)> {
    let to = Recipient {
        owner: Owner::Nobody(&progress.subject),
        name: &progress.username,
        destination,
        worth: stage.worth(true),
    };
    deliver(cx, at, &to, stage, progress, batch)
}

struct Recipient<'a> {
    owner: Owner<'a>,
    name: &'a str,
    destination: &'a Destination,
    worth: Worth,
}

fn deliver(
    cx: &Cx<'_>,
    at: At<'_>,
    to: &Recipient<'_>,
    stage: Stage,
    progress: &Progress,
    batch: Batch,
) -> Result<(Batch, BTreeMap<String, String>)> {
    let (pool, destination) = (at.pool, to.destination);
    let medium = destination.medium();
    messages::require_courier(cx, pool, medium)?;
    let code = Code {
        pretended: progress.pretended,
        worth: to.worth,
        ..Code::of_length(stage.digits(medium), destination)
    };
    let dispatch = Dispatch {
        owner: to.owner,
        name: to.name,
        purpose: purpose(progress),
        code: &code,
        destination,
        kind: Kind::Authentication,
        rendered: render::authentication(pool, medium, &code.digits),
    };
    let batch = codes::send(cx, batch, pool, dispatch)?;
    let details = destination.details();
    let parameters = BTreeMap::from([
        (
            "CODE_DELIVERY_DELIVERY_MEDIUM".to_owned(),
            medium.as_str().to_owned(),
        ),
        (
            "CODE_DELIVERY_DESTINATION".to_owned(),
            details.destination.unwrap_or_default(),
        ),
    ]);
    Ok((batch, parameters))
}

fn purpose(progress: &Progress) -> Purpose<'_> {
    Purpose::SignIn {
        nonce: &progress.nonce,
        expires: progress.expires,
    }
}

/// Checks the answer to the code of the step that was taken up. A wrong one is counted against the code, durably; whether
/// it counts towards the lockout as well is the caller's to decide. The right one is used up by [`Correct::consume`].
///
/// # Errors
/// CodeMismatchException; ExpiredCodeException for a code that was answered wrongly too often; TooManyRequestsException
/// beyond the bound of an address, where the answer was not judged ([`was_judged`]).
pub async fn check(cx: &Cx<'_>, at: At<'_>, resumed: &Resumed<'_>, given: &str) -> Result<Correct> {
    let owner = match &resumed.user {
        Some(user) => Owner::User(&user.id),
        None => Owner::Nobody(&resumed.progress.subject),
    };
    let purpose = purpose(&resumed.progress);
    // Where a wrong answer counts towards the lockout, its event is written with that.
    let also = match resumed.progress.awaits {
        Awaits::EmailOtp | Awaits::SmsOtp => {
            let (user, subject) = (resumed.user.as_ref(), resumed.tally.subject());
            let event = candidate::failure_event(cx, at.pool, at.client, user, subject);
            match resumed.progress.awaits.guess() {
                Some(guess) => guess.count(event, at.pool, subject, cx.now()),
                None => event,
            }
        }
        _ => Batch::new(),
    };
    let judged = codes::judge(cx, at.pool, owner, purpose, given, also).await?;
    if judged.as_ref().err() == Some(&Wrong::Expired) {
        // Another answer, on another node, may have used the code up since the session was read: it is for the session to
        // say so, and no wrong answer.
        let spent = sessions::spent_key(&at.pool.id, &resumed.progress.nonce);
        if cx.store.row(sessions::READ_SPENT, spent).await?.is_some() {
            return Err(Fault::Stale);
        }
    }
    Ok(judged.map_err(|wrong| match wrong {
        Wrong::Mismatch => challenges::code_mismatch(),
        Wrong::Burnt | Wrong::Expired => challenges::code_expired(),
        Wrong::TooMany => challenges::too_many_codes(cx.action),
    })?)
}

/// Whether a refusal of [`check`] is that of a wrong answer.
pub fn was_judged(refusal: &ApiError) -> bool {
    refusal.code != ErrorCode::TooManyRequests
}

/// The user after a right answer: what the code was sent to is verified, unless it has another value by now, and whoever
/// had not confirmed the sign-up has done so (auth.md 3.6, 4.2). None when nothing changes.
///
/// Anybody can sign up with an address. Whoever confirms that by a sign-in of their own has shown that they read the
/// address, and not that they chose what came with it: the password goes, and another address or number that would let its
/// reader in waits until it is verified.
pub fn confirmed(cx: &Cx<'_>, pool: &Pool, user: &User, correct: &Correct) -> Option<User> {
    let code = &correct.code;
    let contact = Contact::of_attribute(&code.attribute)
        .filter(|_| user.attribute(&code.attribute) == Some(code.value.as_str()));
    let verifies = contact.filter(|_| !user.verified(&code.attribute));
    let confirms = contact.is_some() && user.status == UserStatusType::Unconfirmed;
    if verifies.is_none() && !confirms {
        return None;
    }
    let mut after = user.clone();
    if let Some(contact) = verifies {
        let flag = contact.flag().to_owned();
        after.doc.attributes.insert(flag, "true".to_owned());
    }
    if confirms {
        after.status = UserStatusType::Confirmed;
        after.credential = None;
        after.doc.history.clear();
        for other in [Contact::Email, Contact::PhoneNumber] {
            let name = other.attribute();
            let unproven = contact != Some(other) && !user.verified(name);
            if unproven && offers::allows_code_to(pool, other) {
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
