//! UserMigration at sign-in: users whom the pool's function brings, and what strangers can make it do.

use cognate_domain::app::functions::{Invocation, InvokeError, Trigger};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::functions::arm;
use crate::support::player::{Player, contents, faults};
use crate::support::signin::*;
use crate::support::users::{all_at_once, attribute, inbox, sms, user as shown};

const ASKED: &str = "UserMigration_Authentication";
/// Breaks every rule of the policy but one.
const OLD: &str = "old-pw";

/// Creates a pool with the function, and a client.
async fn scene(t: &TestApp, pool: Value, client: Value, triggers: &[Trigger]) -> (Site, Player) {
    let s = site_with(t, pool.clone(), client).await;
    let player = Player::install(t);
    let mut kept = json!({});
    for name in ["SmsConfiguration", "MfaConfiguration"] {
        if let Some(value) = pool.get(name) {
            kept[name] = value.clone();
        }
    }
    let all: Vec<_> = [&[Trigger::UserMigration], triggers].concat();
    arm(t, &s.pool, &all, kept).await;
    (s, player)
}

fn hidden() -> Value {
    json!({"PreventUserExistenceErrors": "ENABLED"})
}

/// Returns a response that brings a user who may sign in.
fn brought(attributes: Value) -> Value {
    json!({"userAttributes": attributes, "finalUserStatus": "CONFIRMED", "messageAction": "SUPPRESS"})
}

/// A directory in which every name has the password [`OLD`].
fn directory(call: &Invocation) -> Result<Value, InvokeError> {
    let mut event = call.event.clone();
    if event["request"]["password"] != OLD {
        return Err(InvokeError::Failed("Bad password".to_owned()));
    }
    let name = event["userName"].as_str().unwrap().to_owned();
    event["response"] = brought(json!({
        "email": format!("{name}@example.com"), "email_verified": "true", "name": name,
    }));
    Ok(event)
}

fn nobody(client: &str) -> Value {
    json!(format!("Exception migrating user in app client {client}"))
}

#[each_engine]
async fn a_user_is_brought_at_the_first_sign_in_and_stays(t: &TestApp) {
    let triggers = [
        Trigger::PreSignUp,
        Trigger::PreAuthentication,
        Trigger::PostConfirmation,
        Trigger::PostAuthentication,
    ];
    let (s, player) = scene(t, json!({}), json!({}), &triggers).await;
    player.plays(Trigger::UserMigration, directory);
    let input = by_password(&s.client, "Jane", OLD);
    let input = with(input, json!({"ClientMetadata": {"shop": "7"}}));
    let answer = t.ok("InitiateAuth", input).await;
    let calls = player.calls();
    assert_eq!(
        calls[0].event,
        json!({
            "version": "1", "triggerSource": ASKED, "region": "us-east-1", "userPoolId": s.pool,
            "userName": "Jane",
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": s.client},
            "request": {"password": OLD, "validationData": {"shop": "7"}},
            "response": {
                "userAttributes": null, "finalUserStatus": null, "messageAction": null,
                "desiredDeliveryMediums": null, "forceAliasCreation": null, "enableSMSMFA": null,
            },
        })
    );
    assert!(!format!("{calls:?}").contains(OLD));
    let sources: Vec<_> = calls
        .iter()
        .map(|call| call.event["triggerSource"].as_str().unwrap())
        .collect();
    assert_eq!(
        sources,
        [
            ASKED,
            "PreSignUp_AdminCreateUser",
            "PreAuthentication_Authentication",
            "PostAuthentication_Authentication"
        ]
    );
    let id = claims(&answer["AuthenticationResult"]["IdToken"]);
    assert_eq!(id["email"], "Jane@example.com");
    assert_eq!(id["email_verified"], true);
    assert_eq!(id["cognito:username"], "Jane");
    let now = shown(t, &s.pool, "Jane").await;
    assert_eq!(now["UserStatus"], "CONFIRMED");
    assert!(inbox(t, &s.pool).await.is_empty());

    // Nobody asks the function about a user who exists, whatever the password is.
    t.ok("InitiateAuth", by_password(&s.client, "Jane", OLD))
        .await;
    let wrong = by_password(&s.client, "Jane", "other");
    t.refused("InitiateAuth", wrong, WRONG.0, WRONG.1).await;
    assert!(!player.sources().contains(&ASKED.to_owned()));
}

