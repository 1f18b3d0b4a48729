//! What follows a right answer and what a wrong one costs: the one place that decides what a sign-in still has to show.
//!
//! The order is: a new password after a temporary one, then the second factor or what stands for it, then the tokens
//! (auth.md 4.2). Wrong answers are forgotten only with the tokens: else whoever knows a password could guess the second
//! factor for ever.

use cognate_shapes::UserStatusType;
use cognate_store::Batch;
use cognate_store::tables::sessions;

use crate::attempts::guesses::{self, Guess};
use crate::attempts::{self, Tally};
use crate::cx::Cx;
use crate::errors::{ApiError, Fault, Result, auth};
use crate::facts::factor::{Factor, Proven};
use crate::messages;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::mfa::decide::Decision;
use crate::signin::outcome::{self, Outcome, Proof};
use crate::signin::progress::{Flow, Progress, Start};
use crate::signin::resume::Resumed;
use crate::signin::{At, candidate, custom, device, mfa, new_password, step_up};

/// Whether the batch of a step changes the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It does not: the user must still be as they were read.
    None,
    /// It replaces the user as read, and so sees to that itself.
    Saved,
}

/// A sign-in after a right answer.
pub struct Passed {
    /// Who signs in, as they are after the step's batch.
    pub user: User,
    /// Whether the batch changes them.
    pub change: Change,
    /// Wrong answers so far.
    pub tally: Tally,
    /// The name that the sign-in began with, folded.
    pub typed: String,
    /// What it began with.
    pub start: Start,
    /// What was shown, this answer included.
    pub proven: Proven,
    /// How a second right answer to the same challenge is refused.
    pub proof: Proof,
}

impl Passed {
    /// The state in which the next challenge finds the sign-in.
    pub(super) fn progress(&self, at: At<'_>) -> Progress {
        Progress::of_user(
            at,
            &self.user,
            &self.typed,
            self.start.clone(),
            self.proven.clone(),
        )
    }

    /// The conditions under which what was read is still true.
    pub fn guard(&self, pool: &Pool) -> Batch {
        let batch = sessions::pool_is_active(Batch::new(), &pool.id);
        match self.change {
            Change::Saved => batch,
            Change::None => {
                sessions::user_is_unchanged(batch, &pool.id, &self.user.id, self.user.ver)
            }
        }
    }
}

/// The answer that was taken up is right: `factor` is shown. `batch`: what the answer itself writes.
///
/// # Errors
/// [`proceed`].
pub async fn proved(
    cx: &Cx<'_>,
    at: At<'_>,
    resumed: Resumed<'_>,
    factor: Factor,
    batch: Batch,
) -> Result<Outcome> {
    let batch = forgive(at, &resumed, batch);
    let (passed, _turn) = passed(resumed, factor, None)?;
    proceed(cx, at, passed, batch).await
}

/// [`proved`] by an answer whose batch replaces the user by `after`.
///
/// # Errors
/// [`proceed`].
pub async fn proved_and_saved(
    cx: &Cx<'_>,
    at: At<'_>,
    resumed: Resumed<'_>,
    factor: Factor,
    batch: Batch,
    after: User,
) -> Result<Outcome> {
    let batch = forgive(at, &resumed, batch);
    let (passed, _turn) = passed(resumed, factor, Some(after))?;
    proceed(cx, at, passed, batch).await
}

/// A right answer ends the row of wrong ones to the same factor.
fn forgive(at: At<'_>, resumed: &Resumed<'_>, batch: Batch) -> Batch {
    match resumed.progress.awaits.guess() {
        Some(guess) => guess.forgive(batch, at.pool, &resumed.tally),
        None => batch,
    }
}

/// What was taken up, one factor further; the gate stays closed as long as the second part lives.
fn passed<'a>(
    resumed: Resumed<'a>,
    factor: Factor,
    after: Option<User>,
) -> Result<(Passed, crate::app::gate::Guard<'a>)> {
    let proof = resumed.proof();
    let change = if after.is_some() {
        Change::Saved
    } else {
        Change::None
    };
    let Resumed {
        progress,
        user,
        tally,
        turn,
    } = resumed;
    // Nothing that nobody says is right.
    let before = user.ok_or_else(auth::session_invalid)?;
    let passed = Passed {
        user: after.unwrap_or(before),
        change,
        tally,
        typed: progress.typed,
        start: progress.start,
        proven: progress.proven.with(factor),
        proof,
    };
    Ok((passed, turn))
}

