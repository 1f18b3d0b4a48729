//! The clients that a user let in although nobody vouches for them, as administrators see them and take them out again (decision 027).
//! A user's own way is to sign out everywhere, which takes all of them out (`tokens/revoke.rs`).

use cognate_store::tables::{authorization_codes, consents, guards, sessions};
use cognate_store::{Batch, CommitError, Store};
use serde::Serialize;

use crate::audit;
use crate::errors::{Fault, Result};
use crate::oauth::consent::Doc;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::resources::metadata::url;

/// The name of a withdrawal in the audit trail.
pub const NAME: &str = "WithdrawConsent";

/// A client that a user let in, with one place of its answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The id of the client, or the URL of its document.
    pub client: String,
    /// Where its answers go: a host, or the scheme of an application.
    pub place: String,
    /// The scopes that it may have.
    pub scopes: Vec<String>,
    /// The resource servers for which it may have tokens.
    pub resources: Vec<String>,
    /// The time of the first consent, in microseconds.
    pub created: i64,
    /// The time of the last one, in microseconds.
    pub modified: i64,
}

/// Returns the clients that a user let in, by client and place.
///
/// # Errors
/// The store's; a row that is not signed.
pub async fn list(store: &Store, pool: &Pool, user: &User) -> Result<Vec<Line>> {
    let mut lines: Vec<Line> = given(store, pool, user)
        .await?
        .into_iter()
        .map(|(_, line)| line)
        .collect();
    lines.sort_by(|one, other| (&one.client, &one.place).cmp(&(&other.client, &other.place)));
    Ok(lines)
}

/// Takes a client out: the user is asked again, and its sessions end with their refresh and access tokens. A code that waits for its
/// exchange ends too, whosever it is. `now`: the service's time in microseconds. Returns how many consents there were; with none
/// nothing is done.
///
/// # Errors
/// The store's; a row that is not signed; another change at the same time.
pub async fn withdraw(
    store: &Store,
    pool: &Pool,
    user: &User,
    client: &str,
    now: i64,
) -> Result<usize> {
    let given = given(store, pool, user).await?.into_iter();
    let keys: Vec<String> = given
        .filter(|(_, line)| line.client == client)
        .map(|(key, _)| key)
        .collect();
    if keys.is_empty() {
        return Ok(0);
    }
    let (pool_id, user_id) = (&pool.id, &user.id);
    let batch = guards::require_pool_active(Batch::new(), pool_id);
    // What an exchange takes goes before what it opens: of two at once the second one sees what the first one did.
    let batch = authorization_codes::delete_of_user(batch, pool_id, user_id);
    let batch = keys.iter().fold(batch, |batch, key| {
        consents::delete(batch, pool_id, user_id, key)
    });
    let batch = match url::is_url(client) {
        true => sessions::delete_of_url(batch, pool_id, user_id, client),
        false => sessions::delete_of_client(batch, pool_id, user_id, client),
    };
    let entry = audit::Entry {
        user: Some(user_id),
        ..audit::command(NAME, Some(client))
    };
    let batch = entry.append(batch, pool_id, now);
    match store.commit(batch).await {
        Ok(_) => Ok(keys.len()),
        Err(CommitError::Conflict(_)) => Err(Fault::Stale),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
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
            scopes: doc.scopes.into_iter().collect(),
            resources: doc.resources.into_iter().collect(),
            created: row.created,
            modified: row.modified,
        };
        all.push((key, line));
    }
    Ok(all)
}
