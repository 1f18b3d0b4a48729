//! Redirects to elsewhere, headers and markup in every parameter.

use http::StatusCode;
use serde_json::json;

use super::*;

#[tokio::test]
async fn no_answer_goes_where_the_client_did_not_register() {
    let callbacks = json!({"CallbackURLs": [CALLBACK, "http://localhost:3000/cb", "myapp://cb"]});
    let pages = Pages::with(2, json!({}), callbacks).await;
    for uri in [
        "https://app.example/cb/",
        "https://app.example/cb2",
        "https://app.example/",
        "https://app.example/cb?x=1",
        "https://app.example/cb#x",
        "https://app.example:8443/cb",
        "https://app.example:443/cb",
        "HTTPS://app.example/cb",
        "https://APP.example/cb",
        "https://app.example.evil.example/cb",
        "https://evil.example/https://app.example/cb",
        "https://app.example@evil.example/cb",
        "https://app.example\\@evil.example/cb",
        "https:\\\\app.example\\cb",
        "https://app.example/%63b",
        "https://app.example/../cb",
        "https://app.example/cb%00",
        " https://app.example/cb",
        "//app.example/cb",
        "/cb",
        "javascript:alert(1)",
        "http://localhost:3001/cb",
        "http://127.0.0.1:3000/cb",
        "myapp://evil",
        "http://app.example/cb",
    ] {
        let query = format!(
            "client_id={}&response_type=code&redirect_uri={}",
            pages.client,
            encode(uri)
        );
        for path in [
            "/oauth2/authorize",
            "/login",
            "/signup",
            "/forgotPassword",
            "/mfa",
            "/passkeys/add",
        ] {
            let answer = pages.browser().get(&format!("{path}?{query}")).await;
            assert_eq!(answer.status(), StatusCode::FOUND, "{uri} {path}");
            let location = header(&answer, "location");
            let wanted = format!(
                "/error?error=redirect_mismatch&client_id={}&reference=",
                pages.client
            );
            assert!(location.starts_with(&wanted), "{location}");
        }
        let fields = [("username", "jane"), ("password", PASSWORD)];
        let answer = pages
            .browser()
            .post(&format!("/login?{query}"), &fields)
            .await;
        assert!(header(&answer, "location").starts_with("/error?"), "{uri}");
    }
    let twice = format!("{}&redirect_uri=https%3A%2F%2Fevil.example", pages.query());
    let answer = pages
        .browser()
        .get(&format!("/oauth2/authorize?{twice}"))
        .await;
    assert!(header(&answer, "location").starts_with("/error?error=invalid_request"));
}

#[tokio::test]
async fn a_state_is_carried_back_and_is_never_a_header() {
    let pages = Pages::new(2).await;
    let hostile = "x\r\nSet-Cookie: a=b\r\n\r\n<script>\u{0001}é&code=evil#frag";
    let query = format!(
        "client_id={}&response_type=code&redirect_uri={}&state={}",
        pages.client,
        encode(CALLBACK),
        encode(hostile)
    );
    let mut browser = pages.browser();
    let fields = [("username", "jane"), ("password", PASSWORD)];
    let answer = browser.post(&format!("/login?{query}"), &fields).await;
    assert_eq!(answer.status(), StatusCode::FOUND, "{}", text_of(&answer));
    let location = header(&answer, "location");
    assert!(
        location.contains(&format!("&state={}", encode(hostile))),
        "{location}"
    );
    assert_eq!(
        (location.matches("code=").count(), location.contains('#')),
        (1, false)
    );
    let answer = browser.get(&format!("/oauth2/authorize?{query}")).await;
    assert!(header(&answer, "location").contains(&format!("&state={}", encode(hostile))));
}

const HOSTILE: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}";

fn is_clean(html: &str) {
    for bad in ["<script>alert", "<img", "onerror=alert(1)>", "\"'>"] {
        assert!(!html.contains(bad), "{bad} in {html}");
    }
}

