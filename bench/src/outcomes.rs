//! What became of requests that not all had to succeed, and how long that took.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

use anyhow::Result;
use hdrhistogram::Histogram;

use crate::http::Refused;
use crate::report::Table;

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The answer that was hoped for.
    Answered,
    /// TooManyRequestsException, with whatever status.
    TooMany,
    /// Status 429 otherwise.
    Status429,
    /// Status 503.
    Status503,
    /// No connection was made.
    NotConnected,
    /// The connection was closed in the place of an answer.
    Closed,
    /// No answer came in time.
    Unanswered,
    /// Another answer.
    Failed,
}

impl Outcome {
    /// Returns what an error says of it.
    pub fn of(error: &anyhow::Error) -> Self {
        if let Some(refused) = error.downcast_ref::<Refused>() {
            return match refused.status {
                _ if refused.body.contains("TooManyRequests") => Self::TooMany,
                429 => Self::Status429,
                503 => Self::Status503,
                _ => Self::Failed,
            };
        }
        match error.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => Self::NotConnected,
            Some(
                io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof,
            ) => Self::Closed,
            _ => Self::Failed,
        }
    }

    /// True if the server has said at once, or at least said, that it will not do it.
    pub fn is_refusal(self) -> bool {
        matches!(
            self,
            Self::TooMany | Self::Status429 | Self::Status503 | Self::NotConnected | Self::Closed
        )
    }

    fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::TooMany => "TooManyRequestsException",
            Self::Status429 => "429",
            Self::Status503 => "503",
            Self::NotConnected => "connection refused",
            Self::Closed => "connection closed",
            Self::Unanswered => "no answer in time",
            Self::Failed => "another error",
        }
    }
}

/// A request that came to an end.
#[derive(Clone, Copy)]
pub struct Sample {
    /// The place of its kind in [`crate::traffic::MIX`].
    pub kind: usize,
    /// When it was to leave.
    pub due: Instant,
    /// When it left.
    pub sent: Instant,
    /// When it ended.
    pub done: Instant,
    /// What became of it.
    pub outcome: Outcome,
}

impl Sample {
    /// Returns the time that it took, from when it was to leave.
    pub fn took(&self) -> Duration {
        self.done.saturating_duration_since(self.due)
    }
}

/// Returns an empty histogram of times up to a minute, in microseconds.
pub fn histogram() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 60_000_000, 3)?)
}

/// Adds a time.
pub fn record(histogram: &mut Histogram<u64>, time: Duration) {
    histogram.saturating_record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
}

/// Returns a quantile in milliseconds, from 0 to 1.
pub fn at(histogram: &Histogram<u64>, quantile: f64) -> f64 {
    histogram.value_at_quantile(quantile) as f64 / 1e3
}

/// Counts and times by outcome.
#[derive(Default)]
pub struct Outcomes {
    each: BTreeMap<Outcome, Histogram<u64>>,
}

impl Outcomes {
    /// Adds a request: its time runs from when it was to leave, that of a refusal from when it left.
    pub fn add(&mut self, sample: &Sample) -> Result<()> {
        let from = if sample.outcome.is_refusal() {
            sample.sent
        } else {
            sample.due
        };
        let times = match self.each.entry(sample.outcome) {
            std::collections::btree_map::Entry::Occupied(times) => times.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => place.insert(histogram()?),
        };
        record(times, sample.done.saturating_duration_since(from));
        Ok(())
    }

    /// Returns how many had one of the outcomes.
    pub fn count(&self, of: impl Fn(Outcome) -> bool) -> u64 {
        let chosen = self.each.iter().filter(|(outcome, _)| of(**outcome));
        chosen.map(|(_, times)| times.len()).sum()
    }

    /// Returns the times of all refusals.
    pub fn refusals(&self) -> Result<Histogram<u64>> {
        let mut all = histogram()?;
        for (outcome, times) in &self.each {
            if outcome.is_refusal() {
                all.add(times)?;
            }
        }
        Ok(all)
    }

