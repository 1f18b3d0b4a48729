//! Ory Kratos: identities of its administrative API with their credentials included. Traits are free; the usual names are
//! known, others need options.

use super::Item;
use super::draft::{Draft, Read};
use super::node::Node;
use super::passkey::{self, Found};
use super::when::micros;
use cognate_crypto::totp::Seed;

pub(super) fn user(draft: &mut Draft<'_>, node: &Node) -> Read<Item> {
    draft.id = node.get("id").text().map(str::to_owned);
    let traits = node.get("traits");
    let username = traits.get("username").text().unwrap_or_default();
    username.clone_into(&mut draft.user.username);
    draft.copy(
        traits,
        &[
            ("email", "email"),
            ("name", "name"),
            ("name.first", "given_name"),
            ("name.last", "family_name"),
            ("first_name", "given_name"),
            ("last_name", "family_name"),
            ("given_name", "given_name"),
            ("family_name", "family_name"),
            ("picture", "picture"),
            ("locale", "locale"),
        ],
    );
    let numbers = ["phone", "phone_number"];
    draft.phone(numbers.iter().find_map(|name| traits.get(name).text()));
    for address in node.get("verifiable_addresses").list() {
        let value = address.get("value").text();
        let verified = address.get("verified").flag();
        for (attribute, flag) in [
            ("email", "email_verified"),
            ("phone_number", "phone_number_verified"),
        ] {
            let own = draft.user.attributes.get(attribute).map(String::as_str);
            if own.is_some() && own == value {
                draft.verified(flag, verified);
            }
        }
    }
    draft.user.enabled = node.get("state").text().map(|state| state == "active");
    draft.user.created = micros(node.get("created_at"));
    draft.user.modified = micros(node.get("updated_at"));
    let credentials = node.get("credentials");
    let config = |kind: &str| credentials.get(kind).get("config").embedded();
    draft.hash_text(config("password")?.get("hashed_password").text())?;
    for provider in config("oidc")?.get("providers").list() {
        let name = provider.get("provider").text().unwrap_or_default();
        draft.link(name, provider.get("subject").scalar());
    }
    if let Some(url) = config("totp")?.get("totp_url").text() {
        let seed = common_seed(url);
        draft.totp(seed, None);
    }
    for kind in ["webauthn", "passkey"] {
        let config = config(kind)?;
        for key in config.get("credentials").list() {
            let authenticator = key.get("authenticator");
            let flags = key.get("flags");
            passkey::add(
                draft,
                Found {
                    id: key.get("id").text(),
                    key: key.get("public_key").text(),
                    counter: authenticator.get("sign_count").whole(),
                    name: key.get("display_name").text(),
                    created: micros(key.get("added_at")),
                    backup_eligible: flags.get("backup_eligible").flag(),
                    user_handle: config.get("user_handle").text(),
                    ..Found::default()
                },
            );
        }
    }
    if credentials.get("lookup_secret").is_there() {
        draft.note("recovery codes were left out");
    }
    draft.finish(node, &["email", "phone_number"])
}

/// The seed of an `otpauth:` URL, if its codes are of the usual kind.
fn common_seed(url: &str) -> Option<Seed> {
    let (front, query) = url.split_once('?')?;
    if !front.starts_with("otpauth://totp/") {
        return None;
    }
    let mut secret = None;
    for pair in query.split('&') {
        match pair.split_once('=')? {
            ("secret", value) => secret = Some(value),
            ("digits", "6") | ("period", "30") => {}
            ("algorithm", value) if value.eq_ignore_ascii_case("SHA1") => {}
            ("digits" | "period" | "algorithm", _) => return None,
            _ => {}
        }
    }
    Seed::from_secret_code(secret?)
}
