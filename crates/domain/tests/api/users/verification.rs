//! Codes for addresses and numbers: GetUserAttributeVerificationCode, VerifyUserAttribute, and new values that wait.

use cognate_domain::{Mode, Settings};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::users::{
    PASSWORD, access_token, all_at_once, attribute, client, code, confirmed, email_pool, inbox,
    pool, sign_in, sms, user, with, wrong,
};
use crate::users::attributes::{admin_update, made, update};

const MISMATCH: (&str, &str) = (
    "CodeMismatchException",
    "Invalid verification code provided, please try again.",
);
const EXPIRED: (&str, &str) = (
    "ExpiredCodeException",
    "Invalid code provided, please request a code again.",
);
const LIMIT: (&str, &str) = (
    "LimitExceededException",
    "Attempt limit exceeded, please try after some time.",
);

/// The settings of a pool whose addresses count only once they are verified.
fn verified_first() -> Value {
    json!({
        "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]}
    })
}

fn email_code(token: &str) -> Value {
    json!({"AccessToken": token, "AttributeName": "email"})
}

fn verify(token: &str, code: &str) -> Value {
    json!({"AccessToken": token, "AttributeName": "email", "Code": code})
}

fn details(destination: &str) -> Value {
    json!({"Destination": destination, "DeliveryMedium": "EMAIL", "AttributeName": "email"})
}

/// The address, whether it is verified, and the newest message: kind and address.
async fn standing(t: &TestApp, pool: &str, name: &str) -> (String, bool, String, String) {
    let shown = user(t, pool, name).await;
    let newest = inbox(t, pool).await[0].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (
        attribute(&shown, "email").unwrap_or_default().to_owned(),
        attribute(&shown, "email_verified") == Some("true"),
        text(&newest["kind"]),
        text(&newest["to"]),
    )
}

fn is(email: &str, verified: bool, kind: &str, to: &str) -> (String, bool, String, String) {
    (email.into(), verified, kind.into(), to.into())
}

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

#[each_engine]
async fn a_value_that_must_be_verified_first_waits_and_the_old_one_counts(t: &TestApp) {
    let pool = pool(
        t,
        with(json!({"AliasAttributes": ["email"]}), verified_first()),
    )
    .await;
    let client = client(t, &pool, json!({})).await;
    let sub = confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    let signs_in = async |name: &str| sign_in(t, &client, name, PASSWORD).await.is_ok();
    let answer = t
        .ok(
            "UpdateUserAttributes",
            update(&token, &[("email", "new@example.com"), ("name", "Bob")]),
        )
        .await;
    assert_eq!(
        answer,
        json!({"CodeDeliveryDetailsList": [details("n***@e***")]})
    );
    assert_eq!(
        standing(t, &pool, "bob").await,
        is(
            "bob@example.com",
            true,
            "update_user_attribute",
            "new@example.com"
        )
    );
    assert_eq!(attribute(&user(t, &pool, "bob").await, "name"), Some("Bob"));
    assert!(signs_in("bob@example.com").await && !signs_in("new@example.com").await);
    // Another code goes to the value that waits.
    t.ok("GetUserAttributeVerificationCode", email_code(&token))
        .await;
    assert_eq!(
        standing(t, &pool, "bob").await,
        is(
            "bob@example.com",
            true,
            "verify_user_attribute",
            "new@example.com"
        )
    );
    let digits = code(t, &pool, &sub).await;
    t.ok("VerifyUserAttribute", verify(&token, &digits)).await;
    assert_eq!(
        standing(t, &pool, "bob").await,
        is(
            "new@example.com",
            true,
            "verify_user_attribute",
            "new@example.com"
        )
    );
    assert!(!signs_in("bob@example.com").await && signs_in("new@example.com").await);
    // To ask for the old value again is to give the new one up.
    t.ok(
        "UpdateUserAttributes",
        update(&token, &[("email", "third@example.com")]),
    )
    .await;
    let digits = code(t, &pool, &sub).await;
    t.ok(
        "UpdateUserAttributes",
        update(&token, &[("email", "new@example.com")]),
    )
    .await;
    t.refused(
        "VerifyUserAttribute",
        verify(&token, &digits),
        EXPIRED.0,
        EXPIRED.1,
    )
    .await;
    assert!(standing(t, &pool, "bob").await.1);
}

#[each_engine]
async fn an_administrator_may_vouch_for_a_value_or_let_it_wait(t: &TestApp) {
    let pool = pool(t, verified_first()).await;
    let client = client(t, &pool, json!({})).await;
    let sub = confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "bob", &[("email", "wait@example.com")]),
    )
    .await;
    assert_eq!(
        standing(t, &pool, "bob").await,
        is(
            "bob@example.com",
            true,
            "update_user_attribute",
            "wait@example.com"
        )
    );
    let digits = code(t, &pool, &sub).await;
    let sent = inbox(t, &pool).await.len();
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(
            &pool,
            "bob",
            &[("email", "sure@example.com"), ("email_verified", "true")],
        ),
    )
    .await;
    assert_eq!(
        standing(t, &pool, "bob").await,
        is(
            "sure@example.com",
            true,
            "update_user_attribute",
            "wait@example.com"
        )
    );
    assert_eq!(inbox(t, &pool).await.len(), sent);
    t.refused(
        "VerifyUserAttribute",
        verify(&token, &digits),
        EXPIRED.0,
        EXPIRED.1,
    )
    .await;
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "bob", &[("email_verified", "false")]),
    )
    .await;
    assert!(!standing(t, &pool, "bob").await.1);
}

