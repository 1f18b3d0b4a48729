//! ForgotPassword: sends a code with which the user can set a new password (auth.md 2.2, 2.11, 2.13, 6.6).

use cognate_shapes::{ForgotPasswordRequest, ForgotPasswordResponse, UserStatusType};
use cognate_store::Batch;

use crate::attempts;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::contact::Contact;
use crate::messages::{self, Destination, Kind, destination, render};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::secret_hash;
use crate::users::codes::{self, Code, Dispatch, Purpose};
use crate::users::named::Named;

/// The kind of attempt that ForgotPassword and ConfirmForgotPassword share, and their requests per user and hour.
pub(super) const RESET: (&str, i64) = ("reset", 20);

/// ForgotPassword.
pub async fn forgot_password(
    cx: &Cx<'_>,
    input: ForgotPasswordRequest,
) -> Result<ForgotPasswordResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    secret_hash::check(&client, &input.username, input.secret_hash.as_deref())?;
    let contacts = destination::recovery(&pool).ok_or_else(errors::users::contact_administrator)?;
    let named = Named::find(cx, &pool, &client, &input.username).await?;
    attempts::take(cx, &pool, &named.subject, RESET.0, RESET.1).await?;
    let reachable = named
        .user
        .as_ref()
        .map(|user| reach(&pool, user, &contacts))
        .transpose()?
        .flatten();
    let pretended = reachable.is_none();
    let destination = match reachable {
        Some(destination) => destination,
        // Nobody can tell a user without a verified address from a name that nobody has.
        None if client.hides_existence() => Destination::pretend(&pool, &contacts, &input.username)
            .ok_or_else(errors::users::no_verified_contact)?,
        None => return Err(errors::users::no_verified_contact().into()),
    };
    messages::require_courier(cx, &pool, destination.medium())?;

    let code = Code {
        pretended,
        ..Code::to(&destination)
    };
    let dispatch = Dispatch {
        owner: named.owner(),
        name: match &named.user {
            Some(user) if !pretended => &user.username,
            _ => &input.username,
        },
        purpose: Purpose::Reset,
        code: &code,
        destination: &destination,
        kind: Kind::ForgotPassword,
        rendered: render::verification(&pool, destination.medium(), &code.digits),
    };
    let batch = codes::send(cx, Batch::new(), &pool, dispatch)?;
    cx.commit(batch, |_| Fault::Stale).await?;
    messages::posted(cx);
    Ok(ForgotPasswordResponse {
        code_delivery_details: Some(destination.details()),
    })
}

/// The verified address that the pool prefers; None without one, which is what an unconfirmed user is taken for.
fn reach(pool: &Pool, user: &User, contacts: &[Contact]) -> Result<Option<Destination>> {
    match user.status {
        UserStatusType::Confirmed | UserStatusType::ResetRequired => {}
        UserStatusType::Unconfirmed => return Ok(None),
        _ => return Err(errors::users::cannot_reset_in_state().into()),
    }
    Ok(destination::reach(pool, user, contacts))
}
