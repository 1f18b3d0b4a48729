//! UpdateUserPool: changes a pool's settings; most of what the request leaves out returns to its default.

use std::sync::Arc;

use cognate_shapes::{UpdateUserPoolRequest, UpdateUserPoolResponse};
use cognate_store::Batch;
use cognate_store::tables::pools;

use super::settings;
use crate::audit;
use crate::cx::Cx;
use crate::errors::Result;
use crate::records::pool::Pool;

/// UpdateUserPool.
pub async fn update_user_pool(
    cx: &Cx<'_>,
    input: UpdateUserPoolRequest,
) -> Result<UpdateUserPoolResponse> {
    super::contended(cx, || attempt(cx, input.clone())).await
}

async fn attempt(cx: &Cx<'_>, input: UpdateUserPoolRequest) -> Result<UpdateUserPoolResponse> {
    let before = super::fresh(cx, &input.user_pool_id).await?;
    let doc = settings::of_updated_pool(cx, &before.region, before.doc.clone(), input)?;
    let batch = pools::update(
        Batch::new(),
        &before.id,
        before.ver,
        &serde_json::to_string(&doc)?,
        cx.now,
    );
    let batch = audit::record(cx, batch, &before.id, None);
    cx.commit(batch, |label| super::conflict(cx, &before.id, label))
        .await?;
    cx.cache.put_pool(
        cx,
        Arc::new(Pool {
            doc,
            modified: cx.now,
            ver: before.ver + 1,
            ..before
        }),
    );
    Ok(UpdateUserPoolResponse {})
}
