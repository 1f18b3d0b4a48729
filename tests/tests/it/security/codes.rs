//! Codes and messages: guessing them, sending them to others, waiting with an account for the owner of its address, and
//! filling the database by saying the same again.

use cognate_store::params;
use cognate_testkit::{Raw, TestServer};
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

/// Creates a pool where a verified address is a name to sign in with, and its client.
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

/// Returns a verified address as attributes.
fn verified(address: &str) -> Value {
    json!([{ "Name": "email", "Value": address }, { "Name": "email_verified", "Value": "true" }])
}

/// Returns the first number of an answer of the database.
async fn number(server: &TestServer, sql: &'static str) -> i64 {
    let row = server.state().app.store.row(sql, params![]).await.unwrap();
    row.unwrap().int(0).unwrap()
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
        // Nor can one account send messages to any number of addresses.
        let mut sent = 0;
        for n in 0..60 {
            let reply = open.call("UpdateUserAttributes", change(&format!("victim{n}@example.com"))).await.unwrap();
            sent += usize::from(reply.status == 200);
        }
        assert_eq!(sent, 50);
        let to_jane = server.mailbox().messages(&[("to", "jane@example.com"), ("pool", &pool)]).await.unwrap();
        assert_eq!(to_jane.len(), 50);
    }

    async fn who_waits_with_an_account_for_the_owner_of_its_address_gets_nothing(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let settings = json!({
            "AutoVerifiedAttributes": ["email"], "UsernameAttributes": ["email"],
            "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x" },
            "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"] } },
        });
        let flows = json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"] });
        let Site { client, .. } = site(&raw, settings, flows).await;
        let by_eve = with(sign_up(&client, "jane@example.com", "jane@example.com"), &json!({
            "UserAttributes": [{ "Name": "email", "Value": "jane@example.com" }, { "Name": "phone_number", "Value": "+15555550666" }],
        }));
        open.ok("SignUp", by_eve).await.unwrap();
        // Jane comes and signs in by a code, as the pool lets her.
        let begin = |challenge: &str| {
            initiate(&client, "USER_AUTH", json!({ "USERNAME": "jane@example.com", "PREFERRED_CHALLENGE": challenge }))
        };
        let asked = open.ok("InitiateAuth", begin("EMAIL_OTP")).await.unwrap();
        let code = server.mailbox().code(&[("to", "jane@example.com"), ("kind", "authentication")]).await.unwrap();
        let input = json!({
            "ClientId": client, "ChallengeName": "EMAIL_OTP", "Session": asked["Session"],
            "ChallengeResponses": { "USERNAME": "jane@example.com", "EMAIL_OTP_CODE": code },
        });
        let done = open.ok("RespondToAuthChallenge", input).await.unwrap();
        assert!(done["AuthenticationResult"]["AccessToken"].is_string());
        // Neither Eve's password nor her telephone is a way in.
        refused(&open, "InitiateAuth", by_password(&client, "jane@example.com", PASSWORD), WRONG).await;
        let asked = open.ok("InitiateAuth", begin("SMS_OTP")).await.unwrap();
        assert_eq!((&asked["ChallengeName"], &asked["AvailableChallenges"]), (&json!("SELECT_CHALLENGE"), &json!(["EMAIL_OTP"])));
    }

    async fn what_is_revoked_is_not_revoked_again_and_again(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = by_address(&raw).await;
        user(&raw, &pool, "eve", verified("eve@example.com")).await;
        let tokens = sign_in(&open, &client, "eve").await;
        let others = sign_in(&open, &client, "eve").await;
        let revoke = json!({ "ClientId": client, "Token": tokens["RefreshToken"] });
        open.ok("RevokeToken", revoke.clone()).await.unwrap();
        let own = |input: Value| with(input, &json!({ "AccessToken": others["AccessToken"] }));
        let change = own(json!({ "UserAttributes": [{ "Name": "nickname", "Value": "E" }] }));
        open.ok("UpdateUserAttributes", change.clone()).await.unwrap();
        let audit = "SELECT COUNT(*) FROM audit";
        let before = number(server, audit).await;
        for _ in 0..20 {
            open.ok("RevokeToken", revoke.clone()).await.unwrap();
            open.ok("UpdateUserAttributes", change.clone()).await.unwrap();
            open.ok("DeleteUserAttributes", own(json!({ "UserAttributeNames": ["address"] }))).await.unwrap();
        }
        assert_eq!(number(server, audit).await, before);
    }

    async fn a_template_cannot_add_a_header_to_a_message(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let settings = json!({
            "AutoVerifiedAttributes": ["email"],
            "VerificationMessageTemplate": {
                "DefaultEmailOption": "CONFIRM_WITH_CODE", "EmailSubject": "Code\r\nBcc: all@example.com\r\nX-A: b", "EmailMessage": "{####}",
            },
        });
        let Site { pool, client } = site(&raw, settings, json!({})).await;
        open.ok("SignUp", sign_up(&client, "jane", "jane@example.com")).await.unwrap();
        let messages = server.mailbox().messages(&[("pool", &pool)]).await.unwrap();
        assert_eq!(messages[0]["subject"], "Code Bcc: all@example.com X-A: b");
    }
}
