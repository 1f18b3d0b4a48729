//! The texts of the page for errors.

use serde::Deserialize;

/// The texts of the page for errors.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Errors {
    /// The title.
    pub title: String,
    /// A request that cannot be understood.
    pub bad_request: String,
    /// A limit of requests a second.
    pub too_many: String,
    /// A fault of the server.
    pub internal: String,
    /// The label of the request's id.
    pub request_id: String,
}
