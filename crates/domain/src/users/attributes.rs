//! Attributes of a new user: permission to write them, the requirements of the schema, and the form of user names.
//! `changes.rs` holds the rules that differ for a user who exists.

use std::collections::BTreeMap;

use cognate_shapes::{
    AliasAttributeType, AttributeDataType, AttributeType, SchemaAttributeType,
    UsernameAttributeType,
};

use crate::errors::{self, Result, invalid_parameter, unconfirmed};
use crate::facts::names;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::schema;
use crate::users::permission::may_write;

/// Names and values as a caller sends them. A value can be missing, which is refused where the attributes are checked.
pub type Given = Vec<(String, Option<String>)>;

/// Returns the names and values of a request.
pub fn given(list: Option<Vec<AttributeType>>) -> Given {
    let list = list.unwrap_or_default().into_iter();
    list.map(|each| (each.name, each.value)).collect()
}

/// The author of a new user's attributes.
#[derive(Clone, Copy)]
pub enum Writer<'a> {
    /// An application, in the name of a user: its WriteAttributes count.
    Client(&'a Client),
    /// An administrator.
    Admin,
    /// The function that brings a user from another directory.
    Migration,
    /// A job that imports users, who have every attribute that the pool requires.
    Import,
}

/// The flags that tell whether an address is verified, with the address.
pub(super) const FLAGS: [(&str, &str); 2] = [
    ("email_verified", "email"),
    ("phone_number_verified", "phone_number"),
];

/// Refuses user names that the pool's sign-in options do not allow (auth.md 2.4), that have the form of a user id, or
/// that have a character which is not seen: the last two would pass for somebody else's.
pub fn check_username(pool: &Pool, username: &str) -> Result<()> {
    let options = pool.doc.username_attributes.as_deref().unwrap_or_default();
    if !options.is_empty() {
        let (email, phone) = (names::is_email(username), names::is_phone_number(username));
        let allows_email = options.contains(&UsernameAttributeType::Email);
        let allows_phone = options.contains(&UsernameAttributeType::PhoneNumber);
        return match (allows_email, allows_phone) {
            (true, false) if !email => Err(errors::users::username_should_be_email().into()),
            (false, true) if !phone => Err(errors::users::username_should_be_phone_number().into()),
            (true, true) if !email && !phone => {
                Err(errors::users::username_should_be_either().into())
            }
            _ => Ok(()),
        };
    }
    if has_form_of_alias(pool, username, &AliasAttributeType::Email) {
        return Err(errors::users::username_of_email_form().into());
    }
    if has_form_of_alias(pool, username, &AliasAttributeType::PhoneNumber) {
        return Err(errors::users::username_of_phone_number_form().into());
    }
    if names::looks_like_id(username) {
        return Err(invalid_parameter(unconfirmed::USERNAME_OF_ID_FORM).into());
    }
    if names::has_unseen(username) {
        return Err(invalid_parameter(unconfirmed::USERNAME_UNSEEN).into());
    }
    Ok(())
}

/// Checks a preferred user name in the same way; it is a name to sign in with where it is an alias.
fn check_preferred_username(pool: &Pool, name: &str) -> Result<()> {
    let text = if !is_alias(pool, &AliasAttributeType::PreferredUsername) {
        return Ok(());
    } else if has_form_of_alias(pool, name, &AliasAttributeType::Email) {
        unconfirmed::PREFERRED_USERNAME_OF_EMAIL_FORM
    } else if has_form_of_alias(pool, name, &AliasAttributeType::PhoneNumber) {
        unconfirmed::PREFERRED_USERNAME_OF_PHONE_NUMBER_FORM
    } else if names::looks_like_id(name) {
        unconfirmed::PREFERRED_USERNAME_OF_ID_FORM
    } else if names::has_unseen(name) {
        unconfirmed::PREFERRED_USERNAME_UNSEEN
    } else {
        return Ok(());
    };
    Err(invalid_parameter(text).into())
}

fn is_alias(pool: &Pool, alias: &AliasAttributeType) -> bool {
    let aliases = pool.doc.alias_attributes.as_deref();
    aliases.is_some_and(|list| list.contains(alias))
}

/// True if a name could be the address or number of `alias`, one of the pool's, as it is written or as it is compared.
fn has_form_of_alias(pool: &Pool, name: &str, alias: &AliasAttributeType) -> bool {
    let form = match alias {
        AliasAttributeType::Email => names::is_email,
        AliasAttributeType::PhoneNumber => names::is_phone_number,
        AliasAttributeType::PreferredUsername => return false,
    };
    let others = pool.other_names();
    let will_be = others.is_some_and(|rules| rules.aliases.contains(alias));
    (is_alias(pool, alias) || will_be) && (form(name) || form(&pool.fold(name)))
}

