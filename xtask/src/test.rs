//! `cargo xtask test`: every test of the project, from the tools it needs to sessions of real clients.
//!
//! The stages run one after another and each has a budget. A stage beyond its budget is marked in the summary, so that
//! slowness is noticed when it comes in; one at three times its budget hangs, is stopped and fails. The last line is
//! `N passed, N failed`.

mod clients;
mod failures;
mod install;
mod linter;
mod postgres;
pub mod process;
mod slowest;
pub mod tally;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail, ensure};

use clients::Engine;
use failures::Failures;
use postgres::{Durability, Postgres};
use process::{run_within, say};
use slowest::Slowest;
use tally::Tally;

use crate::cargo_tools;

/// One stage of the run.
struct Stage {
    name: &'static str,
    about: &'static str,
    /// Longest time on two cores from a clean checkout, in minutes: what was measured (docs/TESTING.md) and 30 % more.
    budget: u64,
    run: fn(&Run) -> Result<Tally>,
    /// True if the stage runs the built program, so that the stage `server` must come before it.
    with_server: bool,
    /// True if the stage is a part of another one and runs only when it is named.
    part: bool,
}

impl Stage {
    const fn new(
        name: &'static str,
        about: &'static str,
        budget: u64,
        run: fn(&Run) -> Result<Tally>,
    ) -> Self {
        Self {
            name,
            about,
            budget,
            run,
            with_server: false,
            part: false,
        }
    }

    const fn with_server(mut self) -> Self {
        self.with_server = true;
        self
    }

    const fn part(mut self) -> Self {
        self.part = true;
        self
    }
}

/// The budget of the stage `install`, which begins with the first stage.
const INSTALL_MINUTES: u64 = 5;

/// Every stage, in order.
const STAGES: &[Stage] = &[
    Stage::new(
        "server",
        "the program that the tests and the clients talk to; with `check` and `unit`, all of theirs",
        18,
        Run::server,
    ),
    Stage::new(
        "install",
        "the tools that the tests need",
        INSTALL_MINUTES,
        Run::install,
    ),
    Stage::new(
        "check",
        "format, lints, generated code, house rules",
        9,
        Run::check,
    ),
    Stage::new(
        "unit",
        "every Rust test, on both engines where there is a database in it",
        13,
        Run::unit,
    )
    .with_server(),
    Stage::new(
        "clients",
        "real clients, SQLite and PostgreSQL side by side",
        18,
        Run::clients,
    )
    .with_server(),
    Stage::new(
        "clients-sqlite",
        "real clients, SQLite",
        8,
        Run::clients_sqlite,
    )
    .with_server()
    .part(),
    Stage::new(
        "clients-postgres",
        "real clients, PostgreSQL",
        8,
        Run::clients_postgres,
    )
    .with_server()
    .part(),
];

/// The number of tests in the list of the slowest.
const SLOWEST: usize = 10;

/// A stage that takes this many times its budget is stopped.
const HANGS: u32 = 3;

/// The things that the stages share.
struct Run {
    root: PathBuf,
    /// This program, whose file the stage `server` replaces by the same one compiled anew.
    program: PathBuf,
    /// The end of the stage under way; None with `--no-budget`.
    deadline: std::cell::Cell<Option<Instant>>,
    /// The private PostgreSQL servers; each is started by the first stage that needs it, and stopped when this is dropped.
    durable: OnceCell<Postgres>,
    fast: OnceCell<Postgres>,
    /// The filter of the stage `unit`.
    filter: Option<String>,
    slowest: std::cell::RefCell<Slowest>,
    /// What failed, to be said again at the end.
    failed: std::cell::RefCell<Vec<String>>,
    /// The compiler that lints while it compiles, if lints and tests are both asked for: one run of it serves both.
    linter: std::cell::RefCell<Option<PathBuf>>,
    /// The installation of the tools, which goes on beside the stage `server`.
    installing: std::cell::RefCell<Option<JoinHandle<Result<()>>>>,
}

