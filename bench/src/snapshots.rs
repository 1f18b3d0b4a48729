//! How long a snapshot of a server takes, and the way back to it, from the request to its answer; the same in worlds, all at once.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::json;
use tokio::task::LocalSet;

use crate::Arguments;
use crate::aws;
use crate::http::Connection;
use crate::machine::{self, Server, mib};
use crate::report::Table;
use crate::world::{self, PASSWORD};

/// Times of each.
const TIMES: u64 = 51;
/// Worlds at once.
const WORLDS: u64 = 16;
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
    let [made, restored] = turns(&mut connection, &server.host, "", &world.client).await?;
    let before = server.memory()?;
    let mut begun = Vec::new();
    for i in 0..WORLDS {
        let path = format!("/_dev/worlds/w{i}");
        begun.push(post(&mut connection, &server.host, &path).await?);
    }
    let idle = idle(&server).await?;
    let each = server.memory()?.saturating_sub(before) / WORLDS;
    let at_once = at_once(&server.host, &world.client).await?;
    let used = server.memory()?.saturating_sub(before) / WORLDS;
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
    let alone = of("restore", restored);
    of("a world begins", begun);
    let together = of(
        &format!("restore in a world, {WORLDS} worlds at once"),
        at_once,
    );
    table.print();
    println!(
        "\n{WORLDS} worlds: {} each before their first request, {} after {TIMES} tests; {idle:.1} ms of CPU a second, \
         idle",
        mib(each),
        mib(used)
    );
    println!("{count} users, a database of {}", mib(size));
    for (what, median) in [("restores", alone), ("restores in worlds", together)] {
        println!(
            "median of {what} {median:.1} ms (with 1,000 users must ≤ {BOUND}): {}",
            if median <= BOUND { "met" } else { "MISSED" }
        );
    }
    Ok(())
}

/// Makes a snapshot, signs up and restores, again and again, below a path. Returns the milliseconds of snapshots and restores.
async fn turns(
    connection: &mut Connection,
    host: &str,
    prefix: &str,
    client: &str,
) -> Result<[Vec<f64>; 2]> {
    let (mut made, mut restored) = (Vec::new(), Vec::new());
    for i in 0..TIMES {
        let path = format!("{prefix}/_dev/snapshots/bench");
        made.push(post(connection, host, &path).await?);
        let input = json!({
            "ClientId": client, "Username": format!("new{i}"), "Password": PASSWORD,
        });
        let request = aws::unsigned(host, "SignUp", &input);
        let request = String::from_utf8(request)?;
        let request = request.replacen("POST / ", &format!("POST {prefix}/ "), 1);
        connection.send(request.as_bytes()).await?.json()?;
        let path = format!("{prefix}/_dev/snapshots/bench/restore");
        restored.push(post(connection, host, &path).await?);
    }
    Ok([made, restored])
}

/// Does the same in all worlds at once. Returns the milliseconds of all restores.
async fn at_once(host: &str, client: &str) -> Result<Vec<f64>> {
    let local = LocalSet::new();
    let mut running = Vec::new();
    for i in 0..WORLDS {
        let (host, client) = (host.to_owned(), client.to_owned());
        running.push(local.spawn_local(async move {
            let mut connection = Connection::open(&host).await?;
            turns(&mut connection, &host, &format!("/_world/w{i}"), &client).await
        }));
    }
    local.await;
    let mut restored = Vec::new();
    for one in running {
        let [_, times] = one.await??;
        restored.extend(times);
    }
    Ok(restored)
}

/// Returns the milliseconds of CPU that the server takes in a second without requests.
async fn idle(server: &Server) -> Result<f64> {
    const SECONDS: u64 = 10;
    let before = server.cpu()?;
    tokio::time::sleep(Duration::from_secs(SECONDS)).await;
    let took = server.cpu()?.saturating_sub(before);
    Ok(took as f64 / 1e6 / SECONDS as f64)
}

/// Returns the milliseconds until the answer.
async fn post(connection: &mut Connection, host: &str, path: &str) -> Result<f64> {
    let request = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n");
    let start = Instant::now();
    connection.send(request.as_bytes()).await?.json()?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}
