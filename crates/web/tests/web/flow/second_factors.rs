//! Second factors: asked for, set up, exchanged for another.

use cognate_domain::clock::SECOND;
use cognate_shapes::Op;
use serde_json::json;

use super::*;

async fn require(pages: &Pages, factors: Value) {
    let input = with(
        json!({"UserPoolId": pages.pool, "MfaConfiguration": "ON"}),
        factors,
    );
    pages.site.call(Op::SetUserPoolMfaConfig, input).await;
}

const SIGN_IN: [(&str, &str); 2] = [("username", "jane"), ("password", PASSWORD)];

#[tokio::test]
async fn an_app_is_set_up_and_then_asked_for() {
    for version in [1, 2] {
        let pages = Pages::new(version).await;
        require(
            &pages,
            json!({"SoftwareTokenMfaConfiguration": {"Enabled": true}}),
        )
        .await;
        let query = pages.query();
        let mut browser = pages.browser();
        let (path, html) = browser.step(&format!("/login?{query}"), &SIGN_IN).await;
        assert_eq!(
            path,
            if version == 2 {
                "/mfa/totp"
            } else {
                "/mfaRegister"
            }
        );
        let secret = pages.app_secret("jane").await;
        assert!(html.replace(' ', "").contains(&secret), "{html}");
        let here = format!("{path}?{query}");
        let code = pages.app_code("jane").await;
        let wrong = if code == "000000" { "111111" } else { "000000" };
        // A wrong code can be corrected.
        let (_, html) = browser.step(&here, &[("code", wrong)]).await;
        assert!(html.replace(' ', "").contains(&secret), "{html}");
        code_of(
            &browser
                .post(&here, &[("code", &code), ("device_name", "phone")])
                .await,
        );

        pages
            .site
            .app
            .advance_clock(60 * SECOND)
            .await
            .unwrap_or_else(|e| panic!("{e:?}"));
        let mut browser = pages.browser();
        let (path, html) = browser.step(&format!("/login?{query}"), &SIGN_IN).await;
        assert_eq!(path, "/mfa");
        assert!(
            html.contains(if version == 2 {
                "phone"
            } else {
                "totpCodeInput"
            }),
            "{html}"
        );
        let here = format!("/mfa?{query}");
        let (_, html) = browser.step(&here, &[("authentication_code", wrong)]).await;
        says(&html, "Invalid code received for user");
        assert!(!browser.cookies.contains_key("cognito"));
        let code = pages.app_code("jane").await;
        code_of(&browser.post(&here, &[("authentication_code", &code)]).await);
    }
}
