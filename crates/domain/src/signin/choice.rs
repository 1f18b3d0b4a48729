//! USER_AUTH: the user chooses among the first factors of the pool (auth.md 3.6).
//!
//! If the client hides which users exist, an unknown name gets the same answers at the same cost (auth.md 2.11): the
//! list of some user of the pool, codes that are sent to no address, passwords that are never right.

use cognate_crypto::secret::SecretString;
use cognate_shapes::{ChallengeNameType, UserStatusType};
use cognate_store::Batch;
use cognate_store::tables::guards;

use crate::attempts::guesses::Guess;
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result, auth};
use crate::facts::contact::Contact;
use crate::facts::factor::Factor;
use crate::messages::destination::Destination;
use crate::signin::answer::{Needed, UserAuth};
use crate::signin::candidate::Candidate;
use crate::signin::challenge::{Ask, Challenge};
use crate::signin::lock::Lock;
use crate::signin::otp::{self, Stage};
use crate::signin::passkey::relying_party::RelyingPartyKeys;
use crate::signin::state::Expected;
use crate::signin::verdict::{Asked, Judged, Pass, Step, Verdict, refuse_state};
use crate::signin::{At, first_factors, passkey, password, protection, srp};
use crate::users::aliases;

/// The first factors that a name may choose from, and its passkeys, which decide about that.
pub struct Offer {
    /// The factors, in the order of answers.
    pub list: Vec<ChallengeNameType>,
    /// None where they were not read yet.
    passkeys: Option<RelyingPartyKeys>,
}

impl Offer {
    /// Returns the offer to somebody whom the upstream of the pool knows by a password, if at all. `by_srp`: it can be proven
    /// there by SRP, too.
    pub fn of_password(by_srp: bool) -> Self {
        let srp = by_srp.then_some(ChallengeNameType::PasswordSrp);
        let list = srp.into_iter().chain([ChallengeNameType::Password]);
        Self {
            list: list.collect(),
            passkeys: None,
        }
    }
}

/// An answer to SELECT_CHALLENGE.
#[derive(Clone, Copy)]
pub struct Choice<'a> {
    /// The factor; None for a text that names none.
    pub wanted: Option<ChallengeNameType>,
    /// The password, if it came with the choice.
    pub password: Option<&'a Needed<SecretString>>,
    /// SRP_A, if it came with the choice.
    pub public_a: Option<&'a Needed<String>>,
}

/// Returns the first factors that a candidate may choose from. A user who may not sign in at all is refused, or
/// replaced by an unknown one if the client hides which users exist.
///
/// # Errors
/// The state of the user.
pub async fn offer(
    cx: &Cx<'_>,
    at: At<'_>,
    candidate: Candidate,
    name: &str,
) -> Judged<(Candidate, Offer)> {
    let pool = at.pool;
    // An unknown name seems to have the factors of some user, passkeys too.
    let model = candidate.model.as_deref();
    let subject = model.map_or(candidate.tally.subject().as_str(), |model| &model.id);
    let passkeys = passkey::known(cx, pool, subject, &candidate.further).await?;
    let known = passkeys.passkeys();
    let list = match &candidate.user {
        Some(user) => first_factors::of(pool, user, known.is_registered),
        None => first_factors::pretended(pool, name, model, known),
    };
    let by_code = list
        .iter()
        .any(|challenge| first_factors::contact_of(*challenge).is_some());
    if let Some(user) = &candidate.user {
        // A first one-time password confirms a sign-up.
        let confirms = user.status == UserStatusType::Unconfirmed && by_code;
        refuse_state(at, Some(user).filter(|_| !confirms))?;
    }
    let was_known = candidate.user.is_some();
    let candidate = candidate.hide_if_ineligible(pool)?;
    let list = match (was_known, &candidate.user) {
        (true, None) => first_factors::pretended(pool, name, candidate.model.as_deref(), known),
        _ => list,
    };
    let passkeys = Some(passkeys);
    Ok((candidate, Offer { list, passkeys }))
}

