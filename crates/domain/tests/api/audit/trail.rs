//! The audit trail: what is in it, and when it is forgotten.

use cognate_domain::Settings;
use cognate_domain::audit::{self, Entry, chain};
use cognate_domain::jobs::audit_chain::AuditChain;
use cognate_domain::jobs::audit_retention::AuditRetention;
use cognate_domain::jobs::runner::turn;
use cognate_store::tables::jobs as leases;
use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;

const DAY: i64 = 86_400;
const KIND: &str = "audit_retention";

/// Returns the entries of the trail, the oldest first.
async fn trail(t: &TestApp) -> Vec<Value> {
    let rows = t
        .app
        .store
        .rows("SELECT pool_id, doc FROM audit ORDER BY at", params![])
        .await
        .unwrap();
    rows.iter()
        .map(|row| {
            let mut doc: Value = serde_json::from_str(row.text(1).unwrap()).unwrap();
            doc["pool"] = row.text(0).unwrap().into();
            doc
        })
        .collect()
}

/// Appends rows of this moment.
async fn append(t: &TestApp, rows: usize) {
    let now = t.app.clock.service();
    let entry = Entry {
        operation: "ListUsers",
        result: audit::DONE,
        ..Entry::default()
    };
    let mut batch = Batch::new();
    for _ in 0..rows {
        batch = entry.append(batch, "p", now);
    }
    t.app.store.commit(batch).await.unwrap();
}

/// Links what waits, so that the retention may remove it.
async fn link(t: &TestApp) {
    turn::<AuditChain>(&t.app, "one").await.unwrap();
}

async fn count(t: &TestApp) -> usize {
    trail(t).await.len()
}

async fn pool(t: &TestApp) -> String {
    let made = t.ok("CreateUserPool", json!({"PoolName": "p"})).await;
    made["UserPool"]["Id"].as_str().unwrap().to_owned()
}

#[each_engine]
async fn a_change_says_who_did_what_to_whom_from_where(t: &TestApp) {
    let pool = pool(t).await;
    let made = t
        .ok(
            "AdminCreateUser",
            json!({"UserPoolId": pool, "Username": "jane", "MessageAction": "SUPPRESS"}),
        )
        .await;
    let sub = made["User"]["Attributes"][0]["Value"].clone();
    let rows = trail(t).await;
    let mut row = rows.last().unwrap().clone();
    let request_id = row.as_object_mut().unwrap().remove("request_id").unwrap();
    assert_eq!(request_id.as_str().unwrap().len(), 36);
    assert_eq!(
        row,
        json!({
            "operation": "AdminCreateUser", "caller": "test", "user": sub, "address": "127.0.0.1", "result": "ok", "pool": pool,
        })
    );
    assert_eq!(rows.len(), 2);
}

#[each_engine]
async fn a_change_that_is_refused_is_not_in_the_trail(t: &TestApp) {
    let pool = pool(t).await;
    t.call("CreateGroup", json!({"UserPoolId": pool, "GroupName": "g"}))
        .await
        .unwrap();
    t.call("CreateGroup", json!({"UserPoolId": pool, "GroupName": "g"}))
        .await
        .unwrap_err();
    t.call(
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": "nobody"}),
    )
    .await
    .unwrap_err();
    assert_eq!(count(t).await, 2);
}

#[each_engine]
async fn reads_are_not_in_the_trail_unless_asked_for(t: &TestApp) {
    let pool = pool(t).await;
    t.ok("DescribeUserPool", json!({"UserPoolId": pool})).await;
    t.ok("ListUsers", json!({"UserPoolId": pool})).await;
    assert_eq!(count(t).await, 1);
}

#[each_engine]
async fn the_trail_is_kept_for_ninety_days(t: &TestApp) {
    append(t, 3).await;
    t.advance(90 * DAY - 60).await;
    append(t, 2).await;
    link(t).await;
    turn::<AuditRetention>(&t.app, "one").await.unwrap();
    assert_eq!(count(t).await, 5);
    t.advance(120).await;
    turn::<AuditRetention>(&t.app, "one").await.unwrap();
    assert_eq!(count(t).await, 2);
    // The job leaves nothing behind.
    let left = t
        .app
        .store
        .rows("SELECT kind FROM jobs", params![])
        .await
        .unwrap();
    assert!(left.is_empty());
}

#[each_engine]
async fn a_clock_that_was_ahead_keeps_nothing_for_longer(t: &TestApp) {
    let (store, begin) = (&t.app.store, t.app.clock.service());
    let day = DAY * 1_000_000;
    // The second row is of a clock that was ten years ahead.
    for at in [begin, begin + 3_650 * day, begin + day, begin + 2 * day] {
        let row = audit::command("CreateBackup", None);
        store
            .commit(row.append(Batch::new(), "", at))
            .await
            .unwrap();
        link(t).await;
    }
    let age = |days: i64| chain::Age {
        before: begin + days * day + 1,
        now: begin + (days + 90) * day,
    };
    // The time of the second is not known: it goes with what came behind it.
    for (days, left) in [(0, 3), (1, 1)] {
        let portion = chain::forget(store, &t.app.trail, age(days)).await.unwrap();
        store.commit(portion.unwrap()).await.unwrap();
        assert_eq!(count(t).await, left, "{days}");
    }
    let portion = chain::forget(store, &t.app.trail, age(1)).await.unwrap();
    assert!(portion.is_none());
}

#[each_engine]
async fn more_than_a_portion_goes_too(t: &TestApp) {
    append(t, 2_500).await;
    t.advance(91 * DAY).await;
    append(t, 1).await;
    link(t).await;
    turn::<AuditRetention>(&t.app, "one").await.unwrap();
    assert_eq!(count(t).await, 1);
}

