//! Functions that fail, refuse or answer nonsense: the exception, and nothing that is left of the sign-in.

use std::sync::atomic::{AtomicUsize, Ordering};

use cognate_crypto::srp;
use cognate_domain::app::functions::{Functions, Invocation, InvokeError, Invoking, Trigger};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::{TRIGGERS, rows};
use crate::support::TestApp;
use crate::support::functions::{answered, arm, lambda_config};
use crate::support::mfa::{jane, mfa_site, prefer};
use crate::support::played::{Played, UNRECOGNIZABLE, failures};
use crate::support::signin::*;
use crate::support::users::all_at_once;

async fn armed(t: &TestApp) -> Site {
    let config = with(json!({"LambdaConfig": lambda_config(&TRIGGERS)}), watched());
    let s = site_with(t, config, json!({})).await;
    user(t, &s.pool, "jane").await;
    s
}

#[each_engine]
async fn a_failed_call_ends_the_sign_in_and_leaves_nothing(t: &TestApp) {
    let s = armed(t).await;
    for trigger in TRIGGERS {
        // Each with functions that are otherwise content.
        let t = &t.second_node().await;
        let functions = Played::install(t);
        let srp = Srp::start(t, &s.client, "jane").await.unwrap();
        let before = rows(t, &s.pool).await;
        let input = verify(&s.client, srp.responses(&s.pool, PASSWORD));
        for (answer, code, text) in failures(trigger) {
            functions.does(trigger, move |_| answer.clone());
            let start = by_password(&s.client, "jane", PASSWORD);
            t.refused("InitiateAuth", start, code, &text).await;
            assert_eq!(rows(t, &s.pool).await, before, "{text}");
            if trigger != Trigger::PreAuthentication {
                t.refused("RespondToAuthChallenge", input.clone(), code, &text)
                    .await;
                assert_eq!(rows(t, &s.pool).await, before, "{text}");
            }
        }
        // Nothing was spent: the same answer is good as soon as the function is.
        functions.answers(trigger, json!({}));
        t.ok("RespondToAuthChallenge", input).await;
        let [sessions, events, spent] = before;
        assert_eq!(
            rows(t, &s.pool).await,
            [sessions + 1, events + 1, spent + 1]
        );
    }
}

