//! Deleting a pool with many users: how soon it is answered, that nothing is issued for it from then on, how long the
//! work behind it takes although the server is killed in the middle, and what other pools notice of it.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use cognate_store::tables::{pools, users};
use hdrhistogram::Histogram;
use serde_json::json;

use crate::Arguments;
use crate::aws;
use crate::calls::{Kind, Requests};
use crate::http::Connection;
use crate::load;
use crate::machine::{self, Server, mib};
use crate::report::Table;
use crate::seed;
use crate::world::{self, Filled, World, password_input, text};

/// Users created a second in another pool, before the deletion and meanwhile.
const RATE: f64 = 200.0;
/// The state of a pool of which nothing is left.
const PURGED: i64 = 2;
/// A turn of the background work, and a little.
const TURN: Duration = Duration::from_secs(6);
/// CPU of a server in a turn without work, at most.
const IDLE: u64 = 60_000_000;
/// The work must end some time.
const PATIENCE: Duration = Duration::from_secs(1_800);

/// Fills a pool with `count` users, deletes it, kills the server after `seconds` and starts it again.
pub async fn run(arguments: &Arguments, count: u64, seconds: u64) -> Result<()> {
    let folder = machine::folder()?;
    let outcome = delete(arguments, &folder, count, Duration::from_secs(seconds)).await;
    std::fs::remove_dir_all(&folder)?;
    outcome
}

async fn delete(arguments: &Arguments, folder: &Path, count: u64, length: Duration) -> Result<()> {
    let mut table = Table::new(&["What", "Measured"]);
    let world = world::prepare(arguments, folder, count).await?;
    let server = Server::start(arguments, folder, false).await?;
    let world = world.sign_in(&server.host).await?;
    let mut connection = Connection::open(&server.host).await?;
    let other = json!({ "PoolName": "other" });
    let other = connection
        .send(&aws::signed(&server.host, "CreateUserPool", &other))
        .await?
        .json()?;
    let others = Rc::new(Requests {
        world: World {
            host: server.host.clone(),
            pool: text(&other, "/UserPool/Id")?,
            client: String::new(),
            rotating: String::new(),
            access: Vec::new(),
            refresh: Vec::new(),
            rotated: Vec::new().into(),
            filled: Filled::default(),
            factors: None,
            machine: None,
            people: None,
            federated: None,
            ahead: Cell::new(0),
        },
        kind: Cell::new(Kind::AdminCreateUser),
    });
    let next = Rc::new(Cell::new(0));
    let calm = load::open(&others, &server.host, RATE, length, &next).await?;
    table.row(&["AdminCreateUser in another pool before", &latency(&calm)]);
    if arguments.database_url.is_none() {
        table.row(&["database before", &mib(machine::disk(folder)?)]);
    }

    let start = Instant::now();
    let request = aws::signed(
        &server.host,
        "DeleteUserPool",
        &json!({ "UserPoolId": world.pool }),
    );
    connection.send(&request).await?.json()?;
    let answered = start.elapsed();
    table.row(&[
        &format!("DeleteUserPool with {count} users answered after"),
        &format!("{:.1} ms", answered.as_secs_f64() * 1e3),
    ]);
    nothing_is_issued(&world, &server).await?;
    // The first turn of the work begins within a few seconds.
    tokio::time::sleep(TURN).await;
    let cpu = server.cpu()?;
    let busy = load::open(&others, &server.host, RATE, length, &next).await?;
    let worked = server.cpu()?.saturating_sub(cpu) as f64 / 1e9;
    table.row(&["the same during the deletion", &latency(&busy)]);
    table.row(&[
        "CPU of the server meanwhile",
        &format!("{:.0} %", worked / length.as_secs_f64() * 100.0),
    ]);
    server.kill()?;
    if finished(arguments, folder, &world.pool).await? {
        table.row(&["killed", "too late: nothing was left; take more users"]);
    }

    let again = Instant::now();
    loop {
        let server = Server::start(arguments, folder, false).await?;
        nothing_is_issued(&world, &server).await?;
        loop {
            let before = server.cpu()?;
            tokio::time::sleep(TURN).await;
            let idle = server.cpu()?.saturating_sub(before) < IDLE;
            // A killed server keeps its hold on the work for a minute.
            if idle && again.elapsed() > Duration::from_secs(75) {
                break;
            }
            if again.elapsed() > PATIENCE {
                bail!("the deletion did not end");
            }
        }
        drop(server);
        if finished(arguments, folder, &world.pool).await? {
            break;
        }
    }
    table.row(&[
        "killed in the middle, started again, nothing left after",
        &format!(
            "{:.0} s at most, up to 60 of them waiting for the killed server's lease",
            again.elapsed().as_secs_f64()
        ),
    ]);
    table.print();
    Ok(())
}

fn latency(histogram: &Histogram<u64>) -> String {
    let at = |q: f64| histogram.value_at_quantile(q) as f64 / 1e3;
    format!(
        "p50 {:.1} ms, p99 {:.1} ms, longest {:.0} ms, at {RATE} a second",
        at(0.5),
        at(0.99),
        histogram.max() as f64 / 1e3
    )
}

/// Checks that a password, a refresh token and an access token of the pool are all refused.
async fn nothing_is_issued(world: &World, server: &Server) -> Result<()> {
    let mut connection = Connection::open(&server.host).await?;
    let refresh = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": world.client,
        "AuthParameters": { "REFRESH_TOKEN": world.refresh.first() },
    });
    let access = json!({ "AccessToken": world.access.first() });
    for (operation, input) in [
        ("InitiateAuth", password_input(&world.client, 0)),
        ("InitiateAuth", refresh),
        ("GetUser", access),
    ] {
        let request = aws::unsigned(&server.host, operation, &input);
        let reply = connection.send(&request).await?;
        if reply.status != 400 {
            bail!(
                "{operation} for a deleted pool: status {}: {}",
                reply.status,
                String::from_utf8_lossy(&reply.body)
            );
        }
    }
    Ok(())
}

/// True if a stopped server's database has nothing left of the pool.
async fn finished(arguments: &Arguments, folder: &Path, pool: &str) -> Result<bool> {
    let store = seed::open(arguments, folder).await?;
    let state = pools::state(&store, pool).await?;
    let left = store.all(users::page(pool, "", 1)).await?;
    store.close().await;
    if state == Some(PURGED) && !left.is_empty() {
        bail!("the pool is marked as purged, and users are left");
    }
    Ok(state == Some(PURGED))
}
