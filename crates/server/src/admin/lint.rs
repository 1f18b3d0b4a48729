//! `cognate lint`: what is dangerous or surprising in the settings of a pool.

use cognate_crypto::seal::RootKey;
use cognate_domain::{Fault, lint};
use cognate_store::Store;
use serde_json::{Value, json};

/// The most findings of an answer.
const MOST: usize = 500;

/// Returns a part of the findings of a pool, from that of a number on, and how many there are.
///
/// # Errors
/// A text for the person at the terminal.
pub(super) async fn findings(
    store: &Store,
    root: &RootKey,
    now: i64,
    pool: &str,
    from: usize,
) -> Result<Value, String> {
    let found = lint::pool(store, root, now, pool).await;
    let found = found.map_err(|fault| match fault {
        Fault::Api(error) => error.message.into_owned(),
        other => format!("{other:?}"),
    })?;
    let part: Vec<_> = found.iter().skip(from).take(MOST).collect();
    Ok(json!({"total": found.len(), "findings": part}))
}
