//! What a sign-in teaches about its user, and what somebody's word about one changes.

use cognate_risk::attempt::Attempt;
use cognate_shapes::FeedbackValueType;
use cognate_store::Batch;

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::Result;
use crate::records::auth_event::EventRecord;
use crate::records::pool::Pool;
use crate::records::risk_profile::ProfileRecord;

/// A sign-in that ends in a session.
#[derive(Clone, Copy)]
pub struct Lesson<'a> {
    /// The user.
    pub user_id: &'a str,
    /// What its event says of it: the last step, at the event's time, with the device that it named or got the key of.
    pub attempt: &'a Attempt,
    /// True if what it brought is the user's own at once.
    pub is_trusted: bool,
    /// What was known of the user before, where it was read already.
    pub before: Option<&'a ProfileRecord>,
}

/// Adds to the batch of a sign-in what it teaches. The batch requires the user.
///
/// # Errors
/// The store's; those of [`ProfileRecord`].
pub async fn learn(cx: &Cx<'_>, pool: &Pool, lesson: &Lesson<'_>, batch: Batch) -> Result<Batch> {
    let read_now = match lesson.before {
        Some(_) => None,
        None => Some(ProfileRecord::find(&cx.store, pool, lesson.user_id).await?),
    };
    let Some(record) = lesson.before.or(read_now.as_ref()) else {
        return Ok(batch);
    };
    let mut profile = record.known().cloned().unwrap_or_default();
    profile.learn(lesson.attempt, lesson.is_trusted);
    record.save(batch, pool, lesson.user_id, &profile)
}

/// Adds to the batch of somebody's word about an event what it changes of later judgements. The batch requires the user. An
/// event that nobody signed, or that was not judged, changes nothing.
///
/// # Errors
/// The store's; those of [`ProfileRecord`].
pub async fn heed(
    cx: &Cx<'_>,
    pool: &Pool,
    user_id: &str,
    event: &EventRecord,
    value: FeedbackValueType,
    batch: Batch,
) -> Result<Batch> {
    let risk = event.doc.risk.as_ref().filter(|_| event.is_signed);
    let Some(traces) = risk.and_then(|risk| risk.traces.as_ref()) else {
        return Ok(batch);
    };
    let record = ProfileRecord::find(&cx.store, pool, user_id).await?;
    let Some(mut profile) = record.known().cloned() else {
        return Ok(batch);
    };
    let now = cx.now().div_euclid(SECOND);
    match value {
        FeedbackValueType::Valid => profile.own(traces, now),
        FeedbackValueType::Invalid => {
            profile.disown(traces, event.at().div_euclid(SECOND), now);
        }
    }
    record.save(batch, pool, user_id, &profile)
}
