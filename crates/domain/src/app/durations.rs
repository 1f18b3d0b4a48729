//! How long recent calls of functions took, so that an action about a name that nobody has can take as long as one that
//! calls (decision 013).

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use cognate_crypto::random;

use crate::app::functions::Trigger;
use crate::errors::ApiError;

/// The calls of one function that are remembered.
const CALLS: usize = 32;
/// The functions that are remembered.
const FUNCTIONS: usize = 1024;
/// The time for which the latest refusal tells what the next call would meet.
const REFUSES: Duration = Duration::from_secs(60);
/// The time of a call of which nothing is known yet: from the first to the second.
const UNKNOWN: (Duration, Duration) = (Duration::from_millis(40), Duration::from_millis(160));

type Key = (Trigger, String);

/// The recent calls, by trigger and ARN.
#[derive(Default)]
pub struct Durations(Mutex<HashMap<Key, Calls>>);

#[derive(Default)]
struct Calls {
    /// The times of calls that ended with an answer or an error of the function.
    times: VecDeque<Duration>,
    /// The latest call, if it could not be made.
    refused: Option<(Instant, Duration, ApiError)>,
}

impl Durations {
    /// Keeps the time of a call. `refusal`: why the function could not be called.
    pub fn record(&self, trigger: Trigger, arn: &str, took: Duration, refusal: Option<ApiError>) {
        let mut functions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (trigger, arn.to_owned());
        if functions.len() >= FUNCTIONS
            && !functions.contains_key(&key)
            && let Some(other) = functions.keys().next().cloned()
        {
            functions.remove(&other);
        }
        let calls = functions.entry(key).or_default();
        match refusal {
            Some(refusal) => calls.refused = Some((Instant::now(), took, refusal)),
            None => {
                calls.refused = None;
                if calls.times.len() >= CALLS {
                    calls.times.pop_front();
                }
                calls.times.push_back(took);
            }
        }
    }

    /// Returns the time that a call would take now, and its refusal if the latest one could not be made.
    pub fn draw(&self, trigger: Trigger, arn: &str) -> (Duration, Option<ApiError>) {
        let functions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(calls) = functions.get(&(trigger, arn.to_owned())) else {
            return (between(UNKNOWN.0, UNKNOWN.1), None);
        };
        if let Some((at, took, refusal)) = &calls.refused
            && at.elapsed() < REFUSES
        {
            return (*took, Some(refusal.clone()));
        }
        let mut times: Vec<_> = calls.times.iter().copied().collect();
        drop(functions);
        times.sort_unstable();
        (likely(&times), None)
    }
}

/// Returns a time between two neighbours of a sorted list: one of the list itself would come back again and again, as
/// no call does.
pub(super) fn likely(times: &[Duration]) -> Duration {
    let most = u64::try_from(times.len().saturating_sub(1)).unwrap_or(0);
    let at = match most {
        0 => 0,
        _ => usize::try_from(random::below(most)).unwrap_or(0),
    };
    match (times.get(at), times.get(at + 1)) {
        (Some(first), Some(second)) => between(*first, *second),
        // One call says little of the next: the time around it.
        (Some(only), None) => between(*only * 9 / 10, *only * 11 / 10),
        (None, _) => between(UNKNOWN.0, UNKNOWN.1),
    }
}

fn between(least: Duration, most: Duration) -> Duration {
    let span = most.saturating_sub(least).as_micros();
    let span = u64::try_from(span).unwrap_or(u64::MAX).saturating_add(1);
    least + Duration::from_micros(random::below(span))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::triggers;

    const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:f";
    const MESSAGE: Trigger = Trigger::CustomMessage;

    fn millis(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn times_are_drawn_from_the_recent_calls_of_the_trigger() {
        let durations = Durations::default();
        let (took, refusal) = durations.draw(MESSAGE, ARN);
        assert!(took >= UNKNOWN.0 && took <= UNKNOWN.1 && refusal.is_none());
        durations.record(MESSAGE, ARN, millis(1_000), None);
        durations.record(Trigger::PreSignUp, ARN, millis(1), None);
        let (took, _) = durations.draw(MESSAGE, ARN);
        assert!(took >= millis(900) && took <= millis(1_100));
        for n in 0..1_000 {
            durations.record(MESSAGE, ARN, millis(200 + n % 10), None);
        }
        let drawn: Vec<_> = (0..100).map(|_| durations.draw(MESSAGE, ARN).0).collect();
        assert!(
            drawn
                .iter()
                .all(|took| *took >= millis(200) && *took <= millis(209))
        );
        assert!(drawn.iter().any(|took| *took != drawn[0]));
        assert_eq!(
            durations.0.lock().unwrap()[&(MESSAGE, ARN.to_owned())]
                .times
                .len(),
            CALLS
        );
    }

    #[test]
    fn a_function_that_cannot_be_called_refuses_until_a_call_succeeds() {
        let durations = Durations::default();
        durations.record(MESSAGE, ARN, millis(5), None);
        durations.record(
            MESSAGE,
            ARN,
            millis(50),
            Some(triggers::timed_out("CustomMessage")),
        );
        let (took, refusal) = durations.draw(MESSAGE, ARN);
        assert_eq!(took, millis(50));
        assert!(refusal.unwrap().message.contains("Socket timeout"));
        durations.record(MESSAGE, ARN, millis(5), None);
        assert!(durations.draw(MESSAGE, ARN).1.is_none());
    }

    #[test]
    fn the_memory_is_bounded() {
        let durations = Durations::default();
        for n in 0..FUNCTIONS + 10 {
            durations.record(MESSAGE, &n.to_string(), millis(1), None);
        }
        assert_eq!(durations.0.lock().unwrap().len(), FUNCTIONS);
    }
}
