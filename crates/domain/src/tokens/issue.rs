//! Signing the two tokens of a session.

use cognate_shapes::AuthenticationResultType;

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::pool::Pool;
use crate::tokens::claims::Facts;
use crate::tokens::groups::GroupClaims;
use crate::tokens::issuer;
use crate::tokens::refresh::RefreshToken;
use crate::tokens::session::SessionDoc;

/// What the tokens are issued for.
pub struct Grant<'a> {
    /// The pool.
    pub pool: &'a Pool,
    /// The client signed in to.
    pub client: &'a crate::records::client::Client,
    /// Who signed in.
    pub user: &'a crate::records::user::User,
    /// The session's id.
    pub session_id: &'a str,
    /// What is kept of it.
    pub session: &'a SessionDoc,
    /// The refresh token to hand out; None when the client keeps the one it has.
    pub refresh: Option<&'a RefreshToken>,
}

/// Signs the payload of an access token that stands alone.
///
/// # Errors
/// Those of the pool's keys.
pub async fn sign_access(cx: &Cx<'_>, pool: &Pool, payload: Vec<u8>) -> Result<String> {
    let signers = cx.cached_signers(pool).await?;
    let signer = move || {
        let header = signers.access.header.as_bytes();
        signers.access.key.sign_compact(header, &payload)
    };
    Ok(cx.workers.run(signer).await)
}

/// Signs the payload of an ID token that stands alone.
///
/// # Errors
/// Those of the pool's keys.
pub async fn sign_id(cx: &Cx<'_>, pool: &Pool, payload: Vec<u8>) -> Result<String> {
    let signers = cx.cached_signers(pool).await?;
    let signer = move || {
        let header = signers.id.header.as_bytes();
        signers.id.key.sign_compact(header, &payload)
    };
    Ok(cx.workers.run(signer).await)
}

/// The result of a sign-in or refresh: both tokens signed in one piece of work on the crypto pool. `groups`: those that
/// the user is in now.
pub async fn sign(
    cx: &Cx<'_>,
    grant: &Grant<'_>,
    groups: &GroupClaims,
) -> Result<AuthenticationResultType> {
    let signers = cx.cached_signers(grant.pool).await?;
    let issuer = issuer::of(cx, grant.pool)?;
    let facts = Facts {
        issuer: &issuer,
        client: grant.client,
        user: grant.user,
        groups,
        session_id: grant.session_id,
        session: grant.session,
        derived: None,
        now: cx.now(),
    };
    let (access, id) = (facts.access(), facts.id());
    let (access, id) = cx
        .workers
        .run(move || {
            let access = signers
                .access
                .key
                .sign_compact(signers.access.header.as_bytes(), &access);
            let id = signers
                .id
                .key
                .sign_compact(signers.id.header.as_bytes(), &id);
            (access, id)
        })
        .await;
    Ok(AuthenticationResultType {
        access_token: Some(access),
        expires_in: Some(grant.client.access_token_seconds()),
        token_type: Some("Bearer".into()),
        refresh_token: grant.refresh.map(|token| token.seal(grant.pool, cx.now())),
        id_token: Some(id),
        new_device_metadata: None,
    })
}
