//! PreSignUp: its events, what its answers do, and that a refused sign-up leaves nothing.

use cognate_domain::app::functions::{InvokeError, Trigger};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::functions::arm;
use crate::support::player::{Player, contents, faults};
use crate::support::users::{
    PASSWORD, all_at_once, attribute, client, inbox, pool, sign_in, user, with,
};

const BOTH: [Trigger; 2] = [Trigger::PreSignUp, Trigger::PostConfirmation];

/// Returns the response as the function receives it.
fn prefilled() -> Value {
    json!({"autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false})
}

fn email(address: &str) -> Value {
    json!([{"Name": "email", "Value": address}])
}

fn new_user(client: &str, name: &str, attributes: Value) -> Value {
    json!({"ClientId": client, "Username": name, "Password": PASSWORD, "UserAttributes": attributes})
}

/// Creates a pool with both functions, and a client.
async fn scene(t: &TestApp, settings: Value) -> (String, String, Player) {
    let pool = pool(t, settings.clone()).await;
    let client = client(t, &pool, json!({})).await;
    let player = Player::install(t);
    let verified = settings.get("AutoVerifiedAttributes").cloned();
    let kept = verified.map_or(json!({}), |list| json!({"AutoVerifiedAttributes": list}));
    arm(t, &pool, &BOTH, kept).await;
    (pool, client, player)
}

#[each_engine]
async fn the_event_of_a_sign_up_has_everything_but_what_does_not_exist_yet(t: &TestApp) {
    let verified = json!({"AutoVerifiedAttributes": ["email"]});
    let (pool, client, player) = scene(t, verified).await;
    let sent = json!({
        "ValidationData": [{"Name": "invite", "Value": "x-1"}, {"Name": "none"}],
        "ClientMetadata": {"shop": "7"},
    });
    let attributes =
        json!([{"Name": "email", "Value": "jane@example.com"}, {"Name": "name", "Value": "Jane"}]);
    let input = with(new_user(&client, "Jane", attributes), sent);
    let answer = t.ok("SignUp", input).await;
    assert_eq!(answer["UserConfirmed"], false);
    let mut event = json!({
        "version": "1", "triggerSource": "PreSignUp_SignUp", "region": "us-east-1", "userPoolId": pool,
        "userName": "Jane",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client},
        "request": {
            "userAttributes": {"email": "jane@example.com", "name": "Jane"},
            "validationData": {"invite": "x-1"},
            "clientMetadata": {"shop": "7"},
        },
        "response": prefilled(),
    });
    assert_eq!(player.event(), event);
    assert_eq!(inbox(t, &pool).await.len(), 1);

    t.ok("SignUp", new_user(&client, "joe", json!([]))).await;
    event["userName"] = json!("joe");
    event["request"] = json!({"userAttributes": {}, "validationData": null});
    assert_eq!(player.event(), event);
}

#[each_engine]
async fn in_pools_with_username_attributes_the_event_has_the_future_name(t: &TestApp) {
    let (_, client, player) = scene(t, json!({"UsernameAttributes": ["email"]})).await;
    let input = new_user(&client, "jane@example.com", json!([]));
    let sub = t.ok("SignUp", input).await["UserSub"].clone();
    let event = player.event();
    assert_eq!(event["userName"], sub);
    assert_eq!(
        event["request"]["userAttributes"],
        json!({"email": "jane@example.com"})
    );
}

#[each_engine]
async fn a_confirmed_sign_up_needs_no_code_and_runs_post_confirmation(t: &TestApp) {
    let verified = json!({"AutoVerifiedAttributes": ["email"]});
    let (pool, client, player) = scene(t, verified).await;
    player.answers(Trigger::PreSignUp, json!({"autoConfirmUser": true}));
    let input = new_user(&client, "jane", email("jane@example.com"));
    let input = with(input, json!({"ClientMetadata": {"shop": "7"}}));
    let answer = t.ok("SignUp", input).await;
    let sub = answer["UserSub"].clone();
    assert_eq!(answer, json!({"UserConfirmed": true, "UserSub": sub}));
    let calls = player.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(
        calls[1].event,
        json!({
            "version": "1", "triggerSource": "PostConfirmation_ConfirmSignUp", "region": "us-east-1",
            "userPoolId": pool, "userName": "jane",
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client},
            "request": {
                "userAttributes": {
                    "sub": sub, "cognito:user_status": "CONFIRMED", "email": "jane@example.com", "email_verified": "false",
                },
                "clientMetadata": {"shop": "7"},
            },
            "response": {},
        })
    );
    assert!(inbox(t, &pool).await.is_empty());
    let jane = user(t, &pool, "jane").await;
    assert_eq!(jane["UserStatus"], "CONFIRMED");
    assert_eq!(attribute(&jane, "email_verified"), None);
    sign_in(t, &client, "jane", PASSWORD).await.unwrap();
}

