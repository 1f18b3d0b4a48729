//! Many pools on one server: what creating, listing and describing cost with few and with many, and the memory.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::Arguments;
use crate::aws;
use crate::floors::median;
use crate::http::Connection;
use crate::load::{self, Call};
use crate::machine::{self, Server, mib};
use crate::report::Table;
use crate::world::text;

/// The highest permitted ratio of a call's cost with many pools to its cost with few.
const RATIO: f64 = 1.2;
/// Pools of the server with few.
const FEW: u64 = 1_000;
/// Connections that create, so that they share commits.
const CREATORS: usize = 32;
/// Slices of a row for each server.
const SLICES: u64 = 6;
/// The bytes by which idle memory may grow: the caches, which have a bound.
const MEMORY: u64 = 32 << 20;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Describe,
    List,
    CreateAndDelete,
    Create,
}

struct Requests {
    host: String,
    kind: Cell<Kind>,
    pools: RefCell<Vec<String>>,
    /// How many may be created; the rest of the calls do nothing.
    wanted: Cell<u64>,
}

impl Requests {
    async fn ask(
        &self,
        connection: &mut Connection,
        operation: &str,
        input: &Value,
    ) -> Result<Value> {
        let request = aws::signed(&self.host, operation, input);
        connection.send(&request).await?.json()
    }

    async fn create(&self, connection: &mut Connection, i: u64) -> Result<String> {
        let input = json!({ "PoolName": format!("pool-{i}") });
        let reply = self.ask(connection, "CreateUserPool", &input).await?;
        text(&reply, "/UserPool/Id")
    }

    /// Returns a pool, a different one for each call, spread over all.
    fn any(&self, i: u64) -> Result<String> {
        let pools = self.pools.borrow();
        let count = u64::try_from(pools.len())?.max(1);
        let at = usize::try_from((i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 24) % count)?;
        Ok(pools.get(at).cloned().unwrap_or_default())
    }
}

impl Call for Requests {
    async fn call(&self, connection: &mut Connection, i: u64) -> Result<()> {
        match self.kind.get() {
            Kind::Describe => {
                let input = json!({ "UserPoolId": self.any(i)? });
                let reply = self.ask(connection, "DescribeUserPool", &input).await?;
                text(&reply, "/UserPool/Name").map(drop)
            }
            Kind::List => {
                let input = json!({ "MaxResults": 60 });
                let reply = self.ask(connection, "ListUserPools", &input).await?;
                let found = reply
                    .pointer("/UserPools")
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len);
                if found != 60 {
                    bail!("{found} pools instead of 60");
                }
                Ok(())
            }
            Kind::CreateAndDelete => {
                let id = self.create(connection, i).await?;
                let input = json!({ "UserPoolId": id });
                self.ask(connection, "DeleteUserPool", &input)
                    .await
                    .map(drop)
            }
            Kind::Create => {
                let Some(left) = self.wanted.get().checked_sub(1) else {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    return Ok(());
                };
                self.wanted.set(left);
                let id = self.create(connection, i).await?;
                self.pools.borrow_mut().push(id);
                Ok(())
            }
        }
    }
}

/// A server with many pools or few.
struct Site {
    server: Server,
    requests: Rc<Requests>,
    made_per_second: f64,
    /// Resident memory before the first pool, and when all were made.
    memory: (u64, u64),
}

/// Compares a server with `count` pools with one that has few.
pub async fn run(arguments: &Arguments, count: u64, seconds: u64) -> Result<()> {
    if arguments.database_url.is_some() {
        bail!("each server needs a database of its own: only SQLite can be measured like this");
    }
    let base = machine::folder()?;
    let outcome = compare(arguments, &base, count, seconds).await;
    std::fs::remove_dir_all(&base)?;
    outcome
}

async fn compare(
    arguments: &Arguments,
    base: &std::path::Path,
    count: u64,
    seconds: u64,
) -> Result<()> {
    let next = Rc::new(Cell::new(0));
    let mut sites = Vec::new();
    for pools in [FEW, count] {
        let folder = base.join(format!("pools-{pools}"));
        std::fs::create_dir_all(&folder)?;
        sites.push(fill(arguments, &folder, pools, &next).await?);
    }
    let few = format!("{FEW} pools");
    let many = format!("{count} pools");
    let mut table = Table::new(&["CPU µs a request", &few, &many, "Ratio", "Must", "Verdict"]);
    for (name, kind) in [
        ("DescribeUserPool, any pool", Kind::Describe),
        ("ListUserPools, page of 60", Kind::List),
        (
            "CreateUserPool and DeleteUserPool, both",
            Kind::CreateAndDelete,
        ),
    ] {
        let mut costs = vec![Vec::new(); sites.len()];
        for round in 0..=SLICES {
            for (site, costs) in sites.iter().zip(&mut costs) {
                site.requests.kind.set(kind);
                let length = Duration::from_millis(seconds * 1_000 / SLICES);
                let before = site.server.cpu()?;
                let done =
                    load::closed(&site.requests, &site.server.host, 16, length, &next).await?;
                let cpu = site.server.cpu()? - before;
                if round > 0 {
                    costs.push(cpu as f64 / 1e3 / done.calls as f64);
                }
            }
        }
        let costs: Vec<f64> = costs.iter_mut().map(|list| median(list)).collect();
        let ratio = costs.last().unwrap_or(&f64::NAN) / costs.first().unwrap_or(&f64::NAN);
        let mut cells = vec![name.to_owned()];
        cells.extend(costs.iter().map(|cost| format!("{cost:.0}")));
        cells.push(format!("{ratio:.2}"));
        cells.push(format!("≤ {RATIO} ×"));
        cells.push(if ratio <= RATIO { "met" } else { "MISSED" }.to_owned());
        table.row(&cells.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let cells = |name: &str, value: &dyn Fn(&Site) -> String| {
        let mut cells = vec![name.to_owned()];
        cells.extend(sites.iter().map(value));
        cells.resize(6, String::new());
        cells
    };
    let lines = [
        cells("pools made a second", &|site| {
            format!("{:.0}", site.made_per_second)
        }),
        cells("memory before the first pool", &|site| mib(site.memory.0)),
        cells("memory when all were made", &|site| mib(site.memory.1)),
    ];
    for line in &lines {
        table.row(&line.iter().map(String::as_str).collect::<Vec<_>>());
    }
    if let [_, many] = sites.as_slice() {
        let after = many.server.memory()?;
        let grown = after.saturating_sub(many.memory.0);
        table.row(&[
            "memory after all rows",
            "",
            &mib(after),
            "",
            &format!("{} more at most", mib(MEMORY)),
            if grown <= MEMORY { "met" } else { "MISSED" },
        ]);
    }
    table.print();
    Ok(())
}

async fn fill(
    arguments: &Arguments,
    folder: &std::path::Path,
    pools: u64,
    next: &Rc<Cell<u64>>,
) -> Result<Site> {
    let server = Server::start(arguments, folder, false).await?;
    let requests = Rc::new(Requests {
        host: server.host.clone(),
        kind: Cell::new(Kind::Create),
        pools: RefCell::default(),
        wanted: Cell::new(pools),
    });
    let before = server.memory()?;
    let start = Instant::now();
    while requests.wanted.get() > 0 {
        let slice = Duration::from_secs(1);
        load::closed(&requests, &server.host, CREATORS, slice, next).await?;
    }
    let made_per_second = pools as f64 / start.elapsed().as_secs_f64();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let memory = (before, server.memory()?);
    Ok(Site {
        server,
        requests,
        made_per_second,
        memory,
    })
}
