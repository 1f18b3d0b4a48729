//! What users are told of risky sign-ins, by whom, how often, and what a stranger can cause with it.

use std::sync::{Arc, Mutex};

use cognate_domain::app::functions::{Functions, Invocation, Invoking};
use cognate_domain::records::risk::NotifySender;
use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::messages::post::{Post, serving, turn};
use crate::support::mfa;
use crate::support::users::inbox;

const IDENTITY: &str = "arn:aws:ses:us-east-1:123456789012:identity/example.com";
const EMAIL: &[&str] = &["email"];

/// A configuration that tells users of everything, and does this at each level.
fn telling(action: &str, members: Value) -> Value {
    let at = json!({"Notify": true, "EventAction": action});
    let own = json!({"SourceArn": IDENTITY, "From": "Safety <safety@example.com>", "ReplyTo": "help@example.com"});
    json!({"AccountTakeoverRiskConfiguration": {
        "Actions": {"LowAction": at, "MediumAction": at, "HighAction": at},
        "NotifyConfiguration": with(own, members),
    }})
}

async fn set(t: &TestApp, s: &Site, blocks: Value) {
    let input = with(json!({"UserPoolId": s.pool}), blocks);
    t.ok("SetRiskConfiguration", input).await;
}

/// The messages about risky sign-ins, oldest first.
async fn told(t: &TestApp, s: &Site) -> Vec<Value> {
    let mut list = inbox(t, &s.pool).await;
    list.retain(|message| message["kind"] == "account_take_over_notification");
    list.reverse();
    list
}

async fn sign_in(t: &TestApp, s: &Site, name: &str, password: &str) -> Result<Value, Refusal> {
    let away = t.from(AWAY.0, AWAY.1);
    away.call("InitiateAuth", by_password(&s.client, name, password))
        .await
}

/// Kind, state, user and length of the rows of messages, and what is counted of them, for one account.
async fn rows(t: &TestApp, s: &Site) -> Vec<(String, i64, usize)> {
    let sql = "SELECT kind, state, user_id FROM messages WHERE pool_id = ?1 ORDER BY message_id";
    let rows = t
        .app
        .store
        .rows(sql, params![&s.pool].to_vec())
        .await
        .unwrap();
    let row = |row: &cognate_store::Row| {
        let (kind, state) = (row.text(0).unwrap(), row.int(1).unwrap());
        (kind.to_owned(), state, row.text(2).unwrap().len())
    };
    rows.iter().map(row).collect()
}

#[each_engine]
async fn each_end_has_its_message_by_the_template_of_the_configuration(t: &TestApp) {
    let s = guarded_with(t, "ENFORCED", json!({}), EMAIL).await;
    let template = |name: &str| {
        json!({
            "Subject": format!("{name} {{username}}"),
            "HtmlBody": format!("<p>{name} {{username}} {{ip-address}} {{city}} {{country}} {{device-name}} {{event-id}}</p>"),
            "TextBody": format!("{name} {{login-time}} {{one-click-link-valid}} {{one-click-link-invalid}}"),
        })
    };
    let templates = json!({
        "BlockEmail": template("block"), "NoActionEmail": template("none"), "MfaEmail": template("mfa"),
    });
    for (action, name) in [
        ("NO_ACTION", "none"),
        // Nobody has a second factor.
        ("MFA_IF_CONFIGURED", "none"),
        ("MFA_REQUIRED", "block"),
        ("BLOCK", "block"),
    ] {
        set(t, &s, telling(action, templates.clone())).await;
        let before = told(t, &s).await.len();
        let answer = sign_in(t, &s, "jane", PASSWORD).await;
        match name {
            "none" => assert!(answer.unwrap()["AuthenticationResult"].is_object()),
            _ => assert_refused(answer),
        }
        let list = told(t, &s).await;
        assert_eq!(list.len(), before + 1, "{action}");
        let sql = "SELECT event_id FROM auth_events WHERE pool_id = ?1 ORDER BY at DESC, event_id DESC LIMIT 1";
        let latest = t.app.store.rows(sql, params![&s.pool].to_vec()).await;
        let id = latest.unwrap()[0].text(0).unwrap().to_owned();
        let mut message = list.last().unwrap().clone();
        for changing in ["id", "time"] {
            message.as_object_mut().unwrap().remove(changing);
        }
        assert_eq!(
            message,
            json!({
                "pool": s.pool, "user": "jane", "to": "jane@example.com", "channel": "EMAIL",
                "kind": "account_take_over_notification", "code": "", "subject": format!("{name} {{username}}"),
                "body": format!("<p>{name} jane 203.0.113.77 Sydney Australia Other, Other {id}</p>"),
            }),
            "{action}"
        );
        // What a suspicious sign-in brought is new again each time; the hour of a bound is not what is tried here.
        t.advance(3_700).await;
    }
}

