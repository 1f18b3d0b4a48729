//! Sign-ins through an identity provider: the buttons, the way there, and both ways in which an answer comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cognate_shapes::Op;
use http::StatusCode;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

pub(super) const RESPONSE: &str = "/oauth2/idpresponse";

/// Login with Amazon, whose users need no signature: it gives everybody's token to the user `7`.
pub(super) struct Amazon {
    pub(super) url: String,
    asked: Arc<AtomicUsize>,
}

impl Amazon {
    async fn start() -> Self {
        Self::saying(r#"{"user_id":"7","email":"jane@amazon.example","name":"Jane"}"#).await
    }

    /// One that says this of everybody.
    pub(super) async fn saying(profile: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let mut buffer = [0; 8192];
                let n = stream.read(&mut buffer).await.unwrap_or(0);
                let body = match buffer[..n].starts_with(b"POST") {
                    true => r#"{"access_token":"at","token_type":"bearer","expires_in":3600}"#,
                    false => profile,
                };
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// A pool whose client offers its own users and Amazon's.
pub struct Shop {
    pub pages: Pages,
    amazon: Amazon,
    pub client: String,
}

pub const NAME: &str = "LoginWithAmazon";

pub async fn shop(version: i64) -> Shop {
    let pages = Pages::new(version).await;
    let amazon = Amazon::start().await;
    let url = &amazon.url;
    let provider = json!({
        "UserPoolId": pages.pool, "ProviderName": NAME, "ProviderType": NAME,
        "ProviderDetails": {
            "client_id": "x", "client_secret": "y", "authorize_scopes": "profile", "authorize_url": format!("{url}/ap/oa"),
            "token_url": format!("{url}/token"), "attributes_url": format!("{url}/profile"),
        },
        "AttributeMapping": {"email": "email", "name": "name"},
    });
    pages.site.call(Op::CreateIdentityProvider, provider).await;
    let both = json!({"SupportedIdentityProviders": ["COGNITO", NAME]});
    let client = another_client(&pages.site, &pages.pool, both).await;
    Shop {
        pages,
        amazon,
        client,
    }
}

impl Shop {
    /// The path and query that lead to the provider.
    fn ask(&self) -> String {
        let query = query_of(&self.client);
        format!("/oauth2/authorize?{query}&identity_provider={NAME}")
    }

    /// Sends a browser to the provider; returns the state.
    pub async fn depart(&self, browser: &mut Browser<'_>) -> String {
        let answer = browser.get(&self.ask()).await;
        assert_eq!(answer.status(), StatusCode::FOUND, "{}", text_of(&answer));
        let location = header(&answer, "location");
        assert!(location.starts_with(&format!("{}/ap/oa?", self.amazon.url)));
        let (_, rest) = location.split_once("state=").unwrap();
        rest.split('&').next().unwrap().to_owned()
    }
}

fn is_no_transaction(answer: &Response<Bytes>) {
    assert_eq!(answer.status(), StatusCode::FOUND, "{}", text_of(answer));
    let location = header(answer, "location");
    assert!(location.starts_with("/error?"), "{location}");
    assert!(location.contains("error=no_transaction"), "{location}");
}

#[tokio::test]
async fn a_button_leads_to_the_provider() {
    for version in [1, 2] {
        let shop = shop(version).await;
        let query = query_of(&shop.client);
        let page = shop.pages.browser().get(&format!("/login?{query}")).await;
        let html = text_of(&page);
        says(html, NAME);
        assert!(html.contains("name=\"password\""));
        // A browser holds the redirect behind the button against the policy; this provider is not on HTTPS.
        let policy = header(&page, "content-security-policy");
        let (_, targets) = policy.split_once("form-action ").unwrap();
        let targets = targets.split(';').next().unwrap();
        for target in ["'self'", "https:", "http:"] {
            assert!(targets.split(' ').any(|one| one == target), "{policy}");
        }
        for path in ["/oauth2/authorize", "/login"] {
            let mut browser = shop.pages.browser();
            let asked = format!("{path}?{query}&identity_provider={NAME}");
            let answer = browser.get(&asked).await;
            assert_eq!(answer.status(), StatusCode::FOUND, "{path}");
            let location = header(&answer, "location");
            assert!(location.starts_with(&format!("{}/ap/oa?", shop.amazon.url)));
            let way_back = encode(&format!("{BASE}{RESPONSE}"));
            assert!(location.contains(&way_back), "{location}");
            let set = header(&answer, "set-cookie");
            assert!(set.starts_with("provider="), "{set}");
            for part in ["HttpOnly", "SameSite=Lax", "Max-Age=300", "Path=/"] {
                assert!(set.contains(part), "{set}");
            }
            // Another tab shares the cookie.
            let value = browser.cookies["provider"].clone();
            browser.get(&asked).await;
            assert_eq!(browser.cookies["provider"], value);
        }
        let own = format!("/login?{query}&identity_provider=COGNITO");
        let own = shop.pages.browser().get(&own).await;
        assert!(!text_of(&own).contains(NAME));
    }
}

#[tokio::test]
async fn a_question_for_the_page_begins_nothing() {
    let shop = shop(2).await;
    let mut browser = shop.pages.browser();
    let answer = browser
        .send(Method::HEAD, &shop.ask(), Bytes::new(), &[])
        .await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(browser.cookies.is_empty());
    let store = &shop.pages.site.app.store;
    let rows = store.rows("SELECT 1 FROM provider_requests", Vec::new());
    assert!(rows.await.unwrap().is_empty());
    let state = shop.depart(&mut browser).await;
    let path = format!("{RESPONSE}?code=x&state={state}");
    let saml = "/saml2/idpresponse?RelayState=x";
    let answer = browser.send(Method::HEAD, saml, Bytes::new(), &[]).await;
    assert_eq!(
        (answer.status(), header(&answer, "location")),
        (StatusCode::OK, "")
    );
    let answer = browser.send(Method::HEAD, &path, Bytes::new(), &[]).await;
    assert_ne!(answer.status(), StatusCode::FOUND);
    assert_eq!(shop.amazon.asked(), 0);
    code_of(&browser.get(&path).await);
}

#[tokio::test]
async fn who_begins_too_many_sign_ins_is_told_to_wait() {
    let shop = shop(2).await;
    shop.depart(&mut shop.pages.browser()).await;
    let sql = "UPDATE attempts SET n = 1000 WHERE kind = 'provider sign-ins by address'";
    let batch = cognate_store::Batch::new().run(sql, Vec::new());
    let done = shop.pages.site.app.store.commit(batch).await.unwrap();
    assert_eq!(done.touched(), 1);
    let mut browser = shop.pages.browser();
    let answer = browser.get(&shop.ask()).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(!browser.cookies.contains_key("provider"));
    shop.pages.advance(301).await;
    shop.depart(&mut browser).await;
}

#[tokio::test]
async fn an_answer_signs_in_the_browser_that_asked() {
    let shop = shop(2).await;
    let mut browser = shop.pages.browser();
    let state = shop.depart(&mut browser).await;
    let path = format!("{RESPONSE}?code=x&state={state}");
    // Other browsers and other hosts end nobody's sign-in.
    is_no_transaction(&shop.pages.browser().get(&path).await);
    let mut other = browser.clone();
    other.cookies.insert("provider".into(), "x".repeat(43));
    is_no_transaction(&other.get(&path).await);
    let mut elsewhere = browser.clone();
    elsewhere.visitor = visitor(Some("http://127.0.0.1:9229"));
    is_no_transaction(&elsewhere.get(&path).await);
    for state in ["", "x", &format!("{}.{}", shop.pages.pool, "x".repeat(43))] {
        is_no_transaction(
            &browser
                .get(&format!("{RESPONSE}?code=x&state={state}"))
                .await,
        );
    }
    is_no_transaction(&browser.get(RESPONSE).await);
    assert_eq!(shop.amazon.asked(), 0);
    let answer = browser.get(&path).await;
    code_of(&answer);
    assert!(browser.cookies.contains_key("cognito"));
    is_no_transaction(&browser.get(&path).await);
    // The session answers the next request without the provider.
    code_of(&browser.get(&shop.ask()).await);
    assert_eq!(shop.amazon.asked(), 2);
    // The page says it in words, and leads nobody anywhere.
    let page = browser.get("/error?error=no_transaction").await;
    assert_eq!(page.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_posted_answer_waits_for_the_browser_s_cookie() {
    let shop = shop(2).await;
    let mut browser = shop.pages.browser();
    let state = shop.depart(&mut browser).await;
    // It comes across sites, without a cookie, from the provider's page.
    let mut posting = shop.pages.browser();
    let headers = [
        ("origin", "https://appleid.apple.com"),
        ("sec-fetch-site", "cross-site"),
    ];
    let fields = [("code", "x"), ("state", &state), ("user", "{\"name\":{}}")];
    let answer = posting.form_with(RESPONSE, &fields, &headers).await;
    assert_eq!(
        answer.status(),
        StatusCode::SEE_OTHER,
        "{}",
        text_of(&answer)
    );
    let location = header(&answer, "location").to_owned();
    assert_eq!(location, format!("{RESPONSE}?state={state}"));
    assert!(answer.headers().get("set-cookie").is_none());
    assert_eq!(shop.amazon.asked(), 0);
    // A second one changes nothing.
    let second = [("error", "access_denied"), ("state", &state)];
    is_no_transaction(&posting.form_with(RESPONSE, &second, &headers).await);
    is_no_transaction(&posting.get(&location).await);
    // What the address says beside the state counts no more.
    code_of(
        &browser
            .get(&format!("{location}&error=access_denied"))
            .await,
    );
    is_no_transaction(&browser.get(&location).await);
    is_no_transaction(&posting.form_with(RESPONSE, &fields, &headers).await);
}

#[tokio::test]
async fn a_refusal_goes_to_the_client() {
    let shop = shop(1).await;
    let mut browser = shop.pages.browser();
    let state = shop.depart(&mut browser).await;
    let said = "error=access_denied&error_code=200&error_reason=user_denied&error_description=no";
    let path = format!("{RESPONSE}?{said}&state={state}");
    let answer = browser.get(&path).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    let location = header(&answer, "location");
    assert!(location.starts_with(CALLBACK), "{location}");
    for part in [
        "error=access_denied",
        "error_description=no%3B+error%3Daccess_denied%3B+error_code%3D200%3B+error_reason%3Duser_denied&",
        "state=a%2Bb%20%26c",
    ] {
        assert!(location.contains(part), "{location}");
    }
    assert!(!browser.cookies.contains_key("cognito"));
    // An answer that is too long is none.
    let state = shop.depart(&mut browser).await;
    let path = format!("{RESPONSE}?code={}&state={state}", "x".repeat(17_000));
    let answer = browser.get(&path).await;
    assert!(!header(&answer, "location").contains("code="));
    assert_eq!(shop.amazon.asked(), 0);
}

#[tokio::test]
async fn who_wants_another_account_is_not_taken_for_the_session_s() {
    let shop = shop(2).await;
    let query = query_of(&shop.client);
    let mut browser = shop.pages.browser();
    let state = shop.depart(&mut browser).await;
    code_of(
        &browser
            .get(&format!("{RESPONSE}?code=x&state={state}"))
            .await,
    );
    // The session answers a button of before.
    code_of(&browser.get(&shop.ask()).await);
    let other = [("other", "1")];
    let (path, html) = browser
        .step(&format!("/login/continue?{query}"), &other)
        .await;
    assert_eq!(path, "/login");
    let (_, form) = html.split_once("<form id=\"providers\"").unwrap();
    let (form, _) = form.split_once('>').unwrap();
    assert!(
        form.contains("action=\"/login\"") && form.contains("method=\"get\""),
        "{form}"
    );
    let asked = format!("/login?{query}&identity_provider={NAME}");
    let answer = browser.get(&asked).await;
    let location = header(&answer, "location");
    assert!(location.starts_with(&shop.amazon.url), "{location}");
}

#[tokio::test]
async fn a_client_that_no_longer_offers_the_provider_gets_nobody() {
    let shop = shop(2).await;
    let mut browser = shop.pages.browser();
    let state = shop.depart(&mut browser).await;
    let own = json!({
        "UserPoolId": shop.pages.pool, "ClientId": shop.client, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthScopes": ["openid", "email"], "CallbackURLs": [CALLBACK],
        "SupportedIdentityProviders": ["COGNITO"],
    });
    shop.pages.site.call(Op::UpdateUserPoolClient, own).await;
    let answer = browser
        .get(&format!("{RESPONSE}?code=x&state={state}"))
        .await;
    assert!(
        !browser.cookies.contains_key("cognito"),
        "{}",
        text_of(&answer)
    );
    assert_eq!(shop.amazon.asked(), 0);
    let input = json!({"UserPoolId": shop.pages.pool});
    let users = shop.pages.site.call(Op::ListUsers, input).await;
    assert_eq!(users["Users"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_client_without_the_pool_s_own_users_takes_no_password() {
    for version in [1, 2] {
        let shop = shop(version).await;
        let only = json!({"SupportedIdentityProviders": [NAME]});
        let client = another_client(&shop.pages.site, &shop.pages.pool, only).await;
        let query = query_of(&client);
        let mut browser = shop.pages.browser();
        let fields = [("username", "jane"), ("password", PASSWORD)];
        let answer = browser.post(&format!("/login?{query}"), &fields).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert!(!browser.cookies.contains_key("cognito"));
        for path in ["/signup", "/forgotPassword"] {
            browser.post(&format!("{path}?{query}"), &fields).await;
        }
        let input = json!({"UserPoolId": shop.pages.pool});
        let users = shop.pages.site.call(Op::ListUsers, input).await;
        assert_eq!(users["Users"].as_array().unwrap().len(), 1);
    }
}

/// Returns what the audit trail says under the number of an error page.
async fn explained(shop: &Shop, answer: &Response<Bytes>) -> String {
    is_no_transaction(answer);
    let [_, _, result, detail] = shop.pages.site.explained(answer).await;
    assert_eq!(result, "NoTransaction");
    detail
}

#[tokio::test]
async fn the_number_of_an_error_page_leads_to_the_check_that_failed() {
    let shop = shop(2).await;
    let mut browser = shop.pages.browser();
    let unknown = browser.get(&format!("{RESPONSE}?code=x&state=y")).await;
    let doc = explained(&shop, &unknown).await;
    assert!(doc.contains("Check: sign_in.unknown."), "{doc}");
    let state = shop.depart(&mut browser).await;
    let path = format!("{RESPONSE}?code=x&state={state}");
    let mut other = shop.pages.browser();
    let doc = explained(&shop, &other.get(&path).await).await;
    assert!(doc.contains("Check: sign_in.other_browser."), "{doc}");
    assert!(doc.contains(NAME) && doc.contains(&shop.client), "{doc}");
    let saml = format!("/saml2/idpresponse?RelayState={state}");
    let doc = explained(&shop, &browser.get(&saml).await).await;
    assert!(doc.contains("Check: sign_in.other_protocol."), "{doc}");
    // None of them ended the sign-in; its end ends it.
    code_of(&browser.get(&path).await);
    let doc = explained(&shop, &browser.get(&path).await).await;
    assert!(doc.contains("Check: sign_in.unknown."), "{doc}");
}
