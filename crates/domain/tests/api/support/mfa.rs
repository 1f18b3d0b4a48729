//! Helpers for the tests of second factors: pools that ask for them, users who have them, an authenticator app.

use cognate_crypto::totp::Seed;
use serde_json::{Value, json};

use crate::support::signin::{Site, by_password, client_of, user_with, with};
use crate::support::{Refusal, TestApp};

pub use crate::support::signin::PASSWORD;
pub use crate::support::texts::sessions::{INVALID, USED};
pub use crate::support::users::{code, inbox};

/// The refusal of a wrong code that was sent.
pub const WRONG_CODE: (&str, &str) = (
    "CodeMismatchException",
    "Invalid code or auth state for the user.",
);
/// The refusal of a wrong code of an app.
pub const WRONG_TOTP: (&str, &str) = ("CodeMismatchException", "Invalid code received for user");
/// The refusal of a code of an app that was used.
pub const USED_TOTP: (&str, &str) = (
    "ExpiredCodeException",
    "Your software token has already been used once.",
);
/// The refusal of a wrong code while an app is set up.
pub const NOT_ENABLED: (&str, &str) = (
    "EnableSoftwareTokenMFAException",
    "Code mismatch and fail enable Software Token MFA",
);

pub const PHONE: &str = "+15555554444";
pub const EMAIL: &str = "jane@example.com";

/// Returns AccountRecoverySetting with these ways, the first one first.
pub fn recovery(ways: &[&str]) -> Value {
    let list: Vec<Value> = (1..)
        .zip(ways)
        .map(|(priority, name)| json!({"Priority": priority, "Name": name}))
        .collect();
    json!({"AccountRecoverySetting": {"RecoveryMechanisms": list}})
}

/// Creates a pool that an administrator recovers, with these second factors, and a client of it.
pub async fn mfa_site(t: &TestApp, configuration: &str, factors: &[&str]) -> Site {
    mfa_site_with(t, configuration, factors, recovery(&["admin_only"])).await
}

pub async fn mfa_site_with(
    t: &TestApp,
    configuration: &str,
    factors: &[&str],
    settings: Value,
) -> Site {
    let own = json!({"PoolName": "mfa", "EmailConfiguration": {
        "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@b.example",
    }});
    let made = t.ok("CreateUserPool", with(own, settings)).await;
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    require(t, &pool, configuration, factors).await;
    let client = client_of(t, &pool, json!({})).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    Site { pool, client }
}

/// Calls SetUserPoolMfaConfig with these second factors.
pub async fn require(t: &TestApp, pool: &str, configuration: &str, factors: &[&str]) {
    let mut input = json!({"UserPoolId": pool, "MfaConfiguration": configuration});
    for factor in factors {
        match *factor {
            "SMS_MFA" => {
                input["SmsMfaConfiguration"] = json!({"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"}});
            }
            "EMAIL_OTP" => input["EmailMfaConfiguration"] = json!({}),
            "SOFTWARE_TOKEN_MFA" => {
                input["SoftwareTokenMfaConfiguration"] = json!({"Enabled": true});
            }
            other => panic!("no factor {other}"),
        }
    }
    t.ok("SetUserPoolMfaConfig", input).await;
}

/// Creates jane, confirmed, with the attributes in `has`, whose values are `PHONE` and `EMAIL`; returns the `sub`.
pub async fn jane(t: &TestApp, s: &Site, has: &[&str]) -> String {
    let attributes: Vec<Value> = has
        .iter()
        .map(|name| {
            let value = if *name == "email" { EMAIL } else { PHONE };
            json!({"Name": name, "Value": value})
        })
        .collect();
    user_with(t, &s.pool, "jane", json!(attributes)).await
}

/// Calls AdminSetUserMFAPreference for jane.
pub async fn prefer(t: &TestApp, s: &Site, settings: Value) {
    t.ok("AdminSetUserMFAPreference", of_jane(s, settings))
        .await;
}

/// Returns the input of an Admin operation on jane.
pub fn of_jane(s: &Site, more: Value) -> Value {
    with(json!({"UserPoolId": s.pool, "Username": "jane"}), more)
}