#[each_engine]
async fn a_second_factor_that_is_demanded_is_told_of_once_whoever_answers(t: &TestApp) {
    let s = guarded_with(t, "ENFORCED", json!({}), EMAIL).await;
    mfa::require(t, &s.pool, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await;
    let home = t.from(HOME.0, HOME.1);
    let tokens = crate::support::signin::sign_in(&home, &s.client, "jane").await;
    let app = mfa::register(&home, &tokens["AccessToken"]).await;
    set(t, &s, telling("MFA_REQUIRED", json!({}))).await;
    mfa::later(t).await;
    let before = events(t, &s).await.len();
    // Who knows no more than the password goes no further, and the user learns of it.
    let asked = sign_in(t, &s, "jane", PASSWORD).await.unwrap();
    assert_eq!(asked["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let list = told(t, &s).await;
    assert_eq!(list.len(), 1);
    assert_eq!(list[0]["subject"], "New sign-in attempt");
    let body = list[0]["body"].as_str().unwrap();
    assert!(body.contains("we asked for a second factor"), "{body}");
    let event = last_event(t, &s).await;
    assert_eq!(events(t, &s).await.len(), before + 1);
    assert_eq!(
        (&event["result"], &event["challenges"]),
        (&json!("InProgress"), &json!([["Password", "Success"]]))
    );
    assert_eq!(event["risk"]["level"], "High");
    let away = t.from(AWAY.0, AWAY.1);
    let wrong = json!({"SOFTWARE_TOKEN_MFA_CODE": app.wrong(t)});
    mfa::respond(&away, &s, &asked, wrong).await.unwrap_err();
    let right = json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)});
    let answer = mfa::respond(&away, &s, &asked, right).await.unwrap();
    mfa::assert_signed_in(&answer);
    assert_eq!(told(t, &s).await.len(), 1);
    assert_eq!(last_event(t, &s).await["result"], "Pass");
}

#[each_engine]
async fn a_wrong_password_and_a_name_of_nobody_leave_what_a_right_one_leaves(t: &TestApp) {
    let s = guarded_with(t, "ENFORCED", json!({}), EMAIL).await;
    set(t, &s, telling("BLOCK", json!({}))).await;
    for given in [
        ("jane", PASSWORD),
        ("jane", "Wrong-1234"),
        ("nobody", PASSWORD),
    ] {
        assert_refused(sign_in(t, &s, given.0, given.1).await);
    }
    let list = told(t, &s).await;
    let subjects: Vec<_> = list.iter().map(|m| (&m["user"], &m["subject"])).collect();
    let blocked = (&json!("jane"), &json!("Blocked sign-in attempt"));
    assert_eq!(subjects, [blocked, blocked]);
    let kind = "account_take_over_notification".to_owned();
    let found: Vec<_> = rows(t, &s).await.into_iter().map(|row| row.0).collect();
    assert_eq!(found, [kind.clone(), kind.clone(), kind]);
    // A user without an address is like nobody.
    let input = json!({"UserPoolId": s.pool, "Username": "jane", "UserAttributeNames": ["email"]});
    t.ok("AdminDeleteUserAttributes", input).await;
    assert_refused(sign_in(t, &s, "jane", PASSWORD).await);
    assert_eq!(told(t, &s).await.len(), 2);
    let found = rows(t, &s).await;
    let [.., of_nobody, without] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(of_nobody.1, without.1);
}

#[each_engine]
async fn beyond_five_an_hour_nothing_is_sent_and_nothing_is_refused(t: &TestApp) {
    let s = guarded_with(t, "ENFORCED", json!({}), EMAIL).await;
    set(t, &s, telling("NO_ACTION", json!({}))).await;
    for n in 1..=7 {
        let answer = sign_in(t, &s, "jane", PASSWORD).await.unwrap();
        assert!(answer["AuthenticationResult"].is_object(), "{answer}");
        assert_eq!(told(t, &s).await.len(), n.min(5));
    }
    let metrics = t.app.metrics_text();
    for line in ["{result=\"accepted\"} 5", "{result=\"limited\"} 2"] {
        let line = format!("cognate_risk_notices_total{line}");
        assert!(metrics.contains(&line), "{metrics}");
    }
    t.advance(3_601).await;
    sign_in(t, &s, "jane", PASSWORD).await.unwrap();
    assert_eq!(told(t, &s).await.len(), 6);
}

