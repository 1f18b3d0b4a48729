//! The sweep of expired rows, by their indexes of time.
//!
//! With several writers such an index begins with a bucket: nodes sweep side by side, and new rows do not all go to its one
//! end. SQLite has one writer, whose commits are cheaper the fewer pages they change: there the index has the time alone,
//! and a sweep takes what has expired in all buckets.

use std::sync::LazyLock;

use super::catalogue::{CATALOGUE, Expiry, Table, compared, listed};
use crate::{Batch, CommitError, Store, Value, clock, params};

/// Buckets of rows that expire. Rows have one in every engine, so that a backup of one can be restored to another.
pub const BUCKETS: u32 = 64;
/// Rows that a sweep removes from a table in one batch: a commit of a thousand kept sign-ins waiting for a tenth of a second.
pub const SWEEP_ROWS: u32 = 125;
/// The time for which the outcome of a batch can be asked for, in microseconds.
const OUTCOME_KEPT: i64 = 3_600_000_000;

/// How the rows that expire at a time of their own lie in their indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// By bucket and time.
    Buckets,
    /// By time.
    Time,
}

/// The parameters of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// Bucket, now (microseconds), rows at most.
    Bucket,
    /// Now, rows at most.
    Time,
    /// The first id, the first id that stays, rows at most.
    Ids,
}

/// A statement that removes expired rows of a table.
struct Sweep {
    sql: String,
    takes: Takes,
}

/// The sweeps of an engine.
struct Sweeps {
    /// For each table whose rows expire, and for each state in which they do.
    all: Vec<Sweep>,
    /// Names those of `all` that would delete something, by their numbers. Parameters: bucket, now (microseconds), first id,
    /// the first id that stays.
    look: String,
}

static IN_BUCKETS: LazyLock<Sweeps> = LazyLock::new(|| Sweeps::new(Order::Buckets));
static BY_TIME: LazyLock<Sweeps> = LazyLock::new(|| Sweeps::new(Order::Time));

impl Sweeps {
    fn new(order: Order) -> Self {
        let found: Vec<_> = CATALOGUE.iter().flat_map(|t| finds(t, order)).collect();
        let look = found.iter().enumerate().map(|(n, find)| {
            let (name, column, condition) = (find.table.name, find.column, &find.condition);
            format!(
                "SELECT '{n}' WHERE (SELECT {column} FROM {name} WHERE {condition} ORDER BY {} LIMIT 1) IS NOT NULL",
                find.order
            )
        });
        Self {
            look: look.collect::<Vec<_>>().join(" UNION ALL "),
            all: found.iter().map(Find::sweep).collect(),
        }
    }
}

/// How the rows of a table that have expired are found, with the parameters of [`Sweeps::look`].
struct Find {
    table: &'static Table,
    column: &'static str,
    condition: String,
    order: String,
    takes: Takes,
}

impl Find {
    /// Returns the statement that removes them, with the parameters that it takes in their order.
    fn sweep(&self) -> Sweep {
        let (name, key) = (self.table.name, self.table.key);
        let (columns, tuple) = (listed(key), compared(key));
        let (condition, limit) = match self.takes {
            Takes::Bucket => (self.condition.clone(), "?3"),
            Takes::Time => (self.condition.replace("?2", "?1"), "?2"),
            Takes::Ids => (self.condition.replace("?3", "?1").replace("?4", "?2"), "?3"),
        };
        let order = &self.order;
        Sweep {
            sql: format!(
                "DELETE FROM {name} WHERE {tuple} IN (SELECT {columns} FROM {name} WHERE {condition} ORDER BY {order} LIMIT {limit})"
            ),
            takes: self.takes,
        }
    }
}

/// Returns how the expired rows of a table are found: in each state in which they expire.
fn finds(table: &'static Table, order: Order) -> Vec<Find> {
    let find = |column, condition, order: String, takes| Find {
        table,
        column,
        condition,
        order,
        takes,
    };
    match (table.expiry, table.key) {
        (Expiry::At(column), _) => vec![match order {
            Order::Buckets => find(
                column,
                format!("bucket = ?1 AND {column} <= ?2"),
                format!("bucket, {column}"),
                Takes::Bucket,
            ),
            Order::Time => find(
                column,
                format!("{column} <= ?2"),
                column.to_owned(),
                Takes::Time,
            ),
        }],
        // The index begins with the state, in every engine.
        (Expiry::InState(column, states), _) => {
            let of = |state| {
                find(
                    column,
                    format!("state = {state} AND bucket = ?1 AND {column} <= ?2"),
                    column.to_owned(),
                    Takes::Bucket,
                )
            };
            states.iter().map(of).collect()
        }
        (Expiry::ByKey, &[key]) => vec![find(
            key,
            format!("{key} >= ?3 AND {key} < ?4"),
            key.to_owned(),
            Takes::Ids,
        )],
        (Expiry::ByKey | Expiry::Never | Expiry::Retention(_), _) => Vec::new(),
    }
}

/// Returns every statement of the sweeps of both engines.
pub(super) fn statements() -> Vec<&'static str> {
    let of = |sweeps: &'static Sweeps| {
        let all = sweeps.all.iter().map(|sweep| sweep.sql.as_str());
        all.chain([sweeps.look.as_str()])
    };
    of(&IN_BUCKETS).chain(of(&BY_TIME)).collect()
}

/// Counts of a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Rows removed from all tables together.
    pub rows: u64,
    /// True if a table may hold more: call again.
    pub more: bool,
}

