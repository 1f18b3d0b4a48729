//! CUSTOM_AUTH: the state machine around the pool's triggers, which are played by a stub in this process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use cognate_crypto::srp;
use cognate_domain::Cx;
use cognate_domain::errors;
use cognate_domain::signin::custom::deciders::{Asking, Created, Deciders, Deciding, Decision};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::signin::*;
use crate::support::users::{all_at_once, code};
use crate::support::{Refusal, TestApp};

const USED: &str = "Invalid session for the user, session can only be used once.";
const INVALID: &str = "Invalid session for the user.";

/// Two right answers sign in, three wrong ones end it, a first `tokens` or `nonsense` in ClientMetadata does at once what
/// it says. Whoever began with SRP proves the password first.
#[derive(Clone, Default)]
pub(crate) struct Rules(Arc<Mutex<Vec<String>>>);

impl Rules {
    fn note(&self, asking: &Asking<'_>, what: &str) {
        let session: Vec<_> = asking
            .session
            .iter()
            .map(|entry| {
                let note = entry.challenge_metadata.as_deref().unwrap_or("-");
                format!("{}={}/{note}", entry.challenge_name, entry.challenge_result)
            })
            .collect();
        let who = if asking.user.is_some() {
            "user"
        } else {
            "nobody"
        };
        let line = format!("{what} {who} [{}]", session.join(" "));
        self.0.lock().unwrap().push(line);
    }

    fn seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

fn ready<'a, T: Send + 'a>(value: T) -> Deciding<'a, T> {
    Box::pin(async { Ok(value) })
}

impl Deciders for Rules {
    fn define<'a>(&'a self, _cx: &'a Cx<'a>, asking: Asking<'a>) -> Deciding<'a, Decision> {
        self.note(&asking, "define");
        let wish = asking.at.metadata.and_then(|map| map.get("wish"));
        let count = |right| {
            let custom = asking
                .session
                .iter()
                .filter(|entry| entry.challenge_name == "CUSTOM_CHALLENGE");
            custom
                .filter(|entry| entry.challenge_result == right)
                .count()
        };
        let challenge = |name: &str| Decision {
            challenge_name: Some(name.to_owned()),
            ..Decision::default()
        };
        let only_a = asking.session.len() == 1 && asking.session[0].challenge_name == "SRP_A";
        ready(match wish.map(String::as_str) {
            Some("tokens") => Decision {
                issue_tokens: true,
                ..Decision::default()
            },
            Some("fail") => Decision {
                fail_authentication: true,
                ..Decision::default()
            },
            Some("nonsense") => challenge("SOMETHING"),
            Some("nothing") => Decision::default(),
            _ if only_a => challenge("PASSWORD_VERIFIER"),
            _ if count(true) >= 2 => Decision {
                issue_tokens: true,
                ..Decision::default()
            },
            _ if count(false) >= 3 => Decision {
                fail_authentication: true,
                ..Decision::default()
            },
            _ => challenge("CUSTOM_CHALLENGE"),
        })
    }

    fn create<'a>(
        &'a self,
        _cx: &'a Cx<'a>,
        asking: Asking<'a>,
        name: &'a str,
    ) -> Deciding<'a, Created> {
        self.note(&asking, &format!("create {name}"));
        let round = asking.session.len();
        ready(Created {
            public: BTreeMap::from([("question".to_owned(), format!("{round} + 1"))]),
            private: BTreeMap::from([("answer".to_owned(), (round + 1).to_string())]),
            metadata: Some(format!("round-{round}")),
        })
    }

    fn verify<'a>(
        &'a self,
        _cx: &'a Cx<'a>,
        asking: Asking<'a>,
        private: &'a BTreeMap<String, String>,
        answer: &'a str,
    ) -> Deciding<'a, bool> {
        self.note(&asking, &format!("verify {answer}"));
        if answer == "throw" {
            return Box::pin(async {
                Err(errors::api(errors::ErrorCode::UserLambdaValidation, "thrown").into())
            });
        }
        ready(private.get("answer").map(String::as_str) == Some(answer))
    }
}

/// A pool with the three triggers, whose part is taken by [`Rules`].
pub(crate) async fn custom(t: &TestApp, client: Value) -> (Site, Rules) {
    let rules = Rules::default();
    assert!(t.app.custom_auth.set(Box::new(rules.clone())).is_ok());
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
    let triggers = json!({"LambdaConfig": {"DefineAuthChallenge": arn, "CreateAuthChallenge": arn, "VerifyAuthChallengeResponse": arn}});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let s = site_with(t, triggers, with(flows, client)).await;
    user(t, &s.pool, "jane").await;
    (s, rules)
}

pub(crate) fn begin(client: &str, parameters: Value) -> Value {
    initiate(client, "CUSTOM_AUTH", parameters)
}

pub(crate) fn reply(client: &str, challenge: &Value, answer: &str) -> Value {
    let name = &challenge["ChallengeParameters"]["USERNAME"];
    json!({
        "ClientId": client, "ChallengeName": "CUSTOM_CHALLENGE", "Session": challenge["Session"],
        "ChallengeResponses": {"USERNAME": name, "ANSWER": answer},
    })
}

async fn respond(t: &TestApp, input: Value) -> Result<Value, Refusal> {
    t.call("RespondToAuthChallenge", input).await
}

async fn jane(t: &TestApp, s: &Site) -> Value {
    t.ok(
        "InitiateAuth",
        begin(&s.client, json!({"USERNAME": "jane"})),
    )
    .await
}

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
            "verify 7 user []",
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
    // Custom challenges lock nobody out.
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
    // A trigger that fails leaves the round as it was.
    assert_eq!(
        respond(t, reply(&s.client, &asked, "throw"))
            .await
            .unwrap_err(),
        refusal(("UserLambdaValidationException", "thrown"))
    );
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
    let (s, _) = custom(t, json!({})).await;
    let wish = |wish: &str| {
        with(
            begin(&s.client, json!({"USERNAME": "jane"})),
            json!({"ClientMetadata": {"wish": wish}}),
        )
    };
    let done = t.ok("InitiateAuth", wish("tokens")).await;
    get_user(t, &done["AuthenticationResult"]["AccessToken"])
        .await
        .unwrap();
    t.refused("InitiateAuth", wish("fail"), WRONG.0, WRONG.1)
        .await;
    for unusable in ["nonsense", "nothing"] {
        t.refused(
            "InitiateAuth",
            wish(unusable),
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        )
        .await;
    }
}

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
