//! Tokens as the authorizers of gateways judge them: by signature, end, pool, client and scope, and not by their session
//! (docs/DEV.md).

use cognate_crypto::jws;
use serde_json::{Map, Value};

use crate::app::App;
use crate::app::keys::{ACCESS, ID};
use crate::errors::Result;
use crate::tokens::issuer;
use crate::tokens::presented::Presented;

/// What a token has to be.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The id of the pool.
    pub pool: Option<String>,
    /// The ids of clients, one of which it was issued to; empty for any.
    pub clients: Vec<String>,
    /// `access` or `id`.
    pub token_use: Option<String>,
    /// Scopes, one of which an access token grants; empty for any token.
    pub scopes: Vec<String>,
    /// What stands before the id of the pool in the path of issuers that follow the host; None for anything. The gateway's own
    /// authorizer compares the whole issuer.
    pub path: Option<String>,
}

/// What became of a token.
pub enum Judged {
    /// It is good; its claims.
    Good(Map<String, Value>),
    /// It is not; why, for a person who develops.
    Bad(&'static str),
}

/// Judges a token.
///
/// # Errors
/// The store's.
pub async fn judge(app: &App, token: &str, asked: &Asked) -> Result<Judged> {
    let Some(presented) = Presented::parse(token) else {
        return Ok(Judged::Bad("this is no token of a user pool"));
    };
    let claims = jws::split(token).and_then(|parts| parts.payload());
    let claims = claims.and_then(|bytes| serde_json::from_slice::<Map<String, Value>>(&bytes).ok());
    let Some(claims) = claims else {
        return Ok(Judged::Bad("this is no token of a user pool"));
    };
    let token_use = presented.claims.token_use.as_str();
    let (key_use, client) = match token_use {
        ID => (ID, claims.get("aud").and_then(Value::as_str)),
        ACCESS => (ACCESS, presented.claims.client_id.as_deref()),
        _ => {
            return Ok(Judged::Bad(
                "the token is neither an ID nor an access token",
            ));
        }
    };
    if asked
        .token_use
        .as_deref()
        .is_some_and(|wanted| wanted != token_use)
    {
        return Ok(Judged::Bad("the token has another use than is asked for"));
    }
    let Some(client) = client else {
        return Ok(Judged::Bad("the token names no client"));
    };
    let Some(known) = app.cached_client(client).await? else {
        return Ok(Judged::Bad(
            "there is no client that the token was issued to",
        ));
    };
    let Some(pool) = app.cached_pool(&known.pool_id).await? else {
        return Ok(Judged::Bad(
            "there is no client that the token was issued to",
        ));
    };
    let signers = app.cached_signers(&pool).await?;
    if !presented.is_signed_by(&signers, key_use, &app.signatures) {
        return Ok(Judged::Bad("no key of the pool signed the token"));
    }
    if let Some(path) = &asked.path
        && issuer::follows_host(&app.settings, &pool)
        && !is_issuer(
            claims.get("iss").and_then(Value::as_str),
            &pool.id,
            path,
            app.settings.public_url.as_deref(),
        )
    {
        return Ok(Judged::Bad("the token names an issuer of another place"));
    }
    if presented.claims.has_ended(app.clock.service()) {
        return Ok(Judged::Bad("the token has expired"));
    }
    if asked
        .pool
        .as_deref()
        .is_some_and(|wanted| wanted != pool.id)
    {
        return Ok(Judged::Bad("the token is of another user pool"));
    }
    if !asked.clients.is_empty() && !asked.clients.iter().any(|wanted| wanted == client) {
        return Ok(Judged::Bad("the token was issued to another client"));
    }
    let grants = |wanted: &String| presented.claims.scopes().any(|scope| scope == wanted);
    let is_granted = token_use == ACCESS && asked.scopes.iter().any(grants);
    if !asked.scopes.is_empty() && !is_granted {
        return Ok(Judged::Bad("the token grants none of the scopes"));
    }
    Ok(Judged::Good(claims))
}

/// True for an issuer of a pool below a path of some host, or below the URL of the settings.
fn is_issuer(iss: Option<&str>, pool_id: &str, path: &str, public: Option<&str>) -> bool {
    let base = iss
        .and_then(|iss| iss.strip_suffix(pool_id))
        .and_then(|base| base.strip_suffix('/'));
    let Some(base) = base else {
        return false;
    };
    let host = base.split_once("://").map_or(base, |(_, rest)| rest);
    let at = host.find('/').unwrap_or(host.len());
    host.get(at..) == Some(path) || public.is_some_and(|url| url.trim_end_matches('/') == base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_of_one_place() {
        let is = |iss: &str, path: &str, public| is_issuer(Some(iss), "eu-west-1_a", path, public);
        for (iss, path) in [
            ("http://localhost:9229/eu-west-1_a", ""),
            ("http://127.0.0.1:9229/eu-west-1_a", ""),
            ("http://localhost:9229/_world/w3/eu-west-1_a", "/_world/w3"),
            ("https://id.example/eu-west-1_a", ""),
        ] {
            assert!(is(iss, path, None), "{iss}");
        }
        for (iss, path) in [
            ("http://localhost:9229/_world/w3/eu-west-1_a", ""),
            ("http://localhost:9229/_world/w3/eu-west-1_a", "/_world/w4"),
            ("http://localhost:9229/_world/w33/eu-west-1_a", "/_world/w3"),
            ("http://localhost:9229/eu-west-1_a", "/_world/w3"),
            ("http://localhost:9229/eu-west-1_b", ""),
            ("http://localhost:9229/x/eu-west-1_a", ""),
            ("eu-west-1_a", ""),
            ("", ""),
        ] {
            assert!(!is(iss, path, None), "{iss}");
        }
        assert!(!is_issuer(None, "eu-west-1_a", "", None));
        // The URL of the settings has a path of its own.
        let public = Some("https://id.example/x");
        assert!(is("https://id.example/x/eu-west-1_a", "", public));
        assert!(!is("https://id.example/y/eu-west-1_a", "", public));
    }
}
