//! The ceremonies against a software authenticator.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use ciborium::Value;

use super::Malformed;
use super::attestation::{Attestation, AttestationObject, Refused};
use super::client::{self, Authenticator, Statement, encoded};
use super::data::AuthenticatorData;
use super::key::{CredentialKey, ES256, KeyError, RS256};
use crate::hash::sha256;

const RP: &str = "example.com";
const CLIENT_DATA: &[u8] = br#"{"type":"webauthn.create"}"#;
const MODEL: [u8; 16] = [7; 16];

fn certificate(aaguid: Option<[u8; 16]>) -> Statement {
    Statement::Certificate {
        aaguid,
        unit: "Authenticator Attestation",
        authority: false,
    }
}

#[test]
fn both_algorithms_register_and_sign() {
    for (mut device, algorithm) in [
        (Authenticator::es256(RP), ES256),
        (Authenticator::rs256(RP), RS256),
    ] {
        for (statement, attestation) in [
            (Statement::None, Attestation::None),
            (Statement::Itself, Attestation::Itself),
            (certificate(None), Attestation::Certificate),
            (certificate(Some(MODEL)), Attestation::Certificate),
        ] {
            device.aaguid = MODEL;
            let object = device.register(CLIENT_DATA, statement);
            let read = AttestationObject::read(&object).unwrap();
            assert_eq!(read.data.rp_id_hash, sha256(RP.as_bytes()));
            assert_eq!(read.data.sign_count, 1);
            assert_eq!(read.credential.id, device.credential_id);
            assert_eq!(read.credential.aaguid, MODEL);
            let (key, given) = read.verify(CLIENT_DATA).unwrap();
            assert_eq!((key.algorithm(), given), (algorithm, attestation));
        }
        let key = CredentialKey::from_cose(&device.public_key()).unwrap();
        let (data, signature) = device.sign_in(CLIENT_DATA);
        let read = AuthenticatorData::read(&data).unwrap();
        assert_eq!((read.sign_count, read.credential), (2, None));
        let mut message = [data.as_slice(), &sha256(CLIENT_DATA)].concat();
        assert!(key.verify(&message, &signature));
        assert!(!key.verify(&message, &signature[1..]));
        assert!(!key.verify(&message, b""));
        message[0] ^= 1;
        assert!(!key.verify(&message, &signature));
    }
}

#[test]
fn the_decoy_is_a_key() {
    let key = CredentialKey::decoy().unwrap();
    assert_eq!(key.algorithm(), ES256);
    assert!(!key.verify(
        b"message",
        &[0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01]
    ));
}

#[test]
fn flags_are_told_apart() {
    let mut device = Authenticator::es256(RP);
    for (bits, expected) in [
        (client::PRESENT, [true, false, false, false]),
        (client::VERIFIED, [false, true, false, false]),
        (client::ELIGIBLE, [false, false, true, false]),
        (client::BACKED_UP, [false, false, false, true]),
    ] {
        device.flags = bits;
        let flags = AuthenticatorData::read(&device.data(true)).unwrap().flags;
        let read = [
            flags.user_present(),
            flags.user_verified(),
            flags.backup_eligible(),
            flags.backed_up(),
        ];
        assert_eq!(read, expected);
    }
}

