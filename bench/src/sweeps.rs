//! What users notice of a sweep: sign-ins on schedule while a server deletes expired events, beside a server that has as many
//! which are kept.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::Arguments;
use crate::calls::{Kind, Requests};
use crate::events::{KEPT, fill, watch};
use crate::load;
use crate::machine::{self, Server};
use crate::report::Table;
use crate::rows::slice;
use crate::seed;
use crate::world;

/// Sign-ins a second.
const RATE: f64 = 60.0;
/// How much longer the slowest hundredth of sign-ins may take while a sweep is under way.
const RATIO: f64 = 1.5;

/// Measures `seconds` of sign-ins at a server with `events` events that are kept, and at one where they have expired.
///
/// # Errors
/// When a sign-in fails, or the sweep has removed nothing.
pub async fn run(arguments: &Arguments, events: u64, seconds: u64) -> Result<()> {
    let base = machine::folder()?;
    let outcome = measure(arguments, &base, events, seconds).await;
    std::fs::remove_dir_all(&base)?;
    outcome
}

async fn measure(arguments: &Arguments, base: &Path, events: u64, seconds: u64) -> Result<()> {
    let mut table = Table::new(&[
        "Events",
        "CPU µs a sign-in",
        "p50 ms",
        "p99 ms",
        "Removed",
        "Verdict",
    ]);
    let mut slowest = Vec::new();
    // What expired did so a second ago at the latest: no event is older than `events` milliseconds.
    for (name, kept) in [("kept", KEPT), ("expired", -1_000_000)] {
        let folder = base.join(name);
        std::fs::create_dir_all(&folder)?;
        let world = world::prepare(arguments, &folder, 0).await?;
        let ids = watch(arguments, &folder, &world).await?;
        fill(arguments, &folder, &world.pool, &ids, events, kept).await?;
        let before = count(arguments, &folder).await?;
        machine::warm(&folder)?;
        let server = Server::start(arguments, &folder, false).await?;
        let requests = Rc::new(Requests {
            world: world.sign_in(&server.host).await?,
            kind: Cell::new(Kind::Password),
        });
        let next = Rc::new(Cell::new(0));
        let length = Duration::from_secs(seconds);
        let (cost, _) = slice(&server, &requests, Kind::Password, length / 4, &next).await?;
        let times = load::open(&requests, &server.host, RATE, length, &next).await?;
        let milliseconds = |q: f64| times.value_at_quantile(q) as f64 / 1e3;
        let signed_in = next.get();
        server.kill()?;
        let removed = (before + signed_in).saturating_sub(count(arguments, &folder).await?);
        slowest.push(milliseconds(0.99));
        let verdict = match slowest.as_slice() {
            [kept, expired] if expired / kept <= RATIO => "met",
            [_, _] => "MISSED",
            _ => "",
        };
        table.row(&[
            &format!("{events} {name}"),
            &format!("{cost:.0}"),
            &format!("{:.2}", milliseconds(0.5)),
            &format!("{:.2}", milliseconds(0.99)),
            &removed.to_string(),
            verdict,
        ]);
    }
    table.print();
    Ok(())
}

async fn count(arguments: &Arguments, folder: &Path) -> Result<u64> {
    let store = seed::open(arguments, folder).await?;
    let row = store
        .first(("SELECT COUNT(*) FROM auth_events", Vec::new()))
        .await?;
    let count = row.context("no count")?.int(0)?;
    store.close().await;
    Ok(u64::try_from(count)?)
}
