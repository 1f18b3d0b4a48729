//! ChangePassword: a signed-in user sets a new password (auth.md 2.7, 2.9, 6.6).

use cognate_crypto::secret::{Secret, SecretString};
use cognate_shapes::{ChangePasswordRequest, ChangePasswordResponse, UserStatusType};
use cognate_store::Batch;

use crate::attempts::{self, Subject};
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::records::pool::Pool;
use crate::records::user::{self, User};
use crate::tokens::verify;
use crate::users::codes::{self, Purpose};
use crate::users::password;
use crate::users::password_policy::{self, PolicyText, history};

/// Requests per user and hour (auth.md 2.7).
const LIMIT: i64 = 5;

/// ChangePassword.
pub async fn change_password(
    cx: &Cx<'_>,
    input: ChangePasswordRequest,
) -> Result<ChangePasswordResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let (pool, before) = (&signed.pool, &signed.user);
    let new: SecretString = Secret::new(input.proposed_password);
    password_policy::check(pool, new.expose(), PolicyText::Other)?;
    let turn = cx.gates.enter(pool, &before.id).await;
    let _turn = turn.ok_or_else(errors::auth::attempt_limit_exceeded)?;
    attempts::take(
        cx,
        pool,
        &Subject::known(&before.id),
        "change_password",
        LIMIT,
    )
    .await?;
    check_previous(cx, pool, before, input.previous_password).await?;
    history::check(cx, pool, before, &new).await?;

    let mut after = before.clone();
    let sealed = password::seal(cx, pool, &after.id, &after.username, &new).await;
    history::replace(pool, &mut after, sealed);
    // Whoever replaced a temporary password has chosen their own.
    if after.status == UserStatusType::ForceChangePassword {
        after.status = UserStatusType::Confirmed;
        after.doc.temporary_until = None;
    }
    after.modified = cx.now();
    let batch = user::save(Batch::new(), pool, before, &after)?;
    // A code that was asked for before the change must not undo it.
    let batch = codes::forget(batch, pool, &after.id, Purpose::Reset);
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(ChangePasswordResponse {})
}

/// Users without a password set their first one without proof beyond the token.
async fn check_previous(
    cx: &Cx<'_>,
    pool: &Pool,
    user: &User,
    previous: Option<String>,
) -> Result<()> {
    let Some(credential) = user.open_credential(pool)? else {
        return Ok(());
    };
    let previous = Secret::new(previous.unwrap_or_default());
    if password::matches(cx, pool, user, credential, &previous).await {
        Ok(())
    } else {
        Err(errors::auth::incorrect_password().into())
    }
}
