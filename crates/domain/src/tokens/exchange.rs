//! Tokens of a pool that are traded for others (RFC 8693): those of users, and of whoever acts for them.

use std::collections::BTreeSet;

use cognate_store::tables::{groups, sessions, users};
use serde_json::{Map, Value, json};

use crate::app::keys::{ACCESS, ID};
use crate::cx::Cx;
use crate::errors::{ApiError, Result};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::tokens::groups::GroupClaims;
use crate::tokens::presented::Presented;
use crate::tokens::session::{self, SessionDoc};

/// Returns a token of this pool that is genuine and has not ended. Its user or session may have ended.
async fn genuine<'t>(
    cx: &Cx<'_>,
    pool: &Pool,
    token: &'t str,
    kind: Kind,
    refusal: fn() -> ApiError,
) -> Result<Presented<'t>> {
    let presented = Presented::parse(token).ok_or_else(refusal)?;
    let signers = cx.cached_signers(pool).await?;
    let claims = &presented.claims;
    let good = presented.is_signed_by(&signers, kind.key_use(), &cx.signatures)
        && claims.token_use == kind.key_use()
        && !claims.has_ended(cx.now());
    if !good {
        return Err(refusal().into());
    }
    Ok(presented)
}

/// The two kinds of tokens that a pool issues.
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

/// The user whose token was presented, and the rights of the token.
pub struct Subject {
    /// The user, as of now.
    pub user: User,
    /// The session, as of now.
    pub session: SessionDoc,
    /// Its id.
    pub session_id: String,
    /// The user's groups, as of now.
    pub groups: GroupClaims,
    /// The time at which the token ends, in seconds.
    pub ends: i64,
    /// The scopes of an access token; none of an ID token.
    pub scopes: Vec<String>,
    /// The names of the claims of an ID token; None for an access token.
    pub names: Option<BTreeSet<String>>,
    /// The claim `act`: who has acted for the user so far.
    pub act: Option<Map<String, Value>>,
}

impl Subject {
    /// Checks a user's token: signature, end, session, user. The token of a machine is refused.
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
        let presented = genuine(cx, pool, token, kind, refusal).await?;
        let claims = &presented.claims;
        let session_id = claims.session_id().ok_or_else(refusal)?.to_owned();
        let (user, session, groups) = alive(cx, pool, &claims.sub, &session_id, refusal).await?;
        let act = match &claims.act {
            None | Some(Value::Null) => None,
            Some(Value::Object(act)) => Some(act.clone()),
            Some(_) => return Err(refusal().into()),
        };
        Ok(Self {
            user,
            session,
            session_id,
            groups,
            ends: claims.exp,
            scopes: match kind {
                Kind::Access => claims.scopes().map(str::to_owned).collect(),
                // A function of the pool can add a claim of that name to an ID token.
                Kind::Id => Vec::new(),
            },
            names: (kind == Kind::Id).then(|| presented.names()),
            act,
        })
    }
}

/// Returns the claims that say whose token it is, of a user or a machine (RFC 8693 section 4.1).
///
/// # Errors
/// `refusal` for a token that is not good, whatever the reason.
pub async fn actor(
    cx: &Cx<'_>,
    pool: &Pool,
    token: &str,
    kind: Kind,
    refusal: fn() -> ApiError,
) -> Result<Map<String, Value>> {
    let claims = genuine(cx, pool, token, kind, refusal).await?.claims;
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
    Ok(act)
}

/// Reads the user and the session of a token, which must both still be good, and the user's groups, in one round trip.
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
            sessions::live(&pool.id, user_id, session_id, cx.now()),
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
