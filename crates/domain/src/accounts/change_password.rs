//! A signed-in user sets a new password (auth.md 2.7, 2.9, 6.6).

use cognate_crypto::secret::{Secret, SecretString};
use cognate_shapes::{EventFilterType, EventResponseType, EventType, UserStatusType};
use cognate_store::Batch;
use cognate_store::tables::guards;

use crate::accounts::Limit;
use crate::accounts::step::{Basis, Step};
use crate::attempts::{self, Subject};
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::protection;
use crate::records::upstream;
use crate::records::user::{self, User};
use crate::signin::event::AuthEvent;
use crate::upstream::account;
use crate::users::codes::{self, Purpose};
use crate::users::password_policy::{self, PolicyText, history};
use crate::users::{breached, password};

/// auth.md 2.7.
const LIMIT: Limit = Limit {
    kind: "change_password",
    most: 5,
};

/// Replaces the password `previous` by `new`. Users without a password set their first one without proof beyond the
/// token.
///
/// # Errors
/// The texts of auth.md 6.6.
pub async fn change_password(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    before: &User,
    previous: Option<&SecretString>,
    new: &SecretString,
) -> Result<()> {
    password_policy::check(pool, new.expose(), PolicyText::Other)?;
    let filter = EventFilterType::PasswordChange;
    let compromised = breached::refuse(cx, pool, client, filter, new).await?;
    let subject = Subject::known(&before.id);
    let there = pool.doc.upstream && {
        attempts::take(cx, pool, &subject, LIMIT.kind, LIMIT.most).await?;
        Box::pin(account::change(cx, pool, client, before, previous, new)).await?
    };
    let guard = cx.gates.enter(pool, &before.id).await;
    let guard = guard.ok_or_else(errors::auth::attempt_limit_exceeded)?;
    attempts::take(cx, pool, &subject, LIMIT.kind, LIMIT.most).await?;
    if let Err(refusal) = check_previous(cx, pool, before, previous).await {
        if protection::is_watched(pool) && matches!(refusal, Fault::Api(_)) {
            let batch = guards::require_pool_active(Batch::new(), &pool.id);
            let failed = event(EventResponseType::Fail, before);
            let batch = failed.append_if_watched(cx, pool, client, batch)?;
            cx.commit(batch, |_| Fault::Stale).await?;
        }
        drop(guard);
        // As long as a wrong password of a sign-in takes (moving.md 3.2).
        if pool.doc.imported_passwords.is_some() && !before.has_imported_password() {
            tokio::time::sleep(cx.imported_hashes.draw(&pool.id)).await;
        }
        return Err(refusal);
    }
    history::check(cx, pool, before, new).await?;

    let mut after = before.clone();
    let sealed = password::seal(cx, pool, &after.id, &after.username, new).await;
    history::replace(pool, &mut after, sealed);
    // Users who replace a temporary password have chosen their own.
    if after.status == UserStatusType::ForceChangePassword {
        after.status = UserStatusType::Confirmed;
        after.doc.temporary_until = None;
    }
    after.modified = cx.now();
    let batch = user::save(Batch::new(), pool, before, &after)?;
    // A code that was asked for before the change must not undo it.
    let batch = codes::forget(batch, pool, &after.id, Purpose::Reset);
    let batch = match there {
        true => upstream::stand(batch, pool, &after, cx.now()),
        false => batch,
    };
    let passed = event(EventResponseType::Pass, &after).with_breach(compromised);
    let batch = passed.append_if_watched(cx, pool, client, batch)?;
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    let step = Step {
        guard: Some(guard),
        ..Step::new(Basis::of(cx, pool), batch, ())
    };
    step.commit(cx).await
}

fn event(result: EventResponseType, user: &User) -> AuthEvent {
    let subject = Subject::known(&user.id);
    AuthEvent::of_account(EventType::PasswordChange, result, Some(user), &subject)
}

async fn check_previous(
    cx: &Cx<'_>,
    pool: &Pool,
    user: &User,
    previous: Option<&SecretString>,
) -> Result<()> {
    let Some(credential) = user.open_credential(pool)? else {
        return Ok(());
    };
    let none = Secret::new(String::new());
    let previous = previous.unwrap_or(&none);
    if password::matches(cx, pool, user, credential, previous).await {
        Ok(())
    } else {
        Err(errors::auth::incorrect_password().into())
    }
}
