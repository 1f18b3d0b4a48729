//! The deletion of a user with everything that is keyed by the id (auth.md 2.2).

use cognate_store::Batch;
use cognate_store::tables::{
    attempts, codes, custom_auth, devices, messages, passkeys, risk_profiles, sessions,
    software_tokens, upstream_users,
};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;
use crate::records::user::{self, User};
use crate::tokens::revoke;

/// Deletes a user with names, memberships, sessions, devices, passkeys, authenticator app, codes, messages on their way
/// and counted attempts.
/// The names are free again, the id never is.
pub async fn delete(cx: &Cx<'_>, pool: &Pool, user: &User) -> Result<()> {
    let batch = writes(pool, user, cx.now());
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(())
}

/// Returns the writes of [`delete`], without a row in the audit trail.
pub fn writes(pool: &Pool, user: &User, now: i64) -> Batch {
    let batch = user::delete(sessions::forget_turn(&pool.id, &user.id), pool, user, now);
    dependants(batch, pool, user)
}

/// Deletes everything that is keyed by the id of a user, but for what [`user::delete`] deletes.
pub fn dependants(batch: Batch, pool: &Pool, user: &User) -> Batch {
    let batch = revoke::everything_of_user(batch, &pool.id, &user.id);
    let batch = codes::delete_all(batch, &pool.id, &user.id);
    let batch = custom_auth::delete_of_user(batch, &pool.id, &user.id);
    let batch = devices::forget_user(batch, &pool.id, &user.id);
    let batch = passkeys::forget_user(batch, &pool.id, &user.id);
    let batch = software_tokens::delete(batch, &pool.id, &user.id);
    let batch = upstream_users::forget_user(batch, &pool.id, &user.id);
    let batch = risk_profiles::forget_user(batch, &pool.id, &user.id);
    let batch = messages::forget_user(batch, &pool.id, &user.id);
    attempts::forget(batch, &pool.id, &user.id)
}
