//! Links between outside identities and users (endpoints.md 4.2, 4.5).
//!
//! The rows of `provider_links` decide who signs in as whom. The user's attribute `identities` shows them.

use cognate_crypto::hash;
use cognate_shapes::UserStatusType;
use cognate_store::tables::before_images::Entity;
use cognate_store::tables::provider_links::{self as table, LinkRow, OwnerRow};
use cognate_store::tables::users;
use cognate_store::tables::whole_users::SignedLink;
use cognate_store::{Batch, Store};
use serde::{Deserialize, Serialize};

use crate::errors::{Result, invalid_parameter, providers as texts, unconfirmed};
use crate::facts::contact::Contact;
use crate::facts::names;
use crate::records::before_image;
use crate::records::pool::Pool;
use crate::records::provider::Provider;
use crate::records::user::{self, User};
use crate::resources;

/// The attribute name that means a provider's own name of a user.
pub const SUBJECT: &str = "Cognito_Subject";
/// The provider name that means the pool's own users.
pub const OWN_USERS: &str = "Cognito";
/// The attribute that shows the links of a user.
const IDENTITIES: &str = "identities";
/// Identities that may be linked to a user (admin.md 7.2).
const MOST: usize = 5;
/// The most users with one address that are looked at. Where there are more, nobody has it alone.
const MOST_HOLDERS: i64 = 100;

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

/// Returns the key of a link among the images of rows: no id holds a slash.
pub fn row_key(provider_id: &str, link_key: &str) -> String {
    format!("{provider_id}/{link_key}")
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

/// Returns the link of a row that was read for a user.
///
/// # Errors
/// An internal fault for a row that is not signed.
pub fn checked(pool: &Pool, row: SignedLink) -> Result<LinkRow> {
    let SignedLink {
        user_id,
        link,
        link_key,
        mac,
    } = row;
    let (id, attribute, value) = (&link.provider_id, &link.attribute, &link.value);
    let signed = table::signed(id, &link_key, &user_id, attribute, value);
    pool.check(&signed, mac.as_deref())?;
    Ok(link)
}

/// Returns the names of the provider and of the user there, by which a user came into being who is none of the pool's own.
///
/// # Errors
/// An internal fault for identities that do not parse.
pub fn own(user: &User) -> Result<Option<(String, String)>> {
    let own = shown(user)?.into_iter().find(|known| known.primary);
    Ok(own.map(|known| (known.provider_name, known.user_id)))
}

/// Returns the user who has the link that the provider has under this key.
///
/// # Errors
/// The store's; an internal fault for a row that is not signed.
pub async fn owner(
    store: &Store,
    pool: &Pool,
    provider: &Provider,
    key: &str,
) -> Result<Option<String>> {
    let row = table::owner(store, &pool.id, &provider.id, key).await?;
    let checked = |row: OwnerRow| {
        let signed = table::signed(&provider.id, key, &row.user_id, &row.attribute, &row.value);
        pool.check(&signed, row.mac.as_deref())?;
        Ok(row.user_id)
    };
    row.map(checked).transpose()
}

/// An identity that gets a link.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The provider.
    pub provider: &'a Provider,
    /// [`SUBJECT`], or another attribute that tells the provider's users apart.
    pub attribute: &'a str,
    /// Its value.
    pub value: &'a str,
}

impl Source<'_> {
    /// Returns the key of the link.
    #[must_use]
    pub fn key(&self) -> String {
        key(self.attribute, self.value)
    }

    /// Adds the row of the link alone, for a user whom the batch creates or saves. `now`: microseconds.
    pub fn insert(&self, batch: Batch, pool: &Pool, user_id: &str, now: i64) -> Batch {
        let (provider, key) = (self.provider, self.key());
        let link = LinkRow {
            provider_id: provider.id.clone(),
            provider: provider.name.clone(),
            attribute: self.attribute.to_owned(),
            value: self.value.to_owned(),
            created: now,
        };
        let signed = table::signed(&provider.id, &key, user_id, self.attribute, self.value);
        let mac = pool.sign(&signed);
        table::insert(batch, &pool.id, user_id, &key, &link, mac)
    }

    /// Links the identity to a user who is there, in the row of the link and among the user's attributes.
    ///
    /// # Errors
    /// LimitExceededException for a user who has as many links as there may be; the store's.
    pub async fn link(
        &self,
        store: &Store,
        pool: &Pool,
        before: &User,
        now: i64,
        batch: Batch,
    ) -> Result<Batch> {
        let linked = table::of_user(store, &pool.id, &before.id).await?;
        if linked.len() >= MOST {
            return Err(texts::too_many_links().into());
        }
        let mut after = User {
            modified: now,
            ..before.clone()
        };
        show(&mut after, self.provider, self.value, now)?;
        // The change of the user's row keeps two calls from taking the last place together.
        let batch = user::save(batch, pool, before, &after)?;
        let row_key = row_key(&self.provider.id, &self.key());
        let batch = before_image::keep(batch, pool, now, |keep, batch| {
            keep.absent(batch, Entity::Link, &row_key, 0)
        });
        Ok(self.insert(batch, pool, &after.id, now))
    }
}

/// True if the user came into being by this identity.
///
/// # Errors
/// An internal fault for identities that do not parse.
pub fn is_own(user: &User, provider: &Provider, value: &str) -> Result<bool> {
    let own = |known: &Identity| known.primary && is_of(known, provider, value);
    Ok(shown(user)?.iter().any(own))
}

/// True for a user of the pool's own: no identity brought them.
///
/// # Errors
/// An internal fault for identities that do not parse.
pub fn is_native(user: &User) -> Result<bool> {
    Ok(!shown(user)?.iter().any(|known| known.primary))
}

/// Returns the user of the pool's own whose verified address this is, if that is one user alone, confirmed and enabled.
/// Case does not count.
///
/// # Errors
/// The store's; an internal fault for a row that is not signed or does not parse.
pub async fn holder(store: &Store, pool: &Pool, address: &str) -> Result<Option<User>> {
    let email = Contact::Email.attribute();
    let folded = names::fold_case(address);
    let query = users::page_equal(
        &pool.id,
        email,
        &user::indexed(&folded),
        "",
        MOST_HOLDERS + 1,
    );
    let rows = store.all(query).await?;
    if i64::try_from(rows.len()).unwrap_or(i64::MAX) > MOST_HOLDERS {
        return Ok(None);
    }
    let mut found = Vec::new();
    for mut row in rows {
        let user = User::from_row(pool, &mut row)?;
        let has = user
            .attribute(email)
            .is_some_and(|value| names::fold_case(value) == folded);
        if has && user.verified(email) && is_native(&user)? {
            found.push(user);
        }
    }
    let (Some(user), true) = (found.pop(), found.is_empty()) else {
        return Ok(None);
    };
    let counts = user.enabled && user.status == UserStatusType::Confirmed;
    Ok(counts.then_some(user))
}
