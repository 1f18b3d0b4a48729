//! ConfirmForgotPassword: sets a new password with the code of ForgotPassword (auth.md 2.2, 2.9, 2.11, 6.6).

use cognate_crypto::secret::{Secret, SecretString};
use cognate_shapes::{ConfirmForgotPasswordRequest, ConfirmForgotPasswordResponse, UserStatusType};
use cognate_store::Batch;

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::ops::signup::confirm_sign_up::verify;
use crate::ops::signup::forgot_password::RESET;
use crate::records::user;
use crate::signin::secret_hash;
use crate::users::codes::{self, Purpose};
use crate::users::named::Named;
use crate::users::password_policy::{self, PolicyText, history};
use crate::users::{aliases, password};
use crate::{attempts, audit};

/// ConfirmForgotPassword.
pub async fn confirm_forgot_password(
    cx: &Cx<'_>,
    input: ConfirmForgotPasswordRequest,
) -> Result<ConfirmForgotPasswordResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    secret_hash::check(&client, &input.username, input.secret_hash.as_deref())?;
    let new: SecretString = Secret::new(input.password);
    password_policy::check(&pool, new.expose(), PolicyText::Other)?;
    let named = Named::find(cx, &pool, &client, &input.username).await?;
    let turn = cx.gates.enter(&pool, named.subject.as_str()).await;
    let _turn = turn.ok_or_else(errors::auth::attempt_limit_exceeded)?;
    attempts::take(cx, &pool, &named.subject, RESET.0, RESET.1).await?;
    let correct = codes::check(
        cx,
        &pool,
        named.owner(),
        Purpose::Reset,
        &input.confirmation_code,
    )
    .await?;
    let Some(before) = &named.user else {
        // No answer to a pseudonym's code is right; `check` has refused already.
        return Err(errors::users::code_mismatch().into());
    };
    match before.status {
        UserStatusType::Confirmed | UserStatusType::ResetRequired => {}
        UserStatusType::Unconfirmed => return Err(errors::auth::user_not_confirmed().into()),
        _ => return Err(errors::users::cannot_reset_in_state().into()),
    }
    history::check(cx, &pool, before, &new).await?;

    let mut after = before.clone();
    let sealed = password::seal(cx, &pool, &after.id, &after.username, &new).await;
    history::replace(&pool, &mut after, sealed);
    after.status = UserStatusType::Confirmed;
    after.modified = cx.now();
    verify(&mut after, &correct.code);
    let batch = correct.consume(Batch::new(), &pool);
    let batch = user::save(batch, &pool, before, &after)?;
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |label| aliases::conflict(cx, label))
        .await?;
    Ok(ConfirmForgotPasswordResponse {})
}