#[each_engine]
async fn verified_addresses_are_names_at_once_and_leave_their_former_owner(t: &TestApp) {
    let settings = json!({"AliasAttributes": ["email", "phone_number"]});
    let (pool, client, player) = scene(t, settings).await;
    let attributes = json!([
        {"Name": "email", "Value": "jane@example.com"}, {"Name": "phone_number", "Value": "+15555550100"},
    ]);
    // Confirmed and nothing verified: the user name is the only one.
    player.answers(Trigger::PreSignUp, json!({"autoConfirmUser": true}));
    t.ok("SignUp", new_user(&client, "first", attributes.clone()))
        .await;
    assert!(
        sign_in(t, &client, "jane@example.com", PASSWORD)
            .await
            .is_err()
    );
    let all = json!({"autoConfirmUser": true, "autoVerifyEmail": true, "autoVerifyPhone": true});
    player.answers(Trigger::PreSignUp, all);
    for name in ["second", "third"] {
        t.ok("SignUp", new_user(&client, name, attributes.clone()))
            .await;
    }
    for name in ["jane@example.com", "+15555550100"] {
        let owner = user(t, &pool, name).await;
        assert_eq!(owner["Username"], "third", "{name}");
        assert_eq!(attribute(&owner, "email_verified"), Some("true"));
        assert_eq!(attribute(&owner, "phone_number_verified"), Some("true"));
        sign_in(t, &client, name, PASSWORD).await.unwrap();
    }
    let former = user(t, &pool, "second").await;
    assert_eq!(attribute(&former, "email_verified"), Some("false"));
    assert_eq!(attribute(&former, "phone_number_verified"), Some("false"));
}

#[each_engine]
async fn what_is_not_there_or_not_confirmed_cannot_be_verified(t: &TestApp) {
    let verified = json!({"AutoVerifiedAttributes": ["email"]});
    let (_, client, player) = scene(t, verified).await;
    let before = contents(t).await;
    let unconfirmed =
        "Phone or email cannot be auto verified, when user is not being auto confirmed.";
    let cases = [
        (json!({"autoVerifyEmail": true}), unconfirmed),
        (
            json!({"autoConfirmUser": true, "autoVerifyEmail": true, "autoVerifyPhone": true}),
            "phone_number cannot be auto verified, when it has no value.",
        ),
    ];
    for (answer, text) in cases {
        player.answers(Trigger::PreSignUp, answer);
        let input = new_user(&client, "jane", email("jane@example.com"));
        t.refused("SignUp", input, "InvalidLambdaResponseException", text)
            .await;
        assert_eq!(player.sources(), ["PreSignUp_SignUp"]);
    }
    assert_eq!(contents(t).await, before);
}

#[each_engine]
async fn a_refused_sign_up_leaves_nothing(t: &TestApp) {
    let verified = json!({"AutoVerifiedAttributes": ["email"]});
    let (pool, client, player) = scene(t, verified).await;
    let before = contents(t).await;
    let unrecognizable = (
        "InvalidLambdaResponseException",
        "Unrecognizable lambda output".to_owned(),
    );
    let mut cases = faults(Trigger::PreSignUp);
    for member in ["autoConfirmUser", "autoVerifyEmail", "autoVerifyPhone"] {
        for value in [json!("true"), json!(1), json!({})] {
            cases.push((
                Ok(json!({"response": {member: value}})),
                unrecognizable.clone(),
            ));
        }
    }
    for (outcome, (code, text)) in cases {
        player.plays(Trigger::PreSignUp, move |_| outcome.clone());
        let input = new_user(&client, "jane", email("jane@example.com"));
        t.refused("SignUp", input, code, &text).await;
        assert_eq!(player.sources(), ["PreSignUp_SignUp"], "{text}");
    }
    let failed = InvokeError::Failed("no".to_owned());
    player.fails(Trigger::PreSignUp, failed);
    let input = json!({"UserPoolId": pool, "Username": "jane", "UserAttributes": email("jane@example.com")});
    t.refused(
        "AdminCreateUser",
        input,
        "UserLambdaValidationException",
        "PreSignUp failed with error no.",
    )
    .await;
    assert_eq!(player.sources(), ["PreSignUp_AdminCreateUser"]);
    assert_eq!(contents(t).await, before);
}

#[each_engine]
async fn the_function_is_asked_before_a_taken_name_is_refused_and_not_about_faulty_input(
    t: &TestApp,
) {
    let (_, client, player) = scene(t, json!({})).await;
    t.ok("SignUp", new_user(&client, "jane", json!([]))).await;
    player.calls();
    let before = contents(t).await;
    let taken = new_user(&client, "jane", json!([]));
    let text = "User already exists";
    t.refused("SignUp", taken, "UsernameExistsException", text)
        .await;
    assert_eq!(player.sources(), ["PreSignUp_SignUp"]);
    let weak = with(
        new_user(&client, "joe", json!([])),
        json!({"Password": "password"}),
    );
    assert!(t.call("SignUp", weak).await.is_err());
    let faulty = new_user(&client, "joe", email("no address"));
    assert!(t.call("SignUp", faulty).await.is_err());
    assert!(player.calls().is_empty());
    assert_eq!(contents(t).await, before);
}

