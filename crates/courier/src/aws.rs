//! Calls of services that speak the AWS protocols, and what their errors mean.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use cognate_outbound::aws::Signer;
use cognate_outbound::{Limits, Outbound};
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Method, Request, Response, StatusCode};

use crate::fault::Fault;
use crate::settings::{AwsKey, SettingsError};

/// Bytes of an answer.
const LONGEST_ANSWER: usize = 64 << 10;

/// A service of one kind, in any region.
pub struct Service {
    /// The client.
    pub outbound: Arc<Outbound>,
    /// Signs, once the region is set.
    pub signer: Signer,
    /// The operator's URL, without a slash at its end; None for Amazon's.
    pub endpoint: Option<String>,
    /// The name of the host at Amazon.
    pub prefix: &'static str,
    /// The longest time of a call.
    pub timeout: Duration,
}

/// A request to a service.
pub struct Call<'a> {
    /// The region of the service.
    pub region: &'a str,
    /// The path, with the slash at its beginning.
    pub path: &'a str,
    /// The media type of the body.
    pub content_type: &'static str,
    /// `X-Amz-Target`, in the protocols that have it.
    pub target: Option<&'static str>,
    /// The body.
    pub body: String,
    /// Microseconds since the epoch.
    pub now: i64,
}

/// An answer that is none of success.
pub struct ServiceError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The name of the error, `Throttling` say; empty without one.
    pub code: String,
    /// The body, in which some errors have details.
    pub body: Bytes,
}

impl Service {
    /// Returns a service.
    ///
    /// # Errors
    /// For a URL that cannot be called. `setting`: the name of the setting that holds it.
    pub fn new(
        outbound: &Arc<Outbound>,
        key: &AwsKey,
        endpoint: (&'static str, Option<&str>),
        (prefix, service): (&'static str, &'static str),
        timeout: Duration,
    ) -> Result<Self, SettingsError> {
        let (setting, endpoint) = endpoint;
        let endpoint = endpoint.map(|url| url.trim_end_matches('/').to_owned());
        if let Some(url) = &endpoint {
            check_url(outbound, setting, url)?;
        }
        let token = key.token.as_ref().map(|token| token.expose().as_str());
        Ok(Self {
            outbound: outbound.clone(),
            signer: Signer::new(&key.id, key.secret.expose(), token, "us-east-1", service),
            endpoint,
            prefix,
            timeout,
        })
    }

    /// Sends a request and returns the body of a successful answer.
    ///
    /// # Errors
    /// [`Fault::Down`] without an answer; for an error of the service what `judge` makes of it.
    pub async fn call(
        &self,
        call: Call<'_>,
        judge: fn(&ServiceError) -> Option<Fault>,
    ) -> Result<Bytes, Fault> {
        let host = self.base(call.region)?;
        let unmade = |error: http::Error| Fault::Refused(error.to_string());
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("{host}{}", call.path))
            .header(CONTENT_TYPE, call.content_type)
            .body(Bytes::from(call.body))
            .map_err(unmade)?;
        if let Some(target) = call.target {
            let name = HeaderName::from_static("x-amz-target");
            request
                .headers_mut()
                .insert(name, HeaderValue::from_static(target));
        }
        let signer = self.signer.in_region(call.region);
        let signed = signer.sign(&mut request, time(call.now));
        signed.map_err(|error| Fault::unanswered(&error))?;
        let limits = Limits {
            total: self.timeout,
            connect: self.timeout,
            bytes: LONGEST_ANSWER,
            content_type: None,
        };
        let answer = self.outbound.send(request, limits).await;
        let answer = answer.map_err(|error| Fault::unanswered(&error))?;
        if answer.status().is_success() {
            return Ok(answer.into_body());
        }
        Err(fault(&read_error(answer), judge))
    }

    fn base(&self, region: &str) -> Result<String, Fault> {
        let proper = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if region.is_empty() || region.len() > 32 || !region.bytes().all(proper) {
            return Err(Fault::Refused(
                "the pool's settings name no proper region".into(),
            ));
        }
        if let Some(endpoint) = &self.endpoint {
            return Ok(endpoint.clone());
        }
        let suffix = match region.starts_with("cn-") {
            true => "amazonaws.com.cn",
            false => "amazonaws.com",
        };
        Ok(format!("https://{}.{region}.{suffix}", self.prefix))
    }
}

/// Refuses a URL that cannot be called.
///
/// # Errors
/// [`SettingsError`] without the URL.
pub fn check_url(outbound: &Outbound, name: &'static str, url: &str) -> Result<(), SettingsError> {
    match outbound.may_call(url) && !url.contains(['?', '#']) {
        true => Ok(()),
        false => Err(SettingsError::of(
            name,
            "must be an http or https URL without user, query or fragment",
        )),
    }
}

/// Returns the instant of microseconds since the epoch.
fn time(micros: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

/// Reads the name of an error from where the protocols have it: a header, JSON, XML.
fn read_error(answer: Response<Bytes>) -> ServiceError {
    let header = answer.headers().get("x-amzn-errortype");
    let header = header
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let (parts, body) = answer.into_parts();
    let text = String::from_utf8_lossy(&body);
    let json = || {
        let value: serde_json::Value = serde_json::from_str(&text).ok()?;
        let code = value.get("__type").or_else(|| value.get("code"))?;
        code.as_str().map(str::to_owned)
    };
    let code = header
        .or_else(json)
        .or_else(|| element(&text, "Code").map(str::to_owned))
        .unwrap_or_default();
    // `com.amazonaws#Name:http://…`
    let code = code.split(':').next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default();
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    ServiceError {
        status: parts.status,
        code: code.chars().filter(plain).take(64).collect(),
        body: body.clone(),
    }
}

/// Returns the text of the first element with a name.
pub fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(text.trim())
}

/// Returns an id of a service as it may stand in the log.
pub fn receipt(id: &str) -> Option<String> {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | '<' | '>');
    let proper = !id.is_empty() && id.len() <= 128 && id.chars().all(plain);
    proper.then(|| id.to_owned())
}

fn fault(error: &ServiceError, judge: fn(&ServiceError) -> Option<Fault>) -> Fault {
    let why = error.to_string();
    let code = error.code.as_str();
    let busy = [
        "Throttl",
        "TooManyRequests",
        "LimitExceeded",
        "QuotaExceeded",
        "Paused",
        "Suspended",
    ];
    let status = error.status.as_u16();
    if let Some(fault) = judge(error) {
        return fault;
    }
    if status == 429 || status >= 500 || busy.iter().any(|part| code.contains(part)) {
        return Fault::Down(why);
    }
    let unknown = [
        "AccessDenied",
        "ExpiredToken",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignature",
        "MissingAuthenticationToken",
        "NotAuthorized",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "UnrecognizedClient",
    ];
    // Without the name of an error it is not the service that answers, but what stands at its URL.
    if code.is_empty()
        || matches!(status, 401 | 403)
        || unknown.iter().any(|part| code.contains(part))
    {
        return Fault::Misconfigured(why);
    }
    Fault::Refused(why)
}

impl std::fmt::Display for ServiceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.code)
    }
}
