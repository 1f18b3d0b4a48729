//! USER_AUTH right after a sign-up: the code that confirmed it is the first factor (auth.md 2.5, 3.6).
//!
//! SignUp returns a session for ConfirmSignUp, which returns one for InitiateAuth. The last one signs in once, within
//! the time of a step, where a code by the same medium would be an allowed first factor.
//!
//! On pages the sessions stand for the password, too: the browser that confirms has just chosen it, and signs in as if it
//! were typed again, whatever flows the client allows at the API.

use cognate_crypto::secret::ct_eq;
use cognate_shapes::{ExplicitAuthFlowsType, UserStatusType};

use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::facts::action::{Action, Endpoint};
use crate::facts::contact::Contact;
use crate::facts::factor::{Factor, Proven};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::state::{Expected, Flow, SignInState, Start, credential_mark};
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
    let chose_password = is_page(cx) && user.credential.is_some();
    let proven = match chose_password {
        true => Proven::default().with(Factor::Password),
        false => Proven::default(),
    };
    session(cx, pool, client, user, proven, Expected::Confirmation)
}

/// True if a page asks: then sign-up, code and sign-in are steps of one browser.
fn is_page(cx: &Cx<'_>) -> bool {
    cx.action == Action::Endpoint(Endpoint::Account)
}

/// Refuses a session at ConfirmSignUp that is not the one of the sign-up of `subject`. One that has expired is as good
/// as none: the code lives longer.
///
/// # Errors
/// NotAuthorizedException (auth.md 3.1).
pub fn check_confirmation(
    pool: &Pool,
    client: &Client,
    subject: &str,
    text: &str,
) -> Result<SignInState> {
    let state = SignInState::open_whenever(pool, client, text)?;
    if state.subject == subject && state.expected == Expected::Confirmation {
        Ok(state)
    } else {
        Err(auth::session_invalid().into())
    }
}

/// Returns the session that ConfirmSignUp returns: `user` has just been confirmed by a code that was sent to
/// `attribute`. `sign_up`: the state of the session that came with the code.
///
/// # Errors
/// Those of sealing the session.
pub fn of_confirmation(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    user: &User,
    attribute: &str,
    sign_up: Option<&SignInState>,
) -> Result<Option<String>> {
    let proven = match sign_up {
        Some(state) if is_page(cx) && chose_password(state, user, cx.now()) => state.proven.clone(),
        _ => Proven::default(),
    };
    if proven.is_empty() && !may_begin(pool, user, attribute) {
        return Ok(None);
    }
    let expected = Expected::FirstSignIn {
        attribute: attribute.to_owned(),
    };
    session(cx, pool, client, user, proven, expected)
}

/// True if the browser of this sign-up chose the password that the user has, not long ago.
fn chose_password(sign_up: &SignInState, user: &User, now: i64) -> bool {
    let mark = credential_mark(user);
    sign_up.proven.has(Factor::Password)
        && sign_up.expires > now
        && ct_eq(mark.as_bytes(), sign_up.credential.as_bytes())
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
    proven: Proven,
    expected: Expected,
) -> Result<Option<String>> {
    if proven.is_empty() && !client.lists_flow(ExplicitAuthFlowsType::AllowUserAuth) {
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
    let state = SignInState::of_user(at, user, &user.username, start, proven);
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
    if !is_them || !eligible {
        return Err(auth::session_invalid().into());
    }
    if step.state.proven.has(Factor::Password) {
        // The password of the sign-up; its session is good on pages alone.
        return match at.surface {
            Surface::Page => Ok(Verdict::Passed(Pass::default())),
            Surface::PublicApi | Surface::AdminApi => Err(auth::session_invalid().into()),
        };
    }
    if !may_begin(at.pool, user, attribute) {
        return Err(auth::session_invalid().into());
    }
    Ok(Verdict::Passed(Pass::of(Factor::ConfirmedSignUp)))
}
