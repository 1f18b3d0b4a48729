//! Messages in the format of the AWS Encryption SDK: version 1 and algorithm suite `0378`, as the service encrypts the
//! codes that it hands to a pool's own senders (admin.md 3.7).
//!
//! The suite is AES-256-GCM under a key that HKDF-SHA384 derives for each message, with an ECDSA signature on P-384 by
//! a key that exists for one message only. Source of every field: AWS Encryption SDK specification, "Message Header",
//! "Message Body", "Message Body AAD", "Message Footer" and "Raw AES Keyring".

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::encoding::{AsBigEndian, EcPublicKeyCompressedBin};
use aws_lc_rs::hkdf;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::failure::sure;
use crate::hash;
use crate::random;
use crate::secret::Secret;

/// The longest text of a message in bytes: one frame.
pub const MAX_TEXT: usize = 4096;
/// The provider of data keys that a key management service wrapped.
const KMS: &str = "aws-kms";
/// AES-256-GCM, HKDF-SHA384, ECDSA P-384.
const SUITE: [u8; 2] = [0x03, 0x78];
/// The entry of the encryption context that holds the key by which the signature is checked.
const PUBLIC_KEY: &str = "aws-crypto-public-key";
/// The number of the only frame, and of the last one.
const FIRST_FRAME: u32 = 1;
/// The length that every implementation gives a signature of this suite, so that a message's length is known before it
/// is signed. The encoding of two numbers has it half of the time.
const SIGNATURE_LEN: usize = 103;

/// A part is longer than its field in the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too long for the message format of the AWS Encryption SDK")]
pub struct TooLong;

/// An AES-256 key of the operator, under which data keys are wrapped as a raw AES keyring does it.
pub struct WrappingKey {
    namespace: String,
    name: String,
    key: Secret<[u8; 32]>,
}

impl WrappingKey {
    /// Returns a key that readers find by namespace and name. None for the namespace `aws-kms`, which is no raw
    /// keyring's.
    pub fn new(namespace: &str, name: &str, key: Secret<[u8; 32]>) -> Option<Self> {
        (namespace != KMS).then(|| Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            key,
        })
    }
}

/// The key of one message, in the clear and wrapped.
pub struct DataKey {
    plain: Secret<[u8; 32]>,
    provider: String,
    info: Vec<u8>,
    wrapped: Vec<u8>,
}

impl DataKey {
    /// Returns a data key that a key management service made. `key`: the ARN of the key that wraps it, as the service
    /// names it; `wrapped`: the service's ciphertext.
    pub fn of_kms(plain: Secret<[u8; 32]>, key: &str, wrapped: Vec<u8>) -> Self {
        Self {
            plain,
            provider: KMS.to_owned(),
            info: key.as_bytes().to_vec(),
            wrapped,
        }
    }
}

/// A message before it has a data key: its encryption context and its signing key.
pub struct Draft {
    context: BTreeMap<String, String>,
    signer: EcdsaKeyPair,
}

impl Draft {
    /// Begins a message with an encryption context. The context is readable by everybody who has the message.
    pub fn new(context: &[(&str, &str)]) -> Self {
        let signer = sure(
            EcdsaKeyPair::generate(&ECDSA_P384_SHA384_ASN1_SIGNING),
            "P-384 key",
        );
        let public: EcPublicKeyCompressedBin<'_> =
            sure(signer.public_key().as_be_bytes(), "P-384 public key");
        let public = STANDARD.encode(public.as_ref());
        let given = context
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self {
            context: given.chain([(PUBLIC_KEY.to_owned(), public)]).collect(),
            signer,
        }
    }

    /// Returns the whole encryption context, the public key included: what a key management service must be given to
    /// wrap the data key, since readers give it the same to unwrap it.
    pub const fn context(&self) -> &BTreeMap<String, String> {
        &self.context
    }

    /// Makes a data key and wraps it under an operator's key (specification, "Raw AES Keyring").
    ///
    /// # Errors
    /// [`TooLong`] if an entry of the context is longer than 65,535 bytes.
    pub fn wrapped_by(&self, key: &WrappingKey) -> Result<DataKey, TooLong> {
        let iv: [u8; NONCE_LEN] = random::bytes();
        let plain = Secret::new(random::bytes::<32>());
        let mut info = key.name.as_bytes().to_vec();
        info.extend_from_slice(&128_u32.to_be_bytes());
        info.extend_from_slice(&12_u32.to_be_bytes());
        info.extend_from_slice(&iv);
        let mut wrapped = plain.expose().to_vec();
        let tag = seal(&cipher(&key.key), iv, &self.pairs()?, &mut wrapped);
        wrapped.extend_from_slice(&tag);
        Ok(DataKey {
            plain,
            provider: key.namespace.clone(),
            info,
            wrapped,
        })
    }

