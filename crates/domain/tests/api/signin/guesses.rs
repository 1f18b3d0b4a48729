//! Wrong answers to one factor add up over codes, sessions and days; and what strangers learn and leave behind.

use cognate_store::params;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::choice::*;
use crate::support::mfa as mfa_support;
use crate::support::signin::*;
use crate::support::users::{attribute, code};

const QUARTER: i64 = 15 * 60;
const DAY: i64 = 86_400;

/// Creates a pool with one-time passwords and a client that hides which users exist, with its user `jane`.
async fn hiding(t: &TestApp) -> Site {
    let s = choices(
        t,
        json!({}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    jane(t, &s).await;
    s
}

/// Answers a code wrongly twenty times; how many answers were judged.
async fn twenty_wrong(t: &TestApp, s: &Site, name: &str) -> usize {
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, name, "EMAIL_OTP"))
        .await;
    for n in 0..20 {
        let input = email_code(&s.client, &asked["Session"], name, "123456789");
        let refused = answer(t, input).await.unwrap_err();
        if refused == refusal(LOCKED) {
            return n;
        }
        assert_eq!(refused, refusal(MISMATCH));
    }
    20
}

async fn sends_no_code(t: &TestApp, s: &Site, name: &str) {
    t.refused(
        "InitiateAuth",
        prefer(&s.client, name, "EMAIL_OTP"),
        LOCKED.0,
        LOCKED.1,
    )
    .await;
    let list = t
        .ok("InitiateAuth", begin(&s.client, json!({"USERNAME": name})))
        .await;
    let responses = json!({"USERNAME": name, "ANSWER": "EMAIL_OTP"});
    let input = respond(&s.client, "SELECT_CHALLENGE", &list["Session"], responses);
    assert_eq!(answer(t, input).await.unwrap_err(), refusal(LOCKED));
}

/// Returns the number of rows of attempts whose kind begins with `kind`.
async fn counted(t: &TestApp, s: &Site, kind: &str) -> usize {
    let sql = "SELECT kind FROM attempts WHERE pool_id = ?1";
    let rows = t.app.store.rows(sql, params![&s.pool]).await.unwrap();
    rows.iter()
        .filter(|row| row.text(0).unwrap().starts_with(kind))
        .count()
}

#[each_engine]
async fn ten_wrong_second_factors_in_a_day_close_it_for_who_knows_the_password(t: &TestApp) {
    let (s, app) = mfa_support::jane_with_app(t).await;
    let wrong = async || {
        let asked = mfa_support::challenge(t, &s).await;
        mfa_support::respond(
            t,
            &s,
            &asked,
            json!({"SOFTWARE_TOKEN_MFA_CODE": app.wrong(t)}),
        )
        .await
        .unwrap_err()
    };
    for _ in 0..9 {
        assert_eq!(wrong().await, refusal(mfa_support::WRONG_TOTP));
        // The lockout forgets.
        t.advance(QUARTER + 1).await;
    }
    // The user's own sign-in, with the right code, gives no further guesses.
    let asked = mfa_support::challenge(t, &s).await;
    let done = mfa_support::respond(
        t,
        &s,
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    )
    .await
    .unwrap();
    mfa_support::assert_signed_in(&done);
    mfa_support::later(t).await;
    let open = mfa_support::challenge(t, &s).await;
    assert_eq!(wrong().await, refusal(mfa_support::WRONG_TOTP));
    // Not even the right code is judged now, and none is asked for.
    let late = mfa_support::respond(
        t,
        &s,
        &open,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    )
    .await;
    assert_eq!(late.unwrap_err(), refusal(LOCKED));
    t.advance(QUARTER + 1).await;
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        LOCKED.0,
        LOCKED.1,
    )
    .await;
    // Who does not know the password does not learn that.
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", "wrong"),
        WRONG.0,
        WRONG.1,
    )
    .await;
    // The window has an end of its own, a day after the first wrong answer.
    t.advance(DAY - 11 * (QUARTER + 1)).await;
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        LOCKED.0,
        LOCKED.1,
    )
    .await;
    t.advance(QUARTER).await;
    mfa_support::later(t).await;
    let asked = mfa_support::challenge(t, &s).await;
    let done = mfa_support::respond(
        t,
        &s,
        &asked,
        json!({"SOFTWARE_TOKEN_MFA_CODE": app.code(t)}),
    )
    .await
    .unwrap();
    mfa_support::assert_signed_in(&done);
}

