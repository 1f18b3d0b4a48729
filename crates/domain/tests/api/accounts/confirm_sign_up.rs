//! ConfirmSignUp and ResendConfirmationCode.

use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::texts::codes::{EXPIRED, LIMIT, MISMATCH};
use crate::support::users::{
    PASSWORD, client, code, email_pool, inbox, pool, sign_up, with, wrong,
};

const NOT_FOUND: (&str, &str) = (
    "UserNotFoundException",
    "Username/client id combination not found.",
);

#[each_engine]
async fn wrong_codes_are_refused_and_limited_to_fifteen_an_hour(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let digits = code(t, &pool, "bob").await;
    let confirm =
        |code: &str| json!({"ClientId": client, "Username": "bob", "ConfirmationCode": code});
    for _ in 0..15 {
        t.refused(
            "ConfirmSignUp",
            confirm(wrong(&digits)),
            MISMATCH.0,
            MISMATCH.1,
        )
        .await;
    }
    t.refused("ConfirmSignUp", confirm(&digits), LIMIT.0, LIMIT.1)
        .await;
    t.advance(3601).await;
    for _ in 0..5 {
        t.refused(
            "ConfirmSignUp",
            confirm(wrong(&digits)),
            MISMATCH.0,
            MISMATCH.1,
        )
        .await;
    }
    // Twenty wrong answers burn the code, whatever the hour.
    t.refused(
        "ConfirmSignUp",
        confirm(&digits),
        "TooManyFailedAttemptsException",
        "Too many failed attempts, please request a code again.",
    )
    .await;
    t.ok(
        "ResendConfirmationCode",
        json!({"ClientId": client, "Username": "bob"}),
    )
    .await;
    let fresh = code(t, &pool, "bob").await;
    t.ok("ConfirmSignUp", confirm(&fresh)).await;
}

