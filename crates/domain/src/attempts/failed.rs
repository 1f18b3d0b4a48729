//! The failed attempts of a subject, and the lock that they close (auth.md 2.10).

use cognate_store::tables::attempts::{self as table, Failures};
use cognate_store::{Batch, Row};

use crate::clock::{MINUTE, SECOND};
use crate::errors::{self, Result};
use crate::records::pool::Pool;

/// Wrong passwords before the first lock.
const FREE: i64 = 5;
/// The longest lock, and how long wrong passwords are remembered (auth.md 2.10).
const LONGEST: i64 = 15 * MINUTE;

/// The subject whose attempts are counted: a user or an unknown name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// Returns the subject of a user, by id.
    pub fn known(user_id: &str) -> Self {
        Self(user_id.to_owned())
    }

    /// Returns the subject of an unknown name. The database sees a pseudonym, so that typed names are not collected.
    pub fn unknown(pool: &Pool, folded_name: &str) -> Self {
        Self(hex::encode(
            pool.key
                .mac("attempts of unknown names", folded_name.as_bytes()),
        ))
    }

    /// Returns the key of the rows.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Failed attempts of a subject as read from the database.
#[derive(Clone, Debug)]
pub struct FailedAttempts {
    pub(super) subject: Subject,
    pub(super) seen: Option<Failures>,
    /// Wrong answers to single factors, by kind of row.
    factors: Vec<(String, Failures)>,
}

impl FailedAttempts {
    /// Reads the rows of `attempts::of_subject` or `of_sign_in`.
    pub fn from_rows(subject: Subject, rows: Vec<Row>) -> Result<Self> {
        let (mut seen, mut factors) = (None, Vec::new());
        for mut row in rows {
            let (kind, failures) = Failures::read(&mut row)?;
            if kind == table::PASSWORD {
                seen = Some(failures);
            } else if kind.starts_with(table::WRONG) {
                factors.push((kind, failures));
            }
        }
        Ok(Self {
            subject,
            seen,
            factors,
        })
    }

    /// Returns the subject that was read.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Returns the wrong answers of a kind of row.
    pub(super) fn of_factor(&self, kind: &str) -> Option<&Failures> {
        let mut rows = self.factors.iter();
        rows.find(|(name, _)| name == kind).map(|(_, seen)| seen)
    }

    /// True if the subject is locked at `now`.
    pub fn locked(&self, now: i64) -> bool {
        self.seen.as_ref().is_some_and(|seen| now < seen.until)
    }

    /// Refuses while the subject is locked, even the right password; the attempt does not count (auth.md 2.10).
    ///
    /// # Errors
    /// NotAuthorizedException `Password attempts exceeded`.
    pub fn refuse_locked(&self, now: i64) -> Result<()> {
        if self.locked(now) {
            Err(errors::auth::password_attempts_exceeded().into())
        } else {
            Ok(())
        }
    }

    /// Adds to the batch of a complete sign-in that nothing was counted since, and deletes the failed attempts.
    pub fn reset(&self, batch: Batch, pool: &Pool) -> Batch {
        table::clear(batch, &pool.id, &self.subject.0, self.seen.as_ref())
    }

    /// Adds to the batch of a right answer that is not the last that nothing was counted since; deletes nothing.
    pub fn require_unchanged(&self, batch: Batch, pool: &Pool) -> Batch {
        table::require_unchanged(batch, &pool.id, &self.subject.0, self.seen.as_ref())
    }

    /// True if [`FailedAttempts::reset`] has nothing to delete; then a right password that ends in a challenge needs no
    /// commit.
    pub fn is_clean(&self) -> bool {
        self.seen.is_none()
    }

    /// Returns the row after one more wrong password at `now`.
    pub(super) fn after_failure(&self, now: i64) -> Failures {
        let before = self
            .seen
            .as_ref()
            .filter(|seen| now < seen.expires)
            .map_or(0, |seen| seen.n);
        let n = before.saturating_add(1);
        let lock = match u32::try_from(n - FREE) {
            Err(_) => 0,
            Ok(doublings) => SECOND
                .checked_shl(doublings.min(20))
                .unwrap_or(LONGEST)
                .clamp(SECOND, LONGEST),
        };
        // The clock of another node may be ahead; `last` identifies the row's state and must move.
        let last = self
            .seen
            .as_ref()
            .map_or(now, |seen| now.max(seen.last.saturating_add(1)));
        let until = if lock == 0 {
            0
        } else {
            now.saturating_add(lock)
        };
        Failures {
            n,
            until,
            last,
            expires: now.saturating_add(LONGEST),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(n: i64, last: i64) -> FailedAttempts {
        let seen = Failures {
            n,
            until: 0,
            last,
            expires: last + LONGEST,
        };
        FailedAttempts {
            subject: Subject::known("u"),
            seen: Some(seen),
            factors: Vec::new(),
        }
    }

    #[test]
    fn the_lock_begins_with_the_fifth_failure_at_one_second_and_doubles_to_fifteen_minutes() {
        let now = 1_000 * SECOND;
        let lock = |before: i64| {
            let after = tally(before, now - 1).after_failure(now);
            (
                after.n,
                (after.until - if after.until == 0 { 0 } else { now }) / SECOND,
            )
        };
        assert_eq!(
            [lock(0), lock(3), lock(4), lock(5), lock(6)],
            [(1, 0), (4, 0), (5, 1), (6, 2), (7, 4)]
        );
        assert_eq!(
            [lock(13), lock(14), lock(15), lock(90)],
            [(14, 512), (15, 900), (16, 900), (91, 900)]
        );
    }

    #[test]
    fn fifteen_minutes_without_an_attempt_forget_the_failures() {
        let now = 10_000 * SECOND;
        assert_eq!(tally(7, now - LONGEST).after_failure(now).n, 1);
        assert_eq!(tally(7, now - LONGEST + 1).after_failure(now).n, 8);
    }

    #[test]
    fn every_failure_changes_the_row_even_when_the_clock_stands_still() {
        let now = 1_000 * SECOND;
        assert!(tally(1, now).after_failure(now).last > now);
    }
}
