//! `cargo xtask test`: every test of the project, from the tools it needs to sessions of real clients.
//!
//! The stages run one after another and each has a budget. A stage beyond its budget is marked in the summary, so that
//! slowness is noticed when it comes in; one at three times its budget hangs, is stopped and fails. The last line is
//! `N passed, N failed`.

mod install;
mod postgres;
mod process;
mod tally;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use postgres::Postgres;
use process::{run_within, say};
use tally::Tally;

/// One stage of the run.
struct Stage {
    name: &'static str,
    about: &'static str,
    /// Longest time on two cores from a clean checkout, in minutes. Together they stay below forty.
    budget: u64,
    run: fn(&Run) -> Result<Tally>,
    /// Whether the stage runs the built program, so that the stage `server` must come before it.
    with_server: bool,
}

/// Every stage, in order.
const STAGES: &[Stage] = &[
    Stage {
        name: "install",
        about: "the tools that the tests need",
        budget: 5,
        run: Run::install,
        with_server: false,
    },
    Stage {
        name: "check",
        about: "format, lints, generated code, house rules",
        budget: 9,
        run: Run::check,
        with_server: false,
    },
    Stage {
        name: "server",
        about: "the program that the tests and the clients talk to",
        budget: 5,
        run: Run::server,
        with_server: false,
    },
    Stage {
        name: "unit",
        about: "every Rust test, the store's on both engines",
        budget: 12,
        run: Run::unit,
        with_server: true,
    },
    Stage {
        name: "clients-sqlite",
        about: "real clients, SQLite",
        budget: 4,
        run: Run::clients_sqlite,
        with_server: true,
    },
    Stage {
        name: "clients-postgres",
        about: "real clients, PostgreSQL",
        budget: 4,
        run: Run::clients_postgres,
        with_server: true,
    },
];

/// A stage that takes this many times its budget is stopped.
const HANGS: u32 = 3;

/// What the stages share.
struct Run {
    root: PathBuf,
    /// The end of the stage under way.
    deadline: std::cell::Cell<Option<Instant>>,
    /// The private PostgreSQL; started by the first stage that needs it, stopped when this is dropped.
    postgres: OnceCell<Postgres>,
}

