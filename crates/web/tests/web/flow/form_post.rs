//! Answers that travel as a form, to clients with the standard profile.

use cognate_domain::oauth::profile;
use cognate_domain::records::client::OidcProfile;
use http::StatusCode;

use super::*;

#[tokio::test]
async fn an_answer_may_travel_as_a_form() {
    let pages = Pages::new(2).await;
    let app = &pages.site.app;
    let now = app.clock.service();
    let set = profile::set(
        &app.store,
        &app.root,
        now,
        &pages.client,
        OidcProfile::Standard,
    );
    assert!(set.await.is_ok());
    app.cache.forget(&pages.pool, Some(&pages.client));
    let state = encode("\"><script>alert(1)</script>'&");
    let query = format!(
        "client_id={}&response_type=code&redirect_uri={}&response_mode=form_post&state={state}",
        pages.client,
        encode(CALLBACK)
    );
    let mut browser = pages.browser();
    let fields = [("username", "jane"), ("password", PASSWORD)];
    let mut answers = vec![browser.post(&format!("/login?{query}"), &fields).await];
    assert!(browser.cookies.contains_key("cognito"));
    answers.push(browser.get(&format!("/oauth2/authorize?{query}")).await);
    for answer in &answers {
        assert_eq!(answer.status(), StatusCode::OK, "{}", text_of(answer));
        let html = text_of(answer);
        assert!(html.contains("action=\"https://app.example/cb\""), "{html}");
        assert!(
            html.contains("name=\"code\"") && !html.contains("<script>alert"),
            "{html}"
        );
        says(html, "value=\"\"><script>alert(1)</script>'&\"");
        let policy = header(answer, "content-security-policy");
        assert!(policy.contains("form-action 'self' https:;"), "{policy}");
        assert!(policy.ends_with("script-src 'self'"), "{policy}");
        let (_, script) = html.split_once("<script src=\"").unwrap();
        let script = pages.browser().get(script.split('"').next().unwrap()).await;
        assert!(text_of(&script).contains("submit()"));
        assert_eq!(header(answer, "cache-control"), "no-store");
    }
    let refused = pages
        .browser()
        .get(&format!("/oauth2/authorize?{query}&prompt=none"))
        .await;
    assert!(
        text_of(&refused).contains("value=\"login_required\""),
        "{}",
        text_of(&refused)
    );
}