#[each_engine]
async fn two_hundred_users_keep_their_password_for_srp(t: &TestApp) {
    let attributes =
        json!({"Schema": [{"Name": "tier", "AttributeDataType": "String", "Mutable": true}]});
    let (s, player) = scene(t, attributes, json!({}), &[]).await;
    player.plays(Trigger::UserMigration, |call| {
        let name = call.event["userName"].as_str().unwrap();
        let mut event = call.event.clone();
        event["response"] = brought(json!({
            "username": name, "email": format!("{name}@example.com"), "email_verified": "true",
            "custom:tier": format!("tier of {name}"),
        }));
        Ok(event)
    });
    let group = json!({"UserPoolId": s.pool, "GroupName": "old"});
    t.ok("CreateGroup", group).await;
    for from in (0..200).step_by(20) {
        let inputs = (from..from + 20)
            .map(|n| by_password(&s.client, &format!("user{n}"), &format!("pw {n}")));
        for answer in all_at_once(t, "InitiateAuth", inputs.collect()).await {
            let answer = answer.unwrap();
            assert!(answer["AuthenticationResult"]["IdToken"].is_string());
        }
    }
    assert_eq!(player.calls().len(), 200);
    for n in 0..200 {
        let (name, password) = (format!("user{n}"), format!("pw {n}"));
        let member = json!({"UserPoolId": s.pool, "GroupName": "old", "Username": name});
        t.ok("AdminAddUserToGroup", member).await;
        let srp = Srp::start(t, &s.client, &name).await.unwrap();
        let proof = verify(&s.client, srp.responses(&s.pool, &password));
        let answer = t.ok("RespondToAuthChallenge", proof).await;
        let access = claims(&answer["AuthenticationResult"]["AccessToken"]);
        assert_eq!(access["cognito:groups"], json!(["old"]));
        let now = shown(t, &s.pool, &name).await;
        let tier = attribute(&now, "custom:tier").unwrap();
        assert_eq!(tier, format!("tier of {name}"));
    }
    assert!(player.calls().is_empty());
}

