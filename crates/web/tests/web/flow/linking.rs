//! The question of a first sign-in through a provider: pages, proof, refusals (decision 015).

use cognate_domain::records::provider::Linking;
use cognate_domain::resources::providers::linking;
use cognate_shapes::Op;
use http::StatusCode;
use serde_json::json;

use super::providers::{Amazon, NAME, RESPONSE};
use super::*;

const LINK: &str = "/login/link";
/// What the provider says of everybody: the address of jane, verified.
const JANE: &str =
    r#"{"user_id":"7","email":"jane@example.com","verified":"true","name":"Jane Doe"}"#;

struct Shop {
    pages: Pages,
    _amazon: Amazon,
    query: String,
}

async fn shop(version: i64, profile: &'static str, policy: Linking, pool: Value) -> Shop {
    let pages = Pages::with(version, pool, json!({})).await;
    let amazon = Amazon::saying(profile).await;
    let url = &amazon.url;
    let provider = json!({
        "UserPoolId": pages.pool, "ProviderName": NAME, "ProviderType": NAME,
        "ProviderDetails": {
            "client_id": "x", "client_secret": "y", "authorize_scopes": "profile", "authorize_url": format!("{url}/ap/oa"),
            "token_url": format!("{url}/token"), "attributes_url": format!("{url}/profile"),
        },
        "AttributeMapping": {"email": "email", "email_verified": "verified", "name": "name"},
    });
    pages.site.call(Op::CreateIdentityProvider, provider).await;
    let both = json!({"SupportedIdentityProviders": ["COGNITO", NAME]});
    let client = another_client(&pages.site, &pages.pool, both).await;
    let app = &pages.site.app;
    let now = app.clock.service();
    let named = (pages.pool.as_str(), NAME);
    linking::set_policy(&app.store, &app.root, now, named, policy)
        .await
        .unwrap();
    let query = format!("{}&identity_provider={NAME}", query_of(&client));
    Shop {
        pages,
        _amazon: amazon,
        query,
    }
}

async fn asking(version: i64) -> Shop {
    shop(version, JANE, Linking::VerifiedEmail, json!({})).await
}

impl Shop {
    /// Takes a browser through the provider; the answer to its return.
    async fn arrive(&self, browser: &mut Browser<'_>) -> Response<Bytes> {
        self.arrive_with(browser, "").await
    }

    async fn arrive_with(&self, browser: &mut Browser<'_>, more: &str) -> Response<Bytes> {
        let path = format!("/oauth2/authorize?{}{more}", self.query);
        let answer = browser.get(&path).await;
        let location = header(&answer, "location").to_owned();
        let (_, rest) = location.split_once("state=").unwrap();
        let state = rest.split('&').next().unwrap();
        browser
            .get(&format!("{RESPONSE}?code=x&state={state}"))
            .await
    }

    /// The same, of one who is asked; the page.
    async fn asked(&self, browser: &mut Browser<'_>) -> String {
        let answer = self.arrive(browser).await;
        assert_eq!(
            answer.status(),
            StatusCode::SEE_OTHER,
            "{}",
            text_of(&answer)
        );
        let location = header(&answer, "location").to_owned();
        assert!(location.starts_with(LINK), "{location}");
        // Nobody is signed in.
        assert!(!browser.cookies.contains_key("cognito"));
        let page = browser.get(&location).await;
        assert_eq!(page.status(), StatusCode::OK);
        text_of(&page).to_owned()
    }

    async fn answer(&self, browser: &mut Browser<'_>, answer: &str) -> Response<Bytes> {
        let path = format!("{LINK}?{}", self.query);
        browser.post(&path, &[("answer", answer)]).await
    }

    fn login(&self) -> String {
        format!("/login?{}", self.query)
    }

    /// Says yes, to the page of the proof.
    async fn connects(&self, browser: &mut Browser<'_>) -> String {
        let path = format!("{LINK}?{}", self.query);
        let (path, html) = browser.step(&path, &[("answer", "connect")]).await;
        assert_eq!(path, "/login");
        html
    }

    async fn identities(&self, name: &str) -> usize {
        let shown = self.pages.admin(Op::AdminGetUser, name, json!({})).await;
        let list = shown["UserAttributes"].as_array().unwrap();
        let found = list.iter().find(|one| one["Name"] == "identities");
        found.map_or(0, |one| {
            let all: Value = serde_json::from_str(one["Value"].as_str().unwrap()).unwrap();
            all.as_array().unwrap().len()
        })
    }

    async fn users(&self) -> usize {
        let input = json!({"UserPoolId": self.pages.pool});
        let listed = self.pages.site.call(Op::ListUsers, input).await;
        listed["Users"].as_array().unwrap().len()
    }
}

