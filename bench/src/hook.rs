//! The cost of a function: sign-ins in a pool with PreTokenGeneration over a hook that keeps its connections, against
//! sign-ins in a pool without a function, in slices that alternate.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::Arguments;
use crate::aws;
use crate::calls::{ID_TOKEN, has};
use crate::floors::median;
use crate::http::Connection;
use crate::load::{self, Call};
use crate::machine::{self, Server};
use crate::report::Table;
use crate::sinks::Sink;
use crate::world::{PASSWORD, text};

/// Users that sign in in each pool.
const USERS: u64 = 128;
/// CPU in microseconds that the function may cost.
const MUST: f64 = 150.0;
const SLICES: u64 = 8;
const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:claims";

/// A sign-in with the password at one of the clients.
struct SignIn {
    host: String,
    client: RefCell<String>,
}

impl Call for SignIn {
    async fn call(&self, connection: &mut Connection, i: u64) -> Result<()> {
        let input = json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": *self.client.borrow(),
            "AuthParameters": { "USERNAME": format!("user{}", i % USERS), "PASSWORD": PASSWORD },
        });
        let request = aws::unsigned(&self.host, "InitiateAuth", &input);
        has(&connection.send(&request).await?.json()?, ID_TOKEN)
    }
}

/// Makes a pool with users; returns a client of it.
async fn pool(host: &str, functions: Value) -> Result<String> {
    let mut connection = Connection::open(host).await?;
    let mut call = async |operation: &str, input: Value| {
        let request = aws::signed(host, operation, &input);
        connection.send(&request).await?.json()
    };
    let made = call(
        "CreateUserPool",
        json!({ "PoolName": "bench", "LambdaConfig": functions }),
    )
    .await?;
    let pool = text(&made, "/UserPool/Id")?;
    for i in 0..USERS {
        let name = format!("user{i}");
        let user = json!({ "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS" });
        call("AdminCreateUser", user).await?;
        let password = json!({ "UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true });
        call("AdminSetUserPassword", password).await?;
    }
    let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    let client = json!({ "UserPoolId": pool, "ClientName": "bench", "ExplicitAuthFlows": flows });
    text(
        &call("CreateUserPoolClient", client).await?,
        "/UserPoolClient/ClientId",
    )
}

/// Measures.
pub async fn run(arguments: &Arguments, seconds: u64) -> Result<()> {
    let folder = machine::folder()?;
    let hook = Sink::hook()?;
    let trigger = format!("{FUNCTION}=hook:http://{}/", hook.address);
    let server = Server::start_with(
        arguments,
        &folder,
        true,
        &[("COGNATE_TRIGGER", trigger.as_str())],
    )
    .await?;
    let clients = [
        pool(&server.host, json!({})).await?,
        pool(&server.host, json!({ "PreTokenGeneration": FUNCTION })).await?,
    ];
    let call = Rc::new(SignIn {
        host: server.host.clone(),
        client: RefCell::default(),
    });
    let next = Rc::new(Cell::new(0));
    let length = Duration::from_millis(seconds * 1_000 / SLICES);
    let (mut costs, mut calls) = ([Vec::new(), Vec::new()], [0, 0]);
    for round in 0..=SLICES {
        for ((client, costs), calls) in clients.iter().zip(&mut costs).zip(&mut calls) {
            call.client.borrow_mut().clone_from(client);
            let before = server.cpu()?;
            let done = load::closed(&call, &server.host, 16, length, &next).await?;
            let cpu = (server.cpu()? - before) as f64 / 1e3;
            *calls += done.calls;
            // The first round warms up.
            if round > 0 {
                costs.push(cpu / done.calls as f64);
            }
        }
    }
    if hook.taken() != calls[1] {
        bail!("{} events for {} sign-ins", hook.taken(), calls[1]);
    }
    let [mut plain, mut hooked] = costs;
    let (plain, hooked) = (median(&mut plain), median(&mut hooked));
    let mut table = Table::new(&[
        "Sign-in with a password",
        "Server CPU µs",
        "Ratio",
        "More µs",
        "Must",
        "Verdict",
    ]);
    table.row(&["without a function", &format!("{plain:.0}"), "", "", "", ""]);
    let more = hooked - plain;
    table.row(&[
        "with PreTokenGeneration over a hook",
        &format!("{hooked:.0}"),
        &format!("{:.2}", hooked / plain),
        &format!("{more:.0}"),
        &format!("≤ {MUST:.0} µs more"),
        if more <= MUST { "met" } else { "MISSED" },
    ]);
    table.print();
    Ok(())
}
