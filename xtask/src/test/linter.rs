//! Lints and compiles at once. `cargo clippy` checks the whole workspace and its dependencies without making a program, so
//! that a run of lints and tests would go through all of it twice. Clippy's driver is the compiler with the lints in it: as
//! cargo's wrapper for the workspace's own crates it does both in one pass.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Returns the driver of the compiler in use, if the machine has it.
pub fn find() -> Option<PathBuf> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output();
    let root = String::from_utf8(output.ok()?.stdout).ok()?;
    let driver = Path::new(root.trim()).join("bin/clippy-driver");
    driver.exists().then_some(driver)
}

/// Gives a cargo command the driver, with warnings denied as in `cargo xtask check`.
pub fn use_in(cargo: &mut Command, driver: &Path) {
    cargo.env("RUSTC_WORKSPACE_WRAPPER", driver);
    // The separator that `cargo clippy` itself uses.
    cargo.env(
        "CLIPPY_ARGS",
        "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__",
    );
}
