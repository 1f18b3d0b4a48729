//! The `Schema` of CreateUserPool: standard attributes redeclared, custom attributes added; and what
//! AddCustomAttributes adds later (admin.md 1.4).

use std::cmp::Ordering;
use std::collections::BTreeSet;

use cognate_shapes::*;

use crate::errors::pools::*;
use crate::errors::{ApiError, Result, invalid_parameter, unconfirmed};
use crate::records::schema;

/// The result of a single rule.
type Checked<T = ()> = std::result::Result<T, ApiError>;

/// Most custom attributes that a pool may have (admin.md 7.2).
const MAX_CUSTOM: usize = 50;
/// The longest value of a string attribute, in characters.
const MAX_LENGTH: u32 = 2048;

/// Returns the attributes of a new pool: the standard ones as redeclared, then the custom ones in the order given.
pub fn build(
    sent: Vec<SchemaAttributeType>,
    aliases: Option<&[AliasAttributeType]>,
) -> Result<Vec<SchemaAttributeType>> {
    let mut attributes = schema::standard_attributes();
    let mut custom_names = BTreeSet::new();
    for attribute in sent {
        let name = attribute.name.clone().unwrap_or_default();
        if name.is_empty() {
            return Err(invalid_parameter(unconfirmed::SCHEMA_NAME_REQUIRED).into());
        }
        match attributes
            .iter_mut()
            .find(|a| a.name.as_deref() == Some(name.as_str()) && schema::is_standard(&name))
        {
            Some(standard) => redeclare(standard, attribute, &name)?,
            None => {
                let attribute = custom(attribute, &name)?;
                if !custom_names.insert(name.clone()) {
                    let full = attribute.name.unwrap_or_default();
                    return Err(duplicate_custom_attribute(&full).into());
                }
                attributes.push(attribute);
            }
        }
    }
    let alias = aliases.is_some_and(|list| list.contains(&AliasAttributeType::PreferredUsername));
    if alias && schema::required(&attributes).any(|name| name == "preferred_username") {
        return Err(invalid_parameter(unconfirmed::PREFERRED_USERNAME_REQUIRED_AND_ALIAS).into());
    }
    Ok(attributes)
}

/// Appends custom attributes to the schema of a pool; its attributes stay as they are (admin.md 1.4).
pub fn extend(schema: &mut Vec<SchemaAttributeType>, sent: Vec<SchemaAttributeType>) -> Result<()> {
    let mut added = BTreeSet::new();
    for attribute in sent {
        let name = attribute.name.clone().unwrap_or_default();
        if name.is_empty() {
            return Err(invalid_parameter(unconfirmed::SCHEMA_NAME_REQUIRED).into());
        }
        let attribute = custom(attribute, &name)?;
        if !added.insert(name.clone()) {
            let full = attribute.name.unwrap_or_default();
            return Err(duplicate_custom_attribute(&full).into());
        }
        // The name may be taken with either prefix.
        for full in [format!("custom:{name}"), format!("dev:custom:{name}")] {
            if schema::find_in(schema, &full).is_some() {
                return Err(existing_attribute(&name, &full).into());
            }
        }
        schema.push(attribute);
    }
    let custom = schema
        .iter()
        .filter_map(|a| a.name.as_deref())
        .filter(|name| !schema::is_standard(name));
    if custom.count() > MAX_CUSTOM {
        return Err(invalid_parameter(unconfirmed::TOO_MANY_CUSTOM_ATTRIBUTES).into());
    }
    Ok(())
}

/// Lays a request over a standard attribute: required, mutable, and constraints if the type is repeated.
fn redeclare(standard: &mut SchemaAttributeType, sent: SchemaAttributeType, name: &str) -> Checked {
    let other_type = sent.attribute_data_type.is_some()
        && sent.attribute_data_type != standard.attribute_data_type;
    if other_type || sent.developer_only_attribute == Some(true) {
        return Err(standard_attribute_changed(name));
    }
    // `sub` belongs to the service: every user has one and it never changes. Templates repeat it as Describe shows it.
    if name == "sub" {
        return Ok(());
    }
    // Nor can a user be required to have an attribute that users may not write. The service takes these names for
    // custom attributes.
    if sent.required == Some(true) && (schema::is_of_service(name) || schema::is_flag(name)) {
        return Err(required_custom_attribute());
    }
    standard.required = sent.required.or(standard.required);
    standard.mutable = sent.mutable.or(standard.mutable);
    if sent.attribute_data_type.is_none() {
        return Ok(());
    }
    match standard.attribute_data_type {
        Some(AttributeDataType::String) => {
            if let Some(constraints) = sent.string_attribute_constraints {
                string_constraints(&constraints, name)?;
                standard.string_attribute_constraints = Some(constraints);
            }
        }
        Some(AttributeDataType::Number) => {
            if let Some(constraints) = sent.number_attribute_constraints {
                number_constraints(&constraints, name)?;
                standard.number_attribute_constraints = Some(constraints);
            }
        }
        _ => {}
    }
    Ok(())
}

