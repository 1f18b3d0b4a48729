//! Webhooks: where the events of a pool are sent, their secrets, and the commands about them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::hash;
use cognate_crypto::seal::{Context, RootKey};
use cognate_crypto::secret::SecretBytes;
use cognate_outbound::Outbound;
use cognate_store::tables::event_webhooks::{self as table, WebhookRow};
use cognate_store::tables::guards;
use cognate_store::{Batch, CommitError, Store};
use serde::{Deserialize, Serialize};

use crate::audit;
use crate::clock::MINUTE;
use crate::errors::{self, Fault, Result, invalid_parameter};
use crate::events::cloud::Event;
use crate::events::types;
use crate::records::pool::Pool;
use crate::records::trail::TrailKey;

/// The webhooks of a pool at most.
pub const MOST: u32 = 10;
/// The patterns of a webhook at most.
const PATTERNS: usize = 50;
/// How far the clocks of nodes may be apart, in microseconds: what one of them does now is no past event.
const SKEW: i64 = MINUTE;
/// Bytes of a URL at most.
const URL: usize = 1_000;

/// What is set.
#[derive(Clone, Serialize, Deserialize)]
pub struct Wanted {
    /// Where events are posted.
    pub url: String,
    /// `whsec_` and 24 to 64 bytes in base64.
    pub secret: String,
    /// Types, or beginnings of types and `*`; all if there are none.
    pub types: Vec<String>,
}

impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wanted")
            .field("types", &self.types)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct Doc {
    url: String,
    types: Vec<String>,
    /// What happened before is not sent, wherever the chain has it: rows of an older program are linked after the upgrade.
    #[serde(default)]
    since: i64,
}

/// A webhook.
pub struct Webhook {
    /// As it is stored.
    pub row: WebhookRow,
    /// Where events are posted.
    pub url: String,
    /// The patterns of types; all types if there are none.
    pub types: Vec<String>,
    since: i64,
    secret: SecretBytes,
}

/// A webhook as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Where events are posted.
    pub url: String,
    /// The patterns of types.
    pub types: Vec<String>,
    /// The number of the last row of the trail that is done with; -1 before the first look.
    pub place: i64,
    /// Sends in a row that failed.
    pub failures: i64,
    /// Why the last one failed.
    pub problem: String,
}

fn id(url: &str) -> String {
    hash::sha256_hex(url.as_bytes())
        .get(..32)
        .unwrap_or_default()
        .to_owned()
}

fn context<'a>(pool_id: &'a str, id: &'a str) -> Context<'a> {
    Context {
        table: "event_webhooks",
        column: "sealed",
        pool: pool_id,
        row: id,
    }
}

impl Webhook {
    /// Opens a row of a pool.
    ///
    /// # Errors
    /// An internal fault for a row that is not signed or does not open.
    pub fn open(pool: &Pool, row: WebhookRow) -> Result<Self> {
        pool.check(&row.signed(), row.mac.as_deref())?;
        let doc: Doc = serde_json::from_str(&row.doc)?;
        let secret = pool
            .key
            .open(&context(&pool.id, &row.webhook_id), &row.sealed)?;
        Ok(Self {
            url: doc.url,
            types: doc.types,
            since: doc.since,
            secret,
            row,
        })
    }

    /// True if an event is sent to it.
    #[must_use]
    pub fn wants(&self, event: &Event) -> bool {
        event.at >= self.since && self.wants_type(event.kind)
    }

    fn wants_type(&self, kind: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|pattern| types::fits(pattern, kind))
    }

    /// Returns the value of `webhook-signature`. `timestamp`: seconds since the epoch, as `webhook-timestamp` has them.
    #[must_use]
    pub fn signature(&self, id: &str, timestamp: &str, body: &[u8]) -> String {
        let parts = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
        let mac = hash::hmac_sha256_of(self.secret.expose(), &parts);
        format!("v1,{}", STANDARD.encode(mac))
    }

    /// Returns the host, for logs and the trail: the rest of a URL may be a secret.
    #[must_use]
    pub fn host(&self) -> String {
        cognate_outbound::host(&self.url).unwrap_or_default()
    }

    fn shown(&self) -> Shown {
        Shown {
            url: self.url.clone(),
            types: self.types.clone(),
            place: self.row.place,
            failures: self.row.failures,
            problem: self.row.problem.clone(),
        }
    }
}

/// Reads the secret of a webhook.
fn secret(text: &str) -> Result<SecretBytes> {
    let bytes = text.trim().strip_prefix("whsec_");
    let bytes = bytes.and_then(|text| STANDARD.decode(text).ok());
    let bytes = bytes.filter(|bytes| (24..=64).contains(&bytes.len()));
    let refusal = || {
        invalid_parameter(
            "A secret of a webhook is whsec_ and 24 to 64 bytes in base64: echo whsec_$(openssl rand -base64 32)",
        )
    };
    Ok(SecretBytes::new(bytes.ok_or_else(refusal)?))
}

async fn active(store: &Store, root: &RootKey, id: &str) -> Result<Pool> {
    let pool = Pool::load(store, root, id).await?;
    Ok(pool.ok_or_else(|| errors::pool_not_found(id))?)
}

async fn found(store: &Store, pool: &Pool, url: &str) -> Result<Webhook> {
    let row = table::get(store, &pool.id, &id(url)).await?;
    let none = || invalid_parameter("The user pool has no webhook with this URL.");
    Webhook::open(pool, row.ok_or_else(none)?)
}

/// Where commands work, and when: the service's time in microseconds.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The database.
    pub store: &'a Store,
    /// The sealing key.
    pub root: &'a RootKey,
    /// The key of the trail.
    pub key: &'a TrailKey,
    /// Microseconds.
    pub now: i64,
}