#[tokio::test]
async fn no_parameter_and_no_field_becomes_markup() {
    for version in [1, 2] {
        let pages = Pages::new(version).await;
        let e = encode(HOSTILE);
        let query = format!(
            "{}{e}&login_hint={e}&nonce={e}&lang={e}&x={e}",
            pages.query()
        );
        let mut browser = pages.browser();
        for path in [
            "/login",
            "/signup",
            "/forgotPassword",
            "/mfa",
            "/confirm",
            "/confirmForgotPassword",
        ] {
            let page = browser.get(&format!("{path}?{query}")).await;
            assert_eq!(page.status(), StatusCode::OK);
            is_clean(text_of(&page));
        }
        let attributes = [
            ("username", HOSTILE),
            ("password", "x"),
            ("requiredAttributes[email]", HOSTILE),
        ];
        for path in ["/login", "/signup", "/forgotPassword"] {
            let answer = browser.post(&format!("{path}?{query}"), &attributes).await;
            let page = browser.get(header(&answer, "location")).await;
            assert_eq!(page.status(), StatusCode::OK);
            is_clean(text_of(&page));
            // A form that is not taken shows the fields again.
            let refused = browser.form(&format!("{path}?{query}"), &attributes).await;
            assert_eq!(refused.status(), StatusCode::FORBIDDEN);
            is_clean(text_of(&refused));
        }
        let path = format!("/error?error={e}&client_id={e}&reference={e}&error_description={e}");
        let error = browser.get(&path).await;
        assert_eq!(error.status(), StatusCode::BAD_REQUEST);
        is_clean(text_of(&error));
        assert!(!text_of(&error).contains("7*7") && text_of(&error).contains("the-request"));
    }
}

#[tokio::test]
async fn a_session_is_not_fixed_before_the_sign_in() {
    let pages = Pages::new(2).await;
    pages.user("mallory").await;
    let query = pages.query();
    let mut attacker = pages.browser();
    attacker.signs_in(&query, "mallory").await;
    let planted = attacker.cookies["cognito"].clone();
    let mut victim = pages.browser();
    victim.cookies.insert("cognito".into(), planted.clone());
    victim
        .signs_in(&format!("{query}&prompt=login"), "jane")
        .await;
    assert_ne!(victim.cookies["cognito"], planted);
    // The planted one still is mallory's alone or is over.
    let page = attacker.get(&format!("/login?{query}")).await;
    assert!(!text_of(&page).contains("jane"));
    // Of another pool it is nothing.
    let made = pages
        .site
        .call(
            cognate_shapes::Op::CreateUserPool,
            json!({"PoolName": "other"}),
        )
        .await;
    let pool = made["UserPool"]["Id"].as_str().unwrap();
    let client = another_client(&pages.site, pool, json!({})).await;
    let answer = victim
        .get(&format!("/oauth2/authorize?{}", query_of(&client)))
        .await;
    assert!(header(&answer, "location").starts_with("/login?"));
    victim.visitor.host = "other.localhost".into();
    let answer = victim.get(&format!("/oauth2/authorize?{query}")).await;
    assert!(header(&answer, "location").starts_with("/login?"));
}

#[tokio::test]
async fn an_answer_that_nobody_waits_for_leads_to_the_page_for_errors() {
    let pages = Pages::new(2).await;
    let mut browser = pages.browser();
    let hostile = encode(HOSTILE);
    let path = "/oauth2/idpresponse";
    let answers = [
        browser.get(&format!("{path}?code=1&state=2")).await,
        browser
            .get(&format!("{path}?code={hostile}&state={hostile}"))
            .await,
        browser
            .form(path, &[("code", HOSTILE), ("state", HOSTILE)])
            .await,
        browser.form(path, &[]).await,
    ];
    for answer in answers {
        assert_eq!(answer.status(), StatusCode::FOUND);
        let location = header(&answer, "location").to_owned();
        assert!(
            location.starts_with("/error?error=no_transaction"),
            "{location}"
        );
        assert!(!location.contains(&hostile), "{location}");
        let page = browser.get(&location).await;
        assert_eq!(page.status(), StatusCode::BAD_REQUEST);
        is_clean(text_of(&page));
    }
}

#[tokio::test]
async fn answers_of_providers_that_no_sign_in_waits_for_end_on_the_page_for_errors() {
    let pages = Pages::new(2).await;
    let mut browser = pages.browser();
    for path in [
        "/oauth2/idpresponse?code=1&state=2",
        "/saml2/idpresponse?RelayState=2",
    ] {
        let answer = browser.get(path).await;
        assert!(header(&answer, "location").starts_with("/error?error=no_transaction&"));
    }
    for path in ["/oauth2/idpresponse", "/saml2/idpresponse"] {
        let fields = [
            ("SAMLResponse", HOSTILE),
            ("RelayState", HOSTILE),
            ("state", HOSTILE),
        ];
        let answer = browser.form(path, &fields).await;
        let location = header(&answer, "location").to_owned();
        assert!(location.starts_with("/error?error="), "{location}");
        is_clean(text_of(&browser.get(&location).await));
    }
}
