//! CUSTOM_AUTH: the pool's triggers decide what is asked for (auth.md 3.5).

use crate::cx::Cx;
use crate::errors::{self, Result, auth};
use crate::signin::At;
use crate::signin::flows::Parameters;
use crate::signin::outcome::Outcome;
use crate::signin::progress::Start;
use crate::signin::resume::Resumed;

/// Begins CUSTOM_AUTH.
///
/// # Errors
/// `Custom auth lambda trigger is not configured for the user pool.` (settled S24); 501.
pub async fn start(
    _cx: &Cx<'_>,
    at: At<'_>,
    _start: Start,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    given.required("USERNAME")?;
    if at.pool.doc.lambda_config.define_auth_challenge.is_none() {
        return Err(auth::custom_auth_without_triggers().into());
    }
    Err(errors::not_implemented("CUSTOM_AUTH").into())
}

/// Takes the answer to a custom challenge.
///
/// # Errors
/// 501.
pub async fn answer(
    _cx: &Cx<'_>,
    _at: At<'_>,
    _resumed: Resumed<'_>,
    _given: &Parameters<'_>,
) -> Result<Outcome> {
    Err(errors::not_implemented("CUSTOM_AUTH").into())
}
