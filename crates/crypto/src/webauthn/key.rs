//! Public keys of passkeys: COSE keys of the two algorithms that are asked for (Web Authentication section 6.5.1.1).

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
use ciborium::Value;
use coset::iana::{self, EnumI64};
use coset::{CborSerializable, CoseKey, KeyType, Label, RegisteredLabel};

use crate::jwk::PublicKey;

/// The COSE number of ECDSA with P-256 and SHA-256.
pub const ES256: i64 = -7;
/// The COSE number of RSASSA-PKCS1-v1_5 with SHA-256.
pub const RS256: i64 = -257;

/// Bytes of a coordinate of P-256.
const COORDINATE: usize = 32;
/// Begins an uncompressed point (SEC 1 section 2.3.3).
const UNCOMPRESSED: u8 = 4;

/// The base point of P-256, uncompressed (SEC 2 section 2.4.2).
#[rustfmt::skip]
const BASE_POINT: [u8; 65] = [
    0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5,
    0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4,
    0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a,
    0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33,
    0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
];

/// The key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a COSE key, or one whose numbers are no valid key.
    #[error("malformed public key")]
    Malformed,
    /// A key of an algorithm that was not asked for.
    #[error("unsupported algorithm")]
    Unsupported,
}

/// A public key, ready to verify.
pub struct CredentialKey(Kind);

enum Kind {
    Es256(ParsedPublicKey),
    Rs256(PublicKey),
}

impl CredentialKey {
    /// Reads a COSE key.
    ///
    /// # Errors
    /// [`KeyError`]; points that are not on the curve and RSA keys of fewer than 2,048 bits are malformed.
    pub fn from_cose(bytes: &[u8]) -> Result<Self, KeyError> {
        let key = CoseKey::from_slice(bytes).map_err(|_| KeyError::Malformed)?;
        let algorithm = key.alg.as_ref().ok_or(KeyError::Malformed)?;
        match number(algorithm) {
            Some(ES256) => es256(&key),
            Some(RS256) => rs256(&key),
            _ => Err(KeyError::Unsupported),
        }
        .map(Self)
    }

    /// Returns a decoy key for unknown names, so that a signature is checked at the same cost. The caller must ignore
    /// the result of the check, because the secret half of this key is the number one.
    ///
    /// # Errors
    /// None that can arise.
    pub fn decoy() -> Result<Self, KeyError> {
        let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, BASE_POINT);
        let parsed = parsed.map_err(|_| KeyError::Malformed)?;
        Ok(Self(Kind::Es256(parsed)))
    }

    /// Returns the COSE number of its algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> i64 {
        match self.0 {
            Kind::Es256(_) => ES256,
            Kind::Rs256(_) => RS256,
        }
    }

    /// True if `signature` is this key's over `message`.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Kind::Es256(key) => key.verify_sig(message, signature).is_ok(),
            Kind::Rs256(key) => key.verify(message, signature),
        }
    }
}

impl std::fmt::Debug for CredentialKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CredentialKey({})", self.algorithm())
    }
}

fn number(algorithm: &coset::Algorithm) -> Option<i64> {
    match algorithm {
        coset::Algorithm::Assigned(algorithm) => Some(algorithm.to_i64()),
        coset::Algorithm::PrivateUse(_) | coset::Algorithm::Text(_) => None,
    }
}

/// Returns the parameter of a key type with that number; the library refuses keys that have one twice.
fn parameter(key: &CoseKey, number: i64) -> Option<&Value> {
    let wanted = Label::Int(number);
    let found = key.params.iter().find(|(label, _)| *label == wanted);
    found.map(|(_, value)| value)
}

fn is_of_type(key: &CoseKey, kind: iana::KeyType) -> bool {
    key.kty == RegisteredLabel::Assigned(kind) as KeyType
}

/// RFC 9053 section 7.1.1, and P-256 without compression as Web Authentication section 5.8.5 demands.
fn es256(key: &CoseKey) -> Result<Kind, KeyError> {
    use iana::Ec2KeyParameter as P;
    let curve = parameter(key, P::Crv.to_i64()).and_then(Value::as_integer);
    let on_p256 = curve == Some(iana::EllipticCurve::P_256.to_i64().into());
    let coordinate = |name: P| {
        let bytes = parameter(key, name.to_i64()).and_then(Value::as_bytes);
        bytes.filter(|bytes| bytes.len() == COORDINATE)
    };
    let (Some(x), Some(y)) = (coordinate(P::X), coordinate(P::Y)) else {
        return Err(KeyError::Malformed);
    };
    if !on_p256 || !is_of_type(key, iana::KeyType::EC2) {
        return Err(KeyError::Malformed);
    }
    let point = [&[UNCOMPRESSED], x.as_slice(), y].concat();
    let parsed = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
    parsed.map(Kind::Es256).map_err(|_| KeyError::Malformed)
}

/// RFC 8230 section 4.
fn rs256(key: &CoseKey) -> Result<Kind, KeyError> {
    use iana::RsaKeyParameter as P;
    let number = |name: P| parameter(key, name.to_i64()).and_then(Value::as_bytes);
    let (Some(n), Some(e)) = (number(P::N), number(P::E)) else {
        return Err(KeyError::Malformed);
    };
    if !is_of_type(key, iana::KeyType::RSA) {
        return Err(KeyError::Malformed);
    }
    let parsed = PublicKey::from_components(n, e);
    parsed.map(Kind::Rs256).map_err(|_| KeyError::Malformed)
}
