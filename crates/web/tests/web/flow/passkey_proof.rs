//! Adding a passkey takes a recent sign-in: it outlives the session, which may be stolen or left alone.

use cognate_crypto::webauthn::client::Authenticator;
use cognate_shapes::Op;
use http::StatusCode;
use serde_json::json;

use super::passkeys::{created, options, site};
use super::*;

const PROVE: &str = "Sign in to confirm that it’s you. Then you can add a passkey.";

/// Signs in on the page that is shown, by the name first; returns the answer to the password.
async fn proves(browser: &mut Browser<'_>, query: &str, name: &str) -> Response<Bytes> {
    let fields = [("username", name), ("password", PASSWORD)];
    browser.post(&format!("/login?{query}"), &fields).await
}

/// The number of jane's passkeys.
async fn count(pages: &Pages) -> usize {
    let input = json!({
        "ClientId": pages.client, "AuthFlow": "USER_AUTH",
        "AuthParameters": {"USERNAME": "jane", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD},
    });
    let signed_in = pages.site.call(Op::InitiateAuth, input).await;
    let token = &signed_in["AuthenticationResult"]["AccessToken"];
    let list = json!({"AccessToken": token});
    let listed = pages.site.call(Op::ListWebAuthnCredentials, list).await;
    listed["Credentials"].as_array().unwrap().len()
}

#[tokio::test]
async fn an_older_session_adds_no_passkey_and_a_new_proof_leads_to_the_page() {
    let pages = site(Some("localhost")).await;
    let query = pages.query();
    let add = format!("/passkeys/add?{query}");
    let device = Authenticator::es256("localhost");
    let mut browser = pages.browser();
    browser.signs_in(&query, "jane").await;
    pages.advance(295).await;
    let asked = options(text_of(&browser.get(&add).await));
    pages.advance(6).await;
    let mut copy = browser.clone();
    let answer = browser.get(&add).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(header(&answer, "location"), format!("/login?{query}"));
    // The session does not go on here by one click.
    let page = browser.get(&format!("/login?{query}")).await;
    says(text_of(&page), PROVE);
    assert!(text_of(&page).contains("data-testid=\"page-identifier\""));
    assert!(text_of(&page).contains("value=\"jane\""));
    let page = browser.get(&format!("/login?{query}")).await;
    assert!(text_of(&page).contains("data-testid=\"page-identifier\""));
    // A credential that is sent all the same.
    let credential = created(&asked, &device);
    let answer = browser.post(&add, &[("credential", &credential)]).await;
    assert_eq!(
        header(&answer, "location"),
        format!("/passkeys/add?{query}")
    );
    let answer = browser.get(&add).await;
    assert_eq!(header(&answer, "location"), format!("/login?{query}"));
    assert_eq!(count(&pages).await, 0);
    // A wrong password on the way, and the right one.
    let wrong = [("username", "jane"), ("password", "nonsense")];
    browser.step(&format!("/login?{query}"), &wrong).await;
    let answer = proves(&mut browser, &query, "jane").await;
    assert_eq!(
        header(&answer, "location"),
        format!("/passkeys/add?{query}")
    );
    let asked = options(text_of(&browser.get(&add).await));
    let credential = created(&asked, &device);
    code_of(&browser.post(&add, &[("credential", &credential)]).await);
    assert_eq!(count(&pages).await, 1);
    // The next sign-in leads to the client.
    pages.advance(3_600).await;
    browser.signs_in(&query, "jane").await;

    // A copy of the browser in which the page had been shown in time: its session ended with the new proof.
    let answer = copy.post(&add, &[("credential", &credential)]).await;
    assert!(header(&answer, "location").starts_with("/login?"));
    assert_eq!(count(&pages).await, 1);
}

#[tokio::test]
async fn a_page_that_was_shown_in_time_is_good_for_its_user_and_the_time_of_a_step() {
    let pages = site(Some("localhost")).await;
    pages.user("bob").await;
    let query = pages.query();
    let add = format!("/passkeys/add?{query}");
    let device = Authenticator::es256("localhost");
    let mut browser = pages.browser();
    browser.signs_in(&query, "bob").await;
    let asked = options(text_of(&browser.get(&add).await));
    let (name, of_bob) = browser.state();
    let credential = created(&asked, &device);
    // Bob's page, brought to jane's browser, whose sign-in is older.
    let mut jane = pages.browser();
    jane.signs_in(&query, "jane").await;
    pages.advance(170).await;
    jane.cookies.insert(name, of_bob);
    let answer = jane.post(&add, &[("credential", &credential)]).await;
    assert_eq!(
        header(&answer, "location"),
        format!("/passkeys/add?{query}")
    );
    assert_eq!(count(&pages).await, 0);
    // Bob himself, too late.
    let mut late = browser.clone();
    pages.advance(11).await;
    let answer = late.post(&add, &[("credential", &credential)]).await;
    assert_eq!(
        header(&answer, "location"),
        format!("/passkeys/add?{query}")
    );
    // Asked again, since the sign-in is recent enough.
    let asked = options(text_of(&browser.get(&add).await));
    pages.advance(170).await;
    let credential = created(&asked, &device);
    code_of(&browser.post(&add, &[("credential", &credential)]).await);
}

