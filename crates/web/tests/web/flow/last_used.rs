//! The mark at the way in which a browser signed in last.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_shapes::Op;
use http::StatusCode;
use serde_json::json;

use super::providers::{NAME, shop};
use super::*;

const MARK: &str = "data-testid=\"last-used\"";
const HALF_A_YEAR: i64 = 180 * 86_400;

/// What the page on which a sign-in begins marks.
#[derive(Debug, PartialEq, Eq)]
enum Marked {
    Nothing,
    Own,
    Provider,
}

async fn marked(browser: &mut Browser<'_>, query: &str) -> Marked {
    let page = browser.get(&format!("/login?{query}&prompt=login")).await;
    let html = text_of(&page);
    assert_eq!(page.status(), StatusCode::OK, "{html}");
    let Some((before, _)) = html.split_once(MARK) else {
        return Marked::Nothing;
    };
    assert_eq!(html.matches(MARK).count(), 1);
    match before
        .rsplit_once("<button")
        .unwrap()
        .1
        .contains("data-provider")
    {
        true => Marked::Provider,
        false => Marked::Own,
    }
}

/// Returns the cookie that remembers it: its name and value.
fn kept(browser: &Browser<'_>) -> (String, String) {
    let mut found = browser
        .cookies
        .iter()
        .filter(|(name, _)| name.starts_with("last-"));
    let (name, value) = found.next().unwrap();
    assert!(found.next().is_none());
    (name.clone(), value.clone())
}

#[tokio::test]
async fn a_browser_is_shown_how_it_signed_in_last() {
    let shop = shop(2).await;
    let query = query_of(&shop.client);
    let mut browser = shop.pages.browser();
    assert_eq!(marked(&mut browser, &query).await, Marked::Nothing);
    let fields = [("username", "jane"), ("password", PASSWORD)];
    let answer = browser.post(&format!("/login?{query}"), &fields).await;
    code_of(&answer);
    let all = answer.headers().get_all("set-cookie").iter();
    let mut set = all
        .map(|set| set.to_str().unwrap())
        .filter(|set| set.starts_with("last-"));
    let set = set.next().unwrap();
    for part in [
        "; HttpOnly",
        "; SameSite=Lax",
        "; Path=/",
        "; Max-Age=15552000",
    ] {
        assert!(set.contains(part), "{set}");
    }
    assert_eq!(marked(&mut browser, &query).await, Marked::Own);
    let by_password = browser.clone();
    browser.cookies.remove("cognito");
    let state = shop.depart(&mut browser).await;
    code_of(
        &browser
            .get(&format!("/oauth2/idpresponse?code=x&state={state}"))
            .await,
    );
    assert_eq!(marked(&mut browser, &query).await, Marked::Provider);
    // It has the way in it and the time, and nothing about the user.
    let (name, value) = kept(&browser);
    let parts: Vec<&str> = value.split('.').collect();
    assert_eq!(parts.len(), 3);
    let way = URL_SAFE_NO_PAD.decode(parts[1]);
    assert_eq!(way.unwrap(), NAME.as_bytes());
    // What another browser, or nobody, wrote counts nothing: another way, another time, another client or host.
    let own = kept(&by_password).1;
    let own: Vec<&str> = own.split('.').collect();
    for forged in [
        format!("{}.{}.{}", parts[0], own[1], parts[2]),
        format!("{}.{}.{}", own[0], parts[1], "0".repeat(64)),
        format!("{}.{}", parts[0], parts[1]),
        "x".to_owned(),
        String::new(),
    ] {
        browser.cookies.insert(name.clone(), forged.clone());
        assert_eq!(
            marked(&mut browser, &query).await,
            Marked::Nothing,
            "{forged}"
        );
    }
    browser.cookies.insert(name.clone(), value.clone());
    let mut elsewhere = browser.clone();
    elsewhere.visitor.host = "127.0.0.1".into();
    assert_eq!(marked(&mut elsewhere, &query).await, Marked::Nothing);
    let both = json!({"SupportedIdentityProviders": ["COGNITO", NAME]});
    let other = another_client(&shop.pages.site, &shop.pages.pool, both).await;
    let other = query_of(&other);
    assert_eq!(marked(&mut browser, &other).await, Marked::Nothing);
    // A browser remembers it for eight clients, and for half a year.
    for n in 0..9 {
        browser.cookies.insert(format!("last-{n}"), "x".into());
    }
    browser.signs_in(&other, "jane").await;
    let left = browser
        .cookies
        .keys()
        .filter(|name| name.starts_with("last-"));
    assert_eq!(left.count(), 8);
    browser.cookies.insert(name, value);
    assert_eq!(marked(&mut browser, &query).await, Marked::Provider);
    shop.pages.advance(HALF_A_YEAR + 60).await;
    assert_eq!(marked(&mut browser, &query).await, Marked::Nothing);
}

#[tokio::test]
async fn one_way_is_not_marked_nor_one_that_is_gone() {
    let shop = shop(2).await;
    // A client with one way leaves no cookie.
    let pages = &shop.pages;
    let mut browser = pages.browser();
    browser.signs_in(&pages.query(), "jane").await;
    assert!(
        browser
            .cookies
            .keys()
            .all(|name| !name.starts_with("last-"))
    );
    let mut browser = pages.browser();
    let state = shop.depart(&mut browser).await;
    code_of(
        &browser
            .get(&format!("/oauth2/idpresponse?code=x&state={state}"))
            .await,
    );
    let own = json!({
        "UserPoolId": pages.pool, "ClientId": shop.client, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthScopes": ["openid", "email"], "CallbackURLs": [CALLBACK],
        "SupportedIdentityProviders": ["COGNITO"],
    });
    pages.site.call(Op::UpdateUserPoolClient, own).await;
    let query = query_of(&shop.client);
    assert_eq!(marked(&mut browser, &query).await, Marked::Nothing);
}
