//! Keys of others: those that identity providers sign with, and what they encrypt to us.
//!
//! | module | what it holds |
//! |---|---|
//! | here | public keys from certificates and JWKs, the algorithms that are accepted, digests |
//! | [`opening`] | keys that others encrypt to, and what is encrypted (XML Encryption 1.1) |
//! | [`provider`] | the other side of both, for tests |
//!
//! A key knows its kind, and an algorithm that does not fit the kind verifies nothing: the choice that a message makes
//! can never turn one key into another's use (RFC 8725 section 3.1). There is no HMAC here, no SHA-1, no MD5, no DSA, and
//! no RSA key below 2,048 bits.

pub mod opening;
pub mod provider;

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, VerificationAlgorithm,
};
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use x509_cert::Certificate;
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};
use x509_cert::der::{Decode, Reader, SliceReader};

use crate::jwk::PublicKey;

/// `rsaEncryption` (RFC 3279 section 2.3.1).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `id-ecPublicKey` (RFC 5480 section 2.1.1).
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// `secp256r1`.
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// `secp384r1`.
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
/// `id-Ed25519` (RFC 8410 section 3).
const ED: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Begins an uncompressed point (SEC 1 section 2.3.3).
const UNCOMPRESSED: u8 = 4;
/// The most bytes of a public exponent; all that are in use have three.
const LONGEST_EXPONENT: usize = 4;

/// Reads base64url as key sets write it. Some pad it, and a key is the same with padding.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A signature algorithm that is accepted from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alg {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256 and a salt of its length.
    Ps256,
    /// RSASSA-PSS with SHA-384 and a salt of its length.
    Ps384,
    /// RSASSA-PSS with SHA-512 and a salt of its length.
    Ps512,
    /// ECDSA on P-256 with SHA-256; the signature is two numbers of 32 bytes.
    Es256,
    /// ECDSA on P-384 with SHA-384; the signature is two numbers of 48 bytes.
    Es384,
    /// Ed25519.
    EdDsa,
}

impl Alg {
    /// Returns the algorithm of this name in a JOSE header (RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864 section
    /// 2.2), in exactly this case.
    #[must_use]
    pub fn from_jose(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            "PS256" => Self::Ps256,
            "PS384" => Self::Ps384,
            "PS512" => Self::Ps512,
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            // Of the two curves of the older name, keys of Ed25519 alone are read.
            "EdDSA" | "Ed25519" => Self::EdDsa,
            _ => return None,
        })
    }

    /// Returns the algorithm of this URI in a `SignatureMethod` (RFC 9231 sections 2.3.2 to 2.3.6): RSA and ECDSA alone.
    #[must_use]
    pub fn from_xml(uri: &str) -> Option<Self> {
        Some(
            match uri.strip_prefix("http://www.w3.org/2001/04/xmldsig-more#")? {
                "rsa-sha256" => Self::Rs256,
                "rsa-sha384" => Self::Rs384,
                "rsa-sha512" => Self::Rs512,
                "ecdsa-sha256" => Self::Es256,
                "ecdsa-sha384" => Self::Es384,
                _ => return None,
            },
        )
    }
}

/// The key is of no kind that is accepted, or no valid key of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key is not an RSA key of 2048 to 8192 bits, nor one of P-256, P-384 or Ed25519")]
pub struct BadKey;

impl From<crate::jwk::BadKey> for BadKey {
    fn from(_: crate::jwk::BadKey) -> Self {
        Self
    }
}

/// A key of a provider's set (RFC 7517, RFC 7518 section 6, RFC 8037 section 2) with the members that matter here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct ForeignJwk {
    /// `RSA`, `EC` or `OKP`.
    pub kty: String,
    /// The key's id.
    pub kid: Option<String>,
    /// `sig` or `enc`.
    #[serde(rename = "use")]
    pub use_: Option<String>,
    /// The only algorithm that the key is for.
    pub alg: Option<String>,
    /// The modulus.
    pub n: Option<String>,
    /// The public exponent.
    pub e: Option<String>,
    /// The curve.
    pub crv: Option<String>,
    /// The first coordinate, or the whole key of Ed25519.
    pub x: Option<String>,
    /// The second coordinate.
    pub y: Option<String>,
}

