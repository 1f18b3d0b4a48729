//! Text messages by a service that speaks SNS (Publish, botocore `sns/2010-03-31`).

use cognate_domain::records::pool::Pool;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::aws::{self, Call, Service, ServiceError};
use crate::fault::Fault;

/// Sends by SNS.
pub struct Sns(pub Service);

impl Sns {
    /// Sends a text message as the pool's SmsConfiguration says, and returns its id.
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
        let region = settings.and_then(|settings| settings.sns_region.as_deref());
        let form = [
            ("Action", "Publish"),
            ("Version", "2010-03-31"),
            ("PhoneNumber", to),
            ("Message", text),
            ("MessageAttributes.entry.1.Name", "AWS.SNS.SMS.SMSType"),
            ("MessageAttributes.entry.1.Value.DataType", "String"),
            (
                "MessageAttributes.entry.1.Value.StringValue",
                "Transactional",
            ),
        ];
        let fields: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect();
        let call = Call {
            region: region.unwrap_or(&pool.region),
            path: "/",
            content_type: "application/x-www-form-urlencoded; charset=utf-8",
            target: None,
            body: fields.join("&"),
            now,
        };
        let answer = self.0.call(call, judge).await?;
        let answer = String::from_utf8_lossy(&answer);
        Ok(aws::element(&answer, "MessageId").and_then(aws::receipt))
    }
}

/// The number is all that differs from one message to the next.
fn judge(error: &ServiceError) -> Option<Fault> {
    let about_number = [
        "InvalidParameter",
        "InvalidParameterValue",
        "ParameterValueInvalid",
        "OptedOut",
    ];
    let found = error.status.as_u16() == 400 && about_number.contains(&error.code.as_str());
    found.then(|| Fault::Undeliverable(error.to_string()))
}
