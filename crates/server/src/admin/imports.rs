//! `cognate imports`: what became of import jobs, and who still has the password hash of another system.

use cognate_crypto::seal::RootKey;
use cognate_domain::Fault;
use cognate_domain::moving::csv_import::status as imports;
use cognate_store::Store;
use serde_json::{Value, json};

/// Shows the lines of the log of a job after a line; null behind the last.
pub(super) async fn log(store: &Store, job: &str, after: i64) -> Result<Value, String> {
    let lines = imports::log(store, job, after).await.map_err(text)?;
    Ok(lines.map_or(
        Value::Null,
        |(last, lines)| json!({"last": last, "lines": lines}),
    ))
}

/// Shows a pool, or lists those that ever had users with hashes of other systems.
pub(super) async fn status(
    store: &Store,
    root: &RootKey,
    pool: Option<&str>,
) -> Result<Value, String> {
    match pool {
        Some(pool) => Ok(json!(
            imports::of_pool(store, root, pool).await.map_err(text)?
        )),
        None => Ok(json!(
            imports::pools_with_hashes(store, root)
                .await
                .map_err(text)?
        )),
    }
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Api(error) => error.message.into_owned(),
        Fault::Stale => "the pool changes too often; try again".to_owned(),
        Fault::Internal(detail) => detail,
    }
}
