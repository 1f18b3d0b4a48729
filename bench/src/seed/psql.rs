//! PostgreSQL by its own client program: for what works outside of transactions only, and for what the store has no statement
//! for.

use std::process::Command;

use anyhow::{Context, Result, bail};

/// The memory that the making of one index may take.
const MEMORY: &str = "SET maintenance_work_mem = '1GB'";

/// Runs a statement; returns what it answers, a line for each row of one column.
///
/// # Errors
/// What `psql` says, or that it is not there.
pub fn psql(url: &str, sql: &str) -> Result<String> {
    let mut command = Command::new("psql");
    command.args(["--no-psqlrc", "--no-password", "--quiet", "--no-align"]);
    command.args(["--tuples-only", "--set=ON_ERROR_STOP=1", "--dbname", url]);
    let done = command.args(["--command", sql]).output();
    let done = done.context("`psql` is not there: it is one of PostgreSQL's client programs")?;
    if !done.status.success() {
        bail!("{sql}: {}", String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(String::from_utf8(done.stdout)?.trim().to_owned())
}

/// The indexes of tables that are filled without them. Making them afterwards takes less time and less room: a tree into whose
/// middle rows come in their order has pages that are half empty.
pub struct Indexes<'a> {
    url: &'a str,
    /// The statements that make them, a line for each.
    definitions: String,
}

impl<'a> Indexes<'a> {
    /// Takes them away.
    ///
    /// # Errors
    /// As [`psql`].
    pub fn take(url: &'a str, tables: &[&str]) -> Result<Self> {
        let definitions = psql(url, &about(tables, MAKE_CONSTRAINT, MAKE_INDEX))?;
        for statement in psql(url, &about(tables, DROP_CONSTRAINT, DROP_INDEX))?.lines() {
            psql(url, statement)?;
        }
        Ok(Self { url, definitions })
    }

    /// Makes them as they were.
    ///
    /// # Errors
    /// As [`psql`].
    pub fn make(&self) -> Result<()> {
        for definition in self.definitions.lines() {
            psql(self.url, &format!("{MEMORY}; {definition}"))?;
        }
        Ok(())
    }
}

const MAKE_CONSTRAINT: &str = "format('ALTER TABLE %s ADD CONSTRAINT %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid))";
const MAKE_INDEX: &str = "pg_get_indexdef(i.indexrelid)";
const DROP_CONSTRAINT: &str =
    "format('ALTER TABLE %s DROP CONSTRAINT %I', i.indrelid::regclass, c.conname)";
const DROP_INDEX: &str = "format('DROP INDEX %s', i.indexrelid::regclass)";

/// Returns the statement that answers with a text for each index of the tables: for a key, and for any other.
fn about(tables: &[&str], of_key: &str, of_other: &str) -> String {
    let tables: Vec<_> = tables
        .iter()
        .map(|table| format!("'{table}'::regclass"))
        .collect();
    format!(
        "SELECT CASE WHEN c.oid IS NULL THEN {of_other} ELSE {of_key} END FROM pg_index i LEFT JOIN pg_constraint c \
         ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u') WHERE i.indrelid IN ({}) ORDER BY i.indexrelid",
        tables.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_are_asked_for_by_table() {
        let sql = about(&["users", "logins"], "'key'", "'other'");
        assert!(sql.contains("CASE WHEN c.oid IS NULL THEN 'other' ELSE 'key' END"));
        assert!(sql.contains("IN ('users'::regclass, 'logins'::regclass)"));
    }
}
