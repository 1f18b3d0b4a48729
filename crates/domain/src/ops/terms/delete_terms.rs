//! DeleteTerms: takes a terms document away.

use cognate_shapes::DeleteTermsRequest;
use cognate_store::Batch;
use cognate_store::tables::{guards, resource_counts, terms};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::pools::contended;
use crate::{audit, resources};

pub async fn delete_terms(cx: &Cx<'_>, input: DeleteTermsRequest) -> Result<()> {
    contended(cx, attempt(cx, &input)).await
}

async fn attempt(cx: &Cx<'_>, input: &DeleteTermsRequest) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let row = resources::terms::find(cx, &pool, &input.terms_id).await?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = terms::delete(batch, &pool.id, &row.terms_id, row.ver);
    let batch = resource_counts::give_back(batch, &pool.id, terms::RESOURCE);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        resources::terms::conflict(cx, &pool, &row.client_id, label)
    })
    .await?;
    Ok(())
}
