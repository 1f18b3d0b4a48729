//! CreateCIMDPolicy: maps URLs of client metadata documents to an app client (agents.md 1).

use cognate_crypto::random;
use cognate_shapes::{CreateCIMDPolicyRequest, CreateCIMDPolicyResponse};
use cognate_store::tables::cimd_policies::{self, PolicyRow};
use cognate_store::tables::{guards, resource_counts};
use cognate_store::{Batch, Label};

use crate::audit;
use crate::cx::Cx;
use crate::errors::Result;
use crate::errors::metadata::{tied_pattern, too_many_policies};
use crate::resources::metadata::{self, DEFAULT_CACHE, Policies, Policy, PolicyDoc};
use crate::resources::pools::contended;

/// Policies that a pool may have: all are looked at for each request of a client that names itself by a URL (agents.md 1.2).
const MOST: i64 = 50;
/// The length of an id (agents.md 1.2: 1 to 64).
const ID_LENGTH: usize = 26;

const FULL: Label = Label("cimd_policies_full");

/// # Errors
/// In this order: ResourceNotFoundException for the pool; FeatureUnavailableInTierException; ResourceNotFoundException for
/// the client; InvalidParameterException for a pattern that matches no URL, or that ties with another policy's;
/// LimitExceededException; ConcurrentModificationException.
pub async fn create_cimd_policy(
    cx: &Cx<'_>,
    input: CreateCIMDPolicyRequest,
) -> Result<CreateCIMDPolicyResponse> {
    contended(cx, attempt(cx, &input)).await
}

async fn attempt(cx: &Cx<'_>, input: &CreateCIMDPolicyRequest) -> Result<CreateCIMDPolicyResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    metadata::check_tier(cx, &pool)?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    metadata::check_patterns(&input.url_patterns)?;
    let Policies { all, changes } = Policies::of(cx, &pool).await?;
    if let Some((pattern, other)) = metadata::tie(cx, &input.url_patterns, all).await {
        return Err(tied_pattern(&pattern, &other).into());
    }
    let mut policy = Policy {
        doc: PolicyDoc {
            name: input.policy_name.clone(),
            patterns: input.url_patterns.clone(),
            cache_seconds: input.cache_duration.unwrap_or(DEFAULT_CACHE),
        },
        row: PolicyRow {
            policy_id: random::alphanumeric(ID_LENGTH, b"abcdefghijklmnopqrstuvwxyz0123456789"),
            client_id: client.id.clone(),
            doc: String::new(),
            created: cx.now(),
            modified: cx.now(),
            ver: 1,
            mac: None,
            has_client: true,
        },
    };
    policy.seal(&pool)?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = cimd_policies::count_change(batch, &pool.id, changes);
    let batch = guards::require_client_exists(batch, &pool.id, &client.id);
    let batch = cimd_policies::insert(batch, &pool.id, &policy.row);
    let batch = resource_counts::take(batch, &pool.id, cimd_policies::RESOURCE, MOST, FULL);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| match label {
        FULL => too_many_policies().into(),
        other => metadata::conflict(cx, &pool, &client.id, other),
    })
    .await?;
    Ok(CreateCIMDPolicyResponse {
        cimd_policy: policy.to_api(&pool),
    })
}
