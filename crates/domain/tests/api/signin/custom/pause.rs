//! The functions of CUSTOM_AUTH are called once in a round however often its step runs, and nobody waits for them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use cognate_domain::App;
use cognate_domain::app::functions::{Functions, Invocation, Invoking, Trigger};
use each_engine::each_engine;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::signin::pause::change;
use crate::support::TestApp;
use crate::support::functions::{answered, lambda_config, sent_along};
use crate::support::signin::*;
use crate::support::texts::sessions::USED;
use crate::support::triggers::{CUSTOM_TRIGGERS, begin, reply};
use crate::support::users::all_at_once;

const MANY: usize = 64;

/// Asks until an answer is `yes`. Changes jane's row during every call, and holds back what is answered with `slow`.
struct Stub {
    app: Weak<App>,
    calls: Mutex<Vec<(String, String)>>,
    /// Told when a slow call begins.
    begun: Notify,
    /// Lets a slow call end.
    go: Notify,
}

struct Shared(Arc<Stub>);

impl Functions for Shared {
    fn invoke<'a>(&'a self, call: &'a Invocation) -> Invoking<'a> {
        let stub = &self.0;
        Box::pin(async move {
            let request = &call.event["request"];
            let session = request["session"].as_array();
            let right =
                session.is_some_and(|all| all.iter().any(|entry| entry["challengeResult"] == true));
            let answer = request["challengeAnswer"].as_str().unwrap_or_default();
            let response = match call.trigger {
                Trigger::DefineAuthChallenge if right => json!({"issueTokens": true}),
                Trigger::DefineAuthChallenge => json!({"challengeName": "CUSTOM_CHALLENGE"}),
                Trigger::CreateAuthChallenge => json!({}),
                _ => json!({"answerCorrect": answer == "yes" || answer == "slow"}),
            };
            let n = sent_along(call, "n").unwrap_or_default();
            let name = match session {
                Some(session) => format!("{} {}", call.trigger.name(), session.len()),
                None => call.trigger.name().to_owned(),
            };
            stub.calls.lock().unwrap().push((n, name));
            if answer == "slow" {
                stub.begun.notify_one();
                stub.go.notified().await;
            } else if call.event["userName"] == "jane" {
                change(&stub.app, &call.pool_id).await;
            }
            Ok(answered(call, response))
        })
    }
}

impl Stub {
    /// Returns the calls since the last look.
    fn calls(&self) -> Vec<String> {
        let calls = std::mem::take(&mut *self.calls.lock().unwrap());
        calls.into_iter().map(|(_, name)| name).collect()
    }

    /// Returns how often each request made each call.
    fn counted(&self) -> HashMap<(String, String), usize> {
        let mut counts = HashMap::new();
        for call in std::mem::take(&mut *self.calls.lock().unwrap()) {
            *counts.entry(call).or_default() += 1;
        }
        counts
    }
}

async fn world(t: &TestApp) -> (Site, Arc<Stub>) {
    let stub = Arc::new(Stub {
        app: Arc::downgrade(&t.app),
        calls: Mutex::default(),
        begun: Notify::new(),
        go: Notify::new(),
    });
    let functions = Shared(stub.clone());
    assert!(t.app.functions.set(Box::new(functions)).is_ok());
    let pool = json!({"LambdaConfig": lambda_config(&CUSTOM_TRIGGERS)});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH"]});
    let s = site_with(t, pool, flows).await;
    user(t, &s.pool, "jane").await;
    (s, stub)
}

async fn in_time<T>(work: impl Future<Output = T>) -> T {
    let end = Duration::from_secs(60);
    tokio::time::timeout(end, work).await.expect("in time")
}

fn numbered(input: Value, n: usize) -> Value {
    with(input, json!({"ClientMetadata": {"n": n.to_string()}}))
}

#[each_engine]
async fn a_round_on_stale_rows_calls_each_function_once(t: &TestApp) {
    let (s, stub) = world(t).await;
    let asked = jane(t, &s).await;
    assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(
        stub.calls(),
        ["DefineAuthChallenge 0", "CreateAuthChallenge 0"]
    );
    let asked = respond(t, reply(&s.client, &asked, "no")).await.unwrap();
    assert_eq!(
        stub.calls(),
        [
            "VerifyAuthChallengeResponse",
            "DefineAuthChallenge 1",
            "CreateAuthChallenge 1"
        ]
    );
    let done = respond(t, reply(&s.client, &asked, "yes")).await.unwrap();
    assert_eq!(
        stub.calls(),
        ["VerifyAuthChallengeResponse", "DefineAuthChallenge 2"]
    );
    get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
}

#[each_engine]
async fn of_many_answers_to_one_round_one_counts(t: &TestApp) {
    let (s, stub) = world(t).await;
    for answer in ["yes", "no"] {
        let asked = jane(t, &s).await;
        stub.calls();
        let inputs = (0..MANY).map(|n| numbered(reply(&s.client, &asked, answer), n));
        let answers = in_time(all_at_once(t, "RespondToAuthChallenge", inputs.collect())).await;
        let won = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(won, 1, "{answer}: {answers:?}");
        let busy = not_authorized("Password attempts exceeded");
        for lost in answers.into_iter().filter_map(Result::err) {
            assert!(lost == not_authorized(USED) || lost == busy, "{lost:?}");
        }
        let twice: Vec<_> = stub.counted().into_iter().filter(|(_, n)| *n > 1).collect();
        assert!(twice.is_empty(), "{twice:?}");
        assert_eq!(rows(t, &s).await, usize::from(answer == "no"));
    }
}

#[each_engine]
async fn many_sign_ins_at_once_go_their_way(t: &TestApp) {
    let (s, stub) = world(t).await;
    let starts = vec![begin(&s.client, json!({"USERNAME": "jane"})); MANY];
    let asked = in_time(all_at_once(t, "InitiateAuth", starts)).await;
    let asked: Vec<_> = asked.into_iter().filter_map(Result::ok).collect();
    assert!(!asked.is_empty());
    stub.calls();
    let inputs = asked.iter().enumerate();
    let inputs = inputs.map(|(n, asked)| numbered(reply(&s.client, asked, "yes"), n));
    let answers = in_time(all_at_once(t, "RespondToAuthChallenge", inputs.collect())).await;
    assert!(answers.iter().any(Result::is_ok), "{answers:?}");
    let twice: Vec<_> = stub.counted().into_iter().filter(|(_, n)| *n > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[each_engine]
async fn others_sign_in_while_a_function_is_slow(t: &TestApp) {
    let (s, stub) = world(t).await;
    for n in 0..MANY {
        user(t, &s.pool, &format!("user{n}")).await;
    }
    let asked = jane(t, &s).await;
    let slow = respond(t, reply(&s.client, &asked, "slow"));
    let others = async {
        stub.begun.notified().await;
        // The user herself, and everybody else.
        t.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
            .await;
        // One place of 64 at this function is taken.
        let starts = (0..MANY - 1).map(|n| {
            let name = format!("user{n}");
            begin(&s.client, json!({"USERNAME": name}))
        });
        for asked in all_at_once(t, "InitiateAuth", starts.collect()).await {
            assert_eq!(asked.unwrap()["ChallengeName"], "CUSTOM_CHALLENGE");
        }
        stub.go.notify_one();
    };
    let (slow, ()) = in_time(async { tokio::join!(slow, others) }).await;
    assert!(slow.is_ok(), "{slow:?}");
}
