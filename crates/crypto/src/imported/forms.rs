//! The one form of each kind of hash in which it is stored: PHC strings where there is one.

use super::{Argon2Variant, Before, Kind, Sha};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The alphabet of phpass: the digits of a number from the low bits on.
pub(super) const ITOA64: &[u8; 64] =
    b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

pub(super) fn write(kind: &Kind) -> String {
    match kind {
        Kind::Bcrypt { before, text } => match before {
            Before::Nothing => text.clone(),
            Before::Sha256Hex => format!("bcrypt_sha256${text}"),
            Before::WordPress => format!("$wp{text}"),
        },
        Kind::Argon2 {
            variant,
            newer,
            memory_kib,
            passes,
            lanes,
            salt,
            hash,
        } => {
            let variant = match variant {
                Argon2Variant::D => "argon2d",
                Argon2Variant::I => "argon2i",
                Argon2Variant::Id => "argon2id",
            };
            let version = if *newer { 19 } else { 16 };
            let (salt, hash) = (base64(salt), base64(hash));
            format!("${variant}$v={version}$m={memory_kib},t={passes},p={lanes}${salt}${hash}")
        }
        Kind::Scrypt { cost, salt, hash } => {
            let (salt, hash) = (base64(salt), base64(hash));
            let (ln, r, p) = (cost.log_n, cost.r, cost.p);
            format!("$scrypt$ln={ln},r={r},p={p}${salt}${hash}")
        }
        Kind::FirebaseScrypt {
            cost,
            salt,
            separator,
            signer_key,
            hash,
        } => {
            let (n, r, p) = (cost.log_n, cost.r, cost.p);
            let (ss, sk) = (base64(separator), base64(signer_key));
            let (salt, hash) = (base64(salt), base64(hash));
            format!("$fbscrypt$v=1,n={n},r={r},p={p},ss={ss},sk={sk}${salt}${hash}")
        }
        Kind::Pbkdf2 {
            sha,
            rounds,
            salt,
            hash,
        } => {
            let sha = sha.name();
            let length = hash.len();
            let (salt, hash) = (base64(salt), base64(hash));
            format!("$pbkdf2-{sha}$i={rounds},l={length}${salt}${hash}")
        }
        Kind::Phpass {
            log_rounds,
            salt,
            hash,
        } => {
            let mut out = String::from("$P$");
            out.push(char::from(digit(usize::from(*log_rounds))));
            out.extend(salt.iter().copied().map(char::from));
            for group in hash.chunks(3) {
                let number = group
                    .iter()
                    .rev()
                    .fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
                for position in 0..=group.len() {
                    out.push(char::from(digit(number >> (6 * position))));
                }
            }
            out
        }
        Kind::Digest {
            sha,
            before,
            after,
            hash,
        } => {
            let sha = sha.name();
            let (before, after, hash) = (base64(before), base64(after), base64(hash));
            format!("$digest-{sha}${before}${after}${hash}")
        }
    }
}

impl Sha {
    /// As PHC strings write it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// The digest of this name, in lower case and without a dash.
    pub(super) fn named(name: &str) -> Option<Self> {
        let all = [
            Self::Md5,
            Self::Sha1,
            Self::Sha256,
            Self::Sha384,
            Self::Sha512,
        ];
        all.into_iter().find(|sha| sha.name() == name)
    }

    /// The bytes of its output.
    pub(super) const fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

/// The digit for the low six bits.
fn digit(number: usize) -> u8 {
    ITOA64.get(number & 63).copied().unwrap_or(b'.')
}
