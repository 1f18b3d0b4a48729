//! Public RSA keys and their published form (RFC 7517, RFC 7518 section 6.3).

use crate::hash;
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// A key of a JWKS, with the members and the order of the service (auth.md 5.1,
/// endpoints.md 1.11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// Always `RS256`.
    pub alg: String,
    /// The public exponent, base64url.
    pub e: String,
    /// The key id.
    pub kid: String,
    /// Always `RSA`.
    pub kty: String,
    /// The modulus, base64url.
    pub n: String,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub use_: String,
}

/// The key is not an RSA key of 2048 to 8192 bits, or not in canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key is not an acceptable RSA public key")]
pub struct BadKey;

/// An RSA public key, parsed once and ready to verify.
pub struct PublicKey {
    n: Vec<u8>,
    e: Vec<u8>,
    parsed: ParsedPublicKey,
}

impl PublicKey {
    /// Returns a key from its modulus and exponent, big-endian without leading zeros.
    ///
    /// # Errors
    /// If they form no RSA key of 2048 to 8192 bits.
    pub fn from_components(n: &[u8], e: &[u8]) -> Result<Self, BadKey> {
        let bits = n.len() * 8 - n.first().map_or(0, |byte| byte.leading_zeros() as usize);
        let canonical = |bytes: &[u8]| bytes.first().is_some_and(|byte| *byte != 0);
        // The library builds a key with an exponent of 1 too, whose signatures anyone can make.
        let odd = e.last().is_some_and(|byte| byte % 2 == 1) && e != [1];
        if !canonical(n) || !canonical(e) || !odd || !(2048..=8192).contains(&bits) {
            return Err(BadKey);
        }
        let parsed = PublicKeyComponents { n, e }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .map_err(|_| BadKey)?;
        Ok(Self {
            n: n.to_vec(),
            e: e.to_vec(),
            parsed,
        })
    }

    /// Returns the key of a JWK.
    ///
    /// # Errors
    /// If it is not an RS256 signature key in canonical base64url, or no acceptable RSA key.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, BadKey> {
        if jwk.kty != "RSA" || jwk.alg != "RS256" || jwk.use_ != "sig" {
            return Err(BadKey);
        }
        let n = URL_SAFE_NO_PAD.decode(&jwk.n).map_err(|_| BadKey)?;
        let e = URL_SAFE_NO_PAD.decode(&jwk.e).map_err(|_| BadKey)?;
        Self::from_components(&n, &e)
    }

    /// Returns the key of a JWK in JSON; members that are not used are ignored.
    ///
    /// # Errors
    /// As for [`PublicKey::from_jwk`], or when it is not such a JSON object.
    pub fn from_jwk_json(json: &str) -> Result<Self, BadKey> {
        Self::from_jwk(&serde_json::from_str(json).map_err(|_| BadKey)?)
    }

    /// Returns the published form under the key id `kid`.
    #[must_use]
    pub fn jwk(&self, kid: &str) -> Jwk {
        Jwk {
            alg: "RS256".to_owned(),
            e: URL_SAFE_NO_PAD.encode(&self.e),
            kid: kid.to_owned(),
            kty: "RSA".to_owned(),
            n: URL_SAFE_NO_PAD.encode(&self.n),
            use_: "sig".to_owned(),
        }
    }

    /// Returns the published form as JSON, members in the order of the service.
    #[must_use]
    pub fn jwk_json(&self, kid: &str) -> String {
        // A struct of six strings has no way to fail.
        serde_json::to_string(&self.jwk(kid)).unwrap_or_default()
    }

    /// Returns the key id: SHA-256 of the key's SubjectPublicKeyInfo, in standard base64 with padding.
    #[must_use]
    pub fn kid(&self) -> String {
        STANDARD.encode(hash::sha256(self.parsed.as_ref()))
    }

    /// Returns the modulus, big-endian without leading zeros.
    #[must_use]
    pub fn modulus(&self) -> &[u8] {
        &self.n
    }

    /// Returns the public exponent, big-endian without leading zeros.
    #[must_use]
    pub fn exponent(&self) -> &[u8] {
        &self.e
    }

    /// True if `signature` is an RS256 signature (RSASSA-PKCS1-v1_5 with SHA-256) of
    /// `signing_input` by this key.
    #[must_use]
    pub fn verify(&self, signing_input: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(signing_input, signature).is_ok()
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({})", self.kid())
    }
}