#[each_engine]
async fn of_sixty_four_sign_ups_with_one_name_one_is_made(t: &TestApp) {
    let (pool, client, player) = scene(t, json!({"AliasAttributes": ["email"]})).await;
    let all = json!({"autoConfirmUser": true, "autoVerifyEmail": true});
    player.answers(Trigger::PreSignUp, all);
    let one = new_user(&client, "jane", email("jane@example.com"));
    let answers = all_at_once(t, "SignUp", vec![one; 64]).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(made.len(), 1);
    for refusal in refused {
        assert_eq!(refusal.unwrap_err().0, "UsernameExistsException");
    }
    let mut sources = player.sources();
    sources.sort();
    sources.dedup_by_key(|source| source.clone());
    assert_eq!(
        sources,
        ["PostConfirmation_ConfirmSignUp", "PreSignUp_SignUp"]
    );
    let listed = t.ok("ListUsers", json!({"UserPoolId": pool})).await;
    assert_eq!(listed["Users"].as_array().unwrap().len(), 1);

    // Others with the same address: it belongs to the last of them, and to no other.
    let many = (0..16).map(|n| new_user(&client, &format!("j{n}"), email("jane@example.com")));
    for answer in all_at_once(t, "SignUp", many.collect()).await {
        answer.unwrap();
    }
    let listed = t.ok("ListUsers", json!({"UserPoolId": pool})).await;
    let verified = listed["Users"].as_array().unwrap().iter();
    let verified = verified.filter(|user| attribute(user, "email_verified") == Some("true"));
    assert_eq!(verified.count(), 1);
}

#[each_engine]
async fn whoever_signs_up_without_a_password_and_is_confirmed_signs_in_by_code(t: &TestApp) {
    let settings = json!({
        "AutoVerifiedAttributes": ["email"],
        "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}},
    });
    let (pool, _, player) = scene(t, settings).await;
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let client = client(t, &pool, flows).await;
    let all = json!({"autoConfirmUser": true, "autoVerifyEmail": true});
    player.answers(Trigger::PreSignUp, all);
    let input = json!({"ClientId": client, "Username": "jane", "UserAttributes": email("jane@example.com")});
    let answer = t.ok("SignUp", input).await;
    // A session stands for an answered code, and there was none.
    assert_eq!(
        answer,
        json!({"UserConfirmed": true, "UserSub": answer["UserSub"]})
    );
    let parameters = json!({"USERNAME": "jane", "PREFERRED_CHALLENGE": "EMAIL_OTP"});
    let start = json!({"ClientId": client, "AuthFlow": "USER_AUTH", "AuthParameters": parameters});
    let challenge = t.ok("InitiateAuth", start).await;
    assert_eq!(challenge["ChallengeName"], "EMAIL_OTP");
    let code = inbox(t, &pool).await[0]["code"].clone();
    let responses = json!({"USERNAME": "jane", "EMAIL_OTP_CODE": code});
    let proof = json!({
        "ClientId": client, "ChallengeName": "EMAIL_OTP", "Session": challenge["Session"],
        "ChallengeResponses": responses,
    });
    let answer = t.ok("RespondToAuthChallenge", proof).await;
    assert!(answer["AuthenticationResult"]["AccessToken"].is_string());
}

#[each_engine]
async fn an_administrators_user_can_be_refused_and_nothing_else(t: &TestApp) {
    let (pool, _, player) = scene(t, json!({})).await;
    let all = json!({"autoConfirmUser": true, "autoVerifyEmail": true, "autoVerifyPhone": "yes"});
    player.answers(Trigger::PreSignUp, all);
    let input = json!({
        "UserPoolId": pool, "Username": "jane", "UserAttributes": email("jane@example.com"),
        "ValidationData": [{"Name": "invite", "Value": "x-1"}], "ClientMetadata": {"shop": "7"},
        "DesiredDeliveryMediums": ["EMAIL"],
    });
    let made = t.ok("AdminCreateUser", input).await;
    assert_eq!(made["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
    assert_eq!(attribute(&made["User"], "email_verified"), None);
    assert_eq!(
        player.event(),
        json!({
            "version": "1", "triggerSource": "PreSignUp_AdminCreateUser", "region": "us-east-1",
            "userPoolId": pool, "userName": "jane",
            "callerContext": {
                "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "CLIENT_ID_NOT_APPLICABLE",
            },
            "request": {
                "userAttributes": {"email": "jane@example.com"},
                "validationData": {"invite": "x-1"},
                "clientMetadata": {"shop": "7"},
            },
            "response": prefilled(),
        })
    );
    assert_eq!(inbox(t, &pool).await.len(), 1);
}
