//! Identity providers that are found by the domain of an address.

use cognate_shapes::Op;
use http::StatusCode;
use serde_json::json;

use super::*;

const AUTHORIZE: &str = "https://idp.example.com/authorize?";
const UNKNOWN: &str = "No organisation signs in with this domain.";

/// Adds a provider that speaks OpenID Connect, with identifiers.
async fn provider(pages: &Pages, name: &str, identifiers: Value) {
    let provider = json!({
        "UserPoolId": pages.pool, "ProviderName": name, "ProviderType": "OIDC", "IdpIdentifiers": identifiers,
        "ProviderDetails": {
            "client_id": "x", "client_secret": "y", "authorize_scopes": "openid",
            "oidc_issuer": "https://idp.example.com", "attributes_request_method": "GET",
            "authorize_url": "https://idp.example.com/authorize", "token_url": "https://idp.example.com/token",
            "attributes_url": "https://idp.example.com/user", "jwks_uri": "https://idp.example.com/jwks",
        },
    });
    pages.site.call(Op::CreateIdentityProvider, provider).await;
}

/// Pages of a pool with the user jane@example.com, the query of a client that offers the provider of `example.com`, and
/// that of one that does not. `flows`: ExplicitAuthFlows of both.
async fn pages(version: i64, flows: Value) -> (Pages, String, String) {
    let pages = Pages::with(version, json!({"AliasAttributes": ["email"]}), json!({})).await;
    provider(&pages, "Corp", json!(["Example.com", "board"])).await;
    let settings = json!({"ExplicitAuthFlows": flows});
    let both = json!({"SupportedIdentityProviders": ["COGNITO", "Corp"]});
    let offers = another_client(&pages.site, &pages.pool, with(settings.clone(), both)).await;
    let not = another_client(&pages.site, &pages.pool, settings).await;
    (pages, query_of(&offers), query_of(&not))
}

/// Returns the URL at the provider to which an answer leads; None if it leads elsewhere.
fn location(answer: &Response<Bytes>) -> Option<&str> {
    Some(header(answer, "location")).filter(|to| to.starts_with(AUTHORIZE))
}

