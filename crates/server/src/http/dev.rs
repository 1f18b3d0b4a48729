//! `/_dev/*`: what tests ask a server of `cognate dev`: its messages, codes, calls of functions, clock, snapshots (design
//! decision 11, docs/TEST-API.md). `serve` has none of it.
//!
//! There are no CORS headers here, and a request that a foreign web page could have made is refused, since these paths
//! show every code and delete everything.

mod clock;
mod events;
mod expire;
mod faults;
mod messages;
pub mod names;
mod passkeys;
mod people;
mod snapshots;
mod tokens;
mod totp;
mod triggers;
mod worlds;

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use cognate_access::ClientAddress;
use cognate_store::percent;
use http::request::Parts;
use http::{Method, StatusCode};
use hyper::body::Incoming;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::errors;
use crate::http::connections::Connection;
use crate::http::host::Host;
use crate::http::limits::BodyLimit;
use crate::http::metrics;
use crate::http::response::{self, Response};
use crate::state::State;

use passkeys::Passkeys;
use snapshots::Snapshots;

/// What a server keeps for tests, besides its database.
pub struct Tools {
    snapshots: Snapshots,
    passkeys: Passkeys,
    /// Places of long polls: each looks twice a second.
    waiting: Semaphore,
}

impl Tools {
    /// Returns the tools of a server whose database is in the folder; None for one that is no file.
    /// `is_world`: true for one of many.
    pub fn new(data: Option<&Path>, is_world: bool) -> Self {
        Self {
            snapshots: Snapshots::new(data, is_world),
            passkeys: Passkeys::default(),
            waiting: Semaphore::new(MOST_WAITING),
        }
    }

    /// Takes a place for a request that waits.
    fn wait(&self) -> Result<SemaphorePermit<'_>, Trouble> {
        self.waiting.try_acquire().map_err(|_| {
            let why = format!("{MOST_WAITING} requests wait already");
            Trouble::refused(StatusCode::SERVICE_UNAVAILABLE, why)
        })
    }
}

/// The longest `wait` of a long poll.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// The most requests that wait at once.
const MOST_WAITING: usize = 64;
/// The interval at which a long poll looks for what another node wrote.
const LOOK: Duration = Duration::from_millis(500);

/// A request's body that was not read yet.
pub struct UnreadBody<'a> {
    /// The connection on which it comes.
    pub connection: &'a Arc<Connection>,
    /// The client.
    pub from: ClientAddress,
    /// The body.
    pub body: Incoming,
}

/// The path of the inbox for people, which is a page.
pub const INBOX: &str = "/_dev/inbox";

/// A request that a route answers.
struct Ask<'a> {
    state: &'a Arc<State>,
    /// What stands in the path where the route has `{}`; not decoded.
    name: &'a str,
    query: &'a str,
    /// At most 64 KiB; empty for other methods than POST.
    body: &'a [u8],
}

type Answering<'a> = Pin<Box<dyn Future<Output = Result<Value, Trouble>> + Send + 'a>>;

/// What answers a route.
type Run = for<'a> fn(Ask<'a>) -> Answering<'a>;

