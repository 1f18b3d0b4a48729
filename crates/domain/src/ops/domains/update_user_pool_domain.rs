//! UpdateUserPoolDomain: changes the members that the request names of a domain: the version of its pages, the
//! certificate.

use cognate_shapes::{UpdateUserPoolDomainRequest, UpdateUserPoolDomainResponse};
use cognate_store::Batch;
use cognate_store::tables::domains::{self, DomainRow};
use cognate_store::tables::guards;

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::domain::{self, DomainDoc};
use crate::resources::pools::contended;
use crate::{audit, resources};

pub async fn update_user_pool_domain(
    cx: &Cx<'_>,
    input: UpdateUserPoolDomainRequest,
) -> Result<UpdateUserPoolDomainResponse> {
    contended(cx, update(cx, &input)).await
}

async fn update(
    cx: &Cx<'_>,
    input: &UpdateUserPoolDomainRequest,
) -> Result<UpdateUserPoolDomainResponse> {
    let (pool, row) = resources::domains::find(cx, &input.user_pool_id, &input.domain).await?;
    resources::domains::check_version(cx, &pool, input.managed_login_version)?;
    if input.routing.is_some() {
        return Err(errors::not_implemented("Routing").into());
    }
    let before: DomainDoc = serde_json::from_str(&row.doc)?;
    let mut after = DomainDoc {
        version: resources::domains::timestamp(cx.now()),
        managed_login_version: input
            .managed_login_version
            .unwrap_or(before.managed_login_version),
        ..before
    };
    if let Some(config) = &input.custom_domain_config {
        if !row.custom {
            return Err(errors::domains::invalid_custom_domain().into());
        }
        resources::domains::check_certificate(config)?;
        after.custom = Some(config.clone());
    }
    let changed = DomainRow {
        doc: serde_json::to_string(&after)?,
        ..row
    };
    let changed = domain::sign(&pool, changed);
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = domains::update(batch, &changed, cx.now());
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        resources::domains::conflict(cx, &pool, label)
    })
    .await?;
    cx.cache.forget_domains();
    Ok(UpdateUserPoolDomainResponse {
        managed_login_version: Some(after.managed_login_version),
        cloud_front_domain: changed.custom.then_some(after.distribution),
        routing: None,
    })
}
