//! The device authorization grant (RFC 8628).

use super::browser::{Browser, claims};
use super::*;

const BEGIN: &str = "/oauth2/device_authorization";
const GRANT: &str = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";

/// A world in which the standard client's sign-in may come back to `/device`.
async fn world() -> World {
    let w = World::new().await;
    let back = format!("http://localhost:9229/device?client_id={}", w.standard);
    let update = json!({
        "UserPoolId": w.pool, "ClientId": w.standard, "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        "AllowedOAuthFlows": ["code"], "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthScopes": ["openid", "email", "profile"], "SupportedIdentityProviders": ["COGNITO"],
        "CallbackURLs": ["https://app.example/cb", back],
    });
    w.site.call(Op::UpdateUserPoolClient, update).await;
    w
}

async fn begin(w: &World) -> Value {
    let found = w
        .post(
            BEGIN,
            &format!("client_id={}&scope=openid+email", w.standard),
        )
        .await;
    assert_eq!(found.status(), 200, "{}", text_of(&found));
    assert_eq!(header(&found, "cache-control"), "no-store");
    json_of(&found)
}

async fn poll(w: &World, client: &str, begun: &Value) -> Response<Bytes> {
    let code = text(&begun["device_code"]);
    let form = format!("grant_type={GRANT}&client_id={client}&device_code={code}");
    w.post("/oauth2/token", &form).await
}

/// Asks for tokens, which must be refused.
async fn told(w: &World, begun: &Value) -> String {
    let found = poll(w, &w.standard, begun).await;
    assert_eq!(found.status(), 400);
    text(&json_of(&found)["error"]).to_owned()
}

/// Types the code and signs in; returns the page with the question.
async fn question(browser: &mut Browser<'_>, w: &World, code: &str) -> Response<Bytes> {
    let page = format!("/device?client_id={}", w.standard);
    browser.get(&page).await;
    let mut found = browser.post(&page, &format!("user_code={code}")).await;
    for _ in 0..8 {
        let location = header(&found, "location").to_owned();
        let location = location
            .strip_prefix("http://localhost:9229")
            .unwrap_or(&location);
        if location.is_empty() {
            break;
        }
        found = browser.get(location).await;
        if found.status() == 200 && location.starts_with("/login") {
            found = browser
                .post(location, "username=jane&password=Passw0rd%21")
                .await;
        }
    }
    assert_eq!(found.status(), 200);
    found
}

async fn decide(
    browser: &mut Browser<'_>,
    w: &World,
    code: &str,
    decision: &str,
) -> Response<Bytes> {
    let page = format!("/device?client_id={}", w.standard);
    browser
        .post(&page, &format!("user_code={code}&decision={decision}"))
        .await
}

