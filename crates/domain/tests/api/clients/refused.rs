//! The refusals of CreateUserPoolClient and UpdateUserPoolClient, with the service's texts.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::clients::{create, named};
use crate::support::pools::pool;
use crate::support::texts::exceptions::INVALID;

const OAUTH: &str = "InvalidOAuthFlowException";
const RANGE: &str = "Invalid range for token validity.";
const OUTLIVES: &str = "Access and Id Token expiration times must be less than or equal to refresh token expiration times.";
const ANALYTICS: &str = "Invalid analytics configuration given, either <application arn> or <application id, role arn, \
    external id> are valid";

/// Returns the refusals for a client without a secret: settings, exception, text. `WRITE` and `READ` are replaced by
/// the texts that name the operation.
fn refusals(pool_id: &str) -> Vec<(Value, &'static str, String)> {
    let rows: Vec<(Value, &str, &str)> = vec![
        (
            json!({"CallbackURLs": ["http://app.example"]}),
            INVALID,
            "http://app.example cannot use the HTTP protocol.",
        ),
        (
            json!({"LogoutURLs": ["http://app.example"]}),
            INVALID,
            "http://app.example cannot use the HTTP protocol.",
        ),
        (
            json!({"CallbackURLs": ["https://app.example#x"]}),
            INVALID,
            "https://app.example#x cannot use fragment",
        ),
        (
            json!({"CallbackURLs": ["app.example"]}),
            INVALID,
            "app.example is not a valid redirect URI.",
        ),
        (
            json!({"CallbackURLs": ["https://a.example"], "DefaultRedirectURI": "https://b.example"}),
            INVALID,
            "The default redirect URI https://b.example is not in the callback URIs list.",
        ),
        (
            json!({"AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"]}),
            INVALID,
            "CallbackUrls can not be empty when code flow or implicit flow is selected",
        ),
        (
            json!({"AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"], "CallbackURLs": ["https://a.example"]}),
            INVALID,
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
        ),
        (
            json!({"AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthScopes": ["openid"]}),
            INVALID,
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
        ),
        (
            json!({"AllowedOAuthFlows": ["client_credentials", "code"], "CallbackURLs": ["https://a.example"]}),
            OAUTH,
            "client_credentials flow can not be selected along with code flow or implicit flow.",
        ),
        (
            json!({"AllowedOAuthFlows": ["client_credentials"]}),
            OAUTH,
            "client_credentials flow can not be selected if client does not have a client secret.",
        ),
        (
            json!({"AllowedOAuthScopes": ["openid", "api/read"]}),
            "ScopeDoesNotExistException",
            "Invalid scope requested: api/read",
        ),
        (
            json!({"WriteAttributes": ["email", "email_verified"]}),
            INVALID,
            "WRITE",
        ),
        (
            json!({"WriteAttributes": ["email", "phone_number_verified"]}),
            INVALID,
            "WRITE",
        ),
        (
            json!({"WriteAttributes": ["email", "sub"]}),
            INVALID,
            "WRITE",
        ),
        (
            json!({"WriteAttributes": ["email", "custom:unknown"]}),
            INVALID,
            "WRITE",
        ),
        (
            json!({"WriteAttributes": ["email", "dev:custom:d"]}),
            INVALID,
            "WRITE",
        ),
        // The pool requires email.
        (json!({"WriteAttributes": ["name"]}), INVALID, "WRITE"),
        (
            json!({"ReadAttributes": ["custom:unknown"]}),
            INVALID,
            "READ",
        ),
        (
            json!({"AccessTokenValidity": 299, "TokenValidityUnits": {"AccessToken": "seconds"}}),
            INVALID,
            RANGE,
        ),
        (json!({"AccessTokenValidity": 25}), INVALID, RANGE),
        (
            json!({"IdTokenValidity": 4, "TokenValidityUnits": {"IdToken": "minutes"}}),
            INVALID,
            RANGE,
        ),
        (
            json!({"IdTokenValidity": 2, "TokenValidityUnits": {"IdToken": "days"}}),
            INVALID,
            RANGE,
        ),
        (
            json!({"RefreshTokenValidity": 59, "TokenValidityUnits": {"RefreshToken": "minutes"}}),
            INVALID,
            RANGE,
        ),
        (json!({"RefreshTokenValidity": 3651}), INVALID, RANGE),
        (
            json!({"AccessTokenValidity": 2, "RefreshTokenValidity": 1, "TokenValidityUnits": {"RefreshToken": "hours"}}),
            INVALID,
            OUTLIVES,
        ),
        (
            json!({"IdTokenValidity": 2, "RefreshTokenValidity": 1, "TokenValidityUnits": {"RefreshToken": "hours"}}),
            INVALID,
            OUTLIVES,
        ),
        (
            json!({"ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH", "ALLOW_USER_SRP_AUTH"]}),
            INVALID,
            "Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names.",
        ),
        (
            json!({"ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]}),
            INVALID,
            "ALLOW_CLIENT_TOKEN_AUTH cannot be used with other auth flows.",
        ),
        (
            json!({"EnablePropagateAdditionalUserContextData": true}),
            INVALID,
            "Client Secret is required to set EnablePropagateAdditionalUserContextData as true",
        ),
        (
            json!({"AnalyticsConfiguration": {"ApplicationId": "a1"}}),
            INVALID,
            ANALYTICS,
        ),
        (json!({"AnalyticsConfiguration": {}}), INVALID, ANALYTICS),
        (
            json!({"AnalyticsConfiguration": {
                "ApplicationArn": "arn:aws:mobiletargeting:us-east-1:000000000000:apps/a", "ExternalId": "x",
            }}),
            INVALID,
            ANALYTICS,
        ),
        (
            json!({"AnalyticsConfiguration": {"ApplicationArn": "arn:aws:mobiletargeting:sa-east-1:000000000000:apps/a"}}),
            INVALID,
            "The integration with Pinpoint is not supported for the requested sa-east-1 region.",
        ),
        (
            json!({
                "RefreshTokenRotation": {"Feature": "ENABLED"},
                "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
            }),
            INVALID,
            "ALLOW_REFRESH_TOKEN_AUTH is not a permitted ExplicitAuthFlow when refresh token rotation is enabled.",
        ),
    ];
    let mut all: Vec<_> = rows
        .into_iter()
        .map(|(settings, code, text)| (settings, code, text.to_owned()))
        .collect();
    let text = format!("The provider Google does not exist for User Pool {pool_id}.");
    all.push((
        json!({"SupportedIdentityProviders": ["COGNITO", "Google"]}),
        INVALID,
        text,
    ));
    all
}

