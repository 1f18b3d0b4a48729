//! GetIdentityProviderByIdentifier: shows the provider that has an identifier.

use cognate_shapes::{
    GetIdentityProviderByIdentifierRequest, GetIdentityProviderByIdentifierResponse,
};
use cognate_store::tables::identity_providers as table;

use crate::cx::Cx;
use crate::errors::{Result, providers as texts};
use crate::records::provider::Provider;
use crate::resources;
use crate::resources::providers::encryption;

pub async fn get_identity_provider_by_identifier(
    cx: &Cx<'_>,
    input: GetIdentityProviderByIdentifierRequest,
) -> Result<GetIdentityProviderByIdentifierResponse> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let row = table::by_identifier(&cx.store, &pool.id, &input.idp_identifier).await?;
    let row = row.ok_or_else(|| texts::identifier_not_found(&input.idp_identifier))?;
    let provider = Provider::open(&pool, row)?;
    provider.check_identifier(&pool, &input.idp_identifier)?;
    Ok(GetIdentityProviderByIdentifierResponse {
        identity_provider: encryption::shown(cx, &pool, &provider).await?,
    })
}
