//! AdminAddUserToGroup, AdminRemoveUserFromGroup.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::users::futures_all;
use crate::support::users::pool;

#[each_engine]
async fn a_user_joins_once_and_leaves_for_good(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    user(t, &pool, "ann").await;
    group(t, &pool, "g", json!({})).await;
    group(t, &pool, "h", json!({})).await;
    join(t, &pool, "g", "ann").await;
    join(t, &pool, "g", "ann").await;
    join(t, &pool, "h", "ann").await;
    assert_eq!(groups_of(t, &pool, "ann", 0).await, ["g", "h"]);
    let shown = t.ok("ListUsersInGroup", named(&pool, "g")).await;
    let listed = t.ok("ListUsers", json!({"UserPoolId": pool})).await;
    assert_eq!(shown, json!({"Users": listed["Users"]}));
    let out = t
        .ok("AdminRemoveUserFromGroup", member(&pool, "g", "ann"))
        .await;
    assert_eq!(out, Value::Null);
    t.ok("AdminRemoveUserFromGroup", member(&pool, "g", "ann"))
        .await;
    assert_eq!(groups_of(t, &pool, "ann", 0).await, ["h"]);
    assert!(member_names(t, &pool, "g", 0).await.is_empty());
}

#[each_engine]
async fn a_deleted_user_is_in_no_group(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    group(t, &pool, "g", json!({})).await;
    for name in ["ann", "bob"] {
        user(t, &pool, name).await;
        join(t, &pool, "g", name).await;
    }
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": "ann"}),
    )
    .await;
    assert_eq!(member_names(t, &pool, "g", 0).await, ["bob"]);
    assert_eq!(count(t, "SELECT 1 FROM group_members").await, 1);
    user(t, &pool, "ann").await;
    assert!(groups_of(t, &pool, "ann", 0).await.is_empty());
}

#[each_engine]
async fn a_user_is_in_a_hundred_groups_at_most_however_many_add_at_once(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    user(t, &pool, "ann").await;
    let names: Vec<_> = (0..108).map(|n| format!("g{n:03}")).collect();
    for name in &names {
        group(t, &pool, name, json!({})).await;
    }
    for name in &names[..92] {
        join(t, &pool, name, "ann").await;
    }
    let joined = futures_all(
        names[92..]
            .iter()
            .map(|name| t.call("AdminAddUserToGroup", member(&pool, name, "ann"))),
    )
    .await;
    let full = (
        "InvalidParameterException".to_owned(),
        "The maximum number of groups for this user has been reached.".to_owned(),
    );
    assert_eq!(
        joined.iter().filter(|answer| answer.is_ok()).count(),
        8,
        "{joined:?}"
    );
    assert!(
        joined
            .iter()
            .filter_map(|answer| answer.as_ref().err())
            .all(|refusal| *refusal == full),
        "{joined:?}"
    );
    assert_eq!(groups_of(t, &pool, "ann", 60).await.len(), 100);
    // What she is in already, she may be added to again; a group that ends makes room.
    join(t, &pool, "g000", "ann").await;
    t.ok("DeleteGroup", named(&pool, "g000")).await;
    let left = names
        .iter()
        .zip(0..)
        .skip(92)
        .find(|(_, n)| joined[n - 92].is_err())
        .unwrap()
        .0;
    join(t, &pool, left, "ann").await;
}

#[each_engine]
async fn who_joins_while_the_group_or_the_user_ends_is_in_nothing_afterwards(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    for n in 0..4 {
        let (name, ann) = (format!("g{n}"), format!("ann{n}"));
        user(t, &pool, &ann).await;
        group(t, &pool, &name, json!({})).await;
        let joining = || t.call("AdminAddUserToGroup", member(&pool, &name, &ann));
        let ends = t.call("DeleteGroup", named(&pool, &name));
        let dies = t.call(
            "AdminDeleteUser",
            json!({"UserPoolId": pool, "Username": ann}),
        );
        let (first, ended, second, died, third) =
            tokio::join!(joining(), ends, joining(), dies, joining());
        assert!(ended.is_ok() && died.is_ok());
        let allowed = [
            (
                "ResourceNotFoundException".to_owned(),
                "Group not found.".to_owned(),
            ),
            (
                "UserNotFoundException".to_owned(),
                "User does not exist.".to_owned(),
            ),
        ];
        for refusal in [first, second, third].into_iter().filter_map(Result::err) {
            assert!(allowed.contains(&refusal), "{refusal:?}");
        }
        user(t, &pool, &ann).await;
        group(t, &pool, &name, json!({})).await;
        assert!(groups_of(t, &pool, &ann, 0).await.is_empty());
        assert!(member_names(t, &pool, &name, 0).await.is_empty());
    }
}

#[each_engine]
async fn a_user_is_found_by_alias_and_by_id(t: &TestApp) {
    let pool = pool(t, json!({"AliasAttributes": ["email"]})).await;
    let attributes = json!([{"Name": "email", "Value": "ann@example.com"}, {"Name": "email_verified", "Value": "true"}]);
    let input = json!({"UserPoolId": pool, "Username": "ann", "MessageAction": "SUPPRESS", "UserAttributes": attributes});
    let made = t.ok("AdminCreateUser", input).await;
    let sub = made["User"]["Attributes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["Name"] == "sub")
        .unwrap()["Value"]
        .clone();
    t.ok(
        "AdminSetUserPassword",
        json!({"UserPoolId": pool, "Username": "ann", "Password": "Passw0rd!", "Permanent": true}),
    )
    .await;
    for (group_name, name) in [("g", "ann@example.com"), ("h", sub.as_str().unwrap())] {
        group(t, &pool, group_name, json!({})).await;
        join(t, &pool, group_name, name).await;
        assert_eq!(member_names(t, &pool, group_name, 0).await, ["ann"]);
    }
}
