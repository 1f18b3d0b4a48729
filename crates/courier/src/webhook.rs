//! A webhook of the operator's: one JSON document for each message, e-mail or text message, signed.
//!
//! `x-cognate-signature: v1=<HMAC-SHA256 in hexadecimal>` is over `<timestamp>.<id>.<body>`, with the time in seconds of
//! `x-cognate-timestamp` and the id of `x-cognate-id`. A receiver compares the signature, refuses old times and takes an
//! id once.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cognate_crypto::hash::hmac_sha256;
use cognate_crypto::secret::SecretString;
use cognate_domain::app::courier::Outgoing;
use cognate_domain::records::pool::Pool;
use cognate_outbound::{Limits, Outbound};
use http::header::CONTENT_TYPE;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::address;
use crate::aws;
use crate::fault::Fault;
use crate::mail::{Email, header_id};

/// Bytes of an answer.
const LONGEST_ANSWER: usize = 16 << 10;

/// Sends by a webhook.
pub struct Webhook {
    /// The client.
    pub outbound: Arc<Outbound>,
    /// The URL.
    pub url: SecretString,
    /// The key of the signature.
    pub secret: SecretString,
    /// The longest time of a call.
    pub timeout: Duration,
}

impl Webhook {
    /// Sends a message, and returns the id that the receiver gave it, if it answers `{"id": "…"}`.
    ///
    /// # Errors
    /// 4xx is [`Fault::Refused`] but for 408, 425 and 429, which are [`Fault::Down`] as all else is.
    pub async fn send(
        &self,
        pool: &Pool,
        message: &Outgoing,
        email: Option<&Email<'_>>,
        now: i64,
    ) -> Result<Option<String>, Fault> {
        let id = header_id(&message.id);
        let body = document(pool, message, email).to_string();
        let seconds = now.div_euclid(1_000_000);
        let signed = format!("{seconds}.{id}.{body}");
        let signature = hmac_sha256(self.secret.expose().as_bytes(), signed.as_bytes());
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.url.expose())
            .header(CONTENT_TYPE, "application/json")
            .header("x-cognate-id", &id)
            .header("x-cognate-timestamp", seconds)
            .header(
                "x-cognate-signature",
                format!("v1={}", hex::encode(signature)),
            )
            .body(Bytes::from(body))
            .map_err(|_| Fault::Down("the request cannot be made".into()))?;
        let limits = Limits {
            total: self.timeout,
            connect: self.timeout,
            bytes: LONGEST_ANSWER,
            content_type: None,
        };
        let answer = self.outbound.send(request, limits).await;
        let answer = answer.map_err(|error| Fault::unanswered(&error))?;
        let status = answer.status();
        if status.is_success() {
            let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
            return Ok(body
                .get("id")
                .and_then(Value::as_str)
                .and_then(aws::receipt));
        }
        let why = format!("status {}", status.as_u16());
        Err(match status.as_u16() {
            408 | 425 | 429 => Fault::Down(why),
            400..=499 => Fault::Refused(why),
            _ => Fault::Down(why),
        })
    }
}

fn document(pool: &Pool, message: &Outgoing, email: Option<&Email<'_>>) -> Value {
    let mut document = json!({
        "id": message.id,
        "medium": message.medium.as_str(),
        "poolId": pool.id,
        "userId": message.user_id,
        "username": message.username,
        "kind": message.kind,
        "to": message.to,
        "text": email.map_or(message.body.as_str(), |email| email.text.as_str()),
        "code": message.code,
    });
    if let (Some(email), Some(members)) = (email, document.as_object_mut()) {
        members.insert("from".into(), address::header(&email.from).into());
        members.insert("subject".into(), email.subject.as_str().into());
        members.insert("html".into(), email.html.into());
        if let Some(reply_to) = &email.reply_to {
            members.insert("replyTo".into(), address::header(reply_to).into());
        }
    }
    document
}
