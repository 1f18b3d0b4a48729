//! Sign-ups whose codes go out by SMTP, at a fixed rate: answer times, memory and messages that wait, in each third of
//! the time.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use crate::Arguments;
use crate::aws;
use crate::calls::has;
use crate::http::Connection;
use crate::load::{self, Call};
use crate::machine::{self, Server, mib};
use crate::report::Table;
use crate::sinks::Sink;
use crate::world::{PASSWORD, text};

/// The bounds from the first third to the last: answer time as a ratio, memory in bytes, waiting messages.
const SLOWER: f64 = 1.5;
const GROWTH: u64 = 24 << 20;
const WAITING: u64 = 200;

struct SignUp {
    host: String,
    client: String,
}

impl Call for SignUp {
    async fn call(&self, connection: &mut Connection, i: u64) -> Result<()> {
        let input = json!({
            "ClientId": self.client, "Username": format!("new{i}"), "Password": PASSWORD,
            "UserAttributes": [{ "Name": "email", "Value": format!("new{i}@example.com") }],
        });
        let request = aws::unsigned(&self.host, "SignUp", &input);
        let reply = connection.send(&request).await?.json()?;
        has(&reply, "/CodeDeliveryDetails/Destination")
    }
}

async fn client(host: &str) -> Result<String> {
    let mut connection = Connection::open(host).await?;
    let mut call = async |operation: &str, input: Value| {
        let request = aws::signed(host, operation, &input);
        connection.send(&request).await?.json()
    };
    let pool = json!({ "PoolName": "bench", "AutoVerifiedAttributes": ["email"] });
    let pool = text(&call("CreateUserPool", pool).await?, "/UserPool/Id")?;
    let client = json!({ "UserPoolId": pool, "ClientName": "bench" });
    text(
        &call("CreateUserPoolClient", client).await?,
        "/UserPoolClient/ClientId",
    )
}

/// Measures `seconds` of `rate` sign-ups a second.
pub async fn run(arguments: &Arguments, rate: u64, seconds: u64) -> Result<()> {
    let folder = machine::folder()?;
    let smtp = Sink::smtp()?;
    let url = format!("smtp://{}?tls=none", smtp.address);
    let server = Server::start_with(
        arguments,
        &folder,
        true,
        &[
            ("COGNATE_EMAIL_SENDERS", "smtp"),
            ("COGNATE_SMTP_URL", url.as_str()),
            ("COGNATE_EMAIL_FROM", "no-reply@example.com"),
        ],
    )
    .await?;
    let call = Rc::new(SignUp {
        client: client(&server.host).await?,
        host: server.host.clone(),
    });
    let next = Rc::new(Cell::new(0));
    let third = Duration::from_secs(seconds.div_ceil(3));
    let mut table = Table::new(&[
        "Third",
        "Sign-ups",
        "p50 ms",
        "p99 ms",
        "Memory",
        "Waiting mails",
    ]);
    let mut measured = Vec::new();
    for n in 1..=3 {
        let times = load::open(&call, &server.host, rate as f64, third, &next).await?;
        let waiting = next.get() - smtp.taken();
        let [half, most] = [0.5, 0.99].map(|q| times.value_at_quantile(q) as f64 / 1e3);
        let memory = server.memory()?;
        table.row(&[
            &n.to_string(),
            &next.get().to_string(),
            &format!("{half:.2}"),
            &format!("{most:.2}"),
            &mib(memory),
            &waiting.to_string(),
        ]);
        measured.push((half, memory, waiting));
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let missing = next.get() - smtp.taken();
    table.print();
    if let [(first, less, _), _, (last, more, waiting)] = measured.as_slice() {
        let met = last / first <= SLOWER
            && more.saturating_sub(*less) <= GROWTH
            && *waiting <= WAITING
            && missing == 0;
        println!(
            "\nAnswer time {:.2} × the first third (must ≤ {SLOWER}), memory +{} (must ≤ {}), {waiting} mails waiting (must \
             ≤ {WAITING}), {missing} not arrived 3 s later (must 0): {}",
            last / first,
            mib(more.saturating_sub(*less)),
            mib(GROWTH),
            if met { "met" } else { "MISSED" }
        );
    }
    Ok(())
}
