//! The columns that the sealing key seals, across tables: the key of each pool, the access keys, the spare signing
//! keys. Only the change of the sealing key reads them this way.

use super::rows::{self, rows};
use std::sync::LazyLock;

use super::catalogue::{self, CATALOGUE, SealedBy, Table, listed};
use crate::{Batch, Label, Store, StoreError, params};

/// Reads and replaces what the sealing key seals in one table.
#[derive(Default)]
struct Resealing {
    /// Columns: key, sealed column, version, the two others. Parameter: the key before the first.
    read: String,
    /// Parameters: key, version, the sealed column.
    replace: String,
}

static POOL_KEYS: LazyLock<Resealing> = LazyLock::new(|| Resealing::of(&catalogue::POOLS));
static ACCESS_KEYS: LazyLock<Resealing> = LazyLock::new(|| Resealing::of(&catalogue::ACCESS_KEYS));
/// Deletes the rows that are made again rather than sealed again.
static DROPPED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let dropped = |table: &&Table| {
        let mut sealed = table.sealed.iter();
        sealed.any(|column| column.by == SealedBy::SealingKeyOrNone)
    };
    let tables = CATALOGUE.iter().filter(dropped);
    tables
        .map(|Table { name, .. }| format!("DELETE FROM {name}"))
        .collect()
});

impl Resealing {
    /// Makes the statements of a table with a column that the sealing key seals; a test sees that it has one.
    fn of(table: &Table) -> Self {
        let statements = table.sealed.iter().find_map(|sealed| {
            let SealedBy::SealingKey { beside, only } = sealed.by else {
                return None;
            };
            let (name, key, column) = (table.name, listed(table.key), sealed.column);
            let only = only.map_or(String::new(), |condition| format!(" AND {condition}"));
            let beside = listed(&beside);
            Some(Self {
                read: format!(
                    "SELECT {key}, {column}, ver, {beside} FROM {name} WHERE {key} > ?1{only} ORDER BY {key} LIMIT 500"
                ),
                replace: format!(
                    "UPDATE {name} SET {column} = ?3, ver = ver + 1 WHERE {key} = ?1 AND ver = ?2"
                ),
            })
        });
        statements.unwrap_or_default()
    }
}

/// Returns all statements of this file.
pub(super) fn statements() -> Vec<&'static str> {
    let resealing: [&'static Resealing; 2] = [&POOL_KEYS, &ACCESS_KEYS];
    let of = |one: &'static Resealing| [one.read.as_str(), one.replace.as_str()];
    let dropped = DROPPED.iter().map(String::as_str);
    resealing.into_iter().flat_map(of).chain(dropped).collect()
}

/// The row has changed since it was read.
pub const CHANGED: Label = Label("changed_during_rotation");

/// A kind of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The key of a pool whose rows are not purged yet, wrapped.
    PoolKeys,
    /// The secret of an access key, sealed.
    AccessKeys,
}

impl Kind {
    fn statements(self) -> &'static Resealing {
        match self {
            Self::PoolKeys => &POOL_KEYS,
            Self::AccessKeys => &ACCESS_KEYS,
        }
    }
}

rows! {
    /// A row's sealed part.
    pub struct Sealed {
        /// The pool's or the access key's id.
        pub id: String,
        /// The sealed column.
        pub bytes: Vec<u8>,
        /// The version of the row.
        pub ver: i64,
        /// The document of an access key.
        pub doc: String,
        /// True if an access key may be used.
        pub enabled: bool,
    }
}

/// Returns up to 500 rows after the id `after` (empty: from the first), by id.
///
/// # Errors
/// [`StoreError`].
pub async fn page(store: &Store, kind: Kind, after: &str) -> Result<Vec<Sealed>, StoreError> {
    rows::all(store.all((&kind.statements().read, params![after])).await?)
}

/// Replaces the sealed part of version `row.ver` by `bytes`; [`CHANGED`].
pub fn replace(batch: Batch, kind: Kind, row: &Sealed, bytes: Vec<u8>) -> Batch {
    let sql = &kind.statements().replace;
    batch.one(sql, params![&row.id, row.ver, bytes], CHANGED)
}

/// Deletes the signing keys made in advance: they belong to no pool, and new ones are made when they are missed.
pub fn drop_spares(batch: Batch) -> Batch {
    DROPPED
        .iter()
        .fold(batch, |batch, sql| batch.run(sql, params![]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_pools_that_are_not_purged_are_sealed_again() {
        assert_eq!(
            POOL_KEYS.read,
            "SELECT pool_id, data_key, ver, region, state FROM pools \
             WHERE pool_id > ?1 AND state < 2 ORDER BY pool_id LIMIT 500"
        );
        assert_eq!(
            POOL_KEYS.replace,
            "UPDATE pools SET data_key = ?3, ver = ver + 1 WHERE pool_id = ?1 AND ver = ?2"
        );
    }

    #[test]
    fn secrets_of_all_access_keys_are_sealed_again() {
        assert_eq!(
            ACCESS_KEYS.read,
            "SELECT key_id, sealed, ver, doc, enabled FROM access_keys \
             WHERE key_id > ?1 ORDER BY key_id LIMIT 500"
        );
        assert_eq!(
            ACCESS_KEYS.replace,
            "UPDATE access_keys SET sealed = ?3, ver = ver + 1 WHERE key_id = ?1 AND ver = ?2"
        );
    }

    #[test]
    fn spare_keys_are_made_again() {
        assert_eq!(*DROPPED, ["DELETE FROM spare_keys"]);
    }

    #[test]
    fn no_table_that_the_sealing_key_seals_is_left_out() {
        let resealed: Vec<_> = CATALOGUE
            .iter()
            .filter(|table| !Resealing::of(table).read.is_empty())
            .map(|table| table.name)
            .collect();
        assert_eq!(resealed, ["pools", "access_keys"]);
    }
}
