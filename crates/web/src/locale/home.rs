//! The texts of the page at `/`.

use serde::Deserialize;

/// The texts of the page at `/`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Home {}
