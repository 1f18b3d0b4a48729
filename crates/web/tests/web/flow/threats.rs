//! Threat protection on pages: a refusal that tells nothing of the password, and a second factor that nothing else asks for.

use cognate_domain::clock::SECOND;
use cognate_domain::records::mac;
use cognate_shapes::Op;
use cognate_store::{Batch, params};
use serde_json::json;

use super::*;

/// A program with which jane never signed in, which is no person's.
const TOOL: &str = "curl/8.0";
const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

/// A pool that does this at each level from Medium on, with jane, who has signed in from home.
async fn protected(version: i64, action: &str) -> Pages {
    let on =
        json!({"UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED"}});
    let pages = Pages::with(version, on, json!({})).await;
    let store = &pages.site.app.store;
    let sql = "SELECT doc, region, data_key, issuer FROM pools WHERE pool_id = ?1";
    let rows = store
        .rows(sql, params![&pages.pool].to_vec())
        .await
        .unwrap();
    let mut doc: Value = serde_json::from_str(rows[0].text(0).unwrap()).unwrap();
    let at = json!({"notify": false, "action": action});
    doc["risk_configuration"] = json!({"modified": 1, "takeover": {"medium": at, "high": at}});
    let row = cognate_store::tables::pools::get(store, &pages.pool)
        .await
        .unwrap()
        .unwrap();
    let key = pages
        .site
        .app
        .root
        .unwrap_pool_key(&pages.pool, &row.data_key)
        .unwrap();
    let doc = doc.to_string();
    let signed =
        cognate_store::tables::pools::signed(&pages.pool, &row.region, &doc, row.issuer.as_deref());
    let mac = mac::sign(&key, &pages.pool, &signed);
    let sql = "UPDATE pools SET doc = ?2, mac = ?3, ver = ver + 1 WHERE pool_id = ?1";
    store
        .commit(Batch::new().run(sql, params![&pages.pool, doc, mac]))
        .await
        .unwrap();
    pages.site.app.cache.forget(&pages.pool, None);
    for _ in 0..4 {
        home(&pages).signs_in(&pages.query(), "jane").await;
    }
    pages
}

/// Lets jane set up an app, and turns it off.
async fn with_app_that_is_off(pages: &Pages) {
    let apps = async |configuration: &str| {
        let input = json!({
            "UserPoolId": pages.pool, "MfaConfiguration": configuration, "SoftwareTokenMfaConfiguration": {"Enabled": true},
        });
        pages.site.call(Op::SetUserPoolMfaConfig, input).await;
    };
    apps("ON").await;
    let (query, mut browser) = (pages.query(), home(pages));
    let fields = [("username", "jane"), ("password", PASSWORD)];
    let (path, _) = browser.step(&format!("/login?{query}"), &fields).await;
    let code = pages.app_code("jane").await;
    let here = format!("{path}?{query}");
    let given = [("code", code.as_str()), ("device_name", "phone")];
    code_of(&browser.post(&here, &given).await);
    apps("OPTIONAL").await;
    let off = json!({"SoftwareTokenMfaSettings": {"Enabled": false}});
    pages
        .admin(Op::AdminSetUserMFAPreference, "jane", off)
        .await;
}

fn home(pages: &Pages) -> Browser<'_> {
    let mut browser = pages.browser();
    browser.visitor.user_agent = AGENT.to_owned();
    browser
}

fn away(pages: &Pages) -> Browser<'_> {
    let mut browser = pages.browser();
    browser.visitor.user_agent = TOOL.to_owned();
    browser
}

#[tokio::test]
async fn a_refusal_is_the_same_for_every_password_and_name() {
    for version in [1, 2] {
        let pages = protected(version, "BLOCK").await;
        let query = pages.query();
        for (name, password) in [
            ("jane", PASSWORD),
            ("jane", "Wrong-1234"),
            ("nobody", PASSWORD),
        ] {
            let mut browser = away(&pages);
            let fields = [("username", name), ("password", password)];
            let (path, html) = browser.step(&format!("/login?{query}"), &fields).await;
            assert_eq!(path, "/login");
            says(&html, "Unable to login because of security reasons.");
            assert!(!browser.cookies.contains_key("cognito"));
        }
        home(&pages).signs_in(&query, "jane").await;
    }
}

#[tokio::test]
async fn a_second_factor_is_asked_for_that_the_pool_would_not_ask_for() {
    for version in [1, 2] {
        let pages = protected(version, "MFA_REQUIRED").await;
        let query = pages.query();
        let fields = [("username", "jane"), ("password", PASSWORD)];
        let (path, html) = away(&pages).step(&format!("/login?{query}"), &fields).await;
        assert_eq!(path, "/login");
        says(&html, "Unable to login because of security reasons.");
        with_app_that_is_off(&pages).await;
        pages
            .site
            .app
            .advance_clock(60 * SECOND)
            .await
            .unwrap_or_else(|e| panic!("{e:?}"));
        home(&pages).signs_in(&query, "jane").await;
        let mut browser = away(&pages);
        let (path, _) = browser.step(&format!("/login?{query}"), &fields).await;
        assert_eq!(path, "/mfa");
        let code = pages.app_code("jane").await;
        let here = format!("/mfa?{query}");
        code_of(&browser.post(&here, &[("authentication_code", &code)]).await);
    }
}
