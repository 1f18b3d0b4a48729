//! Where the pages of a pool are.

use cognate_store::Row;
use cognate_store::tables::domains::DomainRow;

use crate::errors::Result;

/// The host among the domains of a pool, as the rows of [`domains::of_pool`] give them: the custom domain before the
/// prefix; None in a pool without any.
///
/// [`domains::of_pool`]: cognate_store::tables::domains::of_pool
///
/// # Errors
/// A row of another shape.
pub fn host(rows: Vec<Row>) -> Result<Option<String>> {
    let rows = rows
        .into_iter()
        .map(DomainRow::read)
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let first = rows.into_iter().max_by_key(|row| row.custom);
    Ok(first.map(|row| match row.key.split_once('/') {
        // What the service makes of a prefix (endpoints.md 1.1).
        Some((region, prefix)) => format!("{prefix}.auth.{region}.amazoncognito.com"),
        None => row.key,
    }))
}
