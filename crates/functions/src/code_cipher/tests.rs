//! The settings of keys, and a stub of a key management service. What the official library makes of the messages is in
//! e2e.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const POOL_ID: &str = "eu-west-1_AbCdEf123";

fn signer() -> Signer {
    Signer::new(
        "AKIDEXAMPLE",
        "a-secret-that-stays",
        None,
        "us-east-1",
        "kms",
    )
}

fn refused(value: &str) -> CodeKeyError {
    let signer = signer();
    match ConfiguredKeys::new([value], Some(&signer)) {
        Ok(_) => panic!("{value} was taken"),
        Err(error) => error,
    }
}

fn local(name: &str, byte: u8) -> String {
    format!("local:{name}:{}", STANDARD.encode([byte; 32]))
}

#[test]
fn values_of_another_form_are_refused_without_being_repeated() {
    let key = STANDARD.encode([1; 32]);
    for (value, error) in [
        (String::new(), CodeKeyError::Form),
        (ARN.to_owned(), CodeKeyError::Form),
        (format!("{ARN}={key}"), CodeKeyError::Form),
        (format!("key/1=local:a:{key}"), CodeKeyError::Form),
        (format!("arn:*:kms=local:a:{key}"), CodeKeyError::Form),
        (format!("**=local:a:{key}"), CodeKeyError::Form),
        (format!("*=local:{key}"), CodeKeyError::Form),
        (format!("*=local::{key}"), CodeKeyError::Name),
        (format!("*=local:a b:{key}"), CodeKeyError::Name),
        (
            format!("*=local:{}:{key}", "x".repeat(65)),
            CodeKeyError::Name,
        ),
        (
            format!("*=local:a:{}", STANDARD.encode([1; 31])),
            CodeKeyError::Key,
        ),
        (
            format!("*=local:a:{}", STANDARD.encode([1; 33])),
            CodeKeyError::Key,
        ),
        ("*=local:a:?".to_owned(), CodeKeyError::Key),
        ("*=kms:ftp://kms.example".to_owned(), CodeKeyError::Url),
        ("*=kms:kms.example".to_owned(), CodeKeyError::Url),
        ("*=kms:".to_owned(), CodeKeyError::Url),
    ] {
        assert_eq!(refused(&value), error, "{value}");
        assert!(!error.to_string().contains(&key));
    }
    let twice = [local("a", 1), local("b", 2)].map(|key| format!("*={key}"));
    let twice = ConfiguredKeys::new(twice.iter().map(String::as_str), None);
    assert_eq!(twice.err(), Some(CodeKeyError::Twice));
    let unsigned = ConfiguredKeys::new(["*=kms:https://kms.example"], None);
    assert_eq!(unsigned.err(), Some(CodeKeyError::NoCredentials));
}

#[test]
fn an_arn_wins_over_its_beginnings_and_a_long_beginning_over_a_short_one() {
    let mut found = CodeKeys::default();
    let account = "arn:aws:kms:eu-west-1:111122223333:*";
    for (pattern, name) in [("*", "all"), (account, "account"), (ARN, "one")] {
        found.add(pattern, name).unwrap();
    }
    assert_eq!(found.find(ARN), Some(&"one"));
    assert_eq!(found.find(&format!("{ARN}x")), Some(&"account"));
    assert_eq!(found.find("arn:aws:kms:eu-west-1:4:key/1"), Some(&"all"));
    let mut one = CodeKeys::default();
    one.add(ARN, ()).unwrap();
    assert_eq!(one.find("arn:aws:kms:eu-west-1:4:key/1"), None);
}

#[tokio::test]
async fn a_key_that_no_setting_names_encrypts_nothing() {
    let keys = ConfiguredKeys::new([], None).unwrap();
    let why = keys.encrypt(ARN, POOL_ID, "123456").await.unwrap_err();
    assert_eq!(why, format!("no setting code_key fits the key {ARN}"));
}

#[tokio::test]
async fn an_operators_key_needs_no_service() {
    let value = format!("*={}", local("codes", 3));
    let keys = ConfiguredKeys::new([value.as_str()], None).unwrap();
    let message = keys.encrypt(ARN, POOL_ID, "123456").await.unwrap();
    let message = STANDARD.decode(message).unwrap();
    let holds = |part: &[u8]| message.windows(part.len()).any(|window| window == part);
    assert!(holds(b"\0\x07cognate") && holds(b"codes\0\0\0\x80\0\0\0\x0c"));
    assert!(holds(b"\0\x0buserpool-id\0\x13eu-west-1_AbCdEf123") && !holds(b"123456"));
    let long = "x".repeat(4097);
    assert!(keys.encrypt(ARN, POOL_ID, &long).await.is_err());
}

