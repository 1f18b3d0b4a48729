//! What the sealing key seals, across tables: the key of each pool, the access keys, the spare signing keys. Only the
//! change of the sealing key reads them this way.

use crate::{Batch, Label, Store, StoreError, params};

const POOLS: &str = "SELECT pool_id, data_key, ver, region, state FROM pools WHERE pool_id > ?1 AND state < 2 ORDER BY pool_id LIMIT 500";
const REPLACE_POOL: &str =
    "UPDATE pools SET data_key = ?3, ver = ver + 1 WHERE pool_id = ?1 AND ver = ?2";
const ACCESS_KEYS: &str = "SELECT key_id, sealed, ver, doc, enabled FROM access_keys WHERE key_id > ?1 ORDER BY key_id LIMIT 500";
const REPLACE_ACCESS_KEY: &str =
    "UPDATE access_keys SET sealed = ?3, ver = ver + 1 WHERE key_id = ?1 AND ver = ?2";
const DROP_SPARES: &str = "DELETE FROM spare_keys";

/// The row has changed since it was read.
pub const CHANGED: Label = Label("changed_during_rotation");

/// Which of the two kinds of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The key of a pool whose rows are not purged yet, wrapped.
    PoolKeys,
    /// The secret of an access key, sealed.
    AccessKeys,
}

/// A row's sealed part.
pub struct Sealed {
    /// The pool's or the access key's id.
    pub id: String,
    /// What the sealing key made.
    pub bytes: Vec<u8>,
    /// The version of the row.
    pub ver: i64,
    /// What an access key's row says in the clear.
    pub doc: String,
    /// Whether an access key may be used.
    pub enabled: bool,
}

/// Up to 500 rows behind the id `after` (empty: from the first), by id.
///
/// # Errors
/// [`StoreError`].
pub async fn page(store: &Store, kind: Kind, after: &str) -> Result<Vec<Sealed>, StoreError> {
    let sql = match kind {
        Kind::PoolKeys => POOLS,
        Kind::AccessKeys => ACCESS_KEYS,
    };
    let rows = store.rows(sql, params![after]).await?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Sealed {
                id: row.take_text(0)?,
                bytes: row.take_bytes(1)?,
                ver: row.int(2)?,
                doc: row.take_text(3)?,
                enabled: row.flag(4)?,
            })
        })
        .collect()
}

/// Replaces the sealed part of version `row.ver` by `bytes`; [`CHANGED`].
pub fn replace(batch: Batch, kind: Kind, row: &Sealed, bytes: Vec<u8>) -> Batch {
    let sql = match kind {
        Kind::PoolKeys => REPLACE_POOL,
        Kind::AccessKeys => REPLACE_ACCESS_KEY,
    };
    batch.one(sql, params![&row.id, row.ver, bytes], CHANGED)
}

/// Forgets the signing keys made in advance: they belong to no pool, and new ones are made when they are missed.
pub fn drop_spares(batch: Batch) -> Batch {
    batch.run(DROP_SPARES, params![])
}
