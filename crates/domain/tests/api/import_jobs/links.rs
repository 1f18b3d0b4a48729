//! The link for a file: whose it is, how long it is good, and which upload counts.

use cognate_domain::moving::csv_import::upload::{Refusal, Upload};
use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::imports::*;

const ONE: &[u8] = b"cognito:username,email,email_verified\njane,jane@example.com,TRUE\n";

/// Returns the name of the refusal of a link.
async fn refusal(t: &TestApp, url: &str) -> &'static str {
    let asked = asked(url);
    match Upload::begin(&t.app, asked).await {
        Ok(_) => "none",
        Err(Refusal::Signature) => "signature",
        Err(Refusal::Expired { .. }) => "expired",
        Err(Refusal::Closed) => "closed",
        Err(Refusal::TooLarge) => "too large",
        Err(Refusal::Busy) => "busy",
        Err(Refusal::Fault(fault)) => panic!("{fault:?}"),
    }
}

#[each_engine]
async fn a_link_looks_like_one_of_the_service_and_is_of_this_server(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let job = create(t, &pool, json!({})).await;
    let url = job["PreSignedUrl"].as_str().unwrap();
    let (address, query) = url.split_once('?').unwrap();
    let id = job["JobId"].as_str().unwrap();
    assert_eq!(
        address,
        format!("http://127.0.0.1:9229/_import/{pool}/{id}")
    );
    let names: Vec<_> = query
        .split('&')
        .map(|pair| pair.split('=').next().unwrap())
        .collect();
    let expected = [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
    ];
    assert_eq!(names, expected);
    assert!(
        query
            .contains("X-Amz-Expires=899&X-Amz-SignedHeaders=host%3Bx-amz-server-side-encryption&")
    );
    assert!(url.len() <= 2048);
}

#[each_engine]
async fn an_altered_link_is_nobodys(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let (job, other) = (
        create(t, &pool, json!({})).await,
        create(t, &pool, json!({})).await,
    );
    let foreign = create(t, &verifying(t, json!({})).await, json!({})).await;
    let url = job["PreSignedUrl"].as_str().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let (id, query) = (text(&job["JobId"]), url.split_once('?').unwrap().1);
    for bad in [
        url.replace(&id, &text(&other["JobId"])),
        url.replace(
            &format!("{pool}/{id}"),
            &format!("{}/{id}", text(&foreign["UserPoolId"])),
        ),
        url.replace("X-Amz-Expires=899", "X-Amz-Expires=90000"),
        url.replace("X-Amz-Date=2", "X-Amz-Date=3"),
        url.replace("&X-Amz-Expires=899", ""),
        url.replace("X-Amz-Signature=", "X-Amz-Signature=0"),
        format!("{url}&X-Amz-Signature=0"),
        format!("{url}&X-Amz-Date=20990101T000000Z"),
        url.replace(query, ""),
        format!("http://127.0.0.1:9229/_import/{pool}?{query}"),
        format!("http://127.0.0.1:9229/_import/us-east-1_AAAAAAAAA/{id}?{query}"),
    ] {
        assert_eq!(refusal(t, &bad).await, "signature", "{bad}");
    }
    assert_eq!(refusal(t, url).await, "none");
    for encryption in [None, Some("AES256"), Some(""), Some("aws:kms:dsse")] {
        let mut asked = asked(url);
        asked.encryption = encryption;
        let refused = Upload::begin(&t.app, asked).await.err();
        assert!(
            matches!(refused, Some(Refusal::Signature)),
            "{encryption:?}"
        );
    }
}

#[each_engine]
async fn a_link_is_good_for_fifteen_minutes(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let job = create(t, &pool, json!({})).await;
    let url = job["PreSignedUrl"].as_str().unwrap();
    t.advance(890).await;
    assert_eq!(refusal(t, url).await, "none");
    t.advance(9).await;
    assert_eq!(refusal(t, url).await, "expired");
    assert_eq!(describe(t, &job).await["PreSignedUrl"], url);
}

#[each_engine]
async fn the_latest_whole_file_before_the_start_counts(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let job = create(t, &pool, json!({})).await;
    let url = job["PreSignedUrl"].as_str().unwrap();
    upload(t, &job, b"nonsense").await.unwrap();
    upload(t, &job, ONE).await.unwrap();
    // One that breaks off leaves the file that was there.
    let mut cut = Upload::begin(&t.app, asked(url)).await.unwrap();
    cut.write(&vec![b'x'; 600_000]).await.unwrap();
    drop(cut);
    assert_eq!(pieces(t).await, 3);
    let mut late = Upload::begin(&t.app, asked(url)).await.unwrap();
    assert_eq!(pieces(t).await, 1);
    start(t, &job).await;
    late.write(b"x").await.unwrap();
    assert!(matches!(late.finish().await, Err(Refusal::Closed)));
    assert_eq!(refusal(t, url).await, "closed");
    work(t).await;
    assert_eq!(outcome(&describe(t, &job).await), succeeded(1, 0, 0));
    assert_eq!(refusal(t, url).await, "closed");
    assert_eq!(pieces(t).await, 0);
}

#[each_engine]
async fn of_two_uploads_at_once_the_later_one_counts(t: &TestApp) {
    let other = t.second_node().await;
    let pool = verifying(t, json!({})).await;
    let job = create(t, &pool, json!({})).await;
    let url = job["PreSignedUrl"].as_str().unwrap();
    let mut first = Upload::begin(&t.app, asked(url)).await.unwrap();
    first.write(b"cognito:username\n").await.unwrap();
    // A node takes one upload of a job at a time.
    assert_eq!(refusal(t, url).await, "busy");
    let second = upload(&other, &job, ONE).await.unwrap();
    assert!(matches!(first.finish().await, Err(Refusal::Closed)));
    let third = upload(t, &job, ONE).await.unwrap();
    assert!(second != third && second.len() == 32);
    start(t, &job).await;
    work(t).await;
    assert_eq!(outcome(&describe(t, &job).await), succeeded(1, 0, 0));
}

#[each_engine]
async fn uploads_are_bounded_by_size_and_by_address(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let mut jobs = Vec::new();
    for _ in 0..6 {
        jobs.push(create(t, &pool, json!({})).await);
    }
    let url = |n: usize| jobs[n]["PreSignedUrl"].as_str().unwrap();
    let mut large = asked(url(0));
    large.length = Some((100 << 20) + 1);
    let refused = Upload::begin(&t.app, large).await.err();
    assert!(matches!(refused, Some(Refusal::TooLarge)));
    large.length = Some(100 << 20);
    assert!(Upload::begin(&t.app, large).await.is_ok());
    let mut held = Vec::new();
    for n in 0..4 {
        held.push(Upload::begin(&t.app, asked(url(n))).await.unwrap());
    }
    assert_eq!(refusal(t, url(4)).await, "busy");
    let mut elsewhere = asked(url(5));
    elsewhere.address = "192.0.2.2";
    assert!(Upload::begin(&t.app, elsewhere).await.is_ok());
    held.clear();
    assert_eq!(refusal(t, url(4)).await, "none");
}
