//! `before_images`: rows of users and of what belongs to them, as they were before a change.
//!
//! The statement that keeps an image comes before the one that changes the row, in the same batch, and copies the row with
//! the MAC that it carries, so that an image is judged as the row would be. Nobody reads an image but a recovery.

use super::rows::{self, rows};
use crate::{Batch, Query, Store, StoreError, params};

/// What an image is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    /// `users`; the row's key is the id. text: user name, status, document; int: enabled, created, modified; sealed: the
    /// credential.
    User,
    /// `user_groups`; the group's id. text: name, folded, description, role; int: precedence, created, modified.
    Group,
    /// `group_members`; group and user with a slash between them.
    Member,
    /// `software_tokens` with a registered seed; the user's id. int: newest time step; sealed: the seed.
    Token,
    /// `passkeys`; the credential's id. text: user, relying party, document; int: counter, created, used; public: the key.
    Passkey,
    /// `provider_links`; provider and link key with a slash between them. text: user, attribute, value; int: created.
    Link,
}

impl Entity {
    /// All of them, in the order in which a preview looks at them: users last.
    pub const ALL: [Self; 6] = [
        Self::Group,
        Self::Member,
        Self::Token,
        Self::Passkey,
        Self::Link,
        Self::User,
    ];

    /// Returns the name in the tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Member => "member",
            Self::Token => "token",
            Self::Passkey => "passkey",
            Self::Link => "link",
        }
    }

    /// Returns what has a name in the tables.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.as_str() == name)
    }
}

/// Begins the statement that copies rows; ends with the columns that the SELECT gives.
macro_rules! keep {
    ($columns:literal, $select:literal, $($rest:literal),+) => {
        concat!(
            "INSERT",
            " INTO before_images (pool_id, at, entity, row_key, ver, there, ", $columns, ") SELECT pool_id, ?2, ",
            $select, $($rest),+, " ON CONFLICT DO NOTHING"
        )
    };
}
/// Copies rows of `users`.
macro_rules! users {
    ($where:literal) => {
        keep!(
            "text_1, text_2, text_3, int_1, int_2, int_3, sealed, row_mac",
            "'user', user_id, ver, 1, username, status, doc, enabled, created, modified, credential, mac FROM users ",
            "WHERE pool_id = ?1 AND ",
            $where
        )
    };
}
/// Copies rows of `user_groups`.
macro_rules! groups {
    ($where:literal) => {
        keep!(
            "text_1, text_2, text_3, text_4, int_1, int_2, int_3, row_mac",
            "'group', group_id, ver, 1, name, folded, description, role, precedence, created, modified, mac FROM user_groups ",
            "WHERE pool_id = ?1 AND ",
            $where
        )
    };
}
/// Copies rows of `group_members`.
macro_rules! members {
    ($where:literal) => {
        keep!(
            "row_mac",
            "'member', group_id || '/' || user_id, 0, 1, mac FROM group_members ",
            "WHERE pool_id = ?1 AND ",
            $where
        )
    };
}
/// Copies rows of `passkeys`.
macro_rules! passkeys {
    ($where:literal) => {
        keep!(
            "text_1, text_2, text_3, int_1, int_2, int_3, public, row_mac",
            "'passkey', credential_id, 0, 1, user_id, rp_id, doc, sign_count, created, used, public_key, mac FROM passkeys ",
            "WHERE pool_id = ?1 AND ",
            $where
        )
    };
}
/// Copies rows of `provider_links`.
macro_rules! links {
    ($where:literal) => {
        keep!(
            "text_1, text_2, text_3, int_1, row_mac",
            "'link', provider_id || '/' || link_key, 0, 1, user_id, attribute, value, created, mac FROM provider_links ",
            "WHERE pool_id = ?1 AND ",
            $where
        )
    };
}

