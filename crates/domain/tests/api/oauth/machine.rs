//! The grant `client_credentials`.

use cognate_domain::app::functions::Trigger;
use cognate_domain::errors::oauth::{
    INVALID_CLIENT_SECRET, INVALID_GRANT, INVALID_REQUEST, INVALID_SCOPE, NO_RESOURCE,
    UNAUTHORIZED_CLIENT,
};
use each_engine::each_engine;

use super::*;
use crate::support::functions::arn;
use crate::support::played::Played;

const ALL: MachineRequest<'static> = MachineRequest {
    scope: None,
    metadata: None,
    resource: None,
};

fn scope(scope: &str) -> MachineRequest<'_> {
    MachineRequest {
        scope: Some(scope),
        ..ALL
    }
}

fn oauth() -> Value {
    json!({
        "GenerateSecret": true, "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": ["api/read", "api/write", "old/all"], "AllowedOAuthFlowsUserPoolClient": true,
    })
}

/// Makes a pool with resource servers; returns it and the client's secret.
async fn machine(t: &TestApp, client: Value) -> (Site, String) {
    let s = site(t).await;
    let scope = |name: &str| json!({"ScopeName": name, "ScopeDescription": name});
    for (id, scopes) in [
        ("api", json!([scope("read"), scope("write")])),
        ("old", json!([scope("all")])),
    ] {
        let input = json!({"UserPoolId": s.pool, "Identifier": id, "Name": id, "Scopes": scopes});
        t.ok("CreateResourceServer", input).await;
    }
    let made = client_of(t, &s.pool, client).await;
    let client = text(&made["ClientId"]).to_owned();
    (Site { client, ..s }, text(&made["ClientSecret"]).to_owned())
}

#[each_engine]
async fn a_machine_gets_the_scopes_that_it_has_or_asks_for(t: &TestApp) {
    let (s, secret) = machine(t, oauth()).await;
    let client = || named(&s.client, Some(&secret));
    let tokens = answer(machine_token(t, client(), ALL).await);
    assert!(tokens.id.is_none() && tokens.refresh.is_none());
    assert_eq!(tokens.expires_in, 3_600);
    let token = claims(&json!(tokens.access));
    assert_eq!(token["scope"], "api/read api/write old/all");
    assert_eq!(
        (&token["sub"], &token["client_id"]),
        (&json!(s.client), &json!(s.client))
    );
    assert!(token.get("username").is_none());
    for (asked, granted) in [
        ("api/write", "api/write"),
        (" api/write  api/read api/write ", "api/read api/write"),
        ("", "api/read api/write old/all"),
    ] {
        let tokens = answer(machine_token(t, client(), scope(asked)).await);
        assert_eq!(claims(&json!(tokens.access))["scope"], granted);
    }
    for asked in ["openid", "api/delete", "api/read x", "api/read\tapi/write"] {
        let refused = refusal(machine_token(t, client(), scope(asked)).await);
        assert_eq!(refused, INVALID_SCOPE, "{asked}");
    }
    // What no resource server has any more is left out.
    let old = json!({"UserPoolId": s.pool, "Identifier": "old"});
    t.ok("DeleteResourceServer", old).await;
    for asked in ["", "api/read api/write old/all"] {
        let tokens = answer(machine_token(t, client(), scope(asked)).await);
        assert_eq!(claims(&json!(tokens.access))["scope"], "api/read api/write");
    }
    let refused = refusal(machine_token(t, client(), scope("old/all")).await);
    assert_eq!(refused, INVALID_SCOPE);
    // It opens nothing of a user's.
    let refused = refusal(info(t, &tokens.access).await);
    assert_eq!(refused.error, "invalid_token");
}

#[each_engine]
async fn another_node_gives_a_scope_for_a_second_at_most_after_it_is_gone(t: &TestApp) {
    let (s, secret) = machine(t, oauth()).await;
    let other = t.second_node().await;
    let client = || named(&s.client, Some(&secret));
    answer(machine_token(&other, client(), scope("old/all")).await);
    let old = json!({"UserPoolId": s.pool, "Identifier": "old"});
    t.ok("DeleteResourceServer", old).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let refused = refusal(machine_token(&other, client(), scope("old/all")).await);
    assert_eq!(refused, INVALID_SCOPE);
    // What the client has changed meanwhile counts at once.
    let input = json!({
        "UserPoolId": s.pool, "ClientId": s.client, "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": ["api/write"], "AllowedOAuthFlowsUserPoolClient": true,
    });
    other.ok("UpdateUserPoolClient", input).await;
    let tokens = answer(machine_token(&other, client(), ALL).await);
    assert_eq!(claims(&json!(tokens.access))["scope"], "api/write");
}

