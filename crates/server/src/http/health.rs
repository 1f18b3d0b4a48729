//! `/health/live` (the process answers) and `/health/ready` (it can do its work).

use http::{Method, StatusCode};

use crate::errors;
use crate::http::response::{self, Response};
use crate::state::State;

/// A node whose clock is further from the database's than this is not ready, in microseconds (design, clocks).
pub const MAX_SKEW: i64 = 2_000_000;

/// Answers a path under `/health/`. Takes no slot and looks at no host, so that it tells the truth under load.
pub async fn answer(state: &State, method: &Method, path: &str, request_id: &str) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return response::text(StatusCode::METHOD_NOT_ALLOWED, "Only GET.\n", request_id);
    }
    match path {
        "/health/live" => response::text(StatusCode::OK, "live\n", request_id),
        "/health/ready" if state.load.is_draining() => {
            response::text(StatusCode::SERVICE_UNAVAILABLE, "stopping\n", request_id)
        }
        "/health/ready" if !state.clock_agrees => response::text(
            StatusCode::SERVICE_UNAVAILABLE,
            "the clock differs from the database's\n",
            request_id,
        ),
        "/health/ready" => match state.app.store.ready().await {
            Ok(()) => response::text(StatusCode::OK, "ready\n", request_id),
            Err(error) => {
                tracing::warn!(%error, "not ready");
                response::text(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "the database is not ready\n",
                    request_id,
                )
            }
        },
        _ => response::text(StatusCode::NOT_FOUND, errors::NOT_FOUND, request_id),
    }
}
