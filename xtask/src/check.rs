//! `cargo xtask check`: everything that a change must pass before its tests run.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{codegen, deny, features, operations, tidy};

/// Runs every check and names those that failed. `linted`: the lints have passed already.
///
/// # Errors
/// Fails when a check fails, after all have run.
pub fn run(root: &Path, linted: bool) -> Result<()> {
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
    if !linted {
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
    }
    stage("deny", deny::check(root));
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
