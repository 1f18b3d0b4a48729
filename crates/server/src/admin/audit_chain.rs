//! `cognate audit head` and `cognate audit verify` (docs/decisions/019).

use cognate_crypto::seal::RootKey;
use cognate_domain::Fault;
use cognate_domain::audit::chain::{self, Head};
use cognate_domain::audit::verify::{self, Position};
use cognate_domain::records::trail;
use cognate_store::Store;
use serde_json::{Value, json};

/// Returns the end of the chain.
pub(super) async fn head(store: &Store, root: &RootKey) -> Result<Value, String> {
    let key = trail::prepare(store, root).await.map_err(text)?;
    let head = chain::head(store, &key).await.map_err(text)?;
    Ok(json!(head))
}

/// Checks a part of the trail.
pub(super) async fn verify(
    store: &Store,
    root: &RootKey,
    pool: Option<&str>,
    heads: &[Head],
    position: Option<Position>,
) -> Result<Value, String> {
    let key = trail::prepare(store, root).await.map_err(text)?;
    let page = verify::page(store, &key, pool, heads, position).await;
    Ok(json!(page.map_err(text)?))
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Api(error) => error.message.into_owned(),
        Fault::Stale => "the database changes too often; try again".to_owned(),
        Fault::Internal(detail) => detail,
    }
}
