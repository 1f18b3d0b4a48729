//! The classic pages, by the rules K1 to K19 of pages.md 1.2 and the selectors of 1.1.

mod hostile;
mod selectors;
mod steps;

use cognate_web::branding::{Brand, Classic};
use cognate_web::locale::Locale;
use cognate_web::views::frame::{Alert, AlertKind, Frame, Version};
use cognate_web::views::screen::*;
use cognate_web::views::{Screen, classic};

use crate::dom::{self, Element};

pub const QUERY: &str =
    "client_id=abc&response_type=code&scope=email+openid&redirect_uri=https%3A%2F%2Fapp.example";

pub fn html_of(screen: &Screen, error: Option<&str>, brand: &Brand) -> String {
    let alert = error.map(|text| Alert {
        kind: AlertKind::Error,
        text: text.to_owned(),
        field: None,
    });
    let frame = Frame {
        locale: Locale::En,
        version: Version::Classic,
        brand,
        app: "Shop",
        query: QUERY,
        csrf: "the-token",
        alert,
        ends: None,
        terms_of_use: None,
        privacy_policy: None,
    };
    classic::render(&frame, screen)
}

pub fn draw(screen: &Screen) -> Element {
    dom::page(&html_of(screen, None, &Brand::default()))
}

pub fn refused(screen: &Screen, error: &str) -> Element {
    dom::page(&html_of(screen, Some(error), &Brand::default()))
}

pub fn sign_in() -> SignIn {
    SignIn {
        name: NameKind::Username,
        username: String::new(),
        with_password: true,
        local: true,
        can_reset: true,
        can_sign_up: true,
        providers: Vec::new(),
        domain_search: false,
        last: None,
        passkey: None,
    }
}

pub fn provider(name: &str, kind: ProviderKind) -> ProviderButton {
    ProviderButton {
        name: name.into(),
        kind,
        href: format!("/oauth2/authorize?{QUERY}&identity_provider={name}"),
        by_domain: kind == ProviderKind::Saml,
    }
}

pub fn with_providers() -> SignIn {
    SignIn {
        providers: vec![
            provider("Corp", ProviderKind::Saml),
            provider("Google", ProviderKind::Google),
            provider("Facebook", ProviderKind::Facebook),
            provider("LoginWithAmazon", ProviderKind::Amazon),
            provider("SignInWithApple", ProviderKind::Apple),
        ],
        ..sign_in()
    }
}

pub const RULES: PasswordRules = PasswordRules {
    min_length: 8,
    lowercase: true,
    uppercase: true,
    number: true,
    symbol: true,
};

pub fn sign_up() -> SignUp {
    let field = |name: &str| AttributeField {
        name: name.into(),
        value: String::new(),
    };
    SignUp {
        name: NameKind::Username,
        username: String::new(),
        attributes: vec![field("given_name"), field("email")],
        rules: Some(RULES),
    }
}

pub fn classes(page: &Element) -> Vec<String> {
    let blocks = page.all("body > div.container > div.modal-dialog > div.modal-content");
    blocks.iter().map(|b| b.attr("class").unwrap()).collect()
}

const NARROW: &str =
    "modal-content background-customizable modal-content-mobile visible-xs visible-sm";
const WIDE: &str =
    "modal-content background-customizable modal-content-mobile visible-md visible-lg";
const COLUMNS: &str =
    "modal-content background-customizable modal-content-desktop visible-md visible-lg";

#[test]
fn k1_the_skeleton() {
    let screen = Screen::SignIn(sign_in());
    let brand = Brand {
        classic: Classic {
            sheet: Some("/abc/20260101000000/assets/CSS/custom-css.css".into()),
            logo: Some("/abc/20260101000000/assets/images/image.jpg".into()),
        },
        ..Brand::default()
    };
    let page = dom::page(&html_of(&screen, None, &brand));
    for (block, form) in [
        (
            "visible-xs",
            "div:nth-child(2) > div:nth-child(3) > div > div > form",
        ),
        (
            "visible-lg",
            "div:nth-child(2) > div:nth-child(2) > div > div > form",
        ),
    ] {
        let block = page.only(&format!(
            "body > div.container > div.modal-dialog > div.modal-content.background-customizable.{block}"
        ));
        let logo =
            block.only("div > div > div.banner-customizable > center > img.logo-customizable");
        assert_eq!(logo.attr("alt").unwrap(), "Logo of Shop");
        let form = block.only(&format!("div.modal-body > {form}"));
        assert_eq!(form.attr("name").unwrap(), "cognitoSignInForm");
        assert_eq!(
            block.children().last().unwrap().attr("class").unwrap(),
            "modal-body"
        );
    }
    // The owner's sheet comes after ours.
    let sheets: Vec<String> = page
        .all("head > link[rel=\"stylesheet\"]")
        .iter()
        .map(|link| link.attr("href").unwrap())
        .collect();
    assert!(sheets[0].starts_with("/assets/classic."), "{sheets:?}");
    assert_eq!(sheets[1], "/abc/20260101000000/assets/CSS/custom-css.css");
    assert_eq!(sheets.len(), 2);
    assert!(draw(&screen).all("img").is_empty());
    assert_eq!(draw(&screen).all("link").len(), 1);
}

