//! `cognate providers` and `cognate audit find` beside a running server, and without one.

use std::path::Path;
use std::process::{Command, Output};

use cognate_testkit::{Options, TestServer};
use http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const SECRET: &str = "a-word-to-hide";

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cognate"))
        .args(arguments)
        .args(["--data-dir", &folder.display().to_string()])
        .env_clear()
        .env("HOME", folder)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A provider that publishes what it must and refuses this client.
async fn provider() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let document = json!({
        "issuer": url, "authorization_endpoint": format!("{url}/authorize"), "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/user"), "jwks_uri": format!("{url}/jwks"),
    });
    let document = document.to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 8192];
            let n = stream.read(&mut buffer).await.unwrap_or(0);
            let request = String::from_utf8_lossy(&buffer[..n]).into_owned();
            let (status, body) = match request.split(' ').nth(1) {
                Some("/.well-known/openid-configuration") => (200, document.clone()),
                Some("/jwks") => (200, r#"{"keys":[]}"#.to_owned()),
                Some("/token") => (
                    401,
                    format!(
                        r#"{{"error":"invalid_client","error_description":"{SECRET} is wrong"}}"#
                    ),
                ),
                _ => (401, String::new()),
            };
            let answer = format!(
                "HTTP/1.1 {status} Said\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    url
}

async fn pool(server: &TestServer, issuer: &str) -> String {
    let raw = server.raw();
    let made = raw
        .ok("CreateUserPool", json!({"PoolName": "p"}))
        .await
        .unwrap();
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let details = json!({
        "client_id": "our-client", "client_secret": SECRET, "authorize_scopes": "openid", "oidc_issuer": issuer,
        "attributes_request_method": "GET",
    });
    let request = json!({"UserPoolId": pool, "ProviderName": "Corp", "ProviderType": "OIDC", "ProviderDetails": details});
    raw.ok("CreateIdentityProvider", request).await.unwrap();
    pool
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_listed_and_tested_line_by_line() {
    let scratch = super::lifecycle::Scratch::new();
    let folder = scratch.0.clone();
    let options = Options {
        folder: Some(folder.clone()),
        ..Options::default()
    };
    let server = TestServer::start(options).await.unwrap();
    let url = provider().await;
    let pool = pool(&server, &url).await;
    let listed = run(&folder, &["providers", "list", &pool]);
    assert!(
        said(&listed).starts_with("Corp\tOIDC\tchanged 20"),
        "{}",
        complained(&listed)
    );

    let tested = run(&folder, &["providers", "test", &pool, "Corp"]);
    let text = said(&tested);
    assert_eq!(tested.status.code(), Some(1), "{text}");
    assert!(
        complained(&tested).contains("2 steps fail"),
        "{}",
        complained(&tested)
    );
    assert!(!text.contains(SECRET), "{text}");
    let line = |start: &str| {
        text.lines()
            .find(|line| line.starts_with(start))
            .unwrap_or_else(|| panic!("{start}: {text}"))
    };
    line("ok   settings: complete for the type");
    line(&format!(
        "ok   issuer: settings \"{url}\", document \"{url}\""
    ));
    let keys = line("FAIL keys: none of 0 keys can check a signature");
    assert!(
        keys.contains(" => the provider must publish a key"),
        "{keys}"
    );
    let client = line(
        "FAIL credentials: the token endpoint says \"invalid_client\" (status 401), \"… is wrong\"",
    );
    assert!(
        client.contains(" => compare client_id and client_secret"),
        "{client}"
    );
    let paste = line("ok   paste: redirect URI: http://127.0.0.1:");
    assert!(paste.contains("/oauth2/idpresponse"), "{paste}");

    let json = run(&folder, &["providers", "test", &pool, "Corp", "--json"]);
    assert_eq!(json.status.code(), Some(1));
    let report: Value = serde_json::from_str(&said(&json)).unwrap();
    assert_eq!(
        (&report["provider"], &report["kind"]),
        (&json!("Corp"), &json!("OIDC"))
    );
    let failed = report["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|step| step["verdict"] == "fail");
    assert_eq!(failed.count(), 2);
    assert!(!said(&json).contains(SECRET));

    let token = folder.join("token.jwt");
    std::fs::write(&token, "not.a.token").unwrap();
    let path = token.display().to_string();
    let answered = run(
        &folder,
        &["providers", "test", &pool, "Corp", "--answer", &path],
    );
    assert!(
        said(&answered).contains("FAIL answer: there are no keys"),
        "{}",
        said(&answered)
    );
    std::fs::write(&token, "x".repeat(400_000)).unwrap();
    let answered = run(
        &folder,
        &["providers", "test", &pool, "Corp", "--answer", &path],
    );
    assert!(
        complained(&answered).contains("longer than any answer"),
        "{}",
        complained(&answered)
    );
    for (pool, name, why) in [
        (&*pool, "Other", "Other"),
        ("us-east-1_none", "Corp", "does not exist"),
    ] {
        let refused = run(&folder, &["providers", "test", pool, name]);
        assert_eq!(refused.status.code(), Some(1));
        assert!(
            complained(&refused).contains(why),
            "{}",
            complained(&refused)
        );
    }
    let trail = run(&folder, &["audit", "--operation", "TestProvider"]);
    assert_eq!(said(&trail).lines().count(), 3, "{}", said(&trail));

    // Without a server the command calls the provider itself.
    server.stop().await;
    let key = scratch.path("sealing.key");
    let alone = run(
        &folder,
        &[
            "providers",
            "test",
            &pool,
            "Corp",
            "--url",
            "https://id.example/",
            "--key-file",
            &key,
        ],
    );
    let text = said(&alone);
    assert!(
        text.contains("FAIL credentials: the token endpoint says \"invalid_client\""),
        "{text}{}",
        complained(&alone)
    );
    assert!(
        text.contains("redirect URI: https://id.example/oauth2/idpresponse"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_is_explained() {
    let server = TestServer::dev().await.unwrap();
    let folder = server.folder().unwrap().to_owned();
    let path = "/oauth2/idpresponse?code=x&state=y";
    let answer = server
        .raw()
        .fetch(Method::GET, path, &[], "")
        .await
        .unwrap();
    let location = answer.header("location").to_owned();
    let (_, reference) = location.split_once("reference=").unwrap();
    assert_eq!(answer.header("x-amzn-requestid"), reference);
    let found = run(&folder, &["audit", "find", reference]);
    let text = said(&found);
    assert!(found.status.success(), "{}", complained(&found));
    for line in [
        "operation ProviderSignIn",
        "result    NoTransaction",
        "check     sign_in.unknown",
        "see       docs/FEDERATION.md, \"When a sign-in fails\"",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}: {text}");
    }
    let same = run(&folder, &["explain", reference]);
    assert_eq!(said(&same), text);
    let unknown = "00000000-0000-4000-8000-000000000000";
    let none = run(&folder, &["explain", unknown]);
    assert_eq!(none.status.code(), Some(1));
    assert!(complained(&none).contains(&format!("nothing under {unknown}")));
    let json = run(&folder, &["audit", "find", reference, "--json"]);
    let row: Value = serde_json::from_str(&said(&json)).unwrap();
    assert_eq!(
        (&row["check"], &row["reference"]),
        (&json!("sign_in.unknown"), &json!(reference))
    );
    let none = run(&folder, &["audit", "find", "no-such-number"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(
        complained(&none).contains("nothing under no-such-number"),
        "{}",
        complained(&none)
    );
}
