//! What every page has around its own content.

use crate::branding::Brand;
use crate::locale::Locale;

/// The version of a pool's pages (`ManagedLoginVersion`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The classic pages, 1.
    Classic,
    /// Managed login, 2.
    Managed,
}

/// What every page has around its own content.
pub struct Frame<'a> {
    /// The language.
    pub locale: Locale,
    /// The version.
    pub version: Version,
    /// The look of the client's pages.
    pub brand: &'a Brand,
    /// The name of the client.
    pub app: &'a str,
    /// The query of the page as it was sent, without `?`: links and forms carry it on unchanged.
    pub query: &'a str,
    /// The value that a form must bring and that the cookie `XSRF-TOKEN` has.
    pub csrf: &'a str,
    /// What the page has to say about what was done before.
    pub alert: Option<Alert>,
    /// The seconds until the page's step of a sign-in ends, where it does.
    pub ends: Option<i64>,
    /// URL of the terms of use, if the client has both documents.
    pub terms_of_use: Option<&'a str>,
    /// URL of the privacy policy, if the client has both documents.
    pub privacy_policy: Option<&'a str>,
}

/// The kind of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertKind {
    /// Something was refused.
    Error,
    /// Something may surprise.
    Warning,
    /// Something was done.
    Success,
    /// Something to know.
    Info,
}

/// What a page has to say about what was done before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Its kind.
    pub kind: AlertKind,
    /// The text in the page's language, or the words of the service or of the pool's function.
    pub text: String,
    /// The name of the field that it is about.
    pub field: Option<&'static str>,
}
