//! Measures if a stranger can tell by the clock that a user exists: interleaved calls for known and unknown users,
//! Welch's t.

use std::time::Instant;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::Arguments;
use crate::aws;
use crate::http::Connection;
use crate::machine::{self, Server};
use crate::report::Table;
use crate::world::text;

/// Above this the difference would be significant.
const BOUND: f64 = 4.5;

/// Mean and variance, one value at a time (Welford).
#[derive(Default)]
struct Sample {
    n: f64,
    mean: f64,
    sum: f64,
}

impl Sample {
    fn add(&mut self, value: f64) {
        self.n += 1.0;
        let delta = value - self.mean;
        self.mean += delta / self.n;
        self.sum += delta * (value - self.mean);
    }

    fn variance(&self) -> f64 {
        self.sum / (self.n - 1.0)
    }
}

fn welch(a: &Sample, b: &Sample) -> f64 {
    (a.mean - b.mean) / (a.variance() / a.n + b.variance() / b.n).sqrt()
}

/// A flow to compare: its name, and the function that makes the input for a user name.
type Flow<'a> = (&'a str, Box<dyn Fn(&str) -> Value + 'a>);

/// Each name, known or not, fails four times: the fifth failure would begin the lockout.
const FAILURES: usize = 4;

/// Compares the times of `calls` calls for known and as many for unknown users.
pub async fn run(arguments: &Arguments, calls: usize) -> Result<()> {
    let folder = machine::folder()?;
    let server = Server::start(arguments, &folder, true).await?;
    let host = server.host.clone();
    let mut c = Connection::open(&host).await?;
    let pool = c
        .send(&aws::signed(
            &host,
            "CreateUserPool",
            &json!({ "PoolName": "timing" }),
        ))
        .await?
        .json()?;
    let pool = text(&pool, "/UserPool/Id")?;
    let client = json!({
        "UserPoolId": pool, "ClientName": "timing", "PreventUserExistenceErrors": "ENABLED",
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH"],
    });
    let client = c
        .send(&aws::signed(&host, "CreateUserPoolClient", &client))
        .await?
        .json()?;
    let client = text(&client, "/UserPoolClient/ClientId")?;
    let names = calls.div_ceil(FAILURES);
    for i in 0..names {
        let user = json!({ "UserPoolId": pool, "Username": format!("known-{i:06}"), "MessageAction": "SUPPRESS" });
        c.send(&aws::signed(&host, "AdminCreateUser", &user))
            .await?
            .json()?;
        let password = json!({ "UserPoolId": pool, "Username": format!("known-{i:06}"), "Password": "Passw0rd!", "Permanent": true });
        c.send(&aws::signed(&host, "AdminSetUserPassword", &password))
            .await?
            .json()?;
    }
    let srp_a = cognate_crypto::srp::client::Client::new().srp_a();
    let flows: [Flow<'_>; 3] = [
        (
            "USER_PASSWORD_AUTH, wrong password",
            Box::new(|name| {
                json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client,
                    "AuthParameters": { "USERNAME": name, "PASSWORD": "Passw0rd?" } })
            }),
        ),
        (
            "USER_SRP_AUTH, first call",
            Box::new(|name| {
                json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": client,
                    "AuthParameters": { "USERNAME": name, "SRP_A": srp_a } })
            }),
        ),
        (
            "USER_AUTH, first call",
            Box::new(|name| {
                json!({ "AuthFlow": "USER_AUTH", "ClientId": client,
                    "AuthParameters": { "USERNAME": name } })
            }),
        ),
    ];
    let mut table = Table::new(&[
        "Call",
        "Known µs",
        "Unknown µs",
        "Welch t",
        "Must",
        "Verdict",
    ]);
    for (flow, input) in &flows {
        let (mut known, mut unknown) = (Sample::default(), Sample::default());
        let mut statuses = [None; 2];
        for i in 0..calls {
            // Which of the two comes first alternates in a pattern that no period of the server can follow.
            let first = (i ^ (i >> 3) ^ (i >> 7)) & 1;
            for turn in 0..2 {
                let exists = (turn ^ first) == 0;
                let name = if exists {
                    format!("known-{:06}", i % names)
                } else {
                    format!("ghost-{:06}", i % names)
                };
                let request = aws::unsigned(&host, "InitiateAuth", &input(&name));
                let start = Instant::now();
                let reply = c.send(&request).await?;
                let micros = start.elapsed().as_secs_f64() * 1e6;
                let seen = statuses
                    .get_mut(usize::from(exists))
                    .and_then(|s| s.replace(reply.status));
                if seen.is_some_and(|s| s != reply.status) {
                    bail!(
                        "{flow}: answers changed: {}",
                        String::from_utf8_lossy(&reply.body)
                    );
                }
                // The longest hundredth is the machine's, not the server's.
                if exists {
                    known.add(micros.min(20_000.0))
                } else {
                    unknown.add(micros.min(20_000.0))
                }
            }
        }
        let t = welch(&known, &unknown).abs();
        table.row(&[
            flow,
            &format!("{:.1}", known.mean),
            &format!("{:.1}", unknown.mean),
            &format!("{t:.2}"),
            &format!("< {BOUND}"),
            if t < BOUND { "met" } else { "MISSED" },
        ]);
    }
    table.print();
    Ok(())
}
