//! `keycloak`: `users[]` and `groups[]` as Keycloak imports them (docs/service/moving.md 6.4).
//!
//! Keycloak reads no SRP verifier: passwords go along only as hashes that are still as they came, of the kinds that it knows.
//! The two data members of a credential are JSON in texts.

use std::collections::BTreeMap;
use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cognate_crypto::imported::{Bounds, ImportedHash};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::export::{PoolFacts, Taken};
use crate::record::{GroupRecord, PasskeyRecord, PasswordRecord, TotpRecord, UserRecord};

/// Attributes of OpenID Connect for which Keycloak's own client scopes look under another name.
const NAMES: [(&str, &str); 5] = [
    ("phone_number", "phoneNumber"),
    ("phone_number_verified", "phoneNumberVerified"),
    ("middle_name", "middleName"),
    ("updated_at", "updatedAt"),
    ("address", "formatted"),
];

/// A credential. Its texts are wiped when they were written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_date: Option<i64>,
    #[serde(serialize_with = "exposed")]
    secret_data: Zeroizing<String>,
    credential_data: String,
    priority: u32,
}

fn exposed<S: Serializer>(text: &Zeroizing<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    username: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    email_verified: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_timestamp: Option<i64>,
    attributes: BTreeMap<&'a str, [&'a str; 1]>,
    groups: Vec<String>,
    required_actions: Vec<&'static str>,
    federated_identities: Vec<Identity<'a>>,
    credentials: Vec<Credential>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    identity_provider: &'a str,
    user_id: &'a str,
    user_name: &'a str,
}

pub(super) fn begin(facts: &PoolFacts, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{{\"realm\":{},\"users\":[", json!(facts.name))
}

pub(super) fn user(
    facts: &PoolFacts,
    record: &UserRecord,
    first: bool,
    out: &mut impl Write,
) -> io::Result<Taken> {
    out.write_all(if first { b"\n" } else { b",\n" })?;
    let mut taken = Taken::default();
    let mut credentials = Vec::new();
    if let Some(password) = record.password.as_ref().and_then(password) {
        taken.secrets.passwords = 1;
        credentials.push(password);
    }
    if let Some(app) = &record.totp {
        taken.secrets.apps = 1;
        credentials.push(otp(app));
    }
    let passkeys = record.passkeys.iter().filter_map(passkey);
    credentials.extend(passkeys.inspect(|_| taken.passkeys = taken.passkeys.saturating_add(1)));
    let mut order = 10;
    for credential in &mut credentials {
        credential.priority = order;
        order = order.saturating_add(10);
    }
    // Keycloak knows users of a provider by the provider's own name of them alone.
    let by_subject = record.links.iter().filter(|link| link.attribute.is_none());
    let federated_identities: Vec<_> = by_subject
        .map(|link| Identity {
            identity_provider: &link.provider,
            user_id: &link.value,
            user_name: &link.value,
        })
        .collect();
    taken.links = federated_identities.len();
    let value = |name: &str| record.attributes.get(name).map(String::as_str);
    let user = User {
        id: record.sub.as_deref(),
        username: facts.sign_in_name(record),
        email: value("email"),
        email_verified: value("email_verified") == Some("true"),
        first_name: value("given_name"),
        last_name: value("family_name"),
        enabled: record.enabled != Some(false),
        created_timestamp: record.created.map(millis),
        attributes: attributes(record),
        groups: record.groups.iter().map(|name| path(name)).collect(),
        required_actions: required_actions(record),
        federated_identities,
        credentials,
    };
    serde_json::to_writer(&mut *out, &user)?;
    Ok(taken)
}

pub(super) fn end(groups: &[GroupRecord], out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"\n],\"groups\":[")?;
    for (at, group) in groups.iter().enumerate() {
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        let mut attributes = Map::new();
        let mut put = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                attributes.insert(name.to_owned(), json!([value]));
            }
        };
        put("description", group.description.clone());
        put("precedence", group.precedence.map(|n| n.to_string()));
        put("role_arn", group.role_arn.clone());
        let group =
            json!({"name": group.name, "path": path(&group.name), "attributes": attributes});
        serde_json::to_writer(&mut *out, &group)?;
    }
    out.write_all(b"\n]}\n")
}

