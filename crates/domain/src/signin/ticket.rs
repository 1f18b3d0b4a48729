//! `SECRET_BLOCK`, sealed by the pool: what a client carries from the first step of SRP to the second; and what all
//! sessions share.
//!
//! No row stands behind them while they are open. A nonce inside is marked as spent in the batch of the success, so that
//! of two right answers to one challenge exactly one wins (design, sessions of a sign-in).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cognate_crypto::secret::{Secret, SecretBytes};
use cognate_crypto::{hash, random};

use crate::attempts::hex;
use crate::clock::{SECOND, utc_day};
use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::signin::progress::Start;

/// What every session begins with (auth.md 3.1).
pub const PREFIX: &str = "AYAB";
const SRP: &str = "sign-in SRP";
/// The length at which a subject is kept: a pseudonym has 64 characters, a user id 36. The block of a user and that of
/// nobody have the same length.
const SUBJECT: usize = 64;

/// The state of an SRP proof, inside SECRET_BLOCK.
pub struct SrpBlock {
    /// Spent by the success.
    pub nonce: String,
    /// The client that began.
    pub client_id: String,
    /// The user's id, or the pseudonym of a name that nobody has.
    pub subject: String,
    /// USER_ID_FOR_SRP.
    pub username: String,
    /// What was typed, folded.
    pub typed: String,
    /// What the sign-in began with.
    pub start: Start,
    /// Microseconds.
    pub expires: i64,
    /// A as the client sent it.
    pub public_a: Vec<u8>,
    /// Our secret b.
    pub b: Secret<[u8; 32]>,
    /// Our B.
    pub public_b: Vec<u8>,
}

impl SrpBlock {
    /// The sealed bytes: what the client signs, and sends back in base64.
    pub fn seal(&self, cx: &Cx<'_>, pool: &Pool) -> String {
        let subject = format!("{:<SUBJECT$}", self.subject);
        // A Start always has a text.
        let start = serde_json::to_vec(&self.start).unwrap_or_default();
        let plain = pack(&[
            self.nonce.as_bytes(),
            self.client_id.as_bytes(),
            subject.as_bytes(),
            self.username.as_bytes(),
            self.typed.as_bytes(),
            &start,
            &self.expires.to_be_bytes(),
            &self.public_a,
            self.b.expose(),
            &self.public_b,
        ]);
        STANDARD.encode(pool.key.seal_token(
            SRP,
            utc_day(cx.now()),
            pool.id.as_bytes(),
            plain.expose(),
        ))
    }

    /// The block, and the bytes that the client signed; None for everything that this pool did not seal.
    pub fn open(pool: &Pool, text: &str) -> Option<(Self, Vec<u8>)> {
        let sealed = STANDARD.decode(text).ok()?;
        let plain = pool.key.open_token(SRP, pool.id.as_bytes(), &sealed).ok()?;
        let mut fields = Fields(plain.expose());
        let block = Self {
            nonce: fields.text()?,
            client_id: fields.text()?,
            subject: fields.text()?.trim_end().to_owned(),
            username: fields.text()?,
            typed: fields.text()?,
            start: serde_json::from_slice(fields.bytes()?).ok()?,
            expires: fields.number()?,
            public_a: fields.bytes()?.to_vec(),
            b: Secret::new(fields.bytes()?.try_into().ok()?),
            public_b: fields.bytes()?.to_vec(),
        };
        Some((block, sealed))
    }
}

/// The bytes of a session's text.
///
/// # Errors
/// NotAuthorizedException: `Invalid session provided` for what does not look like a session, `Invalid session for the
/// user.` for what does and is none.
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

/// A new nonce.
pub fn nonce() -> String {
    hex(&random::bytes::<16>())
}

/// When a step that begins now must be answered (auth.md 3.1).
pub fn step_expires(cx: &Cx<'_>, client: &Client) -> i64 {
    cx.now()
        .saturating_add(client.auth_session_seconds().saturating_mul(SECOND))
}

/// Tells one sealed credential from another.
pub fn fingerprint(credential: Option<&[u8]>) -> [u8; 32] {
    hash::sha256(credential.unwrap_or_default())
}

/// Fields behind their lengths.
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

    fn number(&mut self) -> Option<i64> {
        Some(i64::from_be_bytes(self.bytes()?.try_into().ok()?))
    }
}
