//! SHA-256 and what is built on it.

use crate::failure::sure;
use crate::secret::Secret;
use aws_lc_rs::{digest, hkdf, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// SHA-256 of what comes piece by piece.
#[derive(Clone)]
pub struct Sha256(digest::Context);

impl Default for Sha256 {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }
}

impl Sha256 {
    /// Adds a piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// Returns the hash of all pieces in lower-case hexadecimal.
    #[must_use]
    pub fn finish_hex(self) -> String {
        hex_text(self.0.finish().as_ref())
    }
}

/// Returns bytes in lower-case hexadecimal, at once and not a character at a time as `hex::encode` does.
#[must_use]
pub fn hex_text(bytes: &[u8]) -> String {
    let mut text = vec![0; 2 * bytes.len()];
    match hex::encode_to_slice(bytes, &mut text) {
        Ok(()) => String::from_utf8(text).unwrap_or_default(),
        Err(_) => hex::encode(bytes),
    }
}

/// SHA-256 of `data`.
#[must_use]
pub fn sha256(data: &[u8]) -> [u8; 32] {
    first_32(digest::digest(&digest::SHA256, data).as_ref())
}

/// SHA-256 of the parts, one after the other, without joining them in memory first.
#[must_use]
pub fn sha256_of(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    first_32(context.finish().as_ref())
}

/// SHA-256 of `data` in lower-case hexadecimal.
#[must_use]
pub fn sha256_hex(data: &[u8]) -> String {
    hex_text(&sha256(data))
}

/// SHA-1 of `data`, in which published lists of passwords are kept. It keeps nothing secret.
#[must_use]
pub fn sha1(data: &[u8]) -> [u8; 20] {
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, data);
    let mut first = [0; 20];
    for (to, from) in first.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    first
}

/// The UUID of version 5 of a name in a namespace (RFC 9562 section 5.5). It keeps nothing secret.
#[must_use]
pub fn uuid_v5(namespace: [u8; 16], name: &[u8]) -> String {
    let mut context = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    context.update(&namespace);
    context.update(name);
    let digest = context.finish();
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = *version & 0x0f | 0x50;
    *variant = *variant & 0x3f | 0x80;
    let text = hex_text(&bytes);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-")
}

/// HMAC-SHA256 (RFC 2104) of `data`.
#[must_use]
pub fn hmac_sha256(key: &[u8], data: &[u8]) -> [u8; 32] {
    first_32(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data).as_ref())
}

/// HMAC-SHA256 of the parts, one after the other.
#[must_use]
pub fn hmac_sha256_of(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    first_32(context.sign().as_ref())
}

/// True if `tag` is the HMAC-SHA256 of `data`, in constant time.
#[must_use]
pub fn verify_hmac_sha256(key: &[u8], data: &[u8], tag: &[u8]) -> bool {
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), data, tag).is_ok()
}

/// Fills `out`, at most 8,160 bytes, by HKDF-SHA256 (RFC 5869).
pub fn hkdf_sha256(ikm: &[u8], salt: &[u8], info: &[u8], out: &mut [u8]) {
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(ikm);
    expand(&prk, &[info], out);
}

/// Does the second half of HKDF, for a key that is extracted once and expanded often.
pub(crate) fn expand(prk: &hkdf::Prk, info: &[&[u8]], out: &mut [u8]) {
    let okm = sure(prk.expand(info, Length(out.len())), "HKDF");
    sure(okm.fill(out), "HKDF");
}

/// `SECRET_HASH` of a client with a secret: the base64 HMAC of the user name as the caller sent
/// it followed by the client id (auth.md 2.8).
#[must_use]
pub fn secret_hash(client_secret: &str, username: &str, client_id: &str) -> String {
    let parts = [username.as_bytes(), client_id.as_bytes()];
    STANDARD.encode(hmac_sha256_of(client_secret.as_bytes(), &parts))
}

