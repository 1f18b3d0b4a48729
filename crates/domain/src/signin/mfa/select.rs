//! SELECT_MFA_TYPE: several second factors, none preferred (auth.md 3.3, 4.2).

use cognate_store::Batch;

use crate::attempts::guesses::Guess;
use crate::cx::Cx;
use crate::errors::{self, Result, auth};
use crate::facts::factor::MfaFactor;
use crate::signin::At;
use crate::signin::lock::Lock;
use crate::signin::mfa::ask;
use crate::signin::mfa::decide::decide;
use crate::signin::state::Expected;
use crate::signin::verdict::{Asked, Step, Verdict};

/// Takes the choice and asks for that factor. The session is spent, so that one session sends one code.
///
/// # Errors
/// InvalidParameterException for a factor that was not offered, after which the session stays good.
pub async fn judge(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    step: &Step,
    chosen: Option<MfaFactor>,
) -> Result<Verdict> {
    let Expected::SelectMfa(list) = &step.state.expected else {
        return Err(auth::session_invalid().into());
    };
    let chosen = chosen
        .filter(|factor| list.contains(factor))
        .ok_or_else(errors::mfa::not_a_choice)?;
    if !decide(
        at.pool,
        step.known()?,
        &step.state.proven,
        step.state.demands_factor(),
    )
    .allows(chosen)
    {
        // Pool or user are no longer what the choice was made from.
        return Err(auth::session_invalid().into());
    }
    ask_for(cx, at, lock, step, chosen).await
}

/// Asks for another second factor in the place of the one that is asked for now, or sends a new code of the same. The
/// session is spent, so that one session sends one code.
///
/// # Errors
/// The texts of sessions, for one that asks for no second factor or a factor that the user could not have chosen.
pub async fn instead(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    step: &Step,
    chosen: MfaFactor,
) -> Result<Verdict> {
    let asks = matches!(
        step.state.expected,
        Expected::SmsMfa | Expected::EmailMfa | Expected::SoftwareToken
    );
    if !asks
        || !decide(
            at.pool,
            step.known()?,
            &step.state.proven,
            step.state.demands_factor(),
        )
        .allows(chosen)
    {
        return Err(auth::session_invalid().into());
    }
    ask_for(cx, at, lock, step, chosen).await
}

/// Asks for a factor, and spends the session.
async fn ask_for(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    step: &Step,
    chosen: MfaFactor,
) -> Result<Verdict> {
    Guess::second(chosen).refuse_worn_out(&step.tally, cx.now())?;
    let user = step.known()?;
    let state = step.state.clone();
    let asked = ask::factor(cx, at, lock, user, state, chosen, Batch::new());
    let (writes, challenge) = asked.await?;
    Ok(Verdict::Ask(Asked {
        challenge,
        writes: step.require_unchanged(at, writes)?,
        replay: step.replay.clone(),
    }))
}
