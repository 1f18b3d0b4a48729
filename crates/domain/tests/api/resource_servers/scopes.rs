//! Resource servers and the scopes that clients may name.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::users::futures_all;
use crate::support::users::{pool, with};

fn scope(name: &str) -> Value {
    json!({"ScopeName": name, "ScopeDescription": format!("may {name}")})
}

fn named(pool: &str, identifier: &str) -> Value {
    json!({"UserPoolId": pool, "Identifier": identifier})
}

async fn create(t: &TestApp, pool: &str, identifier: &str, scopes: &[&str]) -> Value {
    let scopes: Vec<_> = scopes.iter().map(|name| scope(name)).collect();
    let input = with(
        named(pool, identifier),
        json!({"Name": "api", "Scopes": scopes}),
    );
    t.ok("CreateResourceServer", input).await["ResourceServer"].clone()
}

fn missing(identifier: &str) -> String {
    format!("Resource server {identifier} does not exist.")
}

const NO_POOL: &str = "User pool us-east-1_none does not exist.";

#[each_engine]
async fn a_resource_server_shows_its_name_and_scopes(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let made = create(t, &pool, "https://api.example.com", &["read", "write"]).await;
    assert_eq!(
        made,
        json!({
            "UserPoolId": pool, "Identifier": "https://api.example.com", "Name": "api",
            "Scopes": [scope("read"), scope("write")],
        })
    );
    let shown = t
        .ok(
            "DescribeResourceServer",
            named(&pool, "https://api.example.com"),
        )
        .await;
    assert_eq!(shown, json!({"ResourceServer": made}));
    let bare = t
        .ok(
            "CreateResourceServer",
            with(named(&pool, "bare"), json!({"Name": "b"})),
        )
        .await;
    assert_eq!(
        bare,
        json!({"ResourceServer": {"UserPoolId": pool, "Identifier": "bare", "Name": "b", "Scopes": []}})
    );
}

#[each_engine]
async fn an_update_replaces_name_and_scopes(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    create(t, &pool, "api", &["read", "write"]).await;
    let update = with(
        named(&pool, "api"),
        json!({"Name": "new", "Scopes": [scope("admin")]}),
    );
    let expected = json!({"ResourceServer": {"UserPoolId": pool, "Identifier": "api", "Name": "new", "Scopes": [scope("admin")]}});
    assert_eq!(t.ok("UpdateResourceServer", update).await, expected);
    assert_eq!(
        t.ok("DescribeResourceServer", named(&pool, "api")).await,
        expected
    );
    let emptied = t
        .ok(
            "UpdateResourceServer",
            with(named(&pool, "api"), json!({"Name": "new"})),
        )
        .await;
    assert_eq!(emptied["ResourceServer"]["Scopes"], json!([]));
}

#[each_engine]
async fn identifiers_are_unique_in_their_pool(t: &TestApp) {
    let (pool, other) = (pool(t, json!({})).await, pool(t, json!({})).await);
    let input = with(named(&pool, "api"), json!({"Name": "api"}));
    let made = futures_all((0..8).map(|_| t.call("CreateResourceServer", input.clone()))).await;
    assert_eq!(made.iter().filter(|answer| answer.is_ok()).count(), 1);
    let taken = (
        "InvalidParameterException".to_owned(),
        format!("api already exists in user pool {pool}."),
    );
    assert!(
        made.into_iter()
            .filter_map(Result::err)
            .all(|refusal| refusal == taken)
    );
    create(t, &other, "api", &[]).await;
    create(t, &pool, "API", &[]).await;
}

#[each_engine]
async fn what_is_not_there_is_refused(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    for op in [
        "DescribeResourceServer",
        "DeleteResourceServer",
        "UpdateResourceServer",
    ] {
        let extra = if op == "UpdateResourceServer" {
            json!({"Name": "n"})
        } else {
            json!({})
        };
        t.refused(
            op,
            with(named(&pool, "api"), extra.clone()),
            "ResourceNotFoundException",
            &missing("api"),
        )
        .await;
        t.refused(
            op,
            with(named("us-east-1_none", "api"), extra),
            "ResourceNotFoundException",
            NO_POOL,
        )
        .await;
    }
    let create = with(named("us-east-1_none", "api"), json!({"Name": "n"}));
    t.refused(
        "CreateResourceServer",
        create,
        "ResourceNotFoundException",
        NO_POOL,
    )
    .await;
    t.refused(
        "ListResourceServers",
        json!({"UserPoolId": "us-east-1_none"}),
        "ResourceNotFoundException",
        NO_POOL,
    )
    .await;
}

#[each_engine]
async fn a_scope_is_named_once_and_without_a_slash(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let twice = with(
        named(&pool, "api"),
        json!({"Name": "n", "Scopes": [scope("read"), scope("read")]}),
    );
    t.refused(
        "CreateResourceServer",
        twice.clone(),
        "InvalidParameterException",
        "The scope read is defined more than once.",
    )
    .await;
    create(t, &pool, "api", &[]).await;
    t.refused(
        "UpdateResourceServer",
        twice,
        "InvalidParameterException",
        "The scope read is defined more than once.",
    )
    .await;
    let slash = with(
        named(&pool, "b"),
        json!({"Name": "n", "Scopes": [scope("a/b")]}),
    );
    let (code, text) = t.call("CreateResourceServer", slash).await.unwrap_err();
    assert_eq!(code, "InvalidParameterException");
    assert!(
        text.ends_with(
            r"Member must satisfy regular expression pattern: [\x21\x23-\x2E\x30-\x5B\x5D-\x7E]+"
        ),
        "{text}"
    );
}

