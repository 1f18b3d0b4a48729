//! The bodies of the fuzz targets for what identity providers write. Each takes any bytes, makes a message of them, gives
//! it to the reader, and panics when something is accepted that means anything else than what the provider said. They need
//! no server. They run under cargo-fuzz, and with numbers that are the same in every run in the tests of crates/federation.
//!
//! Keys are new in each run, so that a message which is right cannot be kept as a file: the bytes say which right message
//! is taken and how it is edited ([`Edits`]), or are the message themselves.

pub mod oidc;
pub mod saml;

/// A target: its name and its body, which is true if what it made was accepted.
pub type Target = (&'static str, fn(&[u8]) -> bool);

/// Every target.
pub const TARGETS: [Target; 9] = [
    ("saml_response", saml::response),
    ("saml_metadata", saml::metadata),
    ("saml_logout", saml::logout),
    ("id_token", oidc::id_token),
    ("discovery", oidc::discovery),
    ("jwks", oidc::jwks),
    ("token_answer", oidc::token_answer),
    ("user_info", oidc::user_info),
    ("provider_answer", oidc::answer),
];

/// Bytes that are read as decisions; zeros behind their end.
struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    fn byte(&mut self) -> usize {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                usize::from(*first)
            }
            None => 0,
        }
    }

    /// A place below `end`.
    fn below(&mut self, end: usize) -> usize {
        let (high, low) = (self.byte(), self.byte());
        (high << 8 | low) % end.max(1)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    const fn rest(self) -> &'a [u8] {
        self.0
    }
}

/// How right texts are edited.
struct Edits {
    /// Pieces that mean something in such a text.
    words: &'static [&'static str],
    /// Characters at which a piece of the text begins or ends.
    borders: &'static [u8],
}

impl Edits {
    /// Takes one of the right texts and edits it, or takes the bytes as they are.
    fn apply(&self, right: &[String], data: &[u8]) -> String {
        let mut choices = Choices(data);
        let right_one = &right[choices.below(right.len())];
        let how = choices.byte();
        if how == 255 {
            return String::from_utf8_lossy(choices.rest()).into_owned();
        }
        let mut bytes = right_one.clone().into_bytes();
        // Most with one edit, which reaches furthest behind the first checks.
        for _ in 0..=(how % 4).min(how / 64) {
            if choices.is_empty() {
                break;
            }
            let other = right[choices.below(right.len())].as_bytes();
            bytes = self.edit(&bytes, other, &mut choices);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn edit(&self, text: &[u8], other: &[u8], choices: &mut Choices<'_>) -> Vec<u8> {
        let kind = choices.byte() % 9;
        let at = match choices.byte() % 2 {
            0 => choices.below(text.len() + 1),
            _ => self.border(text, choices),
        };
        let end = match choices.byte() % 2 {
            0 => (at + choices.below(80)).min(text.len()),
            _ => self.border(text, choices).max(at),
        };
        let word = self.words[choices.below(self.words.len())].as_bytes();
        let mut made = text.to_vec();
        match kind {
            // Another sign; a bit.
            0 if at < made.len() => made[at] = 32 + u8::try_from(choices.below(95)).unwrap(),
            1 if at < made.len() => made[at] ^= 1 << choices.below(8),
            0..=2 => drop(made.splice(at..at, word.iter().copied())),
            3 => drop(made.splice(at..end, word.iter().copied())),
            4 => drop(made.drain(at..end)),
            // A piece a second time, there or elsewhere.
            5 => drop(made.splice(at..at, text[at..end].to_vec())),
            6 => {
                let to = self.border(text, choices);
                drop(made.splice(to..to, text[at..end].to_vec()));
            }
            // A piece of another right text; the end.
            7 => {
                let (from, to) = (at.min(other.len()), end.min(other.len()));
                drop(made.splice(at..end, other[from..to].to_vec()));
            }
            _ => made.truncate(at),
        }
        made
    }

    fn border(&self, text: &[u8], choices: &mut Choices<'_>) -> usize {
        let start = choices.below(text.len() + 1);
        let found = text[start..]
            .iter()
            .position(|byte| self.borders.contains(byte));
        found.map_or(text.len(), |found| start + found + choices.byte() % 2)
    }
}
