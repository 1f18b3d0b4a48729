//! States, limits and refusals.

use cognate_domain::Settings;
use cognate_domain::app::recovery_limits::RecoveryLimits;
use cognate_domain::jobs::recovery_expiry::RecoveryExpiry;
use cognate_domain::jobs::runner::turn;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::attributes::admin_update;
use crate::support::signin;
use crate::support::texts::exceptions::INVALID;
use crate::support::users::{all_at_once, pool, with};

const DAY: i64 = 86_400;
const CONCURRENT: (&str, &str) = (
    "ConcurrentModificationException",
    "A point-in-time recovery of the user pool is already in progress.",
);
const RECENT: &str = "RestoreTimestamp must be at least 15 minutes in the past.";
const BEFORE: &str = "RestoreTimestamp cannot be earlier than the creation date of the user pool.";
const WINDOW: &str =
    "RestoreTimestamp is not within the recovery period of the user pool's feature plan.";

/// Returns the time so many seconds ago.
fn ago(t: &TestApp, seconds: i64) -> f64 {
    (t.app.clock.service() / 1_000 - seconds * 1_000) as f64 / 1_000.0
}

fn to(pool: &str, target: f64) -> Value {
    json!({"UserPoolId": pool, "RestoreTimestamp": target})
}

fn wrong_status(status: &str) -> String {
    format!("The operation is not allowed for a point-in-time recovery in the status {status}.")
}

async fn refused(t: &TestApp, op: &str, pool: &str, id: &str, status: &str) {
    t.refused(op, named(pool, id), INVALID, &wrong_status(status))
        .await;
}

/// Begins a recovery to an hour ago; returns its id.
async fn begun(t: &TestApp, pool: &str) -> String {
    let made = t
        .ok("InitiatePointInTimeRecovery", to(pool, ago(t, 3_600)))
        .await;
    made["Restoration"]["RestoreId"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[each_engine]
async fn a_recovery_goes_from_state_to_state(t: &TestApp) {
    let p = pool(t, json!({})).await;
    signin::user(t, &p, "jane").await;
    t.advance(2 * 3_600).await;
    let target = ago(t, 3_600);
    let made = t.ok("InitiatePointInTimeRecovery", to(&p, target)).await;
    let shown = &made["Restoration"];
    let id = shown["RestoreId"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 36);
    assert_eq!(id, id.to_lowercase());
    let trigger = shown["TriggerTimestamp"].as_f64().unwrap();
    assert!((ago(t, 0) - trigger).abs() < 5.0);
    let generating = json!({
        "RestoreId": id, "RestoreStatus": "PREVIEW_GENERATING", "RestoreTimestamp": target,
        "TriggerTimestamp": shown["TriggerTimestamp"],
    });
    assert_eq!(*shown, generating);
    let described = t.ok("DescribePointInTimeRecovery", named(&p, &id)).await;
    assert_eq!(described["Restoration"], generating);
    refused(t, "StartPointInTimeRecovery", &p, &id, "PREVIEW_GENERATING").await;
    t.refused(
        "InitiatePointInTimeRecovery",
        to(&p, target),
        CONCURRENT.0,
        CONCURRENT.1,
    )
    .await;
    let nothing = preview(t, &p, &id).await;
    assert_eq!(nothing, changes([0; 3], [0; 3], [0; 3], [0; 3]));
    let described = t.ok("DescribePointInTimeRecovery", named(&p, &id)).await;
    let zero =
        |name: &str| json!({"Entity": name, "CreateCount": 0, "UpdateCount": 0, "DeleteCount": 0});
    let whole = with(
        generating,
        json!({
            "RestoreStatus": "PREVIEW_GENERATED",
            "RestorePreview": [zero("Users"), zero("Groups"), zero("User MFAs"), zero("Passkeys")],
        }),
    );
    assert_eq!(described["Restoration"], whole);
    let started = t.ok("StartPointInTimeRecovery", named(&p, &id)).await;
    assert_eq!(
        started["Restoration"],
        with(whole, json!({"RestoreStatus": "RESTORING"}))
    );
    for op in ["StartPointInTimeRecovery", "CancelPointInTimeRecovery"] {
        refused(t, op, &p, &id, "RESTORING").await;
    }
    t.refused(
        "InitiatePointInTimeRecovery",
        to(&p, target),
        CONCURRENT.0,
        CONCURRENT.1,
    )
    .await;
    let mut job = RecoveryRestore::default();
    while !job
        .portion(&t.app, &job_key(&p, &id), "")
        .await
        .unwrap()
        .is_done()
    {}
    for op in ["StartPointInTimeRecovery", "CancelPointInTimeRecovery"] {
        refused(t, op, &p, &id, "RESTORE_COMPLETED").await;
    }
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&p, "jane", &[("name", "Jane")]),
    )
    .await;
    let listed = t
        .ok("ListPointInTimeRecoveries", json!({"UserPoolId": p}))
        .await;
    let entry =
        json!({"RestoreId": id, "RestoreStatus": "RESTORE_COMPLETED", "RestoreTimestamp": target});
    assert_eq!(listed, json!({"Restorations": [entry]}));
}

