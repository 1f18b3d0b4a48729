//! The sealing key that the operator holds.

use super::aead::Aead;
use super::{Context, FORMAT, PoolKey, SealError, prefixed};
use crate::hash;
use crate::random;
use crate::secret::{Secret, SecretBytes, SecretString};
use aws_lc_rs::hkdf;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The sealing key: 32 bytes that unlock everything else, kept outside the database.
pub struct RootKey {
    key: Secret<[u8; 32]>,
    wrap: Aead,
    rows: Aead,
    check: [u8; 16],
    signed: [u8; 16],
}

impl RootKey {
    /// Reads a key as the operator supplies it; white space around it is ignored.
    ///
    /// # Errors
    /// `BadKey` unless it is exactly 32 bytes in standard base64 with padding.
    pub fn from_base64(text: &str) -> Result<Self, SealError> {
        let bytes = STANDARD
            .decode(text.trim())
            .map_err(|_| SealError::BadKey)?;
        let bytes = Secret::new(bytes);
        let key: [u8; 32] = bytes
            .expose()
            .as_slice()
            .try_into()
            .map_err(|_| SealError::BadKey)?;
        Ok(Self::new(Secret::new(key)))
    }

    /// Creates a new random key.
    #[must_use]
    pub fn generate() -> Self {
        Self::new(Secret::new(random::bytes()))
    }

    fn new(key: Secret<[u8; 32]>) -> Self {
        let prk =
            hkdf::Salt::new(hkdf::HKDF_SHA256, b"cognate sealing key v1").extract(key.expose());
        let derived = |label: &[u8]| {
            let mut out = [0; 32];
            hash::expand(&prk, &[label], &mut out);
            Secret::new(out)
        };
        let mut check = [0; 16];
        hash::expand(&prk, &[b"key check value"], &mut check);
        let mut signed = [0; 16];
        hash::expand(&prk, &[b"every row is signed"], &mut signed);
        Self {
            wrap: Aead::for_rows(&derived(b"wrap pool keys")),
            rows: Aead::for_rows(&derived(b"rows without a pool")),
            check,
            signed,
            key,
        }
    }

    /// Returns the key as `from_base64` reads it.
    #[must_use]
    pub fn to_base64(&self) -> SecretString {
        Secret::new(STANDARD.encode(self.key.expose()))
    }

