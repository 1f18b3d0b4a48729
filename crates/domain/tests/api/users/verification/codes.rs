//! Codes for new and for unverified values.

use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::TestApp;
use crate::support::attributes::{admin_update, made, update};
use crate::support::texts::codes::{EXPIRED, LIMIT, MISMATCH};
use crate::support::users::{
    PASSWORD, access_token, attribute, client, code, confirmed, email_pool, inbox, pool, sms, user,
    with, wrong,
};

#[each_engine]
async fn a_new_address_counts_at_once_and_is_verified_by_its_code(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let sub = confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    let answer = t
        .ok(
            "UpdateUserAttributes",
            update(&token, &[("email", "new@example.org")]),
        )
        .await;
    assert_eq!(
        answer,
        json!({"CodeDeliveryDetailsList": [details("n***@e***")]})
    );
    assert_eq!(
        standing(t, &pool, "bob").await,
        is(
            "new@example.org",
            false,
            "update_user_attribute",
            "new@example.org"
        )
    );
    let digits = code(t, &pool, &sub).await;
    let message = inbox(t, &pool).await[0].clone();
    assert_eq!(
        message["body"],
        format!("Your verification code is {digits}. ")
    );
    t.refused(
        "VerifyUserAttribute",
        verify(&token, wrong(&digits)),
        MISMATCH.0,
        MISMATCH.1,
    )
    .await;
    let phone = json!({"AccessToken": token, "AttributeName": "phone_number", "Code": digits});
    t.refused("VerifyUserAttribute", phone, EXPIRED.0, EXPIRED.1)
        .await;
    assert_eq!(
        t.ok("VerifyUserAttribute", verify(&token, &digits)).await,
        json!({})
    );
    assert!(standing(t, &pool, "bob").await.1);
    t.refused(
        "VerifyUserAttribute",
        verify(&token, &digits),
        EXPIRED.0,
        EXPIRED.1,
    )
    .await;
    // The same value again changes nothing.
    let sent = inbox(t, &pool).await.len();
    let answer = t
        .ok(
            "UpdateUserAttributes",
            update(&token, &[("email", "new@example.org")]),
        )
        .await;
    assert_eq!(answer, json!({"CodeDeliveryDetailsList": []}));
    assert_eq!(
        (
            inbox(t, &pool).await.len(),
            standing(t, &pool, "bob").await.1
        ),
        (sent, true)
    );
}

#[each_engine]
async fn a_code_is_for_the_value_that_it_was_sent_to(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let sub = confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    t.ok(
        "UpdateUserAttributes",
        update(&token, &[("email", "one@example.com")]),
    )
    .await;
    let first = code(t, &pool, &sub).await;
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(
            &pool,
            "bob",
            &[("email", "two@example.com"), ("email_verified", "true")],
        ),
    )
    .await;
    t.refused(
        "VerifyUserAttribute",
        verify(&token, &first),
        EXPIRED.0,
        EXPIRED.1,
    )
    .await;
    assert_eq!(
        standing(t, &pool, "bob").await,
        is(
            "two@example.com",
            true,
            "update_user_attribute",
            "one@example.com"
        )
    );
    t.ok(
        "UpdateUserAttributes",
        update(&token, &[("email", "three@example.com")]),
    )
    .await;
    let second = code(t, &pool, &sub).await;
    t.ok("UpdateUserAttributes", update(&token, &[("email", "")]))
        .await;
    t.refused(
        "VerifyUserAttribute",
        verify(&token, &second),
        EXPIRED.0,
        EXPIRED.1,
    )
    .await;
}

#[each_engine]
async fn a_new_address_takes_away_the_right_to_reset_by_the_old_one(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let sub = confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    t.ok(
        "ForgotPassword",
        json!({"ClientId": client, "Username": "bob"}),
    )
    .await;
    let reset = code(t, &pool, &sub).await;
    t.ok(
        "UpdateUserAttributes",
        update(&token, &[("email", "new@example.com")]),
    )
    .await;
    let confirm = json!({"ClientId": client, "Username": "bob", "ConfirmationCode": reset, "Password": "N3wPassw0rd!"});
    t.refused("ConfirmForgotPassword", confirm, EXPIRED.0, EXPIRED.1)
        .await;
}

