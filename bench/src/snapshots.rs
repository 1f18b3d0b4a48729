//! How long a snapshot of a server takes, and the way back to it, from the request to its answer.

use std::time::Instant;

use anyhow::{Result, bail};
use serde_json::json;

use crate::Arguments;
use crate::aws;
use crate::http::Connection;
use crate::machine::{self, Server, mib};
use crate::report::Table;
use crate::world::{self, PASSWORD};

/// Times of each.
const TIMES: u64 = 51;
/// The bound of the median of restores with a thousand users, in milliseconds.
const BOUND: f64 = 100.0;

/// Measures with `count` users in a pool. Each restore undoes a sign-up.
pub async fn run(arguments: &Arguments, count: u64) -> Result<()> {
    if arguments.database_url.is_some() {
        bail!("there are snapshots of the embedded database alone");
    }
    let folder = machine::folder()?;
    let outcome = measure(arguments, &folder, count).await;
    std::fs::remove_dir_all(&folder)?;
    outcome
}

async fn measure(arguments: &Arguments, folder: &std::path::Path, count: u64) -> Result<()> {
    let world = world::prepare(arguments, folder, count).await?;
    let server = Server::start(arguments, folder, false).await?;
    let size = machine::disk(folder)?;
    let mut connection = Connection::open(&server.host).await?;
    let (mut made, mut restored) = (Vec::new(), Vec::new());
    for i in 0..TIMES {
        made.push(post(&mut connection, &server.host, "/_dev/snapshots/bench").await?);
        let input = json!({
            "ClientId": world.client, "Username": format!("new{i}"), "Password": PASSWORD,
        });
        let request = aws::unsigned(&server.host, "SignUp", &input);
        connection.send(&request).await?.json()?;
        let path = "/_dev/snapshots/bench/restore";
        restored.push(post(&mut connection, &server.host, path).await?);
    }
    server.kill()?;
    let mut table = Table::new(&["What", "median ms", "longest ms"]);
    let mut of = |what: &str, mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        let at = |n: usize| times.get(n).copied().unwrap_or_default();
        let median = at(times.len() / 2);
        let longest = at(times.len().saturating_sub(1));
        table.row(&[what, &format!("{median:.1}"), &format!("{longest:.1}")]);
        median
    };
    of("snapshot", made);
    let median = of("restore", restored);
    table.print();
    println!(
        "\n{count} users, a database of {}: median of restores {median:.1} ms (with 1,000 users must ≤ {BOUND}): {}",
        mib(size),
        if median <= BOUND { "met" } else { "MISSED" }
    );
    Ok(())
}

/// Returns the milliseconds until the answer.
async fn post(connection: &mut Connection, host: &str, path: &str) -> Result<f64> {
    let request = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n");
    let start = Instant::now();
    connection.send(request.as_bytes()).await?.json()?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}
