//! SMS_MFA, EMAIL_OTP as the second factor, SELECT_MFA_TYPE.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::mfa::*;
use crate::support::signin::{Site, Srp, by_password, not_authorized, refusal, verify};
use crate::support::users::{attribute, user};

/// Creates jane with a number and an address, both turned on, in a pool that offers every factor.
async fn jane_with_both(t: &TestApp) -> Site {
    let all = ["SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA"];
    let s = mfa_site(t, "OPTIONAL", &all).await;
    jane(t, &s, &["email", "phone_number"]).await;
    prefer(
        t,
        &s,
        json!({"SMSMfaSettings": {"Enabled": true}, "EmailMfaSettings": {"Enabled": true}}),
    )
    .await;
    s
}

/// Creates jane with one of them.
async fn jane_with(t: &TestApp, factor: &str) -> Site {
    let s = mfa_site(t, "OPTIONAL", &[factor]).await;
    let (has, setting) = match factor {
        "SMS_MFA" => ("phone_number", "SMSMfaSettings"),
        _ => ("email", "EmailMfaSettings"),
    };
    jane(t, &s, &[has]).await;
    prefer(t, &s, json!({setting: {"Enabled": true}})).await;
    s
}

fn other(code: &str) -> String {
    let digit = if code.starts_with('0') { "1" } else { "0" };
    format!("{digit}{}", &code[1..])
}

#[each_engine]
async fn a_code_comes_by_sms_and_the_number_is_verified_by_it(t: &TestApp) {
    let s = jane_with(t, "SMS_MFA").await;
    let asked = challenge(t, &s).await;
    assert_eq!(asked["ChallengeName"], "SMS_MFA");
    assert_eq!(
        asked["ChallengeParameters"],
        json!({
            "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS", "CODE_DELIVERY_DESTINATION": "+*******4444", "USER_ID_FOR_SRP": "jane",
        })
    );
    let message = &inbox(t, &s.pool).await[0];
    let code = message["code"].as_str().unwrap();
    assert_eq!(
        (code.len(), &message["to"], &message["channel"]),
        (6, &json!(PHONE), &json!("SMS"))
    );
    assert_eq!(
        message["body"],
        format!("Your verification code is {code}. ")
    );
    let wrong = respond(t, &s, &asked, json!({"SMS_MFA_CODE": other(code)})).await;
    assert_eq!(wrong.unwrap_err(), refusal(WRONG_CODE));
    assert_eq!(
        attribute(&user(t, &s.pool, "jane").await, "phone_number_verified"),
        None
    );
    assert_signed_in(
        &respond(t, &s, &asked, json!({"SMS_MFA_CODE": code}))
            .await
            .unwrap(),
    );
    assert_eq!(
        attribute(&user(t, &s.pool, "jane").await, "phone_number_verified"),
        Some("true")
    );
    let again = respond(t, &s, &asked, json!({"SMS_MFA_CODE": code})).await;
    assert_eq!(again.unwrap_err(), not_authorized(USED));
}

#[each_engine]
async fn a_code_comes_by_email_and_the_address_is_verified_by_it(t: &TestApp) {
    let s = jane_with(t, "EMAIL_OTP").await;
    let started = Srp::start(t, &s.client, "jane").await.unwrap();
    let asked = t
        .ok(
            "RespondToAuthChallenge",
            verify(&s.client, started.responses(&s.pool, PASSWORD)),
        )
        .await;
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    assert_eq!(
        asked["ChallengeParameters"],
        json!({
            "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL", "CODE_DELIVERY_DESTINATION": "j***@e***",
        })
    );
    let code = code(t, &s.pool, "jane").await;
    assert_eq!(code.len(), 8);
    let missing = respond(t, &s, &asked, json!({"SMS_MFA_CODE": code})).await;
    assert_eq!(
        missing.unwrap_err(),
        refusal((
            "InvalidParameterException",
            "Missing required parameter EMAIL_OTP_CODE"
        ))
    );
    assert_signed_in(
        &respond(t, &s, &asked, json!({"EMAIL_OTP_CODE": code}))
            .await
            .unwrap(),
    );
    assert_eq!(
        attribute(&user(t, &s.pool, "jane").await, "email_verified"),
        Some("true")
    );
    // A second time nothing is left to verify.
    let asked = challenge(t, &s).await;
    let code = crate::support::mfa::code(t, &s.pool, "jane").await;
    assert_signed_in(
        &respond(t, &s, &asked, json!({"EMAIL_OTP_CODE": code}))
            .await
            .unwrap(),
    );
}

