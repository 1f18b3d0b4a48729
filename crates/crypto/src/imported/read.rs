//! Reading the texts in which systems keep password hashes. Nothing is computed here.

use super::forms::ITOA64;
use super::{Argon2Variant, BadHash, Before, Kind, ScryptCost, Sha};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The longest text that is read.
const LONGEST: usize = 4_096;
/// The longest salt, output or key.
const LONGEST_PART: usize = 1_024;
/// The shortest output that is compared: a guess must not match by chance.
const SHORTEST_HASH: usize = 10;

/// With and without padding, in the standard alphabet.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

type Read<T> = Result<T, BadHash>;

/// Reads any form that names itself.
pub(super) fn any(text: &str) -> Read<Kind> {
    if text.len() > LONGEST {
        return Err(BadHash::Malformed);
    }
    let kind = if let Some(rest) = text.strip_prefix('$') {
        dollar(text, rest)
    } else if text.starts_with('{') {
        ldap(text)
    } else if let Some((name, rest)) = text.split_once('$') {
        django(name, rest)
    } else {
        asp_net(text)
    }?;
    sound(kind)
}

/// Refuses what no algorithm takes, so that a stored hash can be verified without an error.
pub(super) fn sound(kind: Kind) -> Read<Kind> {
    let good = match &kind {
        Kind::Bcrypt { text, .. } => bcrypt_text(text),
        Kind::Argon2 {
            memory_kib,
            passes,
            lanes,
            salt,
            hash,
            ..
        } => {
            part(hash)
                && (8..=LONGEST_PART).contains(&salt.len())
                && *passes >= 1
                && *lanes >= 1
                && u64::from(*memory_kib) >= 8 * u64::from(*lanes)
        }
        Kind::Scrypt { cost, salt, hash } => {
            part(hash) && salt.len() <= LONGEST_PART && scrypt_cost(*cost)
        }
        Kind::FirebaseScrypt {
            cost,
            salt,
            separator,
            signer_key,
            hash,
        } => {
            part(signer_key)
                && hash.len() == signer_key.len()
                && salt.len() <= LONGEST_PART
                && separator.len() <= LONGEST_PART
                && scrypt_cost(*cost)
        }
        Kind::Pbkdf2 {
            sha,
            rounds,
            salt,
            hash,
        } => part(hash) && salt.len() <= LONGEST_PART && *rounds >= 1 && *sha != Sha::Md5,
        Kind::Phpass { log_rounds, .. } => (7..=24).contains(log_rounds),
        Kind::Digest {
            sha,
            before,
            after,
            hash,
        } => {
            hash.len() == sha.length()
                && before.len() <= LONGEST_PART
                && after.len() <= LONGEST_PART
        }
    };
    if good {
        Ok(kind)
    } else {
        Err(BadHash::Malformed)
    }
}

fn part(bytes: &[u8]) -> bool {
    (SHORTEST_HASH..=LONGEST_PART).contains(&bytes.len())
}

/// N below 2^(128·r/8) and p·r below 2^30 (RFC 7914, 6).
fn scrypt_cost(cost: ScryptCost) -> bool {
    (1..=24).contains(&cost.log_n)
        && (1..=64).contains(&cost.r)
        && (1..=64).contains(&cost.p)
        && (cost.r > 1 || cost.log_n < 16)
}

/// Texts that begin with `$`; `rest` is what follows.
fn dollar(text: &str, rest: &str) -> Read<Kind> {
    let (name, rest) = rest.split_once('$').ok_or(BadHash::Unknown)?;
    match name {
        "2a" | "2b" | "2x" | "2y" => Ok(bcrypt(text, Before::Nothing)),
        "wp" => Ok(bcrypt(
            text.strip_prefix("$wp").unwrap_or(""),
            Before::WordPress,
        )),
        "argon2id" => argon2(Argon2Variant::Id, rest),
        "argon2i" => argon2(Argon2Variant::I, rest),
        "argon2d" => argon2(Argon2Variant::D, rest),
        "scrypt" => phc_scrypt(rest),
        "fbscrypt" => gotrue_firebase(rest),
        "firescrypt" => kratos_firebase(rest),
        "P" | "H" => phpass(rest),
        "pbkdf2" => pbkdf2(Sha::Sha1, rest),
        _ => {
            if let Some(sha) = name.strip_prefix("pbkdf2-").and_then(Sha::named) {
                pbkdf2(sha, rest)
            } else if let Some(sha) = name.strip_prefix("digest-").and_then(Sha::named) {
                let [before, after, hash] = parts(rest)?;
                let (before, after, hash) = (bytes(before)?, bytes(after)?, bytes(hash)?);
                Ok(Kind::Digest {
                    sha,
                    before,
                    after,
                    hash,
                })
            } else if let Some(sha) = Sha::named(name) {
                kratos_digest(sha, rest)
            } else {
                Err(BadHash::Unknown)
            }
        }
    }
}

