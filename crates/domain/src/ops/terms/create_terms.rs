//! CreateTerms: adds a terms document to an app client, at most one of each name.

use cognate_crypto::random;
use cognate_shapes::{CreateTermsRequest, CreateTermsResponse};
use cognate_store::tables::terms::{self, TermsRow};
use cognate_store::tables::{guards, resource_counts};
use cognate_store::{Batch, Label};

use crate::cx::Cx;
use crate::errors::Result;
use crate::errors::terms::too_many_terms;
use crate::resources::pools::contended;
use crate::resources::terms::TermsDoc;
use crate::{audit, resources};

/// Terms documents that a pool may have (admin.md 1.13).
const MOST: i64 = 40;

const FULL: Label = Label("terms_full");

pub async fn create_terms(cx: &Cx<'_>, input: CreateTermsRequest) -> Result<CreateTermsResponse> {
    contended(cx, attempt(cx, &input)).await
}

async fn attempt(cx: &Cx<'_>, input: &CreateTermsRequest) -> Result<CreateTermsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    let doc = TermsDoc {
        source: input.terms_source,
        enforcement: input.enforcement,
        links: input.links.clone().unwrap_or_default(),
    };
    resources::terms::check_links(&doc.links)?;
    let row = TermsRow {
        terms_id: random::uuid_v4(),
        client_id: client.id.clone(),
        name: input.terms_name.clone(),
        doc: serde_json::to_string(&doc)?,
        created: cx.now(),
        modified: cx.now(),
        ver: 1,
    };
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = terms::insert(batch, &pool.id, &row);
    let batch = resource_counts::take(batch, &pool.id, terms::RESOURCE, MOST, FULL);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| match label {
        FULL => too_many_terms().into(),
        other => resources::terms::conflict(cx, &pool, &client.id, other),
    })
    .await?;
    Ok(CreateTermsResponse {
        terms: Some(resources::terms::to_api(&pool, row)?),
    })
}
