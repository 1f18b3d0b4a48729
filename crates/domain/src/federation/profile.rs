//! From wishes to a user: the user of a first sign-in, and the changes of later ones (endpoints.md 4.2).

use std::collections::BTreeMap;

use cognate_shapes::{UserStatusType, UsernameAttributeType};

use crate::errors::federation::{Rejection, cannot_be_updated};
use crate::errors::{Fault, unconfirmed, users as texts};
use crate::facts::contact::Contact;
use crate::facts::names;
use crate::federation::mapping::Wishes;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::provider::Provider;
use crate::records::schema;
use crate::records::user::User;
use crate::resources::providers::links;
use crate::users::attributes;
use crate::users::permission::may_write;

/// The most characters of a user name (admin.md 2.2).
const LONGEST_NAME: usize = 128;

/// The result of a decision: an inner refusal is the application's, an outer one the server's.
pub type Decided<T> = Result<Result<T, Rejection>, Fault>;

/// The user after a sign-in that changes something.
pub struct Changed {
    /// The user as it will be.
    pub after: User,
    /// The contacts whose value is another one: older codes for them are void.
    pub touched: Vec<Contact>,
}

/// Returns the name of a provider's user: `<Provider>_<subject>`, in lower case where names of the pool have no case.
///
/// # Errors
/// [`Rejection`] for a subject that makes no name. Its case and everything else about it is the provider's business.
pub fn username(pool: &Pool, provider: &Provider, subject: &str) -> Result<String, Rejection> {
    if subject.trim().is_empty() {
        return Err(Rejection::no_subject());
    }
    let mut name = format!("{}_{subject}", provider.name);
    if !pool.case_sensitive() {
        name = name.to_lowercase();
    }
    if name.chars().count() > LONGEST_NAME || names::has_unseen(&name) {
        return Err(Rejection(
            unconfirmed::federation::UNUSABLE_SUBJECT.to_owned(),
        ));
    }
    Ok(name)
}

