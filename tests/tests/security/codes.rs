//! Codes and messages: guessing them, and sending them to others.

use cognate_testkit::Raw;
use serde_json::{Value, json};

use crate::engines::on_each_engine;
use crate::site::*;

const MISMATCH: (&str, &str) = (
    "CodeMismatchException",
    "Invalid verification code provided, please try again.",
);
const LIMIT: (&str, &str) = (
    "LimitExceededException",
    "Attempt limit exceeded, please try after some time.",
);

/// A pool where a verified address is a name to sign in with, and its client.
async fn by_address(raw: &Raw) -> Site {
    let pool = json!({ "AutoVerifiedAttributes": ["email"], "AliasAttributes": ["email"] });
    site(raw, pool, json!({})).await
}

fn sign_up(client: &str, name: &str, address: &str) -> Value {
    json!({
        "ClientId": client, "Username": name, "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": address }],
    })
}

fn confirm(client: &str, name: &str, code: &str) -> Value {
    json!({ "ClientId": client, "Username": name, "ConfirmationCode": code, "ForceAliasCreation": true })
}

/// A verified address as attributes.
fn verified(address: &str) -> Value {
    json!([{ "Name": "email", "Value": address }, { "Name": "email_verified", "Value": "true" }])
}

on_each_engine! {
    async fn an_address_is_not_taken_by_guesses_at_the_codes_of_many_sign_ups(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = by_address(&raw).await;
        user(&raw, &pool, "jane", verified("jane@example.com")).await;
        // Thirty sign-ups with fifteen guesses each, as fast as they go, in every spelling of the address.
        let mut calls = Vec::new();
        for n in 0..30 {
            let address = if n % 2 == 0 { "jane@example.com" } else { "JANE@Example.COM" };
            open.ok("SignUp", sign_up(&client, &format!("eve{n}"), address)).await.unwrap();
            for guess in 0..15 {
                let (open, input) = (open.clone(), confirm(&client, &format!("eve{n}"), &format!("{guess:05}x")));
                calls.push(tokio::spawn(async move { open.call("ConfirmSignUp", input).await.unwrap() }));
            }
        }
        let mut judged = 0;
        for call in calls {
            let reply = call.await.unwrap();
            let wrong = reply.error() == MISMATCH.0;
            judged += usize::from(wrong);
            assert_refused(&reply, if wrong { MISMATCH } else { LIMIT });
        }
        assert_eq!(judged, 30);
        // Not even the right code takes the address now.
        let right = server.mailbox().code(&[("user", "eve29"), ("kind", "sign_up")]).await.unwrap();
        server.advance("61m").await.unwrap();
        refused(&open, "ConfirmSignUp", confirm(&client, "eve29", &right), LIMIT).await;
        let owner = raw.ok("AdminGetUser", json!({ "UserPoolId": pool, "Username": "jane@example.com" })).await.unwrap();
        assert_eq!(owner["Username"], "jane");
        // Jane notices nothing of it: she signs in, and replaces a forgotten password.
        sign_in(&open, &client, "jane@example.com").await;
        open.ok("ForgotPassword", json!({ "ClientId": client, "Username": "jane" })).await.unwrap();
        let code = server.mailbox().code(&[("user", "jane"), ("kind", "forgot_password")]).await.unwrap();
        let input = json!({ "ClientId": client, "Username": "jane", "ConfirmationCode": code, "Password": "An0ther-one" });
        open.ok("ConfirmForgotPassword", input).await.unwrap();
    }

    async fn nobody_is_flooded_with_messages(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = by_address(&raw).await;
        user(&raw, &pool, "eve", verified("eve@example.com")).await;
        let access = sign_in(&open, &client, "eve").await["AccessToken"].clone();
        let calls: Vec<_> = (0..150)
            .map(|n| {
                let (open, input) = (open.clone(), sign_up(&client, &format!("eve{n}"), "jane@example.com"));
                tokio::spawn(async move { open.call("SignUp", input).await.unwrap() })
            })
            .collect();
        let mut sent = 0;
        for call in calls {
            let reply = call.await.unwrap();
            if reply.status == 200 {
                sent += 1;
            } else {
                assert_refused(&reply, LIMIT);
            }
        }
        assert_eq!(sent, 50);
        let change = |address: &str| json!({ "AccessToken": access, "UserAttributes": [{ "Name": "email", "Value": address }] });
        let too_many = ("TooManyRequestsException", "Too many requests");
        refused(&open, "UpdateUserAttributes", change("jane@example.com"), too_many).await;
        // Nor does one account write to everybody.
        let mut sent = 0;
        for n in 0..60 {
            let reply = open.call("UpdateUserAttributes", change(&format!("victim{n}@example.com"))).await.unwrap();
            sent += usize::from(reply.status == 200);
        }
        assert_eq!(sent, 50);
        let to_jane = server.mailbox().messages(&[("to", "jane@example.com"), ("pool", &pool)]).await.unwrap();
        assert_eq!(to_jane.len(), 50);
    }
}