#[each_engine]
async fn a_code_ends_after_a_day_and_with_a_newer_one(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let first = code(t, &pool, "bob").await;
    let answer = t
        .ok(
            "ResendConfirmationCode",
            json!({"ClientId": client, "Username": "bob"}),
        )
        .await;
    assert_eq!(
        answer,
        json!({"CodeDeliveryDetails": {"Destination": "b***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}})
    );
    let second = code(t, &pool, "bob").await;
    assert_eq!(inbox(t, &pool).await[0]["kind"], "resend_code");
    let confirm =
        |code: &str| json!({"ClientId": client, "Username": "bob", "ConfirmationCode": code});
    if first != second {
        t.refused("ConfirmSignUp", confirm(&first), MISMATCH.0, MISMATCH.1)
            .await;
    }
    t.advance(86_400).await;
    t.refused("ConfirmSignUp", confirm(&second), EXPIRED.0, EXPIRED.1)
        .await;
}

#[each_engine]
async fn codes_are_resent_five_times_an_hour_and_not_to_confirmed_users(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let resend = json!({"ClientId": client, "Username": "bob"});
    for _ in 0..5 {
        t.ok("ResendConfirmationCode", resend.clone()).await;
    }
    t.refused("ResendConfirmationCode", resend.clone(), LIMIT.0, LIMIT.1)
        .await;
    let digits = code(t, &pool, "bob").await;
    t.ok(
        "ConfirmSignUp",
        json!({"ClientId": client, "Username": "bob", "ConfirmationCode": digits}),
    )
    .await;
    t.advance(3601).await;
    t.refused(
        "ResendConfirmationCode",
        resend,
        "InvalidParameterException",
        "User is already confirmed.",
    )
    .await;
}

#[each_engine]
async fn legacy_clients_are_told_that_a_user_is_unknown_or_disabled(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": pool, "Username": "bob"}),
    )
    .await;
    for (op, more) in [
        ("ResendConfirmationCode", json!({})),
        ("ConfirmSignUp", json!({"ConfirmationCode": "123456"})),
        ("ForgotPassword", json!({})),
        (
            "ConfirmForgotPassword",
            json!({"ConfirmationCode": "123456", "Password": PASSWORD}),
        ),
    ] {
        let input = with(json!({"ClientId": client, "Username": "nobody"}), more);
        t.refused(op, input.clone(), NOT_FOUND.0, NOT_FOUND.1).await;
        t.refused(
            op,
            with(input, json!({"Username": "bob"})),
            "NotAuthorizedException",
            "User is disabled.",
        )
        .await;
    }
}

#[each_engine]
async fn clients_that_hide_who_exists_answer_alike(t: &TestApp) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let client = client(t, &pool, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let resend = |name: &str| json!({"ClientId": client, "Username": name});
    let shape = |v: &serde_json::Value| {
        (
            v["CodeDeliveryDetails"]["DeliveryMedium"].clone(),
            v["CodeDeliveryDetails"]["AttributeName"].clone(),
        )
    };
    let known = t.ok("ResendConfirmationCode", resend("bob")).await;
    let unknown = t.ok("ResendConfirmationCode", resend("nobody")).await;
    assert_eq!(shape(&known), shape(&unknown));
    assert_eq!(
        unknown,
        t.ok("ResendConfirmationCode", resend("nobody")).await,
        "the pretended address stays"
    );
    let typed = t
        .ok("ResendConfirmationCode", resend("someone@example.org"))
        .await;
    assert_eq!(typed["CodeDeliveryDetails"]["Destination"], "s***@e***");
    // Both have a code now, and neither is told anything by a wrong answer.
    let digits = code(t, &pool, "bob").await;
    let confirm = |name: &str| json!({"ClientId": client, "Username": name, "ConfirmationCode": wrong(&digits)});
    t.refused("ConfirmSignUp", confirm("bob"), MISMATCH.0, MISMATCH.1)
        .await;
    t.refused("ConfirmSignUp", confirm("nobody"), MISMATCH.0, MISMATCH.1)
        .await;
    t.refused(
        "ConfirmSignUp",
        confirm("never-asked"),
        EXPIRED.0,
        EXPIRED.1,
    )
    .await;
    // The limits are the same, too.
    for _ in 0..3 {
        t.ok("ResendConfirmationCode", resend("nobody")).await;
    }
    t.refused("ResendConfirmationCode", resend("nobody"), LIMIT.0, LIMIT.1)
        .await;
    assert_eq!(
        inbox(t, &pool).await.len(),
        2,
        "nobody's messages are given up"
    );
}

#[each_engine]
async fn many_answers_at_once_use_a_code_up_once(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let digits = code(t, &pool, "bob").await;
    let confirm = json!({"ClientId": client, "Username": "bob", "ConfirmationCode": digits});
    let answers = crate::support::users::all_at_once(t, "ConfirmSignUp", vec![confirm; 16]).await;
    assert_eq!(
        answers.iter().filter(|a| a.is_ok()).count(),
        1,
        "{answers:?}"
    );
}

#[each_engine]
async fn a_code_of_a_deleted_user_is_worth_nothing_to_the_next_of_the_name(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let digits = code(t, &pool, "bob").await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": "bob"}),
    )
    .await;
    let input = json!({"ClientId": client, "Username": "bob", "Password": PASSWORD});
    t.ok("SignUp", input).await;
    let confirm = json!({"ClientId": client, "Username": "bob", "ConfirmationCode": digits});
    t.refused("ConfirmSignUp", confirm, EXPIRED.0, EXPIRED.1)
        .await;
}

#[each_engine]
async fn of_64_guesses_at_once_at_most_fifteen_are_judged(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let digits = code(t, &pool, "bob").await;
    let guess = json!({"ClientId": client, "Username": "bob", "ConfirmationCode": wrong(&digits)});
    let mut judged = 0;
    for _ in 0..4 {
        for answer in
            crate::support::users::all_at_once(t, "ConfirmSignUp", vec![guess.clone(); 64]).await
        {
            let (code, message) = answer.unwrap_err();
            match code.as_str() {
                "CodeMismatchException" => judged += 1,
                _ => assert_eq!((code.as_str(), message.as_str()), LIMIT),
            }
        }
    }
    assert_eq!(judged, 15);
    let confirm = json!({"ClientId": client, "Username": "bob", "ConfirmationCode": digits});
    t.refused("ConfirmSignUp", confirm, LIMIT.0, LIMIT.1).await;
}
