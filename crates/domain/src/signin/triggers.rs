//! The pool's functions in a sign-in: before a first factor is judged, and between the last proof and the session.

use crate::app::event::Event;
use crate::app::functions::Trigger;
use crate::app::response::Response;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::records::user::User;
use crate::signin::At;
use crate::signin::lock::Lock;
use crate::signin::verdict::{Authenticated, Step};

/// Calls PreAuthentication before a sign-in is judged. For an unknown name, the function gets a user without attributes
/// (auth.md 2.11).
///
/// # Errors
/// The refusals of the function. [`Fault::Stale`] after a call without a lock: rows read before it are read again.
pub async fn before(cx: &Cx<'_>, at: At<'_>, lock: &mut Lock<'_>, step: &Step) -> Result<()> {
    let trigger = Trigger::PreAuthentication;
    if !cx.has_function(at.pool, trigger) {
        return Ok(());
    }
    let source = "PreAuthentication_Authentication";
    let client = Some(at.client.id.as_str());
    let event = match &step.user {
        Some(user) => Event::about(trigger, source, client, user),
        None => Event::new(trigger, source, client, &step.state.typed),
    };
    let event = event.with_texts("validationData", at.metadata);
    let subject = step.tally.subject().as_str();
    let answer = lock.trigger(cx, at.pool, subject, &event).await?;
    if answer.is_some() && !lock.is_held() {
        return read_again(cx, &format!("PreAuthentication {subject}"));
    }
    Ok(())
}

/// Calls PostAuthentication and PreTokenGeneration for a user who has proven everything. Returns the answer of
/// PreTokenGeneration, which a signer of tokens obeys; None without such a function.
///
/// # Errors
/// The refusals of the functions; those of [`Lock::trigger`].
pub async fn after(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    authenticated: &Authenticated,
) -> Result<Option<Response>> {
    let user = &authenticated.user;
    let mut last = None;
    for (trigger, source) in [
        (
            Trigger::PostAuthentication,
            "PostAuthentication_Authentication",
        ),
        (
            Trigger::PreTokenGeneration,
            "TokenGeneration_Authentication",
        ),
    ] {
        if !cx.has_function(at.pool, trigger) {
            continue;
        }
        let event = event(at, trigger, source, user);
        last = lock.trigger(cx, at.pool, &user.id, &event).await?;
    }
    Ok(last)
}

/// Calls PreTokenGeneration before new tokens of a session are signed.
///
/// # Errors
/// The refusals of the function. [`Fault::Stale`] after a call: the session is read again, since it may have ended.
pub async fn before_renewal(cx: &Cx<'_>, at: At<'_>, user: &User) -> Result<Option<Response>> {
    let trigger = Trigger::PreTokenGeneration;
    if !cx.has_function(at.pool, trigger) {
        return Ok(None);
    }
    let event = event(at, trigger, "TokenGeneration_RefreshTokens", user);
    let (answer, _) = cx.trigger(None, at.pool, &user.id, &event).await?;
    if answer.is_some() {
        read_again(cx, &format!("PreTokenGeneration {}", user.id))?;
    }
    Ok(answer)
}

/// Runs the action again, once for each `name`.
fn read_again(cx: &Cx<'_>, name: &str) -> Result<()> {
    let name = format!("rows read since {name}");
    if cx.memory().get::<()>(&name).is_some() {
        return Ok(());
    }
    cx.memory().keep(&name, ());
    Err(Fault::Stale)
}

fn event(at: At<'_>, trigger: Trigger, source: &'static str, user: &User) -> Event {
    Event::about(trigger, source, Some(&at.client.id), user)
        .with_texts("clientMetadata", at.metadata)
}
