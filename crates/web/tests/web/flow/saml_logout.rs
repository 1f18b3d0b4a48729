//! Single logout: `/logout` by way of the provider, and what a provider sends to `/saml2/logout`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::foreign::Alg;
use cognate_federation::saml::idp::{Signer, in_url};
use cognate_federation::saml::logout::{self, Answer, Logout, Outcome};
use http::StatusCode;
use serde_json::json;

use super::saml::*;
use super::*;

const SLO: &str = "/saml2/logout";
const THERE: &str = "https://idp.example/slo";
const P256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";

/// Pages of a pool whose provider is told of sign-outs by a binding.
async fn corp_by(binding: &str) -> (Pages, String) {
    let service = format!(
        r#"<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:{binding}" Location="{THERE}"/>"#
    );
    let client = json!({"LogoutURLs": ["https://app.example/bye"]});
    corp_with(&service, json!({"IDPSignout": "true"}), client).await
}

fn client_of(query: &str) -> &str {
    let (_, rest) = query.split_once("client_id=").unwrap();
    rest.split('&').next().unwrap()
}

/// Signs a browser in through the provider.
async fn enter<'p>(pages: &'p Pages, query: &str) -> Browser<'p> {
    let mut browser = pages.browser();
    let (relay, xml) = depart(pages, &mut browser, query).await;
    let posted = post(&browser, &relay, &xml).await;
    browser.get(header(&posted, "location")).await;
    assert!(browser.cookies.contains_key("cognito"));
    browser
}

/// Has a browser sign out; the path that it asks for.
fn out(query: &str) -> String {
    let client = client_of(query);
    format!("/logout?client_id={client}&logout_uri=https%3A%2F%2Fapp.example%2Fbye")
}

/// Returns the provider's answer to a request in a URL, XML, and the RelayState.
fn answer_to(pages: &Pages, location: &str) -> (String, String) {
    assert!(
        location.starts_with(&format!("{THERE}?SAMLRequest=")),
        "{location}"
    );
    let sent = STANDARD.decode(parameter(location, "SAMLRequest")).unwrap();
    let request = String::from_utf8(sent[5..].to_vec()).unwrap();
    let (_, id) = request.split_once(" ID=\"").unwrap();
    let (id, _) = id.split_once('"').unwrap();
    let answer = logout::response(&Answer {
        id: "_answer",
        request: id,
        now: pages.site.app.clock.service() / 1_000_000,
        destination: &format!("{BASE}{SLO}"),
        issuer: ISSUER,
        outcome: Outcome::Done,
    });
    (answer, parameter(location, "RelayState"))
}

fn signed(xml: &str, id: &str) -> String {
    let mut signer = Signer::new(&KEY);
    signer.alg = Alg::Es256;
    signer.method = P256.into();
    STANDARD.encode(signer.sign(xml, id).unwrap())
}

/// Returns the path of a message in a URL.
fn path(name: &str, xml: &str, relay: &str) -> String {
    let query = in_url(name, xml, Some(relay), Some((&KEY, Alg::Es256, P256)));
    format!("{SLO}?{query}")
}

/// The page for errors, which leads nowhere.
fn assert_refused(answer: &Response<Bytes>) {
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(!answer.headers().contains_key("location"));
    assert!(!text_of(answer).contains("app.example/bye"));
}

#[tokio::test]
async fn a_sign_out_goes_by_way_of_the_provider() {
    let (pages, query) = corp_by("HTTP-Redirect").await;
    let mut browser = enter(&pages, &query).await;
    let there = browser.get(&out(&query)).await;
    assert_eq!(there.status(), StatusCode::FOUND);
    // It is over here before the provider knows of it.
    assert!(!browser.cookies.contains_key("cognito"));
    let location = header(&there, "location").to_owned();
    let (answer, relay) = answer_to(&pages, &location);
    let back = path("SAMLResponse", &answer, &relay);
    // Another browser goes nowhere and uses up nothing, and so does a question if there is a page.
    let mut other = pages.browser();
    assert_refused(&other.get(&back).await);
    let head = browser.send(Method::HEAD, &back, Bytes::new(), &[]).await;
    assert_eq!(head.status(), StatusCode::OK);
    let done = browser.get(&back).await;
    assert_eq!(done.status(), StatusCode::FOUND);
    assert_eq!(header(&done, "location"), "https://app.example/bye");
    assert_refused(&browser.get(&back).await);
    // There is nobody left to sign out.
    let again = browser.get(&out(&query)).await;
    assert_eq!(header(&again, "location"), "https://app.example/bye");
}

#[tokio::test]
async fn an_answer_in_a_form_is_fetched_by_its_browser() {
    let (pages, query) = corp_by("HTTP-Redirect").await;
    let mut browser = enter(&pages, &query).await;
    let login = out(&query).replace("logout_uri=https%3A%2F%2Fapp.example%2Fbye", "");
    let login = format!("{login}redirect_uri=https%3A%2F%2Fapp.example%2Fcb&response_type=code");
    let there = browser.get(&login).await;
    let (answer, relay) = answer_to(&pages, header(&there, "location"));
    let form = async |message: &str, relay: &str| {
        let mut without = pages.browser();
        let fields = [("SAMLResponse", message), ("RelayState", relay)];
        let headers = [("origin", "https://idp.example")];
        without.form_with(SLO, &fields, &headers).await
    };
    assert_refused(&form(&STANDARD.encode(&answer), &relay).await);
    assert_refused(&form(&signed(&answer, "_answer"), "").await);
    // Nothing was kept so far.
    assert_refused(&browser.get(&format!("{SLO}?RelayState={relay}")).await);
    let posted = form(&signed(&answer, "_answer"), &relay).await;
    assert_eq!(posted.status(), StatusCode::SEE_OTHER);
    let location = header(&posted, "location").to_owned();
    assert_eq!(location, format!("{SLO}?RelayState={relay}"));
    assert_refused(&pages.browser().get(&location).await);
    let done = browser.get(&location).await;
    assert_eq!(done.status(), StatusCode::FOUND);
    let (_, asked) = login.split_once('?').unwrap();
    assert_eq!(header(&done, "location"), format!("/login?{asked}"));
    assert_refused(&browser.get(&location).await);
    assert_refused(&form(&signed(&answer, "_answer"), &relay).await);
}

