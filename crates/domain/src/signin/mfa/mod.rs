//! The second factor: which one, asking for it, checking it.

use cognate_store::Batch;

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::user::User;
use crate::signin::At;
use crate::signin::flows::Parameters;
use crate::signin::outcome::Outcome;
use crate::signin::progress::Progress;
use crate::signin::resume::Resumed;

pub mod decide;

/// Asks for what was decided; what the challenge stores joins `batch`.
///
/// # Errors
/// 501.
pub async fn ask(
    _cx: &Cx<'_>,
    _at: At<'_>,
    _user: &User,
    _progress: Progress,
    _decision: decide::Decision,
    _batch: Batch,
) -> Result<(Batch, Outcome)> {
    Err(errors::not_implemented("MfaConfiguration").into())
}

/// Takes the answer to a challenge of this module.
///
/// # Errors
/// 501.
pub async fn answer(
    _cx: &Cx<'_>,
    _at: At<'_>,
    _resumed: Resumed<'_>,
    _given: &Parameters<'_>,
) -> Result<Outcome> {
    Err(errors::not_implemented("MfaConfiguration").into())
}
