//! What assistive programs need of each page, its size, and that its words are in the files of languages.

use std::collections::BTreeSet;

use cognate_web::assets::{SCRIPT, STEPS, STYLE};
use cognate_web::locale::Locale;
use cognate_web::views::frame::AlertKind;
use cognate_web::views::samples;

use super::tags::{self, Tag};
use super::{draw, named, page};

#[test]
fn fields_have_labels_and_what_they_refer_to_is_there() {
    for sample in samples::all() {
        let html = draw(&sample);
        let tags = tags::of(&html);
        let name = sample.name;
        let ids: Vec<&str> = tags.iter().filter_map(|t| t.get("id")).collect();
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "{name}: an id twice");
        for field in tags.iter().filter(|t| t.is_field()) {
            let id = field
                .get("id")
                .unwrap_or_else(|| panic!("{name}: {field:?}"));
            let label = tags.iter().find(|t| t.is("label", "for", id));
            assert!(
                label.is_some_and(|label| !label.text.is_empty()),
                "{name}: {id}"
            );
            assert!(field.get("autocomplete").is_some(), "{name}: {id}");
            assert!(field.get("data-testid").is_some(), "{name}: {id}");
        }
        for attribute in [
            "aria-describedby",
            "aria-controls",
            "aria-labelledby",
            "form",
            "for",
        ] {
            let named = tags.iter().filter_map(|t| t.get(attribute));
            for id in named.flat_map(str::split_whitespace) {
                assert!(known.contains(id), "{name}: {attribute}={id}");
            }
        }
        let count = |wanted: &str| tags.iter().filter(|t| t.name == wanted).count();
        assert_eq!(
            (count("h1"), count("main"), count("title")),
            (1, 1, 1),
            "{name}"
        );
        let main = tags.iter().find(|t| t.name == "main").unwrap();
        assert!(
            main.get("data-testid").unwrap().starts_with("page-"),
            "{name}"
        );
        let title = tags.iter().find(|t| t.name == "title").unwrap();
        assert!(
            title.text.ends_with(" – Acme Notes"),
            "{name}: {}",
            title.text
        );
        let buttons = tags
            .iter()
            .filter(|t| t.get("class").is_some_and(|c| c.contains("button main")));
        assert!(buttons.count() <= 1, "{name}: one thing to do");
    }
}

#[test]
fn a_refusal_takes_the_focus_and_is_said_at_its_field() {
    for sample in samples::all() {
        let tags = tags::of(&draw(&sample));
        let title = tags.iter().find(|t| t.name == "title").unwrap();
        let Some(alert) = &sample.alert else {
            assert!(!title.text.starts_with("Error: "), "{}", sample.name);
            assert!(!tags.iter().any(|t| t.get("aria-invalid").is_some()));
            continue;
        };
        let refused = alert.kind == AlertKind::Error;
        assert_eq!(
            title.text.starts_with("Error: "),
            refused,
            "{}",
            sample.name
        );
        let told = tags
            .iter()
            .find(|t| t.get("role") == Some(if refused { "alert" } else { "status" }));
        let told = told.unwrap_or_else(|| panic!("{}", sample.name));
        assert_eq!(told.get("autofocus").is_some(), refused);
        assert_eq!(told.get("tabindex"), refused.then_some("-1"));
        let wrong: Vec<&Tag> = tags
            .iter()
            .filter(|t| t.get("aria-invalid").is_some())
            .collect();
        // The button of a passkey is no field.
        let field = alert.field.filter(|field| *field != "passkey");
        assert_eq!(wrong.len(), usize::from(field.is_some()), "{}", sample.name);
        for field in wrong {
            let id = field.get("id").unwrap();
            let described = field.get("aria-describedby").unwrap();
            assert!(
                described.ends_with(&format!("{id}-error")),
                "{}",
                sample.name
            );
            assert!(
                tags.iter().any(|t| t.is("a", "href", &format!("#{id}"))),
                "{}",
                sample.name
            );
        }
    }
}

