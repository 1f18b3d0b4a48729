//! Hosts as the domains of pools: which pool is there, what it costs to find out, and that other pools are not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cognate_domain::resources::domains::at_host;
use cognate_domain::{Mode, Settings};
use cognate_shapes::Op;
use cognate_web::ROUTES;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::site::{Site, json_of, text_of, visitor_at};

const CUSTOM: &str = "login.shop.example";

impl Site {
    /// Creates a domain of a pool.
    async fn domain(&self, pool: &str, domain: &str, more: Value) {
        let mut input = json!({"UserPoolId": pool, "Domain": domain});
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        if domain.contains('.') {
            input["CustomDomainConfig"] =
                json!({"CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/c"});
        }
        self.call(Op::CreateUserPoolDomain, input).await;
    }

    async fn without_domain(&self, pool: &str, domain: &str) {
        let input = json!({"UserPoolId": pool, "Domain": domain});
        self.call(Op::DeleteUserPoolDomain, input).await;
    }

    /// Returns the pool, the version of its pages and the domain at a host.
    async fn found(&self, host: &str) -> Option<(String, i64, String)> {
        let found = at_host(&self.app, host)
            .await
            .unwrap_or_else(|e| panic!("{e:?}"));
        found.map(|found| (found.pool.id.clone(), found.version, found.domain))
    }