#[each_engine]
async fn a_cancelled_recovery_has_changed_nothing_and_writes_go_on(t: &TestApp) {
    let p = pool(t, json!({})).await;
    signin::user(t, &p, "jane").await;
    t.advance(2 * 3_600).await;
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&p, "jane", &[("name", "Jane")]),
    )
    .await;
    let before = rows(t, &p).await;
    for generated in [false, true] {
        let id = begun(t, &p).await;
        if generated {
            preview(t, &p, &id).await;
        }
        let ended = t.ok("CancelPointInTimeRecovery", named(&p, &id)).await;
        assert_eq!(ended["Restoration"]["RestoreStatus"], "PREVIEW_CANCELLED");
        assert_eq!(
            ended["Restoration"].get("RestorePreview").is_some(),
            generated
        );
        for op in ["StartPointInTimeRecovery", "CancelPointInTimeRecovery"] {
            refused(t, op, &p, &id, "PREVIEW_CANCELLED").await;
        }
        // What a job that was at work still does comes to nothing.
        let mut job = RecoveryPreview::default();
        assert!(
            job.portion(&t.app, &job_key(&p, &id), "")
                .await
                .unwrap()
                .is_done()
        );
        let mut job = RecoveryRestore::default();
        assert!(
            job.portion(&t.app, &job_key(&p, &id), "")
                .await
                .unwrap()
                .is_done()
        );
        assert_eq!(status(t, &p, &id).await, "PREVIEW_CANCELLED");
        assert_eq!(rows(t, &p).await, before);
    }
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": p, "Username": "jane"}),
    )
    .await;
    let items = "SELECT 1 FROM recovery_items WHERE pool_id = ?1";
    assert!(count(t, items, &p).await > 0);
    turn::<cognate_domain::jobs::recovery_cleanup::RecoveryCleanup>(&t.app, "n")
        .await
        .unwrap();
    assert_eq!(count(t, items, &p).await, 0);
}

#[each_engine]
async fn a_preview_stands_for_a_day_after_it_was_initiated(t: &TestApp) {
    let p = pool(t, json!({"UserPoolTier": "PLUS"})).await;
    signin::user(t, &p, "jane").await;
    t.advance(2 * 3_600).await;
    let (first, other) = (begun(t, &p).await, pool(t, json!({})).await);
    preview(t, &p, &first).await;
    t.advance(DAY - 60).await;
    turn::<RecoveryExpiry>(&t.app, "n").await.unwrap();
    assert_eq!(status(t, &p, &first).await, "PREVIEW_GENERATED");
    t.advance(61).await;
    // Whoever asks first ends it.
    refused(t, "StartPointInTimeRecovery", &p, &first, "PREVIEW_EXPIRED").await;
    assert_eq!(status(t, &p, &first).await, "PREVIEW_EXPIRED");
    refused(
        t,
        "CancelPointInTimeRecovery",
        &p,
        &first,
        "PREVIEW_EXPIRED",
    )
    .await;
    let second = begun(t, &p).await;
    t.advance(DAY).await;
    turn::<RecoveryExpiry>(&t.app, "n").await.unwrap();
    assert_eq!(status(t, &p, &second).await, "PREVIEW_EXPIRED");
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&p, "jane", &[("name", "Jane")]),
    )
    .await;
    let listed = t
        .ok("ListPointInTimeRecoveries", json!({"UserPoolId": other}))
        .await;
    assert_eq!(listed, json!({"Restorations": []}));
}

