//! Somebody says whether a risky sign-in was the user's own (admin.md 2.8): an administrator, or whoever has the token of the
//! message about it.
//!
//! The same answer again changes nothing and writes nothing. Another one replaces it: people press the wrong button, too.

use cognate_shapes::FeedbackValueType;
use cognate_store::Batch;
use cognate_store::tables::guards;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result, risk as refusals};
use crate::messages::risk_notice::FeedbackToken;
use crate::records::auth_event::{BY_ADMIN, BY_USER, EventFeedback, EventRecord};
use crate::records::log_activity::{self, Activity};
use crate::records::pool::Pool;
use crate::records::protection;
use crate::records::user::User;
use crate::threats::learn;

/// Records the answer of an administrator.
///
/// # Errors
/// ResourceNotFoundException for an event that the user does not have.
pub async fn of_admin(
    cx: &Cx<'_>,
    pool: &Pool,
    user: &User,
    event_id: &str,
    value: FeedbackValueType,
) -> Result<()> {
    let feedback = EventFeedback {
        value,
        provider: BY_ADMIN.to_owned(),
        date: cx.now(),
    };
    record(cx, pool, user, event_id, feedback, true).await
}

/// Records the answer of whoever has a token.
///
/// # Errors
/// UserNotFoundException and ResourceNotFoundException if the user or the event is there no longer.
pub async fn by_token(
    cx: &Cx<'_>,
    pool: &Pool,
    token: &FeedbackToken,
    value: FeedbackValueType,
) -> Result<()> {
    let user = User::by_id(&cx.store, pool, &token.user_id).await?;
    let user = user.ok_or_else(errors::user_not_found)?;
    let feedback = EventFeedback {
        value,
        provider: BY_USER.to_owned(),
        date: cx.now(),
    };
    record(cx, pool, &user, &token.event_id, feedback, false).await
}

/// Refuses where nothing watches the pool.
///
/// # Errors
/// UserPoolAddOnNotEnabledException.
pub fn require_watched(pool: &Pool) -> Result<()> {
    match protection::is_watched(pool) {
        true => Ok(()),
        false => Err(refusals::add_on_not_enabled().into()),
    }
}

/// `always`: an administrator's action is recorded whether it changes something or not.
async fn record(
    cx: &Cx<'_>,
    pool: &Pool,
    user: &User,
    event_id: &str,
    feedback: EventFeedback,
    always: bool,
) -> Result<()> {
    let event = EventRecord::find(&cx.store, pool, &user.id, event_id).await?;
    let event = event.ok_or_else(refusals::event_not_found)?;
    let same = event.doc.feedback.as_ref().is_some_and(|before| {
        before.value == feedback.value && before.provider == feedback.provider
    });
    if same && !always {
        return Ok(());
    }
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = guards::require_user_unchanged(batch, &pool.id, &user.id, user.ver);
    let value = feedback.value;
    let mut doc = event.doc.clone();
    doc.feedback = Some(feedback.clone());
    let batch = event.give_feedback(batch, pool, &user.id, feedback)?;
    let told = Activity {
        event_id: event.id(),
        at: event.at(),
        user: Some((&user.id, &user.username)),
        doc: &doc,
        once: false,
    };
    let batch = log_activity::append(batch, pool, cx.now(), told)?;
    let batch = learn::heed(cx, pool, &user.id, &event, value, batch).await?;
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(())
}
