//! UpdateClientMetadataURLState: fetches a document anew, or takes it out of the cache (agents.md 1.4).

use cognate_shapes::{
    CIMDCacheActionType, UpdateClientMetadataURLStateRequest, UpdateClientMetadataURLStateResponse,
};
use cognate_store::Batch;
use cognate_store::tables::guards;

use crate::audit;
use crate::cx::Cx;
use crate::errors::Result;
use crate::errors::metadata::{not_cached, not_refreshed};
use crate::records::pool::Pool;
use crate::resources::metadata::cached::{self, Cached};
use crate::resources::metadata::url::{DocumentUrl, Schemes, is_loopback};
use crate::resources::metadata::{self, Policy, fetch};
use crate::resources::pools::contended;

/// # Errors
/// In this order: ResourceNotFoundException for the pool; FeatureUnavailableInTierException; ResourceNotFoundException for
/// the policy; CachedCIMDURLDoesNotExistException for a URL without a document, or that no pattern of the policy matches any
/// more; InvalidParameterException for a document that could not be fetched again, while the one before stays.
pub async fn update_client_metadata_url_state(
    cx: &Cx<'_>,
    input: UpdateClientMetadataURLStateRequest,
) -> Result<UpdateClientMetadataURLStateResponse> {
    contended(cx, attempt(cx, &input)).await
}

async fn attempt(
    cx: &Cx<'_>,
    input: &UpdateClientMetadataURLStateRequest,
) -> Result<UpdateClientMetadataURLStateResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    metadata::check_tier(cx, &pool)?;
    let policy = metadata::find(cx, &pool, &input.cimd_policy_id).await?;
    let found = found(cx, &pool, &policy, &input.url).await?;
    let before = found.ok_or_else(|| not_cached(&input.url))?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = match input.action {
        CIMDCacheActionType::Invalidate => cached::invalidate(batch, &pool, &policy, before),
        CIMDCacheActionType::Refresh => {
            let url = before.row.url.clone();
            let url = DocumentUrl::parse(&url, metadata::schemes(cx));
            let url = url.filter(|url| policy.matches(url));
            let url = url.ok_or_else(|| not_cached(&input.url))?;
            // A failure of a moment ago does not keep an administrator from asking again.
            cx.metadata_fetches.forget(url.text);
            let fetched = fetch::fetch(cx, (&pool.id, true), &url).await?;
            let fetched = fetched.map_err(|_| not_refreshed(&input.url))?;
            cached::put(cx, batch, (&pool, &policy), Some(&before), &fetched)?
        }
    };
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        metadata::conflict(cx, &pool, &policy.row.client_id, label)
    })
    .await?;
    Ok(UpdateClientMetadataURLStateResponse {})
}

/// Returns the row of a URL with a document. In `dev`, where a document of this machine may be fetched by `http`, a URL of
/// `https` names it, too: the operation takes no other (agents.md 1.2).
async fn found(cx: &Cx<'_>, pool: &Pool, policy: &Policy, url: &str) -> Result<Option<Cached>> {
    let has_document = |cached: &Cached| cached.metadata.is_some();
    let row = cached::find(cx, pool, policy, url).await?;
    if let Some(row) = row.filter(has_document) {
        return Ok(Some(row));
    }
    let schemes = metadata::schemes(cx);
    let parsed = DocumentUrl::parse(url, schemes);
    let is_here = parsed.is_some_and(|url| is_loopback(url.host));
    let plain = url
        .strip_prefix("https:")
        .map(|rest| format!("http:{rest}"));
    let plain = plain.filter(|_| is_here && schemes == Schemes::HttpOnLoopback);
    let row = match plain {
        Some(plain) => cached::find(cx, pool, policy, &plain).await?,
        None => None,
    };
    Ok(row.filter(has_document))
}
