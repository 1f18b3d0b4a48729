//! Computing a hash anew from a password, by libraries, and comparing in constant time.

use super::scrypt;
use super::{Argon2Variant, Before, Kind, ScryptCost, Sha};
use crate::secret::{Secret, SecretBytes, ct_eq};
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::cipher::{AES_256, DecryptingKey, DecryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::{digest, hmac, pbkdf2};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use std::num::NonZeroU32;

pub(super) fn matches(kind: &Kind, password: &str) -> bool {
    match kind {
        Kind::Bcrypt { before, text } => {
            let hashed = before_bcrypt(*before, password);
            // Like the originals it looks at the first 72 bytes.
            bcrypt::verify(hashed.expose(), text).unwrap_or(false)
        }
        Kind::Argon2 {
            variant,
            newer,
            memory_kib,
            passes,
            lanes,
            salt,
            hash,
        } => {
            let Ok(params) = Params::new(*memory_kib, *passes, *lanes, Some(hash.len())) else {
                return false;
            };
            let algorithm = match variant {
                Argon2Variant::D => Algorithm::Argon2d,
                Argon2Variant::I => Algorithm::Argon2i,
                Argon2Variant::Id => Algorithm::Argon2id,
            };
            let version = if *newer {
                Version::V0x13
            } else {
                Version::V0x10
            };
            let mut out = Secret::new(vec![0; hash.len()]);
            Argon2::new(algorithm, version, params)
                .hash_password_into(password.as_bytes(), salt, out.expose_mut())
                .is_ok()
                && out.matches(hash)
        }
        Kind::Scrypt { cost, salt, hash } => run_scrypt(*cost, password, salt, hash.len())
            .is_some_and(|computed| computed.matches(hash)),
        Kind::FirebaseScrypt {
            cost,
            salt,
            separator,
            signer_key,
            hash,
        } => {
            let salt = [salt.as_slice(), separator].concat();
            run_scrypt(*cost, password, &salt, 32)
                .and_then(|key| encrypted(&key, signer_key))
                .is_some_and(|computed| computed.matches(hash))
        }
        Kind::Pbkdf2 {
            sha,
            rounds,
            salt,
            hash,
        } => {
            let algorithm = match sha {
                Sha::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
                Sha::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
                Sha::Sha384 => pbkdf2::PBKDF2_HMAC_SHA384,
                Sha::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
                Sha::Md5 => return false,
            };
            NonZeroU32::new(*rounds).is_some_and(|rounds| {
                pbkdf2::verify(algorithm, rounds, salt, password.as_bytes(), hash).is_ok()
            })
        }
        Kind::Phpass {
            log_rounds,
            salt,
            hash,
        } => {
            let mut state = md5_of(&[salt, password.as_bytes()]);
            for _ in 0..1_u64.checked_shl(u32::from(*log_rounds)).unwrap_or(0) {
                state = md5_of(&[&state, password.as_bytes()]);
            }
            ct_eq(&state, hash)
        }
        Kind::Digest {
            sha,
            before,
            after,
            hash,
        } => {
            let parts = [before.as_slice(), password.as_bytes(), after];
            let computed = match sha {
                Sha::Md5 => return ct_eq(&md5_of(&parts), hash),
                Sha::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
                Sha::Sha256 => &digest::SHA256,
                Sha::Sha384 => &digest::SHA384,
                Sha::Sha512 => &digest::SHA512,
            };
            let mut context = digest::Context::new(computed);
            for part in parts {
                context.update(part);
            }
            ct_eq(context.finish().as_ref(), hash)
        }
    }
}

/// The text that bcrypt hashes.
fn before_bcrypt(before: Before, password: &str) -> SecretBytes {
    let text = match before {
        Before::Nothing => password.to_owned(),
        Before::Sha256Hex => crate::hash::sha256_hex(password.as_bytes()),
        Before::WordPress => {
            let key = hmac::Key::new(hmac::HMAC_SHA384, b"wp-sha384");
            // What PHP's trim() takes away.
            let trimmed = password.trim_matches([' ', '\t', '\n', '\r', '\0', '\x0b']);
            STANDARD.encode(hmac::sign(&key, trimmed.as_bytes()))
        }
    };
    Secret::new(text.into_bytes())
}

fn run_scrypt(cost: ScryptCost, password: &str, salt: &[u8], length: usize) -> Option<SecretBytes> {
    let n = 1_u64.checked_shl(u32::from(cost.log_n))?;
    scrypt::derive(
        password.as_bytes(),
        salt,
        n,
        cost.r,
        cost.p,
        cost.memory(),
        length,
    )
}

/// AES-256 in counter mode with an IV of zeros. Counter mode is its own inverse, and the library's other side chooses the IV.
fn encrypted(key: &SecretBytes, plain: &[u8]) -> Option<SecretBytes> {
    let key = UnboundCipherKey::new(&AES_256, key.expose()).ok()?;
    let context = DecryptionContext::Iv128(FixedLength::from([0; 16]));
    let mut out = plain.to_vec();
    DecryptingKey::ctr(key)
        .ok()?
        .decrypt(&mut out, context)
        .ok()?;
    Some(Secret::new(out))
}

fn md5_of(parts: &[&[u8]]) -> [u8; 16] {
    let mut context = Md5::new();
    for part in parts {
        context.update(part);
    }
    context.finalize().into()
}
