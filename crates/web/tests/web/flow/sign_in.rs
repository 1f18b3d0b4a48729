//! Name and password, factors to choose from, and the time that a sign-in has.

use cognate_domain::clock::SECOND;
use cognate_shapes::{Category, Op};
use http::StatusCode;
use serde_json::json;

use super::*;
use crate::site::Counted;

const WRONG: &str = "Incorrect username or password.";

#[tokio::test]
async fn a_password_leads_from_the_client_back_to_it_on_both_versions() {
    for version in [1, 2] {
        let pages = Pages::new(version).await;
        let query = pages.query();
        let mut browser = pages.browser();
        let answer = browser.get(&format!("/oauth2/authorize?{query}")).await;
        assert_eq!(answer.status(), StatusCode::FOUND);
        assert_eq!(header(&answer, "location"), format!("/login?{query}"));
        let page = browser.get(&format!("/login?{query}")).await;
        assert_eq!(page.status(), StatusCode::OK);
        let html = text_of(&page);
        let token = browser.cookies["XSRF-TOKEN"].clone();
        assert!(
            html.contains("name=\"username\"") && html.contains("name=\"password\""),
            "{html}"
        );
        assert!(html.contains(&token));
        says(html, &format!("/login?{query}"));

        let wrong = [("username", "jane"), ("password", "nonsense")];
        let (path, html) = browser.step(&format!("/login?{query}"), &wrong).await;
        assert_eq!(path, "/login");
        says(&html, WRONG);
        assert!(html.contains("value=\"jane\""));
        // Once.
        let again = browser.get(&format!("/login?{query}")).await;
        assert!(!text_of(&again).contains(WRONG));
        assert!(text_of(&again).contains("value=\"jane\""));
        let unknown = [("username", "nobody"), ("password", "nonsense")];
        let (_, html) = browser.step(&format!("/login?{query}"), &unknown).await;
        says(&html, WRONG);

        let right = [
            ("username", "jane"),
            ("password", PASSWORD),
            ("cognitoAsfData", ""),
        ];
        let answer = browser.post(&format!("/login?{query}"), &right).await;
        assert_eq!(code_of(&answer).len(), 36);
        let set: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
        let session = set
            .iter()
            .map(|s| s.to_str().unwrap())
            .find(|s| s.starts_with("cognito="))
            .unwrap();
        assert!(
            session.contains("; Path=/; HttpOnly; SameSite=Lax"),
            "{session}"
        );
        assert_eq!(browser.cookies["XSRF-TOKEN"], token);
        assert!(!browser.cookies.keys().any(|name| name.starts_with("page-")));

        // The next client need not ask.
        let other = another_client(&pages.site, &pages.pool, json!({})).await;
        let answer = browser
            .get(&format!("/oauth2/authorize?{}", query_of(&other)))
            .await;
        code_of(&answer);
    }
}

#[tokio::test]
async fn a_script_signs_in_with_all_in_one_body_and_gets_tokens_in_the_fragment() {
    for version in [1, 2] {
        let pages = Pages::new(version).await;
        let mut browser = pages.browser();
        browser.origin = None;
        browser
            .cookies
            .insert("XSRF-TOKEN".into(), "7a-made-up-by-a-script".into());
        let fields = [
            ("_csrf", "7a-made-up-by-a-script"),
            ("username", "jane"),
            ("password", PASSWORD),
            ("client_id", &pages.client),
            ("redirect_uri", CALLBACK),
            ("response_type", "token"),
            ("state", "x y"),
        ];
        let answer = browser.form("/login", &fields).await;
        assert_eq!(answer.status(), StatusCode::FOUND, "{}", text_of(&answer));
        let location = header(&answer, "location");
        let fragment = location.strip_prefix("https://app.example/cb#").unwrap();
        for name in [
            "id_token=",
            "access_token=",
            "token_type=",
            "expires_in=",
            "state=x%20y",
        ] {
            assert!(fragment.contains(name), "{name} in {fragment}");
        }
        assert!(!fragment.contains("refresh_token") && browser.cookies.contains_key("cognito"));
        let wrong: Vec<_> = fields
            .into_iter()
            .map(|(n, v)| {
                if n == "password" {
                    (n, "nonsense")
                } else {
                    (n, v)
                }
            })
            .collect();
        let answer = browser.form("/login", &wrong).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let location = header(&answer, "location");
        assert!(location.starts_with("/login?client_id="), "{location}");
        for secret in ["nonsense", "username", "csrf"] {
            assert!(!location.contains(secret), "{location}");
        }
    }
}

