//! Vectors of docs/service/moving.md 1.6 and 2.1, and what is refused.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A hash and its password.
const VECTORS: &[(Family, &str, &str)] = &[
    (
        Family::Argon2,
        "test",
        "$argon2id$v=19$m=32,t=2,p=4$cm94YnRVOW5jZzFzcVE4bQ$MNzk5BtR2vUhrp6qQEjRNw",
    ),
    (
        Family::Pbkdf2,
        "test",
        "$pbkdf2-sha512$i=100000,l=32$bdHBpn7OWOivJMVJypy2UqR0UnaD5prQXRZevj/05YU$+wArTfv1a+bNGO1iZrmEdVjhA+lL11wF4/IxpgYfPwc",
    ),
    (
        Family::Scrypt,
        "test",
        "$scrypt$ln=16384,r=8,p=1$2npRo7P03Mt8keSoMbyD/tKFWyUzjiQf2svUaNDSrhA=$MiCzNcIplSMqSBrm4HckjYqYhaVPPjTARTzwB1cVNYE=",
    ),
    (
        Family::Pbkdf2,
        "lètmein",
        "pbkdf2_sha256$100000$seasalt$BNZ6eyaNc8qFTJPjrAq99hSYb73EgAdytAtdBg2Sdcc=",
    ),
    (
        Family::Scrypt,
        "lètmein",
        "scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==",
    ),
    (
        Family::Bcrypt,
        "KRONOS",
        "bcrypt_sha256$$2b$12$e5C3zfswn.CowOBbbb7ngeYbxKzJePCDHwo8AMr/SZeZCoGrk7oue",
    ),
    (
        Family::Bcrypt,
        "test",
        "$2a$12$o6hx.Wog/wvFSkT/Bp/6DOxCtLRTDj7lm9on9suF/WaCGNVHbkfL6",
    ),
    (
        Family::Pbkdf2,
        "my password",
        "AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==",
    ),
    (
        Family::Pbkdf2,
        "my password",
        "AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg==",
    ),
    (
        Family::Phpass,
        "test12345",
        "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0",
    ),
    (
        Family::Bcrypt,
        "Encrypted@103",
        "$wp$2y$10$LHYo7UVsQAuOjtnmcY53c.5tVd9Zu01Y1vwkH4IAJwcGnOuPnjh9q",
    ),
    (
        Family::Digest,
        "test123",
        "{SSHA}JFZFs0oHzxbMwkSJmYVeI8MnTDy/276a",
    ),
    (
        Family::Digest,
        "test123",
        "{SSHA256}czO44OTV17PcF1cRxWrLZLy9xHd7CWyVYplr1rOhuMlx/7IK",
    ),
    (
        Family::FirebaseScrypt,
        "mytestpassword",
        "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN0/c41v8xZnO1n14J3MjKj1b2g6AUCAlFwMw==$C0sHCg9ek77hsg==$zKVTMvnWVw5BBOZNUdnsalx4c4c7y/w7IS5p6Ut2+CfEFFlz37J9huyQfov4iizN8dbjvEJlM5tQaJP84+hfTw==",
    ),
    // The same behind a name of Django's and of a directory's.
    (
        Family::Argon2,
        "test",
        "argon2$argon2id$v=19$m=32,t=2,p=4$cm94YnRVOW5jZzFzcVE4bQ$MNzk5BtR2vUhrp6qQEjRNw",
    ),
    (
        Family::Phpass,
        "test12345",
        "{CRYPT}$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0",
    ),
    // Kratos: SHA-256 of "saltpassword", computed by hand: {SALT}{PASSWORD}.
    (
        Family::Digest,
        "password",
        "$sha256$pf=e1NBTFR9e1BBU1NXT1JEfQ==$c2FsdA==$E2Ab2k6njlWge5iGbSvmvgdE44ZvE8AMgRyrYIoo8yI=",
    ),
];

fn bytes(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).unwrap()
}

