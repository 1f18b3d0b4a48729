//! DeleteIdentityProvider: ends the trust in a provider.
//!
//! Users who were linked through it stay, and so do their links: they count again for a provider of the same name and the
//! same authority, and for no other.

use cognate_shapes::DeleteIdentityProviderRequest;
use cognate_store::Batch;
use cognate_store::tables::{guards, identity_providers as table, resource_counts};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::pools::contended;
use crate::resources::providers::retired;
use crate::{audit, resources};

pub async fn delete_identity_provider(
    cx: &Cx<'_>,
    input: DeleteIdentityProviderRequest,
) -> Result<()> {
    contended(cx, delete(cx, &input)).await
}

async fn delete(cx: &Cx<'_>, input: &DeleteIdentityProviderRequest) -> Result<()> {
    let pool = resources::pools::fresh(cx, &input.user_pool_id).await?;
    let provider = resources::providers::find(cx, &pool, &input.provider_name).await?;
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = table::delete(batch, &pool.id, &provider.to_row(&pool)?);
    let batch = retired::keep(batch, &pool, &provider)?;
    let batch = resource_counts::give_back(batch, &pool.id, resources::providers::RESOURCE);
    let batch = audit::record(cx, batch, &pool.id, None);
    cx.commit(batch, |label| {
        resources::providers::conflict(cx, &pool, label)
    })
    .await?;
    Ok(())
}