#[tokio::test]
async fn a_temporary_password_is_replaced() {
    for version in [1, 2] {
        let pages = Pages::new(version).await;
        let query = pages.query();
        let temporary = json!({"Password": "Temp0rary!", "Permanent": false});
        pages
            .admin(Op::AdminSetUserPassword, "jane", temporary)
            .await;
        let mut browser = pages.browser();
        let fields = [("username", "jane"), ("password", "Temp0rary!")];
        let (path, html) = browser.step(&format!("/login?{query}"), &fields).await;
        assert_eq!(path, "/resetPassword");
        assert!(html.contains("new_password"));
        let here = format!("/resetPassword?{query}");
        let differ = [
            ("new_password", "An0ther-1!"),
            ("confirm_password", "An0ther-2!"),
        ];
        let (path, html) = browser.step(&here, &differ).await;
        assert_eq!(path, "/resetPassword");
        says(&html, "The two passwords are not the same.");
        let weak = [("password", "weak"), ("confirmPassword", "weak")];
        let (_, html) = browser.step(&here, &weak).await;
        says(
            &html,
            "Password does not conform to policy: Password not long enough",
        );
        let right = [
            ("new_password", "An0ther-1!"),
            ("confirm_password", "An0ther-1!"),
        ];
        code_of(&browser.post(&here, &right).await);
        // A double click finds the sign-in over.
        let answer = browser.post(&here, &right).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn the_name_comes_first_where_users_choose_their_factor() {
    let policies = json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let pages = Pages::with(2, policies, flows).await;
    let query = pages.query();
    let mut browser = pages.browser();
    let page = browser.get(&format!("/login?{query}")).await;
    assert!(!text_of(&page).contains("name=\"password\""));
    let (path, html) = browser
        .step(&format!("/login?{query}"), &[("username", "jane")])
        .await;
    assert_eq!(path, "/selectChallenge");
    assert!(
        html.contains("value=\"password\"") && html.contains("value=\"email\""),
        "{html}"
    );
    let here = format!("/selectChallenge?{query}");
    let (_, html) = browser.step(&here, &[("factor", "sms")]).await;
    says(&html, "Choose one of these.");
    // The password, and back from there.
    let (_, html) = browser.step(&here, &[("factor", "password")]).await;
    assert!(html.contains("name=\"password\""));
    let (_, html) = browser.step(&here, &[("password", "nonsense")]).await;
    says(&html, WRONG);
    let (_, html) = browser.step(&format!("/mfa/back?{query}"), &[]).await;
    assert!(html.contains("value=\"email\""));
    // A code, another one, and the right one.
    let (path, html) = browser.step(&here, &[("factor", "email")]).await;
    assert_eq!(path, "/verifyCode");
    assert!(html.contains("j***@e***"), "{html}");
    let first = pages.code().await;
    let resend = format!("/mfa/phone/resendCode?{query}");
    let (_, html) = browser.step(&resend, &[]).await;
    says(&html, "Wait 30 seconds");
    assert_eq!(pages.code().await, first);
    pages
        .site
        .app
        .advance_clock(31 * SECOND)
        .await
        .unwrap_or_else(|e| panic!("{e:?}"));
    let (_, html) = browser.step(&resend, &[]).await;
    says(&html, "A new code was sent.");
    let here = format!("/verifyCode?{query}");
    let (_, html) = browser.step(&here, &[("code", "12345678")]).await;
    says(&html, "Invalid code or auth state for the user.");
    let code = pages.code().await;
    let spaced = format!(" {}-{} ", &code[..4], &code[4..]);
    code_of(&browser.post(&here, &[("code", &spaced)]).await);

    // An unknown name goes the same way.
    let mut stranger = pages.browser();
    let (path, html) = stranger
        .step(
            &format!("/login?{query}"),
            &[("username", "who@example.com")],
        )
        .await;
    assert_eq!(path, "/selectChallenge");
    assert!(html.contains("value=\"password\""));
}

#[tokio::test]
async fn a_sign_in_that_took_too_long_begins_again_with_the_name() {
    let pages = Pages::new(2).await;
    let query = pages.query();
    let temporary = json!({"Password": "Temp0rary!", "Permanent": false});
    pages
        .admin(Op::AdminSetUserPassword, "jane", temporary)
        .await;
    let mut browser = pages.browser();
    let fields = [("username", "jane"), ("password", "Temp0rary!")];
    browser.step(&format!("/login?{query}"), &fields).await;
    pages
        .site
        .app
        .advance_clock(181 * SECOND)
        .await
        .unwrap_or_else(|e| panic!("{e:?}"));
    let right = [
        ("new_password", "An0ther-1!"),
        ("confirm_password", "An0ther-1!"),
    ];
    let (_, html) = browser
        .step(&format!("/resetPassword?{query}"), &right)
        .await;
    assert!(is_over(&html), "{html}");
    says(&html, &format!("/login?{query}"));
    let page = browser.get(&format!("/login?{query}")).await;
    assert!(text_of(&page).contains("value=\"jane\""));
    // A step without any sign-in.
    let page = pages.browser().get(&format!("/mfa?{query}")).await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(is_over(text_of(&page)));
}

#[tokio::test]
async fn guesses_and_requests_are_counted_as_at_the_api() {
    let pages = Pages::new(1).await;
    let query = pages.query();
    let mut browser = pages.browser();
    browser.get(&format!("/login?{query}")).await;
    pages.site.counted.lock().unwrap().clear();
    let wrong = [("username", "jane"), ("password", "nonsense")];
    browser.post(&format!("/login?{query}"), &wrong).await;
    let counted = [
        Counted::Address,
        Counted::Category(Category::UserAuthentication),
        Counted::User,
    ];
    assert_eq!(*pages.site.counted.lock().unwrap(), counted);
    for _ in 0..4 {
        browser.post(&format!("/login?{query}"), &wrong).await;
    }
    let right = [("username", "jane"), ("password", PASSWORD)];
    let (_, html) = browser.step(&format!("/login?{query}"), &right).await;
    says(&html, "Password attempts exceeded");
    *pages.site.refusal.lock().unwrap() = Some(cognate_access::RateError::TooMany);
    let answer = browser.post(&format!("/login?{query}"), &right).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_refusal_is_told_in_the_language_of_managed_login() {
    for (version, lang, words) in [
        (2, "en", "Incorrect username or password."),
        (2, "de", "Benutzername oder Passwort ist falsch."),
        (2, "ar", "اسم المستخدم أو كلمة المرور غير صحيحة."),
        // The classic pages are English.
        (1, "de", "Incorrect username or password."),
    ] {
        let pages = Pages::new(version).await;
        let login = format!("/login?{}&lang={lang}", pages.query());
        let fields = [("username", "jane"), ("password", "Wr0ng-one!")];
        let (_, html) = pages.browser().step(&login, &fields).await;
        says(&html, words);
        // An unknown name is told the same.
        let fields = [("username", "nobody"), ("password", "Wr0ng-one!")];
        let (_, html) = pages.browser().step(&login, &fields).await;
        says(&html, words);
        let sign_up = format!("/signup?{}&lang={lang}", pages.query());
        let fields = [("username", "jane"), ("password", PASSWORD)];
        let (_, html) = pages.browser().step(&sign_up, &fields).await;
        let unfit = [("username", "j\u{1}ne"), ("password", PASSWORD)];
        let (_, told) = pages.browser().step(&sign_up, &unfit).await;
        match (version, lang) {
            (2, "de") => says(&told, "Prüfen Sie Ihre Angaben: So können"),
            (2, "ar") => says(&told, "راجع ما كتبته: لا يمكن"),
            _ => says(&told, "1 validation error detected"),
        }
        match (version, lang) {
            (2, "de") => says(&html, "Diesen Benutzernamen gibt es schon."),
            (2, "ar") => says(&html, "اسم المستخدم هذا موجود بالفعل."),
            _ => says(&html, "User already exists"),
        }
    }
}

#[tokio::test]
async fn a_step_says_when_it_ends_and_starts_again_with_its_parameters() {
    let pages = Pages::new(2).await;
    let input = json!({"UserPoolId": pages.pool, "Username": "jane", "Password": "Temp0rary!", "Permanent": false});
    pages.site.call(Op::AdminSetUserPassword, input).await;
    let query = pages.query();
    let mut browser = pages.browser();
    let login = format!("/login?{query}");
    let page = browser.get(&login).await;
    assert!(!text_of(&page).contains("data-ends"), "a first page ends");
    let fields = [("username", "jane"), ("password", "Temp0rary!")];
    let (path, html) = browser.step(&login, &fields).await;
    assert_eq!(path, "/resetPassword");
    let (_, rest) = html.split_once("data-ends=\"").unwrap();
    let seconds: i64 = rest.split('"').next().unwrap().parse().unwrap();
    assert!((170..=180).contains(&seconds), "{seconds}");
    says(&html, "Start again");
    let moved = pages.site.app.advance_clock(181 * 1_000_000).await;
    moved.unwrap_or_else(|e| panic!("{e:?}"));
    let ended = browser.get(&format!("{path}?{query}")).await;
    let ended = browser.get(header(&ended, "location")).await;
    let html = text_of(&ended).to_owned();
    assert!(is_over(&html) && !html.contains("data-ends"), "{html}");
    assert!(plain(&html).contains(&login), "{html}");
    let again = browser.get(&login).await;
    assert!(text_of(&again).contains("value=\"jane\""));
}
