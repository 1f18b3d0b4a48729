//! USER_AUTH: the user chooses among the first factors of the pool (auth.md 3.6).
//!
//! A name that nobody has gets the same answers at the same cost where the client must not know (auth.md 2.11): the list
//! of some user of the pool, codes that reach nobody, passwords that are never right.

use std::collections::BTreeMap;

use cognate_shapes::{ChallengeNameType, UserStatusType};
use cognate_store::Batch;
use cognate_store::tables::sessions;

use crate::attempts::guesses::Guess;
use crate::cx::Cx;
use crate::errors::{self, Result, auth};
use crate::facts::contact::Contact;
use crate::facts::factor::{Factor, Proven};
use crate::messages::destination::Destination;
use crate::records::user::User;
use crate::signin::candidate::{Candidate, Names};
use crate::signin::flows::Parameters;
use crate::signin::otp::{self, Stage};
use crate::signin::outcome::{Outcome, Proof};
use crate::signin::passkey::relying_party::Known;
use crate::signin::progress::{Awaits, Progress, Start};
use crate::signin::resume::Resumed;
use crate::signin::step_up::{self, Begun};
use crate::signin::{At, advance, auto_sign_in, passkey, password, secret_hash, srp};
use crate::users::aliases;
use crate::{audit, messages};

pub mod offers;

/// Begins USER_AUTH. `session`: that of a sign-up that was just confirmed.
///
/// # Errors
/// auth.md 2.3, 6.4; what the preferred challenge refuses.
pub async fn start(
    cx: &Cx<'_>,
    at: At<'_>,
    start: Start,
    session: Option<&str>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let name = given.required("USERNAME")?;
    if let Some(session) = session {
        return auto_sign_in::sign_in(cx, at, start, session, given).await;
    }
    let start = match step_up::begin(cx, at, start, given).await? {
        Begun::Afresh(start) => start,
        Begun::OnCredit(outcome) => return Ok(outcome),
    };
    let preferred = given
        .get("PREFERRED_CHALLENGE")
        .and_then(ChallengeNameType::parse);
    // A password is judged behind the gate; whether the user has one at all must not show.
    if preferred == Some(ChallengeNameType::Password) && given.get("PASSWORD").is_some() {
        return password::sign_in(cx, at, start, given).await;
    }
    secret_hash::check(at.client, name, given.get("SECRET_HASH"))?;
    let candidate = Candidate::find(cx, at.pool, at.client, name, Names::LoginsAndSub).await?;
    candidate.tally.refuse_locked(cx.now())?;
    let (candidate, offers, passkeys) = look_at(cx, at, candidate, name).await?;
    let offers = step_up::leading(&start, offers)?;
    match preferred {
        Some(ChallengeNameType::PasswordSrp) if given.get("SRP_A").is_some() => {
            candidate.refuse_state(cx, at.pool, at.client).await?;
            let public_a = srp::parse(given.required("SRP_A")?)?;
            let challenge = srp::challenge(cx, at, candidate, start, public_a).await?;
            Ok(with_offers(challenge, offers))
        }
        Some(challenge) if offers.contains(&challenge) => {
            if let Some(guess) = Guess::first(challenge) {
                guess.refuse_worn_out(&candidate.tally, cx.now())?;
            }
            let mut who = Who::begins(at, candidate, start, name);
            who.passkeys = Some(passkeys);
            who.ask(cx, at, challenge, offers, None).await
        }
        _ => {
            let who = Who::begins(at, candidate, start, name);
            let awaits = Awaits::SelectChallenge(offers.clone());
            who.plain(cx, at, awaits, offers)
        }
    }
}

/// What a candidate may choose from. Whoever may not sign in at all is refused, or, where that must not show, is nobody
/// from here on. Gives what is known of their passkeys too.
async fn look_at(
    cx: &Cx<'_>,
    at: At<'_>,
    candidate: Candidate,
    name: &str,
) -> Result<(Candidate, Vec<ChallengeNameType>, Known)> {
    let pool = at.pool;
    // An unknown name seems to have the factors of some user, passkeys too.
    let model = candidate.model.as_deref();
    let subject = model.map_or(candidate.tally.subject().as_str(), |model| &model.id);
    let passkeys = passkey::known(cx, pool, subject).await?;
    let offers = match &candidate.user {
        Some(user) => offers::of(pool, user, passkeys.is_registered()),
        None => offers::pretended(pool, name, model, &passkeys),
    };
    let unconfirmed = candidate
        .user
        .as_ref()
        .is_some_and(|user| user.status == UserStatusType::Unconfirmed);
    let by_code = offers
        .iter()
        .any(|challenge| offers::contact_of(*challenge).is_some());
    // A first one-time password confirms a sign-up.
    if !(unconfirmed && by_code) {
        candidate.refuse_state(cx, pool, at.client).await?;
    }
    let known = candidate.user.is_some();
    let candidate = candidate.or_nobody(pool)?;
    let offers = match (known, &candidate.user) {
        (true, None) => offers::pretended(pool, name, candidate.model.as_deref(), &passkeys),
        _ => offers,
    };
    Ok((candidate, offers, passkeys))
}

