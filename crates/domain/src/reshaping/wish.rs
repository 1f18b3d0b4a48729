//! What an administrator wants to be different, and what a pool would be then.

use std::collections::{BTreeMap, BTreeSet};

use cognate_shapes::{
    AliasAttributeType, AttributeDataType, NumberAttributeConstraintsType, SchemaAttributeType,
    StringAttributeConstraintsType, UsernameAttributeType, UsernameConfigurationType,
};
use serde::{Deserialize, Serialize};

use crate::errors::{Fault, Result, invalid_parameter};
use crate::records::name_rules::NameRules;
use crate::records::pool::{Pool, PoolDoc};
use crate::records::schema;

/// The longest text that an attribute may be allowed, in characters (admin.md 1.4).
const LONGEST: i128 = 2048;

/// Changes of settings that no operation of the API changes. What is absent stays.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// Whether names differ by case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_sensitive: Option<bool>,
    /// The aliases from then on; an empty list takes all away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias_attributes: Option<Vec<AliasAttributeType>>,
    /// What users sign in with instead of a user name; an empty list brings user names back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username_attributes: Option<Vec<UsernameAttributeType>>,
    /// Attribute to whether every user must have it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub required: BTreeMap<String, bool>,
    /// Attribute to whether its value may change.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub mutable: BTreeMap<String, bool>,
    /// Custom attributes that go.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub remove: BTreeSet<String>,
    /// Attribute to its type.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub types: BTreeMap<String, AttributeDataType>,
    /// Attribute to the least length or number.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub min: BTreeMap<String, String>,
    /// Attribute to the greatest length or number.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub max: BTreeMap<String, String>,
}

/// Returns the refusal of a command.
pub fn refused(text: impl Into<String>) -> Fault {
    invalid_parameter(text.into()).into()
}

/// The words after `--set` that a wish is made of, for the help of the command.
pub const WORDS: &str = "case-sensitive=true|false, alias-attributes=email,phone_number,preferred_username|none, \
     username-attributes=email,phone_number|none, required.ATTRIBUTE=true|false, mutable.ATTRIBUTE=true|false, \
     type.ATTRIBUTE=String|Number|Boolean|DateTime, min.ATTRIBUTE=N, max.ATTRIBUTE=N, remove=ATTRIBUTE";

impl Wish {
    /// Parses the words of the command line ([`WORDS`]).
    ///
    /// # Errors
    /// A refusal that names the word.
    pub fn parse(words: &[String]) -> Result<Self> {
        let mut wish = Self::default();
        for word in words {
            let (name, value) = word
                .split_once('=')
                .ok_or_else(|| refused(format!("{word:?} is no NAME=VALUE; there are: {WORDS}")))?;
            wish.set(name, value)
                .map_err(|why| refused(format!("{word:?}: {why}")))?;
        }
        if wish == Self::default() {
            return Err(refused(format!("nothing is to change; there are: {WORDS}")));
        }
        Ok(wish)
    }

    fn set(&mut self, name: &str, value: &str) -> std::result::Result<(), String> {
        let flag = || match value {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("true or false".to_owned()),
        };
        match name.split_once('.').unwrap_or((name, "")) {
            ("case-sensitive", "") => self.case_sensitive = Some(flag()?),
            ("alias-attributes", "") => {
                self.alias_attributes = Some(listed(value, AliasAttributeType::parse)?);
            }
            ("username-attributes", "") => {
                self.username_attributes = Some(listed(value, UsernameAttributeType::parse)?);
            }
            ("remove", "") => {
                self.remove.insert(value.to_owned());
            }
            (_, "") => return Err(format!("unknown; there are: {WORDS}")),
            ("required", attribute) => {
                self.required.insert(attribute.to_owned(), flag()?);
            }
            ("mutable", attribute) => {
                self.mutable.insert(attribute.to_owned(), flag()?);
            }
            ("type", attribute) => {
                let kind = AttributeDataType::parse(value).ok_or("no type")?;
                self.types.insert(attribute.to_owned(), kind);
            }
            ("min", attribute) => {
                self.min.insert(attribute.to_owned(), number(value)?);
            }
            ("max", attribute) => {
                self.max.insert(attribute.to_owned(), number(value)?);
            }
            _ => return Err(format!("unknown; there are: {WORDS}")),
        }
        Ok(())
    }

