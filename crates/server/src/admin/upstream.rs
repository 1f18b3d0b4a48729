//! `cognate upstream`: a pool in front of a pool of another server (decision 018).

use cognate_crypto::seal::RootKey;
use cognate_domain::upstream::settings::{self, Wanted};
use cognate_domain::{App, Fault};
use cognate_store::Store;
use serde_json::{Value, json};

/// Sets the upstream of a pool. `now`: the service's time in microseconds. `app`: the server that runs, which knows what it
/// may call.
pub(crate) async fn set(
    store: &Store,
    root: &RootKey,
    now: i64,
    pool: &str,
    wanted: &Wanted,
    app: Option<&App>,
) -> Result<Value, String> {
    let outbound = app.map(|app| &app.outbound);
    let shown = settings::set(store, root, now, pool, wanted, outbound).await;
    if let Some(app) = app {
        app.upstreams.forget(pool);
    }
    Ok(json!(shown.map_err(text)?))
}

/// Shows the upstream of a pool; null without one.
pub(super) async fn status(store: &Store, root: &RootKey, pool: &str) -> Result<Value, String> {
    let shown = settings::status(store, root, pool).await;
    Ok(json!(shown.map_err(text)?))
}

/// Ends the upstream of a pool.
pub(super) async fn end(
    store: &Store,
    root: &RootKey,
    now: i64,
    pool: &str,
) -> Result<Value, String> {
    let shown = settings::end(store, root, now, pool).await;
    Ok(json!(shown.map_err(text)?))
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Api(error) => error.message.into_owned(),
        Fault::Stale => "the pool changes too often; try again".to_owned(),
        Fault::Internal(detail) => detail,
    }
}
