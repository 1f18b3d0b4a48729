//! Checking access tokens: signature, end, session, user, and the scope that the caller requires (auth.md 5.7, 6.1).
//!
//! The pool comes from the client that the token names, the key from its `kid` within that pool and use; the issuer is
//! never compared with anything (design decision 7). One signature verification, unless the token was seen before, and one
//! read of two points.

use std::sync::Arc;

use cognate_shapes::{ErrorCode, UserStatusType};
use cognate_store::tables::{sessions, users};

use crate::app::keys::ACCESS;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result, auth};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::tokens::grant::ACCOUNT_SCOPE;
use crate::tokens::presented::{Claims, Presented};
use crate::tokens::session::{self, Expired, SessionDoc};

/// The right that an access token must grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Require<'a> {
    /// This scope.
    Scope(&'a str),
    /// None: any access token of a live session will do.
    Any,
}

/// The requirement of operations on the user's own account.
pub const ACCOUNT: Require<'static> = Require::Scope(ACCOUNT_SCOPE);

impl Require<'_> {
    fn is_met(self, claims: &Claims) -> bool {
        match self {
            Self::Scope(scope) => claims.scopes().any(|granted| granted == scope),
            Self::Any => true,
        }
    }
}

/// A good access token: the rows that were read to check it.
pub struct Signed {
    /// The pool.
    pub pool: Arc<Pool>,
    /// The client that the token was issued to.
    pub client: Arc<Client>,
    /// The user, as of now.
    pub user: User,
    /// The session's id.
    pub session_id: String,
    /// The session, as of now.
    pub session: SessionDoc,
    /// The claims of the token.
    pub claims: Claims,
}

/// Checks an access token that must grant what `require` says.
///
/// # Errors
/// In this order: `Invalid Access Token`, `Could not verify signature for Access Token`, `Access Token has expired`,
/// UserNotFoundException, `Access Token has been revoked`, `Access Token does not have required scopes`, then the
/// user's state, each as far as the operation declares the exception.
pub async fn access_token(cx: &Cx<'_>, token: &str, require: Require<'_>) -> Result<Signed> {
    let presented = Presented::parse(token).ok_or_else(auth::access_token_invalid)?;
    let claims = &presented.claims;
    let client_id = claims.client_id.as_deref().unwrap_or_default();
    if claims.token_use != ACCESS || client_id.is_empty() {
        return Err(auth::access_token_invalid().into());
    }
    let (pool, client) = match cx.client(client_id).await {
        Err(Fault::Api(error)) if error.code == ErrorCode::ResourceNotFound => {
            return Err(auth::access_token_invalid().into());
        }
        other => other?,
    };
    let signers = cx.cached_signers(&pool).await?;
    if !presented.is_signed_by(&signers, ACCESS, &cx.signatures) {
        return Err(auth::access_token_forged().into());
    }
    if claims.has_ended(cx.now()) {
        return Err(auth::access_token_expired().into());
    }
    let session_id = claims
        .session_id()
        .ok_or_else(auth::access_token_invalid)?
        .to_owned();
    let mut found = cx
        .store
        .read(&[
            users::by_id(&pool.id, &claims.sub),
            sessions::live(&pool.id, &claims.sub, &session_id, cx.now()),
        ])
        .await?
        .into_iter();
    let user = found.next().and_then(|rows| rows.into_iter().next());
    let session = found.next().and_then(|rows| rows.into_iter().next());
    let user = user
        .map(|mut row| User::from_row(&pool, &mut row))
        .transpose()?;
    let Some(user) = user else {
        return Err(user_gone(cx));
    };
    let session = session.ok_or_else(auth::access_token_revoked)?;
    let (row, session) = session::read(&pool, &claims.sub, &session_id, session)?;
    if row.client_id != client.id {
        return Err(auth::access_token_invalid().into());
    }
    if session.expired == Some(Expired::All) {
        return Err(auth::access_token_expired().into());
    }
    if !require.is_met(claims) {
        return Err(auth::access_token_scopes().into());
    }
    check_state(cx, &user)?;
    Ok(Signed {
        pool,
        client,
        user,
        session_id,
        session,
        claims: presented.claims,
    })
}

/// Returns the fault for a user who was deleted after the token was issued (auth.md 6.7).
fn user_gone(cx: &Cx<'_>) -> Fault {
    if cx.action.declares(ErrorCode::UserNotFound) {
        errors::user_not_found().into()
    } else {
        auth::access_token_revoked().into()
    }
}

fn check_state(cx: &Cx<'_>, user: &User) -> Result<()> {
    if !user.enabled {
        return Err(auth::user_disabled().into());
    }
    let refusal = match user.status {
        UserStatusType::ResetRequired => auth::password_reset_required(),
        UserStatusType::Unconfirmed => auth::user_not_confirmed(),
        _ => return Ok(()),
    };
    if cx.action.declares(refusal.code) {
        Err(refusal.into())
    } else {
        Ok(())
    }
}
