//! `PUT /_import/…`: the file of an import job, sent to the link of CreateUserImportJob as to one of Amazon S3, whose answers
//! scripts expect (moving.md 1.5).
//!
//! The link is judged before anything of the body is read. The body goes to the database piece by piece and is never whole in
//! memory; a sender has a time for each piece, and a time for all.

use std::sync::Arc;
use std::time::Duration;

use cognate_access::ClientAddress;
use cognate_crypto::basic_time;
use cognate_domain::app::whole::Held;
use cognate_domain::moving::csv_import::file::PIECE;
use cognate_domain::moving::csv_import::link;
use cognate_domain::moving::csv_import::upload::{Asked, Refusal, Upload};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::time::Instant;

use crate::http::connections::Connection;
use crate::http::response::{self, Response};
use crate::state::State;

/// The time within which each piece of a file has to come.
const PIECE_TIME: Duration = Duration::from_secs(30);
/// The time within which a file has to come.
const TIME: Duration = Duration::from_secs(30 * 60);
/// The header that links are made for.
const ENCRYPTION: &str = "x-amz-server-side-encryption";

/// True if a path is that of an upload.
pub fn is_at(path: &str) -> bool {
    path.starts_with(link::PATH)
}

/// Answers a request for the path of an upload.
pub async fn answer(
    state: &State,
    connection: &Arc<Connection>,
    parts: &Parts,
    from: ClientAddress,
    body: Incoming,
    request_id: &str,
) -> Response {
    let outcome = match parts.method {
        Method::PUT => receive(state, connection, parts, from, body).await,
        _ => Err(Failure::Method),
    };
    let mut response = match outcome {
        Ok(tag) => {
            let mut response = Response::default();
            if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
                response.headers_mut().insert(header::ETAG, tag);
            }
            let kms = HeaderValue::from_static("aws:kms");
            response.headers_mut().insert(ENCRYPTION, kms);
            response
        }
        Err(failure) => failure.response(request_id),
    };
    response::identify(&mut response, request_id);
    response
}

/// Why an upload has failed.
enum Failure {
    Refused(Refusal),
    /// The client's address sends too many requests, or the server has no room.
    Busy,
    Method,
    /// A piece did not come in time.
    TooSlow,
    /// The body broke off.
    Incomplete,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

async fn receive(
    state: &State,
    connection: &Connection,
    parts: &Parts,
    from: ClientAddress,
    mut body: Incoming,
) -> Result<String, Failure> {
    state
        .rates
        .admit_address(&state.app, from)
        .map_err(|_| Failure::Busy)?;
    let mut encryption = parts.headers.get_all(ENCRYPTION).iter();
    let asked = Asked {
        path: parts
            .uri
            .path()
            .strip_prefix(link::PATH)
            .unwrap_or_default(),
        query: parts.uri.query().unwrap_or_default(),
        encryption: encryption.next().and_then(|value| value.to_str().ok()),
        length: body.size_hint().exact(),
        address: &from.to_string(),
    };
    let (mut upload, begun) = {
        let _slot = state.load.enter().await.ok_or(Failure::Busy)?;
        let held = state.app.whole.hold().await;
        (Upload::begin(&state.app, asked).await?, held.state())
    };
    let ends = Instant::now() + TIME;
    let (mut due, mut of_piece) = (Instant::now() + PIECE_TIME, 0);
    loop {
        let frame = {
            let _waits = connection.receive();
            tokio::time::timeout_at(due.min(ends), body.frame()).await
        };
        let Some(frame) = frame.map_err(|_| Failure::TooSlow)? else {
            break;
        };
        let Ok(data) = frame.map_err(|_| Failure::Incomplete)?.into_data() else {
            continue;
        };
        of_piece += data.len();
        if of_piece >= PIECE {
            (due, of_piece) = (Instant::now() + PIECE_TIME, 0);
        }
        // A stop of the server waits for the slots: what is written is whole, and no upload goes on.
        let _slot = state.load.enter().await.ok_or(Failure::Busy)?;
        if state.load.is_draining() {
            return Err(Failure::Busy);
        }
        let _held = still(state, begun).await?;
        upload.write(&data).await?;
    }
    let _slot = state.load.enter().await.ok_or(Failure::Busy)?;
    let _held = still(state, begun).await?;
    Ok(upload.finish().await?)
}

/// Keeps the database as it is, unless it is another one than that in which the upload began: its job is not there.
async fn still(state: &State, begun: u64) -> Result<Held, Failure> {
    let held = state.app.whole.hold().await;
    match held.state() == begun {
        true => Ok(held),
        false => Err(Failure::Incomplete),
    }
}

impl Failure {
    fn response(self, request_id: &str) -> Response {
        let (status, code, message, more) = match self {
            Self::Refused(Refusal::Signature) => (
                StatusCode::FORBIDDEN,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided. Check the link and the header \
                 x-amz-server-side-encryption: aws:kms.",
                String::new(),
            ),
            Self::Refused(Refusal::Expired { ends, now }) => (
                StatusCode::FORBIDDEN,
                "AccessDenied",
                "Request has expired",
                format!(
                    "<Expires>{}</Expires><ServerTime>{}</ServerTime>",
                    iso(ends),
                    iso(now)
                ),
            ),
            Self::Refused(Refusal::Closed) => (
                StatusCode::FORBIDDEN,
                "AccessDenied",
                "The import job does not wait for this file",
                String::new(),
            ),
            Self::Refused(Refusal::TooLarge) => (
                StatusCode::BAD_REQUEST,
                "EntityTooLarge",
                "Your proposed upload exceeds the maximum allowed size",
                String::new(),
            ),
            Self::Refused(Refusal::Busy) | Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "SlowDown",
                "Please reduce your request rate.",
                String::new(),
            ),
            Self::Refused(Refusal::Fault(fault)) => {
                tracing::error!(?fault, request_id, "an upload failed");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "InternalError",
                    "We encountered an internal error. Please try again.",
                    String::new(),
                )
            }
            Self::Method => (
                StatusCode::METHOD_NOT_ALLOWED,
                "MethodNotAllowed",
                "The specified method is not allowed against this resource.",
                String::new(),
            ),
            Self::TooSlow => (
                StatusCode::BAD_REQUEST,
                "RequestTimeout",
                "Your socket connection to the server was not read from or written to within the timeout period.",
                String::new(),
            ),
            Self::Incomplete => (
                StatusCode::BAD_REQUEST,
                "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP header",
                String::new(),
            ),
        };
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{more}\
             <RequestId>{request_id}</RequestId></Error>"
        );
        let mut response = response::of(status, "application/xml", body);
        let headers = response.headers_mut();
        // The rest of the body is not read.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        if status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(header::ALLOW, HeaderValue::from_static("PUT"));
        }
        response
    }
}

/// Returns a time as Amazon S3 writes it; `micros` since 1970.
fn iso(micros: i64) -> String {
    let basic = basic_time::format(micros);
    let part = |from: usize, to: usize| basic.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4),
        part(4, 6),
        part(6, 8),
        part(9, 11),
        part(11, 13),
        part(13, 15)
    )
}
