//! The rows of pools that carry a MAC, table by table, for the start that signs what was written before there were any.

use std::sync::LazyLock;

use super::catalogue::{CATALOGUE, Table, compared, listed};
use crate::signed::{Part, Signed};
use crate::{Batch, Label, Row, Store, StoreError, params};

/// A table with a column `mac`, keyed by its pool and one or two columns more.
pub struct SignedTable {
    /// Its name.
    pub name: &'static str,
    read: String,
    write: String,
    keys: usize,
}

/// The table whose older rows stay as they are: without a MAC an event is evidence, and decides nothing.
const LEFT_ALONE: &str = "auth_events";

/// Every such table but `pools`, whose rows are signed with their keys ([`sign_pool`]), and [`LEFT_ALONE`].
pub static TABLES: LazyLock<Vec<SignedTable>> =
    LazyLock::new(|| CATALOGUE.iter().filter_map(SignedTable::of).collect());

impl SignedTable {
    fn of(table: &Table) -> Option<Self> {
        let key = table.key_in_pool();
        let signed = table.signed?;
        if key.is_empty() || table.name == LEFT_ALONE {
            return None;
        }
        let name = table.name;
        let (order, tuple) = (listed(&key), compared(&key));
        let columns = listed(&[&key, signed].concat());
        let numbered: Vec<_> = (2..).take(key.len()).map(|n| format!("?{n}")).collect();
        let numbers: Vec<_> = numbered.iter().map(String::as_str).collect();
        let after = compared(&numbers);
        let mac = format!("?{}", key.len() + 2);
        let row = key.iter().zip(&numbers);
        let row: Vec<_> = row.map(|(key, n)| format!("{key} = {n}")).collect();
        Some(Self {
            name,
            read: format!(
                "SELECT {columns} FROM {name} WHERE pool_id = ?1 AND {tuple} > {after} AND mac IS NULL ORDER BY {order} LIMIT 500",
            ),
            write: format!(
                "UPDATE {name} SET mac = {mac} WHERE pool_id = ?1 AND {}",
                row.join(" AND ")
            ),
            keys: key.len(),
        })
    }
}

/// Returns all statements that are made of the catalogue.
pub(super) fn statements() -> Vec<&'static str> {
    let of = |table: &'static SignedTable| [table.read.as_str(), table.write.as_str()];
    TABLES.iter().flat_map(of).collect()
}

const SIGN_POOL: &str =
    "UPDATE pools SET data_key = ?3, mac = ?4, ver = ver + 1 WHERE pool_id = ?1 AND ver = ?2";

/// The pool has changed since it was read.
pub const CHANGED: Label = Label("changed_while_signed");

/// Returns up to 500 rows of a pool that have no MAC, after the key of `after` (None: from the first), by key.
///
/// # Errors
/// [`StoreError`].
pub async fn unsigned(
    store: &Store,
    table: &'static SignedTable,
    pool_id: &str,
    after: Option<&Row>,
) -> Result<Vec<Row>, StoreError> {
    let mut params = params![pool_id];
    match after {
        Some(row) => params.extend(row.values().iter().take(table.keys).cloned()),
        // Keys are text, and none is empty.
        None => params.resize(1 + table.keys, "".into()),
    }
    store.rows(&table.read, params).await
}

/// Returns what is signed of a row of [`unsigned`].
#[must_use]
pub fn signed<'a>(table: &SignedTable, row: &'a Row) -> Signed<'a> {
    Signed {
        table: table.name,
        columns: row.values().iter().map(Part::from).collect(),
    }
}

/// Sets the MAC of a row of [`unsigned`].
pub fn sign(
    batch: Batch,
    table: &'static SignedTable,
    pool_id: &str,
    row: &Row,
    mac: Vec<u8>,
) -> Batch {
    let mut params = params![pool_id];
    params.extend(row.values().iter().take(table.keys).cloned());
    params.push(mac.into());
    batch.run(&table.write, params)
}

/// Sets the key of version `ver` of a pool, in the form that says that its rows are signed, and the pool's own MAC;
/// [`CHANGED`].
pub fn sign_pool(
    batch: Batch,
    pool_id: &str,
    ver: i64,
    data_key: Vec<u8>,
    mac: Option<Vec<u8>>,
) -> Batch {
    batch.one(SIGN_POOL, params![pool_id, ver, data_key, mac], CHANGED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> &'static SignedTable {
        TABLES.iter().find(|table| table.name == name).unwrap()
    }

    #[test]
    fn rows_without_a_mac_are_read_with_what_is_signed_by_their_keys_in_order() {
        let clients = of("clients");
        assert_eq!(
            clients.read,
            "SELECT client_id, doc, sealed FROM clients WHERE pool_id = ?1 AND client_id > ?2 \
             AND mac IS NULL ORDER BY client_id LIMIT 500"
        );
        assert_eq!(
            clients.write,
            "UPDATE clients SET mac = ?3 WHERE pool_id = ?1 AND client_id = ?2"
        );
        let members = of("group_members");
        assert_eq!(
            members.read,
            "SELECT group_id, user_id FROM group_members WHERE pool_id = ?1 AND (group_id, user_id) > (?2, ?3) \
             AND mac IS NULL ORDER BY group_id, user_id LIMIT 500"
        );
        assert_eq!(
            members.write,
            "UPDATE group_members SET mac = ?4 WHERE pool_id = ?1 AND group_id = ?2 AND user_id = ?3"
        );
    }

    #[test]
    fn every_signed_table_but_those_of_pools_and_events_is_in_the_list() {
        let signed = CATALOGUE.iter().filter(|table| table.signed.is_some());
        let names = signed.map(|table| table.name);
        let names: Vec<_> = names.filter(|name| *name != LEFT_ALONE).collect();
        let listed: Vec<_> = TABLES.iter().map(|table| table.name).collect();
        assert_eq!(names, [vec!["pools"], listed].concat());
    }
}
