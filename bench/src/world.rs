//! The pool, the clients and the users that the requests are about.

use std::cell::{Cell, RefCell};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::Arguments;
use crate::aws;
use crate::factors::Factors;
use crate::federated::Federated;
use crate::hosted::{Machine, People};
use crate::http::Connection;
use crate::machine::Server;
use crate::seed::{self, Fill};
use crate::steps;

/// Users that sign in; spread, so that no two calls in flight meet at one user's gate.
pub const SIGNERS: u64 = 256;
/// The file in a folder that says how the database there was filled, once it is.
pub const NOTE: &str = "world.json";
/// The password of every signer.
pub const PASSWORD: &str = "Passw0rd!";

/// The values that the requests need.
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
    /// What the pool was filled with besides the signers, and what of it is asked for.
    pub filled: Filled,
    /// The pools of second factors and passkeys, when a row needs them.
    pub factors: Option<Factors>,
    /// A client that signs in as itself, when a row needs it.
    pub machine: Option<Machine>,
    /// A client with pages and its users' browsers, when a row needs them.
    pub people: Option<People>,
    /// A pool with identity providers, when a row needs it.
    pub federated: Option<Federated>,
    /// Seconds that the service's clock is ahead of this machine's.
    pub ahead: Cell<i64>,
}

/// What a pool was filled with, and what of it is asked for.
#[derive(Clone, Copy, Default)]
pub struct Filled {
    /// Seeded users.
    pub users: u64,
    /// Squads in which they are.
    pub squads: u64,
    /// How many users are asked about, which are spread over all.
    pub asked: u64,
    /// The users who have events: those with a number below.
    pub watched: u64,
}

/// Returns the user name of a signer.
pub fn signer(i: u64) -> String {
    format!("signer{}", i % SIGNERS)
}

/// Makes a pool with its clients, the users that sign in and `users` others in `folder`, and leaves the server stopped.
/// Uses again what an earlier run made there.
pub async fn prepare(arguments: &Arguments, folder: &Path, users: u64) -> Result<World> {
    prepare_with(arguments, folder, &Fill::of(users)).await
}

/// As [`prepare`], with what `fill` says.
pub async fn prepare_with(arguments: &Arguments, folder: &Path, fill: &Fill) -> Result<World> {
    let note = folder.join(NOTE);
    if let Ok(text) = std::fs::read_to_string(&note) {
        return World::from_note(&serde_json::from_str(&text)?);
    }
    let server = Server::start(arguments, folder, false).await?;
    let mut world = World::make(&server.host, fill.users).await?;
    world.filled.squads = fill.squads();
    drop(server);
    seed::users(arguments, folder, &world.pool, fill).await?;
    let text = json!({
        "pool": world.pool, "client": world.client, "rotating": world.rotating, "users": fill.users,
        "squads": fill.squads(),
    });
    std::fs::write(note, text.to_string())?;
    Ok(world)
}

impl World {
    fn from_note(note: &Value) -> Result<Self> {
        let number = |name: &str| note.get(name).and_then(Value::as_u64);
        let users = number("users").context("users")?;
        Ok(Self {
            host: String::new(),
            pool: text(note, "/pool")?,
            client: text(note, "/client")?,
            rotating: text(note, "/rotating")?,
            access: Vec::new(),
            refresh: Vec::new(),
            rotated: RefCell::default(),
            filled: Filled {
                users,
                squads: number("squads").unwrap_or(Fill::of(users).squads()),
                asked: users,
                watched: 0,
            },
            factors: None,
            machine: None,
            people: None,
            federated: None,
            ahead: Cell::new(0),
        })
    }

    /// Makes the pool, its clients and the users that sign in.
    pub async fn make(host: &str, users: u64) -> Result<Self> {
        let mut c = Connection::open(host).await?;
        let mut call = async |operation: &str, input: Value| {
            let reply = c.send(&aws::signed(host, operation, &input)).await?;
            reply.json()
        };
        let pool = call("CreateUserPool", json!({ "PoolName": "bench" })).await?;
        let pool = text(&pool, "/UserPool/Id")?;
        let flows = [
            "ALLOW_USER_PASSWORD_AUTH",
            "ALLOW_USER_SRP_AUTH",
            "ALLOW_REFRESH_TOKEN_AUTH",
        ];
        let client =
            json!({ "UserPoolId": pool, "ClientName": "bench", "ExplicitAuthFlows": flows });
        let client = call("CreateUserPoolClient", client).await?;
        let rotating = json!({
            "UserPoolId": pool, "ClientName": "rotating", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
            "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 },
        });
        let rotating = call("CreateUserPoolClient", rotating).await?;
        for i in 0..SIGNERS {
            let user = json!({
                "UserPoolId": pool, "Username": signer(i), "MessageAction": "SUPPRESS",
                "UserAttributes": [{ "Name": "email", "Value": format!("signer{i}@example.com") }],
            });
            call("AdminCreateUser", user).await?;
            let password = json!({ "UserPoolId": pool, "Username": signer(i), "Password": PASSWORD, "Permanent": true });
            call("AdminSetUserPassword", password).await?;
        }
        Self::from_note(&json!({
            "pool": pool, "users": users,
            "client": text(&client, "/UserPoolClient/ClientId")?,
            "rotating": text(&rotating, "/UserPoolClient/ClientId")?,
        }))
    }

    /// Makes the pools of second factors and passkeys at the server.
    pub async fn with_factors(mut self) -> Result<Self> {
        let made = Factors::make(&self.host, self.ahead.get()).await;
        self.factors = Some(made.context("making the pools of factors")?);
        Ok(self)
    }

    /// Returns the service's time in seconds.
    pub fn now(&self) -> i64 {
        aws::now() + self.ahead.get()
    }

    /// Goes to the server at `host`, and gets tokens for every signer there.
    pub async fn sign_in(mut self, host: &str) -> Result<Self> {
        host.clone_into(&mut self.host);
        self.ahead.set(steps::ahead(host).await?);
        let mut c = Connection::open(host).await?;
        for i in 0..SIGNERS {
            for (client, keep) in [(&self.client, true), (&self.rotating, false)] {
                let request = aws::unsigned(host, "InitiateAuth", &password_input(client, i));
                let tokens = c.send(&request).await?.json()?;
                let refresh = text(&tokens, "/AuthenticationResult/RefreshToken")?;
                if keep {
                    self.access
                        .push(text(&tokens, "/AuthenticationResult/AccessToken")?);
                    self.refresh.push(refresh);
                } else {
                    self.rotated.borrow_mut().push(refresh);
                }
            }
        }
        Ok(self)
    }
}

/// Returns a sign-in with the password.
pub fn password_input(client: &str, i: u64) -> Value {
    json!({
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client,
        "AuthParameters": { "USERNAME": signer(i), "PASSWORD": PASSWORD },
    })
}

/// Returns the text at a place of an answer.
pub fn text(value: &Value, pointer: &str) -> Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    Ok(found
        .with_context(|| format!("no {pointer} in {value}"))?
        .to_owned())
}

/// Returns the place of a signer's tokens.
pub fn slot(i: u64) -> usize {
    usize::try_from(i % SIGNERS).unwrap_or(0)
}
