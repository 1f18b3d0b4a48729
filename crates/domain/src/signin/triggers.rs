//! The pool's functions in a sign-in: before a first factor is judged, and between the last proof and the session.

use serde_json::Map;

use crate::app::event::Event;
use crate::app::functions::Trigger;
use crate::cx::Cx;
use crate::errors::Result;
use crate::records::device::Device;
use crate::records::user::User;
use crate::signin::At;
use crate::signin::lock::Lock;
use crate::signin::state::Expected;
use crate::signin::verdict::{Authenticated, Judged, Step};
use crate::tokens::grant::{ACCOUNT_SCOPE, scopes_of};
use crate::tokens::groups::GroupClaims;
use crate::tokens::pre_token::{Consulted, NewTokens, Source};
use crate::tokens::session::SessionDoc;
use crate::tokens::token_changes::TokenChanges;

/// Calls PreAuthentication before a sign-in is judged. For an unknown name, the function gets a user without attributes
/// (auth.md 2.11).
///
/// # Errors
/// The refusals of the function. [`Stale`](crate::errors::Fault::Stale) after a call without a lock: rows read before it are read again.
pub async fn before(cx: &Cx<'_>, at: At<'_>, lock: &mut Lock<'_>, step: &Step) -> Result<()> {
    let trigger = Trigger::PreAuthentication;
    if !cx.has_function(at.pool, trigger) {
        return Ok(());
    }
    let source = "PreAuthentication_Authentication";
    let client = Some(at.client.id.as_str());
    let mut event = match &step.user {
        Some(user) => Event::about(trigger, source, client, at.pool, user),
        None => Event::new(trigger, source, client, &step.state.typed)
            .with("userAttributes", Map::new()),
    };
    if at.client.hides_existence() {
        event = event.with("userNotFound", step.user.is_none());
    }
    // Null without any, as it was recorded (aws-powertools/powertools-lambda-typescript#3729).
    let event = event
        .with("validationData", serde_json::Value::Null)
        .with_texts("validationData", at.metadata);
    let subject = step.tally.subject().as_str();
    let answer = lock.trigger(cx, at.pool, subject, &event).await?;
    if answer.is_some() && !lock.is_held() {
        cx.read_again(&format!("PreAuthentication {subject}"))?;
    }
    Ok(())
}

/// The tokens that are signed at the end of a sign-in.
#[derive(Clone, Copy, Debug)]
pub enum Signs<'a> {
    /// None: who signs some for the session later asks PreTokenGeneration then.
    Nothing,
    /// Those of the API.
    Account,
    /// Those of an authorization request, with these scopes.
    Authorized(&'a [String]),
    /// One for the token of a provider, with these scopes.
    Derived(&'a [String]),
}

/// Calls PostAuthentication and PreTokenGeneration for a user who has proven everything. Returns the answer of
/// PreTokenGeneration; None if nobody was asked. `device`: the one that the sign-in named and the user has.
///
/// # Errors
/// The refusals of the functions. They show that every proof was right, so that they are subject to the lockout as a
/// session would be. Those of [`Lock::trigger`].
pub async fn after(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    authenticated: &Authenticated,
    device: Option<&Device>,
    signs: Signs<'_>,
) -> Judged<Option<Consulted>> {
    let called = async {
        post_authentication(cx, at, lock, authenticated, device).await?;
        before_tokens(cx, at, lock, authenticated, signs).await
    };
    let called = called.await;
    called.map_err(|fault| authenticated.stop(at, fault))
}

async fn post_authentication(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    authenticated: &Authenticated,
    device: Option<&Device>,
) -> Result<()> {
    let trigger = Trigger::PostAuthentication;
    if !cx.has_function(at.pool, trigger) {
        return Ok(());
    }
    let source = "PostAuthentication_Authentication";
    let user = &authenticated.user;
    let is_new = at.pool.doc.device_configuration.is_some() && device.is_none();
    let event = Event::about(trigger, source, Some(&at.client.id), at.pool, user)
        .with("newDeviceUsed", is_new)
        .with_texts("clientMetadata", at.metadata);
    lock.trigger(cx, at.pool, &user.id, &event).await?;
    Ok(())
}

/// Calls PreTokenGeneration where the sign-in ends in tokens.
async fn before_tokens(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    authenticated: &Authenticated,
    signs: Signs<'_>,
) -> Result<Option<Consulted>> {
    let (source, scopes) = match signs {
        Signs::Nothing => return Ok(None),
        Signs::Account => (of_api(&authenticated.answered), vec![ACCOUNT_SCOPE]),
        Signs::Authorized(scopes) => (
            Source::HostedAuth,
            scopes.iter().map(String::as_str).collect(),
        ),
        Signs::Derived(scopes) => (Source::Derived, scopes.iter().map(String::as_str).collect()),
    };
    if !source.is_asked(at.pool) {
        return Ok(None);
    }
    let user = &authenticated.user;
    let before = authenticated.further.groups();
    let groups = GroupClaims::of_sign_in(cx, at.pool, &user.id, before).await?;
    let tokens = new_tokens(at, source, (user, &groups), &scopes);
    let pauses = cx.pauses();
    let answer = lock.trigger(cx, at.pool, &user.id, &tokens.event()).await?;
    let changes = tokens.changes(answer)?;
    // The commit does not compare them: a group that the user left during the call is in no token.
    let groups = match cx.pauses() == pauses {
        true => groups,
        false => GroupClaims::load(cx, at.pool, &user.id).await?,
    };
    Ok(Some(Consulted { groups, changes }))
}

/// Returns the reason for the tokens of the API, by the last challenge.
fn of_api(answered: &Expected) -> Source {
    match answered {
        Expected::NewPassword => Source::NewPassword,
        Expected::DeviceVerifier => Source::Device,
        _ => Source::Authentication,
    }
}

/// Calls PreTokenGeneration before tokens of a session are signed. `user`: with their groups. `session`: what it was
/// granted decides the scopes.
///
/// # Errors
/// Those of [`NewTokens::ask`].
pub async fn before_renewal(
    cx: &Cx<'_>,
    at: At<'_>,
    source: Source,
    user: (&User, &GroupClaims),
    session: &SessionDoc,
) -> Result<TokenChanges> {
    let scopes = scopes_of(session);
    new_tokens(at, source, user, &scopes).ask(cx).await
}

fn new_tokens<'a>(
    at: At<'a>,
    source: Source,
    user: (&'a User, &'a GroupClaims),
    scopes: &'a [&'a str],
) -> NewTokens<'a> {
    NewTokens {
        source,
        pool: at.pool,
        client: at.client,
        user: Some(user),
        scopes,
        metadata: at.metadata,
    }
}
