//! Users of seeds: what has to be known before their records are applied (docs/SEED.md).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::credential::Credential;
use cognate_crypto::hash::sha256;
use cognate_crypto::secret::SecretString;
use cognate_moving::record::{PasswordRecord, UserRecord};
use cognate_shapes::UserStatusType;
use cognate_store::Store;
use cognate_store::tables::pools;

use crate::app::App;
use crate::errors::{self, Result};
use crate::facts::contact::Contact;
use crate::records::pool::Pool;
use crate::records::schema;
use crate::records::user::User;
use crate::users::password_policy::{self, PolicyText};

/// The ids of pools in a page.
const POOLS: i64 = 100;

/// A user of a seed.
pub struct Seeded {
    /// The record. Its name is the one that the seed says.
    pub record: UserRecord,
    /// The password; None if the record has one, or nothing is said of it.
    pub password: Option<SecretString>,
}

/// A record that can be applied.
pub struct Settled {
    /// The record, with its `sub`.
    pub record: UserRecord,
    /// A password that replaces another one, which is the work of AdminSetUserPassword.
    pub replaces: Option<SecretString>,
}

/// Returns the pool.
///
/// # Errors
/// ResourceNotFoundException.
pub async fn pool(app: &App, pool_id: &str) -> Result<Pool> {
    let found = Pool::load(&app.store, &app.root, pool_id).await?;
    Ok(found.ok_or_else(|| errors::pool_not_found(pool_id))?)
}

/// Returns up to a hundred ids of pools above one, and whether there may be more.
///
/// # Errors
/// The store's.
pub async fn pools(store: &Store, after: &str) -> Result<(Vec<String>, bool)> {
    let ids = pools::ids(store, after, POOLS).await?;
    let more = i64::try_from(ids.len()).unwrap_or(i64::MAX) >= POOLS;
    Ok((ids, more))
}

/// Completes the record of a user: the `sub`, which is that of the user who is there or follows from pool and name; the
/// attribute that is the name to sign in with; the password, unless the user has it already.
///
/// # Errors
/// InvalidPasswordException; InvalidParameterException for required attributes that are missing; the store's.
pub async fn settle(app: &App, pool: &Pool, user: Seeded) -> Result<Settled> {
    let Seeded {
        mut record,
        password,
    } = user;
    let known = match &record.sub {
        Some(sub) => User::by_id(&app.store, pool, sub).await?,
        None => User::find(&app.store, pool, &record.username).await?,
    };
    let sub = record.sub.clone();
    let sub = sub.or_else(|| known.as_ref().map(|user| user.id.clone()));
    let sub = sub.unwrap_or_else(|| sub_of(&pool.id, &record.username));
    record.sub = Some(sub.clone());
    if pool.has_username_attributes() {
        let contact = Contact::ALL
            .into_iter()
            .find(|contact| contact.fits(&record.username));
        if let Some(contact) = contact {
            let attributes = &mut record.attributes;
            attributes
                .entry(contact.attribute().to_owned())
                .or_insert_with(|| record.username.clone());
            record.username.clone_from(&sub);
        }
    }
    let mut settled = Settled {
        record,
        replaces: None,
    };
    require(pool, &settled.record)?;
    let Some(password) = password else {
        return Ok(settled);
    };
    match known {
        Some(user) => {
            if !has(app, pool, &user, &password).await? {
                settled.replaces = Some(password);
            }
        }
        None => {
            password_policy::check(pool, password.expose(), PolicyText::Other)?;
            let (suffix, name) = (pool.suffix().to_owned(), settled.record.username.clone());
            let derive = move || {
                let credential = Credential::for_password(&suffix, &name, password.expose());
                STANDARD.encode(credential.to_bytes().expose())
            };
            let native = app.workers.run(derive).await;
            settled.record.password = Some(PasswordRecord::Native(native));
        }
    }
    Ok(settled)
}

/// What an export has can be older than a rule about attributes; what a person writes has to fit it.
fn require(pool: &Pool, record: &UserRecord) -> Result<()> {
    let later = record.status.as_deref() == Some(UserStatusType::ForceChangePassword.as_str());
    let external = record.status.as_deref() == Some(UserStatusType::ExternalProvider.as_str());
    if record.created.is_some() || later || external {
        return Ok(());
    }
    let lacks = |name: &&str| record.attributes.get(*name).is_none_or(String::is_empty);
    let missing: Vec<_> = schema::required(&pool.doc.schema)
        .filter(|name| *name != "sub")
        .filter(lacks)
        .map(errors::users::attribute_required)
        .collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(errors::users::not_conforming(&missing).into()),
    }
}

/// True if the user has this password.
async fn has(app: &App, pool: &Pool, user: &User, password: &SecretString) -> Result<bool> {
    let Some(credential) = user.open_credential(pool)? else {
        return Ok(false);
    };
    let copy = password.duplicate();
    if credential.srp().is_none() {
        let hashes = &app.imported_hashes;
        return Ok(hashes
            .matches(&app.workers, &pool.id, credential, copy)
            .await);
    }
    let (suffix, name) = (pool.suffix().to_owned(), user.username.clone());
    let compare = move || credential.matches(&suffix, &name, copy.expose());
    Ok(app.workers.run(compare).await)
}

/// Returns the `sub` of a user whose seed names none: the same in every database.
fn sub_of(pool_id: &str, username: &str) -> String {
    let digest = sha256(format!("cognate seed\n{pool_id}\n{username}").as_bytes());
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(digest) {
        *to = from;
    }
    // A UUID of version 8, whose bits are the maker's own (RFC 9562 section 5.8).
    let number = u128::from_be_bytes(bytes);
    let number = number & !(0xf << 76) | 0x8 << 76;
    let number = number & !(0x3 << 62) | 0x2 << 62;
    let hex = format!("{number:032x}");
    let mut out = String::with_capacity(36);
    for (at, c) in hex.chars().enumerate() {
        if matches!(at, 8 | 12 | 16 | 20) {
            out.push('-');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sub_that_follows_has_the_form_of_one_and_is_the_same_each_time() {
        let sub = sub_of("us-east-1_Example", "jane");
        assert_eq!(sub, sub_of("us-east-1_Example", "jane"));
        assert_ne!(sub, sub_of("us-east-1_Example", "john"));
        assert_ne!(sub, sub_of("us-east-1_Other", "jane"));
        assert!(cognate_store::tables::users::looks_like_id(&sub), "{sub}");
        assert_eq!(&sub[14..15], "8");
    }
}