#[each_engine]
async fn a_waiting_name_that_is_or_gets_taken_is_refused(t: &TestApp) {
    let pool = pool(
        t,
        with(json!({"UsernameAttributes": ["email"]}), verified_first()),
    )
    .await;
    let client = client(t, &pool, json!({})).await;
    made(t, &pool, "bob@example.com", &[]).await;
    made(t, &pool, "ann@example.com", &[]).await;
    let token = access_token(t, &client, "bob@example.com", PASSWORD).await;
    let taken = (
        "AliasExistsException",
        "An account with the given email already exists.",
    );
    t.refused(
        "UpdateUserAttributes",
        update(&token, &[("email", "ann@example.com")]),
        taken.0,
        taken.1,
    )
    .await;
    assert!(inbox(t, &pool).await.is_empty());
    t.ok(
        "UpdateUserAttributes",
        update(&token, &[("email", "new@example.com")]),
    )
    .await;
    let digits = inbox(t, &pool).await[0]["code"]
        .as_str()
        .unwrap()
        .to_owned();
    made(t, &pool, "new@example.com", &[]).await;
    t.refused(
        "VerifyUserAttribute",
        verify(&token, &digits),
        taken.0,
        taken.1,
    )
    .await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": "new@example.com"}),
    )
    .await;
    t.ok("VerifyUserAttribute", verify(&token, &digits)).await;
    assert!(
        sign_in(t, &client, "new@example.com", PASSWORD)
            .await
            .is_ok()
    );
    assert!(
        sign_in(t, &client, "bob@example.com", PASSWORD)
            .await
            .is_err()
    );
}

#[each_engine]
async fn an_alias_moves_to_the_user_who_verifies_it_last(t: &TestApp) {
    let pool = pool(
        t,
        json!({"AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"]}),
    )
    .await;
    let client = client(t, &pool, json!({})).await;
    let sub = confirmed(t, &pool, &client, "bob", "shared@example.com").await;
    made(t, &pool, "ann", &[]).await;
    let token = access_token(t, &client, "ann", PASSWORD).await;
    t.ok(
        "UpdateUserAttributes",
        update(&token, &[("email", "shared@example.com")]),
    )
    .await;
    assert_eq!(
        attribute(&user(t, &pool, "shared@example.com").await, "sub"),
        Some(sub.as_str())
    );
    let digits = code(t, &pool, "ann").await;
    t.ok("VerifyUserAttribute", verify(&token, &digits)).await;
    assert_eq!(
        user(t, &pool, "shared@example.com").await["Username"],
        "ann"
    );
    assert_eq!(
        attribute(&user(t, &pool, "bob").await, "email_verified"),
        Some("false")
    );
}

#[each_engine]
async fn of_many_who_verify_one_alias_at_once_the_last_has_it_alone(t: &TestApp) {
    let pool = pool(
        t,
        json!({"AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"]}),
    )
    .await;
    let client = client(t, &pool, json!({})).await;
    let mut answers = Vec::new();
    for name in ["a", "b", "c", "d"] {
        made(t, &pool, name, &[]).await;
        let token = access_token(t, &client, name, PASSWORD).await;
        t.ok(
            "UpdateUserAttributes",
            update(&token, &[("email", "shared@example.com")]),
        )
        .await;
        answers.push(verify(&token, &code(t, &pool, name).await));
    }
    for answer in all_at_once(t, "VerifyUserAttribute", answers).await {
        assert_eq!(answer, Ok(json!({})));
    }
    let owner = user(t, &pool, "shared@example.com").await["Username"].clone();
    for name in ["a", "b", "c", "d"] {
        let verified = attribute(&user(t, &pool, name).await, "email_verified") == Some("true");
        assert_eq!(verified, owner == name, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_sender_nothing_changes_that_would_need_a_code() {
    let serve = TestApp::sqlite_with(Settings {
        mode: Mode::Serve,
        public_url: Some("https://id.example.com".into()),
        ..Settings::dev()
    })
    .await;
    let t = &serve;
    let (pool, client) = email_pool(t).await;
    made(
        t,
        &pool,
        "bob",
        &[("email", "bob@example.com"), ("email_verified", "true")],
    )
    .await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    let before = user(t, &pool, "bob").await;
    let failed = (
        "CodeDeliveryFailureException",
        "Failed to deliver the message.",
    );
    let pairs = [("email", "new@example.com")];
    t.refused(
        "UpdateUserAttributes",
        update(&token, &pairs),
        failed.0,
        failed.1,
    )
    .await;
    t.refused(
        "GetUserAttributeVerificationCode",
        email_code(&token),
        failed.0,
        failed.1,
    )
    .await;
    let may_not = "InvalidEmailRoleAccessPolicyException";
    t.refused(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "bob", &pairs),
        may_not,
        failed.1,
    )
    .await;
    let reset = json!({"UserPoolId": pool, "Username": "bob"});
    t.refused("AdminResetUserPassword", reset, may_not, failed.1)
        .await;
    assert_eq!(user(t, &pool, "bob").await, before);
}