#[tokio::test]
async fn a_password_links_and_goes_on_to_the_client() {
    for version in [1, 2] {
        let shop = asking(version).await;
        let mut browser = shop.pages.browser();
        let html = shop.asked(&mut browser).await;
        says(&html, "Amazon");
        says(&html, "I have an account");
        says(&html, "Go on without one");
        let html = shop.connects(&mut browser).await;
        says(
            &html,
            "Sign in the way you did before, to connect that account with",
        );
        // No sign-up, and no button of a provider.
        assert!(!html.contains("/signup"), "{html}");
        assert!(!html.contains("/oauth2/authorize"), "{html}");
        let fields = [("username", "jane"), ("password", "wrong")];
        let (path, html) = browser.step(&shop.login(), &fields).await;
        assert_eq!(path, "/login");
        says(&html, "Incorrect username or password.");
        let fields = [("username", "nobody"), ("password", "wrong")];
        let (_, html) = browser.step(&shop.login(), &fields).await;
        says(&html, "Incorrect username or password.");
        assert_eq!(shop.identities("jane").await, 0);
        let fields = [("username", "jane"), ("password", PASSWORD)];
        let answer = browser.post(&shop.login(), &fields).await;
        code_of(&answer);
        assert_eq!(shop.identities("jane").await, 1);
        assert_eq!(shop.users().await, 1);
        // The next one asks nothing, in any browser.
        let mut other = shop.pages.browser();
        code_of(&shop.arrive(&mut other).await);
        assert_eq!(shop.users().await, 1);
    }
}

#[tokio::test]
async fn the_page_speaks_the_visitor_s_language() {
    let shop = asking(2).await;
    let mut browser = shop.pages.browser();
    let answer = shop.arrive_with(&mut browser, "&lang=de").await;
    let location = header(&answer, "location").to_owned();
    let page = browser.get(&location).await;
    let html = text_of(&page);
    says(html, "Haben Sie hier schon ein Konto?");
    says(html, "Sie kommen mit ");
    says(html, "Amazon");
    says(html, "Ohne Konto weiter");
    assert!(html.contains("lang=\"de\""));
    let path = format!("{LINK}?{}&lang=de", shop.query);
    let (_, html) = browser.step(&path, &[("answer", "connect")]).await;
    says(&html, "Melden Sie sich an wie bisher");
}

#[tokio::test]
async fn a_second_factor_is_asked_for_before_the_link() {
    let factors = json!({
        "MfaConfiguration": "OFF",
    });
    let shop = shop(2, JANE, Linking::VerifiedEmail, factors).await;
    let mfa = json!({
        "UserPoolId": shop.pages.pool, "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": true},
    });
    shop.pages.site.call(Op::SetUserPoolMfaConfig, mfa).await;
    let mut browser = shop.pages.browser();
    shop.asked(&mut browser).await;
    shop.connects(&mut browser).await;
    let fields = [("username", "jane"), ("password", PASSWORD)];
    let (path, _) = browser.step(&shop.login(), &fields).await;
    assert_eq!(path, "/mfa/totp");
    assert_eq!(shop.identities("jane").await, 0);
    let code = shop.pages.app_code("jane").await;
    let path = format!("/mfa/totp?{}", shop.query);
    let answer = browser.post(&path, &[("code", code.as_str())]).await;
    code_of(&answer);
    assert_eq!(shop.identities("jane").await, 1);
}

#[tokio::test]
async fn whoever_has_no_account_goes_on_without_one() {
    for version in [1, 2] {
        let shop = asking(version).await;
        let mut browser = shop.pages.browser();
        shop.asked(&mut browser).await;
        code_of(&shop.answer(&mut browser, "skip").await);
        assert_eq!(shop.users().await, 2);
        assert_eq!(shop.identities("jane").await, 0);
        // The page of before leads to the beginning.
        let path = format!("{LINK}?{}", shop.query);
        let again = browser.post(&path, &[("answer", "skip")]).await;
        assert!(header(&again, "location").starts_with("/login?"));
    }
}

#[tokio::test]
async fn another_account_is_not_linked_and_not_signed_in() {
    let shop = asking(2).await;
    shop.pages.user("joe").await;
    let mut browser = shop.pages.browser();
    shop.asked(&mut browser).await;
    shop.connects(&mut browser).await;
    let fields = [("username", "joe"), ("password", PASSWORD)];
    let (path, html) = browser.step(&shop.login(), &fields).await;
    assert_eq!(path, LINK);
    says(&html, "That account was not connected");
    assert!(!browser.cookies.contains_key("cognito"));
    let store = &shop.pages.site.app.store;
    let rows = store.rows("SELECT 1 FROM browser_sessions", Vec::new());
    assert!(rows.await.unwrap().is_empty());
    assert_eq!(shop.identities("joe").await, 0);
    // The question is still open.
    shop.connects(&mut browser).await;
    let fields = [("username", "jane"), ("password", PASSWORD)];
    code_of(&browser.post(&shop.login(), &fields).await);
    assert_eq!(shop.identities("jane").await, 1);
}

