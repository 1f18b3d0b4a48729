//! Functions that fail or answer nonsense: each of the three, at the start and in a round. A start leaves nothing; an
//! answer that a function was asked about is used up, so that failing functions give nobody further guesses.

use cognate_domain::app::functions::{InvokeError, Trigger};
use cognate_store::params;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::signin::*;
use crate::support::texts::sessions::USED;
use crate::support::triggers::{CUSTOM_TRIGGERS, Rules, begin, custom, reply};

const NONSENSE: (&str, &str) = (
    "InvalidLambdaResponseException",
    "Unrecognizable lambda output",
);
const DEFINE: Trigger = Trigger::DefineAuthChallenge;
const CREATE: Trigger = Trigger::CreateAuthChallenge;
const VERIFY: Trigger = Trigger::VerifyAuthChallengeResponse;

/// The ways in which a call has no output, each with its exception and the text behind the trigger's name.
fn failures() -> Vec<(InvokeError, &'static str, &'static str)> {
    use InvokeError as E;
    vec![
        (
            E::Failed("no".into()),
            "UserLambdaValidationException",
            " failed with error no.",
        ),
        (
            E::Timeout,
            "UnexpectedLambdaException",
            " invocation failed due to error Socket timeout while invoking Lambda function.",
        ),
        (
            E::Refused("AccessDeniedException".into()),
            "UnexpectedLambdaException",
            " invocation failed due to error AccessDeniedException.",
        ),
        (
            E::Unreachable("10.0.0.1:443 refused".into()),
            "UnexpectedLambdaException",
            " invocation failed due to error ServiceException.",
        ),
        (
            E::NoTarget,
            "UnexpectedLambdaException",
            " invocation failed due to configuration.",
        ),
    ]
}

/// Outputs that no function of CUSTOM_AUTH may give.
fn outputs(trigger: Trigger) -> Vec<Value> {
    let mut all = vec![
        json!(null),
        json!("text"),
        json!([]),
        json!({}),
        json!({"response": null}),
        json!({"response": "text"}),
        json!({"response": []}),
    ];
    let long = |bytes: usize| "x".repeat(bytes);
    let responses = match trigger {
        DEFINE => vec![
            json!({}),
            json!({"challengeName": null, "issueTokens": null, "failAuthentication": null}),
            json!({"issueTokens": false, "failAuthentication": false}),
            json!({"challengeName": "", "issueTokens": false}),
            json!({"challengeName": "SOMETHING"}),
            json!({"challengeName": "SMS_MFA"}),
            json!({"challengeName": "ADMIN_NO_SRP_AUTH"}),
            json!({"challengeName": "custom_challenge"}),
            json!({"challengeName": "PASSWORD_VERIFIER"}),
            json!({"challengeName": 7}),
            json!({"issueTokens": "true"}),
            json!({"issueTokens": 1}),
            json!({"issueTokens": true, "failAuthentication": "no"}),
            json!({"issueTokens": true, "challengeName": []}),
        ],
        CREATE => vec![
            json!({"publicChallengeParameters": "text"}),
            json!({"publicChallengeParameters": {"question": 1}}),
            json!({"privateChallengeParameters": ["answer"]}),
            json!({"privateChallengeParameters": {"answer": {"is": "1"}}}),
            json!({"challengeMetadata": {}}),
            json!({"publicChallengeParameters": {"question": long(20_000)}}),
            json!({"privateChallengeParameters": {"answer": long(20_000)}}),
            json!({"privateChallengeParameters": {long(20_000): ""}}),
            json!({"challengeMetadata": long(3_000)}),
        ],
        _ => vec![
            json!({"answerCorrect": "true"}),
            json!({"answerCorrect": 1}),
            json!({"answerCorrect": {}}),
        ],
    };
    all.extend(responses.into_iter().map(|said| json!({"response": said})));
    all
}

async fn starts_badly(t: &TestApp, s: &Site, with: &crate::support::Refusal, what: &str) {
    let input = begin(&s.client, json!({"USERNAME": "jane"}));
    let refused = t.call("InitiateAuth", input).await;
    assert_eq!(refused.as_ref(), Err(with), "{what}");
    assert_eq!(rows(t, s).await, 0, "{what}");
}

/// Begins a sign-in, lets a function give `output` for its first answer, and expects that the round is over.
async fn ends_badly(
    t: &TestApp,
    s: &Site,
    rules: &Rules,
    (trigger, output): (Trigger, Result<Value, InvokeError>),
    with: &crate::support::Refusal,
    what: &str,
) {
    let asked = jane(t, s).await;
    rules.set(trigger, output);
    let refused = respond(t, reply(&s.client, &asked, "1")).await;
    assert_eq!(refused.as_ref(), Err(with), "{what}");
    rules.relax();
    let again = respond(t, reply(&s.client, &asked, "1")).await;
    assert_eq!(again, Err(not_authorized(USED)), "{what}");
    assert_eq!(rows(t, s).await, 0, "{what}");
}

#[each_engine]
async fn a_function_that_fails_ends_the_step_with_its_exception(t: &TestApp) {
    let (s, rules) = custom(t, json!({})).await;
    for trigger in CUSTOM_TRIGGERS {
        for (error, code, text) in failures() {
            let what = format!("{trigger:?} {error:?}");
            let said = (code.to_owned(), format!("{}{text}", trigger.name()));
            if trigger != VERIFY {
                rules.set(trigger, Err(error.clone()));
                starts_badly(t, &s, &said, &what).await;
                rules.relax();
            }
            ends_badly(t, &s, &rules, (trigger, Err(error)), &said, &what).await;
        }
        let text = "Invalid lambda function output : Invalid JSON";
        let said = refusal(("InvalidLambdaResponseException", text));
        let output = (trigger, Err(InvokeError::NotJson));
        ends_badly(t, &s, &rules, output, &said, "not JSON").await;
    }
    // None of this is a wrong password.
    t.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
}

