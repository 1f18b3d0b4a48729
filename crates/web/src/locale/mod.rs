//! The languages of pages.
//!
//! Each language is one file with one [`Texts`]; a text that a language lacks, or has beyond the others, does not
//! compile. A further language is a file, a variant of [`Locale`] and a row of each of its two `match`es.

mod de;
mod en;

/// The entries of `Accept-Language` that are looked at.
const MOST_ENTRIES: usize = 16;

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

/// The texts of all pages in one language. They are inserted as text: `<` is no tag.
#[derive(Debug)]
pub struct Texts {
    /// The title of the page for errors.
    pub error_title: &'static str,
    /// A request that cannot be understood.
    pub error_bad_request: &'static str,
    /// A limit of requests a second.
    pub error_too_many: &'static str,
    /// A fault of the server.
    pub error_internal: &'static str,
    /// The label of the request's id.
    pub request_id: &'static str,
    /// The title of the page that says that a sign-up is confirmed.
    pub confirm_title: &'static str,
    /// A sign-up is confirmed.
    pub confirm_done: &'static str,
    /// A link that confirms nothing.
    pub confirm_refused: &'static str,
    /// The address of a sign-up belongs to another user.
    pub confirm_taken: &'static str,
    /// A sign-up is confirmed, and the function called after it failed.
    pub confirm_incomplete: &'static str,
}

impl Locale {
    /// All languages.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// Returns the language's tag (RFC 5646).
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// Returns the texts of the language.
    pub fn texts(self) -> &'static Texts {
        match self {
            Self::En => &en::TEXTS,
            Self::De => &de::TEXTS,
        }
    }

    /// Chooses the language that `wanted` names, else the one that `accepted`, an `Accept-Language` header, prefers
    /// (RFC 9110, 12.5.4), else English.
    pub fn choose(wanted: Option<&str>, accepted: Option<&str>) -> Self {
        wanted
            .and_then(Self::of_tag)
            .or_else(|| Self::of_header(accepted?))
            .unwrap_or_default()
    }

    /// Returns the language of a tag such as `de-CH`.
    fn of_tag(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_']).next()?;
        let mut all = Self::ALL.into_iter();
        all.find(|locale| locale.tag().eq_ignore_ascii_case(language))
    }

    fn of_header(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for entry in header.split(',').take(MOST_ENTRIES) {
            let mut parts = entry.split(';').map(str::trim);
            let Some(locale) = parts.next().and_then(Self::of_tag) else {
                continue;
            };
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            let weight = weight.map_or(Some(1.0), |q| q.parse::<f32>().ok());
            let Some(weight) = weight.filter(|q| *q > 0.0 && *q <= 1.0) else {
                continue;
            };
            if best.is_none_or(|(most, _)| weight > most) {
                best = Some((weight, locale));
            }
        }
        best.map(|(_, locale)| locale)
    }
}
