//! Threat protection: how sign-ins are judged, and what follows in each flow.

mod audit;
mod bypass;
mod enforced;
mod exceptions;
mod notices;
mod profile;
mod steps;

use std::net::IpAddr;

use cognate_domain::app::places::{Place, Places};
use cognate_store::{Batch, params};
use serde_json::{Value, json};

use crate::support::signin::{PASSWORD, Site, by_password, client_of, user_with, with};
use crate::support::{Refusal, TestApp};

/// The refusal of threat protection.
const REFUSED: (&str, &str) = (
    "NotAuthorizedException",
    "Unable to login because of security reasons.",
);
/// The address and the program of the user.
const HOME: (&str, &str) = (
    "192.0.2.10",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
);
/// Those of somebody else.
const AWAY: (&str, &str) = ("203.0.113.77", "python-requests/2.31");
/// The user's own, in the same country, with a new phone.
const PHONE: (&str, &str) = (
    "192.0.2.11",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
);

/// Where the addresses of these tests are.
struct Atlas;

impl Places for Atlas {
    fn find(&self, ip: IpAddr) -> Option<Place> {
        let at = |city: &str, country: &str, code: &str, point, operator| Place {
            city: city.into(),
            country: country.into(),
            country_code: code.into(),
            timezone: "Europe/Berlin".into(),
            point: Some(point),
            radius: 20,
            operator: Some(operator),
        };
        match ip.to_string().as_str() {
            "192.0.2.10" | "192.0.2.11" => {
                Some(at("Berlin", "Germany", "DE", (52.5, 13.4), 64_496))
            }
            "203.0.113.77" => Some(at("Sydney", "Australia", "AU", (-33.9, 151.2), 64_497)),
            _ => None,
        }
    }

    fn is_bad(&self, ip: IpAddr) -> bool {
        ip.to_string() == "198.51.100.66"
    }
}

/// Creates a pool with jane, who has signed in from home four times, in this mode.
async fn guarded(t: &TestApp, mode: &str) -> Site {
    guarded_with(t, mode, json!({}), &[]).await
}

async fn guarded_with(t: &TestApp, mode: &str, settings: Value, has: &[&str]) -> Site {
    let _ = t.app.places.set(Box::new(Atlas));
    let own = json!({
        "PoolName": "guarded", "UserPoolTier": "PLUS",
        "UserPoolAddOns": {"AdvancedSecurityMode": mode, "AdvancedSecurityAdditionalFlows": {"CustomAuthMode": "ENFORCED"}},
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]},
    });
    let own = match mode {
        "OFF" => with(
            own,
            json!({"UserPoolAddOns": {"AdvancedSecurityMode": "OFF"}}),
        ),
        _ => own,
    };
    let made = t.ok("CreateUserPool", with(own, settings)).await;
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let client = client_of(t, &pool, flows()).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let s = Site { pool, client };
    let attributes: Vec<Value> = has
        .iter()
        .map(|name| match *name {
            "email" => json!({"Name": name, "Value": "jane@example.com"}),
            "phone_number" => json!({"Name": name, "Value": "+15555554444"}),
            _ => json!({"Name": name, "Value": "true"}),
        })
        .collect();
    user_with(t, &s.pool, "jane", json!(attributes)).await;
    settle(t, &s, 4).await;
    s
}

fn flows() -> Value {
    json!({"ExplicitAuthFlows": [
        "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
        "ALLOW_USER_AUTH", "ALLOW_CUSTOM_AUTH",
    ], "PreventUserExistenceErrors": "ENABLED"})
}

/// Signs jane in from home so often.
async fn settle(t: &TestApp, s: &Site, times: usize) {
    let home = t.from(HOME.0, HOME.1);
    for _ in 0..times {
        let answer = home
            .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
            .await;
        assert!(answer["AuthenticationResult"].is_object(), "{answer}");
    }
}

/// Sets the risk configuration of a pool, as it is kept.
async fn configure(t: &TestApp, s: &Site, configuration: Value) {
    let store = &t.app.store;
    let rows = store.rows(
        "SELECT doc FROM pools WHERE pool_id = ?1",
        params![&s.pool].to_vec(),
    );
    let rows = rows.await.unwrap();
    let mut doc: Value = serde_json::from_str(rows[0].text(0).unwrap()).unwrap();
    doc["risk_configuration"] = with(json!({"modified": 1}), configuration);
    let sql = "UPDATE pools SET doc = ?2, ver = ver + 1 WHERE pool_id = ?1";
    let batch = Batch::new().run(sql, params![&s.pool, doc.to_string()]);
    store.commit(batch).await.unwrap();
    t.sign(&s.pool).await;
    t.app.cache.forget(&s.pool, Some(&s.client));
}

/// Returns the configuration that does this at each level.
fn always(action: &str) -> Value {
    let at = json!({"notify": false, "action": action});
    json!({"takeover": {"low": at, "medium": at, "high": at}})
}

/// The documents of a user's events, oldest first.
async fn events(t: &TestApp, s: &Site) -> Vec<Value> {
    let sql = "SELECT doc FROM auth_events WHERE pool_id = ?1 ORDER BY at, event_id";
    let rows = t
        .app
        .store
        .rows(sql, params![&s.pool].to_vec())
        .await
        .unwrap();
    let doc = |row: &cognate_store::Row| serde_json::from_str(row.text(0).unwrap()).unwrap();
    rows.iter().map(doc).collect()
}

/// The latest event.
async fn last_event(t: &TestApp, s: &Site) -> Value {
    events(t, s).await.pop().unwrap()
}

/// Asserts that a call is refused by threat protection.
fn assert_refused(answer: Result<Value, Refusal>) {
    let (code, text) = REFUSED;
    assert_eq!(answer.unwrap_err(), (code.to_owned(), text.to_owned()));
}

/// What an event says of its risk, without the marks.
fn risk(event: &Value) -> Value {
    let mut risk = event["risk"].clone();
    if let Some(members) = risk.as_object_mut() {
        members.remove("traces");
    }
    risk
}
