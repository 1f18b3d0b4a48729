//! Files with hashed names, and paths that try to reach others.

use cognate_domain::Settings;
use cognate_web::assets::{self, STYLE};
use cognate_web::route::Table;
use http::{Method, StatusCode};

use crate::site::{Site, header, request};

static TABLE: Table = Table::new(&[assets::route()]);

#[tokio::test]
async fn a_file_is_served_under_the_hash_of_its_content() {
    let site = Site::new(Settings::dev()).await;
    let found = site
        .ask(&TABLE, request(Method::GET, STYLE.path()))
        .await
        .unwrap();
    assert_eq!(found.status(), StatusCode::OK);
    assert_eq!(header(&found, "content-type"), "text/css; charset=utf-8");
    assert_eq!(
        header(&found, "cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(header(&found, "x-content-type-options"), "nosniff");
    assert_eq!(header(&found, "set-cookie"), "");
    let hash = cognate_crypto::hash::sha256_hex(found.body());
    assert_eq!(STYLE.path(), format!("/assets/style.{}.css", &hash[..16]));
    let head = site
        .ask(&TABLE, request(Method::HEAD, STYLE.path()))
        .await
        .unwrap();
    assert!(head.status() == StatusCode::OK && head.body().is_empty());
    let posted = site
        .ask(&TABLE, request(Method::POST, STYLE.path()))
        .await
        .unwrap();
    assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(header(&posted, "cache-control"), "no-store");
}

#[tokio::test]
async fn nothing_else_is_served() {
    let site = Site::new(Settings::dev()).await;
    let name = STYLE.path().strip_prefix("/assets/").unwrap();
    let upper = name.to_uppercase();
    let paths = [
        "/assets/".to_owned(),
        "/assets".to_owned(),
        "/assets/style.css".to_owned(),
        "/assets/style.0000000000000000.css".to_owned(),
        "/assets/..".to_owned(),
        "/assets/../Cargo.toml".to_owned(),
        "/assets/..%2fCargo.toml".to_owned(),
        "/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd".to_owned(),
        "/assets/..%5cCargo.toml".to_owned(),
        "/assets//etc/passwd".to_owned(),
        "/assets/%00".to_owned(),
        format!("/assets/{name}%00.html"),
        format!("/assets/{name}/"),
        format!("/assets/./{name}"),
        format!("/assets/%2e/{name}"),
        format!("/assets/x/../{name}"),
        format!("//assets/{name}"),
        format!("/assets/{}", name.replace('.', "%2e")),
        format!("/assets/{upper}"),
        format!("/assets/{}", "a".repeat(10_000)),
    ];
    for path in paths {
        let found = site.ask(&TABLE, request(Method::GET, &path)).await;
        assert!(found.is_none(), "{path}");
    }
}

#[tokio::test]
async fn a_browser_that_asks_for_an_icon_gets_no_error() {
    let site = Site::new(Settings::dev()).await;
    let found = site.get("/favicon.ico").await;
    assert_eq!(
        (found.status(), found.body().len()),
        (StatusCode::NO_CONTENT, 0)
    );
    assert_eq!(header(&found, "cache-control"), "public, max-age=86400");
}
