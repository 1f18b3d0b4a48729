//! DeleteCIMDPolicy: takes a policy away with the documents that were fetched for it; in every plan (agents.md 1.1).

use cognate_shapes::{DeleteCIMDPolicyRequest, DeleteCIMDPolicyResponse};
use cognate_store::Batch;
use cognate_store::tables::{cimd_policies, guards, resource_counts};

use crate::audit;
use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::metadata::{self, Policies};
use crate::resources::pools::contended;

pub async fn delete_cimd_policy(
    cx: &Cx<'_>,
    input: DeleteCIMDPolicyRequest,
) -> Result<DeleteCIMDPolicyResponse> {
    contended(cx, attempt(cx, &input)).await
}

async fn attempt(cx: &Cx<'_>, input: &DeleteCIMDPolicyRequest) -> Result<DeleteCIMDPolicyResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let Policies { changes, .. } = Policies::of(cx, &pool).await?;
    let policy = metadata::find(cx, &pool, &input.cimd_policy_id).await?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = cimd_policies::count_change(batch, &pool.id, changes);
    let batch = cimd_policies::delete(batch, &pool.id, &policy.row);
    let batch = resource_counts::give_back(batch, &pool.id, cimd_policies::RESOURCE);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        metadata::conflict(cx, &pool, &policy.row.client_id, label)
    })
    .await?;
    Ok(DeleteCIMDPolicyResponse {})
}
