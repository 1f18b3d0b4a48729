//! SECRET_BLOCK of a device's proof, sealed by the pool: the sign-in that the device takes part in, and the numbers of
//! the proof. It carries all state by itself, because some clients send no session (auth.md 3.7).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::secret::Secret;

use crate::clock::utc_day;
use crate::cx::Cx;
use crate::errors::Result;
use crate::records::pool::Pool;
use crate::signin::session_token::{Fields, pack};
use crate::signin::state::SignInState;

/// The purpose of the sealed bytes.
const DEVICE: &str = "device SRP";

/// The state of a device's proof.
pub(super) struct DeviceBlock {
    /// The sign-in. Its nonce is that of the session which asked for the device, so that of several proofs begun from
    /// one session only one ends in tokens.
    pub(super) state: SignInState,
    /// The device that began the proof.
    pub(super) device_key: String,
    /// A as the client sent it.
    pub(super) public_a: Vec<u8>,
    /// Our secret b.
    pub(super) b: Secret<[u8; 32]>,
    /// Our B.
    pub(super) public_b: Vec<u8>,
}

impl DeviceBlock {
    /// Returns the sealed bytes in base64; the client signs the bytes and sends them back.
    ///
    /// # Errors
    /// Those of serialization.
    pub(super) fn seal(&self, cx: &Cx<'_>, pool: &Pool) -> Result<String> {
        let state = serde_json::to_vec(&self.state)?;
        let plain = pack(&[
            &state,
            self.device_key.as_bytes(),
            &self.public_a,
            self.b.expose(),
            &self.public_b,
        ]);
        let day = utc_day(cx.now());
        let sealed = pool
            .key
            .seal_token(DEVICE, day, pool.id.as_bytes(), plain.expose());
        Ok(STANDARD.encode(sealed))
    }

    /// Returns the block and the bytes that the client signed; None for a text that this pool did not seal.
    pub(super) fn open(pool: &Pool, text: &str) -> Option<(Self, Vec<u8>)> {
        let sealed = STANDARD.decode(text).ok()?;
        let plain = pool.key.open_token(DEVICE, pool.id.as_bytes(), &sealed);
        let plain = plain.ok()?;
        let mut fields = Fields(plain.expose());
        let block = Self {
            state: serde_json::from_slice(fields.bytes()?).ok()?,
            device_key: fields.text()?,
            public_a: fields.bytes()?.to_vec(),
            b: Secret::new(fields.bytes()?.try_into().ok()?),
            public_b: fields.bytes()?.to_vec(),
        };
        Some((block, sealed))
    }
}
