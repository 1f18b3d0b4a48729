//! Groups: what they are and who is in them.

use cognate_domain::resources::groups::purge;
use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::users::{pool, with};

const ROLE: &str = "arn:aws:iam::000000000000:role/admin";
const MISSING: (&str, &str) = ("ResourceNotFoundException", "Group not found.");

pub async fn group(t: &TestApp, pool: &str, name: &str, extra: Value) -> Value {
    let input = with(json!({"UserPoolId": pool, "GroupName": name}), extra);
    t.ok("CreateGroup", input).await["Group"].clone()
}

pub async fn user(t: &TestApp, pool: &str, name: &str) {
    let input = json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"});
    t.ok("AdminCreateUser", input).await;
}

pub fn member(pool: &str, group: &str, user: &str) -> Value {
    json!({"UserPoolId": pool, "GroupName": group, "Username": user})
}

pub async fn join(t: &TestApp, pool: &str, group: &str, user: &str) {
    let answer = t.ok("AdminAddUserToGroup", member(pool, group, user)).await;
    assert_eq!(answer, Value::Null);
}

fn named(pool: &str, name: &str) -> Value {
    json!({"UserPoolId": pool, "GroupName": name})
}

/// Every entry of a listing, page by page.
async fn all(t: &TestApp, op: &str, input: Value, list: &str, limit: i64) -> Vec<Value> {
    let (mut found, mut token) = (Vec::new(), Value::Null);
    loop {
        let page = t
            .ok(
                op,
                with(input.clone(), json!({"Limit": limit, "NextToken": token})),
            )
            .await;
        let entries = page[list].as_array().unwrap();
        assert!(entries.len() as i64 <= if limit == 0 { 60 } else { limit });
        found.extend(entries.iter().cloned());
        match page.get("NextToken") {
            Some(next) => token = next.clone(),
            None => return found,
        }
    }
}

