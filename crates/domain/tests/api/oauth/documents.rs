//! Clients that name themselves by the URL of a document: the request, the question to the user, code and tokens.

mod consent;
mod others;
mod strangers;
mod withdrawn;

use cognate_domain::errors::oauth::INVALID_CLIENT;
use cognate_domain::oauth::authorization::{self, Authorization, Cause, Parameters, Refusal};
use cognate_domain::oauth::code::CodeRequest;
use cognate_domain::oauth::consent::Question;
use cognate_domain::oauth::hosted::{Answered, Said};
use cognate_domain::oauth::reply::Reply;
use each_engine::each_engine;

use super::flow::{by_cookie_saying, code, cookie, hosted_client, page, rows};
use super::*;
use crate::support::metadata::DocumentHost;
use crate::support::users::with as over;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// Where the answers of the clients here go.
const BACK: &str = "http://localhost:8910/cb";

/// A pool with a policy, and a document that it maps.
struct Site {
    pool: String,
    client: String,
    policy: Value,
    host: DocumentHost,
    url: String,
}

impl Site {
    async fn new(t: &TestApp) -> Self {
        Self::with(t, json!({})).await
    }

    async fn with(t: &TestApp, settings: Value) -> Self {
        let s = super::flow::hosted_with(t, json!({}), settings).await;
        let host = DocumentHost::start().await;
        let policy = json!({
            "UserPoolId": s.pool, "ClientId": s.client, "PolicyName": "p", "URLPatterns": [host.pattern("/*")],
        });
        let policy = t.ok("CreateCIMDPolicy", policy).await["CIMDPolicy"].clone();
        let url = host.url("/client.json");
        host.publishes(&url, json!({}));
        Self {
            pool: s.pool,
            client: s.client,
            policy,
            host,
            url,
        }
    }

    fn cx<'a>(&self, t: &'a TestApp, endpoint: Endpoint) -> Cx<'a> {
        let from = ClientInfo {
            base_url: Some("http://127.0.0.1:9229".into()),
            domain_pool: Some(self.pool.clone()),
            ..ClientInfo::default()
        };
        Cx::new(&t.app, endpoint, Caller::Public, from, random::uuid_v4())
    }

    /// Returns the request of the client for a code.
    fn ask<'a>(&self, url: &'a str) -> Parameters<'a> {
        Parameters {
            response_type: Some("code"),
            client_id: Some(url),
            redirect_uri: Some(BACK),
            scope: Some("openid email"),
            code_challenge: Some(CHALLENGE),
            code_challenge_method: Some("S256"),
            ..Parameters::default()
        }
    }

    async fn checked(
        &self,
        t: &TestApp,
        parameters: &Parameters<'_>,
    ) -> Result<Authorization, Refusal> {
        let cx = self.cx(t, Endpoint::SignIn);
        let outcome = run(&cx, About::default, || {
            Box::pin(authorization::check(&cx, parameters, None))
        });
        outcome.await.unwrap()
    }

    async fn authorized(&self, t: &TestApp, parameters: &Parameters<'_>) -> Authorization {
        match self.checked(t, parameters).await {
            Ok(authorization) => authorization,
            Err(refusal) => panic!("{refusal:?}"),
        }
    }

    async fn cause(&self, t: &TestApp, parameters: &Parameters<'_>) -> Cause {
        match self.checked(t, parameters).await {
            Err(Refusal::Page(cause)) => cause,
            Err(Refusal::Client(reply)) => panic!("{reply:?}"),
            Ok(_) => panic!("accepted"),
        }
    }

    async fn told(&self, t: &TestApp, parameters: &Parameters<'_>) -> String {
        match self.checked(t, parameters).await {
            Err(Refusal::Client(reply)) => reply.parameter("error").unwrap().to_owned(),
            Err(Refusal::Page(cause)) => panic!("{cause:?}"),
            Ok(_) => panic!("accepted"),
        }
    }

    /// Signs jane in and lets the client in; the answer.
    async fn let_in(&self, t: &TestApp, parameters: &Parameters<'_>) -> Reply {
        let authorization = self.authorized(t, parameters).await;
        let finished = page(t, &authorization).await;
        let_in(t, &authorization, cookie(&finished)).await
    }

    async fn traded(&self, t: &TestApp, id: &str, request: CodeRequest<'_>) -> Outcome<Tokens> {
        let cx = self.cx(t, Endpoint::Token);
        run(&cx, About::default, || {
            Box::pin(oauth::code::tokens(&cx, named(id, None), request))
        })
        .await
    }

    async fn tokens(&self, t: &TestApp, url: &str) -> Tokens {
        let reply = self.let_in(t, &self.ask(url)).await;
        answer(self.traded(t, url, exchange(code(&reply))).await)
    }

    async fn refreshed(&self, t: &TestApp, id: &str, token: &str) -> Outcome<Tokens> {
        let cx = self.cx(t, Endpoint::Token);
        run(&cx, About::default, || {
            Box::pin(oauth::refresh::tokens(
                &cx,
                named(id, None),
                Some(token),
                Narrowing::default(),
            ))
        })
        .await
    }

    async fn revoked(&self, t: &TestApp, id: &str, token: &str) -> Outcome<()> {
        let cx = self.cx(t, Endpoint::Revoke);
        run(&cx, About::default, || {
            Box::pin(oauth::revoke::token(&cx, named(id, None), Some(token)))
        })
        .await
    }

    /// Changes the policy.
    async fn map_to(&self, t: &TestApp, client: &str, patterns: &[String]) {
        let set = json!({
            "UserPoolId": self.pool, "CIMDPolicyId": self.policy["CIMDPolicyId"], "ClientId": client, "URLPatterns": patterns,
        });
        t.ok("UpdateCIMDPolicy", set).await;
    }
}

