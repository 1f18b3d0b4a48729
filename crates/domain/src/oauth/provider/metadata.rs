//! The metadata of a pool, which administrators give to their provider of SAML. The service publishes none; the values are
//! those of endpoints.md 4.4.

use std::sync::Arc;

use cognate_federation::saml::service::{self, Service};

use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::oauth::provider::saml;
use crate::records::pool::Pool;
use crate::resources::pools::certificate;
use crate::resources::providers::{self, encryption};

/// The parameters of the request for a document.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// A pool.
    pub pool_id: Option<&'a str>,
    /// A client of the pool, in place of the pool.
    pub client_id: Option<&'a str>,
    /// The provider's name in the pool: each encrypts to a key of its own.
    pub provider: Option<&'a str>,
}

/// Returns the metadata of a pool. `base_url`: that of this server as browsers know it, where sign-ins begin. None without
/// such a pool or, where one is named, such a provider, and on the domain of another pool.
///
/// # Errors
/// Faults.
pub async fn document(cx: &Cx<'_>, asked: Asked<'_>, base_url: &str) -> Result<Option<String>> {
    let Some(pool) = pool(cx, asked).await? else {
        return Ok(None);
    };
    let provider = match asked.provider {
        None => None,
        Some(name) => match providers::find(cx, &pool, name).await {
            Ok(provider) if saml::speaks(&provider) => Some(provider),
            Ok(_) | Err(Fault::Api(_)) => return Ok(None),
            Err(fault) => return Err(fault),
        },
    };
    let encryption = match &provider {
        Some(provider) => encryption::certificate(cx, &pool, provider).await?,
        None => None,
    };
    let signing = certificate::signing(cx, &pool).await?;
    let [plain, named] = saml::logout_urls(&pool, base_url);
    let slo = match cx.client_info.domain_pool {
        Some(_) => plain,
        None => named,
    };
    Ok(Some(service::metadata(&Service {
        entity_id: &saml::entity_id(&pool),
        acs: &format!("{base_url}{}", saml::RESPONSE),
        slo: &slo,
        signs_requests: provider.as_ref().is_some_and(saml::signs_requests),
        signing: &[&signing],
        encryption: &encryption.as_deref().into_iter().collect::<Vec<_>>(),
    })))
}

async fn pool(cx: &Cx<'_>, asked: Asked<'_>) -> Result<Option<Arc<Pool>>> {
    let id = match (asked.pool_id, asked.client_id, &cx.client_info.domain_pool) {
        (Some(id), ..) => Some(id.to_owned()),
        (None, Some(id), _) => cx
            .cached_client(id)
            .await?
            .map(|client| client.pool_id.clone()),
        (None, None, at) => at.clone(),
    };
    let Some(id) = id else {
        return Ok(None);
    };
    let pool = cx.cached_pool(&id).await?;
    Ok(pool.filter(|pool| cx.is_home_of(pool)))
}