/// Returns the user of a first sign-in, who was not stored yet. `id`: the new user's `sub`. `now`: microseconds.
///
/// # Errors
/// Outer: an internal fault. Inner: a subject that makes no name, a required attribute without a value, values that do not
/// fit the schema.
pub fn create(
    pool: &Pool,
    client: &Client,
    provider: &Provider,
    subject: &str,
    wishes: &Wishes,
    id: String,
    now: i64,
) -> Decided<User> {
    let name = match username(pool, provider, subject) {
        Ok(name) => name,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let empty = BTreeMap::new();
    let change = match decide(pool, client, None, &empty, wishes)? {
        Ok(change) => change,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let status = UserStatusType::ExternalProvider;
    let mut user = User {
        // Also in pools with username attributes, where the names of other users are their ids.
        username: name.clone(),
        ..User::new(pool, id, &name, change.set, status, now)
    };
    links::show_own(&mut user, provider, subject, now)?;
    Ok(Ok(user))
}

/// Returns a user after a later sign-in, or after one through a linked identity; None if nothing changes. Only values that
/// differ are judged. `now`: microseconds.
///
/// # Errors
/// Outer: an internal fault. Inner: an attribute that never changes has another value, a required one or the last name to
/// sign in with is cleared, values do not fit the schema.
pub fn update(
    pool: &Pool,
    client: &Client,
    user: &User,
    wishes: &Wishes,
    now: i64,
) -> Decided<Option<Changed>> {
    let before = &user.doc.attributes;
    let change = match decide(pool, client, Some(user), before, wishes)? {
        Ok(change) => change,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let mut after = user.clone();
    for name in &change.gone {
        after.doc.attributes.remove(name);
    }
    after.doc.attributes.extend(change.set);
    let mut touched = Vec::new();
    for contact in Contact::ALL {
        if after.attribute(contact.attribute()) != user.attribute(contact.attribute()) {
            after.doc.pending.remove(contact.attribute());
            touched.push(contact);
        }
    }
    if after.doc == user.doc {
        return Ok(Ok(None));
    }
    after.modified = now;
    Ok(Ok(Some(Changed { after, touched })))
}

/// New values that differ from the old ones and fit, and attributes that go away.
struct Change {
    set: BTreeMap<String, String>,
    gone: Vec<String>,
}

fn decide(
    pool: &Pool,
    client: &Client,
    user: Option<&User>,
    before: &BTreeMap<String, String>,
    wishes: &Wishes,
) -> Decided<Change> {
    let (mut set, mut gone, mut items) = (BTreeMap::new(), Vec::new(), Vec::new());
    let plain = wishes.iter().filter(|(name, _)| !schema::is_flag(name));
    // What the client may not write is left out, as the service does today.
    for (name, wish) in plain.filter(|(name, _)| counts(pool, client, name)) {
        let had = before.get(name);
        if had == wish.as_ref() {
            continue;
        }
        let fixed = schema::find(pool, name).is_some_and(|entry| entry.mutable == Some(false));
        match wish {
            // A user who does not exist yet gets every attribute for the first time.
            _ if fixed && user.is_some() => items.push(cannot_be_updated(name)),
            Some(value) => {
                set.insert(name.clone(), value.clone());
            }
            None if is_needed(pool, user, name) => items.push(texts::attribute_required(name)),
            None => gone.push(name.clone()),
        }
    }
    for contact in Contact::ALL {
        let moved = set.contains_key(contact.attribute());
        let flag = flag(pool, client, contact, wishes, moved);
        set.extend(flag.map(|value| (contact.flag().to_owned(), value)));
        if gone.iter().any(|name| name == contact.attribute()) {
            gone.push(contact.flag().to_owned());
        }
    }
    let missing = |entry: &_| user.is_none() && schema::is_required(entry);
    items.extend(attributes::faults(pool, &mut set, missing));
    if !items.is_empty() {
        return Ok(Err(Rejection::invalid_attributes(&items)));
    }
    let formats = attributes::check_formats(pool, &set);
    if let Err(fault) = formats.and_then(|()| attributes::check_birthdate(&set)) {
        return Rejection::of(fault).map(Err);
    }
    set.retain(|name, value| before.get(name) != Some(value));
    Ok(Ok(Change { set, gone }))
}

/// True for an attribute that a mapping can set through this client.
fn counts(pool: &Pool, client: &Client, name: &str) -> bool {
    schema::takes(pool, name) && may_write(pool, client, name)
}

/// Returns the flag of a contact as it must be set. The provider's word about an address counts for the address that comes
/// with it and no other; an address that comes without it is not verified.
fn flag(
    pool: &Pool,
    client: &Client,
    contact: Contact,
    wishes: &Wishes,
    moved: bool,
) -> Option<String> {
    let address = wishes.get(contact.attribute());
    let given = address.is_some_and(Option::is_some) && counts(pool, client, contact.attribute());
    match wishes.get(contact.flag()).filter(|_| given) {
        Some(Some(value)) => Some(value.clone()),
        Some(None) => Some("false".to_owned()),
        None => moved.then(|| "false".to_owned()),
    }
}

/// True for an attribute that a user cannot be without: what the schema requires, and the address or number that is the
/// name of a user of the pool's own.
fn is_needed(pool: &Pool, user: Option<&User>, name: &str) -> bool {
    let logins = pool.doc.username_attributes.as_deref().unwrap_or_default();
    let is_login = logins.iter().any(|attribute| match attribute {
        UsernameAttributeType::Email => name == Contact::Email.attribute(),
        UsernameAttributeType::PhoneNumber => name == Contact::PhoneNumber.attribute(),
    });
    let own = user.is_some_and(|user| user.status != UserStatusType::ExternalProvider);
    schema::requires(pool, name) || (is_login && own)
}

#[cfg(test)]
mod tests;
