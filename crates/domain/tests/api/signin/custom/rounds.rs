//! Rounds of challenges, and what comes before and between them.

use cognate_crypto::srp;
use cognate_domain::app::functions::Trigger;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::signin::*;
use crate::support::texts::sessions::{INVALID, USED};
use crate::support::triggers::{begin, custom, reply};
use crate::support::users::{all_at_once, code};

#[each_engine]
async fn the_triggers_ask_until_they_are_satisfied(t: &TestApp) {
    let (s, rules) = custom(t, json!({})).await;
    let asked = jane(t, &s).await;
    assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(
        asked["ChallengeParameters"],
        json!({"USERNAME": "jane", "question": "0 + 1"})
    );
    assert!(asked.get("AvailableChallenges").is_none());
    assert_eq!(
        rules.seen(),
        ["define user []", "create CUSTOM_CHALLENGE user []"]
    );
    let next = respond(t, reply(&s.client, &asked, "7")).await.unwrap();
    assert_eq!(
        next["ChallengeParameters"],
        json!({"USERNAME": "jane", "question": "1 + 1"})
    );
    assert_eq!(
        rules.seen(),
        [
            "verify 7 user",
            "define user [CUSTOM_CHALLENGE=false/round-0]",
            "create CUSTOM_CHALLENGE user [CUSTOM_CHALLENGE=false/round-0]",
        ]
    );
    let next = respond(t, reply(&s.client, &next, "2")).await.unwrap();
    let done = respond(t, reply(&s.client, &next, "3")).await.unwrap();
    assert_eq!(
        rules.seen().last().unwrap(),
        "define user [CUSTOM_CHALLENGE=false/round-0 CUSTOM_CHALLENGE=true/round-1 CUSTOM_CHALLENGE=true/round-2]"
    );
    assert_eq!(
        (&done["ChallengeParameters"], done.get("ChallengeName")),
        (&json!({}), None)
    );
    get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
}

#[each_engine]
async fn the_triggers_end_a_sign_in(t: &TestApp) {
    let (s, _) = custom(t, json!({})).await;
    let mut challenge = jane(t, &s).await;
    for _ in 0..2 {
        challenge = respond(t, reply(&s.client, &challenge, "wrong"))
            .await
            .unwrap();
    }
    assert_eq!(
        respond(t, reply(&s.client, &challenge, "wrong"))
            .await
            .unwrap_err(),
        refusal(WRONG)
    );
    assert_eq!(
        respond(t, reply(&s.client, &challenge, "3"))
            .await
            .unwrap_err(),
        not_authorized(USED)
    );
    // Custom challenges lock no user out.
    t.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
}

#[each_engine]
async fn no_round_is_answered_twice(t: &TestApp) {
    let (s, _) = custom(t, json!({})).await;
    let first = jane(t, &s).await;
    let second = respond(t, reply(&s.client, &first, "wrong")).await.unwrap();
    assert_eq!(
        respond(t, reply(&s.client, &first, "1")).await.unwrap_err(),
        not_authorized(USED)
    );
    let answers = all_at_once(
        t,
        "RespondToAuthChallenge",
        vec![reply(&s.client, &second, "2"); 4],
    )
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let lost: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer.as_ref().err())
        .collect();
    assert!(
        lost.iter().all(|lost| **lost == not_authorized(USED)),
        "{lost:?}"
    );
}