/// Asks for the preferred factor, else for a choice.
///
/// # Errors
/// auth.md 2.3, 6.4; those of the preferred challenge.
pub async fn start(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    step: &Step,
    name: &str,
    offer: Offer,
    request: &UserAuth,
) -> Judged<Asked> {
    let list = &offer.list;
    match (request.preferred, &request.public_a) {
        (Some(ChallengeNameType::PasswordSrp), Some(public_a)) => {
            step.refuse_state(at)?;
            let public_a = srp::parse(public_a.get()?)?;
            let challenge = srp::challenge(cx, at, step, public_a).await?;
            Ok(Asked::without_writes(challenge.among(offer.list)))
        }
        (Some(factor), _) if list.contains(&factor) => {
            if let Some(guess) = Guess::first(factor) {
                guess.refuse_worn_out(&step.tally, cx.now())?;
            }
            // ClientMetadata of a start does not reach the function that words a code (admin.md 3.2).
            let at = At {
                metadata: None,
                ..at
            };
            Ok(ask(cx, at, lock, step, name, factor, offer).await?)
        }
        _ => {
            let expected = Expected::SelectChallenge(list.clone());
            let asked = plain(cx, at, step, Ask::SelectChallenge, expected, offer.list)?;
            Ok(asked)
        }
    }
}

/// Asks for one of the offered factors.
async fn ask(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    step: &Step,
    name: &str,
    factor: ChallengeNameType,
    offer: Offer,
) -> Result<Asked> {
    let (offers, passkeys) = (offer.list, offer.passkeys);
    match (factor, first_factors::contact_of(factor)) {
        (_, Some(contact)) => send_code(cx, at, lock, step, name, contact, offers).await,
        (ChallengeNameType::Password, _) => {
            plain(cx, at, step, Ask::Password, Expected::Password, offers)
        }
        (ChallengeNameType::PasswordSrp, _) => plain(
            cx,
            at,
            step,
            Ask::PasswordSrp,
            Expected::PasswordSrp,
            offers,
        ),
        (ChallengeNameType::WebAuthn, _) => {
            let known = match passkeys {
                Some(known) => known,
                None => RelyingPartyKeys::read(cx, at.pool, &step.state.subject).await?,
            };
            let (user, state) = (step.user.as_ref(), step.state.clone());
            let challenge = passkey::challenge(cx, at, user, state, &known, offers)?;
            Ok(Asked::without_writes(challenge))
        }
        _ => Err(errors::challenges::challenge_not_offered().into()),
    }
}

/// Returns a challenge that needs nothing but its session.
fn plain(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    ask: Ask,
    expected: Expected,
    offers: Vec<ChallengeNameType>,
) -> Result<Asked> {
    let state = step.state.clone().next(cx, at.client, expected);
    let challenge = Challenge::new(ask, Some(state.seal(cx, at.pool)?));
    Ok(Asked::without_writes(challenge.among(offers)))
}

/// Sends a code as first factor. A session in which it was chosen is used up by that.
async fn send_code(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    step: &Step,
    name: &str,
    contact: Contact,
    offers: Vec<ChallengeNameType>,
) -> Result<Asked> {
    let expected = match contact {
        Contact::Email => Expected::EmailOtp,
        Contact::PhoneNumber => Expected::SmsOtp,
    };
    let state = step.state.clone().next(cx, at.client, expected);
    let pauses = cx.pauses();
    let (code, delivery) = match &step.user {
        Some(user) => otp::send(cx, at, lock, user, contact, Stage::First, &state).await?,
        None => {
            let destination = Destination::pretend(at.pool, &[contact], name)
                .ok_or_else(auth::session_invalid)?;
            otp::pretend(cx, at, lock, &destination, Stage::First, &state).await?
        }
    };
    let mut batch = guards::require_pool_active_now(Batch::new(), &at.pool.id);
    if cx.pauses() != pauses
        && let Some(user) = &step.user
    {
        batch = guards::require_user_unchanged(batch, &at.pool.id, &user.id, user.ver);
    }
    let writes = code.into_batch(batch);
    let ask = match contact {
        Contact::Email => Ask::EmailOtp(delivery),
        Contact::PhoneNumber => Ask::SmsOtp(delivery),
    };
    let challenge = Challenge::new(ask, Some(state.seal(cx, at.pool)?));
    Ok(Asked {
        challenge: challenge.among(offers),
        writes,
        replay: step.replay.clone(),
    })
}

