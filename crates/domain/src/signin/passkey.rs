//! WEB_AUTHN: signing in with a passkey (auth.md 4.5).

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::signin::At;
use crate::signin::flows::Parameters;
use crate::signin::outcome::Outcome;
use crate::signin::resume::Resumed;

/// Checks the assertion.
///
/// # Errors
/// 501.
pub async fn answer(
    _cx: &Cx<'_>,
    _at: At<'_>,
    _resumed: Resumed<'_>,
    _given: &Parameters<'_>,
) -> Result<Outcome> {
    Err(errors::not_implemented("WEB_AUTHN").into())
}
