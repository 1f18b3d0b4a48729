//! Plain HTTP hooks: the event is posted to a URL of the operator, signed by HMAC, and the body of the answer is the
//! output.

use std::time::Duration;

use bytes::Bytes;
use cognate_crypto::hash;
use cognate_crypto::secret::SecretString;
use cognate_domain::app::functions::{Invocation, InvokeError, MAX_OUTPUT};
use cognate_outbound::{Limits, Outbound, OutboundError};
use http::{Request, Response, StatusCode, header};
use serde_json::Value;

use crate::answer::{self, Failure};

/// Posts an event once. `now`: seconds since the epoch by the wall clock.
///
/// # Errors
/// [`Failure`].
pub async fn call(
    client: &Outbound,
    url: &str,
    secret: Option<&SecretString>,
    call: &Invocation,
    event: Bytes,
    now: i64,
    time: Duration,
) -> Result<Value, Failure> {
    let request = request(url, secret, call, event, now).map_err(Failure::unsent)?;
    let limits = Limits {
        total: time,
        connect: time,
        bytes: MAX_OUTPUT,
        content_type: None,
    };
    let answer = client.send(request, limits).await;
    read(answer.map_err(Failure::unsent)?).await
}

fn request(
    url: &str,
    secret: Option<&SecretString>,
    call: &Invocation,
    event: Bytes,
    now: i64,
) -> Result<Request<Bytes>, OutboundError> {
    let timestamp = now.to_string();
    let mut request = Request::post(url)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .header("x-cognate-id", &call.id)
        .header("x-cognate-timestamp", &timestamp)
        .header("x-cognate-trigger", call.trigger.name());
    if let Some(secret) = secret {
        let parts = [
            timestamp.as_bytes(),
            b".",
            call.id.as_bytes(),
            b".",
            event.as_ref(),
        ];
        let tag = hash::hmac_sha256_of(secret.expose().as_bytes(), &parts);
        let signature = format!("v1={}", hex::encode(tag));
        request = request.header("x-cognate-signature", signature);
    }
    request.body(event).map_err(|_| OutboundError::Url)
}

async fn read(answer: Response<Bytes>) -> Result<Value, Failure> {
    let (parts, body) = answer.into_parts();
    let status = parts.status;
    match status {
        StatusCode::NO_CONTENT | StatusCode::ACCEPTED if body.is_empty() => Ok(Value::Null),
        _ if status.is_success() => answer::output(body).await,
        _ if !status.is_client_error() && !status.is_server_error() => {
            Err(answer::unexpected(status))
        }
        _ => {
            if let Some(message) = answer::error_message(&body) {
                return Err(Failure::lasting(InvokeError::Failed(message)));
            }
            Err(match status {
                StatusCode::TOO_MANY_REQUESTS => Failure::throttled(
                    &parts.headers,
                    InvokeError::Refused(answer::refusal(status, &parts.headers, &body)),
                ),
                // Of what stands in front of the hook: it did not reach the hook, or got nothing back.
                StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT => {
                    Failure::passing(InvokeError::Unreachable(format!("status {status}")))
                }
                _ => Failure::lasting(InvokeError::Refused(answer::refusal(
                    status,
                    &parts.headers,
                    &body,
                ))),
            })
        }
    }
}
