//! The host of a request as the domain of a pool.

use cognate_domain::resources::domains;
use cognate_domain::{App, Result};

use crate::Visitor;

/// Notes the pool whose domain the host is. Such a host counts as this server's own: URLs of answers may contain it.
///
/// # Errors
/// The store's.
pub(crate) async fn arrive(app: &App, visitor: &mut Visitor) -> Result<()> {
    let Some(url) = &visitor.domain_url else {
        return Ok(());
    };
    if let Some(domain) = domains::at_host(app, &visitor.host).await? {
        visitor.base_url.get_or_insert_with(|| url.clone());
        visitor.domain = Some(domain);
    }
    Ok(())
}
