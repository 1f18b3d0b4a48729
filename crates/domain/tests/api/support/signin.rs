//! Helpers for the tests of sign-in, tokens and sessions: a pool with a user, both ways to sign in, tokens taken apart.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::srp;
use serde_json::{Value, json};

use crate::support::{Refusal, TestApp};

/// The password of every user here.
pub const PASSWORD: &str = "Passw0rd!";
/// The refusal after too many wrong answers.
pub const LOCKED: (&str, &str) = ("NotAuthorizedException", "Password attempts exceeded");
/// The refusal of a user who has to set a new password.
pub const RESET: (&str, &str) = (
    "PasswordResetRequiredException",
    "Password reset required for the user",
);
/// The refusal of a wrong password.
pub const WRONG: (&str, &str) = ("NotAuthorizedException", "Incorrect username or password.");

/// A pool and a public client of it that allows every flow there is.
pub struct Site {
    pub pool: String,
    pub client: String,
}

/// Puts the members of `extra` over those of `base`.
pub fn with(mut base: Value, extra: Value) -> Value {
    for (name, value) in extra.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

pub async fn site(t: &TestApp) -> Site {
    site_with(t, json!({}), json!({})).await
}

pub async fn site_with(t: &TestApp, pool: Value, client: Value) -> Site {
    let made = t
        .ok("CreateUserPool", with(json!({"PoolName": "site"}), pool))
        .await;
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let client = client_of(t, &pool, client).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    Site { pool, client }
}

/// The settings of a pool that threat protection watches: without it no auth event is kept.
pub fn watched() -> Value {
    json!({"UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}})
}

pub async fn client_of(t: &TestApp, pool: &str, extra: Value) -> Value {
    let flows = json!([
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH"
    ]);
    let input = json!({"UserPoolId": pool, "ClientName": "app", "ExplicitAuthFlows": flows});
    t.ok("CreateUserPoolClient", with(input, extra)).await["UserPoolClient"].clone()
}

/// Creates a confirmed user with [`PASSWORD`]; returns the `sub`.
pub async fn user(t: &TestApp, pool: &str, name: &str) -> String {
    user_with(t, pool, name, json!([])).await
}

pub async fn user_with(t: &TestApp, pool: &str, name: &str, attributes: Value) -> String {
    let input = json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": attributes});
    let made = t.ok("AdminCreateUser", input).await;
    set_password(t, pool, name, PASSWORD).await;
    let attributes = made["User"]["Attributes"].as_array().unwrap();
    attributes.iter().find(|a| a["Name"] == "sub").unwrap()["Value"]
        .as_str()
        .unwrap()
        .to_owned()
}

pub async fn set_password(t: &TestApp, pool: &str, name: &str, password: &str) {
    let input =
        json!({"UserPoolId": pool, "Username": name, "Password": password, "Permanent": true});
    t.ok("AdminSetUserPassword", input).await;
}

/// Puts every user of a pool into a state that no operation built so far leads to.
pub async fn set_status(t: &TestApp, pool: &str, status: &'static str) {
    let sql = "UPDATE users SET status = ?2, mac = NULL, ver = ver + 1 WHERE pool_id = ?1";
    let batch = cognate_store::Batch::new().run(sql, cognate_store::params![pool, status]);
    t.app.store.commit(batch).await.unwrap();
    t.sign(pool).await;
}

/// Takes the passwords of every user of a pool away, as of users who were imported or never had one.
pub async fn without_password(t: &TestApp, pool: &str) {
    let sql = "UPDATE users SET credential = NULL, mac = NULL, ver = ver + 1 WHERE pool_id = ?1";
    t.app
        .store
        .commit(cognate_store::Batch::new().run(sql, cognate_store::params![pool]))
        .await
        .unwrap();
    t.sign(pool).await;
}

/// Returns the input of InitiateAuth.
pub fn initiate(client: &str, flow: &str, parameters: Value) -> Value {
    json!({"ClientId": client, "AuthFlow": flow, "AuthParameters": parameters})
}

pub fn by_password(client: &str, name: &str, password: &str) -> Value {
    initiate(
        client,
        "USER_PASSWORD_AUTH",
        json!({"USERNAME": name, "PASSWORD": password}),
    )
}

/// Signs in with the password; gives AuthenticationResult.
pub async fn sign_in(t: &TestApp, client: &str, name: &str) -> Value {
    t.ok("InitiateAuth", by_password(client, name, PASSWORD))
        .await["AuthenticationResult"]
        .clone()
}

/// A client's half of an SRP sign-in and what the server answered.
pub struct Srp {
    proof: srp::client::Client,
    pub parameters: Value,
}

impl Srp {
    pub async fn start(t: &TestApp, client: &str, name: &str) -> Result<Self, Refusal> {
        let proof = srp::client::Client::new();
        let parameters = json!({"USERNAME": name, "SRP_A": proof.srp_a()});
        let answer = t
            .call(
                "InitiateAuth",
                initiate(client, "USER_SRP_AUTH", parameters),
            )
            .await?;
        assert_eq!(answer["ChallengeName"], "PASSWORD_VERIFIER");
        assert!(answer.get("Session").is_none() && answer.get("AuthenticationResult").is_none());
        Ok(Self {
            proof,
            parameters: answer["ChallengeParameters"].clone(),
        })
    }

    /// Returns the half of a client that began in another way.
    pub fn of(proof: srp::client::Client, challenge: &Value) -> Self {
        Self {
            proof,
            parameters: challenge["ChallengeParameters"].clone(),
        }
    }

    /// Returns a parameter of the challenge.
    pub fn given(&self, name: &str) -> &str {
        self.parameters[name].as_str().unwrap()
    }

    /// Returns the ChallengeResponses of someone who knows `password`.
    pub fn responses(&self, pool: &str, password: &str) -> Value {
        self.responses_at(pool, password, &now())
    }

    pub fn responses_at(&self, pool: &str, password: &str, timestamp: &str) -> Value {
        let signature = self.proof.answer(&srp::client::Answer {
            pool_name: pool.split_once('_').unwrap().1,
            user_id: self.given("USER_ID_FOR_SRP"),
            password,
            salt: self.given("SALT"),
            srp_b: self.given("SRP_B"),
            secret_block: self.given("SECRET_BLOCK"),
            timestamp,
        });
        json!({
            "USERNAME": self.given("USERNAME"),
            "PASSWORD_CLAIM_SECRET_BLOCK": self.given("SECRET_BLOCK"),
            "PASSWORD_CLAIM_SIGNATURE": signature.unwrap(),
            "TIMESTAMP": timestamp,
        })
    }
}

/// Returns the input of RespondToAuthChallenge for PASSWORD_VERIFIER.
pub fn verify(client: &str, responses: Value) -> Value {
    json!({"ClientId": client, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": responses})
}

/// Returns the wall clock as TIMESTAMP.
pub fn now() -> String {
    srp::client::timestamp(wall())
}

/// Seconds since 1970 by the machine.
pub fn wall() -> u64 {
    u64::try_from(cognate_domain::clock::Clock::default().wall() / 1_000_000).unwrap()
}

/// Returns the claims of a token, unverified.
pub fn claims(token: &Value) -> Value {
    part(token, 1)
}

/// Returns the header of a token.
pub fn header(token: &Value) -> Value {
    part(token, 0)
}

fn part(token: &Value, index: usize) -> Value {
    let part = token.as_str().unwrap().split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// Returns the text of the claims, to see their order.
pub fn claim_names(token: &Value) -> Vec<String> {
    let part = token.as_str().unwrap().split('.').nth(1).unwrap();
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let mut places: Vec<(usize, String)> = serde_json::from_str::<Value>(&text)
        .unwrap()
        .as_object()
        .unwrap()
        .keys()
        .map(|name| (text.find(&format!("\"{name}\":")).unwrap(), name.clone()))
        .collect();
    places.sort();
    places.into_iter().map(|(_, name)| name).collect()
}

pub async fn get_user(t: &TestApp, access: &Value) -> Result<Value, Refusal> {
    t.call("GetUser", json!({"AccessToken": access})).await
}

pub fn refusal(pair: (&str, &str)) -> Refusal {
    (pair.0.to_owned(), pair.1.to_owned())
}

pub fn not_authorized(message: &str) -> Refusal {
    refusal(("NotAuthorizedException", message))
}