#[each_engine]
async fn a_moment_is_within_the_reach_of_the_plan(t: &TestApp) {
    let p = pool(t, json!({})).await;
    let created =
        t.ok("DescribeUserPool", json!({"UserPoolId": p})).await["UserPool"]["CreationDate"]
            .as_f64()
            .unwrap();
    let refused = async |pool: &str, target: f64, text: &str| {
        t.refused(
            "InitiatePointInTimeRecovery",
            to(pool, target),
            INVALID,
            text,
        )
        .await;
    };
    let reached = async |pool: &str, target: f64| {
        let made = t.ok("InitiatePointInTimeRecovery", to(pool, target)).await;
        let id = made["Restoration"]["RestoreId"]
            .as_str()
            .unwrap()
            .to_owned();
        t.ok("CancelPointInTimeRecovery", named(pool, &id)).await;
    };
    // 15 minutes, not before the pool, and the pool's own first moment.
    refused(&p, created, RECENT).await;
    t.advance(15 * 60 + 2).await;
    refused(&p, ago(t, 15 * 60 - 1), RECENT).await;
    refused(&p, created - 1.0, BEFORE).await;
    reached(&p, created).await;
    reached(&p, ago(t, 15 * 60 + 1)).await;
    refused(&p, f64::from(u32::MAX), RECENT).await;
    refused(&p, 0.0, BEFORE).await;
    // A day on ESSENTIALS.
    t.advance(2 * DAY).await;
    refused(&p, ago(t, DAY + 1), WINDOW).await;
    reached(&p, ago(t, DAY - 1)).await;
    // 14 days on PLUS, but not before the pool was on it.
    let plus = json!({"UserPoolId": p, "UserPoolTier": "PLUS"});
    t.ok("UpdateUserPool", plus).await;
    let since = ago(t, 0);
    t.advance(2 * DAY).await;
    refused(&p, since - 1.0, WINDOW).await;
    reached(&p, since + 10.0).await;
    t.advance(20 * DAY).await;
    refused(&p, ago(t, 14 * DAY + 1), WINDOW).await;
    reached(&p, ago(t, 14 * DAY - 1)).await;
    // A pool that was on LITE has nothing of that time.
    let lite = json!({"UserPoolId": p, "UserPoolTier": "LITE"});
    t.ok("UpdateUserPool", lite).await;
    let text = "The following feature is not available for the LITE pricing tier configured: Point-in-time Recovery";
    let none = named(&p, "11111111-2222-4333-8444-555555555555");
    for (op, input) in [
        ("InitiatePointInTimeRecovery", to(&p, ago(t, 3_600))),
        ("DescribePointInTimeRecovery", none.clone()),
        ("StartPointInTimeRecovery", none.clone()),
        ("CancelPointInTimeRecovery", none),
        ("ListPointInTimeRecoveries", json!({"UserPoolId": p})),
    ] {
        t.refused(op, input, "FeatureUnavailableInTierException", text)
            .await;
    }
    t.advance(3_600).await;
    t.ok(
        "UpdateUserPool",
        json!({"UserPoolId": p, "UserPoolTier": "ESSENTIALS"}),
    )
    .await;
    let again = ago(t, 0);
    t.advance(3_600).await;
    refused(&p, again - 1.0, WINDOW).await;
    reached(&p, again + 10.0).await;
}

#[each_engine]
async fn recoveries_are_counted(t: &TestApp) {
    let limit = async |p: &str, text: &str| {
        let text = format!("The limit of {text} was exceeded.");
        let input = to(p, ago(t, 3_600));
        t.refused(
            "InitiatePointInTimeRecovery",
            input,
            "LimitExceededException",
            &text,
        )
        .await;
    };
    let p = pool(t, json!({"UserPoolTier": "PLUS"})).await;
    let other = pool(t, json!({})).await;
    t.advance(2 * 3_600).await;
    let cancelled = async |p: &str| {
        let id = begun(t, p).await;
        t.ok("CancelPointInTimeRecovery", named(p, &id)).await;
    };
    for _ in 0..3 {
        cancelled(&p).await;
    }
    limit(&p, "recovery previews of the user pool in 24 hours").await;
    cancelled(&other).await;
    t.advance(DAY).await;
    let id = begun(t, &p).await;
    preview(t, &p, &id).await;
    restore(t, &p, &id).await;
    limit(&p, "completed recoveries of the user pool in 24 hours").await;
    t.advance(DAY - 60).await;
    limit(&p, "completed recoveries of the user pool in 24 hours").await;
    t.advance(61).await;
    for _ in 0..2 {
        for _ in 0..3 {
            cancelled(&p).await;
        }
        t.advance(DAY).await;
    }
    limit(&p, "recovery previews of the user pool in 30 days").await;
    t.advance(26 * DAY).await;
    cancelled(&p).await;
}

#[tokio::test]
async fn reach_and_counts_are_settings() {
    let recovery = RecoveryLimits {
        essentials: 3 * DAY * 1_000_000,
        previews_per_day: None,
        previews_per_month: None,
        restores_per_day: None,
        ..RecoveryLimits::default()
    };
    let settings = Settings {
        recovery,
        ..Settings::dev()
    };
    let t = &TestApp::sqlite_with(settings).await;
    let p = pool(t, json!({})).await;
    t.advance(3 * DAY - 3_600).await;
    for _ in 0..12 {
        let made = t
            .ok("InitiatePointInTimeRecovery", to(&p, ago(t, 2 * DAY)))
            .await;
        let id = made["Restoration"]["RestoreId"]
            .as_str()
            .unwrap()
            .to_owned();
        preview(t, &p, &id).await;
        restore(t, &p, &id).await;
    }
}

