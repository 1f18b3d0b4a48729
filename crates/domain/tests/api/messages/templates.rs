//! The texts of messages, and that `serve` sends none.

use cognate_domain::messages::inbox::{self, InboxFilter};
use cognate_domain::{Mode, Settings};
use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::users::{PASSWORD, client, email_pool, inbox, pool, sign_up, with};

#[each_engine]
async fn the_pools_templates_are_used(t: &TestApp) {
    let pool = pool(t, json!({
        "AutoVerifiedAttributes": ["email"],
        "VerificationMessageTemplate": {"EmailSubject": "Welcome", "EmailMessage": "Use {####} or {####}!", "DefaultEmailOption": "CONFIRM_WITH_CODE"},
        "AdminCreateUserConfig": {"InviteMessageTemplate": {"EmailSubject": "Join", "EmailMessage": "<b>{username}</b>: {####}", "SMSMessage": "{username} {####}"}}
    })).await;
    let client = client(t, &pool, json!({})).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let message = inbox(t, &pool).await[0].clone();
    let code = message["code"].as_str().unwrap();
    assert_eq!(
        (message["subject"].as_str(), message["body"].as_str()),
        (
            Some("Welcome"),
            Some(format!("Use {code} or {code}!").as_str())
        )
    );
    let input = json!({
        "UserPoolId": pool, "Username": "<i>", "TemporaryPassword": "Passw0rd&", "DesiredDeliveryMediums": ["EMAIL"],
        "UserAttributes": [{"Name": "email", "Value": "i@example.com"}]
    });
    t.ok("AdminCreateUser", input).await;
    let message = inbox(t, &pool).await[0].clone();
    assert_eq!(message["subject"], "Join");
    assert_eq!(message["body"], "<b>&lt;i&gt;</b>: Passw0rd&amp;");
    assert_eq!(message["code"], "Passw0rd&");
}

#[each_engine]
async fn a_subject_is_one_line_whatever_the_template_says(t: &TestApp) {
    let subject = "Hello\r\nBcc: all@example.com\n";
    let pool = pool(t, json!({
        "AutoVerifiedAttributes": ["email"],
        "VerificationMessageTemplate": {"EmailSubject": subject, "EmailMessage": "{####}", "DefaultEmailOption": "CONFIRM_WITH_CODE"},
        "AdminCreateUserConfig": {"InviteMessageTemplate": {"EmailSubject": subject, "EmailMessage": "{username} {####}"}}
    })).await;
    let client = client(t, &pool, json!({})).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let input = json!({
        "UserPoolId": pool, "Username": "ann", "DesiredDeliveryMediums": ["EMAIL"],
        "UserAttributes": [{"Name": "email", "Value": "ann@example.com"}]
    });
    t.ok("AdminCreateUser", input).await;
    let messages = inbox(t, &pool).await;
    assert_eq!(messages.len(), 2);
    for message in messages {
        assert_eq!(message["subject"], "Hello Bcc: all@example.com");
    }
    // The template is what was set.
    let shown = t.ok("DescribeUserPool", json!({"UserPoolId": pool})).await;
    assert_eq!(
        shown["UserPool"]["VerificationMessageTemplate"]["EmailSubject"],
        subject
    );
}

#[each_engine]
async fn a_message_that_nobody_gets_goes_with_its_code(t: &TestApp) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let client = client(t, &pool, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    for (op, name) in [
        ("ForgotPassword", "nobody"),
        ("ResendConfirmationCode", "nobody@example.com"),
    ] {
        t.ok(op, json!({"ClientId": client, "Username": name}))
            .await;
    }
    let left = async || {
        for bucket in 0..64 {
            cognate_store::tables::jobs::expire(&t.app.store, t.app.clock.service(), bucket)
                .await
                .unwrap();
        }
        let rows = t
            .app
            .store
            .rows("SELECT message_id FROM messages", cognate_store::params![])
            .await
            .unwrap();
        rows.len()
    };
    assert_eq!(left().await, 3);
    // A reset's code lives for an hour, a sign-up's for a day, the inbox for a week.
    for (seconds, expected) in [(3_601, 2), (82_800, 1), (6 * 86_400, 0)] {
        t.advance(seconds).await;
        assert_eq!(left().await, expected);
    }
}

