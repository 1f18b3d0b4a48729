//! Attributes of a new user: who may write them, what the schema asks of them, and what user names must look like.
//! `changes.rs` holds what is different for a user who exists.

use std::collections::BTreeMap;

use cognate_shapes::{
    AliasAttributeType, AttributeDataType, AttributeType, SchemaAttributeType,
    UsernameAttributeType,
};

use crate::errors::{self, Result, invalid_parameter, unconfirmed};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::users::{names, schema};

/// Who sets the attributes.
#[derive(Clone, Copy)]
pub enum Writer<'a> {
    /// An application, in the name of a user: its WriteAttributes count.
    Client(&'a Client),
    /// An administrator.
    Admin,
}

/// The attributes of the service itself.
pub(super) const RESERVED: [&str; 2] = ["sub", "identities"];
pub(super) const FLAGS: [(&str, &str); 2] = [
    ("email_verified", "email"),
    ("phone_number_verified", "phone_number"),
];

/// Refuses user names that the pool's sign-in options do not allow (auth.md 2.4).
pub fn check_username(pool: &Pool, username: &str) -> Result<()> {
    let (email, phone) = (names::is_email(username), names::is_phone_number(username));
    let options = pool.doc.username_attributes.as_deref().unwrap_or_default();
    if !options.is_empty() {
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
    let aliases = pool.doc.alias_attributes.as_deref().unwrap_or_default();
    if email && aliases.contains(&AliasAttributeType::Email) {
        return Err(errors::users::username_of_email_form().into());
    }
    if phone && aliases.contains(&AliasAttributeType::PhoneNumber) {
        return Err(errors::users::username_of_phone_number_form().into());
    }
    Ok(())
}

/// The attributes of a new user, in the form in which they are kept. In pools with username attributes the user name
/// becomes the attribute of its kind.
///
/// # Errors
/// InvalidParameterException for what does not fit the schema, NotAuthorizedException for what the client may not write.
pub fn validate_new(
    pool: &Pool,
    writer: Writer<'_>,
    username: &str,
    given: Vec<AttributeType>,
) -> Result<BTreeMap<String, String>> {
    let mut attributes = named_values(given)?;
    check_writable(pool, writer, &attributes)?;
    check_preferred_username(pool, writer, &attributes)?;
    if pool.has_username_attributes() {
        add_username(pool, username, &mut attributes)?;
    }
    check_formats(&attributes)?;
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

/// The attributes by name; of two values for one name the last counts.
pub(super) fn named_values(given: Vec<AttributeType>) -> Result<BTreeMap<String, String>> {
    let mut attributes = BTreeMap::new();
    for AttributeType { name, value } in given {
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
    match writer {
        Writer::Client(client) => {
            if let Some(name) = attributes
                .keys()
                .find(|name| schema::find(pool, name).is_none())
            {
                return Err(errors::users::attribute_type_unknown(name).into());
            }
            if attributes.keys().all(|name| may_write(client, name)) {
                return Ok(());
            }
            Err(errors::users::unauthorized_attribute().into())
        }
        Writer::Admin => {
            let unknown = attributes
                .keys()
                .filter(|name| schema::find(pool, name).is_none());
            let unknown: Vec<_> = unknown
                .map(|name| errors::users::attribute_not_in_schema(name))
                .collect();
            if !unknown.is_empty() {
                return Err(errors::users::not_conforming(&unknown).into());
            }
            match attributes
                .keys()
                .find(|name| RESERVED.contains(&name.as_str()))
            {
                Some(name) => Err(invalid_parameter(unconfirmed::cannot_be_updated(name)).into()),
                None => Ok(()),
            }
        }
    }
}

/// Whether a client may write an attribute: its WriteAttributes, by default the standard attributes (auth.md 2.12). What
/// only the service or a developer sets is never among them.
pub fn may_write(client: &Client, name: &str) -> bool {
    let own = RESERVED.contains(&name)
        || FLAGS.iter().any(|(flag, _)| *flag == name)
        || name.starts_with("dev:");
    !own && match &client.doc.write_attributes {
        Some(list) => list.iter().any(|allowed| allowed == name),
        None => !name.contains(':'),
    }
}

fn check_preferred_username(
    pool: &Pool,
    writer: Writer<'_>,
    attributes: &BTreeMap<String, String>,
) -> Result<()> {
    let aliases = pool.doc.alias_attributes.as_deref().unwrap_or_default();
    let at_sign_up = matches!(writer, Writer::Client(_));
    let is_alias = aliases.contains(&AliasAttributeType::PreferredUsername);
    if at_sign_up && is_alias && attributes.contains_key("preferred_username") {
        return Err(invalid_parameter(unconfirmed::PREFERRED_USERNAME_AT_SIGN_UP).into());
    }
    Ok(())
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
    match attributes.get(kind) {
        Some(given) if names::fold(pool, given) != names::fold(pool, username) => {
            Err(invalid_parameter(unconfirmed::USERNAME_DIFFERS).into())
        }
        Some(_) => Ok(()),
        None => {
            attributes.insert(kind.to_owned(), username.to_owned());
            Ok(())
        }
    }
}

/// Refuses what is no address or number.
pub(super) fn check_formats(attributes: &BTreeMap<String, String>) -> Result<()> {
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
    Ok(())
}

/// Types, constraints and required attributes: everything that is wrong is told at once (auth.md 6.2).
fn conform(
    pool: &Pool,
    writer: Writer<'_>,
    attributes: &mut BTreeMap<String, String>,
) -> Result<()> {
    conform_by(pool, attributes, |entry, name| {
        is_missing(entry, name, writer)
    })
}

/// Types and constraints of the attributes that are there, and those of the rest that `is_missing` asks for; brings
/// flags into the form `true`/`false`.
pub(super) fn conform_by(
    pool: &Pool,
    attributes: &mut BTreeMap<String, String>,
    is_missing: impl Fn(&SchemaAttributeType, &str) -> bool,
) -> Result<()> {
    let mut items = Vec::new();
    for entry in &pool.doc.schema {
        let name = entry.name.as_deref().unwrap_or_default();
        match attributes.get_mut(name) {
            Some(value) => items.extend(mismatch(entry, name, value)),
            None if is_missing(entry, name) => items.push(errors::users::attribute_required(name)),
            None => {}
        }
    }
    if !items.is_empty() {
        return Err(errors::users::not_conforming(&items).into());
    }
    if attributes
        .get("birthdate")
        .is_some_and(|value| !is_date(value))
    {
        return Err(invalid_parameter(unconfirmed::INVALID_BIRTHDATE).into());
    }
    Ok(())
}

/// Whether an attribute must be given now. An administrator may leave to the user's first sign-in what the user can
/// still write then (admin.md 2.2).
fn is_missing(entry: &SchemaAttributeType, name: &str, writer: Writer<'_>) -> bool {
    let required = entry.required == Some(true) && !RESERVED.contains(&name);
    required
        && match writer {
            Writer::Client(_) => true,
            Writer::Admin => entry.mutable == Some(false),
        }
}

/// Why a value does not fit its entry of the schema; brings flags into the form `true`/`false`.
fn mismatch(entry: &SchemaAttributeType, name: &str, value: &mut String) -> Option<String> {
    match entry.attribute_data_type.unwrap_or_default() {
        AttributeDataType::String => string_mismatch(entry, name, value),
        AttributeDataType::Number => number_mismatch(entry, name, value),
        AttributeDataType::Boolean => {
            let flag = value.to_ascii_lowercase();
            let fits = flag == "true" || flag == "false";
            *value = flag;
            (!fits).then(|| unconfirmed::wrong_type(name))
        }
        AttributeDataType::DateTime => (!is_time(value)).then(|| unconfirmed::wrong_type(name)),
    }
}

fn string_mismatch(entry: &SchemaAttributeType, name: &str, value: &str) -> Option<String> {
    let limits = entry.string_attribute_constraints.as_ref()?;
    let length = i128::try_from(value.chars().count()).unwrap_or(i128::MAX);
    let min = number(limits.min_length.as_deref());
    let max = number(limits.max_length.as_deref());
    match (min, max) {
        (Some(min), _) if length < min => Some(unconfirmed::too_short(name, min)),
        (_, Some(max)) if length > max => Some(unconfirmed::too_long(name, max)),
        _ => None,
    }
}

fn number_mismatch(entry: &SchemaAttributeType, name: &str, value: &str) -> Option<String> {
    let Some(value) = number(Some(value)) else {
        return Some(unconfirmed::wrong_type(name));
    };
    let limits = entry.number_attribute_constraints.as_ref()?;
    match (
        number(limits.min_value.as_deref()),
        number(limits.max_value.as_deref()),
    ) {
        (Some(min), _) if value < min => Some(unconfirmed::too_small(name, min)),
        (_, Some(max)) if value > max => Some(unconfirmed::too_large(name, max)),
        _ => None,
    }
}

fn number(text: Option<&str>) -> Option<i128> {
    text?.parse().ok()
}

/// `YYYY-MM-DD` of a day that exists.
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

/// A date, or a date with a time behind `T` (ISO 8601).
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
        let told = |value: &str| mismatch(&entry, "custom:n", &mut value.to_owned());
        assert_eq!(told("10"), None);
        assert_eq!(told("-1"), None);
        assert_eq!(
            told("11").as_deref(),
            Some("custom:n: Number must be no more than 10")
        );
        assert_eq!(
            told("-2").as_deref(),
            Some("custom:n: Number must be at least -1")
        );
        assert_eq!(
            told("ten").as_deref(),
            Some("custom:n: Attribute value does not match its data type.")
        );
    }
}
