//! CPU a request against its floor, and latency at half of the capacity: one row for each kind of request.

use std::cell::Cell;
use std::iter;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::Arguments;
use crate::calls::{Kind, Requests, Search};
use crate::federated::Federated;
use crate::floors::{Floor, Pieces, median};
use crate::hosted::{Machine, People};
use crate::load;
use crate::machine::{self, Server};
use crate::report::Table;
use crate::usage::{COLUMNS, Usage, Used};
use crate::world::{self, SIGNERS};

/// The bound of a row: a ratio to the floor, or microseconds.
enum Must {
    Ratio(f64),
    Micros(f64),
}

struct Row {
    name: &'static str,
    kind: Kind,
    floor: Floor,
    must: Must,
}

const ROWS: &[Row] = &[
    Row {
        name: "password sign-in",
        kind: Kind::Password,
        floor: Floor::Password,
        must: Must::Ratio(1.30),
    },
    Row {
        name: "SRP sign-in (both calls)",
        kind: Kind::Srp,
        floor: Floor::Srp,
        must: Must::Ratio(1.15),
    },
    Row {
        name: "refresh",
        kind: Kind::Refresh,
        floor: Floor::Refresh,
        must: Must::Ratio(1.20),
    },
    Row {
        name: "refresh with rotation",
        kind: Kind::Rotate,
        floor: Floor::Refresh,
        must: Must::Ratio(1.35),
    },
    Row {
        name: "sign-in with password and device (3 calls)",
        kind: Kind::Device,
        floor: Floor::Device,
        must: Must::Ratio(1.30),
    },
    Row {
        name: "sign-in with SRP and device (4 calls)",
        kind: Kind::SrpDevice,
        floor: Floor::SrpDevice,
        must: Must::Ratio(1.15),
    },
    Row {
        name: "sign-in with a passkey (2 calls)",
        kind: Kind::Passkey,
        floor: Floor::Passkey,
        must: Must::Ratio(1.30),
    },
    Row {
        name: "GetUser",
        kind: Kind::GetUser,
        floor: Floor::None,
        must: Must::Micros(60.0),
    },
    Row {
        name: "AdminGetUser",
        kind: Kind::AdminGetUser,
        floor: Floor::None,
        must: Must::Micros(45.0),
    },
    Row {
        name: "ListUsers, e-mail filter finds one",
        kind: Kind::Search(Search::EMAIL),
        floor: Floor::None,
        must: Must::Micros(60.0),
    },
    Row {
        name: "ListUsers, page of 60",
        kind: Kind::ListPage,
        floor: Floor::None,
        must: Must::Micros(250.0),
    },
    Row {
        name: "AdminCreateUser, 64 clients",
        kind: Kind::AdminCreateUser,
        floor: Floor::None,
        must: Must::Micros(400.0),
    },
    Row {
        name: "authorize, login and token as one flow",
        kind: Kind::Flow,
        floor: Floor::Page,
        must: Must::Ratio(1.50),
    },
    Row {
        name: "authorize with a live session + token",
        kind: Kind::LiveSession,
        floor: Floor::Refresh,
        must: Must::Ratio(1.50),
    },
    Row {
        name: "client credentials",
        kind: Kind::Machine,
        floor: Floor::Machine,
        must: Must::Ratio(1.20),
    },
    Row {
        name: "refresh at /oauth2/token",
        kind: Kind::TokenRefresh,
        floor: Floor::Refresh,
        must: Must::Ratio(1.20),
    },
    Row {
        name: "userInfo",
        kind: Kind::UserInfo,
        floor: Floor::None,
        must: Must::Micros(45.0),
    },
    Row {
        name: "GET /login (page)",
        kind: Kind::LoginPage,
        floor: Floor::None,
        must: Must::Micros(100.0),
    },
    Row {
        name: "sign-in through a provider of OpenID Connect",
        kind: Kind::Oidc,
        floor: Floor::Oidc,
        must: Must::Ratio(1.50),
    },
    Row {
        name: "sign-in through a provider of SAML",
        kind: Kind::Saml,
        floor: Floor::Saml,
        must: Must::Ratio(1.50),
    },
    // The last, because it moves the service's clock on.
    Row {
        name: "sign-in with password and app (2 calls)",
        kind: Kind::App,
        floor: Floor::App,
        must: Must::Ratio(1.30),
    },
];

