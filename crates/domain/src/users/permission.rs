//! The one place that decides whether the attributes of a user who exists may change (auth.md 2.12, 5.3, admin.md 1.4).
//! Every operation and every challenge that changes them asks [`check`] and puts the refusal into its own words.

use std::collections::BTreeMap;

use cognate_shapes::{UserStatusType, UsernameAttributeType};

use crate::facts::contact::Contact;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::schema;
use crate::records::user::User;
use crate::tokens::verify::Signed;

/// The author of a change.
#[derive(Clone, Copy)]
pub enum By<'a> {
    /// The signed-in user, through an application.
    User(&'a Client),
    /// The same through an application that nobody vouches for, or that its user alone let in: it changes what WriteAttributes lists,
    /// and nothing because nothing is listed.
    Stranger(&'a Client),
    /// The user in the middle of a sign-in, through an application: adds what is missing and replaces nothing that is
    /// required or that messages go to.
    Challenge(&'a Client),
    /// An administrator.
    Admin,
}

impl<'a> By<'a> {
    /// Returns the author of a change that is asked for with an access token.
    pub fn token(signed: &'a Signed) -> Self {
        let client = &signed.client;
        match client.is_let_in_by_users() || signed.session.url().is_some() {
            true => Self::Stranger(client),
            false => Self::User(client),
        }
    }
}

/// A wished change.
pub struct Wish<'a> {
    /// New values by name, none of them empty.
    pub set: &'a BTreeMap<String, String>,
    /// The names of the attributes that are deleted.
    pub gone: &'a [&'a str],
}

impl Wish<'_> {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.set
            .keys()
            .map(String::as_str)
            .chain(self.gone.iter().copied())
    }
}

/// The reason why a change is not allowed.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The schema does not have these.
    Unknown(Vec<String>),
    /// Only the service sets this.
    OfService(String),
    /// Only the service and an administrator set this.
    Flag(String),
    /// The application may not write one of them.
    Unwritable,
    /// These never change once the user exists.
    Fixed(Vec<String>),
    /// Every user must have this, or this user must in order to sign in.
    Required(String),
    /// This has a value already: an identity provider's, or one that a challenge does not replace.
    Provided(String),
}

/// Decides whether `user` may be changed so. The order of the rules is that of the service where it is known: a name
/// that the schema does not have is reported before the permission is checked (settled L12).
///
/// # Errors
/// The first rule that is broken.
pub fn check(pool: &Pool, by: By<'_>, user: &User, wish: &Wish<'_>) -> Result<(), Refusal> {
    let all = |is: &dyn Fn(&str) -> bool| -> Vec<String> {
        let names = wish.names().filter(|name| is(name));
        names.map(str::to_owned).collect()
    };
    let first = |is: &dyn Fn(&str) -> bool| wish.names().find(|name| is(name)).map(str::to_owned);

    let unknown = all(&|name| !schema::takes(pool, name));
    if !unknown.is_empty() {
        return Err(Refusal::Unknown(unknown));
    }
    if let Some(name) = first(&schema::is_of_service) {
        return Err(Refusal::OfService(name));
    }
    if let By::Challenge(_) = by {
        let replaced = |name: &str| {
            let needed = is_required(pool, name) || Contact::of_attribute(name).is_some();
            needed && has(user, name)
        };
        if let Some(name) = first(&replaced) {
            return Err(Refusal::Provided(name));
        }
    }
    if let By::User(client) | By::Challenge(client) | By::Stranger(client) = by {
        if let Some(name) = first(&schema::is_flag) {
            return Err(Refusal::Flag(name));
        }
        let is_stranger = matches!(by, By::Stranger(_));
        let may = |name: &str| match is_stranger {
            true => lists(client, name) && may_write(pool, client, name),
            false => may_write(pool, client, name),
        };
        if first(&|name| !may(name)).is_some() {
            return Err(Refusal::Unwritable);
        }
    }
    let fixed =
        all(&|name| schema::find(pool, name).is_some_and(|entry| entry.mutable == Some(false)));
    if !fixed.is_empty() {
        return Err(Refusal::Fixed(fixed));
    }
    if let Some(name) = lost(pool, user, wish.gone) {
        return Err(Refusal::Required(name));
    }
    if let By::User(_) | By::Stranger(_) = by
        && let Some(name) = provided(user, wish)
    {
        return Err(Refusal::Provided(name));
    }
    Ok(())
}

/// True if a client may write an attribute: its WriteAttributes, by default the standard attributes, and what the
/// schema requires (auth.md 2.12, 5.3). What only the service or a developer sets is never among them.
pub fn may_write(pool: &Pool, client: &Client, name: &str) -> bool {
    let own = schema::is_of_service(name) || schema::is_flag(name) || name.starts_with("dev:");
    let by_default = client.doc.write_attributes.is_none() && !name.contains(':');
    !own && (by_default || lists(client, name) || is_required(pool, name))
}

/// True if WriteAttributes of a client has an attribute.
fn lists(client: &Client, name: &str) -> bool {
    let mut listed = client.doc.write_attributes.iter().flatten();
    listed.any(|allowed| allowed == name)
}

fn is_required(pool: &Pool, name: &str) -> bool {
    schema::requires(pool, name)
}

fn has(user: &User, name: &str) -> bool {
    user.attribute(name).is_some_and(|value| !value.is_empty())
}

/// Returns what would be lost and must not: what the schema requires, or the last name by which a user of a pool with
/// username attributes can sign in.
fn lost(pool: &Pool, user: &User, gone: &[&str]) -> Option<String> {
    if let Some(name) = gone.iter().find(|name| is_required(pool, name)) {
        return Some((*name).to_owned());
    }
    let mut logins = pool
        .doc
        .username_attributes
        .iter()
        .flatten()
        .map(|attribute| match attribute {
            UsernameAttributeType::Email => "email",
            UsernameAttributeType::PhoneNumber => "phone_number",
        })
        .filter(|name| has(user, name));
    let name = logins.clone().find(|name| gone.contains(name))?;
    logins
        .all(|login| gone.contains(&login))
        .then(|| name.to_owned())
}

/// Returns an attribute that an identity provider set: it is not the user's to change or to delete (settled T7).
fn provided(user: &User, wish: &Wish<'_>) -> Option<String> {
    if user.status != UserStatusType::ExternalProvider {
        return None;
    }
    let changed = |(name, value): &(&String, &String)| {
        has(user, name) && user.attribute(name) != Some(value.as_str())
    };
    let replaced = wish.set.iter().find(changed).map(|(name, _)| name.clone());
    let taken = || wish.gone.iter().find(|name| has(user, name));
    replaced.or_else(|| taken().map(|name| (*name).to_owned()))
}