/// Returns the attributes of a new user, in the form in which they are kept. In pools with username attributes the user
/// name becomes the attribute of its kind.
///
/// # Errors
/// InvalidParameterException for values that do not fit the schema, NotAuthorizedException for attributes that the
/// client may not write (auth.md 6.2, 6.8).
pub fn validate_new(
    pool: &Pool,
    writer: Writer<'_>,
    username: &str,
    given: Given,
) -> Result<BTreeMap<String, String>> {
    let mut attributes = named_values(given)?;
    check_writable(pool, writer, &attributes)?;
    let at_sign_up = matches!(writer, Writer::Client(_));
    if at_sign_up
        && is_alias(pool, &AliasAttributeType::PreferredUsername)
        && attributes.contains_key("preferred_username")
    {
        return Err(errors::users::preferred_username_at_sign_up().into());
    }
    if pool.has_username_attributes() {
        add_username(pool, username, &mut attributes)?;
    }
    check_formats(pool, &attributes)?;
    // An empty value is no value (auth.md 2.12).
    attributes.retain(|_, value| !value.is_empty());
    conform(pool, writer, &mut attributes)?;
    for (flag, attribute) in FLAGS {
        if attributes.contains_key(flag) && !attributes.contains_key(attribute) {
            return Err(invalid_parameter(unconfirmed::nothing_to_verify(flag)).into());
        }
    }
    Ok(attributes)
}

/// Returns the attributes by name; of two values for one name the last counts.
pub(super) fn named_values(given: Given) -> Result<BTreeMap<String, String>> {
    let mut attributes = BTreeMap::new();
    for (name, value) in given {
        let value = value.ok_or_else(|| errors::users::attribute_value_null(&name))?;
        attributes.insert(name, value);
    }
    Ok(attributes)
}

fn check_writable(
    pool: &Pool,
    writer: Writer<'_>,
    attributes: &BTreeMap<String, String>,
) -> Result<()> {
    let mut names = attributes.keys().map(String::as_str);
    if let Some(name) = names.clone().find(|name| !schema::takes(pool, name)) {
        return Err(errors::users::attribute_type_unknown(name).into());
    }
    match writer {
        Writer::Client(client) if names.all(|name| may_write(pool, client, name)) => Ok(()),
        Writer::Client(_) => Err(errors::users::unauthorized_attribute().into()),
        Writer::Admin | Writer::Migration | Writer::Import => {
            match names.find(|name| schema::is_of_service(name)) {
                Some(name) => Err(errors::users::non_mutable_attribute(name).into()),
                None => Ok(()),
            }
        }
    }
}

fn add_username(
    pool: &Pool,
    username: &str,
    attributes: &mut BTreeMap<String, String>,
) -> Result<()> {
    let kind = if names::is_email(username) {
        "email"
    } else {
        "phone_number"
    };
    match attributes.get(kind).filter(|given| !given.is_empty()) {
        Some(given) if pool.fold(given) != pool.fold(username) => {
            Err(errors::users::username_differs(kind).into())
        }
        Some(_) => Ok(()),
        None => {
            attributes.insert(kind.to_owned(), username.to_owned());
            Ok(())
        }
    }
}

/// Refuses texts that are no address or number, and preferred user names that would pass for something else.
pub fn check_formats(pool: &Pool, attributes: &BTreeMap<String, String>) -> Result<()> {
    if attributes
        .get("email")
        .is_some_and(|value| !names::is_email(value))
    {
        return Err(errors::users::invalid_email().into());
    }
    if attributes
        .get("phone_number")
        .is_some_and(|value| !names::is_phone_number(value))
    {
        return Err(errors::users::invalid_phone_number().into());
    }
    match attributes.get("preferred_username") {
        Some(name) => check_preferred_username(pool, name),
        None => Ok(()),
    }
}

/// Checks types, constraints and required attributes, and reports every fault at once (auth.md 6.2).
fn conform(
    pool: &Pool,
    writer: Writer<'_>,
    attributes: &mut BTreeMap<String, String>,
) -> Result<()> {
    let items = faults(pool, attributes, |entry| is_missing(entry, writer));
    if !items.is_empty() {
        return Err(errors::users::not_conforming(&items).into());
    }
    check_birthdate(attributes)
}

/// Returns the faults by the schema, in its order: `<name>: <fault>` for each attribute that is given with a wrong
/// value or that `is_missing` asks for. Brings flags into the form `true`/`false`.
pub fn faults(
    pool: &Pool,
    attributes: &mut BTreeMap<String, String>,
    is_missing: impl Fn(&SchemaAttributeType) -> bool,
) -> Vec<String> {
    let mut items = Vec::new();
    for entry in schema::of_all_rules(pool) {
        let name = entry.name.as_deref().unwrap_or_default();
        match attributes.get_mut(name) {
            Some(value) => {
                items.extend(mismatch(entry, value).map(|fault| format!("{name}: {fault}")));
            }
            None if is_missing(entry) => items.push(errors::users::attribute_required(name)),
            None => {}
        }
    }
    items
}

/// Refuses a date of birth that is no day of the calendar; its length is the schema's business.
pub fn check_birthdate(attributes: &BTreeMap<String, String>) -> Result<()> {
    if attributes
        .get("birthdate")
        .is_some_and(|value| !is_date(value))
    {
        return Err(invalid_parameter(unconfirmed::INVALID_BIRTHDATE).into());
    }
    Ok(())
}

