//! What lets the user of a record in: password, authenticator app, passkeys.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::credential::Credential;
use cognate_crypto::imported::{Bounds, ImportedHash};
use cognate_crypto::totp::Seed;
use cognate_crypto::webauthn::key::CredentialKey;
use cognate_moving::record::{PasskeyRecord, PasswordRecord, UserRecord};
use cognate_shapes::{UserPoolMfaType, UserStatusType};
use cognate_store::tables::passkeys::{MOST as MOST_PASSKEYS, PasskeyRow};

use super::Wishes;
use crate::errors::{ApiError, Result, invalid_parameter};
use crate::facts::names;
use crate::records::passkey::{self, PasskeyDoc, from_base64url};
use crate::records::pool::Pool;
use crate::records::user::User;

/// Former passwords that may come along; no pool keeps more.
const MOST_HISTORY: usize = 24;
/// The longest name of an app or passkey, in characters.
const LONGEST_LABEL: usize = 256;

/// Returns the reason why a row is refused.
pub(super) fn refused(text: impl Into<String>) -> ApiError {
    invalid_parameter(text.into())
}

/// Returns the authenticator app and the newest step that was used of it, and notes it in the user.
pub(super) fn seed(
    pool: &Pool,
    record: &UserRecord,
    user: &mut User,
) -> Result<Option<(Seed, i64)>> {
    let Some(totp) = &record.totp else {
        return Ok(None);
    };
    let seed = Seed::from_secret_code(&totp.secret);
    let seed = seed.ok_or_else(|| refused("the seed of the authenticator app is none"))?;
    let required = pool.doc.mfa_configuration == UserPoolMfaType::On;
    let name = totp.name.clone().map(|name| label(&name));
    user.doc.mfa.register_software_token(name, required);
    Ok(Some((seed, totp.last_step.max(0))))
}

fn label(text: &str) -> String {
    let seen = text.chars().filter(|c| !c.is_control());
    seen.take(LONGEST_LABEL).collect()
}

/// Returns the credential, opened.
pub(super) fn password(
    pool: &Pool,
    wishes: &Wishes,
    record: &UserRecord,
    user: &mut User,
    notes: &mut Vec<String>,
) -> Result<Option<Credential>> {
    if user.status == UserStatusType::ExternalProvider {
        return Ok(None);
    }
    let Some(given) = &record.password else {
        return Ok(None);
    };
    let read = match given {
        PasswordRecord::Imported(text) => {
            let hash = ImportedHash::read(text, &Bounds::WIDE);
            hash.map(Credential::Imported)
                .map_err(|why| why.to_string())
        }
        PasswordRecord::Hash(text) => {
            let hash = ImportedHash::read(text, &Bounds::CSV);
            hash.map(Credential::Imported)
                .map_err(|why| why.to_string())
        }
        PasswordRecord::Native(text) => native(pool, wishes, record, user, text),
    };
    match read {
        Ok(credential) => {
            // Former passwords are judged by SRP credentials, which hold in a pool of the same suffix alone.
            if record.username == user.username && is_of(pool, wishes) {
                history(pool, record, user)?;
            }
            Ok(Some(credential))
        }
        Err(why) if wishes.drop_unusable => {
            notes.push(format!("without a password: {why}"));
            Ok(None)
        }
        Err(why) => Err(refused(why).into()),
    }
}

/// True if the file is of a pool with the same part of the id behind `_`.
fn is_of(pool: &Pool, wishes: &Wishes) -> bool {
    let from = wishes.from_pool.as_deref().unwrap_or_default();
    from.split_once('_').map(|(_, suffix)| suffix) == Some(pool.suffix())
}

/// SRP binds a credential to the part of the pool's id behind `_` and to the user name.
fn native(
    pool: &Pool,
    wishes: &Wishes,
    record: &UserRecord,
    user: &User,
    text: &str,
) -> std::result::Result<Credential, String> {
    if !is_of(pool, wishes) {
        let from = wishes.from_pool.as_deref().unwrap_or_default();
        return Err(format!(
            "the password works only in a pool whose id ends with the one it was made in ({from}): SRP binds it to that"
        ));
    }
    if record.username != user.username {
        return Err("the password works only for the user name it was made for".to_owned());
    }
    let bytes = STANDARD.decode(text).ok();
    let credential = bytes.and_then(|bytes| Credential::from_bytes(&bytes).ok());
    let credential = credential.filter(|credential| credential.srp().is_some());
    credential.ok_or_else(|| "the password is of no known form".to_owned())
}

fn history(pool: &Pool, record: &UserRecord, user: &mut User) -> Result<()> {
    for text in record.password_history.iter().take(MOST_HISTORY) {
        let bytes = STANDARD.decode(text).ok();
        let credential = bytes.and_then(|bytes| Credential::from_bytes(&bytes).ok());
        let credential = credential.filter(|credential| credential.srp().is_some());
        let credential =
            credential.ok_or_else(|| refused("a former password is of no known form"))?;
        let sealed = User::seal_credential(pool, &user.id, &credential);
        user.doc.history.push(STANDARD.encode(sealed));
    }
    Ok(())
}

/// Returns the rows of the passkeys.
pub(super) fn passkeys(
    pool: &Pool,
    user_id: &str,
    records: &[PasskeyRecord],
    now: i64,
) -> Result<Vec<PasskeyRow>> {
    if records.len() > MOST_PASSKEYS {
        return Err(refused("the user has more passkeys than a user may have").into());
    }
    let read = |record: &PasskeyRecord| {
        let id = from_base64url(&record.credential_id);
        let key = from_base64url(&record.public_key);
        let key = key.filter(|key| CredentialKey::from_cose(key).is_ok());
        let fits = id.is_some_and(|id| (1..=1_023).contains(&id.len()))
            && !record.rp_id.is_empty()
            && !names::has_unseen(&record.rp_id)
            && record.rp_id.len() <= 255;
        let key = key.filter(|_| fits);
        let key = key.ok_or_else(|| {
            refused("a passkey is malformed, or its key of a kind that is not taken")
        })?;
        let handle = record.user_handle.clone().filter(|handle| {
            from_base64url(handle)
                .is_some_and(|bytes| bytes.len() <= 64 && bytes != user_id.as_bytes())
        });
        let transports = record.transports.iter().map(|text| label(text)).take(8);
        let doc = PasskeyDoc {
            name: label(&record.name),
            attachment: record.attachment.as_deref().map(label),
            transports: transports.collect(),
            backup_eligible: record.backup_eligible,
            backup_unknown: record.backup_unknown,
            aaguid: record.aaguid.as_deref().map(label),
            user_handle: handle,
        };
        let row = PasskeyRow {
            credential_id: record.credential_id.clone(),
            rp_id: record.rp_id.clone(),
            public_key: key,
            sign_count: record.sign_count.clamp(0, i64::from(u32::MAX)),
            doc: serde_json::to_string(&doc)?,
            created: record
                .created
                .filter(|at| (0..=now).contains(at))
                .unwrap_or(now),
            mac: None,
        };
        Ok(passkey::sign(pool, user_id, row))
    };
    records.iter().map(read).collect()
}
