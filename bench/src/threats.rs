//! What threat protection costs: the same sign-ins to a pool that is ENFORCED and to one that is OFF, at one server, in slices
//! that alternate.

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

/// The requests.
const ROWS: [(&str, Kind); 1] = [("password sign-in", Kind::Password)];
/// How much dearer a sign-in may be, in microseconds.
const MUST: f64 = 60.0;
/// Slices of each pool.
const SLICES: u64 = 10;

/// Measures every row for `seconds` at each of the pools.
pub async fn run(arguments: &Arguments, seconds: u64) -> Result<()> {
    let folder = machine::folder()?;
    let server = Server::start(arguments, &folder, true).await?;
    let (enforced, off) = (
        site(&server, "ENFORCED").await?,
        site(&server, "OFF").await?,
    );
    let next = Rc::new(Cell::new(0));
    let mut table = Table::new(&[
        "Request",
        "ENFORCED, CPU µs",
        "OFF, CPU µs",
        "More",
        "Must",
        "Verdict",
    ]);
    for (name, kind) in ROWS {
        let length = Duration::from_millis(seconds * 1_000 / SLICES);
        let mut measured = [Vec::new(), Vec::new()];
        for round in 0..=SLICES {
            for (site, costs) in [&enforced, &off].into_iter().zip(&mut measured) {
                let (cost, _) = slice(&server, site, kind, length, &next).await?;
                // The first slices warm up.
                if round > 0 {
                    costs.push(cost);
                }
            }
        }
        let [with, without] = measured.each_mut().map(|costs| median(costs));
        let more = with - without;
        table.row(&[
            name,
            &format!("{with:.0}"),
            &format!("{without:.0}"),
            &format!("{more:.0}"),
            &format!("≤ {MUST:.0}"),
            if more <= MUST { "met" } else { "MISSED" },
        ]);
    }
    table.print();
    drop(server);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Makes a pool in a mode at the server, with users that sign in.
pub async fn site(server: &Server, mode: &str) -> Result<Rc<Requests>> {
    let world = World::make(&server.host, 0).await?;
    let mut connection = Connection::open(&server.host).await?;
    let set = json!({
        "UserPoolId": world.pool, "UserPoolTier": "PLUS", "UserPoolAddOns": { "AdvancedSecurityMode": mode },
    });
    let request = aws::signed(&server.host, "UpdateUserPool", &set);
    connection.send(&request).await?.json()?;
    Ok(Rc::new(Requests {
        world: world.sign_in(&server.host).await?,
        kind: Cell::new(Kind::Password),
    }))
}