const USER: &str = users!("user_id = ?3");
const GROUP: &str = groups!("group_id = ?3");
const MEMBER: &str = members!("group_id = ?3 AND user_id = ?4");
const MEMBERS_OF_USER: &str = members!("user_id = ?3");
// The rows that `groups::sweep` deletes, which has the same LIMIT.
const MEMBERS_SWEPT: &str = members!(
    "group_id = ?3 AND user_id IN (SELECT user_id FROM group_members \
     WHERE pool_id = ?1 AND group_id = ?3 ORDER BY user_id LIMIT 1000)"
);
// A row whose seed waits for its first code is no app yet.
const TOKEN: &str = keep!(
    "int_1, sealed, row_mac",
    "'token', user_id, 0, CASE WHEN seed IS NULL THEN 0 ELSE 1 END, last_step, seed, mac FROM software_tokens ",
    "WHERE pool_id = ?1 AND user_id = ?3"
);
const PASSKEY: &str = passkeys!("credential_id = ?3");
const PASSKEYS_OF_USER: &str = passkeys!("user_id = ?3");
const LINK: &str = links!("provider_id = ?3 AND link_key = ?4");
const LINKS_OF_USER: &str = links!("user_id = ?3");
const ABSENT: &str = "INSERT INTO before_images (pool_id, at, entity, row_key, ver, there) \
     VALUES (?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT DO NOTHING";

const GET: &str = "SELECT there, text_1, text_2, text_3, text_4, int_1, int_2, int_3, sealed, public, row_mac, ver \
     FROM before_images WHERE pool_id = ?1 AND at = ?2 AND entity = ?3 AND row_key = ?4 AND ver = ?5";
const PAGE: &str = "SELECT at, entity, row_key, ver, there FROM before_images \
     WHERE pool_id = ?1 AND (at, entity, row_key, ver) > (?2, ?3, ?4, ?5) ORDER BY at, entity, row_key, ver LIMIT ?6";
const NEXT_POOL: &str =
    "SELECT pool_id, at FROM before_images WHERE pool_id > ?1 ORDER BY pool_id, at LIMIT 1";
const FORGET: &str = "DELETE FROM before_images WHERE pool_id = ?1 AND (at, entity, row_key, ver) IN \
     (SELECT at, entity, row_key, ver FROM before_images WHERE pool_id = ?1 AND at < ?2 \
     ORDER BY at, entity, row_key, ver LIMIT 1000)";

/// The largest number of rows that [`forget`] deletes.
pub const FORGET_ROWS: u64 = 1_000;

/// Keeps images of rows of a pool at the moment `at`, in microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Keep<'a> {
    /// The pool.
    pub pool_id: &'a str,
    /// When the rows change.
    pub at: i64,
}

impl Keep<'_> {
    /// Keeps a user's row.
    pub fn user(self, batch: Batch, user_id: &str) -> Batch {
        batch.run(USER, params![self.pool_id, self.at, user_id])
    }

    /// Keeps everything that a user's deletion deletes and a recovery brings back, the user's row included.
    pub fn whole_user(self, batch: Batch, user_id: &str) -> Batch {
        [
            USER,
            MEMBERS_OF_USER,
            TOKEN,
            PASSKEYS_OF_USER,
            LINKS_OF_USER,
        ]
        .into_iter()
        .fold(batch, |batch, sql| {
            batch.run(sql, params![self.pool_id, self.at, user_id])
        })
    }

    /// Keeps a group.
    pub fn group(self, batch: Batch, group_id: &str) -> Batch {
        batch.run(GROUP, params![self.pool_id, self.at, group_id])
    }

    /// Keeps a membership.
    pub fn member(self, batch: Batch, group_id: &str, user_id: &str) -> Batch {
        batch.run(MEMBER, params![self.pool_id, self.at, group_id, user_id])
    }

    /// Keeps the memberships that the next [`super::groups::sweep`] deletes.
    pub fn swept_members(self, batch: Batch, group_id: &str) -> Batch {
        batch.run(MEMBERS_SWEPT, params![self.pool_id, self.at, group_id])
    }

    /// Keeps a user's authenticator app, or that there is none, if there is a row.
    pub fn token(self, batch: Batch, user_id: &str) -> Batch {
        batch.run(TOKEN, params![self.pool_id, self.at, user_id])
    }

    /// Keeps a passkey.
    pub fn passkey(self, batch: Batch, credential_id: &str) -> Batch {
        batch.run(PASSKEY, params![self.pool_id, self.at, credential_id])
    }

    /// Keeps a link.
    pub fn link(self, batch: Batch, provider_id: &str, link_key: &str) -> Batch {
        batch.run(LINK, params![self.pool_id, self.at, provider_id, link_key])
    }

    /// Keeps that there is no such row. `ver`: one below the version that the row gets, 0 for rows without versions.
    pub fn absent(self, batch: Batch, entity: Entity, row_key: &str, ver: i64) -> Batch {
        batch.run(
            ABSENT,
            params![self.pool_id, self.at, entity.as_str(), row_key, ver],
        )
    }
}

