//! CreateGroup, GetGroup, UpdateGroup.

use cognate_store::Batch;
use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::TestApp;
use crate::support::users::futures_all;
use crate::support::users::{pool, with};

const ROLE: &str = "arn:aws:iam::000000000000:role/admin";

#[each_engine]
async fn a_group_shows_what_was_set_and_nothing_else(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let bare = group(t, &pool, "bare", json!({})).await;
    assert_eq!(
        bare,
        json!({
            "GroupName": "bare", "UserPoolId": pool,
            "CreationDate": bare["CreationDate"], "LastModifiedDate": bare["CreationDate"],
        })
    );
    assert!(bare["CreationDate"].as_f64().is_some());
    let set = json!({"Description": "d", "RoleArn": ROLE, "Precedence": 0});
    let full = group(t, &pool, "full", set.clone()).await;
    assert_eq!(
        full,
        with(
            json!({
                "GroupName": "full", "UserPoolId": pool,
                "CreationDate": full["CreationDate"], "LastModifiedDate": full["CreationDate"],
            }),
            set
        )
    );
    assert_eq!(
        t.ok("GetGroup", named(&pool, "full")).await,
        json!({"Group": full})
    );
    assert_eq!(
        t.ok("ListGroups", json!({"UserPoolId": pool})).await,
        json!({"Groups": [bare, full]})
    );
}

#[each_engine]
async fn an_update_changes_what_it_names_and_keeps_the_rest(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let before = group(
        t,
        &pool,
        "g",
        json!({"Description": "d", "RoleArn": ROLE, "Precedence": 3}),
    )
    .await;
    t.advance(5).await;
    let answer = t
        .ok(
            "UpdateGroup",
            with(named(&pool, "g"), json!({"Precedence": 1})),
        )
        .await;
    let after = answer["Group"].clone();
    assert!(after["LastModifiedDate"].as_f64() > before["LastModifiedDate"].as_f64());
    let expected = with(
        before,
        json!({"Precedence": 1, "LastModifiedDate": after["LastModifiedDate"]}),
    );
    assert_eq!(after, expected);
    let other = "arn:aws:iam::000000000000:role/other";
    let set = json!({"Description": "", "RoleArn": other});
    let answer = t
        .ok("UpdateGroup", with(named(&pool, "g"), set.clone()))
        .await;
    let expected = with(
        expected,
        with(
            set,
            json!({"LastModifiedDate": answer["Group"]["LastModifiedDate"]}),
        ),
    );
    assert_eq!(answer["Group"], expected);
    assert_eq!(t.ok("GetGroup", named(&pool, "g")).await["Group"], expected);
}

#[each_engine]
async fn names_that_differ_by_case_collide_and_are_found_as_written(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    group(t, &pool, "Élan", json!({})).await;
    for name in ["Élan", "éLAN"] {
        t.refused(
            "CreateGroup",
            named(&pool, name),
            "GroupExistsException",
            "A group with the name already exists",
        )
        .await;
    }
    t.refused("GetGroup", named(&pool, "élan"), MISSING.0, MISSING.1)
        .await;
}

