//! Tests of worlds: states of `dev` beside each other.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_testkit::{Credentials, Options, Raw, Reply, TestServer};
use http::{Method, StatusCode};
use serde_json::{Value, json};

const CALLBACK: &str = "https://app.example/callback";

/// What a program that knows one endpoint sees.
struct Place {
    endpoint: String,
}

impl Place {
    fn of(server: &TestServer) -> Self {
        let endpoint = server.endpoint().to_owned();
        Self { endpoint }
    }

    fn world(server: &TestServer, name: &str) -> Self {
        let endpoint = format!("{}/_world/{name}", server.endpoint());
        Self { endpoint }
    }

    fn raw(&self) -> Raw {
        Raw::new(&self.endpoint, Some(Credentials::new("test", "test")))
    }

    async fn fetch(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let http = Raw::new(&self.endpoint, None);
        http.fetch(method, path, headers, body).await.unwrap()
    }

    async fn dev(&self, method: Method, path: &str, body: &str) -> (StatusCode, Value) {
        let reply = self
            .fetch(method, &format!("/_dev/{path}"), &[], body)
            .await;
        (reply.status, reply.json())
    }

    async fn users(&self, pool: &str) -> Vec<String> {
        let listed = self
            .raw()
            .ok("ListUsers", json!({"UserPoolId": pool}))
            .await;
        let listed = listed.unwrap();
        let users = listed["Users"].as_array().unwrap().iter();
        users
            .map(|user| user["Username"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn sign_up(&self, client: &Value, name: &str) -> Reply {
        let input = json!({
            "ClientId": client, "Username": name, "Password": "Passw0rd!",
            "UserAttributes": [{"Name": "email", "Value": format!("{name}@example.com")}],
        });
        Raw::new(&self.endpoint, None)
            .call("SignUp", input)
            .await
            .unwrap()
    }

    async fn sign_in(&self, client: &Value) -> Value {
        let input = json!({
            "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": "jane", "PASSWORD": "Passw0rd!"},
        });
        let answer = self.raw().ok("InitiateAuth", input).await.unwrap();
        answer["AuthenticationResult"].clone()
    }

    async fn knows(&self, tokens: &Value) -> bool {
        let input = json!({"AccessToken": tokens["AccessToken"]});
        self.raw().call("GetUser", input).await.unwrap().status == StatusCode::OK
    }

    async fn messages(&self) -> usize {
        let (_, found) = self.dev(Method::GET, "messages", "").await;
        found["messages"].as_array().unwrap().len()
    }

    async fn now(&self) -> f64 {
        let (_, now) = self.dev(Method::GET, "clock", "").await;
        now["now"].as_f64().unwrap()
    }
}

/// A pool and a client for passwords and pages, and jane in it.
async fn site(server: &TestServer) -> (String, Value) {
    let api = server.raw();
    let pool = json!({"PoolName": "p", "AutoVerifiedAttributes": ["email"]});
    let pool = api.ok("CreateUserPool", pool).await.unwrap();
    let pool = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
    let domain = json!({"UserPoolId": pool, "Domain": "shop", "ManagedLoginVersion": 1});
    api.ok("CreateUserPoolDomain", domain).await.unwrap();
    let client = json!({
        "UserPoolId": pool, "ClientName": "c",
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"], "CallbackURLs": [CALLBACK],
        "SupportedIdentityProviders": ["COGNITO"],
    });
    let client = api.ok("CreateUserPoolClient", client).await.unwrap();
    let jane = json!({"UserPoolId": pool, "Username": "jane", "MessageAction": "SUPPRESS"});
    api.ok("AdminCreateUser", jane).await.unwrap();
    let password = json!({
        "UserPoolId": pool, "Username": "jane", "Password": "Passw0rd!", "Permanent": true,
    });
    api.ok("AdminSetUserPassword", password).await.unwrap();
    (pool, client["UserPoolClient"]["ClientId"].clone())
}

/// The server itself and two worlds of it.
fn places(server: &TestServer) -> (Place, Place, Place) {
    let world = |name| Place::world(server, name);
    (Place::of(server), world("a"), world("b"))
}

fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_in_a_world_happens_nowhere_else() {
    let server = TestServer::dev().await.unwrap();
    let (pool, client) = site(&server).await;
    let (base, a, b) = places(&server);
    let before = base.sign_in(&client).await;
    // A world begins as what the server is, sessions included.
    for world in [&a, &b] {
        assert_eq!(world.users(&pool).await, ["jane"]);
        assert!(world.knows(&before).await);
    }
    assert_eq!(a.sign_up(&client, "bob").await.status, StatusCode::OK);
    assert_eq!(a.users(&pool).await.len(), 2);
    let input = json!({"UserPoolId": pool, "ClientId": client});
    b.raw().ok("DeleteUserPoolClient", input).await.unwrap();
    let (status, _) = b.dev(Method::POST, "clock", r#"{"advance":"31d"}"#).await;
    assert_eq!(status, StatusCode::OK);
    let faults = r#"{"fault":"throttle","operation":"SignUp"}"#;
    assert_eq!(
        b.dev(Method::POST, "faults", faults).await.0,
        StatusCode::OK
    );

    let signed_in = a.sign_in(&client).await;
    for (place, users, messages, ahead, knows) in [
        (&base, 1, 0, false, [true, false]),
        (&a, 2, 1, false, [true, true]),
        (&b, 1, 0, true, [false, false]),
    ] {
        let at = &place.endpoint;
        assert_eq!(place.users(&pool).await.len(), users, "{at}");
        assert_eq!(place.messages().await, messages, "{at}");
        let is_ahead = place.now().await - base.now().await > 30.0 * 86_400.0;
        assert_eq!(is_ahead, ahead, "{at}");
        let known = [place.knows(&before).await, place.knows(&signed_in).await];
        assert_eq!(known, knows, "{at}");
    }
    // The fault waits in its world, and the name that is taken in another is free.
    assert_eq!(base.sign_up(&client, "bob").await.status, StatusCode::OK);
    let (_, faults) = b.dev(Method::GET, "faults", "").await;
    assert_eq!(faults["faults"].as_array().unwrap().len(), 1);
    assert_eq!(
        base.dev(Method::GET, "faults", "").await.1,
        json!({"faults": []})
    );

    // Emptied, it is the only one.
    assert_eq!(a.dev(Method::POST, "reset", "").await.0, StatusCode::OK);
    let pools = a.raw().ok("ListUserPools", json!({"MaxResults": 9})).await;
    assert_eq!(pools.unwrap(), json!({"UserPools": []}));
    assert_eq!(base.users(&pool).await.len(), 2);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_are_those_of_their_world() {
    let server = TestServer::dev().await.unwrap();
    let (pool, client) = site(&server).await;
    let (base, a, b) = places(&server);
    // The worlds first, which would begin with what was done before.
    for place in [&a, &b, &base] {
        let (status, made) = place.dev(Method::POST, "snapshots/s", "").await;
        assert_eq!((status, &made["name"]), (StatusCode::OK, &json!("s")));
        assert_eq!(place.sign_up(&client, "bob").await.status, StatusCode::OK);
    }
    let restored = a.dev(Method::POST, "snapshots/s/restore", "").await;
    assert_eq!(restored.0, StatusCode::OK);
    assert_eq!(a.users(&pool).await, ["jane"]);
    assert_eq!(a.messages().await, 0);
    for place in [&base, &b] {
        assert_eq!(place.users(&pool).await.len(), 2);
        assert_eq!(place.messages().await, 1);
    }
    assert_eq!(
        b.dev(Method::DELETE, "snapshots/s", "").await.0,
        StatusCode::OK
    );
    let (_, listed) = a.dev(Method::GET, "snapshots", "").await;
    assert_eq!(listed["snapshots"].as_array().unwrap().len(), 1);
    let (_, listed) = b.dev(Method::GET, "snapshots", "").await;
    assert_eq!(listed, json!({"snapshots": []}));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_leads_where_a_path_leads() {
    let server = TestServer::dev().await.unwrap();
    let (pool, client) = site(&server).await;
    let (base, a) = (Place::of(&server), Place::world(&server, "a"));
    let named = [("x-cognate-world", "a")];
    let clock = async |body: &str| {
        base.fetch(Method::POST, "/_dev/clock", &named, body)
            .await
            .status
    };
    assert_eq!(clock(r#"{"advance":"1d"}"#).await, StatusCode::OK);
    assert!(a.now().await - base.now().await > 86_000.0);
    let mut request = server
        .raw()
        .request(
            "InitiateAuth",
            json!({
                "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": "jane", "PASSWORD": "Passw0rd!"},
            })
            .to_string()
            .into_bytes(),
        )
        .unwrap();
    let headers = request.headers_mut();
    headers.insert("x-cognate-world", "a".parse().unwrap());
    let tokens = server.raw().send(request).await.unwrap().json();
    let tokens = &tokens["AuthenticationResult"];
    assert!(a.knows(tokens).await && !base.knows(tokens).await);
    // The issuer says where it is found, whichever way the client came.
    let issuer = claims(&tokens["AccessToken"])["iss"].clone();
    assert_eq!(issuer, format!("{}/{pool}", a.endpoint));
    // Links and cookies of pages stay as they are: the browser sends the header each time.
    let path = format!(
        "/login?client_id={}&response_type=code&redirect_uri={CALLBACK}",
        client.as_str().unwrap()
    );
    let page = base.fetch(Method::GET, &path, &named, "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains(" action=\"/login?"), "{}", page.text());
    assert!(page.header("set-cookie").contains("; Path=/;"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn issuers_and_documents_of_a_world_are_found_in_it() {
    let server = TestServer::dev().await.unwrap();
    let (pool, client) = site(&server).await;
    let (base, a) = (Place::of(&server), Place::world(&server, "a"));
    base.sign_in(&client).await;
    let tokens = a.sign_in(&client).await;
    let issuer = format!("{}/{pool}", a.endpoint);
    assert_eq!(claims(&tokens["IdToken"])["iss"], issuer);
    let get = async |place: &Place, path: &str| {
        let reply = place.fetch(Method::GET, path, &[], "").await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        reply.json()
    };
    let found = get(&a, &format!("/{pool}/.well-known/openid-configuration")).await;
    assert_eq!(found["issuer"], issuer);
    for (name, value) in found.as_object().unwrap() {
        if let Some(url) = value.as_str().filter(|_| name.ends_with("_endpoint")) {
            assert!(url.starts_with(&a.endpoint), "{name}: {url}");
        }
    }
    // Between host and path, as RFC 8414 has it.
    let path = format!("/.well-known/oauth-authorization-server/_world/a/{pool}");
    assert_eq!(get(&base, &path).await["issuer"], issuer);
    // Keys that were there are the same in all worlds.
    let keys = format!("/{pool}/.well-known/jwks.json");
    assert_eq!(get(&a, &keys).await, get(&base, &keys).await);
    let token = json!({"token": tokens["AccessToken"]}).to_string();
    let (_, explained) = a.dev(Method::POST, "explain-token", &token).await;
    assert_eq!(explained["verified"], true, "{explained}");
    // With the header the same URL has another document, which is kept for an hour.
    for (headers, issuer) in [
        (&[][..], format!("{}/{pool}", base.endpoint)),
        (&[("x-cognate-world", "a")][..], issuer),
    ] {
        let path = format!("/{pool}/.well-known/openid-configuration");
        let found = base.fetch(Method::GET, &path, headers, "").await;
        assert_eq!(found.json()["issuer"], issuer);
        let vary: Vec<_> = found.headers.get_all("vary").iter().collect();
        assert!(
            vary.contains(&&http::HeaderValue::from_static("x-cognate-world")),
            "{vary:?}"
        );
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authorizer_of_a_world_takes_tokens_of_its_own_issuer() {
    let server = TestServer::dev().await.unwrap();
    let (pool, client) = site(&server).await;
    let (base, a, b) = (
        Place::of(&server),
        Place::world(&server, "a"),
        Place::world(&server, "b"),
    );
    // The key is there before the worlds are, and then the same in both.
    let of_base = base.sign_in(&client).await;
    let of_a = a.sign_in(&client).await;
    let ask = async |place: &Place, tokens: &Value, host: &str| {
        let bearer = format!("Bearer {}", tokens["IdToken"].as_str().unwrap());
        let headers = [("authorization", bearer.as_str()), ("host", host)];
        let path = format!("/_authorize?pool={pool}");
        place.fetch(Method::GET, &path, &headers, "").await.status
    };
    let (here, good, bad) = ("localhost:9229", StatusCode::OK, StatusCode::UNAUTHORIZED);
    for (place, tokens, expected) in [
        (&a, &of_a, good),
        (&b, &of_a, bad),
        (&base, &of_a, bad),
        (&base, &of_base, good),
        (&a, &of_base, bad),
    ] {
        assert_eq!(
            ask(place, tokens, here).await,
            expected,
            "{}",
            place.endpoint
        );
        assert_eq!(ask(place, tokens, "127.0.0.1:1").await, expected);
    }
    // An issuer of the service's form is the same everywhere.
    let app = &server.state().app;
    cognate_domain::tokens::issuer::set(
        &app.store,
        &app.root,
        app.clock.wall(),
        &pool,
        Some(&cognate_domain::records::pool::Issuer::Aws),
    )
    .await
    .unwrap();
    let c = Place::world(&server, "c");
    let tokens = c.sign_in(&client).await;
    assert_eq!(ask(&c, &tokens, here).await, good);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn urls_of_a_world_stay_in_it_where_amazons_hosts_are_stood_in_for() {
    let options = Options::default()
        .with("impersonate", "us-east-1")
        .with("impersonate_listen", "127.0.0.1:0");
    let server = TestServer::start(options).await.unwrap();
    let (pool, client) = site(&server).await;
    let link = json!({
        "UserPoolId": pool, "AutoVerifiedAttributes": ["email"],
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"},
    });
    server.raw().ok("UpdateUserPool", link).await.unwrap();
    let path = format!("/{pool}/.well-known/openid-configuration");
    let service = "https://shop.auth.us-east-1.amazoncognito.com";
    for (place, base) in [
        (
            Place::world(&server, "a"),
            Place::world(&server, "a").endpoint,
        ),
        (Place::of(&server), service.to_owned()),
    ] {
        let document = place.fetch(Method::GET, &path, &[], "").await.json();
        let issuer = format!("https://cognito-idp.us-east-1.amazonaws.com/{pool}");
        assert_eq!(document["issuer"], issuer);
        for (name, value) in document.as_object().unwrap() {
            if let Some(url) = value.as_str().filter(|_| name.ends_with("_endpoint")) {
                assert!(url.starts_with(&base), "{name}: {url}");
            }
        }
        assert_eq!(place.sign_up(&client, "kim").await.status, StatusCode::OK);
        let (_, inbox) = place.dev(Method::GET, "messages", "").await;
        let link = format!("{base}/confirmUser/?");
        assert!(inbox.to_string().contains(&link), "{inbox}");
    }
    server.stop().await;
}

/// The value of a parameter of a URL.
fn parameter<'a>(url: &'a str, name: &str) -> &'a str {
    let query = url.split_once('?').unwrap().1;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(found, _)| *found == name).unwrap().1
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_world_lead_to_its_tokens() {
    let server = TestServer::dev().await.unwrap();
    let (_, client) = site(&server).await;
    let (base, a) = (Place::of(&server), Place::world(&server, "a"));
    let id = client.as_str().unwrap();
    let query = format!("client_id={id}&response_type=code&scope=openid&redirect_uri={CALLBACK}");
    let sent = a
        .fetch(Method::GET, &format!("/oauth2/authorize?{query}"), &[], "")
        .await;
    assert_eq!(sent.status, StatusCode::FOUND);
    assert!(
        sent.header("location").starts_with("/_world/a/login?"),
        "{sent:?}"
    );
    let page = a
        .fetch(Method::GET, &format!("/login?{query}"), &[], "")
        .await;
    let text = page.text();
    let mut links = 0;
    for mark in [" href=\"", " action=\"", " src=\""] {
        for (at, _) in text.match_indices(mark) {
            let link = &text[at + mark.len()..];
            links += 1;
            assert!(
                link.starts_with("/_world/a/"),
                "{}",
                &link[..link.len().min(80)]
            );
        }
    }
    assert!(links > 4, "{text}");
    let sheet = text
        .split(" href=\"/_world/a")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let sheet = a.fetch(Method::GET, sheet, &[], "").await;
    assert_eq!(sheet.status, StatusCode::OK);

    let cookie = page.header("set-cookie").to_owned();
    assert!(cookie.contains("; Path=/_world/a;"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let csrf = cookie.split_once('=').unwrap().1;
    let form = format!("_csrf={csrf}&username=jane&password=Passw0rd%21");
    let origin = server.endpoint();
    // A browser sends those of the server's pages, too, behind.
    let cookies = format!("{cookie}; XSRF-TOKEN=other");
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("cookie", cookies.as_str()),
        ("origin", origin),
        ("sec-fetch-site", "same-origin"),
    ];
    let done = a
        .fetch(Method::POST, &format!("/login?{query}"), &headers, &form)
        .await;
    assert_eq!(done.status, StatusCode::FOUND, "{}", done.text());
    let location = done.header("location").to_owned();
    assert!(location.starts_with(CALLBACK), "{location}");
    let code = parameter(&location, "code");
    let form =
        format!("grant_type=authorization_code&client_id={id}&code={code}&redirect_uri={CALLBACK}");
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let elsewhere = base
        .fetch(Method::POST, "/oauth2/token", &kind, &form)
        .await;
    assert_eq!(elsewhere.json(), json!({"error": "invalid_grant"}));
    let tokens = a.fetch(Method::POST, "/oauth2/token", &kind, &form).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.text());
    let claims = claims(&tokens.json()["id_token"]);
    assert!(claims["iss"].as_str().unwrap().starts_with(&a.endpoint));
    // A page of another site cannot send the form.
    let foreign = [headers[0], headers[1], ("origin", "https://evil.example")];
    let form = format!("_csrf={csrf}&username=jane&password=Passw0rd%21");
    let refused = a
        .fetch(Method::POST, &format!("/login?{query}"), &foreign, &form)
        .await;
    assert_ne!(refused.status, StatusCode::FOUND);
    server.stop().await;
}
