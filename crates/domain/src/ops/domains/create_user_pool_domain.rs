//! CreateUserPoolDomain: adds a prefix or a custom domain to a pool (endpoints.md 2).

use cognate_crypto::random;
use cognate_shapes::{CreateUserPoolDomainRequest, CreateUserPoolDomainResponse};
use cognate_store::tables::domains::{self, DomainRow};
use cognate_store::tables::{guards, resource_counts};
use cognate_store::{Batch, Label};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::domain::{self, DomainDoc};
use crate::resources::domains::CLASSIC;
use crate::{audit, resources};

/// Custom domains in a region (admin.md 7.2).
const MOST: i64 = 4;

const FULL: Label = Label("custom_domains_full");

pub async fn create_user_pool_domain(
    cx: &Cx<'_>,
    input: CreateUserPoolDomainRequest,
) -> Result<CreateUserPoolDomainResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let custom = input.custom_domain_config.is_some();
    match &input.custom_domain_config {
        None => resources::domains::check_prefix(&input.domain)?,
        Some(config) => {
            resources::domains::check_custom(&input.domain)?;
            // A host that belongs to a prefix, whoever has that.
            let found = resources::domains::key_of_host(&cx.settings, &input.domain);
            if found.as_deref() != Some(input.domain.as_str()) {
                return Err(errors::domains::invalid_custom_domain().into());
            }
            resources::domains::check_certificate(config)?;
        }
    }
    resources::domains::check_version(cx, &pool, input.managed_login_version)?;
    // Requests can only be routed to replicas of a pool, which there are none of.
    if input.routing.is_some() {
        return Err(errors::not_implemented("Routing").into());
    }
    let key = resources::domains::key(&pool.region, &input.domain);
    let (prefix, own) = resources::domains::of_pool(cx, &pool).await?;
    if (if custom { own } else { prefix }).is_some() {
        return Err(errors::domains::second_domain().into());
    }
    if domains::get(&cx.store, &key).await?.is_some() {
        let taken = if custom {
            errors::domains::custom_domain_taken()
        } else {
            errors::domains::domain_of_another_pool()
        };
        return Err(taken.into());
    }
    let doc = DomainDoc {
        managed_login_version: input.managed_login_version.unwrap_or(CLASSIC),
        custom: input.custom_domain_config,
        distribution: format!(
            "d{}.cloudfront.net",
            random::alphanumeric(13, b"abcdefghijklmnopqrstuvwxyz0123456789")
        ),
        version: resources::domains::timestamp(cx.now()),
    };
    let row = DomainRow {
        key,
        pool_id: pool.id.clone(),
        custom,
        doc: serde_json::to_string(&doc)?,
        ver: 1,
        mac: None,
    };
    let row = domain::sign(&pool, row);
    if custom {
        // Last, because it asks another server.
        resources::domains::check_parent(cx, &input.domain).await?;
    }
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let mut batch = domains::insert(batch, &row, cx.now());
    if custom {
        batch = resource_counts::take(
            batch,
            &resources::domains::owner(&pool),
            resources::domains::RESOURCE,
            MOST,
            FULL,
        );
    }
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| match label {
        FULL => errors::domains::too_many_custom_domains().into(),
        other => resources::domains::conflict(cx, &pool, other),
    })
    .await?;
    cx.cache.forget_domains();
    Ok(CreateUserPoolDomainResponse {
        managed_login_version: Some(doc.managed_login_version),
        cloud_front_domain: custom.then_some(doc.distribution),
        routing: None,
    })
}
