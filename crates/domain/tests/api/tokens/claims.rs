//! ID and access tokens: claims and lifetimes.

use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::signin::*;

#[each_engine]
async fn both_tokens_have_exactly_the_claims_of_the_service_in_its_order(t: &TestApp) {
    let s = site(t).await;
    let attributes = json!([
        {"Name": "email", "Value": "jane@example.com"}, {"Name": "email_verified", "Value": "true"},
        {"Name": "phone_number", "Value": "+15555550100"}, {"Name": "phone_number_verified", "Value": "false"},
        {"Name": "address", "Value": "1 Main \"Street\""}, {"Name": "name", "Value": "Jane"},
    ]);
    let sub = user_with(t, &s.pool, "jane", attributes).await;
    let result = sign_in(t, &s.client, "jane").await;
    let (access, id) = (claims(&result["AccessToken"]), claims(&result["IdToken"]));
    assert_eq!(
        claim_names(&result["AccessToken"]),
        [
            "sub",
            "origin_jti",
            "event_id",
            "token_use",
            "acr",
            "amr",
            "scope",
            "auth_time",
            "iss",
            "exp",
            "iat",
            "jti",
            "client_id",
            "username"
        ]
    );
    assert_eq!(
        claim_names(&result["IdToken"]),
        [
            "sub",
            "aud",
            "origin_jti",
            "event_id",
            "token_use",
            "acr",
            "amr",
            "address",
            "email",
            "email_verified",
            "name",
            "phone_number",
            "phone_number_verified",
            "auth_time",
            "iss",
            "cognito:username",
            "exp",
            "iat",
            "jti",
        ]
    );
    let issuer = format!("http://127.0.0.1:9229/{}", s.pool);
    for token in [&access, &id] {
        assert_eq!(
            (&token["sub"], &token["iss"]),
            (&json!(sub), &json!(issuer))
        );
        assert_eq!(
            token["exp"].as_i64().unwrap(),
            token["iat"].as_i64().unwrap() + 3600
        );
        assert_eq!(token["auth_time"], token["iat"]);
        for uuid in ["jti", "origin_jti", "event_id"] {
            assert_eq!(token[uuid].as_str().unwrap().len(), 36, "{uuid}");
        }
    }
    assert_eq!(
        (&access["origin_jti"], &access["event_id"]),
        (&id["origin_jti"], &id["event_id"])
    );
    assert_ne!(access["jti"], id["jti"]);
    assert_eq!(
        (&access["token_use"], &access["scope"]),
        (&json!("access"), &json!("aws.cognito.signin.user.admin"))
    );
    assert_eq!(
        (&access["client_id"], &access["username"]),
        (&json!(s.client), &json!("jane"))
    );
    assert_eq!(
        (&id["token_use"], &id["aud"], &id["cognito:username"]),
        (&json!("id"), &json!(s.client), &json!("jane"))
    );
    assert_eq!(
        (&id["email_verified"], &id["phone_number_verified"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(id["address"], json!({"formatted": "1 Main \"Street\""}));
}

#[each_engine]
async fn lifetimes_units_and_attribute_lists_of_the_client_count(t: &TestApp) {
    let client = json!({
        "AccessTokenValidity": 10, "IdTokenValidity": 20, "RefreshTokenValidity": 2,
        "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "hours"},
        "ReadAttributes": ["name"],
    });
    let s = site_with(t, json!({}), client).await;
    let attributes =
        json!([{"Name": "email", "Value": "jane@example.com"}, {"Name": "name", "Value": "Jane"}]);
    let sub = user_with(t, &s.pool, "jane", attributes).await;
    let result = sign_in(t, &s.client, "jane").await;
    assert_eq!(result["ExpiresIn"], 600);
    let (access, id) = (claims(&result["AccessToken"]), claims(&result["IdToken"]));
    assert_eq!(
        access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap(),
        600
    );
    assert_eq!(
        id["exp"].as_i64().unwrap() - id["iat"].as_i64().unwrap(),
        1200
    );
    assert!(id.get("email").is_none() && id["name"] == "Jane");
    let shown = get_user(t, &result["AccessToken"]).await.unwrap();
    assert_eq!(
        shown,
        json!({"Username": "jane", "UserAttributes": [{"Name": "sub", "Value": sub}, {"Name": "name", "Value": "Jane"}]})
    );
    t.advance(570).await;
    get_user(t, &result["AccessToken"]).await.unwrap();
    t.advance(31).await;
    let expired = not_authorized("Access Token has expired");
    assert_eq!(
        get_user(t, &result["AccessToken"]).await.unwrap_err(),
        expired
    );
}

#[each_engine]
async fn without_revocation_tokens_have_no_jti_and_still_end_with_their_session(t: &TestApp) {
    let s = site_with(t, json!({}), json!({"EnableTokenRevocation": false})).await;
    user(t, &s.pool, "jane").await;
    let result = sign_in(t, &s.client, "jane").await;
    for token in ["AccessToken", "IdToken"] {
        let claims = claims(&result[token]);
        assert!(
            claims.get("jti").is_none()
                && claims.get("origin_jti").is_none()
                && claims["event_id"].is_string()
        );
    }
    get_user(t, &result["AccessToken"]).await.unwrap();
    t.ok(
        "AdminUserGlobalSignOut",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let revoked = not_authorized("Access Token has been revoked");
    assert_eq!(
        get_user(t, &result["AccessToken"]).await.unwrap_err(),
        revoked
    );
}
