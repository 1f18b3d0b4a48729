//! Events for applications: reading them, and sending them to webhooks.

mod reading;
mod receiver;
mod sending;
mod settings;

use cognate_crypto::seal::RootKey;
use cognate_domain::Fault;
use cognate_domain::audit::chain;
use cognate_domain::events::read::Reader;
use cognate_domain::events::webhooks::{self, Ground, Shown, Wanted};
use cognate_domain::jobs::audit_chain::AuditChain;
use cognate_domain::jobs::runner::turn;
use serde_json::{Value, json};

use crate::support::TestApp;

/// `whsec_` and 32 bytes of the letter s.
const SECRET: &str = "whsec_c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M=";

async fn pool(t: &TestApp) -> String {
    let made = t.ok("CreateUserPool", json!({"PoolName": "p"})).await;
    made["UserPool"]["Id"].as_str().unwrap().to_owned()
}

async fn create(t: &TestApp, pool: &str, name: &str) -> String {
    let input = json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"});
    let made = t.ok("AdminCreateUser", input).await;
    made["User"]["Attributes"][0]["Value"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn link(t: &TestApp) {
    turn::<AuditChain>(&t.app, "one").await.unwrap();
}

fn ground(t: &TestApp) -> Ground<'_> {
    Ground {
        store: &t.app.store,
        root: &t.app.root,
        key: &t.app.trail,
        now: t.app.clock.service(),
    }
}

fn wanted(url: &str, types: &[&str]) -> Wanted {
    Wanted {
        url: url.to_owned(),
        secret: SECRET.to_owned(),
        types: types.iter().map(|&kind| kind.to_owned()).collect(),
    }
}

/// Sets a webhook; what happened before is linked, and so not for it.
async fn set(t: &TestApp, pool: &str, wanted: &Wanted) -> Shown {
    link(t).await;
    let outbound = Some(&t.app.outbound);
    let shown = webhooks::set(ground(t), pool, wanted, outbound)
        .await
        .unwrap();
    link(t).await;
    shown
}

/// The text of a refusal.
fn refusal<T>(outcome: cognate_domain::Result<T>) -> String {
    match outcome {
        Err(Fault::Api(error)) => format!("{}: {}", error.code.as_str(), error.message),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was not refused"),
    }
}

fn reader<'a>(t: &'a TestApp, pool: &'a str) -> Reader<'a> {
    Reader {
        store: &t.app.store,
        key: &t.app.trail,
        pool_id: pool,
        account: "000000000000",
    }
}

/// Every event of a pool behind a place.
async fn events(t: &TestApp, pool: &str, mut place: i64, most: usize) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let portion = reader(t, pool).portion(place, most).await.unwrap();
        assert!(portion.events.len() <= most && !portion.gap);
        all.extend(portion.events.into_iter().map(|(_, event)| event.json));
        place = portion.place;
        if !portion.more {
            assert_eq!(place, head(t).await);
            return all;
        }
    }
}

async fn head(t: &TestApp) -> i64 {
    chain::head(&t.app.store, &t.app.trail)
        .await
        .unwrap()
        .number
}

/// The types of events.
fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect()
}

/// Another key, for what must not open.
fn other_root() -> RootKey {
    RootKey::generate()
}