#[each_engine]
async fn what_is_not_there_is_refused(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    user(t, &pool, "ann").await;
    group(t, &pool, "g", json!({})).await;
    for op in ["GetGroup", "UpdateGroup", "DeleteGroup", "ListUsersInGroup"] {
        t.refused(op, named(&pool, "none"), MISSING.0, MISSING.1)
            .await;
        t.refused(
            op,
            named("us-east-1_none", "g"),
            "ResourceNotFoundException",
            "User pool us-east-1_none does not exist.",
        )
        .await;
    }
    for op in ["CreateGroup", "ListGroups"] {
        t.refused(
            op,
            named("us-east-1_none", "g"),
            "ResourceNotFoundException",
            "User pool us-east-1_none does not exist.",
        )
        .await;
    }
    for op in ["AdminAddUserToGroup", "AdminRemoveUserFromGroup"] {
        t.refused(op, member(&pool, "none", "ann"), MISSING.0, MISSING.1)
            .await;
        t.refused(
            op,
            member(&pool, "g", "bob"),
            "UserNotFoundException",
            "User does not exist.",
        )
        .await;
        t.refused(
            op,
            member("us-east-1_none", "g", "ann"),
            "ResourceNotFoundException",
            "User pool us-east-1_none does not exist.",
        )
        .await;
    }
    t.refused(
        "AdminListGroupsForUser",
        json!({"UserPoolId": pool, "Username": "bob"}),
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
}

#[each_engine]
async fn a_role_may_be_of_another_account(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    group(t, &pool, "g", json!({"RoleArn": ROLE})).await;
    for (op, name) in [("CreateGroup", "h"), ("UpdateGroup", "g")] {
        let role = json!({"RoleArn": "arn:aws:iam::111111111111:role/admin"});
        let answer = t.ok(op, with(named(&pool, name), role.clone())).await;
        assert_eq!(answer["Group"]["RoleArn"], role["RoleArn"], "{op}");
        let kept = t.ok("GetGroup", named(&pool, name)).await;
        assert_eq!(kept["Group"]["RoleArn"], role["RoleArn"], "{op}");
    }
}

#[each_engine]
async fn constraints_of_names_and_numbers_hold(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let text = r"2 validation errors detected: Value 'a b' at 'groupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+; Value '-1' at 'precedence' failed to satisfy constraint: Member must have value greater than or equal to 0";
    for op in ["CreateGroup", "UpdateGroup"] {
        t.refused(
            op,
            with(named(&pool, "a b"), json!({"Precedence": -1})),
            "InvalidParameterException",
            text,
        )
        .await;
    }
}

#[each_engine]
async fn a_pool_has_no_more_groups_than_its_quota(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    group(t, &pool, "first", json!({})).await;
    let filled = Batch::new().run(
        "UPDATE resource_counts SET n = 9998 WHERE resource = 'groups'",
        vec![],
    );
    t.app.store.commit(filled).await.unwrap();
    let names: Vec<_> = (0..8).map(|n| format!("g{n}")).collect();
    let made = futures_all(
        names
            .iter()
            .map(|name| t.call("CreateGroup", named(&pool, name))),
    )
    .await;
    let full = (
        "LimitExceededException".to_owned(),
        "The maximum number of groups for this user pool has been reached.".to_owned(),
    );
    assert_eq!(made.iter().filter(|answer| answer.is_ok()).count(), 2);
    assert!(
        made.iter()
            .filter_map(|answer| answer.as_ref().err())
            .all(|refusal| *refusal == full)
    );
    t.ok("DeleteGroup", named(&pool, "first")).await;
    group(t, &pool, "last", json!({})).await;
    t.refused("CreateGroup", named(&pool, "more"), &full.0, &full.1)
        .await;
}

#[each_engine]
async fn the_same_group_made_at_once_is_made_once(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let made = futures_all((0..16).map(|_| t.call("CreateGroup", named(&pool, "g")))).await;
    assert_eq!(made.iter().filter(|answer| answer.is_ok()).count(), 1);
    let exists = (
        "GroupExistsException".to_owned(),
        "A group with the name already exists".to_owned(),
    );
    assert!(
        made.iter()
            .filter_map(|answer| answer.as_ref().err())
            .all(|refusal| *refusal == exists)
    );
    let row = t
        .app
        .store
        .row(
            "SELECT n FROM resource_counts WHERE resource = 'groups'",
            vec![],
        )
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.int(0).unwrap(), 1);
}

#[each_engine]
async fn changes_are_in_the_audit_trail_and_reads_are_not(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    user(t, &pool, "ann").await;
    let before = count(t, "SELECT 1 FROM audit").await;
    group(t, &pool, "g", json!({})).await;
    t.ok("UpdateGroup", named(&pool, "g")).await;
    join(t, &pool, "g", "ann").await;
    t.ok("GetGroup", named(&pool, "g")).await;
    t.ok("AdminRemoveUserFromGroup", member(&pool, "g", "ann"))
        .await;
    t.ok("DeleteGroup", named(&pool, "g")).await;
    assert_eq!(count(t, "SELECT 1 FROM audit").await, before + 5);
}
