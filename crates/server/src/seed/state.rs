//! States of Terraform and OpenTofu as seeds.

use cognate_templates::{seeds, state};
use serde_json::Value;

use super::SeedError;
use super::decode::decode;
use super::document::Node;
use super::file::Seed;

/// Returns the seed of a state, with its secrets, and what a person should know of it.
///
/// # Errors
/// What it is instead.
pub fn seed(node: &Node) -> Result<(Seed, Vec<String>), SeedError> {
    of(&node.to_json(), true)
}

/// The same of a state that was read otherwise; without `secrets` there are none in it.
///
/// # Errors
/// What it is instead.
pub fn of(document: &Value, secrets: bool) -> Result<(Seed, Vec<String>), SeedError> {
    let state = state::read(document).map_err(|error| SeedError::of(&error))?;
    let made = seeds::of(state, secrets);
    let seed = decode(&Node::of_json(&made.seed, 0))?;
    Ok((seed, made.notes))
}
