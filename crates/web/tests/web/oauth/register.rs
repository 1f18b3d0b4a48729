//! `/oauth2/register` over HTTP: hosts and paths, headers, statuses and whole bodies.

use super::*;
use crate::flow::{PASSWORD, Pages};
use crate::site::{BASE, visitor, visitor_at};

const JSON: &str = "application/json";
const HOST: &str = "shop.localhost";

async fn world(config: Value) -> (Site, String) {
    world_with(config, 1).await
}

async fn world_with(config: Value, version: i64) -> (Site, String) {
    let site = Site::new(Settings::dev()).await;
    let input = json!({"PoolName": "p", "DcrConfiguration": config});
    let made = site.call(Op::CreateUserPool, input).await;
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let domain = json!({"UserPoolId": pool, "Domain": "shop", "ManagedLoginVersion": version});
    site.call(Op::CreateUserPoolDomain, domain).await;
    (site, pool)
}

fn body() -> Value {
    json!({"redirect_uris": ["http://localhost/cb"], "token_endpoint_auth_method": "none"})
}

fn with_body(method: Method, path: &str, token: Option<&str>, body: &Value) -> Request<Bytes> {
    let mut request = Request::builder().method(method).uri(path);
    request = request.header("content-type", JSON);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(body.to_string().into()).unwrap()
}

async fn post(site: &Site, path: &str, body: &Value) -> Response<Bytes> {
    let request = with_body(Method::POST, path, None, body);
    site.ask(&ROUTES, request).await.unwrap()
}

async fn at_host(site: &Site, request: Request<Bytes>) -> Response<Bytes> {
    let visitor = visitor_at(HOST);
    site.send(&ROUTES, request, &visitor).await.unwrap()
}

fn assert_kept_by_nobody(answer: &Response<Bytes>) {
    for (name, value) in [
        ("cache-control", "no-store"),
        ("pragma", "no-cache"),
        ("access-control-allow-origin", "*"),
    ] {
        assert_eq!(header(answer, name), value, "{name}");
    }
}

#[tokio::test]
async fn a_client_registers_on_the_domain_and_below_the_pool() {
    let (site, pool) = world(json!({"OpenDcrEnabled": true})).await;
    let request = with_body(Method::POST, "/oauth2/register", None, &body());
    let on_domain = (at_host(&site, request).await, format!("http://{HOST}"));
    let path = format!("/{pool}/oauth2/register");
    let below = (post(&site, &path, &body()).await, format!("{BASE}/{pool}"));
    for (answer, prefix) in [on_domain, below] {
        assert_eq!(answer.status(), StatusCode::CREATED);
        assert_eq!(
            header(&answer, "content-type"),
            "application/json;charset=UTF-8"
        );
        assert_kept_by_nobody(&answer);
        let told = json_of(&answer);
        let client = told["client_id"].as_str().unwrap();
        let expected = json!({
            "client_id": client, "client_id_issued_at": told["client_id_issued_at"],
            "registration_access_token": told["registration_access_token"],
            "registration_client_uri": format!("{prefix}/oauth2/register/{client}"),
            "redirect_uris": ["http://localhost/cb"], "grant_types": ["authorization_code"],
            "response_types": ["code"], "token_endpoint_auth_method": "none",
            "scope": "openid email phone profile",
        });
        assert_eq!(told, expected);
    }
}

