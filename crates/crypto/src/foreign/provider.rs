//! The other side: a provider's keys, which sign tokens and messages and encrypt assertions. For tests; no server calls
//! it.

use aws_lc_rs::aead::{Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::cipher::{EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    KeyPair as RsaKeyPair, KeySize, OaepPublicEncryptingKey, PublicEncryptingKey,
};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING,
    ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384,
    PKCS_ED25519, PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm,
};
use time::OffsetDateTime;
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};

use super::opening::{BLOCK, Cipher, Content, Oaep};
use super::{Alg, ForeignJwk};
use crate::failure::sure;
use crate::random;

/// A kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// RSA with 2,048 bits.
    Rsa,
    /// P-256.
    P256,
    /// P-384.
    P384,
    /// Ed25519.
    Ed25519,
}

enum Pair {
    Rsa(RsaKeyPair),
    /// The key as it signs messages, and in PKCS#8.
    Ec(EcdsaKeyPair, Vec<u8>, Kind),
    Ed25519(Ed25519KeyPair),
}

/// A key that a provider signs with.
pub struct ProviderKey(Pair);

impl ProviderKey {
    /// Creates a new key; one of RSA takes about 65 ms.
    #[must_use]
    pub fn generate(kind: Kind) -> Self {
        let ec = |algorithm: &'static EcdsaSigningAlgorithm| {
            let pair = sure(EcdsaKeyPair::generate(algorithm), "EC key generation");
            let der = sure(pair.to_pkcs8v1(), "PKCS#8 encoding");
            Pair::Ec(pair, der.as_ref().to_vec(), kind)
        };
        Self(match kind {
            Kind::Rsa => Pair::Rsa(sure(
                RsaKeyPair::generate(KeySize::Rsa2048),
                "RSA key generation",
            )),
            Kind::P256 => ec(&ECDSA_P256_SHA256_FIXED_SIGNING),
            Kind::P384 => ec(&ECDSA_P384_SHA384_FIXED_SIGNING),
            Kind::Ed25519 => {
                Pair::Ed25519(sure(Ed25519KeyPair::generate(), "Ed25519 key generation"))
            }
        })
    }

    /// Returns a signature of `data`. An algorithm that does not fit the key makes an empty one.
    #[must_use]
    pub fn sign(&self, alg: Alg, data: &[u8]) -> Vec<u8> {
        match &self.0 {
            Pair::Rsa(pair) => {
                let encoding = match alg {
                    Alg::Rs256 => &RSA_PKCS1_SHA256,
                    Alg::Rs384 => &RSA_PKCS1_SHA384,
                    Alg::Rs512 => &RSA_PKCS1_SHA512,
                    Alg::Ps256 => &RSA_PSS_SHA256,
                    Alg::Ps384 => &RSA_PSS_SHA384,
                    Alg::Ps512 => &RSA_PSS_SHA512,
                    Alg::Es256 | Alg::Es384 | Alg::EdDsa => return Vec::new(),
                };
                let mut signature = vec![0; pair.public_modulus_len()];
                let signed = pair.sign(encoding, &SystemRandom::new(), data, &mut signature);
                sure(signed, "RSA signature");
                signature
            }
            Pair::Ec(pair, _, kind) => match (kind, alg) {
                (Kind::P256, Alg::Es256) | (Kind::P384, Alg::Es384) => {
                    let signature = pair.sign(&SystemRandom::new(), data);
                    sure(signature, "EC signature").as_ref().to_vec()
                }
                _ => Vec::new(),
            },
            Pair::Ed25519(pair) if alg == Alg::EdDsa => pair.sign(data).as_ref().to_vec(),
            Pair::Ed25519(_) => Vec::new(),
        }
    }

    /// Returns the public key with this id, as a key set publishes it, for any use and algorithm.
    #[must_use]
    pub fn jwk(&self, kid: &str) -> ForeignJwk {
        let text = |bytes: &[u8]| Some(URL_SAFE_NO_PAD.encode(bytes));
        let mut jwk = ForeignJwk {
            kid: Some(kid.to_owned()),
            ..ForeignJwk::default()
        };
        match &self.0 {
            Pair::Rsa(pair) => {
                let key = pair.public_key();
                jwk.kty = "RSA".into();
                jwk.n = text(key.modulus().big_endian_without_leading_zero());
                jwk.e = text(key.exponent().big_endian_without_leading_zero());
            }
            Pair::Ec(pair, _, kind) => {
                let point = pair.public_key().as_ref().get(1..).unwrap_or_default();
                let (x, y) = point.split_at(point.len() / 2);
                let curve = if *kind == Kind::P256 {
                    "P-256"
                } else {
                    "P-384"
                };
                jwk.kty = "EC".into();
                jwk.crv = Some(curve.into());
                (jwk.x, jwk.y) = (text(x), text(y));
            }
            Pair::Ed25519(pair) => {
                jwk.kty = "OKP".into();
                jwk.crv = Some("Ed25519".into());
                jwk.x = text(pair.public_key().as_ref());
            }
        }
        jwk
    }

    /// Returns the private key in PKCS#8; empty for Ed25519.
    #[must_use]
    pub fn to_pkcs8(&self) -> Vec<u8> {
        match &self.0 {
            Pair::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = sure(pair.as_der(), "PKCS#8 encoding");
                der.as_ref().to_vec()
            }
            Pair::Ec(_, der, _) => der.clone(),
            Pair::Ed25519(_) => Vec::new(),
        }
    }

    /// Returns a self-signed certificate in DER for `common_name`, good between these seconds since 1970.
    #[must_use]
    pub fn certificate(&self, common_name: &str, valid: std::ops::Range<i64>) -> Vec<u8> {
        let instant = |seconds| sure(OffsetDateTime::from_unix_timestamp(seconds), "time");
        let mut params = CertificateParams::default();
        params.not_before = instant(valid.start);
        params.not_after = instant(valid.end);
        params.serial_number = Some(1_u64.into());
        params.distinguished_name = DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, common_name);
        let certificate = sure(params.self_signed(self), "certificate encoding");
        certificate.der().to_vec()
    }
}

