//! A private PostgreSQL server for one test run.
//!
//! It has a folder, a port and a password of its own, and is stopped when its value is dropped. There are two kinds: one
//! that is durable, which `serve` insists on, and one that loses everything when the machine stops, which is faster.
//! PostgreSQL refuses to run as root, so as root everything runs as the user `postgres` (or `nobody`).

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::install::postgres_programs;
use super::process::{output, say, succeeds};

/// The superuser's name inside the server.
const USER: &str = "cognate";

/// How much memory must be free for a server in memory, in MiB: its databases and its log together stay below.
const MEMORY_MIB: u64 = 3072;

/// What a server promises about the commits that it has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// They survive a crash of the machine.
    Durable,
    /// They may be lost: nothing waits for the disk.
    Fast,
}

impl Durability {
    /// The part of the server's command line that differs.
    fn settings(self) -> &'static str {
        match self {
            Self::Durable => "-c fsync=on",
            Self::Fast => {
                "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_wal_size=256MB"
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Durable => "durable",
            Self::Fast => "fast",
        }
    }
}

/// A running server.
pub struct Postgres {
    programs: PathBuf,
    account: Option<Account>,
    folder: PathBuf,
    port: u16,
    password: String,
}

/// The unprivileged user of the system that runs the server for root.
#[derive(Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

impl Postgres {
    /// Makes a new server in a folder inside `parent` and starts it. Folders that a killed run left behind are removed,
    /// and their servers stopped, first.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start; the text ends with the server's log.
    pub fn start(parent: &Path, durability: Durability) -> Result<Self> {
        let programs =
            postgres_programs().context("PostgreSQL is not installed; run the stage `install`")?;
        let account = if output(Command::new("id").arg("-u"))? == "0" {
            Some(Account::find()?)
        } else {
            None
        };
        let parent = match memory_folder().filter(|_| durability == Durability::Fast) {
            Some(folder) => folder,
            None => reachable(parent, account)?,
        };
        remove_abandoned(&programs, account, &parent);
        let folder = parent.join(format!("run-{}-{}", std::process::id(), durability.name()));
        fs::create_dir_all(&folder)?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
        if let Some(Account { user, group }) = account {
            chown(&folder, Some(user), Some(group))?;
        }
        // The port is free now; nothing else on this machine is likely to take it within the next second.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let server = Self {
            programs,
            account,
            folder,
            port,
            password: password()?,
        };
        server.initialise()?;
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 {}",
            durability.settings()
        );
        let mut start = server.program("pg_ctl");
        start
            .arg("start")
            .arg("-w")
            .args(["-t", "60"])
            .arg("-D")
            .arg(server.data())
            .arg("-l")
            .arg(server.log());
        // pg_ctl leaves the server with its own outputs, so they must not be pipes of ours.
        let started = start
            .arg("-o")
            .arg(&options)
            .stdout(std::process::Stdio::null())
            .status()?;
        ensure!(
            started.success(),
            "PostgreSQL did not start:\n{}",
            fs::read_to_string(server.log()).unwrap_or_default()
        );
        say(&format!(
            "PostgreSQL ({}) listens on port {port}",
            durability.name()
        ));
        Ok(server)
    }

    /// The address of one of its databases.
    pub fn url(&self, database: &str) -> String {
        let (password, port) = (&self.password, self.port);
        format!("postgres://{USER}:{password}@127.0.0.1:{port}/{database}?sslmode=disable")
    }

    /// Makes an empty database, in the place of one of the same name, and returns its address.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn new_database(&self, name: &str) -> Result<String> {
        let mut create = self.program("psql");
        create
            .arg("--no-psqlrc")
            .arg("--quiet")
            .arg("--dbname")
            .arg(self.url("postgres"));
        create
            .arg("--command")
            .arg(format!("DROP DATABASE IF EXISTS {name}"))
            .arg("--command")
            .arg(format!("CREATE DATABASE {name}"));
        output(&mut create)?;
        Ok(self.url(name))
    }

    /// Makes the files of an empty server whose superuser needs the password, also on loopback.
    fn initialise(&self) -> Result<()> {
        let secret = self.folder.join("password");
        fs::write(&secret, &self.password)?;
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600))?;
        if let Some(Account { user, group }) = self.account {
            chown(&secret, Some(user), Some(group))?;
        }
        let mut initdb = self.program("initdb");
        initdb.args([
            "--username",
            USER,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]);
        initdb
            .arg("--pwfile")
            .arg(&secret)
            .arg("--pgdata")
            .arg(self.data());
        output(&mut initdb)?;
        fs::remove_file(secret)?;
        Ok(())
    }

    fn program(&self, name: &str) -> Command {
        command(&self.programs, self.account, name)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        stop.args(["stop", "-w", "-m", "fast", "-t", "30", "-D"])
            .arg(self.data());
        match output(&mut stop) {
            Ok(_) => {
                let _left_for_the_next_run = fs::remove_dir_all(&self.folder);
            }
            Err(error) => say(&format!("PostgreSQL did not stop: {error:#}")),
        }
    }
}

