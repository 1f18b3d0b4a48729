//! `/_dev/*`: the inbox, the authenticator apps, the calls of functions, the metrics, the clock and the reset of `cognate dev` (design
//! decision 11).
//!
//! There are no CORS headers here, and a request that a foreign web page could have made is refused, since these paths
//! show every code and delete everything.

use std::sync::Arc;
use std::time::Duration;

use cognate_access::{ClientAddress, json};
use cognate_domain::messages::inbox::{self, InboxFilter};
use cognate_domain::signin::mfa::software_token;
use cognate_store::percent;
use http::request::Parts;
use http::{Method, StatusCode};
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::database::reset;
use crate::errors;
use crate::http::connections::Connection;
use crate::http::host::Host;
use crate::http::limits::BodyLimit;
use crate::http::metrics;
use crate::http::response::{self, Response};
use crate::seed::start;
use crate::state::State;
use crate::time_text::duration;

/// The longest `wait` of a long poll.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// The interval at which a long poll looks for messages that another node wrote.
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

/// True if the request may be answered: it is for a host of this server, and no foreign page has sent it.
pub fn is_open(state: &State, host: &Host, headers: &http::HeaderMap) -> bool {
    state.origins.may_administer(host, headers) && !state.origins.is_cross_site(headers)
}

/// Answers a path under `/_dev`.
pub async fn answer(
    state: &State,
    host: &Host,
    parts: &Parts,
    body: UnreadBody<'_>,
    request_id: &str,
) -> Response {
    if !is_open(state, host, &parts.headers) {
        return refuse(
            StatusCode::FORBIDDEN,
            &errors::foreign_page().message.unwrap_or_default(),
            request_id,
        );
    }
    let outcome = match (&parts.method, parts.uri.path()) {
        (&Method::GET, "/_dev/metrics") => return metrics::text(&state.app),
        (&Method::GET, "/_dev/messages") => messages(state, parts.uri.query().unwrap_or("")).await,
        (&Method::GET, "/_dev/totp") => totp(state, parts.uri.query().unwrap_or("")).await,
        (&Method::GET, "/_dev/triggers") => triggers(state),
        (&Method::GET, "/_dev/clock") => Ok(clock(state)),
        (&Method::POST, "/_dev/clock") => advance(state, body).await,
        (&Method::POST, "/_dev/reset") => empty(state, parts.uri.query().unwrap_or("")).await,
        (
            _,
            "/_dev/messages" | "/_dev/totp" | "/_dev/triggers" | "/_dev/clock" | "/_dev/reset"
            | "/_dev/metrics",
        ) => return wrong_method(request_id),
        (method, path) => match replayed(path) {
            Some(id) if method == Method::POST => replay(state, id).await,
            Some(_) => return wrong_method(request_id),
            None => return refuse(StatusCode::NOT_FOUND, "Not found.", request_id),
        },
    };
    match outcome {
        Ok(value) => shown(StatusCode::OK, &value, request_id),
        Err(Trouble::Asked(why)) => refuse(StatusCode::BAD_REQUEST, &why, request_id),
        Err(Trouble::Server(why)) => {
            tracing::error!(%why, "a /_dev call failed");
            refuse(
                StatusCode::INTERNAL_SERVER_ERROR,
                "It failed; see the log.",
                request_id,
            )
        }
    }
}

enum Trouble {
    /// The request makes no sense.
    Asked(String),
    /// For the log.
    Server(String),
}

fn shown(status: StatusCode, value: &Value, request_id: &str) -> Response {
    let mut response = response::of(status, "application/json", value.to_string());
    response.headers_mut().insert(
        http::header::CACHE_CONTROL,
        http::HeaderValue::from_static("no-store"),
    );
    response::identify(&mut response, request_id);
    response
}

fn refuse(status: StatusCode, why: &str, request_id: &str) -> Response {
    shown(status, &json!({"error": why}), request_id)
}

fn wrong_method(request_id: &str) -> Response {
    refuse(
        StatusCode::METHOD_NOT_ALLOWED,
        "Not with this method.",
        request_id,
    )
}

fn failed(fault: impl std::fmt::Debug) -> Trouble {
    Trouble::Server(format!("{fault:?}"))
}

