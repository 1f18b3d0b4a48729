//! The record of an auth event, as a pool exports it (admin.md 6.4): every member is a text, but for the challenges, and what
//! is not known is an empty text.

use cognate_crypto::basic_time;
use cognate_shapes::{EventSourceName, RiskDecisionType, RiskLevelType};
use cognate_store::Batch;
use serde::Serialize;

use crate::clock::SECOND;
use crate::errors::Result;
use crate::records::auth_event::{EventDoc, EventFeedback, RiskDecision};
use crate::records::log_record::{self, Entry, cut};
use crate::records::pool::Pool;

/// The version of the message.
const VERSION: &str = "1";
/// The decision where there was no risk (admin.md 6.4).
const PASS: &str = "PASS";
/// A device of which nothing is known (admin.md 6.4).
const UNKNOWN_DEVICE: &str = "Other, Other";

/// An event and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Activity<'a> {
    /// The id of the event.
    pub event_id: &'a str,
    /// When it happened, in microseconds.
    pub at: i64,
    /// The user's id and name; None for a name that nobody has.
    pub user: Option<(&'a str, &'a str)>,
    /// What the event says.
    pub doc: &'a EventDoc,
    /// True if the same event may be appended again: it is exported once while it waits.
    pub once: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    version: &'static str,
    event_id: String,
    event_type: &'static str,
    user_sub: String,
    user_name: String,
    user_pool_id: String,
    client_id: String,
    creation_date: String,
    event_response: &'static str,
    risk_level: &'static str,
    risk_decision: &'static str,
    challenges: Vec<Challenge>,
    device_name: String,
    ip_address: String,
    request_id: String,
    idp_name: String,
    compromised_credential_detected: &'static str,
    city: String,
    country: String,
    event_feedback_value: &'static str,
    event_feedback_date: String,
    event_feedback_provider: String,
    has_context_data: &'static str,
    /// None but of a client with AnalyticsConfiguration; the service's record has no such member.
    #[serde(skip_serializing_if = "String::is_empty")]
    analytics_endpoint_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Challenge {
    challenge_name: &'static str,
    challenge_response: &'static str,
}

/// True if the pool exports its auth events.
pub fn is_exported(pool: &Pool) -> bool {
    log_record::configuration(pool, EventSourceName::UserAuthEvents).is_some()
}

/// Appends the record of an event, if the pool exports those. `now`: the service's time in microseconds.
///
/// # Errors
/// Those of serialization.
pub fn append(batch: Batch, pool: &Pool, now: i64, activity: Activity<'_>) -> Result<Batch> {
    let source = EventSourceName::UserAuthEvents;
    let entry = match activity.once {
        true => Entry::Once(activity.at, activity.event_id),
        false => Entry::Each(now),
    };
    log_record::append(batch, pool, source, entry, || message(pool, activity))
}

fn message(pool: &Pool, activity: Activity<'_>) -> Message {
    let EventDoc {
        kind,
        result,
        context,
        risk,
        feedback,
        ..
    } = activity.doc;
    let (sub, name) = activity.user.unwrap_or_default();
    let risk = risk.clone().unwrap_or_default();
    let feedback = feedback.as_ref();
    let of_feedback = |text: fn(&EventFeedback) -> String| feedback.map_or_else(String::new, text);
    let challenges = activity.doc.challenges().iter();
    Message {
        version: VERSION,
        event_id: activity.event_id.to_owned(),
        event_type: kind.as_str(),
        user_sub: sub.to_owned(),
        user_name: name.to_owned(),
        user_pool_id: pool.id.clone(),
        client_id: context.client.clone(),
        creation_date: date(activity.at),
        event_response: result.as_str(),
        risk_level: risk.level.map_or("", RiskLevelType::as_str),
        risk_decision: match risk.decision {
            RiskDecision::NoRisk => PASS,
            other => RiskDecisionType::from(other).as_str(),
        },
        challenges: challenges
            .map(|(name, response)| Challenge {
                challenge_name: name.as_str(),
                challenge_response: response.as_str(),
            })
            .collect(),
        device_name: match context.device.as_str() {
            "" => UNKNOWN_DEVICE.to_owned(),
            device => cut(device),
        },
        ip_address: context.ip.clone(),
        request_id: context.request_id.clone(),
        idp_name: context.idp.clone(),
        compromised_credential_detected: text(risk.compromised),
        city: context.city.clone(),
        country: context.country.clone(),
        event_feedback_value: feedback.map_or("", |feedback| feedback.value.as_str()),
        event_feedback_date: of_feedback(|feedback| date(feedback.date)),
        event_feedback_provider: of_feedback(|feedback| feedback.provider.clone()),
        has_context_data: text(context.has_context_data),
        analytics_endpoint_id: context.analytics.clone(),
    }
}

fn text(is: bool) -> &'static str {
    match is {
        true => "true",
        false => "false",
    }
}

/// Returns a time in the form of `Wed Jul 17 17:25:55 UTC 2024`.
fn date(micros: i64) -> String {
    let at = basic_time::utc(micros.div_euclid(SECOND));
    let short = |name: String| name.chars().take(3).collect::<String>();
    format!(
        "{} {} {:02} {:02}:{:02}:{:02} UTC {}",
        short(at.weekday().to_string()),
        short(at.month().to_string()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.year()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_the_form_of_the_service() {
        for (seconds, text) in [
            (1_721_237_155, "Wed Jul 17 17:25:55 UTC 2024"),
            (951_868_799, "Tue Feb 29 23:59:59 UTC 2000"),
            (1_772_323_201, "Sun Mar 01 00:00:01 UTC 2026"),
        ] {
            assert_eq!(date(seconds * SECOND + 999_999), text);
        }
    }
}
