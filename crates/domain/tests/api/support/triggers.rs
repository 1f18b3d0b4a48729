//! The functions of CUSTOM_AUTH, played by a stub in this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use cognate_domain::app::functions::{Functions, Invocation, InvokeError, Invoking, Trigger};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::functions::{answered, lambda_config};
use crate::support::signin::*;

/// The triggers of CUSTOM_AUTH.
pub const CUSTOM_TRIGGERS: [Trigger; 3] = [
    Trigger::DefineAuthChallenge,
    Trigger::CreateAuthChallenge,
    Trigger::VerifyAuthChallengeResponse,
];

type Output = Result<Value, InvokeError>;

/// Two right answers sign in, three wrong ones end it. A user who began with SRP proves the password first. A test may
/// set what a function says instead.
#[derive(Clone, Default)]
pub struct Rules {
    events: Arc<Mutex<Vec<Value>>>,
    set: Arc<Mutex<HashMap<Trigger, Output>>>,
}

impl Rules {
    /// Lets [`Rules`] answer the functions of an app; later calls of this change nothing.
    pub fn install(t: &TestApp) -> Self {
        let rules = Self::default();
        let _ = t.app.functions.set(Box::new(rules.clone()));
        rules
    }

    /// Makes a function give this output from now on.
    pub fn set(&self, trigger: Trigger, output: Output) {
        self.set.lock().unwrap().insert(trigger, output);
    }

    /// Makes a function give this `response` from now on.
    pub fn say(&self, trigger: Trigger, response: Value) {
        self.set(trigger, Ok(json!({"response": response})));
    }

    /// Lets all functions follow the rules again.
    pub fn relax(&self) {
        self.set.lock().unwrap().clear();
    }

    /// Returns the events since the last look.
    pub fn events(&self) -> Vec<Value> {
        std::mem::take(&mut *self.events.lock().unwrap())
    }

    /// Returns the events since the last look, a line each.
    pub fn seen(&self) -> Vec<String> {
        self.events().iter().map(line).collect()
    }
}

/// Returns what an event says: the function and what it is asked, about whom, and the history.
fn line(event: &Value) -> String {
    let request = &event["request"];
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let what = match event["triggerSource"].as_str().unwrap() {
        "DefineAuthChallenge_Authentication" => "define".to_owned(),
        "CreateAuthChallenge_Authentication" => format!("create {}", text("challengeName")),
        "VerifyAuthChallengeResponse_Authentication" => {
            format!("verify {}", text("challengeAnswer"))
        }
        other => panic!("{other}"),
    };
    let unknown = request["userNotFound"] == true;
    let who = if unknown { "nobody" } else { "user" };
    let Some(session) = request["session"].as_array() else {
        return format!("{what} {who}");
    };
    let session: Vec<_> = session
        .iter()
        .map(|entry| {
            let note = entry["challengeMetadata"].as_str().unwrap_or("-");
            let name = entry["challengeName"].as_str().unwrap();
            format!("{name}={}/{note}", entry["challengeResult"])
        })
        .collect();
    format!("{what} {who} [{}]", session.join(" "))
}

fn define(request: &Value) -> Value {
    let session = request["session"].as_array().unwrap();
    let count = |right: bool| {
        let custom = session
            .iter()
            .filter(|entry| entry["challengeName"] == "CUSTOM_CHALLENGE");
        custom
            .filter(|entry| entry["challengeResult"] == right)
            .count()
    };
    if session.len() == 1 && session[0]["challengeName"] == "SRP_A" {
        json!({"challengeName": "PASSWORD_VERIFIER", "issueTokens": false, "failAuthentication": false})
    } else if count(true) >= 2 {
        json!({"challengeName": null, "issueTokens": true, "failAuthentication": false})
    } else if count(false) >= 3 {
        json!({"challengeName": null, "issueTokens": false, "failAuthentication": true})
    } else {
        json!({"challengeName": "CUSTOM_CHALLENGE", "issueTokens": false, "failAuthentication": false})
    }
}

fn create(request: &Value) -> Value {
    let round = request["session"].as_array().unwrap().len();
    json!({
        "publicChallengeParameters": {"question": format!("{round} + 1")},
        "privateChallengeParameters": {"answer": (round + 1).to_string()},
        "challengeMetadata": format!("round-{round}"),
    })
}

fn verify(request: &Value) -> Value {
    let expected = &request["privateChallengeParameters"]["answer"];
    json!({"answerCorrect": *expected == request["challengeAnswer"]})
}

impl Functions for Rules {
    fn invoke<'a>(&'a self, call: &'a Invocation) -> Invoking<'a> {
        self.events.lock().unwrap().push(call.event.clone());
        let set = self.set.lock().unwrap().get(&call.trigger).cloned();
        let request = &call.event["request"];
        let output = set.unwrap_or_else(|| {
            let response = match call.trigger {
                Trigger::DefineAuthChallenge => define(request),
                Trigger::CreateAuthChallenge => create(request),
                Trigger::VerifyAuthChallengeResponse => verify(request),
                other => panic!("{other:?}"),
            };
            Ok(answered(call, response))
        });
        Box::pin(async { output })
    }
}

/// Creates a pool with the three functions, which [`Rules`] answers, and its user jane.
pub async fn custom(t: &TestApp, client: Value) -> (Site, Rules) {
    custom_with(t, &CUSTOM_TRIGGERS, client).await
}

/// As [`custom`], with these functions alone.
pub async fn custom_with(t: &TestApp, triggers: &[Trigger], client: Value) -> (Site, Rules) {
    let rules = Rules::install(t);
    let pool = json!({"LambdaConfig": lambda_config(triggers)});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let s = site_with(t, pool, with(flows, client)).await;
    user(t, &s.pool, "jane").await;
    (s, rules)
}

pub fn begin(client: &str, parameters: Value) -> Value {
    initiate(client, "CUSTOM_AUTH", parameters)
}

pub fn reply(client: &str, challenge: &Value, answer: &str) -> Value {
    let name = &challenge["ChallengeParameters"]["USERNAME"];
    json!({
        "ClientId": client, "ChallengeName": "CUSTOM_CHALLENGE", "Session": challenge["Session"],
        "ChallengeResponses": {"USERNAME": name, "ANSWER": answer},
    })
}
