//! The running of every action, be it an operation, an endpoint, a job or a command: it runs again while the rows that
//! it read are out of date, and its end is observed in one place.

use std::time::Duration;

use cognate_crypto::random;

use crate::app::metrics;
use crate::audit::{self, About};
use crate::cx::Cx;
use crate::errors::{self, ApiError, Fault, Result};
use crate::facts::action::Action;

/// The number of times that an action is run again after it found a row out of date.
const TRIES: u32 = 16;

/// Runs an action to its end, and observes that end: a read by a caller with credentials is recorded before its answer
/// is sent, if the server records reads. `about`: the subject of the action, asked for only then.
///
/// # Errors
/// Those of [`retry`]; InternalErrorException if the record cannot be kept.
pub async fn run<T, F: Future<Output = Result<T>>>(
    cx: &Cx<'_>,
    about: impl FnOnce() -> About,
    attempt: impl FnMut() -> F,
) -> std::result::Result<T, ApiError> {
    let outcome = retry(cx, attempt).await;
    if let Action::Endpoint(endpoint) = cx.action {
        cx.metrics
            .endpoints
            .add_to(endpoint, metrics::end_of(&outcome), 1);
    }
    if audit::is_recorded_read(cx) {
        let result = outcome.as_ref().map(|_| ());
        // On the heap: few actions come here, and all would have to move its state.
        Box::pin(audit::record_read(cx, &about(), result))
            .await
            .map_err(|fault| {
                tracing::error!(action = cx.action.name(), request_id = %cx.request_id, ?fault, "a read could not be recorded");
                errors::internal()
            })?;
    }
    outcome
}

/// Runs an action again while a cache entry or a row is out of date: each run reads it again, and finds in
/// [`Cx::memory`] the ids, codes and answers of the runs before.
///
/// # Errors
/// The action's own; InternalErrorException for a fault of the server, whose detail goes to the log.
async fn retry<T, F: Future<Output = Result<T>>>(
    cx: &Cx<'_>,
    mut attempt: impl FnMut() -> F,
) -> std::result::Result<T, ApiError> {
    loop {
        match attempt().await {
            Ok(answer) => return Ok(answer),
            Err(Fault::Api(error)) => return Err(error),
            Err(Fault::Stale) if cx.tries() < TRIES => {
                cx.count_try();
                // The first retry is made at once; later ones wait a little, each for another time, so that many
                // changes of one row get their turns.
                if cx.tries() > 1 {
                    let wait = 500 + random::below(1_000 << cx.tries().min(7));
                    tokio::time::sleep(Duration::from_micros(wait)).await;
                }
            }
            Err(fault) => {
                tracing::error!(action = cx.action.name(), request_id = %cx.request_id, ?fault, "an action failed");
                return Err(errors::internal());
            }
        }
    }
}
