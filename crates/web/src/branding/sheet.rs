//! The style sheet of a client's look: it sets properties of the sheet of all pages, those alone that the owner has
//! set, and the colours of texts that would be seen badly on a ground that the owner has set.
//!
//! Nothing that an owner has written is copied into it but names of providers, of which each character is escaped:
//! colours, lengths and words are read and written anew.

use std::fmt::Write;

use cognate_crypto::hash::sha256_hex;
use serde_json::Value;

use crate::branding::brand::Scheme;
use crate::branding::contrast::{self, Correction};
use crate::branding::images::Images;
use crate::branding::look;
use crate::branding::properties::COLOURS;
use crate::branding::settings::{Mode, Settings, at};

/// The lengths.
const LENGTHS: [(&str, &str); 5] = [
    ("card-radius", "/components/form/borderRadius"),
    ("input-radius", "/componentClasses/input/borderRadius"),
    ("menu-radius", "/componentClasses/dropDown/borderRadius"),
    ("alert-radius", "/components/alert/borderRadius"),
    ("button-radius", "/componentClasses/buttons/borderRadius"),
];
/// The images: the property, the category, and the path of the switch.
const IMAGES: [(&str, &str, &str); 4] = [
    (
        "page-image",
        "PAGE_BACKGROUND",
        "/components/pageBackground/image/enabled",
    ),
    (
        "card-image",
        "FORM_BACKGROUND",
        "/components/form/backgroundImage/enabled",
    ),
    (
        "header-image",
        "PAGE_HEADER_BACKGROUND",
        "/components/pageHeader/backgroundImage/enabled",
    ),
    (
        "footer-image",
        "PAGE_FOOTER_BACKGROUND",
        "/components/pageFooter/backgroundImage/enabled",
    ),
];

/// Returns the path of a style sheet with the beginning of its SHA-256 in it.
pub(crate) fn path(client_id: &str, css: &str) -> String {
    let hash: String = sha256_hex(css.as_bytes()).chars().take(16).collect();
    format!("/branding/{client_id}/{hash}.css")
}

/// Returns the style sheet; empty if it would change nothing.
pub(crate) fn of(settings: &Settings, images: &Images<'_>) -> String {
    let mut css = String::new();
    let mut root = String::new();
    for (property, path) in COLOURS {
        if settings.is_own_colour(path) {
            colour(&mut root, property, settings, path);
        }
    }
    // A sheet that sets no colour leaves all grounds as the sheet of all pages has them.
    let corrections = match root.is_empty() {
        true => Vec::new(),
        false => contrast::corrections(settings),
    };
    for Correction {
        property,
        light,
        dark,
    } in corrections
    {
        let _ = writeln!(root, "--{property}: light-dark({light}, {dark});");
    }
    for (property, path) in LENGTHS {
        if let Some(length) = settings.length(path).filter(|_| settings.is_own(path)) {
            let _ = writeln!(root, "--{property}: {length}px;");
        }
    }
    layout(&mut root, settings);
    let mut dark = String::new();
    for (property, category, switch) in IMAGES {
        let picture = images
            .picture(category, "")
            .filter(|_| settings.is_on(switch));
        if let Some(picture) = picture {
            // The paths are made of ids, digits and letters.
            let _ = writeln!(root, "--{property}: url(\"{}\");", picture.src);
            if let Some(src) = picture.dark {
                let _ = writeln!(dark, "--{property}: url(\"{src}\");");
            }
        }
    }
    if !root.is_empty() {
        let _ = write!(css, ":root {{\n{root}}}\n");
    }
    if !dark.is_empty() && look::scheme(settings) == Scheme::Dynamic {
        let _ = write!(
            css,
            "@media (prefers-color-scheme: dark) {{\n:root {{\n{dark}}}\n}}\n"
        );
    }
    providers(&mut css, settings);
    css
}

fn colour(css: &mut String, property: &str, settings: &Settings, path: &str) {
    let (light, dark) = (
        settings.colour(path, Mode::Light),
        settings.colour(path, Mode::Dark),
    );
    if let (Some(light), Some(dark)) = (light, dark) {
        let _ = writeln!(css, "--{property}: light-dark({light}, {dark});");
    }
}

/// Writes the rhythm and the place of the card, unless they are the defaults.
fn layout(css: &mut String, settings: &Settings) {
    if settings.word("/categories/global/spacingDensity") == "COMPACT" {
        css.push_str("--space: 6px;\n");
    }
    let word = |path| match settings.word(path) {
        "START" | "TOP" => "start",
        "END" | "BOTTOM" => "end",
        _ => "center",
    };
    let inline = word("/categories/form/location/horizontal");
    if inline != "center" {
        let _ = writeln!(css, "--card-inline: {inline};");
    }
    // The middle is what the sheet of all pages draws by itself: the card begins where it looks centred.
    let block = word("/categories/form/location/vertical");
    if block != "center" {
        let _ = writeln!(css, "--card-block: {block};\n--card-top: 40px;");
    }
}

/// Writes the colours of single providers' buttons.
fn providers(css: &mut String, settings: &Settings) {
    let custom = settings.get("/components/idpButton/custom");
    let custom = custom.and_then(Value::as_object).into_iter().flatten();
    for (name, _) in custom {
        // Keys of a JSON pointer have `~` and `/` escaped (RFC 6901).
        let key = name.replace('~', "~0").replace('/', "~1");
        let mut rule = String::new();
        for (property, path) in COLOURS {
            let Some(rest) = path.strip_prefix("/components/idpButton/standard") else {
                continue;
            };
            let own = format!("/components/idpButton/custom/{key}{rest}");
            if !settings.is_own_colour(&own) {
                continue;
            }
            let read = |mode| {
                let found = settings
                    .is_own(&at(&own, mode))
                    .then(|| settings.colour(&own, mode));
                found.flatten().or_else(|| settings.colour(path, mode))
            };
            if let (Some(light), Some(dark)) = (read(Mode::Light), read(Mode::Dark)) {
                let _ = writeln!(rule, "--{property}: light-dark({light}, {dark});");
            }
        }
        if !rule.is_empty() {
            let _ = write!(css, "[data-provider=\"{}\"] {{\n{rule}}}\n", quoted(name));
        }
    }
}

/// Writes a text for a CSS string: every character but letters and digits of ASCII as an escape (CSS Syntax, 4.3.7).
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => out.push(c),
            '\0' => out.push('\u{fffd}'),
            c => {
                let _ = write!(out, "\\{:x} ", u32::from(c));
            }
        }
    }
    out
}
