//! The texts of what pages have to say about what was done before.

use serde::Deserialize;

/// The texts of what pages have to say about what was done before.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alerts {}
