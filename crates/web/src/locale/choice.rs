//! The choice of a language.

use super::Locale;

/// The entries of `Accept-Language` that are looked at.
const MOST_ENTRIES: usize = 16;

impl Locale {
    /// Chooses the language that `wanted`, the parameter, names, else the one of the cookie, else the one that
    /// `accepted`, an `Accept-Language` header, prefers (RFC 9110, 12.5.4), else English.
    pub fn choose(wanted: Option<&str>, cookie: Option<&str>, accepted: Option<&str>) -> Self {
        wanted
            .and_then(Self::of_tag)
            .or_else(|| Self::of_tag(cookie?))
            .or_else(|| Self::of_header(accepted?))
            .unwrap_or_default()
    }

    /// Chooses the first known language of a list with blanks between, as `ui_locales` is (OpenID Connect Core 3.1.2.1).
    pub fn of_list(tags: &str) -> Option<Self> {
        let mut entries = tags.split(' ').take(MOST_ENTRIES);
        entries.find_map(Self::of_tag)
    }

    /// Returns the language of a tag such as `de-CH`: the one with this code, else the one whose code begins with the
    /// same language. Of the two Chinese scripts, the region decides if the tag names none (pages.md 6).
    pub fn of_tag(tag: &str) -> Option<Self> {
        if tag.len() > 35 {
            return None;
        }
        let mut parts = tag.split(['-', '_']).map(str::to_ascii_lowercase);
        let language = parts.next()?;
        let code = if language == "zh" {
            let traditional = |part: String| ["tw", "hk", "mo", "hant"].contains(&part.as_str());
            let simplified = |part: &String| part == "hans";
            let rest: Vec<String> = parts.collect();
            match !rest.iter().any(simplified) && rest.into_iter().any(traditional) {
                true => "zh-TW",
                false => "zh-CN",
            }
        } else {
            language.as_str()
        };
        let mut all = Self::ALL.iter();
        all.find(|locale| {
            let own = locale.tag();
            own == code || own.split('-').next() == Some(code)
        })
        .copied()
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