#[each_engine]
async fn a_recovery_belongs_to_its_pool(t: &TestApp) {
    let (p, other) = (pool(t, json!({})).await, pool(t, json!({})).await);
    t.advance(2 * 3_600).await;
    let id = begun(t, &p).await;
    preview(t, &p, &id).await;
    let nobody = "11111111-2222-4333-8444-555555555555";
    for (pool, id) in [(&other, id.as_str()), (&p, nobody)] {
        let text = format!("Point-in-time recovery {id} does not exist.");
        for op in [
            "DescribePointInTimeRecovery",
            "StartPointInTimeRecovery",
            "CancelPointInTimeRecovery",
        ] {
            t.refused(op, named(pool, id), "ResourceNotFoundException", &text)
                .await;
        }
    }
    let text = "User pool us-east-1_nowhere does not exist.";
    for op in [
        "DescribePointInTimeRecovery",
        "StartPointInTimeRecovery",
        "CancelPointInTimeRecovery",
    ] {
        let input = named("us-east-1_nowhere", &id);
        t.refused(op, input, "ResourceNotFoundException", text)
            .await;
    }
    for (op, input) in [
        (
            "InitiatePointInTimeRecovery",
            to("us-east-1_nowhere", ago(t, 3_600)),
        ),
        (
            "ListPointInTimeRecoveries",
            json!({"UserPoolId": "us-east-1_nowhere"}),
        ),
    ] {
        t.refused(op, input, "ResourceNotFoundException", text)
            .await;
    }
    // Two nodes start it at once: one does.
    let second = t.second_node().await;
    let (one, two) = tokio::join!(
        t.call("StartPointInTimeRecovery", named(&p, &id)),
        second.call("StartPointInTimeRecovery", named(&p, &id)),
    );
    let lost = (INVALID.to_owned(), wrong_status("RESTORING"));
    let mut answers = [one, two];
    answers.sort_by_key(Result::is_ok);
    assert_eq!(answers[0], Err(lost));
    assert!(answers[1].is_ok());
}

#[each_engine]
async fn one_of_several_at_once_begins(t: &TestApp) {
    let p = pool(t, json!({})).await;
    t.advance(2 * 3_600).await;
    let input = to(&p, ago(t, 3_600));
    let answers = all_at_once(t, "InitiatePointInTimeRecovery", vec![input; 6]).await;
    let (begun, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(begun.len(), 1);
    for answer in lost {
        assert_eq!(answer.unwrap_err().0, CONCURRENT.0);
    }
    let id = begun[0].as_ref().unwrap()["Restoration"]["RestoreId"].clone();
    let both = named(&p, id.as_str().unwrap());
    let answers = all_at_once(t, "CancelPointInTimeRecovery", vec![both; 4]).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
}

#[each_engine]
async fn recoveries_are_listed_from_the_newest(t: &TestApp) {
    let (p, other) = (
        pool(t, json!({"UserPoolTier": "PLUS"})).await,
        pool(t, json!({})).await,
    );
    t.advance(2 * 3_600).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let id = begun(t, &p).await;
        t.ok("CancelPointInTimeRecovery", named(&p, &id)).await;
        ids.insert(0, id);
        t.advance(60).await;
    }
    let page = async |token: Value| {
        let input = json!({"UserPoolId": p, "MaxResults": 2, "NextToken": token});
        t.ok("ListPointInTimeRecoveries", input).await
    };
    let first = page(Value::Null).await;
    let shown = |page: &Value| -> Vec<String> {
        let list = page["Restorations"].as_array().unwrap().iter();
        list.map(|entry| entry["RestoreId"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(shown(&first), ids[..2]);
    let last = page(first["NextToken"].clone()).await;
    assert_eq!(shown(&last), ids[2..]);
    assert_eq!(last.get("NextToken"), None);
    let foreign = json!({"UserPoolId": other, "NextToken": first["NextToken"]});
    let (code, _) = t
        .call("ListPointInTimeRecoveries", foreign)
        .await
        .unwrap_err();
    assert_eq!(code, INVALID);
    for most in [0, 61] {
        let input = json!({"UserPoolId": p, "MaxResults": most});
        let (code, _) = t
            .call("ListPointInTimeRecoveries", input)
            .await
            .unwrap_err();
        assert_eq!(code, INVALID);
    }
}
