//! What others encrypt to us: a content key under RSA-OAEP, and a content under that key (XML Encryption 1.1 sections
//! 5.2 and 5.5.2).
//!
//! Every failure is the same [`Sealed`]: AES-CBC has no authentication, and whoever learns why a changed text was
//! refused can read it byte by byte. RSA with PKCS #1 v1.5 padding and triple DES are not here.

use aws_lc_rs::aead::{self, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::cipher::{self, DecryptingKey, DecryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
    PrivateDecryptingKey,
};

use super::BadKey;
use crate::secret::{Secret, SecretBytes};

/// Bytes of a block of AES.
pub(super) const BLOCK: usize = 16;
/// Bytes of the tag of AES-GCM.
const TAG: usize = 16;

/// It cannot be opened. There is no more to say, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot be decrypted")]
pub struct Sealed;

/// The digests of RSA-OAEP; the label is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oaep {
    /// SHA-1, and MGF1 with SHA-1.
    Sha1,
    /// SHA-256, and MGF1 with SHA-256.
    Sha256,
}

impl Oaep {
    pub(super) const fn algorithm(self) -> &'static OaepAlgorithm {
        match self {
            Self::Sha1 => &OAEP_SHA1_MGF1SHA1,
            Self::Sha256 => &OAEP_SHA256_MGF1SHA256,
        }
    }
}

/// A cipher for contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// AES-CBC with a key of 16 bytes.
    Aes128Cbc,
    /// AES-CBC with a key of 24 bytes.
    Aes192Cbc,
    /// AES-CBC with a key of 32 bytes.
    Aes256Cbc,
    /// AES-GCM with a key of 16 bytes.
    Aes128Gcm,
    /// AES-GCM with a key of 32 bytes.
    Aes256Gcm,
}

/// The library's name of a cipher.
pub(super) enum Cipher {
    Cbc(&'static cipher::Algorithm),
    Gcm(&'static aead::Algorithm),
}

impl Content {
    /// Returns the cipher of this URI in an `EncryptionMethod` (XML Encryption 1.1 section 5.2).
    #[must_use]
    pub fn from_xml(uri: &str) -> Option<Self> {
        Some(match uri {
            "http://www.w3.org/2001/04/xmlenc#aes128-cbc" => Self::Aes128Cbc,
            "http://www.w3.org/2001/04/xmlenc#aes192-cbc" => Self::Aes192Cbc,
            "http://www.w3.org/2001/04/xmlenc#aes256-cbc" => Self::Aes256Cbc,
            "http://www.w3.org/2009/xmlenc11#aes128-gcm" => Self::Aes128Gcm,
            "http://www.w3.org/2009/xmlenc11#aes256-gcm" => Self::Aes256Gcm,
            _ => return None,
        })
    }

    /// Returns the number of bytes of its key.
    #[must_use]
    pub const fn key_length(self) -> usize {
        match self {
            Self::Aes128Cbc | Self::Aes128Gcm => 16,
            Self::Aes192Cbc => 24,
            Self::Aes256Cbc | Self::Aes256Gcm => 32,
        }
    }

    pub(super) const fn cipher(self) -> Cipher {
        match self {
            Self::Aes128Cbc => Cipher::Cbc(&cipher::AES_128),
            Self::Aes192Cbc => Cipher::Cbc(&cipher::AES_192),
            Self::Aes256Cbc => Cipher::Cbc(&cipher::AES_256),
            Self::Aes128Gcm => Cipher::Gcm(&aead::AES_128_GCM),
            Self::Aes256Gcm => Cipher::Gcm(&aead::AES_256_GCM),
        }
    }
}

/// An RSA private key that others encrypt to. Reading one takes about 0.5 ms and using it 0.2 ms, the first time in a
/// process 26 ms: this belongs on [`crate::workers`].
pub struct OpeningKey(OaepPrivateDecryptingKey);

impl OpeningKey {
    /// Reads a key in PKCS#8 DER, as [`SigningKey::to_pkcs8`](crate::jws::SigningKey::to_pkcs8) writes it.
    ///
    /// # Errors
    /// [`BadKey`] if it is not an RSA private key of 2,048 to 8,192 bits.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, BadKey> {
        let key = PrivateDecryptingKey::from_pkcs8(der).map_err(|_| BadKey)?;
        Ok(Self(
            OaepPrivateDecryptingKey::new(key).map_err(|_| BadKey)?,
        ))
    }

    /// Returns the key that `wrapped` is the encryption of.
    ///
    /// # Errors
    /// [`Sealed`].
    pub fn unwrap(&self, oaep: Oaep, wrapped: &[u8]) -> Result<SecretBytes, Sealed> {
        let size = self.0.key_size_bytes();
        if wrapped.len() != size {
            return Err(Sealed);
        }
        let mut room = Secret::new(vec![0; size]);
        let length = self
            .0
            .decrypt(oaep.algorithm(), wrapped, room.expose_mut(), None)
            .map_err(|_| Sealed)?
            .len();
        room.expose_mut().truncate(length);
        Ok(room)
    }
}

impl std::fmt::Debug for OpeningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpeningKey(..)")
    }
}