#[tokio::test]
async fn a_device_gets_tokens_once_its_user_lets_it_in() {
    let w = world().await;
    let begun = begin(&w).await;
    let code = text(&begun["user_code"]).to_owned();
    assert_eq!(code.len(), 9);
    let page = format!("http://localhost:9229/device?client_id={}", w.standard);
    assert_eq!(begun["verification_uri"], json!(page));
    assert_eq!(
        begun["verification_uri_complete"],
        json!(format!("{page}&user_code={code}"))
    );
    assert_eq!(
        (&begun["expires_in"], &begun["interval"]),
        (&json!(600), &json!(5))
    );
    assert_eq!(told(&w, &begun).await, "authorization_pending");
    let mut browser = Browser::new(&w);
    let found = question(&mut browser, &w, &code).await;
    assert!(text_of(&found).contains(&code), "{}", text_of(&found));
    // The question alone lets nobody in.
    w.advance(6).await;
    assert_eq!(told(&w, &begun).await, "authorization_pending");
    let done = decide(&mut browser, &w, &code.to_lowercase(), "allow").await;
    assert!(
        text_of(&done).contains("go back to your device"),
        "{}",
        text_of(&done)
    );
    let (one, other) = tokio::join!(poll(&w, &w.standard, &begun), poll(&w, &w.standard, &begun));
    let mut statuses = [one.status().as_u16(), other.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    let tokens = json_of(if one.status() == 200 { &one } else { &other });
    let access = claims(&tokens["access_token"]);
    assert_eq!(access["scope"], "openid email");
    assert!(tokens["refresh_token"].is_string() && tokens["id_token"].is_string());
    assert_eq!(told(&w, &begun).await, "invalid_grant");
}

#[tokio::test]
async fn a_device_that_is_refused_too_late_or_too_quick_is_told_so() {
    let w = world().await;
    let (refused, late, quick) = (begin(&w).await, begin(&w).await, begin(&w).await);
    let mut browser = Browser::new(&w);
    question(&mut browser, &w, text(&refused["user_code"])).await;
    decide(&mut browser, &w, text(&refused["user_code"]), "deny").await;
    assert_eq!(told(&w, &refused).await, "access_denied");
    // A decision is final.
    decide(&mut browser, &w, text(&refused["user_code"]), "allow").await;
    assert_eq!(told(&w, &refused).await, "access_denied");
    assert_eq!(told(&w, &quick).await, "authorization_pending");
    assert_eq!(told(&w, &quick).await, "slow_down");
    w.advance(6).await;
    // The device must wait ten seconds by now.
    assert_eq!(told(&w, &quick).await, "slow_down");
    w.advance(16).await;
    assert_eq!(told(&w, &quick).await, "authorization_pending");
    w.advance(600).await;
    assert_eq!(told(&w, &late).await, "expired_token");
    let mut browser = Browser::new(&w);
    let page = format!("/device?client_id={}", w.standard);
    browser.get(&page).await;
    let found = browser
        .post(&page, &format!("user_code={}", text(&late["user_code"])))
        .await;
    assert!(text_of(&found).contains("No device shows this code"));
}

#[tokio::test]
async fn codes_belong_to_one_client_and_one_pool() {
    let w = world().await;
    let begun = begin(&w).await;
    let second = client(&w.site, &w.pool, json!({})).await;
    w.make_standard(&id(&second)).await;
    let found = poll(&w, &id(&second), &begun).await;
    assert_eq!(text_of(&found), r#"{"error":"invalid_grant"}"#);
    // The service has no such grant.
    for client in [w.cognito.as_str(), "unknown"] {
        let found = poll(&w, client, &begun).await;
        assert_eq!(text_of(&found), r#"{"error":"unsupported_grant_type"}"#);
    }
    let none = w
        .post(
            "/oauth2/token",
            &format!("grant_type={GRANT}&client_id={}", w.standard),
        )
        .await;
    assert_eq!(text_of(&none), r#"{"error":"invalid_request"}"#);
    let elsewhere = w.site.pool().await;
    let other = client(&w.site, &elsewhere, json!({})).await;
    w.site.app.cache.forget(&elsewhere, None);
    let mut browser = Browser::new(&w);
    let page = format!("/device?client_id={}", id(&other));
    browser.get(&page).await;
    let found = browser
        .post(&page, &format!("user_code={}", text(&begun["user_code"])))
        .await;
    assert!(
        text_of(&found).contains("No device shows this code"),
        "{}",
        text_of(&found)
    );
    for (form, error) in [
        (format!("client_id={}", w.cognito), "unauthorized_client"),
        (
            format!("client_id={}&scope=nothing", w.standard),
            "invalid_scope",
        ),
        ("client_id=unknown".into(), "invalid_client"),
        (String::new(), "invalid_client"),
    ] {
        let found = w.post(BEGIN, &form).await;
        assert_eq!(text_of(&found), format!("{{\"error\":\"{error}\"}}"));
    }
}

#[tokio::test]
async fn only_a_user_who_is_signed_in_decides_and_only_by_the_page() {
    let w = world().await;
    let begun = begin(&w).await;
    let code = text(&begun["user_code"]);
    // Without a session the decision leads to the sign-in.
    let mut stranger = Browser::new(&w);
    stranger
        .get(&format!("/device?client_id={}", w.standard))
        .await;
    let found = decide(&mut stranger, &w, code, "allow").await;
    assert!(header(&found, "location").starts_with("/oauth2/authorize?"));
    let mut browser = Browser::new(&w);
    question(&mut browser, &w, code).await;
    // Another site's form has no token, or says where it comes from.
    browser.jar.insert("XSRF-TOKEN".into(), "other".into());
    let page = format!("/device?client_id={}", w.standard);
    let forged = format!("csrf=wrong&user_code={code}&decision=allow");
    let cookies = format!("cognito={}; XSRF-TOKEN=other", browser.jar["cognito"]);
    for (form, origin) in [
        (forged.as_str(), None),
        (
            &forged.replace("wrong", "other"),
            Some("https://evil.example"),
        ),
    ] {
        let request = Request::builder().method(Method::POST).uri(&page);
        let mut request = request
            .header("content-type", FORM)
            .header("cookie", &cookies);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let body = Bytes::copy_from_slice(form.as_bytes());
        let found = w.send(request.body(body).unwrap()).await;
        assert!(!text_of(&found).contains("go back to your device"));
    }
    // GET decides nothing.
    browser
        .get(&format!("{page}&user_code={code}&decision=allow"))
        .await;
    assert_eq!(told(&w, &begun).await, "authorization_pending");
}

#[tokio::test]
async fn a_page_for_no_client_is_explained_under_its_number() {
    let w = world().await;
    let refused = w.get("/device").await;
    let row = w.site.explained(&refused).await;
    let why = "The request lacks a parameter. missing=\"client_id\".";
    assert_eq!(row, ["", "SignInPage", "MissingParameter", why]);
}

#[tokio::test]
async fn guesses_are_counted_by_address() {
    let w = world().await;
    let begun = begin(&w).await;
    let page = format!("/device?client_id={}", w.standard);
    let mut browser = Browser::new(&w);
    browser.get(&page).await;
    for n in 0..20 {
        let code = format!(
            "BBBB-BB{}{}",
            char::from(b"BCDFG"[n / 5]),
            char::from(b"HJKLM"[n % 5])
        );
        let found = browser.post(&page, &format!("user_code={code}")).await;
        assert_eq!(found.status(), 200, "{n}");
    }
    // Then not even the right one is looked at, until the hour is over.
    for code in ["BBBB-BBBB", text(&begun["user_code"])] {
        let found = browser.post(&page, &format!("user_code={code}")).await;
        assert_eq!(found.status(), 429);
    }
    // What no code looks like is no guess.
    let found = browser.post(&page, "user_code=hello").await;
    assert_eq!(found.status(), 200);
    w.advance(3_601).await;
    let later = begin(&w).await;
    let found = browser
        .post(&page, &format!("user_code={}", text(&later["user_code"])))
        .await;
    assert!(header(&found, "location").starts_with("/oauth2/authorize?"));
}
