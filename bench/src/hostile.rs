//! The time that sign-ins take while browsers wait for an identity provider that never answers.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Result, ensure};
use hdrhistogram::Histogram;
use tokio::task::LocalSet;

use crate::Arguments;
use crate::calls::{Kind, Requests};
use crate::federated::Federated;
use crate::http::Connection;
use crate::load;
use crate::machine::{self, Server};
use crate::report::Table;
use crate::sinks::Sink;
use crate::world;

/// What is measured: a sign-in with a password, and one through another provider.
const ROWS: [(&str, Kind); 2] = [
    ("password sign-in", Kind::Password),
    ("sign-in through a provider of OpenID Connect", Kind::Oidc),
];
/// The most that the slowest of a hundred may take, against the time without the hostile provider.
const MUST: f64 = 1.5;

/// Measures.
pub async fn run(arguments: &Arguments, seconds: u64, waiting: u64) -> Result<()> {
    let folder = machine::folder()?;
    let world = world::prepare(arguments, &folder, 1_000).await?;
    let server = Server::start(arguments, &folder, true).await?;
    let mut world = world.sign_in(&server.host).await?;
    world.federated = Some(Federated::make(&server.host).await?);
    let requests = Rc::new(Requests {
        world,
        kind: Cell::new(Kind::Password),
    });
    // Calls to one host share a bound: the one that harms is at another than the one that does not.
    let silence = Sink::silence()?;
    let url = format!("http://localhost:{}", silence.address.port());
    let mut c = Connection::open(&server.host).await?;
    let Some(federated) = &requests.world.federated else {
        return Ok(());
    };
    let client = federated
        .offer(&mut c, &server.host, "Silent", &url)
        .await?;
    let (next, length) = (Rc::new(Cell::new(0)), Duration::from_secs(seconds));
    let mut table = Table::new(&[
        "Sign-in",
        "Waiting",
        "p50 ms",
        "p99 ms",
        "Ratio of p99",
        "Must",
        "Verdict",
    ]);
    for (name, kind) in ROWS {
        requests.kind.set(kind);
        let warm = load::closed(&requests, &server.host, 16, Duration::from_secs(2), &next).await?;
        let rate = warm.calls as f64 / warm.took.as_secs_f64() / 2.0;
        let quiet = load::open(&requests, &server.host, rate, length, &next).await?;
        let local = LocalSet::new();
        for browser in 0..waiting {
            let (requests, client, host) = (requests.clone(), client.clone(), server.host.clone());
            local.spawn_local(async move {
                loop {
                    if let Err(error) = visit(&requests, &host, &client, browser).await {
                        println!("a browser at the silent provider: {error:#}");
                        return;
                    }
                }
            });
        }
        let before = silence.taken();
        let busy = local
            .run_until(load::open(&requests, &server.host, rate, length, &next))
            .await?;
        drop(local);
        ensure!(
            silence.taken() >= before + waiting,
            "the silent provider was not asked"
        );
        let at = |times: &Histogram<u64>, q: f64| times.value_at_quantile(q) as f64 / 1e3;
        let ratio = at(&busy, 0.99) / at(&quiet, 0.99);
        for (times, waiting, verdict) in [(&quiet, 0, None), (&busy, waiting, Some(ratio))] {
            table.row(&[
                name,
                &waiting.to_string(),
                &format!("{:.2}", at(times, 0.5)),
                &format!("{:.2}", at(times, 0.99)),
                &verdict.map_or(String::new(), |ratio| format!("{ratio:.2}")),
                &verdict.map_or(String::new(), |_| format!("≤ {MUST:.1}")),
                verdict.map_or("", |ratio| if ratio <= MUST { "met" } else { "MISSED" }),
            ]);
        }
        // The calls that are still waiting end.
        tokio::time::sleep(Duration::from_secs(6)).await;
    }
    table.print();
    Ok(())
}

/// A browser that waits for the silent provider, until the server gives it up.
async fn visit(requests: &Requests, host: &str, client: &str, browser: u64) -> Result<()> {
    let Some(federated) = &requests.world.federated else {
        return Ok(());
    };
    let mut c = Connection::open(host).await?;
    let answer = federated
        .to_oidc_and_back(&mut c, client, "Silent", browser)
        .await?;
    let there = answer.location()?;
    ensure!(
        there.contains("error_description=Timeout"),
        "sent to {there}"
    );
    Ok(())
}
