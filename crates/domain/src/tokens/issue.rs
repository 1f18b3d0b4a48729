//! Signing the tokens of a grant.

use cognate_shapes::AuthenticationResultType;

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::pool::Pool;
use crate::tokens::grant::Grant;
use crate::tokens::refresh::RefreshToken;
use crate::tokens::{claims, issuer};

/// The signed tokens of a grant.
pub struct Pair {
    /// The access token.
    pub access: String,
    /// The ID token; None for a session without `openid`.
    pub id: Option<String>,
}

/// Signs the tokens of a session, in one piece of work on the crypto pool.
///
/// # Errors
/// Those of the pool's keys and issuer.
pub async fn pair(cx: &Cx<'_>, grant: &Grant<'_>) -> Result<Pair> {
    let signers = cx.cached_signers(grant.pool).await?;
    let issuer = issuer::of(cx, grant.pool)?;
    let access = claims::access(grant, &issuer, cx.now());
    let has_id = grant.session.has_id_token();
    let id = has_id.then(|| claims::id(grant, &issuer, cx.now()));
    // ID tokens of the API have no `at_hash` (settled J3).
    let is_bound = grant.session.authorized.is_some();
    let signer = move || {
        let access = signers.access.sign(&access);
        let id = id.map(|id| match is_bound {
            true => signers.id.sign(&claims::with_at_hash(&id, &access)),
            false => signers.id.sign(&id),
        });
        Pair { access, id }
    };
    Ok(cx.workers.run(signer).await)
}

/// Signs the access token alone.
///
/// # Errors
/// Those of the pool's keys and issuer.
pub async fn access_token(cx: &Cx<'_>, grant: &Grant<'_>) -> Result<String> {
    let issuer = issuer::of(cx, grant.pool)?;
    sign_access(cx, grant.pool, claims::access(grant, &issuer, cx.now())).await
}

/// Signs the ID token alone.
///
/// # Errors
/// Those of the pool's keys and issuer.
pub async fn id_token(cx: &Cx<'_>, grant: &Grant<'_>) -> Result<String> {
    let issuer = issuer::of(cx, grant.pool)?;
    let payload = claims::id(grant, &issuer, cx.now());
    let signers = cx.cached_signers(grant.pool).await?;
    Ok(cx.workers.run(move || signers.id.sign(&payload)).await)
}

/// Signs the payload of an access token.
///
/// # Errors
/// Those of the pool's keys.
pub(super) async fn sign_access(cx: &Cx<'_>, pool: &Pool, payload: Vec<u8>) -> Result<String> {
    let signers = cx.cached_signers(pool).await?;
    Ok(cx.workers.run(move || signers.access.sign(&payload)).await)
}

/// Signs the tokens and returns them as the API's sign-in and refresh answer. `refresh`: the refresh token to return;
/// None if the client keeps the one it has.
///
/// # Errors
/// Those of the pool's keys and issuer.
pub async fn api_result(
    cx: &Cx<'_>,
    grant: &Grant<'_>,
    refresh: Option<&RefreshToken>,
) -> Result<AuthenticationResultType> {
    let pair = pair(cx, grant).await?;
    Ok(AuthenticationResultType {
        access_token: Some(pair.access),
        expires_in: Some(grant.client.access_token_seconds()),
        token_type: Some("Bearer".into()),
        refresh_token: refresh.map(|token| token.seal(grant.pool, cx.now())),
        id_token: pair.id,
        new_device_metadata: None,
    })
}
