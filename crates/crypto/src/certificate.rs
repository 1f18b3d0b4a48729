//! X.509 certificates (RFC 5280) of signing keys, for those who take a key only in this form, such as SAML identity
//! providers.

use std::ops::Range;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyIdMethod, KeyUsagePurpose,
    NameConstraints, PKCS_RSA_SHA256, PublicKeyData, SerialNumber, SignatureAlgorithm,
};
use time::OffsetDateTime;
use x509_cert::Certificate;
use x509_cert::der::Decode;

use crate::failure::sure;
use crate::hash;
use crate::jws::SigningKey;

/// Bytes of a serial number; RFC 5280 section 4.1.2.2 allows 20.
const SERIAL: usize = 16;
/// Bytes of a key identifier (RFC 7093 section 2, method 1).
const KEY_ID: usize = 20;

/// Our key as the certificate library knows keys.
struct Key<'a>(&'a SigningKey);

impl PublicKeyData for Key<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.public_der()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

impl rcgen::SigningKey for Key<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.0.sign(message))
    }
}

/// Creates a self-signed certificate in DER for `common_name`, good from and until these seconds since the epoch. The
/// same arguments always make the same bytes, so that it need not be stored; takes about 0.3 ms.
///
/// # Errors
/// [`BadPeriod`] when a bound lies outside of the years that a certificate can name.
pub fn self_signed(
    key: &SigningKey,
    common_name: &str,
    valid: Range<i64>,
) -> Result<Vec<u8>, BadPeriod> {
    certify(key, common_name, valid, KeyUsagePurpose::DigitalSignature)
}

/// Returns the same for a key that others encrypt to.
///
/// # Errors
/// [`BadPeriod`] as there.
pub fn for_encryption(
    key: &SigningKey,
    common_name: &str,
    valid: Range<i64>,
) -> Result<Vec<u8>, BadPeriod> {
    certify(key, common_name, valid, KeyUsagePurpose::KeyEncipherment)
}

/// Returns the certificate of an authority that certifies servers of this machine, in DER: for no other use (RFC 5280 section
/// 4.2.1.12), and for no name but `localhost`, those below it and loopback addresses (section 4.2.1.10).
///
/// # Errors
/// [`BadPeriod`] as there.
pub fn authority(
    key: &SigningKey,
    common_name: &str,
    valid: Range<i64>,
) -> Result<Vec<u8>, BadPeriod> {
    let certificate = of_authority(key, common_name, valid)?.self_signed(&Key(key));
    Ok(sure(certificate, "certificate encoding").der().to_vec())
}

/// Returns the certificate of an authority, in DER, by which servers at these host names and at names below them are
/// believed, and nothing else: no other name, no address, no client, no signature of a program (name constraints, RFC 5280
/// section 4.2.1.10).
///
/// # Errors
/// [`BadPeriod`] as there.
pub fn authority_for(
    key: &SigningKey,
    common_name: &str,
    hosts: &[&str],
    valid: Range<i64>,
) -> Result<Vec<u8>, BadPeriod> {
    let mut params = of_authority(key, common_name, valid)?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let host = |host: &&str| GeneralSubtree::DnsName((*host).to_owned());
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: hosts.iter().map(host).collect(),
        // Without these all addresses would be permitted, since no name is one.
        excluded_subtrees: vec![
            GeneralSubtree::IpAddress(CidrSubnet::V4([0; 4], [0; 4])),
            GeneralSubtree::IpAddress(CidrSubnet::V6([0; 16], [0; 16])),
        ],
    });
    let certificate = sure(params.self_signed(&Key(key)), "certificate encoding");
    Ok(certificate.der().to_vec())
}

fn of_authority(
    key: &SigningKey,
    common_name: &str,
    valid: Range<i64>,
) -> Result<CertificateParams, BadPeriod> {
    let mut params = params(key, common_name, valid)?;
    // It certifies servers and no other authority.
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let own = std::net::Ipv6Addr::LOCALHOST.octets();
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::V4([127, 0, 0, 0], [255, 0, 0, 0])),
            GeneralSubtree::IpAddress(CidrSubnet::V6(own, [255; 16])),
        ],
        excluded_subtrees: Vec::new(),
    });
    Ok(params)
}