/// True if an attribute must be present now. An administrator may leave to the user's first sign-in the attributes that
/// the user can still write then (admin.md 2.2).
fn is_missing(entry: &SchemaAttributeType, writer: Writer<'_>) -> bool {
    schema::is_required(entry)
        && match writer {
            Writer::Client(_) | Writer::Import => true,
            Writer::Admin => entry.mutable == Some(false),
            // A required attribute that the other directory does not have has no value (admin.md 3.4).
            Writer::Migration => false,
        }
}

/// True if a value does not fit an entry of a schema.
pub fn unfit(entry: &SchemaAttributeType, value: &str) -> bool {
    mismatch(entry, &mut value.to_owned()).is_some()
}

/// Returns the reason why a value does not fit its entry of the schema; brings flags into the form `true`/`false`.
fn mismatch(entry: &SchemaAttributeType, value: &mut String) -> Option<String> {
    match entry.attribute_data_type.unwrap_or_default() {
        AttributeDataType::String => string_mismatch(entry, value),
        AttributeDataType::Number => number_mismatch(entry, value),
        AttributeDataType::Boolean => {
            let flag = value.to_ascii_lowercase();
            let fits = flag == "true" || flag == "false";
            *value = flag;
            (!fits).then(|| unconfirmed::WRONG_TYPE.to_owned())
        }
        AttributeDataType::DateTime => {
            (!is_time(value)).then(|| unconfirmed::WRONG_TYPE.to_owned())
        }
    }
}

fn string_mismatch(entry: &SchemaAttributeType, value: &str) -> Option<String> {
    let limits = entry.string_attribute_constraints.as_ref()?;
    let length = i128::try_from(value.chars().count()).unwrap_or(i128::MAX);
    let min = number(limits.min_length.as_deref());
    let max = number(limits.max_length.as_deref());
    match (min, max) {
        (Some(min), _) if length < min => Some(errors::users::too_short(min)),
        (_, Some(max)) if length > max => Some(errors::users::too_long(max)),
        _ => None,
    }
}

fn number_mismatch(entry: &SchemaAttributeType, value: &str) -> Option<String> {
    let Some(value) = number(Some(value)) else {
        return Some(unconfirmed::WRONG_TYPE.to_owned());
    };
    let limits = entry.number_attribute_constraints.as_ref()?;
    match (
        number(limits.min_value.as_deref()),
        number(limits.max_value.as_deref()),
    ) {
        (Some(min), _) if value < min => Some(unconfirmed::too_small(min)),
        (_, Some(max)) if value > max => Some(unconfirmed::too_large(max)),
        _ => None,
    }
}

fn number(text: Option<&str>) -> Option<i128> {
    text?.parse().ok()
}

/// True for `YYYY-MM-DD` of a day that exists.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let mut part = |digits: usize| {
        let part = parts
            .next()
            .filter(|p| p.len() == digits && p.bytes().all(|b| b.is_ascii_digit()))?;
        part.parse::<u32>().ok()
    };
    let (Some(year), Some(month), Some(day)) = (part(4), part(2), part(2)) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// True for a date, or a date with a time behind `T` (ISO 8601).
fn is_time(text: &str) -> bool {
    match text.split_once('T') {
        None => is_date(text),
        Some((date, time)) => {
            let clock = time.get(..5).unwrap_or_default();
            let fits = |part: &str, below: u32| {
                part.len() == 2 && part.parse::<u32>().is_ok_and(|n| n < below)
            };
            is_date(date)
                && clock
                    .split_once(':')
                    .is_some_and(|(hour, minute)| fits(hour, 24) && fits(minute, 60))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_of_the_calendar() {
        for good in ["1990-01-31", "2024-02-29", "2000-02-29"] {
            assert!(is_date(good), "{good}");
        }
        for bad in [
            "",
            "1990-1-31",
            "1990-02-30",
            "2023-02-29",
            "1900-02-29",
            "1990-13-01",
            "01/31/1990",
            "1990-01-31x",
        ] {
            assert!(!is_date(bad), "{bad}");
        }
        assert!(is_time("2024-02-29T23:59:59Z") && is_time("2024-02-29"));
        assert!(!is_time("2024-02-29T24:00") && !is_time("now"));
    }

    #[test]
    fn numbers_and_texts_are_measured_by_the_schema() {
        let entry: SchemaAttributeType = serde_json::from_value(serde_json::json!({
            "Name": "custom:n", "AttributeDataType": "Number",
            "NumberAttributeConstraints": {"MinValue": "-1", "MaxValue": "10"}
        }))
        .unwrap();
        let told = |value: &str| mismatch(&entry, &mut value.to_owned());
        assert_eq!(told("10"), None);
        assert_eq!(told("-1"), None);
        assert_eq!(
            told("11").as_deref(),
            Some("Number must be no more than 10")
        );
        assert_eq!(told("-2").as_deref(), Some("Number must be at least -1"));
        assert_eq!(
            told("ten").as_deref(),
            Some("Attribute value does not match its data type.")
        );
    }
}
