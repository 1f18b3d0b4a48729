//! The texts of what pages have to say about what was done before.

use serde::Deserialize;

use super::Plural;

/// The texts of what pages have to say about what was done before.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alerts {
    /// A form whose token is not the browser's.
    pub stale_form: String,
    /// A page without typed text that was open for too long.
    pub page_too_old: String,
    /// A sign-in that is asked for so that a passkey can be added.
    pub proof_needed: String,
    /// A sign-in that is asked for so that its account can be connected with `{provider}`.
    pub link_proof: String,
    /// An account with another address than `{provider}` gives.
    pub link_other: String,
    /// An account that cannot be connected with one more provider.
    pub link_full: String,
    /// Two passwords that must be equal.
    pub passwords_differ: String,
    /// A name that is missing.
    pub name_missing: String,
    /// An address whose domain is that of no identity provider of the client.
    pub no_provider: String,
    /// A password that is missing.
    pub password_missing: String,
    /// A code that is missing.
    pub code_missing: String,
    /// A wrong first code of an app: apps count by the clock.
    pub app_code_wrong: String,
    /// A choice that is missing.
    pub choice_missing: String,
    /// A code was sent again.
    pub code_sent: String,
    /// A code was asked for again too soon: `{n}` seconds.
    pub wait: Plural,
    /// A sign-up is confirmed, and the user has to sign in.
    pub confirmed: String,
    /// A password was replaced, and the user has to sign in.
    pub password_replaced: String,
    /// A redirect URI that is not the client's.
    pub redirect_mismatch: String,
    /// A client that nobody knows, or another pool's.
    pub unknown_client: String,
    /// A client whose id is the URL of a document that cannot be had, or is none.
    pub no_document: String,
    /// A client that may not do what it asks for.
    pub unauthorized_client: String,
    /// A parameter that is missing.
    pub parameters_missing: String,
    /// A request that cannot be understood.
    pub malformed: String,
    /// A client that nobody vouches for, and that its user did not let in: it learns nothing.
    pub not_let_in: String,
}
