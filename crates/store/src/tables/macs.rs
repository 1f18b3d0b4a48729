//! The rows of pools that carry a MAC, table by table, for the start that signs what was written before there were any.

use crate::signed::{Part, Signed};
use crate::{Batch, Label, Row, Store, StoreError, params};

/// A table with a column `mac`, keyed by its pool and one or two columns more.
pub struct Table {
    /// Its name.
    pub name: &'static str,
    read: &'static str,
    write: &'static str,
    keys: usize,
}

/// The columns of the key, then the others that are signed, as the row's `signed` lists them.
macro_rules! table {
    ($name:literal, [$key:literal], $columns:literal) => {
        Table {
            name: $name,
            read: concat!(
                "SELECT ",
                $key,
                $columns,
                " FROM ",
                $name,
                " WHERE pool_id = ?1 AND ",
                $key,
                " > ?2 \
                 AND mac IS NULL ORDER BY ",
                $key,
                " LIMIT 500"
            ),
            write: concat!(
                "UPDATE ",
                $name,
                " SET mac = ?3 WHERE pool_id = ?1 AND ",
                $key,
                " = ?2"
            ),
            keys: 1,
        }
    };
    ($name:literal, [$one:literal, $two:literal], $columns:literal) => {
        Table {
            name: $name,
            read: concat!(
                "SELECT ",
                $one,
                ", ",
                $two,
                $columns,
                " FROM ",
                $name,
                " WHERE pool_id = ?1 \
                 AND (",
                $one,
                ", ",
                $two,
                ") > (?2, ?3) AND mac IS NULL ORDER BY ",
                $one,
                ", ",
                $two,
                " LIMIT 500"
            ),
            write: concat!(
                "UPDATE ",
                $name,
                " SET mac = ?4 WHERE pool_id = ?1 AND ",
                $one,
                " = ?2 AND ",
                $two,
                " = ?3"
            ),
            keys: 2,
        }
    };
}

/// Every such table but `pools`.
pub const TABLES: &[Table] = &[
    table!("clients", ["client_id"], ", doc, sealed"),
    table!("signing_keys", ["kid"], ", key_use, state, public, sealed"),
    table!(
        "users",
        ["user_id"],
        ", username, status, enabled, doc, credential"
    ),
    table!(
        "passkeys",
        ["credential_id"],
        ", user_id, rp_id, public_key, sign_count, doc"
    ),
    table!("user_groups", ["name"], ", group_id, role, precedence"),
    table!("group_members", ["group_id", "user_id"], ""),
    table!(
        "devices",
        ["user_id", "device_key"],
        ", group_key, sealed, remembered"
    ),
    table!("software_tokens", ["user_id"], ", seed, last_step"),
    table!("identity_providers", ["name"], ", provider_id, doc, sealed"),
    table!(
        "provider_links",
        ["provider_id", "link_key"],
        ", user_id, attribute, value"
    ),
    table!(
        "sessions",
        ["user_id", "session_id"],
        ", client_id, doc, created, expires"
    ),
    table!("domains", ["domain_key"], ", custom, doc"),
    table!("resource_servers", ["identifier"], ", name, scopes"),
];

const SIGN_POOL: &str =
    "UPDATE pools SET data_key = ?3, mac = ?4, ver = ver + 1 WHERE pool_id = ?1 AND ver = ?2";

/// The pool has changed since it was read.
pub const CHANGED: Label = Label("changed_while_signed");

/// Up to 500 rows of a pool that have no MAC, behind the key of `after` (None: from the first), by key.
///
/// # Errors
/// [`StoreError`].
pub async fn unsigned(
    store: &Store,
    table: &Table,
    pool_id: &str,
    after: Option<&Row>,
) -> Result<Vec<Row>, StoreError> {
    let mut params = params![pool_id];
    match after {
        Some(row) => params.extend(row.values().iter().take(table.keys).cloned()),
        // Keys are text, and none is empty.
        None => params.resize(1 + table.keys, "".into()),
    }
    store.rows(table.read, params).await
}

/// What is signed of a row of [`unsigned`].
#[must_use]
pub fn signed<'a>(table: &Table, row: &'a Row) -> Signed<'a> {
    Signed {
        table: table.name,
        columns: row.values().iter().map(Part::from).collect(),
    }
}

/// Gives a row of [`unsigned`] its MAC.
pub fn sign(batch: Batch, table: &Table, pool_id: &str, row: &Row, mac: Vec<u8>) -> Batch {
    let mut params = params![pool_id];
    params.extend(row.values().iter().take(table.keys).cloned());
    params.push(mac.into());
    batch.run(table.write, params)
}

/// Gives version `ver` of a pool the form of its key that says that its rows are signed, and its own MAC; [`CHANGED`].
pub fn sign_pool(
    batch: Batch,
    pool_id: &str,
    ver: i64,
    data_key: Vec<u8>,
    mac: Option<Vec<u8>>,
) -> Batch {
    batch.one(SIGN_POOL, params![pool_id, ver, data_key, mac], CHANGED)
}
