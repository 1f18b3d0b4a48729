//! Server-wide facts kept in the database.

use cognate_store::tables::meta;
use cognate_store::{Batch, CommitError, Store};

use crate::errors::{Fault, Result};

const CLOCK: &str = "clock_offset";

/// Returns how far the service clock runs ahead of the wall, in microseconds.
pub async fn clock_offset(store: &Store) -> Result<i64> {
    Ok(micros(meta::get(store, CLOCK).await?.as_deref()))
}

/// Adds `more` microseconds (never negative) to the offset; returns the new one.
pub async fn advance_clock(store: &Store, more: i64) -> Result<i64> {
    for _ in 0..8 {
        let seen = meta::get(store, CLOCK).await?;
        let after = micros(seen.as_deref()).saturating_add(more.max(0));
        let batch = meta::put(Batch::new(), CLOCK, seen.as_deref(), &after.to_string());
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

/// Returns the offset that a stored text says; none is zero.
fn micros(text: Option<&str>) -> i64 {
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}