/// Runs the stages named in `args`, or all of them. `--no-budget` lets each stage and test take as long as it needs, `-E`
/// takes a filter of nextest for the stage `unit`.
///
/// # Errors
/// When anything failed, or an argument names no stage.
pub fn run(mut args: Vec<String>) -> Result<()> {
    let filter = match args.iter().position(|arg| arg == "-E") {
        Some(at) if at + 1 < args.len() => args.drain(at..at + 2).nth(1),
        Some(_) => bail!("-E wants a filter\n{}", usage()),
        None => None,
    };
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
    let named = |stage: &Stage| {
        if names.is_empty() {
            !stage.part
        } else {
            names.iter().any(|name| name == stage.name)
        }
    };
    // An old program must not be tested, so it is built for every stage that runs it.
    let build = STAGES.iter().any(|stage| stage.with_server && named(stage));
    let chosen: Vec<_> = STAGES
        .iter()
        .filter(|stage| named(stage) || (build && stage.name == "server"))
        .collect();
    let has = |name: &str| chosen.iter().any(|stage| stage.name == name);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("the workspace has no folder")?
        .to_path_buf();
    let run = Run {
        root,
        program: std::env::current_exe().context("cannot find this program")?,
        deadline: std::cell::Cell::new(None),
        durable: OnceCell::new(),
        fast: OnceCell::new(),
        filter,
        slowest: std::cell::RefCell::default(),
        failed: std::cell::RefCell::default(),
        linter: std::cell::RefCell::new(linter::find().filter(|_| has("check") && has("unit"))),
        installing: std::cell::RefCell::default(),
    };
    if has("install") {
        let root = run.root.clone();
        let budget = Duration::from_secs(INSTALL_MINUTES * 60);
        let deadline = flags.is_empty().then(|| Instant::now() + budget * HANGS);
        let installing = std::thread::spawn(move || install::all(&root, deadline));
        run.installing.replace(Some(installing));
    }
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
    let slowest = run.slowest.take().lines(SLOWEST);
    let failed = run.failed.take();
    drop(run);
    if !slowest.is_empty() {
        say("\n== the slowest tests");
    }
    for line in slowest {
        say(&line);
    }
    if !failed.is_empty() {
        say("\n== what failed");
    }
    for line in failed {
        say(&line);
    }
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
        "usage: cargo xtask test [--no-budget] [-E FILTER] [STAGE …]\n{}",
        stages.join("\n")
    )
}

impl Run {
    /// Waits for what began before the first stage.
    fn install(&self) -> Result<Tally> {
        let installing = self.installing.take();
        let installed = installing.map(JoinHandle::join).transpose();
        installed
            .map_err(|_| anyhow!("the installation panicked"))?
            .transpose()?;
        Ok(Tally::success())
    }

    fn check(&self) -> Result<Tally> {
        let mut check = Command::new(&self.program);
        check.arg("check").current_dir(&self.root);
        if self.linter.borrow().is_some() {
            check.arg("--linted");
        }
        run_within(check, self.deadline.get(), |_| {})?;
        Ok(Tally::success())
    }

    fn unit(&self) -> Result<Tally> {
        let nextest = cargo_tools::nextest(&self.root);
        let read: fn(&str) -> Option<Tally> = match nextest {
            Some(_) => Tally::from_nextest_line,
            None => Tally::from_cargo_test_line,
        };
        let mut tests = if let Some(mut nextest) = nextest {
            nextest.args(["run", "--workspace", "--tests", "--no-fail-fast"]);
            // Those that need a database are ignored unless they are asked for.
            nextest.args(["--run-ignored", "all"]);
            nextest.args(["--test-threads", &test_threads().to_string()]);
            if self.deadline.get().is_none() {
                nextest.args(["--profile", "patient"]);
            }
            if let Some(filter) = &self.filter {
                nextest.args(["-E", filter]);
            }
            self.compile_with(&mut nextest);
            nextest
        } else {
            say(
                "cargo-nextest is not here: no test has a time limit of its own, and none is timed",
            );
            let mut tests = self.cargo();
            tests.args(["test", "--workspace", "--tests", "--no-fail-fast"]);
            tests.args(["--", "--include-ignored"]);
            tests
        };
        tests.env(
            "TEST_POSTGRES_URL",
            self.postgres(Durability::Durable)?.url("postgres"),
        );
        tests.env(
            "TEST_POSTGRES_FAST_URL",
            self.postgres(Durability::Fast)?.url("postgres"),
        );
        let mut tally = self.count(tests, read);
        // Everything that a test can need is here, so that none may be skipped.
        if self.filter.is_none() {
            tally.failed = tally.failed.saturating_add(tally.skipped);
        }
        ensure!(tally.passed > 0, "no test ran");
        Ok(tally)
    }

