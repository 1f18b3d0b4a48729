//! `cognate providers`: the identity providers of a pool, and what one of them lacks.

use cognate_crypto::seal::RootKey;
use cognate_domain::oauth::provider::diagnosis::{self, Asked};
use cognate_domain::records::pool::Pool;
use cognate_domain::{App, Fault};
use cognate_store::Store;
use serde_json::{Value, json};

/// Lists the providers of a pool by name.
pub(super) async fn list(store: &Store, root: &RootKey, pool: &str) -> Result<Value, String> {
    let found = Pool::load(store, root, pool).await.map_err(text)?;
    let found = found.ok_or_else(|| format!("User pool {pool} does not exist."))?;
    let listed = diagnosis::list(&found, store).await.map_err(text)?;
    Ok(json!(listed))
}

/// Tests a provider. `urls`: those of this server as browsers know it, besides the ones of the settings.
///
/// # Errors
/// A text for the person at the terminal.
pub async fn test(
    app: &App,
    pool: &str,
    provider: &str,
    answer: Option<&str>,
    urls: &[String],
) -> Result<Value, String> {
    if answer.is_some_and(|answer| answer.len() > diagnosis::LONGEST_ANSWER) {
        return Err("the answer is longer than any that a sign-in takes".to_owned());
    }
    let asked = Asked {
        pool,
        provider,
        answer,
        urls,
    };
    let report = diagnosis::test(app, asked).await.map_err(text)?;
    Ok(json!(report))
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Api(error) => error.message.into_owned(),
        Fault::Stale => "the pool changes too often; try again".to_owned(),
        Fault::Internal(detail) => detail,
    }
}
