//! Changes of a pool, as other nodes and the audit trail see them.

use cognate_crypto::seal::RootKey;
use cognate_domain::{App, Settings};
use cognate_store::params;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::pools::{describe, on_node, pool};

#[each_engine]
async fn configuration_is_read_and_changed_as_another_node_left_it(t: &TestApp) {
    let root = RootKey::from_base64(t.app.root.to_base64().expose()).unwrap();
    let other = App::open(Settings::dev(), t.app.store.clone(), root)
        .await
        .unwrap();
    let id = pool(t, json!({})).await;
    let client = t
        .ok(
            "CreateUserPoolClient",
            json!({"UserPoolId": id, "ClientName": "c", "GenerateSecret": true}),
        )
        .await;
    let ids = json!({"UserPoolId": id, "ClientId": client["UserPoolClient"]["ClientId"]});
    let elsewhere = async |op: &str, input: Value| on_node(&other, "us-east-1", op, input).await;
    assert_eq!(
        elsewhere("DescribeUserPoolClient", ids.clone())
            .await
            .unwrap(),
        client
    );
    // Each node knows the pool by now; what one changes the other sees and changes further.
    elsewhere(
        "UpdateUserPool",
        json!({"UserPoolId": id, "UserPoolTags": {"by": "other"}}),
    )
    .await
    .unwrap();
    assert_eq!(
        describe(t, &id).await["UserPoolTags"],
        json!({"by": "other"})
    );
    t.ok("UpdateUserPool", json!({"UserPoolId": id, "PoolName": "q"}))
        .await;
    let shown = elsewhere("DescribeUserPool", json!({"UserPoolId": id}))
        .await
        .unwrap();
    assert_eq!(
        (
            &shown["UserPool"]["Name"],
            &shown["UserPool"]["UserPoolTags"]
        ),
        (&json!("q"), &json!({"by": "other"}))
    );
    elsewhere("DeleteUserPoolClient", ids.clone())
        .await
        .unwrap();
    assert!(t.call("DescribeUserPoolClient", ids).await.is_err());
    t.ok("DeleteUserPool", json!({"UserPoolId": id})).await;
    let gone = elsewhere("DescribeUserPool", json!({"UserPoolId": id}))
        .await
        .unwrap_err();
    assert_eq!(gone, format!("User pool {id} does not exist."));
}

#[each_engine]
async fn every_change_of_a_pool_is_in_the_audit_trail(t: &TestApp) {
    let id = pool(t, json!({})).await;
    t.ok("UpdateUserPool", json!({"UserPoolId": id})).await;
    let client = t
        .ok(
            "CreateUserPoolClient",
            json!({"UserPoolId": id, "ClientName": "c", "ClientSecret": "s".repeat(24)}),
        )
        .await;
    let client = client["UserPoolClient"]["ClientId"].clone();
    t.ok(
        "UpdateUserPoolClient",
        json!({"UserPoolId": id, "ClientId": client}),
    )
    .await;
    t.ok(
        "DeleteUserPoolClient",
        json!({"UserPoolId": id, "ClientId": client}),
    )
    .await;
    t.ok("DeleteUserPool", json!({"UserPoolId": id})).await;
    let rows = t
        .app
        .store
        .rows(
            "SELECT doc FROM audit WHERE pool_id = ?1 ORDER BY at",
            params![&id],
        )
        .await
        .unwrap();
    let docs: Vec<Value> = rows
        .iter()
        .map(|row| serde_json::from_str(row.text(0).unwrap()).unwrap())
        .collect();
    let actions: Vec<_> = docs
        .iter()
        .map(|doc| doc["operation"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "CreateUserPool",
            "UpdateUserPool",
            "CreateUserPoolClient",
            "UpdateUserPoolClient",
            "DeleteUserPoolClient",
            "DeleteUserPool",
        ]
    );
    assert!(
        docs.iter()
            .all(|doc| doc["caller"] == "test" && !doc.to_string().contains("ssss"))
    );
}
