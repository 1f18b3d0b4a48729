//! UpdateCIMDPolicy: replaces app client and patterns of a policy; name and duration stay unless they are named
//! (agents.md 1.2).

use cognate_shapes::{UpdateCIMDPolicyRequest, UpdateCIMDPolicyResponse};
use cognate_store::Batch;
use cognate_store::tables::{cimd_policies, guards};

use crate::audit;
use crate::cx::Cx;
use crate::errors::Result;
use crate::errors::metadata::{policy_not_found, tied_pattern};
use crate::resources::metadata::{self, Policies};
use crate::resources::pools::contended;

/// # Errors
/// In this order: ResourceNotFoundException for the pool; FeatureUnavailableInTierException; ResourceNotFoundException for
/// policy and client; InvalidParameterException as CreateCIMDPolicy; ConcurrentModificationException.
pub async fn update_cimd_policy(
    cx: &Cx<'_>,
    input: UpdateCIMDPolicyRequest,
) -> Result<UpdateCIMDPolicyResponse> {
    contended(cx, attempt(cx, &input)).await
}

async fn attempt(cx: &Cx<'_>, input: &UpdateCIMDPolicyRequest) -> Result<UpdateCIMDPolicyResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    metadata::check_tier(cx, &pool)?;
    let Policies { mut all, changes } = Policies::of(cx, &pool).await?;
    let id = &input.cimd_policy_id;
    let at = all.iter().position(|policy| policy.row.policy_id == *id);
    let at = at.ok_or_else(|| policy_not_found(id))?;
    let mut policy = all.swap_remove(at);
    let client = cx.client_of(&pool, &input.client_id).await?;
    metadata::check_patterns(&input.url_patterns)?;
    if let Some((pattern, other)) = metadata::tie(cx, &input.url_patterns, all).await {
        return Err(tied_pattern(&pattern, &other).into());
    }
    policy.doc.patterns.clone_from(&input.url_patterns);
    if let Some(name) = &input.policy_name {
        policy.doc.name.clone_from(name);
    }
    policy.doc.cache_seconds = input.cache_duration.unwrap_or(policy.doc.cache_seconds);
    policy.row.client_id.clone_from(&client.id);
    policy.row.has_client = true;
    policy.row.modified = cx.now();
    policy.seal(&pool)?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = cimd_policies::count_change(batch, &pool.id, changes);
    let batch = guards::require_client_exists(batch, &pool.id, &client.id);
    let batch = cimd_policies::update(batch, &pool.id, &policy.row);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        metadata::conflict(cx, &pool, &client.id, label)
    })
    .await?;
    Ok(UpdateCIMDPolicyResponse {
        cimd_policy: policy.to_api(&pool),
    })
}
