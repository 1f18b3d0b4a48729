//! UpdateIdentityProvider: replaces the members that the request names of a provider; the rest stays.

use cognate_shapes::{
    IdentityProviderTypeType, UpdateIdentityProviderRequest, UpdateIdentityProviderResponse,
};
use cognate_store::Batch;
use cognate_store::tables::{guards, identity_providers as table};

use crate::cx::Cx;
use crate::errors::{Fault, Result, invalid_parameter, unconfirmed};
use crate::jobs::metadata_refresh;
use crate::records::pool::Pool;
use crate::records::provider::ProviderDoc;
use crate::resources::pools::contended;
use crate::resources::providers::details::{self, Details};
use crate::resources::providers::{encryption, mapping};
use crate::{audit, resources};

pub async fn update_identity_provider(
    cx: &Cx<'_>,
    mut input: UpdateIdentityProviderRequest,
) -> Result<UpdateIdentityProviderResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let found = resources::providers::find(cx, &pool, &input.provider_name).await?;
    let kind = found.doc.kind;
    if kind != IdentityProviderTypeType::Oidc && input.acr_mapping.is_some() {
        return Err(invalid_parameter(unconfirmed::ACR_MAPPING_TYPE).into());
    }
    if let Some(given) = input.attribute_mapping.take() {
        input.attribute_mapping = Some(mapping::complete(&pool, kind, given)?);
    }
    // Once, for it may call the provider.
    let details = match input.provider_details.take() {
        Some(given) => Some(details::complete(cx, kind, given).await?),
        None => None,
    };
    let change = Change {
        pool: &pool,
        id: found.id,
        details,
        input: &input,
    };
    contended(cx, change.apply(cx)).await
}

/// A checked request.
struct Change<'a> {
    pool: &'a Pool,
    /// The provider that it was checked for.
    id: String,
    details: Option<Details>,
    input: &'a UpdateIdentityProviderRequest,
}

impl Change<'_> {
    async fn apply(&self, cx: &Cx<'_>) -> Result<UpdateIdentityProviderResponse> {
        let (pool, input) = (self.pool, self.input);
        let before = resources::providers::find(cx, pool, &input.provider_name).await?;
        if before.id != self.id {
            // Another provider of the same name, perhaps of another type.
            return Err(Fault::Stale);
        }
        let mut provider = before.duplicate();
        if let Some(details) = &self.details {
            provider.doc.details = details.open.clone();
            provider.doc.metadata = details.metadata.clone();
            let issuer = |doc: &ProviderDoc| doc.details.get("oidc_issuer").cloned();
            // Details that are sent back whole need no discovery: what it said of the same issuer is still true.
            if details.discovered.is_some() || issuer(&provider.doc) != issuer(&before.doc) {
                provider.doc.discovered = details.discovered.clone();
            }
            let secrets = details.secrets.iter();
            let secrets = secrets.map(|(key, value)| (key.clone(), value.duplicate()));
            provider.secrets = secrets.collect();
            encryption::keep(&before, &mut provider);
        }
        if let Some(mapping) = &input.attribute_mapping {
            provider.doc.mapping = mapping.clone();
        }
        if let Some(acr) = &input.acr_mapping {
            provider.doc.acr = Some(acr.clone());
        }
        provider.modified = cx.now();
        let identifiers = input.idp_identifiers.as_ref();
        if let Some(identifiers) = identifiers {
            provider.doc.identifiers = identifiers.clone();
        }
        let batch = guards::require_pool_active(Batch::new(), &pool.id);
        let mut batch = table::update(batch, &pool.id, &provider.to_row(pool)?);
        if let Some(identifiers) = identifiers {
            batch = table::identify(batch, &pool.id, &provider.name, identifiers);
        }
        let batch = metadata_refresh::plan(batch, &pool.id, &provider);
        let batch = audit::record(cx, batch, &pool.id, None);
        cx.commit(batch, |label| match label {
            table::IDENTIFIER_TAKEN => invalid_parameter(unconfirmed::IDENTIFIER_TAKEN).into(),
            other => resources::providers::conflict(cx, pool, other),
        })
        .await?;
        Ok(UpdateIdentityProviderResponse {
            identity_provider: encryption::shown(cx, pool, &provider).await?,
        })
    }
}
