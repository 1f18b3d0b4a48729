//! The job behind MetadataURL: reads the metadata of a SAML provider again every six hours (endpoints.md 4.4).
//!
//! A document that cannot be fetched or is not valid changes nothing: the provider goes on with the previous one, and
//! is asked again sooner. Each provider with a MetadataURL has a row in `jobs` whose lease ends when its next turn
//! begins, so the nodes share the work, and a turn that one has missed is another's. All times are the service's.

use std::time::Duration;

use cognate_store::Batch;
use cognate_store::tables::{guards, identity_providers as table, jobs, pools};

use crate::app::App;
use crate::audit;
use crate::clock::{HOUR, MINUTE};
use crate::errors::Result;
use crate::jobs::runner::{Job, Progress};
use crate::outbound;
use crate::records::mac;
use crate::records::provider::{Provider, ProviderDoc};
use crate::resources::providers::details;

/// The time between two turns, in microseconds.
const INTERVAL: i64 = 6 * HOUR;
/// The time to the next turn after one that failed.
const SOON: i64 = 15 * MINUTE;
/// The cursor of a job after its first turn, which has nothing to do.
const BEGUN: &str = "begun";
/// The name in the audit trail.
const COMMAND: &str = "metadata refresh";

/// The refresh of a provider's metadata. The key of the job is pool and provider, neither of whose ids holds a slash.
#[derive(Default)]
pub struct MetadataRefresh;

/// Adds the job of a provider that has a MetadataURL.
pub fn plan(batch: Batch, pool_id: &str, provider: &Provider) -> Batch {
    if !provider.doc.details.contains_key(details::METADATA_URL) {
        return batch;
    }
    let key = format!("{pool_id}/{}", provider.id);
    jobs::add(batch, MetadataRefresh::KIND, &key, "")
}

impl Job for MetadataRefresh {
    const KIND: &'static str = "saml_metadata";
    const EVERY: Duration = Duration::from_secs(60);

    fn now(app: &App) -> i64 {
        app.clock.service()
    }

    async fn portion(&mut self, app: &App, key: &str, cursor: &str) -> Result<Progress> {
        let (batch, next) = match cursor {
            // The request that named the URL has just read it.
            "" => (Batch::new(), Some(INTERVAL)),
            _ => refresh(app, key).await?,
        };
        Ok(match next {
            Some(pause) => Progress::Later {
                batch,
                cursor: BEGUN.into(),
                pause,
            },
            None => Progress::Done(batch),
        })
    }
}

/// Reads the metadata again. Returns the changes, and the time to the next turn; None if there will be none.
async fn refresh(app: &App, key: &str) -> Result<(Batch, Option<i64>)> {
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
        let batch = guards::require_provider_unchanged(Batch::new(), pool_id, provider_id, row.ver);
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
        return Ok((Batch::new(), Some(INTERVAL)));
    }
    details::show_places(&mut doc.details, &found);
    doc.metadata = Some(found);
    row.entity = doc.entity();
    row.doc = serde_json::to_string(&doc)?;
    row.mac = Some(mac::sign(&key, pool_id, &row.signed()));
    let batch = table::update(Batch::new(), pool_id, &row);
    let batch = audit::command(COMMAND, Some(&row.name)).append(batch, pool_id, now);
    Ok((batch, Some(INTERVAL)))
}
