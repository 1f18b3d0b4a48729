//! Changes of the attributes of a user who exists: who may make them, what they do to addresses that are verified or
//! must be before they count, and the codes that go out (auth.md 2.12, admin.md 1.9, 2.4).

use std::collections::BTreeMap;

use cognate_shapes::{AttributeType, UserStatusType, UsernameAttributeType, VerifiedAttributeType};

use crate::errors::{self, Result, auth, invalid_parameter, unconfirmed};
use crate::messages::destination::{self, Contact, Destination};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::users::attributes::{self, FLAGS, RESERVED, Writer};
use crate::users::schema;

const CONTACTS: [Contact; 2] = [Contact::Email, Contact::PhoneNumber];

/// What a change comes to.
pub struct Change {
    /// The user as it will be.
    pub after: User,
    /// Where codes go that verify a new value.
    pub to_verify: Vec<Destination>,
    /// The contacts whose value or pending value was touched: older codes for them are void.
    pub touched: Vec<Contact>,
    /// Whether an address by which a password may be replaced has another value now.
    pub moved: bool,
}

impl Change {
    fn none(user: &User) -> Self {
        Self {
            after: user.clone(),
            to_verify: Vec::new(),
            touched: Vec::new(),
            moved: false,
        }
    }

    fn touch(&mut self, contact: Contact) {
        if !self.touched.contains(&contact) {
            self.touched.push(contact);
        }
    }

    fn remove(&mut self, contact: Contact) {
        let doc = &mut self.after.doc;
        self.moved |= doc.attributes.remove(contact.attribute()).is_some();
        doc.attributes.remove(contact.flag());
        doc.pending.remove(contact.attribute());
        self.touch(contact);
    }
}

/// New values for a user's attributes; an empty one takes the attribute away.
///
/// # Errors
/// NotAuthorizedException for what the client may not write (auth.md 6.7), InvalidParameterException for what the schema
/// does not have, does not let change, requires, or has another form for (admin.md 2.4).
pub fn update(
    pool: &Pool,
    writer: Writer<'_>,
    user: &User,
    given: Vec<AttributeType>,
) -> Result<Change> {
    let given = attributes::named_values(given)?;
    let names = || given.keys().map(String::as_str);
    check_writable(pool, writer, names())?;
    check_names(pool, names())?;
    let (gone, mut set): (BTreeMap<_, _>, BTreeMap<_, _>) =
        given.into_iter().partition(|(_, value)| value.is_empty());
    let gone: Vec<&str> = gone.keys().map(String::as_str).collect();
    check_deletable(pool, user, &gone)?;
    if let Writer::Client(_) = writer {
        check_provided(user, &set)?;
    }
    attributes::check_formats(&set)?;
    attributes::conform_by(pool, &mut set, |_, _| false)?;

    let mut change = Change::none(user);
    for name in gone {
        take_away(&mut change, name);
    }
    for contact in CONTACTS {
        let verified = set.remove(contact.flag());
        let value = set.remove(contact.attribute());
        set_contact(pool, &mut change, contact, value, verified.as_deref());
    }
    change.after.doc.attributes.append(&mut set);
    for (flag, attribute) in FLAGS {
        let has = |name: &str| change.after.attribute(name).is_some();
        if has(flag) && !has(attribute) {
            return Err(invalid_parameter(unconfirmed::nothing_to_verify(flag)).into());
        }
    }
    Ok(change)
}

/// Takes attributes away from a user; those that the user does not have do no harm.
///
/// # Errors
/// InvalidParameterException for what the schema does not have or requires, NotAuthorizedException for what the client
/// may not write.
pub fn delete(pool: &Pool, writer: Writer<'_>, user: &User, given: &[String]) -> Result<Change> {
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let unknown = given
        .iter()
        .filter(|name| schema::find(pool, name).is_none());
    let unknown: Vec<String> = unknown
        .map(|name| errors::users::user_attribute_not_in_schema(name))
        .collect();
    if !unknown.is_empty() {
        return Err(errors::users::invalid_user_attributes(&unknown).into());
    }
    check_writable(pool, writer, given.iter().copied())?;
    check_deletable(pool, user, &given)?;
    check_names(pool, given.iter().copied())?;
    let mut change = Change::none(user);
    for name in given {
        take_away(&mut change, name);
    }
    Ok(change)
}

