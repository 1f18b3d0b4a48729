//! The whole way of a user through a `dev` server: messages, reset, and what the log never says.

use std::time::{Duration, Instant};

use cognate_testkit::{Raw, TestServer};
use http::Method;
use serde_json::{Value, json};

use crate::lifecycle::{Scratch, Started};

const PASSWORD: &str = "Correct-Horse-7-Battery";

/// Creates a pool with a client that may sign in with a password.
async fn pool(raw: &Raw) -> (String, String) {
    let created = json!({"PoolName": "p", "AutoVerifiedAttributes": ["email"]});
    let created = raw.ok("CreateUserPool", created).await.unwrap();
    let pool = created["UserPool"]["Id"].as_str().unwrap().to_owned();
    let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    let input = json!({"UserPoolId": pool, "ClientName": "c", "ExplicitAuthFlows": flows});
    let created = raw.ok("CreateUserPoolClient", input).await.unwrap();
    (
        pool,
        created["UserPoolClient"]["ClientId"]
            .as_str()
            .unwrap()
            .to_owned(),
    )
}

fn sign_up(client: &str, name: &str, mail: &str) -> Value {
    json!({"ClientId": client, "Username": name, "Password": PASSWORD, "UserAttributes": [{"Name": "email", "Value": mail}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_wakes_who_waits_for_it_and_reset_forgets_it() {
    let server = TestServer::dev().await.unwrap();
    let raw = server.raw();
    let (pool, client) = pool(&raw).await;
    let mailbox = server.mailbox();
    let (waited, input) = (pool.clone(), sign_up(&client, "jane", "jane@example.com"));
    let start = Instant::now();
    let waiting = tokio::spawn(async move {
        let filters = [
            ("pool", waited.as_str()),
            ("to", "jane@example.com"),
            ("wait", "30"),
        ];
        (mailbox.messages(&filters).await.unwrap(), start.elapsed())
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.unsigned().ok("SignUp", input).await.unwrap();
    let (messages, took) = waiting.await.unwrap();
    assert_eq!(messages.len(), 1);
    assert!(took < Duration::from_secs(10), "{took:?}");
    let code = messages[0]["code"].as_str().unwrap();
    let confirm = json!({"ClientId": client, "Username": "jane", "ConfirmationCode": code});
    server
        .unsigned()
        .ok("ConfirmSignUp", confirm)
        .await
        .unwrap();
    let after = [("after", messages[0]["id"].as_str().unwrap())];
    assert!(server.mailbox().messages(&after).await.unwrap().is_empty());
    assert!(
        server
            .mailbox()
            .messages(&[("user", "john")])
            .await
            .unwrap()
            .is_empty()
    );

    server
        .unsigned()
        .fetch(Method::POST, "/_dev/reset", &[], "")
        .await
        .unwrap();
    assert!(server.mailbox().messages(&[]).await.unwrap().is_empty());
    let listed = raw
        .ok("ListUserPools", json!({"MaxResults": 5}))
        .await
        .unwrap();
    assert_eq!(listed, json!({"UserPools": []}));
    let gone = raw
        .call("DescribeUserPool", json!({"UserPoolId": pool}))
        .await
        .unwrap();
    assert_eq!(gone.error(), "ResourceNotFoundException");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_holds_no_password_code_token_or_secret() {
    let scratch = Scratch::new();
    let arguments = [
        "dev",
        "--listen",
        "127.0.0.1:0",
        "--log-level",
        "trace",
        "--log-format",
        "json",
    ];
    let mut dev = Started::new(&scratch.0, &arguments);
    let raw = dev.raw();
    let unsigned = Raw::new(&dev.endpoint(), None);
    let (_, client) = pool(&raw).await;
    unsigned
        .ok("SignUp", sign_up(&client, "jane", "jane@example.com"))
        .await
        .unwrap();
    let inbox = unsigned
        .fetch(Method::GET, "/_dev/messages", &[], "")
        .await
        .unwrap()
        .json();
    let code = inbox["messages"][0]["code"].as_str().unwrap().to_owned();
    let wrong = json!({"ClientId": client, "Username": "jane", "ConfirmationCode": "Wrong-Code-1"});
    unsigned.call("ConfirmSignUp", wrong).await.unwrap();
    let confirm = json!({"ClientId": client, "Username": "jane", "ConfirmationCode": code});
    unsigned.ok("ConfirmSignUp", confirm).await.unwrap();
    let sign_in = |password: &str| {
        let parameters = json!({"USERNAME": "jane", "PASSWORD": password});
        json!({"ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters})
    };
    let refused = unsigned
        .call("InitiateAuth", sign_in("Not-The-Password-1"))
        .await
        .unwrap();
    assert_eq!(refused.error(), "NotAuthorizedException");
    let tokens = unsigned
        .ok("InitiateAuth", sign_in(PASSWORD))
        .await
        .unwrap();
    let token = |name: &str| {
        tokens["AuthenticationResult"][name]
            .as_str()
            .unwrap()
            .to_owned()
    };
    unsigned
        .ok("GetUser", json!({"AccessToken": token("AccessToken")}))
        .await
        .unwrap();
    unsigned
        .call("GetUser", json!({"AccessToken": "Made.Up.Token"}))
        .await
        .unwrap();
    raw.call("ListUserPools", json!({"MaxResults": "Wrong-Type"}))
        .await
        .unwrap();
    let key = std::fs::read_to_string(scratch.0.join(".cognate/sealing.key")).unwrap();
    let log = dev.log();
    assert!(log.contains("\"operation\":\"InitiateAuth\""), "{log}");
    let (access, id, refresh) = (
        token("AccessToken"),
        token("IdToken"),
        token("RefreshToken"),
    );
    for secret in [
        PASSWORD,
        "Not-The-Password-1",
        "Wrong-Code-1",
        &code,
        &access,
        &id,
        &refresh,
        "Made.Up.Token",
        key.trim(),
    ] {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_names_each_operation_that_is_not_known_once() {
    let scratch = Scratch::new();
    let mut dev = Started::new(&scratch.0, &["dev", "--listen", "127.0.0.1:0"]);
    let unsigned = Raw::new(&dev.endpoint(), None);
    for _ in 0..3 {
        for name in ["ListWonders", "getUser", "GetUser2\tx"] {
            let reply = unsigned.call(name, json!({})).await.unwrap();
            assert_eq!(reply.error(), "UnknownOperationException", "{name}");
        }
    }
    for n in 0..200 {
        unsigned
            .call(&format!("Invented{n}"), json!({}))
            .await
            .unwrap();
    }
    unsigned
        .call("GetUser", json!({"AccessToken": "x"}))
        .await
        .unwrap();
    let log = dev.log();
    let said = |what: &str| log.matches(what).count();
    assert_eq!(said("operation=\"ListWonders\""), 1, "{log}");
    assert_eq!(said("operation=\"Invented"), 63, "{log}");
    assert_eq!(said("that this program does not know"), 65, "{log}");
    assert_eq!(said("getUser"), 0, "{log}");
    assert_eq!(said("GetUser2"), 0, "{log}");
}
