//! Puts the functions that a server executes first beside each other in the program's file: `order.ld` says which, and
//! `bench/layout.py` how it is made. Programs for speed on Linux alone are linked so, and where the linker can do it, which is tried
//! with an empty program: without it the program is the same, and an idle server takes some megabytes more.

#![allow(
    clippy::disallowed_methods,
    reason = "what cargo tells a build script; no setting of the program"
)]

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=order.ld");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|is| is == value);
    // With musl it was never tried.
    let is_linux = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    if is("PROFILE", "release") && is_linux {
        let argument =
            env::var("CARGO_MANIFEST_DIR").map(|folder| format!("-Wl,-T,{folder}/order.ld"));
        if let Ok(argument) = argument
            && can_link(&argument).unwrap_or(false)
        {
            println!("cargo:rustc-link-arg-bin=cognate={argument}");
        }
    }
}

/// True if an empty program can be linked with this argument by what links ours.
fn can_link(argument: &str) -> Option<bool> {
    let out = PathBuf::from(env::var_os("OUT_DIR")?);
    let source = out.join("empty.rs");
    std::fs::write(&source, "fn main() {}").ok()?;
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let mut compiler = Command::new(env::var_os("RUSTC")?);
    compiler.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        let linker = Path::new(&linker).to_str()?.to_owned();
        compiler.arg(format!("-Clinker={linker}"));
    }
    compiler.arg("--target").arg(env::var_os("TARGET")?);
    compiler.arg(format!("-Clink-arg={argument}"));
    compiler.arg("-o").arg(out.join("empty")).arg(source);
    Some(compiler.output().ok()?.status.success())
}
