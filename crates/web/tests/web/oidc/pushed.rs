//! `/oauth2/par` (RFC 9126).

use super::browser::{Browser, parameter};
use super::*;

const PAR: &str = "/oauth2/par";

fn form(client: &str, more: &str) -> String {
    super::browser::query(client, more)
}

async fn pushed(w: &World, client: &str, more: &str) -> String {
    let found = w.post(PAR, &form(client, more)).await;
    assert_eq!(found.status().as_u16(), 201, "{}", text_of(&found));
    assert_eq!(header(&found, "cache-control"), "no-store");
    let body = json_of(&found);
    assert_eq!(body["expires_in"], 90);
    let uri = text(&body["request_uri"]);
    assert!(uri.starts_with("urn:ietf:params:oauth:request_uri:") && uri.len() > 70);
    uri.replace(':', "%3A")
}

/// True if a request with this reference ends on a page that refuses it.
async fn is_refused(w: &World, query: &str) -> bool {
    let found = w.get(&format!("/oauth2/authorize?{query}")).await;
    header(&found, "location").starts_with("/error?")
}

#[tokio::test]
async fn a_reference_stands_for_its_parameters_once() {
    let w = World::new().await;
    let uri = pushed(&w, &w.standard, "&state=a%26b&nonce=n&lang=de").await;
    let query = format!("client_id={}&request_uri={uri}", w.standard);
    // HEAD does not use it up, nor does another client's name.
    w.send(request(Method::HEAD, &format!("/oauth2/authorize?{query}")))
        .await;
    assert!(is_refused(&w, &format!("client_id={}&request_uri={uri}", w.cognito)).await);
    let (found, asked) = Browser::new(&w).authorize(&query).await;
    assert!(asked);
    let location = header(&found, "location");
    assert_eq!(parameter(location, "state").as_deref(), Some("a%26b"));
    let code = parameter(location, "code").unwrap();
    assert_eq!(w.redeem(&w.standard, &code).await.status(), 200);
    assert!(is_refused(&w, &query).await);
}

#[tokio::test]
async fn of_two_browsers_with_one_reference_one_goes_on() {
    let w = World::new().await;
    let uri = pushed(&w, &w.standard, "").await;
    let path = format!(
        "/oauth2/authorize?client_id={}&request_uri={uri}",
        w.standard
    );
    let (one, other) = tokio::join!(w.get(&path), w.get(&path));
    let mut to: Vec<bool> = [&one, &other]
        .map(|found| header(found, "location").starts_with("/oauth2/authorize?"))
        .to_vec();
    to.sort_unstable();
    assert_eq!(to, [false, true]);
}

#[tokio::test]
async fn references_that_are_over_or_made_up_lead_nowhere() {
    let w = World::new().await;
    let uri = pushed(&w, &w.standard, "").await;
    let second = client(&w.site, &w.pool, json!({})).await;
    w.make_standard(&id(&second)).await;
    let made_up = format!(
        "urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A{}",
        "a".repeat(43)
    );
    for query in [
        format!("client_id={}&request_uri={uri}", id(&second)),
        format!("request_uri={uri}"),
        format!("client_id={}&request_uri={made_up}", w.standard),
        format!("client_id={}&request_uri={uri}x", w.standard),
    ] {
        assert!(is_refused(&w, &query).await, "{query}");
    }
    w.advance(91).await;
    let query = format!("client_id={}&request_uri={uri}", w.standard);
    let late = w.get(&format!("/oauth2/authorize?{query}")).await;
    let row = w.site.explained(&late).await;
    let why = format!(
        "No pushed request waits under the reference: it was used, it is over, or it is another client's. client_id={0:?}. \
         Client: {0}.",
        w.standard
    );
    assert_eq!(row, [&*w.pool, "SignInPage", "NoPushedRequest", &why]);
}

#[tokio::test]
async fn what_the_browser_would_be_refused_is_refused_to_the_client() {
    let w = World::new().await;
    let secret = client(&w.site, &w.pool, json!({"GenerateSecret": true})).await;
    w.make_standard(&id(&secret)).await;
    let good = form(&w.standard, "");
    let evil = good.replace("app.example", "evil.example");
    let error = |error: &str| format!("{{\"error\":\"{error}\"}}");
    for (form, status, body) in [
        (form(&w.cognito, ""), 400, error("unauthorized_client")),
        (evil, 400, error("invalid_request")),
        (
            good.replace("scope=openid", "scope=nothing"),
            400,
            error("invalid_scope"),
        ),
        (
            good.replace("response_type=code", "response_type=token"),
            400,
            error("unauthorized_client"),
        ),
        (
            good.replace("response_type=code", "response_type=x"),
            400,
            error("invalid_request"),
        ),
        (
            format!("{good}&request_uri=urn%3Ax"),
            400,
            error("invalid_request"),
        ),
        (format!("{good}&request=x"), 400, error("invalid_request")),
        (format!("{good}&max_age=x"), 400, error("invalid_request")),
        (
            format!("{good}&state={}", "x".repeat(9_000)),
            400,
            error("invalid_request"),
        ),
        (
            format!("{good}&state=a&state=b"),
            400,
            error("invalid_request"),
        ),
        (form("unknown", ""), 400, error("invalid_client")),
    ] {
        let found = w.post(PAR, &form).await;
        assert_eq!(
            (found.status().as_u16(), text_of(&found)),
            (status, body.as_str()),
            "{form}"
        );
    }
    // A client with a secret proves itself, and names itself alone.
    let own = form(&id(&secret), "");
    assert_eq!(w.post(PAR, &own).await.status(), 400);
    assert_eq!(
        w.post_as(Some(&basic(&secret)), PAR, &own).await.status(),
        201
    );
    let other = w.post_as(Some(&basic(&secret)), PAR, &good).await;
    assert_eq!(text_of(&other), error("invalid_request"));
    let wrong = format!("Basic {}", STANDARD.encode(format!("{}:x", id(&secret))));
    let found = w.post_as(Some(&wrong), PAR, &own).await;
    assert_eq!(found.status(), 401);
    assert!(header(&found, "www-authenticate").starts_with("Basic"));
}
