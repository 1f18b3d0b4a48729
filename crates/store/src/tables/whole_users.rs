//! Users with all that hangs on them, portion by portion.
//!
//! A portion is one statement, so that it shows one moment on either engine: no user without the app or the membership that
//! the same commit changed.

use super::groups::GroupRow;
use super::passkeys::PasskeyRow;
use super::provider_links::LinkRow;
use super::software_tokens::SoftwareTokenRow;
use super::users::UserRow;
use crate::{Query, Row, StoreError, params};

/// The columns of every part: the kind of the row, its user, five texts, four numbers, two byte strings. The first part says of
/// which type they are.
const PORTION: &str = "\
    WITH u AS MATERIALIZED (SELECT user_id, username, status, enabled, doc, credential, created, modified, ver, mac \
    FROM users WHERE pool_id = ?1 AND user_id > ?2 ORDER BY user_id LIMIT ?3) \
    SELECT 0 AS kind, user_id, username AS t1, status AS t2, doc AS t3, CAST(NULL AS TEXT) AS t4, CAST(NULL AS TEXT) AS t5, \
    enabled AS n1, created AS n2, modified AS n3, ver AS n4, credential AS b1, mac AS b2 FROM u \
    UNION ALL SELECT 1, t.user_id, NULL, NULL, NULL, NULL, NULL, t.last_step, t.ver, NULL, NULL, t.seed, t.mac \
    FROM u CROSS JOIN software_tokens t WHERE t.pool_id = ?1 AND t.user_id = u.user_id AND t.seed IS NOT NULL \
    UNION ALL SELECT 2, p.user_id, p.credential_id, p.rp_id, p.doc, NULL, NULL, p.sign_count, p.created, NULL, NULL, \
    p.public_key, p.mac FROM u CROSS JOIN passkeys p WHERE p.pool_id = ?1 AND p.user_id = u.user_id \
    UNION ALL SELECT 3, m.user_id, m.group_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, m.mac \
    FROM u CROSS JOIN group_members m WHERE m.pool_id = ?1 AND m.user_id = u.user_id \
    UNION ALL SELECT 4, '', g.group_id, g.name, g.description, g.role, NULL, g.precedence, g.created, g.modified, g.ver, \
    NULL, g.mac FROM user_groups g WHERE g.pool_id = ?1 AND g.group_id IN (SELECT m.group_id \
    FROM u CROSS JOIN group_members m WHERE m.pool_id = ?1 AND m.user_id = u.user_id) \
    UNION ALL SELECT 5, l.user_id, l.provider_id, i.name, l.attribute, l.value, l.link_key, l.created, NULL, NULL, NULL, \
    NULL, l.mac FROM u CROSS JOIN provider_links l CROSS JOIN identity_providers i \
    WHERE l.pool_id = ?1 AND l.user_id = u.user_id AND i.pool_id = l.pool_id AND i.provider_id = l.provider_id";

/// A membership.
#[derive(Debug)]
pub struct MemberRow {
    /// The user.
    pub user_id: String,
    /// The group; one that [`Portion::groups`] does not have was deleted.
    pub group_id: String,
    /// Over [`super::groups::signed_member`].
    pub mac: Option<Vec<u8>>,
}

/// A link with what its MAC covers.
#[derive(Debug)]
pub struct SignedLink {
    /// The user.
    pub user_id: String,
    /// The link.
    pub link: LinkRow,
    /// Its key.
    pub link_key: String,
    /// Over [`super::provider_links::signed`].
    pub mac: Option<Vec<u8>>,
}

/// Some users and all that hangs on them.
#[derive(Default)]
pub struct Portion {
    /// By id.
    pub users: Vec<UserRow>,
    /// Registered authenticator apps, each with its user. The seed that waits is not read.
    pub tokens: Vec<(String, SoftwareTokenRow)>,
    /// Passkeys, each with its user.
    pub passkeys: Vec<(String, PasskeyRow)>,
    /// Memberships.
    pub members: Vec<MemberRow>,
    /// The groups that have one of these users.
    pub groups: Vec<GroupRow>,
    /// Links through providers that the pool has.
    pub links: Vec<SignedLink>,
}

/// Returns the query of up to `limit` users after an id, for [`Portion::read`].
#[must_use]
pub fn query(pool_id: &str, after: &str, limit: i64) -> Query {
    (PORTION, params![pool_id, after, limit])
}

/// The columns of [`PORTION`].
const USER: usize = 1;
const T1: usize = 2;
const T2: usize = 3;
const T3: usize = 4;
const T4: usize = 5;
const T5: usize = 6;
const N1: usize = 7;
const N2: usize = 8;
const N3: usize = 9;
const N4: usize = 10;
const B1: usize = 11;
const B2: usize = 12;

impl Portion {
    /// Reads the rows of [`query`]. A portion without users is the end.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read(rows: Vec<Row>) -> Result<Self, StoreError> {
        let mut portion = Self::default();
        for row in rows {
            portion.put(row)?;
        }
        portion.users.sort_by(|a, b| a.user_id.cmp(&b.user_id));
        Ok(portion)
    }

    fn put(&mut self, mut row: Row) -> Result<(), StoreError> {
        let kind = row.int(0)?;
        let user_id = row.take_text(USER)?;
        let mac = row.take_opt_bytes(B2)?;
        match kind {
            0 => self.users.push(UserRow {
                user_id,
                username: row.take_text(T1)?,
                status: row.take_text(T2)?,
                enabled: row.flag(N1)?,
                doc: row.take_text(T3)?,
                credential: row.take_opt_bytes(B1)?,
                created: row.int(N2)?,
                modified: row.int(N3)?,
                ver: row.int(N4)?,
                mac,
            }),
            1 => {
                let token = SoftwareTokenRow {
                    seed: row.take_opt_bytes(B1)?,
                    last_step: row.int(N1)?,
                    pending: None,
                    ver: row.int(N2)?,
                    mac,
                };
                self.tokens.push((user_id, token));
            }
            2 => {
                let passkey = PasskeyRow {
                    credential_id: row.take_text(T1)?,
                    rp_id: row.take_text(T2)?,
                    public_key: row.take_bytes(B1)?,
                    sign_count: row.int(N1)?,
                    doc: row.take_text(T3)?,
                    created: row.int(N2)?,
                    mac,
                };
                self.passkeys.push((user_id, passkey));
            }
            3 => self.members.push(MemberRow {
                user_id,
                group_id: row.take_text(T1)?,
                mac,
            }),
            4 => self.groups.push(GroupRow {
                group_id: row.take_text(T1)?,
                name: row.take_text(T2)?,
                description: row.take_opt_text(T3)?,
                role: row.take_opt_text(T4)?,
                precedence: row.opt_int(N1)?,
                created: row.int(N2)?,
                modified: row.int(N3)?,
                ver: row.int(N4)?,
                mac,
            }),
            _ => self.links.push(SignedLink {
                user_id,
                link: LinkRow {
                    provider_id: row.take_text(T1)?,
                    provider: row.take_text(T2)?,
                    attribute: row.take_text(T3)?,
                    value: row.take_text(T4)?,
                    created: row.int(N1)?,
                },
                link_key: row.take_text(T5)?,
                mac,
            }),
        }
        Ok(())
    }
}
