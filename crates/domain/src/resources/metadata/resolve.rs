//! From the URL that a client names itself by to its document and the app client whose settings it has.

use std::sync::Arc;

use cognate_store::Batch;
use cognate_store::tables::{cimd_policies, guards};

use crate::audit::{self, Entry};
use crate::cx::Cx;
use crate::errors::Result;
use crate::records::client_metadata::Metadata;
use crate::records::pool::Pool;
use crate::resources::metadata::cached::{self, Cached};
use crate::resources::metadata::fetch::{self, Fetched, Missing};
use crate::resources::metadata::url::DocumentUrl;
use crate::resources::metadata::{self, Policies, Policy};

/// Pools that are looked at in [`only_pool`].
const POOLS: i64 = 50;

/// The name of a fetch in the audit trail.
pub const FETCHED: &str = "FetchClientMetadata";

/// A client with a document.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The app client.
    pub client_id: String,
    /// What its document says.
    pub metadata: Metadata,
}

/// Why a URL is no client of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// It is no URL of a document.
    NotAUrl,
    /// No pattern of a policy matches it, or the policy's app client is gone.
    NoPolicy,
    /// The plan of the pool does not have the feature.
    Tier,
    /// There is no document.
    Missing(Missing),
}

/// Returns the app client to which a pool maps a URL; None if it maps it to none. Nothing is fetched.
///
/// # Errors
/// The store's.
pub async fn mapped(cx: &Cx<'_>, pool: &Pool, url: &str) -> Result<Option<String>> {
    Ok(match policy(cx, pool, url).await? {
        Ok(Found { policy, .. }) => policy.client_id().map(str::to_owned),
        Err(_) => None,
    })
}

/// Returns the pool that maps a URL to an app client, if only one of the first pools with policies does: for `dev` alone,
/// where one host serves all pools.
///
/// # Errors
/// The store's.
pub async fn only_pool(cx: &Cx<'_>, url: &str) -> Result<Option<Arc<Pool>>> {
    let mut found = None;
    for id in cimd_policies::pools(&cx.store, POOLS).await? {
        let Some(pool) = cx.cached_pool(&id).await? else {
            continue;
        };
        if mapped(cx, &pool, url).await?.is_some() {
            if found.is_some() {
                return Ok(None);
            }
            found = Some(pool);
        }
    }
    Ok(found)
}

/// Returns the client of a URL, whose document is fetched unless it is kept. One that is over is good for some hours more while nothing
/// can be learned about it.
///
/// # Errors
/// The store's; `overloaded` if too many wait for documents of the host.
pub async fn resolve(
    cx: &Cx<'_>,
    pool: &Pool,
    url: &str,
) -> Result<std::result::Result<Resolved, Unresolved>> {
    let Found {
        url,
        policy,
        is_named,
    } = match policy(cx, pool, url).await? {
        Ok(found) => found,
        Err(unresolved) => return Ok(Err(unresolved)),
    };
    let before = cached::find(cx, pool, &policy, url.text).await?;
    let kept = before
        .as_ref()
        .filter(|cached| cached.live(cx.now()).is_some());
    let metadata = match kept {
        Some(cached) => {
            cached::used(cx, pool, &policy, cached).await?;
            cached.metadata.clone().unwrap_or_default()
        }
        None => {
            let has_document = |cached: &Cached| cached.metadata.is_some();
            let is_known = is_named || before.as_ref().is_some_and(has_document);
            match fetch::fetch(cx, (&pool.id, is_known), &url).await? {
                Ok(fetched) => {
                    keep(cx, pool, &policy, before.as_ref(), &fetched).await?;
                    fetched.metadata
                }
                Err(missing) => {
                    let before = before.as_ref().filter(|_| missing.says_nothing());
                    let lingering = before.and_then(|cached| cached.lingering(cx.now()));
                    match (before, lingering) {
                        (Some(cached), Some(metadata)) => {
                            cached::used(cx, pool, &policy, cached).await?;
                            metadata.clone()
                        }
                        _ => return Ok(Err(Unresolved::Missing(missing))),
                    }
                }
            }
        }
    };
    Ok(Ok(Resolved {
        client_id: policy.row.client_id,
        metadata,
    }))
}

/// A URL with its policy, whose app client is there.
struct Found<'a> {
    /// The URL, taken apart.
    url: DocumentUrl<'a>,
    policy: Policy,
    /// True if the policy names this very URL, without a `*`.
    is_named: bool,
}

/// Returns a URL with its policy.
async fn policy<'a>(
    cx: &Cx<'_>,
    pool: &Pool,
    url: &'a str,
) -> Result<std::result::Result<Found<'a>, Unresolved>> {
    let Some(url) = DocumentUrl::parse(url, metadata::schemes(cx)) else {
        return Ok(Err(Unresolved::NotAUrl));
    };
    let policies = Policies::of(cx, pool).await?;
    // Patterns can be long, and many, and anybody can ask.
    let (named, schemes) = (url.text.to_owned(), metadata::schemes(cx));
    let look = move || policies.of_url(&DocumentUrl::parse(&named, schemes)?);
    let policy = cx.workers.run(look).await;
    let policy = policy.filter(|(policy, _)| policy.client_id().is_some());
    Ok(match policy {
        Some(_) if metadata::check_tier(cx, pool).is_err() => Err(Unresolved::Tier),
        Some((policy, is_named)) => Ok(Found {
            url,
            policy,
            is_named,
        }),
        None => Err(Unresolved::NoPolicy),
    })
}

/// Keeps a document that was fetched. Another request that kept it meanwhile makes the action run again, which finds it.
async fn keep(
    cx: &Cx<'_>,
    pool: &Pool,
    policy: &Policy,
    before: Option<&Cached>,
    fetched: &Fetched,
) -> Result<()> {
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = cached::put(cx, batch, (pool, policy), before, fetched)?;
    let entry = Entry {
        operation: FETCHED,
        address: &cx.client_info.ip,
        result: audit::DONE,
        request_id: Some(&cx.request_id),
        detail: Some(&fetched.url),
        ..Entry::default()
    };
    let batch = entry.append(batch, &pool.id, cx.now());
    cx.commit(batch, |label| {
        metadata::conflict(cx, pool, &policy.row.client_id, label)
    })
    .await?;
    Ok(())
}
