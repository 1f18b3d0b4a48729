//! Faults that `dev` makes on request, so that an application meets them before it meets them elsewhere: a throttle, an error or
//! a delay of the next calls of an operation, a function that fails, a sender that fails. `serve` has none of this.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cognate_domain::app::courier::{Courier, Delivering, NotDelivered, Outgoing};
use cognate_domain::app::functions::{Functions, Invocation, InvokeError, Invoking, Trigger};
use cognate_domain::records::pool::Pool;
use cognate_domain::records::risk::NotifySender;
use cognate_shapes::{DeliveryMediumType, ErrorCode, Op};
use serde_json::{Value, json};

use crate::errors::{self, Refusal};

/// Faults that wait at most.
const MOST: usize = 100;
/// Calls that a fault may meet.
const MOST_TIMES: u64 = 1_000_000;
/// The longest delay.
const LONGEST: u64 = 60_000;
/// The most characters of a message.
const LONGEST_TEXT: usize = 1_024;

/// What a fault does, and to what.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    /// An operation is refused as one that is called too often.
    Throttle(Op),
    /// An operation takes longer.
    Delay(Op, Duration),
    /// An operation is refused with an error, before it does anything.
    Error(Op, ErrorCode, String),
    /// A function of a pool fails.
    Trigger(Trigger, String),
    /// A sender fails, so that the message is tried again later; None for both media.
    Sender(Option<DeliveryMediumType>),
}

/// A fault that waits for the calls that it meets.
#[derive(Clone, Debug)]
struct Waiting {
    id: u64,
    fault: Fault,
    left: u64,
}

/// What an operation meets.
#[derive(Debug)]
pub enum Met {
    /// Waits so long and goes on.
    Delay(Duration),
    /// Is refused.
    Refused(Refusal),
}

/// The faults of a server.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    last: u64,
    waiting: Vec<Waiting>,
}

impl Faults {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a fault as a request describes it, and returns it as [`Faults::list`] does.
    ///
    /// # Errors
    /// What is wrong with the description, for whoever sent it.
    pub fn add(&self, wish: &Value) -> Result<Value, String> {
        let members = wish.as_object().ok_or_else(example)?;
        let known = [
            "fault",
            "operation",
            "trigger",
            "medium",
            "times",
            "milliseconds",
            "error",
            "message",
        ];
        if let Some(name) = members.keys().find(|name| !known.contains(&name.as_str())) {
            return Err(format!("`{name}` is no member of a fault; {}", example()));
        }
        let times = match wish.get("times") {
            None => 1,
            Some(times) => times
                .as_u64()
                .filter(|times| (1..=MOST_TIMES).contains(times))
                .ok_or_else(|| format!("`times` is a number from 1 to {MOST_TIMES}"))?,
        };
        let fault = read(wish)?;
        let mut state = self.state();
        if state.waiting.len() >= MOST {
            return Err(format!("{MOST} faults wait already: DELETE /_dev/faults"));
        }
        state.last += 1;
        let waiting = Waiting {
            id: state.last,
            fault,
            left: times,
        };
        let shown = shown(&waiting);
        state.waiting.push(waiting);
        Ok(shown)
    }

    /// Lists the faults that wait, the oldest first.
    pub fn list(&self) -> Value {
        let state = self.state();
        json!({"faults": state.waiting.iter().map(shown).collect::<Vec<_>>()})
    }

    /// Takes all faults away.
    pub fn clear(&self) {
        self.state().waiting.clear();
    }

    /// Returns what `pick` makes of the oldest fault that it wants, which has one call less to meet then.
    fn meet<T>(&self, pick: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        let mut state = self.state();
        let mut met = None;
        for waiting in &mut state.waiting {
            met = pick(&waiting.fault);
            if met.is_some() {
                waiting.left -= 1;
                break;
            }
        }
        state.waiting.retain(|waiting| waiting.left > 0);
        met
    }

    /// Returns what the next call of an operation meets.
    pub fn of_operation(&self, op: Op) -> Option<Met> {
        self.meet(|fault| match fault {
            Fault::Throttle(of) if *of == op => Some(Met::Refused(errors::too_many_requests())),
            Fault::Delay(of, time) if *of == op => Some(Met::Delay(*time)),
            Fault::Error(of, code, text) if *of == op => {
                Some(Met::Refused(errors::on_request(*code, text.clone())))
            }
            _ => None,
        })
    }

    fn of_trigger(&self, trigger: Trigger) -> Option<InvokeError> {
        self.meet(|fault| match fault {
            Fault::Trigger(of, text) if *of == trigger => Some(InvokeError::Failed(text.clone())),
            _ => None,
        })
    }

