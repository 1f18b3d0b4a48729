//! Names and aliases that others took meanwhile, and what belongs to users who were never there.

use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::groups::{group, join, member};
use crate::support::attributes::{admin_update, list};
use crate::support::signin;
use crate::support::users::{attribute, pool, user};

async fn create(t: &TestApp, pool: &str, name: &str, pairs: &[(&str, &str)]) -> String {
    let input = json!({
        "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": list(pairs),
    });
    let made = t.ok("AdminCreateUser", input).await;
    attribute(&made["User"], "sub").unwrap().to_owned()
}

async fn delete(t: &TestApp, pool: &str, name: &str) {
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": name}),
    )
    .await;
}

async fn sub(t: &TestApp, pool: &str, name: &str) -> String {
    let shown = user(t, pool, name).await;
    attribute(&shown, "sub").unwrap().to_owned()
}

#[each_engine]
async fn a_name_that_was_released_and_taken_again_returns(t: &TestApp) {
    let settings =
        json!({"AliasAttributes": ["email"], "UsernameConfiguration": {"CaseSensitive": false}});
    let p = pool(t, settings).await;
    let verified = |email: &'static str| [("email", email), ("email_verified", "true")];
    let unal = create(t, &p, "Ünal", &verified("one@example.com")).await;
    let two = create(t, &p, "two", &verified("two@example.com")).await;
    let three = create(t, &p, "three", &[]).await;
    for name in ["Ünal", "two", "three"] {
        signin::set_password(t, &p, name, signin::PASSWORD).await;
    }
    let target = moment(t).await;
    let before = rows(t, &p).await;
    // The name goes to somebody new in another spelling; aliases go round in a circle, and to somebody new.
    delete(t, &p, "ünal").await;
    let newcomer = create(t, &p, "ÜNAL", &[]).await;
    signin::set_password(t, &p, "ÜNAL", signin::PASSWORD).await;
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&p, "two", &verified("other@example.com")),
    )
    .await;
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&p, "three", &verified("two@example.com")),
    )
    .await;
    let thief = create(t, &p, "thief", &verified("one@example.com")).await;
    signin::set_password(t, &p, "thief", signin::PASSWORD).await;
    assert_eq!(sub(t, &p, "two@example.com").await, three);
    assert_eq!(
        recover(t, &p, target).await,
        changes([1, 2, 2], [0; 3], [0; 3], [0; 3])
    );
    assert_eq!(rows(t, &p).await, before);
    for (name, id) in [
        ("ünal", &unal),
        ("one@example.com", &unal),
        ("two@example.com", &two),
        ("three", &three),
    ] {
        assert_eq!(sub(t, &p, name).await, *id, "{name}");
    }
    for gone in [&newcomer, &thief] {
        let input = json!({"UserPoolId": p, "Username": gone});
        t.refused(
            "AdminGetUser",
            input,
            "UserNotFoundException",
            "User does not exist.",
        )
        .await;
    }
    // Their ids are nobody's for good; the returned user's is the user's own again.
    let buried = "SELECT 1 FROM tombstones WHERE pool_id = ?1";
    assert_eq!(count(t, buried, &p).await, 2);
}

/// Whoever came and went between the moment and now was never there, and brings nothing back.
#[each_engine]
async fn who_came_and_went_stays_away(t: &TestApp) {
    let s = world(t, json!({})).await;
    signin::user(t, &s.pool, "jane").await;
    group(t, &s.pool, "g", json!({})).await;
    let target = moment(t).await;
    let before = rows(t, &s.pool).await;
    for _ in 0..2 {
        signin::user(t, &s.pool, "guest").await;
        join(t, &s.pool, "g", "guest").await;
        group(t, &s.pool, "short", json!({})).await;
        join(t, &s.pool, "short", "guest").await;
        join(t, &s.pool, "short", "jane").await;
        t.ok(
            "AdminUpdateUserAttributes",
            admin_update(&s.pool, "guest", &[("name", "x")]),
        )
        .await;
        t.ok("AdminRemoveUserFromGroup", member(&s.pool, "short", "jane"))
            .await;
        t.ok(
            "DeleteGroup",
            json!({"UserPoolId": s.pool, "GroupName": "short"}),
        )
        .await;
        delete(t, &s.pool, "guest").await;
    }
    // Changed, and changed back.
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&s.pool, "jane", &[("name", "x")]),
    )
    .await;
    let back = json!({"UserPoolId": s.pool, "Username": "jane", "UserAttributeNames": ["name"]});
    t.ok("AdminDeleteUserAttributes", back).await;
    assert_eq!(
        recover(t, &s.pool, target).await,
        changes([0; 3], [0; 3], [0; 3], [0; 3])
    );
    let after = rows(t, &s.pool).await;
    assert_eq!(after[1..], before[1..]);
    assert_eq!(
        count(t, "SELECT 1 FROM group_members WHERE pool_id = ?1", &s.pool).await,
        before[4].len()
    );
}

