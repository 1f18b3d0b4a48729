//! Plain HTTP hooks.

use std::collections::BTreeSet;

use cognate_domain::app::functions::InvokeError;
use cognate_testkit::{FunctionServer, Play};
use serde_json::{Value, json};

use super::*;

async fn hook() -> (FunctionServer, TriggerFunctions) {
    let server = FunctionServer::start().await.unwrap();
    let functions = functions(&format!("{}/hook?x=1", server.url()));
    (server, functions)
}

#[tokio::test]
async fn a_hook_can_tell_who_calls_and_that_nothing_was_altered() {
    let (server, functions) = hook().await;
    server.next(Play::Respond(json!({"autoVerifyEmail": true})));
    let output = invoke(&functions).await.unwrap();
    assert_eq!(output["response"], json!({"autoVerifyEmail": true}));
    let sent = server.received().remove(0);
    assert_eq!((sent.path.as_str(), sent.event()), ("/hook?x=1", event()));
    assert_eq!(sent.header("x-cognate-trigger"), "PreSignUp");
    assert_eq!(sent.header("authorization"), "");
    assert!(sent.is_signed_hook(HOOK_SECRET), "{sent:?}");
    let mut altered = sent.clone();
    altered.body[0] = b' ';
    assert!(!altered.is_signed_hook(HOOK_SECRET));
    let mut later = sent.clone();
    later
        .headers
        .insert("x-cognate-timestamp".into(), "1".into());
    assert!(!later.is_signed_hook(HOOK_SECRET));
    let mut another = sent;
    another.headers.insert("x-cognate-id".into(), "1".into());
    assert!(!another.is_signed_hook(HOOK_SECRET));
}

#[tokio::test]
async fn every_try_of_a_call_has_one_id_and_another_call_another() {
    let (server, functions) = hook().await;
    server.next(Play::Reset);
    server.next(Play::Raw(503, Vec::new(), Vec::new()));
    assert!(invoke(&functions).await.is_ok());
    assert!(invoke(&functions).await.is_ok());
    let sent = server.received();
    let ids: Vec<&str> = sent
        .iter()
        .map(|sent| sent.header("x-cognate-id"))
        .collect();
    assert_eq!((ids[0], ids[1]), (ids[2], ids[2]));
    assert_ne!(ids[2], ids[3]);
    assert!(sent.iter().all(|sent| sent.is_signed_hook(HOOK_SECRET)));
}

#[tokio::test]
async fn connections_are_kept() {
    let (server, functions) = hook().await;
    for _ in 0..5 {
        invoke(&functions).await.unwrap();
    }
    let used: BTreeSet<usize> = server
        .received()
        .iter()
        .map(|sent| sent.connection)
        .collect();
    assert_eq!(used.len(), 1);
}

#[tokio::test]
async fn statuses_of_errors_are_errors_of_the_function_or_of_the_way_to_it() {
    let (server, functions) = hook().await;
    let answered =
        |status: u16, body: &str| Play::Raw(status, Vec::new(), body.as_bytes().to_vec());
    let message = r#"{"errorMessage":"not you"}"#;
    for (status, body, expected, tries) in [
        (400, message, failed("not you"), 1),
        (422, message, failed("not you"), 1),
        (500, message, failed("not you"), 1),
        (401, "", refused("AccessDeniedException"), 1),
        (404, "<html>", refused("ResourceNotFoundException"), 1),
        (500, "", refused("ServiceException"), 1),
        (429, "", refused("TooManyRequestsException"), 3),
    ] {
        for _ in 0..tries {
            server.next(answered(status, body));
        }
        assert_eq!(invoke(&functions).await, expected, "{status}");
        assert_eq!(last(&functions).tries, tries, "{status}");
    }
    for status in [502, 503, 504] {
        for _ in 0..3 {
            server.next(answered(status, ""));
        }
        assert!(is_unreachable(&invoke(&functions).await));
        assert_eq!(last(&functions).tries, 3);
    }
    for status in [300, 304] {
        server.next(answered(status, ""));
        assert!(is_unreachable(&invoke(&functions).await));
    }
    server.next(answered(204, ""));
    assert_eq!(invoke(&functions).await, Ok(Value::Null));
    for body in ["", "no"] {
        server.next(answered(200, body));
        assert_eq!(invoke(&functions).await, Err(InvokeError::NotJson));
    }
}

#[tokio::test]
async fn dev_calls_without_a_signature_if_there_is_no_secret() {
    let server = FunctionServer::start().await.unwrap();
    let mut settings = settings(&[format!("*={}", server.url())]);
    settings.hook_secret = None;
    invoke(&TriggerFunctions::new(settings).unwrap())
        .await
        .unwrap();
    assert_eq!(server.received()[0].header("x-cognate-signature"), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_kept_for_many_callers_at_once() {
    let (server, functions) = hook().await;
    server.always(Play::Slow(std::time::Duration::from_millis(100)));
    for _ in 0..3 {
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let functions = functions.clone();
            calls.spawn(async move { invoke(&functions).await.unwrap() });
        }
        calls.join_all().await;
        // An answer is read a little before its connection is free again.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let used: BTreeSet<usize> = server
        .received()
        .iter()
        .map(|sent| sent.connection)
        .collect();
    assert!(used.len() <= 48, "{}", used.len());
}
