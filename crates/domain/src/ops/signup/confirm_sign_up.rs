//! ConfirmSignUp: the new user proves to have got the code (auth.md 2.2, 2.4, 6.3).

use cognate_shapes::{ConfirmSignUpRequest, ConfirmSignUpResponse, UserStatusType};
use cognate_store::Batch;

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::facts::contact::Contact;
use crate::records::user::{self, User};
use crate::signin::{auto_sign_in, secret_hash};
use crate::users::aliases;
use crate::users::codes::{self, Code, Purpose};
use crate::users::named::Named;
use crate::{attempts, audit};

/// Requests per user and hour (auth.md 2.7).
const LIMIT: i64 = 15;

/// ConfirmSignUp.
pub async fn confirm_sign_up(
    cx: &Cx<'_>,
    input: ConfirmSignUpRequest,
) -> Result<ConfirmSignUpResponse> {
    let (pool, client) = cx.client(&input.client_id).await?;
    secret_hash::check(&client, &input.username, input.secret_hash.as_deref())?;
    let named = Named::find(cx, &pool, &client, &input.username).await?;
    let turn = cx.gates.enter(&pool, named.subject.as_str()).await;
    let _turn = turn.ok_or_else(errors::auth::attempt_limit_exceeded)?;
    attempts::take(cx, &pool, &named.subject, "confirm_sign_up", LIMIT).await?;
    if let Some(user) = named
        .user
        .as_ref()
        .filter(|user| user.status != UserStatusType::Unconfirmed)
    {
        return Err(errors::users::cannot_be_confirmed(user.status.as_str()).into());
    }
    if let Some(session) = &input.session {
        auto_sign_in::check_confirmation(&pool, &client, named.subject.as_str(), session)?;
    }
    let correct = codes::check(
        cx,
        &pool,
        named.owner(),
        Purpose::SignUp,
        &input.confirmation_code,
    )
    .await?;
    let Some(before) = &named.user else {
        // No answer to a pseudonym's code is right; `check` has refused already.
        return Err(errors::users::code_mismatch().into());
    };

    let mut after = before.clone();
    after.status = UserStatusType::Confirmed;
    after.modified = cx.now();
    verify(&mut after, &correct.code);
    let force = input.force_alias_creation == Some(true);
    let others = if force {
        aliases::dispossess(cx, &pool, &after).await?
    } else {
        Vec::new()
    };
    let changes: Vec<_> = others
        .iter()
        .map(|(b, a)| (b, a))
        .chain([(before, &after)])
        .collect();
    let batch = correct.consume(Batch::new(), &pool);
    let batch = user::save_all(batch, &pool, &changes)?;
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    let conflict = if force {
        aliases::conflict_by_force
    } else {
        aliases::conflict
    };
    cx.commit(batch, |label| conflict(cx, label)).await?;
    let attribute = &correct.code.attribute;
    let session = auto_sign_in::of_confirmation(cx, &pool, &client, &after, attribute)?;
    Ok(ConfirmSignUpResponse { session })
}

/// The attribute that got the code is verified, unless it has another value by now.
pub(super) fn verify(user: &mut User, code: &Code) {
    if let Some(contact) = Contact::of_attribute(&code.attribute)
        && user.attribute(&code.attribute) == Some(code.value.as_str())
    {
        user.doc
            .attributes
            .insert(contact.flag().to_owned(), "true".to_owned());
    }
}
