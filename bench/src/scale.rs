//! The same requests against pools of very different sizes: CPU a request, memory and disk a user.
//!
//! One server for each size runs at the same time, and slices of load alternate between them, so that a machine whose
//! speed changes changes it for all. Before each row every database is read once, so that what is measured is the work
//! and not how much the system happens to keep of a file in memory.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::Arguments;
use crate::calls::{Kind, Requests, Search};
use crate::floors::median;
use crate::machine::{self, Server, mib};
use crate::report::Table;
use crate::rows;
use crate::world;

/// The highest permitted ratio of a call's cost in the largest pool to its cost in the smallest.
const RATIO: f64 = 1.2;
/// Kept databases with fewer users are filled again.
const REUSED_FROM: u64 = 100_000;
/// Slices of a row for each size.
const SLICES: u64 = 6;

/// The sizes and rows to measure.
#[derive(Clone, clap::Args)]
pub struct Options {
    /// Users in each pool, the smallest first; each a multiple of 1,000.
    #[arg(long, value_delimiter = ',', default_value = "1000,100000,1000000")]
    sizes: Vec<u64>,
    /// Only rows whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// Seconds of load for each row and size.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Keep the filled databases in this folder, and use the large ones that are there.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Only fill the databases.
    #[arg(long)]
    only_fill: bool,
}

/// A server and what is measured at it.
struct Size {
    users: u64,
    folder: PathBuf,
    server: Server,
    requests: Rc<Requests>,
    /// Bytes of its database when it started.
    disk: u64,
    /// Resident memory when it had answered a first round of sign-ins.
    memory: u64,
}

fn kinds() -> Vec<(String, Kind)> {
    let mut rows: Vec<_> = Search::all()
        .map(|search| (search.to_string(), Kind::Search(search)))
        .collect();
    rows.extend(
        [
            ("ListUsers, page of 60", Kind::ListPage),
            ("ListUsersInGroup, 60 of everyone", Kind::Everyone),
            ("ListUsersInGroup, 10 of a hundredth", Kind::Team),
            ("AdminListGroupsForUser, 3 groups", Kind::GroupsForUser),
            ("AdminGetUser, any user", Kind::AdminGetAnyUser),
            ("GetUser", Kind::GetUser),
            ("password sign-in", Kind::Password),
            // The last, because it makes the pools larger.
            ("AdminCreateUser, 64 clients", Kind::AdminCreateUser),
        ]
        .map(|(name, kind)| (name.to_owned(), kind)),
    );
    rows
}

/// Measures every row at every size.
pub async fn run(arguments: &Arguments, options: &Options) -> Result<()> {
    if arguments.database_url.is_some() {
        bail!("each size needs a database of its own: only SQLite can be measured like this");
    }
    if options.sizes.iter().any(|size| size % 1_000 != 0) {
        bail!("sizes are multiples of 1,000");
    }
    let base = match &options.keep {
        Some(folder) => folder.clone(),
        None => machine::folder()?,
    };
    let outcome = measure(arguments, options, &base).await;
    if options.keep.is_none() {
        std::fs::remove_dir_all(&base)?;
    }
    outcome
}

