//! What a recovery writes: rows as they were, under the keys and with the MACs that they had, and the reads that show what
//! is there now. Nothing here asks for a pool whose users may change: the recovery itself is what they wait for.

use super::before_images::ImageRow;
use super::users::{UserRow, shard};
use crate::{Batch, Label, Query, params};

/// A row that the recovery changes is not as it was read.
pub const CHANGED: Label = Label("restored_row_changed");

const REVIVE_USER: &str = "INSERT INTO users \
     (pool_id, user_id, username, status, enabled, doc, credential, created, modified, ver, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
const DIG_UP: &str = "DELETE FROM tombstones WHERE pool_id = ?1 AND user_id = ?2";
const LOGIN: &str = "INSERT INTO logins (pool_id, name, kind, user_id) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
const ATTR: &str = "INSERT INTO user_attrs (pool_id, attr, value, user_id) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
const GROUP_BY_ID: &str = "SELECT g.group_id, g.name, g.description, g.role, g.precedence, g.created, g.modified, g.ver, g.mac \
     FROM user_groups g WHERE g.pool_id = ?1 AND g.group_id = ?2";
const GROUP: &str = "INSERT INTO user_groups \
     (pool_id, name, folded, group_id, description, role, precedence, created, modified, ver, mac) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
const MEMBER_NOW: &str = "SELECT (SELECT COUNT(*) FROM group_members WHERE pool_id = ?1 AND group_id = ?3 AND user_id = ?4), \
     (SELECT COUNT(*) FROM user_groups WHERE pool_id = ?1 AND group_id = ?3), \
     COALESCE((SELECT action FROM recovery_items \
     WHERE pool_id = ?1 AND restore_id = ?2 AND entity = 'group' AND row_key = ?3), 0)";
const USER_CREATED: &str = "SELECT created FROM users WHERE pool_id = ?1 AND user_id = ?2";
const LINK_OWNER: &str =
    "SELECT user_id FROM provider_links WHERE pool_id = ?1 AND provider_id = ?2 AND link_key = ?3";
const MEMBER: &str = "INSERT INTO group_members (pool_id, group_id, user_id, mac) SELECT ?1, ?2, ?3, ?4 \
     WHERE EXISTS (SELECT 1 FROM users WHERE pool_id = ?1 AND user_id = ?3) \
     AND EXISTS (SELECT 1 FROM user_groups WHERE pool_id = ?1 AND group_id = ?2) ON CONFLICT DO NOTHING";
const TOKEN: &str = "INSERT INTO software_tokens (pool_id, user_id, seed, last_step, pending, ver, mac) \
     SELECT ?1, ?2, ?3, ?4, NULL, 1, ?5 WHERE EXISTS (SELECT 1 FROM users WHERE pool_id = ?1 AND user_id = ?2) \
     ON CONFLICT (pool_id, user_id) DO UPDATE SET seed = excluded.seed, last_step = excluded.last_step, \
     mac = excluded.mac, ver = software_tokens.ver + 1";
const PASSKEY_OWNER: &str =
    "SELECT user_id FROM passkeys WHERE pool_id = ?1 AND credential_id = ?2";
const DELETE_PASSKEY: &str = "DELETE FROM passkeys WHERE pool_id = ?1 AND credential_id = ?2";
const PASSKEY: &str = "INSERT INTO passkeys \
     (pool_id, credential_id, user_id, rp_id, public_key, sign_count, doc, created, used, mac) \
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 \
     WHERE EXISTS (SELECT 1 FROM users WHERE pool_id = ?1 AND user_id = ?3) ON CONFLICT DO NOTHING";
const DELETE_LINK: &str =
    "DELETE FROM provider_links WHERE pool_id = ?1 AND provider_id = ?2 AND link_key = ?3";
const LINK: &str = "INSERT INTO provider_links (pool_id, provider_id, link_key, user_id, attribute, value, created, mac) \
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 \
     WHERE EXISTS (SELECT 1 FROM users WHERE pool_id = ?1 AND user_id = ?4) ON CONFLICT DO NOTHING";

/// Brings back a user whose id is buried, at the version in the row; [`CHANGED`].
pub fn revive_user(batch: Batch, pool_id: &str, row: &UserRow) -> Batch {
    let batch = batch.one(
        REVIVE_USER,
        params![
            pool_id,
            &row.user_id,
            &row.username,
            &row.status,
            row.enabled,
            &row.doc,
            row.credential.as_ref(),
            row.created,
            row.modified,
            row.ver,
            row.mac.as_ref()
        ],
        CHANGED,
    );
    let batch = batch.run(DIG_UP, params![pool_id, &row.user_id]);
    super::users::add_to_count(batch, pool_id, shard(&row.user_id), 1)
}

