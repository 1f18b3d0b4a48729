//! The records of auth events, member by member.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::delivery::{turn, waiting};
use super::sink::Sink;
use super::*;
use crate::support::TestApp;
use crate::support::signin::{PASSWORD, Site, site, site_with, user};

/// The time of the tests' server is not theirs: the form is compared, and that it is that of the event.
fn has_the_form_of_a_date(text: &str) -> bool {
    let form = "Wed Jul 17 17:25:55 UTC 2024";
    let kind = |c: char| match c {
        'a'..='z' => 'a',
        'A'..='Z' => 'A',
        '0'..='9' => '0',
        other => other,
    };
    text.chars().map(kind).eq(form.chars().map(kind))
}

async fn try_password(t: &TestApp, s: &Site, name: &str, password: &str) -> bool {
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": s.client,
        "AuthParameters": {"USERNAME": name, "PASSWORD": password},
    });
    t.call("InitiateAuth", input).await.is_ok()
}

/// Sends what waits; returns the records.
async fn sent(t: &TestApp, sink: &Sink) -> Vec<Value> {
    turn(t, "node").await;
    assert_eq!(waiting(t).await, 0);
    let tries = sink.tries();
    let records = tries.iter().flat_map(|one| &one.records);
    records
        .map(|record| serde_json::from_str(&record.json).unwrap())
        .collect()
}

#[each_engine]
async fn each_sign_in_is_told_with_every_member(t: &TestApp) {
    let sink = Sink::of(t);
    let s = site_with(
        t,
        json!({}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    let jane = user(t, &s.pool, "jane").await;
    let here = &t.from("192.0.2.7", "test");
    // Nothing for a pool that does not ask for it.
    assert!(try_password(here, &s, "jane", PASSWORD).await);
    assert_eq!(waiting(t).await, 0);
    let stream = json!({"FirehoseConfiguration": {"StreamArn": STREAM}});
    set(t, &s.pool, json!([activity_to(stream)])).await;
    assert!(try_password(here, &s, "jane", PASSWORD).await);
    assert!(!try_password(here, &s, "jane", "Wrong-Horse-1!").await);
    assert!(!try_password(here, &s, "nobody", PASSWORD).await);
    let records = sent(t, &sink).await;
    assert_eq!(records.len(), 3);
    let expected = |record: &Value, sub: &str, name: &str, response: &str, answer: &str| {
        let message = &record["message"];
        json!({
            "eventTimestamp": record["eventTimestamp"],
            "eventSource": "USER_ACTIVITY",
            "logLevel": "INFO",
            "message": {
                "version": "1",
                "eventId": message["eventId"],
                "eventType": "SignIn",
                "userSub": sub,
                "userName": name,
                "userPoolId": s.pool,
                "clientId": s.client,
                "creationDate": message["creationDate"],
                "eventResponse": response,
                "riskLevel": "",
                "riskDecision": "PASS",
                "challenges": [{"challengeName": "Password", "challengeResponse": answer}],
                "deviceName": "Other, Other",
                "ipAddress": "192.0.2.7",
                "requestId": message["requestId"],
                "idpName": "",
                "compromisedCredentialDetected": "false",
                "city": "",
                "country": "",
                "eventFeedbackValue": "",
                "eventFeedbackDate": "",
                "eventFeedbackProvider": "",
                "hasContextData": "false",
            },
            "logSourceId": {"userPoolId": s.pool},
        })
    };
    assert_eq!(
        records[0],
        expected(&records[0], &jane, "jane", "Pass", "Success")
    );
    assert_eq!(
        records[1],
        expected(&records[1], &jane, "jane", "Fail", "Failure")
    );
    // Whatever was typed stays here.
    assert_eq!(records[2], expected(&records[2], "", "", "Fail", "Failure"));
    for record in &records {
        let date = record["message"]["creationDate"].as_str().unwrap();
        assert!(has_the_form_of_a_date(date), "{date}");
        assert_eq!(record["message"]["eventId"].as_str().unwrap().len(), 36);
    }
}

#[each_engine]
async fn feedback_is_told_with_its_event(t: &TestApp) {
    let sink = Sink::of(t);
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let watched =
        json!({"UserPoolId": s.pool, "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"}});
    let stream = json!({"S3Configuration": {"BucketArn": BUCKET}});
    t.ok("UpdateUserPool", watched).await;
    assert!(try_password(t, &s, "jane", PASSWORD).await);
    set(t, &s.pool, json!([activity_to(stream)])).await;
    let of = json!({"UserPoolId": s.pool, "Username": "jane"});
    let listed = t.ok("AdminListUserAuthEvents", of).await;
    let event = &listed["AuthEvents"][0]["EventId"];
    let said = json!({
        "UserPoolId": s.pool, "Username": "jane", "EventId": event, "FeedbackValue": "Invalid",
    });
    t.ok("AdminUpdateAuthEventFeedback", said).await;
    let records = sent(t, &sink).await;
    let [record] = records.as_slice() else {
        panic!("{records:?}");
    };
    let message = &record["message"];
    assert_eq!(&message["eventId"], event);
    assert_eq!(message["eventFeedbackValue"], "Invalid");
    assert_eq!(message["eventFeedbackProvider"], "Admin");
    let date = message["eventFeedbackDate"].as_str().unwrap();
    assert!(has_the_form_of_a_date(date), "{date}");
}
