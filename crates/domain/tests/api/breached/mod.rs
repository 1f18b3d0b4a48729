//! Passwords that others know: where they are looked for, and what happens with them (docs/BREACHED.md).

mod accounts;
mod signin;

use std::sync::OnceLock;

use cognate_crypto::hash::sha1;
use cognate_domain::Settings;
use cognate_moving::breached::import::{Source, import};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::signin::*;

/// A password that fits every policy and is in no list.
const OWN: &str = "Ot7er-than-all";

/// Returns the same database as a server that has a list with [`PASSWORD`] in it.
async fn listed(t: &TestApp) -> TestApp {
    static LIST: OnceLock<std::path::PathBuf> = OnceLock::new();
    let path = LIST.get_or_init(|| {
        let name = format!("cognate-breached-api-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let lines = format!("{}:9\n", hex::encode(sha1(PASSWORD.as_bytes())));
        let source = Source::Lines(Box::new(lines.as_bytes()), "lines");
        let file = std::fs::File::create(&path).unwrap();
        import(source, file, &std::env::temp_dir(), 1).unwrap();
        path
    });
    let settings = Settings {
        breached_passwords: Some(path.clone()),
        ..Settings::dev()
    };
    t.node_with(settings).await
}

/// Returns the settings of a pool with threat protection in this mode.
fn watched(mode: &str) -> Value {
    json!({"UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": mode}})
}

/// Sets what is done about passwords that others know; for a client, or for the pool.
async fn on_breach(t: &TestApp, pool: &str, client: Option<&str>, action: &str, filter: &[&str]) {
    let mut input = json!({
        "UserPoolId": pool,
        "CompromisedCredentialsRiskConfiguration": {"EventFilter": filter, "Actions": {"EventAction": action}},
    });
    if let Some(client) = client {
        input["ClientId"] = client.into();
    }
    t.ok("SetRiskConfiguration", input).await;
}

/// Returns the type, the end, the decision and the word about the password of a user's events, newest first.
async fn events(t: &TestApp, pool: &str, name: &str) -> Vec<(String, String, String, bool)> {
    let input = json!({"UserPoolId": pool, "Username": name});
    let found = t.ok("AdminListUserAuthEvents", input).await;
    let found = found["AuthEvents"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    found
        .map(|event| {
            let risk = &event["EventRisk"];
            (
                text(&event["EventType"]),
                text(&event["EventResponse"]),
                text(&risk["RiskDecision"]),
                risk["CompromisedCredentialsDetected"].as_bool().unwrap(),
            )
        })
        .collect()
}

fn event(kind: &str, end: &str, decision: &str, known: bool) -> (String, String, String, bool) {
    (kind.to_owned(), end.to_owned(), decision.to_owned(), known)
}

async fn status(t: &TestApp, pool: &str, name: &str) -> String {
    let input = json!({"UserPoolId": pool, "Username": name});
    t.ok("AdminGetUser", input).await["UserStatus"]
        .as_str()
        .unwrap()
        .to_owned()
}
