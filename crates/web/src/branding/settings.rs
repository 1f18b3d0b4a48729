//! The settings of a style as pages use them: what its owner has set, laid over the service's defaults.

use cognate_domain::resources::branding::look::LoginStyle;
use serde_json::Value;

use crate::branding::colour::Colour;

/// Light or dark pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Mode {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// Returns the key of the mode in settings.
    pub fn key(self) -> &'static str {
        match self {
            Self::Light => "lightMode",
            Self::Dark => "darkMode",
        }
    }
}

/// The settings of a style.
pub struct Settings {
    own: Value,
    merged: Value,
}

impl Settings {
    /// Creates the settings of a style.
    pub fn new(style: &LoginStyle) -> Self {
        Self {
            own: Value::Object(style.settings.clone()),
            merged: style.merged(),
        }
    }

    /// Returns a value at a path such as `/categories/form`.
    pub fn get(&self, path: &str) -> Option<&Value> {
        self.merged.pointer(path)
    }

    /// Returns a word.
    pub fn word(&self, path: &str) -> &str {
        self.get(path).and_then(Value::as_str).unwrap_or("")
    }

    /// True if a switch is on.
    pub fn is_on(&self, path: &str) -> bool {
        self.get(path).and_then(Value::as_bool) == Some(true)
    }

    /// True if the owner has set the value.
    pub fn is_own(&self, path: &str) -> bool {
        self.own.pointer(path).is_some()
    }

    /// Returns a length in pixels.
    pub fn length(&self, path: &str) -> Option<f64> {
        let length = self.get(path)?.as_f64()?;
        (0.0..=1_000.0).contains(&length).then_some(length)
    }

    /// Returns a colour; `{mode}` in the path stands for the mode.
    pub fn colour(&self, path: &str, mode: Mode) -> Option<Colour> {
        Colour::parse(self.word(&at(path, mode)))
    }

    /// True if the owner has set the colour in one of the modes.
    pub fn is_own_colour(&self, path: &str) -> bool {
        Mode::ALL.iter().any(|mode| self.is_own(&at(path, *mode)))
    }
}

/// Returns the path of a colour in a mode.
pub fn at(path: &str, mode: Mode) -> String {
    path.replace("{mode}", mode.key())
}
