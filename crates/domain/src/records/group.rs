//! Groups and memberships, whose rows decide what tokens say of a user.

use cognate_store::tables::groups::{self, GroupRow};
use cognate_store::{Row, Store};

use crate::errors::Result;
use crate::records::pool::Pool;

/// Returns the group of exactly this name.
///
/// # Errors
/// The store's; an internal fault for a row that is not signed.
pub async fn find(store: &Store, pool: &Pool, name: &str) -> Result<Option<GroupRow>> {
    let row = groups::get(store, &pool.id, name).await?;
    row.map(|row| checked(pool, row)).transpose()
}

/// Returns a group that was read.
///
/// # Errors
/// An internal fault for a row that is not signed.
pub fn checked(pool: &Pool, row: GroupRow) -> Result<GroupRow> {
    pool.check(&row.signed(), row.mac.as_deref())?;
    Ok(row)
}

/// Sets the MAC of a group.
#[must_use]
pub fn sign(pool: &Pool, mut row: GroupRow) -> GroupRow {
    row.mac = Some(pool.sign(&row.signed()));
    row
}

/// Returns the key of a membership among the images of rows: no id holds a slash.
pub fn member_key(group_id: &str, user_id: &str) -> String {
    format!("{group_id}/{user_id}")
}

/// Returns the MAC of a membership.
pub fn membership(pool: &Pool, group_id: &str, user_id: &str) -> Vec<u8> {
    pool.sign(&groups::signed_member(group_id, user_id))
}

/// Returns the groups of a user, from the rows of [`groups::of_user`].
///
/// # Errors
/// An internal fault for rows of another statement, and when a group or the membership is not signed.
pub fn of_user(pool: &Pool, user_id: &str, rows: Vec<Row>) -> Result<Vec<GroupRow>> {
    let read = |mut row: Row| {
        let group = GroupRow::read(&mut row)?;
        let member = groups::signed_member(&group.group_id, user_id);
        pool.check(&member, row.opt_bytes(groups::MEMBER_MAC)?)?;
        checked(pool, group)
    };
    rows.into_iter().map(read).collect()
}
