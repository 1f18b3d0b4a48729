//! Limits on guessing: the sign-in lockout (auth.md 2.10) and requests per hour (auth.md 2.7).
//!
//! A subject is a user, or the pseudonym of an unknown name: both cost the same reads and the same commit, and both
//! lock. The row that was read is a condition of every batch that judges a password, right or wrong. So guesses that
//! ran side by side, on one node or on several, are counted one after the other, and none is answered that began before
//! a lock and ended inside it.

mod failed;
pub mod guesses;

use cognate_store::tables::attempts as table;
use cognate_store::{Batch, CommitError};

use crate::attempts::guesses::Guess;
use crate::clock::HOUR;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::records::pool::Pool;

pub use failed::{FailedAttempts, Subject};

/// Counts a request of `kind` in one commit, once in an action, however often the action is run.
///
/// # Errors
/// LimitExceededException from the request after `limit` on, until an hour after the first (auth.md 2.7, 6.1).
pub async fn take(
    cx: &Cx<'_>,
    pool: &Pool,
    subject: &Subject,
    kind: &'static str,
    limit: i64,
) -> Result<()> {
    let counted = format!("request {kind}\n{}", subject.as_str());
    if cx.memory().get::<()>(&counted).is_some() {
        return Ok(());
    }
    let batch = table::count(
        Batch::new(),
        &pool.id,
        subject.as_str(),
        kind,
        cx.now(),
        cx.now().saturating_add(HOUR),
    );
    let outcome = cx.commit(batch, |_| Fault::Stale).await?;
    let n = outcome.first(0).map_or(Ok(i64::MAX), |row| row.int(0))?;
    if n > limit {
        return Err(errors::auth::attempt_limit_exceeded().into());
    }
    cx.memory().keep(&counted, ());
    Ok(())
}

/// Reads the failed attempts of a subject.
pub async fn read(cx: &Cx<'_>, pool: &Pool, subject: Subject) -> Result<FailedAttempts> {
    let rows = cx
        .store
        .all(table::of_subject(&pool.id, subject.as_str()))
        .await?;
    FailedAttempts::from_rows(subject, rows)
}

/// Counts a wrong answer, durably before the client's error, together with `also` (its auth event). `guess`: the factor
/// that was answered wrongly.
///
/// # Errors
/// NotAuthorizedException `Password attempts exceeded` when other attempts closed the lock in the meantime.
pub async fn count_failure(
    cx: &Cx<'_>,
    pool: &Pool,
    mut tally: FailedAttempts,
    guess: Option<Guess>,
    also: Batch,
) -> Result<()> {
    let also = match guess {
        Some(guess) => guess.count(also, pool, &tally.subject, cx.now()),
        None => also,
    };
    // Each lost round means that another failure was counted; after the fifth there is a lock.
    for _ in 0..16 {
        tally.refuse_locked(cx.now())?;
        if let Some(guess) = guess {
            guess.refuse_worn_out(&tally, cx.now())?;
        }
        let after = tally.after_failure(cx.now());
        let batch = table::replace(
            also.clone(),
            &pool.id,
            tally.subject.as_str(),
            tally.seen.as_ref(),
            &after,
        );
        match cx.apply(batch).await {
            Ok(_) => return Ok(()),
            Err(CommitError::Conflict(table::NOTICES_FULL)) => return Err(Fault::Stale),
            Err(CommitError::Conflict(_)) => tally = read(cx, pool, tally.subject).await?,
            Err(other) => return Err(Fault::Internal(format!("commit: {other}"))),
        }
    }
    Err(errors::auth::password_attempts_exceeded().into())
}
