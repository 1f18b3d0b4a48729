//! ListGroups, ListUsersInGroup, AdminListGroupsForUser.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::users::{pool, with};

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
