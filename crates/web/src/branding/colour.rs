//! Colours of settings, and how well one is seen on another (WCAG 2.2, 1.4.3).

use std::fmt;

/// The contrast that texts need.
pub const TEXT: f64 = 4.5;
/// The contrast that borders of fields and rings of focus need.
pub const LINE: f64 = 3.0;

/// Red, green, blue and opacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 4]);

/// The colours of corrected texts.
pub const DARKEST: Colour = Colour([0, 7, 22, 255]);
/// See [`DARKEST`].
pub const LIGHTEST: Colour = Colour([255, 255, 255, 255]);

impl Colour {
    /// Reads eight hexadecimal digits, as settings have them (endpoints.md 3.8).
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let number = u32::from_str_radix(text, 16).ok()?;
        Some(Self(number.to_be_bytes()))
    }

    /// Returns the colour that is seen where this one lies on another.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        let ([r, g, b, a], [r2, g2, b2, _]) = (self.0, below.0);
        let mix = |top: u8, under: u8| {
            let (top, under, a) = (u32::from(top), u32::from(under), u32::from(a));
            u8::try_from((top * a + under * (255 - a) + 127) / 255).unwrap_or(u8::MAX)
        };
        Self([mix(r, r2), mix(g, g2), mix(b, b2), 255])
    }

    fn luminance(self) -> f64 {
        let [r, g, b, _] = self.0;
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            match value <= 0.04045 {
                true => value / 12.92,
                false => ((value + 0.055) / 1.055).powf(2.4),
            }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    /// Returns the contrast with another colour, 1 to 21; both are opaque.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Returns the one of the darkest and the lightest text that is seen better on this ground.
    #[must_use]
    pub fn readable(self) -> Self {
        match DARKEST.contrast(self) >= LIGHTEST.contrast(self) {
            true => DARKEST,
            false => LIGHTEST,
        }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b, a] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")?;
        match a {
            255 => Ok(()),
            a => write!(f, "{a:02x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_eight_digits_and_nothing_else() {
        for text in [
            "",
            "fff",
            "ffffff",
            "#ffffff",
            "fffffffg",
            "ffffffff0",
            "+fffffff",
            "ﬀﬀ",
        ] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
        assert_eq!(Colour::parse("0972d3ff").unwrap().to_string(), "#0972d3");
        assert_eq!(Colour::parse("AAAAAAAA").unwrap().to_string(), "#aaaaaaaa");
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        let colour = |text| Colour::parse(text).unwrap();
        let near = |a: f64, b: f64| (a - b).abs() < 0.05;
        assert!(near(colour("000000ff").contrast(colour("ffffffff")), 21.0));
        assert!(near(colour("0972d3ff").contrast(colour("ffffffff")), 4.8));
        assert!(near(colour("5f6b7aff").contrast(colour("ffffffff")), 5.4));
        let grey = colour("00000080").over(colour("ffffffff"));
        assert_eq!(grey.to_string(), "#7f7f7f");
        assert_eq!(colour("ffff00ff").readable(), DARKEST);
        assert_eq!(colour("000080ff").readable(), LIGHTEST);
    }
}
