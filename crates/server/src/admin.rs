//! What the command line asks of a database, whether a running server does it or the command itself.

use cognate_crypto::seal::RootKey;
use cognate_store::Store;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::access_keys::{self, Change};
use crate::issuer;

/// A command.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// Makes an access key; a root key when there is no policy.
    CreateKey {
        /// The name in ARNs.
        name: String,
        /// The policy document.
        policy: Option<String>,
    },
    /// Lists the access keys.
    ListKeys,
    /// Changes an access key.
    ChangeKey {
        /// The access key id.
        id: String,
        /// What to do.
        change: Change,
    },
    /// Sets the issuer of a pool's tokens (design decision 7).
    SetIssuer {
        /// The pool's id.
        pool: String,
        /// `gateway`, `aws` or a URL.
        issuer: String,
    },
}

/// Does what was asked. `now` in microseconds. The error is a text for the person at the terminal.
pub async fn perform(
    store: &Store,
    root: &RootKey,
    now: i64,
    request: Request,
) -> Result<Value, String> {
    match request {
        Request::CreateKey { name, policy } => {
            let made = access_keys::create(root, &name, policy.as_deref(), now);
            let (created, batch) = made.map_err(|e| e.to_string())?;
            store.commit(batch).await.map_err(|e| e.to_string())?;
            Ok(json!(created))
        }
        Request::ListKeys => Ok(json!(
            access_keys::list(store).await.map_err(|e| e.to_string())?
        )),
        Request::ChangeKey { id, change } => {
            access_keys::change(store, &id, change)
                .await
                .map_err(|e| e.to_string())?;
            Ok(json!({"id": id}))
        }
        Request::SetIssuer { pool, issuer } => {
            issuer::set(store, &pool, &issuer, now).await?;
            Ok(json!({"pool": pool}))
        }
    }
}
