//! A browser that has a session.

use http::StatusCode;

use super::*;

#[tokio::test]
async fn prompts_decide_what_a_session_is_good_for() {
    for version in [1, 2] {
        let pages = Pages::new(version).await;
        let query = pages.query();
        let authorize = format!("/oauth2/authorize?{query}");
        let mut browser = pages.browser();
        let answer = browser.get(&format!("{authorize}&prompt=none")).await;
        assert_eq!(answer.status(), StatusCode::FOUND);
        let location = header(&answer, "location");
        assert!(
            location.starts_with("https://app.example/cb?state=a%2Bb%20%26c&error=login_required"),
            "{location}"
        );
        let implicit = authorize.replace("response_type=code", "response_type=token");
        let answer = browser.get(&format!("{implicit}&prompt=none")).await;
        assert!(header(&answer, "location").starts_with("https://app.example/cb#"));

        browser.signs_in(&query, "jane").await;
        code_of(&browser.get(&format!("{authorize}&prompt=none")).await);
        code_of(&browser.get(&authorize).await);
        let answer = browser
            .get(&format!("{authorize}&identity_provider=COGNITO"))
            .await;
        code_of(&answer);
        let answer = browser.get(&format!("{authorize}&prompt=login")).await;
        assert!(header(&answer, "location").starts_with("/login?"));
        let page = browser.get(header(&answer, "location")).await;
        assert!(text_of(&page).contains("name=\"password\""));
        // The old session lives until the new sign-in is complete.
        let old = browser.cookies["cognito"].clone();
        code_of(&browser.get(&authorize).await);
        browser
            .signs_in(&format!("{query}&prompt=login"), "jane")
            .await;
        assert_ne!(browser.cookies["cognito"], old);
        let head = browser
            .send(Method::HEAD, &authorize, Bytes::new(), &[])
            .await;
        assert!(!header(&head, "location").contains("code="));
    }
}

#[tokio::test]
async fn managed_login_shows_the_account_of_a_session() {
    let pages = Pages::new(2).await;
    let query = pages.query();
    let mut browser = pages.browser();
    browser.signs_in(&query, "jane").await;
    let answer = browser
        .get(&format!("/oauth2/authorize?{query}&prompt=select_account"))
        .await;
    let page = browser.get(header(&answer, "location")).await;
    assert!(text_of(&page).contains("jane"), "{}", text_of(&page));
    let here = format!("/login/continue?{query}");
    let page = browser.get(&here).await;
    assert!(text_of(&page).contains("jane"));
    code_of(&browser.post(&here, &[]).await);
    // Another account.
    let (path, html) = browser.step(&here, &[("other", "1")]).await;
    assert_eq!(path, "/login");
    assert!(html.contains("name=\"password\""));
    pages.user("joe").await;
    browser.signs_in(&query, "joe").await;
    let page = browser.get(&format!("/login?{query}")).await;
    assert!(text_of(&page).contains("joe"), "{}", text_of(&page));
    // Another site cannot choose.
    let token = browser.cookies["XSRF-TOKEN"].clone();
    let fields = [("csrf", token.as_str())];
    let answer = browser
        .form_with(&here, &fields, &[("origin", "https://evil.example")])
        .await;
    assert!(header(&answer, "location").starts_with("/login?"));
    let (_, html) = browser.step(&here, &[("sign_out", "1")]).await;
    assert!(!browser.cookies.contains_key("cognito"));
    assert!(html.contains("name=\"username\""));
    let answer = browser.get(&format!("/oauth2/authorize?{query}")).await;
    assert!(header(&answer, "location").starts_with("/login?"));
}

#[tokio::test]
async fn a_request_may_be_posted() {
    let pages = Pages::new(2).await;
    let fields = [
        ("client_id", pages.client.as_str()),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("state", "a+b &c"),
        ("password", "must-not-travel"),
    ];
    let mut browser = pages.browser();
    let answer = browser
        .form_with(
            "/oauth2/authorize",
            &fields,
            &[("origin", "https://app.example")],
        )
        .await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    let location = header(&answer, "location").to_owned();
    assert!(
        location.starts_with("/login?client_id=") && !location.contains("travel"),
        "{location}"
    );
    let page = browser.get(&location).await;
    assert_eq!(page.status(), StatusCode::OK);
}
