//! Refresh tokens: opaque to clients, shaped like the service's.
//!
//! A token has the five parts of a JWE in compact form (RFC 7516 section 7.1), because clients and
//! their log filters expect that look (auth.md 5.5): a fixed header, then in base64url the
//! format version with the day, the nonce, the ciphertext and the tag. It is sealed by the key of
//! the pool for the purpose `refresh` and that day; nothing is encrypted with RSA.

use crate::seal::{PoolKey, SealError};
use crate::secret::SecretBytes;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The header, byte for byte as the service writes it.
const HEADER: &[u8] = br#"{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}"#;

/// The purpose under which the pool's key seals.
const PURPOSE: &str = "refresh";

/// Bytes of the second part: format version and day.
const PREFIX: usize = 5;
/// Bytes of the third part.
const NONCE: usize = 12;
/// Bytes of the last part.
const TAG: usize = 16;
/// The longest token that is looked at, in bytes.
const MAX: usize = 16 * 1024;

/// Seals `payload` into a token of the given UTC day. `aad`, for instance the client id, must be
/// given again to open it.
#[must_use]
pub fn seal_refresh(key: &PoolKey, day: u32, aad: &[u8], payload: &[u8]) -> String {
    let sealed = key.seal_token(PURPOSE, day, aad, payload);
    let (prefix, rest) = sealed.split_at_checked(PREFIX).unwrap_or_default();
    let (nonce, rest) = rest.split_at_checked(NONCE).unwrap_or_default();
    let (ciphertext, tag) = rest.split_last_chunk::<TAG>().unwrap_or((&[], &[0; TAG]));
    let parts: [&[u8]; 5] = [HEADER, prefix, nonce, ciphertext, tag];
    parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
}

/// Opens a token of [`seal_refresh`]. The pool, and so its key, must be known from elsewhere: the
/// client id of the request.
///
/// # Errors
/// `Malformed` unless it has five canonical base64url parts and our header; `Refused` if the key
/// or `aad` is another one or the token was altered.
pub fn open_refresh(key: &PoolKey, aad: &[u8], token: &str) -> Result<SecretBytes, SealError> {
    if token.len() > MAX {
        return Err(SealError::Malformed);
    }
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part));
    let mut next = || {
        parts
            .next()
            .and_then(Result::ok)
            .ok_or(SealError::Malformed)
    };
    let (header, prefix, nonce, ciphertext, tag) = (next()?, next()?, next()?, next()?, next()?);
    let whole = parts.next().is_none() && header == HEADER;
    if !whole || prefix.len() != PREFIX || nonce.len() != NONCE || tag.len() != TAG {
        return Err(SealError::Malformed);
    }
    key.open_token(PURPOSE, aad, &[prefix, nonce, ciphertext, tag].concat())
}

#[cfg(test)]
mod tests;
