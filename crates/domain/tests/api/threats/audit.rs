//! AUDIT: judged and recorded, and nothing changes for users.

use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::signin::{Srp, verify};

/// Answers without what differs in each sign-in.
fn outline(answer: Result<Value, Refusal>) -> Result<Vec<String>, Refusal> {
    fn names(prefix: &str, value: &Value, all: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    names(&format!("{prefix}.{name}"), value, all);
                }
            }
            other => all.push(format!("{prefix}: {}", other.is_string())),
        }
    }
    let mut all = Vec::new();
    names("", &answer?, &mut all);
    Ok(all)
}

/// What somebody far away gets in every flow, with the right password, a wrong one and an unknown name.
async fn answers(t: &TestApp, s: &Site) -> Vec<Result<Vec<String>, Refusal>> {
    let away = t.from(AWAY.0, AWAY.1);
    let mut all = Vec::new();
    for (name, password) in [
        ("jane", PASSWORD),
        ("jane", "Wrong-1234"),
        ("nobody", PASSWORD),
    ] {
        let parameters = json!({"USERNAME": name, "PASSWORD": password});
        all.push(
            away.call("InitiateAuth", by_password(&s.client, name, password))
                .await,
        );
        all.push(
            away.call("AdminInitiateAuth", json!({
                "UserPoolId": s.pool, "ClientId": s.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": parameters,
                "ContextData": {"IpAddress": AWAY.0, "ServerName": "x", "ServerPath": "/", "HttpHeaders": []},
            }))
            .await,
        );
        all.push(
            away.call("InitiateAuth", json!({
                "ClientId": s.client, "AuthFlow": "USER_AUTH",
                "AuthParameters": {"USERNAME": name, "PASSWORD": password, "PREFERRED_CHALLENGE": "PASSWORD"},
            }))
            .await,
        );
        let started = Srp::start(&away, &s.client, name).await.unwrap();
        let proof = verify(&s.client, started.responses(&s.pool, password));
        all.push(away.call("RespondToAuthChallenge", proof).await);
    }
    all.into_iter().map(outline).collect()
}

#[each_engine]
async fn nothing_changes_for_users(t: &TestApp) {
    let off = guarded(t, "OFF").await;
    let audit = guarded(t, "AUDIT").await;
    configure(t, &audit, always("BLOCK")).await;
    let (before, after) = (answers(t, &off).await, answers(t, &audit).await);
    assert_eq!(before, after);
    assert!(before[0].is_ok() && before[4].is_err());
}

#[each_engine]
async fn what_was_thought_is_in_the_event(t: &TestApp) {
    let s = guarded(t, "AUDIT").await;
    let first = events(t, &s).await;
    assert_eq!(risk(&first[0]), json!({"decision": "NoRisk"}));
    assert_eq!(risk(&first[3]), json!({"decision": "NoRisk"}));
    assert_eq!(first[3]["city"], "Berlin");
    assert_eq!(first[3]["country"], "Germany");
    let away = t.from(AWAY.0, AWAY.1);
    away.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    let event = last_event(t, &s).await;
    assert_eq!(
        risk(&event),
        json!({
            "decision": "AccountTakeover", "level": "High", "score": 130,
            "reasons": ["NewDevice", "NewNetwork", "NewCountry", "ImpossibleTravel", "UnusualAgent"],
        })
    );
    assert_eq!(
        (&event["city"], &event["result"]),
        (&json!("Sydney"), &json!("Pass"))
    );
    // A wrong password is judged too, and what a stranger tries is known when the next one comes.
    let wrong = by_password(&s.client, "jane", "Wrong-1234");
    away.call("InitiateAuth", wrong).await.unwrap_err();
    let event = last_event(t, &s).await;
    assert_eq!(
        (&event["risk"]["level"], &event["result"]),
        (&json!("High"), &json!("Fail"))
    );
}

#[each_engine]
async fn a_pool_that_is_off_keeps_nothing(t: &TestApp) {
    let s = guarded(t, "OFF").await;
    t.from(AWAY.0, AWAY.1)
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    for event in events(t, &s).await {
        assert!(
            event.get("risk").is_none() && event.get("city").is_none(),
            "{event}"
        );
    }
    let rows = t
        .app
        .store
        .rows("SELECT 1 FROM risk_profiles", vec![])
        .await;
    assert!(rows.unwrap().is_empty());
}

#[each_engine]
async fn a_new_user_is_no_risk(t: &TestApp) {
    let s = guarded(t, "ENFORCED").await;
    configure(t, &s, always("BLOCK")).await;
    user_with(t, &s.pool, "john", json!([])).await;
    t.from(AWAY.0, AWAY.1)
        .ok("InitiateAuth", by_password(&s.client, "john", PASSWORD))
        .await;
}
