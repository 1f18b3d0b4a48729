//! Reading the texts in which systems keep password hashes. Nothing is computed here.

use super::frameworks::{asp_net, django, ldap, phpass};
use super::parts::{Read, bytes, decimal, log2, member, number, parts};
use super::{Argon2Variant, BadHash, Before, Kind, ScryptCost, Sha};

/// The longest text that is read.
const LONGEST: usize = 4_096;
/// The longest salt, output or key.
const LONGEST_PART: usize = 1_024;
/// The shortest output that is compared: a guess must not match by chance.
const SHORTEST_HASH: usize = 10;

/// Reads any form that names itself.
pub(super) fn any(text: &str) -> Read<Kind> {
    if text.len() > LONGEST {
        return Err(BadHash::Malformed);
    }
    // Names of other forms in front of them.
    let text = match text.split_once('$') {
        Some(("{CRYPT}" | "{crypt}" | "argon2", _)) => text.trim_start_matches(|c| c != '$'),
        _ => text,
    };
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
        "2a" | "2b" | "2x" | "2y" => Ok(Kind::bcrypt(text, Before::Nothing)),
        "wp" => Ok(Kind::bcrypt(
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