/// Goes on after a right answer: asks for what is still missing, else signs the user in. Everything is one commit.
///
/// # Errors
/// `User is disabled.` where that was not said before; the end of a temporary password; a spent challenge; what the next
/// challenge refuses.
pub async fn proceed(cx: &Cx<'_>, at: At<'_>, passed: Passed, batch: Batch) -> Result<Outcome> {
    let user = &passed.user;
    let refused = async |refusal| candidate::refused(cx, at.pool, at.client, user, refusal).await;
    if !user.enabled {
        return Err(refused(auth::user_disabled()).await);
    }
    match user.status {
        UserStatusType::ForceChangePassword if passed.proven.has(Factor::Password) => {
            if user
                .doc
                .temporary_until
                .is_some_and(|until| until <= cx.now())
            {
                return Err(refused(auth::temporary_password_expired()).await);
            }
            let next = new_password::challenge(cx, at, user, passed.progress(at), &passed.proof)?;
            ask(cx, at, &passed, batch, next).await
        }
        UserStatusType::Confirmed => second_step(cx, at, passed, batch).await,
        // The states in which no answer can be right were refused before.
        _ => Err(auth::incorrect_password().into()),
    }
}

/// What a confirmed user still has to show.
async fn second_step(cx: &Cx<'_>, at: At<'_>, passed: Passed, batch: Batch) -> Result<Outcome> {
    let user = &passed.user;
    let decision = mfa::decide::decide(at.pool, user, &passed.proven);
    let device = device::named(cx, at, &passed).await?;
    // A remembered device stands for the second factor (auth.md 3.7).
    if let Some(device) = device.as_ref()
        && device::takes_part(at.pool, &passed, &decision, device)
        && !Guess::Device.is_worn_out(&passed.tally, cx.now())
    {
        let (batch, next) = device::challenge(cx, at, passed.progress(at), device, batch)?;
        return ask(cx, at, &passed, batch, next).await;
    }
    let decision = step_up::steer(cx, at, &passed, decision).await?;
    if decision == Decision::Nothing {
        if passed.start.flow == Flow::Custom && !passed.proven.has(Factor::Custom) {
            // The pool's own challenges come after password and second factor (auth.md 3.5). They may come back here.
            return Box::pin(custom::go_on(cx, at, passed, batch)).await;
        }
        return outcome::open_session(cx, at, &passed, device.as_ref(), batch).await;
    }
    let worn_out = match &decision {
        Decision::Ask(factor) => Guess::second(*factor).is_worn_out(&passed.tally, cx.now()),
        Decision::Choose(_) => guesses::second_factors_worn_out(&passed.tally, cx.now()),
        Decision::Nothing | Decision::SetUp(_) | Decision::Impossible => false,
    };
    if worn_out {
        // The refusal tells that the first factor was right, so that it is subject to the lockout like an acceptance.
        let batch = passed.tally.unmoved(Batch::new(), at.pool);
        cx.commit(batch, |_| Fault::Stale).await?;
        return Err(auth::password_attempts_exceeded().into());
    }
    let progress = passed.progress(at);
    let (batch, next) = mfa::ask(cx, at, user, progress, decision, batch).await?;
    ask(cx, at, &passed, batch, next).await
}

/// Commits a step that ends in another challenge.
pub(super) async fn ask(
    cx: &Cx<'_>,
    at: At<'_>,
    passed: &Passed,
    batch: Batch,
    next: Outcome,
) -> Result<Outcome> {
    // A password that follows no wrong one and needs no memory leaves nothing to write.
    let writes_nothing = batch.is_empty() && matches!(passed.proof, Proof::Password);
    if writes_nothing && passed.tally.is_clean() {
        return Ok(next);
    }
    let batch = passed
        .tally
        .unmoved(passed.guard(at.pool).extend(batch), at.pool);
    let batch = passed.proof.spend(batch, at.pool);
    cx.commit(batch, |label| {
        passed.proof.conflict(cx, at.pool, at.client, label)
    })
    .await?;
    messages::posted(cx);
    Ok(next)
}

/// The answer that was taken up is wrong: it counts towards the lockout, and the session stays good for another answer.
/// `refusal`: what the client is told.
pub async fn wrong(cx: &Cx<'_>, at: At<'_>, resumed: Resumed<'_>, refusal: ApiError) -> Fault {
    // A right answer on another node may have used up, since the session was read, what this one was judged by. Then this
    // is the same answer once more, for the session to refuse, and no guess.
    let spent = sessions::spent_key(&at.pool.id, &resumed.progress.nonce);
    match cx.store.row(sessions::READ_SPENT, spent).await {
        Ok(None) => {}
        Ok(Some(_)) => return Fault::Stale,
        Err(error) => return error.into(),
    }
    let batch = candidate::failure_event(
        cx,
        at.pool,
        at.client,
        resumed.user.as_ref(),
        resumed.tally.subject(),
    );
    let guess = resumed.progress.awaits.guess();
    match attempts::count_failure(cx, at.pool, resumed.tally, guess, batch).await {
        Ok(()) => refusal.into(),
        Err(fault) => fault,
    }
}