/// Right password in, another out; the same after it was stored and read.
fn stands(hash: &ImportedHash, password: &str, family: Family) {
    assert_eq!(hash.family(), family);
    assert!(hash.matches(password), "{hash:?}");
    assert!(!hash.matches("Test"), "{hash:?}");
    let stored = hash.to_bytes();
    let text = std::str::from_utf8(stored.expose()).unwrap();
    let read = ImportedHash::read(text, &Bounds::WIDE).unwrap();
    assert!(read.matches(password), "{hash:?}");
    assert!(read.to_bytes().matches(stored.expose()), "one stored form");
}

#[test]
fn every_form_is_read_verified_and_stored() {
    let slow = |family: &Family| *family == Family::Bcrypt;
    for (family, password, text) in VECTORS.iter().filter(|(family, ..)| !slow(family)) {
        let hash = ImportedHash::read(text, &Bounds::WIDE)
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        stands(&hash, password, *family);
    }
}

#[test]
fn every_form_of_bcrypt_is_read_verified_and_stored() {
    let bcrypt = |family: &Family| *family == Family::Bcrypt;
    for (family, password, text) in VECTORS.iter().filter(|(family, ..)| bcrypt(family)) {
        let hash = ImportedHash::read(text, &Bounds::WIDE)
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        stands(&hash, password, *family);
    }
}

#[test]
fn hashes_from_the_members_of_records_are_verified() {
    let wide = &Bounds::WIDE;
    let keycloak = ImportedHash::pbkdf2(
        Sha::Sha256,
        27_500,
        bytes("P5rtFkGtPfoaryJ6PizUJw=="),
        bytes("JsfNbCOIdZUbyBJ+BT+VoGI91Ec2rWLOvkLPDaX8e9k="),
        wide,
    );
    stands(&keycloak.unwrap(), "password", Family::Pbkdf2);
    let newer = ImportedHash::argon2(
        "id",
        "1.3",
        (7_168, 5, 1),
        bytes("RJ0aLMQ2qKbZuROs7qQhcA=="),
        bytes("BuViHNDGmCq80fvpty/QoggTI8NSt0CuNDGgeoa5f5A="),
        wide,
    );
    stands(&newer.unwrap(), "iceberg", Family::Argon2);
    let project = FirebaseProject {
        signer_key: bytes(
            "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
        ),
        separator: bytes("Bw=="),
        rounds: 8,
        mem_cost: 14,
    };
    let hash =
        "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==";
    let firebase = ImportedHash::firebase(hash, "42xEC+ixf3L2lw==", &project, wide);
    stands(&firebase.unwrap(), "user1password", Family::FirebaseScrypt);
    // A raw answer of the API has the other alphabet.
    let url = hash.replace('+', "-").replace('/', "_");
    let firebase = ImportedHash::firebase(&url, "42xEC-ixf3L2lw==", &project, wide);
    stands(&firebase.unwrap(), "user1password", Family::FirebaseScrypt);
    // SHA-1 of "password" and "salt".
    let okta = Digested {
        sha: Sha::Sha1,
        hash: hex::decode("59b3e8d637cf97edbe2384cf59cb7453dfe30789").unwrap(),
        salt: b"salt".to_vec(),
        order: SaltOrder::Prefix,
        pepper: "",
    };
    stands(
        &ImportedHash::digest(okta, wide).unwrap(),
        "password",
        Family::Digest,
    );
}

#[test]
fn the_forms_of_the_csv_are_read_within_its_bounds() {
    for text in [
        "$2b$10$CtA.Rcu/szzn9U00wpUjOuN3vrgJRZycv4aOzcP3GzqzO8UDPEFq6",
        "65536$8$1$304dbaef7c5e828dc19c98f0600d18fe$4f69c498c12cd102d057356facf8d77e8d42407090491ea32c5b038f5a18c099",
        "$argon2id$v=19$m=19456,t=2,p=1$ko/G5o1ms+ML08P95sQ8DA$AkVbvWSOqz7Hs3qthhWKxicOWnGLN+MBmpwc3emi5VA",
        "$pbkdf2-sha256$600000$1XZlmwLQ2hhM3JYuCPiArQ$Pfheg9Zi/v5lXU4yyLA0WFUYEd/rlaVbzrM9oMD6IrA",
    ] {
        assert!(ImportedHash::read(text, &Bounds::CSV).is_ok(), "{text}");
    }
}

