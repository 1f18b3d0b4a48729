//! The drawings of pages. They mean nothing that the words beside them do not say.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::views::screen::{FactorKind, ProviderKind};

/// A drawing of 20 pixels in the colour of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Template)]
#[template(path = "managed/parts/icon.html")]
pub(super) enum Icon {
    Mail,
    Phone,
    Key,
    Passkey,
    App,
    Globe,
    User,
    Check,
    Ring,
    Chevron,
    Error,
    Warning,
    Success,
    Info,
    Device,
    Company,
    Google,
    Facebook,
    Amazon,
    Apple,
}

/// The template escapes what it inserts, which is nothing.
impl HtmlSafe for Icon {}

impl Icon {
    pub(super) fn of_factor(kind: FactorKind) -> Self {
        match kind {
            FactorKind::Password => Self::Key,
            FactorKind::Passkey => Self::Passkey,
            FactorKind::Email => Self::Mail,
            FactorKind::Sms => Self::Phone,
            FactorKind::App => Self::App,
        }
    }

    pub(super) fn of_provider(kind: ProviderKind) -> Self {
        match kind {
            ProviderKind::Google => Self::Google,
            ProviderKind::Facebook => Self::Facebook,
            ProviderKind::Amazon => Self::Amazon,
            ProviderKind::Apple => Self::Apple,
            ProviderKind::Saml | ProviderKind::Oidc => Self::Company,
        }
    }
}
