//! The same requests against pools of very different sizes: CPU a request, memory and disk a user.
//!
//! One server for each size runs at the same time, and slices of load alternate between them, so that a machine whose
//! speed changes changes it for all. Before each row every database is read once, so that what is measured is the work
//! and not how much the system happens to keep of a file in memory. Databases that are too large for that are not read: there
//! the requests are about fewer users, who lie as far apart as before, and each of them is asked about once before it counts. On
//! PostgreSQL they always are: its cache is its own.

mod backends;
mod databases;
mod filling;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use backends::Backends;
use filling::Site;

use crate::Arguments;
use crate::calls::{Kind, Requests, Search};
use crate::events::EACH_WATCHED;
use crate::floors::median;
use crate::machine::{self, Server, mib};
use crate::report::Table;
use crate::rows;
use crate::seed::{self, Fill};
use crate::world::{Filled, World};

/// The highest permitted ratio of a call's cost in the largest pool to its cost in the smallest: up to so many users, and
/// with more of them.
const RATIO: f64 = 1.2;
const MANY: u64 = 1_000_000;
const RATIO_OF_MANY: f64 = 1.3;
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
    /// databases of SQLite take less than 60 % of the memory; otherwise 10,000.
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
    /// Keep the filled databases in this folder, and use the large ones that are there. On PostgreSQL the notes about them are
    /// there, and the databases NAME_1000 and so on stay beside the one that --database-url names.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Only fill the databases.
    #[arg(long)]
    only_fill: bool,
}

/// A server and what is measured at it.
struct Size<'a> {
    site: &'a Site,
    server: Server,
    requests: Rc<Requests>,
    /// True if the processes of its database are on this machine, so that their CPU is counted.
    backends: bool,
    /// Bytes of its database when it started.
    disk: u64,
    /// Resident memory when it had answered a first round of sign-ins.
    memory: u64,
}

/// CPU of a request in microseconds, and requests a second.
#[derive(Clone, Copy)]
struct Cost {
    program: f64,
    /// Of the database's processes; 0 where they are not counted.
    database: f64,
    rate: f64,
}

impl Cost {
    fn whole(self) -> f64 {
        self.program + self.database
    }
}

/// What a row must be.
#[derive(Clone, Copy)]
enum Must {
    /// At most so many times as much in the largest pool as in the smallest.
    Ratio(f64),
    /// At most 400 µs, and 2,500 a second.
    FourHundred,
}

impl<'a> Size<'a> {
    async fn start(site: &'a Site, world: World) -> Result<Self> {
        let disk = site.bytes()?;
        let server = Server::start(&site.arguments, &site.folder, false).await?;
        let requests = Rc::new(Requests {
            world: world.sign_in(&server.host).await?,
            kind: Cell::new(Kind::GetUser),
        });
        let backends = match &site.database {
            Some(database) => !Backends::read(&database.name)?.is_empty(),
            None => false,
        };
        Ok(Self {
            memory: server.memory()?,
            site,
            server,
            requests,
            backends,
            disk,
        })
    }

    /// Asks about each of the users once, so that the system has what that needs in memory.
    async fn ask_each(&self, kind: Kind) -> Result<()> {
        let next = Rc::new(Cell::new(0));
        while next.get() < self.requests.world.filled.asked {
            let slice = Duration::from_millis(500);
            rows::slice(&self.server, &self.requests, kind, slice, &next).await?;
        }
        Ok(())
    }

