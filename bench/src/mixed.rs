//! A mixed load at 70 % of what the server can do, then three times of what it can do, and the way back.
//!
//! What it can do is found by a closed loop of the same requests. Beside it users are imported into a pool of their own. During
//! the overload a small load of another client asks for another pool; that must go on as if nothing were.

use std::cell::Cell;
use std::net::Ipv4Addr;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::LocalSet;

use crate::Arguments;
use crate::calls::{Kind, Requests};
use crate::hosted::People;
use crate::machine::{self, Server};
use crate::overload;
use crate::report::Table;
use crate::steady;
use crate::traffic::{Import, MIX, Origin, Traffic};
use crate::usage::{self, Usage};
use crate::world::{self, World};

/// The bound of the slowest of a hundred, in milliseconds: of answers in the steady load, of refusals, and on the way back.
pub const P99: f64 = 50.0;

/// How it is measured.
#[derive(Clone, clap::Args)]
pub struct Options {
    /// Seconds of the load at 70 % of the capacity.
    #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u64).range(4..=7_200))]
    seconds: u64,
    /// Seconds of the load at three times the capacity.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(2..=600))]
    pub overload_seconds: u64,
    /// Seconds of the closed loop that finds the capacity.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(2..=120))]
    capacity_seconds: u64,
    /// Clients of the closed loop.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=512))]
    clients: u16,
    /// Take this for the capacity, in requests a second, and do not look for it.
    #[arg(long)]
    capacity: Option<f64>,
    /// Requests of the overload under way at most; what would be beyond is not sent.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u16).range(64..=3_500))]
    pub in_flight: u16,
    /// Users in the pool besides the ones that sign in.
    #[arg(long, default_value_t = 1_000)]
    users: u64,
    /// Without the import.
    #[arg(long)]
    no_import: bool,
    /// Send as a proxy that the server trusts: the load at 70 % comes from 250 client addresses, the overload from one of its own,
    /// the small load from another, with the limits of `serve` by client address. Without it they come from addresses of this
    /// machine, which such limits are not for.
    #[arg(long)]
    forwarded: bool,
    /// A setting of the server, NAME=VALUE, such as COGNATE_LIMITS=default.
    #[arg(long = "set", value_name = "NAME=VALUE")]
    settings: Vec<String>,
}

impl Options {
    /// Returns the origin of a load: an address of this machine by its last number, and the client addresses that are told.
    pub fn origin(&self, from: u8, told: (Ipv4Addr, u32)) -> Origin {
        Origin {
            from: Ipv4Addr::new(127, 0, 0, from),
            told: self.forwarded.then_some(told),
        }
    }

    fn settings(&self) -> Result<Vec<(&str, &str)>> {
        let mut all = Vec::new();
        if self.forwarded {
            all.push(("COGNATE_TRUSTED_PROXIES", "127.0.0.0/8"));
            all.push(("COGNATE_LIMITS", "default"));
        }
        for setting in &self.settings {
            all.push(setting.split_once('=').context("--set NAME=VALUE")?);
        }
        Ok(all)
    }
}

/// Measures.
///
/// # Errors
/// When the capacity is not found, or the server ends.
pub async fn run(arguments: &Arguments, options: &Options) -> Result<()> {
    let folder = machine::folder()?;
    let outcome = LocalSet::new()
        .run_until(measure(arguments, options, &folder))
        .await;
    std::fs::remove_dir_all(&folder)?;
    outcome
}

/// The server, the pool of the load and that of the small one.
pub struct Site {
    /// The server.
    pub server: Server,
    /// Requests to the pool of the load.
    pub main: Rc<Requests>,
    /// Requests to that of the small one.
    pub second: Rc<Requests>,
    import: Option<Rc<Import>>,
}