#[tokio::test]
async fn an_answer_that_is_late_or_none_leads_nowhere() {
    let (pages, query) = corp_by("HTTP-Redirect").await;
    let mut browser = enter(&pages, &query).await;
    let there = browser.get(&out(&query)).await;
    let (answer, relay) = answer_to(&pages, header(&there, "location"));
    let unsigned = format!(
        "{SLO}?{}",
        in_url("SAMLResponse", &answer, Some(&relay), None)
    );
    assert_refused(&browser.get(&unsigned).await);
    assert_refused(&browser.get(SLO).await);
    assert_refused(&browser.get(&path("SAMLResponse", &answer, "x")).await);
    assert_refused(&browser.get(&format!("{unsigned}&SAMLRequest=x")).await);
    let neither = browser.form(SLO, &[("RelayState", relay.as_str())]).await;
    assert_refused(&neither);
    pages.advance(301).await;
    assert_refused(&browser.get(&path("SAMLResponse", &answer, &relay)).await);
}

#[tokio::test]
async fn a_provider_that_takes_forms_gets_one_that_needs_no_script() {
    let (pages, query) = corp_by("HTTP-POST").await;
    let mut browser = enter(&pages, &query).await;
    let page = browser.get(&out(&query)).await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(!browser.cookies.contains_key("cognito"));
    let html = text_of(&page);
    for part in [
        "<form method=\"post\" action=\"https://idp.example/slo\">",
        "<input type=\"hidden\" name=\"SAMLRequest\" value=\"",
        "<input type=\"hidden\" name=\"RelayState\" value=\"",
        "<button type=\"submit\">",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    let policy = header(&page, "content-security-policy");
    assert!(policy.contains("form-action 'self' https:;"), "{policy}");
    assert!(policy.contains("default-src 'none'"), "{policy}");
}

/// Returns the provider's request, XML.
fn wish(pages: &Pages, name: &str) -> String {
    logout::request(&Logout {
        id: "_request",
        now: pages.site.app.clock.service() / 1_000_000,
        destination: &format!("{BASE}{SLO}"),
        issuer: ISSUER,
        name_id: name,
        name_format: None,
        name_qualifier: None,
        sp_name_qualifier: None,
        session_index: None,
    })
}

#[tokio::test]
async fn a_provider_ends_sessions_without_a_browser() {
    let (pages, query) = corp_by("HTTP-Redirect").await;
    let mut browser = enter(&pages, &query).await;
    let signed_in = async |browser: &mut Browser<'_>| {
        let silent = format!("/oauth2/authorize?{query}&prompt=none");
        let answer = browser.get(&silent).await;
        header(&answer, "location").contains("code=")
    };
    let mut provider = pages.browser();
    let wish = wish(&pages, JANE);
    let unsigned = STANDARD.encode(&wish);
    let fields = [("SAMLRequest", unsigned.as_str())];
    assert_refused(&provider.form(SLO, &fields).await);
    let long = "x".repeat(2_000);
    let message = signed(&wish, "_request");
    let fields = [("SAMLRequest", message.as_str()), ("RelayState", &long)];
    assert_refused(&provider.form(SLO, &fields).await);
    assert!(signed_in(&mut browser).await);
    let fields = [("SAMLRequest", message.as_str()), ("RelayState", "theirs")];
    let done = provider.form(SLO, &fields).await;
    assert_eq!(done.status(), StatusCode::FOUND);
    let location = header(&done, "location");
    assert!(
        location.starts_with(&format!("{THERE}?SAMLResponse=")),
        "{location}"
    );
    assert_eq!(parameter(location, "RelayState"), "theirs");
    assert!(!signed_in(&mut browser).await);
    // The same in a URL, for a pool by its name.
    let mut browser = enter(&pages, &query).await;
    assert!(signed_in(&mut browser).await);
    let asked = path(
        "SAMLRequest",
        &wish.replace("_request", "_another"),
        "theirs",
    );
    let asked = format!("{asked}&user_pool_id={}", pages.pool);
    let done = provider.get(&asked).await;
    assert_eq!(done.status(), StatusCode::FOUND, "{}", text_of(&done));
    assert!(!signed_in(&mut browser).await);
}

#[tokio::test]
async fn a_provider_without_a_place_for_answers_shows_that_the_user_is_signed_out() {
    let (pages, query) = corp_with("", json!({}), json!({})).await;
    enter(&pages, &query).await;
    let mut provider = pages.browser();
    let done = provider
        .get(&path("SAMLRequest", &wish(&pages, JANE), "theirs"))
        .await;
    assert_eq!(done.status(), StatusCode::OK);
    assert!(!text_of(&done).contains("theirs"));
}
