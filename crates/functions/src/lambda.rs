//! Endpoints that speak the Lambda Invoke API (admin.md 3.6).

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use cognate_domain::app::functions::{Invocation, InvokeError, MAX_OUTPUT, Trigger};
use cognate_outbound::aws::Signer;
use cognate_outbound::{Limits, Outbound};
use http::{HeaderValue, Request, Response, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::answer::{self, Failure};
use crate::settings::FunctionName;

/// What is written as it is in a segment of a path (RFC 3986 section 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
const DEFAULT_REGION: &str = "us-east-1";

/// The parts of a function's ARN that a request needs.
struct Parts<'a> {
    region: &'a str,
    name: &'a str,
    qualifier: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// Parses `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]`. An administrator wrote it: a region that
    /// has not the form of one is none, so that it neither names a host nor ends up in a signature.
    fn of(arn: &'a str) -> Self {
        let mut fields = arn.split(':').skip(3);
        let region = fields.next().unwrap_or_default();
        let form = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let sound = (1..=32).contains(&region.len()) && region.bytes().all(form);
        let mut fields = fields.skip(2);
        Self {
            region: if sound { region } else { DEFAULT_REGION },
            name: fields.next().unwrap_or(arn),
            qualifier: fields.next(),
        }
    }
}

/// Returns the region of a function, and its name.
pub fn region_and_name(arn: &str) -> (&str, &str) {
    let parts = Parts::of(arn);
    (parts.region, parts.name)
}

/// Returns the URL of an endpoint for a function, `{region}` filled in.
pub fn endpoint(url: &str, arn: &str) -> String {
    url.replace("{region}", Parts::of(arn).region)
}

/// A way to an endpoint.
pub struct Endpoint<'a> {
    /// The client.
    pub client: &'a Outbound,
    /// The URL, as the settings have it.
    pub url: &'a str,
    /// The name by which it knows the function.
    pub name: &'a FunctionName,
    /// The signer; None if calls are not signed.
    pub signer: Option<&'a Signer>,
    /// The region in signatures, if not the function's.
    pub region: Option<&'a str>,
}

impl Endpoint<'_> {
    /// Calls a function once.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn call(
        &self,
        call: &Invocation,
        event: Bytes,
        now: SystemTime,
        time: Duration,
    ) -> Result<Value, Failure> {
        let request = self.request(call, event, now).map_err(Failure::unsent)?;
        let limits = Limits {
            total: time,
            connect: time,
            bytes: MAX_OUTPUT,
            content_type: None,
        };
        let answer = self.client.send(request, limits).await;
        read(answer.map_err(Failure::unsent)?).await
    }

    fn request(
        &self,
        call: &Invocation,
        event: Bytes,
        now: SystemTime,
    ) -> Result<Request<Bytes>, cognate_outbound::OutboundError> {
        let parts = Parts::of(&call.arn);
        let (name, qualifier) = match self.name {
            FunctionName::Arn => (call.arn.as_str(), None),
            FunctionName::Short => (parts.name, parts.qualifier),
            FunctionName::Fixed(name) => (name.as_str(), None),
        };
        let mut url = format!(
            "{}/2015-03-31/functions/{}/invocations",
            endpoint(self.url, &call.arn),
            utf8_percent_encode(name, SEGMENT)
        );
        if let Some(qualifier) = qualifier {
            url.push_str("?Qualifier=");
            url.extend(utf8_percent_encode(qualifier, SEGMENT));
        }
        let mut request = Request::post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-amz-log-type", "None")
            .body(event)
            .map_err(|_| cognate_outbound::OutboundError::Url)?;
        let kind = HeaderValue::from_static(match call.trigger {
            // Their result is ignored, and they may take longer than others (admin.md 3.1).
            Trigger::CustomEmailSender | Trigger::CustomSmsSender => "Event",
            _ => "RequestResponse",
        });
        request.headers_mut().insert("x-amz-invocation-type", kind);
        if let Some(signer) = self.signer {
            let region = self.region.unwrap_or(parts.region);
            signer.in_region(region).sign(&mut request, now)?;
        }
        Ok(request)
    }
}

async fn read(answer: Response<Bytes>) -> Result<Value, Failure> {
    let (parts, body) = answer.into_parts();
    match parts.status {
        StatusCode::OK if parts.headers.contains_key("x-amz-function-error") => {
            let message = answer::error_message(&body);
            let message = message.unwrap_or_else(|| answer::UNHANDLED.to_owned());
            Err(Failure::lasting(InvokeError::Failed(message)))
        }
        StatusCode::OK => answer::output(body).await,
        // The call was taken on and has no output.
        StatusCode::ACCEPTED => Ok(Value::Null),
        status if status.is_client_error() || status.is_server_error() => {
            let refused = InvokeError::Refused(answer::refusal(status, &parts.headers, &body));
            Err(match status {
                StatusCode::TOO_MANY_REQUESTS => Failure::throttled(&parts.headers, refused),
                _ => Failure::lasting(refused),
            })
        }
        status => Err(answer::unexpected(status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sent(arn: &str, url: &str, name: FunctionName) -> String {
        let call = Invocation {
            trigger: Trigger::PreSignUp,
            arn: arn.into(),
            pool_id: "p".into(),
            id: "i".into(),
            event: json!({}),
        };
        let endpoint = Endpoint {
            client: &Outbound::new(true),
            url,
            name: &name,
            signer: None,
            region: None,
        };
        let request = endpoint.request(&call, Bytes::new(), SystemTime::UNIX_EPOCH);
        request.unwrap().uri().to_string()
    }

    #[test]
    fn a_function_is_named_by_its_arn_by_its_name_or_by_the_settings() {
        let arn = "arn:aws:lambda:eu-west-1:000000000000:function:f:prod";
        let encoded = "arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Af%3Aprod";
        assert_eq!(
            sent(
                arn,
                "https://lambda.{region}.amazonaws.com",
                FunctionName::Arn
            ),
            format!(
                "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/{encoded}/invocations"
            )
        );
        assert_eq!(
            sent(arn, "http://h:3001/x", FunctionName::Short),
            "http://h:3001/x/2015-03-31/functions/f/invocations?Qualifier=prod"
        );
        assert_eq!(
            sent(arn, "http://h", FunctionName::Fixed("function".into())),
            "http://h/2015-03-31/functions/function/invocations"
        );
    }

    #[test]
    fn a_region_that_is_none_names_no_host() {
        for region in ["evil.example/", "x@evil", "", "EU", "a b"] {
            let arn = format!("arn:aws:lambda:{region}:000000000000:function:f");
            let url = sent(
                &arn,
                "https://lambda.{region}.amazonaws.com",
                FunctionName::Short,
            );
            assert_eq!(
                url,
                "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/f/invocations"
            );
        }
    }
}
