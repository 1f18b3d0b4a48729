//! Refresh tokens: both ways to use them, rotation, revocation.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

fn flow(client: &str, token: &Value) -> Value {
    initiate(
        client,
        "REFRESH_TOKEN_AUTH",
        json!({"REFRESH_TOKEN": token}),
    )
}

async fn trade(t: &TestApp, client: &str, token: &Value) -> Result<Value, Refusal> {
    let answer = t
        .call(
            "GetTokensFromRefreshToken",
            json!({"ClientId": client, "RefreshToken": token}),
        )
        .await?;
    assert_eq!(answer.as_object().unwrap().len(), 1);
    Ok(answer["AuthenticationResult"].clone())
}

async fn rotating(t: &TestApp, grace: i64) -> Site {
    let rotation = json!({
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": grace},
    });
    let s = site_with(t, json!({}), rotation).await;
    user(t, &s.pool, "jane").await;
    s
}

const REUSED: (&str, &str) = (
    "RefreshTokenReuseException",
    "Refresh token has been invalidated by rotation",
);

#[each_engine]
async fn both_operations_give_new_tokens_of_the_same_session(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let first = sign_in(t, &s.client, "jane").await;
    assert_eq!(
        first["RefreshToken"].as_str().unwrap().split('.').count(),
        5
    );
    t.advance(100).await;
    let by_flow = t
        .ok("InitiateAuth", flow(&s.client, &first["RefreshToken"]))
        .await;
    assert_eq!(by_flow["ChallengeParameters"], json!({}));
    let traded = trade(t, &s.client, &first["RefreshToken"]).await.unwrap();
    for second in [&by_flow["AuthenticationResult"], &traded] {
        assert!(second.get("RefreshToken").is_none());
        for token in ["AccessToken", "IdToken"] {
            let (old, new) = (claims(&first[token]), claims(&second[token]));
            for kept in ["sub", "origin_jti", "event_id", "auth_time", "iss"] {
                assert_eq!(old[kept], new[kept], "{kept}");
            }
            assert_ne!(old["jti"], new["jti"]);
            assert!(new["iat"].as_i64().unwrap() >= old["iat"].as_i64().unwrap() + 100);
        }
        get_user(t, &second["AccessToken"]).await.unwrap();
    }
}

