//! Forms that another site sends, or that are older than the browser's token.

use cognate_domain::messages::inbox::{self, InboxFilter};
use cognate_web::ROUTES;
use cognate_web::route::{Class, Verb};
use http::StatusCode;

use super::*;

const STALE: &str = "This page was open for too long. Check what you typed and send it again.";

#[tokio::test]
async fn a_form_needs_the_pair_of_cookie_and_field() {
    for version in [1, 2] {
        let pages = Pages::new(version).await;
        let path = format!("/login?{}", pages.query());
        let mut browser = pages.browser();
        browser.get(&path).await;
        let token = browser.cookies["XSRF-TOKEN"].clone();
        let good = [("username", "jane"), ("password", PASSWORD)];
        for field in [
            None,
            Some(("csrf", "")),
            Some(("csrf", "another")),
            Some(("_csrf", "another")),
        ] {
            let fields: Vec<_> = good.into_iter().chain(field).collect();
            let answer = browser.form(&path, &fields).await;
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{field:?}");
            let html = text_of(&answer);
            says(html, STALE);
            assert!(
                html.contains("value=\"jane\"") && !html.contains(PASSWORD),
                "{html}"
            );
            assert!(!browser.cookies.contains_key("cognito"));
        }
        // Both halves must be right where both are sent.
        let both = [("csrf", token.as_str()), ("_csrf", "another")];
        let fields: Vec<_> = good.into_iter().chain(both).collect();
        assert_eq!(
            browser.form(&path, &fields).await.status(),
            StatusCode::FORBIDDEN
        );
        let mut cookieless = pages.browser();
        let fields: Vec<_> = good.into_iter().chain([("csrf", token.as_str())]).collect();
        assert_eq!(
            cookieless.form(&path, &fields).await.status(),
            StatusCode::FORBIDDEN
        );
        code_of(&browser.form(&path, &fields).await);
    }
}

#[tokio::test]
async fn another_sites_form_is_not_taken_even_with_a_planted_cookie() {
    let pages = Pages::new(2).await;
    let path = format!("/login?{}", pages.query());
    let fields = [
        ("username", "mallory"),
        ("password", PASSWORD),
        ("csrf", "planted"),
    ];
    for foreign in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://localhost:9230"),
        ("origin", "https://localhost:9229"),
        ("origin", "http://localhost:9229.evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "SAME-ORIGIN"),
    ] {
        let mut victim = pages.browser();
        victim.cookies.insert("XSRF-TOKEN".into(), "planted".into());
        let answer = victim.form_with(&path, &fields, &[foreign]).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{foreign:?}");
        // The other site's words are not shown either.
        assert!(!text_of(&answer).contains("mallory"));
        assert!(!victim.cookies.contains_key("cognito"));
    }
    let mut twice = pages.browser();
    twice.cookies.insert("XSRF-TOKEN".into(), "planted".into());
    let both = [("origin", BASE), ("origin", "https://evil.example")];
    let answer = twice.form_with(&path, &fields, &both).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let mut ours = pages.browser();
    ours.cookies.insert("XSRF-TOKEN".into(), "planted".into());
    let fields = [
        ("username", "jane"),
        ("password", PASSWORD),
        ("csrf", "planted"),
    ];
    let headers = [("origin", BASE), ("sec-fetch-site", "same-origin")];
    code_of(&ours.form_with(&path, &fields, &headers).await);
}

#[tokio::test]
async fn the_token_stays_as_long_as_the_browser_has_it() {
    let pages = Pages::new(2).await;
    let path = format!("/login?{}", pages.query());
    let mut browser = pages.browser();
    let page = browser.get(&path).await;
    assert!(header(&page, "set-cookie").starts_with("XSRF-TOKEN="));
    let page = browser.get(&path).await;
    assert!(page.headers().get("set-cookie").is_none());
    // What no page of this site wrote is replaced.
    for bad in ["", "a b", "<script>", &"x".repeat(129)] {
        browser.cookies.insert("XSRF-TOKEN".into(), bad.to_owned());
        browser.get(&path).await;
        assert_eq!(browser.cookies["XSRF-TOKEN"].len(), 36, "{bad}");
    }
}

