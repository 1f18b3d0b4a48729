//! Lambda-compatible endpoints.

use std::time::{Duration, Instant};

use cognate_domain::app::functions::{Functions as _, InvokeError, MAX_OUTPUT, Trigger};
use cognate_testkit::{FunctionServer, Play};
use serde_json::{Value, json};

use super::*;

async fn endpoint(options: &str) -> (FunctionServer, TriggerFunctions) {
    let server = FunctionServer::start().await.unwrap();
    let functions = functions(&format!("lambda:{}{options}", server.url()));
    (server, functions)
}

fn raw(status: u16, body: &[u8]) -> Play {
    Play::Raw(status, Vec::new(), body.to_vec())
}

#[tokio::test]
async fn a_call_is_signed_for_the_region_of_the_function_and_its_output_comes_back() {
    let (server, functions) = endpoint("").await;
    server.next(Play::Respond(json!({"autoConfirmUser": true})));
    let mut call = call(event());
    call.arn.push_str(":prod");
    let mut expected = event();
    expected["response"] = json!({"autoConfirmUser": true});
    assert_eq!(functions.invoke(&call).await, Ok(expected));
    let sent = &server.received()[0];
    assert_eq!(
        sent.path,
        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Af%3Aprod/invocations"
    );
    assert_eq!(sent.event(), event());
    assert_eq!(sent.header("x-amz-invocation-type"), "RequestResponse");
    assert_eq!(sent.header("x-amz-log-type"), "None");
    assert_eq!(sent.header("content-type"), "application/json");
    assert_eq!(sent.header("x-amz-security-token"), "a token");
    assert!(
        sent.header("authorization")
            .contains("Credential=AKIATEST/")
    );
    assert!(
        sent.is_signed(LAMBDA_SECRET, "eu-west-1", "lambda"),
        "{sent:?}"
    );
    assert!(!sent.is_signed("another", "eu-west-1", "lambda"));
    assert!(!sent.is_signed(LAMBDA_SECRET, "us-east-1", "lambda"));
}

#[tokio::test]
async fn the_settings_may_name_the_function_and_the_region_and_leave_the_signature_out() {
    let server = FunctionServer::start().await.unwrap();
    let mut settings = settings(&[format!("*=lambda:{}/base/;name=*", server.url())]);
    settings.region = Some("us-west-2".into());
    let functions = TriggerFunctions::new(settings).unwrap();
    let mut call = call(event());
    call.arn.push_str(":7");
    functions.invoke(&call).await.unwrap();
    let sent = &server.received()[0];
    assert_eq!(
        sent.path,
        "/base/2015-03-31/functions/f/invocations?Qualifier=7"
    );
    assert!(
        sent.is_signed(LAMBDA_SECRET, "us-west-2", "lambda"),
        "{sent:?}"
    );

    let target = format!("*=lambda:{};name=function", server.url());
    let mut unsigned = super::settings(&[target]);
    unsigned.key = None;
    let functions = TriggerFunctions::new(unsigned).unwrap();
    functions.invoke(&call).await.unwrap();
    let sent = &server.received()[1];
    assert_eq!(sent.path, "/2015-03-31/functions/function/invocations");
    assert_eq!(sent.header("authorization"), "");
}

#[tokio::test]
async fn an_error_of_the_function_is_its_message_and_is_not_tried_again() {
    let (server, functions) = endpoint("").await;
    let error = |body: &[u8]| {
        let header = ("X-Amz-Function-Error", "Unhandled".to_owned());
        Play::Raw(200, vec![header], body.to_vec())
    };
    for (play, text) in [
        (Play::Throw("no such domain.".into()), "no such domain."),
        (error(br#"{"errorType":"TypeError"}"#), "TypeError"),
        (
            error(
                br#"{"errorMessage":"2026-11-29T12:00:00Z x Task timed out after 3.00 seconds"}"#,
            ),
            "2026-11-29T12:00:00Z x Task timed out after 3.00 seconds",
        ),
        (error(b"not json"), "Unhandled"),
        (error(b""), "Unhandled"),
    ] {
        server.next(play);
        assert_eq!(invoke(&functions).await, failed(text));
        assert_eq!(last(&functions).tries, 1);
    }
}

#[tokio::test]
async fn an_output_is_json_of_six_mebibytes_at_most() {
    let (server, functions) = endpoint("").await;
    let text = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2)).into_bytes();
    server.next(raw(200, &text(MAX_OUTPUT)));
    let output = invoke(&functions).await.unwrap();
    assert_eq!(output.as_str().unwrap().len(), MAX_OUTPUT - 2);
    let deep = "[".repeat(100_000).into_bytes();
    for body in [
        text(MAX_OUTPUT + 1),
        b"<html>".to_vec(),
        Vec::new(),
        b"{} {}".to_vec(),
        deep,
    ] {
        server.next(raw(200, &body));
        assert_eq!(invoke(&functions).await, Err(InvokeError::NotJson));
        assert_eq!(last(&functions).tries, 1);
    }
    server.next(raw(200, b"null"));
    assert_eq!(invoke(&functions).await, Ok(Value::Null));
}

