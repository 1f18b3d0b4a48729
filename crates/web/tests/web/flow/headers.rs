//! The headers of every page.

use cognate_web::ROUTES;
use cognate_web::route::{Class, Cors, Verb};

use super::*;

#[tokio::test]
async fn every_page_has_the_headers_of_a_page() {
    let pages = Pages::new(2).await;
    let query = pages.query();
    let mut seen = 0;
    for route in ROUTES.routes().filter(|route| route.class == Class::Page) {
        assert_eq!(route.cors, Cors::Closed, "{}", route.pattern);
        for secure in [false, true] {
            let mut browser = pages.browser();
            if secure {
                browser.visitor = visitor(Some("https://id.example"));
            }
            let path = format!("{}?{query}", route.pattern);
            let answer = match route.method {
                Verb::Get => browser.get(&path).await,
                Verb::Post => browser.form_with(&path, &[("username", "x")], &[]).await,
                Verb::Put | Verb::Delete => panic!("a page of no form: {path}"),
            };
            let get = |name: &str| header(&answer, name).to_owned();
            let policy = get("content-security-policy");
            for part in [
                "default-src 'none'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
                "form-action 'self'",
            ] {
                assert!(policy.contains(part), "{} {path}", policy);
            }
            // Images alone may be part of a style sheet.
            let policy = policy.replace("img-src 'self' data:", "img-src 'self'");
            for bad in ["unsafe-", "*", "data:", "http://"] {
                assert!(!policy.contains(bad), "{policy}");
            }
            assert_eq!(get("cache-control"), "no-store", "{path}");
            assert_eq!(get("x-content-type-options"), "nosniff");
            assert!(
                matches!(
                    get("referrer-policy").as_str(),
                    "same-origin" | "no-referrer"
                ),
                "{path}"
            );
            assert_eq!(get("access-control-allow-origin"), "");
            for set in answer.headers().get_all("set-cookie") {
                let set = set.to_str().unwrap();
                assert!(set.contains("HttpOnly; SameSite=Lax"), "{set}");
                assert_eq!(set.contains("; Secure"), secure, "{set}");
                let bare = set.starts_with("XSRF-TOKEN=") || set.starts_with("cognito=");
                assert!(!secure || bare || set.starts_with("__Host-"), "{set}");
            }
            assert!(
                !text_of(&answer).contains(" style=") && !text_of(&answer).contains(" onclick=")
            );
            seen += 1;
        }
    }
    assert!(seen > 80, "{seen}");
}

#[tokio::test]
async fn a_form_may_lead_to_the_client_and_only_pages_that_need_one_run_a_script() {
    for (callback, sources) in [
        (CALLBACK, "form-action 'self' https:;"),
        (
            "http://localhost:3000/cb",
            "form-action 'self' http: https:;",
        ),
        ("myapp+x.y://cb", "form-action 'self' myapp+x.y:;"),
    ] {
        let pages = Pages::with(2, json!({}), json!({"CallbackURLs": [callback]})).await;
        let query = format!(
            "client_id={}&response_type=code&redirect_uri={}",
            pages.client,
            encode(callback)
        );
        let page = pages.browser().get(&format!("/login?{query}")).await;
        let policy = header(&page, "content-security-policy");
        assert!(policy.contains(sources), "{policy}");
        assert!(policy.ends_with("script-src 'self'"));
        let page = pages.browser().get("/error?error=redirect_mismatch").await;
        assert!(!header(&page, "content-security-policy").contains("script-src"));
    }
}
