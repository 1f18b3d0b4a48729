//! How a client of a foreign provider proves itself: with a P-256 key that signs its secret, or with MACs under a secret
//! that both know (RFC 7518 section 3.2).

use crate::failure::sure;
use crate::foreign::BadKey;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A MAC under a secret of client and provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mac {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
}

impl Mac {
    /// Returns the MAC of this name in a JOSE header, in exactly this case.
    #[must_use]
    pub fn from_jose(name: &str) -> Option<Self> {
        Some(match name {
            "HS256" => Self::Hs256,
            "HS384" => Self::Hs384,
            "HS512" => Self::Hs512,
            _ => return None,
        })
    }

    fn key(self, secret: &[u8]) -> hmac::Key {
        let algorithm = match self {
            Self::Hs256 => hmac::HMAC_SHA256,
            Self::Hs384 => hmac::HMAC_SHA384,
            Self::Hs512 => hmac::HMAC_SHA512,
        };
        hmac::Key::new(algorithm, secret)
    }

    /// Returns the MAC of `data`: 32, 48 or 64 bytes.
    #[must_use]
    pub fn tag(self, secret: &[u8], data: &[u8]) -> Vec<u8> {
        hmac::sign(&self.key(secret), data).as_ref().to_vec()
    }

    /// True if `tag` is the whole MAC of `data`; takes the same time wherever it differs.
    #[must_use]
    pub fn verify(self, secret: &[u8], data: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.key(secret), data, tag).is_ok()
    }
}

/// A private key on P-256, which signs by ES256.
pub struct EcSigningKey(EcdsaKeyPair);

impl EcSigningKey {
    /// Reads a key in PKCS#8 DER.
    ///
    /// # Errors
    /// [`BadKey`] if it is no private key on P-256.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, BadKey> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der);
        pair.map(Self).map_err(|_| BadKey)
    }

    /// Returns a compact token with exactly these header and payload bytes; the header must say ES256.
    #[must_use]
    pub fn sign_compact(&self, header_json: &[u8], payload_json: &[u8]) -> String {
        let mut out = URL_SAFE_NO_PAD.encode(header_json);
        out.push('.');
        URL_SAFE_NO_PAD.encode_string(payload_json, &mut out);
        let signature = sure(
            self.0.sign(&SystemRandom::new(), out.as_bytes()),
            "EC signature",
        );
        out.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut out);
        out
    }
}

impl std::fmt::Debug for EcSigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EcSigningKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foreign::provider::{Kind, ProviderKey};
    use crate::foreign::{Alg, VerifyingKey};

    #[test]
    fn macs_give_the_values_of_rfc_4231() {
        let cases = [
            (
                Mac::Hs256,
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                Mac::Hs384,
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            ),
            (
                Mac::Hs512,
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ),
        ];
        let (key, data) = (b"Jefe", b"what do ya want for nothing?");
        for (mac, expected) in cases {
            let tag = mac.tag(key, data);
            assert_eq!(hex::encode(&tag), expected);
            assert!(mac.verify(key, data, &tag));
            assert!(!mac.verify(key, data, &tag[..tag.len() - 1]));
            assert!(!mac.verify(b"other", data, &tag));
        }
        assert_eq!(Mac::from_jose("HS256"), Some(Mac::Hs256));
        for name in ["hs256", "HS1", "RS256", "none", ""] {
            assert_eq!(Mac::from_jose(name), None);
        }
    }

    #[test]
    fn a_token_of_an_ec_key_verifies_with_its_public_half() {
        let made = ProviderKey::generate(Kind::P256);
        let key = EcSigningKey::from_pkcs8(&made.to_pkcs8()).unwrap();
        let token = key.sign_compact(br#"{"alg":"ES256"}"#, b"{}");
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let public = VerifyingKey::from_jwk(&made.jwk("k")).unwrap();
        assert!(public.verify(Alg::Es256, input.as_bytes(), &signature));
        assert_eq!(format!("{key:?}"), "EcSigningKey(..)");
        for kind in [Kind::Rsa, Kind::P384] {
            let other = ProviderKey::generate(kind).to_pkcs8();
            assert!(EcSigningKey::from_pkcs8(&other).is_err());
        }
    }
}
