//! `/<pool>/.well-known/jwks.json`: the keys that verify a pool's tokens (endpoints.md 1.11).

use cognate_domain::records::pool::Pool;
use cognate_domain::{Cx, Result};

/// The key set: the keys of ID and of access tokens. A pool that has none yet gets them now.
pub async fn document(cx: &Cx<'_>, pool: &Pool) -> Result<String> {
    Ok(cx.cached_signers(pool).await?.jwks())
}
