//! An authenticator in software: the other side of both ceremonies, for tests and for `cognate dev`, which has
//! one for tests of applications. `serve` never calls it.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use ciborium::Value;
use coset::iana::{self, EnumI64};
use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, PKCS_ECDSA_P256_SHA256,
    PublicKeyData, SignatureAlgorithm,
};

use super::key::{ES256, RS256};
use crate::failure::sure;
use crate::hash::sha256;
use crate::jws::SigningKey;
use crate::random;

/// UP.
pub const PRESENT: u8 = 1;
/// UV.
pub const VERIFIED: u8 = 1 << 2;
/// BE.
pub const ELIGIBLE: u8 = 1 << 3;
/// BS.
pub const BACKED_UP: u8 = 1 << 4;

/// The key pair that the authenticator signs with.
enum Pair {
    Es256(EcdsaKeyPair),
    Rs256(Box<SigningKey>),
}

/// The attestation of a new passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statement {
    /// No attestation.
    None,
    /// A signature by the passkey itself.
    Itself,
    /// A certificate for this model, with this organisational unit, of an authority or not.
    Certificate {
        /// The model in the certificate; None leaves it out.
        aaguid: Option<[u8; 16]>,
        /// The unit of the subject.
        unit: &'static str,
        /// True if the certificate says that it is an authority.
        authority: bool,
    },
}

/// An authenticator with one passkey. Everything that it says can be changed before it says it.
pub struct Authenticator {
    pair: Pair,
    /// The relying party's id.
    pub rp_id: String,
    /// Names the passkey.
    pub credential_id: Vec<u8>,
    /// The model.
    pub aaguid: [u8; 16],
    /// [`PRESENT`] and its like.
    pub flags: u8,
    /// Grows by one with each use, unless it is 0.
    pub sign_count: u32,
}

impl Authenticator {
    /// With a key for ECDSA.
    #[must_use]
    pub fn es256(rp_id: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING);
        Self::with(Pair::Es256(sure(pair, "EC key generation")), rp_id)
    }

    /// With a key for RSA; takes about 65 ms.
    #[must_use]
    pub fn rs256(rp_id: &str) -> Self {
        Self::with(Pair::Rs256(Box::new(SigningKey::generate())), rp_id)
    }

    fn with(pair: Pair, rp_id: &str) -> Self {
        Self {
            pair,
            rp_id: rp_id.to_owned(),
            credential_id: random::bytes::<32>().to_vec(),
            aaguid: [0; 16],
            flags: PRESENT | VERIFIED,
            sign_count: 1,
        }
    }

    /// Returns the public key in COSE.
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        use iana::{Ec2KeyParameter as Ec, KeyParameter as Key, RsaKeyParameter as Rsa};
        let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
        let entries = match &self.pair {
            Pair::Es256(pair) => {
                // An uncompressed point: 4, x, y.
                let point = pair.public_key().as_ref();
                let (x, y) = point.split_at_checked(33).unwrap_or_default();
                let curve = iana::EllipticCurve::P_256.to_i64();
                vec![
                    (Key::Kty.to_i64(), iana::KeyType::EC2.to_i64().into()),
                    (Key::Alg.to_i64(), ES256.into()),
                    (Ec::Crv.to_i64(), curve.into()),
                    (Ec::X.to_i64(), bytes(x.get(1..).unwrap_or_default())),
                    (Ec::Y.to_i64(), bytes(y)),
                ]
            }
            Pair::Rs256(key) => vec![
                (Key::Kty.to_i64(), iana::KeyType::RSA.to_i64().into()),
                (Key::Alg.to_i64(), RS256.into()),
                (Rsa::N.to_i64(), bytes(key.public().modulus())),
                (Rsa::E.to_i64(), bytes(key.public().exponent())),
            ],
        };
        let entries = entries
            .into_iter()
            .map(|(label, value): (i64, Value)| (label.into(), value));
        encoded(&Value::Map(entries.collect()))
    }

    /// Authenticator data, with the passkey itself in registrations.
    #[must_use]
    pub fn data(&self, new: bool) -> Vec<u8> {
        let mut data = sha256(self.rp_id.as_bytes()).to_vec();
        data.push(if new { self.flags | 1 << 6 } else { self.flags });
        data.extend(self.sign_count.to_be_bytes());
        if new {
            data.extend(self.aaguid);
            let length = u16::try_from(self.credential_id.len()).unwrap_or(u16::MAX);
            data.extend(length.to_be_bytes());
            data.extend(&self.credential_id);
            data.extend(self.public_key());
        }
        data
    }

    /// Returns the attestation object for `client_data`, the bytes of clientDataJSON.
    #[must_use]
    pub fn register(&self, client_data: &[u8], statement: Statement) -> Vec<u8> {
        let data = self.data(true);
        let message = [data.as_slice(), &sha256(client_data)].concat();
        let signed = |algorithm: i64, signature: Vec<u8>| {
            vec![
                (Value::from("alg"), Value::from(algorithm)),
                (Value::from("sig"), Value::from(signature)),
            ]
        };
        let (format, statement) = match statement {
            Statement::None => ("none", Vec::new()),
            Statement::Itself => ("packed", signed(self.algorithm(), self.sign(&message))),
            Statement::Certificate {
                aaguid,
                unit,
                authority,
            } => {
                let own = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING);
                let own = Own(sure(own, "EC key generation"));
                let certificate = own.certificate(aaguid, unit, authority);
                let mut entries = signed(ES256, own.sign_message(&message));
                let chain = Value::Array(vec![Value::from(certificate)]);
                entries.push((Value::from("x5c"), chain));
                ("packed", entries)
            }
        };
        attestation_object(format, statement, data)
    }

    /// Increases the counter; returns authenticator data and signature for `client_data`.
    #[must_use]
    pub fn sign_in(&mut self, client_data: &[u8]) -> (Vec<u8>, Vec<u8>) {
        if self.sign_count > 0 {
            self.sign_count = self.sign_count.wrapping_add(1);
        }
        let data = self.data(false);
        let signature = self.sign(&[data.as_slice(), &sha256(client_data)].concat());
        (data, signature)
    }

    const fn algorithm(&self) -> i64 {
        match self.pair {
            Pair::Es256(_) => ES256,
            Pair::Rs256(_) => RS256,
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::Es256(pair) => ecdsa(pair, message),
            Pair::Rs256(key) => key.sign(message),
        }
    }
}

