//! From an ARN to its target, where targets may be, and what is kept of calls.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cognate_domain::app::functions::{Functions as _, InvokeError, Trigger};
use cognate_functions::Outcome;
use cognate_testkit::{FunctionServer, Play};
use tokio::net::TcpListener;

use super::*;

#[tokio::test]
async fn the_longest_match_wins_and_no_match_fails() {
    let server = FunctionServer::start().await.unwrap();
    let to = |pattern: &str, path: &str| format!("{pattern}={}/{path}", server.url());
    let short = "arn:aws:lambda:eu-west-1:*";
    let long = "arn:aws:lambda:eu-west-1:000000000000:function:f*";
    let targets = [to(short, "short"), to(ARN, "exact"), to(long, "long")];
    let functions = TriggerFunctions::new(settings(&targets)).unwrap();
    let asked = async |arn: &str| {
        let mut call = call(event());
        call.arn = arn.into();
        let outcome = functions.invoke(&call).await;
        outcome.map(|_| server.received().pop().unwrap().path)
    };
    assert_eq!(asked(ARN).await.unwrap(), "/exact");
    assert_eq!(asked(&format!("{ARN}:live")).await.unwrap(), "/long");
    let other = "arn:aws:lambda:eu-west-1:000000000000:function:g";
    assert_eq!(asked(other).await.unwrap(), "/short");
    let foreign = "arn:aws:lambda:us-east-1:000000000000:function:f";
    assert_eq!(asked(foreign).await, Err(InvokeError::NoTarget));
    assert_eq!(last(&functions).outcome, "no-target");
}

/// Returns the functions of `serve` with one target.
fn serve(target: &str, private: bool) -> TriggerFunctions {
    let target = format!("*={target};timeout=2000;tries=1");
    let mapping = Mapping::parse(&target, false, private).unwrap();
    TriggerFunctions::new(FunctionSettings {
        triggers: vec![mapping],
        private,
        hook_secret: Some(Secret::new(HOOK_SECRET.into())),
        ..FunctionSettings::new(false)
    })
    .unwrap()
}

#[tokio::test]
async fn serve_calls_no_internal_address_unless_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "10.0.0.1",
    ] {
        for kind in ["lambda", "hook"] {
            let begun = Instant::now();
            let functions = serve(&format!("{kind}:https://{host}:{port}"), false);
            assert!(is_unreachable(&invoke(&functions).await), "{kind} {host}");
            assert!(begun.elapsed() < Duration::from_secs(8), "{kind} {host}");
        }
    }
    let reached = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(reached.is_err());
    let server = FunctionServer::start().await.unwrap();
    invoke(&serve(&server.url(), true)).await.unwrap();
}

#[tokio::test]
async fn serve_records_nothing_and_counts_everything() {
    let server = FunctionServer::start().await.unwrap();
    let functions = serve(&server.url(), true);
    invoke(&functions).await.unwrap();
    server.next(Play::Throw("no".into()));
    invoke(&functions).await.unwrap_err();
    assert!(functions.recorded().is_empty());
    assert!(functions.replay(1).await.is_none());
    let counts: Vec<_> = functions
        .counts()
        .into_iter()
        .map(|count| (count.trigger, count.outcome, count.calls, count.tries))
        .collect();
    let expected = [
        (Trigger::PreSignUp, Outcome::Answered, 1, 1),
        (Trigger::PreSignUp, Outcome::Failed, 1, 1),
    ];
    assert_eq!(counts, expected);
}

#[tokio::test]
async fn a_recorded_call_is_repeated_with_its_event_and_another_id() {
    let server = FunctionServer::start().await.unwrap();
    let functions = functions(&server.url());
    server.next(Play::Throw("a mistake".into()));
    assert_eq!(invoke(&functions).await, failed("a mistake"));
    let first = last(&functions);
    assert_eq!(
        (first.error.as_deref(), first.outcome),
        (Some("a mistake"), "failed")
    );
    let again = functions.replay(first.id).await.unwrap();
    assert_eq!(
        (again.replay_of, again.outcome),
        (Some(first.id), "answered")
    );
    assert_eq!(again.output, Some(event()));
    let sent = server.received();
    assert_eq!(sent[0].body, sent[1].body);
    assert_ne!(
        sent[0].header("x-cognate-id"),
        sent[1].header("x-cognate-id")
    );
    assert!(functions.replay(99).await.is_none());
    functions.forget();
    assert!(functions.recorded().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_slow_calls_run_side_by_side() {
    let server = FunctionServer::start().await.unwrap();
    server.always(Play::Slow(Duration::from_millis(500)));
    let functions = Arc::new(functions(&server.url()));
    let begun = Instant::now();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let functions = functions.clone();
        calls.spawn(async move { invoke(&functions).await.unwrap() });
    }
    while let Some(done) = calls.join_next().await {
        assert_eq!(done.unwrap(), event());
    }
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}
