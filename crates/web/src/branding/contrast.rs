//! Which colours lie on which, and what is done where a text would be seen badly.

use crate::branding::colour::{Colour, LIGHTEST, LINE, TEXT};
use crate::branding::properties::path_of;
use crate::branding::settings::{Mode, Settings, at};

/// A colour on another, both by the names of their properties.
pub struct Pair {
    /// What is seen.
    pub front: &'static str,
    /// What it lies on.
    pub ground: &'static str,
    /// The contrast that it needs.
    pub least: f64,
}

const fn text(front: &'static str, ground: &'static str) -> Pair {
    Pair {
        front,
        ground,
        least: TEXT,
    }
}

const fn line(front: &'static str, ground: &'static str) -> Pair {
    Pair {
        front,
        ground,
        least: LINE,
    }
}

/// All pairs.
pub const PAIRS: [Pair; 28] = [
    text("heading", "card-background"),
    text("body", "card-background"),
    text("description", "card-background"),
    text("label", "card-background"),
    text("help", "card-background"),
    text("link", "card-background"),
    text("link-hover", "card-background"),
    text("placeholder", "input-background"),
    text("primary-text", "primary-background"),
    text("primary-hover-text", "primary-hover-background"),
    text("primary-active-text", "primary-active-background"),
    text("secondary-text", "secondary-background"),
    text("secondary-hover-text", "secondary-hover-background"),
    text("secondary-active-text", "secondary-active-background"),
    text("provider-text", "provider-background"),
    text("provider-hover-text", "provider-hover-background"),
    text("provider-active-text", "provider-active-background"),
    text("menu-hover-text", "menu-hover-background"),
    text("menu-match-text", "menu-match-background"),
    text("error-mark", "card-background"),
    text("error-mark", "error-background"),
    text("success-mark", "success-background"),
    text("warning-mark", "warning-background"),
    line("input-border", "card-background"),
    line("option-border", "card-background"),
    line("option-selected-foreground", "option-selected-background"),
    line("focus", "card-background"),
    line("focus", "page-background"),
];

/// A text whose colour is replaced.
pub struct Correction {
    /// The property.
    pub property: &'static str,
    /// Its colour on light pages.
    pub light: Colour,
    /// Its colour on dark pages.
    pub dark: Colour,
}

/// Returns the opaque colour of a ground: what is transparent lies on the card, the card on the page, the page on white.
fn ground(settings: &Settings, property: &str, mode: Mode) -> Colour {
    let own = |name: &str| path_of(name).and_then(|path| settings.colour(path, mode));
    let mut below = LIGHTEST;
    for name in ["page-background", "card-background", property] {
        if let Some(colour) = own(name) {
            below = colour.over(below);
        }
        if name == property {
            break;
        }
    }
    below
}

/// Returns the contrast of a pair.
fn contrast(settings: &Settings, pair: &Pair, front: Colour, mode: Mode) -> f64 {
    let below = ground(settings, pair.ground, mode);
    front.over(below).contrast(below)
}

/// Returns the colour of a text in a mode, and true if it replaces that of the settings: the owner has not set it, and
/// the service's colour for it is seen badly on its ground.
fn corrected(settings: &Settings, front: &'static str, mode: Mode) -> Option<(Colour, bool)> {
    let path = path_of(front)?;
    let colour = settings.colour(path, mode)?;
    if settings.is_own(&at(path, mode)) {
        return Some((colour, false));
    }
    let mut on = PAIRS
        .iter()
        .filter(|pair| pair.front == front && pair.least >= TEXT);
    let bad = on.find(|pair| contrast(settings, pair, colour, mode) < pair.least);
    Some(match bad {
        Some(pair) => (ground(settings, pair.ground, mode).readable(), true),
        None => (colour, false),
    })
}

/// Returns the texts whose colours are replaced.
pub fn corrections(settings: &Settings) -> Vec<Correction> {
    let mut found: Vec<Correction> = Vec::new();
    for pair in &PAIRS {
        if pair.least < TEXT || found.iter().any(|known| known.property == pair.front) {
            continue;
        }
        let of = |mode| corrected(settings, pair.front, mode);
        if let (Some((light, first)), Some((dark, second))) = (of(Mode::Light), of(Mode::Dark))
            && (first || second)
        {
            found.push(Correction {
                property: pair.front,
                light,
                dark,
            });
        }
    }
    found.extend(disabled(settings));
    found
}

/// Returns the text of the disabled main button, for which there is no setting, on a ground that the owner has set.
fn disabled(settings: &Settings) -> Option<Correction> {
    let path = path_of("primary-disabled-background")?;
    let of = |mode| ground(settings, "primary-disabled-background", mode).readable();
    settings.is_own_colour(path).then(|| Correction {
        property: "primary-disabled-text",
        light: of(Mode::Light),
        dark: of(Mode::Dark),
    })
}

/// A pair that is seen worse than it should be.
#[derive(Debug, PartialEq)]
pub struct Weak {
    /// What is seen.
    pub front: &'static str,
    /// What it lies on.
    pub ground: &'static str,
    /// Light or dark.
    pub mode: Mode,
    /// The contrast.
    pub contrast: f64,
    /// The contrast that it needs.
    pub least: f64,
}

/// Returns the pairs that are below their limits as they are drawn.
pub fn weak(settings: &Settings) -> Vec<Weak> {
    let mut found = Vec::new();
    for mode in Mode::ALL {
        for pair in &PAIRS {
            let Some(path) = path_of(pair.front) else {
                continue;
            };
            let front = match corrected(settings, pair.front, mode) {
                Some((colour, _)) => Some(colour),
                None => settings.colour(path, mode),
            };
            let Some(front) = front else { continue };
            let contrast = contrast(settings, pair, front, mode);
            if contrast < pair.least {
                found.push(Weak {
                    front: pair.front,
                    ground: pair.ground,
                    mode,
                    contrast,
                    least: pair.least,
                });
            }
        }
    }
    found
}
