//! What scripts rely on (pages.md 1.3).

use cognate_web::views::samples;

use super::tags::{self, Tag};
use super::{draw, named};

fn fields(tags: &[Tag]) -> Vec<&Tag> {
    tags.iter().filter(|tag| tag.is_field()).collect()
}

fn names(tags: &[&Tag]) -> Vec<String> {
    tags.iter()
        .filter_map(|tag| tag.get("name").map(str::to_owned))
        .collect()
}

#[test]
fn a_sign_in_on_one_page_has_one_of_everything() {
    let every = samples::all();
    let pages = every
        .iter()
        .filter(|s| s.name.starts_with("sign-in") && s.name != "sign-in-nothing");
    for sample in pages.filter(|s| s.name != "sign-in-providers-alone") {
        let html = draw(sample);
        let tags = tags::of(&html);
        let form = tags.iter().find(|t| t.name == "form").unwrap();
        assert!(
            form.get("action").unwrap().starts_with("/login?"),
            "{}",
            sample.name
        );
        assert_eq!(form.get("method"), Some("post"));
        let seen = fields(&tags);
        assert_eq!(names(&seen), ["username", "password"], "{}", sample.name);
        assert!(seen.iter().all(|tag| tag.form == 1), "{}", sample.name);
        for name in ["username", "password", "csrf"] {
            let same = tags.iter().filter(|t| t.get("name") == Some(name));
            assert_eq!(same.count(), 1, "{} {name}", sample.name);
        }
        let token = tags.iter().find(|t| t.get("name") == Some("csrf")).unwrap();
        assert!(token.form == 1 && token.is("input", "type", "hidden"));
        assert_eq!(token.get("value"), Some("the-token"));
        let submits: Vec<&Tag> = tags
            .iter()
            .filter(|t| t.is("button", "type", "submit"))
            .collect();
        assert_eq!(submits.len(), 1, "{}", sample.name);
        assert_eq!((submits[0].form, submits[0].text.as_str()), (1, "Sign in"));
        // Scripts cut both out of the text (pages.md 1.3).
        assert!(html.contains("name=\"csrf\" value=\"the-token\""));
    }
}

#[test]
fn without_providers_the_submit_is_the_first_button() {
    for name in [
        "sign-in",
        "sign-in-passkey",
        "identifier",
        "password",
        "code-app",
        "domain",
    ] {
        let tags = tags::of(&named(name));
        let first = tags.iter().find(|t| t.name == "button").unwrap();
        assert_eq!(first.get("type"), Some("submit"), "{name}");
        assert_eq!(first.get("data-testid"), Some("submit"), "{name}");
    }
}

#[test]
fn buttons_of_providers_belong_to_a_form_at_the_end() {
    for name in [
        "sign-in-providers",
        "sign-in-twelve",
        "sign-in-providers-alone",
    ] {
        let tags = tags::of(&named(name));
        let buttons: Vec<&Tag> = tags
            .iter()
            .filter(|t| t.get("name") == Some("identity_provider"))
            .collect();
        assert!(buttons.len() >= 3, "{name}");
        for button in &buttons {
            assert_eq!((button.name.as_str(), button.form), ("button", 0), "{name}");
            assert_eq!(button.get("form"), Some("providers"));
            assert_eq!(button.get("type"), None);
        }
        let form = tags
            .iter()
            .find(|t| t.get("id") == Some("providers"))
            .unwrap();
        assert!(name == "sign-in-providers-alone" || form.form > 1);
        assert_eq!(
            (form.get("action"), form.get("method")),
            (Some("/oauth2/authorize"), Some("get"))
        );
        let sent = tags
            .iter()
            .filter(|t| t.form == form.form && t.name == "input");
        assert_eq!(names(&sent.collect::<Vec<_>>()), ["client_id"]);
    }
}

