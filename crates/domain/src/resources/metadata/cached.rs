//! The documents that were fetched for a policy (agents.md 1.4): how one is found, kept, and shown.

use cognate_shapes::{ClientMetadataURLType, Timestamp};
use cognate_store::Batch;
use cognate_store::tables::cimd_documents::{self, DocumentRow, Most};

use crate::clock::{DAY, HOUR, SECOND};
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::records::client_metadata::Metadata;
use crate::records::pool::Pool;
use crate::resources::metadata::Policy;
use crate::resources::metadata::fetch::Fetched;

/// URLs that are kept for a policy (agents.md 1.4), and for all policies of a pool; those that were unused for longest go. Each
/// has a document of ten kibibytes at most.
const MOST: Most = Most {
    of_policy: 1_000,
    of_pool: 2_000,
};

/// How long a document is good after its end while nothing can be learned about it, in microseconds: neither a host that is out of
/// reach for a while nor whoever uses up its budget of fetches keeps its users out. Our choice.
const GRACE: i64 = 6 * HOUR;

/// The row of a URL.
#[derive(Clone, Debug)]
pub struct Cached {
    /// The row.
    pub row: DocumentRow,
    /// The document; None after INVALIDATE.
    pub metadata: Option<Metadata>,
}

impl Cached {
    fn open(pool: &Pool, policy_id: &str, row: DocumentRow) -> Result<Self> {
        pool.check(&row.signed(policy_id), row.mac.as_deref())?;
        let metadata = match row.doc.as_str() {
            "" => None,
            doc => Some(serde_json::from_str(doc)?),
        };
        Ok(Self { row, metadata })
    }

    /// Returns the document if it is still good.
    pub fn live(&self, now: i64) -> Option<&Metadata> {
        self.metadata.as_ref().filter(|_| self.row.ends > now)
    }

    /// Returns the document if it is good, or was until lately: for where nothing can be learned about it. One that was taken away is
    /// not.
    pub fn lingering(&self, now: i64) -> Option<&Metadata> {
        let until = self.row.ends.saturating_add(GRACE);
        self.metadata.as_ref().filter(|_| until > now)
    }

    /// Returns the URL as the listing shows it.
    pub fn to_api(self) -> ClientMetadataURLType {
        let at = |time| self.metadata.is_some().then_some(Timestamp(time));
        ClientMetadataURLType {
            cached_date: at(self.row.cached),
            expiration_date: at(self.row.ends),
            url: self.row.url,
        }
    }
}

/// Returns the row of a URL; None for one of which no document was fetched for the policy.
pub async fn find(cx: &Cx<'_>, pool: &Pool, policy: &Policy, url: &str) -> Result<Option<Cached>> {
    let id = &policy.row.policy_id;
    let row = cx
        .store
        .first(cimd_documents::by_url(&pool.id, id, url))
        .await?;
    let row = cimd_documents::document(row)?;
    row.map(|row| Cached::open(pool, id, row)).transpose()
}

/// Returns a page of the URLs of a policy behind the URL `after`.
pub async fn page(
    cx: &Cx<'_>,
    pool: &Pool,
    policy: &Policy,
    (after, limit): (&str, i64),
) -> Result<Vec<Cached>> {
    let id = &policy.row.policy_id;
    let rows = cimd_documents::page(&cx.store, &pool.id, id, after, limit).await?;
    let rows = rows.into_iter();
    rows.map(|row| Cached::open(pool, id, row)).collect()
}

/// Adds a document that was fetched, in the place of the one before. Its end is as far as the answer says, else as the
/// policy says (agents.md 1.4).
///
/// # Errors
/// None in practice: texts always serialise.
pub fn put(
    cx: &Cx<'_>,
    batch: Batch,
    (pool, policy): (&Pool, &Policy),
    before: Option<&Cached>,
    fetched: &Fetched,
) -> Result<Batch> {
    let now = cx.now();
    let own = policy.doc.cache_seconds.saturating_mul(SECOND);
    let row = DocumentRow {
        url: fetched.url.clone(),
        doc: serde_json::to_string(&fetched.metadata)?,
        cached: now,
        ends: now.saturating_add(fetched.age.unwrap_or(own)),
        used: now,
        ver: before.map_or(1, |before| before.row.ver),
        mac: None,
    };
    let (pool_id, policy_id) = (&pool.id, &policy.row.policy_id);
    let row = sign(pool, policy, row);
    Ok(match before {
        Some(_) => cimd_documents::update(batch, pool_id, policy_id, &row),
        None => cimd_documents::insert(batch, pool_id, policy_id, &row, MOST),
    })
}

/// Takes the document of a URL away; the URL stays in the list.
pub fn invalidate(batch: Batch, pool: &Pool, policy: &Policy, before: Cached) -> Batch {
    let row = DocumentRow {
        doc: String::new(),
        cached: 0,
        ends: 0,
        ..before.row
    };
    let row = sign(pool, policy, row);
    cimd_documents::update(batch, &pool.id, &policy.row.policy_id, &row)
}

fn sign(pool: &Pool, policy: &Policy, mut row: DocumentRow) -> DocumentRow {
    row.mac = Some(pool.sign(&row.signed(&policy.row.policy_id)));
    row
}

/// Keeps that a document was used, once a day.
///
/// # Errors
/// The store's.
pub async fn used(cx: &Cx<'_>, pool: &Pool, policy: &Policy, cached: &Cached) -> Result<()> {
    if cx.now().saturating_sub(cached.row.used) < DAY {
        return Ok(());
    }
    let (id, url) = (&policy.row.policy_id, &cached.row.url);
    let batch = cimd_documents::touch(Batch::new(), &pool.id, id, url, cx.now());
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(())
}
