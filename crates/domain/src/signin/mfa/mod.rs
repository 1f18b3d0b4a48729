//! The second factor: which one, asking for it, checking it (auth.md 4).
//!
//! | module | what it holds |
//! |---|---|
//! | [`decide`] | the table of auth.md 4.2 |
//! | [`codes`] | SMS_MFA, EMAIL_OTP |
//! | [`software_token`] | SOFTWARE_TOKEN_MFA, and the seeds of authenticator apps |
//! | [`select`] | SELECT_MFA_TYPE |
//! | [`setup`] | MFA_SETUP, with AssociateSoftwareToken and VerifySoftwareToken in the middle of a sign-in |

use std::collections::BTreeMap;

use cognate_store::Batch;
use cognate_store::tables::sessions;

use crate::cx::Cx;
use crate::errors::{self, Fault, Result, auth};
use crate::facts::factor::MfaFactor;
use crate::messages;
use crate::records::user::User;
use crate::signin::flows::Parameters;
use crate::signin::outcome::Outcome;
use crate::signin::progress::{Awaits, Flow, Progress};
use crate::signin::resume::Resumed;
use crate::signin::{At, candidate};

pub mod codes;
pub mod decide;
pub mod select;
pub mod setup;
pub mod software_token;

use decide::Decision;

/// Asks for what was decided; what the challenge stores joins `batch`.
///
/// # Errors
/// A pool that requires a factor which this user cannot have, and what stands in the way of sending a code.
pub async fn ask(
    cx: &Cx<'_>,
    at: At<'_>,
    user: &User,
    progress: Progress,
    decision: Decision,
    batch: Batch,
) -> Result<(Batch, Outcome)> {
    match decision {
        Decision::Ask(factor) => ask_for(cx, at, user, progress, factor, batch),
        Decision::Choose(list) => Ok((batch, select::challenge(cx, at, progress, list)?)),
        Decision::SetUp(list) => Ok((batch, setup::challenge(cx, at, user, progress, list)?)),
        Decision::Impossible => {
            let refusal = errors::mfa::impossible(cx.action);
            Err(candidate::refused(cx, at.pool, at.client, user, refusal).await)
        }
        Decision::Nothing => Err(Fault::Internal(
            "nothing was decided and yet asked for".into(),
        )),
    }
}

/// The challenge of one factor.
fn ask_for(
    cx: &Cx<'_>,
    at: At<'_>,
    user: &User,
    progress: Progress,
    factor: MfaFactor,
    batch: Batch,
) -> Result<(Batch, Outcome)> {
    match factor {
        MfaFactor::Sms => codes::challenge(cx, at, user, progress, Awaits::SmsMfa, batch),
        MfaFactor::Email => codes::challenge(cx, at, user, progress, Awaits::EmailMfa, batch),
        MfaFactor::SoftwareToken => Ok((batch, software_token::challenge(cx, at, user, progress)?)),
    }
}

/// Takes the answer to a challenge of this module.
///
/// # Errors
/// auth.md 6.5.
pub async fn answer(
    cx: &Cx<'_>,
    at: At<'_>,
    resumed: Resumed<'_>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    match resumed.progress.awaits {
        Awaits::SmsMfa | Awaits::EmailMfa | Awaits::EmailSetup => {
            codes::answer(cx, at, resumed, given).await
        }
        Awaits::SoftwareToken => software_token::answer(cx, at, resumed, given).await,
        Awaits::SelectMfa(_) => select::answer(cx, at, resumed, given).await,
        Awaits::MfaSetup { .. } => setup::answer(cx, at, resumed, given).await,
        _ => Err(auth::session_invalid().into()),
    }
}

/// The user of a sign-in that has shown a first factor; nobody gets as far.
fn user_of<'r>(resumed: &'r Resumed<'_>) -> Result<&'r User> {
    Ok(resumed.user.as_ref().ok_or_else(auth::session_invalid)?)
}

/// Tells clients that know only what was typed the name that SRP counts with (auth.md 3.3).
fn name_for_srp(progress: &Progress, parameters: &mut BTreeMap<String, String>) {
    if progress.start.flow == Flow::Password {
        parameters.insert("USER_ID_FOR_SRP".to_owned(), progress.username.clone());
    }
}

/// Commits a step that shows nothing new and leads to another challenge: the session of the step is spent, and what was
/// read of the user and of wrong answers must still hold.
async fn turn_to(
    cx: &Cx<'_>,
    at: At<'_>,
    resumed: &Resumed<'_>,
    batch: Batch,
    next: Outcome,
) -> Result<Outcome> {
    let user = user_of(resumed)?;
    let guard = sessions::pool_is_active(Batch::new(), &at.pool.id);
    let guard = sessions::user_is_unchanged(guard, &at.pool.id, &user.id, user.ver);
    let batch = resumed.tally.unmoved(guard.extend(batch), at.pool);
    let proof = resumed.proof();
    let batch = proof.spend(batch, at.pool);
    cx.commit(batch, |label| proof.conflict(cx, at.pool, at.client, label))
        .await?;
    messages::posted(cx);
    Ok(next)
}