#[test]
fn what_costs_more_than_the_bounds_is_refused_unverified() {
    for text in [
        "$2b$13$CtA.Rcu/szzn9U00wpUjOuN3vrgJRZycv4aOzcP3GzqzO8UDPEFq6",
        "131072$8$1$304dbaef7c5e828dc19c98f0600d18fe$4f69c498c12cd102d057356facf8d77e8d42407090491ea32c5b038f5a18c099",
        "65536$8$2$304dbaef7c5e828dc19c98f0600d18fe$4f69c498c12cd102d057356facf8d77e8d42407090491ea32c5b038f5a18c099",
        "$argon2id$v=19$m=19457,t=2,p=1$ko/G5o1ms+ML08P95sQ8DA$AkVbvWSOqz7Hs3qthhWKxicOWnGLN+MBmpwc3emi5VA",
        "$argon2id$v=19$m=19456,t=3,p=1$ko/G5o1ms+ML08P95sQ8DA$AkVbvWSOqz7Hs3qthhWKxicOWnGLN+MBmpwc3emi5VA",
        "$argon2id$v=19$m=19456,t=2,p=2$ko/G5o1ms+ML08P95sQ8DA$AkVbvWSOqz7Hs3qthhWKxicOWnGLN+MBmpwc3emi5VA",
        "$argon2id$v=19$m=4294967295,t=4294967295,p=1$ko/G5o1ms+ML08P95sQ8DA$AkVbvWSOqz7Hs3qthhWKxicOWnGLN+MBmpwc3emi5VA",
        "$pbkdf2-sha256$600001$1XZlmwLQ2hhM3JYuCPiArQ$Pfheg9Zi/v5lXU4yyLA0WFUYEd/rlaVbzrM9oMD6IrA",
    ] {
        let read = ImportedHash::read(text, &Bounds::CSV);
        assert_eq!(read.err(), Some(BadHash::TooCostly), "{text}");
    }
}

#[test]
fn fast_hashes_need_to_be_allowed() {
    for (family, _, text) in VECTORS {
        let fast = matches!(family, Family::Phpass | Family::Digest);
        let strict = Bounds {
            weak: false,
            ..Bounds::WIDE
        };
        let read = ImportedHash::read(text, &strict);
        assert_eq!(read.as_ref().err() == Some(&BadHash::Weak), fast, "{text}");
        let taken = ImportedHash::read(text, &strict.with_weak()).unwrap();
        assert_eq!(taken.weak(), fast, "{text}");
    }
}

