//! The host of a request as the domain of a pool.

use std::borrow::Cow;

use cognate_domain::resources::domains;
use cognate_domain::{App, Result};

use crate::Visitor;

/// Returns the visitor with the pool whose domain the host is. Such a host counts as this server's own: URLs of answers
/// may contain it.
///
/// # Errors
/// The store's.
pub(crate) async fn arrive<'v>(app: &App, visitor: &'v Visitor) -> Result<Cow<'v, Visitor>> {
    if visitor.domain_url.is_none() {
        return Ok(Cow::Borrowed(visitor));
    }
    let Some(domain) = domains::at_host(app, &visitor.host).await? else {
        return Ok(Cow::Borrowed(visitor));
    };
    let mut visitor = visitor.clone();
    visitor.base_url = visitor.base_url.or_else(|| visitor.domain_url.clone());
    visitor.domain = Some(domain);
    Ok(Cow::Owned(visitor))
}
