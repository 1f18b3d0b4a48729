//! Text messages by a service that speaks End User Messaging (SendTextMessage, botocore
//! `pinpoint-sms-voice-v2/2022-03-31`), for pools with EumsSms.

use cognate_domain::records::pool::Pool;
use serde_json::{Map, Value, json};

use crate::aws::{self, Call, Service, ServiceError};
use crate::fault::Fault;

/// Characters of a text message at most.
const LONGEST: usize = 1600;

/// Sends by End User Messaging.
pub struct SmsVoice(pub Service);

impl SmsVoice {
    /// Sends a text message as the pool's EumsSms says, and returns its id.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn send(
        &self,
        pool: &Pool,
        to: &str,
        text: &str,
        now: i64,
    ) -> Result<Option<String>, Fault> {
        let settings = pool.doc.sms_configuration.as_ref();
        let Some(settings) = settings.and_then(|settings| settings.eums_sms.as_ref()) else {
            return Err(Fault::Refused("the pool has no EumsSms".into()));
        };
        if text.chars().count() > LONGEST {
            return Err(Fault::Refused(format!(
                "the text is longer than {LONGEST} characters"
            )));
        }
        let mut body = Map::new();
        let mut put = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                body.insert(name.to_owned(), value.into());
            }
        };
        put("DestinationPhoneNumber", Some(to));
        put("MessageBody", Some(text));
        put("MessageType", Some("TRANSACTIONAL"));
        put(
            "OriginationIdentity",
            settings.origination_identity.as_deref(),
        );
        put(
            "ConfigurationSetName",
            settings.configuration_set_name.as_deref(),
        );
        let india = [
            ("IN_ENTITY_ID", &settings.in_entity_id),
            ("IN_TEMPLATE_ID", &settings.in_template_id),
        ];
        let india: Map<String, Value> = india
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), json!(value.as_ref()?))))
            .collect();
        if !india.is_empty() {
            body.insert("DestinationCountryParameters".to_owned(), india.into());
        }
        let call = Call {
            region: settings.region.as_deref().unwrap_or(&pool.region),
            path: "/",
            content_type: "application/x-amz-json-1.0",
            target: Some("PinpointSMSVoiceV2.SendTextMessage"),
            body: Value::from(body).to_string(),
            now,
        };
        let answer = self.0.call(call, judge).await?;
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        Ok(answer
            .get("MessageId")
            .and_then(Value::as_str)
            .and_then(aws::receipt))
    }
}

/// Conflicts name their reason: a number that opted out, that is blocked, that is not verified.
fn judge(error: &ServiceError) -> Option<Fault> {
    let details: Value = serde_json::from_slice(&error.body).unwrap_or_default();
    let reason = details
        .get("Reason")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let fields = details.get("Fields").and_then(Value::as_array);
    let number = fields.is_some_and(|fields| {
        let name = |field: &Value| {
            field.get("Name").and_then(Value::as_str) == Some("DestinationPhoneNumber")
        };
        fields.iter().any(name)
    });
    let found = match error.code.as_str() {
        "ConflictException" => reason.starts_with("DESTINATION_PHONE_NUMBER"),
        "ValidationException" => number,
        _ => false,
    };
    found.then(|| Fault::Undeliverable(error.to_string()))
}
