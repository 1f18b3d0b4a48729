//! Budgets of messages: by address, user, country and pool, counted with the message.

use cognate_domain::app::message_limits::MessageLimits;
use cognate_domain::{Mode, Settings};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::signin::refusal;
use crate::support::texts::codes::LIMIT;
use crate::support::users::*;

const NONE: MessageLimits = MessageLimits {
    destination: None,
    user: None,
    country: None,
    pool: None,
};
const HOUR: i64 = 3_601;

async fn app(message_limits: MessageLimits) -> TestApp {
    let settings = Settings {
        mode: Mode::Dev,
        message_limits,
        ..Settings::dev()
    };
    TestApp::sqlite_with(settings).await
}

async fn world(t: &TestApp) -> (String, String) {
    let verified = json!({"AutoVerifiedAttributes": ["email", "phone_number"]});
    let pool = pool(t, with(sms(), verified)).await;
    let hides = json!({"PreventUserExistenceErrors": "ENABLED"});
    let client = client(t, &pool, hides).await;
    (pool, client)
}

async fn signs_up(t: &TestApp, client: &str, name: &str, attribute: &str, value: &str) -> bool {
    let input = json!({
        "ClientId": client, "Username": name, "Password": PASSWORD,
        "UserAttributes": [{"Name": attribute, "Value": value}],
    });
    match t.call("SignUp", input).await {
        Ok(_) => true,
        Err(refused) => {
            assert_eq!(refused, refusal(LIMIT), "{name}");
            false
        }
    }
}

fn named(client: &str, name: &str) -> Value {
    json!({"ClientId": client, "Username": name})
}

#[tokio::test]
async fn an_address_gets_so_many_messages_an_hour_whatever_they_say() {
    let limits = MessageLimits {
        destination: Some(3),
        ..NONE
    };
    let t = &app(limits).await;
    let (pool, client) = world(t).await;
    assert!(signs_up(t, &client, "a", "email", "jane@example.com").await);
    assert!(signs_up(t, &client, "b", "email", "JANE@example.com").await);
    let invite = json!({
        "UserPoolId": pool, "Username": "c", "DesiredDeliveryMediums": ["EMAIL"],
        "UserAttributes": [{"Name": "email", "Value": "jane@example.com"}],
    });
    t.ok("AdminCreateUser", invite).await;
    assert!(!signs_up(t, &client, "d", "email", "jane@example.com").await);
    let sent = inbox(t, &pool).await.len();
    let again = json!({
        "UserPoolId": pool, "Username": "c", "DesiredDeliveryMediums": ["EMAIL"],
        "MessageAction": "RESEND",
    });
    let refused = t.call("AdminCreateUser", again.clone()).await.unwrap_err();
    assert_eq!(refused.0, "TooManyRequestsException");
    // Nothing of what was refused has happened.
    assert_eq!(inbox(t, &pool).await.len(), sent);
    let listed = t.ok("ListUsers", json!({"UserPoolId": pool})).await;
    assert_eq!(listed["Users"].as_array().unwrap().len(), 3);
    assert!(signs_up(t, &client, "e", "email", "john@example.com").await);
    t.advance(HOUR).await;
    t.ok("AdminCreateUser", again).await;
}

/// The number of an e-mail's destination is none of a text message's.
#[tokio::test]
async fn a_country_gets_so_many_text_messages_an_hour() {
    let limits = MessageLimits {
        country: Some(2),
        ..NONE
    };
    let t = &app(limits).await;
    let (_, client) = world(t).await;
    for (n, (number, sent)) in [
        ("+491555550001", true),
        ("+491555550002", true),
        ("+491555550003", false),
        ("+431555550003", true),
        ("+18765550100", true),
        ("+18765550101", true),
        ("+18765550102", false),
        ("+12025550100", true),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("u{n}");
        assert_eq!(
            signs_up(t, &client, &name, "phone_number", number).await,
            sent,
            "{number}"
        );
    }
    assert!(signs_up(t, &client, "mail", "email", "jane@example.com").await);
    t.advance(HOUR).await;
    assert!(signs_up(t, &client, "u", "phone_number", "+491555550003").await);
}

/// Users and unknown names are refused after as many messages, at the same cost.
#[tokio::test]
async fn a_user_gets_so_many_messages_an_hour_and_nobody_looks_alike() {
    for limits in [
        MessageLimits {
            user: Some(4),
            ..NONE
        },
        MessageLimits {
            destination: Some(4),
            ..NONE
        },
    ] {
        let t = &app(limits).await;
        let (pool, client) = world(t).await;
        confirmed(t, &pool, &client, "jane", "jane@example.com").await;
        t.advance(HOUR).await;
        let mut all = Vec::new();
        for name in ["jane", "nobody", "nobody@example.com"] {
            let mut seen = Vec::new();
            for _ in 0..6 {
                t.hold(&pool, &client).await;
                let before = t.app.store.work();
                let answer = t.call("ForgotPassword", named(&client, name)).await;
                let after = t.app.store.work();
                let work = [
                    after.reads - before.reads,
                    after.commits - before.commits,
                    after.statements - before.statements,
                ];
                seen.push((answer.err(), work));
            }
            all.push(seen);
        }
        assert_eq!(all[0], all[1]);
        assert_eq!(all[0], all[2]);
        let refused = all[0].iter().filter(|(refused, _)| refused.is_some());
        assert_eq!(refused.count(), 2);
        assert_eq!(all[0][5].0, Some(refusal(LIMIT)));
        // What was sent to nobody counts for no address.
        if limits.destination.is_some() {
            assert!(signs_up(t, &client, "owner", "email", "nobody@example.com").await);
        }
    }
}

#[tokio::test]
async fn a_pool_sends_so_many_messages_an_hour_and_others_are_not_its_concern() {
    let limits = MessageLimits {
        pool: Some(5),
        ..NONE
    };
    let t = &app(limits).await;
    let (_, client) = world(t).await;
    let (_, other) = world(t).await;
    let inputs = (0..20).map(|n| {
        let name = format!("u{n}");
        let client = client.clone();
        async move {
            let address = format!("{name}@example.com");
            signs_up(t, &client, &name, "email", &address).await
        }
    });
    let sent = futures_all(inputs).await;
    assert_eq!(sent.iter().filter(|sent| **sent).count(), 5);
    assert!(signs_up(t, &other, "u", "email", "u@example.com").await);
    // Unknown names use the budget too: whoever asks learns nothing from it.
    let limited = t.call("ForgotPassword", named(&client, "nobody")).await;
    assert_eq!(limited.unwrap_err(), refusal(LIMIT));
    t.advance(HOUR).await;
    assert!(signs_up(t, &client, "later", "email", "later@example.com").await);
}
