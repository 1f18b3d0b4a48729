//! The policy `admin-approval`: a first sign-in waits for an administrator (decision 015).

use cognate_domain::Fault;
use cognate_domain::errors::ErrorCode;
use cognate_domain::errors::unconfirmed::federation as unconfirmed;
use cognate_domain::oauth::provider::arrival::Arrived;
use cognate_domain::records::provider::Linking;
use cognate_domain::resources::providers::linking::{self, Line};
use cognate_store::tables::link_requests::{self as table, RequestRow, WAITING};
use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::flow::*;
use super::linking::{come, policy};
use crate::support::TestApp;
use crate::support::signin::*;

const ADDRESS: &str = "jane@corp.example";

async fn waiting(t: &TestApp) -> Company {
    let c = company(t).await;
    policy(t, &c, Linking::AdminApproval).await;
    c
}

/// A sign-in that ends on the page that says that it waits.
async fn waits(t: &TestApp, c: &Company, claims: Value) {
    let (_, arrived) = come(t, c, claims).await;
    assert!(matches!(arrived, Ok(Arrived::Waits)));
}

async fn list(t: &TestApp, c: &Company) -> Vec<Line> {
    let now = t.app.clock.service();
    let listed = linking::list(&t.app.store, &t.app.root, now, &c.pool, (0, ""));
    listed.await.unwrap()
}

async fn approve(t: &TestApp, c: &Company, id: &str, user: Option<&str>) -> Result<String, String> {
    let now = t.app.clock.service();
    let named = (c.pool.as_str(), id);
    let approved = linking::approve(&t.app.store, &t.app.root, now, named, user).await;
    approved.map_err(text)
}

async fn deny(t: &TestApp, c: &Company, id: &str) -> Result<(), String> {
    let now = t.app.clock.service();
    let named = (c.pool.as_str(), id);
    let denied = linking::deny(&t.app.store, &t.app.root, now, named).await;
    denied.map_err(text)
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Api(error) => error.message.into_owned(),
        other => panic!("{other:?}"),
    }
}

fn jane() -> Value {
    json!({"sub": "u1", "email": ADDRESS, "email_verified": true})
}

async fn native(t: &TestApp, c: &Company, name: &str) -> String {
    let attributes = json!([
        {"Name": "email", "Value": ADDRESS}, {"Name": "email_verified", "Value": "true"},
    ]);
    user_with(t, &c.pool, name, attributes).await
}

#[each_engine]
async fn the_next_sign_in_after_an_approval_is_linked(t: &TestApp) {
    let c = waiting(t).await;
    let sub = native(t, &c, "jane").await;
    waits(t, &c, jane()).await;
    // Once more is the same request.
    waits(t, &c, jane()).await;
    let lines = list(t, &c).await;
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!(
        *line,
        Line {
            id: line.id.clone(),
            provider: "Corp".to_owned(),
            subject: "u1".to_owned(),
            address: Some(ADDRESS.to_owned()),
            verified: true,
            user: Some("jane".to_owned()),
            created: line.created,
        }
    );
    assert_eq!(users(t, &c.pool).await, 1);
    assert_eq!(approve(t, &c, &line.id, None).await.unwrap(), "jane");
    let claims = enter(t, &c, jane()).await;
    assert_eq!(claims["sub"], json!(sub));
    assert!(list(t, &c).await.is_empty());
    let gone = format!("No request {} waits.", line.id);
    assert_eq!(approve(t, &c, &line.id, None).await.unwrap_err(), gone);
    assert_eq!(deny(t, &c, &line.id).await.unwrap_err(), gone);
    let sql = "SELECT doc FROM audit WHERE pool_id = ?1";
    let rows = t.app.store.rows(sql, params![c.pool.as_str()]).await;
    let docs: Vec<Value> = rows
        .unwrap()
        .iter()
        .map(|row| serde_json::from_str(row.text(0).unwrap()).unwrap())
        .collect();
    for (operation, user) in [
        ("RequestLink", Value::Null),
        ("ApproveLink", json!(sub)),
        ("SetLinkingPolicy", Value::Null),
    ] {
        let found: Vec<_> = docs
            .iter()
            .filter(|doc| doc["operation"] == operation)
            .collect();
        assert_eq!(found.len(), 1, "{operation}");
        assert_eq!(found[0]["user"], user, "{operation}");
    }
}

#[each_engine]
async fn everybody_waits_whoever_has_the_address(t: &TestApp) {
    let c = waiting(t).await;
    native(t, &c, "jane").await;
    for (subject, claims) in [
        ("u1", json!({"email": ADDRESS, "email_verified": true})),
        (
            "u2",
            json!({"email": "nobody@corp.example", "email_verified": true}),
        ),
        ("u3", json!({"email": ADDRESS})),
        ("u4", json!({})),
    ] {
        waits(t, &c, with(json!({ "sub": subject }), claims)).await;
    }
    let mut proposed: Vec<_> = list(t, &c)
        .await
        .into_iter()
        .map(|line| (line.subject, line.verified, line.user))
        .collect();
    proposed.sort();
    let jane = Some("jane".to_owned());
    assert_eq!(
        proposed,
        [
            ("u1".to_owned(), true, jane.clone()),
            ("u2".to_owned(), true, None),
            // The administrator decides about an address that the provider does not vouch for.
            ("u3".to_owned(), false, jane),
            ("u4".to_owned(), false, None),
        ]
    );
    assert_eq!(users(t, &c.pool).await, 1);
}

