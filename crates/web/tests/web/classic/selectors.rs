//! What public scripts select (pages.md 1.1), on the classic pages.

use cognate_web::views::Screen;

use super::{RULES, draw, html_of, refused, sign_in, sign_up, steps, with_providers};
use crate::dom::Element;

use cognate_web::branding::Brand;
use cognate_web::views::screen::*;

/// Returns the block that scripts see in a wide window.
fn wide(page: &Element) -> Element {
    page.first(".visible-md.visible-lg")
}

#[test]
fn the_names_and_ids_of_the_sign_in() {
    let page = draw(&Screen::SignIn(sign_in()));
    for selector in [
        "input[name=\"username\"]",
        "input[name=\"password\"]",
        "input[name=\"signInSubmitButton\"]",
        "#signInFormUsername",
        "#signInFormPassword",
        "form[name=\"cognitoSignInForm\"]",
        "input[value=\"Sign in\"]",
        "input[type=\"Submit\"]",
        "[aria-label=\"submit\"]",
        "[class=\"btn btn-primary submitButton-customizable\"]",
        "a[href*=\"/signup?\"]",
    ] {
        assert_eq!(page.all(selector).len(), 2, "{selector}");
        wide(&page).only(selector);
        page.only(&format!(".visible-lg {selector}"));
        page.only(&format!(".visible-xs {selector}"));
    }
    assert_eq!(page.by_text("a", "Sign up").len(), 2);
    assert_eq!(page.by_text("a", "Forgot your password?").len(), 2);
    assert_eq!(page.by_text("span", "Need an account?").len(), 2);
    assert_eq!(page.only("title").text(), "Signin");
    // The third element of the class in the document is the wide link to the forgotten password.
    let third = &page.all("[class=\"redirect-customizable\"]")[2];
    assert_eq!(third.text(), "Forgot your password?");
}

#[test]
fn the_absolute_positions_of_the_sign_in() {
    let page = draw(&Screen::SignIn(sign_in()));
    for (form, width) in [
        (
            "/html/body/div[1]/div/div[2]/div[2]/div[2]/div[2]/div/div/form",
            "wide",
        ),
        (
            "/html/body/div[1]/div/div[1]/div[2]/div[2]/div[3]/div/div/form",
            "narrow",
        ),
    ] {
        for (below, name) in [
            ("div[1]/input", "username"),
            ("div[2]/input", "password"),
            ("input[3]", "signInSubmitButton"),
        ] {
            let found = page.at(&format!("{form}/{below}"));
            assert_eq!(found.unwrap().attr("name").unwrap(), name, "{width}");
        }
    }
}

#[test]
fn an_error_is_found_by_every_way() {
    let page = refused(
        &Screen::SignIn(sign_in()),
        "Incorrect username or password.",
    );
    assert_eq!(
        page.by_text("p", "Incorrect username or password.").len(),
        2
    );
    for selector in ["#loginErrorMessage", "[class*=\"error\"]", "[id*=\"rror\"]"] {
        assert_eq!(page.all(selector).len(), 2, "{selector}");
    }
    wide(&page).only("div.modal-body div div div div p#loginErrorMessage");
    let page = draw(&Screen::SignIn(sign_in()));
    assert!(page.all("[class*=\"error\"]").is_empty());
}

#[test]
fn the_error_page_says_the_services_sentence() {
    let page = draw(&Screen::Notice(Notice {
        kind: NoticeKind::Error {
            heading: None,
            text: "The redirect URI is not registered.".into(),
            reference: "r-17".into(),
        },
        next: Some("/login?a=1".into()),
        home: None,
    }));
    let sentence = "An error was encountered with the requested page.";
    assert_eq!(page.by_text("p", sentence).len(), 2);
    assert!(page.text().contains("The redirect URI is not registered."));
    assert!(page.text().contains("r-17"));
    assert_eq!(
        page.by_text("a", "Start again")[0].attr("href").unwrap(),
        "/login?a=1"
    );
}

