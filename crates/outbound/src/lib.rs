//! The one client for calls to hosts that administrators name: identity providers today.
//!
//! An administrator's URL must not become a way into the operator's network. So: HTTPS only, no redirects, bounds
//! on the time and the size of each call, and no connection to an address that is not public. The address that was
//! checked is the one connected to. Where private addresses are allowed (`dev`, or by the operator), plain HTTP may be
//! used on this machine only, unless the URL is the operator's own ([`Reach`]).
//!
//! Connections are kept and used again, each for the scheme, host and port that it was opened for and no longer than
//! [`MAX_AGE`], so that a change of the host's address takes effect.

mod address;
pub mod aws;
pub mod aws_json;
mod bulkhead;
mod connect;
pub mod document;
pub mod examine;
pub mod form;
mod lookups;
pub mod pattern;
mod post;
mod target;

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::{Extensions, Method, Request, Response, StatusCode, Uri, Version};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};

pub use crate::address::is_near;
pub use crate::bulkhead::CALLS_PER_HOST;

use crate::bulkhead::Bulkhead;
use crate::connect::{Connector, History};
use crate::target::Target;

/// The longest wait for the name service in [`Outbound::has_address`].
const LOOKUP_TIME: Duration = Duration::from_secs(5);
/// How long the rest of an answer is read of which only the status matters.
const REST: Duration = Duration::from_millis(500);
/// A connection that is not in use is closed after this time.
const IDLE_TIME: Duration = Duration::from_secs(15);
/// Connections to one host and port that are kept while they are not in use.
const IDLE_PER_TARGET: usize = 8;
/// The same for a client that makes more calls than others.
const MOST_IDLE_PER_TARGET: usize = 64;
/// A connection is not kept beyond this age: its host's address is resolved and checked again.
pub const MAX_AGE: Duration = Duration::from_secs(300);
/// Headers of an answer.
const MAX_HEADERS: usize = 100;
/// Bytes of the headers of an answer.
const MAX_HEADER_BYTES: usize = 64 << 10;

/// Headers that belong to the connection and not to the caller.
const CONNECTION_HEADERS: [HeaderName; 7] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Bounds of one call.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The whole call, from the name to the last byte.
    pub total: Duration,
    /// From the name to the end of the TLS handshake, if no kept connection serves the call; at most ten seconds.
    pub connect: Duration,
    /// Bytes of the body of the answer.
    pub bytes: usize,
    /// The media type that an answer of status 2xx must have, without parameters; None for any.
    pub content_type: Option<&'static str>,
}

/// The URLs and addresses that may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// HTTPS at public addresses.
    Public,
    /// HTTPS at any address, and HTTP on this machine.
    Private,
    /// HTTPS on this machine and in private networks, and HTTP on this machine.
    Near,
    /// HTTPS and HTTP at any address: for URLs that the operator names in the settings, never for an administrator's.
    PlainHttp,
}

/// Why there is no answer. This is for logs: a client must not learn what is behind a host that may not be called.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OutboundError {
    /// The URL is not one that may be called.
    #[error("the URL may not be called")]
    Url,
    /// No address of the host may be called.
    #[error("the host has no address that may be called")]
    Address,
    /// The host has the largest permitted number of calls in flight.
    #[error("too many calls to the host are in flight")]
    Busy,
    /// It took too long.
    #[error("no answer in time")]
    Slow,
    /// The answer is not 200, redirects included.
    #[error("the answer has the status {0}")]
    Status(u16),
    /// The answer is of another media type than [`Limits`] asks for.
    #[error("the answer has another content type")]
    ContentType,
    /// The answer is larger than [`Limits`] allows.
    #[error("the answer is too large")]
    TooLarge,
    /// The connection or the answer broke.
    #[error("{0}")]
    Broken(String),
}

fn broken(error: impl std::fmt::Display) -> OutboundError {
    OutboundError::Broken(error.to_string())
}

/// The client.
pub struct Outbound {
    reach: Reach,
    connector: Connector,
    client: Client<Connector, Full<Bytes>>,
    bulkhead: Bulkhead,
}

fn client(connector: &Connector, idle: usize) -> Client<Connector, Full<Bytes>> {
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIME)
        .pool_max_idle_per_host(idle)
        .set_host(false)
        .http1_max_headers(MAX_HEADERS)
        .http1_max_buf_size(MAX_HEADER_BYTES)
        .build(connector.clone())
}

/// Returns the host of a URL; None if it has none.
pub fn host(url: &str) -> Option<String> {
    let uri: http::Uri = url.parse().ok()?;
    uri.host().map(str::to_owned)
}

