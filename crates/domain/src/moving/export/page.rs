//! The users of a pool as records, a page at a time, for a seed (docs/SEED.md).

use cognate_moving::record::UserRecord;
use cognate_store::Store;
use cognate_store::tables::whole_users::{self, Portion};

use crate::errors::Result;
use crate::moving::export::{portion, records};
use crate::records::pool::Pool;

/// The users of a page. One can have 100 KB of attributes.
const USERS: i64 = 40;
/// The bytes after which a page ends, as JSON.
const BYTES: usize = 400 << 10;

/// Returns the users whose ids come after `after`; none at the end. Without `secrets` none is opened.
///
/// # Errors
/// The store's; an internal fault for a row that is not signed or does not open.
pub async fn page(
    store: &Store,
    pool: &Pool,
    after: &str,
    secrets: bool,
) -> Result<Vec<UserRecord>> {
    let query = whole_users::query(&pool.id, after, USERS);
    let read = Portion::read(store.all(query).await?)?;
    let (mut page, mut bytes) = (Vec::new(), 0);
    for whole in portion::wholes(pool, read)? {
        let record = records::user(pool, &whole, secrets)?.record;
        bytes += serde_json::to_vec(&record)?.len();
        page.push(record);
        if bytes > BYTES {
            break;
        }
    }
    Ok(page)
}
