//! CreateIdentityProvider: lets a pool trust a foreign identity provider (endpoints.md 4.1).

use std::collections::BTreeSet;

use cognate_crypto::random;
use cognate_shapes::{
    CreateIdentityProviderRequest, CreateIdentityProviderResponse, IdentityProviderTypeType,
};
use cognate_store::tables::{guards, identity_providers as table, resource_counts};
use cognate_store::{Batch, Label};

use crate::cx::Cx;
use crate::errors::{self, Result, invalid_parameter, providers as texts, unconfirmed};
use crate::jobs::metadata_refresh;
use crate::records::provider::{Linking, Provider, ProviderDoc};
use crate::resources::providers::{OWN_USERS, details, encryption, mapping, retired};
use crate::{audit, resources};

const FULL: Label = Label("identity_providers_full");

pub async fn create_identity_provider(
    cx: &Cx<'_>,
    input: CreateIdentityProviderRequest,
) -> Result<CreateIdentityProviderResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let (name, kind) = (input.provider_name, input.provider_type);
    check_name(&name, kind)?;
    if kind != IdentityProviderTypeType::Oidc && input.acr_mapping.is_some() {
        return Err(invalid_parameter(unconfirmed::ACR_MAPPING_TYPE).into());
    }
    let mapping = mapping::complete(&pool, kind, input.attribute_mapping.unwrap_or_default())?;
    if table::get(&cx.store, &pool.id, &name).await?.is_some() {
        return Err(texts::provider_exists(&name, &pool.id).into());
    }
    // Last, for it may call the provider.
    let mut details = details::complete(cx, kind, input.provider_details).await?;
    encryption::add(cx, &pool, &mut details).await?;
    let mut provider = Provider {
        id: random::uuid_v4(),
        doc: ProviderDoc {
            kind,
            details: details.open,
            mapping,
            identifiers: input.idp_identifiers.unwrap_or_default(),
            acr: input.acr_mapping,
            metadata: details.metadata,
            discovered: details.discovered,
            linked_by: BTreeSet::new(),
            linking: Linking::Never,
        },
        secrets: details.secrets,
        name,
        created: cx.now(),
        modified: cx.now(),
        ver: 1,
    };
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = retired::revive(&cx.store, &pool, &mut provider, batch).await?;
    let batch = table::insert(batch, &pool.id, &provider.to_row(&pool)?);
    let batch = table::identify(batch, &pool.id, &provider.name, &provider.doc.identifiers);
    let batch = resource_counts::take(
        batch,
        &pool.id,
        resources::providers::RESOURCE,
        resources::providers::MOST,
        FULL,
    );
    let batch = metadata_refresh::plan(batch, &pool.id, &provider);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| match label {
        FULL => texts::too_many_providers().into(),
        table::PROVIDER_EXISTS => texts::provider_exists(&provider.name, &pool.id).into(),
        table::IDENTIFIER_TAKEN => errors::api(
            errors::ErrorCode::DuplicateProvider,
            unconfirmed::IDENTIFIER_TAKEN,
        )
        .into(),
        other => resources::providers::conflict(cx, &pool, other),
    })
    .await?;
    Ok(CreateIdentityProviderResponse {
        identity_provider: provider.to_api(&pool),
    })
}

/// A social provider has the name of its type, and no other provider has such a name (settled D8). No provider may have
/// the name that means the pool's own users.
fn check_name(name: &str, kind: IdentityProviderTypeType) -> Result<()> {
    if name.eq_ignore_ascii_case(OWN_USERS) {
        return Err(invalid_parameter(unconfirmed::RESERVED_PROVIDER_NAME).into());
    }
    let named =
        IdentityProviderTypeType::parse(name).filter(|kind| resources::providers::is_social(*kind));
    let fits = match resources::providers::is_social(kind) {
        true => named == Some(kind),
        false => named.is_none(),
    };
    if !fits {
        return Err(texts::wrong_type(name, kind.as_str()).into());
    }
    Ok(())
}
