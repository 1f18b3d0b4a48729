//! GetClientToken: tokens of machines.

use cognate_domain::app::functions::Trigger;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::functions::arn;
use crate::support::played::{Played, UNRECOGNIZABLE, failures};
use crate::support::signin::*;
use crate::support::texts::exceptions::INVALID;

async fn secret_of(t: &TestApp, s: &Site) -> String {
    let input = json!({"UserPoolId": s.pool, "ClientId": s.client});
    let shown = t.ok("DescribeUserPoolClient", input).await;
    shown["UserPoolClient"]["ClientSecret"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[each_engine]
async fn a_machine_gets_a_token_that_names_only_itself(t: &TestApp) {
    let s = site_with_api(t, machine()).await;
    let input = json!({"ClientId": s.client, "Secret": secret_of(t, &s).await});
    let result = get_token(t, input.clone()).await.unwrap();
    assert_eq!(
        (&result["ExpiresIn"], &result["TokenType"]),
        (&json!(3600), &json!("Bearer"))
    );
    assert_eq!(
        claim_names(&result["AccessToken"]),
        [
            "sub",
            "token_use",
            "scope",
            "auth_time",
            "iss",
            "exp",
            "iat",
            "version",
            "jti",
            "client_id"
        ]
    );
    let claims = claims(&result["AccessToken"]);
    assert_eq!(
        (&claims["sub"], &claims["client_id"]),
        (&json!(s.client), &json!(s.client))
    );
    assert_eq!(
        (&claims["token_use"], &claims["version"]),
        (&json!("access"), &json!(2))
    );
    assert_eq!(claims["scope"], "api/read api/write");
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        3600
    );
    let narrow = with(input, json!({"Scopes": ["api/write", "api/write"]}));
    let narrow = get_token(t, narrow).await.unwrap();
    assert_eq!(self::claims(&narrow["AccessToken"])["scope"], "api/write");
    // It belongs to no user: no operation on a user accepts it.
    let text = "Invalid Access Token";
    assert_eq!(
        get_user(t, &result["AccessToken"]).await.unwrap_err(),
        not_authorized(text)
    );
    t.refused(
        "GlobalSignOut",
        json!({"AccessToken": result["AccessToken"]}),
        WRONG.0,
        text,
    )
    .await;
}

#[each_engine]
async fn machines_that_prove_nothing_or_ask_for_too_much_get_nothing(t: &TestApp) {
    let s = site_with_api(t, machine()).await;
    let secret = secret_of(t, &s).await;
    let input = |client: &str, secret: &str| json!({"ClientId": client, "Secret": secret});
    let wrong = not_authorized("Invalid client secret.");
    let made_up = "x".repeat(30);
    assert_eq!(
        get_token(t, input(&s.client, &made_up)).await.unwrap_err(),
        wrong
    );
    let text = "User pool client nosuchclient does not exist.";
    t.refused(
        "GetClientToken",
        input("nosuchclient", &secret),
        "ResourceNotFoundException",
        text,
    )
    .await;
    // A client without a secret, and one that is for people.
    let public = client_of(t, &s.pool, json!({})).await["ClientId"].clone();
    assert_eq!(
        get_token(t, input(public.as_str().unwrap(), &secret))
            .await
            .unwrap_err(),
        wrong
    );
    let people = client_of(t, &s.pool, json!({"GenerateSecret": true})).await;
    let theirs = input(
        people["ClientId"].as_str().unwrap(),
        people["ClientSecret"].as_str().unwrap(),
    );
    let text = "ALLOW_CLIENT_TOKEN_AUTH is not enabled for the client.";
    t.refused("GetClientToken", theirs, INVALID, text).await;
    for scope in ["api/delete", "openid", "other/read"] {
        let asked = with(
            input(&s.client, &secret),
            json!({"Scopes": ["api/read", scope]}),
        );
        let text = format!("Invalid scope requested: {scope}");
        t.refused("GetClientToken", asked, INVALID, &text).await;
    }
    // A scope that its resource server has lost is not granted any more.
    let lost = json!({
        "UserPoolId": s.pool, "Identifier": "api", "Name": "API",
        "Scopes": [{"ScopeName": "read", "ScopeDescription": "r"}],
    });
    t.ok("UpdateResourceServer", lost).await;
    let result = get_token(t, input(&s.client, &secret)).await.unwrap();
    assert_eq!(claims(&result["AccessToken"])["scope"], "api/read");
}

/// Gives the pool a function for PreTokenGeneration.
async fn name_function(t: &TestApp, s: &Site, version: &str) {
    let function = json!({"LambdaVersion": version, "LambdaArn": arn(Trigger::PreTokenGeneration)});
    let config = json!({"PreTokenGenerationConfig": function});
    let input = json!({"UserPoolId": s.pool, "LambdaConfig": config});
    t.ok("UpdateUserPool", input).await;
}

#[each_engine]
async fn a_function_of_the_third_version_decides_about_machines(t: &TestApp) {
    let s = site_with_api(t, machine()).await;
    let input = json!({"ClientId": s.client, "Secret": secret_of(t, &s).await});
    let functions = Played::install(t);
    for version in ["V1_0", "V2_0"] {
        name_function(t, &s, version).await;
        get_token(t, input.clone()).await.unwrap();
        assert_eq!(functions.events(), [json!(null); 0], "{version}");
    }
    name_function(t, &s, "V3_0").await;
    let claims_to_add = json!({
        "tenant": {"id": 7}, "aud": s.client, "sub": "x", "token_use": "id", "client_id": "x", "username": "jane",
        "event_id": "x", "origin_jti": "x", "version": 3, "scope": "api/write", "act": {"sub": "x"}, "exp": 1,
        "cognito:groups": ["admin"],
    });
    let changes = json!({
        "accessTokenGeneration": {
            "claimsToAddOrOverride": claims_to_add, "claimsToSuppress": ["jti", "sub"],
            "scopesToAdd": ["extra", "aws.cognito.signin.user.admin"], "scopesToSuppress": ["api/write"],
        },
        "groupOverrideDetails": {"groupsToOverride": ["admin"]},
    });
    let response = json!({"claimsAndScopeOverrideDetails": changes});
    functions.answers(Trigger::PreTokenGeneration, response);
    let plain = get_token(t, input.clone()).await.unwrap();
    let with_data = with(input.clone(), json!({"ClientMetadata": {"for": "jane"}}));
    get_token(t, with_data).await.unwrap();
    let event = |metadata: Value| {
        json!({
            "version": "3", "triggerSource": "TokenGeneration_ClientCredentials", "region": "us-east-1",
            "userPoolId": s.pool, "userName": "ClientCredentials",
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": s.client},
            "request": {
                "userAttributes": {}, "groupConfiguration": null, "clientMetadata": metadata,
                "scopes": ["api/read", "api/write"],
            },
            "response": {"claimsAndScopeOverrideDetails": null},
        })
    };
    let expected = [event(json!({})), event(json!({"for": "jane"}))];
    assert_eq!(functions.events(), expected);
    let names = [
        "sub",
        "token_use",
        "scope",
        "auth_time",
        "iss",
        "exp",
        "iat",
        "version",
        "jti",
        "client_id",
        "aud",
        "tenant",
    ];
    assert_eq!(claim_names(&plain["AccessToken"]), names);
    let said = claims(&plain["AccessToken"]);
    assert_eq!(
        (&said["sub"], &said["client_id"], &said["version"]),
        (&json!(s.client), &json!(s.client), &json!(2))
    );
    assert_eq!(
        (&said["tenant"], &said["aud"], &said["token_use"]),
        (&json!({"id": 7}), &json!(s.client), &json!("access"))
    );
    assert_eq!(
        said["scope"],
        "api/read extra aws.cognito.signin.user.admin"
    );
    // A machine is no user, whatever its scopes say.
    let refused = get_user(t, &plain["AccessToken"]).await;
    assert_eq!(refused, Err(not_authorized("Invalid Access Token")));
}

#[each_engine]
async fn a_function_that_fails_leaves_machines_without_a_token(t: &TestApp) {
    let s = site_with_api(t, machine()).await;
    let input = json!({"ClientId": s.client, "Secret": secret_of(t, &s).await});
    name_function(t, &s, "V3_0").await;
    let functions = Played::install(t);
    // The operation declares no exception about functions.
    for (answer, _, text) in failures(Trigger::PreTokenGeneration) {
        functions.does(Trigger::PreTokenGeneration, move |_| answer.clone());
        t.refused("GetClientToken", input.clone(), WRONG.0, &text)
            .await;
    }
    let details = json!({"accessTokenGeneration": {"scopesToAdd": ["two scopes"]}});
    let response = json!({"claimsAndScopeOverrideDetails": details});
    functions.answers(Trigger::PreTokenGeneration, response);
    t.refused("GetClientToken", input, WRONG.0, UNRECOGNIZABLE.1)
        .await;
}
