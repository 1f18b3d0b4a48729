//! Passwords of users: deriving what is stored, comparing with it, temporary ones.

use std::sync::Arc;

use cognate_crypto::credential::Credential;
use cognate_crypto::random;
use cognate_crypto::secret::{Secret, SecretString};

use crate::clock::DAY;
use crate::cx::Cx;
use crate::errors::Result;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::users::password_policy::{self, PolicyText, policy};

/// The characters of a generated password: none that are easily confused or that mean something in HTML.
const UPPER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const LOWER: &[u8] = b"abcdefghijkmnopqrstuvwxyz";
const DIGITS: &[u8] = b"23456789";
const MARKS: &[u8] = b"!@#$%*+-=?_";

/// Returns the sealed credential of a new password, derived on the crypto pool.
pub async fn seal(
    cx: &Cx<'_>,
    pool: &Pool,
    user_id: &str,
    username: &str,
    password: &SecretString,
) -> Vec<u8> {
    let (suffix, name, copy) = (
        pool.suffix().to_owned(),
        username.to_owned(),
        password.duplicate(),
    );
    let derive = move || Credential::for_password(&suffix, &name, copy.expose());
    let credential = cx.workers.run(derive).await;
    User::seal_credential(pool, user_id, &credential)
}

/// True if `password` is the one of `credential`, in constant time, on the crypto pool. The hash of another system waits
/// for its turn there.
pub async fn matches(
    cx: &Cx<'_>,
    pool: &Pool,
    user: &User,
    credential: Credential,
    password: &SecretString,
) -> bool {
    if credential.srp().is_none() {
        let hashes = &cx.imported_hashes;
        let copy = password.duplicate();
        return hashes
            .matches(&cx.workers, &pool.id, credential, copy)
            .await;
    }
    let (suffix, name, copy) = (
        pool.suffix().to_owned(),
        user.username.clone(),
        password.duplicate(),
    );
    cx.workers
        .run(move || credential.matches(&suffix, &name, copy.expose()))
        .await
}

/// Returns the end of a temporary password that is set now, in microseconds.
pub fn temporary_until(cx: &Cx<'_>, pool: &Pool) -> i64 {
    let length = pool.temporary_password_days().saturating_mul(DAY);
    cx.now().saturating_add(length)
}

/// Returns the temporary password that the administrator chose, or a generated one.
///
/// # Errors
/// InvalidPasswordException when the chosen one breaks the policy.
pub fn temporary(cx: &Cx<'_>, pool: &Pool, chosen: Option<&SecretString>) -> Result<SecretString> {
    let Some(chosen) = chosen.filter(|text| !text.expose().is_empty()) else {
        return Ok(generate(cx, pool));
    };
    password_policy::check(pool, chosen.expose(), PolicyText::AdminCreate)?;
    Ok(chosen.duplicate())
}

/// Returns a random password that satisfies the pool's policy: the same in every run of an action.
fn generate(cx: &Cx<'_>, pool: &Pool) -> SecretString {
    let least = policy(pool)
        .and_then(|policy| policy.minimum_length)
        .unwrap_or(0);
    let length = usize::try_from(least).unwrap_or(0);
    let name = format!("temporary password of {length}");
    let password = cx
        .memory()
        .once(&name, || Arc::new(random_password(length)));
    password.duplicate()
}

/// At least 12 characters, every kind among them.
fn random_password(least: usize) -> SecretString {
    let length = least.max(12);
    let everything = [UPPER, LOWER, DIGITS, MARKS].concat();
    let mut text = random::alphanumeric(length.saturating_sub(4), &everything);
    for kind in [UPPER, LOWER, DIGITS, MARKS] {
        let places = u64::try_from(text.len()).unwrap_or(0).saturating_add(1);
        let at = usize::try_from(random::below(places)).unwrap_or(0);
        text.insert_str(at, &random::alphanumeric(1, kind));
    }
    Secret::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_passwords_have_every_kind_of_character_and_the_length_asked_for() {
        for length in [0, 6, 12, 99] {
            for _ in 0..50 {
                let made = random_password(length);
                let has = |kind: &[u8]| made.expose().bytes().any(|b| kind.contains(&b));
                assert_eq!(made.expose().len(), length.max(12));
                assert!([UPPER, LOWER, DIGITS, MARKS].into_iter().all(has));
            }
        }
        assert!(
            MARKS
                .iter()
                .all(|mark| password_policy::SYMBOLS.contains(char::from(*mark)))
        );
    }
}
