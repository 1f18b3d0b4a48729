//! `cognate consents`: the clients that a user let in although nobody vouches for them.

use cognate_crypto::seal::RootKey;
use cognate_domain::Fault;
use cognate_domain::oauth::withdrawal;
use cognate_domain::records::pool::Pool;
use cognate_domain::records::user::User;
use cognate_store::Store;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Whose consents.
#[derive(Debug, Serialize, Deserialize)]
pub struct Of {
    /// The pool's id.
    pub pool: String,
    /// The user's `sub`, or a name to sign in with.
    pub user: String,
}

/// Lists the consents of a user.
pub(super) async fn list(store: &Store, root: &RootKey, of: &Of) -> Result<Value, String> {
    let (pool, user) = find(store, root, of).await?;
    let lines = withdrawal::list(store, &pool, &user).await;
    Ok(json!(lines.map_err(text)?))
}

/// Withdraws the consents of a user to a client. `now`: the service's time in microseconds.
pub(super) async fn withdraw(
    store: &Store,
    root: &RootKey,
    now: i64,
    of: &Of,
    client: &str,
) -> Result<Value, String> {
    let (pool, user) = find(store, root, of).await?;
    let withdrawn = withdrawal::withdraw(store, &pool, &user, client, now).await;
    match withdrawn.map_err(text)? {
        None => Err(format!("The user has let no client {client} in.")),
        Some(n) => Ok(json!({"user": user.id, "client": client, "consents": n})),
    }
}

async fn find(store: &Store, root: &RootKey, of: &Of) -> Result<(Pool, User), String> {
    let Of { pool, user } = of;
    let found = Pool::load(store, root, pool).await.map_err(text)?;
    let found = found.ok_or_else(|| format!("User pool {pool} does not exist."))?;
    let named = User::find(store, &found, user).await.map_err(text)?;
    let named = named.ok_or_else(|| format!("User {user} does not exist."))?;
    Ok((found, named))
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Api(error) => error.message.into_owned(),
        Fault::Stale => "the user changes too often; try again".to_owned(),
        Fault::Internal(detail) => detail,
    }
}