    /// Returns what the pool would be, its names in `space`.
    ///
    /// # Errors
    /// A refusal of what no pool can be, and of a wish that changes nothing.
    pub fn target(&self, pool: &Pool, space: i64) -> Result<Target> {
        let mut doc = pool.doc.clone();
        if let Some(case_sensitive) = self.case_sensitive {
            doc.username_configuration = Some(UsernameConfigurationType { case_sensitive });
        }
        if let Some(aliases) = &self.alias_attributes {
            doc.alias_attributes = Some(aliases.clone());
        }
        if let Some(attributes) = &self.username_attributes {
            doc.username_attributes = Some(attributes.clone());
        }
        let filled = |n: Option<usize>| n.is_some_and(|n| n > 0);
        if filled(doc.alias_attributes.as_ref().map(Vec::len))
            && filled(doc.username_attributes.as_ref().map(Vec::len))
        {
            return Err(refused(
                "a pool has alias attributes or username attributes, not both; set the other to none",
            ));
        }
        let named = self
            .required
            .keys()
            .chain(self.mutable.keys())
            .chain(&self.remove);
        let named = named
            .chain(self.types.keys())
            .chain(self.min.keys())
            .chain(self.max.keys());
        let named: BTreeSet<&String> = named.collect();
        let mut entries = Vec::new();
        for name in named {
            let own = schema::find(pool, name)
                .ok_or_else(|| refused(format!("the pool has no attribute {name}")))?;
            if schema::is_of_service(name) || schema::is_flag(name) {
                return Err(refused(format!("{name} is the service's own")));
            }
            if !self.remove.contains(name) {
                let changed = self.changed(name, own)?;
                if changed != *own {
                    entries.push(changed);
                }
            } else if schema::is_standard(name) {
                return Err(refused(format!(
                    "{name} is a standard attribute, which stays"
                )));
            }
        }
        let without: Vec<String> = self.remove.iter().cloned().collect();
        doc.schema = laid_over(&doc.schema, &entries, &without);
        let aliases = doc.alias_attributes.as_deref().unwrap_or_default();
        if aliases.contains(&AliasAttributeType::PreferredUsername)
            && schema::required(&doc.schema).any(|name| name == "preferred_username")
        {
            return Err(refused(
                "preferred_username cannot be required and an alias",
            ));
        }
        let hypothetical = Pool {
            doc,
            ..pool.clone()
        };
        let mut names = hypothetical.names();
        let names = (names != pool.names()).then(|| {
            names.space = space;
            names
        });
        let target = Target {
            doc: hypothetical.doc,
            names,
            entries,
            without,
        };
        if target.names.is_none() && target.entries.is_empty() && target.without.is_empty() {
            return Err(refused("the pool is that way already"));
        }
        Ok(target)
    }

    fn changed(&self, name: &str, own: &SchemaAttributeType) -> Result<SchemaAttributeType> {
        let mut entry = own.clone();
        if let Some(required) = self.required.get(name) {
            if *required && !schema::is_standard(name) {
                return Err(refused(format!(
                    "{name}: no custom attribute can be required"
                )));
            }
            entry.required = Some(*required);
        }
        if let Some(mutable) = self.mutable.get(name) {
            entry.mutable = Some(*mutable);
        }
        if let Some(kind) = self.types.get(name) {
            if schema::is_standard(name) {
                return Err(refused(format!(
                    "{name}: standard attributes have their types"
                )));
            }
            entry.attribute_data_type = Some(*kind);
            entry.string_attribute_constraints = None;
            entry.number_attribute_constraints = None;
        }
        self.limit(name, &mut entry)?;
        Ok(entry)
    }

