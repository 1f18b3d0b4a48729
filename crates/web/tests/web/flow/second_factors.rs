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
        says(&html, "clock");
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

/// A pool with codes by e-mail and text message as second factors, which jane has both.
async fn two_factors(version: i64, configuration: &str, recovery: &str) -> Pages {
    let pool = json!({
        "EmailConfiguration": {
            "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@b.example",
        },
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": recovery}]},
    });
    let pages = Pages::with(version, pool, json!({})).await;
    let mut input = json!({
        "UserPoolId": pages.pool, "MfaConfiguration": configuration,
        "SmsMfaConfiguration": {"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"}},
        "SoftwareTokenMfaConfiguration": {"Enabled": true},
    });
    if recovery != "verified_email" {
        input["EmailMfaConfiguration"] = json!({});
    }
    pages.site.call(Op::SetUserPoolMfaConfig, input).await;
    pages
}

#[tokio::test]
async fn one_of_two_factors_is_chosen_and_exchanged_for_the_other() {
    for version in [1, 2] {
        let pages = two_factors(version, "OPTIONAL", "admin_only").await;
        let phone = json!([
            {"Name": "phone_number", "Value": "+12065550100"}, {"Name": "phone_number_verified", "Value": "true"},
        ]);
        pages
            .admin(
                Op::AdminUpdateUserAttributes,
                "jane",
                json!({"UserAttributes": phone}),
            )
            .await;
        let on =
            json!({"SMSMfaSettings": {"Enabled": true}, "EmailMfaSettings": {"Enabled": true}});
        pages.admin(Op::AdminSetUserMFAPreference, "jane", on).await;
        let query = pages.query();
        let mut browser = pages.browser();
        let (path, html) = browser.step(&format!("/login?{query}"), &SIGN_IN).await;
        assert_eq!(
            path,
            if version == 2 {
                "/mfa/options"
            } else {
                "/mfaOption"
            }
        );
        assert!(
            html.contains("value=\"sms\"") && html.contains("value=\"email\""),
            "{html}"
        );
        let choose = format!("{path}?{query}");
        let (_, html) = browser.step(&choose, &[("factor", "app")]).await;
        says(&html, "Choose one of these.");
        let (path, html) = browser.step(&choose, &[("factor", "sms")]).await;
        assert_eq!(path, "/mfa");
        says(&html, "+*******0100");
        let sms = pages.code().await;
        // Another way, and a new code of that.
        let (_, html) = browser.step(&format!("/mfa/back?{query}"), &[]).await;
        assert!(html.contains("value=\"email\""));
        let (path, html) = browser.step(&choose, &[("factor", "email")]).await;
        assert_eq!(path, "/mfa");
        says(&html, "j***@e***");
        let here = format!("/mfa?{query}");
        let (_, html) = browser.step(&here, &[("code", &sms)]).await;
        says(&html, "Invalid code or auth state for the user.");
        pages
            .site
            .app
            .advance_clock(31 * SECOND)
            .await
            .unwrap_or_else(|e| panic!("{e:?}"));
        let (_, html) = browser.step(&here, &[("resend", "true")]).await;
        says(&html, "A new code was sent.");
        let email = pages.code().await;
        code_of(&browser.post(&here, &[("mfaCode", &email)]).await);
    }
}

#[tokio::test]
async fn a_number_or_an_address_is_set_up_where_the_pool_demands_a_factor() {
    for version in [1, 2] {
        let pages = two_factors(version, "ON", "verified_email").await;
        let query = pages.query();
        let mut browser = pages.browser();
        let (path, html) = browser.step(&format!("/login?{query}"), &SIGN_IN).await;
        assert!(
            html.contains("value=\"sms\"") && html.contains("value=\"app\""),
            "{html}"
        );
        let choose = format!("{path}?{query}");
        let (path, _) = browser.step(&choose, &[("factor", "sms")]).await;
        let here = format!("{path}?{query}");
        let (_, html) = browser.step(&here, &[("contact", "12")]).await;
        says(&html, "Invalid phone number format.");
        assert!(
            version == 1 || html.contains("aria-invalid=\"true\""),
            "{html}"
        );
        assert!(html.contains("value=\"12\""));
        let (path, html) = browser
            .step(&here, &[("contact", "+1 (206) 555-0100")])
            .await;
        assert_eq!(path, "/mfa/phone/verify");
        says(&html, "+*******0100");
        let code = pages.code().await;
        code_of(
            &browser
                .post(&format!("{path}?{query}"), &[("code", &code)])
                .await,
        );
        let jane = pages.admin(Op::AdminGetUser, "jane", json!({})).await;
        assert_eq!(jane["UserMFASettingList"], json!(["SMS_MFA"]));
        let verified = json!({"Name": "phone_number_verified", "Value": "true"});
        assert!(
            jane["UserAttributes"]
                .as_array()
                .unwrap()
                .contains(&verified),
            "{jane}"
        );
        // From now on it is asked for.
        let mut browser = pages.browser();
        let (path, html) = browser.step(&format!("/login?{query}"), &SIGN_IN).await;
        assert_eq!(path, "/mfa");
        says(&html, "+*******0100");
        assert!(!browser.cookies.contains_key("cognito"));
    }
}

