//! Tokens that are presented: their parts and claims, before and after the signature is checked.

use std::collections::{BTreeMap, BTreeSet};

use cognate_crypto::jws::{self, Parts};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::app::keys::PoolSigners;
use crate::app::signatures::Signatures;
use crate::clock::SECOND;

/// The claims of a user's or a machine's token that decide something.
#[derive(Deserialize)]
pub struct Claims {
    /// The user's id; the client's in the token of a machine.
    pub sub: String,
    /// `access` or `id`.
    pub token_use: String,
    /// The time at which the token ends, in seconds.
    pub exp: i64,
    /// The scopes of an access token, separated by spaces. An ID token can have a claim of that name and of any type
    /// from a function of the pool.
    #[serde(default, deserialize_with = "text")]
    scope: Option<String>,
    /// The client that an access token was issued to. In an ID token as `scope`.
    #[serde(default, deserialize_with = "text")]
    pub client_id: Option<String>,
    /// The session, of a client with revocation.
    #[serde(default)]
    origin_jti: Option<String>,
    /// The session, of a client without.
    #[serde(default)]
    event_id: Option<String>,
    /// The claim `act`.
    #[serde(default)]
    pub act: Option<Value>,
    /// Whether there is an audience: an access token with one is meant for another service than this.
    #[serde(default)]
    pub aud: Option<IgnoredAny>,
}

/// Reads a text; None for a value of another type.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

impl Claims {
    /// Returns the session that the token belongs to; None for the token of a machine.
    pub fn session_id(&self) -> Option<&str> {
        self.origin_jti.as_deref().or(self.event_id.as_deref())
    }

    /// Returns the scopes one by one.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        let scope = self.scope.as_deref().unwrap_or_default();
        scope.split(' ').filter(|scope| !scope.is_empty())
    }

    /// True if the token has ended at `now` (microseconds).
    pub fn has_ended(&self, now: i64) -> bool {
        self.exp <= now.div_euclid(SECOND)
    }
}

/// A token as it was sent. Nothing in it may be believed before [`Presented::is_signed_by`] has said yes.
pub struct Presented<'t> {
    parts: Parts<'t>,
    /// Its claims.
    pub claims: Claims,
}

impl<'t> Presented<'t> {
    /// Parses a token; None if it does not have the form of the tokens that pools issue.
    pub fn parse(token: &'t str) -> Option<Self> {
        let parts = jws::split(token)?;
        let payload = parts.payload()?;
        let claims = serde_json::from_slice(&payload).ok()?;
        Some(Self { parts, claims })
    }

    /// Returns the names of all claims.
    pub fn names(&self) -> BTreeSet<String> {
        let payload = self.parts.payload().unwrap_or_default();
        let claims = serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(&payload);
        claims.unwrap_or_default().into_keys().collect()
    }

    /// True if a key of the pool that may verify tokens of this use signed the token. `seen`: the signatures that were
    /// found right before.
    pub fn is_signed_by(&self, signers: &PoolSigners, key_use: &str, seen: &Signatures) -> bool {
        let key = signers.verifier(&self.parts.header.kid, key_use);
        key.is_some_and(|key| seen.are_right(&self.parts, key))
    }
}
