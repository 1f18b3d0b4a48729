//! Client secrets: their number, their ids, storing and showing them.

use std::sync::Arc;

use cognate_shapes::{ClientSecretDescriptorType, Timestamp};
use cognate_store::Batch;
use cognate_store::tables::{clients, guards};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::{audit, clock, resources};

/// The number of secrets that a client may have at a time (admin.md 7.2).
pub const MOST: usize = 2;

/// Refuses the operations on secrets for a client that registered itself (agents.md 3.2).
///
/// # Errors
/// InvalidParameterException.
pub fn refuse_dynamic(client: &Client) -> Result<()> {
    match client.is_registered() {
        true => Err(errors::clients::secrets_of_dynamic_client().into()),
        false => Ok(()),
    }
}

/// Returns the id of a new client's first secret.
pub fn first_id(client_id: &str, now: i64) -> String {
    format!("{client_id}--{}", now.div_euclid(clock::SECOND))
}

/// `<client-id>--<epoch seconds>` (admin.md 1.1). A secret made within the same second as the client's other one is
/// dated a second later, for an id names one secret.
pub fn new_id(client: &Client, now: i64) -> String {
    let mut second = now.div_euclid(clock::SECOND);
    loop {
        let id = format!("{}--{second}", client.id);
        if client.secrets.iter().all(|(other, _, _)| *other != id) {
            return id;
        }
        second += 1;
    }
}

/// Returns a secret for an answer, without its value.
pub fn descriptor(id: &str, created: i64) -> ClientSecretDescriptorType {
    ClientSecretDescriptorType {
        client_secret_id: Some(id.to_owned()),
        client_secret_value: None,
        client_secret_create_date: Some(Timestamp(created)),
    }
}

/// Commits the secrets that `client` holds now over those of the version that was read.
pub async fn commit(cx: &Cx<'_>, pool: &Pool, client: Client) -> Result<()> {
    let sealed = Client::seal_secrets(pool, &client.id, &client.secrets)?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let text = serde_json::to_string(&client.doc)?;
    let mac = Client::mac(pool, &client.id, &text, sealed.as_deref());
    let batch = clients::set_secrets(
        batch,
        &pool.id,
        &client.id,
        client.ver,
        sealed.as_deref(),
        mac,
        cx.now(),
    );
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        resources::clients::conflict(cx, &pool.id, &client.id, label)
    })
    .await?;
    let client = Arc::new(Client {
        sealed,
        modified: cx.now(),
        ver: client.ver + 1,
        ..client
    });
    cx.cache.put_client(&cx.clock, client);
    Ok(())
}
