//! Unknown users, users in other states, and pools without functions to call.

use cognate_crypto::srp;
use cognate_domain::app::functions::Trigger;
use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::TestApp;
use crate::support::functions::{arm, lambda_config};
use crate::support::signin::*;
use crate::support::texts::sessions::INVALID;
use crate::support::triggers::{CUSTOM_TRIGGERS, begin, custom, custom_with, reply};

#[each_engine]
async fn triggers_hear_of_names_that_nobody_has_and_cannot_sign_them_in(t: &TestApp) {
    let (s, rules) = custom(t, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    let legacy = client_of(
        t,
        &s.pool,
        json!({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"]}),
    )
    .await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    t.refused(
        "InitiateAuth",
        begin(&legacy, json!({"USERNAME": "nobody"})),
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
    assert!(rules.seen().is_empty());
    let asked = t
        .ok(
            "InitiateAuth",
            begin(&s.client, json!({"USERNAME": "nobody"})),
        )
        .await;
    assert_eq!(asked["ChallengeParameters"]["question"], "0 + 1");
    let real = jane(t, &s).await;
    assert_eq!(
        asked["Session"].as_str().unwrap().len(),
        real["Session"].as_str().unwrap().len()
    );
    let next = respond(t, reply(&s.client, &asked, "1")).await.unwrap();
    assert_eq!(
        respond(t, reply(&s.client, &next, "2")).await.unwrap_err(),
        refusal(WRONG)
    );
    assert_eq!(
        rules.seen().last().unwrap(),
        "define nobody [CUSTOM_CHALLENGE=true/round-0 CUSTOM_CHALLENGE=true/round-1]"
    );
    rules.say(Trigger::DefineAuthChallenge, json!({"issueTokens": true}));
    let at_once = begin(&s.client, json!({"USERNAME": "nobody"}));
    t.refused("InitiateAuth", at_once, WRONG.0, WRONG.1).await;
    rules.relax();
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    jane(t, &s).await;
    assert_eq!(
        rules.seen().last().unwrap(),
        "create CUSTOM_CHALLENGE nobody []"
    );
}

#[each_engine]
async fn nobody_costs_the_reads_and_writes_of_a_user_in_every_round(t: &TestApp) {
    let (s, _) = custom(t, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    let mut costs = Vec::new();
    for name in ["jane", "nobody"] {
        let mut all = Vec::new();
        let mut last = t.app.store.work();
        let mut note = || {
            let now = t.app.store.work();
            all.push([
                now.reads - last.reads,
                now.commits - last.commits,
                now.statements - last.statements,
                now.trips - last.trips,
            ]);
            last = now;
        };
        let mut challenge = t
            .ok("InitiateAuth", begin(&s.client, json!({"USERNAME": name})))
            .await;
        note();
        for _ in 0..2 {
            challenge = respond(t, reply(&s.client, &challenge, "wrong"))
                .await
                .unwrap();
            note();
        }
        respond(t, reply(&s.client, &challenge, "wrong"))
            .await
            .unwrap_err();
        note();
        costs.push(all);
    }
    assert_eq!(costs[0], costs[1]);
}

#[each_engine]
async fn users_in_other_states_are_refused_before_the_triggers(t: &TestApp) {
    let (s, rules) = custom(t, json!({})).await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    t.refused(
        "InitiateAuth",
        begin(&s.client, json!({"USERNAME": "jane"})),
        "NotAuthorizedException",
        "User is disabled.",
    )
    .await;
    t.ok(
        "AdminEnableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    t.ok(
        "SignUp",
        json!({"ClientId": s.client, "Username": "new", "Password": PASSWORD}),
    )
    .await;
    t.refused(
        "InitiateAuth",
        begin(&s.client, json!({"USERNAME": "new"})),
        "UserNotConfirmedException",
        "User is not confirmed.",
    )
    .await;
    t.refused(
        "InitiateAuth",
        begin(&s.client, json!({})),
        "InvalidParameterException",
        "Missing required parameter USERNAME",
    )
    .await;
    let without_a = begin(
        &s.client,
        json!({"USERNAME": "jane", "CHALLENGE_NAME": "SRP_A"}),
    );
    t.refused(
        "InitiateAuth",
        without_a,
        "InvalidParameterException",
        "Missing required parameter SRP_A",
    )
    .await;
    assert!(rules.seen().is_empty());
}

#[each_engine]
async fn a_deleted_users_rounds_are_over(t: &TestApp) {
    let (s, _) = custom(t, json!({})).await;
    let asked = jane(t, &s).await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    assert_eq!(rows(t, &s).await, 0);
    assert_eq!(
        respond(t, reply(&s.client, &asked, "1")).await.unwrap_err(),
        not_authorized(INVALID)
    );
}

#[each_engine]
async fn a_temporary_password_is_no_obstacle_to_other_challenges(t: &TestApp) {
    let (s, rules) = custom(t, json!({})).await;
    let made = json!({"UserPoolId": s.pool, "Username": "new", "MessageAction": "SUPPRESS", "TemporaryPassword": "Temp0rary!"});
    t.ok("AdminCreateUser", made).await;
    let first = t
        .ok("InitiateAuth", begin(&s.client, json!({"USERNAME": "new"})))
        .await;
    let second = respond(t, reply(&s.client, &first, "1")).await.unwrap();
    let done = respond(t, reply(&s.client, &second, "2")).await.unwrap();
    let access = &done["AuthenticationResult"]["AccessToken"];
    get_user(t, access).await.unwrap();
    let of_them = json!({"UserPoolId": s.pool, "Username": "new"});
    let after = t.ok("AdminGetUser", of_them).await;
    assert_eq!(after["UserStatus"], "FORCE_CHANGE_PASSWORD");
    let events = rules.events();
    assert_eq!(
        events[0]["request"]["userAttributes"]["cognito:user_status"],
        "FORCE_CHANGE_PASSWORD"
    );

    // Who proves the temporary password must replace it first, and answers the challenges all the same.
    let proof = srp::client::Client::new();
    let input = begin(
        &s.client,
        json!({"USERNAME": "new", "CHALLENGE_NAME": "SRP_A", "SRP_A": proof.srp_a()}),
    );
    let started = Srp::of(proof, &t.ok("InitiateAuth", input).await);
    let asked = respond(
        t,
        verify(&s.client, started.responses(&s.pool, "Temp0rary!")),
    )
    .await
    .unwrap();
    assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let input = json!({
        "ClientId": s.client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": asked["Session"],
        "ChallengeResponses": {"USERNAME": "new", "NEW_PASSWORD": PASSWORD},
    });
    rules.seen();
    let asked = respond(t, input).await.unwrap();
    assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(
        rules.seen()[0],
        "define user [SRP_A=true/- PASSWORD_VERIFIER=true/-]"
    );
}

#[each_engine]
async fn users_who_must_reset_their_password_are_refused_or_hidden(t: &TestApp) {
    let (s, rules) = custom(t, json!({})).await;
    let hiding = client_of(
        t,
        &s.pool,
        json!({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"], "PreventUserExistenceErrors": "ENABLED"}),
    )
    .await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    set_status(t, &s.pool, "RESET_REQUIRED").await;
    let of = |client: &str| begin(client, json!({"USERNAME": "jane"}));
    t.refused("InitiateAuth", of(&s.client), RESET.0, RESET.1)
        .await;
    t.refused("InitiateAuth", of(&hiding), RESET.0, RESET.1)
        .await;
    assert!(rules.seen().is_empty());
    without_password(t, &s.pool).await;
    let asked = t.ok("InitiateAuth", of(&hiding)).await;
    assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(rules.seen()[0], "define nobody []");
}

#[each_engine]
async fn a_function_that_is_missing_is_missed_when_it_is_needed(t: &TestApp) {
    use Trigger as T;
    let missing = |trigger: &str| {
        let text = format!("{trigger} invocation failed due to configuration.");
        ("UnexpectedLambdaException".to_owned(), text)
    };
    let (s, rules) = custom_with(t, &[], json!({})).await;
    let text = "Custom auth lambda trigger is not configured for the user pool.";
    for name in ["jane", "nobody"] {
        let input = begin(&s.client, json!({"USERNAME": name}));
        t.refused("InitiateAuth", input, "InvalidParameterException", text)
            .await;
    }
    assert!(rules.events().is_empty());

    let start = async |s: &Site| {
        let input = begin(&s.client, json!({"USERNAME": "jane"}));
        t.call("InitiateAuth", input).await
    };
    let (s, _) = custom_with(t, &[T::DefineAuthChallenge], json!({})).await;
    assert_eq!(start(&s).await, Err(missing("CreateAuthChallenge")));
    assert_eq!(rows(t, &s).await, 0);

    let two = [T::DefineAuthChallenge, T::CreateAuthChallenge];
    let (s, _) = custom_with(t, &two, json!({})).await;
    let asked = start(&s).await.unwrap();
    let refused = respond(t, reply(&s.client, &asked, "1")).await;
    assert_eq!(refused, Err(missing("VerifyAuthChallengeResponse")));

    // One that goes while a sign-in waits.
    let (s, _) = custom(t, json!({})).await;
    let asked = start(&s).await.unwrap();
    arm(t, &s.pool, &[T::VerifyAuthChallengeResponse], json!({})).await;
    let refused = respond(t, reply(&s.client, &asked, "1")).await;
    let text = ("InvalidParameterException".to_owned(), text.to_owned());
    assert_eq!(refused, Err(text));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_anybody_to_call_the_functions_the_flow_fails_closed() {
    let t = TestApp::sqlite().await;
    let pool = json!({"LambdaConfig": lambda_config(&CUSTOM_TRIGGERS)});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"]});
    let s = site_with(&t, pool, flows).await;
    user(&t, &s.pool, "jane").await;
    let input = begin(&s.client, json!({"USERNAME": "jane"}));
    let text = "DefineAuthChallenge invocation failed due to configuration.";
    t.refused("InitiateAuth", input, "UnexpectedLambdaException", text)
        .await;
}