#[each_engine]
async fn an_administrator_opens_a_closed_second_factor(t: &TestApp) {
    let (s, app) = mfa_support::jane_with_app(t).await;
    let close = async || {
        for _ in 0..10 {
            let asked = mfa_support::challenge(t, &s).await;
            let wrong = json!({"SOFTWARE_TOKEN_MFA_CODE": app.wrong(t)});
            assert_eq!(
                mfa_support::respond(t, &s, &asked, wrong)
                    .await
                    .unwrap_err(),
                refusal(mfa_support::WRONG_TOTP)
            );
            t.advance(QUARTER + 1).await;
        }
        t.refused(
            "InitiateAuth",
            by_password(&s.client, "jane", PASSWORD),
            LOCKED.0,
            LOCKED.1,
        )
        .await;
    };
    close().await;
    set_password(t, &s.pool, "jane", PASSWORD).await;
    mfa_support::challenge(t, &s).await;
    close().await;
    t.ok(
        "AdminEnableUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    mfa_support::challenge(t, &s).await;
}

#[each_engine]
async fn a_hundred_wrong_one_time_passwords_over_days_close_that_factor_for_users_and_unknown_names(
    t: &TestApp,
) {
    let s = hiding(t).await;
    for name in ["jane", "nobody@example.com"] {
        for _ in 0..5 {
            assert_eq!(twenty_wrong(t, &s, name).await, 20, "{name}");
            t.advance(DAY + 3_600).await;
        }
        sends_no_code(t, &s, name).await;
        t.advance(27 * DAY).await;
        sends_no_code(t, &s, name).await;
    }
    // No other factor is closed.
    let sub = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "jane"}),
        )
        .await;
    let sub = attribute(&sub, "sub").unwrap().to_owned();
    t.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    for _ in 0..4 {
        twenty_wrong(t, &s, "jane").await;
        t.advance(DAY + 3_600).await;
    }
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    assert_eq!(twenty_wrong(t, &s, "jane").await, 20);
    // A code that was sent before is not judged any more.
    assert_eq!(
        answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
            .await
            .unwrap_err(),
        refusal(LOCKED)
    );
    sends_no_code(t, &s, "jane").await;
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "SMS_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    let input = respond(
        &s.client,
        "SMS_OTP",
        &asked["Session"],
        json!({"USERNAME": "jane", "SMS_OTP_CODE": digits}),
    );
    answer(t, input).await.unwrap();
    // Nor does the right answer to another one open it. An administrator does.
    sends_no_code(t, &s, "jane").await;
    set_password(t, &s.pool, "jane", PASSWORD).await;
    t.ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    // The name without a user is free again after thirty quiet days.
    t.ok(
        "InitiateAuth",
        prefer(&s.client, "nobody@example.com", "EMAIL_OTP"),
    )
    .await;
}

#[each_engine]
async fn a_right_one_time_password_ends_the_row_of_wrong_ones(t: &TestApp) {
    let s = hiding(t).await;
    let sub = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "jane"}),
        )
        .await;
    let sub = attribute(&sub, "sub").unwrap().to_owned();
    assert_eq!(twenty_wrong(t, &s, "jane").await, 20);
    assert_eq!(counted(t, &s, "wrong:first EMAIL_OTP").await, 1);
    let asked = t
        .ok("InitiateAuth", prefer(&s.client, "jane", "EMAIL_OTP"))
        .await;
    let digits = code(t, &s.pool, &sub).await;
    answer(t, email_code(&s.client, &asked["Session"], "jane", &digits))
        .await
        .unwrap();
    assert_eq!(counted(t, &s, "wrong:").await, 0);
}

