//! Backing up a server with many users and restoring it: how long each takes, how large the archive is, and what users of the
//! server notice meanwhile.

use std::cell::Cell;
use std::path::Path;
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::Arguments;
use crate::calls::{Kind, Requests};
use crate::load;
use crate::machine::{self, SEALING_KEY, Server, mib};
use crate::report::Table;
use crate::world;

/// Sign-ins a second before the backup and during it.
const RATE: f64 = 50.0;
/// Seconds of load before the backup.
const CALM: u64 = 5;

/// Fills a pool with `count` users, backs the server up while it serves, proves the archive if `prove`, and restores it into
/// an empty database: a new folder, or the database at `restore_url`.
pub async fn run(
    arguments: &Arguments,
    count: u64,
    restore_url: Option<&str>,
    prove: bool,
) -> Result<()> {
    let folder = machine::folder()?;
    let outcome = measure(arguments, &folder, count, restore_url, prove).await;
    std::fs::remove_dir_all(&folder)?;
    outcome
}

/// Returns a command of the program in a folder.
fn program(arguments: &Arguments, folder: &Path, database_url: Option<&str>) -> Result<Command> {
    let program = arguments.program.canonicalize();
    let mut command = Command::new(program.context("build it first: cargo build --release")?);
    command
        .current_dir(folder)
        .env("COGNATE_LOG_LEVEL", "error");
    if let Some(url) = database_url {
        command.env("COGNATE_DATABASE_URL", url);
        command.env("COGNATE_SEALING_KEY", SEALING_KEY);
    }
    Ok(command)
}

/// Runs a command to its end; returns what it printed.
fn output(mut command: Command, words: &[&str]) -> Result<String> {
    let done = command.args(words).stderr(Stdio::inherit()).output()?;
    if !done.status.success() {
        bail!("cognate {} failed", words.join(" "));
    }
    Ok(String::from_utf8(done.stdout)?)
}

async fn measure(
    arguments: &Arguments,
    folder: &Path,
    count: u64,
    restore_url: Option<&str>,
    prove: bool,
) -> Result<()> {
    let mut table = Table::new(&["What", "Measured"]);
    let there = arguments.database_url.as_deref();
    let world = world::prepare(arguments, folder, count).await?;
    let server = Server::start(arguments, folder, false).await?;
    let world = world.sign_in(&server.host).await?;
    if there.is_none() {
        table.row(&["database", &mib(machine::disk(folder)?)]);
    }
    let requests = Rc::new(Requests {
        world,
        kind: Cell::new(Kind::Password),
    });
    let next = Rc::new(Cell::new(0));
    let time = Duration::from_secs(CALM);
    let calm = load::open(&requests, &server.host, RATE, time, &next).await?;
    let at = |share: f64| format!("{:.1} ms", calm.value_at_quantile(share) as f64 / 1e3);
    table.row(&[
        "sign-in before, p50 and p99",
        &format!("{}, {}", at(0.5), at(0.99)),
    ]);

    let recipient = output(
        program(arguments, folder, there)?,
        &["backup", "key", "--out", "identity"],
    )?;
    let start = Instant::now();
    let mut backing_up = program(arguments, folder, there)?
        .args([
            "backup",
            "create",
            "--to",
            "backups",
            "--recipient",
            recipient.trim(),
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()?;
    let mut slowest = 0;
    while backing_up.try_wait()?.is_none() {
        let second = Duration::from_secs(1);
        let busy = load::open(&requests, &server.host, RATE, second, &next).await?;
        slowest = slowest.max(busy.value_at_quantile(0.99));
    }
    let took = start.elapsed();
    let made = backing_up.wait_with_output()?;
    if !made.status.success() {
        bail!("the backup failed");
    }
    let made = String::from_utf8(made.stdout)?;
    let archive = made.lines().next().context("no archive")?.to_owned();
    let rate = |time: Duration| format!("{:.0} users/s", count as f64 / time.as_secs_f64());
    table.row(&["backup", &format!("{took:.1?}, {}", rate(took))]);
    let slowest = format!("{:.1} ms", slowest as f64 / 1e3);
    table.row(&["sign-in meanwhile, p99 of the slowest second", &slowest]);
    table.row(&["peak memory of the server", &mib(server.memory()?)]);
    let archive = folder.join(archive);
    let size = std::fs::metadata(&archive)?.len();
    table.row(&["archive", &mib(size)]);
    server.kill()?;

    let archive = archive.display().to_string();
    let identity = folder.join("identity").display().to_string();
    if prove {
        let start = Instant::now();
        output(
            program(arguments, folder, there)?,
            &["backup", "verify", &archive, "--identity", &identity],
        )?;
        table.row(&["verify", &format!("{:.1?}", start.elapsed())]);
    }
    let here = folder.join("restored");
    std::fs::create_dir(&here)?;
    let start = Instant::now();
    output(
        program(arguments, &here, restore_url)?,
        &["backup", "restore", &archive, "--identity", &identity],
    )?;
    let took = start.elapsed();
    table.row(&["restore", &format!("{took:.1?}, {}", rate(took))]);
    let restored = Arguments {
        database_url: restore_url.map(str::to_owned),
        ..arguments.clone()
    };
    let server = Server::start(&restored, &here, false).await?;
    let world = world::prepare(arguments, folder, count).await?;
    world.sign_in(&server.host).await?;
    table.row(&["sign-ins in the restored server", "as before"]);
    server.kill()?;
    table.print();
    Ok(())
}
