//! The introspection of tokens (RFC 7662), for confidential clients with the standard profile.
//!
//! A client learns about the access tokens of its pool, and about refresh tokens of its own. Everything else is not
//! active, whatever the reason.

use cognate_crypto::jws;
use cognate_store::tables::{sessions, users};
use serde_json::{Map, Value, json};

use crate::app::keys::ACCESS;
use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::oauth::{INVALID_CLIENT, INVALID_REQUEST, UNAUTHORIZED_CLIENT};
use crate::errors::{ErrorCode, Fault, Result};
use crate::oauth::outcome::{Answer, Stop, settle};
use crate::oauth::{Credentials, client};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::tokens::presented::Presented;
use crate::tokens::refresh::RefreshToken;
use crate::tokens::session::{self, Standing};
use crate::tokens::{issuer, verify};

/// The claims of an access token that are told (RFC 7662 section 2.2).
const TOLD: [&str; 10] = [
    "scope",
    "client_id",
    "username",
    "exp",
    "iat",
    "sub",
    "aud",
    "iss",
    "jti",
    "act",
];

/// Returns the members of the answer about a live token; None for one that is not active.
///
/// # Errors
/// Faults. Refusals, in this order: `invalid_client` for a client that is not known, not proven or has no secret to prove
/// itself by; `unauthorized_client` for one without the standard profile; `invalid_request` without a token.
pub async fn token(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    token: Option<&str>,
) -> Answer<Option<Map<String, Value>>> {
    settle(introspect(cx, credentials, token).await)
}

async fn introspect(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    token: Option<&str>,
) -> std::result::Result<Option<Map<String, Value>>, Stop> {
    let (pool, client) = client::find(cx, credentials).await?;
    if client.secrets.is_empty() || !client::is_proven(&client, credentials) {
        return Err(INVALID_CLIENT.into());
    }
    if !client.is_standard() {
        return Err(UNAUTHORIZED_CLIENT.into());
    }
    let token = token.filter(|token| !token.is_empty());
    let token = token.ok_or(INVALID_REQUEST)?;
    Ok(match jws::split(token) {
        Some(_) => access(cx, &pool, token).await?,
        None => refresh(cx, &pool, &client, token).await?,
    })
}

/// Tells about an access token of the pool: of a user whose session is alive, or of a machine whose client is there.
async fn access(cx: &Cx<'_>, pool: &Pool, token: &str) -> Result<Option<Map<String, Value>>> {
    let Some(presented) = Presented::parse(token) else {
        return Ok(None);
    };
    let signers = cx.cached_signers(pool).await?;
    let claims = &presented.claims;
    let good = claims.token_use == ACCESS
        && presented.is_signed_by(&signers, ACCESS, &cx.signatures)
        && !claims.has_ended(cx.now());
    if !good {
        return Ok(None);
    }
    let is_alive = match claims.session_id() {
        Some(_) => has_session(cx, pool, token).await?,
        None => {
            let owner = cx.cached_client(&claims.sub).await?;
            let own = claims.client_id.as_deref() == Some(claims.sub.as_str());
            own && owner.is_some_and(|owner| owner.pool_id == pool.id)
        }
    };
    if !is_alive {
        return Ok(None);
    }
    let payload = jws::split(token).and_then(|parts| parts.payload());
    let mut claims: Map<String, Value> = serde_json::from_slice(&payload.unwrap_or_default())?;
    let mut told = Map::new();
    for name in TOLD {
        if let Some(value) = claims.remove(name) {
            told.insert(name.to_owned(), value);
        }
    }
    told.insert("token_type".into(), json!("Bearer"));
    Ok(Some(told))
}

/// True if the session and the user of an access token are good.
async fn has_session(cx: &Cx<'_>, pool: &Pool, token: &str) -> Result<bool> {
    match verify::access_token(cx, token, verify::Require::Any).await {
        Ok(signed) => Ok(signed.pool.id == pool.id),
        Err(Fault::Api(error)) if error.code == ErrorCode::InternalError => Err(error.into()),
        Err(Fault::Api(_)) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Tells about a refresh token of the client.
async fn refresh(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    text: &str,
) -> Result<Option<Map<String, Value>>> {
    let Some(token) = RefreshToken::open(pool, text) else {
        return Ok(None);
    };
    if token.client_id != client.id || token.expires <= cx.now() {
        return Ok(None);
    }
    let (user_id, session_id) = (&token.user_id, &token.session_id);
    let mut found = cx
        .store
        .read(&[
            users::by_id(&pool.id, user_id),
            sessions::live(&pool.id, user_id, session_id, cx.now()),
        ])
        .await?
        .into_iter();
    let mut next = || found.next().and_then(|rows| rows.into_iter().next());
    let (Some(mut user), Some(row)) = (next(), next()) else {
        return Ok(None);
    };
    let user = User::from_row(pool, &mut user)?;
    let (row, session) = session::read(pool, user_id, session_id, row)?;
    let current = session.standing(token.generation, cx.now(), 0) == Standing::Current;
    if !user.enabled || row.client_id != client.id || !current {
        return Ok(None);
    }
    let told = json!({
        "client_id": client.id,
        "username": user.username,
        "exp": token.expires.div_euclid(SECOND),
        "iat": row.created.div_euclid(SECOND),
        "sub": user.id,
        "iss": issuer::of(cx, pool)?,
    });
    Ok(match told {
        Value::Object(told) => Some(told),
        _ => None,
    })
}
