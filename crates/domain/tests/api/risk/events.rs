//! AdminListUserAuthEvents.

use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";

#[each_engine]
async fn events_are_listed_newest_first_with_what_is_known(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    set_mode(t, &s.pool, "ENFORCED").await;
    let wrong = by_password(&s.client, "jane", "Passw0rd?");
    refuse(t, "InitiateAuth", wrong, WRONG).await;
    let here = t.from("192.0.2.7", CHROME);
    let tokens = sign_in(&here, &s.client, "jane").await;
    let listed = events(t, &s.pool, "jane").await;
    assert_eq!(listed.len(), 2);
    assert_eq!(
        listed[0]["EventId"],
        claims(&tokens["AccessToken"])["event_id"]
    );
    let none = json!({"RiskDecision": "NoRisk", "CompromisedCredentialsDetected": false});
    let expected = json!({
        "EventId": listed[0]["EventId"], "EventType": "SignIn", "CreationDate": listed[0]["CreationDate"],
        "EventResponse": "Pass", "EventRisk": none,
        "ChallengeResponses": [{"ChallengeName": "Password", "ChallengeResponse": "Success"}],
        "EventContextData": {"IpAddress": "192.0.2.7", "DeviceName": "Chrome 126, Windows 10"},
    });
    assert_eq!(listed[0], expected);
    assert_eq!(
        (
            &listed[1]["EventResponse"],
            &listed[1]["ChallengeResponses"]
        ),
        (
            &json!("Fail"),
            &json!([{"ChallengeName": "Password", "ChallengeResponse": "Failure"}])
        )
    );
    assert!(listed[0]["CreationDate"].as_f64() > listed[1]["CreationDate"].as_f64());
}

#[each_engine]
async fn pages_follow_each_other_without_a_gap(t: &TestApp) {
    let (s, jane) = watched(t, 4).await;
    user(t, &s.pool, "john").await;
    // Two of one instant.
    let sql = "UPDATE auth_events SET mac = NULL, at = (SELECT MAX(at) FROM auth_events WHERE user_id = ?1) WHERE user_id = ?1 \
        AND at = (SELECT MIN(at) FROM auth_events WHERE user_id = ?1)";
    let batch = Batch::new().run(sql, params![&jane]);
    t.app.store.commit(batch).await.unwrap();
    let whole = events(t, &s.pool, "jane").await;
    assert_eq!(whole.len(), 5);
    let mut token = Value::Null;
    let mut seen = Vec::new();
    loop {
        let mut input = json!({"UserPoolId": s.pool, "Username": "jane", "MaxResults": 2});
        if !token.is_null() {
            input["NextToken"] = token;
        }
        let page = t.ok("AdminListUserAuthEvents", input).await;
        let events = page["AuthEvents"].as_array().unwrap();
        assert!(events.len() <= 2);
        seen.extend(events.iter().map(|event| event["EventId"].clone()));
        token = page.get("NextToken").cloned().unwrap_or_default();
        if token.is_null() {
            break;
        }
        // Another user's, another pool's, and none at all.
        let text = "Invalid pagination token.";
        let input = json!({"UserPoolId": s.pool, "Username": "john", "NextToken": token});
        let (code, said) = t.call("AdminListUserAuthEvents", input).await.unwrap_err();
        assert_eq!(
            (code.as_str(), said.as_str()),
            ("InvalidParameterException", text)
        );
        let broken = format!("A{}", token.as_str().unwrap());
        let input = json!({"UserPoolId": s.pool, "Username": "jane", "NextToken": broken});
        let (code, _) = t.call("AdminListUserAuthEvents", input).await.unwrap_err();
        assert_eq!(code, "InvalidParameterException");
    }
    let ids: Vec<_> = whole.iter().map(|event| event["EventId"].clone()).collect();
    assert_eq!(seen, ids);
    // By the id, too; and 0 is the default.
    let input = json!({"UserPoolId": s.pool, "Username": "jane", "MaxResults": 0});
    let all = t.ok("AdminListUserAuthEvents", input).await;
    assert_eq!(all["AuthEvents"].as_array().unwrap().len(), 5);
    assert!(events(t, &s.pool, "john").await.is_empty());
}

#[each_engine]
async fn what_is_wrong_is_refused(t: &TestApp) {
    let (s, _) = watched(t, 1).await;
    let op = "AdminListUserAuthEvents";
    let input = |pool: &str, name: &str| json!({"UserPoolId": pool, "Username": name});
    refuse(t, op, input(&s.pool, "nobody"), NO_USER).await;
    let text = no_pool("us-east-1_nobody000");
    let unknown = input("us-east-1_nobody000", "jane");
    refuse(t, op, unknown, ("ResourceNotFoundException", &text)).await;
    let many = with(input(&s.pool, "jane"), json!({"MaxResults": 61}));
    let (code, _) = t.call(op, many).await.unwrap_err();
    assert_eq!(code, "InvalidParameterException");
    set_mode(t, &s.pool, "OFF").await;
    refuse(t, op, input(&s.pool, "jane"), OFF).await;
    refuse(t, op, input(&s.pool, "nobody"), OFF).await;
}

#[each_engine]
async fn a_row_of_a_stranger_is_refused_and_one_of_an_older_program_shown(t: &TestApp) {
    let (s, jane) = watched(t, 1).await;
    let run = async |sql: &'static str| {
        let batch = Batch::new().run(sql, params![&jane]);
        t.app.store.commit(batch).await.unwrap();
    };
    // As older programs wrote it.
    run("UPDATE auth_events SET mac = NULL WHERE user_id = ?1").await;
    run("INSERT INTO auth_events (pool_id, user_id, at, event_id, doc, expires, bucket) SELECT pool_id, user_id, 1, 'old', \
        '{\"agent\":\"a\",\"challenge\":\"Password\",\"client\":\"c\",\"ip\":\"192.0.2.1\",\"result\":\"Fail\",\"type\":\"SignIn\"}', \
        expires, bucket FROM auth_events WHERE user_id = ?1 ORDER BY at LIMIT 1")
        .await;
    let listed = events(t, &s.pool, "jane").await;
    assert_eq!(listed.len(), 3);
    assert_eq!(
        listed[2],
        json!({
            "EventId": "old", "EventType": "SignIn", "CreationDate": listed[2]["CreationDate"], "EventResponse": "Fail",
            "EventRisk": {"RiskDecision": "NoRisk", "CompromisedCredentialsDetected": false},
            "ChallengeResponses": [], "EventContextData": {"IpAddress": "192.0.2.1"},
        })
    );
    // Feedback on it is kept, and signs nothing.
    let feedback = json!({"UserPoolId": s.pool, "Username": "jane", "EventId": "old", "FeedbackValue": "Valid"});
    t.ok("AdminUpdateAuthEventFeedback", feedback).await;
    let listed = events(t, &s.pool, "jane").await;
    assert_eq!(listed[2]["EventFeedback"]["FeedbackValue"], "Valid");
    let sql = "SELECT 1 FROM auth_events WHERE user_id = ?1 AND mac IS NOT NULL";
    assert!(
        t.app
            .store
            .rows(sql, params![&jane])
            .await
            .unwrap()
            .is_empty()
    );
    // A MAC that fits nothing.
    run("UPDATE auth_events SET mac = (SELECT mac FROM users WHERE user_id = ?1) WHERE user_id = ?1 AND event_id = 'old'").await;
    let input = json!({"UserPoolId": s.pool, "Username": "jane"});
    let internal = ("InternalErrorException", "Internal server error.");
    refuse(t, "AdminListUserAuthEvents", input, internal).await;
}
