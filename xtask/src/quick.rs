//! `cargo xtask quick [OPERATION]`: the inner loop, for the time between two edits.
//!
//! It looks at the crates with uncommitted changes alone, and tests on SQLite. `cargo xtask test` is what counts.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

use crate::cargo_tools;
use crate::codegen::names::snake;
use crate::test::process::{output, run_within, say};
use crate::test::tally::Tally;
use crate::tidy;

/// The crate of the operations, and the folder of their tests.
const DOMAIN: &str = "cognate-domain";
const TESTS: &str = "crates/domain/tests/api";

/// Resources whose tests are in folders of other names.
const ELSEWHERE: [(&str, &[&str]); 3] = [
    ("auth", &["signin", "tokens"]),
    ("me", &["users", "accounts"]),
    ("signup", &["accounts"]),
];

/// Checks the format, the house rules, the lints of the changed crates and their tests; with an operation, the API tests
/// of its resource instead.
///
/// # Errors
/// When a check fails, which leaves out the later ones, or no operation has this name.
pub fn run(root: &Path, operation: Option<&str>) -> Result<()> {
    let mut crates = changed_crates(root)?;
    let filter = operation.map(|name| of_operation(root, name)).transpose()?;
    if filter.is_some() {
        crates.insert(DOMAIN.to_owned());
    }
    step("fmt", || cargo(root, ["fmt", "--all", "--check"]))?;
    step("tidy", || tidy::run(root))?;
    if crates.is_empty() {
        say("quick: no crate has changed: neither lints nor tests");
        return Ok(());
    }
    let packages: Vec<&str> = crates.iter().flat_map(|name| ["-p", name]).collect();
    let names = crates
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(" ");
    step(&format!("clippy {names}"), || {
        let clippy = ["clippy", "--quiet"].into_iter().chain(packages.clone());
        cargo(
            root,
            clippy.chain(["--all-targets", "--", "-D", "warnings"]),
        )
    })?;
    match filter {
        Some(filter) => step(&format!("test {filter}"), || {
            // The features of the whole workspace, so that nothing is compiled again that `cargo xtask test` has built.
            test(root, &["--workspace", "--test", "api"], &filter)
        }),
        None => step(&format!("test {names}"), || {
            let targets = targets(metadata(root)?, &crates);
            let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
            test(root, &targets, "all()")
        }),
    }
}

/// The part of `cargo metadata` that is read here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    /// False if the manifest says that it has no tests.
    test: bool,
}

/// Returns the options that select every test of some crates.
///
/// `cognate-tests`, by its empty library, and `cognate-bench` are selected as well, since they depend on all the others:
/// with them every selection has the features of the whole workspace, and none compiles the dependencies again.
fn targets(metadata: Metadata, crates: &BTreeSet<String>) -> Vec<String> {
    let always = ["-p", "cognate-tests", "-p", "cognate-bench", "--lib"];
    let mut options: Vec<String> = always.map(str::to_owned).to_vec();
    for package in metadata.packages {
        if !crates.contains(&package.name) {
            continue;
        }
        options.extend(["-p".to_owned(), package.name]);
        for target in package.targets.into_iter().filter(|target| target.test) {
            for kind in target.kind {
                if kind == "test" || kind == "bin" {
                    options.extend([format!("--{kind}"), target.name.clone()]);
                }
            }
        }
    }
    options
}

/// Returns what cargo knows of the workspace's packages.
fn metadata(root: &Path) -> Result<Metadata> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root);
    serde_json::from_str(&output(&mut cargo)?).context("cannot read cargo metadata")
}

/// Runs one step and says how long it took.
fn step(name: &str, run: impl FnOnce() -> Result<()>) -> Result<()> {
    say(&format!("quick: {name}"));
    let started = Instant::now();
    run().with_context(|| name.to_owned())?;
    say(&format!(
        "quick: ok, {:.1} s",
        started.elapsed().as_secs_f64()
    ));
    Ok(())
}

fn cargo<'a>(root: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(arguments).current_dir(root);
    run_within(cargo, None, |_| {})
}

/// Runs tests that need no database server.
fn test(root: &Path, targets: &[&str], filter: &str) -> Result<()> {
    let mut nextest = cargo_tools::nextest(root)
        .context("cargo-nextest is not here; `cargo xtask test install` gets it")?;
    nextest.arg("run").args(targets);
    nextest.args(["--status-level", "slow", "--cargo-quiet"]);
    nextest.args(["-E", &format!("({filter}) & not test(/postgres/)")]);
    let mut tally = Tally::default();
    let outcome = run_within(nextest, None, |line| {
        if let Some(more) = Tally::from_nextest_line(line) {
            tally.add(more);
        }
    });
    say(&format!("quick: {tally}"));
    if tally.skipped > 0 {
        say("quick: skipped are the tests on PostgreSQL and those that were not asked for");
    }
    outcome
}

