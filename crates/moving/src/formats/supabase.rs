//! Supabase: rows of `auth.users`, as CSV or JSON. The rows of `auth.identities` and `auth.mfa_factors` stand in members
//! `identities` and `mfa_factors`, where the query puts them there (docs/MOVING.md).

use cognate_crypto::totp::Seed;

use super::Item;
use super::draft::{Draft, Read};
use super::node::Node;
use super::passkey::{self, Found};
use super::when::micros;

pub(super) fn user(draft: &mut Draft<'_>, node: &Node) -> Read<Item> {
    if node.get("deleted_at").is_there() {
        return Ok(Item::Passed("deleted in the source"));
    }
    if node.get("is_anonymous").flag() == Some(true) {
        return Ok(Item::Passed("an anonymous user"));
    }
    draft.id = node.get("id").text().map(str::to_owned);
    draft.set("email", node.get("email").text());
    let number = node.get("phone").text();
    // The source keeps numbers without their plus sign.
    let number = number.map(|number| format!("+{}", number.trim_start_matches('+')));
    draft.phone(number.as_deref());
    let is_set = |name: &str| Some(micros(node.get(name)).is_some());
    draft.verified("email_verified", is_set("email_confirmed_at"));
    draft.verified("phone_number_verified", is_set("phone_confirmed_at"));
    draft.user.created = micros(node.get("created_at"));
    draft.user.modified = micros(node.get("updated_at"));
    if node.get("banned_until").is_there() {
        draft.user.enabled = Some(false);
    }
    let profile = node.get("raw_user_meta_data").embedded()?;
    draft.copy(
        &profile,
        &[
            ("full_name", "name"),
            ("name", "name"),
            ("first_name", "given_name"),
            ("last_name", "family_name"),
            ("avatar_url", "picture"),
            ("picture", "picture"),
        ],
    );
    draft.hash_text(node.get("encrypted_password").text())?;
    let identities = node.get("identities").embedded()?;
    for identity in identities.list() {
        let provider = identity.get("provider").text().unwrap_or_default();
        if provider != "email" && provider != "phone" {
            let subject = identity.get("provider_id").scalar();
            let subject = subject.or_else(|| identity.at("identity_data.sub").scalar());
            draft.link(provider, subject);
        }
    }
    let factors = node.get("mfa_factors").embedded()?;
    for factor in factors.list() {
        if factor.get("status").text() == Some("verified") {
            add_factor(draft, factor)?;
        }
    }
    let node = with(node, "raw_user_meta_data", profile);
    let app = node.get("raw_app_meta_data").embedded()?;
    draft.finish(
        &with(&node, "raw_app_meta_data", app),
        &["email", "phone_number"],
    )
}

fn add_factor(draft: &mut Draft<'_>, factor: &Node) -> Read<()> {
    let name = factor.get("friendly_name").text();
    match factor.get("factor_type").text() {
        Some("totp") => match factor.get("secret").text() {
            // An installation that encrypts writes an envelope.
            Some(secret) if !secret.starts_with('{') => {
                draft.totp(Seed::from_secret_code(secret), name);
            }
            _ => draft.note("the authenticator app was left out: its seed is encrypted"),
        },
        Some("webauthn") => {
            let key = factor.get("web_authn_credential").embedded()?;
            let mut transports = Vec::new();
            for transport in key.get("transport").list() {
                transports.extend(transport.scalar());
            }
            let found = Found {
                id: key.get("id").text().or(key.get("ID").text()),
                key: key.get("publicKey").text().or(key.get("PublicKey").text()),
                counter: key.at("authenticator.signCount").whole(),
                name,
                created: micros(factor.get("created_at")),
                transports,
                backup_eligible: key.at("flags.backupEligible").flag(),
                ..Found::default()
            };
            passkey::add(draft, found);
        }
        _ => draft.note("a second factor of another kind was left out"),
    }
    Ok(())
}

/// Returns a record with another member, so that options find what stands inside.
fn with(node: &Node, name: &str, value: Node) -> Node {
    let mut node = node.clone();
    if let Node::Object(members) = &mut node
        && value.is_there()
    {
        members.insert(name.to_owned(), value);
    }
    node
}