/// Returns a custom attribute as it is kept: prefixed, with defaults, without the constraints of another type.
pub fn custom(sent: SchemaAttributeType, name: &str) -> Checked<SchemaAttributeType> {
    let data_type = sent.attribute_data_type.ok_or_else(missing_data_type)?;
    if sent.required == Some(true) {
        return Err(required_custom_attribute());
    }
    let developer_only = sent.developer_only_attribute == Some(true);
    let full = if developer_only {
        format!("dev:custom:{name}")
    } else {
        format!("custom:{name}")
    };
    let mut attribute = SchemaAttributeType {
        name: None,
        attribute_data_type: Some(data_type),
        developer_only_attribute: Some(developer_only),
        mutable: Some(sent.mutable.unwrap_or(true)),
        required: Some(false),
        number_attribute_constraints: None,
        string_attribute_constraints: None,
    };
    match data_type {
        AttributeDataType::String => {
            let constraints = sent.string_attribute_constraints.unwrap_or_default();
            string_constraints(&constraints, &full)?;
            attribute.string_attribute_constraints = Some(constraints);
        }
        AttributeDataType::Number => {
            if let Some(constraints) = &sent.number_attribute_constraints {
                number_constraints(constraints, &full)?;
            }
            attribute.number_attribute_constraints = sent.number_attribute_constraints;
        }
        AttributeDataType::DateTime | AttributeDataType::Boolean => {}
    }
    attribute.name = Some(full);
    Ok(attribute)
}

fn string_constraints(constraints: &StringAttributeConstraintsType, name: &str) -> Checked {
    let length = |text: &Option<String>, member: &str| -> Checked<Option<u32>> {
        let Some(text) = text else { return Ok(None) };
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits {
            return Err(invalid_constraint(member, name));
        }
        match text.parse::<u32>() {
            Ok(n) if n <= MAX_LENGTH => Ok(Some(n)),
            _ => Err(string_too_long(name)),
        }
    };
    let min = length(&constraints.min_length, "MinLength")?;
    let max = length(&constraints.max_length, "MaxLength")?;
    match (min, max) {
        (Some(min), Some(max)) if max < min => Err(inverted_length(name)),
        _ => Ok(()),
    }
}

fn number_constraints(constraints: &NumberAttributeConstraintsType, name: &str) -> Checked {
    let min = whole(constraints.min_value.as_deref(), "MinValue", name)?;
    let max = whole(constraints.max_value.as_deref(), "MaxValue", name)?;
    match (min, max) {
        (Some(min), Some(max)) if max.compare(&min) == Ordering::Less => Err(inverted_value(name)),
        _ => Ok(()),
    }
}

fn whole<'a>(text: Option<&'a str>, member: &str, name: &str) -> Checked<Option<Whole<'a>>> {
    text.map(|text| Whole::parse(text).ok_or_else(|| invalid_constraint(member, name)))
        .transpose()
}

/// A whole number of up to 309 digits (the model allows 2^1023), compared digit by digit.
pub struct Whole<'a> {
    negative: bool,
    /// Without leading zeros; empty is 0.
    digits: &'a str,
}

impl<'a> Whole<'a> {
    /// Reads an optional minus sign and digits.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (negative, digits) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        if digits.is_empty() || digits.len() > 309 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let digits = digits.trim_start_matches('0');
        Some(Self {
            negative: negative && !digits.is_empty(),
            digits,
        })
    }

    /// Returns the order of the two numbers.
    pub fn compare(&self, other: &Self) -> Ordering {
        let size = self
            .digits
            .len()
            .cmp(&other.digits.len())
            .then_with(|| self.digits.cmp(other.digits));
        match (self.negative, other.negative) {
            (false, false) => size,
            (true, true) => size.reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_compare_by_value_at_any_length() {
        let order = |a, b| Whole::parse(a).unwrap().compare(&Whole::parse(b).unwrap());
        assert_eq!(order("10", "9"), Ordering::Greater);
        assert_eq!(order("-10", "9"), Ordering::Less);
        assert_eq!(order("-10", "-9"), Ordering::Less);
        assert_eq!(order("0010", "10"), Ordering::Equal);
        assert_eq!(order("-0", "0"), Ordering::Equal);
        assert_eq!(
            order("9007199254740993", "9007199254740992"),
            Ordering::Greater
        );
        for bad in ["", "-", "1.5", "1e3", "+1", "x", &"9".repeat(310)] {
            assert!(Whole::parse(bad).is_none(), "{bad}");
        }
    }
}
