//! The choice of a language.

use cognate_web::locale::Locale::{self, De, En};

#[test]
fn the_parameter_counts_before_the_browsers_languages() {
    for (wanted, accepted, chosen) in [
        (None, None, En),
        (Some("de"), None, De),
        (Some("DE-ch"), Some("en"), De),
        (Some("de_AT"), Some("en"), De),
        (Some("en"), Some("de"), En),
        (Some("fr"), Some("de"), De),
        (Some(""), Some("de"), De),
        (Some("den"), Some("en"), En),
        (Some("../de"), None, En),
        (None, Some("de"), De),
        (None, Some("fr, de-CH;q=0.9, en;q=0.8"), De),
        (None, Some("de;q=0.5,en;q=0.7"), En),
        (None, Some("en;q=0.5 , de ; q=0.7"), De),
        (None, Some("de,en"), De),
        (None, Some("de;q=0,fr"), En),
        (None, Some("*"), En),
    ] {
        assert_eq!(
            Locale::choose(wanted, accepted),
            chosen,
            "{wanted:?} {accepted:?}"
        );
    }
}

#[test]
fn a_hostile_header_chooses_nothing() {
    for entry in [
        "de;q=NaN", "de;q=inf", "de;q=-1", "de;q=1e9", "de;q=", "de;q=x", ";;;", ",,,", "\u{0}",
        "-de",
    ] {
        assert_eq!(Locale::choose(None, Some(entry)), En, "{entry}");
    }
    let long = "x,".repeat(100_000) + "de";
    assert_eq!(Locale::choose(Some(&long), Some(&long)), En);
}

#[test]
fn each_language_has_texts_of_its_own() {
    for locale in Locale::ALL {
        let texts = format!("{:?}", locale.texts());
        assert!(!texts.contains("\"\""), "{texts}");
        assert_eq!(Locale::choose(Some(locale.tag()), None), locale);
    }
    assert_ne!(En.texts().error_title, De.texts().error_title);
}
