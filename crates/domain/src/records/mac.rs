//! The MAC of a pool's row. With it, write access to the database is not enough to make, change or swap the values that
//! decide (docs/decisions/009).
//!
//! It signs the table, the pool and, column by column, the values that the row's `signed` in the store lists. The key
//! is derived from the pool's, which the sealing key protects.

use cognate_crypto::seal::{PoolKey, RootKey};
use cognate_store::tables::sealing::{self, Kind};
use cognate_store::tables::{macs, pools};
use cognate_store::{Batch, CommitError, Store, signed::Part, signed::Signed};

use crate::errors::{Fault, Result};

/// Returns the MAC of a row of `pool_id`.
pub fn sign(key: &PoolKey, pool_id: &str, row: &Signed<'_>) -> Vec<u8> {
    key.sign_row(&encode(pool_id, row))
}

/// Compares a row of `pool_id` with its MAC.
///
/// # Errors
/// An internal fault, which is logged, for a row without a MAC or with that of other columns, of another row or of
/// another pool: some other program wrote it. It must never pass for a row that is not there.
pub fn check(key: &PoolKey, pool_id: &str, row: &Signed<'_>, mac: Option<&[u8]>) -> Result<()> {
    if mac.is_some_and(|mac| key.has_signed_row(&encode(pool_id, row), mac)) {
        return Ok(());
    }
    let names = row.columns.iter().map_while(|column| match column {
        Part::Text(text) => Some(*text),
        _ => None,
    });
    Err(foreign(
        row.table,
        pool_id,
        &names.take(1).collect::<String>(),
    ))
}

/// True if a row of `pool_id` has its MAC.
pub fn fits(key: &PoolKey, pool_id: &str, row: &Signed<'_>, mac: &[u8]) -> bool {
    key.has_signed_row(&encode(pool_id, row), mac)
}

/// Logs that some other program wrote a row, and returns the fault. `row`: the beginning of its key.
pub fn foreign(table: &str, pool_id: &str, row: &str) -> Fault {
    tracing::error!(
        table,
        pool = pool_id,
        row,
        "a row of the database was not written by this program and is refused"
    );
    Fault::Internal(format!(
        "row {row:?} of {table} in pool {pool_id} is not signed"
    ))
}

/// Encodes a row. No two rows have the same bytes: the kind and the length of every part precede it.
pub(crate) fn encode(pool_id: &str, row: &Signed<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(2048);
    let mut put = |kind: u8, bytes: &[u8]| {
        out.push(kind);
        // A `usize` has at most 64 bits on every platform that Rust supports.
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(bytes);
    };
    put(b't', row.table.as_bytes());
    put(b't', pool_id.as_bytes());
    for column in &row.columns {
        match column {
            Part::Null => put(b'n', &[]),
            Part::Int(value) => put(b'i', &value.to_be_bytes()),
            Part::Text(value) => put(b't', value.as_bytes()),
            Part::Bytes(value) => put(b'b', value),
        }
    }
    out
}

/// Signs the rows of every pool whose key says that they are not signed; returns the number of these pools. For a
/// start, before anything else reads the database; it continues where an interrupted run ended. The rows of such a pool
/// are taken for true as they are.
///
/// # Errors
/// The store's.
pub async fn sign_old_pools(store: &Store, root: &RootKey) -> Result<usize> {
    let (mut after, mut signed) = (String::new(), 0);
    loop {
        let page = sealing::page(store, Kind::PoolKeys, &after).await?;
        let Some(last) = page.last() else {
            return Ok(signed);
        };
        after.clone_from(&last.id);
        for pool in page {
            // A key that does not open in the older form either is found when the pool is used.
            let Ok(key) = root.unwrap_unsigned_pool_key(&pool.id, &pool.bytes) else {
                continue;
            };
            sign_rows(store, &key, &pool.id).await?;
            let row = pools::get(store, &pool.id).await?;
            let mac = row.map(|row| {
                let signed =
                    pools::signed(&row.pool_id, &row.region, &row.doc, row.issuer.as_deref());
                sign(&key, &pool.id, &signed)
            });
            let wrapped = root.wrap_pool_key(&pool.id, &key);
            commit(
                store,
                macs::sign_pool(Batch::new(), &pool.id, pool.ver, wrapped, mac),
            )
            .await?;
            signed += 1;
        }
    }
}

/// Signs those rows of a pool that have no MAC.
///
/// # Errors
/// The store's.
pub async fn sign_rows(store: &Store, key: &PoolKey, pool_id: &str) -> Result<()> {
    for table in macs::TABLES.iter() {
        let mut rows = macs::unsigned(store, table, pool_id, None).await?;
        while let Some(last) = rows.last() {
            let batch = rows.iter().fold(Batch::new(), |batch, row| {
                let mac = sign(key, pool_id, &macs::signed(table, row));
                macs::sign(batch, table, pool_id, row, mac)
            });
            commit(store, batch).await?;
            rows = macs::unsigned(store, table, pool_id, Some(last)).await?;
        }
    }
    Ok(())
}

async fn commit(store: &Store, batch: Batch) -> Result<()> {
    match store.commit(batch).await {
        // Another node that starts now has signed the pool.
        Ok(_) | Err(CommitError::Conflict(macs::CHANGED)) => Ok(()),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'a>(table: &'static str, columns: &[Part<'a>]) -> Signed<'a> {
        Signed {
            table,
            columns: columns.to_vec(),
        }
    }

    #[test]
    fn rows_that_differ_anywhere_have_different_macs() {
        use Part::{Bytes, Int, Null, Text};
        let key = PoolKey::generate();
        let rows = [
            ("p", row("users", &[Text("ab"), Text("c"), Null])),
            ("p", row("users", &[Text("a"), Text("bc"), Null])),
            ("p", row("users", &[Text("ab"), Text("c"), Text("")])),
            ("p", row("users", &[Text("ab"), Text("c"), Bytes(b"")])),
            ("p", row("users", &[Text("ab"), Text("c"), Int(0)])),
            ("p", row("users", &[Text("ab"), Text("c"), Bytes(&[0; 8])])),
            ("p", row("users", &[Text("ab"), Text("c")])),
            ("p", row("clients", &[Text("ab"), Text("c"), Null])),
            ("q", row("users", &[Text("ab"), Text("c"), Null])),
            ("pa", row("users", &[Text("b"), Text("c"), Null])),
        ];
        for (at, (pool, one)) in rows.iter().enumerate() {
            let mac = sign(&key, pool, one);
            for (other_at, (other_pool, other)) in rows.iter().enumerate() {
                let same = check(&key, other_pool, other, Some(&mac)).is_ok();
                assert_eq!(same, at == other_at, "{one:?} {other:?}");
            }
            assert!(check(&key, pool, one, None).is_err());
            assert!(check(&PoolKey::generate(), pool, one, Some(&mac)).is_err());
        }
    }
}