/// The path of a group at the top. Slashes in names stay as they are, as Keycloak has it unless it is told otherwise.
fn path(name: &str) -> String {
    format!("/{name}")
}

const fn millis(micros: i64) -> i64 {
    micros.div_euclid(1_000)
}

/// What is in no member of its own, under the names of the pool or those that Keycloak has for them.
fn attributes(record: &UserRecord) -> BTreeMap<&str, [&str; 1]> {
    let own = ["email", "email_verified", "given_name", "family_name"];
    let rest = record.attributes.iter();
    rest.filter(|(name, _)| !own.contains(&name.as_str()))
        .map(|(name, value)| {
            let known = NAMES.iter().find(|(ours, _)| ours == name);
            let name = known.map_or(name.as_str(), |(_, theirs)| *theirs);
            (name, [value.as_str()])
        })
        .collect()
}

fn required_actions(record: &UserRecord) -> Vec<&'static str> {
    match record.status.as_deref() {
        Some("FORCE_CHANGE_PASSWORD" | "RESET_REQUIRED") => vec!["UPDATE_PASSWORD"],
        Some("UNCONFIRMED") => vec!["VERIFY_EMAIL"],
        _ => Vec::new(),
    }
}

/// A hash that is still as it came, if Keycloak knows its kind.
fn password(password: &PasswordRecord) -> Option<Credential> {
    let PasswordRecord::Imported(text) = password else {
        return None;
    };
    let hash = ImportedHash::read(text, &Bounds::WIDE).ok()?;
    let hash = hash.for_keycloak()?;
    let parameters: BTreeMap<_, _> = hash.parameters.iter().map(|(n, v)| (*n, [v])).collect();
    let secret = SecretData {
        value: hash.value.expose(),
        salt: &hash.salt,
        additional_parameters: Map::new(),
    };
    Some(Credential {
        r#type: "password",
        user_label: None,
        created_date: None,
        secret_data: text_of(&secret),
        credential_data: json!({
            "hashIterations": hash.iterations,
            "algorithm": hash.algorithm,
            "additionalParameters": parameters,
        })
        .to_string(),
        priority: 0,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecretData<'a> {
    value: &'a str,
    salt: &'a str,
    additional_parameters: Map<String, Value>,
}

/// A seed is the text itself there unless the credential says that it is base32.
fn otp(app: &TotpRecord) -> Credential {
    #[derive(Serialize)]
    struct Seed<'a> {
        value: &'a str,
    }
    Credential {
        r#type: "otp",
        user_label: app.name.clone(),
        created_date: None,
        secret_data: text_of(&Seed { value: &app.secret }),
        credential_data: json!({
            "subType": "totp",
            "digits": 6,
            "counter": 0,
            "period": 30,
            "algorithm": "HmacSHA1",
            "secretEncoding": "BASE32",
        })
        .to_string(),
        priority: 0,
    }
}

/// A passkey is a first factor there as here.
fn passkey(passkey: &PasskeyRecord) -> Option<Credential> {
    let id = URL_SAFE_NO_PAD.decode(&passkey.credential_id).ok()?;
    Some(Credential {
        r#type: "webauthn-passwordless",
        user_label: Some(passkey.name.clone()),
        created_date: passkey.created.map(millis),
        secret_data: Zeroizing::new("{}".to_owned()),
        credential_data: json!({
            "aaguid": aaguid(passkey.aaguid.as_deref().unwrap_or("")),
            "credentialId": STANDARD.encode(id),
            "counter": passkey.sign_count,
            "credentialPublicKey": passkey.public_key,
            "attestationStatementFormat": "none",
            "transports": passkey.transports,
        })
        .to_string(),
        priority: 0,
    })
}

/// As a UUID; zeros if it is not known.
fn aaguid(hex: &str) -> String {
    let digits: String = hex.chars().filter(char::is_ascii_hexdigit).collect();
    let digits = if digits.len() == 32 {
        digits.to_ascii_lowercase()
    } else {
        "0".repeat(32)
    };
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or("");
    [
        part(0..8),
        part(8..12),
        part(12..16),
        part(16..20),
        part(20..32),
    ]
    .join("-")
}

/// JSON in a text.
fn text_of(value: &impl Serialize) -> Zeroizing<String> {
    // Texts and numbers always become JSON.
    Zeroizing::new(serde_json::to_string(value).unwrap_or_default())
}
