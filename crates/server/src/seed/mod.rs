//! Seeds: pools with everything in them, as a file says (docs/SEED.md, decision 025).
//!
//! | module | contents |
//! |---|---|
//! | [`document`] | YAML, JSON and TOML as values with lines, bounded |
//! | [`decode`] | from values to types |
//! | [`file`] | the format |
//! | [`known`] | the members of the API's inputs |
//! | [`schema`] | the format for editors |
//! | [`described`], [`template`], [`state`] | answers of Describe, templates of CloudFormation and states of Terraform as seeds |
//! | [`parts`] | a seed as an ordered list of small parts |
//! | [`apply`] | a part against a pool: what differs is changed by the API's own operations |
//! | [`export`], [`around`], [`beyond`] | a pool as a seed, and what of it no seed can hold |
//! | [`write`] | a seed as a document |
//! | [`start`] | the seed of `dev` |

pub mod apply;
pub mod around;
pub mod beyond;
pub mod decode;
pub mod described;
pub mod document;
pub mod export;
pub mod file;
pub mod known;
pub mod parts;
pub mod schema;
pub mod start;
pub mod state;
pub mod template;
mod toml_document;
pub mod write;

use std::fmt;

use document::{Language, Node};
use parts::Plan;

/// Why a seed is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedError {
    /// The line; 0 if it is not known.
    line: usize,
    /// The members that lead there, the last first.
    path: Vec<String>,
    what: String,
    limit: bool,
}

impl SeedError {
    /// Returns an error without a place.
    pub fn of(what: &str) -> Self {
        Self::at(0, what)
    }

    /// Returns an error in a line.
    pub fn at(line: usize, what: &str) -> Self {
        Self {
            line,
            path: Vec::new(),
            what: what.to_owned(),
            limit: false,
        }
    }

    /// Returns an error of a file that has too much in it.
    fn limit(line: usize, what: &str) -> Self {
        Self {
            limit: true,
            ..Self::at(line, what)
        }
    }

    const fn is_limit(&self) -> bool {
        self.limit
    }

    /// Returns the error with this line, if it has none.
    #[must_use]
    pub fn or_line(mut self, line: usize) -> Self {
        if self.line == 0 {
            self.line = line;
        }
        self
    }

    /// Returns the error of something within a member.
    #[must_use]
    pub fn within(mut self, name: &str) -> Self {
        self.path.push(name.to_owned());
        self
    }
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        if !self.path.is_empty() {
            let path: Vec<&str> = self.path.iter().rev().map(String::as_str).collect();
            write!(f, "{}: ", path.join("."))?;
        }
        // What a person wrote may be made for a terminal.
        for c in self.what.chars() {
            match c.is_control() {
                true => write!(f, "{}", c.escape_debug())?,
                false => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for SeedError {}

/// What is said of another document. State files of emulators have no published format.
const NO_SEED: &str = "this is no seed, since it has no pools; an answer of describe-user-pool, a template of CloudFormation and a state \
                       of Terraform are taken, too, files of emulators are not (docs/SEED.md)";

/// Reads a seed, an answer of Describe, a template of CloudFormation, or a state of Terraform. `region` and `account` stand for what a template
/// takes from where it is used.
///
/// # Errors
/// What is wrong, with its line.
pub fn read(
    text: &str,
    language: Language,
    region: &str,
    account: &str,
) -> Result<Plan, SeedError> {
    let node = document::read(text, language)?;
    let is = |name| node.get(name).is_some();
    let (seed, notes) = if is("Resources") {
        template::seed(&node, region, account)?
    } else if is("UserPool") || is("UserPoolClient") {
        described::seed(&node)?
    } else if is("terraform_version") || is("encrypted_data") {
        state::seed(&node)?
    } else if !is("pools") {
        return Err(SeedError::at(node.line, NO_SEED));
    } else {
        return Plan::of(&decode::decode(&node)?, &node);
    };
    // Lines of what was made of another document mean nothing.
    let nowhere = Node::of_json(&serde_json::Value::Null, 0);
    let mut plan = Plan::of(&seed, &nowhere)?;
    plan.notes = notes;
    Ok(plan)
}

/// True if the document is a seed, or something that is taken as one.
pub fn is_seed(text: &str, language: Language) -> bool {
    let names = [
        "pools",
        "Resources",
        "UserPool",
        "UserPoolClient",
        "terraform_version",
    ];
    match document::read(text, language) {
        Ok(node) => names.iter().any(|name| node.get(name).is_some()),
        // One that cannot be read is said to be broken.
        Err(_) => true,
    }
}

#[cfg(test)]
mod kinds_tests;
#[cfg(test)]
mod tests;