#[each_engine]
async fn one_node_forgets_at_a_time_and_another_goes_on_where_it_stopped(t: &TestApp) {
    append(t, 3_000).await;
    t.advance(91 * DAY).await;
    link(t).await;
    // A node that took the job, did a portion and stopped.
    let (store, now) = (&t.app.store, t.app.clock.wall());
    store
        .commit(leases::add(Batch::new(), KIND, "", ""))
        .await
        .unwrap();
    let lease = leases::take(
        store,
        KIND,
        "",
        "stopped",
        now - 1_000_000,
        now + 60_000_000,
    )
    .await
    .unwrap()
    .unwrap();
    let before = audit::forgotten_before(&t.app).unwrap();
    let age = chain::Age {
        before,
        now: t.app.clock.service(),
    };
    let portion = chain::forget(store, &t.app.trail, age).await.unwrap();
    let portion = portion.unwrap();
    store
        .commit(leases::extend(portion, &lease, now + 1_500_000))
        .await
        .unwrap();
    assert_eq!(count(t).await, 1_000);

    // While its lease lasts no other node does it.
    turn::<AuditRetention>(&t.app, "other").await.unwrap();
    assert_eq!(count(t).await, 1_000);
    tokio::time::sleep(std::time::Duration::from_millis(1_600)).await;
    turn::<AuditRetention>(&t.app, "other").await.unwrap();
    assert_eq!(count(t).await, 0);
    // The node that was too slow changes nothing any more.
    store
        .commit(leases::finish(Batch::new(), &lease))
        .await
        .unwrap_err();
}

#[each_engine]
async fn nodes_that_forget_at_once_do_no_harm(t: &TestApp) {
    append(t, 3_000).await;
    t.advance(91 * DAY).await;
    append(t, 7).await;
    link(t).await;
    let (one, other) = tokio::join!(
        turn::<AuditRetention>(&t.app, "one"),
        turn::<AuditRetention>(&t.app, "other")
    );
    one.unwrap();
    other.unwrap();
    assert_eq!(count(t).await, 7);
}

#[tokio::test]
async fn a_trail_without_an_end_is_never_forgotten() {
    let t = TestApp::sqlite_with(Settings {
        audit_retention: None,
        ..Settings::dev()
    })
    .await;
    append(&t, 3).await;
    link(&t).await;
    t.advance(10_000 * DAY).await;
    turn::<AuditRetention>(&t.app, "one").await.unwrap();
    assert_eq!(count(&t).await, 3);
}

#[tokio::test]
async fn with_audit_reads_every_read_by_an_iam_caller_is_in_the_trail_with_its_result() {
    let t = TestApp::sqlite_with(Settings {
        audit_reads: true,
        ..Settings::dev()
    })
    .await;
    let pool = pool(&t).await;
    let input = json!({"UserPoolId": pool, "Username": "jane", "MessageAction": "SUPPRESS"});
    let made = t.ok("AdminCreateUser", input).await;
    let sub = made["User"]["Attributes"][0]["Value"].clone();
    let before = count(&t).await;
    let user = |name: &str| json!({"UserPoolId": pool, "Username": name});
    let arn =
        t.ok("DescribeUserPool", json!({"UserPoolId": pool})).await["UserPool"]["Arn"].clone();
    t.ok("AdminGetUser", user("jane")).await;
    t.ok("AdminGetUser", user(sub.as_str().unwrap())).await;
    t.call("AdminGetUser", user("nobody")).await.unwrap_err();
    t.ok("AdminListGroupsForUser", user("jane")).await;
    t.ok("ListUserPools", json!({"MaxResults": 1})).await;
    t.ok("ListTagsForResource", json!({"ResourceArn": arn}))
        .await;
    t.call("ListUsers", json!({"UserPoolId": "us-east-1_nowhere"}))
        .await
        .unwrap_err();
    // A user's own read is none of an administrator's, and a token is no secret of the trail's either.
    t.call("GetUser", json!({"AccessToken": "x.y.z"}))
        .await
        .unwrap_err();
    let rows: Vec<Value> = trail(&t).await.split_off(before);
    let seen: Vec<_> = rows
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str();
            (
                text("operation").unwrap(),
                text("pool").unwrap(),
                text("user"),
                text("result").unwrap(),
            )
        })
        .collect();
    let (pool, jane) = (pool.as_str(), sub.as_str());
    assert_eq!(
        seen,
        [
            ("DescribeUserPool", pool, None, "ok"),
            ("AdminGetUser", pool, jane, "ok"),
            ("AdminGetUser", pool, jane, "ok"),
            ("AdminGetUser", pool, None, "UserNotFoundException"),
            ("AdminListGroupsForUser", pool, jane, "ok"),
            ("ListUserPools", "", None, "ok"),
            ("ListTagsForResource", pool, None, "ok"),
            (
                "ListUsers",
                "us-east-1_nowhere",
                None,
                "ResourceNotFoundException"
            ),
        ]
    );
    assert!(
        rows.iter()
            .all(|row| row["caller"] == "test" && row["address"] == "127.0.0.1")
    );
}

#[tokio::test]
async fn a_read_that_cannot_be_recorded_is_not_answered() {
    let t = TestApp::sqlite_with(Settings {
        audit_reads: true,
        ..Settings::dev()
    })
    .await;
    let pool = pool(&t).await;
    let batch = Batch::new().run("DROP TABLE audit", params![]);
    t.app.store.commit(batch).await.unwrap();
    let refused = t
        .call("DescribeUserPool", json!({"UserPoolId": pool}))
        .await
        .unwrap_err();
    assert_eq!(refused.0, "InternalErrorException");
}