/// Returns the certificate of a server for host names and addresses, in DER, by the key and the name of an authority.
///
/// # Errors
/// [`BadPeriod`] as there; also for a name that a certificate cannot have.
pub fn of_server(
    (authority, authority_name): (&SigningKey, &str),
    key: &SigningKey,
    names: &[&str],
    valid: Range<i64>,
) -> Result<Vec<u8>, BadPeriod> {
    let issuer = of_authority(authority, authority_name, valid.clone())?;
    let issuer = Issuer::from_params(&issuer, Key(authority));
    let common_name = names.first().copied().unwrap_or_default();
    let mut params = params(key, common_name, valid)?;
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let names = CertificateParams::new(names).map_err(|_| BadPeriod)?;
    params.subject_alt_names = names.subject_alt_names;
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
    ];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&Key(key), &issuer);
    Ok(sure(certificate, "certificate encoding").der().to_vec())
}

fn certify(
    key: &SigningKey,
    common_name: &str,
    valid: Range<i64>,
    usage: KeyUsagePurpose,
) -> Result<Vec<u8>, BadPeriod> {
    let mut params = params(key, common_name, valid)?;
    params.key_usages = vec![usage];
    let certificate = sure(params.self_signed(&Key(key)), "certificate encoding");
    Ok(certificate.der().to_vec())
}

/// Returns what all certificates have: period, name, number, the id of the key.
fn params(
    key: &SigningKey,
    common_name: &str,
    valid: Range<i64>,
) -> Result<CertificateParams, BadPeriod> {
    let instant = |seconds| {
        let instant = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| BadPeriod)?;
        if (1950..=9999).contains(&instant.year()) {
            Ok(instant)
        } else {
            Err(BadPeriod)
        }
    };
    let mut params = CertificateParams::default();
    params.not_before = instant(valid.start)?;
    params.not_after = instant(valid.end)?;
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    params.distinguished_name = name;
    params.is_ca = IsCa::ExplicitNoCa;
    params.serial_number = Some(serial(key, valid.start));
    let digest = hash::sha256(key.public_der());
    params.key_identifier_method =
        KeyIdMethod::PreSpecified(digest.iter().take(KEY_ID).copied().collect());
    Ok(params)
}

/// Returns the period of a certificate in DER, in seconds since the epoch; None for what is no certificate (RFC 5280 section
/// 4.1.2.5). With it the same certificate can be made once more, and compared.
pub fn period(der: &[u8]) -> Option<Range<i64>> {
    let read = Certificate::from_der(der).ok()?;
    let validity = read.tbs_certificate.validity;
    let start = i64::try_from(validity.not_before.to_unix_duration().as_secs()).ok()?;
    let end = i64::try_from(validity.not_after.to_unix_duration().as_secs()).ok()?;
    Some(start..end)
}

/// Returns the second since the epoch until which a certificate in DER is good; None for what is no certificate (RFC 5280
/// section 4.1.2.5).
pub fn valid_until(der: &[u8]) -> Option<i64> {
    period(der).map(|period| period.end)
}

/// The validity of a certificate cannot be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the period is outside of the years that certificates can name")]
pub struct BadPeriod;

