//! A tidy rule: what docs/SIGN-IN-CLIENTS.md says that a session checks is in that session, and the session is run.

use std::path::Path;

use anyhow::{Context as _, Result};

/// The table of clients, flows and challenges.
pub const MATRIX: &str = "docs/SIGN-IN-CLIENTS.md";

/// Cells that name nothing: line and reason.
///
/// # Errors
/// When the table or the list of sessions cannot be read.
pub fn faults(root: &Path) -> Result<Vec<(usize, String)>> {
    let read = |path: &Path| {
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
    };
    let matrix = read(&root.join(MATRIX))?;
    let runner = read(&root.join("e2e/run.py"))?;
    let session = |name: &str| {
        let folder = if name.ends_with(".mjs") {
            "node"
        } else {
            "python"
        };
        let listed = runner.contains(&format!("\"{folder}/{name}\""));
        let text = std::fs::read_to_string(root.join("e2e").join(folder).join(name));
        text.ok().filter(|_| listed)
    };
    Ok(cells(&matrix)
        .filter_map(|(line, cell)| Some((line, judge(cell, &session)?)))
        .collect())
}

/// The cells of the table's rows that name a check, with their lines.
fn cells(matrix: &str) -> impl Iterator<Item = (usize, &str)> {
    matrix.lines().enumerate().flat_map(|(n, line)| {
        let row = line.strip_prefix('|').unwrap_or_default();
        row.split('|')
            .map(str::trim)
            .filter_map(|cell| cell.strip_prefix('`')?.strip_suffix('`'))
            .map(move |cell| (n + 1, cell))
    })
}

/// What is wrong with a cell, if anything.
fn judge(cell: &str, session: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let Some((name, check)) = cell.split_once(": ") else {
        return Some(format!("`{cell}` does not have the form `session: check`"));
    };
    match session(name) {
        None => Some(format!("no session {name} is run by e2e/run.py")),
        Some(text) if !text.contains(check) => Some(format!("{name} has no check `{check}`")),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str =
        "# x\n\n| flow | client |\n|---|---|\n| A | `a.mjs: the check` |\n| B | because |\n";

    #[test]
    fn only_cells_in_backticks_are_looked_at() {
        assert_eq!(cells(TABLE).collect::<Vec<_>>(), [(5, "a.mjs: the check")]);
    }

    #[test]
    fn a_session_or_check_that_is_not_there_is_a_fault() {
        let session = |name: &str| (name == "a.mjs").then(|| "check('the check', 1, 1)".to_owned());
        assert_eq!(judge("a.mjs: the check", &session), None);
        assert!(judge("a.mjs: another check", &session).is_some());
        assert!(judge("b.mjs: the check", &session).is_some());
        assert!(judge("a.mjs", &session).is_some());
    }
}