/// Deletes the expired rows of a bucket (below [`BUCKETS`]) from every table whose rows expire, on SQLite those of all buckets
/// where the index is by time; at most [`SWEEP_ROWS`] of each, a batch for each table that has some. `now` is the service's
/// clock in microseconds. Two nodes at the same bucket do no harm.
///
/// # Errors
/// [`CommitError`]; the rows that earlier batches deleted stay deleted.
pub async fn expire(store: &Store, now: i64, bucket: u32) -> Result<Swept, CommitError> {
    let sweeps: &'static Sweeps = match store.has_one_writer() {
        true => &BY_TIME,
        false => &IN_BUCKETS,
    };
    // Ids of batches are made by `jobs::batch_id`, by the clock of the machine.
    let first = format!("{bucket:02x}");
    let end = format!("{bucket:02x}{:016x}", clock::wall_micros() - OUTCOME_KEPT);
    let found = params![bucket, now, &first, &end];
    let found = store.rows(&sweeps.look, found).await?;
    let mut swept = Swept::default();
    for row in found {
        let number = row.text(0)?.parse::<usize>().unwrap_or(usize::MAX);
        let Some(sweep) = sweeps.all.get(number) else {
            continue;
        };
        let params: Vec<Value> = match sweep.takes {
            Takes::Bucket => params![bucket, now, SWEEP_ROWS],
            Takes::Time => params![now, SWEEP_ROWS],
            Takes::Ids => params![&first, &end, SWEEP_ROWS],
        };
        let batch = Batch::new().run(&sweep.sql, params);
        let touched = store.commit(batch).await?.touched();
        swept.rows += touched;
        swept.more |= touched >= u64::from(SWEEP_ROWS);
    }
    Ok(swept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sweeps: &'static Sweeps) -> Vec<&'static str> {
        sweeps.all.iter().map(|sweep| sweep.sql.as_str()).collect()
    }

    #[test]
    fn expired_rows_are_found_by_the_index_of_the_engine() {
        for (sweeps, codes) in [
            (
                &IN_BUCKETS,
                "DELETE FROM codes WHERE (pool_id, user_id, purpose) IN (SELECT pool_id, user_id, purpose FROM codes \
                 WHERE bucket = ?1 AND expires <= ?2 ORDER BY bucket, expires LIMIT ?3)",
            ),
            (
                &BY_TIME,
                "DELETE FROM codes WHERE (pool_id, user_id, purpose) IN (SELECT pool_id, user_id, purpose FROM codes \
                 WHERE expires <= ?1 ORDER BY expires LIMIT ?2)",
            ),
        ] {
            let all = texts(sweeps);
            assert!(all.contains(&codes), "{codes}");
            for table in [
                "sessions",
                "browser_sessions",
                "authorization_codes",
                "pushed_requests",
                "device_requests",
                "provider_requests",
                "provider_sessions",
                "link_offers",
                "link_requests",
                "codes",
                "custom_auth",
                "spent",
                "auth_events",
                "attempts",
            ] {
                let begin = format!("DELETE FROM {table} ");
                let found = all.iter().filter(|sql| sql.starts_with(&begin));
                assert_eq!(found.count(), 1, "{table}");
            }
            assert_eq!(all.len(), 19);
        }
    }

    #[test]
    fn each_sweep_is_named_by_a_look_at_its_index() {
        for sweeps in [&IN_BUCKETS, &BY_TIME] {
            let parts: Vec<_> = sweeps.look.split(" UNION ALL ").collect();
            assert_eq!(parts.len(), sweeps.all.len());
            for (n, (part, sweep)) in parts.iter().zip(&sweeps.all).enumerate() {
                let (_, found) = sweep.sql.split_once(" FROM ").unwrap_or_default();
                let (_, found) = found.split_once(" FROM ").unwrap_or_default();
                let (found, _) = found.split_once(" LIMIT ").unwrap_or_default();
                let found = match sweep.takes {
                    Takes::Bucket => found.to_owned(),
                    Takes::Time => found.replace("?1", "?2"),
                    Takes::Ids => found.replace("?2", "?4").replace("?1", "?3"),
                };
                assert!(
                    part.starts_with(&format!("SELECT '{n}' WHERE (SELECT ")),
                    "{part}"
                );
                let end = format!(" FROM {found} LIMIT 1) IS NOT NULL");
                assert!(part.ends_with(&end), "{part} {end}");
            }
        }
    }

    #[test]
    fn messages_expire_once_they_are_not_on_their_way() {
        for state in [2, 3, 4, 5] {
            let sweep = format!(
                "DELETE FROM messages WHERE (pool_id, message_id) IN (SELECT pool_id, message_id FROM messages \
                 WHERE state = {state} AND bucket = ?1 AND due <= ?2 ORDER BY due LIMIT ?3)"
            );
            for sweeps in [&IN_BUCKETS, &BY_TIME] {
                assert!(texts(sweeps).contains(&sweep.as_str()), "{state}");
            }
        }
    }

    #[test]
    fn outcomes_of_batches_expire_by_their_ids() {
        let sweep = "DELETE FROM batches WHERE batch_id IN (SELECT batch_id FROM batches \
              WHERE batch_id >= ?1 AND batch_id < ?2 ORDER BY batch_id LIMIT ?3)";
        for sweeps in [&IN_BUCKETS, &BY_TIME] {
            assert!(texts(sweeps).contains(&sweep));
        }
    }
}
