//! The form of the generated constraint tables. All of it is static data: nothing is built at start.

use std::sync::OnceLock;

use regex::Regex;

/// The constraints of one shape.
pub struct Shape {
    /// Its name, which printed structures begin with.
    pub name: &'static str,
    /// Its values are left out of messages.
    pub secret: bool,
    /// Its kind, with the limits that apply to it.
    pub kind: Kind,
}

impl Shape {
    /// True for texts, numbers and the like, false for what holds other values.
    pub(crate) const fn is_scalar(&self) -> bool {
        !matches!(
            self.kind,
            Kind::Structure { .. } | Kind::List { .. } | Kind::Map { .. } | Kind::Document
        )
    }
}

/// The kinds of shapes. `min` and `max` are of sizes, lengths or values; none where the model says nothing.
#[allow(
    missing_docs,
    reason = "the bounds are explained above them, once for all kinds"
)]
pub enum Kind {
    /// Members in the order of the model, in which a structure is read and printed.
    Structure {
        members: &'static [Member],
        /// Their places in the order of their names in messages, in which violations are reported.
        by_name: &'static [u8],
    },
    /// A list.
    List {
        min: Option<u64>,
        max: Option<u64>,
        of: &'static Shape,
    },
    /// A map with text keys.
    Map {
        min: Option<u64>,
        max: Option<u64>,
        key: &'static Shape,
        value: &'static Shape,
    },
    /// A text.
    Text {
        min: Option<u64>,
        max: Option<u64>,
        pattern: Option<&'static Pattern>,
        length_first: bool,
    },
    /// A text of a closed set; `printed` is the set as messages show it.
    Enum {
        values: &'static [&'static str],
        printed: &'static str,
    },
    /// A 32-bit number.
    Integer { min: Option<i64>, max: Option<i64> },
    /// True or false.
    Boolean,
    /// An instant: a number of seconds since the Unix epoch, with or without a fraction.
    Timestamp,
    /// Bytes in base64; the limits count bytes.
    Blob { min: Option<u64>, max: Option<u64> },
    /// Any JSON.
    Document,
}

/// One member of a structure.
pub struct Member {
    /// Its name on the wire.
    pub wire: &'static str,
    /// Its name in messages.
    pub display: &'static str,
    /// The member is required.
    pub required: bool,
    /// Its constraints.
    pub shape: &'static Shape,
}

/// A pattern: the text that messages show, and what decides.
pub struct Pattern {
    /// As the service prints it.
    pub text: &'static str,
    decide: Decide,
}

enum Decide {
    /// A translation for the `regex` crate, compiled at first use; none if it is not a pattern, which a test excludes.
    Regex(&'static str, OnceLock<Option<Regex>>),
    /// One or more characters of a class. For each byte of UTF-8: true if it may occur in the text.
    Letters([bool; 256]),
}

impl Pattern {
    /// Returns the pattern `text`, decided by its translation `rust`.
    pub const fn regex(text: &'static str, rust: &'static str) -> Self {
        Self {
            text,
            decide: Decide::Regex(rust, OnceLock::new()),
        }
    }

    /// The pattern `text`, which is one repeated class: a bit of `ascii` for each ASCII character in it, and whether
    /// all other characters are in it.
    #[allow(
        clippy::indexing_slicing,
        reason = "the index is below 256, and this runs at compile time"
    )]
    pub const fn letters(text: &'static str, ascii: u128, beyond: bool) -> Self {
        let mut bytes = [beyond; 256];
        let mut byte = 0;
        while byte < 128 {
            bytes[byte] = ascii >> byte & 1 == 1;
            byte += 1;
        }
        Self {
            text,
            decide: Decide::Letters(bytes),
        }
    }

    /// True when the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        match &self.decide {
            Decide::Regex(rust, cell) => {
                compiled(rust, cell).is_some_and(|regex| regex.is_match(text))
            }
            Decide::Letters(bytes) => {
                let fits = |byte: u8| bytes.get(usize::from(byte)).is_some_and(|fits| *fits);
                !text.is_empty() && text.bytes().all(fits)
            }
        }
    }

    /// True when the translation is a pattern.
    #[cfg(test)]
    pub fn compiles(&self) -> bool {
        match &self.decide {
            Decide::Regex(rust, cell) => compiled(rust, cell).is_some(),
            Decide::Letters(..) => true,
        }
    }
}

fn compiled<'a>(rust: &str, cell: &'a OnceLock<Option<Regex>>) -> Option<&'a Regex> {
    cell.get_or_init(|| Regex::new(rust).ok()).as_ref()
}
