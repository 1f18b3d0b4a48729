//! The same requests against pools of very different sizes: CPU a request, memory and disk a user.
//!
//! One server for each size runs at the same time, and slices of load alternate between them, so that a machine whose
//! speed changes changes it for all. Before each row every database is read once, so that what is measured is the work
//! and not how much the system happens to keep of a file in memory. Databases that are too large for that are not read: there
//! the requests are about fewer users, who lie as far apart as before, and each of them is asked about once before it counts.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::Arguments;
use crate::calls::{Kind, Requests, Search};
use crate::events::{self, EACH_WATCHED};
use crate::floors::median;
use crate::machine::{self, Server, mib};
use crate::report::Table;
use crate::rows;
use crate::seed::{self, Fill};
use crate::world::{self, Filled, World};

/// The highest permitted ratio of a call's cost in the largest pool to its cost in the smallest: up to so many users, and
/// with more of them.
const RATIO: f64 = 1.2;
const MANY: u64 = 1_000_000;
const RATIO_OF_MANY: f64 = 1.3;
/// Bytes that are to stay free when every database is filled: logs, and what the rows add.
const SPARE: u64 = 2 << 30;
/// Kept databases with fewer users are filled again.
const REUSED_FROM: u64 = 100_000;
/// Users who are asked about where the databases are too large to be kept in memory.
const ASKED: u64 = 10_000;
/// Slices of a row for each size.
const SLICES: u64 = 6;

/// The sizes and rows to measure.
#[derive(Clone, clap::Args)]
pub struct Options {
    /// Users in each pool, the smallest first; each a multiple of 1,000.
    #[arg(
        long = "users",
        alias = "sizes",
        value_delimiter = ',',
        default_value = "1000,100000,1000000",
        value_parser = clap::value_parser!(u64).range(1_000..=20_000_000)
    )]
    sizes: Vec<u64>,
    /// Groups in the largest pool; a smaller one has at most one for each hundred users besides the first hundred.
    #[arg(long, default_value_t = seed::SQUADS + seed::OTHER_GROUPS, value_parser = clap::value_parser!(u64).range(200..=1_000_000))]
    groups: u64,
    /// Events in the largest pool, 60 of each user who has any; turns threat protection on. A smaller pool has at most 60 a user.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=100_000_000))]
    events: u64,
    /// Users of each pool who are asked about, each of them once before it counts. All are where this is not given and the
    /// databases take less than 60 % of the memory; otherwise 10,000.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1_000..))]
    asked: Option<u64>,
    /// Minutes that the filling of one pool may take.
    #[arg(long, default_value_t = 120)]
    fill_minutes: u64,
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

impl Size {
    /// Asks about each of the users once, so that the system has what that needs in memory.
    async fn ask_each(&self, kind: Kind) -> Result<()> {
        let next = Rc::new(Cell::new(0));
        while next.get() < self.requests.world.filled.asked {
            let slice = Duration::from_millis(500);
            rows::slice(&self.server, &self.requests, kind, slice, &next).await?;
        }
        Ok(())
    }
}

impl Options {
    fn fill(&self, users: u64) -> Fill {
        Fill {
            squads: self.groups - seed::OTHER_GROUPS,
            within: Duration::from_secs(self.fill_minutes * 60),
            ..Fill::of(users)
        }
    }

    /// Returns the events of a pool with so many users: whole pages.
    fn events_of(&self, users: u64) -> u64 {
        let events = self.events.min(users * EACH_WATCHED);
        events - events % EACH_WATCHED
    }

    /// Returns the bytes that the database of a pool takes.
    fn bytes(&self, users: u64) -> u64 {
        users * seed::USER_BYTES + self.events_of(users) * events::BYTES
    }

    /// Removes what is not used again, and checks before anything is filled that the disk has room for it all.
    fn check_space(&self, base: &Path) -> Result<()> {
        let mut needed = SPARE;
        for &users in &self.sizes {
            if is_filled(base, users) {
                continue;
            }
            if folder(base, users).exists() {
                std::fs::remove_dir_all(folder(base, users))?;
            }
            needed += self.bytes(users);
        }
        let free = machine::free_space(base)?;
        println!(
            "filling needs about {} in {}, where {} are free",
            gib(needed),
            base.display(),
            gib(free)
        );
        ensure!(
            needed <= free,
            "there is no room: choose fewer --users or --events, or another folder with --keep (or TMPDIR)"
        );
        Ok(())
    }
}

fn gib(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}

/// True if an earlier run has filled the database, and it can be used again.
fn is_filled(base: &Path, users: u64) -> bool {
    // The rows that add users make a small pool several times as large.
    users >= REUSED_FROM && folder(base, users).join(world::NOTE).exists()
}

fn folder(base: &Path, users: u64) -> PathBuf {
    base.join(format!("users-{users}"))
}

