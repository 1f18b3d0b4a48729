//! A PostgreSQL of a test's own, which can be killed.
//!
//! PostgreSQL refuses to run as root, so as root it runs as the user `postgres` (or `nobody`).

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A server with a folder and a port of its own.
pub struct Postgres {
    programs: PathBuf,
    account: Option<(String, String)>,
    folder: PathBuf,
    port: u16,
    settings: Vec<String>,
}

impl Postgres {
    /// Starts a new server; None when PostgreSQL is not installed. `settings` are added to the command line,
    /// `name=value`.
    pub fn start(name: &str, settings: &[&str]) -> Option<Self> {
        let programs = programs()?;
        let id = |arguments: &[&str]| output(Command::new("id").args(arguments));
        let account = (id(&["-u"]).as_deref() == Some("0")).then(|| {
            let name = if id(&["-u", "postgres"]).is_some() {
                "postgres"
            } else {
                "nobody"
            };
            (id(&["-u", name]).unwrap(), id(&["-g", name]).unwrap())
        });
        let folder = crate::program::scratch(&format!("postgres-{name}"));
        if let Some((user, group)) = &account {
            let (user, group) = (user.parse().unwrap(), group.parse().unwrap());
            std::os::unix::fs::chown(&folder, Some(user), Some(group)).unwrap();
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let settings = settings.iter().map(|&s| s.to_owned()).collect();
        let server = Self {
            programs,
            account,
            folder,
            port,
            settings,
        };
        let mut initdb = server.program("initdb");
        initdb.args([
            "--username=cognate",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "-D",
        ]);
        let made = initdb
            .arg(server.data())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(made.success(), "initdb failed");
        server.run();
        Some(server)
    }

    /// Returns the address of its database.
    pub fn url(&self) -> String {
        format!(
            "postgres://cognate@127.0.0.1:{}/postgres?sslmode=disable",
            self.port
        )
    }

    /// Starts it, again after a kill, and waits until it has recovered.
    pub fn run(&self) {
        let mut options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 -c fsync=on",
            self.port
        );
        for setting in &self.settings {
            options.push_str(&format!(" -c {setting}"));
        }
        let begin = Instant::now();
        loop {
            let mut start = self.program("pg_ctl");
            start
                .args(["start", "-w", "-t", "30", "-o", &options, "-D"])
                .arg(self.data());
            start.arg("-l").arg(self.folder.join("log"));
            if start
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .unwrap()
                .success()
            {
                return;
            }
            // A process of the killed server may still hold the shared memory.
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(
                begin.elapsed() < Duration::from_secs(30),
                "PostgreSQL did not start:\n{log}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Sends SIGKILL to the server and everything that it started: nothing is flushed, and the clients are not told.
    pub fn kill(&self) {
        let server = self.process().unwrap();
        let mut all = children(server);
        all.insert(0, server);
        let ids: Vec<String> = all.iter().map(u32::to_string).collect();
        // One that ended by itself in the meantime is no failure.
        let _ = Command::new("kill")
            .arg("-KILL")
            .args(&ids)
            .stderr(Stdio::null())
            .status()
            .unwrap();
        let begin = Instant::now();
        while all.iter().any(|id| is_alive(*id)) {
            assert!(
                begin.elapsed() < Duration::from_secs(10),
                "PostgreSQL survived its kill"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Returns the id of its first process, from the file that it keeps.
    fn process(&self) -> Option<u32> {
        let text = std::fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = match &self.account {
            None => Command::new(program),
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                command
                    .arg(format!("--reuid={user}"))
                    .arg(format!("--regid={group}"));
                command.arg("--clear-groups").arg(program);
                command
            }
        };
        // The current folder need not be readable for the other user.
        command.current_dir("/").stdin(Stdio::null());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.process().is_some_and(is_alive) {
            self.kill();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Returns the newest installed version's programs.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let bin = entry.path().join("bin");
            bin.join("initdb")
                .is_file()
                .then_some((entry.file_name().to_str()?.parse().ok()?, bin))
        })
        .collect();
    found.sort();
    let on_path = || {
        let initdb = output(Command::new("sh").args(["-c", "command -v initdb"]))?;
        Some(Path::new(&initdb).parent()?.to_path_buf())
    };
    found.pop().map(|(_, bin)| bin).or_else(on_path)
}

/// Returns the output of a command; None if it fails.
fn output(command: &mut Command) -> Option<String> {
    let output = command
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Returns the state letter and the parent of a process.
fn stat(id: u32) -> Option<(String, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in parentheses may hold anything, so the fields are counted behind its end.
    let (_, rest) = text.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    Some((fields.next()?.to_owned(), fields.next()?.parse().ok()?))
}

/// Neither gone nor only waiting for its parent to notice.
fn is_alive(id: u32) -> bool {
    stat(id).is_some_and(|(state, _)| state != "Z")
}

fn children(of: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| stat(*id).is_some_and(|(_, parent)| parent == of))
        .collect()
}