impl Account {
    /// The user that the package of PostgreSQL makes, or else `nobody`.
    fn find() -> Result<Self> {
        let id = |kind: &str, name: &str| output(Command::new("id").args([kind, name]));
        let name = if id("-u", "postgres").is_ok() {
            "postgres"
        } else {
            "nobody"
        };
        Ok(Self {
            user: id("-u", name)?.parse()?,
            group: id("-g", name)?.parse()?,
        })
    }
}

/// A PostgreSQL program, run as the unprivileged user where there is one.
fn command(programs: &Path, account: Option<Account>, name: &str) -> Command {
    let program = programs.join(name);
    let mut command = match account {
        None => Command::new(program),
        Some(Account { user, group }) => {
            let mut command = Command::new("setpriv");
            command
                .arg(format!("--reuid={user}"))
                .arg(format!("--regid={group}"))
                .arg("--clear-groups")
                .arg(program);
            command
        }
    };
    // The current folder need not be readable for the other user.
    command.current_dir("/").stdin(std::process::Stdio::null());
    command
}

/// A folder in memory for a server that may lose everything, where there is room for one: to copy a database there takes a
/// tenth of the time that a disk needs.
fn memory_folder() -> Option<PathBuf> {
    let memory = Path::new("/dev/shm");
    let free = output(
        Command::new("df")
            .args(["--output=avail", "-B1M"])
            .arg(memory),
    );
    let free: u64 = free.ok()?.lines().last()?.trim().parse().ok()?;
    (free >= MEMORY_MIB).then(|| memory.join("cognate-test"))
}

/// `wanted` if the unprivileged user can reach it, else a folder for temporary files: a checkout may lie in a home that
/// is closed to others.
fn reachable(wanted: &Path, account: Option<Account>) -> Result<PathBuf> {
    fs::create_dir_all(wanted)?;
    let text = wanted.to_string_lossy();
    let open = command(Path::new("/usr/bin"), account, "test")
        .args(["-x", &text])
        .status()
        .is_ok_and(|s| s.success());
    if open {
        return Ok(wanted.to_path_buf());
    }
    let other = std::env::temp_dir().join("cognate-test-postgres");
    fs::create_dir_all(&other)?;
    Ok(other)
}

/// Stops and removes the servers of runs whose process is gone.
fn remove_abandoned(programs: &Path, account: Option<Account>, parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(run) = name.to_str().and_then(|name| name.strip_prefix("run-")) else {
            continue;
        };
        let process = run.split('-').next().unwrap_or(run);
        if process.parse::<u32>().is_err() || succeeds("kill", &["-0", process]) {
            continue;
        }
        let mut stop = command(programs, account, "pg_ctl");
        stop.args(["stop", "-w", "-m", "immediate", "-D"])
            .arg(entry.path().join("data"));
        let _not_running = output(&mut stop);
        let _still_used = fs::remove_dir_all(entry.path());
    }
}

/// A new password: 32 hexadecimal digits from the system's randomness.
fn password() -> Result<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/uuid")
        .context("the system has no random identifiers")?;
    Ok(id.trim().replace('-', ""))
}
