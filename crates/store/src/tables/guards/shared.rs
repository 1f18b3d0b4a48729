//! Batches that would keep each other waiting.

use crate::batch::{Requirement, Statement};
use crate::tables::catalogue::CATALOGUE;
use crate::{Batch, Value};

/// Returns a statement that writes a row which a guard of the same batch has found before. On PostgreSQL a guard takes a share of
/// its row: where two such batches have each taken one, neither can write, and the engine ends one of them after a second. The
/// condition belongs into the statement that writes. None for every batch of the program.
#[must_use]
pub fn shares_and_writes(batch: &Batch) -> Option<&'static str> {
    let all = &batch.statements;
    all.iter().enumerate().find_map(|(n, guard)| {
        if !matches!(guard.requirement, Requirement::Exists(_)) {
            return None;
        }
        let (table, found) = guard.sql.strip_prefix("SELECT 1 FROM ")?.split_once(' ')?;
        let key = CATALOGUE.iter().find(|known| known.name == table)?.key;
        let later = all.iter().skip(n + 1);
        let mut writes = later.filter(|each| {
            let condition = written(each.sql, table);
            condition.is_some_and(|condition| {
                key.iter().all(|column| {
                    let one = value(guard, found, column);
                    let other = value(each, condition, column);
                    // A column that is not named may have any value.
                    one.is_none() || other.is_none() || one == other
                })
            })
        });
        writes.next().map(|write| write.sql)
    })
}

/// Returns the condition of a statement that changes or deletes rows of a table.
fn written<'a>(sql: &'a str, table: &str) -> Option<&'a str> {
    let mut verbs = ["UPDATE ", "DELETE FROM "].iter();
    let rest = verbs.find_map(|verb| sql.strip_prefix(verb))?;
    let rest = rest.strip_prefix(table)?.strip_prefix(' ')?;
    let (_, condition) = rest.split_once("WHERE ")?;
    Some(condition)
}

/// Returns the value that a condition wants of a column, if it names one.
fn value<'a>(statement: &'a Statement, condition: &str, column: &str) -> Option<&'a Value> {
    let mut words = condition.split_whitespace();
    words.find(|word| *word == column)?;
    let number = (words.next()? == "=").then(|| words.next())??;
    let digits = number.strip_prefix('?')?.trim_end_matches([',', ')']);
    let place = digits.parse::<usize>().ok()?.checked_sub(1)?;
    statement.params.get(place)
}

#[cfg(test)]
mod tests {
    use super::super::{
        CLIENT_GONE, require_client_exists, require_pool_active, require_pool_active_now,
        require_user_exists,
    };
    use super::*;
    use crate::params;

    const UPDATE: &str = "UPDATE clients SET doc = ?3 WHERE pool_id = ?1 AND client_id = ?2";
    const DELETE: &str = "DELETE FROM clients WHERE pool_id = ?1 AND client_id = ?2 AND ver = ?3";

    fn guarded() -> Batch {
        require_client_exists(require_pool_active(Batch::new(), "p"), "p", "c")
    }

    #[test]
    fn a_row_that_a_guard_has_found_is_not_written() {
        for sql in [UPDATE, DELETE] {
            let batch = guarded().one(sql, params!["p", "c", 1], CLIENT_GONE);
            assert_eq!(shares_and_writes(&batch), Some(sql));
        }
        // Of many one is.
        let all = "DELETE FROM clients WHERE pool_id = ?1";
        assert_eq!(
            shares_and_writes(&guarded().run(all, params!["p"])),
            Some(all)
        );
        let pool = "UPDATE pools SET doc = ?2 WHERE pool_id = ?1 AND state = 0";
        assert_eq!(
            shares_and_writes(&guarded().run(pool, params!["p", "{}"])),
            Some(pool)
        );
    }

    #[test]
    fn other_rows_and_what_comes_before_are() {
        // Another client, another pool's, and another table whose name begins like it.
        for (sql, values) in [
            (UPDATE, params!["p", "d", "{}"]),
            (DELETE, params!["q", "c", 1]),
            (
                "DELETE FROM client_pools WHERE client_id = ?1 AND pool_id = ?2",
                params!["c", "p"],
            ),
        ] {
            assert_eq!(shares_and_writes(&guarded().run(sql, values)), None);
        }
        // Who writes first has the row alone.
        let batch = Batch::new().one(DELETE, params!["p", "c", 1], CLIENT_GONE);
        let batch = require_client_exists(batch, "p", "c");
        assert_eq!(shares_and_writes(&batch), None);
        // What is only looked at is not kept.
        let batch = require_pool_active_now(Batch::new(), "p");
        let pool = "UPDATE pools SET doc = ?2 WHERE pool_id = ?1";
        assert_eq!(
            shares_and_writes(&batch.run(pool, params!["p", "{}"])),
            None
        );
        let batch = require_user_exists(Batch::new(), "p", "u");
        let rows = "INSERT INTO users (pool_id, user_id) VALUES (?1, ?2)";
        assert_eq!(shares_and_writes(&batch.run(rows, params!["p", "u"])), None);
    }
}
