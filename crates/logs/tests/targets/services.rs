//! Services that speak the protocols of AWS: requests field by field, and what their answers lead to.

use std::time::Duration;

use cognate_domain::app::log_targets::{LogTargets as _, ShipError, Shipped};
use cognate_domain::app::metrics::labels::LogTarget;
use cognate_domain::records::log_record::{Destination, DestinationKind};
use cognate_testkit::{FunctionServer, Play, Received};
use serde_json::{Value, json};

use super::*;

fn raw(status: u16, body: Value) -> Play {
    Play::Raw(status, Vec::new(), body.to_string().into_bytes())
}

fn assert_call(request: &Received, target: &str, service: &str) {
    assert_eq!(
        (request.method.as_str(), request.path.as_str()),
        ("POST", "/")
    );
    assert_eq!(request.header("x-amz-target"), target);
    assert_eq!(request.header("content-type"), "application/x-amz-json-1.1");
    let scope = format!("/eu-west-1/{service}/aws4_request");
    assert!(request.header("authorization").contains(&scope));
    assert!(request.is_signed(SECRET, "eu-west-1", service));
}

#[tokio::test]
async fn cloud_watch_gets_events_in_order_and_a_stream_if_it_has_none() {
    let server = FunctionServer::start().await.unwrap();
    let targets = targets(&[format!("*=cloudwatch:{}", server.url())]);
    let error = |name: &str| {
        let name = format!("com.amazonaws.logs#{name}");
        raw(400, json!({"__type": name, "message": "of the service"}))
    };
    server.next(error("ResourceNotFoundException"));
    server.next(error("ResourceAlreadyExistsException"));
    server.next(raw(200, json!({"nextSequenceToken": "1"})));
    let mut shipment = shipment(DestinationKind::CloudWatch, GROUP, 3);
    shipment.records.swap(0, 2);
    assert_eq!(targets.ship(&shipment).await, Ok(Shipped::default()));
    let requests = server.received();
    let (put, create) = (
        "Logs_20140328.PutLogEvents",
        "Logs_20140328.CreateLogStream",
    );
    assert_eq!(requests.len(), 3);
    for (request, target) in requests.iter().zip([put, create, put]) {
        assert_call(request, target, "logs");
    }
    let named = json!({
        "logGroupName": "/aws/vendedlogs/users",
        "logStreamName": "eu-west-1_pool/userAuthEvents",
    });
    assert_eq!(requests[1].event(), named);
    let mut expected = named;
    expected["logEvents"] = (0..3)
        .map(|n: i64| json!({"timestamp": AT / 1_000 + n * 1_000, "message": format!("{{\"n\":{n}}}")}))
        .collect();
    for request in [&requests[0], &requests[2]] {
        assert_eq!(request.event(), expected);
    }
    // A log group that is not there is the operator's to make.
    server.next(error("ResourceNotFoundException"));
    server.next(error("ResourceNotFoundException"));
    let failed = targets.ship(&shipment).await;
    assert_eq!(failed, Err(later("status 400 ResourceNotFoundException")));
}

#[tokio::test]
async fn events_that_cloud_watch_rejects_are_refused_and_those_of_another_day_wait() {
    let server = FunctionServer::start().await.unwrap();
    let targets = targets(&[format!("*=cloudwatch:{}", server.url())]);
    let rejected = json!({"rejectedLogEventsInfo": {
        "tooOldLogEventEndIndex": 1, "expiredLogEventEndIndex": 2, "tooNewLogEventStartIndex": 4,
    }});
    server.next(raw(200, rejected));
    let mut records = shipment(DestinationKind::CloudWatch, GROUP, 6);
    records.records[5].at += 86_400 * 1_000_000;
    let shipped = targets.ship(&records).await.unwrap();
    assert_eq!((shipped.refused, shipped.left), (vec![0, 1, 4], vec![5]));
    let sent = server.events()[0]["logEvents"].as_array().unwrap().len();
    assert_eq!(sent, 5);
    // One event that no call takes.
    let mut records = shipment(DestinationKind::CloudWatch, GROUP, 2);
    records.records[0].json = "x".repeat(256 << 10);
    server.next(raw(200, json!({})));
    let shipped = targets.ship(&records).await.unwrap();
    assert_eq!((shipped.refused, shipped.left), (vec![0], vec![]));
}

