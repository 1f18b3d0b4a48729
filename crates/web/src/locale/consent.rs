//! The texts of the question whether a client that nobody vouches for may come in.

use serde::Deserialize;

/// The texts; the title is that of the same question about a device.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    pub(crate) text: String,
    /// Above the host of its URL.
    pub(crate) site: String,
    /// Above what it calls itself.
    pub(crate) name: String,
    /// Above the resource server that takes the token.
    pub(crate) resource: String,
    /// Above the host to which the answer goes.
    pub(crate) place: String,
    /// The answer goes to the user's own machine.
    pub(crate) own_machine: String,
}