#[tokio::test]
async fn a_registration_is_read_changed_and_ended() {
    let (site, pool) = world(json!({"OpenDcrEnabled": true})).await;
    let told = json_of(&post(&site, &format!("/{pool}/oauth2/register"), &body()).await);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let path = text(&told["registration_client_uri"]);
    let path = path.strip_prefix(BASE).unwrap();
    let token = text(&told["registration_access_token"]);
    let read = with_body(Method::GET, path, Some(&token), &Value::Null);
    let answer = site.ask(&ROUTES, read).await.unwrap();
    assert_eq!(
        (answer.status(), json_of(&answer)),
        (StatusCode::OK, told.clone())
    );
    assert_kept_by_nobody(&answer);
    let mut change = body();
    change["client_id"] = told["client_id"].clone();
    change["client_name"] = json!("Other");
    let change = with_body(Method::PUT, path, Some(&token), &change);
    let answer = site.ask(&ROUTES, change).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let changed = json_of(&answer);
    assert_eq!(changed["client_name"], "Other");
    for old in [Some(token.as_str()), None] {
        let end = with_body(Method::DELETE, path, old, &Value::Null);
        let answer = site.ask(&ROUTES, end).await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        let expected = r#"Bearer error="invalid_token", error_description="The registration access token is not valid""#;
        assert_eq!(header(&answer, "www-authenticate"), expected);
        let expected = json!({
            "error": "invalid_token", "error_description": "The registration access token is not valid",
        });
        assert_eq!(json_of(&answer), expected);
        assert_kept_by_nobody(&answer);
    }
    let token = text(&changed["registration_access_token"]);
    let end = with_body(Method::DELETE, path, Some(&token), &Value::Null);
    let answer = site.ask(&ROUTES, end).await.unwrap();
    assert_eq!(
        (answer.status(), text_of(&answer)),
        (StatusCode::NO_CONTENT, "")
    );
    let read = with_body(Method::GET, path, Some(&token), &Value::Null);
    let answer = site.ask(&ROUTES, read).await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn refusals_have_the_forms_of_the_standards() {
    let (site, pool) = world(json!({})).await;
    let path = format!("/{pool}/oauth2/register");
    let answer = post(&site, &path, &body()).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let denied = json!({
        "error": "access_denied",
        "error_description": "Client registration is not enabled for this user pool.",
    });
    assert_eq!(json_of(&answer), denied);
    assert_kept_by_nobody(&answer);
    for authorization in ["Bearer x", "Bearer ", "Basic eDp4", "x", "Bearer a b"] {
        let mut request = with_body(Method::POST, &path, None, &body());
        let value = authorization.parse().unwrap();
        request.headers_mut().insert("authorization", value);
        let answer = site.ask(&ROUTES, request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{authorization}");
        let expected =
            r#"Bearer error="invalid_token", error_description="The access token is not valid""#;
        assert_eq!(header(&answer, "www-authenticate"), expected);
    }
    for (path, host) in [
        ("/oauth2/register", visitor(Some(BASE))),
        ("/us-east-1_nothing00/oauth2/register", visitor(Some(BASE))),
        ("/us-east-1_nothing00/oauth2/register", visitor_at(HOST)),
    ] {
        let request = with_body(Method::POST, path, None, &body());
        let answer = site.send(&ROUTES, request, &host).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        let expected = json!({
            "error": "invalid_request", "error_description": "There is no such user pool here",
        });
        assert_eq!(json_of(&answer), expected);
    }
}

#[tokio::test]
async fn a_body_is_json_and_a_flood_is_told_when_to_come_again() {
    let (site, pool) = world(json!({"OpenDcrEnabled": true})).await;
    let path = format!("/{pool}/oauth2/register");
    for kind in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let mut request = with_body(Method::POST, &path, None, &body());
        request
            .headers_mut()
            .insert("content-type", kind.parse().unwrap());
        let answer = site.ask(&ROUTES, request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{kind}");
        let expected = json!({
            "error": "invalid_client_metadata",
            "error_description": "The body must be a JSON object of at most 32,768 bytes.",
        });
        assert_eq!(json_of(&answer), expected);
    }
    for _ in 0..20 {
        assert_eq!(
            post(&site, &path, &body()).await.status(),
            StatusCode::CREATED
        );
    }
    let answer = post(&site, &path, &body()).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(header(&answer, "retry-after"), "3600");
    let expected =
        json!({"error": "temporarily_unavailable", "error_description": "Too many requests"});
    assert_eq!(json_of(&answer), expected);
    assert_kept_by_nobody(&answer);
}

#[tokio::test]
async fn programs_in_browsers_may_ask() {
    let (site, pool) = world(json!({})).await;
    for (path, allowed) in [
        (format!("/{pool}/oauth2/register"), "POST, OPTIONS"),
        (
            "/oauth2/register/x".to_owned(),
            "GET, HEAD, PUT, DELETE, OPTIONS",
        ),
    ] {
        let answer = site
            .ask(&ROUTES, request(Method::OPTIONS, &path))
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        assert_eq!(header(&answer, "access-control-allow-methods"), allowed);
        assert_eq!(header(&answer, "access-control-allow-origin"), "*");
    }
}

#[tokio::test]
async fn a_request_counts_for_its_address_alone() {
    let (site, pool) = world(json!({"OpenDcrEnabled": true})).await;
    site.counted.lock().unwrap().clear();
    post(&site, &format!("/{pool}/oauth2/register"), &body()).await;
    assert_eq!(*site.counted.lock().unwrap(), [Counted::Address]);
    *site.address_refusal.lock().unwrap() = Some(RateError::TooMany);
    let answer = post(&site, &format!("/{pool}/oauth2/register"), &body()).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_documents_name_the_endpoint_while_clients_may_register() {
    let (site, pool) = world(json!({})).await;
    let path = format!("/{pool}/.well-known/openid-configuration");
    let named = json_of(&site.get(&path).await)["registration_endpoint"].clone();
    assert_eq!(named, format!("{BASE}/{pool}/oauth2/register"));
    let off = json!({"UserPoolId": pool, "DcrConfiguration": {"EnableStatus": "Disabled"}});
    site.call(Op::UpdateUserPool, off).await;
    assert_eq!(
        json_of(&site.get(&path).await).get("registration_endpoint"),
        None
    );
}

/// A client that anybody made for what people read of it.
fn stranger() -> Value {
    json!({
        "client_name": "Your account is locked", "redirect_uris": ["https://evil.example/cb"],
        "token_endpoint_auth_method": "none",
    })
}

/// Returns the page at which a browser ends that opens a link.
async fn page_at_end(site: &Site, link: &str) -> String {
    let mut answer = at_host(site, request(Method::GET, link)).await;
    if answer.status() == StatusCode::FOUND {
        let location = header(&answer, "location").to_owned();
        assert!(location.starts_with("/error?"), "{location}");
        answer = at_host(site, request(Method::GET, &location)).await;
    }
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{link}");
    text_of(&answer).to_owned()
}

#[tokio::test]
async fn a_page_for_errors_shows_nothing_of_a_stranger() {
    for version in [1, 2] {
        let (site, pool) = world_with(json!({"OpenDcrEnabled": true}), version).await;
        let path = format!("/{pool}/oauth2/register");
        let told = json_of(&post(&site, &path, &stranger()).await);
        let own = json!({
            "UserPoolId": pool, "ClientName": "Our shop", "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid"], "AllowedOAuthFlowsUserPoolClient": true,
            "CallbackURLs": ["https://shop.example/cb"], "SupportedIdentityProviders": ["COGNITO"],
        });
        let own = site.call(Op::CreateUserPoolClient, own).await["UserPoolClient"].clone();
        for (client, is_shown) in [(&own["ClientId"], true), (&told["client_id"], false)] {
            let client = client.as_str().unwrap();
            for link in [
                format!("/oauth2/authorize?client_id={client}&redirect_uri=x&response_type=code"),
                format!("/error?error=x&client_id={client}"),
                format!("/logout?client_id={client}&logout_uri=x"),
            ] {
                let page = page_at_end(&site, &link).await;
                let shown = page.contains("href=\"https://shop.example/\"");
                assert_eq!(shown, is_shown, "{link}: {page}");
                for word in ["evil.example", "locked"] {
                    assert!(!page.contains(word), "{link}: {page}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_sign_up_that_waits_leads_to_no_stranger() {
    for version in [1, 2] {
        let config =
            json!({"AutoVerifiedAttributes": [], "DcrConfiguration": {"OpenDcrEnabled": true}});
        let pages = Pages::with(version, config, json!({})).await;
        let path = format!("/{}/oauth2/register", pages.pool);
        let told = json_of(&post(&pages.site, &path, &stranger()).await);
        let strange = format!(
            "client_id={}&response_type=code&scope=openid&redirect_uri=https%3A%2F%2Fevil.example%2Fcb&\
             code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
            told["client_id"].as_str().unwrap()
        );
        let own = pages.query();
        for (name, query, site) in [("joe", &own, "app"), ("ann", &strange, "evil")] {
            let mut browser = pages.browser();
            let fields = [("username", name), ("password", PASSWORD)];
            let (_, page) = browser.step(&format!("/signup?{query}"), &fields).await;
            let link = format!("href=\"https://{site}.example/\"");
            assert_eq!(page.contains(&link), site == "app", "{page}");
        }
    }
}