#[each_engine]
async fn only_flows_that_bring_the_password_ask_the_function(t: &TestApp) {
    let factors = json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}});
    let flows = json!({"ExplicitAuthFlows": [
        "ALLOW_USER_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH",
    ]});
    let (s, player) = scene(t, factors, with(flows, hidden()), &[]).await;
    player.plays(Trigger::UserMigration, directory);
    Srp::start(t, &s.client, "jane").await.unwrap();
    for parameters in [
        json!({"USERNAME": "jane"}),
        json!({"USERNAME": "jane", "PREFERRED_CHALLENGE": "EMAIL_OTP"}),
    ] {
        let input = initiate(&s.client, "USER_AUTH", parameters);
        t.ok("InitiateAuth", input).await;
    }
    assert!(player.calls().is_empty());

    let parameters = json!({"USERNAME": "joe", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": OLD});
    let input = initiate(&s.client, "USER_AUTH", parameters);
    let answer = t.ok("InitiateAuth", input).await;
    assert!(answer["AuthenticationResult"].is_object());
    let parameters = json!({"USERNAME": "jim", "PASSWORD": OLD});
    let input = initiate(&s.client, "ADMIN_USER_PASSWORD_AUTH", parameters);
    let answer = t
        .ok(
            "AdminInitiateAuth",
            with(input, json!({"UserPoolId": s.pool})),
        )
        .await;
    assert!(answer["AuthenticationResult"].is_object());
    assert_eq!(player.sources(), [ASKED, ASKED]);
}

#[each_engine]
async fn a_user_who_is_not_confirmed_must_reset_the_password(t: &TestApp) {
    let client = hidden();
    let (s, player) = scene(t, json!({}), client, &[]).await;
    for (n, status) in [json!(null), json!("RESET_REQUIRED"), json!("UNCONFIRMED")]
        .into_iter()
        .enumerate()
    {
        let name = format!("user{n}");
        let mut answer = brought(json!({"email": "a@example.com", "email_verified": "true"}));
        answer["finalUserStatus"] = status;
        player.answers(Trigger::UserMigration, answer);
        for _ in 0..2 {
            let input = by_password(&s.client, &name, OLD);
            t.refused("InitiateAuth", input, RESET.0, RESET.1).await;
        }
        assert_eq!(player.calls().len(), 1);
        let now = shown(t, &s.pool, &name).await;
        assert_eq!(now["UserStatus"], "RESET_REQUIRED");
    }
}

#[each_engine]
async fn the_second_factor_comes_at_once(t: &TestApp) {
    let pool = with(
        sms(),
        json!({"MfaConfiguration": "OPTIONAL", "AutoVerifiedAttributes": ["phone_number"]}),
    );
    let (s, player) = scene(t, pool, json!({}), &[]).await;
    let mut answer = brought(json!({"phone_number": "+15555550100"}));
    answer["enableSMSMFA"] = json!(true);
    player.answers(Trigger::UserMigration, answer.clone());
    let challenge = t
        .ok("InitiateAuth", by_password(&s.client, "jane", OLD))
        .await;
    assert_eq!(challenge["ChallengeName"], "SMS_MFA");
    let code = inbox(t, &s.pool).await[0]["code"].clone();
    let responses = json!({"USERNAME": "jane", "SMS_MFA_CODE": code});
    let proof = json!({
        "ClientId": s.client, "ChallengeName": "SMS_MFA", "Session": challenge["Session"],
        "ChallengeResponses": responses,
    });
    let done = t.ok("RespondToAuthChallenge", proof).await;
    assert!(done["AuthenticationResult"].is_object());
    let now = shown(t, &s.pool, "jane").await;
    assert_eq!(now["UserMFASettingList"], json!(["SMS_MFA"]));

    let before = contents(t).await;
    answer["userAttributes"] = json!({"email": "joe@example.com"});
    player.answers(Trigger::UserMigration, answer);
    let text =
        "Error during migration: SMS MFA requires a phone number and a user pool with SMS MFA";
    let input = by_password(&s.client, "joe", OLD);
    t.refused("InitiateAuth", input, "UserNotFoundException", text)
        .await;
    assert_eq!(contents(t).await, before);
}

#[each_engine]
async fn a_welcome_message_goes_out_unless_it_is_suppressed(t: &TestApp) {
    let (s, player) = scene(t, sms(), json!({}), &[Trigger::CustomMessage]).await;
    let attributes = json!({"email": "jane@example.com", "phone_number": "+15555550100"});
    let cases = [
        (json!(null), vec!["SMS"]),
        (json!(["EMAIL"]), vec!["EMAIL"]),
        (json!(["SMS", "EMAIL"]), vec!["EMAIL", "SMS"]),
    ];
    for (n, (media, expected)) in cases.into_iter().enumerate() {
        let name = format!("user{n}");
        let mut answer = brought(attributes.clone());
        answer["messageAction"] = json!(null);
        answer["desiredDeliveryMediums"] = media;
        player.answers(Trigger::UserMigration, answer);
        t.ok("InitiateAuth", by_password(&s.client, &name, OLD))
            .await;
        let messages = inbox(t, &s.pool).await;
        let own: Vec<_> = messages
            .iter()
            .filter(|message| message["user"] == json!(name))
            .collect();
        let mut channels: Vec<_> = own
            .iter()
            .map(|message| message["channel"].as_str().unwrap())
            .collect();
        channels.sort_unstable();
        assert_eq!(channels, expected);
        for message in own {
            let body = message["body"].as_str().unwrap();
            assert!(body.contains(&name) && !body.contains(OLD), "{body}");
        }
        let sources = player.sources();
        assert_eq!(sources[0], ASKED);
        assert!(
            sources[1..]
                .iter()
                .all(|s| s == "CustomMessage_AdminCreateUser")
        );
    }
}

#[each_engine]
async fn what_goes_wrong_leaves_nothing_and_tells_what_the_client_may_know(t: &TestApp) {
    let (s, player) = scene(t, json!({}), json!({}), &[]).await;
    let hiding = client_of(t, &s.pool, hidden()).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let before = contents(t).await;
    let shape = (
        "InvalidLambdaResponseException",
        "Unrecognizable lambda output".to_owned(),
    );
    let mut cases = faults(Trigger::UserMigration);
    for response in [
        json!({"userAttributes": "x"}),
        json!({"userAttributes": {"email": 5}}),
        json!({"userAttributes": {"name": "x"}, "finalUserStatus": 1}),
        json!({"userAttributes": {"name": "x"}, "messageAction": []}),
        json!({"userAttributes": {"name": "x"}, "desiredDeliveryMediums": "SMS"}),
        json!({"userAttributes": {"name": "x"}, "forceAliasCreation": "true"}),
        json!({"userAttributes": {"name": "x"}, "enableSMSMFA": 1}),
    ] {
        cases.push((Ok(json!({"response": response})), shape.clone()));
    }
    for empty in [
        json!({}),
        json!({"userAttributes": null}),
        json!({"userAttributes": {}}),
    ] {
        let none = ("UserNotFoundException", String::new());
        cases.push((Ok(json!({"response": empty})), none));
    }
    for (n, (outcome, (code, text))) in cases.into_iter().enumerate() {
        let own_words = matches!(outcome, Err(InvokeError::Failed(_)));
        player.plays(Trigger::UserMigration, move |_| outcome.clone());
        let name = format!("user{n}");
        let input = by_password(&s.client, &name, OLD);
        let (told, words) = t.call("InitiateAuth", input).await.unwrap_err();
        if code == "UnexpectedLambdaException" || text.is_empty() {
            assert_eq!(told, "UserNotFoundException");
            assert_eq!(json!(words), nobody(&s.client));
        } else {
            assert_eq!((told.as_str(), words.as_str()), (code, text.as_str()));
        }
        let input = by_password(&hiding, &name, OLD);
        let refused = t.call("InitiateAuth", input).await.unwrap_err();
        if own_words {
            assert_eq!(refused, (code.to_owned(), text));
        } else {
            assert_eq!(refused, refusal(WRONG));
        }
        assert_eq!(player.sources(), [ASKED, ASKED]);
    }
    assert_eq!(contents(t).await, before);
}

#[each_engine]
async fn a_refusal_of_another_function_leaves_nothing(t: &TestApp) {
    let triggers = [Trigger::PreSignUp, Trigger::CustomMessage];
    let (s, player) = scene(t, json!({}), json!({}), &triggers).await;
    let before = contents(t).await;
    player.answers(
        Trigger::UserMigration,
        json!({"userAttributes": {"email": "jane@example.com"}, "finalUserStatus": "CONFIRMED"}),
    );
    for trigger in [Trigger::CustomMessage, Trigger::PreSignUp] {
        player.fails(trigger, InvokeError::Failed("no".to_owned()));
        let text = format!("{} failed with error no.", trigger.name());
        let input = by_password(&s.client, "jane", OLD);
        let code = "UserLambdaValidationException";
        t.refused("InitiateAuth", input, code, &text).await;
        assert_eq!(contents(t).await, before);
    }
}

#[each_engine]
async fn guesses_are_bounded_before_the_function_is_asked(t: &TestApp) {
    let (s, player) = scene(t, json!({}), json!({}), &[]).await;
    player.plays(Trigger::UserMigration, directory);
    let before = contents(t).await;
    let guess = by_password(&s.client, "jane", "wrong");
    let bad = "UserMigration failed with error Bad password.";
    for _ in 0..5 {
        let code = "UserLambdaValidationException";
        t.refused("InitiateAuth", guess.clone(), code, bad).await;
    }
    assert_eq!(player.calls().len(), 5);
    // The right password is not tried either while the name is locked.
    for input in [guess.clone(), by_password(&s.client, "jane", OLD)] {
        t.refused("InitiateAuth", input, LOCKED.0, LOCKED.1).await;
    }
    assert!(player.calls().is_empty());
    assert_eq!(contents(t).await, before);
    t.advance(2).await;
    t.ok("InitiateAuth", by_password(&s.client, "jane", OLD))
        .await;
    assert_eq!(player.calls().len(), 1);

    // Side by side there are no more.
    let answers = all_at_once(
        t,
        "InitiateAuth",
        vec![by_password(&s.client, "joe", "wrong"); 64],
    )
    .await;
    let told = answers
        .iter()
        .filter(|answer| answer.as_ref().unwrap_err().1 == bad)
        .count();
    assert!(told <= 6, "{told} guesses were answered");
    let asked = player.calls().len();
    assert!(asked <= 12, "{asked} guesses were made");
}

#[each_engine]
async fn an_existing_name_is_locked_apart_and_unknown_ones_look_the_same(t: &TestApp) {
    let (s, player) = scene(t, json!({}), hidden(), &[]).await;
    user(t, &s.pool, "known").await;
    let told = async |name: &str| {
        let mut told = Vec::new();
        for _ in 0..7 {
            let input = by_password(&s.client, name, "wrong");
            told.push(t.call("InitiateAuth", input).await.unwrap_err());
        }
        told
    };
    assert_eq!(told("unknown").await, told("known").await);
    assert_eq!(player.sources(), [ASKED; 5]);
}

#[each_engine]
async fn two_first_sign_ins_at_once_bring_one_user(t: &TestApp) {
    let (s, player) = scene(t, json!({}), json!({}), &[]).await;
    player.plays(Trigger::UserMigration, directory);
    for round in 0..8 {
        let name = format!("user{round}");
        let both = vec![by_password(&s.client, &name, OLD); 2];
        let answers = all_at_once(t, "InitiateAuth", both).await;
        let subs: Vec<_> = answers
            .into_iter()
            .map(|answer| {
                claims(&answer.unwrap()["AuthenticationResult"]["IdToken"])["sub"].clone()
            })
            .collect();
        assert_eq!(subs[0], subs[1]);
        let calls = player.calls().len();
        assert!((1..=2).contains(&calls));
    }
    let many = vec![by_password(&s.client, "jane", OLD); 64];
    let answers = all_at_once(t, "InitiateAuth", many).await;
    let made = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(made > 0);
    for answer in answers {
        if let Err(refused) = answer {
            assert_eq!(refused, refusal(LOCKED));
        }
    }
    let listed = t.ok("ListUsers", json!({"UserPoolId": s.pool})).await;
    assert_eq!(listed["Users"].as_array().unwrap().len(), 9);
}

#[each_engine]
async fn sixty_four_first_sign_ins_at_once_of_as_many_users(t: &TestApp) {
    let (s, player) = scene(t, json!({}), json!({}), &[Trigger::PreAuthentication]).await;
    player.plays(Trigger::UserMigration, directory);
    let inputs = (0..64).map(|n| by_password(&s.client, &format!("user{n}"), OLD));
    for answer in all_at_once(t, "InitiateAuth", inputs.collect()).await {
        answer.unwrap();
    }
    let asked = player.sources();
    let count = |source: &str| asked.iter().filter(|s| *s == source).count();
    assert_eq!(count(ASKED), 64);
    assert_eq!(count("PreAuthentication_Authentication"), 64);
}