/// The same challenge with the list of what else could be chosen.
fn with_offers(outcome: Outcome, offers: Vec<ChallengeNameType>) -> Outcome {
    match outcome {
        Outcome::Challenge {
            name,
            session,
            parameters,
            ..
        } => Outcome::Challenge {
            name,
            session,
            parameters,
            available: Some(offers),
        },
        tokens => tokens,
    }
}

/// Whom a challenge is for.
struct Who<'a> {
    /// None: nobody, and the client must not notice.
    user: Option<User>,
    progress: Progress,
    /// The name as it was typed in this request; what nobody's codes seem to go to.
    name: &'a str,
    /// What is known of their passkeys, where that was read already.
    passkeys: Option<Known>,
}

impl<'a> Who<'a> {
    fn begins(at: At<'_>, candidate: Candidate, start: Start, name: &'a str) -> Self {
        let username = candidate.username(at.pool);
        let progress = match &candidate.user {
            Some(user) => Progress::of_user(at, user, &candidate.typed, start, Proven::default()),
            None => {
                let subject = candidate.tally.subject().as_str();
                Progress::of_nobody(at, subject, &username, &candidate.typed, start)
            }
        };
        Self {
            user: candidate.user,
            progress,
            name,
            passkeys: None,
        }
    }

    /// Asks for one of the offered factors. `chosen`: the session in which it was chosen, which is used up where the
    /// choice leaves something behind.
    async fn ask(
        self,
        cx: &Cx<'_>,
        at: At<'_>,
        challenge: ChallengeNameType,
        offers: Vec<ChallengeNameType>,
        chosen: Option<Proof>,
    ) -> Result<Outcome> {
        match (challenge, offers::contact_of(challenge)) {
            (_, Some(contact)) => self.send_code(cx, at, contact, offers, chosen).await,
            (ChallengeNameType::Password, _) => self.plain(cx, at, Awaits::Password, offers),
            (ChallengeNameType::PasswordSrp, _) => self.plain(cx, at, Awaits::PasswordSrp, offers),
            (ChallengeNameType::WebAuthn, _) => {
                let known = match self.passkeys {
                    Some(known) => known,
                    None => Known::read(cx, at.pool, &self.progress.subject).await?,
                };
                passkey::challenge(cx, at, self.user.as_ref(), self.progress, &known, offers)
            }
            _ => Err(errors::challenges::challenge_not_offered().into()),
        }
    }

    /// A challenge that needs nothing but its session.
    fn plain(
        self,
        cx: &Cx<'_>,
        at: At<'_>,
        awaits: Awaits,
        offers: Vec<ChallengeNameType>,
    ) -> Result<Outcome> {
        let progress = self.progress.next(cx, at.client, awaits);
        Ok(Outcome::Challenge {
            name: progress.awaits.challenge().unwrap_or_default(),
            session: Some(progress.seal(cx, at.pool)?),
            parameters: BTreeMap::new(),
            available: Some(offers),
        })
    }

    async fn send_code(
        self,
        cx: &Cx<'_>,
        at: At<'_>,
        contact: Contact,
        offers: Vec<ChallengeNameType>,
        chosen: Option<Proof>,
    ) -> Result<Outcome> {
        let awaits = match contact {
            Contact::Email => Awaits::EmailOtp,
            Contact::PhoneNumber => Awaits::SmsOtp,
        };
        let progress = self.progress.next(cx, at.client, awaits);
        let batch = sessions::pool_is_active(Batch::new(), &at.pool.id);
        let (batch, parameters) = match &self.user {
            Some(user) => otp::send(cx, at, user, contact, Stage::First, &progress, batch)?,
            None => {
                let destination = Destination::pretend(at.pool, &[contact], self.name)
                    .ok_or_else(auth::session_invalid)?;
                otp::pretend(cx, at, &destination, Stage::First, &progress, batch)?
            }
        };
        // Only the conflicts are told apart by what was proven; a start proves nothing.
        let proof = chosen.unwrap_or(Proof::Password);
        let batch = proof.spend(batch, at.pool);
        cx.commit(batch, |label| proof.conflict(cx, at.pool, at.client, label))
            .await?;
        messages::posted(cx);
        Ok(Outcome::Challenge {
            name: offers::challenge_of(contact),
            session: Some(progress.seal(cx, at.pool)?),
            parameters,
            available: Some(offers),
        })
    }
}

