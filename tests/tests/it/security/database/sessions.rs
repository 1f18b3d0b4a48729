//! Sessions: the rights of a token, and its lifetime.

use cognate_store::params;
use serde_json::json;

use super::{faults, write};
use crate::engines::on_each_engine;
use crate::site::*;

on_each_engine! {
    async fn a_session_says_what_the_program_wrote(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        let other = text(&client_of(&raw, &pool, json!({})).await["ClientId"]);
        user(&raw, &pool, "jane", json!([])).await;
        user(&raw, &pool, "eve", json!([])).await;
        let tokens = sign_in(&open, &client, "jane").await;
        let token = json!({ "AccessToken": tokens["AccessToken"] });
        let refresh = initiate(&client, "REFRESH_TOKEN_AUTH", json!({ "REFRESH_TOKEN": tokens["RefreshToken"] }));
        for (there, back) in [
            ("UPDATE sessions SET doc = replace(doc, '\"generation\":0', '\"generation\":1') WHERE pool_id = ?1",
             "UPDATE sessions SET doc = replace(doc, '\"generation\":1', '\"generation\":0') WHERE pool_id = ?1"),
            ("UPDATE sessions SET expires = expires + 1 WHERE pool_id = ?1", "UPDATE sessions SET expires = expires - 1 WHERE pool_id = ?1"),
        ] {
            write(server, there, params![&pool]).await;
            faults(&open, "GetUser", token.clone()).await;
            faults(&open, "InitiateAuth", refresh.clone()).await;
            write(server, back, params![&pool]).await;
            open.ok("GetUser", token.clone()).await.unwrap();
        }
        write(server, "UPDATE sessions SET client_id = ?2 WHERE pool_id = ?1", params![&pool, &other]).await;
        faults(&open, "GetUser", token).await;
    }

    async fn a_refresh_token_that_was_rotated_out_stays_out(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let rotation = json!({
            "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 },
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        });
        let Site { pool, client } = site(&raw, json!({}), rotation).await;
        user(&raw, &pool, "jane", json!([])).await;
        let first = sign_in(&open, &client, "jane").await["RefreshToken"].clone();
        let trade = |token: &serde_json::Value| json!({ "ClientId": client, "RefreshToken": token });
        let next = open.ok("GetTokensFromRefreshToken", trade(&first)).await.unwrap();
        let next = next["AuthenticationResult"]["RefreshToken"].clone();
        let back = "UPDATE sessions SET doc = replace(doc, '\"generation\":1', '\"generation\":0') WHERE pool_id = ?1";
        write(server, back, params![&pool]).await;
        faults(&open, "GetTokensFromRefreshToken", trade(&first)).await;
        let forth = "UPDATE sessions SET doc = replace(doc, '\"generation\":0', '\"generation\":1') WHERE pool_id = ?1";
        write(server, forth, params![&pool]).await;
        open.ok("GetTokensFromRefreshToken", trade(&next)).await.unwrap();
    }
}