#[each_engine]
async fn the_inbox_is_searched_by_pool_user_address_kind_and_what_is_new(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let (other, other_client) = email_pool(t).await;
    let sub = sign_up(t, &client, "bob", "bob@example.com").await["UserSub"]
        .as_str()
        .unwrap()
        .to_owned();
    sign_up(t, &client, "ann", "ann@example.com").await;
    sign_up(t, &other_client, "bob", "bob@example.com").await;
    t.ok(
        "ResendConfirmationCode",
        json!({"ClientId": client, "Username": "bob"}),
    )
    .await;
    let count = async |filter: InboxFilter| {
        inbox::list(&t.app, &filter)
            .await
            .unwrap_or_else(|e| panic!("{e:?}"))
            .len()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(count(InboxFilter::default()).await, 4);
    assert_eq!(
        count(InboxFilter {
            pool: some(&other),
            ..InboxFilter::default()
        })
        .await,
        1
    );
    assert_eq!(
        count(InboxFilter {
            pool: some(&pool),
            user: some("bob"),
            ..InboxFilter::default()
        })
        .await,
        2
    );
    assert_eq!(
        count(InboxFilter {
            user: some(&sub),
            ..InboxFilter::default()
        })
        .await,
        2
    );
    assert_eq!(
        count(InboxFilter {
            to: some("ann@example.com"),
            ..InboxFilter::default()
        })
        .await,
        1
    );
    assert_eq!(
        count(InboxFilter {
            kind: some("resend_code"),
            ..InboxFilter::default()
        })
        .await,
        1
    );
    let all = inbox(t, &pool).await;
    let after = all[1]["id"].as_str().unwrap();
    assert_eq!(
        count(InboxFilter {
            pool: some(&pool),
            after: some(after),
            ..InboxFilter::default()
        })
        .await,
        1
    );
    assert!(
        all.windows(2)
            .all(|pair| pair[0]["id"].as_str() > pair[1]["id"].as_str()),
        "newest first"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn serve_has_no_sender_and_creates_nothing_that_could_not_be_completed() {
    let t = TestApp::sqlite_with(Settings {
        mode: Mode::Serve,
        ..Settings::dev()
    })
    .await;
    let refusal = (
        "CodeDeliveryFailureException",
        "Failed to deliver the message.",
    );
    let (pool, client) = email_pool(&t).await;
    let attributes = json!([{"Name": "email", "Value": "b@example.com"}, {"Name": "email_verified", "Value": "true"}]);
    let sign_up = json!({"ClientId": client, "Username": "bob", "Password": PASSWORD, "UserAttributes": [{"Name": "email", "Value": "b@example.com"}]});
    t.refused("SignUp", sign_up, refusal.0, refusal.1).await;
    let create = json!({"UserPoolId": pool, "Username": "bob", "UserAttributes": attributes, "TemporaryPassword": PASSWORD});
    t.refused("AdminCreateUser", create.clone(), refusal.0, refusal.1)
        .await;
    t.refused(
        "AdminGetUser",
        json!({"UserPoolId": pool, "Username": "bob"}),
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
    t.ok(
        "AdminCreateUser",
        with(create.clone(), json!({"MessageAction": "SUPPRESS"})),
    )
    .await;
    t.refused(
        "AdminCreateUser",
        with(create, json!({"MessageAction": "RESEND"})),
        refusal.0,
        refusal.1,
    )
    .await;
    t.ok(
        "AdminSetUserPassword",
        json!({"UserPoolId": pool, "Username": "bob", "Password": PASSWORD, "Permanent": true}),
    )
    .await;
    t.refused(
        "ForgotPassword",
        json!({"ClientId": client, "Username": "bob"}),
        refusal.0,
        refusal.1,
    )
    .await;
    let hiding =
        crate::support::users::client(&t, &pool, json!({"PreventUserExistenceErrors": "ENABLED"}))
            .await;
    for name in ["bob", "nobody"] {
        t.refused(
            "ForgotPassword",
            json!({"ClientId": hiding, "Username": name}),
            refusal.0,
            refusal.1,
        )
        .await;
    }
    t.refused(
        "ResendConfirmationCode",
        json!({"ClientId": hiding, "Username": "nobody"}),
        refusal.0,
        refusal.1,
    )
    .await;
    assert!(inbox(&t, &pool).await.is_empty());
}