    /// Returns the finished message that holds `text`.
    ///
    /// # Errors
    /// [`TooLong`] if the text has more than [`MAX_TEXT`] bytes or another part more than 65,535.
    pub fn encrypt(self, key: &DataKey, text: &[u8]) -> Result<Vec<u8>, TooLong> {
        if text.len() > MAX_TEXT {
            return Err(TooLong);
        }
        let id: [u8; 16] = random::bytes();
        let mut out = vec![1, 0x80];
        out.extend_from_slice(&SUITE);
        out.extend_from_slice(&id);
        put(&mut out, &self.pairs()?)?;
        out.extend_from_slice(&1_u16.to_be_bytes());
        put(&mut out, key.provider.as_bytes())?;
        put(&mut out, &key.info)?;
        put(&mut out, &key.wrapped)?;
        // Framed content, the reserved bytes, the length of IVs and of frames.
        out.extend_from_slice(&[2, 0, 0, 0, 0, 12]);
        out.extend_from_slice(&length::<u32, _>(MAX_TEXT)?.to_be_bytes());

        let cipher = message_cipher(key, &id);
        let tag = seal(&cipher, iv(0), &out, &mut []);
        out.extend_from_slice(&iv(0));
        out.extend_from_slice(&tag);

        let mut body = text.to_vec();
        let mut aad = id.to_vec();
        aad.extend_from_slice(b"AWSKMSEncryptionClient Final Frame");
        aad.extend_from_slice(&FIRST_FRAME.to_be_bytes());
        aad.extend_from_slice(&length::<u64, _>(body.len())?.to_be_bytes());
        let size = length::<u32, _>(body.len())?;
        let tag = seal(&cipher, iv(FIRST_FRAME), &aad, &mut body);
        out.extend_from_slice(&[0xff; 4]);
        out.extend_from_slice(&FIRST_FRAME.to_be_bytes());
        out.extend_from_slice(&iv(FIRST_FRAME));
        out.extend_from_slice(&size.to_be_bytes());
        out.extend_from_slice(&body);
        out.extend_from_slice(&tag);

        let signature = self.sign(&out);
        put(&mut out, &signature)?;
        Ok(out)
    }

    /// Signs until the signature has its usual length. Sixty-four tries fail once in 2^64; a shorter or longer one is
    /// as valid.
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let mut signature = Vec::new();
        for _ in 0..64 {
            let made = sure(self.signer.sign(&random, message), "P-384 signature");
            signature = made.as_ref().to_vec();
            if signature.len() == SIGNATURE_LEN {
                break;
            }
        }
        signature
    }

    /// Returns the context as it is written and authenticated: a count, then names and values in the order of the
    /// names' bytes.
    fn pairs(&self) -> Result<Vec<u8>, TooLong> {
        let mut out = length::<u16, _>(self.context.len())?.to_be_bytes().to_vec();
        for (name, value) in &self.context {
            put(&mut out, name.as_bytes())?;
            put(&mut out, value.as_bytes())?;
        }
        Ok(out)
    }
}

/// Appends bytes behind their length in two bytes.
fn put(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), TooLong> {
    out.extend_from_slice(&length::<u16, _>(bytes.len())?.to_be_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}

fn length<T: TryFrom<N>, N>(bytes: N) -> Result<T, TooLong> {
    T::try_from(bytes).map_err(|_| TooLong)
}

/// Returns the IV of the header (0) or of a frame. The key is another one for every message, so that none repeats.
fn iv(frame: u32) -> [u8; NONCE_LEN] {
    let mut out = [0; NONCE_LEN];
    if let Some(end) = out.last_chunk_mut::<4>() {
        *end = frame.to_be_bytes();
    }
    out
}

fn cipher(key: &Secret<[u8; 32]>) -> LessSafeKey {
    LessSafeKey::new(sure(UnboundKey::new(&AES_256_GCM, key.expose()), "AES key"))
}

/// Returns the key of a message's header and body: HKDF without salt over the data key (specification, "Algorithm
/// Suites").
fn message_cipher(key: &DataKey, id: &[u8; 16]) -> LessSafeKey {
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA384, &[]).extract(key.plain.expose());
    let mut derived = [0; 32];
    hash::expand(&prk, &[&SUITE, id], &mut derived);
    cipher(&Secret::new(derived))
}

fn seal(key: &LessSafeKey, iv: [u8; NONCE_LEN], aad: &[u8], body: &mut [u8]) -> Vec<u8> {
    let nonce = Nonce::assume_unique_for_key(iv);
    let tag = sure(
        key.seal_in_place_separate_tag(nonce, Aad::from(aad), body),
        "encryption",
    );
    tag.as_ref().to_vec()
}

#[cfg(test)]
mod tests;
