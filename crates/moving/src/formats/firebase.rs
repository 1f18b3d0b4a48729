//! Firebase: what `firebase auth:export` writes, as JSON or as CSV without a header.

use cognate_crypto::imported::{BadHash, ImportedHash};

use super::Item;
use super::draft::{Draft, Read};
use super::node::Node;
use super::when::micros;

/// Providers of the exports, and the column of their id in CSV.
const PROVIDERS: [(&str, &str); 4] = [
    ("google.com", "google"),
    ("facebook.com", "facebook"),
    ("twitter.com", "twitter"),
    ("github.com", "github"),
];

/// The names of the columns of CSV, which has no header; those of the JSON where there is one.
pub(super) fn columns() -> Vec<String> {
    let first = [
        "localId",
        "email",
        "emailVerified",
        "passwordHash",
        "salt",
        "displayName",
        "photoUrl",
    ];
    let mut columns: Vec<_> = first.map(str::to_owned).to_vec();
    for (_, name) in PROVIDERS {
        columns.push(name.to_owned());
        columns.extend(["email", "name", "photo"].map(|of| format!("{name} {of}")));
    }
    let last = [
        "createdAt",
        "lastLoginAt",
        "phoneNumber",
        "disabled",
        "customAttributes",
    ];
    columns.extend(last.map(str::to_owned));
    columns
}

pub(super) fn user(draft: &mut Draft<'_>, node: &Node) -> Read<Item> {
    draft.id = node.get("localId").text().map(str::to_owned);
    draft.copy(
        node,
        &[
            ("email", "email"),
            ("displayName", "name"),
            ("photoUrl", "picture"),
        ],
    );
    draft.phone(node.get("phoneNumber").text());
    draft.verified("email_verified", node.get("emailVerified").flag());
    // A number gets into an account by a code alone.
    if draft.user.attributes.contains_key("phone_number") {
        draft.verified("phone_number_verified", Some(true));
    }
    draft.user.enabled = node.get("disabled").flag().map(|disabled| !disabled);
    draft.user.created = micros(node.get("createdAt"));
    for identity in node.get("providerUserInfo").list() {
        let provider = identity.get("providerId").text().unwrap_or_default();
        if PROVIDERS.iter().any(|(known, _)| *known == provider) {
            draft.link(provider, identity.get("rawId").scalar());
        }
    }
    for (provider, column) in PROVIDERS {
        draft.link(provider, node.get(column).scalar());
    }
    if let Some(hash) = node.get("passwordHash").text() {
        let salt = node.get("salt").text().unwrap_or_default();
        let Some(project) = &draft.options.firebase else {
            return Err("a password hash needs the project's parameters (--firebase-…)".to_owned());
        };
        let hash = match project.signer_key.is_empty() {
            true => Err(BadHash::Malformed),
            false => ImportedHash::firebase(hash, salt, project, &draft.options.bounds),
        };
        draft.hash(hash)?;
    }
    // Claims of the source are JSON in a text; options find members in it.
    let claims = node.get("customAttributes").embedded();
    let claims = claims.map_err(|_| "the custom claims are no JSON".to_owned())?;
    let node = match (node.clone(), claims) {
        (Node::Object(mut members), claims) if claims.is_there() => {
            members.insert("customAttributes".to_owned(), claims);
            Node::Object(members)
        }
        (node, _) => node,
    };
    draft.finish(&node, &["email", "phone_number"])
}
