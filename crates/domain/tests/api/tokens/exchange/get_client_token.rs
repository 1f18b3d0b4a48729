//! GetClientToken: tokens of machines.

use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::TestApp;
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

#[each_engine]
async fn a_pool_whose_trigger_decides_about_machines_fails_closed(t: &TestApp) {
    let s = site_with_api(t, machine()).await;
    let input = json!({"ClientId": s.client, "Secret": secret_of(t, &s).await});
    let trigger = |version: &str| {
        json!({"UserPoolId": s.pool, "LambdaConfig": {"PreTokenGenerationConfig": {
            "LambdaVersion": version, "LambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:f",
        }}})
    };
    t.ok("UpdateUserPool", trigger("V2_0")).await;
    get_token(t, input.clone()).await.unwrap();
    t.ok("UpdateUserPool", trigger("V3_0")).await;
    let text = "LambdaConfig.PreTokenGeneration is not implemented yet.";
    t.refused("GetClientToken", input, "NotImplementedException", text)
        .await;
}
