//! Images of rows before they change, for point-in-time recovery (decision 016). `image.rs` reads them.

use cognate_store::Batch;
use cognate_store::tables::before_images::Keep;

use crate::records::pool::Pool;

/// Keeps images in a pool whose plan has recovery; `keep` must come before the change in the batch. `at`: the time of the
/// change, in microseconds.
pub fn keep(
    batch: Batch,
    pool: &Pool,
    at: i64,
    keep: impl FnOnce(Keep<'_>, Batch) -> Batch,
) -> Batch {
    match pool.keeps_images() {
        true => {
            let pool_id = &pool.id;
            keep(Keep { pool_id, at }, batch)
        }
        false => batch,
    }
}
