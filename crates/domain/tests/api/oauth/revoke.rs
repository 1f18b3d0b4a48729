//! The revocation of refresh tokens.

use cognate_domain::errors::oauth::{
    INVALID_CLIENT, INVALID_GRANT, NO_TOKEN, UNSUPPORTED_OPERATION, UNSUPPORTED_TOKEN_TYPE,
};
use each_engine::each_engine;

use super::*;

#[each_engine]
async fn a_revoked_session_is_over_for_all_its_tokens(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let tokens = sign_in(t, &s.client, "jane").await;
    let other = sign_in(t, &s.client, "jane").await;
    let token = text(&tokens["RefreshToken"]);
    let client = || named(&s.client, None);
    answer(revoked(t, client(), Some(token)).await);
    assert_eq!(refusal(refreshed(t, client(), token).await), INVALID_GRANT);
    assert!(get_user(t, &tokens["AccessToken"]).await.is_err());
    get_user(t, &other["AccessToken"]).await.unwrap();
    // Once more, and what never was one.
    for token in [token, "garbage"] {
        answer(revoked(t, client(), Some(token)).await);
    }
}

#[each_engine]
async fn refusals_come_in_the_order_of_the_endpoint(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let tokens = sign_in(t, &s.client, "jane").await;
    let token = tokens["RefreshToken"].as_str();
    let secret = client_of(t, &s.pool, json!({"GenerateSecret": true})).await;
    let off = client_of(t, &s.pool, json!({"EnableTokenRevocation": false})).await;
    let other = client_of(t, &s.pool, json!({})).await;
    let elsewhere = site(t).await;
    assert_eq!(refusal(revoked(t, None, None).await), INVALID_CLIENT);
    for (client, token, expected) in [
        (named("unknown", None), None, INVALID_CLIENT),
        (named(text(&secret["ClientId"]), None), None, INVALID_CLIENT),
        (
            named(text(&secret["ClientId"]), Some("x")),
            None,
            INVALID_CLIENT,
        ),
        (named(text(&off["ClientId"]), None), None, NO_TOKEN),
        (named(&s.client, None), Some(""), NO_TOKEN),
        (
            named(text(&off["ClientId"]), None),
            token,
            UNSUPPORTED_OPERATION,
        ),
        (
            named(&s.client, None),
            tokens["AccessToken"].as_str(),
            UNSUPPORTED_TOKEN_TYPE,
        ),
        (
            named(&s.client, None),
            tokens["IdToken"].as_str(),
            UNSUPPORTED_TOKEN_TYPE,
        ),
        (named(text(&other["ClientId"]), None), token, INVALID_CLIENT),
    ] {
        assert_eq!(refusal(revoked(t, client, token).await), expected);
    }
    // Another pool cannot even open it.
    answer(revoked(t, named(&elsewhere.client, None), token).await);
    get_user(t, &tokens["AccessToken"]).await.unwrap();
}
