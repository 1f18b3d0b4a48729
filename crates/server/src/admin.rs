//! What the command line asks of a database, whether a running server does it or the command itself.

use cognate_crypto::seal::RootKey;
use cognate_domain::audit;
use cognate_domain::records::meta;
use cognate_store::{Batch, Store};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::access_keys::{self, Change};
use crate::audit::{self as trail, Position, Query};
use crate::issuer;

/// A command.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// Lists a part of the audit trail.
    Audit {
        /// Which rows.
        query: Query,
        /// Where the listing goes on; None begins with the newest.
        position: Option<Position>,
        /// Lines at most.
        lines: usize,
    },
}

impl Request {
    /// Whether nothing is changed by it.
    pub fn only_reads(&self) -> bool {
        matches!(self, Self::ListKeys | Self::Audit { .. })
    }
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
            let done = audit::command("CreateAccessKey", Some(&created.id));
            let batch = done.append(batch, "", service_time(store, now).await?);
            store.commit(batch).await.map_err(|e| e.to_string())?;
            Ok(json!(created))
        }
        Request::ListKeys => Ok(json!(
            access_keys::list(store).await.map_err(|e| e.to_string())?
        )),
        Request::ChangeKey { id, change } => {
            let name = match change {
                Change::Enable => "EnableAccessKey",
                Change::Disable => "DisableAccessKey",
                Change::Delete => "DeleteAccessKey",
            };
            let done = audit::command(name, Some(&id));
            let batch = done.append(Batch::new(), "", service_time(store, now).await?);
            access_keys::change_with(batch, store, root, &id, change)
                .await
                .map_err(|e| e.to_string())?;
            Ok(json!({"id": id}))
        }
        Request::SetIssuer { pool, issuer } => {
            issuer::set(store, root, &pool, &issuer, now).await?;
            Ok(json!({"pool": pool}))
        }
        Request::Audit {
            query,
            position,
            lines,
        } => {
            let now = service_time(store, now).await?;
            let page = trail::page(store, now, &query, position, lines).await?;
            Ok(json!(page))
        }
    }
}

/// The service's time, which `dev` may have moved ahead of the wall's, in microseconds.
async fn service_time(store: &Store, wall: i64) -> Result<i64, String> {
    let offset = meta::clock_offset(store).await;
    Ok(wall + offset.map_err(|fault| format!("{fault:?}"))?)
}
