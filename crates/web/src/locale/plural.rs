//! Texts with a number.

use serde::Deserialize;

use super::Locale;

/// A text with a number in it, in the forms that its language has (Unicode CLDR, plural rules for cardinals). The form
/// for millions in Romance languages is left out: no page counts so far.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plural {
    zero: Option<String>,
    one: Option<String>,
    two: Option<String>,
    few: Option<String>,
    many: Option<String>,
    other: String,
}

impl Plural {
    /// Returns the form for a number.
    pub fn form(&self, locale: Locale, number: u64) -> &str {
        let form = match category(locale.tag(), number) {
            "zero" => &self.zero,
            "one" => &self.one,
            "two" => &self.two,
            "few" => &self.few,
            "many" => &self.many,
            _ => &None,
        };
        form.as_ref().unwrap_or(&self.other)
    }

    /// Returns the form for a number, with the number in the place of `{n}`.
    pub fn with(&self, locale: Locale, number: u64) -> String {
        super::fill(self.form(locale, number), &[("n", &number.to_string())])
    }
}

/// Returns the category of a number in a language.
fn category(code: &str, number: u64) -> &'static str {
    let last = number % 100;
    match code {
        "id" | "ja" | "ko" | "zh-CN" | "zh-TW" => "other",
        "fr" | "pt-BR" if number <= 1 => "one",
        "ar" => match number {
            0 => "zero",
            1 => "one",
            2 => "two",
            _ if (3..=10).contains(&last) => "few",
            _ if last >= 11 => "many",
            _ => "other",
        },
        _ if number == 1 => "one",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_the_category_of_its_language() {
        let forms = |code, numbers: &[u64]| -> Vec<&str> {
            numbers.iter().map(|n| category(code, *n)).collect()
        };
        assert_eq!(
            forms("en", &[0, 1, 2, 101]),
            ["other", "one", "other", "other"]
        );
        assert_eq!(forms("fr", &[0, 1, 2]), ["one", "one", "other"]);
        assert_eq!(forms("ja", &[0, 1]), ["other", "other"]);
        let arabic = [0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111];
        let wanted = [
            "zero", "one", "two", "few", "few", "many", "many", "other", "other", "few", "many",
        ];
        assert_eq!(forms("ar", &arabic), wanted);
    }

    #[test]
    fn a_form_that_is_missing_is_the_general_one() {
        let text: Plural = toml::from_str("one = \"{n} code\"\nother = \"{n} codes\"").unwrap();
        assert_eq!(text.with(Locale::En, 1), "1 code");
        assert_eq!(text.with(Locale::En, 0), "0 codes");
        assert!(toml::from_str::<Plural>("one = \"x\"").is_err());
        assert!(toml::from_str::<Plural>("other = \"x\"\nbig = \"y\"").is_err());
    }
}
