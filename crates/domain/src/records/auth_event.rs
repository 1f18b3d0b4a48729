//! Auth events: what users did, from where, how risky it seemed, and what they and administrators say of it (admin.md 2.8).
//!
//! The row's document is signed (decision 009): what judges a later sign-in by earlier ones may believe an event that
//! [`EventRecord::is_signed`]. Those of programs that did not sign events are shown, and count for nothing.

use cognate_risk::profile::Traces;
use cognate_shapes::{
    AuthEventType, ChallengeName, ChallengeResponse, ChallengeResponseType, EventContextDataType,
    EventFeedbackType, EventResponseType, EventRiskType, EventType, FeedbackValueType,
    RiskDecisionType, RiskLevelType, Timestamp,
};
use cognate_store::tables::events::{self, EventRow};
use cognate_store::{Batch, Store};
use serde::{Deserialize, Serialize};

use crate::errors::Result;
use crate::ids;
use crate::records::pool::Pool;

/// The provider of feedback that an administrator gave (EventFeedbackType).
pub const BY_ADMIN: &str = "Admin";
/// The provider of feedback that came with the token of a message.
pub const BY_USER: &str = "User";

/// The place from which the user acted. Texts that are not known are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventContext {
    /// The app client.
    pub client: String,
    /// The address of the user's device, as far as the request says it.
    pub ip: String,
    /// The beginning of its User-Agent header.
    pub agent: String,
    /// Program and system: `Chrome 126, Windows 10`. Empty in rows of older programs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub device: String,
    /// The distance from UTC, as the device says: `-07:00`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub timezone: String,
    /// The city of the address, where the operator's database knows it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub city: String,
    /// The country of the address, where the operator's database knows it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub country: String,
    /// True if the application said something of the user's device (`hasContextData` in logs of events).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_context_data: bool,
    /// The id of the request, as its answer named it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request_id: String,
    /// The name of the identity provider that vouched for the user.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub idp: String,
    /// The endpoint in the application's statistics, as the request named it (AnalyticsMetadata).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub analytics: String,
    /// A digest of what the device calls itself (`DeviceId` of EncodedData): a hint, which every client can imitate.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub device_id: String,
}

/// The judgement of threat protection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRisk {
    /// What was done about it.
    pub decision: RiskDecision,
    /// None where nothing was judged, or no risk seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<RiskLevelType>,
    /// True if the password is one of those that others know.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub compromised: bool,
    /// The sum of what was found; the level follows from it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub score: u32,
    /// What was found, in words of this program, for administrators.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Network, country and device, in marks: what feedback about the event is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traces: Option<Traces>,
}

/// RiskDecisionType, with no risk as the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RiskDecision {
    /// Nothing was done.
    #[default]
    NoRisk,
    /// The action for the level was taken, and it let the user go on.
    AccountTakeover,
    /// The user was refused.
    Block,
}

impl From<RiskDecision> for RiskDecisionType {
    fn from(decision: RiskDecision) -> Self {
        match decision {
            RiskDecision::NoRisk => Self::NoRisk,
            RiskDecision::AccountTakeover => Self::AccountTakeover,
            RiskDecision::Block => Self::Block,
        }
    }
}

/// What somebody who should know says of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFeedback {
    /// Valid: it was the user.
    pub value: FeedbackValueType,
    /// [`BY_ADMIN`] or [`BY_USER`].
    pub provider: String,
    /// Microseconds.
    pub date: i64,
}

/// The document of an event's row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDoc {
    /// The action.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// Its end.
    pub result: EventResponseType,
    /// The first of `challenges`, for programs that know only one.
    challenge: ChallengeName,
    /// The challenges that were answered, oldest first. Use [`EventDoc::challenges`].
    #[serde(default)]
    challenges: Vec<(ChallengeName, ChallengeResponse)>,
    /// From where.
    #[serde(flatten)]
    pub context: EventContext,
    /// None where nothing was judged: the pool is not protected, or was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<EventRisk>,
    /// None until somebody gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<EventFeedback>,
}

impl EventDoc {
    /// Returns the document of a new event. `challenges`: those that were answered, oldest first.
    pub fn new(
        kind: EventType,
        result: EventResponseType,
        challenges: Vec<(ChallengeName, ChallengeResponse)>,
        context: EventContext,
        risk: Option<EventRisk>,
    ) -> Self {
        let first = challenges.first();
        Self {
            kind,
            result,
            challenge: first.map_or(ChallengeName::Password, |(challenge, _)| *challenge),
            challenges,
            context,
            risk,
            feedback: None,
        }
    }

    /// Returns the challenges that were answered, oldest first.
    pub fn challenges(&self) -> &[(ChallengeName, ChallengeResponse)] {
        &self.challenges
    }
}

/// An event of a user.
#[derive(Clone, Debug)]
pub struct EventRecord {
    /// Its document.
    pub doc: EventDoc,
    /// False for an event that a program wrote which did not sign events: it decides nothing.
    pub is_signed: bool,
    row: EventRow,
}

impl EventRecord {
    /// Returns its id.
    pub fn id(&self) -> &str {
        &self.row.event_id
    }

    /// Returns when it happened, in microseconds.
    pub fn at(&self) -> i64 {
        self.row.at
    }

