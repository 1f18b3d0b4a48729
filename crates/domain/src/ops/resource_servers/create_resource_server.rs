//! CreateResourceServer: adds a resource server with its scopes.

use cognate_shapes::{CreateResourceServerRequest, CreateResourceServerResponse};
use cognate_store::tables::{guards, resource_counts, resource_servers};
use cognate_store::{Batch, Label};

use crate::cx::Cx;
use crate::errors::Result;
use crate::errors::resource_servers::too_many_servers;
use crate::{audit, resources};

/// The most resource servers that a pool may have: the quota at its largest, since quotas are not raised here
/// (admin.md 7.2).
const MOST: i64 = 300;

const FULL: Label = Label("resource_servers_full");

pub async fn create_resource_server(
    cx: &Cx<'_>,
    input: CreateResourceServerRequest,
) -> Result<CreateResourceServerResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let row = resources::resource_servers::row(&pool, input.identifier, input.name, input.scopes)?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = resource_servers::insert(batch, &pool.id, &row, cx.now());
    let batch = resource_counts::take(
        batch,
        &pool.id,
        resources::resource_servers::RESOURCE,
        MOST,
        FULL,
    );
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| match label {
        FULL => too_many_servers().into(),
        other => resources::resource_servers::conflict(cx, &pool, &row.identifier, other),
    })
    .await?;
    cx.cache.forget_scopes();
    Ok(CreateResourceServerResponse {
        resource_server: resources::resource_servers::to_api(&pool, row)?,
    })
}
