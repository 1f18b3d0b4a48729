//! The AWS JSON 1.1 protocol: one operation per POST (auth.md 1.1-1.7, settled.md B and C15).

use std::sync::Arc;

use bytes::Bytes;
use cognate_domain::{Caller, ClientInfo, Cx, dispatch};
use cognate_shapes::{Auth, ErrorCode, Op, Rejection, validate};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use hyper::body::Incoming;
use serde_json::Value;

use crate::access_keys::{Found, Grant, Key};
use crate::answer::{self, Answer};
use crate::audit::refusals::{Refused, Seen};
use crate::errors::{self, Denial, MessageKey, Refusal};
use crate::json;
use crate::limits::BodyError;
use crate::rates::Asked;
use crate::resource;
use crate::sigv4;
use crate::state::State;

const TARGET: &str = "AWSCognitoIdentityProviderService.";

/// How answers are wrapped, which the request's content type decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Envelope {
    /// `application/x-amz-json-1.1`: the output itself.
    Bare,
    /// `application/json`: `Output` and `Version` around it (B24).
    Wrapped,
}

/// What is known of a request before its body is read.
pub struct About {
    /// The id in `x-amzn-requestid`.
    pub request_id: String,
    /// The one host that the request names.
    pub host: String,
    /// From where it came.
    pub client: ClientInfo,
}

/// Answers a POST to `/`.
pub async fn handle(state: Arc<State>, about: About, parts: Parts, body: Incoming) -> Answer {
    let Some(envelope) = envelope(&parts.headers) else {
        return answer::xml(
            StatusCode::NOT_FOUND,
            errors::UNKNOWN_CONTENT_TYPE,
            &about.request_id,
        );
    };
    let body = match state.load.read(body).await {
        Ok(body) => body,
        Err(error) => return body_refused(error, &about.request_id),
    };
    let Some(slot) = state.load.enter().await else {
        return answer::busy(&about.request_id);
    };
    let browser = parts.headers.contains_key(header::ORIGIN);
    let request_id = about.request_id.clone();
    // On a task of its own, so that a client that goes away cannot stop an operation between its steps (a failed
    // password that is never counted), and a panic ends in an answer.
    let operation = tokio::spawn(async move {
        let outcome = operate(&state, &about, &parts, &body.bytes).await;
        drop((body, slot));
        outcome
    });
    let outcome = operation.await.unwrap_or_else(|panic| {
        tracing::error!(%request_id, %panic, "an operation panicked");
        Err(errors::internal())
    });
    let mut answer = match outcome {
        Ok(body) => success(envelope, body),
        Err(refusal) => refused(envelope, &refusal),
    };
    answer::identify(&mut answer, &request_id);
    if browser {
        answer::allow_origins(&mut answer);
    }
    answer
}

/// The order of the service (B16): JSON, target, signature, policy, types, constraints, the operation. Limits on requests
/// count what gets as far as the operation.
async fn operate(
    state: &State,
    about: &About,
    parts: &Parts,
    body: &Bytes,
) -> Result<Option<Vec<u8>>, Refusal> {
    let name = target(&parts.headers);
    let op = name.and_then(Op::from_name);
    if let (None, Some(name)) = (op, name) {
        state.newer.note(name, state.app.clock.wall());
    }
    if body.is_empty() && op.is_none() {
        return Err(errors::unknown_operation());
    }
    let mut input = json::parse(body).map_err(|_| errors::not_json())?;
    if !input.is_object() && !input.is_array() {
        return Err(errors::not_json());
    }
    let op = op.ok_or_else(errors::unknown_operation)?;
    let caller = match op.auth() {
        Auth::Public => Caller::Public,
        Auth::SigV4OrClient if !sigv4::is_signed(&parts.headers) => Caller::Public,
        Auth::SigV4 | Auth::SigV4OrClient => {
            let mut seen = Seen::default();
            let outcome = authorised(state, about, parts, body, op, &input, &mut seen).await;
            outcome.inspect_err(|refusal| note(state, about, op, &input, &seen, refusal))?
        }
    };
    if input.is_array() {
        return Err(errors::body_is_a_list());
    }
    validate(op, &mut input).map_err(|rejection| match rejection {
        Rejection::Serialization(text) => errors::wrong_type(text),
        Rejection::Invalid(text) => errors::invalid_parameter(text),
    })?;
    let asked = Asked {
        op,
        caller: &caller,
        ip: &about.client.ip,
        input: &input,
    };
    state.rates.admit(&state.app, &asked).await?;
    let cx = Cx::new(
        &state.app,
        op,
        caller,
        about.client.clone(),
        about.request_id.clone(),
    );
    let answer = dispatch(&cx, input).await;
    let code = answer.as_ref().err().map(|e| e.code.as_str());
    tracing::debug!(operation = op.name(), request_id = %about.request_id, error = code, "answered");
    Ok(answer?.body)
}

