//! Every check of an ID token (OpenID Connect Core 1.0 sections 3.1.3.7 and 3.1.3.8, RFC 8725).
//!
//! The order is: form, header, key, signature; only then is the payload looked at. Nothing in a token chooses how it is
//! checked beyond naming a key of the provider's set, and an algorithm that this key is for.

mod rules;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::client_proof::Mac;
use cognate_crypto::foreign::{Alg, Sha2};
use cognate_crypto::secret::SecretString;
use serde_json::{Map, Value};

use crate::json::{self, Unclear};
use crate::oidc::claims::Claims;
use crate::oidc::keys::{Key, Keys};
use crate::oidc::social::Kind;

/// The longest token, in bytes.
pub(crate) const LONGEST: usize = 64 * 1024;
/// The fewest bytes of a secret under which MACs count: as many as the shortest MAC has (RFC 7518 section 3.2).
const SHORTEST_SECRET: usize = 32;

/// What the token must be.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// The type of the provider.
    pub kind: Kind,
    /// The names of the provider, compared byte for byte ([`Kind::issuers`]).
    pub issuers: &'a [&'a str],
    /// `client_id` at the provider.
    pub client_id: &'a str,
    /// `client_secret` at the provider, for tokens with a MAC; used for [`Kind::Oidc`] alone.
    pub client_secret: Option<&'a SecretString>,
    /// The nonce of the authorization request; None if there was no request.
    pub nonce: Option<&'a str>,
    /// The access token that came with it.
    pub access_token: Option<&'a SecretString>,
    /// Seconds since 1970.
    pub now: i64,
}

/// The check that a token failed. The order is that of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// More than 64 KiB.
    #[error("the token is too long")]
    TooLong,
    /// Not header, payload and signature; encrypted tokens have five parts.
    #[error("the token has not three parts")]
    Parts,
    /// A part is not base64url without padding, or has stray bits at its end.
    #[error("a part of the token is not canonical base64url")]
    Base64,
    /// The header is no JSON object.
    #[error("the header is no JSON object")]
    Header,
    /// The header gives a member twice.
    #[error("the header gives a member twice")]
    HeaderTwice,
    /// The header demands extensions (RFC 7515 section 4.1.11); none is known.
    #[error("the header has crit")]
    Critical,
    /// The payload might not be encoded (RFC 7797).
    #[error("the header has b64")]
    Unencoded,
    /// The header says that it is a token for another purpose, such as `at+jwt` (RFC 8725 section 3.11).
    #[error("the token is of another type")]
    OtherType,
    /// `alg` is missing, `none`, or not one that is accepted.
    #[error("the algorithm is not accepted")]
    Algorithm,
    /// A MAC by a provider that shares no secret for it.
    #[error("a MAC is not accepted from this provider")]
    MacNotShared,
    /// A MAC under a secret that can be guessed.
    #[error("the client secret is too short for a MAC")]
    ShortSecret,
    /// `kid` is missing or no text.
    #[error("the header names no key")]
    NoKid,
    /// `kid` is not in the provider's set. The set may be out of date.
    #[error("the provider's set has no usable key of the name")]
    UnknownKey,
    /// The key says that it is not for signatures.
    #[error("the key is not for signatures")]
    KeyForOtherUse,
    /// The key says that it is for another algorithm.
    #[error("the key is for another algorithm")]
    KeyOfOtherAlgorithm,
    /// The key's kind cannot make such signatures.
    #[error("the key is of another kind")]
    KeyOfOtherKind,
    /// The signature is not by the key.
    #[error("the signature does not verify")]
    BadSignature,
    /// The payload is no JSON object.
    #[error("the payload is no JSON object")]
    Payload,
    /// The payload gives a member twice.
    #[error("the payload gives a member twice")]
    PayloadTwice,
    /// `iss` is not the provider.
    #[error("the issuer is another one")]
    Issuer,
    /// `aud` has not this client.
    #[error("the token is for another client")]
    Audience,
    /// `azp` is not this client, or missing where there are several audiences.
    #[error("the token was given to another client")]
    AuthorizedParty,
    /// `exp` is missing or no number.
    #[error("the token does not say when it ends")]
    NoEnd,
    /// `exp` is past.
    #[error("the token has ended")]
    Expired,
    /// `iat` is ahead or no number.
    #[error("the token was issued in the future")]
    IssuedAhead,
    /// `nbf` is ahead or no number.
    #[error("the token has not begun")]
    NotYet,
    /// `nonce` is not the one that was sent.
    #[error("the nonce is another one")]
    Nonce,
    /// `at_hash` is not that of the access token.
    #[error("the hash is that of another access token")]
    AccessTokenHash,
    /// `sub` is missing, empty, too long, or has control characters.
    #[error("the token names no user")]
    Subject,
}

