//! The rules about the claims of a token whose signature is good.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::foreign::{self, Sha2};
use cognate_crypto::secret::ct_eq;
use serde_json::{Map, Value};

use super::{Expected, Refused};
use crate::oidc::SKEW;
use crate::oidc::claims::is_subject;

type Payload = Map<String, Value>;

/// Checks the claims in the order of [`Refused`]. A claim of a wrong type is a wrong claim, and null is no type.
pub(super) fn judge(payload: &Payload, expected: &Expected<'_>, sha: Sha2) -> Result<(), Refused> {
    issuer(payload, expected)?;
    audience(payload, expected)?;
    time(payload, expected.now)?;
    nonce(payload, expected)?;
    access_token(payload, expected, sha)?;
    match text(payload, "sub") {
        Some(sub) if is_subject(sub) => Ok(()),
        _ => Err(Refused::Subject),
    }
}

fn text<'a>(payload: &'a Payload, name: &str) -> Option<&'a str> {
    payload.get(name).and_then(Value::as_str)
}

fn issuer(payload: &Payload, expected: &Expected<'_>) -> Result<(), Refused> {
    match text(payload, "iss") {
        Some(iss) if expected.issuers.contains(&iss) => Ok(()),
        _ => Err(Refused::Issuer),
    }
}

/// With several audiences, the one to which the token was given must be named: this client.
fn audience(payload: &Payload, expected: &Expected<'_>) -> Result<(), Refused> {
    let ours = |value: &Value| value.as_str() == Some(expected.client_id);
    let several = match payload.get("aud") {
        Some(one @ Value::String(_)) if ours(one) => false,
        Some(Value::Array(list)) if list.iter().all(Value::is_string) && list.iter().any(ours) => {
            list.len() > 1
        }
        _ => return Err(Refused::Audience),
    };
    match payload.get("azp") {
        Some(azp) if ours(azp) => Ok(()),
        None if !several => Ok(()),
        _ => Err(Refused::AuthorizedParty),
    }
}

fn time(payload: &Payload, now: i64) -> Result<(), Refused> {
    let end = payload.get("exp").and_then(seconds);
    let end = end.ok_or(Refused::NoEnd)?;
    if end.saturating_add(SKEW) <= now {
        return Err(Refused::Expired);
    }
    for (name, refused) in [("iat", Refused::IssuedAhead), ("nbf", Refused::NotYet)] {
        match payload.get(name).map(seconds) {
            None => {}
            Some(Some(begin)) if begin <= now.saturating_add(SKEW) => {}
            Some(_) => return Err(refused),
        }
    }
    Ok(())
}

/// Returns a NumericDate in whole seconds (RFC 7519 section 2).
pub(super) fn seconds(value: &Value) -> Option<i64> {
    let whole = |float: f64| {
        // Beyond this, whole seconds are not told apart; no clock is there.
        let near = float.is_finite() && float.abs() < 9e15;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the number was just bounded"
        )]
        near.then_some(float.floor() as i64)
    };
    value.as_i64().or_else(|| value.as_f64().and_then(whole))
}

fn nonce(payload: &Payload, expected: &Expected<'_>) -> Result<(), Refused> {
    let Some(sent) = expected.nonce else {
        return Ok(());
    };
    match text(payload, "nonce") {
        Some(nonce) if ct_eq(nonce.as_bytes(), sent.as_bytes()) => Ok(()),
        _ => Err(Refused::Nonce),
    }
}

/// The left half of the hash of the access token (OpenID Connect Core 1.0 section 3.1.3.6).
fn access_token(payload: &Payload, expected: &Expected<'_>, sha: Sha2) -> Result<(), Refused> {
    let (Some(hash), Some(token)) = (payload.get("at_hash"), expected.access_token) else {
        return Ok(());
    };
    let digest = foreign::digest(sha, token.expose().as_bytes());
    let half = digest.get(..digest.len() / 2).unwrap_or_default();
    if hash.as_str() == Some(URL_SAFE_NO_PAD.encode(half).as_str()) {
        return Ok(());
    }
    Err(Refused::AccessTokenHash)
}
