//! An attacker who guesses: second factors behind a stolen password, one-time passwords of anybody, names, and a thief
//! of a device's secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::srp;
use cognate_crypto::srp::client::{Answer, Client, device_verifier, timestamp};
use serde_json::{Value, json};

use crate::engines::on_each_engine;
use crate::site::*;

const LOCKED: (&str, &str) = ("NotAuthorizedException", "Password attempts exceeded");

fn hiding(flows: &[&str]) -> Value {
    json!({ "PreventUserExistenceErrors": "ENABLED", "ExplicitAuthFlows": flows })
}

fn one_time_passwords() -> Value {
    json!({
        "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } },
        "Schema": [{ "Name": "email", "Required": true }],
    })
}

fn with_code(client: &str, challenge: &str, asked: &Value, name: &str, member: &str) -> Value {
    json!({
        "ClientId": client, "ChallengeName": challenge, "Session": asked["Session"],
        // No code has so many digits, so that none is guessed by chance.
        "ChallengeResponses": { "USERNAME": name, member: "1234567890" },
    })
}

/// Returns the input of ConfirmDevice.
fn confirmation(access: &Value, key: &str, salt: &[u8], verifier: &[u8]) -> Value {
    json!({
        "AccessToken": access, "DeviceKey": key,
        "DeviceSecretVerifierConfig": { "Salt": STANDARD.encode(salt), "PasswordVerifier": STANDARD.encode(verifier) },
    })
}