/// Lists the messages that match, newest first. With `wait` it waits so many seconds for the first one.
async fn messages(state: &State, query: &str) -> Result<Value, Trouble> {
    let mut filter = InboxFilter::default();
    let mut wait = Duration::ZERO;
    for pair in pairs(query) {
        let (name, value) = pair?;
        if name == "wait" {
            let seconds = value
                .parse::<f64>()
                .ok()
                .and_then(|s| Duration::try_from_secs_f64(s).ok());
            wait = seconds
                .ok_or_else(|| Trouble::Asked("`wait` is a number of seconds".into()))?
                .min(LONGEST_WAIT);
            continue;
        }
        let field = match name {
            "pool" => &mut filter.pool,
            "user" => &mut filter.user,
            "to" => &mut filter.to,
            "kind" => &mut filter.kind,
            "after" => &mut filter.after,
            _ => {
                return Err(Trouble::Asked(format!(
                    "`{name}` is no filter: use pool, user, to, kind, after, wait"
                )));
            }
        };
        *field = (!value.is_empty()).then_some(value);
    }
    let deadline = Instant::now() + wait;
    loop {
        // Listens before it looks, so that no message in between is missed.
        let arrival = state.app.inbox.notified();
        let found = inbox::list(&state.app, &filter).await.map_err(failed)?;
        if !found.is_empty() || Instant::now() >= deadline || state.load.is_draining() {
            return Ok(json!({"messages": found}));
        }
        let until = deadline.min(Instant::now() + LOOK);
        let _ = tokio::time::timeout_at(until, arrival).await;
    }
}

/// Returns the codes that the authenticator apps of a user show: of the registered one and of the one being set up.
async fn totp(state: &State, query: &str) -> Result<Value, Trouble> {
    let (mut pool, mut user) = (String::new(), String::new());
    for pair in pairs(query) {
        match pair? {
            ("pool", value) => pool = value,
            ("user", value) => user = value,
            (name, _) => {
                return Err(Trouble::Asked(format!(
                    "`{name}` is no filter: use pool, user"
                )));
            }
        }
    }
    let shown = software_token::shown(&state.app, &pool, &user)
        .await
        .map_err(failed)?;
    let shown = shown.ok_or_else(|| Trouble::Asked("`pool` and `user` name no user".into()))?;
    serde_json::to_value(shown).map_err(failed)
}

/// Lists the recorded calls of functions, the newest first.
fn triggers(state: &State) -> Result<Value, Trouble> {
    let calls = serde_json::to_value(state.functions.recorded()).map_err(failed)?;
    Ok(json!({"triggers": calls}))
}

/// Returns the number of the call in the path of a replay.
fn replayed(path: &str) -> Option<u64> {
    let id = path.strip_prefix("/_dev/triggers/")?;
    id.strip_suffix("/replay")?.parse().ok()
}

/// Calls a function again with a recorded event.
async fn replay(state: &State, id: u64) -> Result<Value, Trouble> {
    let call = state.functions.replay(id).await;
    let call =
        call.ok_or_else(|| Trouble::Asked(format!("no recorded call has the number {id}")))?;
    serde_json::to_value(call).map_err(failed)
}

/// Parses the names and values of a query.
fn pairs(query: &str) -> impl Iterator<Item = Result<(&str, String), Trouble>> {
    query.split('&').filter(|p| !p.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decode(value)
            .ok_or_else(|| Trouble::Asked(format!("`{name}` is not percent-encoded UTF-8")))?;
        Ok((name, value))
    })
}

/// Returns the service's time, as the API prints times.
fn clock(state: &State) -> Value {
    let millis = state.app.clock.service() / 1000;
    #[allow(
        clippy::cast_precision_loss,
        reason = "milliseconds of this era fit a double exactly"
    )]
    let seconds = millis as f64 / 1000.0;
    json!({"now": seconds})
}

async fn advance(state: &State, posted: UnreadBody<'_>) -> Result<Value, Trouble> {
    let example = || {
        Trouble::Asked(
            r#"send {"advance":"31d"}: a number and s, m, h or d; the clock never goes back"#
                .into(),
        )
    };
    let UnreadBody {
        connection,
        from,
        body,
    } = posted;
    let body = state
        .load
        .read(connection, from, body, BodyLimit::Small)
        .await
        .map_err(|_| example())?;
    let value = json::parse(&body.bytes).map_err(|_| example())?;
    let text = value
        .as_object()
        .filter(|o| o.len() == 1)
        .and_then(|o| o.get("advance"))
        .and_then(Value::as_str);
    let micros = text.and_then(duration).ok_or_else(example)?;
    state.app.advance_clock(micros).await.map_err(failed)?;
    Ok(clock(state))
}

/// Empties the server; with `seed=1` the seed is applied again.
async fn empty(state: &State, query: &str) -> Result<Value, Trouble> {
    let again = match query {
        "" | "seed=0" => None,
        "seed=1" => {
            let none = || Trouble::Asked("this server was started without a seed".into());
            Some(state.seed.as_ref().ok_or_else(none)?)
        }
        _ => return Err(Trouble::Asked("a reset takes `seed=1` or nothing".into())),
    };
    reset::run(&state.app).await.map_err(failed)?;
    state.keys.forget();
    state.functions.forget();
    if let Some(seed) = again {
        let applied = Box::pin(start::apply(&state.app, seed)).await;
        applied.map_err(|error| Trouble::Asked(error.to_string()))?;
    }
    Ok(json!({}))
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
}
