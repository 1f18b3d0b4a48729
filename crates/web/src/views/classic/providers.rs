//! The buttons of identity providers on the classic sign-in page (pages.md 1.2, K11, K12).
//!
//! Each is a form of its own that is sent by GET, so that no script is needed: the fields are the query of the button's
//! address, which a browser leaves out of a form's own address.

use percent_encoding::percent_decode_str;

use crate::views::classic::texts::Texts;
use crate::views::screen::{ProviderButton, ProviderKind, SignIn};

/// A button that leads to a provider.
pub(super) struct Button<'a> {
    /// The path.
    pub(super) path: &'a str,
    /// Names and values of the query.
    pub(super) fields: Vec<(String, String)>,
    /// The name of the provider in the pool.
    pub(super) name: &'a str,
    /// Of a social provider: the name of the button, its class, and its text.
    pub(super) social: Option<Social>,
}

/// The look of a social provider's button.
pub(super) struct Social {
    /// The name of the button.
    pub(super) name: &'static str,
    /// The class.
    pub(super) class: &'static str,
    /// The text.
    pub(super) text: &'static str,
}

/// What leads to identity providers.
#[derive(Default)]
pub(super) struct Providers<'a> {
    /// SAML and OIDC.
    pub(super) corporate: Vec<Button<'a>>,
    /// Google, Facebook, Amazon, Apple.
    pub(super) social: Vec<Button<'a>>,
    /// True if a provider is found by the domain of an e-mail address.
    pub(super) search: bool,
}

impl<'a> Providers<'a> {
    /// Returns the buttons of a sign-in page.
    pub(super) fn new(t: &'static Texts, screen: &'a SignIn) -> Self {
        let searches = screen.domain_search && screen.providers.iter().any(|each| each.by_domain);
        let mut found = Self {
            search: searches,
            ..Self::default()
        };
        let shown = |button: &&ProviderButton| !(searches && button.by_domain);
        for button in screen.providers.iter().filter(shown) {
            let social = social(t, button.kind);
            let corporate = social.is_none();
            let button = read(button, social);
            match corporate {
                true => found.corporate.push(button),
                false => found.social.push(button),
            }
        }
        found
    }

    /// True if there is nothing to draw.
    pub(super) fn is_empty(&self) -> bool {
        self.corporate.is_empty() && self.social.is_empty() && !self.search
    }
}

fn read<'a>(button: &'a ProviderButton, social: Option<Social>) -> Button<'a> {
    let (path, query) = button.href.split_once('?').unwrap_or((&button.href, ""));
    let decoded = |text: &str| {
        let spaces = text.replace('+', " ");
        percent_decode_str(&spaces).decode_utf8_lossy().into_owned()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let fields = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    });
    Button {
        path,
        fields: fields.collect(),
        name: &button.name,
        social,
    }
}

/// Returns the look of a social provider; None for the others.
fn social(t: &'static Texts, kind: ProviderKind) -> Option<Social> {
    let (name, class, text) = match kind {
        ProviderKind::Google => ("googleSignUpButton", "google-button", &t.continue_google),
        ProviderKind::Facebook => (
            "facebookSignUpButton",
            "facebook-button",
            &t.continue_facebook,
        ),
        ProviderKind::Amazon => ("amazonSignUpButton", "amazon-button", &t.continue_amazon),
        ProviderKind::Apple => ("appleSignUpButton", "apple-button", &t.continue_apple),
        ProviderKind::Saml | ProviderKind::Oidc => return None,
    };
    Some(Social { name, class, text })
}
