//! The clients that a user let in although nobody vouches for them, as administrators see them and take them out again (decision 027).
//! A user's own way is to sign out everywhere, which takes all of them out (`tokens/revoke.rs`).

use cognate_store::tables::{authorization_codes, clients, consents, guards, sessions};
use cognate_store::{Batch, CommitError, Store};
use serde::Serialize;

use crate::audit;
use crate::errors::{Fault, Result};
use crate::oauth::consent::Doc;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::resources::metadata::url;

/// The name of a withdrawal in the audit trail.
pub const NAME: &str = "WithdrawConsent";

/// A client that a user let in, with one place of its answers and one service that takes its tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The id of the client, or the URL of its document.
    pub client: String,
    /// Where its answers go: a host, or the scheme of an application.
    pub place: String,
    /// The resource server for which it may have tokens; None for tokens that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The scopes that it may have in them.
    pub scopes: Vec<String>,
    /// The time of the first consent, in microseconds.
    pub created: i64,
    /// The time of the last one, in microseconds.
    pub modified: i64,
}

/// Returns the clients that a user let in, by client, place and service.
///
/// # Errors
/// The store's; a row that is not signed.
pub async fn list(store: &Store, pool: &Pool, user: &User) -> Result<Vec<Line>> {
    let mut lines: Vec<Line> = given(store, pool, user)
        .await?
        .into_iter()
        .map(|(_, line)| line)
        .collect();
    let order = |line: &Line| {
        let Line {
            client,
            place,
            resource,
            ..
        } = line.clone();
        (client, place, resource)
    };
    lines.sort_by_cached_key(order);
    Ok(lines)
}

/// Takes a client out: the user is asked again, and its sessions end with their refresh and access tokens. A code that waits for its
/// exchange ends too, whosever it is. `now`: the service's time in microseconds. Returns how many consents there were: none where the
/// user has let in so many others since that it is not remembered, which keeps no session alive. None, and nothing is done, for an app
/// client that users are not asked about, and for one that is not there.
///
/// # Errors
/// The store's; a row that is not signed; another change at the same time.
pub async fn withdraw(
    store: &Store,
    pool: &Pool,
    user: &User,
    client: &str,
    now: i64,
) -> Result<Option<usize>> {
    let given = given(store, pool, user).await?.into_iter();
    let keys: Vec<String> = given
        .filter(|(_, line)| line.client == client)
        .map(|(key, _)| key)
        .collect();
    let is_url = url::is_url(client);
    if keys.is_empty() && !is_url && !is_asked_about(store, pool, client).await? {
        return Ok(None);
    }
    let (pool_id, user_id) = (&pool.id, &user.id);
    let batch = guards::require_pool_active(Batch::new(), pool_id);
    // What an exchange takes goes before what it opens: of two at once the second one sees what the first one did.
    let batch = authorization_codes::delete_of_user(batch, pool_id, user_id);
    let batch = keys.iter().fold(batch, |batch, key| {
        consents::delete(batch, pool_id, user_id, key)
    });
    let batch = match is_url {
        true => sessions::delete_of_url(batch, pool_id, user_id, client),
        false => sessions::delete_of_client(batch, pool_id, user_id, client),
    };
    let entry = audit::Entry {
        user: Some(user_id),
        ..audit::command(NAME, Some(client))
    };
    let batch = entry.append(batch, pool_id, now);
    match store.commit(batch).await {
        Ok(_) => Ok(Some(keys.len())),
        Err(CommitError::Conflict(_)) => Err(Fault::Stale),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}

/// True if there is an app client of that id that users are asked about.
async fn is_asked_about(store: &Store, pool: &Pool, id: &str) -> Result<bool> {
    let row = clients::get(store, id).await?;
    let row = row.filter(|row| row.pool_id == pool.id);
    let client = row.map(|row| Client::open(pool, row)).transpose()?;
    Ok(client.is_some_and(|client| client.is_let_in_by_users()))
}

/// Returns the consents of a user with their keys.
async fn given(store: &Store, pool: &Pool, user: &User) -> Result<Vec<(String, Line)>> {
    let mut all = Vec::new();
    for (key, row) in consents::of_user(store, &pool.id, &user.id).await? {
        pool.check(&row.signed(&user.id, &key), row.mac.as_deref())?;
        let doc: Doc = serde_json::from_str(&row.doc)?;
        let line = Line {
            client: doc.client,
            place: doc.place,
            resource: doc.resource,
            scopes: doc.scopes.into_iter().collect(),
            created: row.created,
            modified: row.modified,
        };
        all.push((key, line));
    }
    Ok(all)
}
