//! The sessions of real clients, on both engines at the same time: each has a server, a folder and a port of its own.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result};

use super::failures::Failures;
use super::install::Tools;
use super::process::{run_labelled, say};
use super::tally::Tally;

/// A database for the sessions.
#[derive(Clone, Debug)]
pub enum Engine {
    /// The embedded one.
    Sqlite,
    /// An empty PostgreSQL database at this URL.
    Postgres(String),
}

impl Engine {
    /// The start of each line that the sessions print.
    fn label(&self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite     | ",
            Self::Postgres(_) => "postgresql | ",
        }
    }
}

/// Runs every session on each engine, all engines at once, and adds up their counts. Adds what failed to `failed`.
///
/// # Errors
/// When the tools are not installed. A session that fails is in the counts.
pub fn run(
    root: &Path,
    engines: &[Engine],
    deadline: Option<Instant>,
    failed: &mut Vec<String>,
) -> Result<Tally> {
    let tools = Tools::find(root)?;
    let mut total = Tally::default();
    std::thread::scope(|scope| {
        let running: Vec<_> = engines
            .iter()
            .map(|engine| {
                let sessions = sessions(root, &tools, engine);
                scope.spawn(move || count(engine.label(), sessions, deadline))
            })
            .collect();
        for (engine, thread) in engines.iter().zip(running) {
            let tally = match thread.join() {
                Ok(Ok((tally, failures))) => {
                    failed.extend(failures.into_lines(engine.label()));
                    tally
                }
                Ok(Err(error)) => {
                    say(&format!("{}{error:#}", engine.label()));
                    Tally::failure()
                }
                Err(_) => Tally::failure(),
            };
            say(&format!("{}{tally}", engine.label()));
            total.add(tally);
        }
    });
    Ok(total)
}

/// Returns the command that runs e2e/run.py on an engine.
fn sessions(root: &Path, tools: &Tools, engine: &Engine) -> Command {
    let built = |name: &str| -> PathBuf { root.join("target/debug").join(name) };
    let mut sessions = Command::new(&tools.python);
    sessions
        .arg(root.join("e2e/run.py"))
        .arg("--server")
        .arg(built("cognate"))
        .arg("--rust-sdk")
        .arg(built("cognate-e2e-rust"))
        .arg("--aws-cli")
        .arg(&tools.aws_cli)
        .arg("--node")
        .arg(&tools.node)
        .current_dir(root);
    if let Engine::Postgres(url) = engine {
        sessions.args(["--database-url", url]);
    }
    sessions
}

/// Runs e2e/run.py, whose last line has the counts.
fn count(label: &str, sessions: Command, deadline: Option<Instant>) -> Result<(Tally, Failures)> {
    let mut found = None;
    let mut failures = Failures::default();
    let outcome = run_labelled(label, sessions, deadline, |line| {
        found = Tally::from_last_line(line).or(found);
        failures.see_session(line);
    });
    match (outcome, found) {
        // The counts already tell of the failure that the exit code reports.
        (Err(_), Some(tally)) if tally.failed > 0 => Ok((tally, failures)),
        (outcome, found) => {
            outcome?;
            let tally = found.context("the client sessions printed no counts")?;
            Ok((tally, failures))
        }
    }
}
