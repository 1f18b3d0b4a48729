//! Portions: however often a recovery is interrupted, and however many nodes do it, the rows are the same at the end.

use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::groups::{group, join};
use crate::support::attributes::admin_update;
use crate::support::signin;

/// Makes a pool with changes of every kind; returns it, the moment before them and the rows of that moment.
async fn changed(t: &TestApp) -> (Site, f64, Vec<Vec<String>>) {
    let s = world(t, json!({})).await;
    for at in 0..9 {
        let input = json!({"UserPoolId": s.pool, "Username": format!("u{at}"), "MessageAction": "SUPPRESS"});
        t.ok("AdminCreateUser", input).await;
    }
    for at in 0..3 {
        group(t, &s.pool, &format!("g{at}"), json!({})).await;
        join(t, &s.pool, &format!("g{at}"), "u0").await;
        join(t, &s.pool, &format!("g{at}"), "u1").await;
    }
    let target = moment(t).await;
    let before = rows(t, &s.pool).await;
    for at in 0..3 {
        let name = format!("u{at}");
        t.ok(
            "AdminDeleteUser",
            json!({"UserPoolId": s.pool, "Username": name}),
        )
        .await;
        let input = json!({"UserPoolId": s.pool, "Username": name, "MessageAction": "SUPPRESS"});
        t.ok("AdminCreateUser", input).await;
        let name = format!("u{}", at + 3);
        t.ok(
            "AdminUpdateUserAttributes",
            admin_update(&s.pool, &name, &[("name", "x")]),
        )
        .await;
        join(t, &s.pool, "g2", &name).await;
    }
    t.ok(
        "DeleteGroup",
        json!({"UserPoolId": s.pool, "GroupName": "g0"}),
    )
    .await;
    group(t, &s.pool, "G0", json!({})).await;
    join(t, &s.pool, "G0", "u5").await;
    (s, target, before)
}

/// A node that does one portion and dies: the next begins with nothing but the database.
#[each_engine]
async fn a_recovery_that_dies_at_every_portion_ends_as_one_that_does_not(t: &TestApp) {
    // A job that always begins anew comes to the end only if each portion is kept; `skip` portions are done at a time, so
    // that the end of each is once the end of a node.
    for skip in [1_usize, 2, 3, 5, 8] {
        let (s, target, before) = changed(t).await;
        let id = initiate(t, &s.pool, target).await;
        let key = job_key(&s.pool, &id);
        // The preview itself starts over: what it has noted stays, and changes nothing when it is noted again.
        for portions in 1..skip {
            let mut job = RecoveryPreview::default();
            for _ in 0..portions {
                job.portion(&t.app, &key, "").await.unwrap();
            }
        }
        assert_eq!(
            preview(t, &s.pool, &id).await,
            changes([3, 3, 3], [1, 0, 1], [0; 3], [0; 3])
        );
        t.ok("StartPointInTimeRecovery", named(&s.pool, &id)).await;
        // Each node skips the stages that are empty by now, and dies `skip` portions after that.
        let mut lives = 0;
        'alive: loop {
            lives += 1;
            assert!(lives < 200, "it never ends");
            let mut job = RecoveryRestore::default();
            for _ in 0..12 + skip {
                if job.portion(&t.app, &key, "").await.unwrap().is_done() {
                    break 'alive;
                }
            }
        }
        assert_eq!(status(t, &s.pool, &id).await, "RESTORE_COMPLETED");
        assert_eq!(rows(t, &s.pool).await, before);
    }
}

/// Two nodes whose leases both believe in work on every portion at the same time.
#[each_engine]
async fn two_nodes_at_once_do_no_harm(t: &TestApp) {
    let (s, target, before) = changed(t).await;
    let second = t.second_node().await;
    let id = initiate(t, &s.pool, target).await;
    let key = job_key(&s.pool, &id);
    let (mut one, mut two) = (RecoveryPreview::default(), RecoveryPreview::default());
    loop {
        let (one, two) = tokio::join!(
            one.portion(&t.app, &key, ""),
            two.portion(&second.app, &key, "")
        );
        if one.unwrap().is_done() && two.unwrap().is_done() {
            break;
        }
    }
    assert_eq!(
        counts(t, &s.pool, &id).await,
        changes([3, 3, 3], [1, 0, 1], [0; 3], [0; 3])
    );
    t.ok("StartPointInTimeRecovery", named(&s.pool, &id)).await;
    let (mut one, mut two) = (RecoveryRestore::default(), RecoveryRestore::default());
    loop {
        let (one, two) = tokio::join!(
            one.portion(&t.app, &key, ""),
            two.portion(&second.app, &key, "")
        );
        if one.unwrap().is_done() && two.unwrap().is_done() {
            break;
        }
    }
    assert_eq!(status(t, &s.pool, &id).await, "RESTORE_COMPLETED");
    assert_eq!(rows(t, &s.pool).await, before);
}

/// Whoever is not concerned signs in at any time, and has the same sessions afterwards.
#[each_engine]
async fn sign_ins_go_on_between_all_portions(t: &TestApp) {
    let (s, target, _) = changed(t).await;
    signin::user(t, &s.pool, "old").await;
    t.advance(16 * 60).await;
    let target = target.max(moment(t).await);
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": s.pool, "Username": "u8"}),
    )
    .await;
    let tokens = signin::sign_in(t, &s.client, "old").await;
    let id = initiate(t, &s.pool, target).await;
    signin::sign_in(t, &s.client, "old").await;
    preview(t, &s.pool, &id).await;
    signin::sign_in(t, &s.client, "old").await;
    t.ok("StartPointInTimeRecovery", named(&s.pool, &id)).await;
    let mut job = RecoveryRestore::default();
    let key = job_key(&s.pool, &id);
    while !job.portion(&t.app, &key, "").await.unwrap().is_done() {
        signin::sign_in(t, &s.client, "old").await;
        let out = json!({"UserPoolId": s.pool, "Username": "old"});
        t.ok("AdminGetUser", out).await;
    }
    let refresh = json!({"ClientId": s.client, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": tokens["RefreshToken"]}});
    t.ok("InitiateAuth", refresh).await;
}
