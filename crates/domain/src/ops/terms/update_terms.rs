//! UpdateTerms: changes the members that the request names of a terms document; the rest stays.

use cognate_shapes::{UpdateTermsRequest, UpdateTermsResponse};
use cognate_store::Batch;
use cognate_store::tables::{guards, terms};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::pools::contended;
use crate::resources::terms::TermsDoc;
use crate::{audit, resources};

pub async fn update_terms(cx: &Cx<'_>, input: UpdateTermsRequest) -> Result<UpdateTermsResponse> {
    contended(cx, attempt(cx, &input)).await
}

async fn attempt(cx: &Cx<'_>, input: &UpdateTermsRequest) -> Result<UpdateTermsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let mut row = resources::terms::find(cx, &pool, &input.terms_id).await?;
    let mut doc: TermsDoc = serde_json::from_str(&row.doc)?;
    doc.source = input.terms_source.unwrap_or(doc.source);
    doc.enforcement = input.enforcement.unwrap_or(doc.enforcement);
    if let Some(links) = &input.links {
        resources::terms::check_links(links)?;
        doc.links.clone_from(links);
    }
    if let Some(name) = &input.terms_name {
        row.name.clone_from(name);
    }
    row.doc = serde_json::to_string(&doc)?;
    row.modified = cx.now();
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = terms::update(batch, &pool.id, &row);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        resources::terms::conflict(cx, &pool, &row.client_id, label)
    })
    .await?;
    Ok(UpdateTermsResponse {
        terms: Some(resources::terms::to_api(&pool, row)?),
    })
}
