//! The claims that an access token opens.

use cognate_domain::app::functions::Trigger;
use cognate_domain::errors::oauth::{NO_OPENID_SCOPE, TOKEN_OVER};
use each_engine::each_engine;

use super::*;
use crate::support::functions::arn;
use crate::support::played::Played;

/// Makes a pool whose function gives access tokens these scopes, with a user who has attributes.
async fn scoped(t: &TestApp, played: &Played, scopes: &[&str], client: Value) -> (Site, Value) {
    let trigger = Trigger::PreTokenGeneration;
    let config =
        json!({"PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": arn(trigger)}});
    let pool = json!({
        "LambdaConfig": config,
        "Schema": [{"Name": "shop", "AttributeDataType": "String", "Mutable": true}],
    });
    let s = site_with(t, pool, client).await;
    let attributes = [
        ("email", "jane@example.com"),
        ("email_verified", "true"),
        ("phone_number", "+12065550100"),
        ("address", "Main St 1"),
        ("custom:shop", "7"),
    ];
    let attributes = attributes.map(|(name, value)| json!({"Name": name, "Value": value}));
    user_with(t, &s.pool, "jane", json!(attributes)).await;
    let details = json!({"accessTokenGeneration": {"scopesToAdd": scopes}});
    played.answers(trigger, json!({"claimsAndScopeOverrideDetails": details}));
    let tokens = sign_in(t, &s.client, "jane").await;
    (s, tokens)
}

#[each_engine]
async fn claims_follow_the_scopes_and_what_the_client_may_read(t: &TestApp) {
    let played = Played::install(t);
    let everything = json!({"ReadAttributes": ["email", "email_verified", "phone_number", "address", "custom:shop"]});
    let (_, tokens) = scoped(t, &played, &["openid"], everything.clone()).await;
    let token = text(&tokens["AccessToken"]);
    let sub = claims(&tokens["AccessToken"])["sub"].clone();
    let full = json!({
        "sub": sub, "username": "jane", "email": "jane@example.com", "email_verified": "true",
        "phone_number": "+12065550100", "address": "Main St 1", "custom:shop": "7",
    });
    assert_eq!(answer(info(t, token).await), full);

    let (_, tokens) = scoped(t, &played, &["openid", "email"], everything).await;
    let found = answer(info(t, text(&tokens["AccessToken"])).await);
    let sub = claims(&tokens["AccessToken"])["sub"].clone();
    let email = json!({"sub": sub, "username": "jane", "email": "jane@example.com", "email_verified": "true"});
    assert_eq!(found, email);

    let (_, tokens) = scoped(
        t,
        &played,
        &["openid", "profile"],
        json!({"ReadAttributes": ["address"]}),
    )
    .await;
    let found = answer(info(t, text(&tokens["AccessToken"])).await);
    let sub = claims(&tokens["AccessToken"])["sub"].clone();
    assert_eq!(
        found,
        json!({"sub": sub, "username": "jane", "address": "Main St 1"})
    );
}

#[each_engine]
async fn a_client_with_the_standard_profile_gets_claims_in_their_types(t: &TestApp) {
    let played = Played::install(t);
    let readable = json!([
        "email",
        "email_verified",
        "phone_number",
        "phone_number_verified",
        "address",
        "name",
        "updated_at",
        "custom:shop"
    ]);
    let readable = json!({"ReadAttributes": readable});
    let (s, tokens) = scoped(t, &played, &["openid"], readable).await;
    let more =
        json!([{"Name": "updated_at", "Value": "1700000000"}, {"Name": "name", "Value": ""}]);
    let more = json!({"UserPoolId": s.pool, "Username": "jane", "UserAttributes": more});
    t.ok("AdminUpdateUserAttributes", more).await;
    standard(t, &s.pool, &s.client).await;
    let sub = claims(&tokens["AccessToken"])["sub"].clone();
    let found = answer(info(t, text(&tokens["AccessToken"])).await);
    assert_eq!(
        found,
        json!({
            "sub": sub, "username": "jane", "email": "jane@example.com", "email_verified": true,
            "phone_number": "+12065550100", "address": {"formatted": "Main St 1"}, "custom:shop": "7",
            "updated_at": 1_700_000_000,
        })
    );
}

#[each_engine]
async fn other_tokens_open_nothing(t: &TestApp) {
    let plain = site(t).await;
    user(t, &plain.pool, "jane").await;
    let own = sign_in(t, &plain.client, "jane").await;
    // A token of the API, and an ID token.
    for token in [&own["AccessToken"], &own["IdToken"]] {
        assert_eq!(refusal(info(t, text(token)).await), NO_OPENID_SCOPE);
    }
    let played = Played::install(t);
    let (s, tokens) = scoped(t, &played, &["openid"], json!({})).await;
    let token = text(&tokens["AccessToken"]);
    answer(info(t, token).await);
    // Signed by one pool and named after the client of another.
    let foreign = renamed(token, &s.client, &plain.client);
    let (head, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { "B" } else { "A" };
    let altered = format!("{head}.{first}{}", &signature[1..]);
    let unsigned = format!("{head}.");
    for token in [
        foreign.as_str(),
        &altered,
        &unsigned,
        "x",
        "a.b.c",
        text(&tokens["RefreshToken"]),
    ] {
        assert_eq!(refusal(info(t, token).await), TOKEN_OVER);
    }
    let by_name = json!({"UserPoolId": s.pool, "Username": "jane"});
    t.ok("AdminDisableUser", by_name.clone()).await;
    assert_eq!(refusal(info(t, token).await), TOKEN_OVER);
    t.ok("AdminEnableUser", by_name.clone()).await;
    let tokens = sign_in(t, &s.client, "jane").await;
    let token = text(&tokens["AccessToken"]);
    answer(info(t, token).await);
    t.advance(3_601).await;
    assert_eq!(refusal(info(t, token).await), TOKEN_OVER);
    let tokens = sign_in(t, &s.client, "jane").await;
    let token = text(&tokens["AccessToken"]);
    answer(revoked(t, named(&s.client, None), tokens["RefreshToken"].as_str()).await);
    assert_eq!(refusal(info(t, token).await), TOKEN_OVER);
    let tokens = sign_in(t, &s.client, "jane").await;
    t.ok("AdminDeleteUser", by_name).await;
    let gone = refusal(info(t, text(&tokens["AccessToken"])).await);
    assert_eq!(gone, TOKEN_OVER);
}

/// Returns a token whose claims name another client.
fn renamed(token: &str, old: &str, new: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
    let parts: Vec<&str> = token.split('.').collect();
    let claims = String::from_utf8(BASE64.decode(parts[1]).unwrap()).unwrap();
    let claims = BASE64.encode(claims.replace(old, new));
    format!("{}.{claims}.{}", parts[0], parts[2])
}