/// A public key, by its kind.
enum Kind {
    Rsa(PublicKey),
    P256(ParsedPublicKey),
    P384(ParsedPublicKey),
    Ed25519(ParsedPublicKey),
}

/// A public key that others sign with: RSA of 2,048 to 8,192 bits with an odd exponent above 1, P-256, P-384 or Ed25519.
pub struct VerifyingKey(Kind);

impl VerifyingKey {
    /// Returns the key of an X.509 certificate in DER. The key alone: neither the dates nor the issuer of the certificate
    /// are judged.
    ///
    /// # Errors
    /// [`BadKey`] if it is no certificate, or not of such a key.
    pub fn from_certificate(der: &[u8]) -> Result<Self, BadKey> {
        let certificate = Certificate::from_der(der).map_err(|_| BadKey)?;
        let info = certificate.tbs_certificate.subject_public_key_info;
        let key = info.subject_public_key.as_bytes().ok_or(BadKey)?;
        if info.algorithm.oid == RSA {
            let (n, e) = rsa_numbers(key).map_err(|_| BadKey)?;
            Self::rsa(n.as_bytes(), e.as_bytes())
        } else if info.algorithm.oid == EC {
            let curve = info.algorithm.parameters.ok_or(BadKey)?;
            match curve.decode_as::<ObjectIdentifier>() {
                Ok(P256) => Self::p256(key),
                Ok(P384) => Self::p384(key),
                _ => Err(BadKey),
            }
        } else if info.algorithm.oid == ED {
            Self::ed25519(key)
        } else {
            Err(BadKey)
        }
    }

    /// Returns the key of a JWK. Its `use` and `alg` are for the caller to judge.
    ///
    /// # Errors
    /// [`BadKey`] if it is not such a key; symmetric keys are none.
    pub fn from_jwk(jwk: &ForeignJwk) -> Result<Self, BadKey> {
        let part = |part: &Option<String>| {
            BASE64URL
                .decode(part.as_deref().ok_or(BadKey)?)
                .map_err(|_| BadKey)
        };
        match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("RSA", _) => Self::rsa(&part(&jwk.n)?, &part(&jwk.e)?),
            ("EC", Some("P-256")) => Self::p256(&point(&part(&jwk.x)?, &part(&jwk.y)?, 32)?),
            ("EC", Some("P-384")) => Self::p384(&point(&part(&jwk.x)?, &part(&jwk.y)?, 48)?),
            ("OKP", Some("Ed25519")) => Self::ed25519(&part(&jwk.x)?),
            _ => Err(BadKey),
        }
    }

    /// Returns the key with this modulus and exponent, big-endian. Some write a zero in front of a high bit.
    fn rsa(n: &[u8], e: &[u8]) -> Result<Self, BadKey> {
        let (n, e) = (without_zeros(n), without_zeros(e));
        if e.len() > LONGEST_EXPONENT {
            return Err(BadKey);
        }
        Ok(Self(Kind::Rsa(PublicKey::from_components(n, e)?)))
    }

    fn p256(point: &[u8]) -> Result<Self, BadKey> {
        Ok(Self(Kind::P256(on_curve(
            &ECDSA_P256_SHA256_FIXED,
            point,
            65,
        )?)))
    }

    fn p384(point: &[u8]) -> Result<Self, BadKey> {
        Ok(Self(Kind::P384(on_curve(
            &ECDSA_P384_SHA384_FIXED,
            point,
            97,
        )?)))
    }

    fn ed25519(key: &[u8]) -> Result<Self, BadKey> {
        if key.len() != 32 {
            return Err(BadKey);
        }
        let parsed = ParsedPublicKey::new(&ED25519, key).map_err(|_| BadKey)?;
        Ok(Self(Kind::Ed25519(parsed)))
    }

    /// True if signatures of `alg` can be by this key.
    #[must_use]
    pub const fn fits(&self, alg: Alg) -> bool {
        match self.0 {
            Kind::Rsa(_) => matches!(
                alg,
                Alg::Rs256 | Alg::Rs384 | Alg::Rs512 | Alg::Ps256 | Alg::Ps384 | Alg::Ps512
            ),
            Kind::P256(_) => matches!(alg, Alg::Es256),
            Kind::P384(_) => matches!(alg, Alg::Es384),
            Kind::Ed25519(_) => matches!(alg, Alg::EdDsa),
        }
    }

    /// True if `signature` is one of `data` by this key under `alg`; false if the algorithm is not of the key's kind.
    #[must_use]
    pub fn verify(&self, alg: Alg, data: &[u8], signature: &[u8]) -> bool {
        match (&self.0, alg) {
            (Kind::Rsa(key), Alg::Rs256) => key.verify(data, signature),
            (Kind::Rsa(key), alg) => {
                let parameters = match alg {
                    Alg::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
                    Alg::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
                    Alg::Ps256 => &RSA_PSS_2048_8192_SHA256,
                    Alg::Ps384 => &RSA_PSS_2048_8192_SHA384,
                    Alg::Ps512 => &RSA_PSS_2048_8192_SHA512,
                    Alg::Rs256 | Alg::Es256 | Alg::Es384 | Alg::EdDsa => return false,
                };
                let (n, e) = (key.modulus(), key.exponent());
                PublicKeyComponents { n, e }
                    .verify(parameters, data, signature)
                    .is_ok()
            }
            (Kind::P256(key), Alg::Es256)
            | (Kind::P384(key), Alg::Es384)
            | (Kind::Ed25519(key), Alg::EdDsa) => key.verify_sig(data, signature).is_ok(),
            _ => false,
        }
    }
}

