//! Changing the sealing key of a database (design decision 4).
//!
//! The sealing key seals the key of each pool, the access keys, and the spare signing keys (the store's
//! `tables/sealing.rs`).

use cognate_access::keys;
use cognate_crypto::seal::RootKey;
use cognate_domain::audit;
use cognate_store::tables::sealing::{self, Kind, Sealed};
use cognate_store::{Batch, Store};

use crate::database::database_identity;

/// The numbers of rows that a rotation changed.
#[derive(Debug, PartialEq, Eq)]
pub struct RotationCounts {
    /// Pools whose key was wrapped anew.
    pub pools: usize,
    /// Access keys that were sealed anew.
    pub access_keys: usize,
}

/// Moves a database from one sealing key to another. Rows that were moved already are left alone, so that an interrupted
/// rotation is finished by running it again; no server starts in between. No server may run meanwhile: a pool made
/// under the old key while this runs fails the last check and the rotation has to be run again.
///
/// `now` is the service's time in microseconds, for the audit trail.
pub async fn rotate(
    store: &Store,
    old: &RootKey,
    new: &RootKey,
    now: i64,
) -> anyhow::Result<RotationCounts> {
    database_identity::begin_rotation(store, old, new).await?;
    database_identity::sign_old_rows(store, old).await?;
    let rewrap = |row: &Sealed| match new.unwrap_pool_key(&row.id, &row.bytes) {
        Ok(_) => Ok(None),
        Err(_) => RootKey::rewrap(old, new, &row.id, &row.bytes).map(Some),
    };
    let pools = each(store, Kind::PoolKeys, rewrap).await?;
    let reseal = |row: &Sealed| keys::reseal(old, new, row);
    let access_keys = each(store, Kind::AccessKeys, reseal).await?;
    store.commit(sealing::drop_spares(Batch::new())).await?;
    let done = audit::command("RotateSealingKey", None).append(Batch::new(), "", now);
    database_identity::end_rotation(done, store, old, new).await?;
    Ok(RotationCounts { pools, access_keys })
}

/// Applies `change` to every row of a kind and writes back the values that it returns; in pages, one batch a page.
async fn each<E: std::error::Error + Send + Sync + 'static>(
    store: &Store,
    kind: Kind,
    change: impl Fn(&Sealed) -> Result<Option<Vec<u8>>, E>,
) -> anyhow::Result<usize> {
    let (mut after, mut changed) = (String::new(), 0);
    loop {
        let rows = sealing::page(store, kind, &after).await?;
        let Some(last) = rows.last() else {
            return Ok(changed);
        };
        after.clone_from(&last.id);
        let mut batch = Batch::new();
        for row in rows {
            if let Some(sealed) = change(&row)? {
                batch = sealing::replace(batch, kind, &row, sealed);
                changed += 1;
            }
        }
        store.commit(batch).await?;
    }
}
