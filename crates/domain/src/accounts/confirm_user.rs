//! An administrator confirms a sign-up; no address is verified by it (auth.md 2.2, admin.md 2.5).

use cognate_shapes::UserStatusType;
use cognate_store::Batch;

use crate::accounts::step::{Basis, Step, Then};
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::messages::Origin;
use crate::records::pool::Pool;
use crate::records::user::{self, User};
use crate::users::aliases;
use crate::users::codes::{self, Purpose};

/// Confirms a user who signed up.
///
/// # Errors
/// UserNotFoundException; NotAuthorizedException for a user in another state; AliasExistsException.
pub async fn confirm_user(
    cx: &Cx<'_>,
    pool: &Pool,
    username: &str,
    origin: Origin<'_>,
) -> Result<()> {
    let before = User::find(&cx.store, pool, username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    if before.status != UserStatusType::Unconfirmed {
        return Err(errors::users::cannot_be_confirmed(before.status.as_str()).into());
    }
    let after = User {
        status: UserStatusType::Confirmed,
        modified: cx.now(),
        ..before.clone()
    };
    let batch = user::save(Batch::new(), pool, &before, &after)?;
    let batch = codes::forget(batch, pool, &after.id, Purpose::SignUp);
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    let step = Step {
        conflict: Box::new(|label| aliases::conflict(cx, label)),
        then: Then::signed_up(origin, pool, &after),
        ..Step::new(Basis::of(cx, pool), batch, ())
    };
    step.commit(cx).await
}