#[each_engine]
async fn after_a_denial_the_identity_has_a_user_of_its_own(t: &TestApp) {
    let c = waiting(t).await;
    let sub = native(t, &c, "jane").await;
    waits(t, &c, jane()).await;
    let id = list(t, &c).await[0].id.clone();
    deny(t, &c, &id).await.unwrap();
    assert!(list(t, &c).await.is_empty());
    assert!(approve(t, &c, &id, None).await.is_err());
    let claims = enter(t, &c, jane()).await;
    assert_eq!(claims["cognito:username"], "Corp_u1");
    assert_ne!(claims["sub"], json!(sub));
    let rows = t.app.store.rows("SELECT 1 FROM link_requests", vec![]);
    assert!(rows.await.unwrap().is_empty());
    assert_eq!(enter(t, &c, jane()).await["sub"], claims["sub"]);
}

#[each_engine]
async fn an_administrator_may_name_the_user(t: &TestApp) {
    let c = waiting(t).await;
    let named = user(t, &c.pool, "joe").await;
    for subject in ["u1", "u2"] {
        waits(t, &c, json!({ "sub": subject })).await;
    }
    let lines = list(t, &c).await;
    let id = |subject: &str| {
        let line = lines.iter().find(|line| line.subject == subject);
        line.unwrap().id.clone()
    };
    let nobody = "No user of the pool's own has the address alone, verified: name the user, or deny the request.";
    assert_eq!(approve(t, &c, &id("u1"), None).await.unwrap_err(), nobody);
    assert_eq!(
        approve(t, &c, &id("u1"), Some("nobody")).await.unwrap_err(),
        "User does not exist."
    );
    approve(t, &c, &id("u1"), Some("joe")).await.unwrap();
    assert_eq!(enter(t, &c, json!({})).await["sub"], json!(named));
    // Nor to a user whom a provider brought.
    policy(t, &c, Linking::Never).await;
    enter(t, &c, json!({"sub": "u9"})).await;
    assert_eq!(
        approve(t, &c, &id("u2"), Some("Corp_u9"))
            .await
            .unwrap_err(),
        "The user came through a provider."
    );
    // A request whose identity got a user meanwhile is over.
    enter(t, &c, json!({"sub": "u2"})).await;
    assert!(approve(t, &c, &id("u2"), Some("joe")).await.is_err());
}

#[each_engine]
async fn of_two_decisions_at_once_one_counts(t: &TestApp) {
    let c = waiting(t).await;
    native(t, &c, "jane").await;
    waits(t, &c, jane()).await;
    let id = list(t, &c).await[0].id.clone();
    let node = t.second_node().await;
    let (yes, no) = tokio::join!(approve(t, &c, &id, None), deny(&node, &c, &id));
    assert_ne!(yes.is_ok(), no.is_ok(), "{yes:?} {no:?}");
    let name = enter(t, &c, jane()).await["cognito:username"].clone();
    assert_eq!(name, if yes.is_ok() { "jane" } else { "Corp_u1" });
}

#[each_engine]
async fn requests_end_after_thirty_days_and_with_their_provider(t: &TestApp) {
    let c = waiting(t).await;
    waits(t, &c, json!({})).await;
    let id = list(t, &c).await[0].id.clone();
    t.advance(30 * 86_400 - 60).await;
    assert_eq!(list(t, &c).await.len(), 1);
    t.advance(61).await;
    assert!(list(t, &c).await.is_empty());
    assert!(deny(t, &c, &id).await.is_err());
    // The next one asks anew, under the same id.
    waits(t, &c, json!({})).await;
    assert_eq!(list(t, &c).await[0].id, id);
    let list_of = json!({"UserPoolId": c.pool, "ClientId": c.client, "SupportedIdentityProviders": ["COGNITO"]});
    t.ok("UpdateUserPoolClient", list_of).await;
    let named = json!({"UserPoolId": c.pool, "ProviderName": "Corp"});
    t.ok("DeleteIdentityProvider", named).await;
    assert!(list(t, &c).await.is_empty());
    assert!(approve(t, &c, &id, None).await.is_err());
    for outcome in [
        linking::policy(&t.app.store, &t.app.root, &c.pool, "Corp").await,
        linking::policy(&t.app.store, &t.app.root, "us-east-1_aaaaaaaaa", "Corp").await,
    ] {
        let Err(Fault::Api(error)) = outcome else {
            panic!("found");
        };
        assert_eq!(error.code, ErrorCode::ResourceNotFound);
    }
}

#[each_engine]
async fn a_provider_has_a_thousand_requests_that_wait(t: &TestApp) {
    let c = waiting(t).await;
    waits(t, &c, json!({"sub": "first"})).await;
    let sql = "SELECT provider_id FROM link_requests";
    let rows = t.app.store.rows(sql, vec![]).await.unwrap();
    let provider_id = rows[0].text(0).unwrap().to_owned();
    let mut batch = Batch::new();
    for n in 0..999 {
        let row = RequestRow {
            request_id: format!("{n:020}"),
            provider_id: provider_id.clone(),
            state: WAITING,
            doc: "{}".to_owned(),
            created: t.app.clock.service(),
            expires: i64::MAX,
            mac: None,
        };
        batch = table::insert(batch, &c.pool, &row, 0);
    }
    t.app.store.commit(batch).await.unwrap();
    let said = turned_away(t, &c, json!({"sub": "last"})).await;
    assert_eq!(said.1, unconfirmed::TOO_MANY_WAIT);
    let row = recorded(t, &c.pool).await;
    assert!(row.contains("approve or deny some"), "{row}");
    // Those who wait go on waiting, and what a row says counts only under its MAC.
    waits(t, &c, json!({"sub": "first"})).await;
    let now = t.app.clock.service();
    let listed = linking::list(&t.app.store, &t.app.root, now, &c.pool, (0, "")).await;
    assert!(matches!(listed, Err(Fault::Internal(_))));
}
