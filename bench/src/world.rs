//! The pool, the clients and the users that the requests are about.

use std::cell::RefCell;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::aws;
use crate::http::Connection;

/// Users that sign in; spread, so that no two calls in flight meet at one user's gate.
pub const SIGNERS: u64 = 256;
/// Of every signer.
pub const PASSWORD: &str = "Passw0rd!";

/// What the requests need to know.
pub struct World {
    /// Address and port of the server.
    pub host: String,
    /// The pool.
    pub pool: String,
    /// A client with every password flow.
    pub client: String,
    /// A client with refresh token rotation.
    pub rotating: String,
    /// An access token of each signer.
    pub access: Vec<String>,
    /// A refresh token of each signer.
    pub refresh: Vec<String>,
    /// The latest refresh token of each signer at the rotating client.
    pub rotated: RefCell<Vec<String>>,
    /// Users in the pool besides the signers.
    pub users: u64,
}

/// The user name of a signer.
pub fn signer(i: u64) -> String {
    format!("signer{}", i % SIGNERS)
}

impl World {
    /// Makes the pool, its clients and the users that sign in.
    pub async fn make(host: &str, users: u64) -> Result<Self> {
        let mut c = Connection::open(host).await?;
        let pool = c
            .send(&aws::signed(
                host,
                "CreateUserPool",
                &json!({ "PoolName": "bench" }),
            ))
            .await?
            .json()?;
        let pool = text(&pool, "/UserPool/Id")?;
        let flows = [
            "ALLOW_USER_PASSWORD_AUTH",
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        ];
        let client =
            json!({ "UserPoolId": pool, "ClientName": "bench", "ExplicitAuthFlows": flows });
        let client = text(
            &c.send(&aws::signed(host, "CreateUserPoolClient", &client))
                .await?
                .json()?,
            "/UserPoolClient/ClientId",
        )?;
        let rotating = json!({
            "UserPoolId": pool, "ClientName": "rotating", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
            "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 },
        });
        let rotating = text(
            &c.send(&aws::signed(host, "CreateUserPoolClient", &rotating))
                .await?
                .json()?,
            "/UserPoolClient/ClientId",
        )?;
        let (mut access, mut refresh, mut rotated) = (Vec::new(), Vec::new(), Vec::new());
        for i in 0..SIGNERS {
            let user = json!({
                "UserPoolId": pool, "Username": signer(i), "MessageAction": "SUPPRESS",
                "UserAttributes": [{ "Name": "email", "Value": format!("signer{i}@example.com") }],
            });
            c.send(&aws::signed(host, "AdminCreateUser", &user))
                .await?
                .json()?;
            let password = json!({ "UserPoolId": pool, "Username": signer(i), "Password": PASSWORD, "Permanent": true });
            c.send(&aws::signed(host, "AdminSetUserPassword", &password))
                .await?
                .json()?;
            for (client, keep) in [(&client, true), (&rotating, false)] {
                let tokens = c
                    .send(&aws::unsigned(
                        host,
                        "InitiateAuth",
                        &password_input(client, i),
                    ))
                    .await?
                    .json()?;
                if keep {
                    access.push(text(&tokens, "/AuthenticationResult/AccessToken")?);
                    refresh.push(text(&tokens, "/AuthenticationResult/RefreshToken")?);
                } else {
                    rotated.push(text(&tokens, "/AuthenticationResult/RefreshToken")?);
                }
            }
        }
        Ok(Self {
            host: host.into(),
            pool,
            client,
            rotating,
            access,
            refresh,
            rotated: RefCell::new(rotated),
            users,
        })
    }
}

/// A sign-in with the password.
pub fn password_input(client: &str, i: u64) -> Value {
    json!({
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client,
        "AuthParameters": { "USERNAME": signer(i), "PASSWORD": PASSWORD },
    })
}

/// The text at a place of an answer.
pub fn text(value: &Value, pointer: &str) -> Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    Ok(found
        .with_context(|| format!("no {pointer} in {value}"))?
        .to_owned())
}

/// The place of a signer's tokens.
pub fn slot(i: u64) -> usize {
    usize::try_from(i % SIGNERS).unwrap_or(0)
}
