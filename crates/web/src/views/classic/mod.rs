//! The classic pages (ManagedLoginVersion 1): the markup that browser tests of the service's users rely on, which is
//! written down in docs/service/pages.md.
//!
//! Sign-in, sign-up, the error page and the question about an account are written twice, for narrow and for wide
//! windows; the style sheet shows one of them. All other pages are written once: scripts take their fields by id without
//! a look at what is shown.

mod app;
mod consent;
mod escape;
mod fields;
mod providers;
mod step;
mod texts;

use askama::Template;

use crate::assets;
use crate::views::classic::escape::{Named, To};
use crate::views::classic::providers::Providers;
use crate::views::classic::step::Step;
use crate::views::classic::texts::{TEXTS, Texts};
use crate::views::frame::{AlertKind, Frame};
use crate::views::screen::{NameKind, NoticeKind, PasswordRules, Screen, SignIn, SignUp};

/// One of the copies of a page's content.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    /// For windows up to 991 px.
    Narrow,
    /// For windows from 992 px.
    Wide,
    /// For all windows.
    Only,
}

/// A page of the classic look.
#[derive(Template)]
#[template(path = "classic/page.html")]
struct Page<'a> {
    t: &'static Texts,
    frame: &'a Frame<'a>,
    screen: &'a Screen,
    blocks: &'static [Block],
    style: &'static str,
    /// The script that marks the rules for passwords, on pages with such rules.
    script: Option<&'static str>,
    csrf: Named<'a>,
    logo_alt: String,
    /// What is drawn by the template for steps.
    step: Step<'a>,
    /// What is drawn beside the form of the sign-in.
    providers: Providers<'a>,
    error: Option<&'a str>,
    notice: Option<&'a str>,
}

/// Returns a page as HTML; empty if a template fails, which writes to memory alone and does not.
pub fn render(frame: &Frame<'_>, screen: &Screen) -> String {
    let t = &*TEXTS;
    let alert = frame.alert.as_ref();
    let (error, notice) = match alert {
        Some(alert) if alert.kind == AlertKind::Error => (Some(alert.text.as_str()), None),
        Some(alert) => (None, Some(alert.text.as_str())),
        None => (None, None),
    };
    let providers = match screen {
        Screen::SignIn(screen) => Providers::new(t, screen),
        _ => Providers::default(),
    };
    let page = Page {
        t,
        frame,
        screen,
        blocks: blocks(screen),
        style: assets::CLASSIC.path(),
        script: has_rules(screen).then(|| assets::CLASSIC_SCRIPT.path()),
        csrf: Named(frame.csrf),
        logo_alt: texts::fill(&t.ours.logo, "app", frame.app),
        step: Step::of(t, screen),
        providers,
        error,
        notice,
    };
    page.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a page could not be rendered");
        String::new()
    })
}

/// True for pages on which a password is chosen: they have a script.
pub(super) fn has_rules(screen: &Screen) -> bool {
    matches!(
        screen,
        Screen::SignUp(_) | Screen::NewPassword(_) | Screen::Reset(_)
    )
}

/// Returns the copies of a page in their order (pages.md 1.2, K2).
fn blocks(screen: &Screen) -> &'static [Block] {
    match screen {
        Screen::SignIn(_) | Screen::Chooser(_) => &[Block::Narrow, Block::Wide],
        Screen::Notice(notice) if matches!(notice.kind, NoticeKind::Error { .. }) => {
            &[Block::Narrow, Block::Wide]
        }
        Screen::SignUp(_) => &[Block::Wide, Block::Narrow],
        _ => &[Block::Only],
    }
}

impl<'a> Page<'a> {
    /// Returns the class of a block after the two that all have (K2, K3).
    fn class(&self, block: &Block) -> &'static str {
        match block {
            Block::Narrow => "modal-content-mobile visible-xs visible-sm",
            Block::Wide if self.in_columns() => "modal-content-desktop visible-md visible-lg",
            Block::Wide => "modal-content-mobile visible-md visible-lg",
            Block::Only => "modal-content-mobile",
        }
    }

    /// True if the wide block has the providers beside the form (K5).
    fn in_columns(&self) -> bool {
        !self.providers.is_empty() && matches!(self.screen, Screen::SignIn(s) if s.local)
    }

    /// True if there is nothing beside the providers, so that the words above them are the heading of the page.
    fn is_alone(&self) -> bool {
        matches!(self.screen, Screen::SignIn(screen) if !screen.local)
    }

    /// Returns the width of the QR code in modules, its quiet zone included.
    fn qr_size(&self) -> usize {
        match self.screen {
            Screen::SetUpApp(screen) => screen.qr.len() + 8,
            _ => 0,
        }
    }

    /// Returns a path of this site with the page's query.
    fn to(&self, path: &'a str) -> To<'a> {
        let query = self.frame.query;
        To { path, query }
    }

    /// Returns the sentence above the form of the sign-in (K10).
    fn describe(&self, screen: &SignIn) -> &'static str {
        let t = self.t;
        match screen.name {
            _ if !screen.with_password => &t.ours.sign_in_name,
            NameKind::Username => &t.sign_in_username,
            NameKind::Email => &t.sign_in_email,
            NameKind::Phone => &t.sign_in_phone,
            NameKind::EmailOrPhone => &t.ours.sign_in_email_or_phone,
        }
    }

    /// Returns the label of the field for the name.
    fn label(&self, name: &NameKind) -> &'static str {
        let t = self.t;
        match name {
            NameKind::Username => &t.username,
            NameKind::Email => &t.email,
            NameKind::Phone => &t.phone,
            NameKind::EmailOrPhone => &t.email_or_phone,
        }
    }

    /// Returns the placeholder of the field for the name (K8).
    fn placeholder(&self, name: &NameKind) -> &'static str {
        match name {
            NameKind::Email => &self.t.placeholder_email,
            other => self.label(other),
        }
    }

    /// Returns the type of the field for the name; its autofill token is `username` in each case.
    fn name_type(&self, name: &NameKind) -> &'static str {
        match name {
            NameKind::Email => "email",
            NameKind::Phone => "tel",
            NameKind::Username | NameKind::EmailOrPhone => "text",
        }
    }

    /// Returns the fields of a sign-up for attributes.
    fn attributes(&self, screen: &'a SignUp) -> Vec<fields::Field<'a>> {
        let fields = screen.attributes.iter();
        fields
            .map(|field| fields::Field::attribute(self.t, field))
            .collect()
    }

    /// Returns the rules for passwords.
    fn rules(&self, rules: Option<&PasswordRules>) -> Vec<fields::Rule> {
        rules.map_or_else(Vec::new, |rules| fields::rules(self.t, rules))
    }
}