/// Gives a user a name, if nobody has it.
pub fn login(batch: Batch, pool_id: &str, user_id: &str, name: &str, kind: &str) -> Batch {
    batch.run(LOGIN, params![pool_id, name, kind, user_id])
}

/// Makes a user findable by an attribute.
pub fn attr(batch: Batch, pool_id: &str, user_id: &str, attr: &str, value: &str) -> Batch {
    batch.run(ATTR, params![pool_id, attr, value, user_id])
}

/// Returns the query of a group by its id; [`GroupRow`](super::groups::GroupRow).
#[must_use]
pub fn group_by_id(pool_id: &str, group_id: &str) -> Query {
    (GROUP_BY_ID, params![pool_id, group_id])
}

/// Brings back a deleted group at a version; [`CHANGED`] also if another group has its name.
pub fn group(batch: Batch, pool_id: &str, group_id: &str, image: &ImageRow, ver: i64) -> Batch {
    batch.one(
        GROUP,
        params![
            pool_id,
            image.text_1.as_ref(),
            image.text_2.as_ref(),
            group_id,
            image.text_3.as_ref(),
            image.text_4.as_ref(),
            image.int_1,
            image.int_2,
            image.int_3,
            ver,
            image.row_mac.as_ref()
        ],
        CHANGED,
    )
}

/// Returns the query of one row about a membership: 1 if it is there, 1 if its group is there, and what the recovery does
/// to the group.
#[must_use]
pub fn member_now(pool_id: &str, restore_id: &str, group_id: &str, user_id: &str) -> Query {
    (MEMBER_NOW, params![pool_id, restore_id, group_id, user_id])
}

/// Returns the query of the time at which a user was created, in microseconds.
#[must_use]
pub fn user_created(pool_id: &str, user_id: &str) -> Query {
    (USER_CREATED, params![pool_id, user_id])
}

/// Returns the query of the user of a link.
#[must_use]
pub fn link_owner(pool_id: &str, provider_id: &str, link_key: &str) -> Query {
    (LINK_OWNER, params![pool_id, provider_id, link_key])
}

/// Brings back a membership if its group and its user are there.
pub fn member(
    batch: Batch,
    pool_id: &str,
    group_id: &str,
    user_id: &str,
    mac: Option<&Vec<u8>>,
) -> Batch {
    batch.run(MEMBER, params![pool_id, group_id, user_id, mac])
}

/// Puts an authenticator app in the place of the one that is there, if the user is.
pub fn token(
    batch: Batch,
    pool_id: &str,
    user_id: &str,
    seed: &[u8],
    last_step: i64,
    mac: Vec<u8>,
) -> Batch {
    batch.run(TOKEN, params![pool_id, user_id, seed, last_step, mac])
}

/// Returns the query of the user of a passkey.
#[must_use]
pub fn passkey_owner(pool_id: &str, credential_id: &str) -> Query {
    (PASSKEY_OWNER, params![pool_id, credential_id])
}

/// Deletes a passkey, whose ever it is.
pub fn delete_passkey(batch: Batch, pool_id: &str, credential_id: &str) -> Batch {
    batch.run(DELETE_PASSKEY, params![pool_id, credential_id])
}

/// Brings back a passkey if its user is there.
pub fn passkey(batch: Batch, pool_id: &str, credential_id: &str, image: &ImageRow) -> Batch {
    batch.run(
        PASSKEY,
        params![
            pool_id,
            credential_id,
            image.text_1.as_ref(),
            image.text_2.as_ref(),
            image.public.as_ref(),
            image.int_1,
            image.text_3.as_ref(),
            image.int_2,
            image.int_3,
            image.row_mac.as_ref()
        ],
    )
}

/// Deletes a link, whose ever it is.
pub fn delete_link(batch: Batch, pool_id: &str, provider_id: &str, link_key: &str) -> Batch {
    batch.run(DELETE_LINK, params![pool_id, provider_id, link_key])
}

/// Brings back a link if its user is there.
pub fn link(
    batch: Batch,
    pool_id: &str,
    provider_id: &str,
    link_key: &str,
    image: &ImageRow,
) -> Batch {
    batch.run(
        LINK,
        params![
            pool_id,
            provider_id,
            link_key,
            image.text_1.as_ref(),
            image.text_2.as_ref(),
            image.text_3.as_ref(),
            image.int_1,
            image.row_mac.as_ref()
        ],
    )
}
