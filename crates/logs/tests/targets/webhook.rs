//! Webhooks.

use cognate_domain::app::log_targets::{LogTargets as _, ShipError, Shipped};
use cognate_testkit::{FunctionServer, Play};

use super::*;

#[tokio::test]
async fn a_webhook_gets_signed_lines() {
    let server = FunctionServer::start().await.unwrap();
    let targets = targets(&[format!("*=webhook:{}/in?a=b", server.url())]);
    let records = shipment(DestinationKind::Firehose, STREAM, 2);
    server.next(Play::Raw(503, Vec::new(), Vec::new()));
    server.next(Play::Raw(202, Vec::new(), Vec::new()));
    assert_eq!(targets.ship(&records).await, Err(later("status 503")));
    assert_eq!(targets.ship(&records).await, Ok(Shipped::default()));
    let requests = server.received();
    for request in &requests {
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("POST", "/in?a=b")
        );
        assert_eq!(request.header("content-type"), "application/x-ndjson");
        assert_eq!(request.header("x-cognate-destination"), STREAM);
        assert_eq!(request.body, b"{\"n\":0}\n{\"n\":1}\n");
        assert!(request.is_signed_hook(HOOK_SECRET));
        assert!(!request.is_signed_hook("another secret"));
    }
    // A receiver can tell a second try by its id.
    let ids: Vec<_> = requests.iter().map(|r| r.header("x-cognate-id")).collect();
    assert_eq!(ids[0], ids[1]);
    server.next(Play::Raw(413, Vec::new(), Vec::new()));
    let refused = targets.ship(&records).await;
    assert_eq!(refused, Err(ShipError::TooLarge("status 413".into())));
    // A redirect is no success.
    let there = vec![("location", "http://127.0.0.1:1/".to_owned())];
    server.next(Play::Raw(307, there, Vec::new()));
    assert_eq!(targets.ship(&records).await, Err(later("status 307")));
}
