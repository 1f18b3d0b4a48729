//! The pages beside sign-in and sign-up (pages.md 1.2, K14 to K19), and an example of each page.

use cognate_web::branding::Brand;
use cognate_web::views::Screen;
use cognate_web::views::screen::*;

use super::{RULES, draw, html_of, sign_in, sign_up, with_providers};
use crate::dom;

pub fn code(kind: FactorKind) -> Screen {
    Screen::Code(Code {
        kind,
        who: "ann".into(),
        place: (kind != FactorKind::App).then(|| "+*******55".into()),
        others: true,
        resend: (kind != FactorKind::App).then_some(Resend { after_seconds: 0 }),
        can_remember: true,
        set_up: false,
    })
}

pub fn confirm() -> Screen {
    Screen::Confirm(Confirm {
        who: "ann".into(),
        place: Some("a***@e***".into()),
        by_link: false,
        resend: Resend { after_seconds: 0 },
    })
}

pub fn forgot() -> Screen {
    Screen::Forgot(Forgot {
        name: NameKind::Username,
        username: String::new(),
    })
}

pub fn reset() -> Screen {
    Screen::Reset(Reset {
        who: "ann".into(),
        place: Some("s***@g***.com".into()),
        rules: RULES,
        resend: Resend { after_seconds: 0 },
    })
}

pub fn new_password() -> Screen {
    Screen::NewPassword(NewPassword {
        who: "ann".into(),
        rules: RULES,
        attributes: vec![AttributeField {
            name: "given_name".into(),
            value: String::new(),
        }],
    })
}

fn cards() -> Vec<FactorCard> {
    let card = |kind, place: Option<&str>| FactorCard {
        kind,
        place: place.map(str::to_owned),
    };
    vec![
        card(FactorKind::App, None),
        card(FactorKind::Sms, Some("+*******55")),
        card(FactorKind::Email, Some("a***@e***")),
        card(FactorKind::Password, None),
        card(FactorKind::Passkey, None),
    ]
}

fn notice(kind: NoticeKind) -> Screen {
    Screen::Notice(Notice {
        kind,
        next: Some("/login?a=1&b=2".into()),
        home: Some("https://app.example/".into()),
    })
}

/// Returns an example of each page.
pub fn every() -> Vec<Screen> {
    let who = || "ann".to_owned();
    let options = || "{}".to_owned();
    vec![
        Screen::SignIn(sign_in()),
        Screen::SignIn(with_providers()),
        Screen::SignIn(SignIn {
            with_password: false,
            ..sign_in()
        }),
        Screen::SignIn(SignIn {
            local: false,
            ..with_providers()
        }),
        Screen::SignIn(SignIn {
            domain_search: true,
            ..with_providers()
        }),
        Screen::SignUp(sign_up()),
        Screen::ChooseFactor(ChooseFactor {
            who: who(),
            factors: cards(),
        }),
        Screen::Password(Password {
            who: who(),
            can_reset: true,
            others: true,
        }),
        code(FactorKind::App),
        code(FactorKind::Sms),
        code(FactorKind::Email),
        Screen::Passkey(Passkey {
            who: who(),
            options: options(),
            others: true,
        }),
        Screen::ChooseMfa(ChooseMfa {
            set_up: false,
            factors: cards(),
        }),
        Screen::ChooseMfa(ChooseMfa {
            set_up: true,
            factors: cards(),
        }),
        Screen::SetUpApp(SetUpApp {
            secret: "ABCDEFGHIJ".into(),
            uri: "otpauth://totp/Shop:ann?secret=ABCDEFGHIJ&issuer=Shop".into(),
            qr: vec![vec![true, false], vec![false, true]],
        }),
        Screen::SetUpContact(SetUpContact {
            kind: FactorKind::Sms,
            value: "+1".into(),
        }),
        Screen::SetUpContact(SetUpContact {
            kind: FactorKind::Email,
            value: "a@b".into(),
        }),
        new_password(),
        confirm(),
        forgot(),
        reset(),
        Screen::AddPasskey(AddPasskey {
            options: options(),
            device_name: "Laptop".into(),
        }),
        Screen::Chooser(Chooser { who: who() }),
        Screen::Link(Link {
            provider: "Corp".into(),
        }),
        notice(NoticeKind::ConfirmedByLink),
        notice(NoticeKind::SignedOut),
        notice(NoticeKind::Leaving),
        notice(NoticeKind::FeedbackValid),
        notice(NoticeKind::FeedbackInvalid),
        Screen::Feedback(Feedback {
            request: vec![(who(), who())],
            answer: "answer",
            valid_first: false,
        }),
        notice(NoticeKind::DeviceDone),
        Screen::SignOut(SignOut {
            request: vec![(who(), who())],
            answer: "sign_out",
            home: None,
        }),
        notice(NoticeKind::Restart),
        notice(NoticeKind::PendingAdmin),
        notice(NoticeKind::PendingApproval),
        notice(NoticeKind::Error {
            heading: None,
            text: "Why.".into(),
            reference: "r".into(),
        }),
        Screen::Consent(Consent {
            who: "jane".into(),
            site: None,
            name: None,
            place: "cursor:".into(),
            own_machine: false,
            scopes: vec!["openid".into()],
            resource: None,
        }),
        Screen::Device(Device {
            user_code: String::new(),
            client: None,
            scopes: Vec::new(),
        }),
        Screen::Device(Device {
            user_code: "ABCD-EFGH".into(),
            client: Some("TV".into()),
            scopes: vec!["email".into(), "openid".into()],
        }),
    ]
}

