//! `cargo xtask operations [--check]`: docs/operations.tsv, one row for each operation.
//!
//! Name, authorisation class and rate category come from the model. Folder, status and pending members are kept by
//! hand; a new operation starts in no folder and without code.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

use crate::codegen::{self, names};

/// The names of the columns.
const HEADER: &str = "operation\tfolder\tauth\tcategory\tstatus\tpending members";
/// What is kept by hand about an operation.
#[derive(Clone)]
pub struct Row {
    /// Its folder below `crates/domain/src/ops`.
    pub folder: String,
    /// `done`, or `501` while it has no code.
    pub status: String,
    /// Members that are accepted and not obeyed yet; `-` for none, `*` for all.
    pub pending: String,
}

/// Rewrites the table.
///
/// # Errors
/// Fails when the model or the present table cannot be read.
pub fn write(root: &Path) -> Result<()> {
    std::fs::write(path(root), text(root)?)?;
    Ok(())
}

/// Compares the table with the model and with the files of the operations.
///
/// # Errors
/// Fails on a row that is missing, out of date, or says what the files deny.
pub fn check(root: &Path) -> Result<()> {
    if std::fs::read_to_string(path(root)).ok().as_deref() != Some(&text(root)?) {
        bail!("docs/operations.tsv is not what the model says; run `cargo xtask operations`");
    }
    for (name, row) in rows(root)? {
        ensure!(
            !row.folder.is_empty()
                && row
                    .folder
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '_'),
            "{name}: write the folder of crates/domain/src/ops where its code is to stand, not {:?}",
            row.folder
        );
        ensure!(
            matches!(row.status.as_str(), "done" | "501"),
            "{name}: status is done or 501, not {}",
            row.status
        );
        ensure!(
            row.status == "done" || row.pending == "*",
            "{name}: without code every member is pending (*)"
        );
        let file = operation_file(root, &name, &row);
        ensure!(
            row.status != "done" || file.is_file(),
            "{name} is done, but {} is missing",
            file.display()
        );
    }
    Ok(())
}

/// The file that an operation's code stands in.
fn operation_file(root: &Path, name: &str, row: &Row) -> PathBuf {
    root.join("crates/domain/src/ops")
        .join(&row.folder)
        .join(format!("{}.rs", names::snake(name)))
}

fn path(root: &Path) -> PathBuf {
    root.join("docs/operations.tsv")
}

/// The rows of the present table by the name of the operation; empty when there is no table yet.
///
/// # Errors
/// Fails on a line that is no row.
pub fn rows(root: &Path) -> Result<BTreeMap<String, Row>> {
    let text = std::fs::read_to_string(path(root)).unwrap_or_default();
    text.lines().skip(1).map(row).collect()
}

fn row(line: &str) -> Result<(String, Row)> {
    let mut columns = line.split('\t').map(ToOwned::to_owned);
    let mut next = || {
        columns
            .next()
            .with_context(|| format!("docs/operations.tsv: too few columns in {line:?}"))
    };
    let (name, folder, _auth, _category) = (next()?, next()?, next()?, next()?);
    Ok((
        name,
        Row {
            folder,
            status: next()?,
            pending: next()?,
        },
    ))
}

fn text(root: &Path) -> Result<String> {
    let model = codegen::load(root)?;
    let old = rows(root)?;
    let fresh = Row {
        folder: "?".into(),
        status: "501".into(),
        pending: "*".into(),
    };
    let mut out = format!("{HEADER}\n");
    for op in &model.ops {
        let row = old.get(&op.name).unwrap_or(&fresh);
        let category = model
            .categories
            .iter()
            .find(|c| c.ops.contains(&op.name))
            .map_or("-", |c| &c.name);
        writeln!(
            out,
            "{}\t{}\t{}\t{category}\t{}\t{}",
            op.name, row.folder, op.auth, row.status, row.pending
        )?;
    }
    Ok(out)
}