#[tokio::test]
async fn over_https_two_cookies_keep_their_names_and_the_others_belong_to_the_host() {
    let pages = Pages::new(2).await;
    let path = format!("/login?{}", pages.query());
    let mut browser = pages.browser();
    browser.visitor = visitor(Some("https://id.example"));
    browser.origin = Some("https://id.example");
    let page = browser.get(&path).await;
    let set = header(&page, "set-cookie");
    assert!(
        set.ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"),
        "{set}"
    );
    let wrong = [("username", "jane"), ("password", "nonsense")];
    let answer = browser.post(&path, &wrong).await;
    assert!(header(&answer, "set-cookie").starts_with("__Host-page-"));
    let right = [("username", "jane"), ("password", PASSWORD)];
    code_of(&browser.post(&path, &right).await);
    assert!(browser.cookies.contains_key("cognito"));
    let again = browser
        .get(&format!("/oauth2/authorize?{}", pages.query()))
        .await;
    code_of(&again);
}

/// What the pages and their tables hold that a form may change.
async fn held(pages: &Pages) -> (usize, usize) {
    let site = &pages.site;
    let sent = inbox::list(&site.app, &InboxFilter::default()).await;
    let sent = sent.unwrap_or_else(|e| panic!("{e:?}")).len();
    let users = json!({"UserPoolId": pages.pool});
    let users = site.call(Op::ListUsers, users).await;
    (sent, users["Users"].as_array().unwrap().len())
}

#[tokio::test]
async fn no_page_takes_the_form_of_another_site() {
    let pages = Pages::new(2).await;
    let query = pages.query();
    // A browser that is signed in, and in the middle of another sign-in.
    let mut browser = pages.browser();
    browser.signs_in(&query, "jane").await;
    let temporary = json!({"Password": "Temp0rary!", "Permanent": false});
    pages
        .admin(Op::AdminSetUserPassword, "jane", temporary)
        .await;
    let again = format!("{query}&prompt=login");
    let first = [("username", "jane"), ("password", "Temp0rary!")];
    let (path, _) = browser.step(&format!("/login?{again}"), &first).await;
    assert_eq!(path, "/resetPassword");
    browser
        .cookies
        .insert("XSRF-TOKEN".into(), "planted".into());
    let (cookies, before) = (browser.cookies.clone(), held(&pages).await);
    let fields = [
        ("csrf", "planted"),
        ("username", "mallory"),
        ("password", "Passw0rd!"),
        ("requiredAttributes[email]", "mallory@example.com"),
        ("new_password", "St0len-1!"),
        ("confirm_password", "St0len-1!"),
        ("code", "123456"),
        ("otp-code", "123456"),
        ("sign_out", "yes"),
        ("use_another", "1"),
        ("decision", "allow"),
        ("user_code", "BCDF-GHJK"),
    ];
    let mut seen = 0;
    for route in ROUTES.routes() {
        // Requests for an authorization act no more than a link does; providers' answers carry proofs of their own.
        let open = [
            "/oauth2/authorize",
            "/oauth2/idpresponse",
            "/saml2/idpresponse",
        ];
        let takes = route.class == Class::Page && route.method == Verb::Post;
        if !takes || open.contains(&route.pattern) {
            continue;
        }
        for foreign in [
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
        ] {
            let mut victim = browser.clone();
            let path = format!("{}?{again}", route.pattern);
            let answer = victim.form_with(&path, &fields, &[foreign]).await;
            let (status, location) = (answer.status(), header(&answer, "location"));
            // No answer for the client, and no other session.
            assert!(!status.is_server_error(), "{path} {status}");
            assert!(
                location.is_empty() || location.starts_with('/'),
                "{path} {location}"
            );
            let session = victim.cookies.get("cognito");
            assert!(
                session.is_none_or(|own| *own == cookies["cognito"]),
                "{path}"
            );
            if ["/login", "/login/continue"].contains(&route.pattern) {
                assert!(!text_of(&answer).contains("mallory"), "{path}");
                assert_eq!(victim.cookies, cookies, "{path}");
            }
            assert_eq!(held(&pages).await, before, "{path}");
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen}");
    // The sign-in goes on as if nothing had been.
    let second = [
        ("new_password", "An0ther-1!"),
        ("confirm_password", "An0ther-1!"),
    ];
    code_of(
        &browser
            .post(&format!("/resetPassword?{again}"), &second)
            .await,
    );
}
