//! How many codes an address gets and how many wrong answers to them are judged, whatever their purpose and their
//! caller.

use cognate_store::params;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::choice::{answer, choices, email_code, prefer};
use crate::support::signin::{refusal, site_with, user_with};
use crate::support::texts::codes::{LIMIT, MISMATCH};
use crate::support::users::*;

const TOO_MANY: (&str, &str) = ("TooManyRequestsException", "Too many requests");
const HOUR: i64 = 3_601;
const DAY: i64 = 86_401;

fn confirm(client: &str, name: &str, code: &str) -> Value {
    json!({"ClientId": client, "Username": name, "ConfirmationCode": code})
}

fn reset(client: &str, name: &str, code: &str) -> Value {
    with(
        confirm(client, name, code),
        json!({"Password": "An0ther-one"}),
    )
}

fn named(client: &str, name: &str) -> Value {
    json!({"ClientId": client, "Username": name})
}

fn sign_up_with(client: &str, name: &str, address: &str) -> Value {
    json!({
        "ClientId": client, "Username": name, "Password": PASSWORD,
        "UserAttributes": [{"Name": "email", "Value": address}],
    })
}

async fn refused(t: &TestApp, op: &str, input: Value, expected: (&str, &str)) {
    t.refused(op, input, expected.0, expected.1).await;
}

/// Rows that count, in all: subject and number.
async fn counts(t: &TestApp, kind: &str) -> Vec<(String, i64)> {
    let sql = "SELECT subject, n FROM attempts WHERE kind = ?1 ORDER BY n, subject";
    let rows = t.app.store.rows(sql, params![kind]).await.unwrap();
    rows.iter()
        .map(|row| (row.text(0).unwrap().to_owned(), row.int(1).unwrap()))
        .collect()
}

#[each_engine]
async fn wrong_answers_are_counted_by_address_over_all_sign_ups(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    for (name, address) in [
        ("a", "jane@example.com"),
        ("b", "Jane@Example.com"),
        ("c", "JANE@example.com"),
        ("d", "joan@example.com"),
    ] {
        sign_up(t, &client, name, address).await;
    }
    for name in ["a", "b"] {
        let digits = code(t, &pool, name).await;
        for _ in 0..15 {
            refused(
                t,
                "ConfirmSignUp",
                confirm(&client, name, wrong(&digits)),
                MISMATCH,
            )
            .await;
        }
    }
    // Neither a wrong answer nor the right one is judged any more, whose sign-up it may be.
    let digits = code(t, &pool, "c").await;
    refused(
        t,
        "ConfirmSignUp",
        confirm(&client, "c", wrong(&digits)),
        LIMIT,
    )
    .await;
    refused(t, "ConfirmSignUp", confirm(&client, "c", &digits), LIMIT).await;
    t.advance(HOUR).await;
    t.ok("ResendConfirmationCode", named(&client, "c")).await;
    let digits = code(t, &pool, "c").await;
    refused(t, "ConfirmSignUp", confirm(&client, "c", &digits), LIMIT).await;
    // Another address of the pool and the same address of another pool have counts of their own.
    let digits = code(t, &pool, "d").await;
    t.ok("ConfirmSignUp", confirm(&client, "d", &digits)).await;
    let (other, other_client) = email_pool(t).await;
    confirmed(t, &other, &other_client, "a", "jane@example.com").await;
    // No row says whose address it is.
    let rows = counts(t, "code_wrong").await;
    assert_eq!(rows.last().unwrap().1, 30);
    assert!(
        rows.iter()
            .all(|(subject, _)| subject.len() == 64
                && subject.bytes().all(|b| b.is_ascii_hexdigit()))
    );
    // A day after the first.
    t.advance(DAY - HOUR).await;
    t.ok("ResendConfirmationCode", named(&client, "c")).await;
    let digits = code(t, &pool, "c").await;
    t.ok("ConfirmSignUp", confirm(&client, "c", &digits)).await;
}