    /// Prints them.
    pub fn print(&self, title: &str) {
        let mut table = Table::new(&[title, "Requests", "Part", "p50 ms", "p99 ms", "longest ms"]);
        let all = self.count(|_| true);
        for (outcome, times) in &self.each {
            table.row(&[
                outcome.name(),
                &times.len().to_string(),
                &format!("{:.2} %", 100.0 * times.len() as f64 / all as f64),
                &format!("{:.2}", at(times, 0.5)),
                &format!("{:.2}", at(times, 0.99)),
                &format!("{:.0}", times.max() as f64 / 1e3),
            ]);
        }
        table.print();
    }
}

/// Returns how long after `from` the first window of `width` begins in which 99 of 100 requests were answered within `bound`;
/// None if there is none before `until`. A window without requests says nothing. Windows are looked at every 100 ms.
pub fn recovered(
    samples: &[Sample],
    from: Instant,
    until: Instant,
    width: Duration,
    bound: Duration,
) -> Option<Duration> {
    let mut begin = from;
    while begin + width <= until {
        let inside = samples
            .iter()
            .filter(|sample| (begin..begin + width).contains(&sample.due));
        let (mut all, mut slow) = (0_usize, 0_usize);
        for sample in inside {
            all += 1;
            slow += usize::from(sample.outcome != Outcome::Answered || sample.took() >= bound);
        }
        if all > 0 && slow * 100 <= all {
            return Some(begin - from);
        }
        begin += Duration::from_millis(100);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_became_of_the_request() {
        let refused = |status, body: &str| {
            let body = body.to_owned();
            anyhow::Error::new(Refused { status, body }).context("a page")
        };
        let broken = |kind| anyhow::Error::new(io::Error::from(kind)).context("connecting");
        let cases = [
            (
                refused(400, r#"{"__type":"TooManyRequestsException"}"#),
                Outcome::TooMany,
            ),
            (refused(429, ""), Outcome::Status429),
            (refused(503, ""), Outcome::Status503),
            (refused(400, "NotAuthorizedException"), Outcome::Failed),
            (
                broken(io::ErrorKind::ConnectionRefused),
                Outcome::NotConnected,
            ),
            (broken(io::ErrorKind::UnexpectedEof), Outcome::Closed),
            (broken(io::ErrorKind::AddrNotAvailable), Outcome::Failed),
            (
                anyhow::anyhow!("2 in /Users instead of 60"),
                Outcome::Failed,
            ),
        ];
        for (error, outcome) in cases {
            assert_eq!(Outcome::of(&error), outcome, "{error:#}");
        }
    }

    #[test]
    fn the_way_back_ends_with_the_first_window_without_slow_answers() {
        let from = Instant::now();
        let milliseconds = Duration::from_millis;
        let sample = |due: u64, took: u64, outcome| Sample {
            kind: 0,
            due: from + milliseconds(due),
            sent: from + milliseconds(due),
            done: from + milliseconds(due + took),
            outcome,
        };
        let recovered = |samples: &[Sample]| {
            let until = from + milliseconds(5_000);
            recovered(samples, from, until, milliseconds(1_000), milliseconds(50))
        };
        let all = |slow_until: u64, outcome| {
            let times = (0..50).map(|n| n * 100);
            let one = move |due| {
                if due < slow_until {
                    sample(due, 400, outcome)
                } else {
                    sample(due, 4, Outcome::Answered)
                }
            };
            times.map(one).collect::<Vec<_>>()
        };
        assert_eq!(recovered(&all(0, Outcome::Answered)), Some(Duration::ZERO));
        let slow = all(1_200, Outcome::Answered);
        assert_eq!(recovered(&slow), Some(milliseconds(1_200)));
        let refused = all(2_000, Outcome::TooMany);
        assert_eq!(recovered(&refused), Some(milliseconds(2_000)));
        assert_eq!(recovered(&all(5_000, Outcome::Answered)), None);
        assert_eq!(recovered(&[]), None);
    }
}
