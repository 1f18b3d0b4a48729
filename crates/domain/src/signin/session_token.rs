//! The parts that all sealed texts of a sign-in share: the form of a session, nonces, the time of a step, packed
//! fields.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::secret::{Secret, SecretBytes};
use cognate_crypto::{hash, random};

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::records::client::Client;

/// The beginning of every session (auth.md 3.1).
const PREFIX: &str = "AYAB";

/// Returns the text of a session: the client's id, readable, before the sealed part. The id is no secret, and tells
/// which pool's key opens the rest.
pub fn encode(client_id: &str, sealed: &[u8]) -> String {
    let length = u8::try_from(client_id.len()).unwrap_or(u8::MAX);
    let bytes = [&[length], client_id.as_bytes(), sealed].concat();
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// Undoes [`encode`] after [`decode`]: the client's id and the sealed part.
pub fn split_client(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = bytes.split_first()?;
    let (client_id, sealed) = rest.split_at_checked(usize::from(*length))?;
    Some((std::str::from_utf8(client_id).ok()?, sealed))
}

/// Returns the bytes of a session's text.
///
/// # Errors
/// NotAuthorizedException: `Invalid session provided` for a text that does not look like a session, `Invalid session
/// for the user.` for one that does and is none.
pub fn decode(text: &str) -> Result<Vec<u8>> {
    let rest = text
        .strip_prefix(PREFIX)
        .ok_or_else(auth::session_nonsense)?;
    if !rest
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    {
        return Err(auth::session_nonsense().into());
    }
    Ok(URL_SAFE_NO_PAD
        .decode(rest)
        .map_err(|_| auth::session_invalid())?)
}

/// Returns a new nonce.
pub fn nonce() -> String {
    hash::hex_text(&random::bytes::<16>())
}

/// Returns the time until which a step that begins now can be answered, in microseconds (auth.md 3.1).
pub fn step_expires(cx: &Cx<'_>, client: &Client) -> i64 {
    cx.now()
        .saturating_add(client.auth_session_seconds().saturating_mul(SECOND))
}

/// Returns a digest that differs between sealed credentials.
pub fn fingerprint(credential: Option<&[u8]>) -> [u8; 32] {
    hash::sha256(credential.unwrap_or_default())
}

/// Joins fields, each after its length.
pub(super) fn pack(fields: &[&[u8]]) -> SecretBytes {
    let mut out = Vec::with_capacity(fields.iter().map(|field| field.len() + 2).sum());
    for field in fields {
        // A field is a name of at most 512 bytes or a number below N.
        out.extend_from_slice(&u16::try_from(field.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend_from_slice(field);
    }
    Secret::new(out)
}

/// Reads what [`pack`] wrote.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<2>()?;
        let (field, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        self.0 = rest;
        Some(field)
    }

    pub(super) fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    pub(super) fn number(&mut self) -> Option<i64> {
        Some(i64::from_be_bytes(self.bytes()?.try_into().ok()?))
    }
}
