//! Changing the sealing key of a database (design decision 4).
//!
//! What the sealing key seals: the key of each pool, the access keys, and the spare signing keys. The statements stand
//! here because they cut across tables and serve nothing else.

use cognate_crypto::seal::{Context, RootKey};
use cognate_store::{Batch, Label, Store, StoreError, params};

use crate::stamp;

const POOLS: &str = "SELECT pool_id, data_key, ver FROM pools WHERE pool_id > ?1 AND state < 2 ORDER BY pool_id LIMIT 500";
const REWRAP: &str =
    "UPDATE pools SET data_key = ?3, ver = ver + 1 WHERE pool_id = ?1 AND ver = ?2";
const KEYS: &str =
    "SELECT key_id, sealed, ver FROM access_keys WHERE key_id > ?1 ORDER BY key_id LIMIT 500";
const RESEAL: &str =
    "UPDATE access_keys SET sealed = ?3, ver = ver + 1 WHERE key_id = ?1 AND ver = ?2";
const DROP_SPARES: &str = "DELETE FROM spare_keys";
const CHANGED: Label = Label("changed_during_rotation");

/// How much a rotation changed.
#[derive(Debug, PartialEq, Eq)]
pub struct Rotated {
    /// Pools whose key was wrapped anew.
    pub pools: usize,
    /// Access keys that were sealed anew.
    pub access_keys: usize,
}

/// Moves a database from one sealing key to another. What is done already is left alone, so that an interrupted
/// rotation is finished by running it again; no server starts in between. No server may run meanwhile: a pool made
/// under the old key while this runs fails the last check and the rotation has to be run again.
pub async fn rotate(store: &Store, old: &RootKey, new: &RootKey) -> anyhow::Result<Rotated> {
    stamp::begin_rotation(store, old, new).await?;
    let rewrap = |id: &str, wrapped: &[u8]| match new.unwrap_pool_key(id, wrapped) {
        Ok(_) => Ok(None),
        Err(_) => RootKey::rewrap(old, new, id, wrapped).map(Some),
    };
    let pools = each(store, POOLS, REWRAP, rewrap).await?;
    let reseal = |id: &str, sealed: &[u8]| {
        let context = Context {
            table: "access_keys",
            column: "sealed",
            pool: "",
            row: id,
        };
        match new.open(&context, sealed) {
            Ok(_) => Ok(None),
            Err(_) => RootKey::reseal(old, new, &context, sealed).map(Some),
        }
    };
    let access_keys = each(store, KEYS, RESEAL, reseal).await?;
    // Spare signing keys belong to no pool yet; new ones are made when they are missed.
    store
        .commit(Batch::new().run(DROP_SPARES, params![]))
        .await?;
    stamp::end_rotation(store, old, new).await?;
    Ok(Rotated { pools, access_keys })
}

/// Passes every row of a table through `change` and writes back what it returns; in pages, one batch a page.
async fn each<E: std::error::Error + Send + Sync + 'static>(
    store: &Store,
    select: &'static str,
    update: &'static str,
    change: impl Fn(&str, &[u8]) -> Result<Option<Vec<u8>>, E>,
) -> anyhow::Result<usize> {
    let (mut after, mut changed) = (String::new(), 0);
    loop {
        let rows = store.rows(select, params![after.as_str()]).await?;
        if rows.is_empty() {
            return Ok(changed);
        }
        let mut batch = Batch::new();
        for mut row in rows {
            let (id, before, ver) = read(&mut row)?;
            if let Some(sealed) = change(&id, &before)? {
                batch = batch.one(update, params![id.as_str(), ver, sealed], CHANGED);
                changed += 1;
            }
            after = id;
        }
        store.commit(batch).await?;
    }
}

fn read(row: &mut cognate_store::Row) -> Result<(String, Vec<u8>, i64), StoreError> {
    Ok((row.take_text(0)?, row.take_bytes(1)?, row.int(2)?))
}