#[tokio::test]
async fn another_browser_proves_nothing() {
    let shop = asking(2).await;
    let mut browser = shop.pages.browser();
    shop.asked(&mut browser).await;
    // Without the state there is no question; the sign-in of jane links nothing.
    let mut other = shop.pages.browser();
    let path = format!("{LINK}?{}", shop.query);
    let answer = other.post(&path, &[("answer", "connect")]).await;
    assert_ne!(answer.status(), StatusCode::OK);
    let own = shop
        .query
        .replace(&format!("&identity_provider={NAME}"), "");
    code_of(
        &other
            .post(
                &format!("/login?{own}"),
                &[("username", "jane"), ("password", PASSWORD)],
            )
            .await,
    );
    assert_eq!(shop.identities("jane").await, 0);
    // Nor does a session of before in the browser that was asked.
    browser.cookies.extend(
        other
            .cookies
            .iter()
            .filter(|(name, _)| *name == "cognito")
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    let html = shop.connects(&mut browser).await;
    assert!(html.contains("name=\"password\""), "{html}");
    assert_eq!(shop.identities("jane").await, 0);
    // A form of another site says nothing.
    let path = format!("{LINK}?{}", shop.query);
    let mut foreign = browser.clone();
    foreign.origin = Some("https://evil.example");
    let answer = foreign.post(&path, &[("answer", "skip")]).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(shop.users().await, 1);
}

#[tokio::test]
async fn a_page_that_was_used_links_nothing_again() {
    let shop = asking(2).await;
    let mut browser = shop.pages.browser();
    shop.asked(&mut browser).await;
    shop.connects(&mut browser).await;
    let mut twin = browser.clone();
    let fields = [("username", "jane"), ("password", PASSWORD)];
    code_of(&browser.post(&shop.login(), &fields).await);
    assert_eq!(shop.identities("jane").await, 1);
    // The administrator takes the link away; the pages of before do not bring it back.
    let user = json!({"ProviderName": NAME, "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "7"});
    let input = json!({"UserPoolId": shop.pages.pool, "User": user});
    shop.pages
        .site
        .call(Op::AdminDisableProviderForUser, input)
        .await;
    let (_, html) = twin.step(&shop.login(), &fields).await;
    assert!(is_over(&html), "{html}");
    assert_eq!(shop.identities("jane").await, 0);
    // So is one that was open for too long.
    let mut late = shop.pages.browser();
    shop.asked(&mut late).await;
    shop.pages.advance(901).await;
    let path = format!("{LINK}?{}", shop.query);
    let (_, html) = late.step(&path, &[("answer", "connect")]).await;
    assert!(is_over(&html), "{html}");
}

#[tokio::test]
async fn an_address_that_is_a_name_is_in_the_field() {
    let names = json!({"AliasAttributes": ["email"]});
    for profile in [
        JANE,
        r#"{"user_id":"8","email":"nobody@example.com","verified":"true"}"#,
    ] {
        let shop = shop(2, profile, Linking::VerifiedEmail, names.clone()).await;
        let mut browser = shop.pages.browser();
        shop.asked(&mut browser).await;
        let html = shop.connects(&mut browser).await;
        let email = if profile == JANE { "jane" } else { "nobody" };
        assert!(
            html.contains(&format!("value=\"{email}@example.com\"")),
            "{html}"
        );
    }
}

#[tokio::test]
async fn whoever_waits_for_an_administrator_is_told_so() {
    for version in [1, 2] {
        let shop = shop(version, JANE, Linking::AdminApproval, json!({})).await;
        let mut browser = shop.pages.browser();
        let answer = shop.arrive(&mut browser).await;
        assert_eq!(
            answer.status(),
            StatusCode::SEE_OTHER,
            "{}",
            text_of(&answer)
        );
        let location = header(&answer, "location").to_owned();
        let page = browser.get(&location).await;
        assert_eq!(page.status(), StatusCode::OK);
        says(text_of(&page), "administrator");
        says(text_of(&page), "approve");
        assert!(!browser.cookies.contains_key("cognito"));
        assert_eq!(shop.users().await, 1);
        let app = &shop.pages.site.app;
        let (now, pool) = (app.clock.service(), shop.pages.pool.as_str());
        let lines = linking::list(&app.store, &app.root, now, pool, (0, "")).await;
        let id = lines.unwrap()[0].id.clone();
        linking::approve(&app.store, &app.root, now, (pool, &id), None)
            .await
            .unwrap();
        code_of(&shop.arrive(&mut browser).await);
        assert_eq!(shop.identities("jane").await, 1);
        assert_eq!(shop.users().await, 1);
    }
}
