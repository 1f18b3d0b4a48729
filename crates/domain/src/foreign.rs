//! Work that grows with input from others: documents of identity providers, drawings, discovery documents.
//!
//! Such documents are bounded before they are parsed. All the same they are read beside the async threads, one at a
//! time, and no request waits longer than [`PATIENCE`]: a hostile document only delays callers who send documents.

use std::time::Duration;

use crate::app::App;

/// How long an answer is waited for, the turn of others before it included.
const PATIENCE: Duration = Duration::from_secs(5);

/// The document was not read in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the document was not read within five seconds")]
pub struct TooSlow;

/// Runs `f`, which parses foreign input, on the background thread; skips it if its caller has gone by then.
///
/// # Errors
/// [`TooSlow`].
pub async fn read<T: Send + 'static>(
    app: &App,
    f: impl FnOnce() -> T + Send + 'static,
) -> Result<T, TooSlow> {
    let answer = tokio::time::timeout(PATIENCE, app.workers.run_background(f)).await;
    answer.map_err(|_| TooSlow)
}