#[tokio::test]
async fn whoever_has_no_session_signs_in_on_the_way() {
    let pages = site(Some("localhost")).await;
    let query = pages.query();
    let add = format!("/passkeys/add?{query}");
    let mut browser = pages.browser();
    let answer = browser.get(&add).await;
    assert_eq!(header(&answer, "location"), format!("/login?{query}"));
    let page = browser.get(&format!("/login?{query}")).await;
    says(text_of(&page), PROVE);
    let answer = proves(&mut browser, &query, "jane").await;
    assert_eq!(
        header(&answer, "location"),
        format!("/passkeys/add?{query}")
    );
    let page = browser.get(&add).await;
    assert_eq!(page.status(), StatusCode::OK);
    code_of(&browser.post(&add, &[]).await);
    // A new request of the client ends the way there.
    let mut browser = pages.browser();
    browser.get(&add).await;
    let answer = browser.get(&format!("/oauth2/authorize?{query}")).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    browser.signs_in(&query, "jane").await;
}

#[tokio::test]
async fn a_request_that_demands_a_proof_each_time_is_not_asked_for_ever() {
    let pages = site(Some("localhost")).await;
    let query = format!("{}&prompt=login", pages.query());
    let mut browser = pages.browser();
    let answer = browser.get(&format!("/passkeys/add?{query}")).await;
    assert_eq!(header(&answer, "location"), format!("/login?{query}"));
    let page = browser.get(&format!("/login?{query}")).await;
    assert!(!text_of(&page).contains(PROVE));
    browser.signs_in(&query, "jane").await;
}

/// The link that applications of the service have: it asks for no code.
fn link(pages: &Pages) -> String {
    let to = "https%3A%2F%2Fapp.example%2Fcb";
    format!(
        "/passkeys/add?client_id={}&redirect_uri={to}&lang=en",
        pages.client
    )
}

/// Returns where an answer leads to the client.
fn result_of(answer: &Response<Bytes>) -> &str {
    assert_eq!(answer.status(), StatusCode::FOUND, "{}", text_of(answer));
    header(answer, "location")
}

#[tokio::test]
async fn a_link_that_asks_for_no_code_gets_the_result() {
    let pages = site(Some("localhost")).await;
    let (query, link) = (pages.query(), link(&pages));
    let device = Authenticator::es256("localhost");
    let mut browser = pages.browser();
    let without = format!("{CALLBACK}?result=invalid_session");
    assert_eq!(result_of(&browser.get(&link).await), without);
    let answer = browser.post(&link, &[("credential", "{}")]).await;
    assert_eq!(result_of(&answer), without);
    browser.signs_in(&query, "jane").await;
    let page = browser.get(&link).await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(text_of(&page).contains("data-testid=\"page-passkey-add\""));
    let answer = browser.post(&link, &[]).await;
    assert_eq!(result_of(&answer), format!("{CALLBACK}?result=cancelled"));
    let asked = options(text_of(&browser.get(&link).await));
    let credential = created(&asked, &device);
    let answer = browser.post(&link, &[("credential", &credential)]).await;
    assert_eq!(result_of(&answer), format!("{CALLBACK}?result=success"));
    assert_eq!(count(&pages).await, 1);
    // What the client sent with it comes back.
    let answer = browser.post(&format!("{link}&state=a%20b"), &[]).await;
    assert_eq!(
        result_of(&answer),
        format!("{CALLBACK}?result=cancelled&state=a%20b")
    );

    // An older session leads through the sign-in and back to the same link.
    pages.advance(301).await;
    let answer = browser.get(&link).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let login = header(&answer, "location").to_owned();
    assert!(login.starts_with("/login?"), "{login}");
    let page = browser.get(&login).await;
    says(text_of(&page), PROVE);
    let fields = [("username", "jane"), ("password", PASSWORD)];
    let answer = browser.post(&login, &fields).await;
    assert_eq!(header(&answer, "location"), link);
    assert_eq!(browser.get(&link).await.status(), StatusCode::OK);
    let answer = browser.post(&link, &[]).await;
    assert_eq!(result_of(&answer), format!("{CALLBACK}?result=cancelled"));
}

#[tokio::test]
async fn a_link_leads_to_no_other_place() {
    let pages = site(Some("localhost")).await;
    let mut browser = pages.browser();
    browser.signs_in(&pages.query(), "jane").await;
    let client = &pages.client;
    for query in [
        format!("client_id={client}"),
        format!("client_id={client}&redirect_uri="),
        format!("client_id={client}&redirect_uri=https%3A%2F%2Fevil.example%2Fcb"),
        format!("client_id={client}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%2F"),
        "redirect_uri=https%3A%2F%2Fapp.example%2Fcb".to_owned(),
        "client_id=nobody&redirect_uri=https%3A%2F%2Fapp.example%2Fcb".to_owned(),
    ] {
        let answer = browser.get(&format!("/passkeys/add?{query}")).await;
        let location = answer.headers().get("location");
        let location = location.map_or("", |location| location.to_str().unwrap());
        assert!(
            location.is_empty() || location.starts_with("/error?"),
            "{query}: {location}"
        );
        assert!(!text_of(&answer).contains("data-passkey"), "{query}");
    }
    // Where no passkeys are to be had the client learns that, and gets no code that it did not ask for.
    for version in [1, 2] {
        let pages = Pages::new(version).await;
        let mut browser = pages.browser();
        browser.signs_in(&pages.query(), "jane").await;
        let answer = browser.get(&link(&pages)).await;
        assert_eq!(result_of(&answer), format!("{CALLBACK}?result=error"));
    }
}