/// Runs the stages named in `args`, or all of them; `--no-budget` lets each take as long as it needs.
///
/// # Errors
/// When anything failed, or an argument names no stage.
pub fn run(args: Vec<String>) -> Result<()> {
    let (flags, names): (Vec<_>, Vec<_>) = args.into_iter().partition(|arg| arg.starts_with("--"));
    if let Some(unknown) = flags.iter().find(|flag| *flag != "--no-budget") {
        bail!("unknown option {unknown}\n{}", usage());
    }
    if let Some(unknown) = names
        .iter()
        .find(|name| !STAGES.iter().any(|stage| stage.name == **name))
    {
        bail!("unknown stage {unknown}\n{}", usage());
    }
    let named = |stage: &Stage| names.is_empty() || names.iter().any(|name| name == stage.name);
    // An old program must not be tested, so it is built for every stage that runs it.
    let build = STAGES.iter().any(|stage| stage.with_server && named(stage));
    let chosen = STAGES
        .iter()
        .filter(|stage| named(stage) || (build && stage.name == "server"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("the workspace has no folder")?
        .to_path_buf();
    let run = Run {
        root,
        deadline: std::cell::Cell::new(None),
        postgres: OnceCell::new(),
    };
    let mut total = Tally::default();
    let mut lines = Vec::new();
    for stage in chosen {
        say(&format!("\n== {}: {}", stage.name, stage.about));
        let started = Instant::now();
        let budget = Duration::from_secs(stage.budget * 60);
        run.deadline.set(if flags.is_empty() {
            started.checked_add(budget * HANGS)
        } else {
            None
        });
        let outcome = (stage.run)(&run);
        let took = started.elapsed();
        let tally = outcome.unwrap_or_else(|error| {
            say(&format!("{}: {error:#}", stage.name));
            Tally::failure()
        });
        let mark = match (tally.failed, took > budget) {
            (0, false) => "ok",
            (0, true) => "SLOW",
            _ => "FAILED",
        };
        lines.push(format!(
            "{:<17} {mark:<6} {:>6} passed {:>4} failed {:>7.1} s of {} min",
            stage.name,
            tally.passed,
            tally.failed,
            took.as_secs_f64(),
            stage.budget
        ));
        total.add(tally);
    }
    drop(run);
    say("\n== summary");
    for line in lines {
        say(&line);
    }
    say(&total.to_string());
    ensure!(total.failed == 0, "{} failed", total.failed);
    Ok(())
}

/// How the task is called.
fn usage() -> String {
    let stages: Vec<String> = STAGES
        .iter()
        .map(|stage| format!("  {:<17} {}, {} min", stage.name, stage.about, stage.budget))
        .collect();
    format!(
        "usage: cargo xtask test [--no-budget] [STAGE …]\n{}",
        stages.join("\n")
    )
}

impl Run {
    fn install(&self) -> Result<Tally> {
        install::all(&self.root, self.deadline.get())?;
        Ok(Tally::success())
    }

    fn check(&self) -> Result<Tally> {
        let mut check = Command::new(std::env::current_exe().context("cannot find this program")?);
        check.arg("check").current_dir(&self.root);
        run_within(check, self.deadline.get(), |_| {})?;
        Ok(Tally::success())
    }

    fn unit(&self) -> Result<Tally> {
        let url = self.postgres()?.url("postgres");
        let mut tally = Tally::default();
        let mut tests = self.cargo();
        if process::succeeds("cargo", &["nextest", "--version"]) {
            tests.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
            tally.add(self.count(tests, &url)?);
            // nextest leaves the examples in the documentation to cargo.
            let mut documentation = self.cargo();
            documentation.args(["test", "--workspace", "--doc", "--no-fail-fast"]);
            tally.add(self.count(documentation, &url)?);
        } else {
            tests.args(["test", "--workspace", "--no-fail-fast"]);
            tally.add(self.count(tests, &url)?);
        }
        ensure!(tally.passed > 0, "no test ran");
        Ok(tally)
    }

    fn server(&self) -> Result<Tally> {
        let mut build = self.cargo();
        // `--workspace`: with the features that the tests are built with, so that nothing is compiled for both.
        build.args(["build", "--workspace", "--bin", "cognate"]);
        run_within(build, self.deadline.get(), |_| {})?;
        // The session of the Rust SDK has a workspace of its own, and the same target folder.
        let mut session = self.cargo();
        session.args([
            "build",
            "--locked",
            "--manifest-path",
            "e2e/rust/Cargo.toml",
        ]);
        session.args(["--target-dir", "target"]);
        run_within(session, self.deadline.get(), |_| {})?;
        Ok(Tally::success())
    }

    fn clients_sqlite(&self) -> Result<Tally> {
        self.clients(None)
    }

    fn clients_postgres(&self) -> Result<Tally> {
        let postgres = self.postgres()?;
        let url = postgres.new_database("cognate_clients")?;
        self.clients(Some(&url))
    }

    /// Runs e2e/run.py, whose last line has the counts.
    fn clients(&self, database: Option<&str>) -> Result<Tally> {
        let tools = install::Tools::find(&self.root)?;
        let server = self.root.join("target/debug/cognate");
        let mut sessions = Command::new(&tools.python);
        sessions
            .arg(self.root.join("e2e/run.py"))
            .arg("--server")
            .arg(server)
            .arg("--aws-cli")
            .arg(&tools.aws_cli)
            .arg("--rust-sdk")
            .arg(self.root.join("target/debug/cognate-e2e-rust"))
            .arg("--node")
            .arg(&tools.node)
            .current_dir(&self.root);
        if let Some(url) = database {
            sessions.args(["--database-url", url]);
        }
        let mut found = None;
        let outcome = run_within(sessions, self.deadline.get(), |line| {
            found = Tally::from_last_line(line).or(found);
        });
        match (outcome, found) {
            // The counts already tell of the failure that the exit code reports.
            (Err(_), Some(tally)) if tally.failed > 0 => Ok(tally),
            (outcome, found) => {
                outcome?;
                found.context("the client sessions printed no counts")
            }
        }
    }

    /// Runs a test command and counts its results.
    fn count(&self, mut tests: Command, postgres: &str) -> Result<Tally> {
        tests.env("TEST_POSTGRES_URL", postgres);
        let mut tally = Tally::default();
        let outcome = run_within(tests, self.deadline.get(), |line| {
            if let Some(more) = Tally::from_test_line(line) {
                tally.add(more);
            }
        });
        if let Err(error) = outcome {
            say(&format!("{error:#}"));
            // Failed tests have been counted; anything else, such as a crate that does not compile, counts as one.
            tally.failed = tally.failed.max(1);
        }
        Ok(tally)
    }

    /// The private PostgreSQL, started when first asked for.
    fn postgres(&self) -> Result<&Postgres> {
        if let Some(running) = self.postgres.get() {
            return Ok(running);
        }
        let started = Postgres::start(&self.root.join("target/test-postgres"))?;
        Ok(self.postgres.get_or_init(|| started))
    }

    /// The same cargo that runs this program.
    fn cargo(&self) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(&self.root);
        cargo
    }
}