#[test]
fn a_statement_for_something_else_is_wrong() {
    let mut device = Authenticator::es256(RP);
    device.aaguid = MODEL;
    let wrong = |object: &[u8]| {
        let read = AttestationObject::read(object).unwrap();
        read.verify(CLIENT_DATA).unwrap_err()
    };
    for statement in [Statement::Itself, certificate(None)] {
        assert_eq!(wrong(&device.register(b"{}", statement)), Refused::Wrong);
    }
    let refused = [
        certificate(Some([8; 16])),
        Statement::Certificate {
            aaguid: None,
            unit: "Something Else",
            authority: false,
        },
        Statement::Certificate {
            aaguid: None,
            unit: "Authenticator Attestation",
            authority: true,
        },
    ];
    for statement in refused {
        assert_eq!(
            wrong(&device.register(CLIENT_DATA, statement)),
            Refused::Wrong
        );
    }
    let with = |format, statement| client::attestation_object(format, statement, device.data(true));
    let entry = |name: &str, value: Value| (Value::from(name), value);
    let some = || entry("sig", Value::Bytes(vec![1]));
    assert_eq!(wrong(&with("none", vec![some()])), Refused::Wrong);
    assert_eq!(wrong(&with("packed", vec![])), Refused::Wrong);
    assert_eq!(
        wrong(&with("packed", vec![some(), entry("alg", RS256.into())])),
        Refused::Wrong
    );
    for format in [
        "tpm",
        "android-key",
        "android-safetynet",
        "fido-u2f",
        "apple",
        "",
    ] {
        assert_eq!(wrong(&with(format, vec![some()])), Refused::Unsupported);
    }
    // A chain that is none, and one whose key is for another algorithm.
    for chain in [
        Value::Null,
        Value::Array(vec![]),
        Value::Array(vec![Value::Bytes(vec![48, 0])]),
    ] {
        let statement = vec![some(), entry("alg", ES256.into()), entry("x5c", chain)];
        assert_eq!(wrong(&with("packed", statement)), Refused::Wrong);
    }
}

/// Returns a COSE key with these parameters.
fn cose(entries: &[(i64, Value)]) -> Vec<u8> {
    let entries = entries
        .iter()
        .map(|(label, value)| (Value::from(*label), value.clone()));
    encoded(&Value::Map(entries.collect()))
}

/// Returns the parameters of a key that is good.
fn good(device: &Authenticator) -> Vec<(i64, Value)> {
    let key: Value = ciborium::from_reader(device.public_key().as_slice()).unwrap();
    let number = |value: Value| i64::try_from(value.as_integer().unwrap()).unwrap();
    let entries = key.into_map().unwrap().into_iter();
    entries
        .map(|(label, value)| (number(label), value))
        .collect()
}

#[test]
fn keys_of_other_algorithms_are_unsupported_and_broken_ones_malformed() {
    let ec = good(&Authenticator::es256(RP));
    let rsa = good(&Authenticator::rs256(RP));
    let read = |entries: &[(i64, Value)]| CredentialKey::from_cose(&cose(entries)).map(|_| ());
    let changed = |base: &[(i64, Value)], label: i64, value: Value| {
        let mut entries = base.to_vec();
        entries.retain(|(name, _)| *name != label);
        entries.push((label, value));
        read(&entries)
    };
    let without = |base: &[(i64, Value)], label: i64| {
        let rest = base.iter().filter(|(name, _)| *name != label);
        read(&rest.cloned().collect::<Vec<_>>())
    };
    assert_eq!((read(&ec), read(&rsa)), (Ok(()), Ok(())));
    // ES384, EdDSA, PS256, RS1.
    for algorithm in [-35, -8, -37, -65_535] {
        let refused = changed(&ec, 3, algorithm.into());
        assert_eq!(refused, Err(KeyError::Unsupported), "{algorithm}");
    }
    let bytes = |n: usize| Value::Bytes(vec![1; n]);
    for (label, value) in [
        (1, Value::from(3)),
        (-1, Value::from(2)),
        (-2, bytes(31)),
        (-2, bytes(32)),
        (-3, bytes(33)),
        (-3, Value::Bool(true)),
    ] {
        let refused = changed(&ec, label, value.clone());
        assert_eq!(refused, Err(KeyError::Malformed), "{label} {value:?}");
    }
    for (label, value) in [
        (1, Value::from(2)),
        (-1, bytes(128)),
        (-2, Value::Bytes(vec![1])),
        (-2, Value::Bytes(vec![2])),
    ] {
        let refused = changed(&rsa, label, value.clone());
        assert_eq!(refused, Err(KeyError::Malformed), "{label} {value:?}");
    }
    for base in [&ec, &rsa] {
        for (label, _) in base {
            assert_eq!(without(base, *label), Err(KeyError::Malformed), "{label}");
        }
        let mut twice = base.clone();
        twice.push(base[2].clone());
        assert_eq!(read(&twice), Err(KeyError::Malformed));
    }
}

