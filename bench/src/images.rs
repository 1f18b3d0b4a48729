//! What the images for point-in-time recovery cost: the same requests to a pool whose plan has recovery and to one whose plan
//! has none, at one server, in slices that alternate.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::Arguments;
use crate::aws;
use crate::calls::{Kind, Requests};
use crate::floors::median;
use crate::http::Connection;
use crate::machine::{self, Server};
use crate::report::Table;
use crate::rows::slice;
use crate::world::World;

/// The requests, and how much dearer each may be where images are kept. Creations and sign-ins keep none: what is above 1
/// there is the noise of the machine.
const ROWS: [(&str, Kind, f64); 3] = [
    ("AdminCreateUser, 64 clients", Kind::AdminCreateUser, 1.03),
    ("password sign-in", Kind::Password, 1.03),
    ("AdminUpdateUserAttributes", Kind::UpdateAttributes, 1.25),
];
/// Slices of each pool.
const SLICES: u64 = 10;

/// Measures every row for `seconds` at each of the pools.
pub async fn run(arguments: &Arguments, seconds: u64) -> Result<()> {
    let folder = machine::folder()?;
    let server = Server::start(arguments, &folder, true).await?;
    let (kept, plain) = (
        site(&server, "ESSENTIALS").await?,
        site(&server, "LITE").await?,
    );
    let next = Rc::new(Cell::new(0));
    let mut table = Table::new(&[
        "Request",
        "With images, CPU µs",
        "Without, CPU µs",
        "Ratio",
        "Calls/s with",
        "Calls/s without",
        "Ratio of rates",
        "Must",
        "Verdict",
    ]);
    for (name, kind, must) in ROWS {
        let length = Duration::from_millis(seconds * 1_000 / SLICES);
        let mut measured = [Vec::new(), Vec::new()];
        let mut rates = [Vec::new(), Vec::new()];
        for round in 0..=SLICES {
            let sites = [&kept, &plain].into_iter();
            for ((site, costs), rates) in sites.zip(&mut measured).zip(&mut rates) {
                let (cost, rate) = slice(&server, site, kind, length, &next).await?;
                // The first slices warm up.
                if round > 0 {
                    costs.push(cost);
                    rates.push(rate);
                }
            }
        }
        let [with, without] = measured.each_mut().map(|costs| median(costs));
        let [with_rate, without_rate] = rates.each_mut().map(|rates| median(rates));
        let ratio = with / without;
        table.row(&[
            name,
            &format!("{with:.0}"),
            &format!("{without:.0}"),
            &format!("{ratio:.3}"),
            &format!("{with_rate:.0}"),
            &format!("{without_rate:.0}"),
            &format!("{:.3}", without_rate / with_rate),
            &format!("≤ {must:.2}"),
            if ratio <= must { "met" } else { "MISSED" },
        ]);
    }
    table.print();
    drop(server);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Makes a pool of a plan at the server, with users that sign in.
async fn site(server: &Server, tier: &str) -> Result<Rc<Requests>> {
    let world = World::make(&server.host, 0).await?;
    let mut connection = Connection::open(&server.host).await?;
    let plan = json!({ "UserPoolId": world.pool, "UserPoolTier": tier });
    let request = aws::signed(&server.host, "UpdateUserPool", &plan);
    connection.send(&request).await?.json()?;
    Ok(Rc::new(Requests {
        world: world.sign_in(&server.host).await?,
        kind: Cell::new(Kind::Password),
    }))
}