#[each_engine]
async fn a_new_password_is_not_taken_where_a_function_refuses(t: &TestApp) {
    let s = armed(t).await;
    let input = json!({"UserPoolId": s.pool, "Username": "jane", "Password": "Temp0rary!", "Permanent": false});
    t.ok("AdminSetUserPassword", input).await;
    let functions = Played::install(t);
    let asked = t
        .ok("InitiateAuth", by_password(&s.client, "jane", "Temp0rary!"))
        .await;
    let before = rows(t, &s.pool).await;
    let input = json!({
        "ClientId": s.client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": asked["Session"],
        "ChallengeResponses": {"USERNAME": "jane", "NEW_PASSWORD": "Brand-new1"},
    });
    for trigger in [Trigger::PostAuthentication, Trigger::PreTokenGeneration] {
        functions.fails(trigger, InvokeError::Failed("no".into()));
        let text = format!("{} failed with error no.", trigger.name());
        let code = "UserLambdaValidationException";
        t.refused("RespondToAuthChallenge", input.clone(), code, &text)
            .await;
        assert_eq!(rows(t, &s.pool).await, before);
        functions.answers(trigger, json!({}));
    }
    let again = t
        .ok("InitiateAuth", by_password(&s.client, "jane", "Temp0rary!"))
        .await;
    assert_eq!(again["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    t.ok("RespondToAuthChallenge", input).await;
}

#[each_engine]
async fn an_answer_that_breaks_the_rules_issues_nothing(t: &TestApp) {
    let s = armed(t).await;
    let functions = Played::install(t);
    let before = rows(t, &s.pool).await;
    for details in [
        json!("x"),
        json!([]),
        json!({"claimsToAddOrOverride": {"a": 1}}),
        json!({"claimsToAddOrOverride": ["a"]}),
        json!({"claimsToSuppress": "email"}),
        json!({"claimsToSuppress": [{"name": "email"}]}),
        json!({"groupOverrideDetails": "none"}),
        json!({"groupOverrideDetails": {"groupsToOverride": [1]}}),
        json!({"groupOverrideDetails": {"preferredRole": 1}}),
        json!({"claimsToSuppress": vec!["c"; 5_001]}),
    ] {
        let response = json!({"claimsOverrideDetails": details});
        functions.answers(Trigger::PreTokenGeneration, response);
        let start = by_password(&s.client, "jane", PASSWORD);
        t.refused("InitiateAuth", start, UNRECOGNIZABLE.0, UNRECOGNIZABLE.1)
            .await;
    }
    assert_eq!(rows(t, &s.pool).await, before);
}

#[each_engine]
async fn a_refused_end_forgives_no_wrong_answer(t: &TestApp) {
    let s = armed(t).await;
    let functions = Played::install(t);
    let trigger = Trigger::PostAuthentication;
    functions.fails(trigger, InvokeError::Failed("no".into()));
    let mut refusals = Vec::new();
    for n in 0..12 {
        let password = if n % 2 == 0 { "Wr0ng-one!" } else { PASSWORD };
        let start = by_password(&s.client, "jane", password);
        refusals.push(t.call("InitiateAuth", start).await.unwrap_err());
    }
    let locked = refusals.iter().position(|one| *one == refusal(LOCKED));
    assert!(locked.is_some(), "{refusals:?}");
    functions.answers(trigger, json!({}));
    let start = by_password(&s.client, "jane", PASSWORD);
    t.refused("InitiateAuth", start, LOCKED.0, LOCKED.1).await;
    assert_eq!(rows(t, &s.pool).await[0], 0);
}

/// Refuses one call of a trigger, after somebody on another node has guessed until the user is locked. Calls before that
/// one get `first`.
struct Meanwhile {
    other: TestApp,
    client: String,
    trigger: Trigger,
    first: Vec<Value>,
    calls: AtomicUsize,
}

impl Meanwhile {
    async fn install(t: &TestApp, client: &str, trigger: Trigger, first: Vec<Value>) {
        let functions = Self {
            other: t.second_node().await,
            client: client.to_owned(),
            trigger,
            first,
            calls: AtomicUsize::new(0),
        };
        assert!(t.app.functions.set(Box::new(functions)).is_ok());
    }
}

impl Functions for Meanwhile {
    fn invoke<'a>(&'a self, call: &'a Invocation) -> Invoking<'a> {
        Box::pin(async {
            assert_eq!(call.trigger, self.trigger);
            if let Some(response) = self.first.get(self.calls.fetch_add(1, Ordering::SeqCst)) {
                return Ok(answered(call, response.clone()));
            }
            for _ in 0..6 {
                let guess = by_password(&self.client, "jane", "Wr0ng-one!");
                self.other.call("InitiateAuth", guess).await.unwrap_err();
            }
            Err(InvokeError::Failed("no".into()))
        })
    }
}

#[each_engine]
async fn a_refusal_tells_nothing_of_a_password_that_was_guessed_too_late(t: &TestApp) {
    let trigger = Trigger::PostAuthentication;
    let config = json!({"LambdaConfig": lambda_config(&[trigger])});
    let s = site_with(t, config, json!({})).await;
    user(t, &s.pool, "jane").await;
    Meanwhile::install(t, &s.client, trigger, Vec::new()).await;
    let start = by_password(&s.client, "jane", PASSWORD);
    t.refused("InitiateAuth", start, LOCKED.0, LOCKED.1).await;
    assert_eq!(rows(t, &s.pool).await[0], 0);
}

#[each_engine]
async fn nor_does_the_refusal_of_the_message_for_a_second_factor(t: &TestApp) {
    let s = mfa_site(t, "OPTIONAL", &["SMS_MFA"]).await;
    jane(t, &s, &["phone_number"]).await;
    prefer(t, &s, json!({"SMSMfaSettings": {"Enabled": true}})).await;
    let shown = t
        .ok("DescribeUserPool", json!({"UserPoolId": s.pool}))
        .await;
    let shown = &shown["UserPool"];
    let kept = json!({
        "MfaConfiguration": "OPTIONAL", "SmsConfiguration": shown["SmsConfiguration"],
        "EmailConfiguration": shown["EmailConfiguration"],
    });
    let trigger = Trigger::CustomMessage;
    arm(t, &s.pool, &[trigger], kept).await;
    Meanwhile::install(t, &s.client, trigger, Vec::new()).await;
    let start = by_password(&s.client, "jane", PASSWORD);
    t.refused("InitiateAuth", start, LOCKED.0, LOCKED.1).await;
}

#[each_engine]
async fn nor_does_a_refusal_of_the_challenges_that_follow_srp(t: &TestApp) {
    let trigger = Trigger::DefineAuthChallenge;
    let config = json!({"LambdaConfig": lambda_config(&[trigger])});
    let flows = json!([
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_CUSTOM_AUTH",
        "ALLOW_REFRESH_TOKEN_AUTH"
    ]);
    let s = site_with(t, config, json!({"ExplicitAuthFlows": flows})).await;
    user(t, &s.pool, "jane").await;
    let first = vec![json!({"challengeName": "PASSWORD_VERIFIER"})];
    Meanwhile::install(t, &s.client, trigger, first).await;
    let proof = srp::client::Client::new();
    let start = json!({"USERNAME": "jane", "CHALLENGE_NAME": "SRP_A", "SRP_A": proof.srp_a()});
    let asked = t
        .ok("InitiateAuth", initiate(&s.client, "CUSTOM_AUTH", start))
        .await;
    let proven = Srp::of(proof, &asked).responses(&s.pool, PASSWORD);
    let input = verify(&s.client, proven);
    t.refused("RespondToAuthChallenge", input, LOCKED.0, LOCKED.1)
        .await;
}

#[each_engine]
async fn sixty_four_sign_ins_at_once_keep_their_own_answers(t: &TestApp) {
    const USERS: usize = 8;
    let s = armed(t).await;
    for n in 0..USERS {
        user(t, &s.pool, &format!("user{n}")).await;
    }
    let functions = Played::install(t);
    functions.does(Trigger::PreTokenGeneration, |call| {
        let add = json!({"whose": call.event["userName"]});
        let details = json!({"claimsOverrideDetails": {"claimsToAddOrOverride": add}});
        Ok(json!({"response": details}))
    });
    let starts = (0..64).map(|n| by_password(&s.client, &format!("user{}", n % USERS), PASSWORD));
    let answers = all_at_once(t, "InitiateAuth", starts.collect()).await;
    let mut good = 0;
    for answer in answers {
        match answer {
            Ok(answer) => {
                let said = claims(&answer["AuthenticationResult"]["IdToken"]);
                assert_eq!(said["whose"], said["cognito:username"]);
                good += 1;
            }
            Err(refused) => assert_eq!(refused, refusal(LOCKED)),
        }
    }
    assert!(good >= USERS, "{good}");
    assert_eq!(rows(t, &s.pool).await[0], i64::try_from(good).unwrap());
}