    /// Measures a slice of load.
    async fn slice(&self, kind: Kind, length: Duration, next: &Rc<Cell<u64>>) -> Result<Cost> {
        let name = self.site.database.as_ref().filter(|_| self.backends);
        let name = name.map(|database| database.name.as_str());
        let read = || name.map_or_else(|| Ok(Backends::default()), Backends::read);
        let before = read()?;
        let slice = rows::cost(&self.server, &self.requests, kind, length, next).await?;
        Ok(Cost {
            program: slice.cpu,
            database: read()?.since(&before) as f64 / 1e3 / slice.calls as f64,
            rate: slice.rate,
        })
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
}

fn gib(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
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
    if options.sizes.iter().any(|size| size % 1_000 != 0) {
        bail!("sizes are multiples of 1,000");
    }
    let base = match &options.keep {
        Some(folder) => folder.clone(),
        None => machine::folder()?,
    };
    std::fs::create_dir_all(&base)?;
    let sites = options.sizes.iter();
    let sites = sites.map(|users| Site::of(arguments, &base, *users));
    let sites: Vec<_> = sites.collect::<Result<_>>()?;
    let outcome = measure(options, &sites, &base).await;
    if options.keep.is_none() {
        for site in &sites {
            site.remove()?;
        }
        std::fs::remove_dir_all(&base)?;
    }
    outcome
}

async fn measure(options: &Options, sites: &[Site], base: &Path) -> Result<()> {
    filling::check_space(options, sites, base)?;
    let mut worlds = Vec::new();
    let mut all = 0;
    for site in sites {
        worlds.push(site.fill(options).await?);
        all += site.bytes()?;
    }
    if options.only_fill {
        return Ok(());
    }
    let on_postgres = sites.iter().any(|site| site.database.is_some());
    let fits = !on_postgres && all < machine::free_memory()? / 10 * 6;
    let asked = options.asked.or((!fits).then_some(ASKED));
    if let Some(asked) = asked {
        println!(
            "the databases have {}: {asked} users of each are asked about, spread over all, after each was once",
            gib(all)
        );
    }
    let mut sizes = Vec::new();
    for (site, mut world) in sites.iter().zip(worlds) {
        if let Some(most) = asked {
            let Filled { asked, watched, .. } = &mut world.filled;
            *asked = site.users.min(most);
            *watched = (*watched).min(most);
        }
        sizes.push(Size::start(site, world).await?);
    }
    let backends = sizes.iter().all(|size| size.backends);
    if on_postgres && !backends {
        println!("PostgreSQL is on another machine: its CPU is not counted");
    }
    let mut columns = vec!["CPU µs a request".to_owned()];
    for size in &sizes {
        let users = size.site.users;
        if backends {
            columns.push(format!("{users} users: program"));
            columns.push(format!("{users} users: database"));
        } else {
            columns.push(format!("{users} users"));
        }
    }
    columns.extend(["Ratio", "Must", "Verdict", "Calls/s"].map(str::to_owned));
    let mut table = Table::new(&columns.iter().map(String::as_str).collect::<Vec<_>>());
    let next = Rc::new(Cell::new(0));
    for (name, kind) in kinds(options)
        .iter()
        .filter(|(name, _)| name.contains(&options.only))
    {
        for size in &sizes {
            if asked.is_none() {
                machine::warm(&size.site.folder)?;
            } else if kind.asks_any() {
                size.ask_each(*kind).await?;
            }
        }
        let costs = costs(&sizes, *kind, options.seconds, &next)
            .await
            .with_context(|| name.clone())?;
        let must = match sites.last() {
            // On PostgreSQL the limit is what it does with a commit.
            _ if *kind == Kind::AdminCreateUser && !on_postgres => Must::FourHundred,
            Some(site) if site.users > MANY => Must::Ratio(RATIO_OF_MANY),
            _ => Must::Ratio(RATIO),
        };
        let cells = cells(name, &costs, must, backends);
        table.row(&cells.iter().map(String::as_str).collect::<Vec<_>>());
    }
    table.print();
    resources(&sizes)
}

/// Measures a kind of request at each size: the medians of alternating slices.
async fn costs(
    sizes: &[Size<'_>],
    kind: Kind,
    seconds: u64,
    next: &Rc<Cell<u64>>,
) -> Result<Vec<Cost>> {
    let slice = Duration::from_millis(seconds * 1_000 / SLICES);
    let mut costs = vec![Vec::new(); sizes.len()];
    for round in 0..=SLICES {
        for (size, costs) in sizes.iter().zip(&mut costs) {
            let cost = size.slice(kind, slice, next).await?;
            // The first round fills caches.
            if round > 0 {
                costs.push(cost);
            }
        }
    }
    let middle = |list: &Vec<Cost>, part: fn(&Cost) -> f64| {
        let mut parts: Vec<_> = list.iter().map(part).collect();
        median(&mut parts)
    };
    let costs = costs.iter().map(|list| Cost {
        program: middle(list, |cost| cost.program),
        database: middle(list, |cost| cost.database),
        rate: middle(list, |cost| cost.rate),
    });
    Ok(costs.collect())
}

/// Returns the cells of a row: what is measured at each size, what the largest must be beside the smallest, and the calls a second
/// of each.
fn cells(name: &str, costs: &[Cost], must: Must, backends: bool) -> Vec<String> {
    let (first, last) = (costs.first(), costs.last());
    let whole = |cost: Option<&Cost>| cost.map_or(f64::NAN, |cost| cost.whole());
    let ratio = whole(last) / whole(first);
    let rate = last.map_or(0.0, |cost| cost.rate);
    let (must, met) = match must {
        Must::Ratio(bound) => (format!("≤ {bound} ×"), ratio <= bound),
        Must::FourHundred => (
            "≤ 400 µs, ≥ 2500/s".to_owned(),
            whole(last) <= 400.0 && rate >= 2_500.0,
        ),
    };
    let mut cells = vec![name.to_owned()];
    for cost in costs {
        cells.push(format!("{:.1}", cost.program));
        if backends {
            cells.push(format!("{:.1}", cost.database));
        }
    }
    cells.push(format!("{ratio:.2}"));
    cells.push(must);
    cells.push(if met { "met" } else { "MISSED" }.to_owned());
    let rates: Vec<_> = costs
        .iter()
        .map(|cost| format!("{:.0}", cost.rate))
        .collect();
    cells.push(rates.join(", "));
    cells
}

/// Disk and memory of every size, and what a user costs between the smallest and the largest.
fn resources(sizes: &[Size<'_>]) -> Result<()> {
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
            &size.site.users.to_string(),
            &mib(size.disk),
            &mib(size.memory),
            &mib(memory),
        ]);
    }
    table.print();
    if let [smallest, .., largest] = sizes
        && let [least, .., most] = after.as_slice()
    {
        let users = (largest.site.users - smallest.site.users) as f64;
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

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Cost = Cost {
        program: 100.0,
        database: 200.0,
        rate: 2_700.0,
    };
    const MANY: Cost = Cost {
        program: 90.0,
        database: 300.0,
        rate: 2_600.0,
    };

    #[test]
    fn the_ratio_is_of_what_program_and_database_use_together() {
        assert_eq!(
            cells("x", &[FEW, MANY], Must::Ratio(1.3), true),
            [
                "x",
                "100.0",
                "200.0",
                "90.0",
                "300.0",
                "1.30",
                "≤ 1.3 ×",
                "met",
                "2700, 2600"
            ]
        );
        let missed = cells("x", &[FEW, MANY], Must::Ratio(1.2), true);
        assert_eq!(missed.get(7).map(String::as_str), Some("MISSED"));
    }

    #[test]
    fn a_database_within_the_program_has_no_column() {
        let of = |program| Cost {
            program,
            database: 0.0,
            rate: 2_500.0,
        };
        assert_eq!(
            cells("x", &[of(300.0), of(400.0)], Must::FourHundred, false),
            [
                "x",
                "300.0",
                "400.0",
                "1.33",
                "≤ 400 µs, ≥ 2500/s",
                "met",
                "2500, 2500"
            ]
        );
    }
}