/// Returns the content of `body`: what its method puts in front (the first block of CBC, the nonce of GCM), the
/// ciphertext, and the tag of GCM. The filling of CBC may be any bytes, the last of them its length (section 5.2.1).
///
/// # Errors
/// [`Sealed`].
pub fn open(content: Content, key: &SecretBytes, body: Vec<u8>) -> Result<SecretBytes, Sealed> {
    let mut body = Secret::new(body);
    match content.cipher() {
        Cipher::Cbc(algorithm) => open_cbc(algorithm, key, body.expose_mut())?,
        Cipher::Gcm(algorithm) => open_gcm(algorithm, key, body.expose_mut())?,
    }
    Ok(body)
}

fn open_cbc(
    algorithm: &'static cipher::Algorithm,
    key: &SecretBytes,
    body: &mut Vec<u8>,
) -> Result<(), Sealed> {
    let (first, rest) = body.split_first_chunk_mut::<BLOCK>().ok_or(Sealed)?;
    if rest.is_empty() || rest.len() % BLOCK != 0 {
        return Err(Sealed);
    }
    let key = UnboundCipherKey::new(algorithm, key.expose()).map_err(|_| Sealed)?;
    let key = DecryptingKey::cbc(key).map_err(|_| Sealed)?;
    let context = DecryptionContext::Iv128(FixedLength::from(*first));
    let plain = key.decrypt(rest, context).map_err(|_| Sealed)?;
    let filling = usize::from(*plain.last().ok_or(Sealed)?);
    if !(1..=BLOCK).contains(&filling) {
        return Err(Sealed);
    }
    let length = plain.len();
    only(body, BLOCK, length.saturating_sub(filling));
    Ok(())
}

fn open_gcm(
    algorithm: &'static aead::Algorithm,
    key: &SecretBytes,
    body: &mut Vec<u8>,
) -> Result<(), Sealed> {
    let (nonce, rest) = body.split_first_chunk_mut::<NONCE_LEN>().ok_or(Sealed)?;
    if rest.len() < TAG {
        return Err(Sealed);
    }
    let key = LessSafeKey::new(UnboundKey::new(algorithm, key.expose()).map_err(|_| Sealed)?);
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let length = key
        .open_in_place(nonce, Aad::empty(), rest)
        .map_err(|_| Sealed)?
        .len();
    only(body, NONCE_LEN, length);
    Ok(())
}

/// Leaves `length` bytes from `start` on, and none of the others.
fn only(body: &mut Vec<u8>, start: usize, length: usize) {
    let end = start.saturating_add(length).min(body.len());
    body.copy_within(start..end, 0);
    if let Some(rest) = body.get_mut(length..) {
        rest.fill(0);
    }
    body.truncate(length);
}
