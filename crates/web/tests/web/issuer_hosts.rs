//! The documents of a pool at the host that is its whole issuer.

use cognate_domain::Settings;
use cognate_domain::records::pool::Issuer;
use cognate_shapes::Op;
use cognate_web::ROUTES;
use http::{Method, StatusCode};
use serde_json::json;

use crate::documents::set_issuer;
use crate::site::{Site, json_of, request, visitor_at};

#[tokio::test]
async fn at_the_host_that_is_a_pools_issuer_its_documents_need_no_pool() {
    let site = Site::new(Settings::dev()).await;
    let (pool, other) = (site.pool().await, site.pool().await);
    let at = async |host: &str, path: &str| {
        let sent = request(Method::GET, path);
        let found = site.send(&ROUTES, sent, &visitor_at(host)).await.unwrap();
        (found.status(), json_of(&found))
    };
    let (names, nowhere) = (
        [
            "oauth-authorization-server",
            "openid-configuration",
            "jwks.json",
        ],
        json!({"message": "No user pool is at this host."}),
    );
    let custom = Issuer::Custom("https://id.example".into());
    set_issuer(&site.app, &pool, Some(&custom)).await.unwrap();
    for name in names {
        let path = format!("/.well-known/{name}");
        let (status, document) = at("id.example", &path).await;
        assert_eq!(status, StatusCode::OK);
        let below = match name {
            "jwks.json" => format!("/{pool}{path}"),
            _ => format!("/.well-known/{name}/{pool}"),
        };
        assert_eq!(document, at("id.example", &below).await.1, "{name}");
        let elsewhere = at("www.id.example", &path).await;
        assert_eq!(elsewhere, (StatusCode::NOT_FOUND, nowhere.clone()));
    }
    let (_, document) = at("id.example", "/.well-known/oauth-authorization-server").await;
    assert_eq!(
        (&document["issuer"], &document["jwks_uri"]),
        (
            &json!("https://id.example"),
            &json!("https://id.example/.well-known/jwks.json")
        )
    );
    // The host of one pool's issuer may be another pool's domain, which is the nearer.
    let domain = json!({"UserPoolId": other, "Domain": "shop"});
    site.call(Op::CreateUserPoolDomain, domain).await;
    let custom = Issuer::Custom("http://shop.localhost:9229".into());
    set_issuer(&site.app, &pool, Some(&custom)).await.unwrap();
    let (_, document) = at("shop.localhost:9229", "/.well-known/openid-configuration").await;
    assert_eq!(document["issuer"], format!("http://localhost:9229/{other}"));
    // An issuer with a path, and a host that two issuers have.
    let shared = Issuer::Custom("https://id.example".into());
    let path = Issuer::Custom("https://id.example/x".into());
    for issuers in [[&path, &path], [&shared, &shared]] {
        for (pool, issuer) in [&pool, &other].into_iter().zip(issuers) {
            set_issuer(&site.app, pool, Some(issuer)).await.unwrap();
        }
        let found = at("id.example", "/.well-known/oauth-authorization-server").await;
        assert_eq!(found, (StatusCode::NOT_FOUND, nowhere.clone()));
    }
}
