//! What earlier sign-ins of a user were like, as a signed row.

use cognate_risk::profile::Profile;
use cognate_store::tables::risk_profiles::{self as table, ProfileRow};
use cognate_store::{Batch, Query, Row, Store};

use crate::errors::{Fault, Result};
use crate::records::pool::Pool;

/// The profile of a user, as it was read.
#[derive(Clone, Debug, Default)]
pub struct ProfileRecord {
    user_id: Option<String>,
    ver: Option<i64>,
    profile: Option<Profile>,
}

impl ProfileRecord {
    /// Returns the query of the profile of a user or, for the pseudonym of an unknown name, of some other user.
    #[must_use]
    pub fn query(pool: &Pool, subject: &str) -> Query {
        table::of_user_or_other(&pool.id, subject)
    }

    /// Returns the query of the profile of the user with a folded name; of some other user, which `unknown` chooses, where
    /// nobody has the name.
    #[must_use]
    pub fn query_of_login(pool: &Pool, folded: &str, unknown: &str) -> Query {
        table::of_login_or_other(&pool.id, folded, unknown)
    }

    /// Reads the rows of [`ProfileRecord::query`] or of [`ProfileRecord::query_of_login`].
    ///
    /// # Errors
    /// An internal fault for a row that was not written by this program.
    pub fn from_rows(pool: &Pool, subject: &str, rows: Vec<Row>) -> Result<Self> {
        let Some(mut row) = rows.into_iter().next() else {
            return Ok(Self::default());
        };
        let ProfileRow {
            user_id,
            doc,
            ver,
            mac,
        } = ProfileRow::read(&mut row)?;
        let read = |user_id: &str, doc: &str| -> Result<Profile> {
            pool.check(&table::signed_row(user_id, doc), mac.as_deref())?;
            Ok(serde_json::from_str(doc)?)
        };
        let profile = match (&user_id, &doc) {
            (Some(user_id), Some(doc)) => match read(user_id, doc) {
                // Another user's row, as which an unknown name is judged: it must not answer otherwise than a user does.
                Err(_) if user_id != subject => None,
                other => Some(other?),
            },
            _ => None,
        };
        Ok(Self {
            user_id,
            ver,
            profile,
        })
    }

    /// Reads the profile of a user.
    ///
    /// # Errors
    /// The store's; as [`ProfileRecord::from_rows`].
    pub async fn find(store: &Store, pool: &Pool, user_id: &str) -> Result<Self> {
        Self::from_rows(pool, user_id, store.all(Self::query(pool, user_id)).await?)
    }

    /// Returns what is known; None for a user of whom nothing is.
    pub fn known(&self) -> Option<&Profile> {
        self.profile.as_ref()
    }

    /// Adds a changed profile to a batch that requires its user; [`table::PROFILE_STALE`] if it was changed since it was read.
    ///
    /// # Errors
    /// [`Fault::Stale`] for a user who is gone; those of serialization.
    pub fn save(
        &self,
        batch: Batch,
        pool: &Pool,
        user_id: &str,
        changed: &Profile,
    ) -> Result<Batch> {
        if self.user_id.as_deref() != Some(user_id) {
            return Err(Fault::Stale);
        }
        let doc = serde_json::to_string(changed)?;
        let mac = pool.sign(&table::signed_row(user_id, &doc));
        Ok(table::put(batch, &pool.id, user_id, self.ver, &doc, mac))
    }
}