#[each_engine]
async fn the_budget_of_an_address_and_of_the_pool_refuse_no_sign_in_either(t: &TestApp) {
    let s = guarded_with(t, "ENFORCED", json!({}), EMAIL).await;
    set(t, &s, telling("NO_ACTION", json!({}))).await;
    sign_in(t, &s, "jane", PASSWORD).await.unwrap();
    // As if others had used them up meanwhile.
    for kind in ["notices_to", "messages_of_pool"] {
        let full = "UPDATE attempts SET n = 2000000 WHERE pool_id = ?1 AND kind = ?2";
        let batch = Batch::new().run(full, params![&s.pool, kind]);
        t.app.store.commit(batch).await.unwrap();
        let answer = sign_in(t, &s, "jane", PASSWORD).await.unwrap();
        assert!(answer["AuthenticationResult"].is_object(), "{answer}");
        assert_eq!(told(t, &s).await.len(), 1);
        let none = "DELETE FROM attempts WHERE pool_id = ?1 AND kind = ?2";
        let batch = Batch::new().run(none, params![&s.pool, kind]);
        t.app.store.commit(batch).await.unwrap();
    }
    sign_in(t, &s, "jane", PASSWORD).await.unwrap();
    assert_eq!(told(t, &s).await.len(), 2);
}

#[each_engine]
async fn only_what_is_enforced_and_asked_for_is_told(t: &TestApp) {
    let s = guarded_with(t, "AUDIT", json!({}), EMAIL).await;
    set(t, &s, telling("BLOCK", json!({}))).await;
    sign_in(t, &s, "jane", PASSWORD).await.unwrap();
    assert!(told(t, &s).await.is_empty());
    let s = guarded_with(t, "ENFORCED", json!({}), EMAIL).await;
    // The client's own configuration replaces the pool's, with its templates.
    set(t, &s, telling("BLOCK", json!({}))).await;
    let template = json!({"NoActionEmail": {"Subject": "of the client", "TextBody": "{username}"}});
    let own = json!({"UserPoolId": s.pool, "ClientId": s.client});
    let input = with(own.clone(), telling("NO_ACTION", template));
    t.ok("SetRiskConfiguration", input).await;
    sign_in(t, &s, "jane", PASSWORD).await.unwrap();
    let list = told(t, &s).await;
    assert_eq!(list.len(), 1);
    assert_eq!(list[0]["subject"], "of the client");
    assert_eq!(list[0]["body"], "<pre>jane</pre>");
    // An ordinary sign-in is none of it.
    settle(t, &s, 1).await;
    let quiet = json!({"AccountTakeoverRiskConfiguration": {"Actions": {"HighAction": {"Notify": false, "EventAction": "BLOCK"}}}});
    t.ok("SetRiskConfiguration", with(own, quiet)).await;
    assert_refused(sign_in(t, &s, "jane", PASSWORD).await);
    assert_eq!(told(t, &s).await.len(), 1);
}

#[each_engine]
async fn it_was_not_me_is_heard_of_by_the_next_judgement(t: &TestApp) {
    let s = guarded_with(t, "ENFORCED", json!({}), EMAIL).await;
    let template = json!({"Subject": "s", "TextBody": "{event-id} {feedback-token}"});
    set(
        t,
        &s,
        telling("NO_ACTION", json!({"NoActionEmail": template})),
    )
    .await;
    sign_in(t, &s, "jane", PASSWORD).await.unwrap();
    let list = told(t, &s).await;
    let body = list[0]["body"].as_str().unwrap();
    let body = body.trim_start_matches("<pre>").trim_end_matches("</pre>");
    let (event, token) = body.split_once(' ').unwrap();
    let input = json!({
        "UserPoolId": s.pool, "Username": "jane", "EventId": event, "FeedbackToken": token, "FeedbackValue": "Invalid",
    });
    t.ok("UpdateAuthEventFeedback", input).await;
    sign_in(t, &s, "jane", PASSWORD).await.unwrap();
    let reasons = last_event(t, &s).await["risk"]["reasons"].clone();
    assert!(
        reasons.as_array().unwrap().contains(&json!("Disowned")),
        "{reasons}"
    );
}

