//! `resource_counts`: how many groups, resource servers and the like a pool has, so that a quota holds without counting.

use crate::{Batch, Label, params};

const TAKE: &str = "INSERT INTO resource_counts (pool_id, resource, n) VALUES (?1, ?2, 1) \
     ON CONFLICT (pool_id, resource) DO UPDATE SET n = resource_counts.n + 1 WHERE resource_counts.n < ?3";
const GIVE_BACK: &str =
    "UPDATE resource_counts SET n = n - 1 WHERE pool_id = ?1 AND resource = ?2 AND n > 0";

/// Counts one more of a resource, of which the pool may have `most`; `full` when it has that many already. The row is
/// locked until the commit, so that no two batches take the last place.
pub fn take(batch: Batch, pool_id: &str, resource: &str, most: i64, full: Label) -> Batch {
    batch.one(TAKE, params![pool_id, resource, most], full)
}

/// Undoes [`take`]; the same batch must demand that it deletes the resource.
pub fn give_back(batch: Batch, pool_id: &str, resource: &str) -> Batch {
    batch.run(GIVE_BACK, params![pool_id, resource])
}