/// Starts a service that gives every request the same answer, and hands each request to the test.
async fn service(answer: Option<(u16, String)>) -> (ConfiguredKeys, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let value = format!("*=kms:http://{}/", listener.local_addr().unwrap());
    let (requests, received) = mpsc::channel();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"}") {
                let mut part = [0; 4096];
                let n = stream.read(&mut part).await.unwrap();
                request.extend_from_slice(&part[..n]);
            }
            let _ = requests.send(String::from_utf8(request).unwrap());
            let Some((status, body)) = &answer else {
                // It never answers, and keeps the connection open.
                std::future::pending::<()>().await;
                return;
            };
            let head = format!(
                "HTTP/1.1 {status} -\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            // A client that stops reading is part of the tests.
            let _ = stream.write_all(body.as_bytes()).await;
        }
    });
    let signer = signer();
    (
        ConfiguredKeys::new([value.as_str()], Some(&signer)).unwrap(),
        received,
    )
}

fn made() -> Value {
    json!({
        "CiphertextBlob": STANDARD.encode([9; 184]),
        "Plaintext": STANDARD.encode([7; 32]),
        "KeyId": ARN,
    })
}

#[tokio::test]
async fn a_service_is_asked_for_a_data_key_in_the_context_of_the_message() {
    let alias = "arn:aws:kms:eu-west-1:111122223333:alias/codes";
    let (keys, received) = service(Some((200, made().to_string()))).await;
    let message = keys.encrypt(alias, POOL_ID, "123456").await.unwrap();
    let message = STANDARD.decode(message).unwrap();
    let holds = |part: &[u8]| message.windows(part.len()).any(|window| window == part);
    // The key by the name that the service gave.
    assert!(holds(&[b"\0\x07aws-kms\0\x4b", ARN.as_bytes()].concat()));
    let request = received.recv().unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let head = head.to_ascii_lowercase();
    assert!(head.starts_with("post / http/1.1\r\n"), "{head}");
    assert!(head.contains("x-amz-target: trentservice.generatedatakey"));
    assert!(head.contains("content-type: application/x-amz-json-1.1"));
    assert!(
        head.contains("/eu-west-1/kms/aws4_request, signedheaders="),
        "{head}"
    );
    assert!(!request.contains("a-secret-that-stays") && !request.contains("123456"));
    let body: Value = serde_json::from_str(body).unwrap();
    let public = body["EncryptionContext"]["aws-crypto-public-key"]
        .as_str()
        .unwrap();
    assert!(holds(public.as_bytes()));
    assert_eq!(
        body,
        json!({
            "KeyId": alias,
            "NumberOfBytes": 32,
            "EncryptionContext": {"userpool-id": POOL_ID, "aws-crypto-public-key": public},
        })
    );
}

#[tokio::test]
async fn a_refusal_is_logged_by_its_name_and_nothing_else_of_it() {
    let refusal = json!({"__type": "com.amazonaws.kms#AccessDeniedException", "message": "secret"});
    let strange = json!({"__type": "two\nlines"});
    for (body, name) in [
        (refusal.to_string(), "AccessDeniedException"),
        (strange.to_string(), "no name"),
        ("<html>".to_owned(), "no name"),
    ] {
        let (keys, _received) = service(Some((400, body))).await;
        let why = keys.encrypt(ARN, POOL_ID, "123456").await.unwrap_err();
        assert_eq!(
            why,
            format!("the key management service refused with 400 Bad Request: {name}")
        );
    }
}

#[tokio::test]
async fn an_answer_without_a_usable_key_encrypts_nothing() {
    let with = |name: &str, value: Value| {
        let mut answer = made();
        answer[name] = value;
        answer.to_string()
    };
    for body in [
        String::new(),
        "{}".to_owned(),
        with("Plaintext", json!(STANDARD.encode([7; 16]))),
        with("Plaintext", json!("?")),
        with("Plaintext", json!(7)),
        with("CiphertextBlob", json!("")),
        with("KeyId", json!("alias/codes")),
        with("KeyId", json!(format!("arn:{}", "x".repeat(2048)))),
    ] {
        let (keys, _received) = service(Some((200, body.clone()))).await;
        let why = keys.encrypt(ARN, POOL_ID, "123456").await.unwrap_err();
        assert_eq!(why, "the key management service gave no data key", "{body}");
    }
    let huge = with("CiphertextBlob", json!(STANDARD.encode(vec![9; 60_000])));
    let (keys, _received) = service(Some((200, huge))).await;
    assert!(keys.encrypt(ARN, POOL_ID, "123456").await.is_err());
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_given_up_after_five_seconds() {
    let (keys, _received) = service(None).await;
    let began = Instant::now();
    let why = keys.encrypt(ARN, POOL_ID, "123456").await.unwrap_err();
    assert_eq!(why, "the key management service: no answer in time");
    assert!(began.elapsed() < Duration::from_secs(20));
    assert!(began.elapsed() >= Duration::from_millis(4900));
}
