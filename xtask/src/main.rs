//! The project's own tasks: `cargo xtask <task>`.

mod cargo_tools;
mod check;
mod clients_matrix;
mod codegen;
mod deny;
mod features;
mod import_model;
mod model_news;
mod operations;
mod quick;
mod test;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

/// What `cargo xtask` prints without a task.
const USAGE: &str = "\
usage: cargo xtask TASK
  import-model FILE     take in a published service model (JSON): rewrite model/ and what follows from it, say what is new
  codegen [--check]     rewrite, or compare, crates/shapes/src/generated
  operations [--check]  rewrite, or compare, docs/operations.tsv (columns kept by hand stay)
  tidy                  the rules of the house that no other tool checks
  check                 fmt, clippy, codegen --check, operations --check, tidy, one feature set, cargo deny
  quick [OPERATION]     while you work: fmt, tidy, and clippy and tests of the crates that you have changed, on SQLite
  test [ARGS]           every test, on both databases and with the real clients";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let root = root()?;
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["import-model", file] => import_model::run(Path::new(file), &root),
        ["codegen"] => codegen::write(&root),
        ["codegen", "--check"] => codegen::check(&root),
        ["operations"] => operations::write(&root),
        ["operations", "--check"] => operations::check(&root),
        ["tidy"] => tidy::run(&root),
        ["check"] => check::run(&root, false),
        ["check", "--linted"] => check::run(&root, true),
        ["quick"] => quick::run(&root, None),
        ["quick", operation] => quick::run(&root, Some(operation)),
        ["test", rest @ ..] => test::run(rest.iter().map(|a| (*a).to_owned()).collect()),
        _ => bail!("{USAGE}"),
    }
}

/// The folder of the workspace.
fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here
        .parent()
        .context("xtask has no parent folder")?
        .to_path_buf())
}
