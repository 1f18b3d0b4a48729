//! The events of the three functions, whole, and where ClientMetadata goes (auth.md 3.5).

use cognate_crypto::srp;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::signin::*;
use crate::support::triggers::{begin, custom, reply};

const KIT: &str = "aws-sdk-js/3.954.0 ua/2.1";

/// Returns an event of `s` about this user.
fn event(s: &Site, source: &str, name: &str, request: Value, response: Value) -> Value {
    json!({
        "version": "1",
        "triggerSource": format!("{source}_Authentication"),
        "region": "us-east-1",
        "userPoolId": s.pool,
        "userName": name,
        "callerContext": {"awsSdkVersion": "aws-sdk-js-3.954.0", "clientId": s.client},
        "request": request,
        "response": response,
    })
}

/// The three functions' `response` before they fill it in.
fn empty(source: &str) -> Value {
    match source {
        "DefineAuthChallenge" => {
            json!({"challengeName": null, "issueTokens": null, "failAuthentication": null})
        }
        "CreateAuthChallenge" => {
            json!({"publicChallengeParameters": null, "privateChallengeParameters": null, "challengeMetadata": null})
        }
        _ => json!({"answerCorrect": null}),
    }
}

/// Returns the events of a start and of an answer `1` with ClientMetadata. `about`: what each request says of the user.
fn expected(s: &Site, name: &str, about: &Value) -> [Vec<Value>; 2] {
    let make = |source: &str, more: Value| {
        let request = with(about.clone(), more);
        event(s, source, name, request, empty(source))
    };
    let metadata = json!({"from": "answer"});
    let history = json!([{"challengeName": "CUSTOM_CHALLENGE", "challengeResult": true, "challengeMetadata": "round-0"}]);
    [
        vec![
            make("DefineAuthChallenge", json!({"session": []})),
            make(
                "CreateAuthChallenge",
                json!({"challengeName": "CUSTOM_CHALLENGE", "session": []}),
            ),
        ],
        vec![
            make(
                "VerifyAuthChallengeResponse",
                json!({
                    "privateChallengeParameters": {"answer": "1"}, "challengeAnswer": "1", "clientMetadata": metadata,
                }),
            ),
            make(
                "DefineAuthChallenge",
                json!({"session": history, "clientMetadata": metadata}),
            ),
            make(
                "CreateAuthChallenge",
                json!({"challengeName": "CUSTOM_CHALLENGE", "session": history, "clientMetadata": metadata}),
            ),
        ],
    ]
}

#[each_engine]
async fn every_event_is_complete(t: &TestApp) {
    let t = t.from("127.0.0.1", KIT);
    // The stub of the first pool answers for all.
    let mut first = None;
    for (setting, name) in [
        ("LEGACY", "jane"),
        ("ENABLED", "jane"),
        ("ENABLED", "Nobody@Example.com"),
    ] {
        let (s, more) = custom(&t, json!({"PreventUserExistenceErrors": setting})).await;
        let rules = first.get_or_insert(more);
        let get = json!({"UserPoolId": s.pool, "Username": "jane"});
        let sub = t.ok("AdminGetUser", get).await["UserAttributes"][0]["Value"].clone();
        let mut about = match name {
            "jane" => {
                json!({"userAttributes": {"sub": sub, "cognito:user_status": "CONFIRMED"}})
            }
            _ => json!({"userAttributes": {}}),
        };
        if setting == "ENABLED" {
            about["userNotFound"] = json!(name != "jane");
        }
        // An unknown name is told as it was typed.
        let [of_start, of_answer] = expected(&s, name, &about);
        let from_start = json!({"ClientMetadata": {"from": "start"}});
        let input = with(begin(&s.client, json!({"USERNAME": name})), from_start);
        let asked = t.ok("InitiateAuth", input).await;
        assert_eq!(rules.events(), of_start, "{setting} {name}");
        let from_answer = json!({"ClientMetadata": {"from": "answer"}});
        let input = with(reply(&s.client, &asked, "1"), from_answer);
        respond(&t, input).await.unwrap();
        assert_eq!(rules.events(), of_answer, "{setting} {name}");
    }
}

#[each_engine]
async fn a_history_that_began_with_srp_is_complete(t: &TestApp) {
    let t = t.from("127.0.0.1", KIT);
    let (s, rules) = custom(&t, json!({})).await;
    let get = json!({"UserPoolId": s.pool, "Username": "jane"});
    let sub = t.ok("AdminGetUser", get).await["UserAttributes"][0]["Value"].clone();
    let about = json!({"userAttributes": {"sub": sub, "cognito:user_status": "CONFIRMED"}});
    let proof = srp::client::Client::new();
    let input = begin(
        &s.client,
        json!({"USERNAME": "jane", "CHALLENGE_NAME": "SRP_A", "SRP_A": proof.srp_a()}),
    );
    let started = Srp::of(proof, &t.ok("InitiateAuth", input).await);
    let entry = |name: &str| json!({"challengeName": name, "challengeResult": true, "challengeMetadata": null});
    let session = |names: &[&str]| Value::from_iter(names.iter().map(|name| entry(name)));
    let define = |more: Value| {
        let request = with(about.clone(), more);
        let source = "DefineAuthChallenge";
        event(&s, source, "jane", request, empty(source))
    };
    assert_eq!(
        rules.events(),
        [define(json!({"session": session(&["SRP_A"])}))]
    );
    let metadata = json!({"n": "1"});
    let input = with(
        verify(&s.client, started.responses(&s.pool, PASSWORD)),
        json!({"ClientMetadata": metadata}),
    );
    respond(&t, input).await.unwrap();
    let proven = session(&["SRP_A", "PASSWORD_VERIFIER"]);
    assert_eq!(
        rules.events()[0],
        define(json!({"session": proven, "clientMetadata": metadata}))
    );
}
