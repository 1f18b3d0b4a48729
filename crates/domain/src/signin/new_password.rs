//! NEW_PASSWORD_REQUIRED: the first sign-in with a temporary password (auth.md 3.3, 6.5).

use std::collections::BTreeMap;

use cognate_crypto::secret::SecretString;
use cognate_shapes::{EventFilterType, UserStatusType};
use cognate_store::Batch;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::facts::factor::Factor;
use crate::records::pool::Pool;
use crate::records::schema;
use crate::records::user::{self, User};
use crate::signin::At;
use crate::signin::challenge::{Ask, Challenge};
use crate::signin::state::Expected;
use crate::signin::verdict::{Authenticated, Pass, Replay, Step, Verdict};
use crate::tokens::claims::may_read;
use crate::users::password_policy::{self, PolicyText, history};
use crate::users::{breached, changes, password};

/// Asks a user who proved a temporary password for one of their own.
///
/// # Errors
/// Those of sealing the session.
pub fn challenge(cx: &Cx<'_>, at: At<'_>, authenticated: &Authenticated) -> Result<Challenge> {
    let (pool, client, user) = (at.pool, at.client, &authenticated.user);
    let attributes = user
        .doc
        .attributes
        .iter()
        .filter(|(name, _)| may_read(client, name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let ask = Ask::NewPassword {
        required: missing(pool, user).map(str::to_owned).collect(),
        attributes,
        name_for_srp: matches!(authenticated.replay, Replay::None).then(|| user.username.clone()),
    };
    let state = authenticated.state(at);
    let session = state
        .next(cx, client, Expected::NewPassword)
        .seal(cx, pool)?;
    Ok(Challenge::new(ask, Some(session)))
}

/// Returns the required attributes that the user has no value for.
fn missing<'a>(pool: &'a Pool, user: &User) -> impl Iterator<Item = &'a str> {
    schema::required(&pool.doc.schema).filter(|name| user.attribute(name).is_none_or(str::is_empty))
}

/// Takes the new password and the attributes that were missing, and confirms the user.
///
/// # Errors
/// auth.md 6.5: InvalidPasswordException, the history, attributes that may not or must be given.
pub async fn judge(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &mut Step,
    new: &SecretString,
    attributes: &BTreeMap<String, String>,
) -> Result<Verdict> {
    let (pool, client) = (at.pool, at.client);
    let before = step.known()?.clone();
    let before = &before;
    let mut after = changes::complete(pool, client, before, attributes.clone())?;
    if let Some(name) = missing(pool, &after).next() {
        return Err(auth::required_attribute_missing(name).into());
    }
    password_policy::check(pool, new.expose(), PolicyText::Other)?;
    let event = EventFilterType::PasswordChange;
    step.state.start.compromised = breached::refuse(cx, pool, client, event, new).await?;
    history::check(cx, pool, before, new).await?;
    let sealed = password::seal(cx, pool, &before.id, &before.username, new).await;
    history::replace(pool, &mut after, sealed);
    after.doc.temporary_until = None;
    after.status = UserStatusType::Confirmed;
    after.modified = cx.now();

    let writes = user::save(Batch::new(), pool, before, &after)?;
    let writes = audit::record(cx, writes, &pool.id, Some(&after.id));
    Ok(Verdict::Passed(Pass {
        factor: Some(Factor::Password),
        writes,
        after: Some(after),
    }))
}