    /// Returns at most `limit` events of a user, newest first, that are older than the one at `before`: its time in
    /// microseconds and its id. None: from the newest. The work does not grow with the number of events.
    ///
    /// # Errors
    /// The store's; an internal fault for an event that was not written by this program.
    pub async fn page(
        store: &Store,
        pool: &Pool,
        user_id: &str,
        before: Option<(i64, &str)>,
        limit: i64,
    ) -> Result<Vec<Self>> {
        let rows = events::page(store, &pool.id, user_id, before, limit).await?;
        let record = |row| Self::from_row(pool, user_id, row);
        rows.into_iter().map(record).collect()
    }

    /// Returns the event of a user with this id. The work does not grow with the number of events.
    ///
    /// # Errors
    /// As [`EventRecord::page`].
    pub async fn find(
        store: &Store,
        pool: &Pool,
        user_id: &str,
        event_id: &str,
    ) -> Result<Option<Self>> {
        let at = ids::event_time(event_id);
        let row = events::get(store, &pool.id, user_id, event_id, at).await?;
        row.map(|row| Self::from_row(pool, user_id, row))
            .transpose()
    }

    fn from_row(pool: &Pool, user_id: &str, row: EventRow) -> Result<Self> {
        if row.mac.is_some() {
            let signed = events::signed_row(user_id, row.at, &row.event_id, &row.doc);
            pool.check(&signed, row.mac.as_deref())?;
        }
        Ok(Self {
            doc: serde_json::from_str(&row.doc)?,
            is_signed: row.mac.is_some(),
            row,
        })
    }

    /// Adds to a batch that the event has this feedback, instead of any that it has; [`events::EVENT_STALE`] if it was
    /// changed or forgotten since it was read.
    ///
    /// # Errors
    /// Those of serialization.
    pub fn give_feedback(
        &self,
        batch: Batch,
        pool: &Pool,
        user_id: &str,
        feedback: EventFeedback,
    ) -> Result<Batch> {
        let doc = serde_json::to_string(&EventDoc {
            feedback: Some(feedback),
            ..self.doc.clone()
        })?;
        // What nobody signed stays unsigned, whoever comments on it.
        let mac = self.is_signed.then(|| mac(pool, user_id, self, &doc));
        let before = &self.row;
        Ok(events::replace(batch, &pool.id, user_id, before, &doc, mac))
    }

    /// Returns the event as the API shows it.
    pub fn describe(self) -> AuthEventType {
        let EventDoc {
            kind,
            result,
            challenges,
            context,
            risk,
            feedback,
            ..
        } = self.doc;
        let known = |text: String| Some(text).filter(|text| !text.is_empty());
        let challenges = challenges.into_iter();
        let risk = risk.unwrap_or_default();
        AuthEventType {
            event_id: Some(self.row.event_id),
            event_type: Some(kind),
            creation_date: Some(Timestamp(self.row.at)),
            event_response: Some(result),
            event_risk: Some(EventRiskType {
                risk_decision: Some(risk.decision.into()),
                risk_level: risk.level,
                compromised_credentials_detected: Some(risk.compromised),
            }),
            challenge_responses: Some(
                challenges
                    .map(|(name, response)| ChallengeResponseType {
                        challenge_name: Some(name),
                        challenge_response: Some(response),
                    })
                    .collect(),
            ),
            event_context_data: Some(EventContextDataType {
                ip_address: known(context.ip),
                device_name: known(context.device),
                timezone: known(context.timezone),
                city: known(context.city),
                country: known(context.country),
            }),
            event_feedback: feedback.map(|feedback| EventFeedbackType {
                feedback_value: feedback.value,
                provider: feedback.provider,
                feedback_date: Some(Timestamp(feedback.date)),
            }),
        }
    }
}

fn mac(pool: &Pool, user_id: &str, event: &EventRecord, doc: &str) -> Vec<u8> {
    pool.sign(&events::signed_row(user_id, event.at(), event.id(), doc))
}

fn is_zero(number: &u32) -> bool {
    *number == 0
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
            (EventType::SignIn, EventResponseType::Fail)
        );
        assert!(doc.challenges().is_empty());
        assert_eq!(doc.context.client, "c");
        assert_eq!((doc.risk, doc.feedback), (None, None));
    }

    #[test]
    fn a_document_comes_back_as_it_was() {
        let risk = EventRisk {
            decision: RiskDecision::Block,
            level: Some(RiskLevelType::High),
            compromised: true,
            score: 70,
            reasons: vec!["new_device".to_owned()],
            traces: Some(Traces::default()),
        };
        let context = EventContext {
            client: "c".to_owned(),
            ip: "192.0.2.1".to_owned(),
            device: "Chrome 126, Windows 10".to_owned(),
            has_context_data: true,
            ..EventContext::default()
        };
        let answers = vec![(ChallengeName::Mfa, ChallengeResponse::Failure)];
        let doc = EventDoc {
            feedback: Some(EventFeedback {
                value: FeedbackValueType::Invalid,
                provider: BY_USER.to_owned(),
                date: 7,
            }),
            ..EventDoc::new(
                EventType::ForgotPassword,
                EventResponseType::InProgress,
                answers,
                context,
                Some(risk),
            )
        };
        let text = serde_json::to_string(&doc).unwrap();
        assert_eq!(serde_json::from_str::<EventDoc>(&text).unwrap(), doc);
    }
}
