//! A pool with a client and users, both ways to sign in, and exact refusals, over HTTP.

use cognate_crypto::srp::client::{Answer, Client, timestamp};
use cognate_testkit::{Raw, Reply};
use serde_json::{Value, json};

/// The password of every user here.
pub const PASSWORD: &str = "Passw0rd!";
/// The refusal of a wrong password.
pub const WRONG: (&str, &str) = ("NotAuthorizedException", "Incorrect username or password.");

/// A pool and a public client of it that allows every flow there is.
pub struct Site {
    pub pool: String,
    pub client: String,
}

/// Puts the members of `extra` over those of `base`.
pub fn with(mut base: Value, extra: &Value) -> Value {
    for (name, value) in extra.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

/// Creates a new pool with a client; `raw` signs.
pub async fn site(raw: &Raw, pool: Value, client: Value) -> Site {
    let made = raw
        .ok("CreateUserPool", with(json!({ "PoolName": "site" }), &pool))
        .await
        .unwrap();
    let pool = text(&made["UserPool"]["Id"]);
    let client = text(&client_of(raw, &pool, client).await["ClientId"]);
    Site { pool, client }
}

/// Another client of the pool.
pub async fn client_of(raw: &Raw, pool: &str, extra: Value) -> Value {
    let flows = [
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ];
    let input = json!({ "UserPoolId": pool, "ClientName": "app", "ExplicitAuthFlows": flows });
    raw.ok("CreateUserPoolClient", with(input, &extra))
        .await
        .unwrap()["UserPoolClient"]
        .clone()
}

/// Creates a confirmed user with [`PASSWORD`].
pub async fn user(raw: &Raw, pool: &str, name: &str, attributes: Value) {
    let input = json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": attributes });
    raw.ok("AdminCreateUser", input).await.unwrap();
    let input =
        json!({ "UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true });
    raw.ok("AdminSetUserPassword", input).await.unwrap();
}

/// Returns the input of InitiateAuth.
pub fn initiate(client: &str, flow: &str, parameters: Value) -> Value {
    json!({ "ClientId": client, "AuthFlow": flow, "AuthParameters": parameters })
}

/// Returns the same by password.
pub fn by_password(client: &str, name: &str, password: &str) -> Value {
    initiate(
        client,
        "USER_PASSWORD_AUTH",
        json!({ "USERNAME": name, "PASSWORD": password }),
    )
}

/// Signs in by password; returns AuthenticationResult.
pub async fn sign_in(raw: &Raw, client: &str, name: &str) -> Value {
    raw.ok("InitiateAuth", by_password(client, name, PASSWORD))
        .await
        .unwrap()["AuthenticationResult"]
        .clone()
}

/// A client's half of an SRP sign-in and what the server answered.
pub struct Srp {
    proof: Client,
    /// ChallengeParameters.
    pub parameters: Value,
}

impl Srp {
    /// Gets a challenge.
    pub async fn start(raw: &Raw, client: &str, name: &str) -> Self {
        let proof = Client::new();
        let input = initiate(
            client,
            "USER_SRP_AUTH",
            json!({ "USERNAME": name, "SRP_A": proof.srp_a() }),
        );
        let answer = raw.ok("InitiateAuth", input).await.unwrap();
        assert_eq!(answer["ChallengeName"], "PASSWORD_VERIFIER");
        Self::of(proof, &answer)
    }

    /// Makes the value from a challenge that another client asked for.
    pub fn of(proof: Client, answer: &Value) -> Self {
        Self {
            proof,
            parameters: answer["ChallengeParameters"].clone(),
        }
    }

    /// Returns a parameter of the challenge.
    pub fn given(&self, name: &str) -> &str {
        self.parameters[name].as_str().unwrap()
    }

    /// Returns the ChallengeResponses of a client that knows `password`.
    pub fn responses(&self, pool: &str, password: &str) -> Value {
        let stamp = timestamp(wall());
        let signature = self.proof.answer(&Answer {
            pool_name: pool.split_once('_').unwrap().1,
            user_id: self.given("USER_ID_FOR_SRP"),
            password,
            salt: self.given("SALT"),
            srp_b: self.given("SRP_B"),
            secret_block: self.given("SECRET_BLOCK"),
            timestamp: &stamp,
        });
        json!({
            "USERNAME": self.given("USERNAME"), "PASSWORD_CLAIM_SECRET_BLOCK": self.given("SECRET_BLOCK"),
            "PASSWORD_CLAIM_SIGNATURE": signature.unwrap(), "TIMESTAMP": stamp,
        })
    }
}

/// Returns the input of RespondToAuthChallenge for PASSWORD_VERIFIER.
pub fn verify(client: &str, responses: Value) -> Value {
    json!({ "ClientId": client, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": responses })
}

/// Seconds since 1970 by the machine.
pub fn wall() -> u64 {
    #[allow(
        clippy::disallowed_methods,
        reason = "clients of SRP use the clock on the wall"
    )]
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

/// Returns a JSON string as text.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Checks that the answer is exactly this refusal: status, headers and the whole body.
#[track_caller]
pub fn assert_refused(reply: &Reply, expected: (&str, &str)) {
    let (exception, message) = expected;
    assert_eq!(
        reply.json(),
        json!({ "__type": exception, "message": message }),
        "{}",
        reply.text()
    );
    assert_eq!(reply.status, 400);
    assert_eq!(reply.header("x-amzn-errortype"), format!("{exception}:"));
    assert_eq!(reply.header("x-amzn-errormessage"), message);
}

/// Calls and expects a refusal.
pub async fn refused(raw: &Raw, operation: &str, input: Value, expected: (&str, &str)) {
    let reply = raw.call(operation, input).await.unwrap();
    println!("{operation}: {}", reply.text());
    assert_refused(&reply, expected);
}