#[tokio::test]
async fn errors_of_the_service_are_refusals_and_only_throttling_is_tried_again() {
    let (server, functions) = endpoint("").await;
    let error = |status: u16, name: &str| {
        Play::Raw(
            status,
            vec![("X-Amzn-ErrorType", name.to_owned())],
            b"{}".to_vec(),
        )
    };
    for (status, name) in [
        (403, "AccessDeniedException"),
        (404, "ResourceNotFoundException"),
        (500, "ServiceException"),
        (502, "EC2UnexpectedException"),
    ] {
        server.next(error(status, &format!("{name}:http://internal/")));
        assert_eq!(invoke(&functions).await, refused(name));
        assert_eq!(last(&functions).tries, 1, "{name}");
    }
    server.next(raw(429, b"{}"));
    assert!(invoke(&functions).await.is_ok());
    assert_eq!(last(&functions).tries, 2);
    server.always(error(429, "TooManyRequestsException"));
    assert_eq!(
        invoke(&functions).await,
        refused("TooManyRequestsException")
    );
    assert_eq!(last(&functions).tries, 3);
}

#[tokio::test]
async fn a_service_may_ask_for_a_pause() {
    let (server, functions) = endpoint("").await;
    let headers = vec![("Retry-After", "1".to_owned())];
    server.next(Play::Raw(429, headers, Vec::new()));
    let begun = Instant::now();
    assert!(invoke(&functions).await.is_ok());
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn what_does_not_answer_in_time_is_tried_again_and_given_up() {
    let (server, functions) = endpoint(";timeout=150").await;
    server.always(Play::Slow(Duration::from_secs(30)));
    let begun = Instant::now();
    assert_eq!(invoke(&functions).await, Err(InvokeError::Timeout));
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!((last(&functions).tries, server.received().len()), (3, 3));
    let (server, functions) = endpoint(";timeout=150;tries=1").await;
    server.always(Play::Slow(Duration::from_secs(30)));
    assert_eq!(invoke(&functions).await, Err(InvokeError::Timeout));
    assert_eq!(server.received().len(), 1);
    server.next(Play::Echo);
    assert!(invoke(&functions).await.is_ok());
}

#[tokio::test]
async fn a_broken_connection_is_tried_again() {
    let (server, functions) = endpoint("").await;
    server.next(Play::Reset);
    server.next(Play::Reset);
    assert!(invoke(&functions).await.is_ok());
    assert_eq!(last(&functions).tries, 3);
    server.always(Play::Reset);
    assert!(is_unreachable(&invoke(&functions).await));
    drop(server);
    assert!(is_unreachable(&invoke(&functions).await));
}

#[tokio::test]
async fn a_redirect_leads_nowhere() {
    let inside = FunctionServer::start().await.unwrap();
    let (server, functions) = endpoint("").await;
    for status in [301, 302, 307, 308] {
        let to = ("Location", format!("{}/latest/meta-data/", inside.url()));
        server.next(Play::Raw(status, vec![to], Vec::new()));
        assert!(is_unreachable(&invoke(&functions).await));
        assert_eq!(last(&functions).tries, 1);
    }
    assert!(inside.received().is_empty());
}

#[tokio::test]
async fn custom_senders_are_called_without_waiting_for_their_output() {
    let (server, functions) = endpoint("").await;
    for trigger in [Trigger::CustomEmailSender, Trigger::CustomSmsSender] {
        let mut call = call(event());
        call.trigger = trigger;
        server.next(raw(202, b""));
        assert_eq!(functions.invoke(&call).await, Ok(Value::Null));
        // An endpoint that knows no other way answers with the output.
        assert_eq!(functions.invoke(&call).await, Ok(event()));
    }
    let types = server.received();
    assert!(
        types
            .iter()
            .all(|sent| sent.header("x-amz-invocation-type") == "Event")
    );
}
