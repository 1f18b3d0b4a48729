//! An administrator voids a user's password and has a code sent for a new one (auth.md 2.2, 6.8, admin.md 2.5).

use cognate_shapes::UserStatusType;
use cognate_store::Batch;

use crate::accounts::step::{Basis, Step};
use crate::attempts::guesses;
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::messages::delivery::require_sender;
use crate::messages::{Account, Origin, Reason, destination};
use crate::records::pool::Pool;
use crate::records::user::{self, User};
use crate::users::codes::{self, Purpose, Sending};

/// Voids the password and sends the code.
///
/// # Errors
/// The texts of auth.md 6.8.
pub async fn reset_password(
    cx: &Cx<'_>,
    pool: &Pool,
    username: &str,
    origin: Origin<'_>,
) -> Result<()> {
    let basis = Basis::of(cx, pool);
    let before = User::find(&cx.store, pool, username)
        .await?
        .ok_or_else(errors::user_not_found)?;
    if !before.enabled {
        return Err(errors::users::user_is_disabled().into());
    }
    if !matches!(
        before.status,
        UserStatusType::Confirmed | UserStatusType::ResetRequired
    ) {
        return Err(errors::users::cannot_reset_in_state().into());
    }
    let contacts = destination::recovery(pool).ok_or_else(errors::users::contact_administrator)?;
    let destination = destination::reach(pool, &before, &contacts)
        .ok_or_else(errors::users::no_verified_contact)?;
    require_sender(cx, pool, destination.medium())?;

    let after = User {
        status: UserStatusType::ResetRequired,
        modified: cx.now(),
        ..before.clone()
    };
    let batch = user::save(Batch::new(), pool, &before, &after)?;
    let account = Account::of(&after);
    let reason = Reason::ForgotPassword;
    let sending = Sending::new(&account, Purpose::Reset, &destination, reason);
    let code = codes::prepare(cx, pool, &sending, origin).await?;
    let batch = guesses::forget(code.into_batch(batch), pool, &after.id);
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    Step::new(basis, batch, ()).commit(cx).await
}