#[each_engine]
async fn pages_hold_every_resource_server_once(t: &TestApp) {
    let (pool, other) = (pool(t, json!({})).await, pool(t, json!({})).await);
    create(t, &other, "other", &[]).await;
    let mut made = Vec::new();
    for n in 0..5 {
        made.push(create(t, &pool, &format!("api{n}"), &["read"]).await);
    }
    for size in [1, 2, 5, 50] {
        let (mut listed, mut token) = (Vec::new(), Value::Null);
        loop {
            let page = t
                .ok(
                    "ListResourceServers",
                    json!({"UserPoolId": pool, "MaxResults": size, "NextToken": token}),
                )
                .await;
            listed.extend(page["ResourceServers"].as_array().unwrap().clone());
            match page.get("NextToken") {
                Some(next) => token = next.clone(),
                None => break,
            }
        }
        assert_eq!(listed, made, "pages of {size}");
    }
    let token = t
        .ok(
            "ListResourceServers",
            json!({"UserPoolId": pool, "MaxResults": 1}),
        )
        .await["NextToken"]
        .clone();
    let elsewhere = json!({"UserPoolId": other, "NextToken": token});
    t.refused(
        "ListResourceServers",
        elsewhere,
        "InvalidParameterException",
        "Invalid pagination token.",
    )
    .await;
    let (code, _) = t
        .call(
            "ListResourceServers",
            json!({"UserPoolId": pool, "MaxResults": 51}),
        )
        .await
        .unwrap_err();
    assert_eq!(code, "InvalidParameterException");
}

#[each_engine]
async fn a_pool_has_no_more_resource_servers_than_its_quota(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    for n in 0..300 {
        create(t, &pool, &format!("api{n:03}"), &[]).await;
    }
    let one_more = with(named(&pool, "more"), json!({"Name": "n"}));
    let text = "The maximum number of resource servers for this user pool has been reached.";
    t.refused(
        "CreateResourceServer",
        one_more.clone(),
        "LimitExceededException",
        text,
    )
    .await;
    assert_eq!(
        t.ok("ListResourceServers", json!({"UserPoolId": pool}))
            .await["ResourceServers"]
            .as_array()
            .unwrap()
            .len(),
        50
    );
    t.ok("DeleteResourceServer", named(&pool, "api000")).await;
    t.ok("CreateResourceServer", one_more).await;
}

#[each_engine]
async fn clients_may_name_the_scopes_that_there_are(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    create(t, &pool, "https://api.example.com/v1", &["read", "write"]).await;
    create(t, &pool, "b", &["read"]).await;
    let client = |scopes: Value| {
        json!({
            "UserPoolId": pool, "ClientName": "c", "GenerateSecret": true, "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": scopes,
        })
    };
    let scopes = json!(["https://api.example.com/v1/read", "b/read"]);
    let made = t.ok("CreateUserPoolClient", client(scopes.clone())).await["UserPoolClient"].clone();
    assert_eq!(made["AllowedOAuthScopes"], scopes);
    for unknown in [
        "https://api.example.com/v1/admin",
        "https://api.example.com/v1/",
        "b",
        "b/write",
        "c/read",
        "/read",
    ] {
        let text = format!("Invalid scope requested: {unknown}");
        t.refused(
            "CreateUserPoolClient",
            client(json!([unknown])),
            "ScopeDoesNotExistException",
            &text,
        )
        .await;
    }
    let update = |scopes: Value| {
        json!({
            "UserPoolId": pool, "ClientId": made["ClientId"], "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": scopes,
        })
    };
    t.ok("UpdateUserPoolClient", update(json!(["b/read"])))
        .await;
    t.refused(
        "UpdateUserPoolClient",
        update(json!(["b/none"])),
        "ScopeDoesNotExistException",
        "Invalid scope requested: b/none",
    )
    .await;
    // The client keeps the name of a scope that is gone, and may not be given it again.
    assert_eq!(
        t.ok("DeleteResourceServer", named(&pool, "b")).await,
        Value::Null
    );
    let shown = t
        .ok(
            "DescribeUserPoolClient",
            json!({"UserPoolId": pool, "ClientId": made["ClientId"]}),
        )
        .await;
    assert_eq!(
        shown["UserPoolClient"]["AllowedOAuthScopes"],
        json!(["b/read"])
    );
    t.refused(
        "UpdateUserPoolClient",
        update(json!(["b/read"])),
        "ScopeDoesNotExistException",
        "Invalid scope requested: b/read",
    )
    .await;
}

#[each_engine]
async fn a_scope_of_another_pool_is_unknown(t: &TestApp) {
    let (pool, other) = (pool(t, json!({})).await, pool(t, json!({})).await);
    create(t, &other, "api", &["read"]).await;
    let client = json!({
        "UserPoolId": pool, "ClientName": "c", "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "CallbackURLs": ["https://app.example.com"], "AllowedOAuthScopes": ["openid", "api/read"],
    });
    t.refused(
        "CreateUserPoolClient",
        client,
        "ScopeDoesNotExistException",
        "Invalid scope requested: api/read",
    )
    .await;
}
