//! The texts of managed login.

use serde::Deserialize;

/// The texts of managed login.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pages {}
