//! Signing up, confirming, forgotten passwords.

use cognate_domain::clock::SECOND;
use cognate_shapes::Op;
use http::StatusCode;
use serde_json::json;

use super::*;

const SIGN_UP: [(&str, &str); 3] = [
    ("username", "joe"),
    ("password", PASSWORD),
    ("requiredAttributes[email]", "joe@example.com"),
];

fn schema() -> Value {
    json!({"Schema": [{"Name": "email", "Required": true, "Mutable": true}]})
}

#[tokio::test]
async fn a_user_signs_up_and_confirms_on_both_versions() {
    for version in [1, 2] {
        let pages = Pages::with(version, schema(), json!({"GenerateSecret": true})).await;
        let query = pages.query();
        let mut browser = pages.browser();
        let page = browser.get(&format!("/signup?{query}")).await;
        assert_eq!(page.status(), StatusCode::OK);
        assert!(text_of(&page).contains("requiredAttributes[email]"));
        let here = format!("/signup?{query}");
        let weak = [SIGN_UP[0], ("password", "weak"), SIGN_UP[2]];
        let (path, html) = browser.step(&here, &weak).await;
        assert_eq!(path, "/signup");
        says(&html, "Password did not conform with policy");
        assert!(html.contains("value=\"joe\"") && html.contains("joe@example.com"));
        let taken = [("username", "jane"), SIGN_UP[1], SIGN_UP[2]];
        let (_, html) = browser.step(&here, &taken).await;
        says(&html, "User already exists");
        let (path, _) = browser.step(&here, &SIGN_UP).await;
        assert_eq!(
            path,
            if version == 2 {
                "/signup/confirm"
            } else {
                "/confirm"
            }
        );
        let here = format!("{path}?{query}");
        let (_, html) = browser.step(&here, &[("code", "x")]).await;
        assert!(html.contains("code"));
        let (_, html) = browser.step(&format!("/resendcode?{query}"), &[]).await;
        says(&html, "Wait ");
        pages
            .site
            .app
            .advance_clock(31 * SECOND)
            .await
            .unwrap_or_else(|e| panic!("{e:?}"));
        let (_, html) = browser.step(&format!("/resendcode?{query}"), &[]).await;
        says(&html, "A new code was sent.");
        let code = pages.code().await;
        // The browser that chose the password need not type it again.
        code_of(&browser.post(&here, &[("code", &code)]).await);
        assert!(browser.cookies.contains_key("cognito"));
        pages.browser().signs_in(&query, "joe").await;
    }
}

#[tokio::test]
async fn who_confirms_late_or_elsewhere_signs_in() {
    let pages = Pages::with(2, schema(), json!({})).await;
    let query = pages.query();
    let mut browser = pages.browser();
    let (path, _) = browser.step(&format!("/signup?{query}"), &SIGN_UP).await;
    let late = 181 * SECOND;
    let moved = pages.site.app.advance_clock(late).await;
    moved.unwrap_or_else(|e| panic!("{e:?}"));
    let code = pages.code().await;
    let fields = [("code", code.as_str())];
    let (path, html) = browser.step(&format!("{path}?{query}"), &fields).await;
    assert_eq!(path, "/login");
    says(&html, "Your account is confirmed. You can sign in now.");
    assert!(html.contains("value=\"joe\"") && !browser.cookies.contains_key("cognito"));
    browser.signs_in(&query, "joe").await;
}

#[tokio::test]
async fn a_code_that_is_sent_twice_leads_on_and_a_late_one_keeps_the_name() {
    for version in [1, 2] {
        let pages = Pages::with(version, schema(), json!({})).await;
        let query = pages.query();
        let mut browser = pages.browser();
        let (path, _) = browser.step(&format!("/signup?{query}"), &SIGN_UP).await;
        let code = pages.code().await;
        // The first answer is lost with its cookies, as after a double click.
        let here = format!("{path}?{query}");
        let mut lost = browser.clone();
        let answer = lost.post(&here, &[("code", &code)]).await;
        assert!(header(&answer, "location").starts_with(CALLBACK));
        let (path, html) = browser.step(&here, &[("code", &code)]).await;
        assert_eq!(path, "/login");
        says(&html, "Your account is confirmed");
        assert!(html.contains("value=\"joe\""), "{html}");

        let mut browser = pages.browser();
        let ann = [
            ("username", "ann"),
            SIGN_UP[1],
            ("requiredAttributes[email]", "ann@example.com"),
        ];
        browser.step(&format!("/signup?{query}"), &ann).await;
        let code = pages.code().await;
        pages
            .site
            .app
            .advance_clock(7_200 * SECOND)
            .await
            .unwrap_or_else(|e| panic!("{e:?}"));
        let (path, _) = browser.step(&here, &[("code", &code)]).await;
        assert_ne!(path, "/login");
        let page = browser.get(&format!("/login?{query}")).await;
        let html = text_of(&page);
        assert!(html.contains("value=\"ann\""), "{html}");
    }
}

