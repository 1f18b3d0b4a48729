//! UserMigration when a password was forgotten: the user is brought and gets the code, or nothing happens.

use cognate_domain::app::functions::{InvokeError, Trigger};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::functions::arm;
use crate::support::player::{Player, contents, faults};
use crate::support::users::{all_at_once, client, code, inbox, pool, sign_in, user};

const ASKED: &str = "UserMigration_ForgotPassword";

async fn scene(t: &TestApp) -> (String, String, String, Player) {
    let pool = pool(t, json!({})).await;
    let open = client(t, &pool, json!({})).await;
    let hiding = json!({"PreventUserExistenceErrors": "ENABLED"});
    let hiding = client(t, &pool, hiding).await;
    let player = Player::install(t);
    arm(t, &pool, &[Trigger::UserMigration], json!({})).await;
    (pool, open, hiding, player)
}

fn forgot(client: &str, name: &str) -> Value {
    json!({"ClientId": client, "Username": name})
}

fn verified() -> Value {
    json!({
        "userAttributes": {"email": "jane@example.com", "email_verified": "true"},
        "messageAction": "SUPPRESS",
    })
}

#[each_engine]
async fn the_user_is_brought_and_gets_the_code(t: &TestApp) {
    let (pool, client, _, player) = scene(t).await;
    player.answers(Trigger::UserMigration, verified());
    let mut input = forgot(&client, "Jane");
    input["ClientMetadata"] = json!({"shop": "7"});
    let answer = t.ok("ForgotPassword", input).await;
    assert_eq!(answer["CodeDeliveryDetails"]["Destination"], "j***@e***");
    assert_eq!(
        player.event(),
        json!({
            "version": "1", "triggerSource": ASKED, "region": "us-east-1", "userPoolId": pool,
            "userName": "Jane",
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client},
            "request": {"validationData": null, "clientMetadata": {"shop": "7"}},
            "response": {
                "userAttributes": null, "finalUserStatus": null, "messageAction": null,
                "desiredDeliveryMediums": null, "forceAliasCreation": null, "enableSMSMFA": null,
            },
        })
    );
    assert_eq!(user(t, &pool, "Jane").await["UserStatus"], "RESET_REQUIRED");
    assert_eq!(inbox(t, &pool).await.len(), 1);
    assert!(sign_in(t, &client, "Jane", "").await.is_err());
    let reset = json!({
        "ClientId": client, "Username": "Jane", "ConfirmationCode": code(t, &pool, "Jane").await,
        "Password": "Another1!",
    });
    t.ok("ConfirmForgotPassword", reset).await;
    sign_in(t, &client, "Jane", "Another1!").await.unwrap();
    assert!(player.calls().is_empty());
}

#[each_engine]
async fn what_brings_nobody_leaves_nothing_of_a_user(t: &TestApp) {
    let (pool, open, hiding, player) = scene(t).await;
    let before = contents(t).await;
    let unreachable = "Cannot reset password for the user as there is no registered/verified email or phone_number";
    let nobody = format!("Exception migrating user in app client {open}");
    let mut cases: Vec<_> = faults(Trigger::UserMigration)
        .into_iter()
        .map(|(outcome, (code, text))| match code {
            "UnexpectedLambdaException" => (outcome, ("UserNotFoundException", nobody.clone())),
            _ => (outcome, (code, text)),
        })
        .collect();
    for (attributes, text) in [
        (json!(null), nobody.as_str()),
        (json!({"email": "jane@example.com"}), unreachable),
        (json!({"name": "Jane"}), unreachable),
    ] {
        let output =
            json!({"response": {"userAttributes": attributes, "messageAction": "SUPPRESS"}});
        cases.push((Ok(output), ("UserNotFoundException", text.to_owned())));
    }
    for (n, (outcome, (code, text))) in cases.clone().into_iter().enumerate() {
        player.plays(Trigger::UserMigration, move |_| outcome.clone());
        let name = format!("user{n}");
        t.refused("ForgotPassword", forgot(&open, &name), code, &text)
            .await;
    }
    assert_eq!(contents(t).await, before);
    // Clients that hide who exists get what they get of any name, unless the function speaks itself.
    for (n, (outcome, (code, text))) in cases.into_iter().enumerate() {
        let own_words = matches!(outcome, Err(InvokeError::Failed(_)));
        player.plays(Trigger::UserMigration, move |_| outcome.clone());
        let name = format!("name{n}@example.com");
        let answer = t.call("ForgotPassword", forgot(&hiding, &name)).await;
        if own_words {
            assert_eq!(answer.unwrap_err(), (code.to_owned(), text));
        } else {
            let details = &answer.unwrap()["CodeDeliveryDetails"];
            assert_eq!(details["Destination"], "n***@e***");
        }
    }
    assert!(inbox(t, &pool).await.is_empty());
    let users = |counts: Vec<(&'static str, i64)>| counts[..3].to_vec();
    assert_eq!(users(contents(t).await), users(before));
}

#[each_engine]
async fn a_name_is_asked_about_as_often_as_codes_are_sent(t: &TestApp) {
    let (_, open, _, player) = scene(t).await;
    for _ in 0..20 {
        assert!(
            t.call("ForgotPassword", forgot(&open, "joe"))
                .await
                .is_err()
        );
    }
    assert_eq!(player.calls().len(), 20);
    let text = "Attempt limit exceeded, please try after some time.";
    t.refused(
        "ForgotPassword",
        forgot(&open, "joe"),
        "LimitExceededException",
        text,
    )
    .await;
    assert!(player.calls().is_empty());
}

#[each_engine]
async fn disabled_users_are_not_brought_again_and_two_requests_bring_one(t: &TestApp) {
    let (pool, open, hiding, player) = scene(t).await;
    player.answers(Trigger::UserMigration, verified());
    let both = vec![forgot(&open, "jane"), forgot(&hiding, "jane")];
    for answer in all_at_once(t, "ForgotPassword", both).await {
        answer.unwrap();
    }
    let listed = t.ok("ListUsers", json!({"UserPoolId": pool})).await;
    assert_eq!(listed["Users"].as_array().unwrap().len(), 1);
    player.calls();
    let input = json!({"UserPoolId": pool, "Username": "jane"});
    t.ok("AdminDisableUser", input).await;
    t.ok("ForgotPassword", forgot(&hiding, "jane")).await;
    assert!(player.calls().is_empty());
}
