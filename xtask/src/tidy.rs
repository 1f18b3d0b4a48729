//! `cargo xtask tidy`: the rules of the house that neither the compiler nor clippy knows.

mod citations;
mod examples;
mod order;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::clients_matrix;

/// No hand-written Rust file is longer, in lines.
const MAX_LINES: usize = 500;

/// Cryptographic libraries, which only `crates/crypto` may call.
const CRYPTO_LIBRARIES: [&str; 10] = [
    "aws_lc_rs",
    "aws_lc_sys",
    "ring",
    "openssl",
    "rsa",
    "sha2",
    "hmac",
    "aes_gcm",
    "crypto_bigint",
    "ed25519_dalek",
];

/// Database drivers, which only the two engine files of the store may use.
const DRIVERS: [&str; 2] = ["rusqlite", "tokio_postgres"];

/// The one place outside `crates/crypto` with unsafe code: a file system for SQLite that forgets what was not synced,
/// which has to be written against its C interface, for a test only.
const UNSAFE_TEST: &str = "crates/store/tests/semantics/durability";

/// Parts of texts that do not belong into a file of the project: paths of one machine and hosts of package registries.
/// Each is written in two halves, so that this file does not contain it.
const FORBIDDEN: [(&str, &str); 9] = [
    ("/wo", "rk/"),
    ("/ro", "ot/"),
    ("registry.", "npmjs.org"),
    ("registry.", "yarnpkg.com"),
    ("files.", "pythonhosted.org"),
    ("pypi.", "org/simple"),
    ("static.", "crates.io"),
    ("index.", "crates.io"),
    ("deb.", "debian.org"),
];

/// One broken rule.
struct Fault {
    file: PathBuf,
    line: usize,
    rule: String,
}

/// Checks every file of the project.
///
/// # Errors
/// Fails with the list of all broken rules.
pub fn run(root: &Path) -> Result<()> {
    let mut faults = Vec::new();
    let sheets = citations::Sheets::read(root)?;
    for file in files(root)? {
        let path = root.join(&file);
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        check_text(&file, &text, &mut faults);
        for (line, rule) in citations::faults(&sheets, &file, &text) {
            fault(&mut faults, &file, line, rule);
        }
        match file.extension().and_then(|e| e.to_str()) {
            Some("rs") => check_rust(&file, &text, &mut faults),
            Some("sql") => check_sql_file(&file, &text, &mut faults),
            _ => {}
        }
        if file == Path::new("Cargo.toml") {
            check_dependencies(&file, &text, &mut faults);
        }
    }
    check_operation_files(root, &mut faults)?;
    for (line, rule) in clients_matrix::faults(root)? {
        let file = PathBuf::from(clients_matrix::MATRIX);
        faults.push(Fault { file, line, rule });
    }
    for (file, line, rule) in order::faults(root)? {
        faults.push(Fault { file, line, rule });
    }
    if faults.is_empty() {
        return Ok(());
    }
    for fault in &faults {
        eprintln!("{}:{}: {}", fault.file.display(), fault.line, fault.rule);
    }
    bail!("tidy: {} broken rules", faults.len())
}

/// Every file of the project, relative to `root`: what git would commit, or all files where there is no git.
fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let output = std::process::Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output();
    match output {
        Ok(output) if output.status.success() => {
            let list = String::from_utf8(output.stdout).context("a file name is not UTF-8")?;
            Ok(list.lines().map(PathBuf::from).collect())
        }
        _ => {
            let mut found = Vec::new();
            walk(root, Path::new(""), &mut found)?;
            Ok(found)
        }
    }
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(
            name.to_str(),
            Some("target" | "node_modules" | ".git" | ".cognate" | "__pycache__") | None
        ) {
            continue;
        }
        let path = folder.join(&name);
        if entry.file_type()?.is_dir() {
            walk(root, &path, found)?
        } else {
            found.push(path)
        }
    }
    Ok(())
}

fn fault(faults: &mut Vec<Fault>, file: &Path, line: usize, rule: impl Into<String>) {
    faults.push(Fault {
        file: file.into(),
        line,
        rule: rule.into(),
    });
}

fn check_text(file: &Path, text: &str, faults: &mut Vec<Fault>) {
    // Lock files name the registries they were resolved with; that is theirs to say.
    let lock = file.file_name().is_some_and(|n| n == "Cargo.lock");
    for (number, line) in text.lines().enumerate().filter(|_| !lock) {
        for (start, end) in FORBIDDEN {
            let word = format!("{start}{end}");
            if line.contains(&word) {
                fault(
                    faults,
                    file,
                    number + 1,
                    format!("`{word}` does not belong into the repository"),
                );
            }
        }
    }
}