/// Returns the signing key of AWS Signature Version 4 for a date (`YYYYMMDD`), region and service.
#[must_use]
pub fn sigv4_key(secret_key: &str, date: &str, region: &str, service: &str) -> Secret<[u8; 32]> {
    let first = Secret::new([b"AWS4", secret_key.as_bytes()].concat());
    let mut key = Secret::new(hmac_sha256(first.expose(), date.as_bytes()));
    for part in [region, service, "aws4_request"] {
        key = Secret::new(hmac_sha256(key.expose(), part.as_bytes()));
    }
    key
}

/// The number of bytes that HKDF should return.
struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Returns a SHA-256 output as an array; the library types it as a slice.
fn first_32(bytes: &[u8]) -> [u8; 32] {
    sure(bytes.try_into(), "SHA-256 length")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unhex(text: &str) -> Vec<u8> {
        hex::decode(text).unwrap()
    }

    #[test]
    fn sha256_gives_the_published_values() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex(b"abc"), abc);
        assert_eq!(hex::encode(sha256_of(&[b"a", b"", b"bc"])), abc);
        assert_eq!(
            sha256_hex(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn uuids_of_version_5_are_those_of_rfc_9562() {
        // Appendix A.4, in the namespace of domains.
        let domains = unhex("6ba7b8109dad11d180b400c04fd430c8");
        assert_eq!(
            uuid_v5(domains.try_into().unwrap(), b"www.example.com"),
            "2ed6657d-e927-568b-95e1-2665a8aea6a2"
        );
    }

    #[test]
    fn hmac_gives_the_values_of_rfc_4231() {
        let cases = [
            (vec![0x0b; 20], b"Hi There".to_vec(), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (b"Jefe".to_vec(), b"what do ya want for nothing?".to_vec(), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (vec![0xaa; 20], vec![0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            ((1..=25).collect(), vec![0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
            (vec![0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
            (vec![0xaa; 131], b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.".to_vec(), "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
        ];
        for (key, data, expected) in cases {
            let tag = hmac_sha256(&key, &data);
            assert_eq!(hex::encode(tag), expected);
            assert_eq!(hmac_sha256_of(&key, &[&data[..3], &data[3..]]), tag);
            assert!(verify_hmac_sha256(&key, &data, &tag));
        }
    }

    #[test]
    fn hmac_refuses_every_altered_or_shortened_tag() {
        let tag = hmac_sha256(b"key", b"data");
        for position in 0..32 {
            let mut wrong = tag;
            wrong[position] ^= 1;
            assert!(!verify_hmac_sha256(b"key", b"data", &wrong));
            assert!(!verify_hmac_sha256(b"key", b"data", &tag[..position]));
        }
        assert!(!verify_hmac_sha256(b"kez", b"data", &tag));
        assert!(!verify_hmac_sha256(b"key", b"date", &tag));
    }

    #[test]
    fn hkdf_gives_the_values_of_rfc_5869() {
        let mut out = [0; 42];
        hkdf_sha256(
            &[0x0b; 22],
            &unhex("000102030405060708090a0b0c"),
            &unhex("f0f1f2f3f4f5f6f7f8f9"),
            &mut out,
        );
        assert_eq!(
            hex::encode(out),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        );
        hkdf_sha256(&[0x0b; 22], b"", b"", &mut out);
        assert_eq!(
            hex::encode(out),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        );
        let range = |from: u8, to: u8| (from..=to).collect::<Vec<u8>>();
        let mut long = [0; 82];
        hkdf_sha256(
            &range(0, 0x4f),
            &range(0x60, 0xaf),
            &range(0xb0, 0xff),
            &mut long,
        );
        assert_eq!(
            hex::encode(long),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
        );
    }

    #[test]
    fn secret_hash_gives_the_value_of_the_specification() {
        let hash = secret_hash("clientsecret0123456789", "jane", "1example23456789");
        assert_eq!(hash, "JukOIyb6lylGuGYTLcAc7jLQ7xUue8VhsYp2Img97hM=");
    }

    #[test]
    fn the_signing_key_is_the_one_of_the_aws_documentation() {
        let key = sigv4_key(
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "20120215",
            "us-east-1",
            "iam",
        );
        assert_eq!(
            hex::encode(key.expose()),
            "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d"
        );
    }
}