/// Returns an attestation object of any format.
#[must_use]
pub fn attestation_object(format: &str, statement: Vec<(Value, Value)>, data: Vec<u8>) -> Vec<u8> {
    encoded(&Value::Map(vec![
        (Value::from("fmt"), Value::from(format)),
        (Value::from("attStmt"), Value::Map(statement)),
        (Value::from("authData"), Value::from(data)),
    ]))
}

/// Returns the CBOR of a value.
pub(super) fn encoded(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    sure(ciborium::into_writer(value, &mut bytes), "CBOR");
    bytes
}

fn ecdsa(pair: &EcdsaKeyPair, message: &[u8]) -> Vec<u8> {
    let signature = pair.sign(&SystemRandom::new(), message);
    sure(signature, "EC signature").as_ref().to_vec()
}

/// The key of an authenticator model.
struct Own(EcdsaKeyPair);

impl Own {
    fn sign_message(&self, message: &[u8]) -> Vec<u8> {
        ecdsa(&self.0, message)
    }

    fn certificate(&self, aaguid: Option<[u8; 16]>, unit: &str, authority: bool) -> Vec<u8> {
        let mut params = CertificateParams::default();
        let mut name = DistinguishedName::new();
        name.push(DnType::CountryName, "CH");
        name.push(DnType::OrganizationName, "Tests");
        name.push(DnType::OrganizationalUnitName, unit);
        name.push(DnType::CommonName, "Model");
        params.distinguished_name = name;
        params.is_ca = if authority {
            IsCa::Ca(rcgen::BasicConstraints::Unconstrained)
        } else {
            IsCa::ExplicitNoCa
        };
        params.serial_number = Some(1_u64.into());
        params.key_identifier_method = rcgen::KeyIdMethod::PreSpecified(vec![1]);
        let model = aaguid.map(|aaguid| {
            let octets = [&[4, 16], aaguid.as_slice()].concat();
            CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 45_724, 1, 1, 4], octets)
        });
        params.custom_extensions.extend(model);
        let certificate = params.self_signed(self);
        sure(certificate, "certificate encoding").der().to_vec()
    }
}

impl PublicKeyData for Own {
    fn der_bytes(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for Own {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.sign_message(message))
    }
}
