//! The page around everything.

use askama::Template;

use super::body::{Body, Scope, Way};
use super::icon::Icon;
use super::maker::{Maker, to};
use super::step::Step;
use crate::assets::STEPS;
use crate::branding::{FormLogo, Picture};
use crate::locale::{Locale, Pages, fill};
use crate::pages::Layout;
use crate::views::frame::{AlertKind, Frame};
use crate::views::screen::Screen;

/// The longest query, in bytes, with which the page repeats itself for each language.
const LONGEST_QUERY: usize = 1_500;

/// A page of managed login.
#[derive(Template)]
#[template(path = "managed/page.html")]
pub(super) struct Page<'a> {
    layout: Layout<'a>,
    frame: &'a Frame<'a>,
    t: &'static Pages,
    step: Step<'a>,
    alert: Option<Told<'a>>,
    languages: Vec<Language>,
    /// The path of the script for a list of countries, and for a step that ends.
    more: Option<&'static str>,
}

/// What was done before.
struct Told<'a> {
    kind: &'static str,
    icon: Icon,
    /// True if it takes the focus: the user must do something else than before.
    focus: bool,
    text: &'a str,
    /// The id of the field that it is about.
    field: Option<String>,
}

/// An entry of the menu of languages.
struct Language {
    locale: Locale,
    href: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(frame: &'a Frame<'a>, screen: &'a Screen) -> Self {
        let make = Maker::new(frame);
        let step = Step::new(&make, screen);
        let layout = Layout::branded(frame, make.title(&step.heading), step.script);
        let field = make.wrong_field.take();
        let alert = frame.alert.as_ref().map(|alert| {
            let (kind, icon) = match alert.kind {
                AlertKind::Error => ("error", Icon::Error),
                AlertKind::Warning => ("warning", Icon::Warning),
                AlertKind::Success => ("success", Icon::Success),
                AlertKind::Info => ("info", Icon::Info),
            };
            Told {
                kind,
                icon,
                focus: matches!(alert.kind, AlertKind::Error | AlertKind::Warning),
                text: &alert.text,
                field,
            }
        });
        Self {
            layout,
            frame,
            t: make.t,
            step,
            alert,
            languages: languages(frame),
            more: (make.has_countries.get() || frame.ends.is_some()).then(|| STEPS.path()),
        }
    }

    fn to(&self, path: &str) -> String {
        to(self.frame, path)
    }

    fn step_text(&self, number: &u32, total: &u32) -> String {
        let (number, total) = (number.to_string(), total.to_string());
        fill(
            &self.t.frame.step,
            &[("number", &number), ("total", &total)],
        )
    }

    /// Returns the letter that stands for a client without a logo.
    fn monogram(&self) -> String {
        let first = self.frame.app.chars().find(|c| c.is_alphanumeric());
        first.map_or(String::new(), |c| c.to_uppercase().collect())
    }

    /// Returns the logo of the card, if it stands there.
    fn logo(&self, inside: bool, above: bool) -> Option<&'a FormLogo> {
        let logo = self.frame.brand.form_logo.as_ref()?;
        (logo.inside == inside && logo.above == above).then_some(logo)
    }

    fn graphic(&self) -> Option<&'a Picture> {
        self.frame.brand.graphic(self.step.factor?)
    }

    /// Returns what the tile beside the client's name shows.
    fn tile(&self) -> Option<Icon> {
        match self.step.factor {
            Some(_) if !self.frame.brand.show_graphics => None,
            _ => self.step.icon,
        }
    }

    fn documents(&self) -> Option<(&'a str, &'a str)> {
        Some((self.frame.terms_of_use?, self.frame.privacy_policy?))
    }
}

/// Returns the same page in each language.
fn languages(frame: &Frame<'_>) -> Vec<Language> {
    if frame.query.len() > LONGEST_QUERY || Locale::ALL.len() < 2 {
        return Vec::new();
    }
    let named = |pair: &&str| pair.split('=').next() != Some("lang") && !pair.is_empty();
    let rest: Vec<&str> = frame.query.split('&').filter(named).collect();
    let rest = rest.join("&");
    let link = |locale: &Locale| Language {
        locale: *locale,
        href: match rest.is_empty() {
            true => format!("?lang={}", locale.tag()),
            false => format!("?{rest}&lang={}", locale.tag()),
        },
    };
    Locale::ALL.iter().map(link).collect()
}