/// The name of an operation of this service in the target header; None when there is none.
fn target(headers: &HeaderMap) -> Option<&str> {
    let mut targets = headers.get_all("x-amz-target").iter();
    let (Some(target), None) = (targets.next(), targets.next()) else {
        return None;
    };
    target.to_str().ok()?.strip_prefix(TARGET)
}

/// Hands a refused call to the audit trail. A fault of this server is none.
fn note(state: &State, about: &About, op: Op, input: &Value, seen: &Seen<'_>, refusal: &Refusal) {
    if refusal.code == ErrorCode::InternalError {
        return;
    }
    let refused = Refused {
        seen,
        operation: op,
        pool: resource::pool_of(op, input),
        address: &about.client.ip,
        code: refusal.code,
        request_id: &about.request_id,
        at: state.app.clock.service(),
    };
    state.refusals.note(&refused, state.app.clock.wall());
}

/// The caller of an IAM operation: signature first, then policy. `seen` learns what is known of the caller on the way.
async fn authorised<'a>(
    state: &State,
    about: &'a About,
    parts: &'a Parts,
    body: &'a Bytes,
    op: Op,
    input: &Value,
    seen: &mut Seen<'a>,
) -> Result<Caller, Refusal> {
    if !state.edge.may_administer(&about.host, &parts.headers) {
        return Err(errors::foreign_page());
    }
    let query = parts.uri.query().unwrap_or("");
    let request = sigv4::Received {
        query,
        headers: &parts.headers,
        host: &about.host,
        body,
    };
    let claim = sigv4::claim(&request, state.app.clock.wall())?;
    seen.key_id = Some(claim.key_id);
    let caller = Caller::Key {
        id: claim.key_id.to_owned(),
        region: claim.region.to_owned(),
    };
    let key = state.keys.find(&state.app, claim.key_id).await.map_err(|error| {
        tracing::error!(request_id = %about.request_id, %error, "an access key could not be read");
        errors::internal()
    })?;
    seen.known = !matches!(key, Found::Unknown);
    let key = match key {
        Found::Enabled(key) => key,
        // The one relaxation of `dev` (design decision 1): a key that it does not know is the root's.
        Found::Unknown if state.edge.dev => return Ok(caller),
        Found::Unknown | Found::Disabled => return Err(errors::unrecognized_client()),
    };
    // Only temporary credentials have a session token, and this server issues none.
    if claim.session_token {
        return Err(errors::unrecognized_client());
    }
    claim.verify(&request, &key)?;
    seen.proven = true;
    judge(state, about, op, input, &key, &caller).await.inspect_err(|_| {
        tracing::info!(request_id = %about.request_id, key = claim.key_id, operation = op.name(), "policy refused");
    })?;
    Ok(caller)
}

