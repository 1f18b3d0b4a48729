//! AdminResetUserPassword, DeleteUser, MFAOptions, and that one check of a user runs at a time.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::attributes::{admin_update, made};
use crate::support::signin::set_status;
use crate::support::users::{
    PASSWORD, access_token, all_at_once, attribute, client, code, confirmed, email_pool, inbox,
    pool, sign_in, sms, user, with,
};

const NO_CONTACT: &str =
    "Cannot reset password for the user as there is no registered/verified email or phone_number";

fn named(pool: &str, name: &str) -> Value {
    json!({"UserPoolId": pool, "Username": name})
}

#[each_engine]
async fn an_administrator_voids_a_password_and_the_user_sets_a_new_one(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let sub = confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let session = sign_in(t, &client, "bob", PASSWORD).await.unwrap();
    let reset = named(&pool, "bob");
    assert_eq!(
        t.ok("AdminResetUserPassword", reset.clone()).await,
        json!({})
    );
    let shown = user(t, &pool, "bob").await;
    assert_eq!(
        (&shown["UserStatus"], &shown["Enabled"]),
        (&json!("RESET_REQUIRED"), &json!(true))
    );
    let required = (
        "PasswordResetRequiredException".to_owned(),
        "Password reset required for the user".to_owned(),
    );
    for password in [PASSWORD, "wrong"] {
        assert_eq!(
            sign_in(t, &client, "bob", password).await.unwrap_err(),
            required
        );
    }
    let refresh = json!({"ClientId": client, "AuthFlow": "REFRESH_TOKEN_AUTH",
        "AuthParameters": {"REFRESH_TOKEN": session["AuthenticationResult"]["RefreshToken"]}});
    t.refused("InitiateAuth", refresh, &required.0, &required.1)
        .await;
    let token = json!({"AccessToken": session["AuthenticationResult"]["AccessToken"]});
    t.refused("GetUser", token, &required.0, &required.1).await;
    // Once more sends another code, and the first is void.
    let first = code(t, &pool, &sub).await;
    t.ok("AdminResetUserPassword", reset).await;
    let messages = inbox(t, &pool).await;
    assert_eq!(
        (&messages[0]["kind"], &messages[0]["to"]),
        (&json!("forgot_password"), &json!("bob@example.com"))
    );
    let confirm = |code: &str| json!({"ClientId": client, "Username": "bob", "ConfirmationCode": code, "Password": "N3wPassw0rd!"});
    let second = code(t, &pool, &sub).await;
    if first != second {
        t.refused(
            "ConfirmForgotPassword",
            confirm(&first),
            "CodeMismatchException",
            "Invalid verification code provided, please try again.",
        )
        .await;
    }
    t.ok("ConfirmForgotPassword", confirm(&second)).await;
    assert_eq!(user(t, &pool, "bob").await["UserStatus"], "CONFIRMED");
    assert!(
        sign_in(t, &client, "bob", PASSWORD).await.is_err()
            && sign_in(t, &client, "bob", "N3wPassw0rd!").await.is_ok()
    );
}

