//! Point-in-time recovery.

mod blocked;
mod forged;
mod images;
mod imports;
mod names;
mod portions;
mod sign_ins;
mod states;
mod whole;

use std::collections::BTreeMap;

use cognate_domain::jobs::recovery_preview::RecoveryPreview;
use cognate_domain::jobs::recovery_restore::RecoveryRestore;
use cognate_domain::jobs::runner::Job;
use cognate_domain::recovery::job_key;
use cognate_store::params;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::passkeys::{RP, bare_site};
use crate::support::signin::Site;

/// The refusal of every change of a user while a recovery is open.
const PAUSED: (&str, &str) = (
    "OperationNotEnabledException",
    "Operation is not enabled while a point-in-time recovery of the user pool is in progress.",
);

/// Creates a pool whose users may have apps and passkeys, and a client of it.
async fn world(t: &TestApp, settings: Value) -> Site {
    let s = bare_site(t, settings).await;
    let factors = json!({
        "UserPoolId": s.pool, "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true},
        "WebAuthnConfiguration": {"RelyingPartyId": RP},
    });
    t.ok("SetUserPoolMfaConfig", factors).await;
    s
}

/// Returns a moment with a second of peace on either side, as the API writes it.
async fn moment(t: &TestApp) -> f64 {
    t.advance(1).await;
    let millis = t.app.clock.service() / 1_000;
    t.advance(1).await;
    millis as f64 / 1_000.0
}

/// Returns the input of an operation on a recovery.
fn named(pool: &str, id: &str) -> Value {
    json!({"UserPoolId": pool, "RestoreId": id})
}

/// Begins a recovery, long enough after what happened last; returns its id.
async fn initiate(t: &TestApp, pool: &str, target: f64) -> String {
    t.advance(16 * 60).await;
    let input = json!({"UserPoolId": pool, "RestoreTimestamp": target});
    let made = t.ok("InitiatePointInTimeRecovery", input).await;
    let id = made["Restoration"]["RestoreId"].as_str().unwrap();
    id.to_owned()
}

/// Makes the preview of a recovery; returns what changes of each kind: created, updated, deleted.
async fn preview(t: &TestApp, pool: &str, id: &str) -> BTreeMap<String, [i64; 3]> {
    let (mut job, key) = (RecoveryPreview::default(), job_key(pool, id));
    while !job.portion(&t.app, &key, "").await.unwrap().is_done() {}
    counts(t, pool, id).await
}

async fn counts(t: &TestApp, pool: &str, id: &str) -> BTreeMap<String, [i64; 3]> {
    let shown = t.ok("DescribePointInTimeRecovery", named(pool, id)).await;
    let shown = &shown["Restoration"];
    assert_eq!(shown["RestoreStatus"], "PREVIEW_GENERATED", "{shown}");
    let list = shown["RestorePreview"].as_array().unwrap();
    list.iter()
        .map(|entry| {
            let number = |name: &str| entry[name].as_i64().unwrap();
            let numbers = ["CreateCount", "UpdateCount", "DeleteCount"].map(number);
            (entry["Entity"].as_str().unwrap().to_owned(), numbers)
        })
        .collect()
}

/// The counts of a preview in the order of the API: users, groups, apps, passkeys.
fn changes(
    users: [i64; 3],
    groups: [i64; 3],
    apps: [i64; 3],
    passkeys: [i64; 3],
) -> BTreeMap<String, [i64; 3]> {
    let list = [
        ("Users", users),
        ("Groups", groups),
        ("User MFAs", apps),
        ("Passkeys", passkeys),
    ];
    list.map(|(name, numbers)| (name.to_owned(), numbers))
        .into()
}

/// Starts a recovery and does all of it.
async fn restore(t: &TestApp, pool: &str, id: &str) {
    let begun = t.ok("StartPointInTimeRecovery", named(pool, id)).await;
    assert_eq!(begun["Restoration"]["RestoreStatus"], "RESTORING");
    let (mut job, key) = (RecoveryRestore::default(), job_key(pool, id));
    while !job.portion(&t.app, &key, "").await.unwrap().is_done() {}
    assert_eq!(status(t, pool, id).await, "RESTORE_COMPLETED");
}

async fn status(t: &TestApp, pool: &str, id: &str) -> String {
    let shown = t.ok("DescribePointInTimeRecovery", named(pool, id)).await;
    shown["Restoration"]["RestoreStatus"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Brings a pool back to a moment; returns what has changed.
async fn recover(t: &TestApp, pool: &str, target: f64) -> BTreeMap<String, [i64; 3]> {
    let id = initiate(t, pool, target).await;
    let changed = preview(t, pool, &id).await;
    restore(t, pool, &id).await;
    changed
}

/// What is the same again after a recovery, column by column: everything but versions, counters of factors and tombstones.
const ROWS: [&str; 10] = [
    "SELECT user_id, username, status, enabled, doc, credential, created, modified, mac FROM users WHERE pool_id = ?1",
    "SELECT name, kind, user_id FROM logins WHERE pool_id = ?1",
    "SELECT attr, value, user_id FROM user_attrs WHERE pool_id = ?1",
    "SELECT name, folded, group_id, description, role, precedence, created, modified, mac FROM user_groups WHERE pool_id = ?1",
    "SELECT group_id, user_id, mac FROM group_members WHERE pool_id = ?1",
    "SELECT user_id, seed FROM software_tokens WHERE pool_id = ?1 AND seed IS NOT NULL",
    "SELECT credential_id, user_id, rp_id, public_key, doc, created FROM passkeys WHERE pool_id = ?1",
    "SELECT provider_id, link_key, user_id, attribute, value, created, mac FROM provider_links WHERE pool_id = ?1",
    "SELECT resource, n FROM resource_counts WHERE pool_id = ?1",
    "SELECT b.user_id FROM tombstones b JOIN users u ON u.pool_id = b.pool_id AND u.user_id = b.user_id WHERE b.pool_id = ?1",
];

/// Returns the rows of a pool, sorted, and the number of its users by the counter.
async fn rows(t: &TestApp, pool: &str) -> Vec<Vec<String>> {
    let mut tables = Vec::new();
    for sql in ROWS {
        let rows = t.app.store.scan(sql, params![pool]).await.unwrap();
        let mut rows: Vec<_> = rows
            .iter()
            .map(|row| format!("{:?}", row.values()))
            .collect();
        rows.sort();
        tables.push(rows);
    }
    let counted = cognate_store::tables::pools::user_count(&t.app.store, pool).await;
    let counted = counted.unwrap();
    assert_eq!(counted, tables[0].len() as i64, "the counter of users");
    tables.push(vec![counted.to_string()]);
    tables
}

/// Returns the number of rows of a statement about a pool.
async fn count(t: &TestApp, sql: &'static str, pool: &str) -> usize {
    t.app.store.scan(sql, params![pool]).await.unwrap().len()
}
