//! What waits for an identity provider: a sign-in, or a sign-out.
//!
//! The provider's answer names it by a value of 256 random bits, `state` or `RelayState`; the row's key is a MAC of it under
//! a purpose of its own, so that no handle is good for two kinds. It is bound to the browser that began it, by a MAC of a
//! cookie, and to the host; it is good once and for five minutes.

use cognate_crypto::random;
use cognate_crypto::secret::ct_eq;
use cognate_store::Batch;
use cognate_store::tables::provider_requests::{self as table, RequestRow};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::Result;
use crate::records::pool::Pool;

/// The time in which the provider must have answered, in seconds (endpoints.md 4.3).
pub const SECONDS: i64 = 300;
/// The most bytes of a pool's id (the model's UserPoolIdType).
const LONGEST_POOL_ID: usize = 55;

/// The browser in which it was begun.
#[derive(Clone, Copy)]
pub struct Browser<'a> {
    /// The value of its cookie for sign-ins through providers.
    pub cookie: &'a str,
    /// The URL of this server as the browser knows it, without a trailing slash.
    pub base_url: &'a str,
}

/// The browser and the host that a row is bound to, in its document.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct BoundTo {
    /// The URL of this server as the browser knows it.
    pub(super) base_url: String,
    /// A MAC of the browser's cookie.
    browser: String,
}

impl BoundTo {
    pub(super) fn to(pool: &Pool, browser: Browser<'_>) -> Self {
        Self {
            base_url: browser.base_url.to_owned(),
            browser: browser_mac(pool, browser.cookie),
        }
    }

    /// True if this is the browser.
    pub(super) fn is(&self, pool: &Pool, browser: Browser<'_>) -> bool {
        let mac = browser_mac(pool, browser.cookie);
        ct_eq(mac.as_bytes(), self.browser.as_bytes()) && self.base_url == browser.base_url
    }
}

/// The document of a kind of row.
pub(super) trait Kind: Serialize + DeserializeOwned {
    /// The purpose of the MAC that is the row's key, and the name of the handle in the memory of an action.
    const PURPOSE: &'static str;
}

/// A row that waits.
pub(super) struct Kept<D> {
    /// The key of the row, which is no secret.
    pub(super) key: String,
    /// `state` or `RelayState`.
    pub(super) handle: String,
    /// The row.
    pub(super) row: RequestRow,
    /// Its document.
    pub(super) doc: D,
}

impl<D: Kind> Kept<D> {
    /// Returns a row that begins to wait now.
    ///
    /// # Errors
    /// Faults.
    pub(super) fn begin(cx: &Cx<'_>, pool: &Pool, client_id: &str, doc: D) -> Result<Self> {
        let random = cx.memory().once(D::PURPOSE, random::handle);
        let handle = format!("{}.{random}", pool.id);
        let key = key::<D>(pool, &handle);
        let mut row = RequestRow {
            client_id: client_id.to_owned(),
            answered: false,
            doc: serde_json::to_string(&doc)?,
            created: cx.now(),
            expires: cx.now().saturating_add(SECONDS * SECOND),
            mac: None,
        };
        row.mac = Some(pool.sign(&row.signed(&key)));
        Ok(Self {
            key,
            handle,
            row,
            doc,
        })
    }

    /// Returns the row behind a handle; None for one that is unknown, over or used.
    ///
    /// # Errors
    /// Faults.
    pub(super) async fn find(cx: &Cx<'_>, pool: &Pool, handle: &str) -> Result<Option<Self>> {
        if pool_of(handle) != Some(&pool.id) {
            return Ok(None);
        }
        let key = key::<D>(pool, handle);
        let row = table::live(&cx.store, &pool.id, &key, cx.now()).await?;
        let Some(row) = row else {
            return Ok(None);
        };
        pool.check(&row.signed(&key), row.mac.as_deref())?;
        let doc = serde_json::from_str(&row.doc)?;
        Ok(Some(Self {
            key,
            handle: handle.to_owned(),
            row,
            doc,
        }))
    }

    /// Adds the row.
    pub(super) fn insert(&self, batch: Batch, pool: &Pool) -> Batch {
        table::insert(batch, &pool.id, &self.key, &self.row)
    }

    /// Keeps the document of an answer. False if there was one already.
    ///
    /// # Errors
    /// Faults.
    pub(super) async fn answer(&self, cx: &Cx<'_>, pool: &Pool, doc: &D) -> Result<bool> {
        let mut row = RequestRow {
            answered: true,
            doc: serde_json::to_string(doc)?,
            ..self.row.clone()
        };
        row.mac = Some(pool.sign(&row.signed(&self.key)));
        cx.wins(table::answer(Batch::new(), &pool.id, &self.key, &row))
            .await
    }

    /// Uses up the row, which must be as it was read.
    pub(super) fn take(&self, batch: Batch, pool: &Pool) -> Batch {
        table::take(batch, &pool.id, &self.key, self.row.answered)
    }
}

/// Returns the pool that a handle names, where it has the form of one.
pub fn pool_of(handle: &str) -> Option<&str> {
    let (pool_id, random) = handle.split_once('.')?;
    let names = !pool_id.is_empty() && pool_id.len() <= LONGEST_POOL_ID;
    (random::is_handle(random) && names).then_some(pool_id)
}

fn key<D: Kind>(pool: &Pool, handle: &str) -> String {
    hex::encode(pool.key.mac(D::PURPOSE, handle.as_bytes()))
}

fn browser_mac(pool: &Pool, cookie: &str) -> String {
    hex::encode(pool.key.mac("provider browsers", cookie.as_bytes()))
}