#[each_engine]
async fn a_password_cannot_be_voided_in_every_state_or_without_a_way_to_tell_the_user(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let reset = named(&pool, "bob");
    let state = "User password cannot be reset in the current state.";
    for status in ["UNCONFIRMED", "FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"] {
        set_status(t, &pool, status).await;
        t.refused(
            "AdminResetUserPassword",
            reset.clone(),
            "NotAuthorizedException",
            state,
        )
        .await;
    }
    set_status(t, &pool, "CONFIRMED").await;
    t.ok("AdminDisableUser", reset.clone()).await;
    t.refused(
        "AdminResetUserPassword",
        reset.clone(),
        "NotAuthorizedException",
        "User is disabled",
    )
    .await;
    t.ok("AdminEnableUser", reset.clone()).await;
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "bob", &[("email_verified", "false")]),
    )
    .await;
    t.refused(
        "AdminResetUserPassword",
        reset.clone(),
        "InvalidParameterException",
        NO_CONTACT,
    )
    .await;
    assert_eq!(user(t, &pool, "bob").await["UserStatus"], "CONFIRMED");
    let only = json!({"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]});
    let pool = crate::support::users::pool(t, json!({"AccountRecoverySetting": only})).await;
    made(
        t,
        &pool,
        "bob",
        &[("email", "b@example.com"), ("email_verified", "true")],
    )
    .await;
    t.refused(
        "AdminResetUserPassword",
        named(&pool, "bob"),
        "NotAuthorizedException",
        "Contact administrator to reset password.",
    )
    .await;
}

#[each_engine]
async fn the_way_to_recover_follows_the_pools_order(t: &TestApp) {
    let both = [
        ("email", "b@example.com"),
        ("email_verified", "true"),
        ("phone_number", "+15555554444"),
        ("phone_number_verified", "true"),
    ];
    let order = |first: &str, second: &str| {
        json!({"AccountRecoverySetting": {"RecoveryMechanisms": [
            {"Name": second, "Priority": 2}, {"Name": first, "Priority": 1}
        ]}})
    };
    for (setting, expected) in [
        (json!({}), "b@example.com"),
        (
            order("verified_email", "verified_phone_number"),
            "b@example.com",
        ),
        (
            order("verified_phone_number", "verified_email"),
            "+15555554444",
        ),
    ] {
        let pool = pool(t, with(sms(), setting)).await;
        made(t, &pool, "bob", &both).await;
        t.ok("AdminResetUserPassword", named(&pool, "bob")).await;
        assert_eq!(inbox(t, &pool).await[0]["to"], expected);
    }
}

#[each_engine]
async fn a_number_that_is_the_second_factor_is_no_way_to_recover(t: &TestApp) {
    let pool = pool(
        t,
        with(
            sms(),
            json!({"MfaConfiguration": "OPTIONAL", "AutoVerifiedAttributes": ["phone_number"]}),
        ),
    )
    .await;
    let client = client(t, &pool, json!({})).await;
    made(
        t,
        &pool,
        "bob",
        &[
            ("email", "b@example.com"),
            ("email_verified", "true"),
            ("phone_number", "+15555554444"),
            ("phone_number_verified", "true"),
        ],
    )
    .await;
    let options = json!([{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]);
    t.ok(
        "AdminSetUserSettings",
        with(named(&pool, "bob"), json!({"MFAOptions": options})),
    )
    .await;
    let answer = t
        .ok(
            "ForgotPassword",
            json!({"ClientId": client, "Username": "bob"}),
        )
        .await;
    assert_eq!(
        answer,
        json!({"CodeDeliveryDetails": {"Destination": "b***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}})
    );
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "bob", &[("email_verified", "false")]),
    )
    .await;
    t.refused(
        "AdminResetUserPassword",
        named(&pool, "bob"),
        "InvalidParameterException",
        NO_CONTACT,
    )
    .await;
}

#[each_engine]
async fn mfa_options_are_text_messages_to_the_number_or_nothing(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let client = client(t, &pool, json!({})).await;
    made(t, &pool, "bob", &[]).await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    let options = json!([{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]);
    let by_user = |options: &Value| json!({"AccessToken": token, "MFAOptions": options});
    let by_admin = |options: &Value| with(named(&pool, "bob"), json!({"MFAOptions": options}));
    let both = [
        ("SetUserSettings", by_user(&options)),
        ("AdminSetUserSettings", by_admin(&options)),
    ];
    for (op, input) in both.clone() {
        t.refused(
            op,
            input,
            "InvalidParameterException",
            "User does not have delivery config set to turn on SMS_MFA",
        )
        .await;
    }
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "bob", &[("phone_number", "+15555554444")]),
    )
    .await;
    for (op, input) in both {
        assert_eq!(t.ok(op, input).await, json!({}));
        assert_eq!(
            t.ok("GetUser", json!({"AccessToken": token})).await["MFAOptions"],
            options
        );
        assert_eq!(user(t, &pool, "bob").await["MFAOptions"], options);
        assert_eq!(
            t.ok("ListUsers", json!({"UserPoolId": pool})).await["Users"][0]["MFAOptions"],
            options
        );
        assert_eq!(
            t.ok("SetUserSettings", by_user(&json!([]))).await,
            json!({})
        );
        assert_eq!(user(t, &pool, "bob").await.get("MFAOptions"), None);
    }
    for wrong in [
        json!([{"DeliveryMedium": "EMAIL", "AttributeName": "email"}]),
        json!([{"DeliveryMedium": "SMS", "AttributeName": "email"}]),
        json!([{"AttributeName": "phone_number"}]),
        json!([{}]),
    ] {
        let text =
            "MFAOptions can only have the delivery medium SMS and the attribute phone_number.";
        t.refused(
            "SetUserSettings",
            by_user(&wrong),
            "InvalidParameterException",
            text,
        )
        .await;
        t.refused(
            "AdminSetUserSettings",
            by_admin(&wrong),
            "InvalidParameterException",
            text,
        )
        .await;
    }
}

#[each_engine]
async fn a_user_deletes_the_account_and_the_name_is_free(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let first = confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let session = sign_in(t, &client, "bob", PASSWORD).await.unwrap();
    let token = json!({"AccessToken": session["AuthenticationResult"]["AccessToken"]});
    t.ok("CreateGroup", json!({"UserPoolId": pool, "GroupName": "g"}))
        .await;
    t.ok(
        "AdminAddUserToGroup",
        with(named(&pool, "bob"), json!({"GroupName": "g"})),
    )
    .await;
    assert_eq!(t.ok("DeleteUser", token.clone()).await, Value::Null);
    t.refused(
        "AdminGetUser",
        named(&pool, "bob"),
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
    t.refused(
        "GetUser",
        token.clone(),
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
    t.refused(
        "DeleteUser",
        token,
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
    let refresh = json!({"ClientId": client, "AuthFlow": "REFRESH_TOKEN_AUTH",
        "AuthParameters": {"REFRESH_TOKEN": session["AuthenticationResult"]["RefreshToken"]}});
    assert!(t.call("InitiateAuth", refresh).await.is_err());
    let members = t
        .ok(
            "ListUsersInGroup",
            json!({"UserPoolId": pool, "GroupName": "g"}),
        )
        .await;
    assert_eq!(members["Users"], json!([]));
    for table in [
        "users",
        "logins",
        "user_attrs",
        "codes",
        "sessions",
        "attempts",
    ] {
        let sql = match table {
            "users" => "SELECT 1 FROM users WHERE pool_id = ?1",
            "logins" => "SELECT 1 FROM logins WHERE pool_id = ?1",
            "user_attrs" => "SELECT 1 FROM user_attrs WHERE pool_id = ?1",
            "codes" => "SELECT 1 FROM codes WHERE pool_id = ?1",
            "sessions" => "SELECT 1 FROM sessions WHERE pool_id = ?1",
            // What was counted for the address or the pool is no row of the user, and a new user with the address begins
            // with no new count.
            _ => {
                "SELECT 1 FROM attempts WHERE pool_id = ?1 AND kind NOT IN \
                 ('code_sent', 'code_wrong', 'messages_to', 'messages_of_pool')"
            }
        };
        let rows = t
            .app
            .store
            .rows(sql, cognate_store::params![&pool])
            .await
            .unwrap();
        assert_eq!(rows.len(), 0, "{table}");
    }
    let second = confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    assert_ne!(first, second);
}

#[each_engine]
async fn guesses_under_all_names_of_a_user_are_counted_together(t: &TestApp) {
    let pool = pool(
        t,
        json!({"AliasAttributes": ["email", "preferred_username"]}),
    )
    .await;
    let client = client(t, &pool, json!({})).await;
    made(
        t,
        &pool,
        "bob",
        &[
            ("email", "b@example.com"),
            ("email_verified", "true"),
            ("preferred_username", "b"),
        ],
    )
    .await;
    let sub = attribute(&user(t, &pool, "bob").await, "sub")
        .unwrap()
        .to_owned();
    let names = ["bob", "b@example.com", "b", sub.as_str()];
    let guesses = (0..24).map(|n| {
        json!({"ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": names[n % 4], "PASSWORD": "wrong"}})
    });
    let answers = all_at_once(t, "InitiateAuth", guesses.collect()).await;
    let told = |text: &str| {
        answers
            .iter()
            .filter(|answer| answer.as_ref().is_err_and(|e| e.1 == text))
            .count()
    };
    assert_eq!(told("Incorrect username or password."), 5, "{answers:?}");
    assert_eq!(told("Password attempts exceeded"), 19);
}