#[each_engine]
async fn a_code_belongs_to_its_session_and_ends_with_it(t: &TestApp) {
    let s = jane_with(t, "SMS_MFA").await;
    let first = challenge(t, &s).await;
    let first_code = code(t, &s.pool, "jane").await;
    let second = challenge(t, &s).await;
    let second_code = code(t, &s.pool, "jane").await;
    if first_code != second_code {
        let crossed = respond(t, &s, &first, json!({"SMS_MFA_CODE": second_code})).await;
        assert_eq!(crossed.unwrap_err(), refusal(WRONG_CODE));
    }
    assert_signed_in(
        &respond(t, &s, &first, json!({"SMS_MFA_CODE": first_code}))
            .await
            .unwrap(),
    );
    t.advance(181).await;
    let late = respond(t, &s, &second, json!({"SMS_MFA_CODE": second_code})).await;
    assert_eq!(
        late.unwrap_err(),
        not_authorized("Invalid session for the user, session is expired.")
    );
}

#[each_engine]
async fn a_code_to_a_number_that_changed_since_signs_nobody_in(t: &TestApp) {
    let s = jane_with(t, "SMS_MFA").await;
    let asked = challenge(t, &s).await;
    let old = code(t, &s.pool, "jane").await;
    let number = json!([{"Name": "phone_number", "Value": "+15555550000"}]);
    t.ok(
        "AdminUpdateUserAttributes",
        of_jane(&s, json!({"UserAttributes": number})),
    )
    .await;
    let stale = respond(t, &s, &asked, json!({"SMS_MFA_CODE": old})).await;
    assert_eq!(stale.unwrap_err(), not_authorized(INVALID));
}