#[each_engine]
async fn a_session_belongs_to_its_user_client_challenge_and_time(t: &TestApp) {
    let (s, _) = custom(t, json!({})).await;
    user(t, &s.pool, "mallory").await;
    let other = client_of(
        t,
        &s.pool,
        json!({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"]}),
    )
    .await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let asked = jane(t, &s).await;
    let mut as_mallory = reply(&s.client, &asked, "1");
    as_mallory["ChallengeResponses"]["USERNAME"] = json!("mallory");
    let mut as_code = reply(&s.client, &asked, "1");
    as_code["ChallengeName"] = json!("EMAIL_OTP");
    as_code["ChallengeResponses"]["EMAIL_OTP_CODE"] = json!("1");
    for input in [reply(&other, &asked, "1"), as_mallory, as_code] {
        assert_eq!(
            respond(t, input).await.unwrap_err(),
            not_authorized(INVALID)
        );
    }
    let mut without = reply(&s.client, &asked, "1");
    without["ChallengeResponses"]
        .as_object_mut()
        .unwrap()
        .remove("ANSWER");
    t.refused(
        "RespondToAuthChallenge",
        without,
        "InvalidParameterException",
        "Missing required parameter ANSWER",
    )
    .await;
    respond(t, reply(&s.client, &asked, "1")).await.unwrap();
    let late = jane(t, &s).await;
    t.advance(180).await;
    let refused = respond(t, reply(&s.client, &late, "1")).await;
    assert_eq!(
        refused.unwrap_err(),
        not_authorized("Invalid session for the user, session is expired.")
    );
}

#[each_engine]
async fn with_srp_the_password_comes_first(t: &TestApp) {
    let (s, rules) = custom(t, json!({})).await;
    let start = async |name: &str| {
        let proof = srp::client::Client::new();
        let input = begin(
            &s.client,
            json!({"USERNAME": name, "CHALLENGE_NAME": "SRP_A", "SRP_A": proof.srp_a()}),
        );
        let challenge = t.ok("InitiateAuth", input).await;
        assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER");
        let session = challenge["Session"].clone();
        assert!(session.is_string());
        (Srp::of(proof, &challenge), session)
    };
    let (started, session) = start("jane").await;
    assert_eq!(rules.seen(), ["define user [SRP_A=true/-]"]);
    let input = with(
        verify(&s.client, started.responses(&s.pool, PASSWORD)),
        json!({"Session": session}),
    );
    let asked = respond(t, input.clone()).await.unwrap();
    assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(
        rules.seen()[0],
        "define user [SRP_A=true/- PASSWORD_VERIFIER=true/-]"
    );
    assert_eq!(
        respond(t, input).await.unwrap_err(),
        refusal(WRONG),
        "the proof is spent"
    );
    let next = respond(t, reply(&s.client, &asked, "3")).await.unwrap();
    let done = respond(t, reply(&s.client, &next, "4")).await.unwrap();
    get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
    let (started, _) = start("jane").await;
    assert_eq!(
        respond(t, verify(&s.client, started.responses(&s.pool, "wrong")))
            .await
            .unwrap_err(),
        refusal(WRONG)
    );
}

#[each_engine]
async fn the_second_factor_comes_between_password_and_triggers(t: &TestApp) {
    let (s, rules) = custom(t, json!({})).await;
    let sms = json!({"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "x"}});
    t.ok(
        "SetUserPoolMfaConfig",
        json!({"UserPoolId": s.pool, "MfaConfiguration": "OPTIONAL", "SmsMfaConfiguration": sms}),
    )
    .await;
    let sub = user_with(
        t,
        &s.pool,
        "maud",
        json!([{"Name": "phone_number", "Value": "+15555550100"}]),
    )
    .await;
    t.ok(
        "AdminSetUserMFAPreference",
        json!({"UserPoolId": s.pool, "Username": "maud", "SMSMfaSettings": {"Enabled": true}}),
    )
    .await;
    let proof = srp::client::Client::new();
    let input = begin(
        &s.client,
        json!({"USERNAME": "maud", "CHALLENGE_NAME": "SRP_A", "SRP_A": proof.srp_a()}),
    );
    let started = Srp::of(proof, &t.ok("InitiateAuth", input).await);
    let asked = respond(t, verify(&s.client, started.responses(&s.pool, PASSWORD)))
        .await
        .unwrap();
    assert_eq!(asked["ChallengeName"], "SMS_MFA");
    rules.seen();
    let code = code(t, &s.pool, &sub).await;
    let input = json!({
        "ClientId": s.client, "ChallengeName": "SMS_MFA", "Session": asked["Session"],
        "ChallengeResponses": {"USERNAME": "maud", "SMS_MFA_CODE": code},
    });
    let asked = respond(t, input).await.unwrap();
    assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(
        rules.seen()[0],
        "define user [SRP_A=true/- PASSWORD_VERIFIER=true/- SMS_MFA=true/-]"
    );
    let next = respond(t, reply(&s.client, &asked, "4")).await.unwrap();
    let done = respond(t, reply(&s.client, &next, "5")).await.unwrap();
    get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
}

#[each_engine]
async fn whoever_changed_their_password_in_between_begins_again(t: &TestApp) {
    let (s, _) = custom(t, json!({})).await;
    let proof = srp::client::Client::new();
    let input = begin(
        &s.client,
        json!({"USERNAME": "jane", "CHALLENGE_NAME": "SRP_A", "SRP_A": proof.srp_a()}),
    );
    let started = Srp::of(proof, &t.ok("InitiateAuth", input).await);
    let asked = respond(t, verify(&s.client, started.responses(&s.pool, PASSWORD)))
        .await
        .unwrap();
    set_password(t, &s.pool, "jane", "Another1!").await;
    assert_eq!(
        respond(t, reply(&s.client, &asked, "3")).await.unwrap_err(),
        not_authorized(INVALID)
    );
}

#[each_engine]
async fn the_admin_operations_come_to_the_same(t: &TestApp) {
    let (s, _) = custom(t, json!({})).await;
    let admin = |input: Value| with(input, json!({"UserPoolId": s.pool}));
    let asked = t
        .ok(
            "AdminInitiateAuth",
            admin(begin(&s.client, json!({"USERNAME": "jane"}))),
        )
        .await;
    let next = t
        .ok(
            "AdminRespondToAuthChallenge",
            admin(reply(&s.client, &asked, "1")),
        )
        .await;
    let done = t
        .ok(
            "AdminRespondToAuthChallenge",
            admin(reply(&s.client, &next, "2")),
        )
        .await;
    get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
}

#[each_engine]
async fn what_the_triggers_may_decide_at_once(t: &TestApp) {
    let (s, rules) = custom(t, json!({})).await;
    let define = Trigger::DefineAuthChallenge;
    rules.say(define, json!({"issueTokens": true}));
    let done = jane(t, &s).await;
    get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
    let begin = || begin(&s.client, json!({"USERNAME": "jane"}));
    for ends in [
        json!({"failAuthentication": true}),
        // The end of the sign-in counts before its success.
        json!({"failAuthentication": true, "issueTokens": true, "challengeName": "CUSTOM_CHALLENGE"}),
    ] {
        rules.say(define, ends);
        t.refused("InitiateAuth", begin(), WRONG.0, WRONG.1).await;
    }
}

#[each_engine]
async fn a_history_has_an_end(t: &TestApp) {
    let (s, rules) = custom(t, json!({})).await;
    let ask = json!({"challengeName": "CUSTOM_CHALLENGE"});
    rules.say(Trigger::DefineAuthChallenge, ask);
    let mut challenge = jane(t, &s).await;
    for _ in 0..99 {
        challenge = respond(t, reply(&s.client, &challenge, "wrong"))
            .await
            .unwrap();
    }
    let refused = respond(t, reply(&s.client, &challenge, "wrong")).await;
    assert_eq!(refused.unwrap_err(), refusal(WRONG));
    assert_eq!(rows(t, &s).await, 0);
}

#[each_engine]
async fn srp_may_be_begun_and_left_out(t: &TestApp) {
    let (s, rules) = custom(t, json!({})).await;
    rules.say(
        Trigger::DefineAuthChallenge,
        json!({"challengeName": "CUSTOM_CHALLENGE"}),
    );
    let input = begin(
        &s.client,
        json!({"USERNAME": "jane", "CHALLENGE_NAME": "SRP_A", "SRP_A": srp::client::Client::new().srp_a()}),
    );
    let asked = t.ok("InitiateAuth", input).await;
    assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
    rules.seen();
    respond(t, reply(&s.client, &asked, "2")).await.unwrap();
    assert_eq!(
        rules.seen()[1],
        "define user [SRP_A=true/- CUSTOM_CHALLENGE=true/round-1]"
    );
}
