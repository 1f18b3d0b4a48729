//! The reset of `POST /_dev/reset`: deletes every row of every table but those that belong to the server itself.

use std::sync::LazyLock;

use super::catalogue::{CATALOGUE, Table};
use crate::{Batch, params};

/// One statement for each table that a reset empties, in the order of the catalogue.
pub(super) static EMPTY: LazyLock<Vec<String>> = LazyLock::new(|| {
    let emptied = CATALOGUE.iter().filter(|table| table.reset);
    emptied
        .map(|Table { name, .. }| format!("DELETE FROM {name}"))
        .collect()
});

/// Deletes every pool with all that belongs to it. Access keys, the stamp and the clock stay.
pub fn everything(batch: Batch) -> Batch {
    EMPTY
        .iter()
        .fold(batch, |batch, sql| batch.run(sql, params![]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_emptied_or_stays_on_purpose() {
        let stays = ["meta", "access_keys", "spare_keys", "batches"];
        let kept: Vec<_> = CATALOGUE
            .iter()
            .map(|table| table.name)
            .filter(|name| EMPTY.iter().all(|sql| sql.rsplit(' ').next() != Some(name)))
            .collect();
        assert_eq!(kept, stays);
        assert_eq!(CATALOGUE.len(), EMPTY.len() + stays.len());
    }

    #[test]
    fn pools_go_first_so_that_the_reset_waits_for_batches_that_require_an_active_pool() {
        assert_eq!(EMPTY.first().map(String::as_str), Some("DELETE FROM pools"));
    }
}