fn bcrypt(text: &str, before: Before) -> Kind {
    let text = text.to_owned();
    Kind::Bcrypt { before, text }
}

/// `$2b$12$` and 53 characters of bcrypt's alphabet.
fn bcrypt_text(text: &str) -> bool {
    let byte = |at: usize| text.as_bytes().get(at).copied().unwrap_or(0);
    let cost = text.get(4..6).and_then(|cost| cost.parse::<u32>().ok());
    text.len() == 60
        && text.starts_with("$2")
        && matches!(byte(2), b'a' | b'b' | b'x' | b'y')
        && byte(3) == b'$'
        && byte(4).is_ascii_digit()
        && byte(5).is_ascii_digit()
        && cost.is_some_and(|cost| (4..=31).contains(&cost))
        && byte(6) == b'$'
        && text
            .bytes()
            .skip(7)
            .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'/')
}

/// `v=19$m=19456,t=2,p=1$salt$hash`; without `v` it is version 1.0.
fn argon2(variant: Argon2Variant, rest: &str) -> Read<Kind> {
    let (newer, rest) = match rest.split_once('$') {
        Some(("v=19", rest)) => (true, rest),
        Some(("v=16", rest)) => (false, rest),
        Some((version, _)) if version.starts_with("v=") => return Err(BadHash::Malformed),
        _ => (false, rest),
    };
    let [costs, salt, hash] = parts(rest)?;
    Ok(Kind::Argon2 {
        variant,
        newer,
        memory_kib: number(costs, "m")?,
        passes: number(costs, "t")?,
        lanes: number(costs, "p")?,
        salt: bytes(salt)?,
        hash: bytes(hash)?,
    })
}

/// PHC writes the logarithm of N, Kratos N itself under the same name. No N is below 32, and no logarithm above it.
fn phc_scrypt(rest: &str) -> Read<Kind> {
    let [costs, salt, hash] = parts(rest)?;
    let ln: u64 = number(costs, "ln")?;
    let log_n = match u8::try_from(ln) {
        Ok(log_n) if log_n <= 31 => log_n,
        _ => log2(ln)?,
    };
    let (r, p) = (number(costs, "r")?, number(costs, "p")?);
    Ok(Kind::Scrypt {
        cost: ScryptCost { log_n, r, p },
        salt: bytes(salt)?,
        hash: bytes(hash)?,
    })
}

/// GoTrue: `v=1,n=14,r=8,p=1,ss=separator,sk=signer key$salt$hash`. It is also the form that is stored.
fn gotrue_firebase(rest: &str) -> Read<Kind> {
    let [costs, salt, hash] = parts(rest)?;
    if number::<u32>(costs, "v")? != 1 {
        return Err(BadHash::Unknown);
    }
    let log_n = number(costs, "n")?;
    let (r, p) = (number(costs, "r")?, number(costs, "p")?);
    Ok(Kind::FirebaseScrypt {
        cost: ScryptCost { log_n, r, p },
        salt: bytes(salt)?,
        separator: bytes(member(costs, "ss")?)?,
        signer_key: bytes(member(costs, "sk")?)?,
        hash: bytes(hash)?,
    })
}

/// Kratos: `ln=14,r=8,p=1$salt$hash$separator$signer key`.
fn kratos_firebase(rest: &str) -> Read<Kind> {
    let [costs, salt, hash, separator, signer_key] = parts(rest)?;
    let log_n = number(costs, "ln")?;
    let (r, p) = (number(costs, "r")?, number(costs, "p")?);
    Ok(Kind::FirebaseScrypt {
        cost: ScryptCost { log_n, r, p },
        salt: bytes(salt)?,
        separator: bytes(separator)?,
        signer_key: bytes(signer_key)?,
        hash: bytes(hash)?,
    })
}