rows! {
    /// An image. What its columns hold says [`Entity`].
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ImageRow {
        /// False if there was no such row.
        pub there: bool,
        /// See [`Entity`].
        pub text_1: Option<String>,
        /// See [`Entity`].
        pub text_2: Option<String>,
        /// See [`Entity`].
        pub text_3: Option<String>,
        /// See [`Entity`].
        pub text_4: Option<String>,
        /// See [`Entity`].
        pub int_1: Option<i64>,
        /// See [`Entity`].
        pub int_2: Option<i64>,
        /// See [`Entity`].
        pub int_3: Option<i64>,
        /// Sealed for the row's own table.
        pub sealed: Option<Vec<u8>>,
        /// The key of a passkey.
        pub public: Option<Vec<u8>>,
        /// The MAC of the row.
        pub row_mac: Option<Vec<u8>>,
        /// The version of the row, 0 where rows have none.
        pub ver: i64,
    }
}

rows! {
    /// The place of an image.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Place {
        /// When the row changed, in microseconds.
        pub at: i64,
        /// [`Entity::as_str`].
        pub entity: String,
        /// The key of the row in its pool.
        pub row_key: String,
        /// The version of the row, 0 where rows have none.
        pub ver: i64,
        /// False if there was no such row.
        pub there: bool,
    }
}

impl Place {
    /// Returns a place before every image of a moment.
    #[must_use]
    pub fn before(at: i64) -> Self {
        Self {
            at,
            entity: String::new(),
            row_key: String::new(),
            ver: 0,
            there: false,
        }
    }
}

/// Returns the query of an image.
#[must_use]
pub fn get(pool_id: &str, entity: Entity, row_key: &str, (at, ver): (i64, i64)) -> Query {
    (GET, params![pool_id, at, entity.as_str(), row_key, ver])
}

/// Returns the places of up to `limit` images of a pool behind `after`, the oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    store: &Store,
    pool_id: &str,
    after: &Place,
    limit: i64,
) -> Result<Vec<Place>, StoreError> {
    let Place {
        at,
        entity,
        row_key,
        ver,
        ..
    } = after;
    let params = params![pool_id, *at, entity, row_key, *ver, limit];
    rows::all(store.all((PAGE, params)).await?)
}

/// Returns the first pool behind `after` that has images, by id, and the time of its oldest.
///
/// # Errors
/// [`StoreError`].
pub async fn next_pool(store: &Store, after: &str) -> Result<Option<(String, i64)>, StoreError> {
    let row = store.row(NEXT_POOL, params![after]).await?;
    row.map(|mut row| Ok((row.take_text(0)?, row.int(1)?)))
        .transpose()
}

/// Deletes the oldest [`FORGET_ROWS`] images of a pool that are older than a moment, in microseconds.
pub fn forget(batch: Batch, pool_id: &str, older_than: i64) -> Batch {
    batch.run(FORGET, params![pool_id, older_than])
}
