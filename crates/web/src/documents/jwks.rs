//! `/<pool>/.well-known/jwks.json`: the keys that verify a pool's tokens (endpoints.md 1.11).

use cognate_domain::{Cx, Endpoint, Result};

use crate::action;
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;

/// Answers with the key set: the keys of ID and of access tokens. A pool that has none yet gets them now.
pub(crate) async fn jwks(request: Request<'_>) -> std::result::Result<Response, Failure> {
    let pool_id = super::pool_id(&request).await?;
    let pool_id = &*pool_id;
    let cx = request.cx(Endpoint::Jwks);
    let document = action::run(&cx, || document(&cx, pool_id)).await?;
    Ok(super::answer(pool_id, document))
}

async fn document(cx: &Cx<'_>, pool_id: &str) -> Result<Option<String>> {
    match super::pool(cx, pool_id).await? {
        Some(pool) => Ok(Some(cx.cached_signers(&pool).await?.jwks())),
        None => Ok(None),
    }
}
