//! The grant `refresh_token`.

use cognate_domain::app::functions::Trigger;
use cognate_domain::errors::oauth::{
    INVALID_CLIENT, INVALID_CLIENT_SECRET, INVALID_GRANT, NO_REFRESH_TOKEN,
};
use each_engine::each_engine;

use super::*;
use crate::support::functions::arm;
use crate::support::played::Played;

async fn jane(t: &TestApp, client: Value) -> (Site, String) {
    let s = site_with(t, json!({}), client).await;
    user(t, &s.pool, "jane").await;
    let tokens = sign_in(t, &s.client, "jane").await;
    let token = text(&tokens["RefreshToken"]).to_owned();
    (s, token)
}

#[each_engine]
async fn a_refresh_gives_new_tokens_of_the_same_session(t: &TestApp) {
    // Without ALLOW_REFRESH_TOKEN_AUTH and any OAuth setting.
    let flows =
        json!({"ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"], "AccessTokenValidity": 2});
    let (s, token) = jane(t, flows).await;
    t.advance(60).await;
    let tokens = answer(refreshed(t, named(&s.client, None), &token).await);
    assert_eq!((tokens.refresh, tokens.expires_in), (None, 7_200));
    let access = claims(&json!(tokens.access));
    let id = claims(&json!(tokens.id));
    assert_eq!(access["scope"], "aws.cognito.signin.user.admin");
    assert_eq!(access["origin_jti"], id["origin_jti"]);
    assert!(id.get("nonce").is_none());
    assert!(access["iat"].as_i64().unwrap() >= access["auth_time"].as_i64().unwrap() + 60);
    get_user(t, &json!(tokens.access)).await.unwrap();
    // A secret sent for a client without one is ignored.
    answer(refreshed(t, named(&s.client, Some("x")), &token).await);
}

#[each_engine]
async fn rotation_gives_a_new_refresh_token_and_notices_theft(t: &TestApp) {
    let rotating = json!({
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 10},
    });
    let (s, first) = jane(t, rotating).await;
    let client = || named(&s.client, None);
    let second = answer(refreshed(t, client(), &first).await)
        .refresh
        .unwrap();
    assert_ne!(first, second);
    // A retry within the grace period gets the newest one; after it the session ends.
    answer(refreshed(t, client(), &first).await)
        .refresh
        .unwrap();
    t.advance(11).await;
    assert_eq!(refusal(refreshed(t, client(), &first).await), INVALID_GRANT);
    assert_eq!(
        refusal(refreshed(t, client(), &second).await),
        INVALID_GRANT
    );
}

#[each_engine]
async fn of_two_refreshes_at_once_one_rotates(t: &TestApp) {
    let rotating = json!({
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
    });
    let (s, first) = jane(t, rotating).await;
    let client = || named(&s.client, None);
    let (a, b) = tokio::join!(
        refreshed(t, client(), &first),
        refreshed(t, client(), &first)
    );
    let (a, b) = (a.unwrap(), b.unwrap());
    let won = [&a, &b].iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(won, 1);
    // Two parties held it: neither keeps the session.
    let next = a.or(b).unwrap().refresh.unwrap();
    assert_eq!(refusal(refreshed(t, client(), &next).await), INVALID_GRANT);
}

#[each_engine]
async fn a_token_that_is_not_good_is_refused_in_one_way(t: &TestApp) {
    let (s, token) = jane(t, json!({})).await;
    let other_client = client_of(t, &s.pool, json!({})).await["ClientId"].clone();
    let elsewhere = site(t).await;
    let altered = format!("{}x", &token[..token.len() - 1]);
    for (client, token) in [
        (text(&other_client), token.as_str()),
        (elsewhere.client.as_str(), token.as_str()),
        (s.client.as_str(), altered.as_str()),
        (s.client.as_str(), "garbage"),
        (s.client.as_str(), &"x".repeat(30_000)),
    ] {
        let refused = refusal(refreshed(t, named(client, None), token).await);
        assert_eq!(refused, INVALID_GRANT);
    }
    let none = refusal(refreshed(t, named(&s.client, None), "").await);
    assert_eq!(none, NO_REFRESH_TOKEN);
    // An access token is none.
    let own = sign_in(t, &s.client, "jane").await;
    let own = refusal(refreshed(t, named(&s.client, None), text(&own["AccessToken"])).await);
    assert_eq!(own, INVALID_GRANT);

    let by_name = json!({"UserPoolId": s.pool, "Username": "jane"});
    t.ok("AdminDisableUser", by_name.clone()).await;
    let client = || named(&s.client, None);
    assert_eq!(refusal(refreshed(t, client(), &token).await), INVALID_GRANT);
    t.ok("AdminEnableUser", by_name.clone()).await;
    let tokens = sign_in(t, &s.client, "jane").await;
    let token = text(&tokens["RefreshToken"]);
    t.ok("AdminUserGlobalSignOut", by_name.clone()).await;
    assert_eq!(refusal(refreshed(t, client(), token).await), INVALID_GRANT);
    let tokens = sign_in(t, &s.client, "jane").await;
    let token = text(&tokens["RefreshToken"]);
    t.advance(31 * 86_400).await;
    assert_eq!(refusal(refreshed(t, client(), token).await), INVALID_GRANT);
    let tokens = sign_in(t, &s.client, "jane").await;
    let token = text(&tokens["RefreshToken"]);
    t.ok("AdminDeleteUser", by_name).await;
    assert_eq!(refusal(refreshed(t, client(), token).await), INVALID_GRANT);
}

