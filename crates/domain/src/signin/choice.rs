//! USER_AUTH: the user chooses among the first factors of the pool (auth.md 3.6).

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::signin::At;
use crate::signin::flows::Parameters;
use crate::signin::outcome::Outcome;
use crate::signin::progress::Start;
use crate::signin::resume::Resumed;

/// Begins USER_AUTH. `session`: that of a sign-up that was just confirmed.
///
/// # Errors
/// 501.
pub async fn start(
    _cx: &Cx<'_>,
    _at: At<'_>,
    _start: Start,
    _session: Option<&str>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    given.required("USERNAME")?;
    Err(errors::not_implemented("USER_AUTH").into())
}

/// Takes the choice, or the one-time password that was chosen.
///
/// # Errors
/// 501.
pub async fn answer(
    _cx: &Cx<'_>,
    _at: At<'_>,
    _resumed: Resumed<'_>,
    _given: &Parameters<'_>,
) -> Result<Outcome> {
    Err(errors::not_implemented("USER_AUTH").into())
}
