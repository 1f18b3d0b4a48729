//! The key of one pool and everything derived from it.

use super::aead::Aead;
use super::{Context, FORMAT, SealError, prefixed};
use crate::hash;
use crate::random;
use crate::secret::{Secret, SecretBytes};
use aws_lc_rs::{hkdf, hmac};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// The number of token keys that a pool keeps ready. Sign-in sessions and today's tokens need two or three;
/// the others serve refresh tokens of the last days.
const TOKEN_KEYS_KEPT: usize = 16;

/// The number of MAC keys that a pool keeps ready: more than there are purposes.
const MAC_KEYS_KEPT: usize = 32;

/// The key of one pool: 32 random bytes and the keys derived from them.
pub struct PoolKey {
    raw: Secret<[u8; 32]>,
    derive: hkdf::Prk,
    rows: Aead,
    signs_rows: hmac::Key,
    tokens: Mutex<Vec<TokenKey>>,
    macs: RwLock<Vec<(Box<str>, hmac::Key)>>,
}

/// A derived key for tokens, kept because deriving costs more than sealing.
struct TokenKey {
    purpose: Box<str>,
    day: u32,
    key: Arc<Aead>,
}

impl PoolKey {
    /// Creates a new random key.
    #[must_use]
    pub fn generate() -> Self {
        Self::from_raw(Secret::new(random::bytes()))
    }

    pub(super) fn from_raw(raw: Secret<[u8; 32]>) -> Self {
        let derive =
            hkdf::Salt::new(hkdf::HKDF_SHA256, b"cognate pool key v1").extract(raw.expose());
        let rows = Aead::for_rows(&derived(&derive, &[b"rows"]));
        let signs_rows = derived(&derive, &[b"row mac"]);
        Self {
            raw,
            derive,
            rows,
            signs_rows: hmac::Key::new(hmac::HMAC_SHA256, signs_rows.expose()),
            tokens: Mutex::default(),
            macs: RwLock::default(),
        }
    }

    pub(super) const fn raw(&self) -> &Secret<[u8; 32]> {
        &self.raw
    }

    /// Returns the key itself, for an archive that is encrypted to its reader. Whoever has it opens the pool's rows and
    /// makes its tokens.
    #[must_use]
    pub fn export(&self) -> Secret<[u8; 32]> {
        self.raw.duplicate()
    }

    /// Takes a key that [`PoolKey::export`] gave out.
    ///
    /// # Errors
    /// `BadKey` unless it is 32 bytes.
    pub fn import(raw: &[u8]) -> Result<Self, SealError> {
        let raw = raw.try_into().map_err(|_| SealError::BadKey)?;
        Ok(Self::from_raw(Secret::new(raw)))
    }

    /// Seals a value of one of the pool's rows.
    #[must_use]
    pub fn seal(&self, context: &Context<'_>, plaintext: &[u8]) -> Vec<u8> {
        self.rows
            .seal(&[FORMAT], &context.associated_data(), plaintext)
    }

    /// Opens what [`PoolKey::seal`] made for the same context.
    ///
    /// # Errors
    /// `Malformed` for another format, `Refused` for another key, context or altered bytes.
    pub fn open(&self, context: &Context<'_>, sealed: &[u8]) -> Result<SecretBytes, SealError> {
        let sealed = sealed.strip_prefix(&[FORMAT]).ok_or(SealError::Malformed)?;
        self.rows.open(&context.associated_data(), sealed)
    }

    /// Seals a token for `purpose` with the key of `day` (whole UTC days since 1970). The day is
    /// readable in the result; `aad` must be given again to open it.
    #[must_use]
    pub fn seal_token(&self, purpose: &str, day: u32, aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let header = token_header(day);
        let key = self.kept(purpose, day).unwrap_or_else(|| {
            let key = self.token_key(purpose, day);
            self.keep(purpose, day, &key);
            key
        });
        key.seal(&header, &token_context(&header, purpose, aad), plaintext)
    }

