//! Guards: the requirements of a batch on rows that it does not write, with one label for each.
//!
//! The row that a guard finds stays as it is until the commit, but for those that end in `_now`: they keep a node out that
//! does not know yet that a pool or a provider is gone, and lock nothing. The requirements on the rows that a table's own
//! functions write are in the table's file, with its own labels.

mod lasting;
mod shared;

use super::domains::POOL_HAS_DOMAIN;
use super::identity_providers::PROVIDER_STALE;
use crate::{Batch, Label, Value, params};

pub use lasting::leaves_rows;
pub use shared::shares_and_writes;

/// The pool is not active: it never was, or its deletion has begun.
pub const POOL_GONE: Label = Label("pool_gone");
/// A recovery of the pool is open, or the pool is not active: no user of it may change.
pub const POOL_PAUSED: Label = Label("pool_paused");
/// The pool is not active, or its users are written by other rules than those that were read.
pub const POOL_RESHAPED: Label = Label("pool_reshaped");
/// The user has changed since it was read, or is gone.
pub const USER_CHANGED: Label = Label("user_changed");
/// The user is gone.
pub const USER_GONE: Label = Label("user_gone");
/// The user exists, but was expected not to.
pub const USER_EXISTS: Label = Label("user_exists");
/// The client is gone.
pub const CLIENT_GONE: Label = Label("client_gone");

const POOL_ACTIVE: &str = "SELECT 1 FROM pools WHERE pool_id = ?1 AND state = 0";
const POOL_WRITABLE: &str = "SELECT 1 FROM pools WHERE pool_id = ?1 AND state = 0 AND paused = 0";
const POOL_SHAPE: &str = "SELECT 1 FROM pools WHERE pool_id = ?1 AND state = 0 AND shape = ?2";
const USERS_WRITABLE: &str =
    "SELECT 1 FROM pools WHERE pool_id = ?1 AND state = 0 AND paused = 0 AND shape = ?2";
const OF_POOL: [&str; 4] = [POOL_ACTIVE, POOL_WRITABLE, POOL_SHAPE, USERS_WRITABLE];
const USER: &str = "SELECT 1 FROM users WHERE pool_id = ?1 AND user_id = ?2";
const USER_AT: &str = "SELECT 1 FROM users WHERE pool_id = ?1 AND user_id = ?2 AND ver = ?3";
const CLIENT: &str = "SELECT 1 FROM clients WHERE pool_id = ?1 AND client_id = ?2";
const PROVIDER: &str = "SELECT 1 FROM identity_providers WHERE pool_id = ?1 AND provider_id = ?2";
const PROVIDER_AT: &str =
    "SELECT 1 FROM identity_providers WHERE pool_id = ?1 AND provider_id = ?2 AND ver = ?3";
const DOMAIN: &str = "SELECT 1 FROM domains WHERE pool_id = ?1";

/// Requires that the pool is active; [`POOL_GONE`].
pub fn require_pool_active(batch: Batch, pool_id: &str) -> Batch {
    batch.exists(POOL_ACTIVE, params![pool_id], POOL_GONE)
}

/// Requires that the pool is active when the batch is applied; [`POOL_GONE`]. It may end before the commit: so the batch locks
/// the row of its user, or adds only rows that go by themselves (decision 002). Sign-ins and the requests that lead to them
/// have it, so that those of one pool do not write into the pool's row.
pub fn require_pool_active_now(batch: Batch, pool_id: &str) -> Batch {
    batch.exists_now(POOL_ACTIVE, params![pool_id], POOL_GONE)
}

/// Requires that the pool is active and that no recovery of it is open; [`POOL_PAUSED`]. Every batch that changes a user, a
/// group, a membership, an authenticator app, a passkey or a link has this requirement.
pub fn require_pool_writable(batch: Batch, pool_id: &str) -> Batch {
    batch.exists(POOL_WRITABLE, params![pool_id], POOL_PAUSED)
}