#[test]
fn what_is_cut_off_or_too_long_is_malformed() {
    let device = Authenticator::es256(RP);
    for whole in [device.data(true), device.data(false)] {
        for length in 0..whole.len() {
            assert_eq!(AuthenticatorData::read(&whole[..length]), Err(Malformed));
        }
        let longer = [whole.as_slice(), &[0]].concat();
        assert_eq!(AuthenticatorData::read(&longer), Err(Malformed));
    }
    let object = device.register(CLIENT_DATA, Statement::Itself);
    for length in 0..object.len() {
        assert!(AttestationObject::read(&object[..length]).is_err());
    }
    assert!(AttestationObject::read(&[object.as_slice(), &[0]].concat()).is_err());
    // An attestation object without a credential.
    let none = client::attestation_object("none", vec![], device.data(false));
    assert!(AttestationObject::read(&none).is_err());
}

#[test]
fn credential_ids_have_1_to_1023_bytes() {
    let mut device = Authenticator::es256(RP);
    for (length, accepted) in [(0, false), (1, true), (1_023, true), (1_024, false)] {
        device.credential_id = vec![9; length];
        let read = AuthenticatorData::read(&device.data(true));
        assert_eq!(read.is_ok(), accepted, "{length}");
    }
}

#[test]
fn extensions_are_read_over_and_must_be_a_map() {
    let device = Authenticator::es256(RP);
    let with = |extensions: &Value| {
        let mut data = device.data(true);
        data[32] |= 1 << 7;
        data.extend(encoded(extensions));
        data
    };
    let map = Value::Map(vec![(Value::from("credProtect"), Value::from(2))]);
    assert!(AuthenticatorData::read(&with(&map)).is_ok());
    assert!(AuthenticatorData::read(&with(&Value::from(2))).is_err());
    let announced = with(&map);
    assert!(AuthenticatorData::read(&announced[..device.data(true).len()]).is_err());
}

#[test]
fn a_member_that_is_there_twice_and_deep_nesting_are_refused() {
    let device = Authenticator::es256(RP);
    let twice = encoded(&Value::Map(vec![
        (Value::from("fmt"), Value::from("none")),
        (Value::from("fmt"), Value::from("packed")),
        (Value::from("attStmt"), Value::Map(vec![])),
        (Value::from("authData"), Value::from(device.data(true))),
    ]));
    assert!(AttestationObject::read(&twice).is_err());
    assert!(AttestationObject::read(&[0x81; 100_000]).is_err());
    // An array that claims to have more entries than there are bytes in the world.
    let huge = [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    assert!(AttestationObject::read(&huge).is_err());
}

#[test]
fn no_bit_of_a_statement_can_be_changed() {
    let mut device = Authenticator::es256(RP);
    device.aaguid = MODEL;
    for statement in [Statement::Itself, certificate(Some(MODEL))] {
        let object = device.register(CLIENT_DATA, statement);
        let good = AttestationObject::read(&object).unwrap();
        let (_, given) = good.verify(CLIENT_DATA).unwrap();
        for bit in 0..object.len() * 8 {
            let mut changed = object.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            let Ok(read) = AttestationObject::read(&changed) else {
                continue;
            };
            match read.verify(CLIENT_DATA) {
                Err(_) => {}
                // Bits of the certificate that do not matter here; what was signed is what was read.
                Ok((_, attestation)) => assert_eq!(
                    (attestation, given, read.data),
                    (
                        Attestation::Certificate,
                        Attestation::Certificate,
                        good.data.clone()
                    ),
                    "{bit}"
                ),
            }
        }
    }
}