#[test]
fn k2_k3_the_blocks_and_their_order() {
    assert_eq!(classes(&draw(&Screen::SignIn(sign_in()))), [NARROW, WIDE]);
    assert_eq!(classes(&draw(&Screen::SignUp(sign_up()))), [WIDE, NARROW]);
    assert_eq!(
        classes(&draw(&Screen::SignIn(with_providers()))),
        [NARROW, COLUMNS]
    );
    let error = Screen::Notice(Notice {
        kind: NoticeKind::Error {
            heading: None,
            text: "The redirect URI is not registered.".into(),
            reference: "r-1".into(),
        },
        next: None,
        home: None,
    });
    assert_eq!(classes(&draw(&error)), [NARROW, WIDE]);
}

#[test]
fn k4_one_of_the_blocks_is_shown() {
    let sheet = include_str!("../../../assets/classic.css");
    for rule in [
        ".visible-xs, .visible-sm, .visible-md, .visible-lg { display: none; }",
        "@media (max-width: 991px) { .visible-xs, .visible-sm { display: block; } }",
        "@media (min-width: 992px) { .visible-md, .visible-lg { display: block; } }",
    ] {
        assert!(sheet.contains(rule), "{rule}");
    }
}

#[test]
fn k5_providers_stand_beside_the_form() {
    let page = draw(&Screen::SignIn(with_providers()));
    let panel = page.only(".visible-lg div.panel.panel-left-border.col-md-6.col-lg-6");
    panel.only("form[name=\"cognitoSignInForm\"]");
    assert!(page.all(".visible-xs .panel").is_empty());
    for block in [".visible-xs", ".visible-lg"] {
        page.only(&format!("{block} hr.hr-or"));
        let or = page.only(&format!("{block} span.span-or.background-customizable"));
        assert_eq!(or.text(), "or");
    }
    let without = draw(&Screen::SignIn(sign_in()));
    assert!(without.all(".panel").is_empty() && without.all(".span-or").is_empty());
}

#[test]
fn k6_the_tag_of_the_form() {
    let html = html_of(&Screen::SignIn(sign_in()), None, &Brand::default());
    let escaped = QUERY.replace('&', "&amp;");
    let tag = format!(
        "<form action=\"/login?{escaped}\" method=\"POST\" name=\"cognitoSignInForm\" class=\"cognito-asf\">"
    );
    assert_eq!(html.matches(&tag).count(), 2);
    assert_eq!(html.matches("<form ").count(), 2);
}

#[test]
fn k7_the_children_of_the_form() {
    for page in [
        draw(&Screen::SignIn(sign_in())),
        refused(
            &Screen::SignIn(sign_in()),
            "Incorrect username or password.",
        ),
    ] {
        for form in page.all("form.cognito-asf") {
            let csrf = form.only("input[name=\"_csrf\"]");
            assert_eq!(form.children()[0].attr("name"), csrf.attr("name"));
            assert_eq!(form.children()[1].text(), "Username");
            assert_eq!(
                form.children()[1].attr("for").unwrap(),
                "signInFormUsername"
            );
            assert_eq!(
                form.children()[1].attr("class").unwrap(),
                "label-customizable"
            );
            assert_eq!(form.children()[3].text(), "Password");
            let children = form.children();
            let inputs: Vec<_> = children.iter().filter(|c| c.tag() == "input").collect();
            let names: Vec<String> = inputs.iter().map(|i| i.attr("name").unwrap()).collect();
            assert_eq!(names, ["_csrf", "cognitoAsfData", "signInSubmitButton"]);
            assert_eq!(inputs[1].attr("value").unwrap(), "");
        }
        assert_eq!(
            page.all(".cognito-asf > :nth-child(3) > #signInFormUsername")
                .len(),
            2
        );
        assert_eq!(
            page.all(".cognito-asf > :nth-child(5) > #signInFormPassword")
                .len(),
            2
        );
        assert_eq!(page.all(".cognito-asf > .btn").len(), 2);
    }
    assert!(
        draw(&Screen::SignIn(sign_in()))
            .all("#loginErrorMessage")
            .is_empty()
    );
    let page = refused(
        &Screen::SignIn(sign_in()),
        "Incorrect username or password.",
    );
    let errors = page.all("form > p#loginErrorMessage.errorMessage-customizable");
    assert_eq!(errors.len(), 2);
    assert_eq!(errors[1].text(), "Incorrect username or password.");
}

