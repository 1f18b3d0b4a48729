//! Authenticated encryption with a random nonce in front.

use super::SealError;
use crate::failure::sure;
use crate::random;
use crate::secret::{Secret, SecretBytes};
use aws_lc_rs::aead::{
    AES_256_GCM, AES_256_GCM_SIV, Aad, Algorithm, LessSafeKey, NONCE_LEN, Nonce, UnboundKey,
};

/// Bytes that sealing adds to a plaintext beside the header: nonce and tag.
pub(super) const OVERHEAD: usize = NONCE_LEN + 16;

/// One AES-256 key of either mode, ready for use.
pub(super) struct Aead(LessSafeKey);

impl Aead {
    /// Returns a key for rows: AES-256-GCM-SIV (RFC 8452).
    pub(super) fn for_rows(key: &Secret<[u8; 32]>) -> Self {
        Self::new(&AES_256_GCM_SIV, key)
    }

    /// Returns a key for tokens: AES-256-GCM.
    pub(super) fn for_tokens(key: &Secret<[u8; 32]>) -> Self {
        Self::new(&AES_256_GCM, key)
    }

    fn new(algorithm: &'static Algorithm, key: &Secret<[u8; 32]>) -> Self {
        Self(LessSafeKey::new(sure(
            UnboundKey::new(algorithm, key.expose()),
            "AES key",
        )))
    }

    /// `header`, nonce, ciphertext and tag. The header is stored in the clear; a caller that
    /// needs it authenticated puts it into `aad` too.
    pub(super) fn seal(&self, header: &[u8], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = random::bytes();
        let mut out = Vec::with_capacity(header.len() + plaintext.len() + OVERHEAD);
        out.extend_from_slice(header);
        out.extend_from_slice(&nonce);
        let start = out.len();
        out.extend_from_slice(plaintext);
        let body = out.get_mut(start..).unwrap_or_default();
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = sure(
            self.0
                .seal_in_place_separate_tag(nonce, Aad::from(aad), body),
            "encryption",
        );
        out.extend_from_slice(tag.as_ref());
        out
    }

    /// Returns the plaintext of a sealed value without its header.
    ///
    /// # Errors
    /// `Malformed` if it is too short, `Refused` if it does not authenticate.
    pub(super) fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<SecretBytes, SealError> {
        let (nonce, body) = sealed
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(SealError::Malformed)?;
        let length = body
            .len()
            .checked_sub(OVERHEAD - NONCE_LEN)
            .ok_or(SealError::Malformed)?;
        let mut buffer = zeroize::Zeroizing::new(body.to_vec());
        self.0
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(aad),
                &mut buffer,
            )
            .map_err(|_| SealError::Refused)?;
        buffer.truncate(length);
        Ok(Secret::new(std::mem::take(&mut *buffer)))
    }
}
