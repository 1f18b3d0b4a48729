//! One-time passwords: which step and address they are for, how often they are judged.

use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::TestApp;
use crate::support::choice::{
    EXPIRED_CODE, MISMATCH, answer, choices, contacts, email_code, jane, prefer, respond,
};
use crate::support::signin::*;
use crate::support::texts::sessions::{INVALID, USED};
use crate::support::users::{all_at_once, attribute, code, inbox};

fn wrong(code: &str) -> &'static str {
    if code == "00000000" {
        "11111111"
    } else {
        "00000000"
    }
}

#[each_engine]
async fn wrong_codes_do_not_lock_and_twenty_burn_the_code(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let sub = jane(t, &s).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    for _ in 0..6 {
        assert_eq!(
            answer(
                t,
                email_code(&s.client, &asked["Session"], "jane", wrong(&digits))
            )
            .await
            .unwrap_err(),
            refusal(MISMATCH)
        );
    }
    t.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    for _ in 6..20 {
        assert_eq!(
            answer(
                t,
                email_code(&s.client, &asked["Session"], "jane", wrong(&digits))
            )
            .await
            .unwrap_err(),
            refusal(MISMATCH)
        );
    }
    let late = answer(t, email_code(&s.client, &asked["Session"], "jane", &digits)).await;
    assert_eq!(late.unwrap_err(), refusal(EXPIRED_CODE));
    // Another sign-in has another code.
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
        .await
        .unwrap();
}

#[each_engine]
async fn a_code_answers_the_step_that_it_was_sent_for_and_no_other(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let other = client_of(
        t,
        &s.pool,
        json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}),
    )
    .await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let sub = jane(t, &s).await;
    user_with(
        t,
        &s.pool,
        "mallory",
        contacts("m@example.com", "+15555550199"),
    )
    .await;
    let first = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let first_code = code(t, &s.pool, &sub).await;
    let second = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let second_code = code(t, &s.pool, &sub).await;
    assert_ne!(first_code, second_code);
    assert_eq!(
        answer(
            t,
            email_code(&s.client, &second["Session"], "jane", &first_code)
        )
        .await
        .unwrap_err(),
        refusal(MISMATCH)
    );
    let session = first["Session"].as_str().unwrap();
    let mut altered = session.to_owned();
    altered.replace_range(100..101, if &session[100..101] == "A" { "B" } else { "A" });
    for (input, refusal) in [
        (
            email_code(&other, &first["Session"], "jane", &first_code),
            INVALID,
        ),
        (
            email_code(&s.client, &first["Session"], "mallory", &first_code),
            INVALID,
        ),
        (
            email_code(&s.client, &json!(altered), "jane", &first_code),
            INVALID,
        ),
        (
            email_code(&s.client, &json!("x".repeat(40)), "jane", &first_code),
            "Invalid session provided",
        ),
        (
            respond(
                &s.client,
                "SMS_OTP",
                &first["Session"],
                json!({"USERNAME": "jane", "SMS_OTP_CODE": first_code}),
            ),
            INVALID,
        ),
        (
            select(
                &s.client,
                &first["Session"],
                json!({"ANSWER": "PASSWORD", "PASSWORD": PASSWORD}),
            ),
            INVALID,
        ),
        (
            respond(
                &s.client,
                "SOFTWARE_TOKEN_MFA",
                &first["Session"],
                json!({"USERNAME": "jane", "SOFTWARE_TOKEN_MFA_CODE": first_code}),
            ),
            INVALID,
        ),
    ] {
        assert_eq!(answer(t, input).await.unwrap_err(), not_authorized(refusal));
    }
    for (responses, session, missing) in [
        (json!({"EMAIL_OTP_CODE": first_code}), true, "USERNAME"),
        (json!({"USERNAME": "jane"}), true, "EMAIL_OTP_CODE"),
        (
            json!({"USERNAME": "jane", "EMAIL_OTP_CODE": first_code}),
            false,
            "Session",
        ),
    ] {
        let mut input = respond(&s.client, "EMAIL_OTP", &first["Session"], responses);
        if !session {
            input.as_object_mut().unwrap().remove("Session");
        }
        t.refused(
            "RespondToAuthChallenge",
            input,
            "InvalidParameterException",
            &format!("Missing required parameter {missing}"),
        )
        .await;
    }
    // The first code was not replaced by the second.
    answer(
        t,
        email_code(&s.client, &first["Session"], "jane", &first_code),
    )
    .await
    .unwrap();
    t.advance(3 * 60).await;
    let late = answer(
        t,
        email_code(&s.client, &second["Session"], "jane", &second_code),
    )
    .await;
    assert_eq!(
        late.unwrap_err(),
        not_authorized("Invalid session for the user, session is expired.")
    );
}

