//! Server-wide facts kept in the database.

use cognate_store::{Batch, CommitError, Label, Store, params};

use crate::errors::{Fault, Result};

const READ: &str = "SELECT value FROM meta WHERE name = ?1";
const INSERT: &str = "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING";
const SWAP: &str = "UPDATE meta SET value = ?3 WHERE name = ?1 AND value = ?2";
const CLOCK: &str = "clock_offset";

/// How far the service clock runs ahead of the wall, in microseconds.
pub async fn clock_offset(store: &Store) -> Result<i64> {
    let row = store.row(READ, params![CLOCK]).await?;
    Ok(row
        .and_then(|row| row.text(0).ok().and_then(|text| text.parse().ok()))
        .unwrap_or(0))
}

/// Adds `micros` (never negative) to the offset; returns the new one.
pub async fn advance_clock(store: &Store, micros: i64) -> Result<i64> {
    for _ in 0..8 {
        let before = clock_offset(store).await?;
        let after = before.saturating_add(micros.max(0));
        let batch = Batch::new().run(INSERT, params![CLOCK, "0"]).one(
            SWAP,
            params![CLOCK, before.to_string(), after.to_string()],
            Label("clock_moved"),
        );
        match store.commit(batch).await {
            Ok(_) => return Ok(after),
            Err(CommitError::Conflict(_)) => {}
            Err(error) => return Err(Fault::Internal(format!("commit: {error}"))),
        }
    }
    Err(Fault::Internal(
        "the clock is moved by too many at once".into(),
    ))
}