    /// Sends a request to a host that is not this server's own.
    async fn ask_host(&self, host: &str, request: Request<Bytes>) -> Response<Bytes> {
        self.send(&ROUTES, request, &visitor_at(host))
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_pool_is_found_by_each_host_of_its_domains() {
    let settings = |mode, base: Option<&str>| Settings {
        mode,
        domain_base: base.map(str::to_owned),
        ..Settings::dev()
    };
    for (mode, base) in [
        (Mode::Dev, None),
        (Mode::Dev, Some("id.example")),
        (Mode::Serve, None),
    ] {
        let site = Site::new(settings(mode, base)).await;
        let (pool, other) = (site.pool().await, site.pool().await);
        site.domain(&pool, "shop", json!({})).await;
        site.domain(&pool, CUSTOM, json!({"ManagedLoginVersion": 2}))
            .await;
        site.domain(&other, "office", json!({})).await;
        let prefix = Some((pool.clone(), 1, "shop".to_owned()));
        for host in [
            "shop.auth.us-east-1.amazoncognito.com",
            "shop.auth.us-east-1.amazoncognito.com:8443",
        ] {
            assert_eq!(site.found(host).await, prefix, "{host}");
        }
        let local = prefix.clone().filter(|_| mode == Mode::Dev);
        for host in [
            "shop.localhost",
            "shop.localhost:9229",
            "shop.auth.us-east-1.localhost:1",
        ] {
            assert_eq!(site.found(host).await, local, "{host}");
        }
        let based = prefix.filter(|_| base.is_some());
        assert_eq!(site.found("shop.auth.us-east-1.id.example").await, based);
        let custom = Some((pool.clone(), 2, CUSTOM.to_owned()));
        assert_eq!(site.found(CUSTOM).await, custom);
        assert_eq!(site.found("login.shop.example:443").await, custom);
        let other = site.found("office.auth.us-east-1.amazoncognito.com").await;
        assert_eq!(other.unwrap().1, 1);
        for host in [
            "shop",
            "localhost",
            "127.0.0.1:9229",
            "[::1]",
            "id.example",
            "shop.auth.eu-west-1.amazoncognito.com",
            "shop.auth.us-east-1.amazoncognito.com.evil.example",
            "x.login.shop.example",
            "auth.us-east-1.amazoncognito.com",
        ] {
            assert_eq!(site.found(host).await, None, "{host}");
        }
    }
}

#[tokio::test]
async fn hosts_are_looked_up_once_and_changes_seen_at_once() {
    let site = Site::new(Settings::dev()).await;
    let (first, second) = (site.pool().await, site.pool().await);
    let pool_at = async || {
        site.found("shop.localhost:9229")
            .await
            .map(|found| (found.0, found.1))
    };
    let reads = || site.app.store.work().reads;
    // Hosts that no domain can have.
    let before = reads();
    for host in [
        "localhost:9229",
        "127.0.0.1",
        "[::1]:1",
        "cognate",
        "id.example",
    ] {
        assert_eq!(site.found(host).await, None);
    }
    assert_eq!(reads(), before);
    // One that has none is asked for once.
    assert_eq!(pool_at().await, None);
    let before = reads();
    for _ in 0..3 {
        assert_eq!(pool_at().await, None);
    }
    assert!(reads() <= before + 1);
    site.domain(&first, "shop", json!({})).await;
    assert_eq!(pool_at().await, Some((first.clone(), 1)));
    let input = json!({"UserPoolId": first, "Domain": "shop", "ManagedLoginVersion": 2});
    site.call(Op::UpdateUserPoolDomain, input).await;
    assert_eq!(pool_at().await, Some((first.clone(), 2)));
    let before = reads();
    pool_at().await;
    // The lease of an entry may end between two of these lines.
    assert!(reads() <= before + 3);
    site.without_domain(&first, "shop").await;
    assert_eq!(pool_at().await, None);
    site.domain(&second, "shop", json!({})).await;
    assert_eq!(pool_at().await, Some((second, 1)));
}

#[tokio::test]
async fn a_method_that_no_route_has_costs_no_look_at_the_domains() {
    let site = Site::new(Settings::dev()).await;
    let before = site.app.store.work().reads;
    for (number, method) in [Method::OPTIONS, Method::PUT, Method::DELETE]
        .into_iter()
        .enumerate()
    {
        let request = crate::site::request(method, "/login");
        let host = format!("shop{number}.localhost:9229");
        let found = site.ask_host(&host, request).await;
        assert!(found.headers().contains_key("allow"));
    }
    assert_eq!(site.app.store.work().reads, before);
}

#[tokio::test]
async fn a_custom_domain_is_no_host_of_a_prefix() {
    let site = Site::new(Settings {
        domain_base: Some("id.example".into()),
        ..Settings::dev()
    })
    .await;
    let pool = site.pool().await;
    for domain in [
        "shop.auth.us-east-1.id.example",
        "shop.auth.us-east-1.amazoncognito.com",
        "shop.auth.us-east-1.localhost",
    ] {
        let input = json!({
            "UserPoolId": pool, "Domain": domain,
            "CustomDomainConfig": {"CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/c"},
        });
        let refused = site
            .try_call(Op::CreateUserPoolDomain, input)
            .await
            .unwrap_err();
        assert!(
            refused.message.contains("not a valid subdomain"),
            "{domain}"
        );
    }
}

#[tokio::test]
async fn a_domain_has_no_clients_and_no_users_of_other_pools() {
    let site = Site::new(Settings::dev()).await;
    let (own, other) = (site.pool().await, site.pool().await);
    site.domain(&own, "own", json!({})).await;
    site.domain(&other, "other", json!({})).await;
    let (client, basic) = site.machine(&own).await;
    let sent = |path: &str, authorization: &str, form: &str| {
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", authorization);
        request
            .body(Bytes::copy_from_slice(form.as_bytes()))
            .unwrap()
    };
    let form = "grant_type=client_credentials";
    let found = site
        .ask_host("own.localhost", sent("/oauth2/token", &basic, form))
        .await;
    assert_eq!(found.status(), StatusCode::OK);
    // On the hosts of this server itself, the client names its pool.
    let found = site.ask(&ROUTES, sent("/oauth2/token", &basic, form)).await;
    assert_eq!(found.unwrap().status(), StatusCode::OK);
    let nobody = format!("Basic {}", STANDARD.encode(format!("{client}x:secret")));
    let at_other = async |path, authorization: &str, form| {
        let found = site
            .ask_host("other.localhost", sent(path, authorization, form))
            .await;
        (found.status(), text_of(&found).to_owned())
    };
    for (path, form) in [
        ("/oauth2/token", form),
        ("/oauth2/token", "grant_type=refresh_token&refresh_token=x"),
        ("/oauth2/revoke", "token=x"),
    ] {
        let found = at_other(path, &basic, form).await;
        assert!(found.1.contains("invalid_client"), "{path}: {found:?}");
        // Nothing tells such a client from one that does not exist.
        assert_eq!(found, at_other(path, &nobody, form).await, "{path}");
    }
}

#[tokio::test]
async fn a_token_opens_nothing_on_another_pools_domain() {
    let site = Site::new(Settings::dev()).await;
    let (own, other) = (site.pool().await, site.pool().await);
    site.domain(&own, "own", json!({})).await;
    site.domain(&other, "other", json!({})).await;
    let token = site.user_token(&own).await;
    let ask = async |host| {
        let request = Request::builder().uri("/oauth2/userInfo");
        let request = request.header("authorization", format!("Bearer {token}"));
        let found = site
            .ask_host(host, request.body(Bytes::new()).unwrap())
            .await;
        found.headers()["www-authenticate"]
            .to_str()
            .unwrap()
            .to_owned()
    };
    // The token lacks the scope that this endpoint wants, which only a good token is told.
    assert!(ask("own.localhost").await.contains("openid scope"));
    assert!(!ask("other.localhost").await.contains("openid scope"));
}

#[tokio::test]
async fn the_issuer_stays_with_this_server() {
    for (public_url, host, expected) in [
        (None, "shop.localhost:9229", "http://localhost:9229"),
        (None, CUSTOM, "http://login.shop.example"),
        (Some("https://id.example"), CUSTOM, "https://id.example"),
        (
            Some("https://id.example"),
            "shop.localhost:9229",
            "https://id.example",
        ),
    ] {
        let site = Site::new(Settings {
            public_url: public_url.map(str::to_owned),
            ..Settings::dev()
        })
        .await;
        let pool = site.pool().await;
        site.domain(&pool, "shop", json!({})).await;
        site.domain(&pool, CUSTOM, json!({})).await;
        let path = format!("/{pool}/.well-known/openid-configuration");
        let found = site
            .ask_host(host, crate::site::request(Method::GET, &path))
            .await;
        assert_eq!(json_of(&found)["issuer"], format!("{expected}/{pool}"));
    }
}

impl Site {
    /// Creates a client that signs in as itself; returns its id and its credentials for Basic.
    async fn machine(&self, pool: &str) -> (String, String) {
        let server = json!({
            "UserPoolId": pool, "Identifier": "api", "Name": "api",
            "Scopes": [{"ScopeName": "read", "ScopeDescription": "r"}],
        });
        self.call(Op::CreateResourceServer, server).await;
        let input = json!({
            "UserPoolId": pool, "ClientName": "m", "GenerateSecret": true, "AllowedOAuthScopes": ["api/read"],
            "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthFlowsUserPoolClient": true,
        });
        let made = self.call(Op::CreateUserPoolClient, input).await["UserPoolClient"].clone();
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        let pair = format!("{}:{}", text("ClientId"), text("ClientSecret"));
        (text("ClientId"), format!("Basic {}", STANDARD.encode(pair)))
    }

    /// Returns an access token of a new user, which the API gave.
    async fn user_token(&self, pool: &str) -> String {
        let client = json!({
            "UserPoolId": pool, "ClientName": "p", "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        });
        let client =
            self.call(Op::CreateUserPoolClient, client).await["UserPoolClient"]["ClientId"].clone();
        let user = json!({"UserPoolId": pool, "Username": "jane", "MessageAction": "SUPPRESS"});
        self.call(Op::AdminCreateUser, user).await;
        let password = json!({
            "UserPoolId": pool, "Username": "jane", "Password": "Passw0rd!", "Permanent": true,
        });
        self.call(Op::AdminSetUserPassword, password).await;
        let input = json!({
            "UserPoolId": pool, "ClientId": client, "AuthFlow": "ADMIN_NO_SRP_AUTH",
            "AuthParameters": {"USERNAME": "jane", "PASSWORD": "Passw0rd!"},
        });
        let result = self.call(Op::AdminInitiateAuth, input).await["AuthenticationResult"].clone();
        result["AccessToken"].as_str().unwrap().to_owned()
    }
}
