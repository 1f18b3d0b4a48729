//! `audit`: who changed what, appended in the batch of the change.

use crate::{Batch, params};

const INSERT: &str = "INSERT INTO audit (pool_id, at, audit_id, doc) VALUES (?1, ?2, ?3, ?4)";

/// Appends a row; `at` in microseconds, `doc` a JSON object.
pub fn insert(batch: Batch, pool_id: &str, at: i64, audit_id: &str, doc: &str) -> Batch {
    batch.run(INSERT, params![pool_id, at, audit_id, doc])
}