#[each_engine]
async fn an_output_of_another_shape_ends_the_step(t: &TestApp) {
    let (s, rules) = custom(t, json!({})).await;
    let said = refusal(NONSENSE);
    for trigger in CUSTOM_TRIGGERS {
        for output in outputs(trigger) {
            let mut what = format!("{trigger:?} {output}");
            what.truncate(200);
            if trigger != VERIFY {
                rules.set(trigger, Ok(output.clone()));
                starts_badly(t, &s, &said, &what).await;
                rules.relax();
            }
            ends_badly(t, &s, &rules, (trigger, Ok(output)), &said, &what).await;
        }
    }
}

#[each_engine]
async fn what_a_function_leaves_out_is_as_nothing(t: &TestApp) {
    let (s, rules) = custom(t, json!({})).await;
    for silence in [
        json!({}),
        json!({"publicChallengeParameters": null, "privateChallengeParameters": null, "challengeMetadata": null}),
        json!({"publicChallengeParameters": {"gone": null}, "privateChallengeParameters": {"gone": null}}),
    ] {
        rules.say(CREATE, silence);
        let asked = jane(t, &s).await;
        assert_eq!(asked["ChallengeParameters"], json!({"USERNAME": "jane"}));
        rules.say(VERIFY, json!({}));
        rules.events();
        respond(t, reply(&s.client, &asked, "1")).await.unwrap();
        let events = rules.events();
        let verify = &events[0]["request"];
        assert_eq!(verify["privateChallengeParameters"], json!({}));
        let entry = json!({"challengeName": "CUSTOM_CHALLENGE", "challengeResult": false, "challengeMetadata": null});
        assert_eq!(events[1]["request"]["session"], json!([entry]));
        rules.relax();
    }
    // The name that the service tells is the user's own.
    rules.say(
        CREATE,
        json!({"publicChallengeParameters": {"USERNAME": "mallory"}}),
    );
    let asked = jane(t, &s).await;
    assert_eq!(asked["ChallengeParameters"], json!({"USERNAME": "jane"}));
}

#[each_engine]
async fn a_function_that_fails_on_wrong_answers_gives_no_further_guesses(t: &TestApp) {
    let (s, rules) = custom(t, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    for name in ["jane", "nobody"] {
        let mut input = begin(&s.client, json!({"USERNAME": name}));
        let asked = t.ok("InitiateAuth", input).await;
        rules.set(DEFINE, Err(InvokeError::Failed("wrong".into())));
        let refused = respond(t, reply(&s.client, &asked, "77")).await;
        let text = "DefineAuthChallenge failed with error wrong.";
        assert_eq!(
            refused,
            Err(refusal(("UserLambdaValidationException", text)))
        );
        rules.relax();
        input = reply(&s.client, &asked, "1");
        assert_eq!(respond(t, input).await, Err(not_authorized(USED)));
    }
}

#[each_engine]
async fn what_a_function_keeps_to_itself_is_told_to_nobody(t: &TestApp) {
    const SECRET: &str = "c4e1-not-for-the-client";
    let (s, rules) = custom(t, json!({})).await;
    rules.say(
        CREATE,
        json!({"privateChallengeParameters": {"answer": SECRET}, "challengeMetadata": format!("note {SECRET}")}),
    );
    let admin = |input: Value| with(input, json!({"UserPoolId": s.pool}));
    let input = admin(begin(&s.client, json!({"USERNAME": "jane"})));
    let asked = t.ok("AdminInitiateAuth", input).await;
    let wrong = admin(reply(&s.client, &asked, "said-by-the-user"));
    let next = t.ok("AdminRespondToAuthChallenge", wrong).await;
    let right = admin(reply(&s.client, &next, SECRET));
    let last = t.ok("AdminRespondToAuthChallenge", right).await;
    for answer in [&asked, &next, &last] {
        assert!(!answer.to_string().contains(SECRET));
    }
    let answers: Vec<_> = rules
        .events()
        .iter()
        .filter(|event| event["triggerSource"] == "VerifyAuthChallengeResponse_Authentication")
        .map(|event| event["request"]["privateChallengeParameters"]["answer"].clone())
        .collect();
    assert_eq!(answers, [SECRET, SECRET]);
    for sql in [
        "SELECT doc FROM audit WHERE pool_id = ?1",
        "SELECT doc FROM auth_events WHERE pool_id = ?1",
    ] {
        for row in t.app.store.rows(sql, params![&s.pool]).await.unwrap() {
            let doc = row.text(0).unwrap();
            assert!(!doc.contains(SECRET) && !doc.contains("said-by-the-user"));
        }
    }
    let sql = "SELECT sealed FROM custom_auth WHERE pool_id = ?1";
    let kept = t.app.store.rows(sql, params![&s.pool]).await.unwrap();
    assert_eq!(kept.len(), 1);
    let sealed = kept[0].bytes(0).unwrap();
    assert!(
        !sealed
            .windows(SECRET.len())
            .any(|part| part == SECRET.as_bytes())
    );
}
