//! The texts of all pages in one language.

use serde::Deserialize;

use super::alerts::Alerts;
use super::confirm_user::ConfirmUser;
use super::errors::Errors;
use super::file;
use super::pages::Pages;
use super::refusals::Refusals;

/// The texts of all pages in one language. They are inserted as text: `<` is no tag. A name in braces, such as `{name}`,
/// is replaced by a value ([`fill`](super::fill())).
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// The page for errors.
    pub errors: Errors,
    /// The page of a link that confirms a sign-up.
    pub confirm_user: ConfirmUser,
    /// Managed login.
    pub pages: Pages,
    /// What pages have to say about what was done before.
    pub alerts: Alerts,
    /// The refusals of the service.
    pub refusals: Refusals,
}

/// Reads the file of a language. The files are part of the program and a test reads each of them; one that cannot be
/// read leaves its pages without words.
pub(super) fn parse(text: &str) -> Texts {
    match file::read(text) {
        Ok(texts) => texts,
        Err(error) => {
            tracing::error!(%error, "a file of texts cannot be read");
            Texts::default()
        }
    }
}