#[each_engine]
async fn what_is_not_verified_by_the_pool_gets_a_code_when_asked_for(t: &TestApp) {
    let pool = pool(t, sms()).await;
    let client = client(t, &pool, json!({})).await;
    made(
        t,
        &pool,
        "bob",
        &[
            ("email", "bob@example.com"),
            ("phone_number", "+15555554444"),
        ],
    )
    .await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    let answer = t
        .ok(
            "UpdateUserAttributes",
            update(&token, &[("email", "new@example.com")]),
        )
        .await;
    assert_eq!(answer, json!({"CodeDeliveryDetailsList": []}));
    assert!(inbox(t, &pool).await.is_empty());
    let answer = t
        .ok("GetUserAttributeVerificationCode", email_code(&token))
        .await;
    assert_eq!(answer, json!({"CodeDeliveryDetails": details("n***@e***")}));
    assert_eq!(
        standing(t, &pool, "bob").await,
        is(
            "new@example.com",
            false,
            "verify_user_attribute",
            "new@example.com"
        )
    );
    let phone = json!({"AccessToken": token, "AttributeName": "phone_number"});
    let answer = t
        .ok("GetUserAttributeVerificationCode", phone.clone())
        .await;
    assert_eq!(
        answer,
        json!({"CodeDeliveryDetails": {"Destination": "+*******4444", "DeliveryMedium": "SMS", "AttributeName": "phone_number"}})
    );
    let messages = inbox(t, &pool).await;
    assert_eq!(messages[0]["channel"], "SMS");
    t.ok(
        "VerifyUserAttribute",
        with(phone, json!({"Code": messages[0]["code"]})),
    )
    .await;
    t.ok(
        "VerifyUserAttribute",
        verify(&token, messages[1]["code"].as_str().unwrap()),
    )
    .await;
    let shown = user(t, &pool, "bob").await;
    assert_eq!(
        (
            attribute(&shown, "email_verified"),
            attribute(&shown, "phone_number_verified")
        ),
        (Some("true"), Some("true"))
    );
}

#[each_engine]
async fn only_addresses_and_numbers_that_are_there_are_verified(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let client = client(t, &pool, json!({})).await;
    made(t, &pool, "bob", &[]).await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    let other = json!({"AccessToken": token, "AttributeName": "nickname"});
    let text = "Invalid attribute name. Only phone_number and email can be verified.";
    t.refused(
        "GetUserAttributeVerificationCode",
        other.clone(),
        "InvalidParameterException",
        text,
    )
    .await;
    t.refused(
        "VerifyUserAttribute",
        with(other, json!({"Code": "123456"})),
        "InvalidParameterException",
        text,
    )
    .await;
    t.refused(
        "GetUserAttributeVerificationCode",
        email_code(&token),
        "InvalidParameterException",
        "User does not have a valid registered email address",
    )
    .await;
    let phone = json!({"AccessToken": token, "AttributeName": "phone_number"});
    t.refused(
        "GetUserAttributeVerificationCode",
        phone.clone(),
        "InvalidParameterException",
        "User does not have a valid registered phone number",
    )
    .await;
    // A pool that cannot send text messages.
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "bob", &[("phone_number", "+15555554444")]),
    )
    .await;
    t.refused("GetUserAttributeVerificationCode", phone, "InvalidParameterException",
        "Invalid phone number provided/Unable to send the message. User pool does not have SMS configuration to send messages.").await;
}

#[each_engine]
async fn requests_and_answers_are_counted_by_the_hour_and_codes_last_a_day(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let sub = confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    for _ in 0..5 {
        t.ok("GetUserAttributeVerificationCode", email_code(&token))
            .await;
    }
    t.refused(
        "GetUserAttributeVerificationCode",
        email_code(&token),
        LIMIT.0,
        LIMIT.1,
    )
    .await;
    let digits = code(t, &pool, &sub).await;
    for _ in 0..15 {
        t.refused(
            "VerifyUserAttribute",
            verify(&token, wrong(&digits)),
            MISMATCH.0,
            MISMATCH.1,
        )
        .await;
    }
    t.refused(
        "VerifyUserAttribute",
        verify(&token, &digits),
        LIMIT.0,
        LIMIT.1,
    )
    .await;
    t.advance(3_601).await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    // Twenty wrong answers burn the code itself, which this operation has no other name for.
    for _ in 0..5 {
        t.refused(
            "VerifyUserAttribute",
            verify(&token, wrong(&digits)),
            MISMATCH.0,
            MISMATCH.1,
        )
        .await;
    }
    t.refused(
        "VerifyUserAttribute",
        verify(&token, &digits),
        LIMIT.0,
        LIMIT.1,
    )
    .await;
    t.ok("GetUserAttributeVerificationCode", email_code(&token))
        .await;
    let digits = code(t, &pool, &sub).await;
    t.ok("VerifyUserAttribute", verify(&token, &digits)).await;
    t.ok("GetUserAttributeVerificationCode", email_code(&token))
        .await;
    let digits = code(t, &pool, &sub).await;
    t.advance(24 * 3_600).await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    t.refused(
        "VerifyUserAttribute",
        verify(&token, &digits),
        EXPIRED.0,
        EXPIRED.1,
    )
    .await;
}