#[test]
fn pages_and_their_files_are_small() {
    assert!(STYLE.bytes().len() <= 20_000, "{}", STYLE.bytes().len());
    assert!(SCRIPT.bytes().len() <= 6 << 10, "{}", SCRIPT.bytes().len());
    assert!(STEPS.bytes().len() <= 2 << 10, "{}", STEPS.bytes().len());
    for sample in samples::all() {
        for locale in Locale::ALL {
            let html = page(*locale, &sample.screen, sample.alert.clone());
            assert!(
                html.len() <= 30_000,
                "{} {locale:?} {}",
                sample.name,
                html.len()
            );
        }
    }
}

#[test]
fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
    for sample in samples::all() {
        let html = draw(&sample);
        for tag in tags::of(&html) {
            assert!(tag.get("style").is_none(), "{}: {tag:?}", sample.name);
            assert_ne!(tag.name, "style", "{}", sample.name);
            if let Some(source) = tag.get("src") {
                assert!(source.starts_with("/assets/"), "{}: {source}", sample.name);
            }
            if tag.name == "script" {
                assert!(
                    tag.get("defer").is_some() && tag.text.is_empty(),
                    "{}",
                    sample.name
                );
            }
        }
        assert!(
            !html.contains(" onclick") && !html.contains("javascript:"),
            "{}",
            sample.name
        );
    }
}

#[test]
fn forms_carry_the_query_and_the_token() {
    // The answer to the question about a sign-out brings the request that was asked about, and the session's cookie, which
    // no other site can send.
    for sample in samples::all().into_iter().filter(|s| s.name != "sign-out") {
        let tags = tags::of(&draw(&sample));
        for form in tags.iter().filter(|t| t.is("form", "method", "post")) {
            let action = form.get("action").unwrap();
            let (path, query) = action.split_once('?').unwrap();
            assert!(
                path.starts_with('/') && query == super::QUERY,
                "{}: {action}",
                sample.name
            );
            // The form of a passkey on the first page gets the token by the script.
            let named = |t: &Tag| matches!(t.get("name"), Some("csrf" | "_csrf"));
            let token = tags.iter().any(|t| t.form == form.form && named(t));
            assert!(
                token || form.get("id") == Some("passkey"),
                "{}: {action}",
                sample.name
            );
        }
    }
}

#[test]
fn each_language_is_a_link_to_the_same_page() {
    let tags = tags::of(&named("code-email"));
    let links: Vec<&Tag> = tags
        .iter()
        .filter(|t| t.get("hreflang").is_some())
        .collect();
    assert_eq!(links.len(), Locale::ALL.len());
    for (link, locale) in links.iter().zip(Locale::ALL) {
        let href = format!("?{}&lang={}", super::QUERY, locale.tag());
        assert_eq!(link.get("href"), Some(href.as_str()));
        assert_eq!(link.get("aria-current").is_some(), *locale == Locale::En);
    }
    for locale in Locale::ALL {
        let html = page(*locale, &samples::all()[0].screen, None);
        let (lang, dir) = (locale.lang(), locale.direction().word());
        assert!(
            html.contains(&format!("<html lang=\"{lang}\" dir=\"{dir}\"")),
            "{html}"
        );
    }
}

/// Takes everything between two marks away.
fn without(text: &str, from: &str, to: &str) -> String {
    let mut parts = text.split(from);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        all + part.split_once(to).map_or("", |(_, after)| after)
    })
}

#[test]
fn templates_have_no_words() {
    let root = format!("{}/templates/managed", env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for folder in [root.clone(), format!("{root}/parts")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|e| e != "html") {
                continue;
            }
            seen += 1;
            let source = std::fs::read_to_string(&path).unwrap();
            let bare = without(
                &without(&without(&source, "{%", "%}"), "{{", "}}"),
                "{#",
                "#}",
            );
            let words = without(&bare, "<", ">");
            assert!(!words.contains(char::is_alphabetic), "{path:?}: {words}");
            for attribute in ["alt", "title", "aria-label", "placeholder", "label"] {
                for rest in bare.split(&format!(" {attribute}=\"")).skip(1) {
                    let value = rest.split('"').next().unwrap();
                    assert!(
                        !value.contains(char::is_alphabetic),
                        "{path:?}: {attribute}={value}"
                    );
                }
            }
        }
    }
    assert!(seen > 25, "{seen}");
}
