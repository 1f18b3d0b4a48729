//! `upstream_users`: the users whom the other server knew when they signed in here. Times are microseconds.

use super::rows::{self, rows};
use crate::signed::{Signed, signed};
use crate::{Batch, Store, StoreError, params};

/// The password is at the other server alone.
pub const ACTIVE: i64 = 0;
/// The password is here.
pub const MOVED: i64 = 1;

const GET: &str =
    "SELECT state, mark, first, last, mac FROM upstream_users WHERE pool_id = ?1 AND user_id = ?2";
const PUT: &str = "INSERT INTO upstream_users (pool_id, user_id, state, mark, first, last, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6) ON CONFLICT (pool_id, user_id) DO UPDATE SET state = excluded.state, \
     mark = excluded.mark, last = excluded.last, mac = excluded.mac";
const FORGET: &str = "DELETE FROM upstream_users WHERE pool_id = ?1 AND user_id = ?2";
const COUNT: &str = "SELECT COUNT(*) FROM upstream_users WHERE pool_id = ?1 AND state = ?2";
// Those whom nobody can sign in as without the other server, and who never did.
const UNSEEN: &str = "SELECT COUNT(*) FROM users u WHERE u.pool_id = ?1 AND u.credential IS NULL \
     AND u.status <> 'EXTERNAL_PROVIDER' AND NOT EXISTS \
     (SELECT 1 FROM upstream_users m WHERE m.pool_id = u.pool_id AND m.user_id = u.user_id)";

rows! {
    /// A user.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct UpstreamUserRow {
        /// [`ACTIVE`] or [`MOVED`].
        pub state: i64,
        /// A digest of the credential that came over.
        pub mark: Option<Vec<u8>>,
        /// The first sign-in here.
        pub first: i64,
        /// When the state was set.
        pub last: i64,
        /// Over [`UpstreamUserRow::signed`].
        pub mac: Option<Vec<u8>>,
    }
}

impl UpstreamUserRow {
    /// Returns what is signed of a user.
    #[must_use]
    pub fn signed<'a>(&'a self, user_id: &'a str) -> Signed<'a> {
        signed!("upstream_users": user_id, self.state, self.mark.as_ref(), self.last)
    }
}

/// Returns the row of a user.
///
/// # Errors
/// [`StoreError`].
pub async fn get(
    store: &Store,
    pool_id: &str,
    user_id: &str,
) -> Result<Option<UpstreamUserRow>, StoreError> {
    rows::one(store.first((GET, params![pool_id, user_id])).await?)
}

/// Sets the state of a user; `first` of a row that is there stays. The same batch must save the user's row, so that two
/// sign-ins wait for each other.
pub fn put(batch: Batch, pool_id: &str, user_id: &str, row: &UpstreamUserRow) -> Batch {
    let params = params![
        pool_id,
        user_id,
        row.state,
        row.mark.as_ref(),
        row.last,
        row.mac.as_ref()
    ];
    batch.run(PUT, params)
}

/// Forgets a user who is deleted.
pub fn forget_user(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.run(FORGET, params![pool_id, user_id])
}

/// The users of a pool by where their passwords are. Read by a command alone: it takes as long as the pool is large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Users whose password is here.
    pub moved: i64,
    /// Users who signed in here and whose password is at the other server.
    pub active: i64,
    /// Users without a password here who never signed in here.
    pub unseen: i64,
}

/// Counts the users of a pool.
///
/// # Errors
/// [`StoreError`].
pub async fn count(store: &Store, pool_id: &str) -> Result<Counts, StoreError> {
    let found = store
        .read(&[
            (COUNT, params![pool_id, MOVED]),
            (COUNT, params![pool_id, ACTIVE]),
            (UNSEEN, params![pool_id]),
        ])
        .await?;
    let mut counts = [0; 3];
    for (count, rows) in counts.iter_mut().zip(&found) {
        *count = rows.first().map_or(Ok(0), |row| row.int(0))?;
    }
    let [moved, active, unseen] = counts;
    Ok(Counts {
        moved,
        active,
        unseen,
    })
}
