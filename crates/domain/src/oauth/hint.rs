//! ID tokens that come back as `id_token_hint` (OpenID Connect Core 1.0 section 3.1.2.1, RP-Initiated Logout 1.0
//! section 2).

use std::sync::Arc;

use cognate_crypto::jws;
use serde::Deserialize;

use crate::app::keys::ID;
use crate::cx::Cx;
use crate::errors::Result;
use crate::oauth::client;
use crate::records::client::Client;
use crate::records::pool::Pool;

/// An ID token of a pool of ours, which may have ended.
pub struct Hint {
    /// The pool that issued it.
    pub pool: Arc<Pool>,
    /// The client that it was issued to.
    pub client: Arc<Client>,
    /// The user's id.
    pub user_id: String,
}

#[derive(Deserialize)]
struct HintClaims {
    sub: String,
    aud: String,
    token_use: String,
}

/// Returns what a hint says; None for one that no pool of ours issued as an ID token. That it has ended does not matter,
/// nor that its session has: it says who was there, and opens nothing.
///
/// # Errors
/// Faults.
pub async fn read(cx: &Cx<'_>, token: &str) -> Result<Option<Hint>> {
    let Some(parts) = jws::split(token) else {
        return Ok(None);
    };
    let payload = parts.payload().unwrap_or_default();
    let Ok(claims) = serde_json::from_slice::<HintClaims>(&payload) else {
        return Ok(None);
    };
    if claims.token_use != ID {
        return Ok(None);
    }
    let Some((pool, client)) = client::known(cx, &claims.aud).await? else {
        return Ok(None);
    };
    let signers = cx.cached_signers(&pool).await?;
    let key = signers.verifier(&parts.header.kid, ID);
    if !key.is_some_and(|key| parts.signed_by(key)) {
        return Ok(None);
    }
    Ok(Some(Hint {
        pool,
        client,
        user_id: claims.sub,
    }))
}
