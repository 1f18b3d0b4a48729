//! `recovery_items`: the rows that an open recovery may change.

use super::before_images::Entity;
use super::rows::{self, rows};
use crate::{Batch, Label, Store, StoreError, params};

/// Another node has done this item.
pub const ITEM_DONE: Label = Label("recovery_item_done");

/// The rows that [`forget`] deletes at most.
pub const FORGET_ROWS: usize = 1_000;

const PUT: &str = "INSERT INTO recovery_items (pool_id, restore_id, entity, row_key, first_at, first_ver, first_there, \
     last_at, last_ver, action, stage) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0) \
     ON CONFLICT (pool_id, restore_id, entity, row_key) DO UPDATE SET \
     first_at = CASE WHEN (excluded.first_ver, excluded.first_at) < (recovery_items.first_ver, recovery_items.first_at) \
     THEN excluded.first_at ELSE recovery_items.first_at END, \
     first_there = CASE WHEN (excluded.first_ver, excluded.first_at) < (recovery_items.first_ver, recovery_items.first_at) \
     THEN excluded.first_there ELSE recovery_items.first_there END, \
     first_ver = CASE WHEN (excluded.first_ver, excluded.first_at) < (recovery_items.first_ver, recovery_items.first_at) \
     THEN excluded.first_ver ELSE recovery_items.first_ver END, \
     last_at = CASE WHEN (excluded.last_ver, excluded.last_at) > (recovery_items.last_ver, recovery_items.last_at) \
     THEN excluded.last_at ELSE recovery_items.last_at END, \
     last_ver = CASE WHEN (excluded.last_ver, excluded.last_at) > (recovery_items.last_ver, recovery_items.last_at) \
     THEN excluded.last_ver ELSE recovery_items.last_ver END";
const TOUCH: &str = "INSERT INTO recovery_items (pool_id, restore_id, entity, row_key, first_at, first_ver, first_there, \
     last_at, last_ver, action, stage) VALUES (?1, ?2, 'user', ?3, -1, 0, 1, 0, -1, 0, 0) ON CONFLICT DO NOTHING";
const PAGE: &str = "SELECT row_key, first_at, first_ver, first_there, last_at, last_ver FROM recovery_items \
     WHERE pool_id = ?1 AND restore_id = ?2 AND entity = ?3 AND row_key > ?4 ORDER BY row_key LIMIT ?5";
const DUE: &str = "SELECT row_key, first_at, first_ver, first_there, last_at, last_ver FROM recovery_items \
     WHERE pool_id = ?1 AND restore_id = ?2 AND entity = ?3 AND row_key > ?4 AND action > 0 AND stage < ?5 \
     ORDER BY row_key LIMIT ?6";
const DECIDE: &str = "UPDATE recovery_items SET action = ?5 \
     WHERE pool_id = ?1 AND restore_id = ?2 AND entity = ?3 AND row_key = ?4";
const ADVANCE: &str = "UPDATE recovery_items SET stage = ?5 \
     WHERE pool_id = ?1 AND restore_id = ?2 AND entity = ?3 AND row_key = ?4 AND stage < ?5";
const COUNT: &str = "SELECT entity, action, COUNT(*) FROM recovery_items \
     WHERE pool_id = ?1 AND restore_id = ?2 AND action > 0 GROUP BY entity, action";
const FORGET: &str = "DELETE FROM recovery_items WHERE pool_id = ?1 AND restore_id = ?2 AND (entity, row_key) IN \
     (SELECT entity, row_key FROM recovery_items WHERE pool_id = ?1 AND restore_id = ?2 \
     ORDER BY entity, row_key LIMIT 1000) RETURNING row_key";

rows! {
    /// What is known of a row since the target of a recovery.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ItemRow {
        /// The key of the row in its pool.
        pub row_key: String,
        /// The time of the oldest image; 0 for a row that was made since, -1 for a user without an image.
        pub first_at: i64,
        /// The version in the oldest image.
        pub first_ver: i64,
        /// True if the row was there.
        pub first_there: bool,
        /// The time of the newest image of a row that was there.
        pub last_at: i64,
        /// The version in it; -1 if there is none.
        pub last_ver: i64,
    }
}

impl ItemRow {
    /// Returns the item of a row that is known to have been made since.
    #[must_use]
    pub fn born(row_key: String) -> Self {
        Self {
            row_key,
            first_at: 0,
            first_ver: 0,
            first_there: false,
            last_at: 0,
            last_ver: -1,
        }
    }

    /// True for a user without an image.
    #[must_use]
    pub fn is_touched_only(&self) -> bool {
        self.first_at < 0
    }
}

/// A recovery, as its items name it.
#[derive(Clone, Copy, Debug)]
pub struct Of<'a> {
    /// The pool.
    pub pool_id: &'a str,
    /// The recovery.
    pub restore_id: &'a str,
}

impl Of<'_> {
    /// Notes images of a row. The oldest and the newest of all that were noted stay; doing it twice changes nothing.
    pub fn put(self, batch: Batch, entity: Entity, item: &ItemRow) -> Batch {
        let params = params![
            self.pool_id,
            self.restore_id,
            entity.as_str(),
            &item.row_key,
            item.first_at,
            item.first_ver,
            item.first_there,
            item.last_at,
            item.last_ver
        ];
        batch.run(PUT, params)
    }

    /// Notes a user of whom other rows change, unless the user is noted already.
    pub fn touch(self, batch: Batch, user_id: &str) -> Batch {
        batch.run(TOUCH, params![self.pool_id, self.restore_id, user_id])
    }

    /// Returns up to `limit` items behind the key `after`, by key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn page(
        self,
        store: &Store,
        entity: Entity,
        after: &str,
        limit: i64,
    ) -> Result<Vec<ItemRow>, StoreError> {
        let entity = entity.as_str();
        let params = params![self.pool_id, self.restore_id, entity, after, limit];
        rows::all(store.all((PAGE, params)).await?)
    }

    /// Returns up to `limit` items behind the key `after` that change and have not come to a stage, by key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due(
        self,
        store: &Store,
        entity: Entity,
        after: &str,
        stage: i64,
        limit: i64,
    ) -> Result<Vec<ItemRow>, StoreError> {
        let entity = entity.as_str();
        let params = params![self.pool_id, self.restore_id, entity, after, stage, limit];
        rows::all(store.all((DUE, params)).await?)
    }

    /// Sets what happens to a row.
    pub fn decide(self, batch: Batch, entity: Entity, row_key: &str, action: i64) -> Batch {
        let entity = entity.as_str();
        let params = params![self.pool_id, self.restore_id, entity, row_key, action];
        batch.run(DECIDE, params)
    }

    /// Notes that an item has come to a stage; [`ITEM_DONE`] if another node was faster.
    pub fn advance(self, batch: Batch, entity: Entity, row_key: &str, stage: i64) -> Batch {
        let entity = entity.as_str();
        let params = params![self.pool_id, self.restore_id, entity, row_key, stage];
        batch.one(ADVANCE, params, ITEM_DONE)
    }

    /// Returns the number of items by entity and action.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn counts(self, store: &Store) -> Result<Vec<(String, i64, i64)>, StoreError> {
        let params = params![self.pool_id, self.restore_id];
        let rows = store.scan(COUNT, params).await?;
        rows.into_iter()
            .map(|mut row| Ok((row.take_text(0)?, row.int(1)?, row.int(2)?)))
            .collect()
    }

    /// Deletes up to [`FORGET_ROWS`] items; the batch returns a row for each.
    pub fn forget(self, batch: Batch) -> Batch {
        batch.returning(FORGET, params![self.pool_id, self.restore_id])
    }
}