    /// Opens what [`PoolKey::seal_token`] made for the same purpose and `aad`, whatever the day.
    ///
    /// # Errors
    /// `Malformed` for another format, `Refused` for another key, purpose, `aad` or altered bytes.
    pub fn open_token(
        &self,
        purpose: &str,
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<SecretBytes, SealError> {
        let (header, body) = sealed
            .split_first_chunk::<5>()
            .ok_or(SealError::Malformed)?;
        let [FORMAT, day @ ..] = *header else {
            return Err(SealError::Malformed);
        };
        let day = u32::from_be_bytes(day);
        let context = token_context(header, purpose, aad);
        if let Some(key) = self.kept(purpose, day) {
            return key.open(&context, body);
        }
        let key = self.token_key(purpose, day);
        let opened = key.open(&context, body)?;
        // Only a genuine token may change what is kept: made-up days must not push keys out.
        self.keep(purpose, day, &key);
        Ok(opened)
    }

    /// HMAC-SHA256 under a key for `purpose`: stable pseudonyms of names, fake salts, page tokens.
    #[must_use]
    pub fn mac(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        let sign = |key: &hmac::Key| {
            let mut mac = [0; 32];
            mac.copy_from_slice(hmac::sign(key, data).as_ref());
            mac
        };
        let macs = self.macs.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, key)) = macs.iter().find(|(kept, _)| **kept == *purpose) {
            return sign(key);
        }
        drop(macs);
        let key = derived(&self.derive, &[b"mac", purpose.as_bytes()]);
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose());
        let mac = sign(&key);
        let mut macs = self.macs.write().unwrap_or_else(PoisonError::into_inner);
        if macs.len() < MAC_KEYS_KEPT && macs.iter().all(|(kept, _)| **kept != *purpose) {
            macs.push((purpose.into(), key));
        }
        mac
    }

    /// HMAC-SHA256 over the deciding columns of one of the pool's rows, as the caller encodes them.
    #[must_use]
    pub fn sign_row(&self, encoded: &[u8]) -> Vec<u8> {
        hmac::sign(&self.signs_rows, encoded).as_ref().to_vec()
    }

    /// True if `mac` is what [`PoolKey::sign_row`] returns; compares in constant time.
    #[must_use]
    pub fn has_signed_row(&self, encoded: &[u8], mac: &[u8]) -> bool {
        hmac::verify(&self.signs_rows, encoded, mac).is_ok()
    }

    /// The days of the keys that are kept, the oldest first.
    #[cfg(test)]
    pub(super) fn kept_days(&self) -> Vec<u32> {
        self.tokens
            .lock()
            .unwrap()
            .iter()
            .map(|key| key.day)
            .collect()
    }

    fn token_key(&self, purpose: &str, day: u32) -> Arc<Aead> {
        let key = derived(
            &self.derive,
            &[b"token", purpose.as_bytes(), &day.to_be_bytes()],
        );
        Arc::new(Aead::for_tokens(&key))
    }

    fn kept(&self, purpose: &str, day: u32) -> Option<Arc<Aead>> {
        let keys = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let found = keys
            .iter()
            .rev()
            .find(|key| key.day == day && *key.purpose == *purpose)?;
        Some(Arc::clone(&found.key))
    }

    fn keep(&self, purpose: &str, day: u32, key: &Arc<Aead>) {
        let mut keys = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if keys
            .iter()
            .any(|kept| kept.day == day && *kept.purpose == *purpose)
        {
            return;
        }
        if keys.len() >= TOKEN_KEYS_KEPT {
            keys.remove(0);
        }
        keys.push(TokenKey {
            purpose: purpose.into(),
            day,
            key: Arc::clone(key),
        });
    }
}

impl std::fmt::Debug for PoolKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PoolKey(..)")
    }
}

fn derived(prk: &hkdf::Prk, label: &[&[u8]]) -> Secret<[u8; 32]> {
    let mut out = [0; 32];
    hash::expand(prk, &[&prefixed(label)], &mut out);
    Secret::new(out)
}

fn token_header(day: u32) -> [u8; 5] {
    let [a, b, c, d] = day.to_be_bytes();
    [FORMAT, a, b, c, d]
}

fn token_context(header: &[u8; 5], purpose: &str, aad: &[u8]) -> Vec<u8> {
    prefixed(&[header, purpose.as_bytes(), aad])
}