/// The routes: method, path, and what answers. The metrics alone are not here, which are no JSON.
const ROUTES: &[(&str, &str, Run)] = &[
    ("GET", "/_dev/messages", |ask| Box::pin(messages::list(ask))),
    ("GET", "/_dev/totp", |ask| Box::pin(totp::show(ask))),
    ("GET", "/_dev/triggers", |ask| Box::pin(triggers::list(ask))),
    ("POST", "/_dev/triggers/{}/replay", |ask| {
        Box::pin(triggers::replay(ask))
    }),
    ("POST", "/_dev/passkeys", |ask| {
        Box::pin(passkeys::create(ask))
    }),
    ("POST", "/_dev/passkeys/answer", |ask| {
        Box::pin(passkeys::answer(ask))
    }),
    ("POST", "/_dev/expire", |ask| Box::pin(expire::run(ask))),
    ("GET", "/_dev/events", |ask| Box::pin(events::list(ask))),
    ("POST", "/_dev/explain-token", |ask| {
        Box::pin(tokens::explain(ask))
    }),
    ("GET", "/_dev/faults", |ask| Box::pin(faults::list(ask))),
    ("POST", "/_dev/faults", |ask| Box::pin(faults::add(ask))),
    ("DELETE", "/_dev/faults", |ask| Box::pin(faults::clear(ask))),
    ("GET", "/_dev/clock", |ask| Box::pin(clock::show(ask))),
    ("POST", "/_dev/clock", |ask| Box::pin(clock::advance(ask))),
    ("POST", "/_dev/reset", |ask| Box::pin(clock::reset(ask))),
    ("GET", "/_dev/snapshots", |ask| {
        Box::pin(snapshots::list(ask))
    }),
    ("POST", "/_dev/snapshots/{}", |ask| {
        Box::pin(snapshots::make(ask))
    }),
    ("DELETE", "/_dev/snapshots/{}", |ask| {
        Box::pin(snapshots::delete(ask))
    }),
    ("POST", "/_dev/snapshots/{}/restore", |ask| {
        Box::pin(snapshots::restore(ask))
    }),
    ("GET", "/_dev/worlds", |ask| Box::pin(worlds::list(ask))),
    ("POST", "/_dev/worlds/{}", |ask| Box::pin(worlds::make(ask))),
    ("DELETE", "/_dev/worlds/{}", |ask| {
        Box::pin(worlds::delete(ask))
    }),
];

/// The path of the metrics.
const METRICS: &str = "/_dev/metrics";

/// True if the request may be answered: it is for a host of this server, and no foreign page has sent it.
/// `tls`: the client came by TLS.
pub fn is_open(state: &State, tls: bool, host: &Host, headers: &http::HeaderMap) -> bool {
    state.origins.may_administer(tls, host, headers) && !state.origins.is_cross_site(headers)
}

/// Answers a path under `/_dev`.
pub async fn answer(
    state: &Arc<State>,
    (tls, host): (bool, &Host),
    parts: &Parts,
    body: UnreadBody<'_>,
    request_id: &str,
) -> Response {
    if !is_open(state, tls, host, &parts.headers) {
        let why = errors::foreign_page().message.unwrap_or_default();
        return refuse(StatusCode::FORBIDDEN, &why, request_id);
    }
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    if path == METRICS && parts.method == Method::GET {
        return metrics::text(&state.app);
    }
    let (name, run) = match find(method, path) {
        Ok(found) => found,
        Err(status) => {
            let why = match status {
                StatusCode::METHOD_NOT_ALLOWED => "Not with this method.",
                _ => "Not found.",
            };
            return refuse(status, why, request_id);
        }
    };
    let body = match parts.method == Method::POST {
        true => read(state, body).await,
        false => Ok(None),
    };
    let outcome = match &body {
        Err(response) => Err(Trouble::refused(*response, "The body could not be read.")),
        Ok(body) => {
            let body = body.as_ref().map_or(&[][..], |body| &body.bytes);
            let query = parts.uri.query().unwrap_or("");
            let ask = Ask {
                state,
                name,
                query,
                body,
            };
            run(ask).await
        }
    };
    match outcome {
        Ok(value) => response::json(StatusCode::OK, &value, request_id),
        Err(Trouble::Refused(status, why)) => refuse(status, &why, request_id),
        Err(Trouble::Server(why)) => {
            tracing::error!(%why, "a /_dev call failed");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            refuse(status, "It failed; see the log.", request_id)
        }
    }
}

/// Finds the route of a request, and the name in its path.
fn find<'a>(method: &str, path: &'a str) -> Result<(&'a str, Run), StatusCode> {
    let mut status = match path == METRICS {
        true => StatusCode::METHOD_NOT_ALLOWED,
        false => StatusCode::NOT_FOUND,
    };
    for (of, pattern, run) in ROUTES {
        if let Some(name) = name_in(path, pattern) {
            if *of == method {
                return Ok((name, *run));
            }
            status = StatusCode::METHOD_NOT_ALLOWED;
        }
    }
    Err(status)
}