#[each_engine]
async fn a_right_answer_gives_no_new_guesses(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    for name in ["a", "b", "owner", "c"] {
        sign_up(t, &client, name, "jane@example.com").await;
    }
    for (name, times) in [("a", 15), ("b", 14)] {
        let digits = code(t, &pool, name).await;
        for _ in 0..times {
            refused(
                t,
                "ConfirmSignUp",
                confirm(&client, name, wrong(&digits)),
                MISMATCH,
            )
            .await;
        }
    }
    let digits = code(t, &pool, "owner").await;
    t.ok("ConfirmSignUp", confirm(&client, "owner", &digits))
        .await;
    refused(
        t,
        "ConfirmSignUp",
        confirm(&client, "c", "wrong1"),
        MISMATCH,
    )
    .await;
    refused(t, "ConfirmSignUp", confirm(&client, "c", "wrong1"), LIMIT).await;
}

#[each_engine]
async fn every_way_to_prove_an_address_shares_its_counts(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "john", "john@example.com").await;
    let token = access_token(t, &client, "john", PASSWORD).await;
    let change = json!({"AccessToken": token, "UserAttributes": [{"Name": "email", "Value": "jane@example.com"}]});
    t.ok("UpdateUserAttributes", change).await;
    let verify =
        |digits: &str| json!({"AccessToken": token, "AttributeName": "email", "Code": digits});
    let digits = code(t, &pool, "john").await;
    for _ in 0..15 {
        refused(t, "VerifyUserAttribute", verify(wrong(&digits)), MISMATCH).await;
    }
    sign_up(t, &client, "a", "jane@example.com").await;
    let of_sign_up = code(t, &pool, "a").await;
    for _ in 0..15 {
        refused(
            t,
            "ConfirmSignUp",
            confirm(&client, "a", wrong(&of_sign_up)),
            MISMATCH,
        )
        .await;
    }
    t.advance(HOUR).await;
    let token = access_token(t, &client, "john", PASSWORD).await;
    refused(
        t,
        "VerifyUserAttribute",
        with(verify(&digits), json!({"AccessToken": token})),
        LIMIT,
    )
    .await;
    refused(
        t,
        "ConfirmSignUp",
        confirm(&client, "a", &of_sign_up),
        LIMIT,
    )
    .await;
}

#[each_engine]
async fn an_address_gets_fifty_codes_an_hour_to_prove_it(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "jane", "jane@example.com").await;
    confirmed(t, &pool, &client, "john", "john@example.com").await;
    let token = access_token(t, &client, "john", PASSWORD).await;
    for n in 1..50 {
        sign_up(t, &client, &format!("u{n}"), "Jane@example.com").await;
    }
    let sent = inbox(t, &pool).await.len();
    refused(
        t,
        "SignUp",
        sign_up_with(&client, "late", "jane@example.com"),
        LIMIT,
    )
    .await;
    refused(
        t,
        "AdminGetUser",
        json!({"UserPoolId": pool, "Username": "late"}),
        ("UserNotFoundException", "User does not exist."),
    )
    .await;
    refused(t, "ResendConfirmationCode", named(&client, "u1"), LIMIT).await;
    // What a change of the own address asks for is refused with the change.
    let attributes = json!([{"Name": "email", "Value": "jane@example.com"}]);
    refused(
        t,
        "UpdateUserAttributes",
        json!({"AccessToken": token, "UserAttributes": attributes}),
        TOO_MANY,
    )
    .await;
    refused(
        t,
        "AdminUpdateUserAttributes",
        json!({"UserPoolId": pool, "Username": "john", "UserAttributes": attributes}),
        TOO_MANY,
    )
    .await;
    assert_eq!(
        attribute(&user(t, &pool, "john").await, "email"),
        Some("john@example.com")
    );
    assert_eq!(inbox(t, &pool).await.len(), sent);
    // The owner of the address is not shut out of the own account.
    t.ok("ForgotPassword", named(&client, "jane")).await;
    let digits = code(t, &pool, "jane").await;
    t.ok("ConfirmForgotPassword", reset(&client, "jane", &digits))
        .await;
    t.advance(HOUR).await;
    sign_up(t, &client, "late", "jane@example.com").await;
}

