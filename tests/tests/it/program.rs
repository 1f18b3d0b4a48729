//! `cognate dev` as a process that can be killed.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cognate_testkit::Raw;
use http::Method;

/// A running program.
pub struct Program {
    child: Child,
    /// `http://127.0.0.1:port`.
    pub endpoint: String,
}

/// Creates a new folder under the system's temporary one.
pub fn scratch(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("cognate-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Returns the `cognate` that was built with the tests.
fn binary() -> PathBuf {
    let mut folder = std::env::current_exe().unwrap();
    // target/<profile>/deps/<test> → target/<profile>/cognate
    folder.pop();
    folder.pop();
    let binary = folder.join("cognate");
    assert!(
        binary.exists(),
        "build it first: cargo build -p cognate-server ({})",
        binary.display()
    );
    binary
}

/// The sealing key of every installation on PostgreSQL: the rounds of a test are one installation.
pub const SEALING_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Returns a command that runs the program for an installation; the caller adds the arguments.
pub fn command(folder: &Path, database_url: Option<&str>) -> Command {
    let mut command = Command::new(binary());
    command.current_dir(folder);
    if let Some(url) = database_url {
        command
            .env("COGNATE_DATABASE_URL", url)
            .env("COGNATE_SEALING_KEY", SEALING_KEY);
    }
    command
}

impl Program {
    /// Starts with the data of `folder`, or on a PostgreSQL database.
    pub async fn start(folder: &Path, database_url: Option<&str>) -> Self {
        Self::start_with(folder, database_url, &[], Stdio::null()).await
    }

    /// Does the same with more arguments, and a place for the log.
    pub async fn start_with(
        folder: &Path,
        database_url: Option<&str>,
        more: &[&str],
        log: impl Into<Stdio>,
    ) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut command = command(folder, database_url);
        command
            .args(["dev", "--listen", &format!("127.0.0.1:{port}")])
            .args(more);
        command.stdout(Stdio::null()).stderr(log);
        let child = command.spawn().unwrap();
        let mut program = Self {
            child,
            endpoint: format!("http://127.0.0.1:{port}"),
        };
        let raw = Raw::new(&program.endpoint, None);
        let begin = Instant::now();
        loop {
            if raw
                .fetch(Method::GET, "/health/ready", &[], "")
                .await
                .is_ok_and(|reply| reply.status == 200)
            {
                return program;
            }
            assert!(
                begin.elapsed() < Duration::from_secs(30),
                "the server did not start"
            );
            assert!(
                program.child.try_wait().unwrap().is_none(),
                "the server ended at its start"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Resident memory in bytes.
    pub fn memory(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// The most that was resident, in bytes.
    #[allow(dead_code, reason = "several test programs share this file")]
    pub fn peak_memory(&self) -> u64 {
        self.status("VmHWM:")
    }

    fn status(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(field)).unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap()
            << 10
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
