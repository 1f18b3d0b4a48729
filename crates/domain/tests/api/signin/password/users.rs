//! States of users, and their names.

use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::signin::*;

#[each_engine]
async fn every_state_of_a_user_has_its_own_answer(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "disabled").await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "disabled"}),
    )
    .await;
    let sign_up = json!({"ClientId": s.client, "Username": "unconfirmed", "Password": PASSWORD});
    t.ok("SignUp", sign_up).await;
    for (name, code, text) in [
        ("nobody", "UserNotFoundException", "User does not exist."),
        ("disabled", "NotAuthorizedException", "User is disabled."),
        (
            "unconfirmed",
            "UserNotConfirmedException",
            "User is not confirmed.",
        ),
    ] {
        for password in [PASSWORD, "wrong"] {
            t.refused(
                "InitiateAuth",
                by_password(&s.client, name, password),
                code,
                text,
            )
            .await;
        }
        assert_eq!(
            Srp::start(t, &s.client, name).await.err().unwrap(),
            refusal((code, text))
        );
    }
    t.ok(
        "AdminEnableUser",
        json!({"UserPoolId": s.pool, "Username": "disabled"}),
    )
    .await;
    sign_in(t, &s.client, "disabled").await;
}

#[each_engine]
async fn where_existence_is_hidden_nobody_looks_like_a_wrong_password(t: &TestApp) {
    let s = site_with(
        t,
        json!({}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    user(t, &s.pool, "disabled").await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": s.pool, "Username": "disabled"}),
    )
    .await;
    for name in ["nobody", "disabled"] {
        t.refused(
            "InitiateAuth",
            by_password(&s.client, name, "wrong"),
            WRONG.0,
            WRONG.1,
        )
        .await;
    }
    let text = "User is disabled.";
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "disabled", PASSWORD),
        WRONG.0,
        text,
    )
    .await;
}

#[each_engine]
async fn users_who_must_reset_are_told_so_unless_that_tells_of_an_import(t: &TestApp) {
    let s = site(t).await;
    let hiding = client_of(t, &s.pool, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    let hiding = hiding["ClientId"].as_str().unwrap();
    user(t, &s.pool, "jane").await;
    set_status(t, &s.pool, "RESET_REQUIRED").await;
    let reset = (
        "PasswordResetRequiredException",
        "Password reset required for the user",
    );
    for client in [&s.client, hiding] {
        for password in [PASSWORD, "wrong"] {
            t.refused(
                "InitiateAuth",
                by_password(client, "jane", password),
                reset.0,
                reset.1,
            )
            .await;
        }
    }
    without_password(t, &s.pool).await;
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        reset.0,
        reset.1,
    )
    .await;
    t.refused(
        "InitiateAuth",
        by_password(hiding, "jane", PASSWORD),
        WRONG.0,
        WRONG.1,
    )
    .await;
}

#[each_engine]
async fn users_without_a_password_cannot_sign_in_by_one(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    without_password(t, &s.pool).await;
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        WRONG.0,
        WRONG.1,
    )
    .await;
    let started = Srp::start(t, &s.client, "jane").await.unwrap();
    assert_eq!(started.given("USER_ID_FOR_SRP"), "jane");
    let input = verify(&s.client, started.responses(&s.pool, PASSWORD));
    t.refused("RespondToAuthChallenge", input, WRONG.0, WRONG.1)
        .await;
    set_status(t, &s.pool, "EXTERNAL_PROVIDER").await;
    let text = "User is not authorized to get auth details.";
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        WRONG.0,
        text,
    )
    .await;
    for status in ["ARCHIVED", "COMPROMISED", "UNKNOWN"] {
        set_status(t, &s.pool, status).await;
        t.refused(
            "InitiateAuth",
            by_password(&s.client, "jane", PASSWORD),
            WRONG.0,
            WRONG.1,
        )
        .await;
    }
}

#[each_engine]
async fn aliases_and_the_sub_sign_in_as_the_same_user(t: &TestApp) {
    let s = site_with(t, json!({"AliasAttributes": ["email"]}), json!({})).await;
    let attributes = json!([
        {"Name": "email", "Value": "Jane@example.com"}, {"Name": "email_verified", "Value": "true"},
    ]);
    let sub = user_with(t, &s.pool, "jane", attributes).await;
    for name in ["jane", "Jane@example.com", &sub] {
        let result = sign_in(t, &s.client, name).await;
        assert_eq!(claims(&result["AccessToken"])["username"], "jane", "{name}");
        assert_eq!(claims(&result["IdToken"])["cognito:username"], "jane");
    }
    // SRP takes no sub (settled C13), and answers an alias with the user name.
    let text = "User does not exist.";
    assert_eq!(
        Srp::start(t, &s.client, &sub).await.err().unwrap(),
        refusal(("UserNotFoundException", text))
    );
    let started = Srp::start(t, &s.client, "Jane@example.com").await.unwrap();
    assert_eq!(
        (started.given("USERNAME"), started.given("USER_ID_FOR_SRP")),
        ("jane", "jane")
    );
}