#[tokio::test]
async fn the_sender_of_the_configuration_sends_it_with_both_bodies() {
    let t = &TestApp::sqlite_with(serving()).await;
    let t = t.from("127.0.0.1", "test");
    // Without anybody who sends it would not be obeyed.
    let s = guarded_with(&t, "ENFORCED", json!({}), EMAIL).await;
    let input = with(
        json!({"UserPoolId": s.pool}),
        telling("NO_ACTION", json!({})),
    );
    let text = "Failed to deliver the message.";
    t.refused(
        "SetRiskConfiguration",
        input,
        "CodeDeliveryFailureException",
        text,
    )
    .await;
    let post = Post::of(&t);
    let template =
        json!({"Subject": "s", "HtmlBody": "<b>{username}</b>", "TextBody": "{username}!"});
    set(
        &t,
        &s,
        telling("NO_ACTION", json!({"NoActionEmail": template})),
    )
    .await;
    sign_in(&t, &s, "jane", PASSWORD).await.unwrap();
    turn(&t).await;
    let sent = post.messages();
    let [sent] = sent.as_slice() else { panic!() };
    assert_eq!(
        (
            sent.subject.as_deref(),
            sent.body.as_str(),
            sent.text.as_deref(),
            sent.code.as_str()
        ),
        (Some("s"), "<b>jane</b>", Some("jane!"), "")
    );
    assert_eq!(
        (sent.to.as_str(), sent.kind.as_str()),
        ("jane@example.com", "account_take_over_notification")
    );
    let sender = NotifySender {
        source_arn: IDENTITY.to_owned(),
        from: Some("Safety <safety@example.com>".to_owned()),
        reply_to: Some("help@example.com".to_owned()),
    };
    assert_eq!(sent.sender.as_ref(), Some(&sender));
}

/// Records calls.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<Invocation>>>);

impl Functions for Calls {
    fn invoke<'a>(&'a self, call: &'a Invocation) -> Invoking<'a> {
        Box::pin(async move {
            self.0.lock().unwrap().push(call.clone());
            Ok(json!({}))
        })
    }
}

#[each_engine]
async fn the_pools_own_sender_gets_the_services_event(t: &TestApp) {
    let calls = Calls::default();
    assert!(t.app.functions.set(Box::new(calls.clone())).is_ok());
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:CustomEmailSender";
    let sender = json!({"LambdaConfig": {
        "CustomEmailSender": {"LambdaVersion": "V1_0", "LambdaArn": arn},
        "KMSKeyID": "arn:aws:kms:us-east-1:000000000000:key/k",
    }});
    let s = guarded_with(t, "ENFORCED", sender, EMAIL).await;
    set(t, &s, telling("MFA_IF_CONFIGURED", json!({}))).await;
    sign_in(t, &s, "jane", PASSWORD).await.unwrap();
    turn(t).await;
    let made = std::mem::take(&mut *calls.0.lock().unwrap());
    let [call] = <[Invocation; 1]>::try_from(made).unwrap_or_else(|_| panic!());
    let mut event = call.event;
    let said = event["request"]["userAttributes"].as_object_mut().unwrap();
    let id = said["EVENT_ID"].as_str().unwrap().to_owned();
    let mut taken = |name: &str| said.remove(name).unwrap().as_str().unwrap().to_owned();
    let token = taken("FEEDBACK_TOKEN");
    for (name, value) in [
        ("ONE_CLICK_LINK_VALID", "valid"),
        ("ONE_CLICK_LINK_INVALID", "invalid"),
    ] {
        let link = taken(name);
        assert!(
            link.ends_with(&format!(
                "/feedback?pool={}&token={token}&value={value}",
                s.pool
            )),
            "{link}"
        );
    }
    for name in ["LOGIN_TIME", "sub"] {
        assert!(!taken(name).is_empty());
    }
    assert_eq!(
        event,
        json!({
            "version": "1",
            "triggerSource": "CustomEmailSender_AccountTakeOverNotification",
            "region": "us-east-1",
            "userPoolId": s.pool,
            "userName": "jane",
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": s.client},
            "request": {
                "type": "customEmailSenderRequestV1", "code": null, "clientMetadata": null,
                "userAttributes": {
                    "email": "jane@example.com", "email_verified": "false", "cognito:user_status": "CONFIRMED",
                    "EVENT_ID": id, "USER_NAME": "jane", "IP_ADDRESS": AWAY.0, "CITY": "Sydney", "COUNTRY": "Australia",
                    "DEVICE_NAME": "Other, Other", "ACCOUNT_TAKE_OVER_ACTION": "MFA_IF_CONFIGURED",
                },
            },
        })
    );
}
