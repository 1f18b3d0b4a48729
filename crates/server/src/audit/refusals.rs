//! Calls that were refused for their signature, their key or their policy, on their way into the audit trail.
//!
//! Such calls need no key, so they are recorded within bounds: equal ones are one row, a fixed number of different ones
//! waits in memory, and a budget bounds the rows of a day. Calls beyond are counted and reported. Calls with a right
//! signature have their own room, so that callers without a key cannot displace the refusals of a policy.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cognate_domain::App;
use cognate_domain::audit::Entry;
use cognate_shapes::{ErrorCode, Op};
use cognate_store::Batch;

use crate::state::State;

/// The interval at which waiting refusals are written.
const TURN: Duration = Duration::from_secs(5);
/// The most different refusals that wait, of each kind.
const WAITING: usize = 256;
/// The most rows that may be written at once after a quiet time, of each kind.
const BURST: i64 = 1_000;
/// The time in which one more row may be written, in microseconds: at most 86,400 rows of each kind a day and node.
const EARNED: i64 = 1_000_000;
/// The shortest time between two reports of dropped calls, in microseconds.
const REPORT: i64 = 60_000_000;
/// The operation of the row that reports dropped calls.
pub const REPORT_NAME: &str = "AuditRefusals";

/// The facts about the caller of a call that may be refused.
#[derive(Default)]
pub struct CallerFacts<'a> {
    /// The access key id that it names.
    pub key_id: Option<&'a str>,
    /// True if there is a key with that id.
    pub known: bool,
    /// True if the signature is the key's.
    pub proven: bool,
}

/// A refused call.
pub struct RefusedCall<'a> {
    /// The caller.
    pub seen: &'a CallerFacts<'a>,
    /// The operation.
    pub operation: Op,
    /// The pool that the input names.
    pub pool: Option<&'a str>,
    /// The client's address.
    pub address: &'a str,
    /// The error.
    pub code: ErrorCode,
    /// The id in `x-amzn-requestid`.
    pub request_id: &'a str,
    /// The service's time in microseconds.
    pub at: i64,
}

/// Refusals that make one row together.
#[derive(PartialEq, Eq, Hash)]
struct What {
    operation: Op,
    pool: String,
    caller: Option<String>,
    address: String,
    code: ErrorCode,
}

/// The first of them, and how many there are.
struct Tally {
    at: i64,
    request_id: String,
    /// The key that the first one named, if there is no such key.
    named: Option<String>,
    times: u64,
}

/// Rows that may still be written.
struct Budget {
    left: i64,
    since: i64,
}

impl Budget {
    fn spend(&mut self, wall: i64) -> bool {
        let earned = (wall - self.since).max(0) / EARNED;
        if earned > 0 {
            self.left = self.left.saturating_add(earned).min(BURST);
            self.since = wall;
        }
        let may = self.left > 0;
        self.left -= i64::from(may);
        may
    }
}

/// The waiting refusals of one kind.
struct Room {
    waiting: HashMap<What, Tally>,
    budget: Budget,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            waiting: HashMap::new(),
            budget: Budget {
                left: BURST,
                since: 0,
            },
        }
    }
}

#[derive(Default)]
struct Waiting {
    /// Calls whose signature was right.
    proven: Room,
    /// All others.
    claimed: Room,
    dropped: u64,
    reported: i64,
}

/// The refusals that wait to be written.
#[derive(Default)]
pub struct Refusals {
    waiting: Mutex<Waiting>,
}

impl Refusals {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a refused call, or counts it as dropped. `wall` is this machine's time in microseconds.
    pub fn note(&self, refused: &RefusedCall<'_>, wall: i64) {
        let CallerFacts {
            key_id,
            known,
            proven,
        } = *refused.seen;
        let what = What {
            operation: refused.operation,
            // A call without a right signature does not belong in the trail of the pool that it names.
            pool: refused
                .pool
                .filter(|pool| proven && is_pool_id(pool))
                .unwrap_or("")
                .to_owned(),
            caller: key_id.filter(|_| known).map(str::to_owned),
            address: refused.address.to_owned(),
            code: refused.code,
        };
        let mut waiting = self.lock();
        let Waiting {
            proven: of_proven,
            claimed,
            dropped,
            ..
        } = &mut *waiting;
        let room = if proven { of_proven } else { claimed };
        if let Some(tally) = room.waiting.get_mut(&what) {
            tally.times += 1;
        } else if room.waiting.len() < WAITING && room.budget.spend(wall) {
            let tally = Tally {
                at: refused.at,
                request_id: refused.request_id.to_owned(),
                named: key_id.filter(|_| !known).and_then(shown),
                times: 1,
            };
            room.waiting.insert(what, tally);
        } else {
            *dropped += 1;
        }
    }

    /// Writes the waiting refusals. Those that cannot be written are counted as dropped: there is no second attempt.
    pub async fn flush(&self, app: &App) {
        let wall = app.clock.wall();
        let (rows, reported) = {
            let mut waiting = self.lock();
            let proven = std::mem::take(&mut waiting.proven.waiting);
            let claimed = std::mem::take(&mut waiting.claimed.waiting);
            let due = wall - waiting.reported >= REPORT;
            let reported = if due {
                std::mem::take(&mut waiting.dropped)
            } else {
                0
            };
            if reported > 0 {
                waiting.reported = wall;
            }
            (proven.into_iter().chain(claimed), reported)
        };
        let (mut batch, mut calls) = (Batch::new(), 0);
        for (what, tally) in rows {
            calls += tally.times;
            let entry = Entry {
                operation: what.operation.name(),
                caller: what.caller.as_deref().or(tally.named.as_deref()),
                address: &what.address,
                result: what.code.as_str(),
                request_id: Some(&tally.request_id),
                times: (tally.times > 1).then_some(tally.times),
                ..Entry::default()
            };
            batch = entry.append(batch, &what.pool, tally.at);
        }
        if reported > 0 {
            tracing::warn!(
                calls = reported,
                "more calls were refused than the audit trail records"
            );
            let entry = Entry {
                operation: REPORT_NAME,
                result: "dropped",
                times: Some(reported),
                ..Entry::default()
            };
            batch = entry.append(batch, "", app.clock.service());
        }
        if let Err(error) = app.store.commit(batch).await {
            tracing::warn!(%error, calls, "refused calls could not be recorded");
            self.lock().dropped += calls + reported;
        }
    }

    /// Returns the number of calls that were dropped and not reported yet.
    pub fn dropped(&self) -> u64 {
        self.lock().dropped
    }
}

/// Writes the waiting refusals every few seconds, until the task is dropped.
pub async fn keep(state: Arc<State>) {
    loop {
        tokio::time::sleep(TURN).await;
        state.refusals.flush(&state.app).await;
    }
}

/// True if a text that was not validated yet has the form of a pool's id.
fn is_pool_id(text: &str) -> bool {
    let parts = text.split_once('_');
    text.len() <= 55
        && parts.is_some_and(|(region, name)| {
            !region.is_empty()
                && region
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

/// Returns the id of an unknown key if it looks like one. Anything else may be a secret in the wrong place.
fn shown(key_id: &str) -> Option<String> {
    let rest = key_id
        .strip_prefix("AKIA")
        .or_else(|| key_id.strip_prefix("ASIA"))?;
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    (rest.len() == 16 && rest.bytes().all(plain)).then(|| key_id.to_owned())
}

#[cfg(test)]
#[path = "refusals_tests.rs"]
mod tests;