impl std::fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            Kind::Rsa(_) => "VerifyingKey(RSA)",
            Kind::P256(_) => "VerifyingKey(P-256)",
            Kind::P384(_) => "VerifyingKey(P-384)",
            Kind::Ed25519(_) => "VerifyingKey(Ed25519)",
        })
    }
}

/// Reads an `RSAPublicKey` (RFC 8017 appendix A.1.1).
fn rsa_numbers(der: &[u8]) -> Result<(UintRef<'_>, UintRef<'_>), x509_cert::der::Error> {
    let mut reader = SliceReader::new(der)?;
    let numbers =
        reader.sequence(|inner| Ok((UintRef::decode(inner)?, UintRef::decode(inner)?)))?;
    reader.finish(numbers)
}

fn without_zeros(mut bytes: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// Returns the uncompressed point of two coordinates of `length` bytes each (RFC 7518 section 6.2.1.2).
fn point(x: &[u8], y: &[u8], length: usize) -> Result<Vec<u8>, BadKey> {
    if x.len() != length || y.len() != length {
        return Err(BadKey);
    }
    Ok([&[UNCOMPRESSED], x, y].concat())
}

/// Returns the key at an uncompressed point of `length` bytes that is on the curve.
fn on_curve(
    algorithm: &'static dyn VerificationAlgorithm,
    point: &[u8],
    length: usize,
) -> Result<ParsedPublicKey, BadKey> {
    if point.len() != length || point.first() != Some(&UNCOMPRESSED) {
        return Err(BadKey);
    }
    ParsedPublicKey::new(algorithm, point).map_err(|_| BadKey)
}

/// A digest of the SHA-2 family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sha2 {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// Returns the digest of `data`: 32, 48 or 64 bytes.
#[must_use]
pub fn digest(sha: Sha2, data: &[u8]) -> Vec<u8> {
    use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};
    let algorithm = match sha {
        Sha2::Sha256 => &SHA256,
        Sha2::Sha384 => &SHA384,
        Sha2::Sha512 => &SHA512,
    };
    digest(algorithm, data).as_ref().to_vec()
}

#[cfg(test)]
mod tests;