#[each_engine]
async fn the_session_of_the_longest_name_can_be_sent_back(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let name = "\u{10400}".repeat(128);
    let input = json!({
        "UserPoolId": s.pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": contacts("l@example.com", "+15555550100")
    });
    t.ok("AdminCreateUser", input).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, &name, "EMAIL_OTP"))
        .await;
    let digits = inbox(t, &s.pool).await[0]["code"]
        .as_str()
        .unwrap()
        .to_owned();
    answer(t, email_code(&s.client, &asked["Session"], &name, &digits))
        .await
        .unwrap();
}

#[each_engine]
async fn a_code_to_a_former_address_shows_nothing(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let sub = jane(t, &s).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    let change = json!({"UserPoolId": s.pool, "Username": "jane", "UserAttributes": [{"Name": "email", "Value": "new@example.com"}]});
    t.ok("AdminUpdateUserAttributes", change).await;
    assert_eq!(
        answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
            .await
            .unwrap_err(),
        not_authorized(INVALID)
    );
}

#[each_engine]
async fn an_address_belongs_to_whoever_verified_it_last(t: &TestApp) {
    let s = choices(t, json!({"AliasAttributes": ["email"]}), json!({})).await;
    let sub = jane(t, &s).await;
    let email = |verified: &str| json!([{"Name": "email", "Value": "jane@example.com"}, {"Name": "email_verified", "Value": verified}]);
    user_with(t, &s.pool, "june", email("true")).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
        .await
        .unwrap();
    let shown = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "jane@example.com"}),
        )
        .await;
    assert_eq!(shown["Username"], "jane");
    let shown = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "june"}),
        )
        .await;
    assert_eq!(attribute(&shown, "email_verified"), Some("false"));
}

#[each_engine]
async fn of_two_right_answers_at_once_one_wins(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    let sub = jane(t, &s).await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    let input = email_code(&s.client, &asked["Session"], "jane", &digits);
    let answers = all_at_once(t, "RespondToAuthChallenge", vec![input; 4]).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for lost in answers.into_iter().filter_map(Result::err) {
        assert_eq!(lost, not_authorized(USED));
    }
}

#[each_engine]
async fn codes_are_limited_per_user_and_per_destination(t: &TestApp) {
    let s = choices(t, json!({}), json!({})).await;
    jane(t, &s).await;
    for name in ["ann", "bob", "carl"] {
        user_with(
            t,
            &s.pool,
            name,
            json!([{"Name": "email", "Value": "Jane@example.com"}]),
        )
        .await;
    }
    let too_many = ("TooManyRequestsException", "Too many requests");
    for _ in 0..50 {
        t.ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
            .await;
    }
    t.refused(
        "InitiateAuth",
        prefer(&s.client, "jane", "EMAIL_OTP"),
        too_many.0,
        too_many.1,
    )
    .await;
    t.refused(
        "InitiateAuth",
        prefer(&s.client, "jane", "SMS_OTP"),
        too_many.0,
        too_many.1,
    )
    .await;
    for n in 0..50 {
        t.ok(
            "InitiateAuth",
            prefer(
                &s.client,
                if n % 2 == 0 { "ann" } else { "bob" },
                "EMAIL_OTP",
            ),
        )
        .await;
    }
    t.refused(
        "InitiateAuth",
        prefer(&s.client, "carl", "EMAIL_OTP"),
        too_many.0,
        too_many.1,
    )
    .await;
    assert_eq!(inbox(t, &s.pool).await.len(), 100);
    t.advance(3_601).await;
    t.ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
}
