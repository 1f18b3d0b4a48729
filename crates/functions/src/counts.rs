//! Counts calls by trigger and outcome.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use cognate_domain::app::functions::{InvokeError, Trigger};
use serde_json::Value;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With an output.
    Answered,
    /// With an error of the function.
    Failed,
    /// With an output that is no JSON document, or too large.
    NotJson,
    /// Without an output in time.
    Timeout,
    /// The service that runs functions refused it.
    Refused,
    /// The function was not reached.
    Unreachable,
    /// There is no target for the ARN.
    NoTarget,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 7] = [
        Self::Answered,
        Self::Failed,
        Self::NotJson,
        Self::Timeout,
        Self::Refused,
        Self::Unreachable,
        Self::NoTarget,
    ];

    /// Returns the outcome of a call.
    pub fn of(result: &Result<Value, InvokeError>) -> Self {
        match result {
            Ok(_) => Self::Answered,
            Err(InvokeError::Failed(_)) => Self::Failed,
            Err(InvokeError::NotJson) => Self::NotJson,
            Err(InvokeError::Timeout) => Self::Timeout,
            Err(InvokeError::Refused(_)) => Self::Refused,
            Err(InvokeError::Unreachable(_)) => Self::Unreachable,
            Err(InvokeError::NoTarget) => Self::NoTarget,
        }
    }

    /// Returns the outcome as a word for logs and lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Failed => "failed",
            Self::NotJson => "not-json",
            Self::Timeout => "timeout",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::NoTarget => "no-target",
        }
    }
}

/// The calls of one trigger that ended in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The trigger.
    pub trigger: Trigger,
    /// The outcome.
    pub outcome: Outcome,
    /// The number of calls.
    pub calls: u64,
    /// The number of their tries.
    pub tries: u64,
    /// The time that they took together.
    pub time: Duration,
}

#[derive(Default)]
struct Cell {
    calls: AtomicU64,
    tries: AtomicU64,
    micros: AtomicU64,
}

/// The counters.
#[derive(Default)]
pub struct Counts([[Cell; Outcome::ALL.len()]; Trigger::ALL.len()]);

impl Counts {
    /// Counts a call.
    pub fn add(&self, trigger: Trigger, outcome: Outcome, tries: u32, time: Duration) {
        let row = Trigger::ALL.iter().position(|t| *t == trigger);
        let column = Outcome::ALL.iter().position(|o| *o == outcome);
        let cell = row.zip(column).and_then(|(r, c)| self.0.get(r)?.get(c));
        let Some(cell) = cell else { return };
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        cell.calls.fetch_add(1, Ordering::Relaxed);
        cell.tries.fetch_add(tries.into(), Ordering::Relaxed);
        cell.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Returns what was counted, without what never happened.
    pub fn all(&self) -> Vec<Count> {
        let rows = Trigger::ALL.into_iter().zip(&self.0);
        let cells = rows.flat_map(|(trigger, row)| {
            let cells = Outcome::ALL.into_iter().zip(row);
            cells.map(move |(outcome, cell)| Count {
                trigger,
                outcome,
                calls: cell.calls.load(Ordering::Relaxed),
                tries: cell.tries.load(Ordering::Relaxed),
                time: Duration::from_micros(cell.micros.load(Ordering::Relaxed)),
            })
        });
        cells.filter(|count| count.calls > 0).collect()
    }
}
