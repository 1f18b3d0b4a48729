//! The rules by which users of a pool are found, and how a pool goes from one set of them to another.
//!
//! All names of a pool lie in one table, in which a set of rules has a space of its own: a prefix that no name can have.
//! While a change is under way two sets hold, and every batch that writes a user writes the names of both. So a name is
//! one user's alone by each set, at every moment, and the pool can go from one to the other and back in one commit
//! (decision 017).

use std::collections::BTreeMap;

use cognate_shapes::{AliasAttributeType, SchemaAttributeType, UsernameAttributeType};
use serde::{Deserialize, Serialize};

use crate::facts::names;
use crate::records::login::Name;

/// The character around the number of a space. Names do not have it; a value that begins with it is moved aside.
const MARK: char = '\u{1}';

/// A set of rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameRules {
    /// The number of the space; 0 is that of pools that were never changed.
    pub space: i64,
    /// True if names differ by case.
    pub case_sensitive: bool,
    /// The aliases.
    pub aliases: Vec<AliasAttributeType>,
    /// What users sign in with instead of a user name.
    pub username_attributes: Vec<UsernameAttributeType>,
}

impl NameRules {
    /// Returns the form in which a name is compared.
    #[must_use]
    pub fn fold(&self, name: &str) -> String {
        if self.case_sensitive {
            names::nfc(name).into_owned()
        } else {
            names::fold_case(name)
        }
    }

    /// Returns the form in which a name is kept.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        key(self.space, &self.fold(name))
    }

    /// Returns the names under which a user can be found: key and kind.
    #[must_use]
    pub fn names(&self, user: &Named<'_>) -> Vec<(String, Name)> {
        let mut list = vec![(self.key(user.username), Name::Username)];
        // An address of theirs may be the name of a user of the pool's own.
        if user.is_of_provider {
            return list;
        }
        let value = |name: &str| user.attributes.get(name).map(String::as_str);
        let mut add = |kind: Name, active: bool| {
            if let Some(value) = value(kind.as_str()).filter(|value| active && !value.is_empty()) {
                let key = self.key(value);
                if list.iter().all(|(name, _)| *name != key) {
                    list.push((key, kind));
                }
            }
        };
        for attribute in &self.username_attributes {
            match attribute {
                UsernameAttributeType::Email => add(Name::Email, true),
                UsernameAttributeType::PhoneNumber => add(Name::PhoneNumber, true),
            }
        }
        let verified = |flag: &str| user.is_confirmed && value(flag) == Some("true");
        for alias in &self.aliases {
            match alias {
                AliasAttributeType::Email => add(Name::Email, verified("email_verified")),
                AliasAttributeType::PhoneNumber => {
                    add(Name::PhoneNumber, verified("phone_number_verified"));
                }
                AliasAttributeType::PreferredUsername => {
                    add(Name::PreferredUsername, user.is_confirmed);
                }
            }
        }
        list
    }

    /// Returns the bounds of the space: the first key in it and the first one behind it. For space 0 they are those of all
    /// others together, which it lies outside of.
    #[must_use]
    pub fn bounds(&self) -> (String, String) {
        match self.space {
            0 => (MARK.to_string(), "\u{2}".to_owned()),
            space => (
                format!("{MARK}{space}{MARK}"),
                format!("{MARK}{space}\u{2}"),
            ),
        }
    }
}

/// What names are made of.
pub struct Named<'a> {
    /// The user name.
    pub username: &'a str,
    /// The attributes.
    pub attributes: &'a BTreeMap<String, String>,
    /// False for a user whose aliases do not count yet.
    pub is_confirmed: bool,
    /// True for a user of an identity provider, who has no aliases.
    pub is_of_provider: bool,
}

/// Returns the key of a folded name in a space.
#[must_use]
pub fn key(space: i64, folded: &str) -> String {
    if space == 0 && !folded.starts_with(MARK) {
        return folded.to_owned();
    }
    format!("{MARK}{space}{MARK}{folded}")
}

/// Returns the folded name in a key.
#[must_use]
pub fn folded(key: &str) -> &str {
    let moved = key
        .strip_prefix(MARK)
        .and_then(|rest| rest.split_once(MARK));
    moved.map_or(key, |(_, folded)| folded)
}

/// A change that is under way: the rules that hold besides the pool's own, until it is finished or undone.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reshaping {
    /// The plan.
    pub plan: String,
    /// True once the pool's own rules are the new ones.
    pub done: bool,
    /// The rules of names; None if they stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<NameRules>,
    /// The attributes as the other rules have them, of those that change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schema: Vec<SchemaAttributeType>,
    /// The attributes that the other rules do not have: nobody gets a value any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(space: i64) -> NameRules {
        NameRules {
            space,
            case_sensitive: false,
            aliases: Vec::new(),
            username_attributes: Vec::new(),
        }
    }

    #[test]
    fn no_name_of_one_space_is_one_of_another() {
        let names = [
            "Jane",
            "jane",
            "\u{1}1\u{1}jane",
            "\u{1}0\u{1}jane",
            "",
            "1",
            "\u{1}",
            "\u{2}",
        ];
        let mut seen = std::collections::BTreeSet::new();
        for space in [0, 1, 2, 10, 11] {
            let mut of_space = std::collections::BTreeSet::new();
            for name in names {
                of_space.insert(rules(space).key(name));
            }
            // "Jane" and "jane" are one.
            assert_eq!(of_space.len(), names.len() - 1, "{space}");
            for key in of_space {
                assert!(seen.insert(key));
            }
        }
    }

    #[test]
    fn the_bounds_of_a_space_hold_its_names_alone() {
        let all: Vec<_> = [1, 2, 10, 11].into_iter().collect();
        for space in &all {
            let (from, below) = rules(*space).bounds();
            for other in &all {
                for name in ["a", "z", "\u{10ffff}", "\u{1}9\u{1}"] {
                    let key = rules(*other).key(name);
                    assert_eq!(
                        from <= key && key < below,
                        other == space,
                        "{space} {other} {name}"
                    );
                }
            }
            let (first, behind) = rules(0).bounds();
            assert!(first <= from && below <= behind);
        }
        let (first, behind) = rules(0).bounds();
        for name in ["a", "z", "\u{2}", "+1"] {
            let key = rules(0).key(name);
            assert!(key < first || key >= behind);
        }
    }
}