#[tokio::test]
async fn a_name_with_the_domain_of_a_provider_leads_there() {
    let (pages, query, not) = pages(2, json!(["ALLOW_USER_AUTH"])).await;
    let path = format!("/login?{query}&login_hint=somebody");
    // Somebody of the pool's own, and nobody.
    for name in ["jane@example.com", "nobody@EXAMPLE.com"] {
        let mut browser = pages.browser();
        let answer = browser.post(&path, &[("username", name)]).await;
        assert_eq!(answer.status(), StatusCode::FOUND, "{}", text_of(&answer));
        let to = location(&answer).unwrap_or_else(|| panic!("{}", header(&answer, "location")));
        let hints: Vec<&str> = to
            .split('&')
            .filter(|p| p.starts_with("login_hint="))
            .collect();
        assert_eq!(hints, [format!("login_hint={}", encode(name))]);
        assert!(browser.cookies.contains_key("provider"));
        assert!(!browser.cookies.contains_key("cognito"));
    }
    // Other domains, other clients, and requests for the pool's own users go on here.
    let own = format!("/login?{query}&identity_provider=COGNITO");
    for (path, name) in [
        (path.as_str(), "jane@example.org"),
        (path.as_str(), "jane@sub.example.com"),
        (path.as_str(), "jane"),
        (path.as_str(), "jane@board"),
        (own.as_str(), "jane@example.com"),
        (format!("/login?{not}").as_str(), "jane@example.com"),
    ] {
        let (_, html) = pages.browser().step(path, &[("username", name)]).await;
        says(&html, name);
    }
    // Another site's form leads nowhere.
    let mut browser = pages.browser();
    browser.origin = Some("https://evil.example");
    let answer = browser
        .post(&path, &[("username", "jane@example.com")])
        .await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_password_is_for_the_pool_s_own_users() {
    for version in [1, 2] {
        let (pages, query, _) = pages(version, json!(["ALLOW_USER_SRP_AUTH"])).await;
        let mut browser = pages.browser();
        browser.signs_in(&query, "jane@example.com").await;
        let mut browser = pages.browser();
        let path = format!("/login?{query}");
        let answer = browser.post(&path, &[("username", "jane@example.com"), ("password", "")]);
        let answer = answer.await;
        assert!(
            location(&answer).is_some(),
            "{}",
            header(&answer, "location")
        );
    }
}

#[tokio::test]
async fn who_has_a_session_and_types_another_address_is_not_taken_for_it() {
    let (pages, query, _) = pages(2, json!(["ALLOW_USER_SRP_AUTH"])).await;
    let mut browser = pages.browser();
    browser.signs_in(&query, "jane@example.com").await;
    let typed = [("domain_email", "ann@example.com")];
    let answer = browser.post(&format!("/login?{query}"), &typed).await;
    assert!(
        location(&answer).is_some(),
        "{}",
        header(&answer, "location")
    );
}

#[tokio::test]
async fn a_search_for_a_provider_finds_it_or_says_that_there_is_none() {
    for version in [1, 2] {
        let (pages, query, _) = pages(version, json!(["ALLOW_USER_SRP_AUTH"])).await;
        let path = format!("/login?{query}");
        let mut browser = pages.browser();
        let found = browser
            .post(&path, &[("domain_email", " ann@example.com ")])
            .await;
        let to = location(&found).unwrap();
        assert!(to.contains("login_hint=ann%40example.com"), "{to}");
        for address in ["ann@example.net", "ann", "@example.com", "board"] {
            let mut browser = pages.browser();
            let (at, html) = browser.step(&path, &[("domain_email", address)]).await;
            assert_eq!(at, "/login");
            says(&html, UNKNOWN);
        }
        // One who cannot sign in here otherwise finds it, too.
        let only = json!({"SupportedIdentityProviders": ["Corp", "Other"]});
        provider(&pages, "Other", json!(["other.example"])).await;
        let only = another_client(&pages.site, &pages.pool, only).await;
        let path = format!("/login?{}", query_of(&only));
        let found = pages
            .browser()
            .post(&path, &[("domain_email", "ann@other.example")])
            .await;
        assert!(location(&found).is_some());
    }
}

#[tokio::test]
async fn the_classic_page_asks_for_an_address_if_every_provider_of_saml_has_a_domain() {
    let pages = Pages::new(1).await;
    let metadata = super::saml::metadata();
    let list = ["Corp", "Branch"];
    for name in list {
        let provider = json!({
            "UserPoolId": pages.pool, "ProviderName": name, "ProviderType": "SAML",
            "ProviderDetails": {"MetadataFile": metadata},
        });
        pages.site.call(Op::CreateIdentityProvider, provider).await;
    }
    provider(&pages, "Partner", json!([])).await;
    let offers = json!({"SupportedIdentityProviders": ["COGNITO", "Corp", "Branch", "Partner"]});
    let query = query_of(&another_client(&pages.site, &pages.pool, offers).await);
    let path = format!("/login?{query}");
    let buttons = async || {
        let page = pages.browser().get(&path).await;
        let html = text_of(&page).to_owned();
        let shown = |name: &str| html.contains(&format!("value=\"{name}\" aria-label"));
        (
            html.contains("name=\"domain_email\""),
            [shown("Corp"), shown("Branch"), shown("Partner")],
        )
    };
    assert_eq!(buttons().await, (false, [true; 3]));
    for (name, identifier, expected) in [
        ("Corp", "corp.example", (false, [true; 3])),
        // No address has such a domain.
        ("Branch", "branch", (false, [true; 3])),
        ("Branch", "branch.example", (true, [false, false, true])),
    ] {
        let change =
            json!({"UserPoolId": pages.pool, "ProviderName": name, "IdpIdentifiers": [identifier]});
        pages.site.call(Op::UpdateIdentityProvider, change).await;
        assert_eq!(buttons().await, expected, "{identifier}");
    }
    let typed = [("domain_email", "ann@Branch.example")];
    let answer = pages.browser().post(&path, &typed).await;
    let to = header(&answer, "location");
    assert!(to.starts_with("https://idp.example/sso?"), "{to}");
    // SAML has no place for a hint.
    assert!(!to.contains("login_hint"), "{to}");
}
