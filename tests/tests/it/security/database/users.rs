//! Users, their names, credentials and factors.

use cognate_crypto::totp::Seed;
use cognate_store::params;
use cognate_testkit::TestServer;
use serde_json::json;

use super::{faults, read, write};
use crate::engines::on_each_engine;
use crate::site::*;

const NEW: &str = "N3wPassw0rd!";

/// Returns the bytes of a SecretCode.
fn seed(code: &str) -> Seed {
    let (mut bits, mut held, mut bytes) = (0_u32, 0, Vec::new());
    for letter in code.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            _ => letter - b'2' + 26,
        };
        bits = (bits << 5) | u32::from(value);
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).unwrap());
        }
        bits &= (1 << held) - 1;
    }
    Seed::from_bytes(&bytes).unwrap()
}

/// Returns the code that the app displays at the service's time.
fn code_now(server: &TestServer, seed: &Seed) -> String {
    let seconds = server.state().app.clock.service() / 1_000_000;
    seed.code_at(seconds).expose().clone()
}

on_each_engine! {
    async fn an_older_credential_does_not_come_back(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        user(&raw, &pool, "jane", json!([])).await;
        let old = read(server, "SELECT credential FROM users WHERE pool_id = ?1", params![&pool]).await;
        let input = json!({ "UserPoolId": pool, "Username": "jane", "Password": NEW, "Permanent": true });
        raw.ok("AdminSetUserPassword", input).await.unwrap();
        open.ok("InitiateAuth", by_password(&client, "jane", NEW)).await.unwrap();
        write(server, "UPDATE users SET credential = ?2 WHERE pool_id = ?1", vec![pool.as_str().into(), old[0].clone()]).await;
        faults(&open, "InitiateAuth", by_password(&client, "jane", PASSWORD)).await;
        faults(&raw, "AdminGetUser", json!({ "UserPoolId": pool, "Username": "jane" })).await;
        // An unknown name is answered as before, though her row is read for it.
        refused(&open, "InitiateAuth", by_password(&client, "nobody", PASSWORD), ("UserNotFoundException", "User does not exist.")).await;
    }

    async fn what_a_user_is_changes_through_the_program_alone(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        user(&raw, &pool, "jane", json!([{ "Name": "email", "Value": "jane@example.com" }])).await;
        let token = json!({ "AccessToken": sign_in(&open, &client, "jane").await["AccessToken"] });
        raw.ok("AdminDisableUser", json!({ "UserPoolId": pool, "Username": "jane" })).await.unwrap();
        for (there, back) in [
            ("UPDATE users SET enabled = 1 WHERE pool_id = ?1", "UPDATE users SET enabled = 0 WHERE pool_id = ?1"),
            ("UPDATE users SET status = 'FORCE_CHANGE_PASSWORD' WHERE pool_id = ?1", "UPDATE users SET status = 'CONFIRMED' WHERE pool_id = ?1"),
            ("UPDATE users SET username = 'root' WHERE pool_id = ?1", "UPDATE users SET username = 'jane' WHERE pool_id = ?1"),
            ("UPDATE users SET doc = replace(doc, 'jane@example.com', 'boss@example.com') WHERE pool_id = ?1",
             "UPDATE users SET doc = replace(doc, 'boss@example.com', 'jane@example.com') WHERE pool_id = ?1"),
        ] {
            write(server, there, params![&pool]).await;
            faults(&open, "InitiateAuth", by_password(&client, "jane", PASSWORD)).await;
            faults(&open, "GetUser", token.clone()).await;
            faults(&raw, "ListUsers", json!({ "UserPoolId": pool })).await;
            write(server, back, params![&pool]).await;
        }
        raw.ok("AdminEnableUser", json!({ "UserPoolId": pool, "Username": "jane" })).await.unwrap();
        open.ok("InitiateAuth", by_password(&client, "jane", PASSWORD)).await.unwrap();
    }

    async fn a_row_is_good_for_its_own_user_and_pool_alone(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        let elsewhere = site(&raw, json!({}), json!({})).await;
        user(&raw, &pool, "jane", json!([])).await;
        user(&raw, &pool, "eve", json!([])).await;
        user(&raw, &elsewhere.pool, "jane", json!([])).await;
        let columns = "SELECT status, enabled, doc, credential, mac FROM users WHERE pool_id = ?1 AND username = 'eve'";
        let mut eves = read(server, columns, params![&pool]).await;
        eves.insert(0, pool.as_str().into());
        let put = "UPDATE users SET status = ?2, enabled = ?3, doc = ?4, credential = ?5, mac = ?6 WHERE pool_id = ?1 AND username = 'jane'";
        write(server, put, eves.clone()).await;
        faults(&open, "InitiateAuth", by_password(&client, "jane", PASSWORD)).await;
        // Nor does a whole user move to another pool, sub and all.
        write(server, "UPDATE users SET pool_id = ?2 WHERE pool_id = ?1 AND username = 'eve'", params![&pool, &elsewhere.pool]).await;
        faults(&raw, "ListUsers", json!({ "UserPoolId": elsewhere.pool })).await;
    }

    async fn a_name_in_other_hands_is_noticed(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        user(&raw, &pool, "jane", json!([])).await;
        user(&raw, &pool, "eve", json!([])).await;
        raw.ok("CreateGroup", json!({ "UserPoolId": pool, "GroupName": "admins" })).await.unwrap();
        // What an administrator does for jane would be done for eve.
        let swap = "UPDATE logins SET user_id = (SELECT user_id FROM users WHERE pool_id = ?1 AND username = 'eve') WHERE pool_id = ?1 AND name = 'jane'";
        write(server, swap, params![&pool]).await;
        faults(&raw, "AdminAddUserToGroup", json!({ "UserPoolId": pool, "Username": "jane", "GroupName": "admins" })).await;
        faults(&open, "InitiateAuth", by_password(&client, "jane", PASSWORD)).await;
    }

    async fn a_foreign_passkey_is_no_passkey(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        user(&raw, &pool, "jane", json!([])).await;
        let token = json!({ "AccessToken": sign_in(&open, &client, "jane").await["AccessToken"] });
        let add = "INSERT INTO passkeys (pool_id, credential_id, user_id, rp_id, public_key, sign_count, doc, created, used) \
             SELECT pool_id, 'AAAA', user_id, 'login.example.com', ?2, 0, ?3, 1, 0 FROM users WHERE pool_id = ?1";
        let doc = r#"{"name":"Passkey","backup_eligible":false}"#;
        write(server, add, params![&pool, vec![1_u8, 2], doc]).await;
        faults(&open, "ListWebAuthnCredentials", token).await;
    }

    async fn a_code_of_an_app_is_not_made_fresh_again(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        let config = json!({ "UserPoolId": pool, "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
        raw.ok("SetUserPoolMfaConfig", config).await.unwrap();
        user(&raw, &pool, "jane", json!([])).await;
        let token = sign_in(&open, &client, "jane").await["AccessToken"].clone();
        let secret = open.ok("AssociateSoftwareToken", json!({ "AccessToken": token })).await.unwrap();
        let seed = seed(&text(&secret["SecretCode"]));
        let code = code_now(server, &seed);
        let verify = json!({ "AccessToken": token, "UserCode": code });
        // A last step that the program did not write, before there is a seed and after.
        write(server, "UPDATE software_tokens SET last_step = 7 WHERE pool_id = ?1", params![&pool]).await;
        faults(&open, "VerifySoftwareToken", verify.clone()).await;
        write(server, "UPDATE software_tokens SET last_step = 0 WHERE pool_id = ?1", params![&pool]).await;
        open.ok("VerifySoftwareToken", verify).await.unwrap();
        let prefer = json!({ "AccessToken": token, "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
        open.ok("SetUserMFAPreference", prefer).await.unwrap();
        let asked = open.ok("InitiateAuth", by_password(&client, "jane", PASSWORD)).await.unwrap();
        assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        let answer = json!({
            "ClientId": client, "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": asked["Session"],
            "ChallengeResponses": { "USERNAME": "jane", "SOFTWARE_TOKEN_MFA_CODE": code },
        });
        write(server, "UPDATE software_tokens SET last_step = 0 WHERE pool_id = ?1", params![&pool]).await;
        faults(&open, "RespondToAuthChallenge", answer.clone()).await;
        // Her own preferences ask for a code, whether there is a row or not.
        write(server, "DELETE FROM software_tokens WHERE pool_id = ?1", params![&pool]).await;
        let asked = open.ok("InitiateAuth", by_password(&client, "jane", PASSWORD)).await.unwrap();
        assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
        let answer = with(answer, &json!({ "Session": asked["Session"] }));
        let reply = open.call("RespondToAuthChallenge", answer).await.unwrap();
        assert_eq!(reply.error(), "SoftwareTokenMFANotFoundException");
    }

    async fn a_device_is_not_remembered_by_a_row(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let devices = json!({ "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": true } });
        let Site { pool, client } = site(&raw, devices, json!({})).await;
        user(&raw, &pool, "jane", json!([])).await;
        let tokens = sign_in(&open, &client, "jane").await;
        let key = &tokens["NewDeviceMetadata"]["DeviceKey"];
        let confirm = json!({ "AccessToken": tokens["AccessToken"], "DeviceKey": key });
        open.ok("ConfirmDevice", confirm).await.unwrap();
        let get = json!({ "AccessToken": tokens["AccessToken"], "DeviceKey": key });
        open.ok("GetDevice", get.clone()).await.unwrap();
        write(server, "UPDATE devices SET remembered = 1 WHERE pool_id = ?1", params![&pool]).await;
        faults(&open, "GetDevice", get).await;
        faults(&raw, "AdminListDevices", json!({ "UserPoolId": pool, "Username": "jane" })).await;
    }
}
