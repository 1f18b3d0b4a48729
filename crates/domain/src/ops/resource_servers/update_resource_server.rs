//! UpdateResourceServer: replaces name and scopes; without scopes in the request there are none afterwards.

use cognate_shapes::{UpdateResourceServerRequest, UpdateResourceServerResponse};
use cognate_store::Batch;
use cognate_store::tables::{guards, resource_servers};

use crate::cx::Cx;
use crate::errors::Result;
use crate::{audit, resources};

pub async fn update_resource_server(
    cx: &Cx<'_>,
    input: UpdateResourceServerRequest,
) -> Result<UpdateResourceServerResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let row = resources::resource_servers::row(&pool, input.identifier, input.name, input.scopes)?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = resource_servers::update(batch, &pool.id, &row, cx.now());
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        resources::resource_servers::conflict(cx, &pool, &row.identifier, label)
    })
    .await?;
    cx.cache.forget_scopes();
    Ok(UpdateResourceServerResponse {
        resource_server: resources::resource_servers::to_api(&pool, row)?,
    })
}
