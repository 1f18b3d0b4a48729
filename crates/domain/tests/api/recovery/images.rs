//! What is kept of rows before they change, and for how long.

use cognate_domain::jobs::image_retention::ImageRetention;
use cognate_domain::jobs::runner::turn;
use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::attributes::admin_update;
use crate::support::signin;
use crate::support::users::pool;

const IMAGES: &str = "SELECT 1 FROM before_images WHERE pool_id = ?1";
const DAY: i64 = 86_400;

#[each_engine]
async fn creations_and_sign_ins_keep_nothing(t: &TestApp) {
    let s = world(t, json!({})).await;
    let input = json!({"UserPoolId": s.pool, "Username": "ann", "MessageAction": "SUPPRESS"});
    t.ok("AdminCreateUser", input).await;
    let sign_up = json!({"ClientId": s.client, "Username": "joe", "Password": signin::PASSWORD});
    t.ok("SignUp", sign_up).await;
    assert_eq!(count(t, IMAGES, &s.pool).await, 0);
    signin::user(t, &s.pool, "jane").await;
    let before = count(t, IMAGES, &s.pool).await;
    for _ in 0..3 {
        signin::sign_in(t, &s.client, "jane").await;
    }
    let out = json!({"UserPoolId": s.pool, "Username": "jane"});
    t.ok("AdminUserGlobalSignOut", out).await;
    assert_eq!(count(t, IMAGES, &s.pool).await, before);
    let work = t.app.store.work();
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&s.pool, "jane", &[("name", "x")]),
    )
    .await;
    assert_eq!(count(t, IMAGES, &s.pool).await, before + 1);
    let done = t.app.store.work();
    assert_eq!(done.commits - work.commits, 1);
}

#[each_engine]
async fn a_pool_without_recovery_keeps_nothing(t: &TestApp) {
    let p = pool(t, json!({"UserPoolTier": "LITE"})).await;
    signin::user(t, &p, "jane").await;
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&p, "jane", &[("name", "x")]),
    )
    .await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": p, "Username": "jane"}),
    )
    .await;
    assert_eq!(count(t, IMAGES, &p).await, 0);
}

#[each_engine]
async fn images_go_when_no_recovery_reaches_them(t: &TestApp) {
    let essentials = pool(t, json!({})).await;
    let plus = pool(t, json!({"UserPoolTier": "PLUS"})).await;
    let change = async |name: &str| {
        for p in [&essentials, &plus] {
            t.ok(
                "AdminUpdateUserAttributes",
                admin_update(p, "jane", &[("name", name)]),
            )
            .await;
        }
    };
    for p in [&essentials, &plus] {
        let input = json!({"UserPoolId": p, "Username": "jane", "MessageAction": "SUPPRESS"});
        t.ok("AdminCreateUser", input).await;
    }
    change("a").await;
    t.advance(2 * DAY).await;
    turn::<ImageRetention>(&t.app, "n").await.unwrap();
    assert_eq!(count(t, IMAGES, &essentials).await, 1);
    t.advance(3_601).await;
    change("b").await;
    turn::<ImageRetention>(&t.app, "n").await.unwrap();
    assert_eq!(count(t, IMAGES, &essentials).await, 1);
    assert_eq!(count(t, IMAGES, &plus).await, 2);
    t.advance(13 * DAY + 60).await;
    turn::<ImageRetention>(&t.app, "n").await.unwrap();
    assert_eq!(count(t, IMAGES, &essentials).await, 0);
    assert_eq!(count(t, IMAGES, &plus).await, 1);
    // An open recovery keeps what it may need.
    let target = moment(t).await;
    initiate(t, &plus, target).await;
    t.advance(20 * DAY).await;
    turn::<ImageRetention>(&t.app, "n").await.unwrap();
    assert_eq!(count(t, IMAGES, &plus).await, 1);
}

/// Whoever can write to the database cannot make a recovery believe it.
#[each_engine]
async fn an_image_that_was_changed_fails_the_preview(t: &TestApp) {
    for column in [
        "text_3 = '{\"attributes\":{\"email\":\"a@evil.example\"}}'",
        "sealed = NULL",
        "row_mac = NULL",
    ] {
        let p = pool(t, json!({})).await;
        signin::user(t, &p, "jane").await;
        let target = moment(t).await;
        t.ok(
            "AdminUpdateUserAttributes",
            admin_update(&p, "jane", &[("name", "x")]),
        )
        .await;
        let sql = format!("UPDATE before_images SET {column} WHERE pool_id = ?1");
        let sql: &'static str = Box::leak(sql.into_boxed_str());
        let batch = cognate_store::Batch::new().run(sql, params![&p]);
        t.app.store.commit(batch).await.unwrap();
        let before = rows(t, &p).await;
        let id = initiate(t, &p, target).await;
        let mut job = RecoveryPreview::default();
        while !job
            .portion(&t.app, &job_key(&p, &id), "")
            .await
            .unwrap()
            .is_done()
        {}
        assert_eq!(
            status(t, &p, &id).await,
            "PREVIEW_GENERATION_FAILED",
            "{column}"
        );
        assert_eq!(rows(t, &p).await, before);
        t.ok(
            "AdminUpdateUserAttributes",
            admin_update(&p, "jane", &[("name", "y")]),
        )
        .await;
    }
}

#[each_engine]
async fn a_deleted_pool_leaves_no_image(t: &TestApp) {
    let p = pool(t, json!({})).await;
    signin::user(t, &p, "jane").await;
    let target = moment(t).await;
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&p, "jane", &[("name", "x")]),
    )
    .await;
    let id = initiate(t, &p, target).await;
    preview(t, &p, &id).await;
    t.refused(
        "DeleteUserPool",
        json!({"UserPoolId": p}),
        PAUSED.0,
        "The user pool cannot be changed while a point-in-time recovery is in progress.",
    )
    .await;
    t.refused(
        "UpdateUserPool",
        json!({"UserPoolId": p}),
        "ConcurrentModificationException",
        "The user pool cannot be changed while a point-in-time recovery is in progress.",
    )
    .await;
    t.ok("CancelPointInTimeRecovery", named(&p, &id)).await;
    t.ok("DeleteUserPool", json!({"UserPoolId": p})).await;
    turn::<cognate_domain::jobs::pool_deletion::PoolDeletion>(&t.app, "n")
        .await
        .unwrap();
    for sql in [
        IMAGES,
        "SELECT 1 FROM recoveries WHERE pool_id = ?1",
        "SELECT 1 FROM recovery_items WHERE pool_id = ?1",
    ] {
        assert_eq!(count(t, sql, &p).await, 0, "{sql}");
    }
}
