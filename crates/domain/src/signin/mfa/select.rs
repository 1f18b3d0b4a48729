//! SELECT_MFA_TYPE: several second factors, none preferred (auth.md 3.3, 4.2).

use std::collections::BTreeMap;

use cognate_shapes::ChallengeNameType;
use cognate_store::Batch;

use crate::attempts::guesses::Guess;
use crate::cx::Cx;
use crate::errors::{self, Result, auth};
use crate::facts::factor::MfaFactor;
use crate::signin::At;
use crate::signin::flows::Parameters;
use crate::signin::mfa::decide::decide;
use crate::signin::mfa::{ask_for, turn_to, user_of};
use crate::signin::outcome::Outcome;
use crate::signin::progress::{Awaits, Progress};
use crate::signin::resume::Resumed;

/// Asks which of `list`.
///
/// # Errors
/// None that can arise.
pub fn challenge(
    cx: &Cx<'_>,
    at: At<'_>,
    progress: Progress,
    list: Vec<MfaFactor>,
) -> Result<Outcome> {
    let parameters = BTreeMap::from([("MFAS_CAN_CHOOSE".to_owned(), names(&list)?)]);
    let progress = progress.next(cx, at.client, Awaits::SelectMfa(list));
    let session = Some(progress.seal(cx, at.pool)?);
    let name = ChallengeNameType::SelectMfaType;
    Ok(Outcome::challenge(name, session, parameters))
}

/// The names of factors as a JSON array in a text (settled S16).
pub fn names(list: &[MfaFactor]) -> Result<String> {
    let names: Vec<&str> = list.iter().map(|factor| factor.as_str()).collect();
    Ok(serde_json::to_string(&names)?)
}

/// Takes the choice and asks for that factor. The session is spent, so that one session sends one code.
///
/// # Errors
/// InvalidParameterException for something that was not to choose from, after which the session stays good.
pub async fn answer(
    cx: &Cx<'_>,
    at: At<'_>,
    resumed: Resumed<'_>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let chosen = MfaFactor::parse(given.required("ANSWER")?);
    let Awaits::SelectMfa(list) = &resumed.progress.awaits else {
        return Err(auth::session_invalid().into());
    };
    let chosen = chosen
        .filter(|factor| list.contains(factor))
        .ok_or_else(errors::mfa::not_a_choice)?;
    let user = user_of(&resumed)?;
    if !decide(at.pool, user, &resumed.progress.proven).allows(chosen) {
        // Pool or user are no longer what the choice was made from.
        return Err(auth::session_invalid().into());
    }
    Guess::second(chosen).refuse_worn_out(&resumed.tally, cx.now())?;
    let progress = resumed.progress.clone();
    let (batch, next) = ask_for(cx, at, user, progress, chosen, Batch::new())?;
    turn_to(cx, at, &resumed, batch, next).await
}
