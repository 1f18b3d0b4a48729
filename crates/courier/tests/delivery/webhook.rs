//! The webhook: its document, its signature, what its answers mean.

use cognate_courier::{EmailSender, Post, SmsSender};
use cognate_crypto::hash::hmac_sha256;
use serde_json::{Value, json};

use crate::stub::{Seen, Stub};
use crate::support::*;

fn assert_signed(seen: &Seen) {
    let (time, id) = (
        seen.header("x-cognate-timestamp"),
        seen.header("x-cognate-id"),
    );
    let signed = format!("{time}.{id}.{}", seen.body);
    let signature = hmac_sha256(b"webhook-secret-of-16", signed.as_bytes());
    let hexadecimal: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        seen.header("x-cognate-signature"),
        format!("v1={hexadecimal}")
    );
    assert!(time.parse::<u64>().unwrap() > 1_700_000_000);
}

fn post(url: &str) -> Post {
    Post::new(http_settings(
        url,
        &[EmailSender::Webhook],
        &[SmsSender::Webhook],
    ))
    .unwrap()
}

#[tokio::test]
async fn a_message_is_one_signed_document() {
    let stub = Stub::start(202, "", "{\"id\":\"q-1\"}").await;
    let configuration =
        json!({"From": "Shop <shop@pool.example>", "ReplyToEmailAddress": "help@pool.example"});
    let pool = pool(configuration, None);
    let receipt = deliver(&post(&stub.url), &pool, &usual()).await.unwrap();
    assert_eq!(
        (receipt.sender.as_str(), receipt.id.as_deref()),
        ("webhook", Some("q-1"))
    );
    deliver(&post(&stub.url), &pool, &sms("+15555550100", "Code 123456"))
        .await
        .unwrap();
    let seen = stub.seen();
    for request in &seen {
        assert_eq!(request.line, "POST /hook?x=1");
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(request.header("x-cognate-id"), "00063f2a-1b2c3d4e");
        assert_signed(request);
    }
    let mut wanted = json!({
        "id": "00063f2a-1b2c3d4e",
        "medium": "EMAIL",
        "poolId": "eu-central-1_AbCdEf123",
        "userId": "11111111-2222-3333-4444-555555555555",
        "username": "ann",
        "kind": "sign_up",
        "to": "ann@user.example",
        "from": "Shop <shop@pool.example>",
        "replyTo": "help@pool.example",
        "subject": "Your code",
        "html": "Your code is <b>123456</b>.",
        "text": "Your code is 123456.",
        "code": "123456",
    });
    assert_eq!(
        serde_json::from_str::<Value>(&seen[0].body).unwrap(),
        wanted
    );
    for name in ["from", "replyTo", "subject", "html"] {
        wanted.as_object_mut().unwrap().remove(name);
    }
    wanted["medium"] = "SMS".into();
    wanted["to"] = "+15555550100".into();
    wanted["text"] = "Code 123456".into();
    assert_eq!(
        serde_json::from_str::<Value>(&seen[1].body).unwrap(),
        wanted
    );
}

#[tokio::test]
async fn answers_lead_to_another_try_or_to_none() {
    for (status, again) in [
        (400, false),
        (401, false),
        (404, false),
        (422, false),
        (408, true),
        (425, true),
        (429, true),
        (500, true),
        (503, true),
        (307, true),
    ] {
        let stub = Stub::start(status, "Location: /other\r\n", "123456").await;
        let result = deliver(&post(&stub.url), &plain_pool(), &usual()).await;
        let why = if again { later(result) } else { never(result) };
        assert_eq!(why, format!("webhook: status {status}"));
        assert_eq!(stub.seen().len(), 1);
    }
    let why = later(deliver(&post("http://127.0.0.1:1"), &plain_pool(), &usual()).await);
    assert!(why.starts_with("webhook: "), "{why}");
}
