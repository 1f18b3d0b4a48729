//! A passkey without a name, on the page on which a sign-in begins.

use cognate_crypto::webauthn::client::Authenticator;
use cognate_shapes::{Category, Op};
use http::StatusCode;
use serde_json::json;

use super::passkeys::{b64, created, created_at, options, shown_at, site};
use super::*;
use crate::site::Counted;

const REFUSED: &str = "That passkey was not accepted. Use another one, or choose another way.";
const TOO_OLD: &str = "This page was open for too long. Try again.";

/// Returns the answer of a device that keeps the id of its user.
fn discovered(options: &Value, device: &mut Authenticator, sub: &str) -> String {
    discovered_at(BASE, options, device, sub)
}

fn discovered_at(origin: &str, options: &Value, device: &mut Authenticator, sub: &str) -> String {
    let mut credential: Value = serde_json::from_str(&shown_at(origin, options, device)).unwrap();
    credential["response"]["userHandle"] = json!(b64(sub));
    credential.to_string()
}

async fn sub_of(pages: &Pages, name: &str) -> String {
    let user = pages.admin(Op::AdminGetUser, name, json!({})).await;
    let attributes = user["UserAttributes"].as_array().unwrap();
    let sub = attributes.iter().find(|one| one["Name"] == "sub").unwrap();
    sub["Value"].as_str().unwrap().to_owned()
}

/// Registers the passkey of a device for jane; returns her id.
async fn registered(pages: &Pages, device: &Authenticator) -> String {
    let query = pages.query();
    let add = format!("/passkeys/add?{query}");
    let mut browser = pages.browser();
    browser.signs_in(&query, "jane").await;
    let credential = created(&options(text_of(&browser.get(&add).await)), device);
    code_of(&browser.post(&add, &[("credential", &credential)]).await);
    sub_of(pages, "jane").await
}

#[tokio::test]
async fn a_passkey_signs_in_on_the_first_page_without_a_name() {
    let pages = site(Some("localhost")).await;
    let query = pages.query();
    let login = format!("/login?{query}");
    let mut device = Authenticator::es256("localhost");
    let sub = registered(&pages, &device).await;

    let here = format!("/login/passkey?{query}");
    let mut browser = pages.browser();
    let page = browser.get(&login).await;
    assert!(text_of(&page).contains("autocomplete=\"username webauthn\""));
    let first = options(text_of(&page));
    assert_eq!(first["allowCredentials"], json!([]));
    // A stranger's passkey, nonsense, and the answer to the page before are refused on the first page, which then waits
    // for its button: a browser that answers by itself would be refused without an end.
    let mut stranger = Authenticator::es256("localhost");
    for credential in [
        discovered(&first, &mut stranger, &sub),
        "{".to_owned(),
        discovered(&first, &mut device, &sub),
    ] {
        let (path, html) = browser.step(&here, &[("credential", &credential)]).await;
        assert_eq!(path, "/login");
        assert!(html.contains("role=\"alert\""), "{html}");
        says(&html, REFUSED);
        assert!(html.contains("autocomplete=\"username\""), "{html}");
        assert!(html.contains("data-passkey-for"));
    }
    // A form without an answer.
    let (path, html) = browser.step(&here, &[]).await;
    assert_eq!(path, "/login");
    says(&html, "No passkey was used.");
    let page = browser.get(&login).await;
    assert!(text_of(&page).contains("autocomplete=\"username webauthn\""));
    let now = options(text_of(&page));
    assert_ne!(first["challenge"], now["challenge"]);
    let credential = discovered(&now, &mut device, &sub);
    // Another browser has not been asked.
    let mut other = pages.browser();
    other.get(&login).await;
    let (path, html) = other.step(&here, &[("credential", &credential)]).await;
    assert_eq!(path, "/login");
    says(&html, REFUSED);
    let kept = browser.cookies.clone();
    code_of(&browser.post(&here, &[("credential", &credential)]).await);
    // The same answer again, with the cookies of the page on which it was given.
    let mut again = pages.browser();
    again.cookies = kept;
    let (path, html) = again.step(&here, &[("credential", &credential)]).await;
    assert_eq!(path, "/login");
    says(&html, TOO_OLD);
}

#[tokio::test]
async fn a_page_that_was_open_for_too_long_says_so() {
    let pages = site(Some("localhost")).await;
    let query = pages.query();
    let mut device = Authenticator::es256("localhost");
    let sub = registered(&pages, &device).await;
    let mut browser = pages.browser();
    let asked = options(text_of(&browser.get(&format!("/login?{query}")).await));
    pages.advance(181).await;
    let here = format!("/login/passkey?{query}");
    let credential = discovered(&asked, &mut device, &sub);
    let (path, html) = browser.step(&here, &[("credential", &credential)]).await;
    assert_eq!(path, "/login");
    says(&html, TOO_OLD);
    // The page asks anew.
    let credential = discovered(&options(&html), &mut device, &sub);
    code_of(&browser.post(&here, &[("credential", &credential)]).await);
}

