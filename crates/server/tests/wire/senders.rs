//! Senders of messages in a whole server: which pools may send, settings that stop the start.

use cognate_testkit::{Options, Raw, SmtpOptions, SmtpServer, TestServer};
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-Horse-7-Battery";

/// Signs somebody up in a new pool with this EmailConfiguration.
async fn sign_up(server: &TestServer, configuration: Value) -> Result<(), String> {
    let raw: Raw = server.raw();
    let input = json!({
        "PoolName": "p",
        "AutoVerifiedAttributes": ["email"],
        "EmailConfiguration": configuration,
    });
    let pool = raw.ok("CreateUserPool", input).await.unwrap();
    let input = json!({"UserPoolId": pool["UserPool"]["Id"], "ClientName": "c"});
    let client = raw.ok("CreateUserPoolClient", input).await.unwrap();
    let input = json!({
        "ClientId": client["UserPoolClient"]["ClientId"],
        "Username": "ann",
        "Password": PASSWORD,
        "UserAttributes": [{"Name": "email", "Value": "ann@user.example"}],
    });
    let reply = server.unsigned().call("SignUp", input).await.unwrap();
    match reply.status.as_u16() {
        200 => Ok(()),
        _ => Err(reply.text().to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_sends_for_pools_that_have_a_from() {
    let mail = SmtpServer::start(SmtpOptions::default()).await.unwrap();
    let url = format!("smtp://127.0.0.1:{}", mail.port());
    let options = Options::serve()
        .with("email_senders", "smtp")
        .with("smtp_url", &url);
    let server = TestServer::start(options.clone()).await.unwrap();
    let refused = sign_up(&server, json!({})).await.unwrap_err();
    assert!(
        refused.contains("CodeDeliveryFailureException"),
        "{refused}"
    );
    sign_up(&server, json!({"From": "Shop <shop@pool.example>"}))
        .await
        .unwrap();
    server.stop().await;
    let server = TestServer::start(options.with("email_from", "op@server.example"))
        .await
        .unwrap();
    sign_up(&server, json!({})).await.unwrap();
    server.stop().await;
    // Without senders nothing has changed.
    let server = TestServer::start(Options::serve()).await.unwrap();
    let refused = sign_up(&server, json!({"From": "a@b.example"}))
        .await
        .unwrap_err();
    assert!(
        refused.contains("CodeDeliveryFailureException"),
        "{refused}"
    );
    server.stop().await;
}

#[tokio::test]
async fn a_sender_that_cannot_be_used_stops_the_start() {
    for (settings, reason) in [
        (
            vec![("email_senders", "smtp")],
            "setting `smtp_url`: email_senders names smtp, so that it is needed",
        ),
        (
            vec![("smtp_url", "smtp://u:hunter2@localhost")],
            "setting `smtp_url`: is set, and email_senders does not name smtp",
        ),
        (
            vec![("email_senders", "smtp"), ("smtp_url", "hunter2")],
            "setting `smtp_url`: must begin with smtp:// or smtps://",
        ),
    ] {
        let mut options = Options::default();
        for (name, value) in settings {
            options = options.with(name, value);
        }
        let error = TestServer::start(options).await.err().unwrap().to_string();
        assert_eq!(error, reason);
    }
}
