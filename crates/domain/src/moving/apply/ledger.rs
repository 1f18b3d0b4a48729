//! What became of each row, and what the rows before have taken: two rows of one file must not be told that both are
//! created, also where nothing is written.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::records::user::Name;

/// The longest text of a row that is shown, in characters.
const LONGEST: usize = 200;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is new.
    Created,
    /// It was there and is changed.
    Updated,
    /// It was there, as the record says.
    Unchanged,
    /// It was there, is not as the record says, and was left alone.
    Differs,
    /// It cannot be taken.
    Refused,
    /// It is no user who signs in.
    Passed,
}

/// A row and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The line of the file.
    pub line: u64,
    /// The user or the group.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was refused or differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was left out or needs attention.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What the row takes, for a [`Ledger`].
    #[serde(default, skip_serializing_if = "Claims::is_empty")]
    pub claims: Claims,
}

/// What a new user takes of a pool, by digests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The id.
    pub id: String,
    /// The whole record.
    pub record: String,
    /// The names to sign in with, and of which kind each is.
    pub names: Vec<(String, String)>,
}

impl Claims {
    /// True if nothing is taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }
}

impl Done {
    /// Returns a row without remarks.
    #[must_use]
    pub fn of(line: u64, name: &str, outcome: Outcome) -> Self {
        Self {
            line,
            name: short(name),
            outcome,
            reason: None,
            notes: Vec::new(),
            claims: Claims::default(),
        }
    }

    /// Returns a row that cannot be taken.
    #[must_use]
    pub fn refused(line: u64, name: &str, reason: impl Into<String>) -> Self {
        Self {
            reason: Some(short(&reason.into())),
            ..Self::of(line, name, Outcome::Refused)
        }
    }
}

/// What rows have taken.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By id: the record.
    ids: HashMap<String, String>,
    /// By name: the id.
    names: HashMap<String, String>,
}

impl Ledger {
    /// Judges a row by those before it, and remembers what it takes.
    pub fn settle(&mut self, row: &mut Done) {
        if row.outcome == Outcome::Refused || row.claims.is_empty() {
            return;
        }
        let Claims { id, record, names } = &row.claims;
        let again = self.ids.get(id).map(|known| known == record);
        let taken = names.iter().find(|(_, name)| {
            let owner = self.names.get(name);
            owner.is_some_and(|owner| owner != id)
        });
        let taken = taken.map(|(kind, _)| taken_text(kind));
        match (again, taken) {
            (Some(true), _) => row.outcome = Outcome::Unchanged,
            (Some(false), _) => {
                row.outcome = Outcome::Differs;
                row.reason = Some("the file has the user twice".to_owned());
            }
            (None, Some(text)) => {
                row.outcome = Outcome::Refused;
                row.reason = Some(text.to_owned());
            }
            (None, None) => {
                self.ids.insert(id.clone(), record.clone());
                for (_, name) in names {
                    self.names.insert(name.clone(), id.clone());
                }
            }
        }
    }
}

/// Returns the reason for a name that another user has.
#[must_use]
pub fn taken_text(kind: &str) -> &'static str {
    match kind {
        "email" => "the e-mail address is another user's name to sign in with",
        "phone_number" => "the phone number is another user's name to sign in with",
        "preferred_username" => "the preferred user name is another user's name to sign in with",
        _ => "the user name is another user's",
    }
}

/// Returns the kind of a name.
#[must_use]
pub(super) fn kind(name: Name) -> String {
    name.as_str().to_owned()
}

/// Returns the beginning of a text that may be long.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