/// Sets a webhook of a pool. A new one is sent what happens from now on; one that is there keeps its place. `outbound`: the
/// client of the server, None where a command opened the database itself.
///
/// # Errors
/// ResourceNotFoundException for an unknown pool; InvalidParameterException for settings that cannot be.
pub async fn set(
    ground: Ground<'_>,
    pool_id: &str,
    wanted: &Wanted,
    outbound: Option<&Outbound>,
) -> Result<Shown> {
    let Ground { store, root, .. } = ground;
    let pool = active(store, root, pool_id).await?;
    let refuse = |text: String| Err(invalid_parameter(text).into());
    let url = wanted.url.trim();
    let is_one = cognate_outbound::host(url).is_some() && !url.contains(['#', '@']);
    if !is_one || url.len() > URL || outbound.is_some_and(|outbound| !outbound.may_call(url)) {
        return refuse(
            "The URL of a webhook is one of https that this server may call.".to_owned(),
        );
    }
    if wanted.types.len() > PATTERNS {
        return refuse(format!(
            "A webhook has at most {PATTERNS} patterns of types."
        ));
    }
    for pattern in &wanted.types {
        if !types::all().iter().any(|kind| types::fits(pattern, kind)) {
            return refuse(format!(
                "There is no type of events {pattern}: docs/EVENTS.md lists them."
            ));
        }
    }
    let secret = secret(&wanted.secret)?;
    let id = id(url);
    let all = table::of_pool(store, &pool.id, MOST).await?;
    let before = all.iter().find(|row| row.webhook_id == id);
    if before.is_none() && all.len() >= usize::try_from(MOST).unwrap_or(usize::MAX) {
        return refuse(format!("A user pool has at most {MOST} webhooks."));
    }
    let since = match before {
        Some(row) => Webhook::open(&pool, row.clone())?.since,
        None => ground.now.saturating_sub(SKEW),
    };
    let doc = Doc {
        url: url.to_owned(),
        types: wanted.types.clone(),
        since,
    };
    let mut row = WebhookRow {
        pool_id: pool.id.clone(),
        doc: serde_json::to_string(&doc)?,
        sealed: pool.key.seal(&context(&pool.id, &id), secret.expose()),
        created: before.map_or(ground.now, |row| row.created),
        modified: ground.now,
        ver: before.map_or(1, |row| row.ver),
        mac: None,
        place: match before {
            Some(row) => row.place,
            None => crate::audit::chain::head(store, ground.key).await?.number,
        },
        due: 0,
        failures: 0,
        problem: String::new(),
        webhook_id: id,
    };
    row.mac = Some(pool.sign(&row.signed()));
    let guard = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = table::set(guard, &row, before.is_none());
    let webhook = Webhook::open(&pool, row)?;
    commit(ground, batch, "SetEventWebhook", &webhook).await?;
    Ok(webhook.shown())
}

/// Returns the webhooks of a pool.
///
/// # Errors
/// ResourceNotFoundException for an unknown pool; the store's.
pub async fn list(store: &Store, root: &RootKey, pool_id: &str) -> Result<Vec<Shown>> {
    let pool = active(store, root, pool_id).await?;
    let rows = table::of_pool(store, &pool.id, MOST).await?;
    let shown = rows
        .into_iter()
        .map(|row| Ok(Webhook::open(&pool, row)?.shown()));
    shown.collect()
}

/// Ends a webhook.
///
/// # Errors
/// ResourceNotFoundException for an unknown pool; InvalidParameterException for an unknown URL.
pub async fn end(ground: Ground<'_>, pool_id: &str, url: &str) -> Result<()> {
    let pool = active(ground.store, ground.root, pool_id).await?;
    let webhook = found(ground.store, &pool, url.trim()).await?;
    let batch = table::end(Batch::new(), &webhook.row);
    commit(ground, batch, "EndEventWebhook", &webhook).await
}

/// Has a webhook, or every webhook of a pool, begin again behind a place; returns their number.
///
/// # Errors
/// ResourceNotFoundException for an unknown pool; InvalidParameterException for an unknown URL.
pub async fn rewind(
    ground: Ground<'_>,
    pool_id: &str,
    url: Option<&str>,
    place: i64,
) -> Result<usize> {
    let pool = active(ground.store, ground.root, pool_id).await?;
    let webhooks = match url {
        Some(url) => vec![found(ground.store, &pool, url.trim()).await?],
        None => {
            let rows = table::of_pool(ground.store, &pool.id, MOST).await?;
            let all = rows.into_iter().map(|row| Webhook::open(&pool, row));
            all.collect::<Result<_>>()?
        }
    };
    for webhook in &webhooks {
        let doc = Doc {
            url: webhook.url.clone(),
            types: webhook.types.clone(),
            since: 0,
        };
        let mut row = webhook.row.clone();
        row.doc = serde_json::to_string(&doc)?;
        row.mac = Some(pool.sign(&row.signed()));
        let batch = table::rewind(Batch::new(), &row, place);
        commit(ground, batch, "ReplayEvents", webhook).await?;
    }
    Ok(webhooks.len())
}

async fn commit(ground: Ground<'_>, batch: Batch, name: &str, webhook: &Webhook) -> Result<()> {
    let host = webhook.host();
    let entry = audit::command(name, Some(&host));
    let batch = entry.append(batch, &webhook.row.pool_id, ground.now);
    match ground.store.commit(batch).await {
        Ok(_) => Ok(()),
        Err(CommitError::Conflict(table::CHANGED)) => Err(Fault::Stale),
        Err(CommitError::Conflict(_)) => Err(errors::pool_not_found(&webhook.row.pool_id).into()),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}