/// A recovery is a change like any other.
#[each_engine]
async fn a_recovery_can_be_undone(t: &TestApp) {
    let s = world(t, json!({"UserPoolTier": "PLUS"})).await;
    for name in ["jane", "joe"] {
        signin::user(t, &s.pool, name).await;
    }
    group(t, &s.pool, "g", json!({})).await;
    join(t, &s.pool, "g", "jane").await;
    let first = moment(t).await;
    let at_first = rows(t, &s.pool).await;
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&s.pool, "joe", &[("name", "Joe")]),
    )
    .await;
    delete(t, &s.pool, "jane").await;
    signin::user(t, &s.pool, "new").await;
    t.ok(
        "DeleteGroup",
        json!({"UserPoolId": s.pool, "GroupName": "g"}),
    )
    .await;
    group(t, &s.pool, "h", json!({})).await;
    join(t, &s.pool, "h", "new").await;
    let second = moment(t).await;
    let at_second = rows(t, &s.pool).await;
    let changed = recover(t, &s.pool, first).await;
    assert_eq!(changed, changes([1, 1, 1], [1, 0, 1], [0; 3], [0; 3]));
    assert_eq!(rows(t, &s.pool).await, at_first);
    t.advance(86_401).await;
    let changed = recover(t, &s.pool, second).await;
    assert_eq!(changed, changes([1, 1, 1], [1, 0, 1], [0; 3], [0; 3]));
    assert_eq!(rows(t, &s.pool).await, at_second);
    t.advance(86_401).await;
    let changed = recover(t, &s.pool, first).await;
    assert_eq!(changed, changes([1, 1, 1], [1, 0, 1], [0; 3], [0; 3]));
    assert_eq!(rows(t, &s.pool).await, at_first);
}

/// What goes with the password stays with it.
#[each_engine]
async fn the_password_of_today_stays_with_what_belongs_to_it(t: &TestApp) {
    let s = world(t, json!({})).await;
    for name in ["changed", "reset", "forced"] {
        signin::user(t, &s.pool, name).await;
    }
    let new = json!({"UserPoolId": s.pool, "Username": "invited", "MessageAction": "SUPPRESS", "TemporaryPassword": "Temporary1!"});
    t.ok("AdminCreateUser", new).await;
    let target = moment(t).await;
    let own = |name: &str| json!({"UserPoolId": s.pool, "Username": name});
    signin::set_password(t, &s.pool, "changed", "Another1!").await;
    signin::set_password(t, &s.pool, "invited", "Another1!").await;
    let input = crate::support::users::with(
        own("forced"),
        json!({"Password": "Another1!", "Permanent": false}),
    );
    t.ok("AdminSetUserPassword", input).await;
    for name in ["changed", "reset", "forced", "invited"] {
        t.ok(
            "AdminUpdateUserAttributes",
            admin_update(&s.pool, name, &[("name", "x")]),
        )
        .await;
        t.ok("AdminDisableUser", own(name)).await;
    }
    assert_eq!(
        recover(t, &s.pool, target).await,
        changes([0, 4, 0], [0; 3], [0; 3], [0; 3])
    );
    for (name, status, password) in [
        ("changed", "CONFIRMED", "Another1!"),
        ("invited", "CONFIRMED", "Another1!"),
        ("forced", "FORCE_CHANGE_PASSWORD", "Another1!"),
        ("reset", "CONFIRMED", signin::PASSWORD),
    ] {
        let shown = user(t, &s.pool, name).await;
        assert_eq!(
            (&shown["UserStatus"], &shown["Enabled"]),
            (&json!(status), &json!(true)),
            "{name}"
        );
        assert_eq!(attribute(&shown, "name"), None);
        let answer = t
            .ok(
                "InitiateAuth",
                signin::by_password(&s.client, name, password),
            )
            .await;
        let forced = answer["ChallengeName"] == "NEW_PASSWORD_REQUIRED";
        assert_eq!(forced, name == "forced", "{answer}");
    }
}
