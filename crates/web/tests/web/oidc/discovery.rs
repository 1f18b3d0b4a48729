//! The discovery document, as the conformance plans check it.

use cognate_domain::records::pool::Issuer;
use cognate_domain::tokens::issuer;
use cognate_domain::{Mode, Settings};
use cognate_shapes::Op;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::site::{Site, header, json_of};

/// endpoints.md 7.2.
#[tokio::test]
async fn the_document_is_what_the_conformance_suite_asks_for() {
    let site = Site::new(Settings {
        public_url: Some("https://id.example".into()),
        ..Settings::dev()
    })
    .await;
    let pool = site.pool().await;
    site.call(
        Op::CreateUserPoolDomain,
        json!({"UserPoolId": pool, "Domain": "shop"}),
    )
    .await;
    let path = format!("/{pool}/.well-known/openid-configuration");
    let found = site.fetch(Method::GET, &path, None).await.unwrap();
    assert_eq!(found.status(), StatusCode::OK);
    assert_eq!(header(&found, "content-type"), "application/json");
    let document = json_of(&found);
    let issuer = document["issuer"].as_str().unwrap();
    assert_eq!(
        format!("{issuer}/.well-known/openid-configuration"),
        format!("https://id.example{path}")
    );
    for member in [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
    ] {
        assert!(document[member].is_string(), "{member}");
    }
    for (member, value) in document.as_object().unwrap() {
        if let Some(text) = value.as_str() {
            assert!(text.starts_with("https://"), "{member}");
        } else if let Some(list) = value.as_array() {
            assert!(
                !list.is_empty() && list.iter().all(Value::is_string),
                "{member}"
            );
        } else {
            assert!(value.is_boolean(), "{member}");
        }
    }
    let has =
        |member: &str, word: &str| document[member].as_array().unwrap().contains(&json!(word));
    for (member, word) in [
        ("response_types_supported", "code"),
        ("subject_types_supported", "public"),
        ("id_token_signing_alg_values_supported", "RS256"),
        ("scopes_supported", "openid"),
        ("claims_supported", "sub"),
        ("code_challenge_methods_supported", "S256"),
        ("response_modes_supported", "form_post"),
    ] {
        assert!(has(member, word), "{member}");
    }
    // Programs would use it as soon as they see it, and most clients may not.
    assert!(document["pushed_authorization_request_endpoint"].is_null());
}

#[tokio::test]
async fn endpoints_answer_with_the_issuer_of_the_document_that_names_them() {
    let settings = Settings {
        mode: Mode::Serve,
        domain_base: Some("id.example".into()),
        public_url: Some("https://id.example".into()),
        ..Settings::dev()
    };
    let site = Site::new(settings).await;
    let pool = site.pool().await;
    let domain = json!({"UserPoolId": pool, "Domain": "shop"});
    site.call(Op::CreateUserPoolDomain, domain).await;
    let path = format!("/{pool}/.well-known/openid-configuration");
    let named = async |from: &str| {
        let found = site.fetch(Method::GET, &path, Some(from)).await.unwrap();
        let document = json_of(&found);
        ["issuer", "authorization_endpoint"].map(|name| document[name].clone())
    };
    let domain = "https://shop.auth.us-east-1.id.example";
    assert_eq!(
        named("https://id.example").await,
        [
            format!("https://id.example/{pool}"),
            format!("{domain}/oauth2/authorize")
        ]
    );
    // On its domains a pool has the issuer of the public URL. Who found another one stays where it was found.
    assert_eq!(
        named("https://other.example").await,
        [
            format!("https://other.example/{pool}"),
            format!("https://other.example/{pool}/oauth2/authorize")
        ]
    );
    for issuer in [Issuer::Aws, Issuer::Custom("https://a.example".into())] {
        let app = &site.app;
        let now = app.clock.service();
        let set = issuer::set(&app.store, &app.root, now, &pool, Some(&issuer));
        set.await.unwrap();
        app.cache.forget(&pool, None);
        let [_, endpoint] = named("https://other.example").await;
        assert_eq!(endpoint, format!("{domain}/oauth2/authorize"));
    }
}
