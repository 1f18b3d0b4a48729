//! Changes of the attributes of a user who exists: their effect on addresses that are verified or must be before they
//! count, and the codes that are sent (auth.md 2.12, admin.md 1.9, 2.4). `permission.rs` decides whether they are
//! allowed.

use std::collections::BTreeMap;

use cognate_shapes::VerifiedAttributeType;

use crate::errors::{self, Result, auth, invalid_parameter, unconfirmed};
use crate::facts::contact::Contact;
use crate::messages::destination::{self, Destination};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::users::attributes::{self, FLAGS, Given};
use crate::users::permission::{self, By, Refusal, Wish};

/// A change as it will be saved.
pub struct Change {
    /// The user as it will be.
    pub after: User,
    /// The destinations of the codes that verify new values.
    pub to_verify: Vec<Destination>,
    /// The contacts whose value or pending value was touched: older codes for them are void.
    pub touched: Vec<Contact>,
    /// True if an address by which a password may be replaced has another value now.
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

/// Sets new values of a user's attributes; an empty one deletes the attribute.
///
/// # Errors
/// NotAuthorizedException for attributes that the client may not write (auth.md 6.7), InvalidParameterException for
/// those that the schema does not have, does not let change, requires, or has another form for (admin.md 2.4).
pub fn update(pool: &Pool, by: By<'_>, user: &User, given: Given) -> Result<Change> {
    let (mut set, gone) = parted(attributes::named_values(given)?);
    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
    let wish = Wish {
        set: &set,
        gone: &gone,
    };
    permission::check(pool, by, user, &wish).map_err(|refusal| refused(refusal, false))?;
    attributes::check_formats(pool, &set)?;
    let faults = attributes::faults(pool, &mut set, |_| false);
    if !faults.is_empty() {
        let items: Vec<String> = faults.iter().map(|fault| format!("user.{fault}")).collect();
        return Err(errors::users::invalid_changes(&items).into());
    }
    attributes::check_birthdate(&set)?;

    let mut change = Change::none(user);
    for name in gone {
        delete_one(&mut change, name);
    }
    for contact in Contact::ALL {
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

/// Deletes attributes of a user; those that the user does not have do no harm.
///
/// # Errors
/// InvalidParameterException for attributes that the schema does not have or requires, NotAuthorizedException for those
/// that the client may not write.
pub fn delete(pool: &Pool, by: By<'_>, user: &User, given: &[String]) -> Result<Change> {
    let gone: Vec<&str> = given.iter().map(String::as_str).collect();
    let wish = Wish {
        set: &BTreeMap::new(),
        gone: &gone,
    };
    permission::check(pool, by, user, &wish).map_err(|refusal| refused(refusal, true))?;
    let mut change = Change::none(user);
    for name in gone {
        delete_one(&mut change, name);
    }
    Ok(change)
}

/// Returns the user with the attributes that come with the answer to a challenge (auth.md 6.5). No code goes out: a new
/// address is not verified, and one that was verified is not replaced.
///
/// # Errors
/// NotAuthorizedException for attributes that have a value already or that the client may not write,
/// InvalidParameterException for those that the schema does not have, does not let change, requires, or has another
/// form for.
pub fn complete(
    pool: &Pool,
    client: &Client,
    user: &User,
    given: BTreeMap<String, String>,
) -> Result<User> {
    let (mut set, gone) = parted(given);
    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
    let wish = Wish {
        set: &set,
        gone: &gone,
    };
    permission::check(pool, By::Challenge(client), user, &wish).map_err(refused_answer)?;
    attributes::check_formats(pool, &set)?;
    let faults = attributes::faults(pool, &mut set, |_| false);
    if !faults.is_empty() {
        return Err(errors::users::not_conforming(&faults).into());
    }
    attributes::check_birthdate(&set)?;
    let mut after = user.clone();
    let doc = &mut after.doc;
    for name in gone {
        doc.attributes.remove(name);
    }
    for contact in Contact::ALL {
        if set.contains_key(contact.attribute()) {
            doc.attributes.remove(contact.flag());
            doc.pending.remove(contact.attribute());
        }
    }
    doc.attributes.append(&mut set);
    Ok(after)
}

/// Splits the new values from the names of empty values, which delete an attribute (auth.md 2.12).
fn parted(given: BTreeMap<String, String>) -> (BTreeMap<String, String>, Vec<String>) {
    let (gone, set): (BTreeMap<_, _>, BTreeMap<_, _>) =
        given.into_iter().partition(|(_, value)| value.is_empty());
    (set, gone.into_keys().collect())
}

/// Words a refusal for the operations that change attributes. `deletes`: those that only delete have another text for
/// an attribute that the schema does not have (auth.md 6.7, 6.8).
fn refused(refusal: Refusal, deletes: bool) -> errors::Fault {
    let listed = |names: &[String], item: fn(&str) -> String| -> Vec<String> {
        names.iter().map(|name| item(name)).collect()
    };
    match refusal {
        Refusal::Unknown(names) => {
            let items = listed(&names, errors::users::user_attribute_not_in_schema);
            if deletes {
                errors::users::invalid_user_attributes(&items)
            } else {
                errors::users::invalid_changes(&items)
            }
        }
        Refusal::OfService(name) => errors::users::non_mutable_attribute(&name),
        Refusal::Flag(_) | Refusal::Unwritable => errors::users::unauthorized_attribute(),
        Refusal::Fixed(names) => {
            errors::users::invalid_changes(&listed(&names, errors::users::user_attribute_fixed))
        }
        Refusal::Required(name) => errors::users::required_attribute(&name),
        Refusal::Provided(name) => auth::attribute_already_provided(&name),
    }
    .into()
}

/// Returns the refusal at a challenge (auth.md 6.5, settled L6).
fn refused_answer(refusal: Refusal) -> errors::Fault {
    let first = |names: Vec<String>| names.into_iter().next().unwrap_or_default();
    match refusal {
        Refusal::Unknown(names) => errors::users::attribute_type_unknown(&first(names)),
        Refusal::OfService(name) | Refusal::Flag(name) => {
            errors::users::non_mutable_attribute(&name)
        }
        Refusal::Unwritable => errors::users::unauthorized_attribute(),
        Refusal::Fixed(names) => errors::users::non_mutable_attribute(&first(names)),
        Refusal::Required(name) => auth::required_attribute_missing(&name),
        Refusal::Provided(name) => auth::attribute_already_provided(&name),
    }
    .into()
}

fn delete_one(change: &mut Change, name: &str) {
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
        // To ask for the value that is there discards the one that waits.
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

/// True if a new value of the attribute waits for its verification (UserAttributeUpdateSettings).
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
