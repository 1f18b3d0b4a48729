//! Texts that try to be more than texts.

use std::path::Path;

use cognate_web::branding::{Brand, Classic};
use cognate_web::locale::Locale;
use cognate_web::views::frame::{Alert, AlertKind, Frame, Version};
use cognate_web::views::screen::*;
use cognate_web::views::{Screen, classic};

use super::{RULES, sign_in, sign_up};
use crate::dom::{self, Element};

const EVIL: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;{{7*7}}";

fn screens() -> Vec<Screen> {
    let evil = || EVIL.to_owned();
    let card = FactorCard {
        kind: FactorKind::Email,
        place: Some(evil()),
    };
    let field = AttributeField {
        name: evil(),
        value: evil(),
    };
    let resend = Resend { after_seconds: 0 };
    let provider = |kind| ProviderButton {
        name: evil(),
        kind,
        href: format!("/oauth2/authorize?x={}&{}", "%22%3E%3Cscript%3E", EVIL),
        by_domain: kind == ProviderKind::Saml,
    };
    let notice = |kind| {
        Screen::Notice(Notice {
            kind,
            next: Some(evil()),
            home: Some(evil()),
        })
    };
    vec![
        Screen::SignIn(SignIn {
            username: evil(),
            providers: vec![provider(ProviderKind::Saml), provider(ProviderKind::Google)],
            ..sign_in()
        }),
        Screen::SignUp(SignUp {
            username: evil(),
            attributes: vec![field.clone()],
            ..sign_up()
        }),
        Screen::ChooseFactor(ChooseFactor {
            who: evil(),
            factors: vec![card.clone()],
        }),
        Screen::Password(Password {
            who: evil(),
            can_reset: true,
            others: true,
        }),
        Screen::Code(Code {
            kind: FactorKind::Email,
            who: evil(),
            place: Some(evil()),
            others: true,
            resend: Some(resend),
            can_remember: true,
            set_up: false,
        }),
        Screen::ChooseMfa(ChooseMfa {
            set_up: true,
            factors: vec![card],
        }),
        Screen::SetUpApp(SetUpApp {
            secret: evil(),
            uri: evil(),
            qr: Vec::new(),
        }),
        Screen::SetUpContact(SetUpContact {
            kind: FactorKind::Sms,
            value: evil(),
        }),
        Screen::NewPassword(NewPassword {
            who: evil(),
            rules: RULES,
            attributes: vec![field],
        }),
        Screen::Confirm(Confirm {
            who: evil(),
            place: Some(evil()),
            by_link: false,
            resend,
        }),
        Screen::Forgot(Forgot {
            name: NameKind::Email,
            username: evil(),
        }),
        Screen::Reset(Reset {
            who: evil(),
            place: Some(evil()),
            rules: RULES,
            resend,
        }),
        Screen::AddPasskey(AddPasskey {
            options: evil(),
            device_name: evil(),
        }),
        Screen::Chooser(Chooser { who: evil() }),
        Screen::Link(Link { provider: evil() }),
        notice(NoticeKind::Error {
            heading: None,
            text: evil(),
            reference: evil(),
        }),
        notice(NoticeKind::LinkRefused(Alert {
            kind: AlertKind::Error,
            text: evil(),
            field: None,
        })),
        Screen::Consent(Consent {
            who: evil(),
            site: Some(evil()),
            name: Some(evil()),
            place: evil(),
            own_machine: true,
            scopes: vec![evil()],
            resource: Some(evil()),
        }),
        Screen::Device(Device {
            user_code: evil(),
            client: Some(evil()),
            scopes: vec![evil()],
        }),
    ]
}

fn assert_harmless(page: &Element, what: &str) {
    for element in page.descendants() {
        let tag = element.tag();
        let own = tag == "script" && element.text().is_empty();
        let bad = ["script", "iframe", "object", "base"].contains(&tag.as_str());
        assert!(own || !bad, "{what}");
        for (name, value) in element.attrs() {
            assert!(!name.starts_with("on") && name != "style", "{what}: {name}");
            if name == "href" || name == "action" || name == "src" {
                let runs = value
                    .trim_start()
                    .to_ascii_lowercase()
                    .starts_with("javascript:");
                assert!(!runs, "{what}: {value}");
            }
        }
        assert!(tag != "img" || element.attr("class").is_some(), "{what}");
    }
}

#[test]
fn hostile_texts_stay_texts() {
    for kind in [AlertKind::Error, AlertKind::Success] {
        for screen in screens() {
            let brand = Brand {
                classic: Classic {
                    sheet: Some(EVIL.into()),
                    logo: Some(EVIL.into()),
                },
                ..Brand::default()
            };
            let frame = Frame {
                locale: Locale::En,
                version: Version::Classic,
                brand: &brand,
                app: EVIL,
                query: EVIL,
                csrf: EVIL,
                alert: Some(Alert {
                    kind,
                    text: EVIL.into(),
                    field: None,
                }),
                ends: None,
                terms_of_use: None,
                privacy_policy: None,
            };
            let html = classic::render(&frame, &screen);
            assert!(!html.contains("<script>alert"), "{screen:?}");
            assert_harmless(&dom::page(&html), &format!("{screen:?}"));
        }
    }
}

/// A template holds no words: all are in `locales/classic.toml`.
#[test]
fn no_letter_is_left_in_a_template() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/classic");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut text = std::fs::read_to_string(&path).unwrap();
        for (open, close) in [("{{", "}}"), ("{%", "%}"), ("<", ">"), ("&", ";")] {
            while let Some((before, rest)) = text.split_once(open) {
                let (_, after) = rest.split_once(close).unwrap();
                text = format!("{before}{after}");
            }
        }
        assert!(
            !text.contains(char::is_alphabetic),
            "{}: {}",
            path.display(),
            text.trim()
        );
        seen += 1;
    }
    assert!(seen >= 5);
}
