//! ListUsers: filters, pages, attributes.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::users::{attribute, pool, with};

async fn add(t: &TestApp, pool: &str, name: &str, attributes: &[(&str, &str)]) {
    let attributes: Vec<_> = attributes
        .iter()
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect();
    t.ok("AdminCreateUser", json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": attributes}))
        .await;
}

/// Returns the names of all users that a filter finds, page by page.
async fn names(t: &TestApp, pool: &str, filter: &str, limit: i64) -> Vec<String> {
    let mut found = Vec::new();
    let mut token = Value::Null;
    loop {
        let page = t
            .ok("ListUsers", json!({"UserPoolId": pool, "Filter": filter, "Limit": limit, "PaginationToken": token}))
            .await;
        let users = page["Users"].as_array().unwrap();
        assert!(users.len() as i64 <= if limit == 0 { 60 } else { limit });
        found.extend(
            users
                .iter()
                .map(|user| user["Username"].as_str().unwrap().to_owned()),
        );
        match page.get("PaginationToken") {
            Some(next) => token = next.clone(),
            None => return found,
        }
    }
}

#[each_engine]
async fn filters_find_by_value_and_by_prefix_whatever_the_case(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    add(
        t,
        &pool,
        "Ann",
        &[
            ("given_name", "Ann"),
            ("family_name", "O\"Hara"),
            ("email", "ann@example.com"),
        ],
    )
    .await;
    add(
        t,
        &pool,
        "bob",
        &[
            ("given_name", "\u{c9}mile"),
            ("phone_number", "+15555550100"),
            ("email", "bob@example.com"),
        ],
    )
    .await;
    add(
        t,
        &pool,
        "carl",
        &[
            ("given_name", "Anna"),
            ("name", "Carl the Great"),
            ("preferred_username", "cc"),
        ],
    )
    .await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": pool, "Username": "carl"}),
    )
    .await;
    t.ok(
        "AdminSetUserPassword",
        json!({"UserPoolId": pool, "Username": "bob", "Password": "Passw0rd!", "Permanent": true}),
    )
    .await;
    for (filter, expected) in [
        (r#"given_name = "ann""#, vec!["Ann"]),
        (r#"given_name ^= "ANN""#, vec!["Ann", "carl"]),
        ("given_name=\"e\u{301}MILE\"", vec!["bob"]),
        (r#"family_name = "o\"hara""#, vec!["Ann"]),
        (r#"email ^= """#, vec!["Ann", "bob"]),
        (r#"email = "Ann@Example.com""#, vec!["Ann"]),
        (r#"phone_number ^= "+1555""#, vec!["bob"]),
        (r#"name = "carl the great""#, vec!["carl"]),
        (r#"preferred_username = "cc""#, vec!["carl"]),
        (r#"username = "Ann""#, vec!["Ann"]),
        (r#"username = "ann""#, vec![]),
        (r#"username ^= "A""#, vec!["Ann"]),
        (r#"cognito:user_status = "confirmed""#, vec!["bob"]),
        (r#"cognito:user_status ^= "Force""#, vec!["Ann", "carl"]),
        (r#"status = "Disabled""#, vec!["carl"]),
        (r#"status = "disabled""#, vec![]),
        (r#"status = "Enabled""#, vec!["Ann", "bob"]),
        (r#"given_name = "nobody""#, vec![]),
    ] {
        let mut found = names(t, &pool, filter, 0).await;
        found.sort();
        assert_eq!(found, expected, "{filter}");
    }
    let sub = attribute(
        &t.ok(
            "AdminGetUser",
            json!({"UserPoolId": pool, "Username": "bob"}),
        )
        .await,
        "sub",
    )
    .unwrap()
    .to_owned();
    assert_eq!(
        names(t, &pool, &format!("sub = \"{sub}\""), 0).await,
        ["bob"]
    );
    assert_eq!(
        names(t, &pool, &format!("sub ^= \"{sub}\""), 0).await,
        ["bob"]
    );
    assert_eq!(
        names(t, &pool, &format!("sub ^= \"{}\"", &sub[..12]), 0).await,
        ["bob"]
    );
    assert_eq!(names(t, &pool, "sub ^= \"\"", 1).await.len(), 3);
    assert_eq!(names(t, &pool, "", 1).await.len(), 3);
}

#[each_engine]
async fn a_user_is_found_by_what_is_true_now(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    add(t, &pool, "bob", &[]).await;
    assert_eq!(names(t, &pool, r#"status = "Enabled""#, 0).await, ["bob"]);
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": pool, "Username": "bob"}),
    )
    .await;
    assert!(names(t, &pool, r#"status = "Enabled""#, 0).await.is_empty());
    assert_eq!(names(t, &pool, r#"status = "Disabled""#, 0).await, ["bob"]);
}

#[each_engine]
async fn long_values_are_compared_as_a_whole(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let long = "\u{6f22}".repeat(2048);
    add(t, &pool, "long", &[("name", &long)]).await;
    add(
        t,
        &pool,
        "longer",
        &[("name", &format!("{}x", "\u{6f22}".repeat(300)))],
    )
    .await;
    let prefix = "\u{6f22}".repeat(200);
    assert_eq!(
        names(t, &pool, &format!("name ^= \"{prefix}\""), 0)
            .await
            .len(),
        2
    );
    assert!(
        names(t, &pool, &format!("name = \"{prefix}\""), 0)
            .await
            .is_empty()
    );
}

#[each_engine]
async fn pages_are_in_order_and_complete(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let mut expected = Vec::new();
    for n in 0..25 {
        // Some share a value, so that a page may end between equals.
        add(
            t,
            &pool,
            &format!("u{n:02}"),
            &[("given_name", &format!("g{:02}", n / 3))],
        )
        .await;
        expected.push(format!("u{n:02}"));
    }
    for limit in [0, 1, 7, 60] {
        let mut found = names(t, &pool, r#"given_name ^= "g""#, limit).await;
        let order: Vec<_> = found
            .iter()
            .map(|name| name[1..].parse::<usize>().unwrap() / 3)
            .collect();
        assert!(order.is_sorted(), "{order:?}");
        found.sort();
        assert_eq!(found, expected, "limit {limit}");
        let mut found = names(t, &pool, "", limit).await;
        found.sort();
        assert_eq!(found, expected, "limit {limit} without a filter");
        let mut found = names(
            t,
            &pool,
            r#"cognito:user_status = "FORCE_CHANGE_PASSWORD""#,
            limit,
        )
        .await;
        found.sort();
        assert_eq!(found, expected, "limit {limit} of equals");
    }
}

#[each_engine]
async fn users_who_come_and_go_make_no_other_appear_twice_or_never(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    for n in 0..12 {
        add(
            t,
            &pool,
            &format!("stays{n:02}"),
            &[("name", &format!("n{n:02}"))],
        )
        .await;
        add(
            t,
            &pool,
            &format!("goes{n:02}"),
            &[("name", &format!("n{n:02}"))],
        )
        .await;
    }
    let mut found: Vec<String> = Vec::new();
    let mut token = Value::Null;
    for n in 0.. {
        let page = t.ok("ListUsers", json!({"UserPoolId": pool, "Filter": "name ^= \"n\"", "Limit": 3, "PaginationToken": token})).await;
        found.extend(
            page["Users"]
                .as_array()
                .unwrap()
                .iter()
                .map(|u| u["Username"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page.get("PaginationToken") else {
            break;
        };
        token = next.clone();
        t.ok(
            "AdminDeleteUser",
            json!({"UserPoolId": pool, "Username": format!("goes{n:02}")}),
        )
        .await;
        add(
            t,
            &pool,
            &format!("new{n}"),
            &[("name", &format!("n{n:02}"))],
        )
        .await;
    }
    let mut stayed: Vec<_> = found
        .iter()
        .filter(|name| name.starts_with("stays"))
        .collect();
    stayed.sort();
    let expected: Vec<_> = (0..12).map(|n| format!("stays{n:02}")).collect();
    assert_eq!(stayed, expected.iter().collect::<Vec<_>>());
}

#[each_engine]
async fn only_the_attributes_asked_for_are_shown(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    add(
        t,
        &pool,
        "bob",
        &[("given_name", "Bob"), ("email", "b@example.com")],
    )
    .await;
    let list = |wanted: Value| json!({"UserPoolId": pool, "AttributesToGet": wanted});
    let page = t.ok("ListUsers", list(json!(["email"]))).await;
    assert_eq!(
        page["Users"][0]["Attributes"],
        json!([{"Name": "email", "Value": "b@example.com"}])
    );
    let page = t.ok("ListUsers", list(json!([]))).await;
    assert_eq!(page["Users"][0]["Attributes"], json!([]));
    let page = t.ok("ListUsers", list(json!(["sub"]))).await;
    assert_eq!(page["Users"][0]["Attributes"][0]["Name"], "sub");
    let user = &t.ok("ListUsers", json!({"UserPoolId": pool})).await["Users"][0];
    assert_eq!(
        user,
        &json!({
            "Username": "bob", "Enabled": true, "UserStatus": "FORCE_CHANGE_PASSWORD",
            "UserCreateDate": user["UserCreateDate"], "UserLastModifiedDate": user["UserLastModifiedDate"],
            "Attributes": [user["Attributes"][0], {"Name": "email", "Value": "b@example.com"}, {"Name": "given_name", "Value": "Bob"}]
        })
    );
    let missing = (
        "InvalidParameterException",
        "One or more requested attributes do not exist.",
    );
    t.refused(
        "ListUsers",
        list(json!(["custom:none"])),
        missing.0,
        missing.1,
    )
    .await;
    // In the schema, and not with every user of the page.
    add(
        t,
        &pool,
        "jim",
        &[("given_name", "Jim"), ("family_name", "Doe")],
    )
    .await;
    for wanted in [
        json!(["family_name"]),
        json!(["given_name", "family_name"]),
        json!(["email"]),
    ] {
        t.refused("ListUsers", list(wanted), missing.0, missing.1)
            .await;
    }
    let found = with(
        list(json!(["family_name", "given_name"])),
        json!({"Filter": "\"given_name\"^=\"ji\""}),
    );
    let page = t.ok("ListUsers", found).await;
    let shown =
        json!([{"Name": "family_name", "Value": "Doe"}, {"Name": "given_name", "Value": "Jim"}]);
    assert_eq!(
        (
            page["Users"].as_array().unwrap().len(),
            &page["Users"][0]["Attributes"]
        ),
        (1, &shown)
    );
    let none = with(
        list(json!(["email"])),
        json!({"Filter": "name = \"nobody\""}),
    );
    assert_eq!(t.ok("ListUsers", none).await, json!({"Users": []}));
}

#[each_engine]
async fn bad_filters_and_tokens_are_refused(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    for n in 0..3 {
        add(t, &pool, &format!("u{n}"), &[("name", "n")]).await;
    }
    let list = |over: Value| with(json!({"UserPoolId": pool, "Limit": 1}), over);
    t.refused(
        "ListUsers",
        list(json!({"Filter": "name = n"})),
        "InvalidParameterException",
        "Error while parsing filter.",
    )
    .await;
    t.refused(
        "ListUsers",
        list(json!({"Filter": "custom:foo = \"n\""})),
        "InvalidParameterException",
        "Invalid search attribute: custom:foo",
    )
    .await;
    t.refused(
        "ListUsers",
        list(json!({"UserPoolId": "us-east-1_nobody000"})),
        "ResourceNotFoundException",
        "User pool us-east-1_nobody000 does not exist.",
    )
    .await;
    let token = t
        .ok("ListUsers", list(json!({"Filter": "name = \"n\""})))
        .await["PaginationToken"]
        .clone();
    let elsewhere = self::pool(t, json!({})).await;
    let other = t.ok("ListUserPools", json!({"MaxResults": 1})).await["NextToken"].clone();
    let refuse = async |over: Value| {
        let marker = format!(
            "Paging marker {} is invalid for request ",
            over["PaginationToken"].as_str().unwrap()
        );
        let refusal = t.call("ListUsers", list(over)).await.unwrap_err();
        assert_eq!(refusal.0, "InvalidParameterException");
        // The id of the request follows, which is another each time.
        let id = refusal.1.strip_prefix(&marker).unwrap();
        assert_eq!(id.len(), 36);
    };
    refuse(json!({"PaginationToken": token})).await;
    refuse(json!({"PaginationToken": token, "UserPoolId": elsewhere, "Filter": "name = \"n\""}))
        .await;
    refuse(json!({"PaginationToken": "nonsense"})).await;
    refuse(json!({"PaginationToken": other})).await;
    t.advance(3601).await;
    refuse(json!({"PaginationToken": token, "Filter": "name = \"n\""})).await;
}
