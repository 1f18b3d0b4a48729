//! PostConfirmation: called once behind each confirmation, whose commit its errors do not undo.

use cognate_domain::app::functions::{InvokeError, Trigger};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::functions::arm;
use crate::support::player::{Player, faults};
use crate::support::users::{
    PASSWORD, attribute, client, code, pool, sign_in, sign_up, user, with,
};

const CONFIRMED: &str = "PostConfirmation_ConfirmSignUp";

async fn scene(t: &TestApp, client_settings: Value) -> (String, String, Player) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let client = client(t, &pool, client_settings).await;
    let player = Player::install(t);
    let kept = json!({"AutoVerifiedAttributes": ["email"]});
    arm(t, &pool, &[Trigger::PostConfirmation], kept).await;
    (pool, client, player)
}

async fn confirmation(t: &TestApp, pool: &str, client: &str, name: &str) -> Value {
    sign_up(t, client, name, &format!("{name}@example.com")).await;
    let code = code(t, pool, name).await;
    json!({"ClientId": client, "Username": name, "ConfirmationCode": code, "ClientMetadata": {"shop": "7"}})
}

#[each_engine]
async fn addresses_that_are_names_to_sign_in_with_are_told_as_such(t: &TestApp) {
    let player = Player::install(t);
    for settings in [
        json!({"AliasAttributes": ["email"]}),
        json!({"UsernameAttributes": ["email"]}),
    ] {
        let kept = json!({"AutoVerifiedAttributes": ["email"]});
        let pool = pool(t, with(kept.clone(), settings.clone())).await;
        let client = client(t, &pool, json!({})).await;
        arm(t, &pool, &[Trigger::PostConfirmation], kept).await;
        let name = match settings.get("AliasAttributes") {
            Some(_) => "jane",
            None => "jane@example.com",
        };
        sign_up(t, &client, name, "jane@example.com").await;
        let jane = user(t, &pool, name).await;
        let code = code(t, &pool, name).await;
        let input = json!({"ClientId": client, "Username": name, "ConfirmationCode": code});
        t.ok("ConfirmSignUp", input).await;
        let told = json!({
            "sub": attribute(&jane, "sub"), "cognito:user_status": "CONFIRMED", "email": "jane@example.com",
            "email_verified": "true", "cognito:email_alias": "jane@example.com",
        });
        assert_eq!(
            player.event()["request"]["userAttributes"],
            told,
            "{settings}"
        );
    }
}

#[each_engine]
async fn each_way_to_confirm_calls_it_with_the_user_as_confirmed(t: &TestApp) {
    let (pool, client, player) = scene(t, json!({})).await;
    let input = confirmation(t, &pool, &client, "jane").await;
    t.ok("ConfirmSignUp", input).await;
    let jane = user(t, &pool, "jane").await;
    let sub = attribute(&jane, "sub").unwrap();
    let mut event = json!({
        "version": "1", "triggerSource": CONFIRMED, "region": "us-east-1", "userPoolId": pool,
        "userName": "jane",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client},
        "request": {
            "userAttributes": {
                "sub": sub, "cognito:user_status": "CONFIRMED", "email": "jane@example.com",
                "email_verified": "true",
            },
            "clientMetadata": {"shop": "7"},
        },
        "response": {},
    });
    assert_eq!(player.event(), event);

    t.ok(
        "ForgotPassword",
        json!({"ClientId": client, "Username": "jane"}),
    )
    .await;
    let reset = json!({
        "ClientId": client, "Username": "jane", "ConfirmationCode": code(t, &pool, "jane").await,
        "Password": "Another1!", "ClientMetadata": {"shop": "7"},
    });
    t.ok("ConfirmForgotPassword", reset).await;
    event["triggerSource"] = json!("PostConfirmation_ConfirmForgotPassword");
    assert_eq!(player.event(), event);

    let joe = sign_up(t, &client, "joe", "joe@example.com").await["UserSub"].clone();
    let input = json!({"UserPoolId": pool, "Username": "joe", "ClientMetadata": {"shop": "8"}});
    t.ok("AdminConfirmSignUp", input).await;
    event["triggerSource"] = json!(CONFIRMED);
    event["userName"] = json!("joe");
    event["callerContext"]["clientId"] = json!(null);
    event["request"] = json!({
        "userAttributes": {
            "sub": joe, "cognito:user_status": "CONFIRMED", "email": "joe@example.com", "email_verified": "false",
        },
        "clientMetadata": {"shop": "8"},
    });
    assert_eq!(player.event(), event);

    // Users of administrators are never confirmed in this sense.
    let input = json!({"UserPoolId": pool, "Username": "jim", "MessageAction": "SUPPRESS"});
    t.ok("AdminCreateUser", input).await;
    let input =
        json!({"UserPoolId": pool, "Username": "jim", "Password": PASSWORD, "Permanent": true});
    t.ok("AdminSetUserPassword", input).await;
    assert!(player.calls().is_empty());
}

#[each_engine]
async fn its_errors_reach_the_caller_of_a_confirmation_that_is_done(t: &TestApp) {
    let (pool, client, player) = scene(t, json!({})).await;
    for (n, (outcome, (code_, text))) in faults(Trigger::PostConfirmation).into_iter().enumerate() {
        player.plays(Trigger::PostConfirmation, move |_| outcome.clone());
        let name = format!("user{n}");
        let input = confirmation(t, &pool, &client, &name).await;
        t.refused("ConfirmSignUp", input.clone(), code_, &text)
            .await;
        assert_eq!(player.sources(), [CONFIRMED]);
        let now = user(t, &pool, &name).await;
        assert_eq!(now["UserStatus"], "CONFIRMED");
        assert_eq!(attribute(&now, "email_verified"), Some("true"));
        sign_in(t, &client, &name, PASSWORD).await.unwrap();
        // The code is used up, and nobody is called for a user who is confirmed.
        let text = "User cannot be confirmed. Current status is CONFIRMED";
        t.refused("ConfirmSignUp", input, "NotAuthorizedException", text)
            .await;
        assert!(player.calls().is_empty());
    }
    player.fails(
        Trigger::PostConfirmation,
        InvokeError::Failed("late".to_owned()),
    );
    let late = "PostConfirmation failed with error late.";
    t.ok(
        "ForgotPassword",
        json!({"ClientId": client, "Username": "user0"}),
    )
    .await;
    let reset = json!({
        "ClientId": client, "Username": "user0", "ConfirmationCode": code(t, &pool, "user0").await,
        "Password": "Another1!",
    });
    let refused = "UserLambdaValidationException";
    t.refused("ConfirmForgotPassword", reset, refused, late)
        .await;
    sign_in(t, &client, "user0", "Another1!").await.unwrap();
    sign_up(t, &client, "joe", "joe@example.com").await;
    let input = json!({"UserPoolId": pool, "Username": "joe"});
    t.refused("AdminConfirmSignUp", input, refused, late).await;
    assert_eq!(user(t, &pool, "joe").await["UserStatus"], "CONFIRMED");
}
