//! Checks that the program and the tests are built with one feature set, so that nothing is compiled twice.
//!
//! `cargo build --workspace` leaves out the features that only tests ask for. A crate that gets more features in the
//! tests is compiled again for them, with every crate above it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

/// Compares the features of `cargo build --workspace` with those of its tests.
///
/// # Errors
/// When a crate has more features in the tests, or cargo cannot resolve the workspace.
pub fn check(root: &Path) -> Result<()> {
    let faults = differing(
        &tree(root, "normal,build")?,
        &tree(root, "normal,build,dev")?,
    );
    if faults.is_empty() {
        return Ok(());
    }
    bail!(
        "the tests ask for more features than the program of\n  {}\nName these features in Cargo.toml or in \
         crates/testkit/Cargo.toml too, or the crates above are compiled twice",
        faults.join("\n  ")
    )
}

/// Returns each crate of the workspace's graph with its features, one a line.
fn tree(root: &Path, edges: &str) -> Result<BTreeSet<String>> {
    let done = Command::new("cargo")
        .args(["tree", "--workspace", "--edges", edges])
        .args(["--prefix", "none", "--format", "{p} [{f}]"])
        .current_dir(root)
        .output()
        .context("cannot start cargo tree")?;
    ensure!(
        done.status.success(),
        "cargo tree failed: {}",
        String::from_utf8_lossy(&done.stderr).trim()
    );
    Ok(String::from_utf8_lossy(&done.stdout)
        .lines()
        // ` (*)` marks a crate whose dependencies were printed before.
        .map(|line| line.trim_end_matches(" (*)").to_owned())
        .filter(|line| !line.is_empty())
        .collect())
}

/// Returns the crates of `program` that `tests` does not have with the same features.
fn differing(program: &BTreeSet<String>, tests: &BTreeSet<String>) -> Vec<String> {
    program.difference(tests).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(lines: &[&str]) -> BTreeSet<String> {
        lines.iter().map(|&line| line.to_owned()).collect()
    }

    #[test]
    fn crates_of_the_tests_alone_are_no_difference() {
        let program = set(&["a v1 [x]"]);
        assert!(differing(&program, &set(&["a v1 [x]", "b v1 []"])).is_empty());
    }

    #[test]
    fn a_feature_of_the_tests_alone_is_a_difference() {
        let program = set(&["a v1 [x]", "b v1 []"]);
        let tests = set(&["a v1 [x,y]", "b v1 []"]);
        assert_eq!(differing(&program, &tests), ["a v1 [x]"]);
    }
}