impl Outbound {
    /// Returns a client for URLs that administrators name: [`Reach::Private`] if `private`, else [`Reach::Public`].
    pub fn new(private: bool) -> Self {
        Self::reaching(match private {
            true => Reach::Private,
            false => Reach::Public,
        })
    }

    /// Returns a client that calls as far as `reach` says.
    pub fn reaching(reach: Reach) -> Self {
        Self::over(
            reach,
            Connector::new(reach, connect::system_resolver(), None),
        )
    }

    /// Returns a client that trusts these authorities, too (certificates in DER). It reads those of the system at once.
    pub fn trusting(reach: Reach, authorities: Vec<Vec<u8>>) -> Self {
        let tls = connect::system_trust_and(authorities);
        Self::over(
            reach,
            Connector::new(reach, connect::system_resolver(), tls),
        )
    }

    /// Returns a new client with another number of calls in flight to one host, for callers who bound their calls
    /// otherwise and have many services behind one host. It keeps more connections.
    #[must_use]
    pub fn with_calls_per_host(self, calls: usize) -> Self {
        Self {
            client: client(&self.connector, calls.min(MOST_IDLE_PER_TARGET)),
            bulkhead: Bulkhead::of(calls),
            ..self
        }
    }

    fn over(reach: Reach, connector: Connector) -> Self {
        Self {
            reach,
            client: client(&connector, IDLE_PER_TARGET),
            connector,
            bulkhead: Bulkhead::default(),
        }
    }

    /// Opens a connection to the host of a URL as a call would, TLS included, and closes it.
    ///
    /// # Errors
    /// [`OutboundError::Url`], [`OutboundError::Address`], [`OutboundError::Slow`], [`OutboundError::Broken`].
    pub async fn connect(&self, url: &str, limit: Duration) -> Result<(), OutboundError> {
        let uri = self.parse(url)?;
        let opened = tokio::time::timeout(limit, self.connector.open(&uri)).await;
        opened.unwrap_or(Err(OutboundError::Slow)).map(drop)
    }

    /// True if a URL has the form of one that may be called. Its addresses are checked in the call.
    pub fn may_call(&self, url: &str) -> bool {
        self.parse(url).is_ok()
    }

    fn parse(&self, url: &str) -> Result<Uri, OutboundError> {
        let uri: Uri = url.parse().map_err(|_| OutboundError::Url)?;
        Target::parse(&uri, self.reach)?;
        Ok(uri)
    }

    /// Sends a request to its URL and reads the whole answer, of any status. A redirect is an answer like others. A GET
    /// or HEAD whose kept connection turns out to be closed is sent once more.
    ///
    /// # Errors
    /// [`OutboundError`], [`OutboundError::Status`] excepted; [`OutboundError::Url`] for the method CONNECT too.
    pub async fn send(
        &self,
        request: Request<Bytes>,
        limits: Limits,
    ) -> Result<Response<Bytes>, OutboundError> {
        let whole = async |answer| read(answer, &limits).await;
        self.exchange(request, limits, whole).await
    }

    /// Sends a request to its URL and returns the status of the answer.
    async fn status(
        &self,
        request: Request<Bytes>,
        limits: Limits,
    ) -> Result<StatusCode, OutboundError> {
        let answer = self.exchange(request, limits, async |answer| Ok(answer));
        let answer = answer.await?;
        let status = answer.status();
        // A connection whose answer was not read to its end is closed.
        let _ = tokio::time::timeout(REST, read(answer, &limits)).await;
        Ok(status)
    }

    async fn exchange<T>(
        &self,
        request: Request<Bytes>,
        limits: Limits,
        end: impl AsyncFnOnce(Response<Incoming>) -> Result<T, OutboundError>,
    ) -> Result<T, OutboundError> {
        let target = Target::parse(request.uri(), self.reach)?;
        let request = prepare(request, &target)?;
        let _permit = self
            .bulkhead
            .admit(&target.host)
            .ok_or(OutboundError::Busy)?;
        let call = async {
            let answer = match self.attempt(request.clone(), &limits).await {
                Err(Failure { stale: true, .. }) if request.method().is_safe() => {
                    self.attempt(request, &limits).await
                }
                first => first,
            };
            end(answer.map_err(|failure| failure.error)?).await
        };
        let answer = tokio::time::timeout(limits.total, call).await;
        answer.unwrap_or(Err(OutboundError::Slow))
    }

