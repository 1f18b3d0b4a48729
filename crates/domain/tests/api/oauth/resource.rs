//! `resource` (RFC 8707): one resource server of the pool, at every endpoint that takes it.

use cognate_domain::errors::oauth::{OTHER_TARGET, UNKNOWN_TARGET};
use cognate_domain::oauth::authorization::Parameters;
use cognate_domain::oauth::code::CodeRequest;
use cognate_domain::oauth::device::{self, DeviceRequest};
use cognate_domain::oauth::pushed;
use cognate_domain::oauth::refresh::Narrowing;
use each_engine::each_engine;

use super::flow::*;
use super::*;

const API: &str = "https://api.example/mcp";
const ROOT: &str = "http://127.0.0.1:8000";

/// Makes the pool of [`hosted`] with the resource servers [`API`] and [`ROOT`].
async fn with_servers(t: &TestApp) -> Site {
    let s = hosted(t).await;
    for id in [API, ROOT] {
        server(t, &s.pool, id).await;
    }
    s
}

async fn server(t: &TestApp, pool: &str, id: &str) {
    let input = json!({"UserPoolId": pool, "Identifier": id, "Name": "MCP"});
    t.ok("CreateResourceServer", input).await;
}

fn ask_for<'a>(client: &'a str, resource: &'a str) -> Parameters<'a> {
    Parameters {
        resource: Some(resource),
        ..ask(client)
    }
}

/// Returns a code of a request.
async fn given(t: &TestApp, request: &Parameters<'_>) -> String {
    let authorization = authorized(t, request).await;
    code(&page(t, &authorization).await.reply).to_owned()
}

async fn renewed(t: &TestApp, s: &Site, token: &str, narrowing: Narrowing<'_>) -> Outcome<Tokens> {
    let cx = cx(t, Endpoint::Token);
    let client = named(&s.client, None);
    let work = || oauth::refresh::tokens(&cx, client, Some(token), narrowing);
    run(&cx, About::default, work).await
}

fn about(resource: &str) -> Narrowing<'_> {
    Narrowing {
        resource: Some(resource),
        ..Narrowing::default()
    }
}

fn aud(tokens: &Tokens) -> Value {
    claims(&json!(tokens.access))["aud"].clone()
}

#[each_engine]
async fn a_resource_is_a_resource_server_of_the_pool_as_it_is_registered(t: &TestApp) {
    let s = with_servers(t).await;
    let elsewhere = hosted(t).await;
    server(t, &elsewhere.pool, "https://other.example/mcp").await;
    // Clients write a URL without a path in either way.
    for (asked, registered) in [(API, API), (ROOT, ROOT), ("http://127.0.0.1:8000/", ROOT)] {
        let authorization = authorized(t, &ask_for(&s.client, asked)).await;
        assert_eq!(authorization.resource.as_deref(), Some(registered));
    }
    for unknown in [
        "https://api.example/mcp/",
        "https://api.example/mc",
        "https://API.example/mcp",
        "https://api.example",
        "http://127.0.0.1:8000/mcp",
        // Another pool's, and no URL at all.
        "https://other.example/mcp",
        "http://api.example",
        "api",
        "https://api.example/mcp https://other.example/mcp",
    ] {
        let reply = refused_to_client(t, &ask_for(&s.client, unknown)).await;
        let expected = [
            (
                "error_description",
                "resource is not the Identifier of a resource server of the user pool. CreateResourceServer adds one."
                    .to_owned(),
            ),
            ("state", ask(&s.client).state.unwrap().to_owned()),
            ("error", "invalid_target".to_owned()),
            ("iss", issuer(&s.pool)),
        ];
        assert_eq!(reply.parameters, expected, "{unknown}");
    }
    // A row that somebody else wrote makes no audience.
    let sql = "UPDATE resource_servers SET name = 'x'";
    let batch = cognate_store::Batch::new().run(sql, cognate_store::params![]);
    t.app.store.commit(batch).await.unwrap();
    let cx = cx(t, Endpoint::SignIn);
    let request = ask_for(&s.client, API);
    let work = || cognate_domain::oauth::authorization::check(&cx, &request, None);
    assert!(run(&cx, About::default, work).await.is_err());
}

#[each_engine]
async fn a_code_is_bound_to_its_resource_and_so_are_its_refreshes(t: &TestApp) {
    let s = with_servers(t).await;
    let client = || named(&s.client, None);
    let bound = given(t, &ask_for(&s.client, ROOT)).await;
    for (wrong, refused) in [(API, OTHER_TARGET), ("https://x.example", OTHER_TARGET)] {
        let request = CodeRequest {
            resource: Some(wrong),
            ..exchange(&bound)
        };
        assert_eq!(refusal(traded(t, client(), request).await), refused);
    }
    // A refusal leaves the code as it is. What is empty is as good as not there.
    let request = CodeRequest {
        resource: Some("http://127.0.0.1:8000/"),
        ..exchange(&bound)
    };
    let tokens = answer(traded(t, client(), request).await);
    assert_eq!(aud(&tokens), ROOT);
    // Clients that ask for more scopes later add them to those that they were told.
    assert_eq!(tokens.scope.as_deref(), Some("openid email"));
    let refresh = tokens.refresh.unwrap();
    for same in [ROOT, "http://127.0.0.1:8000/", ""] {
        let later = answer(renewed(t, &s, &refresh, about(same)).await);
        assert_eq!(aud(&later), ROOT, "{same}");
        assert_eq!(later.scope.as_deref(), Some("openid email"));
    }
    for other in [API, "https://x.example"] {
        let refused = refusal(renewed(t, &s, &refresh, about(other)).await);
        assert_eq!(refused, OTHER_TARGET);
    }
    // What it was bound to stays, though nobody could be bound to it any more.
    let gone = json!({"UserPoolId": s.pool, "Identifier": ROOT});
    t.ok("DeleteResourceServer", gone).await;
    let later = answer(renewed(t, &s, &refresh, about(ROOT)).await);
    assert_eq!(aud(&later), ROOT);
}