    fn limit(&self, name: &str, entry: &mut SchemaAttributeType) -> Result<()> {
        let (min, max) = (self.min.get(name), self.max.get(name));
        if min.is_none() && max.is_none() {
            return Ok(());
        }
        let value =
            |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<i128>().ok());
        let in_order = match entry.attribute_data_type.unwrap_or_default() {
            AttributeDataType::String => {
                let limits = entry
                    .string_attribute_constraints
                    .get_or_insert_with(StringAttributeConstraintsType::default);
                limits.min_length = min.cloned().or(limits.min_length.take());
                limits.max_length = max.cloned().or(limits.max_length.take());
                let (min, max) = (value(&limits.min_length), value(&limits.max_length));
                let (min, max) = (min.unwrap_or(0), max.unwrap_or(LONGEST));
                (0..=max).contains(&min) && max <= LONGEST
            }
            AttributeDataType::Number => {
                let limits = entry
                    .number_attribute_constraints
                    .get_or_insert_with(NumberAttributeConstraintsType::default);
                limits.min_value = min.cloned().or(limits.min_value.take());
                limits.max_value = max.cloned().or(limits.max_value.take());
                let (min, max) = (value(&limits.min_value), value(&limits.max_value));
                min.unwrap_or(i128::MIN) <= max.unwrap_or(i128::MAX)
            }
            _ => false,
        };
        if in_order {
            return Ok(());
        }
        Err(refused(format!(
            "{name}: these limits fit no value of its type, or are beyond {LONGEST}"
        )))
    }
}

fn listed<T: PartialEq>(
    value: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> std::result::Result<Vec<T>, String> {
    let mut list = Vec::new();
    for word in value.split(',').filter(|_| value != "none") {
        let one = parse(word).ok_or_else(|| format!("{word:?} is none of them"))?;
        if !list.contains(&one) {
            list.push(one);
        }
    }
    Ok(list)
}

fn number(text: &str) -> std::result::Result<String, String> {
    let number: i64 = text.parse().map_err(|_| "no number".to_owned())?;
    Ok(number.to_string())
}

/// Returns a schema in which these entries take the place of those of their names, without some others.
pub fn laid_over(
    schema: &[SchemaAttributeType],
    entries: &[SchemaAttributeType],
    without: &[String],
) -> Vec<SchemaAttributeType> {
    let left = schema.iter().filter(|entry| {
        let name = entry.name.as_ref();
        !name.is_some_and(|name| without.contains(name))
    });
    let changed = |own: &SchemaAttributeType| {
        let other = entries.iter().find(|entry| entry.name == own.name);
        other.unwrap_or(own).clone()
    };
    left.map(changed).collect()
}

/// A pool as it would be.
pub struct Target {
    /// Its settings.
    pub doc: PoolDoc,
    /// Its rules of names, if they change.
    pub names: Option<NameRules>,
    /// The attributes that change, as they would be.
    pub entries: Vec<SchemaAttributeType>,
    /// The attributes that go.
    pub without: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Wish> {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        Wish::parse(&words)
    }

    #[test]
    fn words_make_a_wish() {
        let wish = parsed(&[
            "case-sensitive=false",
            "alias-attributes=none",
            "username-attributes=email,phone_number",
            "required.email=true",
            "mutable.custom:x=false",
            "type.custom:x=Number",
            "max.custom:x=-3",
            "remove=custom:y",
        ]);
        let Ok(wish) = wish else { panic!("refused") };
        assert_eq!(
            serde_json::to_value(&wish).unwrap(),
            serde_json::json!({
                "case_sensitive": false, "alias_attributes": [], "username_attributes": ["email", "phone_number"],
                "required": {"email": true}, "mutable": {"custom:x": false}, "types": {"custom:x": "Number"},
                "max": {"custom:x": "-3"}, "remove": ["custom:y"]
            })
        );
    }

    #[test]
    fn other_words_are_refused() {
        for word in [
            "",
            "case-sensitive",
            "case-sensitive=yes",
            "alias-attributes=name",
            "alias-attributes=",
            "required=true",
            "required.email=1",
            "min.custom:x=a",
            "type.custom:x=Text",
            "name=x",
            "x.y=z",
        ] {
            assert!(parsed(&[word]).is_err(), "{word}");
        }
        assert!(parsed(&[]).is_err());
    }
}