/// An authenticator app.
pub struct App(Seed);

impl App {
    /// Reads the secret in SecretCode.
    pub fn scan(secret_code: &Value) -> Self {
        let text = secret_code.as_str().unwrap();
        assert_eq!(text.len(), 52);
        let mut bytes = Vec::new();
        let (mut held, mut bits) = (0_u32, 0);
        for letter in text.bytes() {
            let five = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'2'..=b'7' => letter - b'2' + 26,
                other => panic!("{other} is not base32"),
            };
            held = (held << 5) | u32::from(five);
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push(u8::try_from(held >> bits & 0xff).unwrap());
            }
        }
        Self(Seed::from_bytes(&bytes).unwrap())
    }

    /// Returns the code that it shows now.
    pub fn code(&self, t: &TestApp) -> String {
        self.code_in(t, 0)
    }

    /// Returns the code that it shows in so many seconds.
    pub fn code_in(&self, t: &TestApp, seconds: i64) -> String {
        let now = t.app.clock.service() / 1_000_000;
        self.0.code_at(now + seconds).expose().clone()
    }

    /// Returns a code that is wrong around now.
    pub fn wrong(&self, t: &TestApp) -> String {
        let near: Vec<_> = (-3..=3).map(|step| self.code_in(t, step * 30)).collect();
        (0..)
            .map(|n: u32| format!("{n:06}"))
            .find(|code| !near.contains(code))
            .unwrap()
    }
}

/// Lets two steps of an app pass and stops where one begins, so that no step ends in the middle of what follows.
pub async fn later(t: &TestApp) {
    t.advance(60).await;
    let now = t.app.clock.service() / 1_000_000;
    t.advance(31 - now % 30).await;
}

/// Registers an app by an access token.
pub async fn register(t: &TestApp, access_token: &Value) -> App {
    let input = json!({"AccessToken": access_token});
    let app = App::scan(&t.ok("AssociateSoftwareToken", input).await["SecretCode"]);
    let verify = json!({"AccessToken": access_token, "UserCode": app.code(t)});
    assert_eq!(
        t.ok("VerifySoftwareToken", verify).await,
        json!({"Status": "SUCCESS"})
    );
    app
}

/// Creates jane with a registered app that is her second factor, in a pool where that is optional; her first code is
/// used up.
pub async fn jane_with_app(t: &TestApp) -> (Site, App) {
    let s = mfa_site(t, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
    jane(t, &s, &[]).await;
    let tokens = crate::support::signin::sign_in(t, &s.client, "jane").await;
    let app = register(t, &tokens["AccessToken"]).await;
    prefer(
        t,
        &s,
        json!({"SoftwareTokenMfaSettings": {"Enabled": true}}),
    )
    .await;
    later(t).await;
    (s, app)
}

/// Calls InitiateAuth with jane's password; returns the challenge that follows.
pub async fn challenge(t: &TestApp, s: &Site) -> Value {
    let answer = t
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    assert!(answer.get("AuthenticationResult").is_none(), "{answer}");
    answer
}

/// Returns the input of RespondToAuthChallenge by jane.
pub fn answer(s: &Site, name: &str, session: &Value, responses: Value) -> Value {
    let responses = with(json!({"USERNAME": "jane"}), responses);
    json!({"ClientId": s.client, "ChallengeName": name, "Session": session, "ChallengeResponses": responses})
}

/// Answers a challenge.
pub async fn respond(
    t: &TestApp,
    s: &Site,
    asked: &Value,
    responses: Value,
) -> Result<Value, Refusal> {
    let name = asked["ChallengeName"].as_str().unwrap();
    t.call(
        "RespondToAuthChallenge",
        answer(s, name, &asked["Session"], responses),
    )
    .await
}

/// Asserts that an answer holds tokens and nothing else.
pub fn assert_signed_in(answer: &Value) {
    assert_eq!(answer["ChallengeParameters"], json!({}));
    assert!(answer["AuthenticationResult"]["AccessToken"].is_string());
    assert!(answer.get("ChallengeName").is_none() && answer.get("Session").is_none());
}
