//! USER_AUTH right after a sign-up: the code that confirmed it is the first factor (auth.md 2.5, 3.6).
//!
//! SignUp returns a session for ConfirmSignUp, which returns one for InitiateAuth. The last one signs in once, within
//! the time of a step, where a code by the same medium would be an allowed first factor.

use cognate_shapes::{ExplicitAuthFlowsType, UserStatusType};

use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::facts::contact::Contact;
use crate::facts::factor::{Factor, Proven};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::state::{Expected, Flow, SignInState, Start};
use crate::signin::verdict::{Pass, Step, Verdict};
use crate::signin::{At, Surface, first_factors};

/// Returns the session that SignUp returns, for clients that can use it.
///
/// # Errors
/// Those of sealing the session.
pub fn of_sign_up(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    user: &User,
) -> Result<Option<String>> {
    session(cx, pool, client, user, Expected::Confirmation)
}

/// Refuses a session at ConfirmSignUp that is not the one of the sign-up of `subject`. One that has expired is as good
/// as none: the code lives longer.
///
/// # Errors
/// NotAuthorizedException (auth.md 3.1).
pub fn check_confirmation(pool: &Pool, client: &Client, subject: &str, text: &str) -> Result<()> {
    let state = SignInState::open_whenever(pool, client, text)?;
    if state.subject == subject && state.expected == Expected::Confirmation {
        Ok(())
    } else {
        Err(auth::session_invalid().into())
    }
}

/// Returns the session that ConfirmSignUp returns: `user` has just been confirmed by a code that was sent to
/// `attribute`.
///
/// # Errors
/// Those of sealing the session.
pub fn of_confirmation(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    user: &User,
    attribute: &str,
) -> Result<Option<String>> {
    if !may_begin(pool, user, attribute) {
        return Ok(None);
    }
    let attribute = attribute.to_owned();
    session(cx, pool, client, user, Expected::FirstSignIn { attribute })
}

/// True if a code to `attribute` is a first factor of this user.
fn may_begin(pool: &Pool, user: &User, attribute: &str) -> bool {
    let contact = Contact::of_attribute(attribute);
    let challenge = contact.map(first_factors::challenge_of);
    challenge.is_some_and(|challenge| first_factors::of(pool, user, false).contains(&challenge))
}

fn session(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    user: &User,
    expected: Expected,
) -> Result<Option<String>> {
    if !client.lists_flow(ExplicitAuthFlowsType::AllowUserAuth) {
        return Ok(None);
    }
    let at = At {
        surface: Surface::PublicApi,
        pool,
        client,
        metadata: None,
    };
    let start = Start {
        flow: Flow::SignUp,
        ..Start::default()
    };
    let state = SignInState::of_user(at, user, &user.username, start, Proven::default());
    Ok(Some(state.next(cx, client, expected).seal(cx, pool)?))
}

/// Opens the session of ConfirmSignUp at the start of a sign-in. Returns the attribute that was confirmed too.
///
/// # Errors
/// NotAuthorizedException (auth.md 3.1) for every other session.
pub fn open(cx: &Cx<'_>, at: At<'_>, start: Start, session: &str) -> Result<(SignInState, String)> {
    let mut state = SignInState::open(cx, at.pool, at.client, session)?;
    let Expected::FirstSignIn { attribute } = state.expected.clone() else {
        return Err(auth::session_invalid().into());
    };
    state.start = start;
    Ok((state, attribute))
}

/// Signs in without another code.
///
/// # Errors
/// NotAuthorizedException (auth.md 3.1) for the session of another user, and for a user who may not begin with a code
/// to `attribute` any more.
pub fn judge(at: At<'_>, step: &Step, name: &str, attribute: &str) -> Result<Verdict> {
    let user = step.known()?;
    let is_them = step.state.is_named(at.pool, name) || user.is_called(at.pool, name);
    let eligible = user.status == UserStatusType::Confirmed && user.verified(attribute);
    if !is_them || !eligible || !may_begin(at.pool, user, attribute) {
        return Err(auth::session_invalid().into());
    }
    Ok(Verdict::Passed(Pass::of(Factor::ConfirmedSignUp)))
}