/// Applications write what their WriteAttributes allow and what the schema requires (auth.md 5.3).
fn check_writable<'a>(
    pool: &Pool,
    writer: Writer<'_>,
    mut names: impl Iterator<Item = &'a str>,
) -> Result<()> {
    let Writer::Client(client) = writer else {
        return Ok(());
    };
    let required = |name: &str| {
        let entry = schema::find(pool, name);
        entry.is_some_and(|entry| entry.required == Some(true)) && !RESERVED.contains(&name)
    };
    if names.all(|name| attributes::may_write(client, name) || required(name)) {
        Ok(())
    } else {
        Err(errors::users::unauthorized_attribute().into())
    }
}

/// Refuses what the schema does not have and what never changes.
fn check_names<'a>(pool: &Pool, names: impl Iterator<Item = &'a str>) -> Result<()> {
    let items: Vec<String> = names
        .filter_map(|name| match schema::find(pool, name) {
            None => Some(errors::users::user_attribute_not_in_schema(name)),
            Some(entry) => {
                let fixed = entry.mutable == Some(false) || RESERVED.contains(&name);
                fixed.then(|| errors::users::user_attribute_fixed(name))
            }
        })
        .collect();
    if items.is_empty() {
        Ok(())
    } else {
        Err(errors::users::invalid_changes(&items).into())
    }
}

/// Refuses to take away what the schema requires, and the last name by which a user of a pool with username attributes
/// can sign in.
fn check_deletable(pool: &Pool, user: &User, gone: &[&str]) -> Result<()> {
    let required = gone.iter().find(|name| {
        let entry = schema::find(pool, name);
        entry.is_some_and(|entry| entry.required == Some(true)) && !RESERVED.contains(name)
    });
    if let Some(name) = required {
        return Err(errors::users::required_attribute(name).into());
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
        .filter(|name| user.attribute(name).is_some_and(|value| !value.is_empty()));
    match logins.clone().find(|name| gone.contains(name)) {
        Some(name) if logins.all(|login| gone.contains(&login)) => {
            Err(errors::users::required_attribute(name).into())
        }
        _ => Ok(()),
    }
}

/// What an identity provider gave is not the user's to change (settled T7).
fn check_provided(user: &User, set: &BTreeMap<String, String>) -> Result<()> {
    if user.status != UserStatusType::ExternalProvider {
        return Ok(());
    }
    let changed = set.iter().find(|(name, value)| {
        user.attribute(name)
            .is_some_and(|had| !had.is_empty() && had != value.as_str())
    });
    match changed {
        Some((name, _)) => Err(auth::attribute_already_provided(name).into()),
        None => Ok(()),
    }
}

fn take_away(change: &mut Change, name: &str) {
    match Contact::of_attribute(name) {
        // The flag speaks of a value that is gone (admin.md 2.4).
        Some(contact) => change.remove(contact),
        None => {
            change.after.doc.attributes.remove(name);
        }
    }
}

/// Sets an address or number, or what is known of it. Another value is not verified unless the administrator says so,
/// and in pools that require it does not count before it is.
fn set_contact(
    pool: &Pool,
    change: &mut Change,
    contact: Contact,
    value: Option<String>,
    verified: Option<&str>,
) {
    let (name, flag) = (contact.attribute().to_owned(), contact.flag().to_owned());
    let doc = &mut change.after.doc;
    let same = value.as_ref().is_some() && doc.attributes.get(&name) == value.as_ref();
    let Some(value) = value.filter(|_| !same) else {
        if let Some(verified) = verified {
            doc.attributes.insert(flag, verified.to_owned());
        }
        // To ask for the value that is there is to give up the one that waits.
        if same && doc.pending.remove(&name).is_some() {
            change.touch(contact);
        }
        return;
    };
    change.touch(contact);
    let to = Destination {
        contact,
        value: value.clone(),
    };
    let doc = &mut change.after.doc;
    if verified != Some("true") && is_verified_first(pool, contact) {
        doc.pending.insert(name, value);
        change.to_verify.push(to);
        return;
    }
    doc.pending.remove(&name);
    doc.attributes.insert(name, value);
    let verified = verified.unwrap_or("false");
    doc.attributes.insert(flag, verified.to_owned());
    change.moved = true;
    if verified != "true" && destination::auto_verified(pool).contains(&contact) {
        change.to_verify.push(to);
    }
}

/// Whether a new value of the attribute waits for its verification (UserAttributeUpdateSettings).
fn is_verified_first(pool: &Pool, contact: Contact) -> bool {
    let setting = &pool.doc.user_attribute_update_settings;
    let list = setting
        .attributes_require_verification_before_update
        .as_deref();
    let wanted = match contact {
        Contact::Email => VerifiedAttributeType::Email,
        Contact::PhoneNumber => VerifiedAttributeType::PhoneNumber,
    };
    list.is_some_and(|list| list.contains(&wanted))
}
