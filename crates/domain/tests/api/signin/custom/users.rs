//! Unknown users, users in other states, and pools without triggers to call.

use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::TestApp;
use crate::support::signin::*;
use crate::support::texts::sessions::INVALID;
use crate::support::triggers::{begin, custom, reply};

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
    let wish = with(
        begin(&s.client, json!({"USERNAME": "nobody"})),
        json!({"ClientMetadata": {"wish": "tokens"}}),
    );
    t.refused("InitiateAuth", wish, WRONG.0, WRONG.1).await;
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
    let rows = t
        .app
        .store
        .rows(
            "SELECT 1 FROM custom_auth WHERE pool_id = ?1",
            cognate_store::params![&s.pool],
        )
        .await
        .unwrap();
    assert!(rows.is_empty());
    assert_eq!(
        respond(t, reply(&s.client, &asked, "1")).await.unwrap_err(),
        not_authorized(INVALID)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_anybody_to_call_the_triggers_the_flow_fails_closed() {
    let t = TestApp::sqlite().await;
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"]});
    let s = site_with(
        &t,
        json!({"LambdaConfig": {"DefineAuthChallenge": arn}}),
        flows.clone(),
    )
    .await;
    user(&t, &s.pool, "jane").await;
    let input = begin(&s.client, json!({"USERNAME": "jane"}));
    t.refused(
        "InitiateAuth",
        input,
        "NotImplementedException",
        "CUSTOM_AUTH is not implemented yet.",
    )
    .await;
    let s = site_with(&t, json!({}), flows).await;
    let input = begin(&s.client, json!({"USERNAME": "jane"}));
    let text = "Custom auth lambda trigger is not configured for the user pool.";
    t.refused("InitiateAuth", input, "InvalidParameterException", text)
        .await;
}
