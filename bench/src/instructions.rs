//! Instructions a request, counted by valgrind: a measure that other work on the machine does not change.
//!
//! The server runs under callgrind, one client sends a fixed script of requests, and the counters are set back before each
//! kind of request and read after it. Only the program's own instructions count, in all its threads; the kernel's do not, so
//! CPU time in alternating slices (`requests`) stays beside it. Nothing else must run in the server meanwhile: keys that it
//! makes in advance are awaited before.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use anyhow::{Context, Result, ensure};

use crate::Arguments;
use crate::calls::{Kind, Requests};
use crate::http::Connection;
use crate::load::Call as _;
use crate::machine::{self, Server};
use crate::report::Table;
use crate::threats;
use crate::world::{self, World};

/// The requests, in the order of the script, and how many calls of each count: ids are drawn anew each time, and with them where a
/// tree grows, which is much of a call that does little else.
const SCRIPT: [(&str, Kind, u64); 12] = [
    ("password sign-in", Kind::Password, 40),
    ("SRP sign-in (both calls)", Kind::Srp, 40),
    ("refresh", Kind::Refresh, 40),
    ("refresh with rotation", Kind::Rotate, 40),
    (
        "sign-in with password and device (3 calls)",
        Kind::Device,
        40,
    ),
    ("sign-in with a passkey (2 calls)", Kind::Passkey, 40),
    ("GetUser", Kind::GetUser, 200),
    ("AdminGetUser", Kind::AdminGetUser, 1_000),
    (LIST_USERS, Kind::ListPage, 40),
    ("ListUsersInGroup, 60 of everyone", Kind::Everyone, 40),
    ("AdminCreateUser", Kind::AdminCreateUser, 200),
    ("AdminUpdateUserAttributes", Kind::UpdateAttributes, 2_000),
];
/// The row that is never compared: which users are on the first page is drawn by lot.
const LIST_USERS: &str = "ListUsers, page of 60";
/// The row of a pool with threat protection.
const WATCHED: &str = "password sign-in, threat protection ENFORCED";
/// Users in the pool besides those who sign in.
const USERS: u64 = 1_000;
/// Calls of each kind before those that count.
const WARM: u64 = 20;
/// Calls that count of the row of the other pool.
const COUNTED: u64 = 40;
/// How far a count may be from the recorded one, in percent.
const TOLERANCE: f64 = 2.0;
/// The heading of the recorded table.
const HEADING: &str = "### Instructions";

/// Counts every row of the script, and compares them with the table in `recorded`, if that is given.
///
/// # Errors
/// When valgrind is not there, or a count is further than [`TOLERANCE`] from the recorded one of the same compiler.
pub async fn run(arguments: &Arguments, recorded: Option<&Path>) -> Result<()> {
    let folder = machine::folder()?;
    let prepared = world::prepare(arguments, &folder, USERS).await?;
    let out = folder.join("callgrind.out");
    let server = Server::start_counted(arguments, &folder, &out).await?;
    let world = prepared.sign_in(&server.host).await?.with_factors().await?;
    let counter = Counter {
        pid: server.pid(),
        out,
        dumps: Cell::new(0),
    };
    let counts = count(&server, world, &counter).await?;
    let compiler = compiler()?;
    let before = match recorded {
        Some(file) => read_table(&std::fs::read_to_string(file)?, &compiler)?,
        None => BTreeMap::new(),
    };
    println!("{HEADING}, {compiler}");
    let mut table = Table::new(&[
        "Request",
        "Instructions a call, in thousands",
        "Recorded",
        "Change",
    ]);
    let mut off = Vec::new();
    for (name, count) in counts {
        let thousands = count / 1e3;
        let (recorded, change) = match before.get(name) {
            None => (String::new(), String::new()),
            Some(before) => {
                let change = (thousands / before - 1.0) * 100.0;
                if change.abs() > TOLERANCE && name != LIST_USERS {
                    off.push(name);
                }
                (format!("{before:.0}"), format!("{change:+.1} %"))
            }
        };
        table.row(&[name, &format!("{thousands:.0}"), &recorded, &change]);
    }
    table.print();
    drop(server);
    std::fs::remove_dir_all(&folder)?;
    ensure!(
        off.is_empty(),
        "more than {TOLERANCE} % from the recorded counts: {}",
        off.join(", ")
    );
    Ok(())
}