    /// Returns a second copy, for work on another thread.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self::new(self.key.duplicate())
    }

    /// Returns a stable value that tells two keys apart and reveals nothing about them, in hexadecimal.
    /// It is stored in the clear, so that a start with the wrong key is refused at once.
    #[must_use]
    pub fn check_value(&self) -> String {
        hex::encode(self.check)
    }

    /// Returns the mark of a database without anything from the time before rows were signed, in hexadecimal.
    /// Without the sealing key it cannot be made.
    #[must_use]
    pub fn signed_mark(&self) -> String {
        hex::encode(self.signed)
    }

    /// Returns a pool's key, sealed for storage under the pool's id. A key stored in this form means that the pool's
    /// rows are signed.
    #[must_use]
    pub fn wrap_pool_key(&self, pool_id: &str, key: &PoolKey) -> Vec<u8> {
        self.wrap
            .seal(&[FORMAT], &wrap_context(pool_id), key.raw().expose())
    }

    /// Returns the key of a pool from its stored form.
    ///
    /// # Errors
    /// `Malformed` for another format, `Refused` for another pool, sealing key or altered bytes.
    pub fn unwrap_pool_key(&self, pool_id: &str, wrapped: &[u8]) -> Result<PoolKey, SealError> {
        self.unwrap(&wrap_context(pool_id), wrapped)
    }

    /// Unwraps the key of a pool from the form that it had while the pool's rows were not signed. For the one start
    /// that signs them; nothing else may accept this form.
    ///
    /// # Errors
    /// Those of [`RootKey::unwrap_pool_key`].
    pub fn unwrap_unsigned_pool_key(
        &self,
        pool_id: &str,
        wrapped: &[u8],
    ) -> Result<PoolKey, SealError> {
        self.unwrap(&unsigned_wrap_context(pool_id), wrapped)
    }

    /// Wraps a pool key as [`RootKey::wrap_pool_key`] did before rows were signed, for tests of old databases.
    #[must_use]
    #[doc(hidden)]
    pub fn wrap_unsigned_pool_key(&self, pool_id: &str, key: &PoolKey) -> Vec<u8> {
        self.wrap.seal(
            &[FORMAT],
            &unsigned_wrap_context(pool_id),
            key.raw().expose(),
        )
    }

    /// Returns the key of the audit trail, sealed for storage. `settled`: every row of the trail is signed by it.
    #[must_use]
    pub fn wrap_trail_key(&self, key: &PoolKey, settled: bool) -> Vec<u8> {
        self.wrap
            .seal(&[FORMAT], &trail_context(settled), key.raw().expose())
    }

    /// Returns the key of the audit trail from its stored form, and whether every row is signed by it.
    ///
    /// # Errors
    /// `Malformed` for another format, `Refused` for another sealing key or altered bytes.
    pub fn unwrap_trail_key(&self, wrapped: &[u8]) -> Result<(PoolKey, bool), SealError> {
        match self.unwrap(&trail_context(true), wrapped) {
            Ok(key) => Ok((key, true)),
            Err(SealError::Refused) => Ok((self.unwrap(&trail_context(false), wrapped)?, false)),
            Err(error) => Err(error),
        }
    }

    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<PoolKey, SealError> {
        let sealed = wrapped
            .strip_prefix(&[FORMAT])
            .ok_or(SealError::Malformed)?;
        let raw = self.wrap.open(context, sealed)?;
        let raw: [u8; 32] = raw
            .expose()
            .as_slice()
            .try_into()
            .map_err(|_| SealError::Malformed)?;
        Ok(PoolKey::from_raw(Secret::new(raw)))
    }

    /// Returns the stored form of a pool's key under `new` instead of `old`; values that the pool's key
    /// sealed do not change.
    ///
    /// # Errors
    /// Those of [`RootKey::unwrap_pool_key`] under `old`.
    pub fn rewrap(
        old: &Self,
        new: &Self,
        pool_id: &str,
        wrapped: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        Ok(new.wrap_pool_key(pool_id, &old.unwrap_pool_key(pool_id, wrapped)?))
    }

    /// Seals a value of a row that belongs to no pool.
    #[must_use]
    pub fn seal(&self, context: &Context<'_>, plaintext: &[u8]) -> Vec<u8> {
        self.rows
            .seal(&[FORMAT], &context.associated_data(), plaintext)
    }

    /// Opens what [`RootKey::seal`] made for the same context.
    ///
    /// # Errors
    /// `Malformed` for another format, `Refused` for another key, context or altered bytes.
    pub fn open(&self, context: &Context<'_>, sealed: &[u8]) -> Result<SecretBytes, SealError> {
        let sealed = sealed.strip_prefix(&[FORMAT]).ok_or(SealError::Malformed)?;
        self.rows.open(&context.associated_data(), sealed)
    }

    /// Seals a value of a row that belongs to no pool together with what the row says in the clear: `bound`, in an
    /// encoding of the caller's, is authenticated and not stored.
    #[must_use]
    pub fn seal_bound(&self, context: &Context<'_>, bound: &[u8], plaintext: &[u8]) -> Vec<u8> {
        self.rows
            .seal(&[FORMAT], &context.bound_data(bound), plaintext)
    }

    /// Opens what [`RootKey::seal_bound`] made for the same context and `bound`.
    ///
    /// # Errors
    /// Those of [`RootKey::open`].
    pub fn open_bound(
        &self,
        context: &Context<'_>,
        bound: &[u8],
        sealed: &[u8],
    ) -> Result<SecretBytes, SealError> {
        let sealed = sealed.strip_prefix(&[FORMAT]).ok_or(SealError::Malformed)?;
        self.rows.open(&context.bound_data(bound), sealed)
    }

    /// Returns a value sealed by `old`, sealed again by `new`.
    ///
    /// # Errors
    /// Those of [`RootKey::open_bound`] under `old`.
    pub fn reseal(
        old: &Self,
        new: &Self,
        context: &Context<'_>,
        bound: &[u8],
        sealed: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let opened = old.open_bound(context, bound, sealed)?;
        Ok(new.seal_bound(context, bound, opened.expose()))
    }
}

impl std::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RootKey(..)")
    }
}

fn wrap_context(pool_id: &str) -> Vec<u8> {
    prefixed(&[b"key of signed rows", pool_id.as_bytes()])
}

fn unsigned_wrap_context(pool_id: &str) -> Vec<u8> {
    prefixed(&[b"pool key", pool_id.as_bytes()])
}

fn trail_context(settled: bool) -> Vec<u8> {
    prefixed(&[match settled {
        true => b"key of a signed audit trail",
        false => b"key of an unsigned audit trail".as_slice(),
    }])
}