#[each_engine]
async fn attributes_are_read_anew(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let first = sign_in(t, &s.client, "jane").await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let text = "User is disabled.";
    t.refused(
        "InitiateAuth",
        flow(&s.client, &first["RefreshToken"]),
        WRONG.0,
        text,
    )
    .await;
    assert_eq!(
        trade(t, &s.client, &first["RefreshToken"])
            .await
            .unwrap_err(),
        not_authorized(text)
    );
    // Disabling ended the session for good.
    t.ok(
        "AdminEnableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let text = "Refresh Token has been revoked";
    t.refused(
        "InitiateAuth",
        flow(&s.client, &first["RefreshToken"]),
        WRONG.0,
        text,
    )
    .await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let text = "User does not exist.";
    t.refused(
        "InitiateAuth",
        flow(&s.client, &first["RefreshToken"]),
        "UserNotFoundException",
        text,
    )
    .await;
}

#[each_engine]
async fn made_up_foreign_and_late_tokens_are_told_apart(t: &TestApp) {
    let (s, elsewhere) = (site(t).await, site(t).await);
    let other = client_of(t, &s.pool, json!({})).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    user(t, &s.pool, "jane").await;
    user(t, &elsewhere.pool, "jane").await;
    let mine = sign_in(t, &s.client, "jane").await;
    let foreign = sign_in(t, &elsewhere.client, "jane").await["RefreshToken"].clone();
    let mut altered = mine["RefreshToken"].as_str().unwrap().to_owned();
    let at = altered.len() / 2;
    altered.replace_range(at..=at, if &altered[at..=at] == "A" { "B" } else { "A" });
    for bad in [
        json!("made-up"),
        json!("a.b.c.d.e"),
        json!(altered),
        foreign,
        mine["AccessToken"].clone(),
    ] {
        t.refused(
            "InitiateAuth",
            flow(&s.client, &bad),
            WRONG.0,
            "Invalid Refresh Token",
        )
        .await;
        assert_eq!(
            trade(t, &s.client, &bad).await.unwrap_err(),
            not_authorized("Invalid Refresh Token.")
        );
    }
    let text = "Refresh Token has different Client";
    t.refused(
        "InitiateAuth",
        flow(&other, &mine["RefreshToken"]),
        WRONG.0,
        text,
    )
    .await;
    assert_eq!(
        trade(t, &other, &mine["RefreshToken"]).await.unwrap_err(),
        not_authorized(text)
    );
    t.advance(30 * 86_400 - 60).await;
    t.ok("InitiateAuth", flow(&s.client, &mine["RefreshToken"]))
        .await;
    t.advance(61).await;
    let text = "Refresh Token has expired";
    t.refused(
        "InitiateAuth",
        flow(&s.client, &mine["RefreshToken"]),
        WRONG.0,
        text,
    )
    .await;
    assert_eq!(
        trade(t, &s.client, &mine["RefreshToken"])
            .await
            .unwrap_err(),
        not_authorized(text)
    );
}

#[each_engine]
async fn trading_needs_the_clients_secret_itself(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let made = client_of(t, &s.pool, json!({"GenerateSecret": true})).await;
    let (id, secret) = (
        made["ClientId"].as_str().unwrap(),
        made["ClientSecret"].as_str().unwrap(),
    );
    let hash = cognate_crypto::hash::secret_hash(secret, "jane", id);
    let parameters = json!({"USERNAME": "jane", "PASSWORD": PASSWORD, "SECRET_HASH": hash});
    let answer = t
        .ok(
            "InitiateAuth",
            initiate(id, "USER_PASSWORD_AUTH", parameters),
        )
        .await;
    let input =
        json!({"ClientId": id, "RefreshToken": answer["AuthenticationResult"]["RefreshToken"]});
    let text = format!("Client {id} is configured with secret but SECRET_HASH was not received");
    t.refused("GetTokensFromRefreshToken", input.clone(), WRONG.0, &text)
        .await;
    let text = format!("SecretHash does not match for the client: {id}");
    let wrong = with(input.clone(), json!({"ClientSecret": "x".repeat(30)}));
    t.refused("GetTokensFromRefreshToken", wrong, WRONG.0, &text)
        .await;
    t.ok(
        "GetTokensFromRefreshToken",
        with(input, json!({"ClientSecret": secret})),
    )
    .await;
}

#[each_engine]
async fn rotation_gives_a_new_token_that_keeps_the_end_of_the_old(t: &TestApp) {
    let s = rotating(t, 0).await;
    let mut token = sign_in(t, &s.client, "jane").await["RefreshToken"].clone();
    for _ in 0..3 {
        t.advance(7 * 86_400).await;
        let result = trade(t, &s.client, &token).await.unwrap();
        assert_ne!(result["RefreshToken"], token);
        get_user(t, &result["AccessToken"]).await.unwrap();
        token = result["RefreshToken"].clone();
    }
    t.advance(10 * 86_400).await;
    assert_eq!(
        trade(t, &s.client, &token).await.unwrap_err(),
        not_authorized("Refresh Token has expired")
    );
    let text = "Refresh Token flow not enabled for this client";
    t.refused(
        "InitiateAuth",
        flow(&s.client, &token),
        "InvalidParameterException",
        text,
    )
    .await;
}

#[each_engine]
async fn a_rotated_token_used_again_ends_the_whole_family(t: &TestApp) {
    let s = rotating(t, 0).await;
    let first = sign_in(t, &s.client, "jane").await;
    let other_session = sign_in(t, &s.client, "jane").await;
    let second = trade(t, &s.client, &first["RefreshToken"]).await.unwrap();
    assert_eq!(
        trade(t, &s.client, &first["RefreshToken"])
            .await
            .unwrap_err(),
        refusal(REUSED)
    );
    let revoked = not_authorized("Refresh Token has been revoked");
    assert_eq!(
        trade(t, &s.client, &second["RefreshToken"])
            .await
            .unwrap_err(),
        revoked
    );
    let revoked = not_authorized("Access Token has been revoked");
    assert_eq!(
        get_user(t, &second["AccessToken"]).await.unwrap_err(),
        revoked
    );
    trade(t, &s.client, &other_session["RefreshToken"])
        .await
        .unwrap();
}

#[each_engine]
async fn a_retry_within_the_grace_period_gets_the_newest_token(t: &TestApp) {
    let s = rotating(t, 10).await;
    let first = sign_in(t, &s.client, "jane").await;
    let second = trade(t, &s.client, &first["RefreshToken"]).await.unwrap();
    t.advance(9).await;
    let retried = trade(t, &s.client, &first["RefreshToken"]).await.unwrap();
    let third = trade(t, &s.client, &retried["RefreshToken"]).await.unwrap();
    // The token that the first answer carried is the same generation, hence in its own grace period now.
    trade(t, &s.client, &second["RefreshToken"]).await.unwrap();
    t.advance(11).await;
    assert_eq!(
        trade(t, &s.client, &first["RefreshToken"])
            .await
            .unwrap_err(),
        refusal(REUSED)
    );
    let revoked = not_authorized("Refresh Token has been revoked");
    assert_eq!(
        trade(t, &s.client, &third["RefreshToken"])
            .await
            .unwrap_err(),
        revoked
    );
}

#[each_engine]
async fn two_trades_at_once_both_work_within_the_grace_period(t: &TestApp) {
    let s = rotating(t, 10).await;
    let first = sign_in(t, &s.client, "jane").await["RefreshToken"].clone();
    let (a, b) = tokio::join!(trade(t, &s.client, &first), trade(t, &s.client, &first));
    for result in [a.unwrap(), b.unwrap()] {
        trade(t, &s.client, &result["RefreshToken"]).await.unwrap();
    }
}

#[each_engine]
async fn revoking_ends_one_session_and_its_access_tokens(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let (one, two) = (
        sign_in(t, &s.client, "jane").await,
        sign_in(t, &s.client, "jane").await,
    );
    let revoke = json!({"ClientId": s.client, "Token": one["RefreshToken"]});
    for _ in 0..2 {
        assert_eq!(t.ok("RevokeToken", revoke.clone()).await, json!({}));
    }
    let text = "Refresh Token has been revoked";
    t.refused(
        "InitiateAuth",
        flow(&s.client, &one["RefreshToken"]),
        WRONG.0,
        text,
    )
    .await;
    let revoked = not_authorized("Access Token has been revoked");
    assert_eq!(get_user(t, &one["AccessToken"]).await.unwrap_err(), revoked);
    t.ok("InitiateAuth", flow(&s.client, &two["RefreshToken"]))
        .await;
    get_user(t, &two["AccessToken"]).await.unwrap();
    t.ok(
        "RevokeToken",
        json!({"ClientId": s.client, "Token": "made.up"}),
    )
    .await;
}

#[each_engine]
async fn revoking_is_refused_for_other_tokens_clients_and_secrets(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let tokens = sign_in(t, &s.client, "jane").await;
    let revoke = |client: &str, token: &Value| json!({"ClientId": client, "Token": token});
    for token in ["AccessToken", "IdToken"] {
        let text = "Only refresh tokens can be revoked";
        t.refused(
            "RevokeToken",
            revoke(&s.client, &tokens[token]),
            "UnsupportedTokenTypeException",
            text,
        )
        .await;
    }
    let other = client_of(t, &s.pool, json!({})).await;
    let secret = client_of(t, &s.pool, json!({"GenerateSecret": true})).await;
    let text = "Refresh token was not issued to this client";
    for client in [
        other["ClientId"].as_str().unwrap(),
        secret["ClientId"].as_str().unwrap(),
        "nosuchclient",
    ] {
        t.refused(
            "RevokeToken",
            revoke(client, &tokens["RefreshToken"]),
            "UnauthorizedException",
            text,
        )
        .await;
    }
    let off = client_of(t, &s.pool, json!({"EnableTokenRevocation": false})).await;
    let text = "Please enable token revocation before revoking tokens for this client";
    let input = revoke(off["ClientId"].as_str().unwrap(), &tokens["RefreshToken"]);
    t.refused("RevokeToken", input, "UnsupportedOperationException", text)
        .await;
    get_user(t, &tokens["AccessToken"]).await.unwrap();
}
