//! Functions of triggers that a test plays: it says what each answers, and reads the events that they got.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use cognate_domain::app::functions::{Functions, Invocation, InvokeError, Invoking, Trigger};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::functions::answered;

/// A function.
type Function = Box<dyn Fn(&Invocation) -> Result<Value, InvokeError> + Send>;

/// The functions of every pool of an app. One that nothing was said about answers with an empty `response`.
#[derive(Default)]
pub struct Played {
    functions: Mutex<HashMap<Trigger, Function>>,
    calls: Mutex<Vec<Invocation>>,
}

impl Played {
    pub fn install(t: &TestApp) -> Arc<Self> {
        let played = Arc::new(Self::default());
        assert!(
            t.app
                .functions
                .set(Box::new(Shared(played.clone())))
                .is_ok()
        );
        played
    }

    /// Has a trigger's function do this.
    pub fn does(
        &self,
        trigger: Trigger,
        function: impl Fn(&Invocation) -> Result<Value, InvokeError> + Send + 'static,
    ) {
        let mut functions = self.functions.lock().unwrap();
        functions.insert(trigger, Box::new(function));
    }

    /// Has a trigger's function answer with this `response`.
    pub fn answers(&self, trigger: Trigger, response: Value) {
        self.does(trigger, move |call| Ok(answered(call, response.clone())));
    }

    /// Has a trigger's function fail.
    pub fn fails(&self, trigger: Trigger, error: InvokeError) {
        self.does(trigger, move |_| Err(error.clone()));
    }

    /// Returns the events since this was last asked, in the order of the calls.
    pub fn events(&self) -> Vec<Value> {
        let calls = std::mem::take(&mut *self.calls.lock().unwrap());
        calls.into_iter().map(|call| call.event).collect()
    }

    /// Returns the sources of the events since they were last asked for.
    pub fn sources(&self) -> Vec<String> {
        self.events()
            .iter()
            .map(|event| event["triggerSource"].as_str().unwrap().to_owned())
            .collect()
    }
}

struct Shared(Arc<Played>);

impl Functions for Shared {
    fn invoke<'a>(&'a self, call: &'a Invocation) -> Invoking<'a> {
        self.0.calls.lock().unwrap().push(call.clone());
        let answer = match self.0.functions.lock().unwrap().get(&call.trigger) {
            Some(function) => function(call),
            None => Ok(answered(call, json!({}))),
        };
        Box::pin(async { answer })
    }
}

/// The refusal of an answer of another shape than the trigger's.
pub const UNRECOGNIZABLE: (&str, &str) = (
    "InvalidLambdaResponseException",
    "Unrecognizable lambda output",
);

/// Every way in which a call fails or an answer is none, with the exception and the text for a trigger.
pub fn failures(trigger: Trigger) -> Vec<(Result<Value, InvokeError>, &'static str, String)> {
    let name = trigger.name();
    let (invalid, unexpected) = (
        "InvalidLambdaResponseException",
        "UnexpectedLambdaException",
    );
    let failed = "UserLambdaValidationException";
    let shape = || "Unrecognizable lambda output".to_owned();
    let invocation = |reason: &str| format!("{name} invocation failed due to error {reason}.");
    vec![
        (
            Err(InvokeError::Failed("not today.".into())),
            failed,
            format!("{name} failed with error not today.."),
        ),
        (
            Err(InvokeError::Timeout),
            unexpected,
            invocation("Socket timeout while invoking Lambda function"),
        ),
        (
            Err(InvokeError::Refused("AccessDeniedException".into())),
            unexpected,
            invocation("AccessDeniedException"),
        ),
        (
            Err(InvokeError::Unreachable("10.0.0.1".into())),
            unexpected,
            invocation("ServiceException"),
        ),
        (
            Err(InvokeError::NoTarget),
            unexpected,
            format!("{name} invocation failed due to configuration."),
        ),
        (
            Err(InvokeError::NotJson),
            invalid,
            "Invalid lambda function output : Invalid JSON".into(),
        ),
        (Ok(json!("no event")), invalid, shape()),
        (Ok(json!(null)), invalid, shape()),
        (Ok(json!({"request": {}})), invalid, shape()),
        (Ok(json!({"response": null})), invalid, shape()),
        (Ok(json!({"response": []})), invalid, shape()),
    ]
}