#[each_engine]
async fn a_user_is_sent_fifty_codes_an_hour_wherever_they_go(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "john", "john@example.com").await;
    let token = access_token(t, &client, "john", PASSWORD).await;
    let change = |n: usize| json!({"AccessToken": token, "UserAttributes": [{"Name": "email", "Value": format!("victim{n}@example.com")}]});
    for n in 0..50 {
        t.ok("UpdateUserAttributes", change(n)).await;
    }
    refused(t, "UpdateUserAttributes", change(50), TOO_MANY).await;
    t.advance(HOUR).await;
    let token = access_token(t, &client, "john", PASSWORD).await;
    t.ok(
        "UpdateUserAttributes",
        with(change(50), json!({"AccessToken": token})),
    )
    .await;
}

#[each_engine]
async fn an_administrator_resets_a_password_fifty_times_an_hour(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "jane", "jane@example.com").await;
    let jane = json!({"UserPoolId": pool, "Username": "jane"});
    for _ in 0..50 {
        t.ok("AdminResetUserPassword", jane.clone()).await;
    }
    refused(t, "AdminResetUserPassword", jane.clone(), LIMIT).await;
    // Setting one needs no code.
    t.ok(
        "AdminSetUserPassword",
        with(jane, json!({"Password": PASSWORD, "Permanent": true})),
    )
    .await;
    sign_in(t, &client, "jane", PASSWORD).await.unwrap();
}

#[each_engine]
async fn of_sixty_four_answers_at_once_no_more_are_judged(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let mut digits = Vec::new();
    for n in 0..64 {
        if n == 40 {
            t.advance(HOUR).await;
        }
        let name = format!("u{n}");
        sign_up(t, &client, &name, "jane@example.com").await;
        digits.push(code(t, &pool, &name).await);
    }
    let inputs = digits
        .iter()
        .enumerate()
        .map(|(n, digits)| confirm(&client, &format!("u{n}"), wrong(digits)))
        .collect();
    let answers = all_at_once(t, "ConfirmSignUp", inputs).await;
    let judged = answers
        .iter()
        .filter(|answer| answer.as_ref().unwrap_err() == &refusal(MISMATCH))
        .count();
    let limited = answers
        .iter()
        .filter(|answer| answer.as_ref().unwrap_err() == &refusal(LIMIT))
        .count();
    assert_eq!((judged, limited), (30, 34));
    assert_eq!(counts(t, "code_wrong").await.last().unwrap().1, 30);
    let right = digits
        .iter()
        .enumerate()
        .map(|(n, digits)| confirm(&client, &format!("u{n}"), digits))
        .collect();
    for answer in all_at_once(t, "ConfirmSignUp", right).await {
        assert_eq!(answer.unwrap_err(), refusal(LIMIT));
    }
}

#[each_engine]
async fn of_sixty_four_sign_ups_at_once_fifty_are_sent_a_code(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let inputs = (0..64)
        .map(|n| sign_up_with(&client, &format!("u{n}"), "jane@example.com"))
        .collect();
    let answers = all_at_once(t, "SignUp", inputs).await;
    let (sent, not): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((sent.len(), not.len()), (50, 14));
    for answer in not {
        assert_eq!(answer.unwrap_err(), refusal(LIMIT));
    }
    assert_eq!(inbox(t, &pool).await.len(), 50);
}