/// SELECT_CHALLENGE. Passwords and A may come with the choice (auth.md 3.3). A choice that cannot be made costs
/// nothing.
///
/// # Errors
/// auth.md 6.5.
pub async fn select(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    step: &Step,
    name: &str,
    choice: Choice<'_>,
) -> Judged<Verdict> {
    use ChallengeNameType as C;
    let Expected::SelectChallenge(offers) = step.state.expected.clone() else {
        return Err(auth::session_invalid().into());
    };
    let offered = choice.wanted.filter(|factor| offers.contains(factor));
    let factor = offered.ok_or_else(errors::challenges::challenge_not_offered)?;
    match (factor, choice.password, choice.public_a) {
        (C::Password, Some(password), _) => by_password(cx, at, step, password).await,
        (C::PasswordSrp, _, Some(public_a)) => by_srp(cx, at, step, public_a, Some(offers)).await,
        _ => {
            if let Some(guess) = Guess::first(factor) {
                guess.refuse_worn_out(&step.tally, cx.now())?;
            }
            let offer = Offer {
                list: offers,
                passkeys: None,
            };
            let asked = ask(cx, at, lock, step, name, factor, offer).await?;
            Ok(Verdict::Ask(asked))
        }
    }
}

/// PASSWORD, and SELECT_CHALLENGE with the password in the same answer.
///
/// # Errors
/// auth.md 2.3; the session stays good after a wrong password.
pub async fn by_password(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    given: &Needed<SecretString>,
) -> Judged<Verdict> {
    let given = given.get()?;
    step.refuse_state(at)?;
    Ok(password::judge(cx, at, step, given).await?)
}

/// PASSWORD_SRP: A was sent, PASSWORD_VERIFIER is next. The session is not used up by it: only the proof ends a step.
///
/// # Errors
/// Those of [`srp::parse`] and [`srp::challenge`]; auth.md 2.3.
pub async fn by_srp(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    public_a: &Needed<String>,
    offers: Option<Vec<ChallengeNameType>>,
) -> Judged<Verdict> {
    let public_a = srp::parse(public_a.get()?)?;
    step.refuse_state(at)?;
    let challenge = srp::challenge(cx, at, step, public_a).await?;
    let challenge = match offers {
        Some(offers) => challenge.among(offers),
        None => challenge,
    };
    Ok(Verdict::Ask(Asked::without_writes(challenge)))
}

/// EMAIL_OTP and SMS_OTP as first factor. A wrong code counts against the code and the factor, and not towards the
/// lockout (auth.md 2.10); the session stays good for another.
///
/// # Errors
/// Those of [`otp::check`]; a user who has another address or number by now.
pub async fn code(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    given: &str,
    factor: Factor,
) -> Result<Verdict> {
    let mut is_blocked = false;
    let also = async || {
        let (batch, blocked) = protection::record_wrong_code(cx, at, step).await?;
        is_blocked = blocked;
        Ok(match step.state.expected.guess() {
            Some(guess) => guess.count(batch, at.pool, step.tally.subject(), cx.now()),
            None => batch,
        })
    };
    let correct = match otp::check(cx, at, step, given, also).await {
        Ok(correct) => correct,
        Err(Fault::Api(refusal)) if otp::was_judged(&refusal) && is_blocked => {
            return Err(auth::security_reasons().into());
        }
        Err(other) => return Err(other),
    };
    let user = step.known()?;
    let sent = &correct.code;
    // A reader of a former address or number proves nothing about the user as they are now.
    if user.attribute(&sent.attribute) != Some(sent.value.as_str()) {
        return Err(auth::session_invalid().into());
    }
    let writes = correct.consume(Batch::new(), at.pool);
    let after = otp::confirmed(cx, at.pool, user, &correct);
    let writes = match &after {
        None => writes,
        // A verified address is a name to sign in with where the pool says so, and belongs to the user who verified it
        // last (auth.md 2.4).
        Some(after) => {
            let writes = aliases::save(cx, writes, at.pool, user, after).await?;
            audit::record(cx, writes, &at.pool.id, Some(&after.id))
        }
    };
    Ok(Verdict::Passed(Pass {
        factor: Some(factor),
        writes,
        after,
    }))
}
