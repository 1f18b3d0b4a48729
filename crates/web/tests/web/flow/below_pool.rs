//! The endpoints below the id of a pool, and what programs see of the authorization endpoint that are no browsers.

use super::*;
use crate::site::{json_of, visitor_at};

/// Posts the form of a program.
async fn form(pages: &Pages, path: &str, fields: &[(&str, &str)]) -> Response<Bytes> {
    let mut program = pages.browser();
    program.origin = None;
    program.form(path, fields).await
}

#[tokio::test]
async fn a_sign_in_stays_in_the_pool_that_its_path_names() {
    let pages = Pages::new(2).await;
    let (pool, client) = (&pages.pool, &pages.client);
    let query = pages.query();
    let mut browser = pages.browser();
    let found = browser
        .get(&format!("/{pool}/oauth2/authorize?{query}"))
        .await;
    let login = format!("/login?{query}&user_pool_id={pool}");
    assert_eq!(found.status(), StatusCode::FOUND);
    assert_eq!(header(&found, "location"), login);
    let page = browser.get(&login).await;
    assert_eq!(page.status(), StatusCode::OK);
    let code = browser
        .signs_in(&format!("{query}&user_pool_id={pool}"), "jane")
        .await;
    let trade = |code: String| {
        [
            ("grant_type", "authorization_code".to_owned()),
            ("client_id", client.clone()),
            ("redirect_uri", CALLBACK.to_owned()),
            ("code", code),
        ]
    };
    let fields = trade(code);
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let elsewhere = pages.site.pool().await;
    for other in [elsewhere.as_str(), "us-east-1_000000000"] {
        let found = form(&pages, &format!("/{other}/oauth2/token"), &fields).await;
        assert_eq!(
            (found.status(), text_of(&found)),
            (StatusCode::BAD_REQUEST, r#"{"error":"invalid_client"}"#)
        );
    }
    let found = form(&pages, &format!("/{pool}/oauth2/token"), &fields).await;
    assert_eq!(found.status(), StatusCode::OK, "{}", text_of(&found));
    let tokens = json_of(&found);
    // The browser has a session now: another request is answered at once, in the same pool alone.
    let found = browser
        .get(&format!("/{pool}/oauth2/authorize?{query}"))
        .await;
    code_of(&found);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let fields = [("client_id", client.as_str()), ("token", refresh)];
    let found = form(&pages, &format!("/{pool}/oauth2/revoke"), &fields).await;
    assert_eq!((found.status(), text_of(&found)), (StatusCode::OK, ""));
    let access = tokens["access_token"].as_str().unwrap();
    let read = async |pool: &str| {
        let fields = [("access_token", access)];
        let path = format!("/{pool}/oauth2/userInfo");
        form(&pages, &path, &fields).await.status()
    };
    assert_eq!(read(&elsewhere).await, StatusCode::UNAUTHORIZED);
    let away = format!(
        "client_id={client}&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb"
    );
    let found = browser.get(&format!("/{pool}/logout?{away}")).await;
    assert_eq!(
        (found.status(), header(&found, "location")),
        (StatusCode::FOUND, format!("/login?{away}").as_str())
    );
}

#[tokio::test]
async fn a_client_that_is_unknown_where_it_asks_gets_the_page_at_once() {
    let pages = Pages::new(2).await;
    let (pool, query) = (&pages.pool, pages.query());
    let elsewhere = pages.site.pool().await;
    pages
        .site
        .call(
            Op::CreateUserPoolDomain,
            json!({"UserPoolId": elsewhere, "Domain": "elsewhere"}),
        )
        .await;
    let unknown = query_of("1example23456789");
    let mut browser = pages.browser();
    for path in [
        format!("/oauth2/authorize?{unknown}"),
        format!("/{pool}/oauth2/authorize?{unknown}"),
        format!("/{elsewhere}/oauth2/authorize?{query}"),
        format!("/us-east-1_000000000/oauth2/authorize?{query}"),
        format!("/x/oauth2/authorize?{query}"),
        // What the query says counts less than the path.
        format!("/{elsewhere}/oauth2/authorize?{query}&user_pool_id={pool}"),
    ] {
        let found = browser.get(&path).await;
        assert_eq!(found.status(), StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(header(&found, "location"), "");
        assert!(
            text_of(&found).contains("is not known"),
            "{}",
            text_of(&found)
        );
        assert!(browser.cookies.is_empty());
    }
    // The pages after it lead to the page for errors, as ever.
    for pool in [elsewhere.as_str(), "us-east-1_000000000"] {
        let found = browser
            .get(&format!("/login?{query}&user_pool_id={pool}"))
            .await;
        let location = header(&found, "location");
        assert!(
            location.starts_with("/error?error=invalid_client&"),
            "{location}"
        );
    }
    // On a domain, no path leads out of its pool.
    browser.visitor = visitor_at("elsewhere.localhost:9229");
    let path = format!("/{pool}/oauth2/authorize?{query}");
    let found = browser.get(&path).await;
    assert_eq!(found.status(), StatusCode::BAD_REQUEST);
    let path = format!("/{elsewhere}/oauth2/authorize?{query}");
    assert_eq!(browser.get(&path).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_look_at_the_authorization_endpoint_leaves_nothing() {
    let pages = Pages::new(2).await;
    let changes = async || {
        let sql = "SELECT COUNT(*) FROM audit";
        let rows = pages.site.app.store.rows(sql, cognate_store::params![]);
        rows.await.unwrap()[0].int(0).unwrap()
    };
    let before = changes().await;
    let mut program = pages.browser();
    let path = format!("/{}/oauth2/authorize?{}", pages.pool, pages.query());
    let found = program.get(&path).await;
    assert_eq!(found.status(), StatusCode::FOUND);
    assert!(program.cookies.is_empty());
    assert_eq!(changes().await, before);
}

#[tokio::test]
async fn pages_of_every_origin_may_ask_with_the_headers_that_clients_send() {
    let pages = Pages::new(2).await;
    let pool = &pages.pool;
    let mut program = pages.browser();
    for path in [
        "/.well-known/oauth-authorization-server".to_owned(),
        format!("/.well-known/oauth-authorization-server/{pool}"),
        format!("/.well-known/openid-configuration/{pool}"),
        format!("/{pool}/.well-known/openid-configuration"),
        format!("/{pool}/.well-known/jwks.json"),
        format!("/.well-known/oauth-protected-resource/{pool}"),
        format!("/{pool}/oauth2/token"),
        format!("/{pool}/oauth2/revoke"),
        format!("/{pool}/oauth2/userInfo"),
        "/oauth2/token".to_owned(),
    ] {
        let found = program
            .send(Method::OPTIONS, &path, Bytes::new(), &[])
            .await;
        assert_eq!(found.status(), StatusCode::NO_CONTENT, "{path}");
        assert_eq!(header(&found, "access-control-allow-origin"), "*");
        assert_eq!(
            header(&found, "access-control-allow-headers"),
            "*, Authorization, Content-Type, MCP-Protocol-Version"
        );
    }
    for path in [
        "/.well-known/oauth-protected-resource".to_owned(),
        format!("/.well-known/oauth-protected-resource/{pool}"),
        format!("/{pool}/.well-known/oauth-protected-resource"),
    ] {
        let found = program.get(&path).await;
        assert_eq!(found.status(), StatusCode::NOT_FOUND);
        assert_eq!(header(&found, "access-control-allow-origin"), "*");
        assert_eq!(
            json_of(&found),
            json!({"message": "This is an authorization server. The resource itself publishes its metadata."})
        );
    }
}
