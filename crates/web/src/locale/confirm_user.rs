//! The texts of the page of a link that should confirm a sign-up.

use serde::Deserialize;

/// The texts of the page of a link that should confirm a sign-up.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmUser {
    /// A link that confirms nothing.
    pub refused: String,
    /// The address of a sign-up belongs to another user.
    pub taken: String,
    /// A sign-up is confirmed, and the function called after it failed.
    pub incomplete: String,
}
