//! USER_AUTH right after a sign-up: the code that confirmed it is the first factor (auth.md 2.5, 3.6).
//!
//! SignUp gives a session for ConfirmSignUp, which gives one for InitiateAuth. The last one signs in once, within the
//! time of a step, where a code by the same way would be an allowed first factor.

use cognate_shapes::{ExplicitAuthFlowsType, UserStatusType};
use cognate_store::Batch;

use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::facts::contact::Contact;
use crate::facts::factor::{Factor, Proven};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::choice::offers;
use crate::signin::flows::{Door, Parameters};
use crate::signin::outcome::Outcome;
use crate::signin::progress::{Awaits, Flow, Progress, Start};
use crate::signin::{At, advance, resume, secret_hash};

/// The session that SignUp gives, for clients that can use it.
///
/// # Errors
/// None that can arise.
pub fn of_sign_up(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    user: &User,
) -> Result<Option<String>> {
    session(cx, pool, client, user, Awaits::Confirmation)
}

/// Refuses a session at ConfirmSignUp that is not the one of the sign-up of `subject`. One that has expired is as good as
/// none: the code lives longer.
///
/// # Errors
/// NotAuthorizedException (auth.md 3.1).
pub fn check_confirmation(pool: &Pool, client: &Client, subject: &str, text: &str) -> Result<()> {
    let progress = Progress::open_whenever(pool, client, text)?;
    if progress.subject == subject && progress.awaits == Awaits::Confirmation {
        Ok(())
    } else {
        Err(auth::session_invalid().into())
    }
}

/// The session that ConfirmSignUp gives: `user` has just been confirmed by a code that was sent to `attribute`.
///
/// # Errors
/// None that can arise.
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
    session(cx, pool, client, user, Awaits::FirstSignIn { attribute })
}

/// Whether a code to `attribute` is a first factor of this user.
fn may_begin(pool: &Pool, user: &User, attribute: &str) -> bool {
    let contact = Contact::of_attribute(attribute);
    let challenge = contact.map(offers::challenge_of);
    challenge.is_some_and(|challenge| offers::of(pool, user, false).contains(&challenge))
}

fn session(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    user: &User,
    awaits: Awaits,
) -> Result<Option<String>> {
    if !client.lists_flow(ExplicitAuthFlowsType::AllowUserAuth) {
        return Ok(None);
    }
    let at = At {
        door: Door::Public,
        pool,
        client,
        metadata: None,
    };
    let start = Start {
        flow: Flow::SignUp,
        ..Start::default()
    };
    let progress = Progress::of_user(at, user, &user.username, start, Proven::default());
    Ok(Some(progress.next(cx, client, awaits).seal(cx, pool)?))
}

/// InitiateAuth with the session of ConfirmSignUp: signs in without another code. Of the parameters only those count that
/// say who asks and with which device.
///
/// # Errors
/// NotAuthorizedException (auth.md 3.1) for every other session, one of another user included.
pub async fn sign_in(
    cx: &Cx<'_>,
    at: At<'_>,
    start: Start,
    session: &str,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let name = given.required("USERNAME")?;
    secret_hash::check(at.client, name, given.get("SECRET_HASH"))?;
    let mut progress = Progress::open(cx, at.pool, at.client, session)?;
    let Awaits::FirstSignIn { attribute } = progress.awaits.clone() else {
        return Err(auth::session_invalid().into());
    };
    progress.start = start;
    let resumed = resume::take_up(cx, at, progress).await?;
    let user = resumed.user.as_ref().ok_or_else(auth::session_invalid)?;
    let is_them = resume::is_named(at, &resumed.progress, name) || user.is_called(at.pool, name);
    let stands = user.status == UserStatusType::Confirmed && user.verified(&attribute);
    if !is_them || !stands || !may_begin(at.pool, user, &attribute) {
        return Err(auth::session_invalid().into());
    }
    advance::proved(cx, at, resumed, Factor::ConfirmedSignUp, Batch::new()).await
}