fn check_rust(file: &Path, text: &str, faults: &mut Vec<Fault>) {
    let generated = file.components().any(|c| c.as_os_str() == "generated");
    if !generated && text.lines().count() > MAX_LINES {
        fault(
            faults,
            file,
            MAX_LINES,
            format!("longer than {MAX_LINES} lines"),
        );
    }
    let first = text
        .lines()
        .find(|l| !l.is_empty() && !l.starts_with("// "));
    if !first.is_some_and(|l| l.starts_with("//!")) {
        fault(faults, file, 1, "the file does not begin with a `//!` text");
    }
    for line in examples::lines(text) {
        let rule =
            "no stage of the tests compiles an example: make it a test, or a block of `text`";
        fault(faults, file, line, rule);
    }
    let crypto = file.starts_with("crates/crypto");
    // Tests and benchmarks may hold a second implementation against ours.
    let test = is_test(file);
    let engine = is_engine_file(file);
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        // Keywords of a content security policy, such as `'unsafe-inline'`, are no code.
        if has_word(&code.replace("unsafe-", ""), "unsafe")
            && !crypto
            && !file.starts_with("xtask")
            && !file.starts_with(UNSAFE_TEST)
        {
            fault(
                faults,
                file,
                number + 1,
                "`unsafe` stands in crates/crypto only",
            );
        }
        if test || file.starts_with("xtask") {
            continue;
        }
        if let Some(library) = CRYPTO_LIBRARIES
            .iter()
            .find(|l| calls_crate(code, l))
            .filter(|_| !crypto)
        {
            fault(
                faults,
                file,
                number + 1,
                format!("{library} is for crates/crypto only"),
            );
        }
        if let Some(driver) = DRIVERS
            .iter()
            .find(|d| calls_crate(code, d))
            .filter(|_| !engine)
        {
            fault(
                faults,
                file,
                number + 1,
                format!("{driver} is for the engine files of crates/store only"),
            );
        }
    }
    if file.starts_with("crates/store") && !test {
        check_sql_literals(file, text, faults);
    }
}

fn is_test(file: &Path) -> bool {
    file.starts_with("tests")
        || file.starts_with("bench")
        || file.starts_with("e2e")
        || file.starts_with("crates/testkit")
        || file.components().any(|c| {
            matches!(
                c.as_os_str().to_str(),
                Some("tests" | "benches" | "tests.rs")
            )
        })
}

/// The engine files of the store: `sqlite.rs`, `postgres.rs` and what lies in folders of these names.
fn is_engine_file(file: &Path) -> bool {
    let text = file.to_string_lossy();
    ["sqlite", "postgres"]
        .iter()
        .any(|engine| text.starts_with(&format!("crates/store/src/{engine}")))
}

