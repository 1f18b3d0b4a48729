//! Trading a user's token for one that is meant for another service (RFC 8693, GetDerivedToken).
//!
//! A derived token says no more than the token that it was derived from: not more scopes, not a later end, the same
//! session. Where that session ends, so do all tokens that were derived in it.

use cognate_crypto::jws;
use cognate_store::tables::{groups, sessions, users};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::app::keys::{ACCESS, ID};
use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{ApiError, Result};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::tokens::groups::GroupClaims;
use crate::tokens::session::{self, SessionDoc};

/// The claims of a token that is presented.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    token_use: String,
    exp: i64,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    origin_jti: Option<String>,
    #[serde(default)]
    event_id: Option<String>,
    #[serde(default)]
    act: Option<Map<String, Value>>,
}

impl Claims {
    /// A token of a pool, genuine and not over; whatever stands behind it may have ended.
    async fn read(
        cx: &Cx<'_>,
        pool: &Pool,
        token: &str,
        key_use: &str,
        refusal: fn() -> ApiError,
    ) -> Result<Self> {
        let parts = jws::split(token).ok_or_else(refusal)?;
        let signers = cx.cached_signers(pool).await?;
        let key = signers.verifier(&parts.header.kid, key_use);
        if !key.is_some_and(|key| parts.signed_by(key)) {
            return Err(refusal().into());
        }
        let payload = parts.payload().ok_or_else(refusal)?;
        let claims: Self = serde_json::from_slice(&payload).map_err(|_| refusal())?;
        if claims.token_use != key_use || claims.exp <= cx.now().div_euclid(SECOND) {
            return Err(refusal().into());
        }
        Ok(claims)
    }

    /// The session that the token belongs to; None for the token of a machine, which has none.
    fn session_id(&self) -> Option<&str> {
        let id = self.origin_jti.as_ref().or(self.event_id.as_ref());
        id.map(String::as_str)
    }
}

/// Which of the two tokens of a pool is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An access token.
    Access,
    /// An ID token.
    Id,
}

impl Kind {
    fn key_use(self) -> &'static str {
        match self {
            Self::Access => ACCESS,
            Self::Id => ID,
        }
    }
}

/// Whose token was presented, and what it allows.
pub struct Subject {
    /// The user, as of now.
    pub user: User,
    /// The session, as of now.
    pub session: SessionDoc,
    /// Its id.
    pub session_id: String,
    /// The user's groups, as of now.
    pub groups: GroupClaims,
    /// Seconds: when the token ends.
    pub ends: i64,
    /// The scopes of an access token; none of an ID token.
    pub scopes: Vec<String>,
    /// Who acted for the user already.
    pub act: Option<Map<String, Value>>,
}

impl Subject {
    /// Checks a user's token: signature, end, session, user. The token of a machine stands for nobody.
    ///
    /// # Errors
    /// `refusal` for a token that is not good, whatever the reason.
    pub async fn verify(
        cx: &Cx<'_>,
        pool: &Pool,
        token: &str,
        kind: Kind,
        refusal: fn() -> ApiError,
    ) -> Result<Self> {
        let claims = Claims::read(cx, pool, token, kind.key_use(), refusal).await?;
        let session_id = claims.session_id().ok_or_else(refusal)?.to_owned();
        let (user, session, groups) = alive(cx, pool, &claims.sub, &session_id, refusal).await?;
        Ok(Self {
            user,
            session,
            session_id,
            groups,
            ends: claims.exp,
            scopes: claims.scope.split_whitespace().map(str::to_owned).collect(),
            act: claims.act,
        })
    }
}

/// The claim `act` for whoever presents `token`, with those who acted before inside it (RFC 8693 section 4.1).
///
/// # Errors
/// `refusal` for a token that is not good, whatever the reason.
pub async fn actor(
    cx: &Cx<'_>,
    pool: &Pool,
    token: &str,
    kind: Kind,
    before: Option<Map<String, Value>>,
    refusal: fn() -> ApiError,
) -> Result<Map<String, Value>> {
    let claims = Claims::read(cx, pool, token, kind.key_use(), refusal).await?;
    match claims.session_id() {
        Some(session_id) => {
            alive(cx, pool, &claims.sub, session_id, refusal).await?;
        }
        // A machine's token is good as long as its client is there.
        None => {
            let own = claims.client_id.as_deref() == Some(claims.sub.as_str());
            let client = cx.cached_client(&claims.sub).await?;
            if !own || client.is_none_or(|client| client.pool_id != pool.id) {
                return Err(refusal().into());
            }
        }
    }
    let mut act = Map::new();
    act.insert("sub".to_owned(), json!(claims.sub));
    if let Some(before) = before {
        act.insert("act".to_owned(), Value::Object(before));
    }
    Ok(act)
}

/// The user and the session of a token, if both are still good, and the user's groups, in one round trip.
async fn alive(
    cx: &Cx<'_>,
    pool: &Pool,
    user_id: &str,
    session_id: &str,
    refusal: fn() -> ApiError,
) -> Result<(User, SessionDoc, GroupClaims)> {
    let found = cx
        .store
        .read(&[
            users::by_id(&pool.id, user_id),
            (
                sessions::READ,
                sessions::key(&pool.id, user_id, session_id, cx.now()),
            ),
            groups::of_user(&pool.id, user_id),
        ])
        .await?;
    let mut found = found.into_iter();
    let mut next = || found.next().unwrap_or_default();
    let (user, session, groups) = (next().into_iter().next(), next().into_iter().next(), next());
    let user = user
        .map(|mut row| User::from_row(pool, &mut row))
        .transpose()?;
    let user = user.filter(|user| user.enabled).ok_or_else(refusal)?;
    let session = session.ok_or_else(refusal)?;
    let (_, session) = session::read(pool, user_id, session_id, session)?;
    Ok((
        user,
        session,
        GroupClaims::from_rows(pool, user_id, groups)?,
    ))
}