/// Returns a filled database's world: made now, or by an earlier run with the same groups and events.
async fn filled(
    arguments: &Arguments,
    options: &Options,
    base: &Path,
    users: u64,
) -> Result<World> {
    let folder = folder(base, users);
    std::fs::create_dir_all(&folder)?;
    let fill = options.fill(users);
    let begun = Instant::now();
    let mut world = world::prepare_with(arguments, &folder, &fill).await?;
    if world.filled.squads != fill.squads() {
        bail!(
            "{} has {} groups: remove it, or ask for as many",
            folder.display(),
            world.filled.squads + seed::OTHER_GROUPS
        );
    }
    let (count, note) = (options.events_of(users), folder.join("events"));
    let had = match std::fs::read_to_string(&note) {
        Ok(text) => text.trim().parse()?,
        Err(_) => 0,
    };
    if had == 0 && count > 0 {
        events::spread(arguments, &folder, &world, count).await?;
        std::fs::write(&note, count.to_string())?;
    } else if had != count {
        bail!(
            "{} has {had} events: remove it, or ask for as many",
            folder.display()
        );
    }
    world.filled.watched = count / EACH_WATCHED;
    println!(
        "{users} users, {count} events: ready after {:.0} s",
        begun.elapsed().as_secs_f64()
    );
    Ok(world)
}

fn kinds(options: &Options) -> Vec<(String, Kind)> {
    let mut rows: Vec<_> = Search::all()
        .map(|search| (search.to_string(), Kind::Search(search)))
        .collect();
    rows.extend(
        [
            ("ListUsers, page of 60", Kind::ListPage),
            ("ListUsersInGroup, 60 of everyone", Kind::Everyone),
            ("ListUsersInGroup, 10 of a hundredth", Kind::Team),
            ("AdminListGroupsForUser, 3 groups", Kind::GroupsForUser),
            ("ListGroups, page of 60", Kind::ListGroups),
            ("GetGroup, any of the smaller ones", Kind::GetSquad),
            ("AdminGetUser, any user", Kind::AdminGetAnyUser),
            ("GetUser", Kind::GetUser),
            ("password sign-in", Kind::Password),
            // The last, because it makes the pools larger.
            ("AdminCreateUser, 64 clients", Kind::AdminCreateUser),
        ]
        .map(|(name, kind)| (name.to_owned(), kind)),
    );
    if options.events > 0 {
        let name = "AdminListUserAuthEvents, 60 are the user's";
        rows.insert(0, (name.to_owned(), Kind::EventsOfAny));
    }
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
    std::fs::create_dir_all(&base)?;
    let outcome = measure(arguments, options, &base).await;
    if options.keep.is_none() {
        std::fs::remove_dir_all(&base)?;
    }
    outcome
}

async fn measure(arguments: &Arguments, options: &Options, base: &Path) -> Result<()> {
    options.check_space(base)?;
    let mut worlds = Vec::new();
    for &users in &options.sizes {
        worlds.push((users, filled(arguments, options, base, users).await?));
    }
    if options.only_fill {
        return Ok(());
    }
    let mut all = 0;
    for (users, _) in &worlds {
        all += machine::disk(&folder(base, *users))?;
    }
    let fits = all < machine::free_memory()? / 10 * 6;
    let asked = options.asked.or((!fits).then_some(ASKED));
    if let Some(asked) = asked {
        println!(
            "the databases have {}: {asked} users of each are asked about, spread over all, after each was once",
            gib(all)
        );
    }
    let mut sizes = Vec::new();
    for (users, mut world) in worlds {
        let folder = folder(base, users);
        if let Some(most) = asked {
            let Filled { asked, watched, .. } = &mut world.filled;
            *asked = users.min(most);
            *watched = (*watched).min(most);
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
    let mut columns = vec!["CPU µs a request".to_owned()];
    columns.extend(sizes.iter().map(|size| format!("{} users", size.users)));
    columns.extend(["Ratio", "Must", "Verdict", "Calls/s"].map(str::to_owned));
    let mut table = Table::new(&columns.iter().map(String::as_str).collect::<Vec<_>>());
    let next = Rc::new(Cell::new(0));
    for (name, kind) in kinds(options)
        .iter()
        .filter(|(name, _)| name.contains(&options.only))
    {
        for size in &sizes {
            if asked.is_none() {
                machine::warm(&size.folder)?;
            } else if kind.asks_any() {
                size.ask_each(*kind).await?;
            }
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
    let bound = match sizes.last() {
        Some(size) if size.users > MANY => RATIO_OF_MANY,
        _ => RATIO,
    };
    let (must, met) = if kind == Kind::AdminCreateUser {
        (
            "≤ 400 µs, ≥ 2500/s".to_owned(),
            last <= 400.0 && rate >= 2_500.0,
        )
    } else {
        (format!("≤ {bound} ×"), ratio <= bound)
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