/// True when a path in `code` begins with the crate `name`. `rustls::crypto::aws_lc_rs` is a module of rustls, no call.
fn calls_crate(code: &str, name: &str) -> bool {
    code.match_indices(&format!("{name}::")).any(|(at, _)| {
        let before = code.get(..at).and_then(|s| s.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

/// True when `word` stands in `code` with no name character on either side.
fn has_word(code: &str, word: &str) -> bool {
    let name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, found)| {
        let before = code.get(..at).and_then(|s| s.chars().next_back());
        let after = code.get(at + found.len()..).and_then(|s| s.chars().next());
        !before.is_some_and(name) && !after.is_some_and(name)
    })
}

/// Parameters are `?1`, `?2`…: a bare question mark inside a text that looks like SQL is a mistake.
fn check_sql_literals(file: &Path, text: &str, faults: &mut Vec<Fault>) {
    let mut inside_sql = false;
    for (number, line) in text.lines().enumerate() {
        let upper = line.to_uppercase();
        let starts = [
            "\"SELECT ",
            "\"INSERT ",
            "\"UPDATE ",
            "\"DELETE ",
            "\"WITH ",
        ]
        .iter()
        .any(|k| upper.contains(k));
        inside_sql |= starts;
        if inside_sql && has_bare_question_mark(sql_part(line, starts)) {
            fault(
                faults,
                file,
                number + 1,
                "a parameter in SQL is written ?1, ?2 and so on",
            );
        }
        if inside_sql && line.trim_end().ends_with([';', ',', ')']) && line.contains('"') {
            inside_sql = false;
        }
    }
}

/// What of a line belongs to the SQL text: from the opening quote on, up to the closing one.
fn sql_part(line: &str, starts: bool) -> &str {
    let text = if starts {
        line.split_once('"').map_or(line, |(_, t)| t)
    } else {
        line
    };
    text.split_once('"').map_or(text, |(t, _)| t)
}

fn check_sql_file(file: &Path, text: &str, faults: &mut Vec<Fault>) {
    for (number, line) in text.lines().enumerate() {
        if has_bare_question_mark(line.split("--").next().unwrap_or_default()) {
            fault(
                faults,
                file,
                number + 1,
                "a parameter in SQL is written ?1, ?2 and so on",
            );
        }
    }
}

fn has_bare_question_mark(sql: &str) -> bool {
    sql.match_indices('?').any(|(at, _)| {
        !sql.get(at + 1..)
            .unwrap_or_default()
            .starts_with(|c: char| c.is_ascii_digit())
    })
}

/// Each dependency has a comment above it; one comment may cover the lines directly below it.
fn check_dependencies(file: &Path, text: &str, faults: &mut Vec<Fault>) {
    let mut inside = false;
    let mut covered = false;
    for (number, line) in text.lines().enumerate() {
        if line.starts_with('[') {
            inside = line == "[workspace.dependencies]";
        } else if line.is_empty() {
            covered = false;
        } else if line.starts_with('#') {
            covered = true;
        } else if inside && !covered {
            fault(
                faults,
                file,
                number + 1,
                "a dependency needs a comment that says why",
            );
        }
    }
}

/// A file in `crates/domain/src/ops/<folder>` that has the name of an operation stands in the folder that the table
/// gives to that operation.
fn check_operation_files(root: &Path, faults: &mut Vec<Fault>) -> Result<()> {
    let ops = root.join("crates/domain/src/ops");
    if !ops.is_dir() {
        return Ok(());
    }
    for (name, row) in crate::operations::rows(root)? {
        let file = format!("{}.rs", crate::codegen::names::snake(&name));
        for folder in std::fs::read_dir(&ops)? {
            let folder = folder?;
            if folder.path().join(&file).is_file() && folder.file_name() != *row.folder {
                let at = Path::new("crates/domain/src/ops")
                    .join(folder.file_name())
                    .join(&file);
                fault(
                    faults,
                    &at,
                    1,
                    format!("{name} belongs into ops/{}", row.folder),
                );
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(file: &str, text: &str) -> Vec<String> {
        let mut faults = Vec::new();
        check_text(Path::new(file), text, &mut faults);
        if file.ends_with(".rs") {
            check_rust(Path::new(file), text, &mut faults);
        } else {
            check_dependencies(Path::new(file), text, &mut faults);
        }
        faults
            .into_iter()
            .map(|f| format!("{}: {}", f.line, f.rule))
            .collect()
    }

    #[test]
    fn a_file_begins_with_its_purpose() {
        assert_eq!(
            rules("crates/web/src/lib.rs", "fn f() {}\n"),
            ["1: the file does not begin with a `//!` text"]
        );
        assert!(rules("crates/web/src/lib.rs", "//! Pages.\nfn f() {}\n").is_empty());
    }

    #[test]
    fn a_file_has_at_most_five_hundred_lines_unless_it_is_generated() {
        let long = format!("//! Long.\n{}", "\n".repeat(500));
        assert_eq!(
            rules("crates/web/src/lib.rs", &long),
            ["500: longer than 500 lines"]
        );
        assert!(rules("crates/shapes/src/generated/op.rs", &long).is_empty());
    }

    #[test]
    fn libraries_stay_in_their_crates() {
        let text = "//! X.\nuse aws_lc_rs::hmac;\nuse rusqlite::Connection;\n";
        assert_eq!(rules("crates/domain/src/lib.rs", text).len(), 2);
        assert_eq!(rules("crates/crypto/src/lib.rs", text).len(), 1);
        assert_eq!(rules("crates/store/src/sqlite/writer.rs", text).len(), 1);
        assert!(
            rules(
                "crates/domain/src/lib.rs",
                "//! X.\nuse cognate_crypto::hmac::tag;\nlet ring = 1; // rusqlite::\n"
            )
            .is_empty()
        );
    }

    #[test]
    fn unsafe_code_stands_in_crypto() {
        let text = "//! X.\nunsafe { f() }\n";
        assert_eq!(
            rules("crates/store/src/lib.rs", text),
            ["2: `unsafe` stands in crates/crypto only"]
        );
        assert!(rules("crates/crypto/src/srp.rs", text).is_empty());
        assert!(
            rules(
                "crates/store/src/lib.rs",
                "//! X.\n#![forbid(unsafe_code)]\n"
            )
            .is_empty()
        );
    }

    #[test]
    fn parameters_of_sql_are_numbered() {
        let file = "crates/store/src/tables/users.rs";
        let bad = "//! X.\nconst A: &str = \"SELECT a FROM t WHERE b = ?\";\n";
        assert_eq!(
            rules(file, bad),
            ["2: a parameter in SQL is written ?1, ?2 and so on"]
        );
        let good = "//! X.\nconst A: &str = \"SELECT a FROM t WHERE b = ?1\";\nlet x = f()?;\n";
        assert!(rules(file, good).is_empty());
    }

    #[test]
    fn places_of_one_machine_are_not_named() {
        let (start, end) = FORBIDDEN[0];
        assert_eq!(
            rules("README.md", &format!("see {start}{end}main")).len(),
            1
        );
    }

    #[test]
    fn a_dependency_says_why_it_is_there() {
        let text = "[workspace.dependencies]\na = \"1\"\n# For b and c.\nb = \"1\"\nc = \"1\"\n\nd = \"1\"\n";
        let found = rules("Cargo.toml", text);
        assert_eq!(
            found,
            [
                "2: a dependency needs a comment that says why",
                "7: a dependency needs a comment that says why"
            ]
        );
    }
}