#[test]
fn k8_the_fields_of_the_sign_in() {
    for (name, label, placeholder) in [
        (NameKind::Username, "Username", "Username"),
        (NameKind::Email, "Email", "name@host.com"),
        (NameKind::Phone, "Phone number", "Phone number"),
    ] {
        let page = draw(&Screen::SignIn(SignIn { name, ..sign_in() }));
        let field = page.first("input[name=\"username\"]");
        assert_eq!(field.attr("type").unwrap(), "text");
        assert_eq!(
            field.attr("class").unwrap(),
            "form-control inputField-customizable"
        );
        assert_eq!(field.attr("placeholder").unwrap(), placeholder);
        assert_eq!(field.attr("autocapitalize").unwrap(), "none");
        assert!(field.attr("required").is_some());
        assert_eq!(
            page.first("label[for=\"signInFormUsername\"]").text(),
            label
        );
        let field = page.first("input[name=\"password\"]");
        assert_eq!(field.attr("type").unwrap(), "password");
        assert_eq!(field.attr("placeholder").unwrap(), "Password");
        assert_eq!(
            field.attr("class").unwrap(),
            "form-control inputField-customizable"
        );
    }
    let html = html_of(&Screen::SignIn(sign_in()), None, &Brand::default());
    let submit = "<input name=\"signInSubmitButton\" type=\"Submit\" value=\"Sign in\" \
        class=\"btn btn-primary submitButton-customizable\" aria-label=\"submit\">";
    assert_eq!(html.matches(submit).count(), 2);
}

#[test]
fn k9_the_token_against_forged_requests() {
    for screen in steps::every() {
        let html = html_of(&screen, None, &Brand::default());
        let fields = html.matches("name=\"_csrf\"").count();
        let whole = "<input type=\"hidden\" name=\"_csrf\" value=\"the-token\"/>";
        assert_eq!(html.matches(whole).count(), fields);
        let page = dom::page(&html);
        for form in page.all("form") {
            if form.attr("method").unwrap().eq_ignore_ascii_case("post") {
                assert_eq!(form.children()[0].attr("name").unwrap(), "_csrf");
            } else {
                assert!(form.all("input[name=\"_csrf\"]").is_empty());
            }
        }
    }
}

#[test]
fn k10_the_sentence_above_the_form() {
    for (name, text) in [
        (
            NameKind::Username,
            "Sign in with your username and password",
        ),
        (NameKind::Email, "Sign in with your email and password"),
        (
            NameKind::Phone,
            "Sign in with your phone number and password",
        ),
    ] {
        let page = draw(&Screen::SignIn(SignIn { name, ..sign_in() }));
        let found = page.all("span[class=\"textDescription-customizable \"]");
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|s| s.own_text() == text));
    }
}

