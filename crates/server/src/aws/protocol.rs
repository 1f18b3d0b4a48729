//! The AWS JSON 1.1 protocol: one operation per POST (auth.md 1.1-1.7, settled.md B and C15).

use std::sync::Arc;

use cognate_access::keys::Lookup;
use cognate_access::rates::operation;
use cognate_access::{ClientAddress, json, resource};
use cognate_domain::app::metrics::labels::RequestEnd;
use cognate_domain::{Caller, ClientInfo, Cx, Slot, dispatch};
use cognate_shapes::{Auth, ErrorCode, Op, Rejection, validate};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use hyper::body::{Body as _, Incoming};
use serde_json::Value;

use crate::audit::refusals::{CallerFacts, RefusedCall};
use crate::aws::envelope::{Envelope, envelope};
use crate::aws::sigv4::{self, SERVICE};
use crate::aws::{caller, client_names, kept_secrets, trigger_check};
use crate::errors::{self, MessageKey, Refusal};
use crate::faults::Met;
use crate::hints;
use crate::http::connections::Connection;
use crate::http::limits::{Body, BodyLimit};
use crate::http::origin::RequestHost;
use crate::http::response::{self, Response};
use crate::state::State;

const TARGET: &str = "AWSCognitoIdentityProviderService.";

/// The facts of a request that are known before its body is read.
pub struct About {
    /// The id in `x-amzn-requestid`.
    pub request_id: String,
    /// The one host that the request names.
    pub host: RequestHost,
    /// True if the client came by TLS.
    pub tls: bool,
    /// The client.
    pub address: ClientAddress,
    /// The client as the domain sees it.
    pub client: ClientInfo,
}

/// A POST to `/` that was read whole and waits for a slot.
pub struct Call {
    about: About,
    parts: Parts,
    /// None if there is no such operation.
    op: Option<Op>,
    body: Body,
    limit: BodyLimit,
    reply: Reply,
}

/// The form of the answer, as the request's headers decide it.
#[derive(Clone, Copy, Debug)]
pub struct Reply {
    envelope: Envelope,
    /// True for a browser: its page has to be allowed to read the answer.
    browser: bool,
}

/// Reads a POST to `/` that came on `connection`, as far as its sender may send one.
///
/// # Errors
/// The answer to a request that is refused before it is read whole.
pub async fn receive(
    state: &State,
    about: About,
    connection: &Arc<Connection>,
    parts: Parts,
    body: Incoming,
) -> Result<Call, Response> {
    let Some(envelope) = envelope(&parts.headers) else {
        return Err(response::xml(
            StatusCode::NOT_FOUND,
            errors::UNKNOWN_CONTENT_TYPE,
            &about.request_id,
        ));
    };
    let reply = Reply {
        envelope,
        browser: parts.headers.contains_key(header::ORIGIN),
    };
    let op = target(&parts.headers).and_then(Op::from_name);
    // A request that is signed is counted when the signature turns out to be wrong.
    if !may_be_signed(op, &parts.headers)
        && let Err(refused) = state.rates.admit_address(&state.app, about.address)
    {
        count(state, op, RequestEnd::Throttled);
        return Err(reply.finish(&about.request_id, Err(refused.into())));
    }
    let small = body
        .size_hint()
        .upper()
        .is_some_and(|size| size <= BodyLimit::Small.bytes() as u64);
    let limit = match op {
        Some(op) if !small => limit_of(state, &about, &parts, op).await,
        _ => BodyLimit::Small,
    };
    let read = state.load.read(connection, about.address, body, limit);
    match read.await {
        Ok(body) => Ok(Call {
            about,
            parts,
            op,
            body,
            limit,
            reply,
        }),
        Err(error) => Err(response::body_refused(error, &about.request_id)),
    }
}

impl Call {
    /// Returns the form of the answer, for a call that ends without one.
    pub fn reply(&self) -> Reply {
        self.reply
    }

    /// Returns the operation; None if there is no such operation.
    pub fn op(&self) -> Option<Op> {
        self.op
    }

    /// Runs the operation.
    pub async fn answer(self, state: &State, slot: Slot) -> Response {
        let outcome = operate(state, &self, slot).await;
        let end = match &outcome {
            Ok(_) => RequestEnd::Ok,
            Err(refusal) => RequestEnd::of(refusal.code),
        };
        count(state, self.op, end);
        let (id, body) = (&self.about.request_id, &self.body.bytes);
        let hint = hints::of_call(state.origins.dev, self.op, &outcome, body, id);
        let mut response = self.reply.finish(id, outcome);
        hints::put(&mut response, hint);
        response
    }
}