impl Site {
    async fn open(arguments: &Arguments, options: &Options, folder: &Path) -> Result<Self> {
        let world = world::prepare(arguments, folder, options.users).await?;
        let server = Server::start_with(arguments, folder, false, &options.settings()?).await?;
        let host = &server.host;
        let requests = async |world: World, prefix: &str| -> Result<Rc<Requests>> {
            let mut world = world.sign_in(host).await?;
            world.people = Some(People::make_at(host, &world.pool, prefix).await?);
            Ok(Rc::new(Requests {
                world,
                kind: Cell::new(Kind::GetUser),
            }))
        };
        let main = requests(world, "bench-main").await?;
        let second = requests(World::make(host, 0).await?, "bench-second").await?;
        let import = match options.no_import {
            true => None,
            false => Some(Import::new(host).await?),
        };
        Ok(Self {
            server,
            main,
            second,
            import,
        })
    }

    fn imported(&self) -> u64 {
        self.import.as_ref().map_or(0, |import| import.imported())
    }
}

/// What the server and the generator used of their cores in a time.
pub struct Watch {
    begun: Instant,
    server: Usage,
    generator: Usage,
    imported: u64,
}

impl Watch {
    /// Begins.
    pub fn begin(site: &Site) -> Result<Self> {
        Ok(Self {
            begun: Instant::now(),
            server: Usage::read(site.server.pid())?,
            generator: Usage::read(std::process::id())?,
            imported: site.imported(),
        })
    }

    /// Tells it. A generator without time left measures itself.
    pub fn tell(&self, site: &Site, what: &str) -> Result<()> {
        let took = self.begun.elapsed().as_secs_f64();
        let part = |pid: u32, before: &Usage| -> Result<f64> {
            let all = usage::sum(&Usage::read(pid)?.since(before));
            Ok(all.cpu as f64 / 1e7 / took)
        };
        println!(
            "{what}: {took:.0} s, server {:.0} % of its core, generator {:.0} % of its own, {:.0} users a second imported",
            part(site.server.pid(), &self.server)?,
            part(std::process::id(), &self.generator)?,
            (site.imported() - self.imported) as f64 / took,
        );
        Ok(())
    }
}

async fn measure(arguments: &Arguments, options: &Options, folder: &Path) -> Result<()> {
    let site = Site::open(arguments, options, folder).await?;
    let parts: Vec<_> = MIX
        .iter()
        .map(|(name, _, part)| format!("{part} % {name}"))
        .collect();
    println!(
        "of a hundred requests: {}; import: {}",
        parts.join(", "),
        if site.import.is_some() { "yes" } else { "no" }
    );
    let importing = site
        .import
        .clone()
        .map(|import| tokio::task::spawn_local(import.run()));
    let mut verdicts = Table::new(&["What", "Measured", "Must", "Verdict"]);

    let next = Rc::new(Cell::new(0));
    let many = options.origin(1, (Ipv4Addr::new(198, 51, 100, 1), 250));
    let most = usize::from(options.in_flight);
    let calm = Rc::new(Traffic::new(&site.main, many, most, &next));
    let capacity = match options.capacity {
        Some(capacity) => capacity,
        None => find(&site, &calm, options).await?,
    };
    println!("capacity: {capacity:.0} requests a second");
    verdicts.row(&[
        "capacity, requests a second",
        &format!("{capacity:.0}"),
        "",
        "",
    ]);

    steady::run(&site, &calm, capacity, options.seconds, &mut verdicts).await?;
    overload::run(&site, options, capacity, &next, &mut verdicts).await?;
    if let (Some(import), Some(importing)) = (&site.import, importing) {
        import.stop();
        importing.await?;
        if let Some(error) = import.first_error() {
            println!("the import's first error: {error}");
        }
    }
    verdicts.print();
    Ok(())
}

/// Finds what the server can do.
async fn find(site: &Site, calm: &Rc<Traffic>, options: &Options) -> Result<f64> {
    let clients = usize::from(options.clients);
    calm.closed(clients, Duration::from_secs(2)).await?;
    let watch = Watch::begin(site)?;
    let length = Duration::from_secs(options.capacity_seconds);
    let capacity = calm.closed(clients, length).await?;
    watch.tell(site, "capacity")?;
    Ok(capacity)
}

/// Adds a verdict.
pub fn judge(verdicts: &mut Table, what: &str, measured: &str, must: &str, met: bool) {
    verdicts.row(&[what, measured, must, if met { "met" } else { "MISSED" }]);
}