#[tokio::test]
async fn answers_are_counted_and_bound_as_those_of_a_user() {
    let pages = site(Some("localhost")).await;
    let query = pages.query();
    let (login, here) = (format!("/login?{query}"), format!("/login/passkey?{query}"));
    let mut device = Authenticator::es256("localhost");
    let sub = registered(&pages, &device).await;
    let mut stranger = Authenticator::es256("localhost");
    let mut browser = pages.browser();
    let mut html = text_of(&browser.get(&login).await).to_owned();
    pages.site.counted.lock().unwrap().clear();
    let credential = discovered(&options(&html), &mut stranger, &sub);
    browser.post(&here, &[("credential", &credential)]).await;
    let counted = [
        Counted::Address,
        Counted::Category(Category::UserAuthentication),
        Counted::User,
    ];
    assert_eq!(*pages.site.counted.lock().unwrap(), counted);
    html = text_of(&browser.get(&login).await).to_owned();
    for _ in 0..4 {
        let credential = discovered(&options(&html), &mut stranger, &sub);
        (_, html) = browser.step(&here, &[("credential", &credential)]).await;
        says(&html, REFUSED);
    }
    let credential = discovered(&options(&html), &mut device, &sub);
    (_, html) = browser.step(&here, &[("credential", &credential)]).await;
    says(&html, "Password attempts exceeded");
    // It is the lock of the password, too.
    let fields = [("username", "jane"), ("password", PASSWORD)];
    let answer = browser.step(&login, &fields[..1]).await;
    says(&answer.1, "Password attempts exceeded");
    pages.advance(2).await;
    html = text_of(&browser.get(&login).await).to_owned();
    let credential = discovered(&options(&html), &mut device, &sub);
    code_of(&browser.post(&here, &[("credential", &credential)]).await);
}

#[tokio::test]
async fn the_first_page_asks_for_no_passkey_that_could_not_sign_in() {
    for version in [1, 2] {
        let pages = Pages::new(version).await;
        let page = pages
            .browser()
            .get(&format!("/login?{}", pages.query()))
            .await;
        assert!(!text_of(&page).contains("data-passkey"));
    }
    // Browsers let a page use no passkeys of another host.
    let pages = site(Some("login.example.com")).await;
    let query = pages.query();
    let mut browser = pages.browser();
    let page = browser.get(&format!("/login?{query}")).await;
    assert!(!text_of(&page).contains("data-passkey"));
    browser.signs_in(&query, "jane").await;
    code_of(&browser.get(&format!("/passkeys/add?{query}")).await);
}

/// A browser on a host that is a domain of the pool.
fn at<'s>(pages: &'s Pages, host: &str, origin: &'static str) -> Browser<'s> {
    let visitor = Visitor {
        host: host.to_owned(),
        base_url: None,
        domain_url: Some(origin.to_owned()),
        ..visitor(None)
    };
    Browser {
        visitor,
        origin: Some(origin),
        ..pages.browser()
    }
}

#[tokio::test]
async fn a_prefix_beside_a_custom_domain_has_passkeys_of_its_own() {
    let pages = site(None).await;
    let input = json!({
        "UserPoolId": pages.pool, "Domain": "login.shop.example", "ManagedLoginVersion": 2,
        "CustomDomainConfig": {"CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/c"},
    });
    pages.site.call(Op::CreateUserPoolDomain, input).await;
    let query = pages.query();
    let (login, add) = (format!("/login?{query}"), format!("/passkeys/add?{query}"));
    let here = format!("/login/passkey?{query}");
    let sub = sub_of(&pages, "jane").await;
    let hosts = [
        (
            "some-prefix.auth.us-east-1.amazoncognito.com",
            "https://some-prefix.auth.us-east-1.amazoncognito.com",
        ),
        ("login.shop.example", "https://login.shop.example"),
    ];
    for (host, origin) in hosts {
        let mut browser = at(&pages, host, origin);
        browser.signs_in(&query, "jane").await;
        let asked = options(text_of(&browser.get(&add).await));
        assert_eq!(asked["rp"]["id"], host);
        let mut device = Authenticator::es256(host);
        let credential = created_at(origin, &asked, &device);
        code_of(&browser.post(&add, &[("credential", &credential)]).await);
        // Without a name, and after it.
        let mut browser = at(&pages, host, origin);
        let asked = options(text_of(&browser.get(&login).await));
        assert_eq!(asked["rpId"], host);
        let credential = discovered_at(origin, &asked, &mut device, &sub);
        code_of(&browser.post(&here, &[("credential", &credential)]).await);
        let mut browser = at(&pages, host, origin);
        browser.step(&login, &[("username", "jane")]).await;
        let choose = format!("/selectChallenge?{query}");
        let (_, html) = browser.step(&choose, &[("factor", "passkey")]).await;
        let asked = options(&html);
        assert_eq!(asked["allowCredentials"].as_array().unwrap().len(), 1);
        let credential = shown_at(origin, &asked, &mut device);
        code_of(&browser.post(&here, &[("credential", &credential)]).await);
        // Not on the other host, whatever a browser sends there.
        let (other, elsewhere) = if host == hosts[0].0 {
            hosts[1]
        } else {
            hosts[0]
        };
        let mut browser = at(&pages, other, elsewhere);
        let asked = options(text_of(&browser.get(&login).await));
        let credential = discovered_at(origin, &asked, &mut device, &sub);
        let (path, html) = browser.step(&here, &[("credential", &credential)]).await;
        assert_eq!(path, "/login");
        says(&html, REFUSED);
    }
}

#[tokio::test]
async fn a_named_relying_party_counts_on_its_own_host_alone() {
    let host = "some-prefix.auth.us-east-1.amazoncognito.com";
    let origin = "https://some-prefix.auth.us-east-1.amazoncognito.com";
    let pages = site(Some("login.shop.example")).await;
    let query = pages.query();
    let mut browser = at(&pages, host, origin);
    let page = browser.get(&format!("/login?{query}")).await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(!text_of(&page).contains("data-passkey"));
    browser.signs_in(&query, "jane").await;
    code_of(&browser.get(&format!("/passkeys/add?{query}")).await);
}
