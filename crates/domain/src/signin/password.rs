//! Sign-in with the password itself: USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH and its legacy names, PASSWORD of
//! USER_AUTH (auth.md 3.2, 3.3). And what a password is worth, however it is proven.

use cognate_crypto::secret::SecretString;

use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::facts::factor::Factor;
use crate::signin::At;
use crate::signin::candidate::credential_or_decoy;
use crate::signin::verdict::{Pass, Step, Verdict, Wrong};

/// Compares a password. If the client hides which users exist, an unknown name costs as much as a user.
///
/// # Errors
/// A credential that cannot be opened.
pub async fn judge(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    password: &SecretString,
) -> Result<Verdict> {
    let password = password.duplicate();
    let state = &step.state;
    let credential = credential_or_decoy(at.pool, step.user.as_ref(), &state.typed)?;
    let (suffix, username) = (at.pool.suffix().to_owned(), state.username.clone());
    let right = cx
        .workers
        .run(move || credential.matches(&suffix, &username, password.expose()))
        .await;
    Ok(verdict(step, right))
}

/// Returns the verdict on a password that was proven or not. An unknown name has no right one.
pub fn verdict(step: &Step, right: bool) -> Verdict {
    if right && step.user.is_some() {
        Verdict::Passed(Pass::of(Factor::Password))
    } else {
        Verdict::Wrong(Wrong {
            refusal: auth::incorrect_password(),
            one_time: false,
        })
    }
}