#[tokio::test]
async fn a_confirmed_user_is_signed_in_where_the_code_is_a_factor() {
    let policies = json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let pages = Pages::with(2, with(schema(), policies), flows).await;
    let query = pages.query();
    let mut browser = pages.browser();
    let (path, _) = browser.step(&format!("/signup?{query}"), &SIGN_UP).await;
    let code = pages.code().await;
    code_of(
        &browser
            .post(&format!("{path}?{query}"), &[("code", &code)])
            .await,
    );
    assert!(browser.cookies.contains_key("cognito"));
}

#[tokio::test]
async fn an_unconfirmed_user_is_sent_a_code_and_one_without_an_address_waits() {
    let pages = Pages::with(2, schema(), json!({})).await;
    let query = pages.query();
    let mut browser = pages.browser();
    browser.step(&format!("/signup?{query}"), &SIGN_UP).await;
    let mut later = pages.browser();
    let fields = [("username", "joe"), ("password", PASSWORD)];
    let (path, html) = later.step(&format!("/login?{query}"), &fields).await;
    assert_eq!(path, "/signup/confirm");
    assert!(html.contains("joe"));
    let code = pages.code().await;
    later
        .step(&format!("{path}?{query}"), &[("code", &code)])
        .await;
    later.signs_in(&query, "joe").await;

    let nothing = Pages::with(1, json!({"AutoVerifiedAttributes": []}), json!({})).await;
    let query = nothing.query();
    let mut browser = nothing.browser();
    let (path, html) = browser
        .step(&format!("/signup?{query}"), &SIGN_UP[..2])
        .await;
    assert_eq!(path, "/confirm");
    assert!(!html.contains("name=\"code\""), "{html}");
    let closed = json!({"AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true}});
    let closed = Pages::with(1, closed, json!({})).await;
    let query = closed.query();
    let mut browser = closed.browser();
    let page = browser.get(&format!("/signup?{query}")).await;
    assert!(header(&page, "location").starts_with("/login?"));
    let answer = browser.post(&format!("/signup?{query}"), &SIGN_UP).await;
    assert!(header(&answer, "location").starts_with("/login?"));
}

#[tokio::test]
async fn a_form_that_is_too_long_to_be_remembered_is_shown_again() {
    let pages = Pages::with(2, schema(), json!({})).await;
    let query = pages.query();
    let mut browser = pages.browser();
    let long = format!("{}@example.com", "x".repeat(2_000));
    let fields = [
        SIGN_UP[0],
        ("password", "weak"),
        ("requiredAttributes[email]", long.as_str()),
    ];
    let (path, html) = browser.step(&format!("/signup?{query}"), &fields).await;
    assert_eq!(path, "/signup");
    assert!(
        html.contains("value=\"joe\"") && !html.contains(&long),
        "{html}"
    );
}

#[tokio::test]
async fn a_forgotten_password_is_replaced() {
    for version in [1, 2] {
        let pages = Pages::new(version).await;
        let query = pages.query();
        let mut browser = pages.browser();
        let page = browser.get(&format!("/forgotPassword?{query}")).await;
        assert_eq!(page.status(), StatusCode::OK);
        let (path, html) = browser
            .step(&format!("/forgotPassword?{query}"), &[("username", "jane")])
            .await;
        assert_eq!(path, "/confirmForgotPassword");
        assert!(html.contains("jane"));
        let code = pages.code().await;
        let wrong = if code == "000000" { "111111" } else { "000000" };
        for here in ["/confirmForgotPassword", "/confirmforgotPassword"] {
            let fields = [
                ("code", wrong),
                ("password", "An0ther-1!"),
                ("confirmPassword", "An0ther-1!"),
            ];
            let (_, html) = browser.step(&format!("{here}?{query}"), &fields).await;
            says(
                &html,
                "Invalid verification code provided, please try again.",
            );
        }
        let fields = [
            ("code", code.as_str()),
            ("new_password", "An0ther-1!"),
            ("confirm_password", "An0ther-1!"),
        ];
        let (path, html) = browser
            .step(&format!("/confirmForgotPassword?{query}"), &fields)
            .await;
        assert_eq!(path, "/login");
        says(&html, "Your password was changed. You can sign in now.");
        let fields = [("username", "jane"), ("password", "An0ther-1!")];
        code_of(&browser.post(&format!("/login?{query}"), &fields).await);
        // An unknown name looks the same.
        let mut stranger = pages.browser();
        let (path, _) = stranger
            .step(
                &format!("/forgotPassword?{query}"),
                &[("username", "nobody")],
            )
            .await;
        assert_eq!(path, "/confirmForgotPassword");
    }
}

#[tokio::test]
async fn a_password_that_an_administrator_voided_is_replaced() {
    let pages = Pages::new(2).await;
    let query = pages.query();
    pages
        .admin(Op::AdminResetUserPassword, "jane", json!({}))
        .await;
    let mut browser = pages.browser();
    let fields = [("username", "jane"), ("password", PASSWORD)];
    let (path, _) = browser.step(&format!("/login?{query}"), &fields).await;
    assert_eq!(path, "/confirmForgotPassword");
    let code = pages.code().await;
    let fields = [
        ("code", code.as_str()),
        ("new_password", "An0ther-1!"),
        ("confirm_password", "An0ther-1!"),
    ];
    let (path, _) = browser
        .step(&format!("/confirmForgotPassword?{query}"), &fields)
        .await;
    assert_eq!(path, "/login");
}

#[tokio::test]
async fn a_client_without_own_users_signs_in_nobody_by_the_code_of_a_sign_up() {
    let policies = json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let pages = Pages::with(2, with(schema(), policies), flows.clone()).await;
    let provider = json!({
        "UserPoolId": pages.pool, "ProviderName": "Google", "ProviderType": "Google",
        "ProviderDetails": {"client_id": "x", "client_secret": "y", "authorize_scopes": "openid"},
    });
    pages.site.call(Op::CreateIdentityProvider, provider).await;
    let only = with(flows, json!({"SupportedIdentityProviders": ["Google"]}));
    let closed = query_of(&another_client(&pages.site, &pages.pool, only).await);
    let query = pages.query();
    let mut browser = pages.browser();
    let (path, _) = browser.step(&format!("/signup?{query}"), &SIGN_UP).await;
    let code = pages.code().await;
    let mut attacker = pages.browser();
    let fields = [
        ("username", "joe"),
        ("code", code.as_str()),
        ("new_password", PASSWORD),
        ("confirm_password", PASSWORD),
    ];
    for path in [
        "/signup/confirm",
        "/confirm",
        "/resendcode",
        "/confirmForgotPassword",
        "/verifyCode",
    ] {
        let answer = attacker.post(&format!("{path}?{closed}"), &fields).await;
        let location = header(&answer, "location");
        assert_eq!(location, format!("/login?{closed}"), "{path}");
        assert!(!attacker.cookies.contains_key("cognito"), "{path}");
    }
    // The code is still there for the client where the user signed up.
    code_of(
        &browser
            .post(&format!("{path}?{query}"), &[("code", &code)])
            .await,
    );
}

#[tokio::test]
async fn a_number_that_is_the_name_gets_the_code_of_its_country() {
    let pool = json!({
        "UsernameAttributes": ["phone_number"], "AutoVerifiedAttributes": ["phone_number"],
        "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"},
    });
    let site = Site::new(Settings::dev()).await;
    let made = site
        .call(Op::CreateUserPool, with(json!({"PoolName": "site"}), pool))
        .await;
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let domain = json!({"UserPoolId": pool, "Domain": "some-prefix", "ManagedLoginVersion": 2});
    site.call(Op::CreateUserPoolDomain, domain).await;
    let client = another_client(&site, &pool, json!({})).await;
    let pages = Pages { site, pool, client };
    let query = pages.query();
    let mut browser = pages.browser();
    let name = [
        ("country", "DE"),
        ("username", "0151 23456789"),
        ("password", PASSWORD),
    ];
    let (path, _) = browser.step(&format!("/signup?{query}"), &name).await;
    let code = pages.code().await;
    browser
        .post(&format!("{path}?{query}"), &[("code", &code)])
        .await;
    let mut browser = pages.browser();
    code_of(&browser.post(&format!("/login?{query}"), &name).await);
    // Without the country it is the whole number, as it was always typed.
    let whole = [("username", "+4915123456789"), ("password", PASSWORD)];
    code_of(
        &pages
            .browser()
            .post(&format!("/login?{query}"), &whole)
            .await,
    );
}