/// As [`require_pool_writable`], and requires that the users are written by the rules of this number; [`POOL_PAUSED`].
pub fn require_users_writable(batch: Batch, pool_id: &str, shape: i64) -> Batch {
    batch.exists(USERS_WRITABLE, params![pool_id, shape], POOL_PAUSED)
}

/// Returns the pool of the first requirement in a batch that labels [`POOL_PAUSED`].
#[must_use]
pub fn written_pool(batch: &Batch) -> Option<String> {
    let mut statements = batch.statements.iter();
    let guard = statements.find(|each| [POOL_WRITABLE, USERS_WRITABLE].contains(&each.sql))?;
    match guard.params.first() {
        Some(Value::Text(pool_id)) => Some(pool_id.clone()),
        _ => None,
    }
}

/// True if a batch requires of the pool that it is active, alone or with more.
#[must_use]
pub fn requires_pool(batch: &Batch, pool_id: &str) -> bool {
    batch.statements.iter().any(|each| {
        OF_POOL.contains(&each.sql)
            && matches!(each.params.first(), Some(Value::Text(id)) if id == pool_id)
    })
}

/// Requires that the pool is active and that its users are written by the rules of this number; [`POOL_RESHAPED`].
pub fn require_pool_shape(batch: Batch, pool_id: &str, shape: i64) -> Batch {
    batch.exists(POOL_SHAPE, params![pool_id, shape], POOL_RESHAPED)
}

/// Requires that the user is there; [`USER_GONE`].
pub fn require_user_exists(batch: Batch, pool_id: &str, user_id: &str) -> Batch {
    batch.exists(USER, params![pool_id, user_id], USER_GONE)
}

/// Requires that the user is still at `ver`; [`USER_CHANGED`].
pub fn require_user_unchanged(batch: Batch, pool_id: &str, user_id: &str, ver: i64) -> Batch {
    batch.exists(USER_AT, params![pool_id, user_id, ver], USER_CHANGED)
}

/// Requires that no user has the pseudonym of an unknown user as id, which is always so: the batch for an unknown user
/// then costs what a user's does. [`USER_EXISTS`].
pub fn require_user_absent(batch: Batch, pool_id: &str, pseudonym: &str) -> Batch {
    batch.none(USER, params![pool_id, pseudonym], USER_EXISTS)
}

/// Requires that the client is there; [`CLIENT_GONE`].
pub fn require_client_exists(batch: Batch, pool_id: &str, client_id: &str) -> Batch {
    batch.exists(CLIENT, params![pool_id, client_id], CLIENT_GONE)
}

/// Requires that the provider is there; [`PROVIDER_STALE`].
pub fn require_provider_exists(batch: Batch, pool_id: &str, provider_id: &str) -> Batch {
    batch.exists(PROVIDER, params![pool_id, provider_id], PROVIDER_STALE)
}

/// Requires that the provider is there when the batch is applied; [`PROVIDER_STALE`]. For what goes by itself and is judged
/// again when it is used.
pub fn require_provider_exists_now(batch: Batch, pool_id: &str, provider_id: &str) -> Batch {
    batch.exists_now(PROVIDER, params![pool_id, provider_id], PROVIDER_STALE)
}

/// Requires that the provider is still at `ver`; [`PROVIDER_STALE`].
pub fn require_provider_unchanged(
    batch: Batch,
    pool_id: &str,
    provider_id: &str,
    ver: i64,
) -> Batch {
    batch.exists(
        PROVIDER_AT,
        params![pool_id, provider_id, ver],
        PROVIDER_STALE,
    )
}

/// Requires that a pool has no domain; [`POOL_HAS_DOMAIN`]. It must be after the statement that ends the pool: a batch
/// that adds a domain holds the pool's row until the commit, so that both cannot happen.
pub fn require_no_domain(batch: Batch, pool_id: &str) -> Batch {
    batch.none(DOMAIN, params![pool_id], POOL_HAS_DOMAIN)
}