#[each_engine]
async fn wrong_codes_lock_like_wrong_passwords_and_the_lock_outlasts_a_new_code(t: &TestApp) {
    let s = jane_with(t, "EMAIL_OTP").await;
    let asked = challenge(t, &s).await;
    let right = code(t, &s.pool, "jane").await;
    for _ in 0..5 {
        let wrong = respond(t, &s, &asked, json!({"EMAIL_OTP_CODE": other(&right)})).await;
        assert_eq!(wrong.unwrap_err(), refusal(WRONG_CODE));
    }
    let locked = not_authorized("Password attempts exceeded");
    let given = json!({"EMAIL_OTP_CODE": right});
    assert_eq!(
        respond(t, &s, &asked, given.clone()).await.unwrap_err(),
        locked
    );
    let begun = t
        .call("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    assert_eq!(begun.unwrap_err(), locked);
    t.advance(2).await;
    assert_signed_in(&respond(t, &s, &asked, given).await.unwrap());
}

#[each_engine]
async fn one_code_given_twice_at_once_signs_in_once(t: &TestApp) {
    let s = jane_with(t, "SMS_MFA").await;
    let asked = challenge(t, &s).await;
    let given = json!({"SMS_MFA_CODE": code(t, &s.pool, "jane").await});
    let (a, b) = tokio::join!(
        respond(t, &s, &asked, given.clone()),
        respond(t, &s, &asked, given.clone())
    );
    let (right, wrong): (Vec<_>, Vec<_>) = [a, b].into_iter().partition(Result::is_ok);
    assert_eq!(right.len(), 1);
    assert_eq!(
        wrong.into_iter().next().unwrap().unwrap_err(),
        not_authorized(USED)
    );
}

#[each_engine]
async fn of_several_factors_the_user_chooses_one_with_each_session(t: &TestApp) {
    let s = jane_with_both(t).await;
    let asked = challenge(t, &s).await;
    assert_eq!(asked["ChallengeName"], "SELECT_MFA_TYPE");
    assert_eq!(
        asked["ChallengeParameters"],
        json!({"MFAS_CAN_CHOOSE": "[\"SMS_MFA\",\"EMAIL_OTP\"]"})
    );
    assert!(inbox(t, &s.pool).await.is_empty());
    for wrong in ["SOFTWARE_TOKEN_MFA", "PASSWORD", "sms_mfa"] {
        let refused = respond(t, &s, &asked, json!({"ANSWER": wrong})).await;
        assert_eq!(
            refused.unwrap_err().0,
            "InvalidParameterException",
            "{wrong}"
        );
    }
    let none = respond(t, &s, &asked, json!({})).await;
    assert_eq!(none.unwrap_err().1, "Missing required parameter ANSWER");
    let email = respond(t, &s, &asked, json!({"ANSWER": "EMAIL_OTP"}))
        .await
        .unwrap();
    assert_eq!(email["ChallengeName"], "EMAIL_OTP");
    let again = respond(t, &s, &asked, json!({"ANSWER": "SMS_MFA"})).await;
    assert_eq!(again.unwrap_err(), not_authorized(USED));
    let code = code(t, &s.pool, "jane").await;
    assert_signed_in(
        &respond(t, &s, &email, json!({"EMAIL_OTP_CODE": code}))
            .await
            .unwrap(),
    );

    // Both at once: one message, one session.
    let before = inbox(t, &s.pool).await.len();
    let asked = challenge(t, &s).await;
    let (a, b) = tokio::join!(
        respond(t, &s, &asked, json!({"ANSWER": "SMS_MFA"})),
        respond(t, &s, &asked, json!({"ANSWER": "EMAIL_OTP"})),
    );
    assert_eq!([a, b].iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(inbox(t, &s.pool).await.len(), before + 1);
}

#[each_engine]
async fn the_choice_ends_when_what_was_to_choose_from_changes(t: &TestApp) {
    let s = jane_with_both(t).await;
    let asked = challenge(t, &s).await;
    prefer(
        t,
        &s,
        json!({"EmailMfaSettings": {"Enabled": true, "PreferredMfa": true}}),
    )
    .await;
    let other = respond(t, &s, &asked, json!({"ANSWER": "SMS_MFA"})).await;
    assert_eq!(other.unwrap_err(), not_authorized(INVALID));
    let asked = respond(t, &s, &asked, json!({"ANSWER": "EMAIL_OTP"}))
        .await
        .unwrap();
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    assert_eq!(challenge(t, &s).await["ChallengeName"], "EMAIL_OTP");
}

#[each_engine]
async fn a_preferred_channel_cannot_replace_a_forgotten_password(t: &TestApp) {
    let all = ["SMS_MFA", "EMAIL_OTP"];
    let s = mfa_site_with(
        t,
        "OPTIONAL",
        &all,
        recovery(&["verified_email", "verified_phone_number"]),
    )
    .await;
    jane(t, &s, &["email", "phone_number"]).await;
    let verified = json!([{"Name": "email_verified", "Value": "true"}, {"Name": "phone_number_verified", "Value": "true"}]);
    t.ok(
        "AdminUpdateUserAttributes",
        of_jane(&s, json!({"UserAttributes": verified})),
    )
    .await;
    let sent_by = async |settings: Value| {
        prefer(t, &s, settings).await;
        let answer = t
            .ok(
                "ForgotPassword",
                json!({"ClientId": s.client, "Username": "jane"}),
            )
            .await;
        answer["CodeDeliveryDetails"]["DeliveryMedium"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let both = |email: bool, sms: bool| {
        json!({
            "SMSMfaSettings": {"Enabled": true, "PreferredMfa": sms}, "EmailMfaSettings": {"Enabled": true, "PreferredMfa": email},
        })
    };
    assert_eq!(sent_by(json!({})).await, "EMAIL");
    assert_eq!(sent_by(both(true, false)).await, "SMS");
    assert_eq!(sent_by(both(false, true)).await, "EMAIL");
    assert_eq!(
        sent_by(json!({"EmailMfaSettings": {"Enabled": false}})).await,
        "EMAIL"
    );
}

#[each_engine]
async fn a_verified_address_moves_to_whoever_reads_it_last(t: &TestApp) {
    let settings = crate::support::signin::with(
        recovery(&["admin_only"]),
        json!({"AliasAttributes": ["email"]}),
    );
    let s = mfa_site_with(t, "OPTIONAL", &["EMAIL_OTP"], settings).await;
    let attributes =
        json!([{"Name": "email", "Value": EMAIL}, {"Name": "email_verified", "Value": "true"}]);
    crate::support::signin::user_with(t, &s.pool, "john", attributes).await;
    let unverified = json!([{"Name": "email", "Value": EMAIL}]);
    crate::support::signin::user_with(t, &s.pool, "jane", unverified).await;
    prefer(t, &s, json!({"EmailMfaSettings": {"Enabled": true}})).await;
    let asked = challenge(t, &s).await;
    let message = inbox(t, &s.pool).await.remove(0);
    let given = json!({"EMAIL_OTP_CODE": message["code"]});
    assert_signed_in(&respond(t, &s, &asked, given).await.unwrap());
    assert_eq!(
        attribute(&user(t, &s.pool, "john").await, "email_verified"),
        Some("false")
    );
    assert_eq!(user(t, &s.pool, EMAIL).await["Username"], "jane");
}