impl PublicKeyData for ProviderKey {
    fn der_bytes(&self) -> &[u8] {
        match &self.0 {
            Pair::Rsa(pair) => pair.public_key().as_ref(),
            Pair::Ec(pair, ..) => pair.public_key().as_ref(),
            Pair::Ed25519(pair) => pair.public_key().as_ref(),
        }
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        match &self.0 {
            Pair::Rsa(_) => &PKCS_RSA_SHA256,
            Pair::Ec(_, _, Kind::P256) => &PKCS_ECDSA_P256_SHA256,
            Pair::Ec(..) => &PKCS_ECDSA_P384_SHA384,
            Pair::Ed25519(_) => &PKCS_ED25519,
        }
    }
}

impl rcgen::SigningKey for ProviderKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(match &self.0 {
            Pair::Rsa(_) => Self::sign(self, Alg::Rs256, message),
            Pair::Ec(_, der, kind) => {
                let algorithm = match kind {
                    Kind::P256 => &ECDSA_P256_SHA256_ASN1_SIGNING,
                    _ => &ECDSA_P384_SHA384_ASN1_SIGNING,
                };
                let pair = sure(EcdsaKeyPair::from_pkcs8(algorithm, der), "EC key");
                let signature = pair.sign(&SystemRandom::new(), message);
                sure(signature, "EC signature").as_ref().to_vec()
            }
            Pair::Ed25519(_) => Self::sign(self, Alg::EdDsa, message),
        })
    }
}

impl std::fmt::Debug for ProviderKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ProviderKey(..)")
    }
}

/// Encrypts a content key to the RSA key of a certificate in DER; None if it has no such key.
#[must_use]
pub fn wrap(certificate: &[u8], oaep: Oaep, key: &[u8]) -> Option<Vec<u8>> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let info = certificate.tbs_certificate.subject_public_key_info;
    let public = PublicEncryptingKey::from_der(&info.to_der().ok()?).ok()?;
    let public = OaepPublicEncryptingKey::new(public).ok()?;
    let mut room = vec![0; public.ciphertext_size()];
    public
        .encrypt(oaep.algorithm(), key, &mut room, None)
        .ok()?;
    Some(room)
}

/// Encrypts a content; None if the key has not the length of the cipher's. `filler` is what CBC is filled with: any byte
/// is right.
#[must_use]
pub fn seal(content: Content, key: &[u8], plain: &[u8], filler: u8) -> Option<Vec<u8>> {
    match content.cipher() {
        Cipher::Cbc(algorithm) => {
            let filling = BLOCK - plain.len() % BLOCK;
            let mut body = plain.to_vec();
            body.resize(plain.len() + filling - 1, filler);
            body.push(u8::try_from(filling).ok()?);
            let iv: [u8; BLOCK] = random::bytes();
            let key = EncryptingKey::cbc(UnboundCipherKey::new(algorithm, key).ok()?).ok()?;
            let context = EncryptionContext::Iv128(FixedLength::from(iv));
            key.less_safe_encrypt(&mut body, context).ok()?;
            Some([&iv[..], &body].concat())
        }
        Cipher::Gcm(algorithm) => {
            let nonce: [u8; NONCE_LEN] = random::bytes();
            let key = LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?);
            let mut body = plain.to_vec();
            let unique = Nonce::assume_unique_for_key(nonce);
            key.seal_in_place_append_tag(unique, Aad::empty(), &mut body)
                .ok()?;
            Some([&nonce[..], &body].concat())
        }
    }
}
