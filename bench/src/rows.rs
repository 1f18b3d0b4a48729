//! CPU a request against its floor, and latency at half of the capacity: one row for each kind of request.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::Arguments;
use crate::calls::{Kind, Requests, Search};
use crate::floors::{Floor, Pieces, median};
use crate::load;
use crate::machine::{self, Server};
use crate::report::Table;
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
    // The last, because it moves the service's clock on.
    Row {
        name: "sign-in with password and app (2 calls)",
        kind: Kind::App,
        floor: Floor::App,
        must: Must::Ratio(1.30),
    },
];

/// Measures the rows whose name contains `only`.
pub async fn run(arguments: &Arguments, only: &str, seconds: u64, users: u64) -> Result<()> {
    let folder = machine::folder()?;
    let world = world::prepare(arguments, &folder, users).await?;
    let server = Server::start(arguments, &folder, true).await?;
    let pieces = Pieces::new()?;
    let rows: Vec<_> = ROWS.iter().filter(|row| row.name.contains(only)).collect();
    let mut world = world.sign_in(&server.host).await?;
    if rows.iter().any(|row| row.kind.needs_factors()) {
        world = world.with_factors().await?;
    }
    let requests = Rc::new(Requests {
        world,
        kind: Cell::new(Kind::GetUser),
    });
    let next = Rc::new(Cell::new(0));
    let mut table = Table::new(&[
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
    ]);
    println!(
        "{users} users besides {SIGNERS} that sign in; server on core {}, generator on another",
        machine::SERVER_CORE
    );
    for row in rows {
        requests.kind.set(row.kind);
        let measured = measure(&server, &pieces, &requests, row, seconds, &next)
            .await
            .with_context(|| row.name)?;
        table.row(&measured.iter().map(String::as_str).collect::<Vec<_>>());
    }
    table.print();
    Ok(())
}

async fn measure(
    server: &Server,
    pieces: &Pieces,
    requests: &Rc<Requests>,
    row: &Row,
    seconds: u64,
    next: &Rc<Cell<u64>>,
) -> Result<Vec<String>> {
    let clients = row.kind.clients();
    load::closed(
        requests,
        &server.host,
        clients,
        Duration::from_millis(500),
        next,
    )
    .await?;
    let slices = 6;
    let (mut floors, mut costs, mut rates) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..slices {
        floors.push(pieces.slice(row.floor, Duration::from_millis(300)));
        let before = server.cpu()?;
        let done = load::closed(
            requests,
            &server.host,
            clients,
            Duration::from_millis(seconds * 1_000 / slices),
            next,
        )
        .await?;
        costs.push((server.cpu()? - before) as f64 / 1e3 / done.calls as f64);
        rates.push(done.calls as f64 / done.took.as_secs_f64());
    }
    let (floor, cost, rate) = (median(&mut floors), median(&mut costs), median(&mut rates));
    let latency = load::open(
        requests,
        &server.host,
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
    Ok(vec![
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
    ])
}
