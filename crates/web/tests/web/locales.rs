//! The choice of a language.

use std::collections::{BTreeMap, BTreeSet};

use cognate_domain::Settings;
use cognate_web::locale::Locale::{self, De, En, Fr, PtBr, ZhCn, ZhTw};
use toml::{Table, Value};

use crate::site::{Site, get_with, header};

#[test]
fn the_parameter_counts_before_the_browsers_languages() {
    for (wanted, accepted, chosen) in [
        (None, None, En),
        (Some("de"), None, De),
        (Some("DE-ch"), Some("en"), De),
        (Some("de_AT"), Some("en"), De),
        (Some("en"), Some("de"), En),
        (Some("sv"), Some("de"), De),
        (Some("fr"), Some("de"), Fr),
        (Some("pt"), Some("de"), PtBr),
        (Some("zh-HK"), Some("de"), ZhTw),
        (Some("zh"), Some("de"), ZhCn),
        (Some(""), Some("de"), De),
        (Some("den"), Some("en"), En),
        (Some("../de"), None, En),
        (None, Some("de"), De),
        (None, Some("sv, de-CH;q=0.9, en;q=0.8"), De),
        (None, Some("de;q=0.5,en;q=0.7"), En),
        (None, Some("en;q=0.5 , de ; q=0.7"), De),
        (None, Some("de,en"), De),
        (None, Some("de;q=0,sv"), En),
        (None, Some("*"), En),
    ] {
        assert_eq!(
            Locale::choose(wanted, None, accepted),
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
        assert_eq!(Locale::choose(None, None, Some(entry)), En, "{entry}");
    }
    let long = "x,".repeat(100_000) + "de";
    assert_eq!(Locale::choose(Some(&long), Some(&long), Some(&long)), En);
}

#[test]
fn the_cookie_counts_after_the_parameter_and_before_the_browser() {
    assert_eq!(Locale::choose(Some("en"), Some("de"), None), En);
    assert_eq!(Locale::choose(Some("xx"), Some("de"), Some("en")), De);
    assert_eq!(Locale::choose(None, Some("xx"), Some("de")), De);
    assert_eq!(Locale::of_list("xx de-AT en"), Some(De));
    assert_eq!(Locale::of_list(""), None);
}

/// The file of a language.
fn file(locale: Locale) -> Table {
    let path = format!(
        "{}/locales/{}.toml",
        env!("CARGO_MANIFEST_DIR"),
        locale.tag()
    );
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

/// All texts of a table by their keys. The forms of a text with a number are one text.
fn texts(table: &Table, prefix: &str, all: &mut BTreeMap<String, Vec<String>>) {
    for (key, value) in table {
        let key = format!("{prefix}.{key}");
        match value {
            Value::String(text) => {
                all.insert(key, vec![text.clone()]);
            }
            Value::Table(forms) if forms.contains_key("other") => {
                let forms = forms.values().map(|form| form.as_str().unwrap().to_owned());
                all.insert(key, forms.collect());
            }
            Value::Table(inner) => texts(inner, &key, all),
            other => panic!("{key}: {other}"),
        }
    }
}

/// The placeholders of a text, without the number, which a form such as "one" may leave out.
fn placeholders(text: &str) -> BTreeSet<&str> {
    let parts = text.split('{').skip(1);
    parts
        .filter_map(|part| part.split('}').next())
        .filter(|name| *name != "n")
        .collect()
}

#[test]
fn every_language_has_every_text_with_the_same_placeholders() {
    let mut english = BTreeMap::new();
    texts(&file(En), "", &mut english);
    for locale in Locale::ALL {
        let mut own = BTreeMap::new();
        texts(&file(*locale), "", &mut own);
        let keys: Vec<_> = own.keys().collect();
        assert_eq!(keys, english.keys().collect::<Vec<_>>(), "{locale:?}");
        for (key, forms) in &own {
            let wanted = placeholders(&english[key][0]);
            for text in forms {
                assert_eq!(placeholders(text), wanted, "{locale:?} {key}");
                assert!(!text.is_empty() && text.trim() == text, "{locale:?} {key}");
            }
        }
        // The structs have the same keys: otherwise the file would not have been read, and this would be empty.
        assert!(!locale.texts().errors.title.is_empty(), "{locale:?}");
        assert_eq!(Locale::of_tag(locale.tag()), Some(*locale));
    }
}

#[test]
fn a_text_with_a_number_has_every_form_of_its_language() {
    for locale in Locale::ALL {
        let wanted: &[&str] = match locale.tag() {
            "id" | "ja" | "ko" | "zh-CN" | "zh-TW" => &["other"],
            "ar" => &["few", "many", "one", "other", "two", "zero"],
            _ => &["one", "other"],
        };
        let mut open = vec![file(*locale)];
        while let Some(table) = open.pop() {
            if table.contains_key("other") {
                let mut forms: Vec<&str> = table.keys().map(String::as_str).collect();
                forms.sort_unstable();
                assert_eq!(forms, wanted, "{locale:?} {table}");
            }
            open.extend(table.values().filter_map(|v| v.as_table().cloned()));
        }
    }
}

#[test]
fn no_button_is_too_long_for_its_line() {
    // These are links, which wrap, or have a value in them.
    let others = ["forgot", "provider", "continue_as", "home", "resend_in"];
    for locale in Locale::ALL {
        let file = file(*locale);
        for (key, text) in file["pages"]["action"].as_table().unwrap() {
            let length = text.as_str().unwrap().chars().count();
            assert!(
                others.contains(&key.as_str()) || length <= 26,
                "{locale:?} {key}: {length}"
            );
        }
    }
}

#[tokio::test]
async fn the_language_that_a_link_names_is_kept() {
    let site = Site::new(Settings::dev()).await;
    let page = site.get("/confirmUser?lang=de").await;
    assert_eq!(header(&page, "content-language"), "de");
    assert_eq!(header(&page, "vary"), "Accept-Language, Cookie");
    assert_eq!(
        header(&page, "set-cookie"),
        "lang=de; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000"
    );
    let sent = get_with("/confirmUser", "cookie", "lang=de");
    let page = site.ask(&cognate_web::ROUTES, sent).await.unwrap();
    assert_eq!(header(&page, "content-language"), "de");
    assert_eq!(header(&page, "set-cookie"), "");
    for unknown in ["xx", "", "%00", "de%0d%0aset-cookie:x=1"] {
        let page = site.get(&format!("/confirmUser?lang={unknown}")).await;
        assert_eq!(header(&page, "content-language"), "en");
        assert_eq!(header(&page, "set-cookie"), "", "{unknown}");
    }
}
