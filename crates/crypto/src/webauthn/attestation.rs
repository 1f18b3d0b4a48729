//! Attestation objects: a new passkey with what its authenticator says about itself (Web Authentication section 6.5.4).
//!
//! Two formats: `none` (section 8.7) and `packed` (section 8.2). No other is asked for, and browsers delete those
//! that are not. Statements are verified; the owner of the certificate does not matter, since trust is not enforced.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, VerificationAlgorithm,
};
use ciborium::Value;
use x509_cert::Certificate;
use x509_cert::certificate::Version;
use x509_cert::der::asn1::OctetString;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::BasicConstraints;

use super::data::{AttestedCredential, AuthenticatorData};
use super::key::{CredentialKey, ES256, KeyError, RS256};
use super::{Malformed, member, whole_map};
use crate::hash::sha256;

/// The organisational unit of a subject.
const UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
/// The organisational unit in the certificate of an authenticator (section 8.2.1).
const AUTHENTICATOR: &[u8] = b"Authenticator Attestation";
/// `id-fido-gen-ce-aaguid`: the model that the certificate is for (section 8.2.1).
const AAGUID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.4");

/// The statement cannot be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A format or an algorithm that was not asked for.
    #[error("unsupported attestation")]
    Unsupported,
    /// It is not what its format demands, or its signature is wrong.
    #[error("wrong attestation")]
    Wrong,
}

impl From<KeyError> for Refused {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Unsupported => Self::Unsupported,
            KeyError::Malformed => Self::Wrong,
        }
    }
}

impl From<Malformed> for Refused {
    fn from(_: Malformed) -> Self {
        Self::Wrong
    }
}

/// The type of attestation of a new passkey (section 6.5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attestation {
    /// Nothing.
    None,
    /// The passkey itself.
    Itself,
    /// A certificate of the authenticator, by any issuer.
    Certificate,
}

/// An attestation object, taken apart and not verified yet.
#[derive(Debug)]
pub struct AttestationObject {
    /// The authenticator data.
    pub data: AuthenticatorData,
    /// The new passkey.
    pub credential: AttestedCredential,
    signed: Vec<u8>,
    format: String,
    statement: Vec<(Value, Value)>,
}

impl AttestationObject {
    /// Takes the bytes apart (section 7.1 step 13).
    ///
    /// # Errors
    /// [`Malformed`] for anything but an attestation object with a credential in it.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let entries = whole_map(bytes)?;
        let text = member(entries.clone(), "fmt")?.and_then(|value| value.into_text().ok());
        let statement = member(entries.clone(), "attStmt")?.and_then(|value| value.into_map().ok());
        let signed = member(entries, "authData")?.and_then(|value| value.into_bytes().ok());
        let (Some(format), Some(statement), Some(signed)) = (text, statement, signed) else {
            return Err(Malformed);
        };
        let data = AuthenticatorData::read(&signed)?;
        let credential = data.credential.clone().ok_or(Malformed)?;
        Ok(Self {
            data,
            credential,
            signed,
            format,
            statement,
        })
    }

    /// Verifies the statement over `client_data`, the bytes of clientDataJSON, and returns the passkey's key
    /// (section 7.1 steps 20 to 22).
    ///
    /// # Errors
    /// [`Refused`].
    pub fn verify(&self, client_data: &[u8]) -> Result<(CredentialKey, Attestation), Refused> {
        let key = CredentialKey::from_cose(&self.credential.public_key)?;
        let attestation = match self.format.as_str() {
            "none" if self.statement.is_empty() => Attestation::None,
            "none" => return Err(Refused::Wrong),
            "packed" => self.packed(&key, client_data)?,
            _ => return Err(Refused::Unsupported),
        };
        Ok((key, attestation))
    }

    /// Section 8.2, verification procedure.
    fn packed(&self, key: &CredentialKey, client_data: &[u8]) -> Result<Attestation, Refused> {
        let get = |name| member(self.statement.clone(), name);
        let algorithm = get("alg")?.and_then(|value| value.as_integer());
        let algorithm = algorithm.and_then(|number| i64::try_from(number).ok());
        let signature = get("sig")?.and_then(|value| value.into_bytes().ok());
        let (Some(algorithm), Some(signature)) = (algorithm, signature) else {
            return Err(Refused::Wrong);
        };
        let message = [self.signed.as_slice(), &sha256(client_data)].concat();
        let Some(chain) = get("x5c")? else {
            let right = algorithm == key.algorithm() && key.verify(&message, &signature);
            return if right {
                Ok(Attestation::Itself)
            } else {
                Err(Refused::Wrong)
            };
        };
        let leaf = chain.as_array().and_then(|chain| chain.first()?.as_bytes());
        let leaf = leaf.and_then(|der| Certificate::from_der(der).ok());
        let leaf = leaf.ok_or(Refused::Wrong)?;
        let verifies = verifies(&leaf, algorithm, &message, &signature)?;
        if verifies && is_of_authenticator(&leaf, &self.credential.aaguid) {
            Ok(Attestation::Certificate)
        } else {
            Err(Refused::Wrong)
        }
    }
}

/// True if the certificate's key made the signature.
fn verifies(
    certificate: &Certificate,
    algorithm: i64,
    message: &[u8],
    signature: &[u8],
) -> Result<bool, Refused> {
    let rule: &'static dyn VerificationAlgorithm = match algorithm {
        ES256 => &ECDSA_P256_SHA256_ASN1,
        RS256 => &RSA_PKCS1_2048_8192_SHA256,
        _ => return Err(Refused::Unsupported),
    };
    let key = &certificate.tbs_certificate.subject_public_key_info;
    let key = key.to_der().map_err(|_| Refused::Wrong)?;
    let key = ParsedPublicKey::new(rule, key).map_err(|_| Refused::Wrong)?;
    Ok(key.verify_sig(message, signature).is_ok())
}

/// Section 8.2.1, but for the country, the maker's name and the chain, which say nothing without trust.
fn is_of_authenticator(certificate: &Certificate, aaguid: &[u8; 16]) -> bool {
    let certificate = &certificate.tbs_certificate;
    let unit = certificate
        .subject
        .0
        .iter()
        .flat_map(|part| part.0.iter())
        .any(|attribute| attribute.oid == UNIT && attribute.value.value() == AUTHENTICATOR);
    let is_no_authority = matches!(
        certificate.get::<BasicConstraints>(),
        Ok(Some((_, BasicConstraints { ca: false, .. })))
    );
    let models = certificate.extensions.iter().flatten();
    let fits = models
        .filter(|extension| extension.extn_id == AAGUID)
        .all(|extension| {
            let model = OctetString::from_der(extension.extn_value.as_bytes());
            !extension.critical && model.is_ok_and(|model| model.as_bytes() == aaguid)
        });
    certificate.version == Version::V3 && unit && is_no_authority && fits
}