#[test]
fn unknown_and_malformed_texts_are_refused() {
    for text in [
        "",
        "$",
        "$$",
        "!",
        "!unusable",
        "secret",
        "$1$salt$hash",
        "$2$12$o6hx.Wog/wvFSkT/Bp/6DOxCtLRTDj7lm9on9suF/WaCGNVHbkfL6",
        "{CLEARTEXT}secret",
        "md4$salt$00",
        "5f4dcc3b5aa765d61d8327deb882cf99",
    ] {
        let read = ImportedHash::read(text, &Bounds::WIDE);
        assert_eq!(read.err(), Some(BadHash::Unknown), "{text}");
    }
    for text in [
        "$2b$03$CtA.Rcu/szzn9U00wpUjOuN3vrgJRZycv4aOzcP3GzqzO8UDPEFq6",
        "$2b$+9$CtA.Rcu/szzn9U00wpUjOuN3vrgJRZycv4aOzcP3GzqzO8UDPEFq6",
        "$2b$10$CtA.Rcu/szzn9U00wpUjOuN3vrgJRZycv4aOzcP3GzqzO8UDPEFq",
        "$2b$10$CtA.Rcu/szzn9U00wpUjOuN3vrgJRZycv4aOzcP3GzqzO8UDPEFq6a",
        "$argon2id$v=18$m=32,t=2,p=4$cm94YnRVOW5jZzFzcVE4bQ$MNzk5BtR2vUhrp6qQEjRNw",
        "$argon2id$v=19$m=32,t=2,p=5$cm94YnRVOW5jZzFzcVE4bQ$MNzk5BtR2vUhrp6qQEjRNw",
        "$argon2id$v=19$m=32,t=0,p=4$cm94YnRVOW5jZzFzcVE4bQ$MNzk5BtR2vUhrp6qQEjRNw",
        "$argon2id$v=19$m=32,m=64,t=2,p=4$cm94YnRVOW5jZzFzcVE4bQ$MNzk5BtR2vUhrp6qQEjRNw",
        "$argon2id$v=19$m=32,t=2,p=4$c2hvcnQ$MNzk5BtR2vUhrp6qQEjRNw",
        "$argon2id$v=19$m=32,t=2,p=4$cm94YnRVOW5jZzFzcVE4bQ$",
        "$argon2id$v=19$m=32,t=2,p=4$cm94YnRVOW5jZzFzcVE4bQ$MNzk5BtR2vUhrp6qQEjRNw$more",
        "$scrypt$ln=16383,r=8,p=1$c2FsdHNhbHQ$MiCzNcIplSMqSBrm4HckjYqYhaVPPjTARTzwB1cVNYE",
        "$scrypt$ln=14,r=0,p=1$c2FsdHNhbHQ$MiCzNcIplSMqSBrm4HckjYqYhaVPPjTARTzwB1cVNYE",
        "$pbkdf2-sha256$0$1XZlmwLQ2hhM3JYuCPiArQ$Pfheg9Zi/v5lXU4yyLA0WFUYEd/rlaVbzrM9oMD6IrA",
        "$pbkdf2-sha256$-1$1XZlmwLQ2hhM3JYuCPiArQ$Pfheg9Zi/v5lXU4yyLA0WFUYEd/rlaVbzrM9oMD6IrA",
        "$pbkdf2-sha256$1000$1XZlmwLQ2hhM3JYuCPiArQ$AAAA",
        "$pbkdf2-sha256$i=1000,l=64$1XZlmwLQ2hhM3JYuCPiArQ$Pfheg9Zi/v5lXU4yyLA0WFUYEd/rlaVbzrM9oMD6IrA",
        "$pbkdf2-md5$1000$1XZlmwLQ2hhM3JYuCPiArQ$Pfheg9Zi/v5lXU4yyLA0WFUYEd/rlaVbzrM9oMD6IrA",
        "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L",
        "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.Lz",
        "$P$zIQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0",
        "{SSHA}JFZFs0oHzxbMwkSJmYVeI8MnTDw=",
        "{SHA}JFZFs0oHzxbMwkSJmYVeI8MnTDy/276a",
        "$sha256$pf=e1NBTFR9$c2FsdA==$E2Ab2k6njlWge5iGbSvmvgdE44ZvE8AMgRyrYIoo8yI=",
    ] {
        let read = ImportedHash::read(text, &Bounds::WIDE);
        assert_eq!(read.err(), Some(BadHash::Malformed), "{text}");
    }
    let long = format!("$2b${}", "1".repeat(5_000));
    assert_eq!(
        ImportedHash::read(&long, &Bounds::WIDE).err(),
        Some(BadHash::Malformed)
    );
}

#[test]
fn a_text_that_is_cut_anywhere_is_refused_or_has_one_stored_form() {
    for (_, _, text) in VECTORS {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            if let Ok(read) = ImportedHash::read(&text[..end], &Bounds::WIDE) {
                let stored = read.to_bytes().into_text().unwrap();
                let again = ImportedHash::read(stored.expose(), &Bounds::WIDE).unwrap();
                assert!(again.to_bytes().matches(stored.expose().as_bytes()));
            }
        }
    }
}

#[test]
fn memory_is_known_before_it_is_taken_and_a_hash_is_never_printed() {
    let read = |text| ImportedHash::read(text, &Bounds::WIDE).unwrap();
    let argon2 = read(VECTORS[0].2);
    assert_eq!(argon2.memory(), 32 * 1024);
    assert_eq!(read(VECTORS[2].2).memory(), 128 * 8 * (16_384 + 2));
    assert_eq!(read(VECTORS[6].2).memory(), 0);
    assert_eq!(format!("{argon2:?}"), "ImportedHash(argon2, ..)");
}
