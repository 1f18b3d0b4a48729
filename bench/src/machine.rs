//! The server as a process: starting it on its own core, its CPU time, memory and disk; start-up, idle memory, size.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::Arguments;
use crate::http::Connection;
use crate::report::Table;
use crate::usage::BACKGROUND;
use crate::world::World;

/// Every node of a PostgreSQL database is given the same key; this one is for nothing else.
pub const SEALING_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The core of the server and of the floors.
pub const SERVER_CORE: usize = 0;
/// The core of the generator.
const GENERATOR_CORE: usize = 1;

/// Pins this thread to the generator's core.
pub fn pin_generator() {
    pin(GENERATOR_CORE);
}

/// Pins this thread to a core.
pub fn pin(core: usize) {
    if let Some(id) = core_affinity::get_core_ids()
        .unwrap_or_default()
        .into_iter()
        .find(|id| id.id == core)
    {
        core_affinity::set_for_current(id);
    }
}

/// A running `cognate dev`.
pub struct Server {
    child: Child,
    /// Address and port.
    pub host: String,
    folder: Option<PathBuf>,
    /// From the start of the process to its first answer.
    pub started_in: Duration,
}

/// Creates a folder of its own under the system's temporary one.
pub fn folder() -> Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("cognate-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Returns the bytes of the database in a data folder, its log included.
pub fn disk(folder: &std::path::Path) -> Result<u64> {
    let mut sum = 0;
    for name in ["cognate.db", "cognate.db-wal"] {
        let path = folder.join(".cognate").join(name);
        sum += std::fs::metadata(path).map_or(0, |about| about.len());
    }
    if sum == 0 {
        bail!("no database in {}", folder.display());
    }
    Ok(sum)
}

/// Returns the bytes that are free for files in `folder`.
///
/// # Errors
/// When `df` does not say it.
pub fn free_space(folder: &std::path::Path) -> Result<u64> {
    let said = Command::new("df")
        .args(["--output=avail", "--block-size=1"])
        .arg(folder)
        .output()
        .context("`df`")?;
    let said = String::from_utf8(said.stdout)?;
    let free = said.lines().nth(1).context("`df` says nothing")?;
    Ok(free.trim().parse()?)
}

/// Returns the bytes of memory that the system can give away, what it keeps of files included.
///
/// # Errors
/// When the system does not say it.
pub fn free_memory() -> Result<u64> {
    let about = std::fs::read_to_string("/proc/meminfo")?;
    let line = about
        .lines()
        .find(|line| line.starts_with("MemAvailable:"))
        .context("MemAvailable")?;
    let kib: u64 = line
        .split_whitespace()
        .nth(1)
        .context("MemAvailable")?
        .parse()?;
    Ok(kib << 10)
}

/// Reads the database in a data folder, so that the system has it in memory.
pub fn warm(folder: &std::path::Path) -> Result<()> {
    let mut file = std::fs::File::open(folder.join(".cognate").join("cognate.db"))?;
    std::io::copy(&mut file, &mut std::io::sink())?;
    Ok(())
}

/// Returns the path of the server's program.
fn program(arguments: &Arguments) -> Result<PathBuf> {
    let program = arguments.program.canonicalize();
    program.context("build it first: cargo build --release")
}

impl Server {
    /// Starts the program on the server's core with its data in `folder`.
    pub async fn start(
        arguments: &Arguments,
        folder: &std::path::Path,
        remove: bool,
    ) -> Result<Self> {
        Self::start_with(arguments, folder, remove, &[]).await
    }

    /// As [`Server::start`], with these settings as variables.
    pub async fn start_with(
        arguments: &Arguments,
        folder: &std::path::Path,
        remove: bool,
        settings: &[(&str, &str)],
    ) -> Result<Self> {
        let mut command = Command::new("taskset");
        command.args(["-c", &SERVER_CORE.to_string()]);
        command.arg(program(arguments)?);
        command.envs(settings.iter().copied());
        let patience = Duration::from_secs(20);
        Self::spawn(arguments, folder, remove, command, patience).await
    }

    /// Starts the program under callgrind, which counts its instructions and dumps them into files that begin with `out`.
    pub async fn start_counted(
        arguments: &Arguments,
        folder: &std::path::Path,
        out: &std::path::Path,
    ) -> Result<Self> {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--quiet"]);
        command.arg(format!("--callgrind-out-file={}", out.display()));
        command.arg(program(arguments)?);
        let patience = Duration::from_secs(180);
        Self::spawn(arguments, folder, false, command, patience).await
    }

    async fn spawn(
        arguments: &Arguments,
        folder: &std::path::Path,
        remove: bool,
        mut command: Command,
        patience: Duration,
    ) -> Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?
            .local_addr()?
            .port();
        let host = format!("127.0.0.1:{port}");
        command
            .args(["dev", "--listen", &host])
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .env("COGNATE_LOG_LEVEL", "error");
        if let Some(url) = &arguments.database_url {
            command.env("COGNATE_DATABASE_URL", url);
            command.env("COGNATE_SEALING_KEY", SEALING_KEY);
        }
        let start = Instant::now();
        let child = command
            .spawn()
            .context("starting the server (needs `taskset`; to count instructions, `valgrind`)")?;
        let mut server = Self {
            child,
            host,
            folder: remove.then(|| folder.to_owned()),
            started_in: Duration::ZERO,
        };
        let probe = format!(
            "GET /health/ready HTTP/1.1\r\nHost: {}\r\n\r\n",
            server.host
        );
        loop {
            if let Ok(mut connection) = Connection::open(&server.host).await
                && connection
                    .send(probe.as_bytes())
                    .await
                    .is_ok_and(|reply| reply.status == 200)
            {
                break;
            }
            if start.elapsed() > patience || server.child.try_wait()?.is_some() {
                bail!("the server did not start");
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        server.started_in = start.elapsed();
        Ok(server)
    }

    /// The number of the process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until nothing has run in it for a while, the making of keys in advance included.
    ///
    /// # Errors
    /// When it is busy for two minutes.
    pub async fn rest(&self) -> Result<()> {
        // Timers of the program wake it now and then.
        const IDLE_SHARE: u64 = 20;
        let watched = Duration::from_millis(400);
        for _ in 0..300 {
            let before = self.cpu_of(|_| true)?;
            tokio::time::sleep(watched).await;
            let spent = Duration::from_nanos(self.cpu_of(|_| true)?.saturating_sub(before));
            if spent < watched / 100 * IDLE_SHARE as u32 {
                return Ok(());
            }
        }
        bail!("the server does not come to rest")
    }

    /// CPU time in nanoseconds, as the scheduler counts it, of all its threads but the one that makes signing keys in
    /// advance: that one is busy for some 20 seconds after new pools took their keys, and with no request.
    pub fn cpu(&self) -> Result<u64> {
        self.cpu_of(|thread| thread != BACKGROUND)
    }

    /// The same of the threads whose names are chosen.
    fn cpu_of(&self, chosen: impl Fn(&str) -> bool) -> Result<u64> {
        let mut sum = 0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let task = task?.path();
            let name = std::fs::read_to_string(task.join("comm")).unwrap_or_default();
            if !chosen(name.trim_end()) {
                continue;
            }
            let text = std::fs::read_to_string(task.join("schedstat")).unwrap_or_default();
            sum += text
                .split_whitespace()
                .next()
                .and_then(|n| n.parse::<u64>().ok())
                .unwrap_or(0);
        }
        Ok(sum)
    }

    /// Ends it with SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Resident memory in bytes.
    pub fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .context("VmRSS")?;
        let kib: u64 = line.split_whitespace().nth(1).context("VmRSS")?.parse()?;
        Ok(kib << 10)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that was killed is gone, and its number may be another's by now.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = Command::new("kill")
                .args(["-TERM", &self.child.id().to_string()])
                .status();
            let _ = self.child.wait();
        }
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Formats bytes as MiB.
pub fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// Measures what does not depend on requests.
pub async fn run(arguments: &Arguments) -> Result<()> {
    let mut table = Table::new(&["What", "Measured", "Must", "Verdict"]);
    let size = std::fs::metadata(&arguments.program)?.len();
    table.row(&["program", &mib(size), "30 MB", verdict(size <= 30_000_000)]);

    let folder = folder()?;
    drop(Server::start(arguments, &folder, false).await?);
    let mut starts = Vec::new();
    for _ in 0..9 {
        let server = Server::start(arguments, &folder, false).await?;
        starts.push(server.started_in);
    }
    starts.sort();
    let median = starts.get(starts.len() / 2).copied().unwrap_or_default();
    table.row(&[
        "start to first answer (median of 9)",
        &format!("{:.1} ms", median.as_secs_f64() * 1e3),
        "50 ms",
        verdict(median <= Duration::from_millis(50)),
    ]);

    let server = Server::start(arguments, &folder, true).await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let idle = server.memory()?;
    table.row(&[
        "memory, idle",
        &mib(idle),
        "16 MiB",
        verdict(idle <= 16 << 20),
    ]);
    // A pool, users, and the tokens of each at two clients, one after the other.
    let world = World::make(&server.host, 0).await?;
    world.sign_in(&server.host).await?;
    let used = server.memory()?;
    table.row(&[
        "memory, after the sign-ins of 256 users",
        &mib(used),
        "26 MiB",
        verdict(used <= 26 << 20),
    ]);
    table.print();
    Ok(())
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}