/// Whether the key's policy allows the call.
async fn judge(
    state: &State,
    about: &About,
    op: Op,
    input: &Value,
    key: &Key,
    caller: &Caller,
) -> Result<(), Refusal> {
    let Grant::Policy(policy) = &key.grant else {
        return Ok(());
    };
    let (caller, client) = (caller.clone(), about.client.clone());
    let cx = Cx::new(&state.app, op, caller, client, about.request_id.clone());
    let target = resource::target(&cx, op, input).await.map_err(|fault| {
        tracing::error!(request_id = %about.request_id, ?fault, "the pool of a call could not be read");
        errors::internal()
    })?;
    let refuse = |denial| errors::access_denied(&key.arn, op.name(), &target.resource, denial);
    if target
        .behind
        .as_deref()
        .is_some_and(|arn| policy.denies(op, arn))
    {
        return Err(refuse(Denial::ExplicitDeny));
    }
    policy.evaluate(op, &target.resource).map_err(refuse)
}

fn envelope(headers: &HeaderMap) -> Option<Envelope> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let kind = text.split(';').next().unwrap_or("").trim();
    match kind.to_ascii_lowercase().as_str() {
        "application/x-amz-json-1.1" => Some(Envelope::Bare),
        "application/json" => Some(Envelope::Wrapped),
        _ => None,
    }
}

impl Envelope {
    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Bare => "application/x-amz-json-1.1",
            Self::Wrapped => "application/json",
        })
    }

    fn close(self, output: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Bare => output,
            Self::Wrapped if output.is_empty() => br#"{"Output":null,"Version":"1.0"}"#.to_vec(),
            Self::Wrapped => [
                br#"{"Output":"#.as_slice(),
                &output,
                br#","Version":"1.0"}"#,
            ]
            .concat(),
        }
    }
}

fn success(envelope: Envelope, body: Option<Vec<u8>>) -> Answer {
    let mut answer = Answer::new(envelope.close(body.unwrap_or_default()).into());
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, envelope.content_type());
    answer
}

fn refused(envelope: Envelope, refusal: &Refusal) -> Answer {
    let name = refusal.code.as_str();
    let framework = matches!(name, "SerializationException" | "UnknownOperationException");
    let full_name = match envelope {
        Envelope::Wrapped if framework => format!("com.amazon.coral.service#{name}"),
        _ => name.to_owned(),
    };
    // Written by hand to keep the service's order: the type comes first.
    let mut body = format!("{{\"__type\":{}", Value::from(full_name));
    if let Some(text) = &refusal.message {
        let key = match refusal.key {
            MessageKey::Lower => "message",
            MessageKey::Capital => "Message",
        };
        body.push_str(&format!(",\"{key}\":{}", Value::from(text.as_ref())));
    }
    body.push('}');
    let body = envelope.close(body.into_bytes());
    let mut answer = Answer::new(body.into());
    let wrapped_unknown = envelope == Envelope::Wrapped && name == "UnknownOperationException";
    let status = if wrapped_unknown {
        404
    } else {
        refusal.code.status()
    };
    *answer.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, envelope.content_type());
    // The colon at the end is the service's (B28).
    if let Ok(value) = HeaderValue::from_str(&format!("{name}:")) {
        headers.insert("x-amzn-errortype", value);
    }
    if let Some(value) = refusal.message.as_deref().and_then(header_safe) {
        headers.insert("x-amzn-errormessage", value);
    }
    answer
}

/// A text as a header value: what is not printable ASCII becomes `?`, and 1,024 characters are enough, since the body
/// has the whole text.
fn header_safe(text: &str) -> Option<HeaderValue> {
    let safe: String = text
        .chars()
        .take(1024)
        .map(|c| if matches!(c, ' '..='~') { c } else { '?' })
        .collect();
    HeaderValue::from_str(&safe).ok()
}

fn body_refused(error: BodyError, request_id: &str) -> Answer {
    match error {
        BodyError::TooLarge => {
            answer::closing(StatusCode::PAYLOAD_TOO_LARGE, errors::TOO_LARGE, request_id)
        }
        BodyError::TooSlow | BodyError::Broken => {
            answer::closing(StatusCode::REQUEST_TIMEOUT, errors::TOO_SLOW, request_id)
        }
        BodyError::Overloaded => answer::busy(request_id),
    }
}
