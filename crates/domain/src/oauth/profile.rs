//! The profile of a client: the service's own behaviour, or that of the standards (endpoints.md 7.3). It is no member of
//! the API; a command shows and sets it.

use cognate_crypto::seal::RootKey;
use cognate_store::tables::clients::{self, ClientRow};
use cognate_store::tables::{guards, pools};
use cognate_store::{Batch, CommitError, Store};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::oauth::client;
use crate::records::client::{ClientDoc, OidcProfile};
use crate::records::mac;

/// The times that a change is tried again when somebody changed the client in between.
const TRIES: usize = 5;

/// True if the id is that of a client with the standard profile.
///
/// # Errors
/// Faults.
pub async fn is_standard(cx: &Cx<'_>, client_id: &str) -> Result<bool> {
    let known = client::by_id(cx, client_id).await?;
    Ok(known.is_some_and(|(_, client)| client.is_standard()))
}

/// Returns the profile of a client.
///
/// # Errors
/// ResourceNotFoundException for an unknown client.
pub async fn of(store: &Store, root: &RootKey, client_id: &str) -> Result<OidcProfile> {
    let row = find(store, client_id).await?;
    Ok(open(store, root, &row).await?.0.oidc_profile)
}

/// Sets the profile of a client in an active pool, with an audit row. `now` in microseconds. A server forgets its cached
/// client within a second.
///
/// # Errors
/// ResourceNotFoundException for an unknown client and for one whose pool is being deleted.
pub async fn set(
    store: &Store,
    root: &RootKey,
    now: i64,
    client_id: &str,
    profile: OidcProfile,
) -> Result<()> {
    for _ in 0..TRIES {
        let row = find(store, client_id).await?;
        let (doc, key) = open(store, root, &row).await?;
        let doc = serde_json::to_string(&ClientDoc {
            oidc_profile: profile,
            ..doc
        })?;
        let signed = clients::signed(&row.client_id, &doc, row.sealed.as_deref());
        let mac = mac::sign(&key, &row.pool_id, &signed);
        let batch = guards::require_pool_active(Batch::new(), &row.pool_id);
        let batch = clients::update(batch, &row.pool_id, &row.client_id, row.ver, &doc, mac, now);
        let detail = format!("{client_id} {}", profile.name());
        let done = audit::command("SetOidcProfile", Some(&detail));
        match store.commit(done.append(batch, &row.pool_id, now)).await {
            Ok(_) => return Ok(()),
            Err(CommitError::Conflict(guards::POOL_GONE)) => {
                return Err(errors::client_not_found(client_id).into());
            }
            // Somebody changed the client in between.
            Err(CommitError::Conflict(_)) => {}
            Err(other) => return Err(Fault::Internal(format!("commit: {other}"))),
        }
    }
    Err(Fault::Stale)
}

async fn find(store: &Store, client_id: &str) -> Result<ClientRow> {
    let row = clients::get(store, client_id).await?;
    row.ok_or_else(|| errors::client_not_found(client_id).into())
}

/// Returns the settings of a client, checked, and the key of its pool.
async fn open(
    store: &Store,
    root: &RootKey,
    row: &ClientRow,
) -> Result<(ClientDoc, cognate_crypto::seal::PoolKey)> {
    let pool = pools::get(store, &row.pool_id).await?;
    let pool = pool.ok_or_else(|| errors::client_not_found(&row.client_id))?;
    let key = root.unwrap_pool_key(&row.pool_id, &pool.data_key)?;
    let signed = clients::signed(&row.client_id, &row.doc, row.sealed.as_deref());
    mac::check(&key, &row.pool_id, &signed, row.mac.as_deref())?;
    Ok((serde_json::from_str(&row.doc)?, key))
}
