//! The host on which a pool's pages are served.

use cognate_store::tables::domains::{self, DomainRow};
use cognate_store::{Row, Store};

use crate::errors::Result;
use crate::records::pool::Pool;

/// Returns a row of the pool's.
///
/// # Errors
/// A row of another shape, and an internal fault for one that is not signed.
pub fn read(pool: &Pool, mut row: Row) -> Result<DomainRow> {
    checked(pool, DomainRow::read(&mut row)?)
}

/// Returns a row that was read.
///
/// # Errors
/// An internal fault for one that the key of this pool did not sign.
pub fn checked(pool: &Pool, row: DomainRow) -> Result<DomainRow> {
    pool.check(&row.signed(), row.mac.as_deref())?;
    Ok(row)
}

/// Sets the MAC of a row of the pool's.
#[must_use]
pub fn sign(pool: &Pool, mut row: DomainRow) -> DomainRow {
    row.mac = Some(pool.sign(&row.signed()));
    row
}

/// Returns the domain of a pool's pages, read now: the custom one before the prefix; None in a pool without any.
///
/// # Errors
/// Those of the store and of [`read`].
pub async fn preferred_of(store: &Store, pool: &Pool) -> Result<Option<DomainRow>> {
    let (sql, params) = domains::of_pool(&pool.id);
    preferred(pool, store.rows(sql, params).await?)
}

/// Returns the host of a pool's pages, read now.
///
/// # Errors
/// Those of the store and of [`read`].
pub async fn host_of(store: &Store, pool: &Pool) -> Result<Option<String>> {
    Ok(preferred_of(store, pool).await?.as_ref().map(name))
}

/// Returns the host among the domains of a pool, as the rows of [`domains::of_pool`] list them: the custom domain
/// before the prefix; None in a pool without any.
///
/// # Errors
/// Those of [`read`].
pub fn host(pool: &Pool, rows: Vec<Row>) -> Result<Option<String>> {
    Ok(preferred(pool, rows)?.as_ref().map(name))
}

fn preferred(pool: &Pool, rows: Vec<Row>) -> Result<Option<DomainRow>> {
    let rows = rows.into_iter().map(|row| read(pool, row));
    let rows = rows.collect::<Result<Vec<_>>>()?;
    Ok(rows.into_iter().max_by_key(|row| row.custom))
}

/// Returns the host of a domain.
pub fn name(row: &DomainRow) -> String {
    match row.key.split_once('/') {
        // What the service makes of a prefix (endpoints.md 1.1).
        Some((region, prefix)) => format!("{prefix}.auth.{region}.amazoncognito.com"),
        None => row.key.clone(),
    }
}

/// Returns the key of the domain whose pages are on a host, which may name a port.
pub fn key_of_host(host: &str) -> String {
    // Of an address in brackets this leaves what no domain is called.
    let host = host.split_once(':').map_or(host, |(name, _)| name);
    let made = host.strip_suffix(".amazoncognito.com");
    match made.and_then(|name| name.split_once(".auth.")) {
        Some((prefix, region)) => format!("{region}/{prefix}"),
        None => host.to_owned(),
    }
}