impl Reply {
    /// Writes the answer to a request that was understood as far as its envelope.
    pub fn finish(self, request_id: &str, outcome: Result<Option<Vec<u8>>, Refusal>) -> Response {
        let mut response = match outcome {
            Ok(body) => success(self.envelope, body),
            Err(refusal) => refused(self.envelope, &refusal),
        };
        response::identify(&mut response, request_id);
        if self.browser {
            response::allow_origins(&mut response);
        }
        response
    }
}

/// Counts the end of a request for an operation.
pub fn count(state: &State, op: Option<Op>, end: RequestEnd) {
    if let Some(op) = op {
        state.app.metrics.operations.count(op, end);
    }
}

/// True if a signature decides about the call, and there is one, right or wrong.
pub fn may_be_signed(op: Option<Op>, headers: &HeaderMap) -> bool {
    op.is_some_and(|op| op.auth() != Auth::Public) && sigv4::is_signed(headers)
}

/// Returns how long the body may be: long ones are read only from callers whose key is known, or where unknown callers
/// need them.
async fn limit_of(state: &State, about: &About, parts: &Parts, op: Op) -> BodyLimit {
    if !may_be_signed(Some(op), &parts.headers) {
        return match op {
            // With attributes or answers of up to fifty times 2,048 characters, or a whole token.
            Op::SignUp
            | Op::UpdateUserAttributes
            | Op::InitiateAuth
            | Op::RespondToAuthChallenge
            | Op::CompleteWebAuthnRegistration
            | Op::GetDerivedToken => BodyLimit::Medium,
            _ => BodyLimit::Small,
        };
    }
    let request = caller::received(about, parts, &[]);
    let Ok(claim) = sigv4::claim(&request, SERVICE, state.app.clock.wall()) else {
        return BodyLimit::Small;
    };
    match state.keys.find(&state.app, claim.key_id).await {
        Ok(Lookup::Enabled(_)) => {}
        Ok(Lookup::Unknown) if state.origins.dev => {}
        _ => return BodyLimit::Small,
    }
    match op {
        Op::CreateIdentityProvider
        | Op::UpdateIdentityProvider
        | Op::CreateManagedLoginBranding
        | Op::UpdateManagedLoginBranding
        | Op::SetUICustomization => BodyLimit::Document,
        _ => BodyLimit::Large,
    }
}