async fn measure(arguments: &Arguments, options: &Options, base: &Path) -> Result<()> {
    let mut sizes = Vec::new();
    for &users in &options.sizes {
        let folder = base.join(format!("users-{users}"));
        // The rows that add users make a small pool several times as large.
        if users < REUSED_FROM && folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        let world = world::prepare(arguments, &folder, users).await?;
        if options.only_fill {
            continue;
        }
        let disk = machine::disk(&folder)?;
        let server = Server::start(arguments, &folder, false).await?;
        let requests = Rc::new(Requests {
            world: world.sign_in(&server.host).await?,
            kind: Cell::new(Kind::GetUser),
        });
        let memory = server.memory()?;
        sizes.push(Size {
            users,
            folder,
            server,
            requests,
            disk,
            memory,
        });
    }
    if options.only_fill {
        return Ok(());
    }
    let mut columns = vec!["CPU µs a request".to_owned()];
    columns.extend(sizes.iter().map(|size| format!("{} users", size.users)));
    columns.extend(["Ratio", "Must", "Verdict", "Calls/s"].map(str::to_owned));
    let mut table = Table::new(&columns.iter().map(String::as_str).collect::<Vec<_>>());
    let next = Rc::new(Cell::new(0));
    for (name, kind) in kinds()
        .iter()
        .filter(|(name, _)| name.contains(&options.only))
    {
        for size in &sizes {
            machine::warm(&size.folder)?;
        }
        let cells = row(&sizes, name, *kind, options.seconds, &next)
            .await
            .with_context(|| name.clone())?;
        table.row(&cells.iter().map(String::as_str).collect::<Vec<_>>());
    }
    table.print();
    resources(&sizes)
}

/// Measures one row: the medians of alternating slices.
async fn row(
    sizes: &[Size],
    name: &str,
    kind: Kind,
    seconds: u64,
    next: &Rc<Cell<u64>>,
) -> Result<Vec<String>> {
    let slice = Duration::from_millis(seconds * 1_000 / SLICES);
    let mut costs = vec![Vec::new(); sizes.len()];
    let mut rates = vec![Vec::new(); sizes.len()];
    for round in 0..=SLICES {
        for (at, size) in sizes.iter().enumerate() {
            let (cost, rate) = rows::slice(&size.server, &size.requests, kind, slice, next).await?;
            // The first round fills caches.
            if round > 0
                && let (Some(costs), Some(rates)) = (costs.get_mut(at), rates.get_mut(at))
            {
                costs.push(cost);
                rates.push(rate);
            }
        }
    }
    let costs: Vec<f64> = costs.iter_mut().map(|list| median(list)).collect();
    let rate = rates.last_mut().map_or(0.0, |list| median(list));
    let (first, last) = (
        costs.first().copied().unwrap_or(f64::NAN),
        costs.last().copied().unwrap_or(f64::NAN),
    );
    let ratio = last / first;
    let (must, met) = if kind == Kind::AdminCreateUser {
        (
            "≤ 400 µs, ≥ 2500/s".to_owned(),
            last <= 400.0 && rate >= 2_500.0,
        )
    } else {
        (format!("≤ {RATIO} ×"), ratio <= RATIO)
    };
    let mut cells = vec![name.to_owned()];
    cells.extend(costs.iter().map(|cost| format!("{cost:.1}")));
    cells.push(format!("{ratio:.2}"));
    cells.push(must);
    cells.push(if met { "met" } else { "MISSED" }.to_owned());
    cells.push(format!("{rate:.0}"));
    Ok(cells)
}

/// Disk and memory of every size, and what a user costs between the smallest and the largest.
fn resources(sizes: &[Size]) -> Result<()> {
    let mut table = Table::new(&[
        "Users",
        "Database",
        "Memory after sign-ins",
        "Memory after all rows",
    ]);
    let mut after = Vec::new();
    for size in sizes {
        let memory = size.server.memory()?;
        after.push(memory);
        table.row(&[
            &size.users.to_string(),
            &mib(size.disk),
            &mib(size.memory),
            &mib(memory),
        ]);
    }
    table.print();
    if let [smallest, .., largest] = sizes
        && let [least, .., most] = after.as_slice()
    {
        let users = (largest.users - smallest.users) as f64;
        let each = |more: u64, less: u64| (more as f64 - less as f64) / users;
        println!(
            "a user more: {:.0} bytes on disk, {:.1} bytes of memory after sign-ins, {:.1} after all rows",
            each(largest.disk, smallest.disk),
            each(largest.memory, smallest.memory),
            each(*most, *least),
        );
    }
    Ok(())
}