/// Returns a positive number without leading zeros that differs between keys and periods.
fn serial(key: &SigningKey, start: i64) -> SerialNumber {
    let digest = hash::sha256_of(&[key.public_der(), &start.to_be_bytes()]);
    let mut bytes: Vec<u8> = digest.iter().take(SERIAL).copied().collect();
    if let Some(first) = bytes.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    SerialNumber::from(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use x509_cert::der::Encode;

    #[test]
    fn a_certificate_names_its_key_and_is_signed_by_it() {
        let key = SigningKey::generate();
        let der = self_signed(&key, "us-east-1_abc", 1_700_000_000..2_015_000_000).unwrap();
        let read = Certificate::from_der(&der).unwrap();
        let tbs = &read.tbs_certificate;
        assert_eq!(tbs.subject.to_string(), "CN=us-east-1_abc");
        assert_eq!(tbs.issuer, tbs.subject);
        let validity = &tbs.validity;
        assert_eq!(
            (
                validity.not_before.to_unix_duration().as_secs(),
                validity.not_after.to_unix_duration().as_secs()
            ),
            (1_700_000_000, 2_015_000_000)
        );
        let public = tbs.subject_public_key_info.subject_public_key.raw_bytes();
        assert_eq!(public, key.public_der());
        assert!(
            key.public()
                .verify(&tbs.to_der().unwrap(), read.signature.raw_bytes())
        );
        assert_eq!(tbs.serial_number.as_bytes().len(), SERIAL);
        assert_eq!(valid_until(&der), Some(2_015_000_000));
        assert_eq!(valid_until(b"no certificate"), None);
    }

    #[test]
    fn an_authority_certifies_servers_of_this_machine_and_nothing_else() {
        use x509_cert::ext::pkix::constraints::NameConstraints;
        use x509_cert::ext::pkix::name::GeneralName;
        use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages};
        let key = SigningKey::generate();
        let der = authority(&key, "here", 1_700_000_000..2_015_000_000).unwrap();
        assert_eq!(period(&der), Some(1_700_000_000..2_015_000_000));
        assert_eq!(der, authority(&key, "here", period(&der).unwrap()).unwrap());
        let read = Certificate::from_der(&der).unwrap();
        let tbs = &read.tbs_certificate;
        let (critical, constraints) = tbs.get::<BasicConstraints>().unwrap().unwrap();
        assert!(critical && constraints.ca);
        assert_eq!(constraints.path_len_constraint, Some(0));
        let (_, usage) = tbs.get::<KeyUsage>().unwrap().unwrap();
        assert!(usage.0 == KeyUsages::KeyCertSign);
        let (_, uses) = tbs.get::<ExtendedKeyUsage>().unwrap().unwrap();
        let uses: Vec<String> = uses.0.iter().map(ToString::to_string).collect();
        assert_eq!(uses, ["1.3.6.1.5.5.7.3.1"]);
        let (critical, names) = tbs.get::<NameConstraints>().unwrap().unwrap();
        assert!(critical && names.excluded_subtrees.is_none());
        let shown = |name: &GeneralName| match name {
            GeneralName::DnsName(name) => name.as_str().to_owned(),
            GeneralName::IpAddress(bytes) => format!("{:?}", bytes.as_bytes()),
            _ => "another".to_owned(),
        };
        let permitted = names.permitted_subtrees.unwrap();
        let permitted: Vec<String> = permitted.iter().map(|one| shown(&one.base)).collect();
        let v6 = [[0; 15].as_slice(), &[1], &[255; 16]].concat();
        assert_eq!(
            permitted,
            [
                "localhost".to_owned(),
                "[127, 0, 0, 0, 255, 0, 0, 0]".to_owned(),
                format!("{v6:?}")
            ]
        );
    }

    #[test]
    fn the_same_arguments_give_the_same_certificate_and_others_another() {
        let key = SigningKey::generate();
        let first = self_signed(&key, "a", 0..10).unwrap();
        assert_eq!(first, self_signed(&key, "a", 0..10).unwrap());
        let later = self_signed(&key, "a", 1..10).unwrap();
        let serial = |der: &[u8]| {
            Certificate::from_der(der)
                .unwrap()
                .tbs_certificate
                .serial_number
        };
        assert_ne!(serial(&first), serial(&later));
    }

    #[test]
    fn a_year_that_a_certificate_cannot_name_is_refused() {
        let key = SigningKey::generate();
        for period in [i64::MIN..0, 0..i64::MAX, 0..300_000_000_000] {
            assert_eq!(self_signed(&key, "a", period), Err(BadPeriod));
        }
    }
}
