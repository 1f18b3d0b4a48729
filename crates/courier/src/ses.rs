//! E-mails by a service that speaks SES v2 (SendEmail, botocore `sesv2/2019-09-27`).

use cognate_domain::records::pool::Pool;
use serde_json::{Value, json};

use crate::address;
use crate::aws::{self, Call, Service};
use crate::fault::Fault;
use crate::mail::Email;

/// Sends by SES.
pub struct Ses(pub Service);

impl Ses {
    /// Sends an e-mail by its identity, in the region of that or of the pool, and returns its id.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn send(
        &self,
        pool: &Pool,
        email: &Email<'_>,
        now: i64,
    ) -> Result<Option<String>, Fault> {
        let international = [Some(&email.to), Some(&email.from.email)];
        if international
            .into_iter()
            .flatten()
            .any(address::is_international)
        {
            return Err(Fault::Refused(
                "SES takes no international addresses".into(),
            ));
        }
        let source = email.source;
        let call = Call {
            region: source.and_then(region).unwrap_or(&pool.region),
            path: "/v2/email/outbound-emails",
            content_type: "application/json",
            target: None,
            body: body(email).to_string(),
            now,
        };
        let answer = self.0.call(call, |_| None).await?;
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        Ok(answer
            .get("MessageId")
            .and_then(Value::as_str)
            .and_then(aws::receipt))
    }
}

/// Returns the region of an ARN; None for one of all regions.
fn region(arn: &str) -> Option<&str> {
    arn.split(':')
        .nth(3)
        .filter(|region| !region.is_empty() && *region != "*")
}

fn body(email: &Email<'_>) -> Value {
    let text = |data: &str| json!({"Data": data, "Charset": "UTF-8"});
    let mut body = json!({
        "FromEmailAddress": address::header(&email.from),
        "Destination": {"ToAddresses": [email.to.to_string()]},
        "Content": {"Simple": {
            "Subject": text(&email.subject),
            "Body": {"Html": text(email.html), "Text": text(&email.text)},
            "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
        }},
    });
    if let Some(members) = body.as_object_mut() {
        if let Some(source) = email.source {
            members.insert("FromEmailAddressIdentityArn".into(), source.into());
        }
        if let Some(reply_to) = &email.reply_to {
            members.insert(
                "ReplyToAddresses".into(),
                json!([address::header(reply_to)]),
            );
        }
        if let Some(name) = email.configuration_set {
            members.insert("ConfigurationSetName".into(), name.into());
        }
    }
    body
}
