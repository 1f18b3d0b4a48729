//! The job behind MetadataURL: reads the metadata of a SAML provider again every six hours (endpoints.md 4.4).
//!
//! What cannot be reached or is no good changes nothing: the provider goes on with what was read last, and is asked again
//! sooner. Each provider with a MetadataURL has a row in `jobs` whose lease ends when its next turn begins, so the nodes
//! share the work and a turn missed by one is another's. All times are the service's.

use cognate_store::tables::{identity_providers as table, jobs, pools};
use cognate_store::{Batch, CommitError};

use crate::app::App;
use crate::audit;
use crate::clock::{HOUR, MINUTE};
use crate::errors::{Fault, Result};
use crate::outbound;
use crate::records::mac;
use crate::records::provider::{Provider, ProviderDoc};
use crate::resources::providers::details;

/// The kind of the job in `jobs`; its key is pool and provider, neither of whose ids holds a slash.
const KIND: &str = "saml_metadata";
/// The time between two turns, in microseconds.
const EVERY: i64 = 6 * HOUR;
/// The time to the next turn after one that failed.
const SOON: i64 = 15 * MINUTE;
/// How long a node keeps a provider to itself; a call ends long before.
const LEASE: i64 = MINUTE;
/// Providers that one query finds.
const PORTION: u32 = 16;
/// What the cursor of a job says once its first turn, which has nothing to do, is over.
const BEGUN: &str = "begun";
/// The name in the audit trail.
const COMMAND: &str = "metadata refresh";

/// Sees to it that the provider has a job if it needs one.
pub fn plan(batch: Batch, pool_id: &str, provider: &Provider) -> Batch {
    if !provider.doc.details.contains_key(details::METADATA_URL) {
        return batch;
    }
    jobs::add(batch, KIND, &format!("{pool_id}/{}", provider.id), "")
}

/// Does what is due, provider after provider.
///
/// # Errors
/// A fault when the database fails. What a provider answers, or does not, is none.
pub async fn run(app: &App, node: &str) -> Result<()> {
    let mut after = String::new();
    loop {
        let now = app.clock.service();
        let due = jobs::due(&app.store, KIND, &after, now, PORTION).await?;
        let Some(last) = due.last() else {
            return Ok(());
        };
        after.clone_from(last);
        for key in &due {
            work(app, node, key).await?;
        }
    }
}

/// A provider's turn, unless another node has begun it.
async fn work(app: &App, node: &str, key: &str) -> Result<()> {
    let now = app.clock.service();
    let lease = jobs::take(&app.store, KIND, key, node, now, now + LEASE).await;
    let Some(lease) = lease.map_err(broken)? else {
        return Ok(());
    };
    let (batch, next) = match lease.cursor.as_str() {
        // The request that named the URL has just read it.
        "" => (Batch::new(), Some(EVERY)),
        _ => turn(app, key).await?,
    };
    let batch = match next {
        Some(pause) => jobs::checkpoint(batch, &lease, BEGUN, app.clock.service() + pause),
        None => jobs::finish(batch, &lease),
    };
    match app.store.commit(batch).await {
        // Somebody changed the provider or took the job: the next turn sees what is there.
        Ok(_) | Err(CommitError::Conflict(_)) => Ok(()),
        Err(error) => Err(broken(error)),
    }
}

fn broken(error: CommitError) -> Fault {
    Fault::Internal(format!("metadata refresh: {error}"))
}

/// What a turn changes, and the time to the next; None when there will be none.
async fn turn(app: &App, key: &str) -> Result<(Batch, Option<i64>)> {
    let Some((pool_id, provider_id)) = key.split_once('/') else {
        return Ok((Batch::new(), None));
    };
    let Some(mut row) = table::by_id(&app.store, pool_id, provider_id).await? else {
        return Ok((Batch::new(), None));
    };
    let Some(pool) = pools::get(&app.store, pool_id).await? else {
        return Ok((Batch::new(), None));
    };
    let key = app.root.unwrap_pool_key(pool_id, &pool.data_key)?;
    mac::check(&key, pool_id, &row.signed(), row.mac.as_deref())?;
    let mut doc: ProviderDoc = serde_json::from_str(&row.doc)?;
    let Some(url) = doc.details.get(details::METADATA_URL) else {
        // An update that names a URL again makes another version, and the job stays.
        let batch = table::guard_version(Batch::new(), pool_id, provider_id, row.ver);
        return Ok((batch, None));
    };
    let now = app.clock.service();
    let found = match outbound::document(&app.outbound, url).await {
        Ok(body) => details::read_metadata(app, body, now)
            .await
            .map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            // The URL may hold a key, so it is not logged.
            tracing::warn!(pool_id, provider = %row.name, %error, "metadata could not be read again");
            return Ok((Batch::new(), Some(SOON)));
        }
    };
    if doc.metadata.as_ref() == Some(&found) {
        return Ok((Batch::new(), Some(EVERY)));
    }
    details::show_places(&mut doc.details, &found);
    doc.metadata = Some(found);
    row.doc = serde_json::to_string(&doc)?;
    row.mac = Some(mac::sign(&key, pool_id, &row.signed()));
    let batch = table::update(Batch::new(), pool_id, &row);
    let batch = audit::command(COMMAND, Some(&row.name)).append(batch, pool_id, now);
    Ok((batch, Some(EVERY)))
}
