//! Values that are markup: each is text wherever it stands.

use cognate_web::branding::Brand;
use cognate_web::locale::Locale;
use cognate_web::views::frame::{Alert, AlertKind, Version};
use cognate_web::views::screen::*;
use cognate_web::views::{self, Frame};

use super::tags;

const EVIL: &str = "\"'></title></textarea><script>alert(1)</script><b a='&amp;";

fn evil() -> String {
    EVIL.to_owned()
}

fn card() -> FactorCard {
    FactorCard {
        kind: FactorKind::Email,
        place: Some(evil()),
    }
}

fn attribute(name: &str) -> AttributeField {
    AttributeField {
        name: name.to_owned(),
        value: evil(),
    }
}

fn notice(kind: NoticeKind) -> Screen {
    Screen::Notice(Notice {
        kind,
        next: Some(evil()),
        home: Some(evil()),
    })
}

fn screens() -> Vec<Screen> {
    let rules = PasswordRules {
        min_length: i64::MAX,
        lowercase: true,
        uppercase: true,
        number: true,
        symbol: true,
    };
    let resend = Resend {
        after_seconds: u32::MAX,
    };
    let provider = |kind| ProviderButton {
        name: evil(),
        kind,
        href: format!(
            "/oauth2/authorize?{EVIL}={EVIL}&username=x&csrf=y&password=z&%ff=1&a=%ff&=&&"
        ),
        by_domain: kind == ProviderKind::Saml,
    };
    let sign_in = |with_password, local, domain_search| {
        Screen::SignIn(SignIn {
            name: NameKind::Username,
            username: evil(),
            with_password,
            local,
            can_reset: true,
            can_sign_up: true,
            providers: vec![provider(ProviderKind::Saml), provider(ProviderKind::Google)],
            domain_search,
            last: Some(LastUsed::Provider(evil())),
            passkey: Some(evil()),
        })
    };
    let device = |client| {
        Screen::Device(Device {
            user_code: evil(),
            client,
            scopes: vec![evil(), "openid".to_owned()],
        })
    };
    let alert = Alert {
        kind: AlertKind::Error,
        text: evil(),
        field: None,
    };
    let error = NoticeKind::Error {
        heading: None,
        text: evil(),
        reference: evil(),
    };
    let mut list = vec![
        sign_in(true, true, false),
        sign_in(false, true, true),
        sign_in(false, false, false),
        Screen::ChooseFactor(ChooseFactor {
            who: evil(),
            factors: vec![card()],
        }),
        Screen::ChooseFactor(ChooseFactor {
            who: evil(),
            factors: Vec::new(),
        }),
        Screen::Password(Password {
            who: evil(),
            can_reset: true,
            others: true,
        }),
        Screen::Passkey(Passkey {
            who: evil(),
            options: evil(),
            others: true,
        }),
        Screen::ChooseMfa(ChooseMfa {
            set_up: true,
            factors: vec![card()],
        }),
        Screen::SetUpApp(SetUpApp {
            secret: evil(),
            uri: evil(),
            qr: vec![vec![true, false], vec![]],
        }),
        Screen::SetUpContact(SetUpContact {
            kind: FactorKind::Sms,
            value: evil(),
        }),
        Screen::NewPassword(NewPassword {
            who: evil(),
            rules,
            attributes: vec![attribute("email"), attribute(EVIL)],
        }),
        Screen::SignUp(SignUp {
            name: NameKind::Phone,
            username: evil(),
            attributes: vec![attribute("custom:x"), attribute(EVIL)],
            rules: Some(rules),
        }),
        Screen::Forgot(Forgot {
            name: NameKind::Email,
            username: evil(),
        }),
        Screen::Reset(Reset {
            who: evil(),
            place: Some(evil()),
            rules,
            resend,
        }),
        Screen::AddPasskey(AddPasskey {
            options: evil(),
            device_name: evil(),
        }),
        Screen::Chooser(Chooser { who: evil() }),
        Screen::Link(Link { provider: evil() }),
        Screen::Consent(Consent {
            who: evil(),
            site: Some(evil()),
            name: Some(evil()),
            place: evil(),
            own_machine: true,
            scopes: vec![evil()],
            resource: Some(evil()),
        }),
        device(None),
        device(Some(evil())),
        notice(NoticeKind::ConfirmedByLink),
        notice(NoticeKind::LinkRefused(alert)),
        notice(NoticeKind::SignedOut),
        notice(NoticeKind::Leaving),
        notice(NoticeKind::FeedbackValid),
        notice(NoticeKind::FeedbackInvalid),
        Screen::Feedback(Feedback {
            request: vec![(evil(), evil())],
            answer: "answer",
            valid_first: true,
        }),
        notice(NoticeKind::DeviceDone),
        Screen::SignOut(SignOut {
            request: vec![(evil(), evil())],
            answer: "sign_out",
            home: None,
        }),
        notice(NoticeKind::Restart),
        notice(NoticeKind::PendingAdmin),
        notice(NoticeKind::PendingApproval),
        notice(error),
    ];
    for kind in [FactorKind::App, FactorKind::Email, FactorKind::Sms] {
        list.push(Screen::Code(Code {
            kind,
            who: evil(),
            place: Some(evil()),
            others: false,
            resend: Some(resend),
            can_remember: true,
            set_up: false,
        }));
    }
    for by_link in [true, false] {
        list.push(Screen::Confirm(Confirm {
            who: evil(),
            place: Some(evil()),
            by_link,
            resend,
        }));
    }
    list
}

#[test]
fn every_value_is_escaped_on_every_page() {
    let brand = Brand::default();
    for screen in screens() {
        for field in [
            None,
            Some("username"),
            Some("code"),
            Some("contact"),
            Some("user_code"),
        ] {
            let frame = Frame {
                locale: Locale::De,
                version: Version::Managed,
                brand: &brand,
                app: EVIL,
                query: EVIL,
                csrf: EVIL,
                alert: Some(Alert {
                    kind: AlertKind::Error,
                    text: evil(),
                    field,
                }),
                ends: None,
                terms_of_use: Some(EVIL),
                privacy_policy: Some(EVIL),
            };
            let html = views::render(&frame, &screen);
            let scripts = usize::from(views::has_script(&frame, &screen));
            assert_eq!(
                html.matches("<script").count(),
                scripts,
                "{screen:?}\n{html}"
            );
            assert_eq!(html.matches("</title>").count(), 1, "{screen:?}");
            assert!(
                !html.contains("alert(1)</") && !html.contains("<b a="),
                "{html}"
            );
            assert!(html.contains("&#60;script&#62;"), "{screen:?}");
            // No value ends an attribute: else there would be tags with other names.
            for tag in tags::of(&html) {
                assert!(
                    tag.name.chars().all(|c| c.is_ascii_alphanumeric()),
                    "{screen:?} {tag:?}"
                );
            }
        }
    }
}

#[test]
fn hidden_fields_of_providers_have_no_name_of_the_sign_in() {
    let brand = Brand::default();
    let frame = Frame {
        locale: Locale::En,
        version: Version::Managed,
        brand: &brand,
        app: "",
        query: "username=a&password=b&csrf=c&client_id=1&identity_provider=X",
        csrf: "the-token",
        alert: None,
        ends: None,
        terms_of_use: None,
        privacy_policy: None,
    };
    for screen in screens().into_iter().take(2) {
        let tags = tags::of(&views::render(&frame, &screen));
        for name in ["username", "csrf"] {
            let same = tags.iter().filter(|t| t.get("name") == Some(name)).count();
            assert_eq!(same, 1, "{name}");
        }
    }
}