    fn server(&self) -> Result<Tally> {
        if self.linter.borrow().is_some() {
            // The programs and examples, and then the tests, by the command and so the profile that runs them.
            let all: [&[&str]; 2] = [
                &["build", "--workspace", "--bins", "--examples"],
                &["test", "--workspace", "--tests", "--no-run"],
            ];
            let linted = all.iter().try_for_each(|arguments| {
                let mut cargo = self.cargo();
                cargo.args(*arguments);
                run_within(cargo, self.deadline.get(), |_| {})
            });
            if linted.is_err() {
                say("the lints refused it, or it does not compile; compiling without the lints");
                self.linter.replace(None);
            }
        }
        let mut build = self.cargo();
        // `--workspace`: with the features that the tests are built with, so that nothing is compiled for both.
        build.args(["build", "--workspace", "--bin", "cognate"]);
        // A session of the clients looks at the pages that it writes.
        build.args(["--example", "gallery"]);
        run_within(build, self.deadline.get(), |_| {})?;
        // The session of the Rust SDK has a workspace of its own, and the same target folder.
        let mut session = Command::new(env!("CARGO"));
        session.current_dir(&self.root);
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

    fn clients(&self) -> Result<Tally> {
        self.sessions(&[Engine::Sqlite, self.client_database()?])
    }

    fn clients_sqlite(&self) -> Result<Tally> {
        self.sessions(&[Engine::Sqlite])
    }

    fn clients_postgres(&self) -> Result<Tally> {
        self.sessions(&[self.client_database()?])
    }

    fn sessions(&self, engines: &[Engine]) -> Result<Tally> {
        let mut failed = self.failed.borrow_mut();
        clients::run(&self.root, engines, self.deadline.get(), &mut failed)
    }

    /// Returns a new database for the client sessions. Their server is `dev`, which does not insist on a durable one.
    fn client_database(&self) -> Result<Engine> {
        let fast = self.postgres(Durability::Fast)?;
        Ok(Engine::Postgres(fast.new_database("cognate_clients")?))
    }

    /// Runs a test command and counts its results.
    fn count(&self, tests: Command, read: fn(&str) -> Option<Tally>) -> Tally {
        let mut tally = Tally::default();
        let mut slowest = self.slowest.borrow_mut();
        let mut failures = Failures::default();
        let outcome = run_within(tests, self.deadline.get(), |line| {
            slowest.see(line);
            failures.see_test(line);
            if let Some(more) = read(line) {
                tally.add(more);
            }
        });
        if let Err(error) = outcome {
            say(&format!("{error:#}"));
            // Failed tests have been counted; anything else, such as a crate that does not compile, counts as one.
            tally.failed = tally.failed.max(1);
        }
        let mut failed = self.failed.borrow_mut();
        failed.extend(failures.into_lines("unit       | "));
        tally
    }

    /// Returns a private PostgreSQL, which is started when first asked for.
    fn postgres(&self, durability: Durability) -> Result<&Postgres> {
        let server = match durability {
            Durability::Durable => &self.durable,
            Durability::Fast => &self.fast,
        };
        if let Some(running) = server.get() {
            return Ok(running);
        }
        let started = Postgres::start(&self.root.join("target/test-postgres"), durability)?;
        Ok(server.get_or_init(|| started))
    }

    /// The same cargo that runs this program, with the compiler of this run.
    fn cargo(&self) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(&self.root);
        self.compile_with(&mut cargo);
        cargo
    }

    /// Gives a command that compiles the compiler of this run.
    fn compile_with(&self, command: &mut Command) {
        if let Some(linter) = self.linter.borrow().as_deref() {
            linter::use_in(command, linter);
        }
    }
}

/// Returns the number of tests that run at the same time: many wait for a disk or for PostgreSQL.
fn test_threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    cores.max(4)
}
