//! The key set and the discovery document of a pool, as a relying party fetches them.

use cognate_crypto::jws::{self, PublicKey};
use cognate_domain::records::pool::Issuer;
use cognate_domain::tokens::issuer;
use cognate_domain::{App, IssuerDefault, Mode, Settings};
use cognate_shapes::Op;
use cognate_web::ROUTES;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::site::{BASE, Site, header, json_of, request, visitor, visitor_at};

impl Site {
    async fn issuer(&self, pool: &str) -> String {
        let found = self
            .get(&format!("/{pool}/.well-known/openid-configuration"))
            .await;
        json_of(&found)["issuer"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn the_key_set_holds_the_two_keys_that_verify_tokens() {
    let site = Site::new(Settings::dev()).await;
    let pool = site.pool().await;
    let found = site.get(&format!("/{pool}/.well-known/jwks.json")).await;
    assert_eq!(found.status(), StatusCode::OK);
    assert_eq!(header(&found, "content-type"), "application/json");
    assert_eq!(header(&found, "access-control-allow-origin"), "*");
    assert_eq!(
        header(&found, "cache-control"),
        "public, max-age=3600, must-revalidate"
    );
    let set = json_of(&found);
    assert_eq!(set.as_object().unwrap().len(), 1);
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    for key in keys {
        let members: Vec<&String> = key.as_object().unwrap().keys().collect();
        assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
        assert_eq!(
            (&key["alg"], &key["kty"], &key["use"]),
            (&json!("RS256"), &json!("RSA"), &json!("sig"))
        );
        assert_eq!(key["kid"].as_str().unwrap().len(), 44);
    }
    assert_eq!(
        json_of(&site.get(&format!("/{pool}/.well-known/jwks.json")).await),
        set
    );

    // A token of the pool verifies with the published key of its kid.
    let client = json!({
        "UserPoolId": pool, "ClientName": "app", "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    });
    let client =
        site.call(Op::CreateUserPoolClient, client).await["UserPoolClient"]["ClientId"].clone();
    let user = json!({"UserPoolId": pool, "Username": "jane", "MessageAction": "SUPPRESS"});
    site.call(Op::AdminCreateUser, user).await;
    let password =
        json!({"UserPoolId": pool, "Username": "jane", "Password": "Passw0rd!", "Permanent": true});
    site.call(Op::AdminSetUserPassword, password).await;
    let sign_in = json!({
        "UserPoolId": pool, "ClientId": client, "AuthFlow": "ADMIN_NO_SRP_AUTH",
        "AuthParameters": {"USERNAME": "jane", "PASSWORD": "Passw0rd!"},
    });
    let result = site.call(Op::AdminInitiateAuth, sign_in).await["AuthenticationResult"].clone();
    for (token, key) in [("IdToken", &keys[0]), ("AccessToken", &keys[1])] {
        let parts = jws::split(result[token].as_str().unwrap()).unwrap();
        assert_eq!(parts.header.kid, key["kid"].as_str().unwrap());
        assert!(parts.signed_by(&PublicKey::from_jwk_json(&key.to_string()).unwrap()));
        let claims: Value = serde_json::from_slice(&parts.payload().unwrap()).unwrap();
        assert_eq!(claims["iss"].as_str().unwrap(), site.issuer(&pool).await);
    }
}

#[tokio::test]
async fn discovery_names_only_what_answers_with_a_domain_or_without() {
    let site = Site::new(Settings::dev()).await;
    let pool = site.pool().await;
    let iss = format!("{BASE}/{pool}");
    let keys = [
        "id_token_signing_alg_values_supported",
        "issuer",
        "jwks_uri",
        "subject_types_supported",
    ];
    let endpoints = [
        ("authorization_endpoint", "/oauth2/authorize"),
        (
            "device_authorization_endpoint",
            "/oauth2/device_authorization",
        ),
        ("end_session_endpoint", "/logout"),
        ("introspection_endpoint", "/oauth2/introspect"),
        ("revocation_endpoint", "/oauth2/revoke"),
        ("token_endpoint", "/oauth2/token"),
        ("userinfo_endpoint", "/oauth2/userInfo"),
    ];
    let path = format!("/{pool}/.well-known/openid-configuration");
    for domain in [None, Some("shop")] {
        if let Some(domain) = domain {
            let input = json!({"UserPoolId": pool, "Domain": domain});
            site.call(Op::CreateUserPoolDomain, input).await;
        }
        let found = site.get(&path).await;
        let document = json_of(&found);
        let members: Vec<&str> = document
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut expected = keys.to_vec();
        if domain.is_some() {
            expected.extend(endpoints.map(|(member, _)| member));
            expected.extend([
                "authorization_response_iss_parameter_supported",
                "claims_parameter_supported",
                "claims_supported",
                "code_challenge_methods_supported",
                "grant_types_supported",
                "introspection_endpoint_auth_methods_supported",
                "prompt_values_supported",
                "request_parameter_supported",
                "request_uri_parameter_supported",
                "response_modes_supported",
                "response_types_supported",
                "scopes_supported",
                "token_endpoint_auth_methods_supported",
            ]);
            expected.sort_unstable();
        }
        assert_eq!(members, expected);
        assert_eq!(document["issuer"], json!(iss));
        assert_eq!(
            document["jwks_uri"],
            json!(format!("{iss}/.well-known/jwks.json"))
        );
        for (member, path) in endpoints.iter().filter(|_| domain.is_some()) {
            assert_eq!(document[member], json!(format!("{BASE}/{pool}{path}")));
        }
        // Each URL in it answers.
        for url in document.as_object().unwrap().values() {
            if let Some(path) = url.as_str().and_then(|url| url.strip_prefix(BASE)) {
                let found = site.fetch(Method::GET, path, Some(BASE)).await;
                assert!(path == format!("/{pool}") || found.is_some(), "{url}");
            }
        }
    }
}

#[tokio::test]
async fn endpoints_are_named_where_they_answer() {
    let settings = |mode, base: Option<&str>, public: Option<&str>| Settings {
        mode,
        domain_base: base.map(str::to_owned),
        public_url: public.map(str::to_owned),
        ..Settings::dev()
    };
    let (custom, service) = (
        "login.shop.example",
        "shop.auth.us-east-1.amazoncognito.com",
    );
    let (base, public) = (Some("id.example"), Some("https://id.example:8443/"));
    // Hosts of this server itself: the paths name the pool there.
    let (here, at_public) = ("http://localhost:9229/POOL", "https://id.example:8443/POOL");
    for (settings, with_custom, host, expected) in [
        // On this machine: where the client came from, whatever the issuer.
        (settings(Mode::Dev, None, None), false, None, here),
        (settings(Mode::Dev, None, None), true, None, here),
        (settings(Mode::Dev, None, public), true, None, here),
        (
            settings(Mode::Dev, None, None),
            false,
            Some("shop.localhost:9229"),
            "http://shop.localhost:9229",
        ),
        (
            settings(Mode::Dev, None, None),
            false,
            Some(service),
            "http://shop.auth.us-east-1.amazoncognito.com",
        ),
        (
            settings(Mode::Dev, None, None),
            true,
            Some(custom),
            "http://login.shop.example",
        ),
        // Where names lead here, by those.
        (
            settings(Mode::Serve, None, public),
            true,
            Some("id.example:8443"),
            "https://login.shop.example",
        ),
        (
            settings(Mode::Serve, base, public),
            true,
            Some(service),
            "https://login.shop.example",
        ),
        (
            settings(Mode::Serve, base, public),
            false,
            Some("id.example:8443"),
            "https://shop.auth.us-east-1.id.example:8443",
        ),
        (settings(Mode::Serve, None, public), false, None, here),
        (
            settings(Mode::Serve, None, public),
            false,
            Some(service),
            "http://shop.auth.us-east-1.amazoncognito.com",
        ),
        // From a host that is not this server's.
        (
            settings(Mode::Serve, None, public),
            false,
            Some("other.example"),
            at_public,
        ),
    ] {
        let site = Site::new(settings).await;
        let pool = site.pool().await;
        let domain = json!({"UserPoolId": pool, "Domain": "shop"});
        site.call(Op::CreateUserPoolDomain, domain).await;
        if with_custom {
            let arn = "arn:aws:acm:us-east-1:000000000000:certificate/c";
            let domain = json!({
                "UserPoolId": pool, "Domain": custom, "CustomDomainConfig": {"CertificateArn": arn},
            });
            site.call(Op::CreateUserPoolDomain, domain).await;
        }
        let visitor = host.map_or_else(|| visitor(Some(BASE)), visitor_at);
        for issuer in [
            None,
            Some(Issuer::Aws),
            Some(Issuer::Custom("https://a.example".into())),
        ] {
            set_issuer(&site.app, &pool, issuer.as_ref()).await.unwrap();
            let sent = request(
                Method::GET,
                &format!("/{pool}/.well-known/openid-configuration"),
            );
            let found = site.send(&ROUTES, sent, &visitor).await.unwrap();
            let found = json_of(&found)["token_endpoint"].clone();
            let expected = expected.replace("POOL", &pool);
            assert_eq!(
                found,
                format!("{expected}/oauth2/token"),
                "{host:?} {issuer:?}"
            );
        }
    }
}

#[tokio::test]
async fn the_documents_are_on_the_domain_too_and_one_has_two_names() {
    let site = Site::new(Settings::dev()).await;
    let (pool, other) = (site.pool().await, site.pool().await);
    for (pool, domain) in [(&pool, "shop"), (&other, "other")] {
        let input = json!({"UserPoolId": pool, "Domain": domain});
        site.call(Op::CreateUserPoolDomain, input).await;
    }
    let at = async |path: &str| {
        let visitor = visitor_at("shop.localhost:9229");
        site.send(&ROUTES, request(Method::GET, path), &visitor)
            .await
    };
    let document = at("/.well-known/openid-configuration").await.unwrap();
    assert_eq!(document.status(), StatusCode::OK);
    assert_eq!(
        header(&document, "vary"),
        "Host, X-Forwarded-Host, X-Forwarded-Proto"
    );
    assert_eq!(header(&document, "access-control-allow-origin"), "*");
    let read = json_of(&document);
    assert_eq!(read["issuer"], format!("http://localhost:9229/{pool}"));
    assert_eq!(
        read["token_endpoint"],
        "http://shop.localhost:9229/oauth2/token"
    );
    for path in [
        "/.well-known/oauth-authorization-server".to_owned(),
        format!("/{pool}/.well-known/openid-configuration"),
        format!("/{pool}/.well-known/oauth-authorization-server"),
        format!("/.well-known/oauth-authorization-server/{pool}"),
        format!("/.well-known/openid-configuration/{pool}"),
    ] {
        let same = at(&path).await.unwrap();
        assert_eq!(same.body(), document.body(), "{path}");
    }
    let keys = at("/.well-known/jwks.json").await.unwrap();
    let of_pool = site.get(&format!("/{pool}/.well-known/jwks.json")).await;
    assert_eq!(
        (keys.status(), keys.body()),
        (StatusCode::OK, of_pool.body())
    );
    // On the hosts of this server itself a document needs its pool, on a domain there is no other.
    for path in [
        "oauth-authorization-server",
        "openid-configuration",
        "jwks.json",
    ] {
        let path = format!("/.well-known/{path}");
        let found = site.get(&path).await;
        assert_eq!(found.status(), StatusCode::NOT_FOUND);
        assert_eq!(
            json_of(&found),
            json!({"message": "No user pool is at this host."})
        );
        let found = at(&format!("/{other}{path}")).await.unwrap();
        assert_eq!(found.status(), StatusCode::NOT_FOUND);
    }
    let path = format!("/.well-known/oauth-authorization-server/{pool}");
    let found = site.get(&path).await;
    let expected = site
        .get(&format!("/{pool}/.well-known/openid-configuration"))
        .await;
    assert_eq!(found.body(), expected.body());
    assert_eq!(
        json_of(&found)["token_endpoint"],
        format!("{BASE}/{pool}/oauth2/token")
    );
}

#[tokio::test]
async fn the_issuer_follows_the_mode_of_the_pool() {
    let site = Site::new(Settings::dev()).await;
    let pool = site.pool().await;
    let path = format!("/{pool}/.well-known/openid-configuration");
    let other = site
        .fetch(Method::GET, &path, Some("https://id.example.com"))
        .await
        .unwrap();
    assert_eq!(
        json_of(&other)["issuer"],
        format!("https://id.example.com/{pool}")
    );

    set_issuer(&site.app, &pool, Some(&Issuer::Aws))
        .await
        .unwrap();
    assert_eq!(
        site.issuer(&pool).await,
        format!("https://cognito-idp.us-east-1.amazonaws.com/{pool}")
    );
    let update = json!({"UserPoolId": pool, "IssuerConfiguration": {"Type": "UPDATED"}});
    site.call(Op::UpdateUserPool, update).await;
    assert_eq!(
        site.issuer(&pool).await,
        format!("https://issuer-cognito-idp.us-east-1.amazonaws.com/{pool}")
    );
    set_issuer(
        &site.app,
        &pool,
        Some(&Issuer::Custom("https://login.example.com".into())),
    )
    .await
    .unwrap();
    assert_eq!(site.issuer(&pool).await, "https://login.example.com");
    set_issuer(&site.app, &pool, None).await.unwrap();
    assert_eq!(site.issuer(&pool).await, format!("{BASE}/{pool}"));
    assert!(
        set_issuer(&site.app, "us-east-1_000000000", None)
            .await
            .is_err()
    );
    let sql = "SELECT doc FROM audit WHERE pool_id = ?1";
    let rows = site
        .app
        .store
        .rows(sql, cognate_store::params![&pool])
        .await
        .unwrap();
    assert_eq!(
        rows.iter()
            .filter(|row| row.text(0).unwrap().contains("SetIssuer"))
            .count(),
        3
    );
}

#[tokio::test]
async fn the_default_issuer_is_the_servers() {
    let site = Site::new(Settings {
        issuer: IssuerDefault::Aws,
        ..Settings::dev()
    })
    .await;
    let pool = site.pool().await;
    assert_eq!(
        site.issuer(&pool).await,
        format!("https://cognito-idp.us-east-1.amazonaws.com/{pool}")
    );
    set_issuer(&site.app, &pool, Some(&Issuer::Gateway))
        .await
        .unwrap();
    assert_eq!(site.issuer(&pool).await, format!("{BASE}/{pool}"));

    let url = Some("https://id.example.com/".to_owned());
    let site = Site::new(Settings {
        public_url: url,
        ..Settings::dev()
    })
    .await;
    let pool = site.pool().await;
    let path = format!("/{pool}/.well-known/openid-configuration");
    let found = site.fetch(Method::GET, &path, None).await.unwrap();
    assert_eq!(
        json_of(&found)["issuer"],
        format!("https://id.example.com/{pool}")
    );
}

#[tokio::test]
async fn other_pools_methods_and_paths_are_refused() {
    let site = Site::new(Settings::dev()).await;
    let pool = site.pool().await;
    for document in ["jwks.json", "openid-configuration"] {
        let found = site
            .get(&format!("/us-east-1_000000000/.well-known/{document}"))
            .await;
        assert_eq!(found.status(), StatusCode::NOT_FOUND);
        assert_eq!(
            json_of(&found),
            json!({"message": "User pool us-east-1_000000000 does not exist."})
        );
        assert_eq!(header(&found, "cache-control"), "no-store");
        let path = format!("/{pool}/.well-known/{document}");
        let found = site.fetch(Method::POST, &path, Some(BASE)).await.unwrap();
        assert_eq!(
            (found.status(), header(&found, "allow")),
            (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD, OPTIONS")
        );
        let found = site.fetch(Method::HEAD, &path, Some(BASE)).await.unwrap();
        assert_eq!((found.status(), found.body().len()), (StatusCode::OK, 0));
        let found = site
            .fetch(Method::OPTIONS, &path, Some(BASE))
            .await
            .unwrap();
        assert_eq!(
            (
                found.status(),
                header(&found, "access-control-allow-methods")
            ),
            (StatusCode::NO_CONTENT, "GET, HEAD, OPTIONS")
        );
    }
    for path in [
        "/x",
        "/a/b/.well-known/jwks.json",
        "/x/.well-known/security.txt",
    ] {
        assert!(
            site.fetch(Method::GET, path, Some(BASE)).await.is_none(),
            "{path}"
        );
    }
    site.call(Op::DeleteUserPool, json!({"UserPoolId": pool}))
        .await;
    let found = site.get(&format!("/{pool}/.well-known/jwks.json")).await;
    assert_eq!(found.status(), StatusCode::NOT_FOUND);
}

/// Sets the issuer as `pool set-issuer` on a running server does.
pub async fn set_issuer(
    app: &App,
    pool_id: &str,
    issuer: Option<&Issuer>,
) -> cognate_domain::Result<()> {
    let outcome = issuer::set(&app.store, &app.root, app.clock.service(), pool_id, issuer).await;
    app.cache.forget(pool_id, None);
    outcome
}
