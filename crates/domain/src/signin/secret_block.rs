//! `SECRET_BLOCK`, sealed by the pool: what a client carries from the first step of SRP to the second.
//!
//! No row represents it while it is open. The nonce inside is marked as spent in the batch of the success, so that of
//! two right answers to one challenge exactly one wins.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::secret::Secret;

use crate::clock::utc_day;
use crate::cx::Cx;
use crate::records::pool::Pool;
use crate::signin::session_token::{Fields, pack};
use crate::signin::state::Start;

/// The purpose of the sealed bytes.
const SRP: &str = "sign-in SRP";
/// The length to which a subject is padded: a pseudonym has 64 characters, a user id 36. So the block of a user and
/// that of an unknown name have the same length.
const SUBJECT: usize = 64;

/// The state of an SRP proof, inside SECRET_BLOCK.
pub struct SrpBlock {
    /// Spent by the success.
    pub nonce: String,
    /// The client that began.
    pub client_id: String,
    /// The user's id, or the pseudonym of an unknown name.
    pub subject: String,
    /// USER_ID_FOR_SRP.
    pub username: String,
    /// The name that was typed, folded.
    pub typed: String,
    /// The request that began the sign-in.
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
    /// Returns the sealed bytes in base64; the client signs the bytes and sends them back.
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

    /// Returns the block and the bytes that the client signed; None for a text that this pool did not seal.
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
