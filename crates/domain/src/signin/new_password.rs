//! NEW_PASSWORD_REQUIRED: the first sign-in with a temporary password (auth.md 3.3, 6.5).

use std::collections::BTreeMap;

use cognate_crypto::secret::{Secret, SecretString};
use cognate_shapes::{ChallengeNameType, UserStatusType};
use cognate_store::Batch;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::facts::factor::Factor;
use crate::records::pool::Pool;
use crate::records::schema;
use crate::records::user::{self, User};
use crate::signin::flows::Parameters;
use crate::signin::outcome::{Outcome, Proof};
use crate::signin::progress::{Awaits, Progress};
use crate::signin::{At, advance, resume};
use crate::tokens::claims::may_read;
use crate::users::password_policy::{self, PolicyText, history};
use crate::users::{changes, password};

/// Asks a user who proved a temporary password for one of their own.
///
/// # Errors
/// None that can arise.
pub fn challenge(
    cx: &Cx<'_>,
    at: At<'_>,
    user: &User,
    progress: Progress,
    proof: &Proof,
) -> Result<Outcome> {
    let (pool, client) = (at.pool, at.client);
    let shown: BTreeMap<&str, &str> = user
        .doc
        .attributes
        .iter()
        .filter(|(name, _)| may_read(client, name))
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let missing: Vec<String> = missing(pool, user)
        .map(|name| format!("userAttributes.{name}"))
        .collect();
    let mut parameters = BTreeMap::from([
        (
            "requiredAttributes".to_owned(),
            serde_json::to_string(&missing)?,
        ),
        ("userAttributes".to_owned(), serde_json::to_string(&shown)?),
    ]);
    if matches!(proof, Proof::Password) {
        parameters.insert("USER_ID_FOR_SRP".to_owned(), user.username.clone());
    }
    let session = progress.next(cx, client, Awaits::NewPassword);
    Ok(Outcome::challenge(
        ChallengeNameType::NewPasswordRequired,
        Some(session.seal(cx, pool)?),
        parameters,
    ))
}

/// The required attributes that the user has no value for.
fn missing<'a>(pool: &'a Pool, user: &User) -> impl Iterator<Item = &'a str> {
    schema::required(&pool.doc.schema).filter(|name| user.attribute(name).is_none_or(str::is_empty))
}

/// Takes the new password and the attributes that were missing, confirms the user and goes on.
///
/// # Errors
/// auth.md 6.5: the session's texts, InvalidPasswordException, the history, attributes that may not or must be given.
pub async fn answer(
    cx: &Cx<'_>,
    at: At<'_>,
    session: Option<&str>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let (pool, client) = (at.pool, at.client);
    given.required("USERNAME")?;
    let new: SecretString = Secret::new(given.required("NEW_PASSWORD")?.to_owned());
    let challenge = ChallengeNameType::NewPasswordRequired;
    let resumed = resume::resume(cx, at, challenge, session, given).await?;
    let before = resumed.user.clone().ok_or_else(auth::session_invalid)?;
    let attributes = given
        .with_prefix("userAttributes.")
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut after = changes::complete(pool, client, &before, attributes)?;
    if let Some(name) = missing(pool, &after).next() {
        return Err(auth::required_attribute_missing(name).into());
    }
    password_policy::check(pool, new.expose(), PolicyText::Other)?;
    history::check(cx, pool, &before, &new).await?;
    let sealed = password::seal(cx, pool, &before.id, &before.username, &new).await;
    history::replace(pool, &mut after, sealed);
    after.doc.temporary_until = None;
    after.status = UserStatusType::Confirmed;
    after.modified = cx.now();

    let batch = user::save(Batch::new(), pool, &before, &after)?;
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    advance::proved_and_saved(cx, at, resumed, Factor::Password, batch, after).await
}
