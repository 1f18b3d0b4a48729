//! Tests of what `dev` relaxes and what it does not (design decisions 1 and 11).

use cognate_testkit::{Credentials, Options, TestServer};
use http::{Method, StatusCode};
use serde_json::json;

const JSON: (&str, &str) = ("content-type", "application/x-amz-json-1.1");

async fn list(server: &TestServer, id: &str, secret: &str) -> (StatusCode, String) {
    let raw = server.raw_as(Credentials::new(id, secret));
    let reply = raw
        .call("ListUserPools", json!({"MaxResults": 5}))
        .await
        .unwrap();
    (reply.status, reply.error())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_key_is_root_a_known_one_is_verified_and_none_is_refused() {
    let server = TestServer::dev().await.unwrap();
    assert_eq!(list(&server, "test", "test").await.0, StatusCode::OK);
    assert_eq!(
        list(&server, "AKIAWHATEVER", "anything").await.0,
        StatusCode::OK
    );
    assert_eq!(
        list(&server, "test", "wrong").await.1,
        "InvalidSignatureException"
    );
    let unsigned = server
        .unsigned()
        .call("ListUserPools", json!({"MaxResults": 5}))
        .await
        .unwrap();
    assert_eq!(unsigned.error(), "MissingAuthenticationTokenException");

    let app = &server.state().app;
    let run =
        |request| cognate_server::admin::perform(&app.store, &app.root, app.clock.wall(), request);
    let request = json!({"command": "create-key", "name": "x", "policy": null});
    let made = run(serde_json::from_value(request).unwrap()).await.unwrap();
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        list(&server, id, made["secret"].as_str().unwrap()).await.0,
        StatusCode::OK
    );
    assert_eq!(
        list(&server, id, "wrong").await.1,
        "InvalidSignatureException"
    );
    // A disabled key is known, so it does not become root again.
    run(
        serde_json::from_value(json!({"command": "change-key", "id": id, "change": "disable"}))
            .unwrap(),
    )
    .await
    .unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1050)).await;
    assert_eq!(
        list(&server, id, "wrong").await.1,
        "UnrecognizedClientException"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_hosts_and_origins_may_not_administer() {
    let server = TestServer::start(
        Options::default()
            .with("host", "cognate")
            .with("cors_origin", "https://ok.example"),
    )
    .await
    .unwrap();
    let list = [
        JSON,
        (
            "x-amz-target",
            "AWSCognitoIdentityProviderService.ListUserPools",
        ),
        ("authorization", "AWS4-x"),
    ];
    let get_user = [
        JSON,
        ("x-amz-target", "AWSCognitoIdentityProviderService.GetUser"),
    ];
    for (name, value, allowed) in [
        ("host", "localhost:1", true),
        ("host", "cognate:80", true),
        ("host", "evil.example", false),
        ("origin", "http://localhost:3000", true),
        ("origin", "https://ok.example", true),
        ("origin", "https://evil.example", false),
        ("origin", "null", false),
    ] {
        let admin = server
            .unsigned()
            .fetch(
                Method::POST,
                "/",
                &[&list[..], &[(name, value)]].concat(),
                "{}",
            )
            .await
            .unwrap();
        let expected = if allowed {
            "IncompleteSignatureException"
        } else {
            "AccessDeniedException"
        };
        assert_eq!(admin.error(), expected, "{name}: {value}");
        let inbox = server
            .unsigned()
            .fetch(Method::GET, "/_dev/messages", &[(name, value)], "")
            .await
            .unwrap();
        let expected = if allowed {
            StatusCode::OK
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(inbox.status, expected, "{name}: {value}");
        assert!(!inbox.headers.contains_key("access-control-allow-origin"));
        // Public operations are there for any page.
        let public = server
            .unsigned()
            .fetch(
                Method::POST,
                "/",
                &[&get_user[..], &[(name, value)]].concat(),
                "{}",
            )
            .await
            .unwrap();
        assert_eq!(
            public.error(),
            "InvalidParameterException",
            "{name}: {value}"
        );
    }
    let page = [("sec-fetch-site", "cross-site")];
    let inbox = server
        .unsigned()
        .fetch(Method::GET, "/_dev/messages", &page, "")
        .await
        .unwrap();
    assert_eq!(inbox.status, StatusCode::FORBIDDEN);
    let reset = server
        .unsigned()
        .fetch(
            Method::POST,
            "/_dev/reset",
            &[("origin", "https://evil.example")],
            "",
        )
        .await
        .unwrap();
    assert_eq!(reset.status, StatusCode::FORBIDDEN);
    let preflight = [
        ("origin", "https://evil.example"),
        ("access-control-request-method", "POST"),
    ];
    let preflight = server
        .unsigned()
        .fetch(Method::OPTIONS, "/_dev/reset", &preflight, "")
        .await
        .unwrap();
    assert!(
        !preflight
            .headers
            .contains_key("access-control-allow-origin")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_goes_forward_and_stays_there() {
    let server = TestServer::dev().await.unwrap();
    let now = |server: &TestServer| {
        let http = server.unsigned();
        async move {
            http.fetch(Method::GET, "/_dev/clock", &[], "")
                .await
                .unwrap()
                .json()["now"]
                .as_f64()
                .unwrap()
        }
    };
    let before = now(&server).await;
    server.advance("31d").await.unwrap();
    let after = now(&server).await;
    assert!(
        (31.0 * 86_400.0..31.0 * 86_400.0 + 60.0).contains(&(after - before)),
        "{before} {after}"
    );
    for body in [
        "",
        "{}",
        r#"{"advance":"-1d"}"#,
        r#"{"advance":5}"#,
        r#"{"advance":"1d","x":1}"#,
        r#"{"advance":"9999999d"}"#,
    ] {
        let reply = server
            .unsigned()
            .fetch(Method::POST, "/_dev/clock", &[], body)
            .await
            .unwrap();
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{body}");
    }
    // Signatures go by the clock on the wall.
    assert_eq!(list(&server, "test", "test").await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inbox_answers_at_once_or_waits() {
    let server = TestServer::dev().await.unwrap();
    assert_eq!(
        server.mailbox().messages(&[]).await.unwrap(),
        Vec::<serde_json::Value>::new()
    );
    let start = std::time::Instant::now();
    assert!(
        server
            .mailbox()
            .messages(&[("to", "+1555"), ("wait", "1")])
            .await
            .unwrap()
            .is_empty()
    );
    assert!(start.elapsed().as_millis() >= 1000);
    for query in ["?nothing=1", "?wait=x", "?to=%zz"] {
        let reply = server
            .unsigned()
            .fetch(Method::GET, &format!("/_dev/messages{query}"), &[], "")
            .await
            .unwrap();
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{query}");
    }
    let reply = server
        .unsigned()
        .fetch(Method::DELETE, "/_dev/messages", &[], "")
        .await
        .unwrap();
    assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_codes_of_authenticator_apps_are_shown() {
    let server = TestServer::dev().await.unwrap();
    let api = server.raw();
    let ok = async |op: &str, input: serde_json::Value| api.ok(op, input).await.unwrap();
    let made = ok("CreateUserPool", json!({"PoolName": "p"})).await;
    let pool = made["UserPool"]["Id"].as_str().unwrap();
    let offer = json!({
        "UserPoolId": pool, "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": true},
    });
    ok("SetUserPoolMfaConfig", offer).await;
    let client = json!({
        "UserPoolId": pool, "ClientName": "c", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
    });
    let client = ok("CreateUserPoolClient", client).await["UserPoolClient"]["ClientId"].clone();
    let jane = json!({"UserPoolId": pool, "Username": "jane", "MessageAction": "SUPPRESS"});
    ok("AdminCreateUser", jane).await;
    let password = json!({
        "UserPoolId": pool, "Username": "jane", "Password": "Passw0rd!", "Permanent": true,
    });
    ok("AdminSetUserPassword", password).await;
    let shown = async || {
        let path = format!("/_dev/totp?pool={pool}&user=jane");
        let reply = server.unsigned().fetch(Method::GET, &path, &[], "").await;
        reply.unwrap().json()
    };
    assert_eq!(shown().await, json!({"registered": null, "pending": null}));

    let begin = json!({
        "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "jane", "PASSWORD": "Passw0rd!"},
    });
    let asked = ok("InitiateAuth", begin.clone()).await;
    let session = json!({"Session": asked["Session"]});
    let associated = ok("AssociateSoftwareToken", session).await;
    let pending = shown().await["pending"].clone();
    assert_eq!(pending["secret"], associated["SecretCode"]);
    assert_eq!(pending["wait"], 0);
    let verify = json!({"Session": associated["Session"], "UserCode": pending["code"]});
    ok("VerifySoftwareToken", verify).await;

    // The code that the app displays now was not used and is accepted, though its step may not have come yet.
    let asked = ok("InitiateAuth", begin).await;
    let now = shown().await;
    assert_eq!(now["pending"], json!(null));
    let answer = json!({
        "ClientId": client, "ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": asked["Session"],
        "ChallengeResponses": {
            "USERNAME": "jane", "SOFTWARE_TOKEN_MFA_CODE": now["registered"]["code"],
        },
    });
    let signed_in = ok("RespondToAuthChallenge", answer).await;
    assert!(signed_in["AuthenticationResult"]["AccessToken"].is_string());
    let after = shown().await["registered"].clone();
    assert_eq!(after["code"].is_null(), after["wait"].as_i64().unwrap() > 0);

    for query in ["", "?pool=x&user=jane", "?nothing=1", "?user=%zz"] {
        let path = format!("/_dev/totp{query}");
        let reply = server.unsigned().fetch(Method::GET, &path, &[], "").await;
        assert_eq!(reply.unwrap().status, StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reset_answers() {
    let server = TestServer::dev().await.unwrap();
    let reply = server
        .unsigned()
        .fetch(Method::POST, "/_dev/reset", &[], "")
        .await
        .unwrap();
    assert_eq!((reply.status, reply.json()), (StatusCode::OK, json!({})));
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_has_none_of_it() {
    let server = TestServer::start(Options::serve()).await.unwrap();
    for path in [
        "/_dev/messages",
        "/_dev/totp",
        "/_dev/clock",
        "/_dev/reset",
        "/_dev/passkeys",
        "/_dev/passkeys/answer",
        "/_dev/expire",
        "/_dev/events",
        "/_dev/snapshots",
        "/_dev/snapshots/a",
        "/_dev/snapshots/a/restore",
        "/_dev/worlds",
        "/_dev/worlds/a",
        "/_world/a/_dev/clock",
        "/_world/a/",
        "/_world/a",
        "/_dev",
    ] {
        for method in [Method::GET, Method::POST] {
            let reply = server
                .unsigned()
                .fetch(method, path, &[], "")
                .await
                .unwrap();
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
