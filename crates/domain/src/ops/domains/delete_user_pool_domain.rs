//! DeleteUserPoolDomain: takes a domain from a pool; anyone may have it afterwards.

use cognate_shapes::{DeleteUserPoolDomainRequest, DeleteUserPoolDomainResponse};
use cognate_store::Batch;
use cognate_store::tables::{domains, guards, resource_counts};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::pools::contended;
use crate::{audit, resources};

pub async fn delete_user_pool_domain(
    cx: &Cx<'_>,
    input: DeleteUserPoolDomainRequest,
) -> Result<DeleteUserPoolDomainResponse> {
    contended(cx, delete(cx, &input)).await
}

async fn delete(
    cx: &Cx<'_>,
    input: &DeleteUserPoolDomainRequest,
) -> Result<DeleteUserPoolDomainResponse> {
    let (pool, row) = resources::domains::find(cx, &input.user_pool_id, &input.domain).await?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let mut batch = domains::delete(batch, &row);
    if row.custom {
        batch = resource_counts::give_back(
            batch,
            &resources::domains::owner(&pool),
            resources::domains::RESOURCE,
        );
    }
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        resources::domains::conflict(cx, &pool, label)
    })
    .await?;
    cx.cache.forget_domains();
    Ok(DeleteUserPoolDomainResponse {})
}
