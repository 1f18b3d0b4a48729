//! New values that wait until they are verified.

use cognate_domain::{Mode, Settings};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::attributes::{admin_update, made, update};
use crate::support::texts::codes::EXPIRED;
use crate::support::users::{
    PASSWORD, access_token, all_at_once, attribute, client, code, confirmed, email_pool, inbox,
    pool, sign_in, user, with,
};

/// Returns the settings of a pool whose addresses count only once they are verified.
fn verified_first() -> Value {
    json!({
        "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]}
    })
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
    // Asking for the old value again gives up the new one.
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