/// PHC: `i=100000,l=32$salt$hash`. passlib: `100000$salt$hash`, with `.` for `+`.
fn pbkdf2(sha: Sha, rest: &str) -> Read<Kind> {
    let [costs, salt, hash] = parts(rest)?;
    let passlib = decimal::<u32>(costs);
    let rounds = match passlib {
        Ok(rounds) => rounds,
        Err(_) => number(costs, "i")?,
    };
    let hash = bytes(&hash.replace('.', "+"))?;
    if passlib.is_err() && member(costs, "l").is_ok() && number::<usize>(costs, "l")? != hash.len()
    {
        return Err(BadHash::Malformed);
    }
    let salt = bytes(&salt.replace('.', "+"))?;
    Ok(Kind::Pbkdf2 {
        sha,
        rounds,
        salt,
        hash,
    })
}

/// Kratos: `pf=base64 of {SALT}{PASSWORD}$salt$hash`, or without a salt `pf=…$hash`.
fn kratos_digest(sha: Sha, rest: &str) -> Read<Kind> {
    let [template, salt, hash] = parts(rest)?;
    let template = bytes(template.strip_prefix("pf=").ok_or(BadHash::Malformed)?)?;
    let template = String::from_utf8(template).map_err(|_| BadHash::Malformed)?;
    let (before, after) = template
        .split_once("{PASSWORD}")
        .ok_or(BadHash::Malformed)?;
    if after.contains("{PASSWORD}") {
        return Err(BadHash::Malformed);
    }
    let salt = bytes(salt)?;
    let filled = |text: &str| {
        let pieces: Vec<&[u8]> = text.split("{SALT}").map(str::as_bytes).collect();
        pieces.join(salt.as_slice())
    };
    let (before, after, hash) = (filled(before), filled(after), bytes(hash)?);
    Ok(Kind::Digest {
        sha,
        before,
        after,
        hash,
    })
}

/// phpass: a digit for the logarithm of the rounds, 8 characters of salt, 22 of the digest.
fn phpass(rest: &str) -> Read<Kind> {
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
fn ldap(text: &str) -> Read<Kind> {
    let (scheme, rest) = text
        .get(1..)
        .and_then(|t| t.split_once('}'))
        .ok_or(BadHash::Unknown)?;
    let scheme = scheme.to_ascii_uppercase();
    if scheme == "CRYPT" || scheme == "BCRYPT" {
        return any(rest);
    }
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
fn django(name: &str, rest: &str) -> Read<Kind> {
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
        "argon2" => any(&format!("${rest}")),
        "bcrypt" => Ok(bcrypt(rest, Before::Nothing)),
        "bcrypt_sha256" => Ok(bcrypt(rest, Before::Sha256Hex)),
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
fn asp_net(text: &str) -> Read<Kind> {
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

/// The parts between `$`, exactly as many as asked for.
fn parts<const COUNT: usize>(text: &str) -> Read<[&str; COUNT]> {
    let all: Vec<&str> = text.splitn(COUNT.saturating_add(1), '$').collect();
    all.try_into().map_err(|_| BadHash::Malformed)
}

/// The member `name=…` of a list with commas. The first one counts, and there may be one alone.
fn member<'a>(list: &'a str, name: &str) -> Read<&'a str> {
    let mut found = list.split(',').filter_map(|member| {
        let (key, value) = member.split_once('=')?;
        (key == name).then_some(value)
    });
    match (found.next(), found.next()) {
        (Some(value), None) => Ok(value),
        _ => Err(BadHash::Malformed),
    }
}

fn number<T: std::str::FromStr>(list: &str, name: &str) -> Read<T> {
    decimal(member(list, name)?)
}

/// A number in digits alone, without a sign.
fn decimal<T: std::str::FromStr>(text: &str) -> Read<T> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BadHash::Malformed);
    }
    text.parse().map_err(|_| BadHash::Malformed)
}

/// The logarithm of a power of two.
pub(super) fn log2(n: u64) -> Read<u8> {
    if n.is_power_of_two() {
        u8::try_from(n.trailing_zeros()).map_err(|_| BadHash::Malformed)
    } else {
        Err(BadHash::Malformed)
    }
}

/// Base64 in either alphabet, with or without padding.
pub(super) fn bytes(text: &str) -> Read<Vec<u8>> {
    let standard = text.replace('-', "+").replace('_', "/");
    LENIENT.decode(standard).map_err(|_| BadHash::Malformed)
}

/// The value of a digit of phpass.
fn value(digit: u8) -> Read<u8> {
    let at = ITOA64.iter().position(|known| *known == digit);
    at.and_then(|at| u8::try_from(at).ok())
        .ok_or(BadHash::Malformed)
}