/// Takes the choice, or the answer to what was chosen.
///
/// # Errors
/// auth.md 6.5.
pub async fn answer(
    cx: &Cx<'_>,
    at: At<'_>,
    resumed: Resumed<'_>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    match resumed.progress.awaits.clone() {
        Awaits::EmailOtp => code(cx, at, resumed, given, "EMAIL_OTP_CODE", Factor::Email).await,
        Awaits::SmsOtp => code(cx, at, resumed, given, "SMS_OTP_CODE", Factor::Sms).await,
        Awaits::Password => password::answer(cx, at, resumed, given).await,
        Awaits::PasswordSrp => by_srp(cx, at, resumed, given, None).await,
        Awaits::SelectChallenge(offers) => select(cx, at, resumed, given, offers).await,
        _ => Err(auth::session_invalid().into()),
    }
}

/// SELECT_CHALLENGE. Passwords and A may come with the choice (auth.md 3.3). A choice that cannot be made costs nothing.
async fn select(
    cx: &Cx<'_>,
    at: At<'_>,
    resumed: Resumed<'_>,
    given: &Parameters<'_>,
    offers: Vec<ChallengeNameType>,
) -> Result<Outcome> {
    use ChallengeNameType as C;
    let wanted = C::parse(given.required("ANSWER")?);
    let offered = wanted.filter(|challenge| offers.contains(challenge));
    let challenge = offered.ok_or_else(errors::challenges::challenge_not_offered)?;
    if challenge == C::Password && given.get("PASSWORD").is_some() {
        return password::answer(cx, at, resumed, given).await;
    }
    if challenge == C::PasswordSrp && given.get("SRP_A").is_some() {
        return by_srp(cx, at, resumed, given, Some(offers)).await;
    }
    if let Some(guess) = Guess::first(challenge) {
        guess.refuse_worn_out(&resumed.tally, cx.now())?;
    }
    let chosen = resumed.proof();
    let who = Who {
        user: resumed.user,
        progress: resumed.progress,
        name: given.required("USERNAME")?,
        passkeys: None,
    };
    who.ask(cx, at, challenge, offers, Some(chosen)).await
}

/// PASSWORD_SRP: A was sent, PASSWORD_VERIFIER is next. The session is not used up by it: only the proof ends a step.
async fn by_srp(
    cx: &Cx<'_>,
    at: At<'_>,
    resumed: Resumed<'_>,
    given: &Parameters<'_>,
    offers: Option<Vec<ChallengeNameType>>,
) -> Result<Outcome> {
    let public_a = srp::parse(given.required("SRP_A")?)?;
    let (candidate, start, _turn) = resumed.into_candidate();
    candidate.refuse_state(cx, at.pool, at.client).await?;
    let challenge = srp::challenge(cx, at, candidate, start, public_a).await?;
    Ok(match offers {
        Some(offers) => with_offers(challenge, offers),
        None => challenge,
    })
}

/// EMAIL_OTP and SMS_OTP as first factor. A wrong code counts against the code and the factor, and not towards the lockout
/// (auth.md 2.10); the session stays good for another.
async fn code(
    cx: &Cx<'_>,
    at: At<'_>,
    resumed: Resumed<'_>,
    given: &Parameters<'_>,
    parameter: &str,
    factor: Factor,
) -> Result<Outcome> {
    let correct = otp::check(cx, at, &resumed, given.required(parameter)?).await?;
    let user = resumed.user.as_ref().ok_or_else(auth::session_invalid)?;
    let sent = &correct.code;
    // Whoever reads a former address or number shows nothing about the user as they are now.
    if user.attribute(&sent.attribute) != Some(sent.value.as_str()) {
        return Err(auth::session_invalid().into());
    }
    let batch = correct.consume(Batch::new(), at.pool);
    let Some(after) = otp::confirmed(cx, at.pool, user, &correct) else {
        return advance::proved(cx, at, resumed, factor, batch).await;
    };
    // A verified address is a name to sign in with where the pool says so, and belongs to whoever verified it last
    // (auth.md 2.4).
    let batch = aliases::save(cx, batch, at.pool, user, &after).await?;
    let batch = audit::record(cx, batch, &at.pool.id, Some(&after.id));
    advance::proved_and_saved(cx, at, resumed, factor, batch, after).await
}
