//! The record of an auth event, as a pool exports it (admin.md 6.4): every member is a text, but for the challenges, and what
//! is not known is an empty text.

use cognate_crypto::basic_time;
use cognate_shapes::EventSourceName;
use cognate_store::Batch;
use serde::Serialize;

use crate::clock::SECOND;
use crate::errors::Result;
use crate::records::log_record::{self, cut};
use crate::records::pool::Pool;

/// The version of the message.
const VERSION: &str = "1";
/// The decision where there was no risk (admin.md 6.4).
const PASS: &str = "PASS";
/// A device of which nothing is known (admin.md 6.4).
const UNKNOWN_DEVICE: &str = "Other, Other";

/// What an event says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Activity<'a> {
    /// The id of the event.
    pub event_id: &'a str,
    /// EventType.
    pub event_type: &'a str,
    /// The user's id; None for a name that nobody has.
    pub user_id: Option<&'a str>,
    /// The user's name; None for a name that nobody has.
    pub username: Option<&'a str>,
    /// The app client.
    pub client_id: &'a str,
    /// When it happened, in microseconds.
    pub at: i64,
    /// EventResponseType.
    pub response: &'a str,
    /// RiskLevelType; None where no risk was seen.
    pub risk_level: Option<&'a str>,
    /// RiskDecisionType; None for no risk.
    pub risk_decision: Option<&'a str>,
    /// True if the password is known to others.
    pub compromised: bool,
    /// Names and results of the challenges that were answered, oldest first.
    pub challenges: &'a [(&'static str, &'static str)],
    /// Program and system.
    pub device: &'a str,
    /// The address.
    pub ip: &'a str,
    /// The id of the request.
    pub request_id: &'a str,
    /// The identity provider that vouched for the user.
    pub idp: &'a str,
    /// The city of the address.
    pub city: &'a str,
    /// The country of the address.
    pub country: &'a str,
    /// True if the application said something of the user's device.
    pub has_context_data: bool,
    /// FeedbackValueType, the time in microseconds and the provider of feedback; None until there is some.
    pub feedback: Option<(&'a str, i64, &'a str)>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    version: &'static str,
    event_id: String,
    event_type: String,
    user_sub: String,
    user_name: String,
    user_pool_id: String,
    client_id: String,
    creation_date: String,
    event_response: String,
    risk_level: String,
    risk_decision: String,
    challenges: Vec<Challenge>,
    device_name: String,
    ip_address: String,
    request_id: String,
    idp_name: String,
    compromised_credential_detected: &'static str,
    city: String,
    country: String,
    event_feedback_value: String,
    event_feedback_date: String,
    event_feedback_provider: String,
    has_context_data: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Challenge {
    challenge_name: &'static str,
    challenge_response: &'static str,
}

/// Appends the record of an event, if the pool exports those. `now`: the service's time in microseconds.
///
/// # Errors
/// Those of serialization.
pub fn append(batch: Batch, pool: &Pool, now: i64, activity: &Activity<'_>) -> Result<Batch> {
    let source = EventSourceName::UserAuthEvents;
    log_record::append(batch, pool, source, now, || message(pool, activity))
}

fn message(pool: &Pool, activity: &Activity<'_>) -> Message {
    let feedback = activity.feedback;
    let challenges = activity.challenges.iter();
    Message {
        version: VERSION,
        event_id: activity.event_id.to_owned(),
        event_type: activity.event_type.to_owned(),
        user_sub: activity.user_id.unwrap_or_default().to_owned(),
        user_name: activity.username.unwrap_or_default().to_owned(),
        user_pool_id: pool.id.clone(),
        client_id: activity.client_id.to_owned(),
        creation_date: date(activity.at),
        event_response: activity.response.to_owned(),
        risk_level: activity.risk_level.unwrap_or_default().to_owned(),
        risk_decision: activity.risk_decision.unwrap_or(PASS).to_owned(),
        challenges: challenges
            .map(|(name, response)| Challenge {
                challenge_name: name,
                challenge_response: response,
            })
            .collect(),
        device_name: match activity.device {
            "" => UNKNOWN_DEVICE.to_owned(),
            device => cut(device),
        },
        ip_address: activity.ip.to_owned(),
        request_id: activity.request_id.to_owned(),
        idp_name: activity.idp.to_owned(),
        compromised_credential_detected: text(activity.compromised),
        city: cut(activity.city),
        country: cut(activity.country),
        event_feedback_value: feedback.map_or_else(String::new, |(value, ..)| value.to_owned()),
        event_feedback_date: feedback.map_or_else(String::new, |(_, at, _)| date(at)),
        event_feedback_provider: feedback.map_or_else(String::new, |(.., by)| cut(by)),
        has_context_data: text(activity.has_context_data),
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