    fn of_sender(&self, medium: DeliveryMediumType) -> Option<NotDelivered> {
        self.meet(|fault| match fault {
            Fault::Sender(of) if of.is_none_or(|of| of == medium) => Some(NotDelivered::Later(
                "a fault was asked for at /_dev/faults".to_owned(),
            )),
            _ => None,
        })
    }
}

fn example() -> String {
    r#"send {"fault":"throttle","operation":"InitiateAuth","times":2}, or another fault: delay with milliseconds, error with error and message, trigger with trigger, sender with medium"#.to_owned()
}

fn read(wish: &Value) -> Result<Fault, String> {
    let text = |name: &str| wish.get(name).and_then(Value::as_str);
    let operation = || -> Result<Op, String> {
        let name = text("operation").ok_or("`operation` names an operation of the API")?;
        Op::from_name(name).ok_or_else(|| "there is no such operation".to_owned())
    };
    let message = || match text("message") {
        Some(message) if message.chars().count() > LONGEST_TEXT => {
            Err(format!("`message` has at most {LONGEST_TEXT} characters"))
        }
        message => Ok(message.unwrap_or("A fault was asked for.").to_owned()),
    };
    match text("fault") {
        Some("throttle") => Ok(Fault::Throttle(operation()?)),
        Some("delay") => {
            let millis = wish.get("milliseconds").and_then(Value::as_u64);
            let millis = millis.filter(|millis| (1..=LONGEST).contains(millis));
            let millis =
                millis.ok_or_else(|| format!("`milliseconds` is a number from 1 to {LONGEST}"))?;
            Ok(Fault::Delay(operation()?, Duration::from_millis(millis)))
        }
        Some("error") => {
            let op = operation()?;
            let name = text("error").unwrap_or("InternalErrorException");
            let mut codes = op.errors().iter().chain([&ErrorCode::InternalError]);
            let code = codes.find(|code| code.as_str() == name);
            let code = code.ok_or("`error` names an exception that the operation declares")?;
            Ok(Fault::Error(op, *code, message()?))
        }
        Some("trigger") => {
            let name = text("trigger").unwrap_or_default();
            let trigger = Trigger::ALL.into_iter().find(|one| one.name() == name);
            let trigger = trigger.ok_or("`trigger` is a key of LambdaConfig")?;
            Ok(Fault::Trigger(trigger, message()?))
        }
        Some("sender") => match text("medium") {
            None => Ok(Fault::Sender(None)),
            Some("EMAIL") => Ok(Fault::Sender(Some(DeliveryMediumType::Email))),
            Some("SMS") => Ok(Fault::Sender(Some(DeliveryMediumType::Sms))),
            Some(_) => Err("`medium` is EMAIL or SMS".to_owned()),
        },
        _ => Err(example()),
    }
}

fn shown(waiting: &Waiting) -> Value {
    let mut shown = match &waiting.fault {
        Fault::Throttle(op) => json!({"fault": "throttle", "operation": op.name()}),
        Fault::Delay(op, time) => {
            json!({"fault": "delay", "operation": op.name(), "milliseconds": time.as_millis()})
        }
        Fault::Error(op, code, message) => json!({
            "fault": "error", "operation": op.name(), "error": code.as_str(), "message": message,
        }),
        Fault::Trigger(trigger, message) => {
            json!({"fault": "trigger", "trigger": trigger.name(), "message": message})
        }
        Fault::Sender(None) => json!({"fault": "sender"}),
        Fault::Sender(Some(medium)) => json!({"fault": "sender", "medium": medium.as_str()}),
    };
    if let Some(shown) = shown.as_object_mut() {
        shown.insert("id".into(), json!(waiting.id));
        shown.insert("times".into(), json!(waiting.left));
    }
    shown
}

/// Functions that fail when a fault says so.
pub struct FaultyFunctions<F>(pub F, pub Faults);

impl<F: Functions> Functions for FaultyFunctions<F> {
    fn invoke<'a>(&'a self, call: &'a Invocation) -> Invoking<'a> {
        match self.1.of_trigger(call.trigger) {
            Some(error) => Box::pin(std::future::ready(Err(error))),
            None => self.0.invoke(call),
        }
    }
}

/// Senders that fail when a fault says so.
pub struct FaultyCourier<C>(pub C, pub Faults);

impl<C: Courier> Courier for FaultyCourier<C> {
    fn sends(&self, pool: &Pool, medium: DeliveryMediumType) -> bool {
        self.0.sends(pool, medium)
    }

    fn sends_as(&self, pool: &Pool, sender: &NotifySender) -> bool {
        self.0.sends_as(pool, sender)
    }

