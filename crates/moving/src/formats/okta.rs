//! Okta: users as its API lists them, which have no hashes, and as tools write them for its import, which have.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::imported::{BadHash, Digested, ImportedHash, SaltOrder, Sha};

use super::Item;
use super::draft::{Draft, Read};
use super::node::Node;
use super::when::micros;

pub(super) fn user(draft: &mut Draft<'_>, node: &Node) -> Read<Item> {
    let profile = node.get("profile");
    draft.id = node.get("id").text().map(str::to_owned);
    let login = profile.get("login").text().unwrap_or_default();
    login.clone_into(&mut draft.user.username);
    draft.copy(
        profile,
        &[
            ("email", "email"),
            ("firstName", "given_name"),
            ("middleName", "middle_name"),
            ("lastName", "family_name"),
            ("displayName", "name"),
            ("nickName", "nickname"),
            ("profileUrl", "profile"),
            ("locale", "locale"),
            ("timezone", "zoneinfo"),
        ],
    );
    let number = profile.get("mobilePhone").text();
    draft.phone(number.or(profile.get("primaryPhone").text()));
    draft.user.created = micros(node.get("created"));
    match node.get("status").text().unwrap_or_default() {
        "SUSPENDED" | "DEPROVISIONED" => draft.user.enabled = Some(false),
        "PASSWORD_EXPIRED" | "RECOVERY" => {
            draft.user.status = Some("RESET_REQUIRED".to_owned());
        }
        _ => {}
    }
    for name in node.get("groups").list() {
        let name = name.scalar().or_else(|| name.at("profile.name").scalar());
        draft.group(name.unwrap_or_default());
    }
    let hash = node.at("credentials.password.hash");
    if hash.is_there() {
        let hash = password(draft, hash);
        draft.hash(hash)?;
    }
    draft.finish(node, &["email"])
}

fn password(draft: &Draft<'_>, node: &Node) -> Result<ImportedHash, BadHash> {
    let bounds = &draft.options.bounds;
    let text = |name: &str| node.get(name).text().ok_or(BadHash::Malformed);
    let decoded = |name: &str| {
        let decoded = STANDARD.decode(text(name)?);
        decoded.map_err(|_| BadHash::Malformed)
    };
    let sha = match text("algorithm")? {
        "BCRYPT" => {
            let cost = node.get("workFactor").whole().ok_or(BadHash::Malformed)?;
            let whole = format!("$2a${cost:02}${}{}", text("salt")?, text("value")?);
            return ImportedHash::read(&whole, bounds);
        }
        "PBKDF2" => {
            let sha = match text("digestAlgorithm")? {
                "SHA256_HMAC" => Sha::Sha256,
                "SHA512_HMAC" => Sha::Sha512,
                _ => return Err(BadHash::Unknown),
            };
            let rounds = node.get("iterationCount").whole();
            let rounds = rounds.and_then(|rounds| u32::try_from(rounds).ok());
            let rounds = rounds.ok_or(BadHash::Malformed)?;
            return ImportedHash::pbkdf2(sha, rounds, decoded("salt")?, decoded("value")?, bounds);
        }
        "SHA-512" => Sha::Sha512,
        "SHA-256" => Sha::Sha256,
        "SHA-1" => Sha::Sha1,
        "MD5" => Sha::Md5,
        _ => return Err(BadHash::Unknown),
    };
    let salt = match node.get("salt").text() {
        Some(_) => decoded("salt")?,
        None => Vec::new(),
    };
    let order = match node.get("saltOrder").text() {
        Some("POSTFIX") => SaltOrder::Postfix,
        _ => SaltOrder::Prefix,
    };
    let digested = Digested {
        sha,
        hash: decoded("value")?,
        salt,
        order,
        pepper: "",
    };
    ImportedHash::digest(digested, bounds)
}