#[tokio::test]
async fn a_code_of_a_number_that_is_set_up_comes_again_and_leads_back_to_the_number() {
    for version in [1, 2] {
        let pages = two_factors(version, "ON", "verified_email").await;
        let query = pages.query();
        let mut browser = pages.browser();
        let (path, _) = browser.step(&format!("/login?{query}"), &SIGN_IN).await;
        let choose = format!("{path}?{query}");
        let (path, _) = browser.step(&choose, &[("factor", "sms")]).await;
        let number = format!("{path}?{query}");
        let (verify, html) = browser.step(&number, &[("contact", "+12065550100")]).await;
        assert!(
            html.contains("/mfa/phone/resendCode") && html.contains("/mfa/back"),
            "{html}"
        );
        let first = pages.code().await;
        let (again, back) = (
            format!("/mfa/phone/resendCode?{query}"),
            format!("/mfa/back?{query}"),
        );
        // Not before the time is over.
        let (_, html) = browser.step(&again, &[]).await;
        says(&html, "then ask for a new code");
        let wait = pages.site.app.advance_clock(31 * SECOND);
        wait.await.unwrap_or_else(|e| panic!("{e:?}"));
        let old = browser.clone();
        let (path, html) = browser.step(&again, &[]).await;
        assert_eq!(path, verify);
        says(&html, "A new code was sent.");
        says(&html, "+*******0100");
        let second = pages.code().await;
        let verify = format!("{verify}?{query}");
        if first != second {
            let (_, html) = browser.step(&verify, &[("code", &first)]).await;
            says(&html, "Invalid code or auth state for the user.");
        }
        // The page from before the new code is over, whatever is done there.
        for path in [&verify, &again, &back] {
            let (_, html) = old.clone().step(path, &[("code", &second)]).await;
            assert!(is_over(&html), "{path}: {html}");
        }
        // Back to the number, which is still there, and on with another one.
        let (path, html) = browser.step(&back, &[]).await;
        assert_eq!(format!("{path}?{query}"), number);
        assert!(html.contains("value=\"+12065550100\"") || html.contains("+12065550100"));
        let (_, html) = browser.step(&number, &[("contact", "+12065550177")]).await;
        says(&html, "+*******0177");
        let (_, html) = browser.step(&verify, &[("code", &second)]).await;
        says(&html, "Invalid code or auth state for the user.");
        // Back as far as the choice, and on with an app instead.
        browser.step(&back, &[]).await;
        let (path, html) = browser.step(&back, &[]).await;
        assert_eq!(format!("{path}?{query}"), choose);
        assert!(html.contains("value=\"app\""), "{html}");
        let (path, _) = browser.step(&choose, &[("factor", "app")]).await;
        let code = pages.app_code("jane").await;
        let sent = browser
            .post(&format!("{path}?{query}"), &[("code", &code)])
            .await;
        code_of(&sent);
        let jane = pages.admin(Op::AdminGetUser, "jane", json!({})).await;
        assert_eq!(jane["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
        assert!(!jane.to_string().contains("+1206555"), "{jane}");
    }
}

#[tokio::test]
async fn a_number_gets_the_code_of_its_country() {
    for (country, typed, kept) in [
        ("US", "(206) 555-0100", "+12065550100"),
        ("DE", "0151 23456789", "+4915123456789"),
        ("DE", "+1 206 555 0100", "+12065550100"),
        ("", "+1 206 555 0100", "+12065550100"),
    ] {
        let pages = two_factors(2, "ON", "verified_email").await;
        let query = pages.query();
        let mut browser = pages.browser();
        let (path, _) = browser.step(&format!("/login?{query}"), &SIGN_IN).await;
        let choose = format!("{path}?{query}");
        let (path, _) = browser.step(&choose, &[("factor", "sms")]).await;
        let fields = [("country", country), ("contact", typed)];
        let (path, html) = browser.step(&format!("{path}?{query}"), &fields).await;
        assert_eq!(path, "/mfa/phone/verify", "{html}");
        let code = pages.code().await;
        let verify = format!("{path}?{query}");
        code_of(&browser.post(&verify, &[("code", &code)]).await);
        let jane = pages.admin(Op::AdminGetUser, "jane", json!({})).await;
        let number = json!({"Name": "phone_number", "Value": kept});
        assert!(jane["UserAttributes"].as_array().unwrap().contains(&number));
    }
}