/// Returns the crates with changes that are not committed.
fn changed_crates(root: &Path) -> Result<BTreeSet<String>> {
    let git = |arguments: &[&str]| output(Command::new("git").args(arguments).current_dir(root));
    let changed = git(&["diff", "--name-only", "HEAD"])?;
    let new = git(&["ls-files", "--others", "--exclude-standard"])?;
    Ok(changed
        .lines()
        .chain(new.lines())
        .filter_map(crate_of)
        .collect())
}

/// Returns the package that a file belongs to, if one does.
fn crate_of(file: &str) -> Option<String> {
    let mut folders = file.split('/');
    match folders.next()? {
        "crates" => Some(format!("cognate-{}", folders.next()?)),
        "tests" => Some("cognate-tests".to_owned()),
        "bench" => Some("cognate-bench".to_owned()),
        "xtask" => Some("xtask".to_owned()),
        _ => None,
    }
}

/// Returns the filter of the tests of an operation's resource.
fn of_operation(root: &Path, name: &str) -> Result<String> {
    let table = std::fs::read_to_string(root.join("docs/operations.tsv"))?;
    let wanted = snake(name);
    let Some((operation, resource)) = find(&table, &wanted) else {
        bail!("no operation {name} in docs/operations.tsv");
    };
    let mut folders: Vec<&str> = ELSEWHERE
        .iter()
        .find(|(from, _)| *from == resource)
        .map_or_else(|| vec![resource], |(_, to)| to.to_vec());
    folders.retain(|folder| root.join(TESTS).join(folder).is_dir());
    let mut filters: Vec<String> = folders
        .iter()
        .map(|folder| format!("test(/^{folder}::/)"))
        .collect();
    if filters.is_empty() {
        filters = calling(&root.join(TESTS), operation)?
            .iter()
            .map(|module| format!("test(/^{module}::/)"))
            .collect();
    }
    // Tests that have the operation's name are about it wherever they are.
    filters.push(format!("test({wanted})"));
    Ok(filters.join(" | "))
}

/// Finds an operation and its resource in docs/operations.tsv.
fn find<'a>(table: &'a str, wanted: &str) -> Option<(&'a str, &'a str)> {
    table.lines().skip(1).find_map(|row| {
        let mut cells = row.split('\t');
        let operation = cells.next()?;
        (snake(operation) == wanted).then_some((operation, cells.next()?))
    })
}

/// Returns the modules of the API tests that mention an operation.
fn calling(folder: &Path, operation: &str) -> Result<BTreeSet<String>> {
    let quoted = format!("\"{operation}\"");
    let mut modules = BTreeSet::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if text.contains(&quoted)
            && let Some(module) = path.file_stem()
        {
            modules.insert(module.to_string_lossy().into_owned());
        }
    }
    ensure!(!modules.is_empty(), "no API test calls {operation}");
    Ok(modules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_belong_to_crates() {
        let of = |file| crate_of(file);
        assert_eq!(
            of("crates/store/src/lib.rs").as_deref(),
            Some("cognate-store")
        );
        assert_eq!(
            of("tests/tests/it/main.rs").as_deref(),
            Some("cognate-tests")
        );
        assert_eq!(of("docs/CONFIG.md"), None);
    }

    #[test]
    fn the_tests_of_the_changed_crates_are_selected() {
        let metadata = r#"{ "packages": [
            { "name": "a", "targets": [
                { "name": "a", "kind": ["lib"], "test": true },
                { "name": "api", "kind": ["test"], "test": true },
                { "name": "main", "kind": ["bin"], "test": false } ] },
            { "name": "b", "targets": [{ "name": "wire", "kind": ["test"], "test": true }] } ] }"#;
        let metadata = serde_json::from_str(metadata).unwrap();
        let options = targets(metadata, &BTreeSet::from(["a".to_owned()]));
        assert_eq!(
            options.join(" "),
            "-p cognate-tests -p cognate-bench --lib -p a --test api"
        );
    }

    #[test]
    fn an_operation_is_found_under_both_spellings() {
        let table = "operation\tfolder\nListUsers\tusers\tx\nGetUser\tme\tx\n";
        for name in ["GetUser", "get_user"] {
            assert_eq!(find(table, &snake(name)), Some(("GetUser", "me")));
        }
        assert_eq!(find(table, "list_groups"), None);
    }
}