    /// Returns the body of the answer of status 200 to GET.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn get(&self, url: &str, limits: Limits) -> Result<Bytes, OutboundError> {
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = self.parse(url)?;
        let found = async |answer: Response<Incoming>| match answer.status() {
            StatusCode::OK => read(answer, &limits).await,
            other => Err(OutboundError::Status(other.as_u16())),
        };
        Ok(self.exchange(request, limits, found).await?.into_body())
    }

    /// True if the system's name service knows an IPv4 address of a host now (an A record).
    pub async fn has_address(&self, host: &str) -> bool {
        // Nothing below this name has one, and no server should be asked (RFC 6761 section 6.4).
        if host.rsplit('.').next() == Some("invalid") {
            return false;
        }
        let found = tokio::time::timeout(LOOKUP_TIME, self.connector.resolve(host, 0)).await;
        found.is_ok_and(|found| found.is_ok_and(|all| all.iter().any(|address| address.is_ipv4())))
    }

    async fn attempt(
        &self,
        request: Request<Bytes>,
        limits: &Limits,
    ) -> Result<Response<Incoming>, Failure> {
        let mut request = request.map(Full::new);
        let captured = capture_connection(&mut request);
        let answer = tokio::select! {
            biased;
            answer = self.client.request(request) => answer,
            () = unconnected(captured.clone(), limits.connect) => {
                return Err(Failure { error: OutboundError::Slow, stale: false });
            }
        };
        let history = history(&captured);
        match answer {
            Ok(answer) => {
                if let Some(history) = history {
                    history.record_answer();
                    if history.opened.elapsed() > MAX_AGE {
                        close_after_use(&captured);
                    }
                }
                Ok(answer)
            }
            Err(error) => Err(Failure {
                error: cause(&error),
                stale: history.is_some_and(|history| history.has_answered()),
            }),
        }
    }
}

/// A request without an answer.
struct Failure {
    error: OutboundError,
    /// The connection had served an earlier call, so that the server may have closed it before it read this one.
    stale: bool,
}

/// Completes the request with what belongs to the connection.
fn prepare(mut request: Request<Bytes>, target: &Target) -> Result<Request<Bytes>, OutboundError> {
    if request.method() == Method::CONNECT {
        return Err(OutboundError::Url);
    }
    *request.uri_mut() = target.uri()?;
    *request.version_mut() = Version::HTTP_11;
    let length = request.body().len();
    // A body of nothing has a length too (RFC 9110 section 8.6): some servers take a POST without it for one of no form.
    let has_body = [Method::POST, Method::PUT, Method::PATCH].contains(request.method());
    let headers = request.headers_mut();
    for name in CONNECTION_HEADERS {
        headers.remove(name);
    }
    if has_body {
        headers.insert(header::CONTENT_LENGTH, length.into());
    }
    let host = HeaderValue::from_str(&target.authority).map_err(broken)?;
    headers.insert(header::HOST, host);
    headers
        .entry(header::USER_AGENT)
        .or_insert(HeaderValue::from_static("Cognate"));
    Ok(request)
}

/// Reads the body of an answer within the limits.
async fn read(
    answer: Response<Incoming>,
    limits: &Limits,
) -> Result<Response<Bytes>, OutboundError> {
    let (mut parts, body) = answer.into_parts();
    parts.extensions = Extensions::new();
    if let Some(wanted) = limits.content_type
        && parts.status.is_success()
    {
        let given = parts.headers.get(header::CONTENT_TYPE);
        let given = given
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let essence = given.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case(wanted) {
            return Err(OutboundError::ContentType);
        }
    }
    let body = Limited::new(body, limits.bytes).collect().await;
    let body = body.map_err(|error| match error.is::<LengthLimitError>() {
        true => OutboundError::TooLarge,
        false => broken(error),
    })?;
    Ok(Response::from_parts(parts, body.to_bytes()))
}

/// Returns when the request has no connection by then, and never otherwise.
async fn unconnected(mut captured: CaptureConnection, limit: Duration) {
    let connected = tokio::time::timeout(limit, captured.wait_for_connection_metadata())
        .await
        .is_ok();
    if connected {
        std::future::pending::<()>().await;
    }
}

fn history(captured: &CaptureConnection) -> Option<History> {
    let mut extras = Extensions::new();
    captured
        .connection_metadata()
        .as_ref()?
        .get_extras(&mut extras);
    extras.remove()
}

fn close_after_use(captured: &CaptureConnection) {
    if let Some(connected) = captured.connection_metadata().as_ref() {
        connected.poison();
    }
}

/// Returns the error of the connector, or the texts of the whole chain.
fn cause(error: &legacy::Error) -> OutboundError {
    let mut texts = Vec::new();
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(ours) = error.downcast_ref::<OutboundError>() {
            return ours.clone();
        }
        texts.push(error.to_string());
        next = error.source();
    }
    if texts.is_empty() {
        return broken(error);
    }
    broken(texts.join(": "))
}

#[cfg(test)]
mod tests;