#[test]
fn k11_corporate_providers() {
    let page = draw(&Screen::SignIn(with_providers()));
    for block in [".visible-xs", ".visible-lg"] {
        let above = page.first(&format!("{block} span.idpDescription-customizable"));
        assert_eq!(above.text(), "Sign in with your corporate ID");
        let form = page.only(&format!("{block} form[name=\"loginWithIdentityProvider\"]"));
        let button = form.only(".idpButton-customizable");
        assert_eq!(button.tag(), "input");
        assert_eq!(
            button.attr("class").unwrap(),
            "btn btn-info idpButton-customizable"
        );
        assert_eq!(button.attr("type").unwrap(), "submit");
        assert_eq!(button.attr("value").unwrap(), "Corp");
        assert_eq!(button.attr("aria-label").unwrap(), "Corp");
        assert_eq!(form.attr("action").unwrap(), "/oauth2/authorize");
        assert_eq!(form.attr("method").unwrap(), "GET");
        let sent: Vec<(String, String)> = form
            .all("input[type=\"hidden\"]")
            .iter()
            .map(|i| (i.attr("name").unwrap(), i.attr("value").unwrap()))
            .collect();
        let expected = [
            ("client_id", "abc"),
            ("response_type", "code"),
            ("scope", "email openid"),
            ("redirect_uri", "https://app.example"),
            ("identity_provider", "Corp"),
        ];
        assert_eq!(sent, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
    }
}

#[test]
fn k12_social_providers() {
    let page = draw(&Screen::SignIn(with_providers()));
    for (name, class, text) in [
        (
            "googleSignUpButton",
            "google-button",
            "Continue with Google",
        ),
        (
            "facebookSignUpButton",
            "facebook-button",
            "Continue with Facebook",
        ),
        ("amazonSignUpButton", "amazon-button", "Login with Amazon"),
        ("appleSignUpButton", "apple-button", "Continue with Apple"),
    ] {
        let buttons = page.all(&format!(
            "button[name=\"{name}\"].btn.{class}.socialButton-customizable"
        ));
        assert_eq!(buttons.len(), 2, "{name}");
        assert_eq!(buttons[0].text(), text);
        assert_eq!(buttons[0].children().len(), 2);
    }
    assert_eq!(
        page.by_text("span", "Sign In with your social account")
            .len(),
        2
    );
    let legal = page.all("span.legalText-customizable");
    assert_eq!(legal.len(), 2);
    assert_eq!(
        legal[1].text(),
        "We won't post to any of your accounts without asking first"
    );
}

#[test]
fn k13_the_sign_up() {
    let html = html_of(&Screen::SignUp(sign_up()), None, &Brand::default());
    let escaped = QUERY.replace('&', "&amp;");
    let tag = format!(
        "<form name=\"signupform\" action=\"/signup?{escaped}\" method=\"post\" class=\"cognito-asf\">"
    );
    assert_eq!(html.matches(&tag).count(), 2);
    let page = dom::page(&html);
    assert_eq!(page.by_text("span", "Sign up with a new account").len(), 2);
    let block = page.first(".visible-md.visible-lg");
    let labels: Vec<String> = block.all("label").iter().map(Element::text).collect();
    assert_eq!(labels, ["Username", "Given name", "Email", "Password"]);
    let given = block.only("input[name=\"requiredAttributes[given_name]\"]");
    assert_eq!(
        given.attr("name").unwrap(),
        "requiredAttributes[given_name]"
    );
    assert_eq!(given.attr("type").unwrap(), "text");
    assert_eq!(given.attr("aria-label").unwrap(), "Given name");
    let email = block.only("input[name=\"requiredAttributes[email]\"]");
    assert_eq!(email.attr("name").unwrap(), "requiredAttributes[email]");
    assert_eq!(email.attr("type").unwrap(), "email");
    assert_eq!(email.attr("placeholder").unwrap(), "name@host.com");
    for (word, text) in [
        ("lowerletter", "Password must contain a lower case letter"),
        ("upperletter", "Password must contain an upper case letter"),
        ("symbols", "Password must contain a special character"),
        ("numbers", "Password must contain a number"),
        ("length", "Password must contain at least 8 characters"),
    ] {
        let rule = block.only(&format!(".checkPassword-{word}"));
        rule.only(&format!("span.check-{word}"));
        assert_eq!(
            rule.only(&format!("span.checkPasswordText-{word}")).text(),
            text
        );
    }
    let button = "<button type=\"submit\" name=\"signUpButton\" \
        class=\"btn btn-primary signUpButton submitButton-customizable\">Sign up</button>";
    assert_eq!(html.matches(button).count(), 2);
    let back = block.only("p.redirect-customizable");
    assert_eq!(back.children()[0].text(), "Already have an account?");
    assert_eq!(back.only("a").text(), "Sign in");
    assert_eq!(
        back.only("a").attr("href").unwrap(),
        format!("/login?{QUERY}")
    );
    // Without a policy for symbols there is no line for it; without passwords none at all.
    let lax = SignUp {
        rules: Some(PasswordRules {
            symbol: false,
            min_length: 12,
            ..RULES
        }),
        ..sign_up()
    };
    let page = draw(&Screen::SignUp(lax));
    assert!(page.all(".checkPassword-symbols").is_empty());
    assert!(
        page.first(".checkPasswordText-length")
            .text()
            .contains("12 characters")
    );
    let none = draw(&Screen::SignUp(SignUp {
        rules: None,
        ..sign_up()
    }));
    assert!(none.all("input[name=\"password\"]").is_empty());
    let page = refused(&Screen::SignUp(sign_up()), "User already exists");
    assert_eq!(
        page.all("p#errorMessage.errorMessage-customizable").len(),
        2
    );
}
