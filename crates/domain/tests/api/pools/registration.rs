//! DcrConfiguration: how clients may register themselves.

use cognate_domain::Settings;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::pools::{create, describe, named, pool};

async fn update(t: &TestApp, id: &str, settings: Value) -> Value {
    let mut request = json!({"UserPoolId": id});
    for (name, value) in settings.as_object().unwrap() {
        request[name] = value.clone();
    }
    t.ok("UpdateUserPool", request).await;
    describe(t, id).await["DcrConfiguration"].clone()
}

#[each_engine]
async fn an_update_keeps_it_unless_it_is_given_and_then_replaces_it(t: &TestApp) {
    let id = pool(t, json!({})).await;
    assert_eq!(update(t, &id, json!({})).await, Value::Null);
    let whole = json!({
        "EnableStatus": "Enabled", "OpenDcrEnabled": true, "AuthenticatedGrantTypes": [],
        "OpenDcrGrantTypes": ["code", "implicit", "client_credentials"],
        "AllowedScopes": ["openid", "aws.cognito.signin.user.admin", "aws.cognito/dcr/register"],
    });
    let config = |config: &Value| json!({"DcrConfiguration": config});
    assert_eq!(update(t, &id, config(&whole)).await, whole);
    assert_eq!(update(t, &id, json!({})).await, whole);
    let other = json!({"OpenDcrGrantTypes": []});
    assert_eq!(
        update(t, &id, config(&other)).await,
        json!({"EnableStatus": "Enabled", "OpenDcrEnabled": false, "OpenDcrGrantTypes": []})
    );
}

#[each_engine]
async fn scopes_are_those_of_the_pool_and_fifty_at_most(t: &TestApp) {
    let config = |scopes: Value| json!({"DcrConfiguration": {"AllowedScopes": scopes}});
    let unknown = "DcrConfiguration has an invalid allowed scope: api/read";
    let parameter = "InvalidParameterException";
    t.refused(
        "CreateUserPool",
        named(config(json!(["api/read"]))),
        parameter,
        unknown,
    )
    .await;
    let shown = create(t, config(json!(["email"]))).await;
    let id = shown["Id"].as_str().unwrap();
    let mut request = config(json!(["api/read"]));
    request["UserPoolId"] = json!(id);
    t.refused("UpdateUserPool", request.clone(), parameter, unknown)
        .await;
    let server = json!({
        "UserPoolId": id, "Identifier": "api", "Name": "api",
        "Scopes": [{"ScopeName": "read", "ScopeDescription": "x"}],
    });
    t.ok("CreateResourceServer", server).await;
    t.ok("UpdateUserPool", request.clone()).await;
    // What is gone since is no reason to refuse other changes.
    t.ok(
        "DeleteResourceServer",
        json!({"UserPoolId": id, "Identifier": "api"}),
    )
    .await;
    t.ok("UpdateUserPool", json!({"UserPoolId": id})).await;
    let many: Vec<_> = (0..51).map(|n| format!("api/{n}")).collect();
    let mut request = config(json!(many));
    request["UserPoolId"] = json!(id);
    let (code, text) = t.call("UpdateUserPool", request).await.unwrap_err();
    assert_eq!(code, parameter);
    assert!(
        text.ends_with("at 'dcrConfiguration.allowedScopes' failed to satisfy constraint: Member must have length less than or equal to 50"),
        "{text}"
    );
}

#[tokio::test]
async fn a_pool_goes_to_the_lite_plan_without_it_where_plans_are_enforced() {
    let t = TestApp::sqlite_with(Settings {
        enforce_tiers: true,
        ..Settings::dev()
    })
    .await;
    let id = pool(&t, json!({"DcrConfiguration": {}})).await;
    let request = json!({"UserPoolId": id, "UserPoolTier": "LITE"});
    let text = "The following features need to be disabled for the LITE pricing tier configured: Dynamic Client Registration";
    t.refused(
        "UpdateUserPool",
        request.clone(),
        "FeatureUnavailableInTierException",
        text,
    )
    .await;
    let off = json!({"UserPoolTier": "LITE", "DcrConfiguration": {"EnableStatus": "Disabled"}});
    let shown = update(&t, &id, off).await;
    assert_eq!(
        shown,
        json!({"EnableStatus": "Disabled", "OpenDcrEnabled": false})
    );
    t.refused(
        "UpdateUserPool",
        json!({"UserPoolId": id, "UserPoolTier": "LITE", "DcrConfiguration": {}}),
        "FeatureUnavailableInTierException",
        text,
    )
    .await;
}
