//! `cognate client list --dynamic`: the clients of a pool that registered themselves.

use cognate_crypto::seal::RootKey;
use cognate_domain::Fault;
use cognate_domain::records::client::Client;
use cognate_domain::records::pool::Pool;
use cognate_store::Store;
use cognate_store::tables::dynamic_clients;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The clients of an answer.
const PAGE: i64 = 200;

/// A part of the list.
#[derive(Debug, Serialize, Deserialize)]
pub struct Wanted {
    /// The pool's id.
    pub pool: String,
    /// The id of the client to go on behind; empty from the first on.
    pub after: String,
}

/// Lists clients by id; none if there are no more.
pub(super) async fn list(store: &Store, root: &RootKey, wanted: &Wanted) -> Result<Value, String> {
    let Wanted { pool, after } = wanted;
    let found = Pool::load(store, root, pool).await.map_err(text)?;
    let found = found.ok_or_else(|| format!("User pool {pool} does not exist."))?;
    let page = dynamic_clients::page(store, &found.id, after, PAGE).await;
    let page = page.map_err(|error| text(error.into()))?;
    let mut listed = Vec::new();
    for row in page {
        let used = row.registration.used;
        let client = Client::open(&found, row.client).map_err(text)?;
        let said = client.doc.registration.as_ref();
        listed.push(json!({
            "client": client.id,
            "kind": said.map(|said| said.kind),
            "managed": said.is_some_and(|said| said.managed),
            "used": used,
            "created": client.created,
            "name": client.doc.name,
        }));
    }
    Ok(json!(listed))
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Api(error) => error.message.into_owned(),
        Fault::Stale => "the pool changes too often; try again".to_owned(),
        Fault::Internal(detail) => detail,
    }
}
