//! The commands about access keys, each in one batch with its row of the audit trail.
//!
//! The command line and the control socket run them; a console that manages keys must run the same ones.

use cognate_crypto::seal::RootKey;
use cognate_domain::records::meta;
use cognate_domain::{App, audit};
use cognate_store::tables::meta as meta_table;
use cognate_store::{Batch, CommitError, Store};

use crate::keys::{self, Change, KeyError, NewKey};

/// Creates an access key; without a policy it is a root key. `now` is the wall's time in microseconds.
///
/// # Errors
/// A bad name or policy; the store's.
pub async fn create_key(
    store: &Store,
    root: &RootKey,
    now: i64,
    name: &str,
    policy: Option<&str>,
) -> Result<NewKey, KeyError> {
    let (created, batch) = keys::create(root, name, policy, now)?;
    let done = audit::command("CreateAccessKey", Some(&created.id));
    let batch = done.append(batch, "", service_time(store, now).await?);
    let outcome = store.commit(batch).await;
    outcome.map_err(|error| KeyError::Database(error.to_string()))?;
    Ok(created)
}

/// Changes an access key. `now` is the wall's time in microseconds.
///
/// # Errors
/// See [`keys::change`].
pub async fn change_key(
    store: &Store,
    root: &RootKey,
    now: i64,
    id: &str,
    change: Change,
) -> Result<(), KeyError> {
    let name = match change {
        Change::Enable => "EnableAccessKey",
        Change::Disable => "DisableAccessKey",
        Change::Delete => "DeleteAccessKey",
    };
    let done = audit::command(name, Some(id));
    let batch = done.append(Batch::new(), "", service_time(store, now).await?);
    keys::change_with(batch, store, root, id, change).await
}

/// Returns the service's time, which `dev` may have moved ahead of the wall's, in microseconds.
///
/// # Errors
/// The store's.
pub async fn service_time(store: &Store, wall: i64) -> Result<i64, KeyError> {
    let offset = meta::clock_offset(store).await;
    Ok(wall + offset.map_err(|fault| KeyError::Database(format!("{fault:?}")))?)
}

/// Creates the root key of a database that never had one. The mark beside it makes one of several first nodes the one
/// that creates it, and keeps a deleted root key deleted. None if the key was created before.
///
/// # Errors
/// The store's.
pub async fn create_first_root(app: &App) -> Result<Option<NewKey>, KeyError> {
    const MADE: &str = "root_key_made";
    let database = |error: &dyn std::fmt::Display| KeyError::Database(error.to_string());
    let mark = meta_table::get(&app.store, MADE).await;
    if mark.map_err(|error| database(&error))?.is_some() {
        return Ok(None);
    }
    let (created, batch) = keys::create(&app.root, "root", None, app.clock.wall())?;
    let done = audit::command("CreateAccessKey", Some(&created.id));
    let batch = done.append(batch, "", app.clock.service());
    let batch = meta_table::put(batch, MADE, None, "1");
    match app.store.commit(batch).await {
        Ok(_) => Ok(Some(created)),
        Err(CommitError::Conflict(_)) => Ok(None),
        Err(error) => Err(database(&error)),
    }
}