#[tokio::test]
async fn firehose_tells_record_by_record_what_it_took() {
    let server = FunctionServer::start().await.unwrap();
    let targets = targets(&[format!("arn:aws:firehose:*=firehose:{}", server.url())]);
    let good = json!({"RecordId": "r"});
    let bad = json!({"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."});
    let answer = json!({"FailedPutCount": 2, "RequestResponses": [good, bad, good, bad]});
    server.next(raw(200, answer));
    let records = shipment(DestinationKind::Firehose, STREAM, 4);
    let shipped = targets.ship(&records).await.unwrap();
    assert_eq!((shipped.refused, shipped.left), (vec![], vec![1, 3]));
    let request = server.received().remove(0);
    assert_call(&request, "Firehose_20150804.PutRecordBatch", "firehose");
    // {"n":0} and a line break, in base64.
    let event = request.event();
    assert_eq!(event["DeliveryStreamName"], "users");
    assert_eq!(event["Records"][0], json!({"Data": "eyJuIjowfQo="}));
    assert_eq!(event["Records"].as_array().unwrap().len(), 4);
    for (answer, expected) in [
        (
            raw(200, json!({"FailedPutCount": 0, "RequestResponses": []})),
            Ok(Shipped::default()),
        ),
        (
            raw(200, json!({"FailedPutCount": 1, "RequestResponses": [bad]})),
            Err(later("an answer about other records")),
        ),
        (
            raw(200, json!({})),
            Err(later("an answer of something else")),
        ),
        (
            raw(500, json!({"__type": "InternalFailure"})),
            Err(later("status 500 InternalFailure")),
        ),
        (
            raw(400, json!({"__type": "UnrecognizedClientException"})),
            Err(later("status 400 UnrecognizedClientException")),
        ),
        (
            raw(413, json!({})),
            Err(ShipError::TooLarge("status 413".into())),
        ),
    ] {
        server.next(answer);
        assert_eq!(targets.ship(&records).await, expected);
    }
    server.next(Play::Reset);
    assert!(matches!(
        targets.ship(&records).await,
        Err(ShipError::Later(_))
    ));
    server.next(Play::Slow(Duration::from_secs(60)));
    assert_eq!(
        targets.ship(&records).await,
        Err(later("no answer in time"))
    );
}

#[tokio::test]
async fn s3_gets_one_object_whose_name_is_the_same_for_every_try() {
    let server = FunctionServer::start().await.unwrap();
    let mapping = format!("arn:aws:s3:*=s3:{};region=eu-central-1", server.url());
    let targets = targets(&[mapping]);
    let records = shipment(DestinationKind::S3, BUCKET, 2);
    server.next(raw(503, json!({})));
    server.next(raw(200, json!({})));
    assert_eq!(targets.ship(&records).await, Err(later("status 503")));
    assert_eq!(targets.ship(&records).await, Ok(Shipped::default()));
    let (first, last) = (&records.records[0].id, &records.records[1].id);
    let path = format!("/users-logs/eu-west-1_pool/userAuthEvents/2024/07/17/{first}_{last}.jsonl");
    for request in server.received() {
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("PUT", path.as_str())
        );
        assert_eq!(request.header("content-type"), "application/x-ndjson");
        assert!(request.is_signed(SECRET, "eu-central-1", "s3"));
        assert_eq!(request.body, b"{\"n\":0}\n{\"n\":1}\n");
    }
    // Names that would be another path.
    for arn in [
        "arn:aws:s3:::..",
        "arn:aws:s3:::b/../c",
        "arn:aws:s3:::b//c",
    ] {
        let destination = Destination {
            kind: DestinationKind::S3,
            arn: arn.to_owned(),
        };
        assert_eq!(targets.target(&destination), None, "{arn}");
        let records = shipment(DestinationKind::S3, arn, 1);
        let failed = targets.ship(&records).await;
        assert_eq!(failed, Err(later("the ARN leads nowhere")));
    }
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn an_arn_leads_to_the_most_exact_target_of_its_kind() {
    let url = "http://127.0.0.1:1";
    let targets = targets(&[
        format!("*=cloudwatch:{url}"),
        format!("*=s3:{url}"),
        "arn:aws:logs:*=file:/nowhere/x".to_owned(),
        format!("{GROUP}=webhook:{url}"),
    ]);
    let target = |kind, arn: &str| {
        let arn = arn.to_owned();
        targets.target(&Destination { kind, arn })
    };
    let other = "arn:aws:logs:eu-west-1:111122223333:log-group:other";
    assert_eq!(
        target(DestinationKind::CloudWatch, GROUP),
        Some(LogTarget::Webhook)
    );
    assert_eq!(
        target(DestinationKind::CloudWatch, other),
        Some(LogTarget::File)
    );
    assert_eq!(target(DestinationKind::S3, BUCKET), Some(LogTarget::S3));
    assert_eq!(target(DestinationKind::Firehose, STREAM), None);
    let records = shipment(DestinationKind::Firehose, STREAM, 1);
    let failed = targets.ship(&records).await;
    assert_eq!(failed, Err(later("the settings name no target")));
}

#[tokio::test]
async fn settings_that_do_not_fit_together_are_refused() {
    let refused = |settings| Targets::new(settings).err().unwrap();
    let two = [
        "*=firehose:aws".to_owned(),
        "*=webhook:https://h".to_owned(),
    ];
    assert!(refused(settings(false, &two)).contains("two targets"));
    let keyless = LogSettings {
        key: None,
        ..settings(false, &["*=s3:aws".to_owned()])
    };
    assert!(refused(keyless).contains("needs a key"));
    let open = LogSettings {
        webhook_secret: None,
        ..settings(false, &["*=webhook:https://h".to_owned()])
    };
    assert!(refused(open).contains("needs log_webhook_secret"));
    let short = LogSettings {
        webhook_secret: Some(Secret::new("short".into())),
        ..settings(false, &["*=webhook:https://h".to_owned()])
    };
    assert!(refused(short).contains("16 characters"));
}