#[each_engine]
async fn clients_prove_themselves_before_the_token_is_looked_at(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let made = client_of(t, &s.pool, json!({"GenerateSecret": true})).await;
    let (id, secret) = (text(&made["ClientId"]), text(&made["ClientSecret"]));
    let other = client_of(t, &s.pool, json!({"GenerateSecret": true})).await;
    let long = "a".repeat(129);
    for nobody in ["", "unknown", "no client", "a\u{e9}", &long] {
        let refused = refusal(refreshed(t, named(nobody, None), "").await);
        assert_eq!(refused, INVALID_CLIENT, "{nobody}");
    }
    assert_eq!(refusal(refreshed(t, None, "").await), INVALID_CLIENT);
    for wrong in [None, Some(""), Some("x"), other["ClientSecret"].as_str()] {
        let refused = refusal(refreshed(t, named(id, wrong), "").await);
        assert_eq!(refused, INVALID_CLIENT_SECRET);
    }
    // Either of two secrets will do.
    let input = json!({"UserPoolId": s.pool, "ClientId": id});
    let second = t.ok("AddUserPoolClientSecret", input).await;
    let second = text(&second["ClientSecretDescriptor"]["ClientSecretValue"]);
    for right in [secret, second] {
        let refused = refusal(refreshed(t, named(id, Some(right)), "").await);
        assert_eq!(refused, NO_REFRESH_TOKEN);
    }
    t.ok("DeleteUserPool", json!({"UserPoolId": s.pool})).await;
    let gone = refusal(refreshed(t, named(id, Some(secret)), "").await);
    assert_eq!(gone, INVALID_CLIENT);
}

#[each_engine]
async fn a_pool_that_remembers_devices_takes_no_tokens_of_the_api(t: &TestApp) {
    let devices = json!({"DeviceConfiguration": {"DeviceOnlyRememberedOnUserPrompt": true}});
    let s = site_with(t, devices, json!({})).await;
    user(t, &s.pool, "jane").await;
    let tokens = sign_in(t, &s.client, "jane").await;
    let token = text(&tokens["RefreshToken"]);
    let refused = refusal(refreshed(t, named(&s.client, None), token).await);
    assert_eq!(refused, INVALID_GRANT);
}

#[each_engine]
async fn the_function_is_told_of_a_refresh_and_its_refusal_is_passed_on(t: &TestApp) {
    let (s, token) = jane(t, json!({})).await;
    let played = Played::install(t);
    arm(t, &s.pool, &[Trigger::PreTokenGeneration], json!({})).await;
    let overrides = json!({"claimsOverrideDetails": {"claimsToAddOrOverride": {"shop": "7"}}});
    played.answers(Trigger::PreTokenGeneration, overrides);
    let tokens = answer(refreshed(t, named(&s.client, None), &token).await);
    assert_eq!(claims(&json!(tokens.id))["shop"], "7");
    let events = played.events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["triggerSource"], "TokenGeneration_RefreshTokens");
    assert_eq!(events[0]["callerContext"]["clientId"], json!(s.client));
    played.answers(Trigger::PreTokenGeneration, json!("nonsense"));
    let refused = refusal(refreshed(t, named(&s.client, None), &token).await);
    assert_eq!(refused.error, "invalid_grant");
    assert!(refused.description.is_some());
}