#[test]
fn the_sign_up_by_every_way() {
    let page = draw(&Screen::SignUp(sign_up()));
    for selector in [
        "input[name=\"username\"]",
        "input[name=\"password\"]",
        "input[name=\"requiredAttributes[given_name]\"]",
        "input[name=\"requiredAttributes[email]\"]",
        "input[placeholder=\"name@host.com\"]",
        "input[placeholder=\"Password\"]",
        "button[name=\"signUpButton\"]",
        "button[type=\"submit\"]",
        "a[href*=\"login?\"]",
        "div.modal-body div div div form[name=\"signupform\"] div input[name=\"username\"]",
    ] {
        assert_eq!(page.all(selector).len(), 2, "{selector}");
        wide(&page).only(selector);
        // The first match is the one that wide windows show.
        let blocks = page.all("div.modal-dialog > div");
        assert!(
            blocks[0]
                .attr("class")
                .unwrap()
                .ends_with("visible-md visible-lg")
        );
        assert_eq!(blocks[0].all(selector).len(), 1, "{selector}");
    }
    assert_eq!(page.by_text("button", "Sign up").len(), 2);
    assert_eq!(page.by_text("a", "Sign in").len(), 2);
}

#[test]
fn scripts_find_the_form_with_regular_expressions() {
    for screen in [Screen::SignIn(sign_in()), Screen::SignIn(with_providers())] {
        let html = html_of(&screen, None, &Brand::default());
        let (_, after) = html.split_once("name=\"_csrf\" value=\"").unwrap();
        assert_eq!(after.split_once('"').unwrap().0, "the-token");
        // `action` before `name`, in one tag.
        let (before, _) = html.split_once("name=\"cognitoSignInForm\"").unwrap();
        let (_, tag) = before.rsplit_once("<form").unwrap();
        assert!(
            tag.contains("action=\"/login?") && !tag.contains('>'),
            "{tag}"
        );
    }
}

#[test]
fn pages_after_the_sign_in_are_written_once() {
    let once = [
        (
            steps::confirm(),
            vec![
                "input#verification_code[name=\"code\"]",
                "button[name=\"confirm\"]",
                "button[name=\"resend\"]",
            ],
        ),
        (
            steps::code(FactorKind::App),
            vec!["input#totpCodeInput[name=\"authentication_code\"]"],
        ),
        (
            steps::code(FactorKind::Sms),
            vec!["input[name=\"authentication_code\"]"],
        ),
        (
            steps::forgot(),
            vec![
                "form[name=\"forgotpasswordform\"]",
                "input#username[name=\"username\"]",
                "button[name=\"reset_my_password\"]",
            ],
        ),
        (
            steps::reset(),
            vec![
                "form[name=\"confirmforgotpasswordform\"]",
                "input#forgot_password_code[name=\"code\"]",
                "input#new_password[name=\"password\"]",
                "input#confirm_password[name=\"confirmPassword\"]",
                "button[name=\"reset_password\"]",
            ],
        ),
        (
            steps::new_password(),
            vec![
                "input#new_password[name=\"new_password\"]",
                "input#confirm_password[name=\"confirm_password\"]",
                "input#given_name[name=\"requiredAttributes[given_name]\"]",
                "button[name=\"reset_password\"]",
            ],
        ),
    ];
    for (screen, selectors) in once {
        let page = draw(&screen);
        for selector in selectors {
            page.only(selector);
        }
        let block = page.only("body > div.container > div.modal-dialog > div.modal-content");
        assert!(!block.attr("class").unwrap().contains("visible"));
        assert_eq!(page.only("title").text(), "Signin");
    }
}

#[test]
fn the_rules_of_a_password_are_on_each_page_that_sets_one() {
    for screen in [steps::reset(), steps::new_password()] {
        let page = draw(&screen);
        assert!(
            page.only(".checkPasswordText-length")
                .text()
                .contains(&RULES.min_length.to_string())
        );
    }
}

#[test]
fn a_live_session_is_offered() {
    let page = draw(&Screen::Chooser(Chooser { who: "ann".into() }));
    let buttons = page.all("button[class=\"btn btn-primary submitButton-customizable\"]");
    assert_eq!(buttons.len(), 2);
    assert_eq!(buttons[1].text(), "Sign In as ann");
    let others = page.all("p[class=\"redirect-customizable\"]");
    assert_eq!(others.len(), 2);
    assert_eq!(others[1].text(), "Sign in as a different user?");
}
