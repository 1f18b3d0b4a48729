//! DeleteUserPoolClient: ends an app client; its tokens end with it.

use cognate_shapes::DeleteUserPoolClientRequest;
use cognate_store::Batch;
use cognate_store::tables::guards;

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::clients::managed;
use crate::{audit, resources};

pub async fn delete_user_pool_client(
    cx: &Cx<'_>,
    input: DeleteUserPoolClientRequest,
) -> Result<()> {
    resources::pools::contended(cx, attempt(cx, &input)).await
}

async fn attempt(cx: &Cx<'_>, input: &DeleteUserPoolClientRequest) -> Result<()> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let client = resources::clients::fresh(cx, &pool, &input.client_id).await?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = resources::clients::delete(batch, &pool.id, &client);
    let batch = match client.doc.managed_secret {
        Some(_) => managed::plan(batch, &pool.id, &client.id, cx.now()),
        None => batch,
    };
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        resources::clients::conflict(cx, &pool.id, &client.id, label)
    })
    .await?;
    cx.cache.end_client(&cx.clock, &client.id, client.ver + 1);
    Ok(())
}
