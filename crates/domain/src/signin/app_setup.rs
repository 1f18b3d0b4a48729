//! The operations of authenticator apps in the middle of a sign-in: for the pool's own MFA_SETUP, or for that of its upstream.

use cognate_crypto::secret::SecretString;

use crate::cx::Cx;
use crate::errors::Result;
use crate::signin::mfa::setup;
use crate::signin::{Surface, relay};

/// AssociateSoftwareToken: returns SecretCode and the session to verify it with.
///
/// # Errors
/// The texts of sessions; InternalErrorException if the upstream does not answer.
pub async fn associate(cx: &Cx<'_>, session: &str) -> Result<(String, String)> {
    // On the heap: few sign-ins come there.
    match Box::pin(relay::set_up::associate(cx, session)).await? {
        Some(answer) => Ok(answer),
        None => setup::associate(cx, session).await,
    }
}

/// VerifySoftwareToken: returns the session that answers MFA_SETUP.
///
/// # Errors
/// As [`associate`]; EnableSoftwareTokenMFAException for a wrong code, which spends the session but on a page of the pool's
/// own MFA_SETUP.
pub async fn verify(
    cx: &Cx<'_>,
    session: &str,
    code: &SecretString,
    name: Option<String>,
    surface: Surface,
) -> Result<String> {
    match Box::pin(relay::set_up::verify(cx, session, code, name.as_deref())).await? {
        Some(session) => Ok(session),
        None => setup::verify(cx, session, code, name, surface).await,
    }
}
