//! What a running server counts, for whoever watches it. A count is one addition to an atomic number; every label is one
//! of a fixed list, so that no request makes the text of [`text`] longer.

pub mod labels;
pub mod text;

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use cognate_shapes::{ErrorCode, Op};

use crate::app::metrics::labels::{
    Label, LogRecordEnd, LogTarget, MessageEnd, NoticeEnd, RequestEnd, RiskDecision, RiskFinding,
    SecretEnd, SignInEnd,
};
use crate::errors::ApiError;
use crate::facts::action::Endpoint;

/// The numbers of one server since its start.
#[derive(Default)]
pub struct Metrics {
    /// Requests for operations of the API, by their end. What is refused before its operation is known is not in it.
    pub operations: Operations,
    /// Work of the endpoints outside the API, by its end.
    pub endpoints: Counts<Endpoint, RequestEnd>,
    /// Steps of sign-ins that ended with a session or a refusal; a step after which a challenge comes is none.
    pub sign_ins: Counts<SignInEnd>,
    /// What the evaluation of sign-ins and passwords found (admin.md 6.4, the metrics of the service).
    pub risk: Counts<RiskFinding>,
    /// What was done after it (RiskDecision of EventRiskType).
    pub risk_decisions: Counts<RiskDecision>,
    /// Messages about risky sign-ins, by what became of them.
    pub risk_notices: Counts<NoticeEnd>,
    /// Tries to send messages, by their end.
    pub messages: Counts<MessageEnd>,
    /// Records of log delivery, by kind of target and end.
    pub log_records: Counts<LogTarget, LogRecordEnd>,
    /// Records that wait for their target, in the whole database, when this node last looked.
    pub log_backlog: Gauge,
    /// Targets of log delivery to which the latest try of this node failed.
    pub log_targets_broken: Gauge,
    /// Calls of the store of secrets, by their end.
    pub client_secrets: Counts<SecretEnd>,
    /// Clients whose secrets wait for a store that took nothing three times in a row, in the whole database.
    pub client_secrets_waiting: Gauge,
    /// Portions of background work, by kind of job: those that were done, and those that failed.
    jobs: Mutex<BTreeMap<&'static str, [u64; 2]>>,
}

impl Metrics {
    /// Counts a portion of background work. `job`: its kind.
    pub fn job(&self, job: &'static str, failed: bool) {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let [done, faults] = jobs.entry(job).or_default();
        *(if failed { faults } else { done }) += 1;
    }

    fn jobs(&self) -> BTreeMap<&'static str, [u64; 2]> {
        self.jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Returns the end of an action with this outcome.
#[must_use]
pub fn end_of<T>(outcome: &Result<T, ApiError>) -> RequestEnd {
    match outcome {
        Ok(_) => RequestEnd::Ok,
        Err(error) => RequestEnd::of(error.code),
    }
}

impl RequestEnd {
    /// Returns the end of a request that is answered with this error.
    #[must_use]
    pub fn of(code: ErrorCode) -> Self {
        match code {
            ErrorCode::TooManyRequests => Self::Throttled,
            code if code.status() >= 500 => Self::Failed,
            _ => Self::Refused,
        }
    }
}

/// A number that only grows.
#[derive(Default)]
struct Counter(AtomicU64);

impl Counter {
    fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that rises and falls.
#[derive(Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// Sets the number.
    pub fn set(&self, n: usize) {
        let n = i64::try_from(n).unwrap_or(i64::MAX);
        self.0.store(n, Ordering::Relaxed);
    }

    /// Returns the number.
    #[must_use]
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The second label of counts that have one alone.
#[derive(Clone, Copy, Debug)]
pub struct Single;

impl Label for Single {
    const ALL: &'static [Self] = &[Self];

    fn name(self) -> &'static str {
        ""
    }