#[test]
fn labels_and_buttons_have_the_words_that_scripts_know() {
    for (name, labels, submit) in [
        ("sign-in", &["Email address", "Password"][..], "Sign in"),
        ("sign-in-username", &["Username", "Password"], "Sign in"),
        ("identifier", &["Email or phone number"], "Next"),
        ("identifier-phone", &["Phone number"], "Next"),
        ("password", &["Password"], "Continue"),
        ("code-email", &["Code"], "Continue"),
        ("forgot", &["Username"], "Reset my password"),
        ("sign-up-passwordless", &["Email address"], "Sign up"),
        (
            "reset",
            &["Code", "New password", "Confirm password"],
            "Change password",
        ),
    ] {
        let tags = tags::of(&named(name));
        let found: Vec<&str> = tags
            .iter()
            .filter(|t| t.name == "label")
            .map(|t| t.text.as_str())
            .collect();
        assert_eq!(found, labels, "{name}");
        let button = tags
            .iter()
            .find(|t| t.get("data-testid") == Some("submit"))
            .unwrap();
        assert_eq!(button.text, submit, "{name}");
    }
}

#[test]
fn every_step_with_other_factors_has_another_way() {
    for name in ["password", "code-email", "code-app", "passkey"] {
        let tags = tags::of(&named(name));
        let button = tags
            .iter()
            .find(|t| t.get("form") == Some("another-way"))
            .unwrap();
        assert!(
            button.name == "button" && button.text.contains("another way"),
            "{name}"
        );
        let form = tags
            .iter()
            .find(|t| t.get("id") == Some("another-way"))
            .unwrap();
        assert!(
            form.get("action").unwrap().starts_with("/mfa/back?"),
            "{name}"
        );
    }
}

#[test]
fn codes_and_new_passwords_have_their_one_field() {
    for sample in samples::all() {
        let tags = tags::of(&draw(&sample));
        let codes: Vec<&Tag> = tags
            .iter()
            .filter(|t| t.get("name") == Some("code"))
            .collect();
        assert!(codes.len() <= 1, "{}", sample.name);
        for code in codes {
            assert_eq!(code.get("id"), Some("otp-code"), "{}", sample.name);
            assert_eq!(code.get("autocomplete"), Some("one-time-code"));
            assert_eq!(code.get("inputmode"), Some("numeric"));
            assert_eq!(code.get("maxlength"), None);
        }
    }
    for name in ["reset", "new-password"] {
        let tags = tags::of(&named(name));
        for field in ["new_password", "confirm_password"] {
            let field = tags.iter().find(|t| t.get("name") == Some(field)).unwrap();
            assert_eq!(field.get("autocomplete"), Some("new-password"), "{name}");
        }
        let who = tags
            .iter()
            .find(|t| t.get("name") == Some("username"))
            .unwrap();
        assert_eq!(who.get("autocomplete"), Some("username"), "{name}");
        assert_eq!(
            who.get("type"),
            Some("text"),
            "password managers skip hidden ones"
        );
    }
}

#[test]
fn what_is_typed_has_its_tokens_for_password_managers() {
    for (name, field, token) in [
        ("sign-in", "username", "username"),
        ("sign-in-passkey", "username", "username webauthn"),
        ("sign-in", "password", "current-password"),
        ("password", "password", "current-password"),
        ("password", "username", "username"),
        ("sign-up", "password", "new-password"),
        ("sign-up", "username", "username"),
        ("sign-up", "requiredAttributes[given_name]", "given-name"),
        ("sign-up", "requiredAttributes[family_name]", "family-name"),
        ("sign-up-much", "requiredAttributes[birthdate]", "bday"),
        ("sign-up-much", "requiredAttributes[phone_number]", "tel"),
        ("setup-email", "contact", "email"),
        ("setup-phone-wrong", "contact", "tel"),
    ] {
        let tags = tags::of(&named(name));
        let found = tags.iter().find(|t| t.get("name") == Some(field)).unwrap();
        assert_eq!(found.get("autocomplete"), Some(token), "{name} {field}");
    }
    let tags = tags::of(&named("sign-up"));
    let password = tags
        .iter()
        .find(|t| t.get("name") == Some("password"))
        .unwrap();
    assert_eq!(
        password.get("passwordrules"),
        Some(
            "minlength: 12; required: lower; required: upper; required: digit; required: [-!@#$%^*_+=.];"
        )
    );
}
