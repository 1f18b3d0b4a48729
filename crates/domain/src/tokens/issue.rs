//! Signing the two tokens of a session.

use cognate_shapes::AuthenticationResultType;

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::pool::Pool;
use crate::tokens::claims::Facts;
use crate::tokens::groups::GroupClaims;
use crate::tokens::issuer;
use crate::tokens::refresh::RefreshToken;

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
    /// The auth event of the sign-in.
    pub event_id: &'a str,
    /// Seconds.
    pub auth_time: i64,
    /// The device that took part.
    pub device_key: Option<&'a str>,
    /// The refresh token to hand out; None when the client keeps the one it has.
    pub refresh: Option<&'a RefreshToken>,
}

/// The result of a sign-in or refresh: both tokens signed in one piece of work on the crypto pool. `groups`: those that
/// the user is in now.
pub async fn sign(
    cx: &Cx<'_>,
    grant: &Grant<'_>,
    groups: &GroupClaims,
) -> Result<AuthenticationResultType> {
    let signers = cx.cache.signers(cx, grant.pool).await?;
    let issuer = issuer::of(cx, grant.pool)?;
    let facts = Facts {
        issuer: &issuer,
        client: grant.client,
        user: grant.user,
        groups,
        session_id: grant.session_id,
        event_id: grant.event_id,
        auth_time: grant.auth_time,
        device_key: grant.device_key,
        now: cx.now,
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
        refresh_token: grant.refresh.map(|token| token.seal(grant.pool, cx.now)),
        id_token: Some(id),
        new_device_metadata: None,
    })
}
