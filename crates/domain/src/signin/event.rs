//! The auth event of a sign-in: a row that records its end.

use cognate_crypto::random;
use cognate_store::Batch;
use cognate_store::tables::events::{self, Event};
use serde::{Deserialize, Serialize};

use crate::attempts::Subject;
use crate::clock::{DAY, MINUTE};
use crate::cx::Cx;
use crate::errors::Result;
use crate::facts::factor::Proven;
use crate::facts::names;
use crate::records::user::User;
use crate::signin::At;

/// How long auth events are kept (admin.md 2.8), in microseconds.
const KEPT: i64 = 2 * 365 * DAY;
/// How long those of unknown names are kept: as long as their attempts.
const KEPT_FOR_UNKNOWN: i64 = 15 * MINUTE;
/// How long those of users are kept whose sign-in ended before any factor was completed.
const KEPT_FOR_STRANGERS: i64 = DAY;

/// The action of a user (EventType).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    /// A sign-in.
    SignIn,
}

/// The end of the action (EventResponseType).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventResult {
    /// With a session.
    Pass,
    /// With a refusal.
    Fail,
}

/// A group of challenges, as events tell them apart (ChallengeName of ChallengeResponseType).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventChallenge {
    /// A first factor, whichever it is.
    Password,
    /// A second factor.
    Mfa,
}

/// The result of an answer to a challenge (ChallengeResponse of ChallengeResponseType).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventAnswer {
    /// Rightly.
    Success,
    /// Wrongly.
    Failure,
}

/// The place from which the user signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventContext {
    /// The app client.
    pub client: String,
    /// The address.
    pub ip: String,
    /// The beginning of the User-Agent header.
    pub agent: String,
}

impl EventContext {
    fn of(cx: &Cx<'_>, at: At<'_>) -> Self {
        Self {
            client: at.client.id.clone(),
            ip: cx.client_info.ip.clone(),
            // A header is as long as the sender likes; a row of every attempt is not.
            agent: cx.client_info.user_agent.chars().take(256).collect(),
        }
    }
}

/// The document of an event's row.
#[derive(Debug, Serialize, Deserialize)]
struct EventDoc {
    #[serde(rename = "type")]
    kind: EventKind,
    result: EventResult,
    /// The first of `challenges`, for readers of rows that had only one.
    challenge: EventChallenge,
    #[serde(default)]
    challenges: Vec<(EventChallenge, EventAnswer)>,
    #[serde(flatten)]
    context: EventContext,
}

/// The time for which an event is kept, and the rate at which it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Retention {
    /// Each one, for two years; for minutes where the name is unknown.
    Full,
    /// One a minute and subject, for a day: strangers can cause as many as they like.
    Stranger,
}

/// The event that a verdict leaves.
#[derive(Clone, Debug)]
pub struct AuthEvent {
    /// The action of the user.
    pub kind: EventKind,
    /// The end of the action.
    pub result: EventResult,
    /// The challenges that were answered, oldest first.
    pub challenges: Vec<(EventChallenge, EventAnswer)>,
    /// The user's id, or the pseudonym of an unknown name.
    subject: String,
    is_known: bool,
    retention: Retention,
}

impl AuthEvent {
    fn new(user: Option<&User>, subject: &Subject, result: EventResult, proven: &Proven) -> Self {
        let answered = proven.iter().take(2);
        let kinds = [EventChallenge::Password, EventChallenge::Mfa];
        Self {
            kind: EventKind::SignIn,
            result,
            challenges: answered
                .zip(kinds)
                .map(|(_, challenge)| (challenge, EventAnswer::Success))
                .collect(),
            subject: user.map_or(subject.as_str(), |user| &user.id).to_owned(),
            is_known: user.is_some(),
            retention: Retention::Full,
        }
    }

    /// Returns the event of a sign-in that ended in a session.
    pub fn passed(user: &User, proven: &Proven) -> Self {
        let subject = Subject::known(&user.id);
        Self::new(Some(user), &subject, EventResult::Pass, proven)
    }

    /// Returns the event of a wrong answer. `user` is None for an unknown name, whose pseudonym is `subject`.
    pub fn failed(user: Option<&User>, subject: &Subject, proven: &Proven) -> Self {
        let mut event = Self::new(user, subject, EventResult::Fail, proven);
        let challenge = if proven.is_empty() {
            EventChallenge::Password
        } else {
            EventChallenge::Mfa
        };
        event.challenges.truncate(1);
        event.challenges.push((challenge, EventAnswer::Failure));
        event
    }

    /// Returns the event of a refusal of a user whose answers so far were right; strangers can cause one where nothing
    /// is proven yet.
    pub fn refused(user: Option<&User>, subject: &Subject, proven: &Proven) -> Self {
        let mut event = Self::new(user, subject, EventResult::Fail, proven);
        if proven.is_empty() {
            event.retention = Retention::Stranger;
        }
        event
    }

    /// Adds the event's row to a batch, under a new id.
    ///
    /// # Errors
    /// Those of serialization.
    pub fn append(&self, cx: &Cx<'_>, at: At<'_>, batch: Batch) -> Result<Batch> {
        match self.retention {
            Retention::Full => self.append_as(cx, at, batch, &random::uuid_v4()),
            Retention::Stranger => {
                let minute = cx.now().saturating_sub(cx.now().rem_euclid(MINUTE));
                let name = format!("{} {minute}", self.subject);
                let id = at.pool.key.mac("events of strangers", name.as_bytes());
                let event = Event {
                    subject: &self.subject,
                    event_id: &names::uuid_of(&id),
                    doc: &self.doc(cx, at)?,
                    at: minute,
                    expires: self.expires(cx),
                };
                Ok(events::insert_once(batch, &at.pool.id, &event))
            }
        }
    }

    /// As [`AuthEvent::append`], under this id.
    ///
    /// # Errors
    /// Those of serialization.
    pub fn append_as(&self, cx: &Cx<'_>, at: At<'_>, batch: Batch, id: &str) -> Result<Batch> {
        let event = Event {
            subject: &self.subject,
            event_id: id,
            doc: &self.doc(cx, at)?,
            at: cx.now(),
            expires: self.expires(cx),
        };
        Ok(events::insert(batch, &at.pool.id, &event))
    }

    fn expires(&self, cx: &Cx<'_>) -> i64 {
        cx.now()
            .saturating_add(match (self.is_known, self.retention) {
                (false, _) => KEPT_FOR_UNKNOWN,
                (true, Retention::Full) => KEPT,
                (true, Retention::Stranger) => KEPT_FOR_STRANGERS,
            })
    }

    fn doc(&self, cx: &Cx<'_>, at: At<'_>) -> Result<String> {
        let first = self.challenges.first();
        Ok(serde_json::to_string(&EventDoc {
            kind: self.kind,
            result: self.result,
            challenge: first.map_or(EventChallenge::Password, |(challenge, _)| *challenge),
            challenges: self.challenges.clone(),
            context: EventContext::of(cx, at),
        })?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_older_programs_can_be_read() {
        let text = r#"{"agent":"a","challenge":"Password","client":"c","ip":"i","result":"Fail","type":"SignIn"}"#;
        let doc: EventDoc = serde_json::from_str(text).unwrap();
        assert_eq!(
            (doc.kind, doc.result),
            (EventKind::SignIn, EventResult::Fail)
        );
        assert!(doc.challenges.is_empty());
        assert_eq!(doc.context.client, "c");
    }
}
