//! A new password in the place of a forgotten one, by the code that was sent (auth.md 2.2, 2.9, 2.11, 6.6).

use std::collections::BTreeMap;

use cognate_crypto::secret::SecretString;
use cognate_shapes::{EventFilterType, EventResponseType, EventType, UserStatusType};
use cognate_store::Batch;

use crate::accounts::PublicCall;
use crate::accounts::forgot_password::RESET;
use crate::accounts::step::{Basis, Step, Then};
use crate::attempts::Subject;
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::messages::Origin;
use crate::records::user::{self, User};
use crate::signin::event::AuthEvent;
use crate::upstream::account::Known;
use crate::users::codes::{self, Purpose};
use crate::users::password_policy::{self, PolicyText, history};
use crate::users::{aliases, breached, password, verification};

/// A new password with the code that allows it.
pub struct Reset<'a> {
    /// The client's id.
    pub client_id: &'a str,
    /// The user name.
    pub username: &'a str,
    /// The client's proof over the user name.
    pub proof: Option<&'a str>,
    /// The code.
    pub code: &'a str,
    /// The new password.
    pub password: SecretString,
    /// ClientMetadata for the functions of triggers.
    pub metadata: Option<&'a BTreeMap<String, String>>,
}

/// Sets the new password.
///
/// # Errors
/// The texts of auth.md 6.6.
pub async fn reset_forgotten(cx: &Cx<'_>, input: &Reset<'_>) -> Result<()> {
    let call = PublicCall::open(cx, input.client_id, input.username, input.proof).await?;
    let (pool, client) = (&*call.pool, &*call.client);
    let basis = Basis::of(cx, pool).with_client(client);
    password_policy::check(pool, input.password.expose(), PolicyText::Other)?;
    let event = EventFilterType::PasswordChange;
    // Before anybody looks who it is for.
    let compromised = breached::refuse(cx, pool, client, event, &input.password).await?;
    if pool.doc.upstream {
        let known = User::find(&cx.store, pool, input.username).await?;
        let there = Known::find(cx, pool, client, input.username, known.as_ref()).await?;
        if let Some(there) = there {
            there.count(cx, RESET.kind, RESET.most).await?;
            if Box::pin(there.reset(cx, input.code, &input.password)).await? {
                return Ok(());
            }
        }
    }
    let (account, guard) = call.locked(cx, RESET).await?;
    let correct = codes::check(cx, pool, &account, Purpose::Reset, input.code).await?;
    let Some(before) = account.user() else {
        // No answer to a decoy is right; `check` has refused already.
        return Err(errors::users::code_mismatch().into());
    };
    match before.status {
        UserStatusType::Confirmed | UserStatusType::ResetRequired => {}
        UserStatusType::Unconfirmed => return Err(errors::auth::user_not_confirmed().into()),
        _ => return Err(errors::users::cannot_reset_in_state().into()),
    }
    history::check(cx, pool, before, &input.password).await?;

    let mut after = before.clone();
    let sealed = password::seal(cx, pool, &after.id, &after.username, &input.password).await;
    history::replace(pool, &mut after, sealed);
    after.status = UserStatusType::Confirmed;
    after.modified = cx.now();
    verification::mark_verified(&mut after, &correct.code);
    let batch = correct.consume(Batch::new(), pool);
    let batch = user::save(batch, pool, before, &after)?;
    let event = AuthEvent::of_account(
        EventType::ForgotPassword,
        EventResponseType::Pass,
        Some(&after),
        &Subject::known(&after.id),
    );
    let event = event.with_breach(compromised);
    let batch = event.append_if_watched(cx, pool, client, batch)?;
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    let origin = Origin::of_client(&client.id, input.metadata);
    let step = Step {
        conflict: Box::new(|label| aliases::conflict(cx, label)),
        guard: Some(guard),
        then: Then::password_replaced(origin, pool, &after),
        ..Step::new(basis, batch, ())
    };
    step.commit(cx).await
}
