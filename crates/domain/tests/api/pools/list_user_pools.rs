//! ListUserPools: pages and their tokens.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::pools::{describe, in_region, pool};

/// Returns the ids of all pages of ListUserPools of `size`.
async fn all_pages(t: &TestApp, size: i64) -> Vec<String> {
    let mut ids = Vec::new();
    let mut token = Value::Null;
    loop {
        let page = t
            .ok(
                "ListUserPools",
                json!({"MaxResults": size, "NextToken": token}),
            )
            .await;
        let pools = page["UserPools"].as_array().unwrap();
        assert!(pools.len() <= usize::try_from(size).unwrap());
        ids.extend(pools.iter().map(|p| p["Id"].as_str().unwrap().to_owned()));
        match page.get("NextToken") {
            Some(next) => token = next.clone(),
            None => return ids,
        }
    }
}

#[each_engine]
async fn pages_hold_every_pool_of_the_region_once(t: &TestApp) {
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(pool(t, json!({})).await);
    }
    in_region(
        t,
        "eu-central-1",
        "CreateUserPool",
        json!({"PoolName": "far"}),
    )
    .await;
    made.sort();
    for size in [1, 3, 7, 60] {
        let mut listed = all_pages(t, size).await;
        listed.sort();
        assert_eq!(listed, made, "pages of {size}");
    }
    let far = in_region(
        t,
        "eu-central-1",
        "ListUserPools",
        json!({"MaxResults": 60}),
    )
    .await;
    assert_eq!(far["UserPools"].as_array().unwrap().len(), 1);
    let none = in_region(t, "eu-west-1", "ListUserPools", json!({"MaxResults": 60})).await;
    assert_eq!(none, json!({"UserPools": []}));
}

#[each_engine]
async fn a_listed_pool_shows_name_dates_and_triggers(t: &TestApp) {
    let function = "arn:aws:lambda:us-east-1:123456789012:function:hook";
    let id = pool(t, json!({"LambdaConfig": {"PreSignUp": function}})).await;
    let shown = describe(t, &id).await;
    let page = t.ok("ListUserPools", json!({"MaxResults": 1})).await;
    assert_eq!(
        page,
        json!({"UserPools": [{
            "Id": id, "Name": "p", "LambdaConfig": {"PreSignUp": function},
            "CreationDate": shown["CreationDate"], "LastModifiedDate": shown["LastModifiedDate"],
        }]})
    );
}

#[each_engine]
async fn pages_miss_nothing_when_pools_come_and_go_between_them(t: &TestApp) {
    let mut made = Vec::new();
    for _ in 0..6 {
        made.push(pool(t, json!({})).await);
    }
    made.sort();
    let first = t.ok("ListUserPools", json!({"MaxResults": 2})).await;
    // The cursor's own pool goes, and another one comes.
    t.ok("DeleteUserPool", json!({"UserPoolId": made[1]})).await;
    let added = pool(t, json!({})).await;
    let rest = t
        .ok(
            "ListUserPools",
            json!({"MaxResults": 60, "NextToken": first["NextToken"]}),
        )
        .await;
    let ids: Vec<_> = rest["UserPools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["Id"].as_str().unwrap())
        .collect();
    assert!(made[2..].iter().all(|id| ids.contains(&id.as_str())));
    assert!(!ids.contains(&made[0].as_str()) && !ids.contains(&made[1].as_str()));
    assert_eq!(ids.contains(&added.as_str()), added > made[1]);
}

#[each_engine]
async fn a_page_token_is_refused_when_altered_too_old_or_made_for_something_else(t: &TestApp) {
    for _ in 0..3 {
        pool(t, json!({})).await;
    }
    let id = pool(t, json!({})).await;
    for name in ["a", "b"] {
        t.ok(
            "CreateUserPoolClient",
            json!({"UserPoolId": id, "ClientName": name}),
        )
        .await;
    }
    let token = t.ok("ListUserPools", json!({"MaxResults": 1})).await["NextToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let clients = t
        .ok(
            "ListUserPoolClients",
            json!({"UserPoolId": id, "MaxResults": 1}),
        )
        .await;
    let of_clients = clients["NextToken"].as_str().unwrap().to_owned();
    let mut altered = token.clone().into_bytes();
    altered[10] = if altered[10] == b'A' { b'B' } else { b'A' };
    let altered = String::from_utf8(altered).unwrap();
    for bad in [altered.as_str(), &token[1..], of_clients.as_str(), "x"] {
        t.refused(
            "ListUserPools",
            json!({"MaxResults": 1, "NextToken": bad}),
            "InvalidParameterException",
            "Invalid pagination token.",
        )
        .await;
    }
    t.ok(
        "ListUserPools",
        json!({"MaxResults": 1, "NextToken": token}),
    )
    .await;
    t.advance(3601).await;
    t.refused(
        "ListUserPools",
        json!({"MaxResults": 1, "NextToken": token}),
        "InvalidParameterException",
        "Invalid pagination token.",
    )
    .await;
}
