//! ForgotPassword, ConfirmForgotPassword, ChangePassword.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::texts::codes::{EXPIRED, LIMIT, MISMATCH};
use crate::support::users::{
    PASSWORD, access_token, attribute, client, code, confirmed, email_pool, inbox, pool, sign_in,
    sign_up, user, with, wrong,
};

const NO_CONTACT: (&str, &str) = (
    "InvalidParameterException",
    "Cannot reset password for the user as there is no registered/verified email or phone_number",
);
const NEW: &str = "N3w!passw";

fn forgot(client: &str, name: &str) -> Value {
    json!({"ClientId": client, "Username": name})
}

fn confirm(client: &str, name: &str, code: &str) -> Value {
    json!({"ClientId": client, "Username": name, "ConfirmationCode": code, "Password": NEW})
}

#[each_engine]
async fn a_forgotten_password_is_replaced_by_the_code(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let answer = t.ok("ForgotPassword", forgot(&client, "bob")).await;
    assert_eq!(
        answer,
        json!({"CodeDeliveryDetails": {"Destination": "b***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}})
    );
    let message = inbox(t, &pool).await[0].clone();
    assert_eq!(
        (&message["kind"], &message["to"]),
        (&json!("forgot_password"), &json!("bob@example.com"))
    );
    let digits = code(t, &pool, "bob").await;
    assert!(
        sign_in(t, &client, "bob", PASSWORD).await.is_ok(),
        "the old password works until then"
    );
    let weak = with(
        confirm(&client, "bob", &digits),
        json!({"Password": "password"}),
    );
    t.refused(
        "ConfirmForgotPassword",
        weak,
        "InvalidPasswordException",
        "Password does not conform to policy: Password must have uppercase characters",
    )
    .await;
    t.refused(
        "ConfirmForgotPassword",
        confirm(&client, "bob", wrong(&digits)),
        MISMATCH.0,
        MISMATCH.1,
    )
    .await;
    assert_eq!(
        t.ok("ConfirmForgotPassword", confirm(&client, "bob", &digits))
            .await,
        json!({})
    );
    assert!(sign_in(t, &client, "bob", NEW).await.is_ok());
    assert!(sign_in(t, &client, "bob", PASSWORD).await.is_err());
    t.refused(
        "ConfirmForgotPassword",
        confirm(&client, "bob", &digits),
        EXPIRED.0,
        EXPIRED.1,
    )
    .await;
}

#[each_engine]
async fn a_reset_code_ends_after_an_hour(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    t.ok("ForgotPassword", forgot(&client, "bob")).await;
    let digits = code(t, &pool, "bob").await;
    t.advance(3600).await;
    t.refused(
        "ConfirmForgotPassword",
        confirm(&client, "bob", &digits),
        EXPIRED.0,
        EXPIRED.1,
    )
    .await;
}

#[each_engine]
async fn resets_are_limited_to_twenty_requests_an_hour(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    t.ok("ForgotPassword", forgot(&client, "bob")).await;
    let digits = code(t, &pool, "bob").await;
    for _ in 0..19 {
        t.refused(
            "ConfirmForgotPassword",
            confirm(&client, "bob", wrong(&digits)),
            MISMATCH.0,
            MISMATCH.1,
        )
        .await;
    }
    t.refused(
        "ConfirmForgotPassword",
        confirm(&client, "bob", &digits),
        LIMIT.0,
        LIMIT.1,
    )
    .await;
    t.refused("ForgotPassword", forgot(&client, "bob"), LIMIT.0, LIMIT.1)
        .await;
    t.advance(3601).await;
    t.ok("ForgotPassword", forgot(&client, "bob")).await;
}

#[each_engine]
async fn states_in_which_nothing_can_be_reset(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "unconfirmed", "u@example.com").await;
    t.refused(
        "ForgotPassword",
        forgot(&client, "unconfirmed"),
        NO_CONTACT.0,
        NO_CONTACT.1,
    )
    .await;
    sign_up(t, &client, "unverified", "u@example.com").await;
    t.ok(
        "AdminConfirmSignUp",
        json!({"UserPoolId": pool, "Username": "unverified"}),
    )
    .await;
    t.refused(
        "ForgotPassword",
        forgot(&client, "unverified"),
        NO_CONTACT.0,
        NO_CONTACT.1,
    )
    .await;
    t.ok(
        "AdminCreateUser",
        json!({"UserPoolId": pool, "Username": "invited", "MessageAction": "SUPPRESS"}),
    )
    .await;
    t.refused(
        "ForgotPassword",
        forgot(&client, "invited"),
        "NotAuthorizedException",
        "User password cannot be reset in the current state.",
    )
    .await;
    t.refused(
        "ConfirmForgotPassword",
        confirm(&client, "invited", "123456"),
        EXPIRED.0,
        EXPIRED.1,
    )
    .await;
    let admin = crate::support::users::pool(t, json!({"AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]}})).await;
    let client = crate::support::users::client(t, &admin, json!({})).await;
    t.refused(
        "ForgotPassword",
        forgot(&client, "bob"),
        "NotAuthorizedException",
        "Contact administrator to reset password.",
    )
    .await;
}

#[each_engine]
async fn the_preferred_recovery_channel_is_used(t: &TestApp) {
    let setting = json!({"RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}, {"Name": "verified_phone_number", "Priority": 2}]});
    let pool = pool(
        t,
        with(
            crate::support::users::sms(),
            json!({"AccountRecoverySetting": setting}),
        ),
    )
    .await;
    let client = client(t, &pool, json!({})).await;
    let both = |email: &str| {
        json!([
            {"Name": "email", "Value": "b@example.com"}, {"Name": "email_verified", "Value": email},
            {"Name": "phone_number", "Value": "+15555554444"}, {"Name": "phone_number_verified", "Value": "true"}
        ])
    };
    for (name, verified, medium) in [("a", "true", "EMAIL"), ("b", "false", "SMS")] {
        t.ok("AdminCreateUser", json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": both(verified)})).await;
        t.ok(
            "AdminSetUserPassword",
            json!({"UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true}),
        )
        .await;
        let answer = t.ok("ForgotPassword", forgot(&client, name)).await;
        assert_eq!(answer["CodeDeliveryDetails"]["DeliveryMedium"], medium);
    }
}

#[each_engine]
async fn who_exists_does_not_show(t: &TestApp) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let client = client(t, &pool, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    sign_up(t, &client, "unconfirmed", "u@example.com").await;
    confirmed(t, &pool, &client, "disabled", "d@example.com").await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": pool, "Username": "disabled"}),
    )
    .await;
    let sent = inbox(t, &pool).await.len();
    for name in ["bob", "nobody", "unconfirmed", "disabled"] {
        let answer = t.ok("ForgotPassword", forgot(&client, name)).await;
        let details = &answer["CodeDeliveryDetails"];
        assert_eq!(
            (&details["DeliveryMedium"], &details["AttributeName"]),
            (&json!("EMAIL"), &json!("email")),
            "{name}"
        );
        let destination = details["Destination"].as_str().unwrap();
        assert!(
            destination.len() == 9 && destination.contains("***@"),
            "{destination}"
        );
    }
    assert_eq!(inbox(t, &pool).await.len(), sent + 1);
    let digits = code(t, &pool, "bob").await;
    for name in ["bob", "nobody", "unconfirmed", "disabled"] {
        t.refused(
            "ConfirmForgotPassword",
            confirm(&client, name, wrong(&digits)),
            MISMATCH.0,
            MISMATCH.1,
        )
        .await;
    }
    t.refused(
        "ConfirmForgotPassword",
        confirm(&client, "never-asked", "123456"),
        EXPIRED.0,
        EXPIRED.1,
    )
    .await;
    assert_eq!(user(t, &pool, "disabled").await["Enabled"], false);
}

#[each_engine]
async fn a_signed_in_user_changes_the_password(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    let change = |over: Value| {
        with(
            json!({"AccessToken": token, "PreviousPassword": PASSWORD, "ProposedPassword": NEW}),
            over,
        )
    };
    t.refused(
        "ChangePassword",
        change(json!({"PreviousPassword": "Passw0rd?"})),
        "NotAuthorizedException",
        "Incorrect username or password.",
    )
    .await;
    t.refused(
        "ChangePassword",
        change(json!({"ProposedPassword": "Password!"})),
        "InvalidPasswordException",
        "Password does not conform to policy: Password must have numeric characters",
    )
    .await;
    assert_eq!(t.ok("ChangePassword", change(json!({}))).await, json!({}));
    assert!(sign_in(t, &client, "bob", NEW).await.is_ok());
    assert!(
        t.call("GetUser", json!({"AccessToken": token}))
            .await
            .is_ok(),
        "sessions stay"
    );
    let refusal = t
        .call("ChangePassword", change(json!({"AccessToken": "nonsense"})))
        .await
        .unwrap_err();
    assert_eq!(refusal.0, "NotAuthorizedException");
}

#[each_engine]
async fn a_temporary_password_that_is_changed_is_the_users_own(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    let temporary = json!({"UserPoolId": pool, "Username": "bob", "Password": "Temp0rary!", "Permanent": false});
    t.ok("AdminSetUserPassword", temporary).await;
    assert_eq!(
        user(t, &pool, "bob").await["UserStatus"],
        "FORCE_CHANGE_PASSWORD"
    );
    let change =
        json!({"AccessToken": token, "PreviousPassword": "Temp0rary!", "ProposedPassword": NEW});
    t.ok("ChangePassword", change).await;
    assert_eq!(user(t, &pool, "bob").await["UserStatus"], "CONFIRMED");
    // Nor does the new password end with the temporary one.
    t.advance(8 * 86_400).await;
    let answer = sign_in(t, &client, "bob", NEW).await.unwrap();
    assert!(answer["AuthenticationResult"].is_object(), "{answer}");
}

#[each_engine]
async fn password_changes_are_limited_to_five_an_hour(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    let change = |previous: &str| json!({"AccessToken": token, "PreviousPassword": previous, "ProposedPassword": NEW});
    for _ in 0..5 {
        t.refused(
            "ChangePassword",
            change("Passw0rd?"),
            "NotAuthorizedException",
            "Incorrect username or password.",
        )
        .await;
    }
    t.refused("ChangePassword", change(PASSWORD), LIMIT.0, LIMIT.1)
        .await;
}

#[each_engine]
async fn a_change_of_password_ends_codes_asked_for_before(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    t.ok("ForgotPassword", forgot(&client, "bob")).await;
    let digits = code(t, &pool, "bob").await;
    t.ok(
        "AdminSetUserPassword",
        json!({"UserPoolId": pool, "Username": "bob", "Password": NEW, "Permanent": true}),
    )
    .await;
    t.refused(
        "ConfirmForgotPassword",
        confirm(&client, "bob", &digits),
        EXPIRED.0,
        EXPIRED.1,
    )
    .await;
    assert_eq!(
        attribute(&user(t, &pool, "bob").await, "email_verified"),
        Some("true")
    );
}

#[each_engine]
async fn a_name_that_nobody_has_costs_the_rows_of_a_user(t: &TestApp) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let client = client(t, &pool, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    sign_up(t, &client, "new", "new@example.com").await;
    let rows = async || {
        let count = async |sql: &'static str| {
            t.app
                .store
                .row(sql, vec![])
                .await
                .unwrap()
                .unwrap()
                .int(0)
                .unwrap()
        };
        [
            count("SELECT COUNT(*) FROM codes").await,
            // Budgets of messages are counted for both, in rows that an earlier message of the hour has made or not.
            count("SELECT COUNT(*) FROM attempts WHERE kind NOT LIKE 'messages_%'").await,
            count("SELECT COUNT(*) FROM messages").await,
            count("SELECT COUNT(*) FROM audit").await,
        ]
    };
    // The sign-ups have left a code of `new`, attempts of `bob` and two messages.
    let calls = [
        (
            "ForgotPassword",
            forgot(&client, "bob"),
            forgot(&client, "nobody"),
        ),
        (
            "ConfirmForgotPassword",
            confirm(&client, "bob", "x"),
            confirm(&client, "nobody", "x"),
        ),
        (
            "ConfirmForgotPassword",
            confirm(&client, "new", "x"),
            confirm(&client, "nobody2", "x"),
        ),
    ];
    for (op, known, unknown) in calls {
        let mut added = Vec::new();
        for input in [known, unknown] {
            let before = rows().await;
            let _ = t.call(op, input).await;
            let after = rows().await;
            added.push([0, 1, 2, 3].map(|n| after[n] - before[n]));
        }
        assert_eq!(added[0], added[1], "{op}");
    }
}
