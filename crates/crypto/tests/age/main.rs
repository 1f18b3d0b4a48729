//! The age format against its published vectors (<https://c2sp.org/CCTV/age>), which are in `vectors/` unchanged, and
//! against itself. Those of armour and of recipients that are not understood are left out.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use cognate_crypto::age::{self, AgeError, Identity, Recipient};
use cognate_crypto::hash::sha256_hex;

/// One vector: what is expected of whom, and the file.
struct Vector {
    name: String,
    expect: String,
    payload: String,
    identities: Vec<Identity>,
    passphrase: bool,
    file: Vec<u8>,
}

fn vectors() -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/age/vectors");
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
            let head = std::str::from_utf8(&bytes[..end]).unwrap();
            let lines = |name: &str| -> Vec<String> {
                head.lines()
                    .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                    .map(str::to_owned)
                    .collect()
            };
            let file = bytes[end + 2..].to_vec();
            let file = match lines("compressed").first().map(String::as_str) {
                None => file,
                Some("zlib") => miniz_oxide::inflate::decompress_to_vec_zlib(&file).unwrap(),
                Some(other) => panic!("{other}"),
            };
            let identities = lines("identity");
            Vector {
                name: path.file_name().unwrap().to_string_lossy().into_owned(),
                expect: lines("expect").remove(0),
                payload: lines("payload").pop().unwrap_or_default(),
                identities: identities
                    .iter()
                    .map(|text| Identity::parse(text).unwrap())
                    .collect(),
                passphrase: !lines("passphrase").is_empty(),
                file,
            }
        })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// Opens a file and reads it to its end.
fn read(identities: &[Identity], file: &[u8]) -> Result<Vec<u8>, String> {
    let opened = age::open(identities, file).map_err(|error| match error {
        AgeError::Header => "header failure".to_owned(),
        AgeError::NoMatch => "no match".to_owned(),
        AgeError::Mac => "HMAC failure".to_owned(),
        AgeError::Io(error) => panic!("{error}"),
    });
    let mut opened = opened?;
    let mut plain = Vec::new();
    let read = opened.read_to_end(&mut plain);
    if read.is_err() {
        assert!(
            opened.read(&mut [0; 8]).is_err(),
            "a failure is one for good"
        );
    }
    read.map_err(|_| "payload failure".to_owned())?;
    Ok(plain)
}

#[test]
fn the_published_vectors_are_read_as_they_say() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 68);
    for vector in vectors {
        let expected = match (vector.passphrase, vector.expect.as_str()) {
            // Passphrases are not understood.
            (true, _) => "no match",
            (false, expected) => expected,
        };
        match read(&vector.identities, &vector.file) {
            Ok(plain) => {
                assert_eq!("success", expected, "{}", vector.name);
                assert_eq!(sha256_hex(&plain), vector.payload, "{}", vector.name);
            }
            Err(error) => {
                // A file without the nonce of its payload ends too early: there it does not matter which error it is.
                let short = vector.name.ends_with("nonce") && error == "header failure";
                assert!(error == expected || short, "{}: {error}", vector.name);
            }
        }
    }
}

fn sealed(recipients: &[Recipient], plain: &[u8]) -> Vec<u8> {
    let mut sealing = age::seal(recipients, Vec::new()).unwrap();
    sealing.write_all(plain).unwrap();
    sealing.finish().unwrap()
}

#[test]
fn every_recipient_and_nobody_else_reads_a_file_of_any_length() {
    let [first, second, other] = [(); 3].map(|()| Identity::generate());
    let recipients = [first.recipient(), second.recipient()];
    let chunk = 64 * 1024;
    for length in [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk + 7] {
        let plain: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
        let file = sealed(&recipients, &plain);
        let both = [first.to_text(), second.to_text()];
        for text in both {
            let identity = Identity::parse(text.expose()).unwrap();
            assert_eq!(read(&[identity], &file).unwrap(), plain, "{length}");
        }
        let refused = read(std::slice::from_ref(&other), &file);
        assert_eq!(refused.unwrap_err(), "no match", "{length}");
    }
}

#[test]
fn one_flipped_bit_anywhere_and_every_cut_is_found() {
    let identity = Identity::generate();
    let plain = b"user pools".repeat(20);
    let file = sealed(&[identity.recipient()], &plain);
    let own = std::slice::from_ref(&identity);
    assert_eq!(read(own, &file).unwrap(), plain);
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut changed = file.clone();
            changed[at] ^= 1 << bit;
            assert!(read(own, &changed).is_err(), "bit {bit} of byte {at}");
        }
        assert!(read(own, &file[..at]).is_err(), "cut at {at}");
    }
    let more = [file.as_slice(), b"x"].concat();
    assert!(read(own, &more).is_err());
}

#[test]
fn a_file_that_was_not_finished_is_no_file() {
    let identity = Identity::generate();
    for length in [0, 10, 64 * 1024, 200_000] {
        let mut out = Vec::new();
        let mut sealing = age::seal(&[identity.recipient()], &mut out).unwrap();
        sealing.write_all(&vec![7; length]).unwrap();
        drop(sealing);
        assert!(
            read(std::slice::from_ref(&identity), &out).is_err(),
            "{length}"
        );
    }
}

#[test]
fn nobody_is_no_recipient() {
    assert!(age::seal(&[], Vec::new()).is_err());
    // A point of low order.
    let zero = Recipient::parse("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z");
    assert!(age::seal(&[zero.unwrap()], Vec::new()).is_err());
}

#[test]
fn keys_are_read_in_their_one_spelling() {
    let identity = Identity::generate();
    let (secret, public) = (identity.to_text(), identity.recipient().to_string());
    let secret = secret.expose();
    assert!(
        secret.starts_with("AGE-SECRET-KEY-1") && secret.len() == 74,
        "{}",
        secret.len()
    );
    assert!(public.starts_with("age1") && public.len() == 62, "{public}");
    assert!(Recipient::parse(&public).unwrap() == identity.recipient());
    assert!(Identity::parse(secret).unwrap().recipient() == identity.recipient());
    assert_eq!(format!("{identity:?}"), format!("Identity(of {public})"));
    for bad in [
        "",
        "age1",
        &public.to_uppercase(),
        &public[..61],
        &format!("{public}q"),
        secret,
        &public.replacen("age1", "age2", 1),
    ] {
        assert!(Recipient::parse(bad).is_err(), "{bad}");
    }
    for bad in ["", &secret.to_lowercase(), &public, &secret[..73]] {
        assert!(Identity::parse(bad).is_err());
    }
}