    fn place(self) -> usize {
        0
    }
}

/// A counter for each value of one label, or for each pair of the values of two.
pub struct Counts<A: Label, B: Label = Single> {
    counters: Box<[Counter]>,
    labels: PhantomData<fn(A, B)>,
}

impl<A: Label, B: Label> Default for Counts<A, B> {
    fn default() -> Self {
        let counters = (0..A::ALL.len() * B::ALL.len()).map(|_| Counter::default());
        Self {
            counters: counters.collect(),
            labels: PhantomData,
        }
    }
}

impl<A: Label, B: Label> Counts<A, B> {
    /// Adds `n` to the counter of two labels.
    pub fn add_to(&self, a: A, b: B, n: u64) {
        if let Some(counter) = self.counters.get(a.place() * B::ALL.len() + b.place()) {
            counter.add(n);
        }
    }

    /// Returns the counter of two labels.
    #[must_use]
    pub fn of(&self, a: A, b: B) -> u64 {
        let counter = self.counters.get(a.place() * B::ALL.len() + b.place());
        counter.map_or(0, Counter::get)
    }
}

impl<A: Label> Counts<A> {
    /// Adds one to the counter of a label.
    pub fn count(&self, label: A) {
        self.add_to(label, Single, 1);
    }

    /// Returns the counter of a label.
    #[must_use]
    pub fn get(&self, label: A) -> u64 {
        self.of(label, Single)
    }
}

/// Requests for operations, by their end.
#[derive(Default)]
pub struct Operations(Counts<Op, RequestEnd>);

impl Operations {
    /// Counts a request.
    pub fn count(&self, op: Op, end: RequestEnd) {
        self.0.add_to(op, end, 1);
    }

    /// Returns the requests for an operation with this end.
    #[must_use]
    pub fn get(&self, op: Op, end: RequestEnd) -> u64 {
        self.0.of(op, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_label_has_a_place_of_its_own() {
        fn check<L: Label + std::fmt::Debug>() {
            for (n, label) in L::ALL.iter().enumerate() {
                assert_eq!(label.place(), n, "{label:?}");
                let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
                assert!(label.name().chars().all(plain), "{label:?}");
            }
        }
        check::<Op>();
        check::<Endpoint>();
        check::<RequestEnd>();
        check::<SignInEnd>();
        check::<RiskFinding>();
        check::<RiskDecision>();
        check::<NoticeEnd>();
        check::<MessageEnd>();
        check::<LogTarget>();
        check::<LogRecordEnd>();
        check::<SecretEnd>();
        check::<Single>();
    }

    #[test]
    fn pairs_of_labels_are_counted_apart() {
        let counts: Counts<LogTarget, LogRecordEnd> = Counts::default();
        counts.add_to(LogTarget::S3, LogRecordEnd::Sent, 3);
        counts.add_to(LogTarget::File, LogRecordEnd::Failed, 1);
        for target in LogTarget::ALL {
            for end in LogRecordEnd::ALL {
                let expected = match (target, end) {
                    (LogTarget::S3, LogRecordEnd::Sent) => 3,
                    (LogTarget::File, LogRecordEnd::Failed) => 1,
                    _ => 0,
                };
                assert_eq!(counts.of(*target, *end), expected);
            }
        }
    }

    #[test]
    fn a_count_costs_next_to_nothing() {
        let metrics = Metrics::default();
        let begun = std::time::Instant::now();
        for _ in 0..100_000 {
            metrics
                .operations
                .count(Op::InitiateAuth, RequestEnd::Refused);
        }
        // A microsecond each, in a debug build on a busy machine.
        assert!(begun.elapsed().as_millis() < 100);
        assert_eq!(
            metrics
                .operations
                .get(Op::InitiateAuth, RequestEnd::Refused),
            100_000
        );
    }

    #[test]
    fn errors_tell_refusals_from_faults() {
        for (code, end) in [
            (ErrorCode::TooManyRequests, RequestEnd::Throttled),
            (ErrorCode::NotAuthorized, RequestEnd::Refused),
            (ErrorCode::UserNotFound, RequestEnd::Refused),
            (ErrorCode::InternalError, RequestEnd::Failed),
            (ErrorCode::NotImplemented, RequestEnd::Failed),
        ] {
            assert_eq!(RequestEnd::of(code), end, "{}", code.as_str());
        }
    }
}