#[each_engine]
async fn settings_that_the_service_refuses_are_refused_and_change_nothing(t: &TestApp) {
    let id = pool(
        t,
        json!({"Schema": [
            {"Name": "email", "Required": true},
            {"Name": "d", "AttributeDataType": "String", "DeveloperOnlyAttribute": true},
        ]}),
    )
    .await;
    let client = create(t, &id, json!({"AuthSessionValidity": 9})).await;
    for (settings, code, text) in refusals(&id) {
        for (op, doing) in [
            ("CreateUserPoolClient", "creating"),
            ("UpdateUserPoolClient", "updating"),
        ] {
            let mut request = named(&id, settings.clone());
            if op == "UpdateUserPoolClient" {
                request["ClientId"] = client["ClientId"].clone();
            }
            let text = text
                .replace(
                    "WRITE",
                    &format!("Invalid write attributes specified while {doing} a client"),
                )
                .replace(
                    "READ",
                    &format!("Invalid read attributes specified while {doing} a client"),
                );
            t.refused(op, request, code, &text).await;
        }
    }
    let listed = t.ok("ListUserPoolClients", json!({"UserPoolId": id})).await;
    assert_eq!(listed["UserPoolClients"].as_array().unwrap().len(), 1);
    let request = json!({"UserPoolId": id, "ClientId": client["ClientId"]});
    assert_eq!(
        t.ok("DescribeUserPoolClient", request).await["UserPoolClient"],
        client
    );
}

#[each_engine]
async fn scopes_about_users_are_not_for_machines(t: &TestApp) {
    let id = pool(t, json!({})).await;
    t.refused(
        "CreateUserPoolClient",
        named(&id, json!({
            "GenerateSecret": true, "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["openid"],
        })),
        OAUTH,
        "openid is not supported with client_credentials flow",
    ).await;
}

#[each_engine]
async fn a_secret_is_generated_or_given_but_not_both(t: &TestApp) {
    let id = pool(t, json!({})).await;
    t.refused(
        "CreateUserPoolClient",
        named(
            &id,
            json!({"GenerateSecret": true, "ClientSecret": "x".repeat(24)}),
        ),
        INVALID,
        "ClientSecret cannot be specified when GenerateSecret is true.",
    )
    .await;
}

#[each_engine]
async fn settings_just_inside_the_rules_are_accepted(t: &TestApp) {
    let id = pool(t, json!({"Schema": [{"Name": "email", "Required": true}]})).await;
    for settings in [
        json!({"AccessTokenValidity": 300, "TokenValidityUnits": {"AccessToken": "seconds"}}),
        json!({"AccessTokenValidity": 24, "IdTokenValidity": 24}),
        json!({"AccessTokenValidity": 1, "RefreshTokenValidity": 60, "TokenValidityUnits": {"RefreshToken": "minutes"}}),
        json!({"RefreshTokenValidity": 3650}),
        json!({"WriteAttributes": ["email"], "ReadAttributes": ["sub", "identities"]}),
        json!({"ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"]}),
        json!({"ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"]}),
        json!({"RefreshTokenRotation": {"Feature": "ENABLED"}, "ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH"]}),
        json!({"CallbackURLs": ["https://a.example"]}),
    ] {
        create(t, &id, settings).await;
    }
}
