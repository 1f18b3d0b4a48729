//! NEW_PASSWORD_REQUIRED: the first sign-in with a temporary password (auth.md 3.3, 6.5).

use std::collections::BTreeMap;

use cognate_crypto::secret::{Secret, SecretString, ct_eq};
use cognate_shapes::{AttributeType, ChallengeNameType, UserStatusType};
use cognate_store::Batch;
use cognate_store::tables::{sessions, users};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Result, auth};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::{self, User};
use crate::signin::flows::Parameters;
use crate::signin::outcome::{self, Outcome, Proof};
use crate::signin::secret_hash::{self, Missing};
use crate::signin::ticket::{self, NewPassword};
use crate::tokens::claims::may_read;
use crate::users::attributes::{self, Writer};
use crate::users::password_policy::{self, PolicyText, history};
use crate::users::{names, password, schema};

/// Asks a user who proved a temporary password for one of their own.
pub fn challenge(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    user: &User,
    proof: &Proof,
) -> Result<Outcome> {
    let session = NewPassword {
        nonce: ticket::nonce(),
        client_id: client.id.clone(),
        user_id: user.id.clone(),
        expires: ticket::step_expires(cx, client),
        credential: ticket::fingerprint(user.credential.as_deref()),
    };
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
    let session = Some(session.seal(cx, pool));
    Ok(Outcome::Challenge {
        name: ChallengeNameType::NewPasswordRequired,
        session,
        parameters,
    })
}

/// The required attributes that the user has no value for.
fn missing<'a>(pool: &'a Pool, user: &User) -> impl Iterator<Item = &'a str> {
    schema::required(&pool.doc.schema).filter(|name| user.attribute(name).is_none_or(str::is_empty))
}

/// Takes the new password and the attributes that were missing, confirms the user and signs in.
///
/// # Errors
/// auth.md 6.5: the session's texts, InvalidPasswordException, the history, attributes that may not or must be given.
pub async fn answer(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    session: Option<&str>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let name = given.required("USERNAME")?;
    let new: SecretString = Secret::new(given.required("NEW_PASSWORD")?.to_owned());
    secret_hash::check(client, name, given.get("SECRET_HASH"), Missing::Long)?;
    let session = session.ok_or_else(|| auth::missing_parameter("Session"))?;
    let session = NewPassword::open(cx, pool, client, session)?;
    let _turn = cx
        .gates
        .enter(pool, &session.user_id)
        .await
        .ok_or_else(auth::password_attempts_exceeded)?;

    let before = read(cx, pool, &session, name).await?;
    if let Some(refusal) = (!before.enabled).then(auth::user_disabled) {
        return Err(refusal.into());
    }
    let mut after = before.clone();
    after.doc.attributes = with_attributes(pool, client, &before, given)?;
    if let Some(name) = missing(pool, &after).next() {
        return Err(auth::required_attribute_missing(name).into());
    }
    password_policy::check(pool, new.expose(), PolicyText::Other)?;
    history::check(cx, pool, &before, &new).await?;
    let sealed = password::seal(cx, pool, &before.id, &before.username, &new).await;
    history::replace(pool, &mut after, sealed);
    after.doc.temporary_until = None;
    after.status = UserStatusType::Confirmed;
    after.modified = cx.now;

    let batch = user::save(Batch::new(), pool, &before, &after)?;
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    let proof = Proof::Session {
        nonce: session.nonce,
        expires: session.expires,
    };
    outcome::open_session(cx, pool, client, &after, batch, &proof).await
}

/// The user of the session, as long as the temporary password that was proven still is theirs.
async fn read(cx: &Cx<'_>, pool: &Pool, session: &NewPassword, name: &str) -> Result<User> {
    let found = cx
        .store
        .read(&[
            users::by_id(&pool.id, &session.user_id),
            (
                sessions::READ_SPENT,
                sessions::spent_key(&pool.id, &session.nonce),
            ),
        ])
        .await?;
    let mut found = found.into_iter();
    let mut next = || found.next().unwrap_or_default();
    let (row, spent) = (next().into_iter().next(), next());
    let user = row
        .map(|mut row| User::from_row(&pool.id, &mut row))
        .transpose()?;
    let user = user.ok_or_else(auth::session_invalid)?;
    let is_named = name == user.id || names::fold(pool, name) == names::fold(pool, &user.username);
    if !is_named {
        return Err(auth::session_invalid().into());
    }
    if !spent.is_empty() {
        return Err(auth::session_used().into());
    }
    let same = ct_eq(
        &ticket::fingerprint(user.credential.as_deref()),
        &session.credential,
    );
    if !same || user.status != UserStatusType::ForceChangePassword {
        return Err(auth::session_invalid().into());
    }
    Ok(user)
}

/// The user's attributes with those of the answer (`userAttributes.<name>`), which may add and not change what the
/// schema requires or what the user is reached by.
fn with_attributes(
    pool: &Pool,
    client: &Client,
    user: &User,
    given: &Parameters<'_>,
) -> Result<BTreeMap<String, String>> {
    let mut all = user.doc.attributes.clone();
    let mut changed = false;
    for (name, value) in given.with_prefix("userAttributes.") {
        let entry =
            schema::find(pool, name).ok_or_else(|| errors::users::attribute_type_unknown(name))?;
        let fixed = entry.required == Some(true) || matches!(name, "email" | "phone_number");
        if fixed && user.attribute(name).is_some_and(|had| !had.is_empty()) {
            return Err(auth::attribute_already_provided(name).into());
        }
        // What the schema requires is always writable (auth.md 5.3), except what the service alone sets.
        let writable =
            attributes::may_write(client, name) || (entry.required == Some(true) && name != "sub");
        if !writable {
            return Err(errors::users::unauthorized_attribute().into());
        }
        all.insert(name.to_owned(), value.to_owned());
        changed = true;
    }
    if !changed {
        return Ok(all);
    }
    // The rules of a new user hold for the sum; the name of a pool with username attributes is one of them.
    let login = if pool.has_username_attributes() {
        all.get("email").or_else(|| all.get("phone_number"))
    } else {
        None
    };
    let login = login.unwrap_or(&user.username).clone();
    let list = all
        .into_iter()
        .map(|(name, value)| AttributeType {
            name,
            value: Some(value),
        })
        .collect();
    attributes::validate_new(pool, Writer::Admin, &login, list)
}