on_each_engine! {
    async fn who_knows_a_password_gets_ten_guesses_a_day_at_the_second_factor(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let sms = json!({ "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x" } });
        let Site { pool, client } = site(&raw, with(sms, &json!({ "MfaConfiguration": "OPTIONAL" })), json!({})).await;
        let phone = json!([{ "Name": "phone_number", "Value": "+15555550100" }, { "Name": "phone_number_verified", "Value": "true" }]);
        user(&raw, &pool, "jane", phone).await;
        let on = json!({ "UserPoolId": pool, "Username": "jane", "SMSMfaSettings": { "Enabled": true, "PreferredMfa": true } });
        raw.ok("AdminSetUserMFAPreference", on).await.unwrap();
        let mut judged = 0;
        // Sixteen minutes between guesses: the lockout has forgotten each time.
        for _ in 0..30 {
            let reply = open.call("InitiateAuth", by_password(&client, "jane", PASSWORD)).await.unwrap();
            if reply.status == 200 {
                let input = with_code(&client, "SMS_MFA", &reply.json(), "jane", "SMS_MFA_CODE");
                let refusal = open.call("RespondToAuthChallenge", input).await.unwrap();
                judged += usize::from(refusal.error() == "CodeMismatchException");
            } else {
                assert_refused(&reply, LOCKED);
            }
            server.advance("16m").await.unwrap();
        }
        assert_eq!(judged, 10, "in eight hours");
    }

    async fn nobody_gets_more_than_a_hundred_guesses_at_one_time_passwords(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let client = hiding(&["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"]);
        let Site { pool, client } = site(&raw, one_time_passwords(), client).await;
        user(&raw, &pool, "jane", json!([{ "Name": "email", "Value": "jane@example.com" }])).await;
        let ask = |name: &str| initiate(&client, "USER_AUTH", json!({ "USERNAME": name, "PREFERRED_CHALLENGE": "EMAIL_OTP" }));
        let mut seen = Vec::new();
        for name in ["jane", "nobody@example.com"] {
            let mut judged = 0;
            for _ in 0..8 {
                let reply = open.call("InitiateAuth", ask(name)).await.unwrap();
                if reply.status == 200 {
                    for _ in 0..20 {
                        let input = with_code(&client, "EMAIL_OTP", &reply.json(), name, "EMAIL_OTP_CODE");
                        let refusal = open.call("RespondToAuthChallenge", input).await.unwrap();
                        judged += usize::from(refusal.error() == "CodeMismatchException");
                    }
                }
                server.advance("25h").await.unwrap();
            }
            seen.push((judged, open.call("InitiateAuth", ask(name)).await.unwrap().message()));
        }
        assert!((1..=100).contains(&seen[0].0), "{seen:?}");
        assert_eq!(seen[0], seen[1]);
        // The password is another factor.
        sign_in(&open, &client, "jane").await;
    }

    async fn unknown_names_are_offered_what_users_are(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, one_time_passwords(), hiding(&["ALLOW_USER_AUTH", "ALLOW_USER_SRP_AUTH"])).await;
        for name in ["jane", "john"] {
            let address = json!([{ "Name": "email", "Value": format!("{name}@example.com") }]);
            user(&raw, &pool, name, address).await;
        }
        let mut lists = Vec::new();
        for n in 0..40 {
            let name = match n { 0 => "jane".to_owned(), 1 => "john".to_owned(), n => format!("name{n}") };
            let asked = open.ok("InitiateAuth", initiate(&client, "USER_AUTH", json!({ "USERNAME": name }))).await.unwrap();
            lists.push(asked["AvailableChallenges"].clone());
        }
        assert!(lists.iter().all(|list| *list == json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"])), "{lists:?}");
        // Nor does the name that SRP counts with tell.
        for name in ["jane", "name2"] {
            let started = Srp::start(&open, &client, name).await;
            assert_eq!((started.given("USERNAME"), started.given("USER_ID_FOR_SRP")), (name, name));
        }
    }

    async fn a_client_of_another_language_is_not_locked_out(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        user(&raw, &pool, "jane", json!([])).await;
        let form = ("InvalidParameterException", "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english");
        for _ in 0..8 {
            let started = Srp::start(&open, &client, "jane").await;
            let stamp = json!({ "TIMESTAMP": "lun. avr. 4 08:15:00 UTC 2022" });
            let input = verify(&client, with(started.responses(&pool, PASSWORD), &stamp));
            refused(&open, "RespondToAuthChallenge", input, form).await;
        }
        sign_in(&open, &client, "jane").await;
    }

    async fn a_devices_secret_alone_takes_up_nothing(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let devices = json!({ "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false } });
        let sms = json!({ "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x" }, "MfaConfiguration": "OPTIONAL" });
        let Site { pool, client } = site(&raw, with(devices, &sms), json!({})).await;
        let phone = json!([{ "Name": "phone_number", "Value": "+15555550100" }, { "Name": "phone_number_verified", "Value": "true" }]);
        user(&raw, &pool, "jane", phone).await;
        let result = sign_in(&open, &client, "jane").await;
        let (key, group) = (text(&result["NewDeviceMetadata"]["DeviceKey"]), text(&result["NewDeviceMetadata"]["DeviceGroupKey"]));
        // Verifiers that prove themselves.
        let mut last = srp::prime();
        *last.last_mut().unwrap() -= 1;
        let unusable = ("InvalidParameterException", "Invalid device secret verifier config given.");
        for verifier in [vec![0], vec![1], srp::prime(), last] {
            refused(&open, "ConfirmDevice", confirmation(&result["AccessToken"], &key, &[7; 16], &verifier), unusable).await;
        }
        let (salt, verifier) = device_verifier(&group, &key, "secret of the device");
        let good = confirmation(&result["AccessToken"], &key, &salt, &srp::pad(verifier.0.expose()));
        open.ok("ConfirmDevice", good).await.unwrap();
        let on = json!({ "UserPoolId": pool, "Username": "jane", "SMSMfaSettings": { "Enabled": true, "PreferredMfa": true } });
        raw.ok("AdminSetUserMFAPreference", on).await.unwrap();
        // The owner begins.
        let begun = with(by_password(&client, "jane", PASSWORD), &json!({}));
        let begun = with(begun, &json!({ "AuthParameters": { "USERNAME": "jane", "PASSWORD": PASSWORD, "DEVICE_KEY": key } }));
        let asked = open.ok("InitiateAuth", begun).await.unwrap();
        assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
        // The thief knows all of the device, and sends no session.
        let proof = Client::new();
        let input = |session: Option<&Value>| {
            let mut input = json!({
                "ClientId": client, "ChallengeName": "DEVICE_SRP_AUTH",
                "ChallengeResponses": { "USERNAME": "jane", "DEVICE_KEY": key, "SRP_A": proof.srp_a() },
            });
            if let Some(session) = session {
                input["Session"] = session.clone();
            }
            input
        };
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", "AWSCognitoIdentityProviderService.RespondToAuthChallenge"),
            ("user-agent", "thief"),
        ];
        let stolen = open.request_with(&headers, input(None).to_string().into_bytes()).unwrap();
        assert_refused(&open.send(stolen).await.unwrap(), ("ResourceNotFoundException", "Device does not exist."));
        // The owner's client continues, with its session or, as some clients do, without.
        let challenge = open.ok("RespondToAuthChallenge", input(None)).await.unwrap();
        open.ok("RespondToAuthChallenge", input(Some(&asked["Session"]))).await.unwrap();
        let given = |name: &str| challenge["ChallengeParameters"][name].as_str().unwrap();
        let stamp = timestamp(wall());
        let signature = proof.answer(&Answer {
            pool_name: &group,
            user_id: &key,
            password: "secret of the device",
            salt: given("SALT"),
            srp_b: given("SRP_B"),
            secret_block: given("SECRET_BLOCK"),
            timestamp: &stamp,
        });
        let responses = json!({
            "USERNAME": "jane", "DEVICE_KEY": key, "TIMESTAMP": stamp,
            "PASSWORD_CLAIM_SECRET_BLOCK": given("SECRET_BLOCK"), "PASSWORD_CLAIM_SIGNATURE": signature.unwrap(),
        });
        let answer = json!({ "ClientId": client, "ChallengeName": "DEVICE_PASSWORD_VERIFIER", "ChallengeResponses": responses });
        let done = open.ok("RespondToAuthChallenge", answer).await.unwrap();
        assert!(done["AuthenticationResult"]["AccessToken"].is_string());
    }
}