#[each_engine]
async fn a_client_needs_its_secret_the_switch_and_the_flow(t: &TestApp) {
    let (s, secret) = machine(t, oauth()).await;
    for wrong in [None, Some("x")] {
        let refused = refusal(machine_token(t, named(&s.client, wrong), ALL).await);
        assert_eq!(refused, INVALID_CLIENT_SECRET);
    }
    let resource = MachineRequest {
        resource: Some("https://api.example"),
        ..ALL
    };
    let client = || named(&s.client, Some(&secret));
    assert_eq!(
        refusal(machine_token(t, client(), resource).await),
        NO_RESOURCE
    );
    let settings = json!({"UserPoolId": s.pool, "ClientId": s.client});
    let code = json!({
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["api/read"], "AllowedOAuthFlowsUserPoolClient": true,
        "CallbackURLs": ["https://app.example/cb"],
    });
    t.ok("UpdateUserPoolClient", with(settings.clone(), code))
        .await;
    assert_eq!(
        refusal(machine_token(t, client(), ALL).await),
        UNAUTHORIZED_CLIENT
    );
    let off =
        json!({"AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["api/read"]});
    t.ok("UpdateUserPoolClient", with(settings, off)).await;
    assert_eq!(
        refusal(machine_token(t, client(), ALL).await),
        INVALID_GRANT
    );
    // A client of users has neither.
    let public = client_of(t, &s.pool, json!({})).await;
    let refused = refusal(machine_token(t, named(text(&public["ClientId"]), None), ALL).await);
    assert_eq!(refused, INVALID_GRANT);
}

#[each_engine]
async fn metadata_reaches_the_function_and_its_changes_the_token(t: &TestApp) {
    let (s, secret) = machine(t, oauth()).await;
    let client = || named(&s.client, Some(&secret));
    let with_metadata = |metadata| MachineRequest {
        metadata: Some(metadata),
        ..ALL
    };
    for bad in [
        "{",
        "[]",
        "\"x\"",
        r#"{"a": 1}"#,
        r#"{"a": {"b": "c"}}"#,
        "null x",
    ] {
        let refused = refusal(machine_token(t, client(), with_metadata(bad)).await);
        assert_eq!(refused, INVALID_REQUEST, "{bad}");
    }
    answer(machine_token(t, client(), with_metadata("")).await);
    let played = Played::install(t);
    let trigger = Trigger::PreTokenGeneration;
    let config =
        json!({"PreTokenGenerationConfig": {"LambdaVersion": "V3_0", "LambdaArn": arn(trigger)}});
    let input = json!({"UserPoolId": s.pool, "LambdaConfig": config});
    t.ok("UpdateUserPool", input).await;
    played.answers(
        trigger,
        json!({"claimsAndScopeOverrideDetails": {"accessTokenGeneration": {
            "claimsToAddOrOverride": {"tenant": "7"}, "scopesToAdd": ["api/extra"], "scopesToSuppress": ["old/all"],
        }}}),
    );
    let tokens = answer(machine_token(t, client(), with_metadata(r#"{"shop":"9"}"#)).await);
    let token = claims(&json!(tokens.access));
    assert_eq!(token["tenant"], "7");
    assert_eq!(token["scope"], "api/read api/write api/extra");
    let event = played.events().remove(0);
    assert_eq!(event["triggerSource"], "TokenGeneration_ClientCredentials");
    assert_eq!(event["userName"], "ClientCredentials");
    assert_eq!(event["request"]["clientMetadata"], json!({"shop": "9"}));
    assert_eq!(
        event["request"]["scopes"],
        json!(["api/read", "api/write", "old/all"])
    );
    played.answers(trigger, json!("nonsense"));
    let refused = refusal(machine_token(t, client(), ALL).await);
    assert_eq!(refused.error, "invalid_grant");
    assert!(refused.description.is_some());
}