/// Checks a token and returns its claims.
///
/// # Errors
/// [`Refused`], the first check that fails.
pub fn check(token: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Claims, Refused> {
    let parts = Parts::split(token)?;
    let header = object(&parts.header, Refused::Header, Refused::HeaderTwice)?;
    let sha = verify(&parts, &header, keys, expected)?;
    let payload = object(&parts.payload, Refused::Payload, Refused::PayloadTwice)?;
    rules::judge(&payload, expected, sha)?;
    Ok(Claims::new(payload))
}

/// Checks a token that a client presents as a grant, apart from any sign-in here. Besides the checks of [`check`] it must
/// be no message about an event: a logout token has the issuer, the audience and the key of an ID token (OpenID Connect
/// Back-Channel Logout 1.0 section 2.4).
///
/// # Errors
/// As [`check`].
pub fn presented(token: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Claims, Refused> {
    let claims = check(token, keys, expected)?;
    match claims.members().contains_key("events") {
        true => Err(Refused::OtherType),
        false => Ok(claims),
    }
}

/// Returns the end of a token that was checked, in seconds since 1970.
#[must_use]
pub fn end(claims: &Claims) -> Option<i64> {
    rules::seconds(claims.get("exp")?)
}

/// The decoded parts of a token.
struct Parts<'a> {
    header: Vec<u8>,
    payload: Vec<u8>,
    signature: Vec<u8>,
    /// What the signature is over.
    input: &'a [u8],
}

impl<'a> Parts<'a> {
    fn split(token: &'a str) -> Result<Self, Refused> {
        if token.len() > LONGEST {
            return Err(Refused::TooLong);
        }
        let (input, signature) = token.rsplit_once('.').ok_or(Refused::Parts)?;
        let (header, payload) = input.split_once('.').ok_or(Refused::Parts)?;
        if payload.contains('.') || [header, payload, signature].contains(&"") {
            return Err(Refused::Parts);
        }
        let decode = |part| URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused::Base64);
        Ok(Self {
            header: decode(header)?,
            payload: decode(payload)?,
            signature: decode(signature)?,
            input: input.as_bytes(),
        })
    }
}

fn object(bytes: &[u8], other: Refused, twice: Refused) -> Result<Map<String, Value>, Refused> {
    json::object(bytes).map_err(|unclear| match unclear {
        Unclear::NotAnObject => other,
        Unclear::Twice => twice,
    })
}

/// Checks header and signature; returns the digest that goes with the algorithm.
fn verify(
    parts: &Parts<'_>,
    header: &Map<String, Value>,
    keys: &Keys,
    expected: &Expected<'_>,
) -> Result<Sha2, Refused> {
    if header.contains_key("crit") {
        return Err(Refused::Critical);
    }
    if header.contains_key("b64") {
        return Err(Refused::Unencoded);
    }
    let other_type = |typ: &str| typ.to_ascii_lowercase().ends_with("+jwt");
    if header
        .get("typ")
        .and_then(Value::as_str)
        .is_some_and(other_type)
    {
        return Err(Refused::OtherType);
    }
    let name = header.get("alg").and_then(Value::as_str);
    let name = name.ok_or(Refused::Algorithm)?;
    if let Some(mac) = Mac::from_jose(name) {
        return shared(parts, mac, expected);
    }
    let alg = Alg::from_jose(name).ok_or(Refused::Algorithm)?;
    let kid = header.get("kid").and_then(Value::as_str);
    let named = keys.with_id(kid.ok_or(Refused::NoKid)?).collect();
    let for_signatures = |key: &Key| key.signs;
    let for_algorithm = |key: &Key| key.alg.as_deref().is_none_or(|only| only == name);
    let of_kind = |key: &Key| key.key.fits(alg);
    let signed = |key: &Key| key.key.verify(alg, parts.input, &parts.signature);
    let keys = some(named, |_| true, Refused::UnknownKey)?;
    let keys = some(keys, for_signatures, Refused::KeyForOtherUse)?;
    let keys = some(keys, for_algorithm, Refused::KeyOfOtherAlgorithm)?;
    let keys = some(keys, of_kind, Refused::KeyOfOtherKind)?;
    some(keys, signed, Refused::BadSignature)?;
    Ok(match alg {
        Alg::Rs256 | Alg::Ps256 | Alg::Es256 => Sha2::Sha256,
        Alg::Rs384 | Alg::Ps384 | Alg::Es384 => Sha2::Sha384,
        Alg::Rs512 | Alg::Ps512 | Alg::EdDsa => Sha2::Sha512,
    })
}

/// Returns the keys that pass; refuses if none does.
fn some(
    keys: Vec<&Key>,
    passes: impl Fn(&Key) -> bool,
    refused: Refused,
) -> Result<Vec<&Key>, Refused> {
    let keys: Vec<&Key> = keys.into_iter().filter(|key| passes(key)).collect();
    if keys.is_empty() {
        return Err(refused);
    }
    Ok(keys)
}

/// Checks a MAC under the secret of client and provider. No key of the set is ever one: they are public.
fn shared(parts: &Parts<'_>, mac: Mac, expected: &Expected<'_>) -> Result<Sha2, Refused> {
    let secret = expected
        .client_secret
        .filter(|_| expected.kind == Kind::Oidc)
        .ok_or(Refused::MacNotShared)?;
    let secret = secret.expose().as_bytes();
    if secret.len() < SHORTEST_SECRET {
        return Err(Refused::ShortSecret);
    }
    if !mac.verify(secret, parts.input, &parts.signature) {
        return Err(Refused::BadSignature);
    }
    Ok(match mac {
        Mac::Hs256 => Sha2::Sha256,
        Mac::Hs384 => Sha2::Sha384,
        Mac::Hs512 => Sha2::Sha512,
    })
}

#[cfg(test)]
mod tests;
