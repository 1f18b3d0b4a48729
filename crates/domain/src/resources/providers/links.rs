//! Links between outside identities and users (endpoints.md 4.2, 4.5).
//!
//! The rows of `provider_links` decide who signs in as whom. The user's attribute `identities` shows them.

use cognate_crypto::hash;
use cognate_store::tables::provider_links::{self as table, OwnerRow};
use serde::{Deserialize, Serialize};

use crate::cx::Cx;
use crate::errors::{Result, invalid_parameter, unconfirmed};
use crate::records::pool::Pool;
use crate::records::provider::Provider;
use crate::records::user::User;
use crate::resources;

/// The attribute name that means a provider's own name of a user.
pub const SUBJECT: &str = "Cognito_Subject";
/// The provider name that means the pool's own users.
pub const OWN_USERS: &str = "Cognito";
/// The attribute that shows the links of a user.
const IDENTITIES: &str = "identities";

/// An entry of `identities`, in the order of the service.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    user_id: String,
    provider_name: String,
    provider_type: String,
    issuer: Option<String>,
    primary: bool,
    /// Milliseconds.
    date_created: i64,
}

/// Returns the key of a link. No attribute name holds U+0000, so two pairs never run together.
pub fn key(attribute: &str, value: &str) -> String {
    hash::sha256_hex(format!("{attribute}\0{value}").as_bytes())
}

/// Refuses an attribute that cannot tell the users of a provider apart: social providers have their subject only, the
/// others what they map, by the name in the pool or at the provider.
pub fn check_attribute(provider: &Provider, attribute: &str) -> Result<()> {
    if attribute == SUBJECT {
        return Ok(());
    }
    if resources::providers::is_social(provider.doc.kind) {
        return Err(invalid_parameter(unconfirmed::SUBJECT_REQUIRED).into());
    }
    let mapped = provider
        .doc
        .mapping
        .iter()
        .any(|(name, claim)| name == attribute || claim == attribute);
    if !mapped {
        return Err(invalid_parameter(unconfirmed::UNMAPPED_ATTRIBUTE).into());
    }
    Ok(())
}

/// Shows a link among the attributes of a user.
pub fn show(user: &mut User, provider: &Provider, value: &str, now: i64) -> Result<()> {
    put_in(user, provider, value, false, now)
}

/// Shows the identity by which a user came into being. `now`: microseconds.
pub fn show_own(user: &mut User, provider: &Provider, subject: &str, now: i64) -> Result<()> {
    put_in(user, provider, subject, true, now)
}

fn put_in(
    user: &mut User,
    provider: &Provider,
    value: &str,
    primary: bool,
    now: i64,
) -> Result<()> {
    let mut list = shown(user)?;
    list.retain(|known| !is_of(known, provider, value));
    list.push(Identity {
        user_id: value.to_owned(),
        provider_name: provider.name.clone(),
        provider_type: provider.doc.kind.as_str().to_owned(),
        issuer: provider.doc.metadata.as_ref().map(|m| m.entity_id.clone()),
        primary,
        date_created: now.div_euclid(1_000),
    });
    put(user, &list)
}

/// Undoes [`show`].
pub fn hide(user: &mut User, provider: &Provider, value: &str) -> Result<()> {
    let mut list = shown(user)?;
    list.retain(|known| !is_of(known, provider, value));
    put(user, &list)
}

fn is_of(known: &Identity, provider: &Provider, value: &str) -> bool {
    known.provider_name == provider.name && known.user_id == value
}

fn shown(user: &User) -> Result<Vec<Identity>> {
    match user.attribute(IDENTITIES) {
        Some(text) => Ok(serde_json::from_str(text)?),
        None => Ok(Vec::new()),
    }
}

fn put(user: &mut User, list: &[Identity]) -> Result<()> {
    if list.is_empty() {
        user.doc.attributes.remove(IDENTITIES);
    } else {
        let text = serde_json::to_string(list)?;
        user.doc.attributes.insert(IDENTITIES.to_owned(), text);
    }
    Ok(())
}

/// Returns the user who has the link that the provider has under this key.
///
/// # Errors
/// The store's; an internal fault for a row that is not signed.
pub async fn owner(
    cx: &Cx<'_>,
    pool: &Pool,
    provider: &Provider,
    key: &str,
) -> Result<Option<String>> {
    let row = table::owner(&cx.store, &pool.id, &provider.id, key).await?;
    let checked = |row: OwnerRow| {
        let signed = table::signed(&provider.id, key, &row.user_id, &row.attribute, &row.value);
        pool.check(&signed, row.mac.as_deref())?;
        Ok(row.user_id)
    };
    row.map(checked).transpose()
}
