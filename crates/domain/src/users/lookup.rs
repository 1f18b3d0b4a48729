//! The account that a public operation names (auth.md 2.11).

use std::borrow::Cow;

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::messages::account::Account;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;

/// Looks a name up. For clients that hide who exists, a disabled user is an unknown name.
///
/// # Errors
/// UserNotFoundException where the client may tell that the name is unknown, NotAuthorizedException where it may tell
/// that the user is disabled.
pub async fn account<'a>(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    name: &'a str,
) -> Result<Account<'a>> {
    let user = User::find(&cx.store, pool, name).await?;
    match user {
        Some(user) if user.enabled => Ok(Account::User(Cow::Owned(user))),
        _ if client.hides_existence() => Ok(Account::unknown(pool, name)),
        Some(_) => Err(errors::auth::user_disabled().into()),
        None => Err(errors::users::combination_not_found().into()),
    }
}
