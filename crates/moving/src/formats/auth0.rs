//! Auth0: exported profiles and password hashes as JSON lines, and files in the form of its bulk import.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::imported::{BadHash, Digested, ImportedHash, SaltOrder, Sha};
use cognate_crypto::totp::Seed;

use super::Item;
use super::draft::{Draft, Read};
use super::node::Node;
use super::when::micros;

pub(super) fn user(draft: &mut Draft<'_>, node: &Node) -> Read<Item> {
    let oid = node.get("_id").get("$oid").text();
    let id = node.get("user_id").text().or(oid).unwrap_or_default();
    // Hashes come under the part behind the bar.
    let own = id.strip_prefix("auth0|").unwrap_or(id);
    draft.id = Some(own.to_owned()).filter(|id| !id.is_empty());
    let username = node.get("username").text().unwrap_or_default();
    username.clone_into(&mut draft.user.username);
    draft.copy(
        node,
        &[
            ("email", "email"),
            ("name", "name"),
            ("given_name", "given_name"),
            ("family_name", "family_name"),
            ("nickname", "nickname"),
            ("picture", "picture"),
        ],
    );
    draft.phone(node.get("phone_number").text());
    let flag = |names: [&str; 2]| names.iter().find_map(|name| node.get(name).flag());
    draft.verified("email_verified", flag(["email_verified", "emailVerified"]));
    draft.verified(
        "phone_number_verified",
        flag(["phone_verified", "phone_number_verified"]),
    );
    draft.user.enabled = node.get("blocked").flag().map(|blocked| !blocked);
    draft.user.created = micros(node.get("created_at"));
    for identity in node.get("identities").list() {
        let provider = identity.get("provider").text().unwrap_or_default();
        if provider != "auth0" {
            let connection = identity.get("connection").text().unwrap_or(provider);
            draft.link(connection, identity.get("user_id").scalar());
        }
    }
    for factor in node.get("mfa_factors").list() {
        if let Some(secret) = factor.get("totp").get("secret").text() {
            draft.totp(Seed::from_secret_code(secret), None);
        }
        if let Some(number) = factor.get("phone").get("value").text() {
            draft.phone(Some(number));
        }
    }
    let custom = node.get("custom_password_hash");
    if custom.is_there() {
        let hash = custom_hash(draft, custom);
        draft.hash(hash)?;
    } else {
        let names = ["password_hash", "passwordHash"];
        draft.hash_text(names.iter().find_map(|name| node.get(name).text()))?;
    }
    draft.finish(node, &["email", "phone_number"])
}

fn custom_hash(draft: &Draft<'_>, node: &Node) -> Result<ImportedHash, BadHash> {
    let bounds = &draft.options.bounds;
    let algorithm = node.get("algorithm").text().unwrap_or_default();
    let hash = node.get("hash");
    let value = hash.get("value").text().ok_or(BadHash::Malformed)?;
    let sha = match algorithm {
        "bcrypt" | "pbkdf2" | "argon2" | "ldap" => return ImportedHash::read(value, bounds),
        "scrypt" => {
            let number = |name: &str, default: i64| {
                let number = node.get(name).whole().unwrap_or(default);
                u32::try_from(number).map_err(|_| BadHash::Malformed)
            };
            let n = u64::from(number("cost", 16_384)?);
            let (r, p) = (number("blockSize", 8)?, number("parallelization", 1)?);
            let salt = encoded(node.get("salt"))?;
            return ImportedHash::scrypt(n, r, p, salt, encoded(hash)?, bounds);
        }
        "md5" => Sha::Md5,
        "sha1" => Sha::Sha1,
        "sha256" => Sha::Sha256,
        "sha512" => Sha::Sha512,
        _ => return Err(BadHash::Unknown),
    };
    let salt = node.get("salt");
    let order = match salt.get("position").text() {
        Some("suffix") => SaltOrder::Postfix,
        _ => SaltOrder::Prefix,
    };
    let digested = Digested {
        sha,
        hash: encoded(hash)?,
        salt: if salt.is_there() {
            encoded(salt)?
        } else {
            Vec::new()
        },
        order,
        pepper: "",
    };
    ImportedHash::digest(digested, bounds)
}

fn encoded(node: &Node) -> Result<Vec<u8>, BadHash> {
    let value = node.get("value").text().ok_or(BadHash::Malformed)?;
    let bytes = match node.get("encoding").text() {
        Some("base64") => STANDARD.decode(value).ok(),
        Some("hex") => hex::decode(value).ok(),
        Some("utf8") => Some(value.as_bytes().to_vec()),
        // Hashes are hexadecimal and salts plain where nothing is said.
        _ => hex::decode(value)
            .ok()
            .or_else(|| Some(value.as_bytes().to_vec())),
    };
    bytes.ok_or(BadHash::Malformed)
}