fn exchange(code: &str) -> CodeRequest<'_> {
    CodeRequest {
        code: Some(code),
        redirect_uri: Some(BACK),
        code_verifier: Some(VERIFIER),
        resource: None,
    }
}

fn asked(answered: Answered) -> Question {
    match answered {
        Answered::Question(question) => *question,
        Answered::Reply(reply) => panic!("{reply:?}"),
    }
}

fn replied(answered: Answered) -> Reply {
    match answered {
        Answered::Reply(reply) => reply,
        Answered::Question(question) => panic!("{question:?}"),
    }
}

/// Says yes to the question about a request.
async fn let_in(t: &TestApp, authorization: &Authorization, cookie: &str) -> Reply {
    let digest = Question::of(authorization).unwrap().digest;
    let said = (true, Said::Allow(&digest));
    replied(by_cookie_saying(t, authorization, cookie, said).await)
}

#[each_engine]
async fn tokens_name_the_app_client_and_are_for_the_url(t: &TestApp) {
    let s = Site::with(t, json!({"GenerateSecret": true})).await;
    let reply = s.let_in(t, &s.ask(&s.url)).await;
    assert_eq!(reply.redirect_uri, BACK);
    let names: Vec<&str> = reply.parameters.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["code", "iss"]);
    // No secret of the app client is asked for.
    let tokens = answer(s.traded(t, &s.url, exchange(code(&reply))).await);
    let (access, id) = (
        claims(&json!(tokens.access)),
        claims(&json!(tokens.id.as_deref().unwrap())),
    );
    assert_eq!(
        (&access["client_id"], access.get("aud"), &access["scope"]),
        (&json!(s.client), None, &json!("openid email"))
    );
    assert_eq!(id["aud"], json!(s.url));
    // The refresh token changes with each use, and the tokens stay what they are.
    let first = tokens.refresh.unwrap();
    let again = answer(s.refreshed(t, &s.url, &first).await);
    let second = again.refresh.unwrap();
    assert_ne!(second, first);
    assert_eq!(claims(&json!(again.id.unwrap()))["aud"], json!(s.url));
    assert_eq!(claims(&json!(again.access))["client_id"], json!(s.client));
    t.advance(61).await;
    assert_eq!(
        refusal(s.refreshed(t, &s.url, &first).await).error,
        "invalid_grant"
    );
    assert_eq!(
        refusal(s.refreshed(t, &s.url, &second).await).error,
        "invalid_grant"
    );
    assert_eq!(rows(t, "sessions", &s.pool).await, 0);
    // Nothing was fetched but for the request of the authorization.
    assert_eq!(s.host.asked(&s.url), 1);
}