#[each_engine]
async fn what_is_bound_to_no_resource_may_name_one_later(t: &TestApp) {
    let s = with_servers(t).await;
    let free = given(t, &ask(&s.client)).await;
    let unknown = CodeRequest {
        resource: Some("https://x.example"),
        ..exchange(&free)
    };
    let client = || named(&s.client, None);
    assert_eq!(refusal(traded(t, client(), unknown).await), UNKNOWN_TARGET);
    let tokens = answer(traded(t, client(), exchange(&free)).await);
    assert_eq!((aud(&tokens), &tokens.scope), (Value::Null, &None));
    // For these tokens alone.
    let refresh = tokens.refresh.unwrap();
    let refused = refusal(renewed(t, &s, &refresh, about("https://x.example")).await);
    assert_eq!(refused, UNKNOWN_TARGET);
    for (resource, expected) in [(API, json!(API)), ("", Value::Null), (ROOT, json!(ROOT))] {
        let later = answer(renewed(t, &s, &refresh, about(resource)).await);
        assert_eq!(aud(&later), expected);
        assert_eq!(later.scope.is_some(), !expected.is_null());
    }
    // Named with the code, it is the session's.
    let free = given(t, &ask(&s.client)).await;
    let request = CodeRequest {
        resource: Some(API),
        ..exchange(&free)
    };
    let tokens = answer(traded(t, client(), request).await);
    assert_eq!(aud(&tokens), API);
    let refresh = tokens.refresh.unwrap();
    assert_eq!(aud(&answer(renewed(t, &s, &refresh, about("")).await)), API);
    let refused = refusal(renewed(t, &s, &refresh, about(ROOT)).await);
    assert_eq!(refused, OTHER_TARGET);
    // Scope and resource at once, for a client that may ask for fewer scopes.
    standard(t, &s.pool, &s.client).await;
    let both = Narrowing {
        scope: Some("openid"),
        resource: Some(API),
    };
    let later = answer(renewed(t, &s, &refresh, both).await);
    let said = claims(&json!(later.access));
    assert_eq!(
        (&said["scope"], &said["aud"]),
        (&json!("openid"), &json!(API))
    );
}

#[each_engine]
async fn machines_devices_and_pushed_requests_name_a_resource_server_too(t: &TestApp) {
    let s = with_servers(t).await;
    standard(t, &s.pool, &s.client).await;
    let begin = async |resource| {
        let cx = cx(t, Endpoint::Device);
        let wish = DeviceRequest {
            scope: Some("openid email"),
            resource: Some(resource),
        };
        let work = || device::begin(&cx, named(&s.client, None), wish);
        run(&cx, About::default, work).await
    };
    assert_eq!(refusal(begin("https://x.example").await), UNKNOWN_TARGET);
    let begun = answer(begin("http://127.0.0.1:8000/").await);
    let authorization = authorized(t, &ask(&s.client)).await;
    let finished = page(t, &authorization).await;
    let session = session_of(t, &authorization, HOST, cookie(&finished)).await;
    let (pool, session) = (&authorization.pool, session.unwrap());
    let device_cx = cx(t, Endpoint::Device);
    let typed = device::Entered::read(&begun.user_code).unwrap();
    let allow = device::Decision::Allow;
    let decide = || device::decide(&device_cx, pool, &session, &typed, allow);
    assert!(run(&device_cx, About::default, decide).await.unwrap());
    let poll = async |resource| {
        let cx = cx(t, Endpoint::Token);
        let (client, code) = (named(&s.client, None), Some(begun.device_code.as_str()));
        let work = || device::tokens(&cx, client, code, resource);
        run(&cx, About::default, work).await
    };
    assert_eq!(refusal(poll(Some(API)).await), OTHER_TARGET);
    assert_eq!(aud(&answer(poll(Some(ROOT)).await)), ROOT);

    let push = async |resource| {
        let cx = cx(t, Endpoint::PushedAuthorization);
        let fields = [
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("resource", resource),
        ];
        let work = || pushed::push(&cx, named(&s.client, None), fields.into_iter());
        run(&cx, About::default, work).await
    };
    assert_eq!(refusal(push("https://x.example").await), UNKNOWN_TARGET);
    answer(push(API).await);
}

#[each_engine]
async fn what_a_client_gets_without_asking_can_be_traded(t: &TestApp) {
    // The client may not read the address, so that a code with `email` would not be traded.
    let client = json!({"ReadAttributes": ["name", "phone_number", "phone_number_verified"]});
    let s = hosted_with(t, json!({}), client).await;
    let client = || named(&s.client, None);
    let request = Parameters {
        scope: None,
        ..ask(&s.client)
    };
    let tokens = answer(traded(t, client(), exchange(&given(t, &request).await)).await);
    assert_eq!(
        claims(&json!(tokens.access))["scope"],
        "openid phone profile aws.cognito.signin.user.admin"
    );
    // Clients of other servers ask for a refresh token, which is there anyway.
    let request = Parameters {
        scope: Some("openid offline_access profile"),
        ..ask(&s.client)
    };
    let tokens = answer(traded(t, client(), exchange(&given(t, &request).await)).await);
    assert!(tokens.refresh.is_some());
    assert_eq!(claims(&json!(tokens.access))["scope"], "openid profile");
    let alone = Parameters {
        scope: Some("offline_access"),
        ..ask(&s.client)
    };
    let reply = refused_to_client(t, &alone).await;
    assert_eq!(reply.parameter("error"), Some("invalid_scope"));
}
