//! The only place that decides what a sign-in still lacks after a right answer.
//!
//! First, a new password after a temporary one. Second, the second factor, or the remembered device that replaces it.
//! Third, the pool's own challenges. Last, the session (auth.md 4.2).

use cognate_shapes::UserStatusType;
use cognate_store::Batch;

use crate::attempts::guesses::{self, Guess};
use crate::cx::Cx;
use crate::errors::{self, Result, auth};
use crate::facts::factor::Factor;
use crate::records::device::Device;
use crate::signin::challenge::Challenge;
use crate::signin::lock::Lock;
use crate::signin::mfa::ask;
use crate::signin::mfa::decide::{Decision, decide};
use crate::signin::state::Flow;
use crate::signin::verdict::{Authenticated, Judged};
use crate::signin::{At, device, new_password, step_up};

/// The next step of a sign-in.
pub enum Next {
    /// Another challenge; the batch holds what it stores.
    Ask(Batch, Challenge),
    /// The pool's triggers decide; the batch is that of the answer.
    Triggers(Batch),
    /// Nothing is missing; the batch is that of the answer. The device is the one that the sign-in named and the user
    /// has.
    Session(Batch, Option<Device>),
}

/// Decides what comes next. `batch`: the changes of the answer.
///
/// # Errors
/// `User is disabled.` where that was not said before; the end of a temporary password; those of the next challenge, and
/// of the pool's function that words its message.
pub async fn next_step(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    authenticated: &Authenticated,
    batch: Batch,
) -> Judged<Next> {
    let user = &authenticated.user;
    if !user.enabled {
        return Err(authenticated.record_refusal(auth::user_disabled()));
    }
    match user.status {
        UserStatusType::ForceChangePassword if authenticated.proven.has(Factor::Password) => {
            let until = user.doc.temporary_until;
            if until.is_some_and(|until| until <= cx.now()) {
                let refusal = auth::temporary_password_expired();
                return Err(authenticated.record_refusal(refusal));
            }
            let challenge = new_password::challenge(cx, at, authenticated)?;
            Ok(Next::Ask(batch, challenge))
        }
        UserStatusType::Confirmed => second_step(cx, at, lock, authenticated, batch).await,
        // The pool's own challenges sign in a user who has never used the temporary password (auth.md 3.5).
        UserStatusType::ForceChangePassword if authenticated.proven.has(Factor::Custom) => {
            second_step(cx, at, lock, authenticated, batch).await
        }
        // The states in which no answer can be right were refused before.
        _ => Err(auth::incorrect_password().into()),
    }
}

/// Decides what a confirmed user still lacks.
async fn second_step(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    authenticated: &Authenticated,
    batch: Batch,
) -> Judged<Next> {
    let (user, proven) = (&authenticated.user, &authenticated.proven);
    let tally = &authenticated.tally;
    let demanded = authenticated.demands_factor();
    let decision = decide(at.pool, user, proven, demanded);
    let device = device::named(cx, at, authenticated).await?;
    // A remembered device replaces the second factor (auth.md 3.7).
    if let Some(device) = device.as_ref()
        && device::takes_part(at.pool, proven, &decision, demanded, device)
        && !Guess::Device.is_worn_out(tally, cx.now())
    {
        let state = authenticated.state(at);
        let (batch, challenge) = device::challenge(cx, at, state, device, batch)?;
        return Ok(Next::Ask(batch, challenge));
    }
    let decision = step_up::steer(at, authenticated, decision)?;
    if is_worn_out(cx, authenticated, &decision) {
        return Err(authenticated.refuse(at, auth::password_attempts_exceeded()));
    }
    match decision {
        // The pool's own challenges come after password and second factor (auth.md 3.5).
        Decision::Nothing
            if authenticated.start.flow == Flow::Custom && !proven.has(Factor::Custom) =>
        {
            Ok(Next::Triggers(batch))
        }
        Decision::Nothing => Ok(Next::Session(batch, device)),
        owed => {
            let asked = second_factor(cx, at, lock, authenticated, owed, batch);
            let (batch, challenge) = asked.await?;
            Ok(Next::Ask(batch, challenge))
        }
    }
}

/// True if the factor that is owed was answered wrongly too often.
fn is_worn_out(cx: &Cx<'_>, authenticated: &Authenticated, decision: &Decision) -> bool {
    let tally = &authenticated.tally;
    match decision {
        Decision::Ask(factor) => Guess::second(*factor).is_worn_out(tally, cx.now()),
        Decision::Choose(_) => guesses::second_factors_worn_out(tally, cx.now()),
        Decision::Nothing | Decision::SetUp(_) | Decision::Impossible => false,
    }
}

/// Returns the challenge of a second factor that is owed.
async fn second_factor(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    authenticated: &Authenticated,
    owed: Decision,
    batch: Batch,
) -> Judged<(Batch, Challenge)> {
    let (user, state) = (&authenticated.user, authenticated.state(at));
    let challenge: Result<_> = match owed {
        Decision::Ask(factor) => {
            let asked = ask::factor(cx, at, lock, user, state, factor, batch).await;
            return asked.map_err(|fault| authenticated.stop(at, fault));
        }
        Decision::Choose(list) => ask::choice(cx, at, state, list),
        Decision::SetUp(list) => ask::set_up(cx, at, user, state, list),
        Decision::Impossible | Decision::Nothing => {
            let refusal = errors::mfa::impossible(cx.action);
            return Err(authenticated.record_refusal(refusal));
        }
    };
    Ok((batch, challenge?))
}
