//! Compact RS256 signatures (RFC 7515) and the keys that make them.

use crate::failure::sure;
use crate::jwk::BadKey;
pub use crate::jwk::PublicKey;
use crate::secret::{Secret, SecretBytes};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// The longest compact token that is looked at, in bytes. An ID token with fifty custom attributes
/// of 2,048 characters stays below it.
pub const MAX_COMPACT: usize = 512 * 1024;

/// The longest header, in base64url characters; ours has about 110.
const MAX_HEADER: usize = 1024;

/// An RSA-2048 key that signs tokens.
pub struct SigningKey {
    pair: KeyPair,
    public: PublicKey,
}

impl SigningKey {
    /// Creates a new key; takes about 65 ms, so it belongs on [`crate::workers`].
    #[must_use]
    pub fn generate() -> Self {
        let pair = sure(KeyPair::generate(KeySize::Rsa2048), "RSA key generation");
        sure(Self::from_pair(pair), "RSA key generation")
    }

    /// Reads a key in PKCS#8 DER.
    ///
    /// # Errors
    /// If it is not a consistent RSA private key of at least 2048 bits.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, BadKey> {
        Self::from_pair(KeyPair::from_pkcs8(der).map_err(|_| BadKey)?)
    }

    fn from_pair(pair: KeyPair) -> Result<Self, BadKey> {
        let key = pair.public_key();
        let n = key.modulus().big_endian_without_leading_zero().to_vec();
        let e = key.exponent().big_endian_without_leading_zero().to_vec();
        Ok(Self {
            public: PublicKey::from_components(&n, &e)?,
            pair,
        })
    }

    /// Returns the private key in PKCS#8 DER; to be sealed.
    #[must_use]
    pub fn to_pkcs8(&self) -> SecretBytes {
        let der = sure(self.pair.as_der(), "PKCS#8 encoding");
        Secret::new(der.as_ref().to_vec())
    }

    /// Returns the public half.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Returns the public half as an `RSAPublicKey` in DER (RFC 8017 appendix A.1.1).
    pub(crate) fn public_der(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// Returns the RS256 signature of `message`; about 0.25 ms.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let signed = self.pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            message,
            &mut signature,
        );
        sure(signed, "RSA signature");
        signature
    }

    /// Returns a compact token with exactly these header and payload bytes.
    #[must_use]
    pub fn sign_compact(&self, header_json: &[u8], payload_json: &[u8]) -> String {
        let signature_chars = self.pair.public_modulus_len().div_ceil(3) * 4;
        let length = (header_json.len() + payload_json.len()).div_ceil(3) * 4 + 8 + signature_chars;
        let mut out = String::with_capacity(length);
        URL_SAFE_NO_PAD.encode_string(header_json, &mut out);
        out.push('.');
        URL_SAFE_NO_PAD.encode_string(payload_json, &mut out);
        let signature = self.sign(out.as_bytes());
        out.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut out);
        out
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public.kid())
    }
}

/// The header of a token of ours: the key id and nothing else, since the algorithm is fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The id of the key that, by the header, made the signature.
    pub kid: String,
}

/// The parts of a compact token, none of them verified yet.
#[derive(Debug)]
pub struct Parts<'a> {
    /// The first part as it came.
    pub header_b64: &'a str,
    /// The second part as it came.
    pub payload_b64: &'a str,
    /// The first two parts with their dot: what the signature covers.
    pub signing_input: &'a [u8],
    /// The third part, decoded.
    pub signature: Vec<u8>,
    /// The header, known to have the algorithm RS256.
    pub header: Header,
}

impl Parts<'_> {
    /// Returns the payload's bytes, or `None` if they are not canonical base64url. Nothing in it may be
    /// trusted before [`PublicKey::verify`] returned true.
    #[must_use]
    pub fn payload(&self) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(self.payload_b64).ok()
    }

    /// True if `key` signed this token.
    #[must_use]
    pub fn signed_by(&self, key: &PublicKey) -> bool {
        key.verify(self.signing_input, &self.signature)
    }
}

/// Returns the header of a token of ours: `kid` first, no `typ` (auth.md 5.1).
#[must_use]
pub fn header_json(kid: &str) -> String {
    // The string form of a JSON value cannot fail; a kid of ours is plain base64 anyway.
    format!(
        r#"{{"kid":{},"alg":"RS256"}}"#,
        serde_json::Value::from(kid)
    )
}

/// Takes a compact token of ours apart. It is strict: three parts in base64url without padding or
/// stray bits, a header of exactly `kid` and `alg`, and the algorithm RS256 alone (RFC 8725
/// section 3.1). Anything else is `None`.
#[must_use]
pub fn split(compact: &str) -> Option<Parts<'_>> {
    if compact.len() > MAX_COMPACT {
        return None;
    }
    let (input, signature_b64) = compact.rsplit_once('.')?;
    let (header_b64, payload_b64) = input.split_once('.')?;
    if payload_b64.contains('.') || payload_b64.is_empty() || header_b64.len() > MAX_HEADER {
        return None;
    }
    let header = URL_SAFE_NO_PAD.decode(header_b64).ok()?;
    // A derived reader would also take an array of the two values for the object.
    if !header.starts_with(b"{") {
        return None;
    }
    let header: WireHeader = serde_json::from_slice(&header).ok()?;
    if header.alg != "RS256" {
        return None;
    }
    Some(Parts {
        header_b64,
        payload_b64,
        signing_input: input.as_bytes(),
        signature: URL_SAFE_NO_PAD
            .decode(signature_b64)
            .ok()
            .filter(|bytes| !bytes.is_empty())?,
        header: Header { kid: header.kid },
    })
}

/// The header as JSON. Unknown members are refused, `crit` (RFC 7515 section 4.1.11) among them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireHeader {
    kid: String,
    alg: String,
}

#[cfg(test)]
mod tests;