/// Returns the part of the path that stands where the pattern has `{}`, empty where it has none; None for another path.
fn name_in<'a>(path: &'a str, pattern: &str) -> Option<&'a str> {
    let Some((before, behind)) = pattern.split_once("{}") else {
        return (path == pattern).then_some("");
    };
    let name = path.strip_prefix(before)?.strip_suffix(behind)?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

async fn read(
    state: &State,
    posted: UnreadBody<'_>,
) -> Result<Option<crate::http::limits::Body>, StatusCode> {
    let UnreadBody {
        connection,
        from,
        body,
    } = posted;
    let read = state.load.read(connection, from, body, BodyLimit::Small);
    read.await.map(Some).map_err(|_| StatusCode::BAD_REQUEST)
}

/// Why a request is not done.
enum Trouble {
    /// The caller is told why.
    Refused(StatusCode, String),
    /// For the log.
    Server(String),
}

impl Trouble {
    fn refused(status: StatusCode, why: impl Into<String>) -> Self {
        Self::Refused(status, why.into())
    }

    /// The request makes no sense.
    fn asked(why: impl Into<String>) -> Self {
        Self::refused(StatusCode::BAD_REQUEST, why)
    }

    /// There is no such thing.
    fn missing(why: impl Into<String>) -> Self {
        Self::refused(StatusCode::NOT_FOUND, why)
    }
}

/// What is asked for has to be alone, and is not.
fn busy() -> Trouble {
    Trouble::refused(
        StatusCode::SERVICE_UNAVAILABLE,
        "requests or jobs that call others are still under way: try again",
    )
}

fn refuse(status: StatusCode, why: &str, request_id: &str) -> Response {
    response::json(status, &json!({"error": why}), request_id)
}

fn failed(fault: impl std::fmt::Debug) -> Trouble {
    Trouble::Server(format!("{fault:?}"))
}

/// Parses the names and values of a query.
fn pairs(query: &str) -> impl Iterator<Item = Result<(&str, String), Trouble>> {
    query.split('&').filter(|p| !p.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decode(value)
            .ok_or_else(|| Trouble::asked(format!("`{name}` is not percent-encoded UTF-8")))?;
        Ok((name, value))
    })
}

/// Reads a body; `example`: what the caller is told to send instead of another.
fn parse<T: DeserializeOwned>(body: &[u8], example: &str) -> Result<T, Trouble> {
    let value = cognate_access::json::parse(body).map_err(|_| Trouble::asked(example))?;
    T::deserialize(value).map_err(|error| Trouble::asked(format!("{error}: {example}")))
}

/// Parses the seconds of a long poll.
fn wait(value: &str) -> Result<Duration, Trouble> {
    let seconds = value.parse::<f64>().ok();
    let wait = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let wait = wait.ok_or_else(|| Trouble::asked("`wait` is a number of seconds"))?;
    Ok(wait.min(LONGEST_WAIT))
}

/// Decodes a percent-encoded value. `+` stays what it is, because phone numbers and addresses have it and people paste
/// them.
fn decode(text: &str) -> Option<String> {
    percent::decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_a_plus_stays() {
        assert_eq!(decode("a%40b.example").as_deref(), Some("a@b.example"));
        assert_eq!(decode("+15550100").as_deref(), Some("+15550100"));
        assert_eq!(decode("%4"), None);
        assert_eq!(decode("%zz"), None);
        assert_eq!(decode("%ff"), None);
    }

    #[test]
    fn a_name_is_one_part_of_the_path() {
        let pattern = "/_dev/snapshots/{}/restore";
        assert_eq!(name_in("/_dev/snapshots/a/restore", pattern), Some("a"));
        for path in [
            "/_dev/snapshots//restore",
            "/_dev/snapshots/a/b/restore",
            "/_dev/snapshots/restore",
            "/_dev/snapshots/a/restore/",
            "/_dev/snapshots/a",
        ] {
            assert_eq!(name_in(path, pattern), None, "{path}");
        }
        assert_eq!(name_in("/_dev/clock", "/_dev/clock"), Some(""));
        assert_eq!(name_in("/_dev/clock/", "/_dev/clock"), None);
    }
}
