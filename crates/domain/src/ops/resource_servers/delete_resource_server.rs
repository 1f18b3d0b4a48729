//! DeleteResourceServer: takes a resource server away; clients keep the names of its scopes (endpoints.md 5).

use cognate_shapes::DeleteResourceServerRequest;
use cognate_store::Batch;
use cognate_store::tables::{guards, resource_counts, resource_servers};

use crate::cx::Cx;
use crate::errors::Result;
use crate::{audit, resources};

pub async fn delete_resource_server(cx: &Cx<'_>, input: DeleteResourceServerRequest) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = resource_servers::delete(batch, &pool.id, &input.identifier);
    let batch = resource_counts::give_back(batch, &pool.id, resources::resource_servers::RESOURCE);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        resources::resource_servers::conflict(cx, &pool, &input.identifier, label)
    })
    .await?;
    cx.cache.forget_scopes();
    Ok(())
}