#[each_engine]
async fn what_document_and_app_client_both_allow_is_granted(t: &TestApp) {
    let s = Site::new(t).await;
    // Another port is the same program; another place is nobody's.
    for (redirect, is_good) in [
        ("http://localhost/cb", true),
        ("http://localhost:1/cb", true),
        ("https://client.example/cb", true),
        ("https://client.example/cb/", false),
        ("https://client.example:443/cb", false),
        ("http://127.0.0.1/cb", false),
        // One of the app client's, which are for the app client alone.
        (super::flow::CALLBACK, false),
    ] {
        let parameters = Parameters {
            redirect_uri: Some(redirect),
            ..s.ask(&s.url)
        };
        match is_good {
            true => assert_eq!(s.authorized(t, &parameters).await.redirect_uri, redirect),
            false => assert_eq!(s.cause(t, &parameters).await, Cause::RedirectMismatch),
        }
    }
    let two = Parameters {
        redirect_uri: None,
        ..s.ask(&s.url)
    };
    assert_eq!(s.cause(t, &two).await, Cause::Missing("redirect_uri"));
    let open = Parameters {
        code_challenge: None,
        code_challenge_method: None,
        ..s.ask(&s.url)
    };
    assert_eq!(s.told(t, &open).await, "invalid_request");
    let implicit = Parameters {
        response_type: Some("token"),
        ..s.ask(&s.url)
    };
    assert_eq!(s.told(t, &implicit).await, "unauthorized_client");
    for (path, over, error) in [
        (
            "/a.json",
            json!({"grant_types": ["refresh_token"]}),
            "unauthorized_client",
        ),
        (
            "/b.json",
            json!({"response_types": ["token"]}),
            "unauthorized_client",
        ),
        ("/c.json", json!({"scope": "phone"}), "invalid_scope"),
    ] {
        let url = s.host.url(path);
        s.host.publishes(&url, over);
        assert_eq!(s.told(t, &s.ask(&url)).await, error, "{path}");
    }
    let url = s.host.url("/d.json");
    s.host
        .publishes(&url, json!({"scope": "openid profile unknown"}));
    let all = Parameters {
        scope: None,
        ..s.ask(&url)
    };
    assert_eq!(s.authorized(t, &all).await.scopes, ["openid", "profile"]);
    // It asks for what it finds in documents, and is told what it got.
    let more = Parameters {
        scope: Some("openid email unknown offline_access"),
        ..s.ask(&s.url)
    };
    let reply = s.let_in(t, &more).await;
    let tokens = answer(s.traded(t, &s.url, exchange(code(&reply))).await);
    assert_eq!(tokens.scope.as_deref(), Some("openid email"));
    let again = answer(s.refreshed(t, &s.url, &tokens.refresh.unwrap()).await);
    assert_eq!(again.scope.as_deref(), Some("openid email"));
    // Without the grant there is no refresh token.
    let url = s.host.url("/e.json");
    s.host
        .publishes(&url, json!({"grant_types": ["authorization_code"]}));
    assert_eq!(s.tokens(t, &url).await.refresh, None);
}

#[each_engine]
async fn a_url_that_nobody_maps_is_no_client(t: &TestApp) {
    let s = Site::new(t).await;
    let other = Site::new(t).await;
    // Each pool for itself.
    assert_eq!(other.cause(t, &other.ask(&s.url)).await, Cause::Unmapped);
    assert_eq!(s.host.asked(&s.url), 0);
    for url in [
        "https://client.example/c",
        "https://client.example/",
        "x:y",
        "http://client.example/c",
    ] {
        assert_eq!(s.cause(t, &s.ask(url)).await, Cause::Unmapped, "{url}");
    }
    let gone = s.host.url("/none.json");
    let why = "The answer does not have the status 200.".to_owned();
    assert_eq!(s.cause(t, &s.ask(&gone)).await, Cause::NoDocument(why));
}

#[each_engine]
async fn on_a_host_that_is_no_pools_the_only_pool_is_meant_where_people_try_things_out(
    t: &TestApp,
) {
    let s = Site::new(t).await;
    let parameters = s.ask(&s.url);
    let authorization = super::flow::authorized(t, &parameters).await;
    assert_eq!(authorization.pool.id, s.pool);
    // Two map it, and none is meant.
    let other = Site::new(t).await;
    other
        .map_to(t, &other.client, &[s.host.pattern("/*")])
        .await;
    assert_eq!(super::flow::cause(t, &parameters).await, Cause::Unmapped);
    let traded = super::flow::traded(t, named(&s.url, None), exchange("c")).await;
    assert_eq!(refusal(traded).error, "invalid_grant");
}

#[each_engine]
async fn a_pushed_request_names_the_url(t: &TestApp) {
    let s = Site::new(t).await;
    standard(t, &s.pool, &s.client).await;
    let fields = [
        ("client_id", s.url.as_str()),
        ("response_type", "code"),
        ("redirect_uri", BACK),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let cx = s.cx(t, Endpoint::PushedAuthorization);
    let push = || {
        let fields = fields.iter().copied();
        Box::pin(oauth::pushed::push(&cx, named(&s.url, None), fields))
    };
    let uri = answer(run(&cx, About::default, push).await);
    for (id, is_theirs) in [(s.client.as_str(), false), (s.url.as_str(), true)] {
        let cx = s.cx(t, Endpoint::PushedAuthorization);
        let take = || Box::pin(oauth::pushed::take(&cx, id, &uri));
        let taken = run(&cx, About::default, take).await.unwrap();
        assert_eq!(taken.is_some(), is_theirs, "{id}");
        if let Some(pairs) = taken {
            assert_eq!(pairs[0], ("client_id".to_owned(), s.url.clone()));
        }
    }
}
