//! Functions of triggers that a test plays in its own process, and the events that they received.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use cognate_domain::app::functions::{Functions, Invocation, InvokeError, Invoking, Trigger};
use serde_json::{Value, json};

use crate::support::TestApp;

type Play = Arc<dyn Fn(&Invocation) -> Result<Value, InvokeError> + Send + Sync>;

/// The functions of an app. One without an instruction returns its event.
#[derive(Clone, Default)]
pub struct Player {
    plays: Arc<Mutex<HashMap<Trigger, Play>>>,
    calls: Arc<Mutex<Vec<Invocation>>>,
}

impl Functions for Player {
    fn invoke<'a>(&'a self, call: &'a Invocation) -> Invoking<'a> {
        Box::pin(async move {
            self.calls.lock().unwrap().push(call.clone());
            // Others run while a function does.
            tokio::task::yield_now().await;
            let play = self.plays.lock().unwrap().get(&call.trigger).cloned();
            match play {
                Some(play) => play(call),
                None => Ok(call.event.clone()),
            }
        })
    }
}

impl Player {
    /// Lets an app call these functions.
    pub fn install(t: &TestApp) -> Self {
        let player = Self::default();
        assert!(t.app.functions.set(Box::new(player.clone())).is_ok());
        player
    }

    /// Lets the function of a trigger do this.
    pub fn plays(
        &self,
        trigger: Trigger,
        play: impl Fn(&Invocation) -> Result<Value, InvokeError> + Send + Sync + 'static,
    ) {
        self.plays.lock().unwrap().insert(trigger, Arc::new(play));
    }

    /// Lets it fill in these members of the response.
    pub fn answers(&self, trigger: Trigger, response: Value) {
        self.plays(trigger, move |call| {
            let mut event = call.event.clone();
            for (name, value) in response.as_object().unwrap() {
                event["response"][name] = value.clone();
            }
            Ok(event)
        });
    }

    /// Lets its call end without an output.
    pub fn fails(&self, trigger: Trigger, error: InvokeError) {
        self.plays(trigger, move |_| Err(error.clone()));
    }

    /// Returns the calls since the last look.
    pub fn calls(&self) -> Vec<Invocation> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    /// Returns the sources of the calls since the last look.
    pub fn sources(&self) -> Vec<String> {
        let calls = self.calls();
        let source = |call: &Invocation| call.event["triggerSource"].as_str().unwrap().to_owned();
        calls.iter().map(source).collect()
    }

    /// Returns the event of the only call since the last look.
    pub fn event(&self) -> Value {
        let mut calls = self.calls();
        assert_eq!(calls.len(), 1, "{calls:?}");
        calls.pop().unwrap().event
    }
}

/// What a function does, and the exception and text that come of it.
pub type Case = (Result<Value, InvokeError>, (&'static str, String));

/// Returns every way in which the call of a trigger's function can go wrong.
pub fn faults(trigger: Trigger) -> Vec<Case> {
    let name = trigger.name();
    let unexpected = |reason: &str| {
        let text = format!("{name} invocation failed due to error {reason}.");
        ("UnexpectedLambdaException", text)
    };
    let unrecognizable = || {
        (
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output".to_owned(),
        )
    };
    vec![
        (
            Err(InvokeError::Failed("Not you.".to_owned())),
            (
                "UserLambdaValidationException",
                format!("{name} failed with error Not you.."),
            ),
        ),
        (
            Err(InvokeError::Timeout),
            unexpected("Socket timeout while invoking Lambda function"),
        ),
        (
            Err(InvokeError::Refused("AccessDeniedException".to_owned())),
            unexpected("AccessDeniedException"),
        ),
        (
            Err(InvokeError::Unreachable("10.0.0.1".to_owned())),
            unexpected("ServiceException"),
        ),
        (
            Err(InvokeError::NoTarget),
            (
                "UnexpectedLambdaException",
                format!("{name} invocation failed due to configuration."),
            ),
        ),
        (
            Err(InvokeError::NotJson),
            (
                "InvalidLambdaResponseException",
                "Invalid lambda function output : Invalid JSON".to_owned(),
            ),
        ),
        (Ok(json!(null)), unrecognizable()),
        (Ok(json!("x")), unrecognizable()),
        (Ok(json!([])), unrecognizable()),
        (Ok(json!({})), unrecognizable()),
        (Ok(json!({"response": null})), unrecognizable()),
        (Ok(json!({"response": [1]})), unrecognizable()),
    ]
}

/// Returns what a database holds that a refused request must not change: the number of rows of each table.
pub async fn contents(t: &TestApp) -> Vec<(&'static str, i64)> {
    let mut counts = Vec::new();
    for (table, sql) in [
        ("users", "SELECT COUNT(*) FROM users"),
        ("logins", "SELECT COUNT(*) FROM logins"),
        ("user_attrs", "SELECT COUNT(*) FROM user_attrs"),
        ("codes", "SELECT COUNT(*) FROM codes"),
        ("messages", "SELECT COUNT(*) FROM messages"),
        ("audit", "SELECT COUNT(*) FROM audit"),
    ] {
        let params = cognate_store::params![];
        let rows = t.app.store.rows(sql, params).await.unwrap();
        counts.push((table, rows[0].int(0).unwrap()));
    }
    counts
}