#[test]
fn k14_the_forgotten_password() {
    let page = draw(&forgot());
    assert_eq!(page.only("h1").text(), "Forgot your password?");
    assert!(
        page.text().contains(
            "Enter your Username below and we will send a message to reset your password"
        )
    );
    assert_eq!(
        page.only("button[name=\"reset_my_password\"]").text(),
        "Reset my password"
    );
}

#[test]
fn k15_the_reset() {
    let page = draw(&reset());
    let text = page.only("div#div-forgot-password-msg > span#text-code");
    assert_eq!(
        text.text(),
        "We have sent a password reset code by email to s***@g***.com. \
         Enter it below to reset your password."
    );
    let form = page.only("form[name=\"confirmforgotpasswordform\"]");
    for (name, value) in [
        ("username", "ann"),
        ("destination", "s***@g***.com"),
        ("deliveryMedium", "EMAIL"),
    ] {
        let field = form.only(&format!("input[type=\"hidden\"][name=\"{name}\"]"));
        assert_eq!(field.attr("value").unwrap(), value);
    }
    for (id, label) in [
        ("forgot_password_code", "Code"),
        ("new_password", "New Password"),
        ("confirm_password", "Enter New Password Again"),
    ] {
        assert_eq!(page.only(&format!("label[for=\"{id}\"]")).text(), label);
    }
    assert_eq!(
        page.only("button[name=\"reset_password\"]").text(),
        "Change Password"
    );
}

#[test]
fn k16_the_forced_password() {
    let page = draw(&new_password());
    page.only("#new_password");
    page.only("#confirm_password");
    assert_eq!(
        page.only("button[name=\"reset_password\"]").text(),
        "Change Password"
    );
    assert_eq!(page.only("label[for=\"given_name\"]").text(), "Given name");
}

#[test]
fn k17_confirmation_and_second_factor() {
    let page = draw(&confirm());
    assert_eq!(page.by_text("button", "Confirm account").len(), 1);
    let resend = page.only("form.aside");
    assert!(resend.attr("action").unwrap().starts_with("/resendcode?"));
    assert_eq!(resend.attr("method").unwrap(), "POST");
    let field = draw(&code(FactorKind::App)).only("input[name=\"authentication_code\"]");
    assert_eq!(field.attr("id").unwrap(), "totpCodeInput");
    assert_eq!(field.attr("autocomplete").unwrap(), "one-time-code");
    assert_eq!(field.attr("inputmode").unwrap(), "numeric");
    assert!(field.attr("maxlength").is_none());
}

#[test]
fn k18_k19_the_head_of_every_page() {
    for screen in every() {
        let html = html_of(&screen, None, &Brand::default());
        assert!(html.len() < 30 << 10, "{} bytes", html.len());
        assert!(!html.contains("style="), "{screen:?}");
        let chooses = matches!(
            screen,
            Screen::SignUp(_) | Screen::NewPassword(_) | Screen::Reset(_)
        );
        assert_eq!(
            html.matches("<script").count(),
            usize::from(chooses),
            "{screen:?}"
        );
        let page = dom::page(&html);
        for script in page.all("script") {
            assert!(script.attr("src").unwrap().starts_with("/assets/classic."));
            assert!(script.attr("defer").is_some() && script.text().is_empty());
        }
        assert_eq!(page.attr("lang").unwrap(), "en");
        assert_eq!(page.only("title").text(), "Signin");
        let viewport = page
            .only("meta[name=\"viewport\"]")
            .attr("content")
            .unwrap();
        assert_eq!(viewport, "width=device-width, initial-scale=1");
        // Every field that is seen has a name for readers, and every page something to do.
        for field in page.all("input") {
            let kind = field.attr("type").unwrap();
            if kind == "hidden" || kind == "Submit" || kind == "submit" {
                continue;
            }
            let id = field.attr("id").unwrap_or_default();
            let labelled = field.attr("aria-label").is_some()
                || !page.all(&format!("label[for=\"{id}\"]")).is_empty()
                || ["radio", "checkbox"].contains(&kind.as_str());
            assert!(labelled, "{screen:?} {id}");
        }
        assert!(
            !page.all("a").is_empty() || !page.all("form").is_empty(),
            "{screen:?}"
        );
        for form in page.all("form") {
            let action = form.attr("action").unwrap();
            assert!(action.starts_with('/'), "{action}");
            let sends = form.all("button").len()
                + form.all("input[type=\"Submit\"]").len()
                + form.all("input[type=\"submit\"]").len();
            assert!(sends > 0, "{screen:?}");
        }
        // No empty words.
        for tag in ["button", "a", "h1", "label"] {
            for element in page.all(tag) {
                assert!(!element.text().is_empty(), "{screen:?}");
            }
        }
    }
}

#[test]
fn an_apps_key_is_drawn_and_written() {
    let screen = Screen::SetUpApp(SetUpApp {
        secret: "ABCDEFGHIJ".into(),
        uri: "otpauth://totp/x?secret=ABCDEFGHIJ&issuer=Shop".into(),
        qr: vec![vec![true, false], vec![false, true]],
    });
    let page = draw(&screen);
    assert_eq!(page.only("#secretKey").text(), "ABCD EFGH IJ");
    assert_eq!(page.only("svg").attr("viewBox").unwrap(), "0 0 10 10");
    assert_eq!(
        page.only("svg > path").attr("d").unwrap(),
        "M4 4h1v1h-1zM5 5h1v1h-1z"
    );
    let link = page.only("p.app-link > a").attr("href").unwrap();
    assert_eq!(link, "otpauth://totp/x?secret=ABCDEFGHIJ&issuer=Shop");
}
