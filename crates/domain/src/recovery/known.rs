//! What is known of the rows that a recovery may change: their images and what is there now, read a page at a time.

use cognate_store::tables::before_images::{self, Entity, ImageRow};
use cognate_store::tables::recovery_items::{ItemRow, Of};
use cognate_store::tables::{restoring, software_tokens, users};
use cognate_store::{Query, Row, Store};

use crate::errors::Result;

/// What is known of a row.
pub struct Known {
    /// The item.
    pub item: ItemRow,
    /// The oldest image after the target; None if the row was not there, or has no image.
    pub first: Option<ImageRow>,
    /// The newest image, if it is another.
    pub last: Option<ImageRow>,
    /// The row now.
    pub now: Option<Row>,
}

impl Known {
    /// Returns the newest image of the row.
    #[must_use]
    pub fn newest(&self) -> Option<&ImageRow> {
        self.last.as_ref().or(self.first.as_ref())
    }
}

/// Reads what is known of a page of items.
///
/// # Errors
/// The store's.
pub async fn read(
    store: &Store,
    of: Of<'_>,
    entity: Entity,
    items: Vec<ItemRow>,
) -> Result<Vec<Known>> {
    let mut queries = Vec::with_capacity(items.len() * 2);
    for item in &items {
        let image = |place| before_images::get(of.pool_id, entity, &item.row_key, place);
        if has_first(item) {
            queries.push(image((item.first_at, item.first_ver)));
        }
        if has_last(item) {
            queries.push(image((item.last_at, item.last_ver)));
        }
        queries.push(now(of, entity, &item.row_key));
    }
    let mut answers = store.read(&queries).await?.into_iter();
    let mut next = || answers.next().and_then(|rows| rows.into_iter().next());
    let mut known = Vec::with_capacity(items.len());
    for item in items {
        let mut image = |wanted: bool| -> Result<Option<ImageRow>> {
            if !wanted {
                return Ok(None);
            }
            let row = next().as_mut().map(ImageRow::read).transpose()?;
            // One that is gone has no columns, which nobody takes for a row.
            Ok(Some(row.unwrap_or_default()))
        };
        let first = image(has_first(&item))?;
        let last = image(has_last(&item))?;
        let now = next();
        known.push(Known {
            item,
            first,
            last,
            now,
        });
    }
    Ok(known)
}

fn has_first(item: &ItemRow) -> bool {
    item.first_there && !item.is_touched_only()
}

fn has_last(item: &ItemRow) -> bool {
    let same = has_first(item) && (item.last_at, item.last_ver) == (item.first_at, item.first_ver);
    item.last_ver >= 0 && !same
}

/// Returns the query of a row as it is now.
fn now(of: Of<'_>, entity: Entity, row_key: &str) -> Query {
    let (pool, (left, right)) = (of.pool_id, halves(row_key));
    match entity {
        Entity::User => users::by_id(pool, row_key),
        Entity::Group => restoring::group_by_id(pool, row_key),
        Entity::Member => restoring::member_now(pool, of.restore_id, left, right),
        Entity::Token => software_tokens::of_user(pool, row_key),
        Entity::Passkey => restoring::passkey_owner(pool, row_key),
        Entity::Link => restoring::link_owner(pool, left, right),
    }
}

/// Returns the two ids of a key with a slash between them.
#[must_use]
pub fn halves(row_key: &str) -> (&str, &str) {
    row_key.split_once('/').unwrap_or((row_key, ""))
}