/// A program with a world of its own.
struct Site {
    server: Server,
    requests: Rc<Requests>,
}

impl Site {
    /// Starts the program and makes what the rows need. Unless the program `must` have them, endpoints that it lacks are
    /// left out.
    async fn open(
        arguments: &Arguments,
        folder: &Path,
        users: u64,
        rows: &[&Row],
        must: bool,
    ) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let world = world::prepare(arguments, folder, users).await?;
        let server = Server::start(arguments, folder, true).await?;
        let mut world = world.sign_in(&server.host).await?;
        if rows.iter().any(|row| row.kind.needs_factors()) {
            world = world.with_factors().await?;
        }
        if rows.iter().any(|row| row.kind.needs_machine()) {
            let made = Machine::make(&world.host, &world.pool).await;
            world.machine = unless_lacking(made, must, "client credentials")?;
        }
        if rows.iter().any(|row| row.kind.needs_people()) {
            let made = People::make(&world.host, &world.pool).await;
            world.people = unless_lacking(made, must, "pages")?;
        }
        if rows.iter().any(|row| row.kind.needs_federated()) {
            let made = Federated::make(&world.host).await;
            world.federated = unless_lacking(made, must, "identity providers")?;
        }
        let requests = Rc::new(Requests {
            world,
            kind: Cell::new(Kind::GetUser),
        });
        Ok(Self { server, requests })
    }

    async fn slice(&self, kind: Kind, length: Duration, next: &Rc<Cell<u64>>) -> Result<Slice> {
        cost(&self.server, &self.requests, kind, length, next).await
    }
}

/// Returns what was made at the program; None for what the other one lacks.
fn unless_lacking<T>(made: Result<T>, must: bool, what: &str) -> Result<Option<T>> {
    match made.with_context(|| format!("making a client for {what}")) {
        Ok(made) => Ok(Some(made)),
        Err(error) if must => Err(error),
        Err(error) => {
            println!("The other program is left out of some rows: {error:#}");
            Ok(None)
        }
    }
}

/// What a slice of load has shown.
pub struct Slice {
    /// Server CPU a call in microseconds.
    pub cpu: f64,
    /// Calls a second.
    pub rate: f64,
    /// Calls.
    pub calls: u64,
}

/// Server CPU a call in microseconds, and calls a second, of `length` of load.
pub async fn slice(
    server: &Server,
    requests: &Rc<Requests>,
    kind: Kind,
    length: Duration,
    next: &Rc<Cell<u64>>,
) -> Result<(f64, f64)> {
    let slice = cost(server, requests, kind, length, next).await?;
    Ok((slice.cpu, slice.rate))
}

/// As [`slice`], with the number of calls.
pub async fn cost(
    server: &Server,
    requests: &Rc<Requests>,
    kind: Kind,
    length: Duration,
    next: &Rc<Cell<u64>>,
) -> Result<Slice> {
    requests.kind.set(kind);
    let before = server.cpu()?;
    let done = load::closed(requests, &server.host, kind.clients(), length, next).await?;
    let cpu = (server.cpu()? - before) as f64 / 1e3;
    Ok(Slice {
        cpu: cpu / done.calls as f64,
        rate: done.calls as f64 / done.took.as_secs_f64(),
        calls: done.calls,
    })
}

/// How the rows are measured.
#[derive(Clone, clap::Args)]
pub struct Options {
    /// Only rows whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// Seconds of load a row.
    #[arg(long, default_value_t = 6)]
    seconds: u64,
    /// Users in the pool besides the ones that sign in.
    #[arg(long, default_value_t = 1_000)]
    users: u64,
    /// Another program that gets the same load in alternating slices, such as the one before a change.
    #[arg(long)]
    against: Option<PathBuf>,
    /// Also print which of the server's threads use the CPU, by their names.
    #[arg(long)]
    threads: bool,
}

