//! Groups.

mod delete_group;
mod listings;
mod membership;
mod settings;
mod tokens;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::users::with;

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

/// Returns every entry of a listing, page by page.
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
