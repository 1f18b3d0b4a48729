//! AdminResetUserPassword: voids a user's password and sends a code for a new one (auth.md 2.2, 6.8, admin.md 2.5).

use cognate_shapes::{
    AdminResetUserPasswordRequest, AdminResetUserPasswordResponse, UserStatusType,
};
use cognate_store::Batch;

use crate::attempts::guesses;
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::messages::{self, Kind, destination, render};
use crate::records::user::{self, User};
use crate::users::codes::{self, Code, Dispatch, Owner, Purpose};

/// AdminResetUserPassword.
pub async fn admin_reset_user_password(
    cx: &Cx<'_>,
    input: AdminResetUserPasswordRequest,
) -> Result<AdminResetUserPasswordResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let before = User::find(&cx.store, &pool, &input.username)
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
    let contacts = destination::recovery(&pool).ok_or_else(errors::users::contact_administrator)?;
    let destination = destination::reach(&pool, &before, &contacts)
        .ok_or_else(errors::users::no_verified_contact)?;
    messages::require_courier(cx, &pool, destination.medium())?;

    let after = User {
        status: UserStatusType::ResetRequired,
        modified: cx.now(),
        ..before.clone()
    };
    let code = Code::to(&destination);
    let batch = user::save(Batch::new(), &pool, &before, &after)?;
    let dispatch = Dispatch {
        owner: Owner::User(&after.id),
        name: &after.username,
        purpose: Purpose::Reset,
        code: &code,
        destination: &destination,
        kind: Kind::ForgotPassword,
        rendered: render::verification(&pool, destination.medium(), &code.digits),
    };
    let batch = codes::send(cx, batch, &pool, dispatch)?;
    let batch = guesses::forget(batch, &pool, &after.id);
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    messages::posted(cx);
    Ok(AdminResetUserPasswordResponse {})
}
