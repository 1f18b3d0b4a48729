//! The last calls of `dev`, for people who develop functions. They hold whole events, and with them passwords and codes:
//! `serve` records nothing.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use cognate_domain::app::functions::{Invocation, InvokeError, Trigger};
use serde::Serialize;
use serde_json::Value;

use crate::counts::Outcome;

/// Calls that are kept.
const CALLS: usize = 200;
/// Bytes of events and outputs that are kept; the oldest calls go first.
pub const BYTES: usize = 32 << 20;
/// The same for a state that is one of many.
pub const FEW_BYTES: usize = 1 << 20;

/// A call that was recorded. It has no `Debug`: its event may hold passwords and codes.
#[derive(Clone, Serialize)]
pub struct Recorded {
    /// Its number, by which it is asked for.
    pub id: u64,
    /// When it ended, in seconds since the epoch by the wall clock.
    pub time: i64,
    /// The trigger's key in LambdaConfig.
    pub trigger: &'static str,
    /// `triggerSource` of the event.
    pub source: String,
    /// The pool.
    pub pool: String,
    /// The function's ARN.
    pub arn: String,
    /// The kind of its target: `lambda`, `hook`, `command`; `none` without one.
    pub target: &'static str,
    /// Milliseconds that the call took, all tries together.
    pub milliseconds: u64,
    /// The number of tries.
    pub tries: u32,
    /// The word for how it ended.
    pub outcome: &'static str,
    /// The number of the call whose event this one repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay_of: Option<u64>,
    /// The event.
    pub event: Value,
    /// The output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
    /// The text of the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// How a call went, besides its output.
#[derive(Clone, Copy)]
pub struct Course {
    /// When it ended, in seconds since the epoch.
    pub time: i64,
    /// The kind of its target.
    pub target: &'static str,
    /// Milliseconds.
    pub milliseconds: u64,
    /// The number of tries.
    pub tries: u32,
    /// The number of the call that it repeated.
    pub replay_of: Option<u64>,
}

struct Kept {
    call: Recorded,
    trigger: Trigger,
    bytes: usize,
}

#[derive(Default)]
struct Calls {
    last: u64,
    kept: VecDeque<Kept>,
    bytes: usize,
}

/// Keeps the last calls.
pub struct Recorder {
    calls: Mutex<Calls>,
    most: usize,
}

impl Recorder {
    /// Returns one that keeps so many bytes at most, and the last call in any case.
    pub fn within(most: usize) -> Self {
        let calls = Mutex::default();
        Self { calls, most }
    }

    /// Records a call and returns its number.
    pub fn record(
        &self,
        call: &Invocation,
        course: Course,
        result: &Result<Value, InvokeError>,
    ) -> u64 {
        let source = call.event.get("triggerSource").and_then(Value::as_str);
        let mut recorded = Recorded {
            id: 0,
            time: course.time,
            trigger: call.trigger.name(),
            source: source.unwrap_or_default().to_owned(),
            pool: call.pool_id.clone(),
            arn: call.arn.clone(),
            target: course.target,
            milliseconds: course.milliseconds,
            tries: course.tries,
            outcome: Outcome::of(result).name(),
            replay_of: course.replay_of,
            event: call.event.clone(),
            output: result.as_ref().ok().cloned(),
            error: result.as_ref().err().map(text),
        };
        let output = result.as_ref().map_or(0, |output| output.to_string().len());
        let bytes = call.event.to_string().len() + output;
        let mut calls = self.lock();
        calls.last += 1;
        recorded.id = calls.last;
        calls.bytes += bytes;
        calls.kept.push_front(Kept {
            call: recorded,
            trigger: call.trigger,
            bytes,
        });
        while calls.kept.len() > CALLS || (calls.bytes > self.most && calls.kept.len() > 1) {
            let Some(oldest) = calls.kept.pop_back() else {
                break;
            };
            calls.bytes -= oldest.bytes;
        }
        calls.last
    }

    /// Forgets all calls; their numbers are not given again.
    pub fn forget(&self) {
        let mut calls = self.lock();
        calls.kept.clear();
        calls.bytes = 0;
    }

    /// Returns the calls, the newest first.
    pub fn all(&self) -> Vec<Recorded> {
        self.lock()
            .kept
            .iter()
            .map(|kept| kept.call.clone())
            .collect()
    }

    /// Returns a call and its trigger.
    pub fn get(&self, id: u64) -> Option<(Trigger, Recorded)> {
        let calls = self.lock();
        let kept = calls.kept.iter().find(|kept| kept.call.id == id)?;
        Some((kept.trigger, kept.call.clone()))
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the text of an error for people.
fn text(error: &InvokeError) -> String {
    match error {
        InvokeError::Failed(message) => message.clone(),
        InvokeError::NotJson => "the output is no JSON document, or too large".into(),
        InvokeError::Timeout => "no output in time".into(),
        InvokeError::Refused(reason) => reason.clone(),
        InvokeError::Unreachable(detail) => format!("not reached: {detail}"),
        InvokeError::NoTarget => "no target in the settings for this ARN".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn call(event: Value) -> Invocation {
        Invocation {
            trigger: Trigger::PreSignUp,
            arn: "arn:x".into(),
            pool_id: "p".into(),
            id: "i".into(),
            event,
        }
    }

    const COURSE: Course = Course {
        time: 1,
        target: "hook",
        milliseconds: 2,
        tries: 1,
        replay_of: None,
    };

    #[test]
    fn the_last_calls_are_kept_within_bounds() {
        let recorder = Recorder::within(BYTES);
        for n in 0..250 {
            recorder.record(&call(json!({"n": n})), COURSE, &Ok(json!({"n": n})));
        }
        let all = recorder.all();
        assert_eq!((all.len(), all[0].id, all[199].id), (200, 250, 51));
        assert!(recorder.get(50).is_none());
        let (trigger, found) = recorder.get(51).unwrap();
        assert_eq!(
            (trigger, found.event),
            (Trigger::PreSignUp, json!({"n": 50}))
        );
        let large = Ok(json!("x".repeat(BYTES)));
        recorder.record(&call(json!({})), COURSE, &large);
        assert_eq!(recorder.all().len(), 1);
        recorder.record(&call(json!({})), COURSE, &Err(InvokeError::Timeout));
        let all = recorder.all();
        assert_eq!((all.len(), all[0].outcome), (1, "timeout"));
    }

    #[test]
    fn one_of_many_keeps_less() {
        let recorder = Recorder::within(FEW_BYTES);
        let part = Ok(json!("x".repeat(300 << 10)));
        for _ in 0..10 {
            recorder.record(&call(json!({})), COURSE, &part);
        }
        assert_eq!(recorder.all().len(), 3);
    }
}