/// Measures the chosen rows. Another program gets the same load in slices that alternate with those of the first, so that a
/// machine whose speed changes changes it for both.
pub async fn run(arguments: &Arguments, options: &Options) -> Result<()> {
    let Options { seconds, users, .. } = *options;
    let folder = machine::folder()?;
    let pieces = Pieces::new()?;
    let rows: Vec<_> = ROWS
        .iter()
        .filter(|row| row.name.contains(&options.only))
        .collect();
    let site = Site::open(arguments, &folder.join("one"), users, &rows, true).await?;
    let other = match &options.against {
        Some(program) => {
            let other = arguments.with_program(program);
            Some(Site::open(&other, &folder.join("other"), users, &rows, false).await?)
        }
        None => None,
    };
    let next = Rc::new(Cell::new(0));
    let mut columns = vec![
        "Request",
        "Server CPU µs",
        "Floor µs",
        "Ratio",
        "Overhead µs",
        "Must",
        "Verdict",
        "Calls/s",
        "p50 ms",
        "p99 ms",
        "User µs",
        "System µs",
        "Switches a call",
    ];
    if other.is_some() {
        columns.extend(["Other's CPU µs", "Ratio to it"]);
    }
    let mut table = Table::new(&columns);
    let mut threads = Table::new(&COLUMNS);
    println!(
        "{users} users besides {SIGNERS} that sign in; server on core {}, generator on another",
        machine::SERVER_CORE
    );
    for row in rows {
        let (measured, used) = measure(&site, other.as_ref(), &pieces, row, seconds, &next)
            .await
            .with_context(|| row.name)?;
        table.row(&measured.iter().map(String::as_str).collect::<Vec<_>>());
        if options.threads {
            used.rows(row.name, &mut threads);
        }
    }
    table.print();
    if options.threads {
        threads.print();
    }
    drop((site, other));
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

async fn measure(
    site: &Site,
    other: Option<&Site>,
    pieces: &Pieces,
    row: &Row,
    seconds: u64,
    next: &Rc<Cell<u64>>,
) -> Result<(Vec<String>, Used)> {
    let has_other = other.is_some();
    let other = other.filter(|other| other.requests.has(row.kind));
    let warm = Duration::from_millis(500);
    for site in iter::once(site).chain(other) {
        site.slice(row.kind, warm, next).await?;
    }
    let slices = 6;
    let length = Duration::from_millis(seconds * 1_000 / slices);
    let (mut floors, mut costs, mut rates) = (Vec::new(), Vec::new(), Vec::new());
    let mut others = Vec::new();
    let before = Usage::read(site.server.pid())?;
    let mut calls = 0;
    for _ in 0..slices {
        floors.push(pieces.slice(row.floor, Duration::from_millis(300)));
        let slice = site.slice(row.kind, length, next).await?;
        costs.push(slice.cpu);
        rates.push(slice.rate);
        calls += slice.calls;
        if let Some(other) = other {
            others.push(other.slice(row.kind, length, next).await?.cpu);
        }
    }
    let threads = Usage::read(site.server.pid())?.since(&before);
    let used = Used { threads, calls };
    let (floor, cost, rate) = (median(&mut floors), median(&mut costs), median(&mut rates));
    let latency = load::open(
        &site.requests,
        &site.server.host,
        rate / 2.0,
        Duration::from_secs(seconds),
        next,
    )
    .await?;
    let milliseconds = |q: f64| format!("{:.2}", latency.value_at_quantile(q) as f64 / 1e3);
    let (ratio, overhead, must, met) = match row.must {
        Must::Ratio(bound) => {
            let ratio = cost / floor;
            (
                format!("{ratio:.2}"),
                format!("{:.0}", cost - floor),
                format!("≤ {bound:.2} × floor"),
                ratio <= bound,
            )
        }
        Must::Micros(bound) => (
            "".into(),
            "".into(),
            format!("≤ {bound:.0} µs"),
            cost <= bound,
        ),
    };
    let met = met && (row.kind != Kind::AdminCreateUser || rate >= 2_500.0);
    let mut cells = vec![
        row.name.into(),
        format!("{cost:.0}"),
        if floor > 0.0 {
            format!("{floor:.0}")
        } else {
            String::new()
        },
        ratio,
        overhead,
        must,
        if met { "met" } else { "MISSED" }.into(),
        format!("{rate:.0}"),
        milliseconds(0.5),
        milliseconds(0.99),
    ];
    cells.extend(used.each(cost));
    if other.is_some() {
        let other = median(&mut others);
        cells.extend([format!("{other:.0}"), format!("{:.3}", cost / other)]);
    } else if has_other {
        cells.extend(["lacks it".into(), String::new()]);
    }
    Ok((cells, used))
}