/// Users and unknown names are refused after the same answers, at the same cost.
#[each_engine]
async fn a_new_password_is_guessed_thirty_times_a_day_and_nobody_looks_alike(t: &TestApp) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let client = client(t, &pool, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    confirmed(t, &pool, &client, "jane", "jane@example.com").await;
    confirmed(t, &pool, &client, "joan", "joan@example.com").await;
    let mut all = Vec::new();
    for name in ["jane", "nobody"] {
        let mut seen = Vec::new();
        for n in 0..4 {
            t.advance(if n == 0 { DAY } else { HOUR }).await;
            for step in 0..11 {
                let (op, input) = match step {
                    0 => ("ForgotPassword", named(&client, name)),
                    _ => ("ConfirmForgotPassword", reset(&client, name, "wrong1")),
                };
                t.hold(&pool, &client).await;
                let before = t.app.store.work();
                let answer = t.call(op, input).await;
                let after = t.app.store.work();
                let work = [
                    after.reads - before.reads,
                    after.commits - before.commits,
                    after.statements - before.statements,
                ];
                seen.push((answer.err(), work));
            }
        }
        all.push(seen);
    }
    assert_eq!(all[0], all[1]);
    let refusals: Vec<_> = all[0]
        .iter()
        .filter_map(|(refusal, _)| refusal.clone())
        .collect();
    assert_eq!(refusals[..30], vec![refusal(MISMATCH); 30]);
    assert_eq!(refusals[30..], vec![refusal(LIMIT); 10]);
    // One of them has the right code.
    let digits = code(t, &pool, "jane").await;
    assert_eq!(
        t.call("ConfirmForgotPassword", reset(&client, "jane", &digits))
            .await
            .unwrap_err()
            .0,
        "ExpiredCodeException"
    );
    // Another user's is as good as before.
    t.ok("ForgotPassword", named(&client, "joan")).await;
    let digits = code(t, &pool, "joan").await;
    t.ok("ConfirmForgotPassword", reset(&client, "joan", &digits))
        .await;
}

#[each_engine]
async fn what_is_sent_to_nobody_counts_for_no_address(t: &TestApp) {
    let s = site_with(
        t,
        json!({"AutoVerifiedAttributes": ["email"]}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    for name in ["jane@example.com", "JANE@example.com"] {
        for _ in 0..5 {
            t.ok("ResendConfirmationCode", named(&s.client, name)).await;
        }
    }
    let rows = counts(t, "code_sent").await;
    sign_up(t, &s.client, "jane", "jane@example.com").await;
    let after = counts(t, "code_sent").await;
    assert_eq!(after.len(), rows.len() + 1);
}

#[each_engine]
async fn first_factors_take_a_hundred_wrong_codes_a_day_and_leave_the_password_alone(t: &TestApp) {
    let s = choices(t, json!({"AutoVerifiedAttributes": ["email"]}), json!({})).await;
    let address = json!([{"Name": "email", "Value": "jane@example.com"}, {"Name": "email_verified", "Value": "true"}]);
    user_with(t, &s.pool, "jane", address).await;
    for _ in 0..5 {
        let asked = t
            .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
            .await;
        for _ in 0..20 {
            let guess = email_code(&s.client, &asked["Session"], "jane", "wrong-12");
            assert_eq!(
                answer(t, guess).await.unwrap_err(),
                refusal(crate::support::choice::MISMATCH)
            );
        }
    }
    // As many in a row close the factor as well; when an administrator opens it, the bound of the address still holds.
    t.refused(
        "InitiateAuth",
        prefer(&s.client, "jane", "EMAIL_OTP"),
        "NotAuthorizedException",
        "Password attempts exceeded",
    )
    .await;
    t.ok(
        "AdminEnableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, "jane").await;
    assert_eq!(
        answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
            .await
            .unwrap_err(),
        refusal(TOO_MANY)
    );
    sign_in(t, &s.client, "jane", PASSWORD).await.unwrap();
    t.ok("ForgotPassword", named(&s.client, "jane")).await;
    let digits = code(t, &s.pool, "jane").await;
    t.ok("ConfirmForgotPassword", reset(&s.client, "jane", &digits))
        .await;
}
