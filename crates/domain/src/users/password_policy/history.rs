//! PasswordHistorySize n: a new password may be neither the current one nor one of the n-1 before it (auth.md 2.9).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::credential::Credential;
use cognate_crypto::secret::SecretString;

use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::users::password;
use crate::users::password_policy::policy;

/// Returns the pool's PasswordHistorySize; 0 = passwords may come back.
fn size(pool: &Pool) -> usize {
    let size = policy(pool).and_then(|policy| policy.password_history_size);
    usize::try_from(size.unwrap_or(0)).unwrap_or(0)
}

/// Refuses a password that the user has or had.
///
/// # Errors
/// PasswordHistoryPolicyViolationException.
pub async fn check(cx: &Cx<'_>, pool: &Pool, user: &User, new: &SecretString) -> Result<()> {
    let size = size(pool);
    if size == 0 {
        return Ok(());
    }
    let former = user.doc.history.iter().take(size.saturating_sub(1));
    let former = former
        .map(|text| open(pool, user, text))
        .collect::<Result<Vec<_>>>()?;
    let mut used = false;
    for credential in user.open_credential(pool)?.into_iter().chain(former) {
        used |= password::matches(cx, pool, user, credential, new).await;
    }
    if used {
        Err(errors::users::password_history().into())
    } else {
        Ok(())
    }
}

/// Returns the former passwords that are kept, newest first.
///
/// # Errors
/// One that cannot be opened.
pub fn former(pool: &Pool, user: &User) -> Result<Vec<Credential>> {
    let kept = user.doc.history.iter();
    kept.map(|text| open(pool, user, text)).collect()
}

fn open(pool: &Pool, user: &User, text: &str) -> Result<Credential> {
    let sealed = STANDARD
        .decode(text)
        .map_err(|e| Fault::Internal(format!("password history of {}: {e}", user.id)))?;
    let shadow = User {
        credential: Some(sealed),
        ..user.clone()
    };
    shadow
        .open_credential(pool)?
        .ok_or_else(|| Fault::Internal(format!("password history of {} is empty", user.id)))
}

/// Sets a new sealed credential of the user; the old one goes into the history if the pool keeps one.
pub fn replace(pool: &Pool, user: &mut User, sealed: Vec<u8>) {
    let imported = user.has_imported_password();
    let old = user.credential.replace(sealed);
    // The hash of another system would cost what it cost there, at each later change.
    if let Some(old) = old.filter(|_| !imported) {
        user.doc.history.insert(0, STANDARD.encode(old));
    }
    user.doc.history.truncate(size(pool).saturating_sub(1));
}
