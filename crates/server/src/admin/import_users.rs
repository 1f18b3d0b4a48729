//! `cognate import`: a portion of a file of users.

use cognate_crypto::seal::RootKey;
use cognate_domain::Fault;
use cognate_domain::moving::apply::{self, Given, Wishes};
use cognate_store::Store;
use serde_json::{Value, json};

/// Applies a portion; returns what became of each row. `now`: the service's time in microseconds.
pub(super) async fn apply(
    store: &Store,
    root: &RootKey,
    now: i64,
    pool: &str,
    wishes: &Wishes,
    rows: Vec<Given>,
) -> Result<Value, String> {
    match apply::apply(store, root, now, pool, wishes, rows).await {
        Ok(done) => Ok(json!(done)),
        Err(Fault::Api(error)) => Err(error.message.into_owned()),
        Err(Fault::Stale) => Err("the pool changes too often; try again".to_owned()),
        Err(Fault::Internal(detail)) => Err(detail),
    }
}
