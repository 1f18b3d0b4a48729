//! Keycloak: the export of a realm or of its users, and representations of the admin API. Credentials have JSON inside
//! texts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::imported::{BadHash, ImportedHash, Sha};
use cognate_crypto::totp::Seed;

use super::Item;
use super::draft::{Draft, Read};
use super::node::Node;
use super::passkey::{self, Found};
use super::when::micros;

pub(super) fn user(draft: &mut Draft<'_>, node: &Node) -> Read<Item> {
    if node.get("serviceAccountClientId").is_there()
        || node.get("serviceAccountClientLink").is_there()
    {
        return Ok(Item::Passed("the account of a service"));
    }
    draft.id = node.get("id").text().map(str::to_owned);
    let username = node.get("username").text().unwrap_or_default();
    username.clone_into(&mut draft.user.username);
    draft.copy(
        node,
        &[
            ("email", "email"),
            ("firstName", "given_name"),
            ("lastName", "family_name"),
            ("attributes.locale", "locale"),
        ],
    );
    draft.verified("email_verified", node.get("emailVerified").flag());
    draft.user.enabled = node.get("enabled").flag();
    draft.user.created = micros(node.get("createdTimestamp"));
    for path in node.get("groups").list().iter().filter_map(Node::text) {
        draft.group(path.trim_start_matches('/'));
    }
    if draft.options.roles_as_groups {
        for role in node.get("realmRoles").list().iter().filter_map(Node::text) {
            draft.group(role);
        }
    }
    for identity in node.get("federatedIdentities").list() {
        let provider = identity.get("identityProvider").text().unwrap_or_default();
        draft.link(provider, identity.get("userId").scalar());
    }
    let mut credentials: Vec<_> = node.get("credentials").list().iter().collect();
    credentials.sort_by_key(|credential| credential.get("priority").whole());
    for credential in credentials {
        let data = credential.get("credentialData").embedded()?;
        let secret = credential.get("secretData").embedded()?;
        let label = credential.get("userLabel").text();
        match credential.get("type").text().unwrap_or_default() {
            "password" if draft.user.password.is_none() => {
                let hash = password(draft, &data, &secret);
                draft.hash(hash)?;
            }
            "otp" if draft.user.totp.is_none() => otp(draft, &data, &secret, label),
            "webauthn" | "webauthn-passwordless" => webauthn(draft, credential, &data, label),
            "password" | "otp" => {}
            _ => draft.note("a credential of another kind was left out"),
        }
    }
    let actions = node.get("requiredActions").list();
    let must_change = |action: &Node| action.text() == Some("UPDATE_PASSWORD");
    if actions.iter().any(must_change) {
        let status = if draft.user.password.is_some() {
            "FORCE_CHANGE_PASSWORD"
        } else {
            "RESET_REQUIRED"
        };
        draft.user.status = Some(status.to_owned());
    }
    draft.finish(node, &["email"])
}

fn password(draft: &Draft<'_>, data: &Node, secret: &Node) -> Result<ImportedHash, BadHash> {
    let bounds = &draft.options.bounds;
    let value = secret.get("value").text().ok_or(BadHash::Malformed)?;
    let algorithm = data.get("algorithm").text().unwrap_or_default();
    if algorithm.starts_with("bcrypt") {
        return ImportedHash::read(value, bounds);
    }
    let hash = STANDARD.decode(value).map_err(|_| BadHash::Malformed)?;
    let salt = secret.get("salt").text().unwrap_or_default();
    let salt = STANDARD.decode(salt).map_err(|_| BadHash::Malformed)?;
    let number = |node: &Node| -> Result<u32, BadHash> {
        let number = node.whole().ok_or(BadHash::Malformed)?;
        u32::try_from(number).map_err(|_| BadHash::Malformed)
    };
    let rounds = number(data.get("hashIterations"))?;
    let sha = match algorithm {
        "pbkdf2" => Sha::Sha1,
        "pbkdf2-sha256" => Sha::Sha256,
        "pbkdf2-sha512" => Sha::Sha512,
        "argon2" => {
            let more = data.get("additionalParameters");
            let text = |name: &str, default: &str| {
                let given = more.get(name).scalar();
                given.unwrap_or_else(|| default.to_owned())
            };
            let costs = (
                number(more.get("memory"))?,
                rounds,
                number(more.get("parallelism"))?,
            );
            let (variant, version) = (text("type", "id"), text("version", "1.3"));
            return ImportedHash::argon2(&variant, &version, costs, salt, hash, bounds);
        }
        _ => return Err(BadHash::Unknown),
    };
    ImportedHash::pbkdf2(sha, rounds, salt, hash, bounds)
}

/// Without an encoding the key is the text itself.
fn otp(draft: &mut Draft<'_>, data: &Node, secret: &Node, label: Option<&str>) {
    let is =
        |name: &str, expected: &str| data.get(name).scalar().is_none_or(|text| text == expected);
    let common = is("subType", "totp")
        && is("digits", "6")
        && is("period", "30")
        && is("algorithm", "HmacSHA1");
    if !common {
        draft.note("the authenticator app was left out: it makes codes of another kind");
        return;
    }
    let value = secret.get("value").text().unwrap_or_default();
    let seed = match data.get("secretEncoding").text() {
        Some("BASE32") => Seed::from_secret_code(value),
        _ => Seed::from_bytes(value.as_bytes()),
    };
    draft.totp(seed, label);
}

fn webauthn(draft: &mut Draft<'_>, credential: &Node, data: &Node, label: Option<&str>) {
    let found = Found {
        id: data.get("credentialId").text(),
        key: data.get("credentialPublicKey").text(),
        counter: data.get("counter").whole(),
        name: label,
        aaguid: data.get("aaguid").text(),
        created: micros(credential.get("createdDate")),
        transports: transports(data),
        ..Found::default()
    };
    passkey::add(draft, found);
}

fn transports(data: &Node) -> Vec<String> {
    let list = data.get("transports").list().iter();
    let names = list.filter_map(Node::text);
    // Keycloak writes the names of an enumeration.
    names.map(|name| name.to_ascii_lowercase()).collect()
}