    fn deliver<'a>(&'a self, pool: &'a Pool, message: &'a Outgoing) -> Delivering<'a> {
        match self.1.of_sender(message.medium) {
            Some(why) => Box::pin(std::future::ready(Err(why))),
            None => self.0.deliver(pool, message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_meets_so_many_calls_of_its_own_kind() {
        let faults = Faults::default();
        let wish = json!({"fault": "throttle", "operation": "InitiateAuth", "times": 2});
        let expected =
            json!({"id": 1, "fault": "throttle", "operation": "InitiateAuth", "times": 2});
        assert_eq!(faults.add(&wish), Ok(expected));
        assert!(faults.of_operation(Op::SignUp).is_none());
        assert!(faults.of_trigger(Trigger::PreSignUp).is_none());
        assert!(faults.of_sender(DeliveryMediumType::Email).is_none());
        for _ in 0..2 {
            let met = faults.of_operation(Op::InitiateAuth);
            let code = met.map(|met| match met {
                Met::Refused(refusal) => Some(refusal.code),
                Met::Delay(_) => None,
            });
            assert_eq!(code, Some(Some(ErrorCode::TooManyRequests)));
        }
        assert!(faults.of_operation(Op::InitiateAuth).is_none());
        assert_eq!(faults.list(), json!({"faults": []}));
    }

    #[test]
    fn a_courier_that_may_fail_sends_as_whom_it_sent_before() {
        struct OfThePool;
        impl Courier for OfThePool {
            fn sends(&self, _: &Pool, _: DeliveryMediumType) -> bool {
                true
            }
            fn sends_as(&self, _: &Pool, sender: &NotifySender) -> bool {
                sender.source_arn == "arn:known"
            }
            fn deliver<'a>(&'a self, _: &'a Pool, _: &'a Outgoing) -> Delivering<'a> {
                Box::pin(std::future::pending())
            }
        }
        let doc = json!({
            "name": "p", "policies": {}, "deletion_protection": "INACTIVE", "lambda_config": {}, "schema": [],
            "verification_message_template": {}, "user_attribute_update_settings": {}, "mfa_configuration": "OFF",
            "mfa_factors": {}, "email_configuration": {}, "tags": {}, "admin_create_user_config": {},
            "tier": "ESSENTIALS", "fold": 1,
        });
        let pool = Pool {
            id: "us-east-1_A".into(),
            region: "us-east-1".into(),
            doc: serde_json::from_value(doc).unwrap(),
            key: Arc::new(cognate_crypto::seal::PoolKey::generate()),
            issuer: None,
            created: 0,
            modified: 0,
            ver: 1,
            paused: false,
        };
        let courier = FaultyCourier(OfThePool, Faults::default());
        let sender = |arn: &str| NotifySender {
            source_arn: arn.to_owned(),
            from: None,
            reply_to: None,
        };
        assert!(courier.sends_as(&pool, &sender("arn:known")));
        assert!(!courier.sends_as(&pool, &sender("arn:other")));
    }

    #[test]
    fn what_is_no_fault_is_told() {
        let faults = Faults::default();
        for (wish, why) in [
            (json!([]), "send {"),
            (json!({}), "send {"),
            (json!({"fault": "fire"}), "send {"),
            (json!({"fault": "sender", "x": 1}), "`x` is no member"),
            (json!({"fault": "throttle"}), "`operation` names"),
            (
                json!({"fault": "throttle", "operation": "x"}),
                "there is no such",
            ),
            (
                json!({"fault": "throttle", "operation": "SignUp", "times": 0}),
                "`times` is",
            ),
            (
                json!({"fault": "delay", "operation": "SignUp"}),
                "`milliseconds` is",
            ),
            (
                json!({"fault": "delay", "operation": "SignUp", "milliseconds": 60_001}),
                "`milliseconds` is",
            ),
            (
                json!({"fault": "error", "operation": "SignUp", "error": "x"}),
                "`error` names",
            ),
            (
                json!({"fault": "error", "operation": "SignUp", "message": "x".repeat(1_025)}),
                "`message` has",
            ),
            (json!({"fault": "trigger", "trigger": "x"}), "`trigger` is"),
            (json!({"fault": "sender", "medium": "x"}), "`medium` is"),
        ] {
            let told = faults.add(&wish).unwrap_err();
            assert!(told.starts_with(why), "{wish}: {told}");
        }
        for _ in 0..MOST {
            faults.add(&json!({"fault": "sender"})).unwrap();
        }
        assert!(faults.add(&json!({"fault": "sender"})).is_err());
        faults.clear();
        assert_eq!(faults.list(), json!({"faults": []}));
    }
}