async fn member_names(t: &TestApp, pool: &str, group: &str, limit: i64) -> Vec<String> {
    let users = all(t, "ListUsersInGroup", named(pool, group), "Users", limit).await;
    let mut names: Vec<_> = users
        .iter()
        .map(|u| u["Username"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

async fn groups_of(t: &TestApp, pool: &str, user: &str, limit: i64) -> Vec<String> {
    let input = json!({"UserPoolId": pool, "Username": user});
    let groups = all(t, "AdminListGroupsForUser", input, "Groups", limit).await;
    groups
        .iter()
        .map(|g| g["GroupName"].as_str().unwrap().to_owned())
        .collect()
}

async fn count(t: &TestApp, sql: &'static str) -> usize {
    t.app.store.rows(sql, vec![]).await.unwrap().len()
}

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
async fn pages_hold_every_group_and_member_once(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    user(t, &pool, "ann").await;
    let (mut groups, mut users) = (Vec::new(), Vec::new());
    for n in 0..7 {
        groups.push(format!("g{n}"));
        group(t, &pool, &groups[n], json!({})).await;
        join(t, &pool, &groups[n], "ann").await;
        users.push(format!("u{n}"));
        user(t, &pool, &users[n]).await;
        join(t, &pool, "g0", &users[n]).await;
    }
    users.insert(0, "ann".to_owned());
    for limit in [0, 1, 3, 7, 60] {
        let listed = all(
            t,
            "ListGroups",
            json!({"UserPoolId": pool}),
            "Groups",
            limit,
        )
        .await;
        assert_eq!(
            listed
                .iter()
                .map(|g| g["GroupName"].as_str().unwrap())
                .collect::<Vec<_>>(),
            groups,
            "{limit}"
        );
        assert_eq!(groups_of(t, &pool, "ann", limit).await, groups, "{limit}");
        assert_eq!(member_names(t, &pool, "g0", limit).await, users, "{limit}");
    }
}

#[each_engine]
async fn members_who_come_and_go_make_no_other_appear_twice_or_never(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    group(t, &pool, "g", json!({})).await;
    for n in 0..10 {
        for name in [format!("stays{n}"), format!("goes{n}")] {
            user(t, &pool, &name).await;
            join(t, &pool, "g", &name).await;
        }
    }
    let (mut found, mut token) = (Vec::new(), Value::Null);
    for n in 0.. {
        let page = t
            .ok(
                "ListUsersInGroup",
                with(named(&pool, "g"), json!({"Limit": 3, "NextToken": token})),
            )
            .await;
        found.extend(
            page["Users"]
                .as_array()
                .unwrap()
                .iter()
                .map(|u| u["Username"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page.get("NextToken") else {
            break;
        };
        token = next.clone();
        let gone = format!("goes{n}");
        if n % 2 == 0 {
            t.ok(
                "AdminDeleteUser",
                json!({"UserPoolId": pool, "Username": gone}),
            )
            .await;
        } else {
            t.ok("AdminRemoveUserFromGroup", member(&pool, "g", &gone))
                .await;
        }
    }
    let mut stayed: Vec<_> = found
        .into_iter()
        .filter(|name| name.starts_with("stays"))
        .collect();
    stayed.sort();
    assert_eq!(
        stayed,
        (0..10).map(|n| format!("stays{n}")).collect::<Vec<_>>()
    );
}

#[each_engine]
async fn a_page_token_is_good_for_its_listing_only(t: &TestApp) {
    let (pool, other) = (pool(t, json!({})).await, pool(t, json!({})).await);
    for name in ["ann", "bob"] {
        user(t, &pool, name).await;
    }
    for name in ["g", "h"] {
        group(t, &pool, name, json!({})).await;
        group(t, &other, name, json!({})).await;
        for user in ["ann", "bob"] {
            join(t, &pool, name, user).await;
        }
    }
    let one = json!({"Limit": 1});
    let token = async |op: &str, input: Value| {
        t.ok(op, with(input, one.clone())).await["NextToken"].clone()
    };
    let groups = token("ListGroups", json!({"UserPoolId": pool})).await;
    let members = token("ListUsersInGroup", named(&pool, "g")).await;
    let of_ann = token(
        "AdminListGroupsForUser",
        json!({"UserPoolId": pool, "Username": "ann"}),
    )
    .await;
    for (op, input, token) in [
        ("ListGroups", json!({"UserPoolId": other}), &groups),
        ("ListGroups", json!({"UserPoolId": pool}), &members),
        ("ListGroups", json!({"UserPoolId": pool}), &json!("made-up")),
        ("ListUsersInGroup", named(&pool, "h"), &members),
        ("ListUsersInGroup", named(&pool, "g"), &groups),
        (
            "AdminListGroupsForUser",
            json!({"UserPoolId": pool, "Username": "bob"}),
            &of_ann,
        ),
        (
            "AdminListGroupsForUser",
            json!({"UserPoolId": pool, "Username": "ann"}),
            &groups,
        ),
    ] {
        let input = with(input, json!({"NextToken": token}));
        t.refused(
            op,
            input,
            "InvalidParameterException",
            "Invalid pagination token.",
        )
        .await;
    }
}

#[each_engine]
async fn a_deleted_group_has_no_members_and_neither_has_its_successor(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    user(t, &pool, "ann").await;
    group(t, &pool, "g", json!({})).await;
    group(t, &pool, "kept", json!({})).await;
    join(t, &pool, "g", "ann").await;
    join(t, &pool, "kept", "ann").await;
    let row = t
        .app
        .store
        .row("SELECT group_id FROM user_groups WHERE name = 'g'", vec![])
        .await
        .unwrap()
        .unwrap();
    let key = purge::key(&pool, row.text(0).unwrap());
    assert_eq!(t.ok("DeleteGroup", named(&pool, "g")).await, Value::Null);
    t.refused("GetGroup", named(&pool, "g"), MISSING.0, MISSING.1)
        .await;
    t.refused("DeleteGroup", named(&pool, "g"), MISSING.0, MISSING.1)
        .await;
    assert_eq!(groups_of(t, &pool, "ann", 0).await, ["kept"]);
    group(t, &pool, "g", json!({})).await;
    assert!(member_names(t, &pool, "g", 0).await.is_empty());
    assert_eq!(groups_of(t, &pool, "ann", 0).await, ["kept"]);
    assert_eq!(
        count(t, "SELECT 1 FROM jobs WHERE kind = 'delete_group'").await,
        1
    );
    assert!(purge::step(&t.app, &key).await.unwrap());
    assert_eq!(count(t, "SELECT 1 FROM group_members").await, 1);
    assert_eq!(groups_of(t, &pool, "ann", 0).await, ["kept"]);
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
async fn a_large_group_ends_at_once_and_its_rows_go_in_portions(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    group(t, &pool, "g", json!({})).await;
    let row = t
        .app
        .store
        .row("SELECT group_id FROM user_groups", vec![])
        .await
        .unwrap()
        .unwrap();
    let id = row.text(0).unwrap().to_owned();
    let insert = "INSERT INTO group_members (pool_id, group_id, user_id) VALUES (?1, ?2, ?3)";
    let batch = (0..2_500).fold(Batch::new(), |batch, n| {
        batch.run(insert, params![&pool, &id, format!("u{n}")])
    });
    t.app.store.commit(batch).await.unwrap();
    t.ok("DeleteGroup", named(&pool, "g")).await;
    let mut portions = 1;
    while !purge::step(&t.app, &purge::key(&pool, &id)).await.unwrap() {
        portions += 1;
    }
    assert_eq!(
        (portions, count(t, "SELECT 1 FROM group_members").await),
        (3, 0)
    );
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

#[each_engine]
async fn listings_cost_the_same_whatever_the_number_of_groups_and_members(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    user(t, &pool, "ann").await;
    group(t, &pool, "g", json!({})).await;
    join(t, &pool, "g", "ann").await;
    let cost = async || {
        let before = t.app.store.work().reads;
        member_names(t, &pool, "g", 60).await;
        groups_of(t, &pool, "ann", 60).await;
        t.app.store.work().reads - before
    };
    let one = cost().await;
    for n in 0..30 {
        let (name, user_name) = (format!("h{n}"), format!("u{n}"));
        group(t, &pool, &name, json!({})).await;
        join(t, &pool, &name, "ann").await;
        user(t, &pool, &user_name).await;
        join(t, &pool, "g", &user_name).await;
    }
    assert_eq!(cost().await, one);
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

/// Runs calls at once.
pub async fn futures_all<F: Future>(calls: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = calls.map(|call| (Box::pin(call), None)).collect();
    std::future::poll_fn(|cx| {
        let mut pending = false;
        for (call, answer) in waiting.iter_mut().filter(|(_, answer)| answer.is_none()) {
            match call.as_mut().poll(cx) {
                std::task::Poll::Ready(value) => *answer = Some(value),
                std::task::Poll::Pending => pending = true,
            }
        }
        if pending {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    })
    .await;
    waiting
        .into_iter()
        .map(|(_, answer)| answer.unwrap())
        .collect()
}
