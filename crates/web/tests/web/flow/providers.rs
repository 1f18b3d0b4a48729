//! Identity providers, whose buttons lead to them.

use cognate_shapes::Op;
use http::StatusCode;
use serde_json::json;

use super::*;

#[tokio::test]
async fn a_provider_has_a_button_that_leads_to_it() {
    for version in [1, 2] {
        let pages = Pages::new(version).await;
        let provider = json!({
            "UserPoolId": pages.pool, "ProviderName": "Google", "ProviderType": "Google",
            "ProviderDetails": {"client_id": "x", "client_secret": "y", "authorize_scopes": "openid"},
        });
        pages.site.call(Op::CreateIdentityProvider, provider).await;
        let both = json!({"SupportedIdentityProviders": ["COGNITO", "Google"]});
        let client = another_client(&pages.site, &pages.pool, both).await;
        let query = query_of(&client);
        let page = pages.browser().get(&format!("/login?{query}")).await;
        let html = text_of(&page);
        says(html, "Google");
        assert!(html.contains("name=\"password\""));
        let asked = format!("{query}&identity_provider=Google");
        for path in ["/oauth2/authorize", "/login"] {
            let page = pages.browser().get(&format!("{path}?{asked}")).await;
            assert_eq!(page.status(), StatusCode::FOUND);
            let location = header(&page, "location");
            assert!(
                location.starts_with("https://accounts.google.com/"),
                "{location}"
            );
        }
        let own = pages
            .browser()
            .get(&format!("/login?{query}&identity_provider=COGNITO"))
            .await;
        assert!(!text_of(&own).contains("Google"));
        // A client without the pool's own users takes no password.
        let only = json!({"SupportedIdentityProviders": ["Google"]});
        let client = another_client(&pages.site, &pages.pool, only).await;
        let query = query_of(&client);
        let mut browser = pages.browser();
        let fields = [("username", "jane"), ("password", PASSWORD)];
        let answer = browser.post(&format!("/login?{query}"), &fields).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert!(!browser.cookies.contains_key("cognito"));
        for path in ["/signup", "/forgotPassword"] {
            browser.post(&format!("{path}?{query}"), &fields).await;
        }
        let users = pages
            .site
            .call(Op::ListUsers, json!({"UserPoolId": pages.pool}))
            .await;
        assert_eq!(users["Users"].as_array().unwrap().len(), 1);
    }
}
