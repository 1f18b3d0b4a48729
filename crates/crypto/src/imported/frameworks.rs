//! The hashes of frameworks and directories: phpass, LDAP, Django, ASP.NET Identity.

use super::forms::ITOA64;
use super::parts::{Read, bytes, decimal, log2, parts};
use super::{BadHash, Before, Kind, ScryptCost, Sha};

/// phpass: a digit for the logarithm of the rounds, 8 characters of salt, 22 of the digest.
pub(super) fn phpass(rest: &str) -> Read<Kind> {
    let (log_rounds, rest) = rest.as_bytes().split_first().ok_or(BadHash::Malformed)?;
    let (salt, rest) = rest.split_first_chunk::<8>().ok_or(BadHash::Malformed)?;
    if rest.len() != 22 || !salt.is_ascii() {
        return Err(BadHash::Malformed);
    }
    let mut hash = Vec::with_capacity(18);
    for group in rest.chunks(4) {
        let mut number = 0_u32;
        for (position, digit) in (0_u32..).zip(group) {
            number |= u32::from(value(*digit)?) << (6 * position);
        }
        let wanted = group.len().saturating_sub(1);
        hash.extend(number.to_le_bytes().into_iter().take(wanted));
        // Bits that no byte takes are zero, so that a hash has one form.
        if u64::from(number) >> (8 * wanted) != 0 {
            return Err(BadHash::Malformed);
        }
    }
    let hash = <[u8; 16]>::try_from(hash.as_slice()).map_err(|_| BadHash::Malformed)?;
    let (log_rounds, salt) = (value(*log_rounds)?, *salt);
    Ok(Kind::Phpass {
        log_rounds,
        salt,
        hash,
    })
}

/// `{SSHA}`, `{SHA256}` and their like (RFC 2307 and what directories made of it): digest, then salt.
pub(super) fn ldap(text: &str) -> Read<Kind> {
    let (scheme, rest) = text
        .get(1..)
        .and_then(|t| t.split_once('}'))
        .ok_or(BadHash::Unknown)?;
    let scheme = scheme.to_ascii_uppercase();
    let (name, salted) = match scheme.strip_prefix('S') {
        Some(name) if name.starts_with("SHA") || name == "MD5" => (name, true),
        _ if scheme == "SMD5" => ("MD5", true),
        _ => (scheme.as_str(), false),
    };
    let sha = match name {
        "MD5" => Sha::Md5,
        "SHA" | "SHA1" => Sha::Sha1,
        "SHA256" | "SHA-256" => Sha::Sha256,
        "SHA384" | "SHA-384" => Sha::Sha384,
        "SHA512" | "SHA-512" => Sha::Sha512,
        _ => return Err(BadHash::Unknown),
    };
    let decoded = bytes(rest)?;
    let (hash, salt) = decoded
        .split_at_checked(sha.length())
        .ok_or(BadHash::Malformed)?;
    if salt.is_empty() == salted {
        return Err(BadHash::Malformed);
    }
    let (before, after, hash) = (Vec::new(), salt.to_vec(), hash.to_vec());
    Ok(Kind::Digest {
        sha,
        before,
        after,
        hash,
    })
}

/// Django, where the salt is the text itself.
pub(super) fn django(name: &str, rest: &str) -> Read<Kind> {
    match name {
        "pbkdf2_sha256" | "pbkdf2_sha1" => {
            let sha = if name == "pbkdf2_sha1" {
                Sha::Sha1
            } else {
                Sha::Sha256
            };
            let [rounds, salt, hash] = parts(rest)?;
            let (rounds, salt, hash) = (decimal(rounds)?, salt.as_bytes().to_vec(), bytes(hash)?);
            Ok(Kind::Pbkdf2 {
                sha,
                rounds,
                salt,
                hash,
            })
        }
        "scrypt" => {
            let [n, salt, r, p, hash] = parts(rest)?;
            let log_n = log2(decimal(n)?)?;
            let (r, p) = (decimal(r)?, decimal(p)?);
            let cost = ScryptCost { log_n, r, p };
            let (salt, hash) = (salt.as_bytes().to_vec(), bytes(hash)?);
            Ok(Kind::Scrypt { cost, salt, hash })
        }
        "bcrypt" => Ok(Kind::bcrypt(rest, Before::Nothing)),
        "bcrypt_sha256" => Ok(Kind::bcrypt(rest, Before::Sha256Hex)),
        "sha1" | "md5" => {
            let sha = if name == "md5" { Sha::Md5 } else { Sha::Sha1 };
            let [salt, hash] = parts(rest)?;
            let hash = hex::decode(hash).map_err(|_| BadHash::Malformed)?;
            let (before, after) = (salt.as_bytes().to_vec(), Vec::new());
            Ok(Kind::Digest {
                sha,
                before,
                after,
                hash,
            })
        }
        // The service's own form in a CSV: N$r$p$salt$hash in hexadecimal (moving.md 1.6).
        _ if name.bytes().all(|byte| byte.is_ascii_digit()) => {
            let [r, p, salt, hash] = parts(rest)?;
            let hex = |text: &str| hex::decode(text).map_err(|_| BadHash::Malformed);
            let log_n = log2(decimal(name)?)?;
            let (r, p) = (decimal(r)?, decimal(p)?);
            let cost = ScryptCost { log_n, r, p };
            let (salt, hash) = (hex(salt)?, hex(hash)?);
            Ok(Kind::Scrypt { cost, salt, hash })
        }
        _ => Err(BadHash::Unknown),
    }
}

/// ASP.NET Identity, versions 2 (0x00) and 3 (0x01), in base64.
pub(super) fn asp_net(text: &str) -> Read<Kind> {
    let decoded = bytes(text).map_err(|_| BadHash::Unknown)?;
    let (version, rest) = decoded.split_first().ok_or(BadHash::Unknown)?;
    match version {
        0 => {
            let (salt, hash) = rest.split_at_checked(16).ok_or(BadHash::Malformed)?;
            if hash.len() != 32 {
                return Err(BadHash::Unknown);
            }
            let (sha, rounds) = (Sha::Sha1, 1_000);
            let (salt, hash) = (salt.to_vec(), hash.to_vec());
            Ok(Kind::Pbkdf2 {
                sha,
                rounds,
                salt,
                hash,
            })
        }
        1 => {
            let (sha, rest) = big_endian(rest)?;
            let (rounds, rest) = big_endian(rest)?;
            let (length, rest) = big_endian(rest)?;
            let sha = match sha {
                0 => Sha::Sha1,
                1 => Sha::Sha256,
                2 => Sha::Sha512,
                _ => return Err(BadHash::Malformed),
            };
            let length = usize::try_from(length).map_err(|_| BadHash::Malformed)?;
            let (salt, hash) = rest.split_at_checked(length).ok_or(BadHash::Malformed)?;
            let (salt, hash) = (salt.to_vec(), hash.to_vec());
            Ok(Kind::Pbkdf2 {
                sha,
                rounds,
                salt,
                hash,
            })
        }
        _ => Err(BadHash::Unknown),
    }
}

fn big_endian(bytes: &[u8]) -> Read<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>().ok_or(BadHash::Malformed)?;
    Ok((u32::from_be_bytes(*number), rest))
}

/// The value of a digit of phpass.
fn value(digit: u8) -> Read<u8> {
    let at = ITOA64.iter().position(|known| *known == digit);
    at.and_then(|at| u8::try_from(at).ok())
        .ok_or(BadHash::Malformed)
}