#[each_engine]
async fn unknown_names_have_what_the_users_of_the_pool_have(t: &TestApp) {
    let required = json!({"Schema": [{"Name": "email", "Required": true}]});
    let s = choices(
        t,
        required,
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    let list = async |name: &str| {
        t.ok("InitiateAuth", begin(&s.client, json!({"USERNAME": name})))
            .await["AvailableChallenges"]
            .clone()
    };
    // In an empty pool by the schema.
    for n in 0..20 {
        let shown = list(&format!("early{n}")).await;
        assert!(
            shown.as_array().unwrap().starts_with(&[
                json!("PASSWORD_SRP"),
                json!("PASSWORD"),
                json!("EMAIL_OTP")
            ]),
            "{shown}"
        );
    }
    for n in 0..3 {
        user_with(
            t,
            &s.pool,
            &format!("user{n}"),
            json!([{"Name": "email", "Value": format!("u{n}@example.com")}]),
        )
        .await;
    }
    let users = list("user0").await;
    assert_eq!(users, json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]));
    for n in 0..60 {
        assert_eq!(list(&format!("nobody{n}")).await, users, "nobody{n}");
        assert_eq!(
            list(&format!("nobody{n}@example.com")).await,
            users,
            "nobody{n}@example.com"
        );
    }
    // Where users have no passwords, unknown names have none either.
    without_password(t, &s.pool).await;
    assert_eq!(list("user0").await, json!(["EMAIL_OTP"]));
    assert_eq!(list("nobody1").await, json!(["EMAIL_OTP"]));
    // A user who is disabled shows what they showed before.
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "user0"}),
    )
    .await;
    assert_eq!(list("user0").await, json!(["EMAIL_OTP"]));
}

#[each_engine]
async fn sign_ins_that_were_refused_before_any_proof_leave_one_event_a_minute_for_a_day(
    t: &TestApp,
) {
    let events = async |s: &Site| {
        let sql = "SELECT expires - at FROM auth_events WHERE pool_id = ?1";
        let rows = t.app.store.rows(sql, params![&s.pool]).await.unwrap();
        rows.iter()
            .map(|row| row.int(0).unwrap() / 1_000_000)
            .collect::<Vec<_>>()
    };
    let unconfirmed = ("UserNotConfirmedException", "User is not confirmed.");
    let reset = (
        "PasswordResetRequiredException",
        "Password reset required for the user",
    );
    for (status, refused) in [("UNCONFIRMED", unconfirmed), ("RESET_REQUIRED", reset)] {
        let s = site_with(t, watched(), json!({})).await;
        user(t, &s.pool, "jane").await;
        set_status(t, &s.pool, status).await;
        let now = t.app.clock.service() / 1_000_000;
        t.advance(61 - now % 60).await;
        for _ in 0..10 {
            t.refused(
                "InitiateAuth",
                by_password(&s.client, "jane", "wrong"),
                refused.0,
                refused.1,
            )
            .await;
            assert_eq!(
                Srp::start(t, &s.client, "jane").await.err().unwrap(),
                refusal(refused)
            );
        }
        let seen = events(&s).await;
        assert_eq!(seen.len(), 1, "{status}");
        assert!(
            seen.iter().all(|kept| (DAY..=DAY + 60).contains(kept)),
            "{seen:?}"
        );
        t.advance(60).await;
        t.refused(
            "InitiateAuth",
            by_password(&s.client, "jane", PASSWORD),
            refused.0,
            refused.1,
        )
        .await;
        assert_eq!(events(&s).await.len(), 2, "{status}");
    }
}

#[each_engine]
async fn a_timestamp_of_another_form_is_told_and_counts_for_nothing(t: &TestApp) {
    let s = site_with(
        t,
        json!({}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    user(t, &s.pool, "jane").await;
    let form = (
        "InvalidParameterException",
        "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english",
    );
    for name in ["jane", "nobody"] {
        let started = Srp::start(t, &s.client, name).await.unwrap();
        for wrong in [
            "lun. avr. 4 08:15:00 UTC 2022",
            "2022-04-04T08:15:00Z",
            "now",
            "1649060100",
        ] {
            for password in [PASSWORD, "wrong"] {
                let responses = started.responses_at(&s.pool, password, wrong);
                t.refused(
                    "RespondToAuthChallenge",
                    verify(&s.client, responses),
                    form.0,
                    form.1,
                )
                .await;
            }
        }
        // A signature that is none counts for nothing either.
        for signature in ["no base64", "AAAA"] {
            for _ in 0..5 {
                let mut responses = started.responses(&s.pool, PASSWORD);
                responses["PASSWORD_CLAIM_SIGNATURE"] = json!(signature);
                t.refused(
                    "RespondToAuthChallenge",
                    verify(&s.client, responses),
                    WRONG.0,
                    WRONG.1,
                )
                .await;
            }
        }
        if name == "jane" {
            let right: Value = verify(&s.client, started.responses(&s.pool, PASSWORD));
            t.ok("RespondToAuthChallenge", right).await;
        }
    }
    assert_eq!(counted(t, &s, "").await, 0);
}