/// Runs the script; returns the instructions a call of each row.
async fn count(
    server: &Server,
    world: World,
    counter: &Counter,
) -> Result<Vec<(&'static str, f64)>> {
    let requests = Rc::new(Requests {
        world,
        kind: Cell::new(Kind::GetUser),
    });
    let watched = threats::site(server, "ENFORCED").await?;
    let rows = SCRIPT.map(|(name, kind, calls)| (name, kind, calls, &requests));
    let mut connection = Connection::open(&server.host).await?;
    let mut next = 0;
    let mut counts = Vec::new();
    for (name, kind, counting, requests) in
        rows.into_iter()
            .chain([(WATCHED, Kind::Password, COUNTED, &watched)])
    {
        requests.kind.set(kind);
        for counted in [false, true] {
            if counted {
                server.rest().await?;
                counter.set_back()?;
            }
            let calls = if counted { counting } else { WARM };
            for _ in 0..calls {
                requests
                    .call(&mut connection, next)
                    .await
                    .with_context(|| name)?;
                next += 1;
            }
        }
        // What a call leaves to do after its answer belongs to it.
        server.rest().await?;
        counts.push((name, counter.read()? / counting as f64));
    }
    Ok(counts)
}

/// The counters of a program under callgrind.
struct Counter {
    pid: u32,
    out: PathBuf,
    dumps: Cell<u32>,
}

impl Counter {
    fn set_back(&self) -> Result<()> {
        self.control("--zero")
    }

    /// Returns the instructions since the counters were set back.
    fn read(&self) -> Result<f64> {
        self.control("--dump")?;
        self.dumps.set(self.dumps.get() + 1);
        let file = format!("{}.{}", self.out.display(), self.dumps.get());
        let text = std::fs::read_to_string(&file).with_context(|| file.clone())?;
        let total = text
            .lines()
            .find_map(|line| {
                line.strip_prefix("totals: ")
                    .or(line.strip_prefix("summary: "))
            })
            .with_context(|| format!("{file} has no sum"))?;
        Ok(total.trim().parse()?)
    }

    fn control(&self, what: &str) -> Result<()> {
        let status = Command::new("callgrind_control")
            .args([what, &self.pid.to_string()])
            .stdout(std::process::Stdio::null())
            .status()
            .context("callgrind_control, which comes with valgrind")?;
        ensure!(status.success(), "callgrind_control {what} failed");
        Ok(())
    }
}

/// Returns the compiler's version, on which counts depend.
fn compiler() -> Result<String> {
    let output = Command::new("rustc").arg("--version").output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// Reads the recorded counts of a compiler from the document that has them.
///
/// # Errors
/// When there is no table of this compiler: other compilers give other counts.
fn read_table(document: &str, compiler: &str) -> Result<BTreeMap<String, f64>> {
    let heading = format!("{HEADING}, {compiler}");
    let (_, after) = document
        .split_once(&heading)
        .with_context(|| format!("the document has no \"{heading}\""))?;
    let rows = after
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| {
            let mut cells = line.trim_matches('|').split('|').map(str::trim);
            let name = cells.next()?;
            let count: f64 = cells.next()?.replace(',', "").parse().ok()?;
            Some((name.to_owned(), count))
        });
    Ok(rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_counts_of_a_compiler_are_read() {
        let document = "# X\n### Instructions, rustc 1\n\n| Request | Now |\n|---|---|\n| GetUser | 1,200 |\n| a b | 3.5 |\n\nEnd | 7 |\n";
        let counts = read_table(document, "rustc 1").unwrap();
        let expected = [("GetUser".to_owned(), 1_200.0), ("a b".to_owned(), 3.5)];
        assert_eq!(counts, BTreeMap::from(expected));
        assert!(read_table(document, "rustc 2").is_err());
    }
}