/// Runs a call in the order that a client of the service sees (settled B16): JSON, target, signature, policy, types, constraints,
/// the operation. A body is parsed only after its signature was found right, or within the bounds for unknown callers.
/// Limits by pool, user and category count only requests that reach the operation.
async fn operate(state: &State, call: &Call, slot: Slot) -> Result<Option<Vec<u8>>, Refusal> {
    let (about, parts, body) = (&call.about, &call.parts, &call.body.bytes);
    let Some(op) = call.op else {
        if let Some(wanted) = kept_secrets::wanted(state, &parts.headers) {
            // On the heap: few calls come here, and all would have to move its state.
            let answer = kept_secrets::answer(state, about, (parts, body), wanted);
            return Box::pin(answer).await;
        }
        if let Some(name) = target(&parts.headers) {
            state.newer.note(name, state.app.clock.wall());
        }
        let read = body.is_empty() || json::is_body(body);
        return Err(if read {
            errors::unknown_operation()
        } else {
            errors::not_json()
        });
    };
    let signature = match op.auth() {
        Auth::Public => None,
        Auth::SigV4OrClient if !sigv4::is_signed(&parts.headers) => None,
        Auth::SigV4 | Auth::SigV4OrClient => {
            let mut seen = CallerFacts::default();
            match caller::proven(state, about, (parts, body), SERVICE, &mut seen).await {
                Ok(signature) => Some((signature, seen)),
                Err(_) if !json::is_body(body) => return Err(errors::not_json()),
                Err(refusal) => {
                    note(state, about, op, None, &seen, &refusal);
                    let counts = refusal.code != ErrorCode::InternalError;
                    if counts && may_be_signed(Some(op), &parts.headers) {
                        state.rates.admit_address(&state.app, about.address)?;
                    }
                    return Err(refusal);
                }
            }
        }
    };
    let input = json::body(body, call.limit.values()).map_err(|_| errors::not_json())?;
    let (input, is_list) = match input {
        json::Body::Object(input) => (Some(input), false),
        json::Body::Array => (None, true),
    };
    let mut input = input.unwrap_or(Value::Null);
    let caller = match signature {
        None => Caller::Public,
        Some((signature, seen)) => {
            let outcome = caller::allowed(state, about, op, &input, &signature).await;
            outcome.inspect_err(|refusal| note(state, about, op, Some(&input), &seen, refusal))?;
            signature.caller
        }
    };
    if is_list {
        return Err(errors::body_is_a_list());
    }
    let spelled = match state.origins.dev {
        true => client_names::take(op, &mut input),
        false => None,
    };
    validate(op, &mut input).map_err(|rejection| match rejection {
        Rejection::Serialization(text) => errors::wrong_type(text),
        Rejection::Invalid(text) => errors::invalid_parameter(text),
    })?;
    let demand = operation::demand(op, &caller, &input, &state.app.settings.region);
    state.rates.admit(&state.app, &demand).await?;
    match state
        .faults
        .as_ref()
        .and_then(|faults| faults.of_operation(op))
    {
        None => {}
        Some(Met::Delay(time)) => tokio::time::sleep(time).await,
        Some(Met::Refused(refusal)) => return Err(refusal),
    }
    let cx = Cx::new(
        &state.app,
        op,
        caller,
        about.client.clone(),
        about.request_id.clone(),
    )
    .holding(slot);
    client_names::keep(&cx, spelled);
    let check = state
        .origins
        .dev
        .then(|| trigger_check::of(op, &input))
        .flatten();
    // On the heap, as few requests have one.
    let check = check.map(Box::new);
    let answer = dispatch(&cx, input).await;
    let code = answer.as_ref().err().map(|e| e.code.as_str());
    tracing::debug!(operation = op.name(), request_id = %about.request_id, error = code, "answered");
    let answer = answer?;
    if let Some(check) = check {
        check.begin(&state.functions, answer.body.as_deref());
    }
    Ok(answer.body)
}

/// Returns the name of an operation of this service in the target header, if there is exactly one.
fn target(headers: &HeaderMap) -> Option<&str> {
    let mut targets = headers.get_all("x-amz-target").iter();
    let (Some(target), None) = (targets.next(), targets.next()) else {
        return None;
    };
    target.to_str().ok()?.strip_prefix(TARGET)
}

/// Records a refused call in the audit trail. A fault of this server is no refusal. `input` is None as long as its sender
/// is not proven.
pub fn note(
    state: &State,
    about: &About,
    op: Op,
    input: Option<&Value>,
    seen: &CallerFacts<'_>,
    refusal: &Refusal,
) {
    if refusal.code == ErrorCode::InternalError {
        return;
    }
    let refused = RefusedCall {
        seen,
        operation: op,
        pool: input.and_then(|input| resource::pool_of(op, input)),
        address: &about.client.ip,
        code: refusal.code,
        request_id: &about.request_id,
        at: state.app.clock.service(),
    };
    state.refusals.note(&refused, state.app.clock.wall());
}

fn success(envelope: Envelope, body: Option<Vec<u8>>) -> Response {
    let mut response = Response::new(envelope.close(body.unwrap_or_default()).into());
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, envelope.content_type());
    response
}

fn refused(envelope: Envelope, refusal: &Refusal) -> Response {
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
    let mut response = Response::new(body.into());
    let wrapped_unknown = envelope == Envelope::Wrapped && name == "UnknownOperationException";
    let status = if wrapped_unknown {
        404
    } else {
        refusal.code.status()
    };
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, envelope.content_type());
    // The colon at the end is the service's (settled B28).
    if let Ok(value) = HeaderValue::from_str(&format!("{name}:")) {
        headers.insert("x-amzn-errortype", value);
    }
    if let Some(value) = refusal.message.as_deref().and_then(header_safe) {
        headers.insert("x-amzn-errormessage", value);
    }
    response
}

/// Returns a text as a header value: characters other than printable ASCII become `?`, and the text is cut at 1,024
/// characters, since the body has all of it.
fn header_safe(text: &str) -> Option<HeaderValue> {
    let safe: String = text
        .chars()
        .take(1024)
        .map(|c| if matches!(c, ' '..='~') { c } else { '?' })
        .collect();
    HeaderValue::from_str(&safe).ok()
}
