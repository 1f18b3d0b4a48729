//! The challenge that follows from a decision about the second factor.

use cognate_store::Batch;

use crate::cx::Cx;
use crate::errors::Result;
use crate::facts::factor::MfaFactor;
use crate::records::user::User;
use crate::signin::At;
use crate::signin::challenge::{Ask, Challenge};
use crate::signin::lock::Lock;
use crate::signin::mfa::{codes, software_token};
use crate::signin::state::{Expected, SignInState};

/// Asks for one factor; the code that it sends joins `batch`.
///
/// # Errors
/// Those of sending a code.
pub async fn factor(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    user: &User,
    state: SignInState,
    factor: MfaFactor,
    batch: Batch,
) -> Result<(Batch, Challenge)> {
    match factor {
        MfaFactor::Sms => {
            codes::challenge(cx, at, lock, user, state, Expected::SmsMfa, batch).await
        }
        MfaFactor::Email => {
            codes::challenge(cx, at, lock, user, state, Expected::EmailMfa, batch).await
        }
        MfaFactor::SoftwareToken => {
            let challenge = software_token::challenge(cx, at, user, state)?;
            Ok((batch, challenge))
        }
    }
}

/// Asks which of `list`.
///
/// # Errors
/// Those of sealing the session.
pub fn choice(
    cx: &Cx<'_>,
    at: At<'_>,
    state: SignInState,
    list: Vec<MfaFactor>,
) -> Result<Challenge> {
    let state = state.next(cx, at.client, Expected::SelectMfa(list.clone()));
    let session = Some(state.seal(cx, at.pool)?);
    Ok(Challenge::new(Ask::SelectMfa(list), session))
}

/// Asks to set up one of `can`.
///
/// # Errors
/// Those of sealing the session.
pub fn set_up(
    cx: &Cx<'_>,
    at: At<'_>,
    user: &User,
    state: SignInState,
    can: Vec<MfaFactor>,
) -> Result<Challenge> {
    let expected = Expected::MfaSetup {
        can: can.clone(),
        app: None,
    };
    let session = state.next(cx, at.client, expected).seal(cx, at.pool)?;
    let name_for_srp = user.username.clone();
    let ask = Ask::MfaSetup { can, name_for_srp };
    Ok(Challenge::new(ask, Some(session)))
}
