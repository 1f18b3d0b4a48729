//! The pool's functions in a sign-in: before a first factor is judged, and between the last proof and the session.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::app::functions::{Event, Trigger};
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
    if cx.functions.get().is_none() {
        return Ok(());
    }
    let (user, typed) = (step.user.as_ref(), &step.state.typed);
    let event = event(at, Trigger::PreAuthentication, user, typed);
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
) -> Result<Option<Value>> {
    if cx.functions.get().is_none() {
        return Ok(None);
    }
    let mut last = None;
    for trigger in [Trigger::PostAuthentication, Trigger::PreTokenGeneration] {
        let user = &authenticated.user;
        let event = event(at, trigger, Some(user), &user.username);
        last = lock.trigger(cx, at.pool, &user.id, &event).await?;
    }
    Ok(last)
}

/// Calls PreTokenGeneration before new tokens of a session are signed.
///
/// # Errors
/// The refusals of the function. [`Fault::Stale`] after a call: the session is read again, since it may have ended.
pub async fn before_renewal(cx: &Cx<'_>, at: At<'_>, user: &User) -> Result<Option<Value>> {
    if cx.functions.get().is_none() {
        return Ok(None);
    }
    let event = event(at, Trigger::PreTokenGeneration, Some(user), &user.username);
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

fn event(at: At<'_>, trigger: Trigger, user: Option<&User>, username: &str) -> Event {
    let mut attributes = BTreeMap::new();
    if let Some(user) = user {
        attributes.clone_from(&user.doc.attributes);
        attributes.insert("sub".to_owned(), user.id.clone());
    }
    Event {
        trigger,
        pool_id: at.pool.id.clone(),
        client_id: Some(at.client.id.clone()),
        username: user.map_or(username, |user| &user.username).to_owned(),
        attributes,
        metadata: at.metadata.cloned().unwrap_or_default(),
    }
}
