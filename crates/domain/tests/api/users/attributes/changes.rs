//! The permissions to write attributes.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::attributes::{admin_update, made, update};
use crate::support::signin::set_status;
use crate::support::texts::exceptions::INVALID;
use crate::support::users::{
    PASSWORD, access_token, attribute, client, confirmed, email_pool, inbox, pool, user, with,
};

const UNAUTHORIZED: (&str, &str) = (
    "NotAuthorizedException",
    "A client attempted to write unauthorized attribute",
);

#[each_engine]
async fn a_user_sets_changes_and_takes_away_attributes(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let sub = confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    let sent = inbox(t, &pool).await.len();
    let answer = t
        .ok(
            "UpdateUserAttributes",
            update(&token, &[("name", "Bob"), ("locale", "de")]),
        )
        .await;
    assert_eq!(answer, json!({"CodeDeliveryDetailsList": []}));
    let answer = t
        .ok(
            "UpdateUserAttributes",
            update(&token, &[("name", "Robert"), ("locale", "")]),
        )
        .await;
    assert_eq!(answer, json!({"CodeDeliveryDetailsList": []}));
    let shown = t.ok("GetUser", json!({"AccessToken": token})).await;
    assert_eq!(
        shown,
        json!({"Username": "bob", "UserAttributes": [
            {"Name": "sub", "Value": sub}, {"Name": "email", "Value": "bob@example.com"},
            {"Name": "email_verified", "Value": "true"}, {"Name": "name", "Value": "Robert"}
        ]})
    );
    assert_eq!(
        (
            found(t, &pool, "name = \"Robert\"").await,
            found(t, &pool, "name = \"Bob\"").await
        ),
        (1, 0)
    );
    let delete = json!({"AccessToken": token, "UserAttributeNames": ["name", "locale"]});
    assert_eq!(t.ok("DeleteUserAttributes", delete).await, json!({}));
    assert_eq!(attribute(&user(t, &pool, "bob").await, "name"), None);
    assert_eq!(found(t, &pool, "name ^= \"\"").await, 0);
    assert_eq!(inbox(t, &pool).await.len(), sent);
}

#[each_engine]
async fn an_administrator_sets_changes_and_takes_away_attributes(t: &TestApp) {
    let pool = pool(
        t,
        json!({"Schema": [{"Name": "n", "AttributeDataType": "Boolean", "Mutable": true}]}),
    )
    .await;
    made(t, &pool, "bob", &[]).await;
    let before = user(t, &pool, "bob").await;
    t.advance(5).await;
    assert_eq!(
        t.ok(
            "AdminUpdateUserAttributes",
            admin_update(&pool, "bob", &[("custom:n", "TRUE"), ("name", "B")])
        )
        .await,
        json!({})
    );
    let after = user(t, &pool, "bob").await;
    assert_eq!(
        (attribute(&after, "custom:n"), attribute(&after, "name")),
        (Some("true"), Some("B"))
    );
    let changed = |shown: &Value| shown["UserLastModifiedDate"].as_f64().unwrap();
    assert!(changed(&after) >= changed(&before) + 5.0);
    assert_eq!(after["UserCreateDate"], before["UserCreateDate"]);
    let delete = json!({"UserPoolId": pool, "Username": "bob", "UserAttributeNames": ["custom:n", "name", "nickname"]});
    assert_eq!(t.ok("AdminDeleteUserAttributes", delete).await, json!({}));
    assert_eq!(
        user(t, &pool, "bob").await["UserAttributes"],
        before["UserAttributes"]
    );
}

#[each_engine]
async fn unknown_users_and_pools_are_refused(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    for (op, more) in [
        ("AdminUpdateUserAttributes", json!({"UserAttributes": []})),
        (
            "AdminDeleteUserAttributes",
            json!({"UserAttributeNames": ["name"]}),
        ),
        ("AdminResetUserPassword", json!({})),
        ("AdminSetUserSettings", json!({"MFAOptions": []})),
    ] {
        let input = with(json!({"UserPoolId": pool, "Username": "nobody"}), more);
        t.refused(
            op,
            input.clone(),
            "UserNotFoundException",
            "User does not exist.",
        )
        .await;
        let elsewhere = with(input, json!({"UserPoolId": "us-east-1_nowhere"}));
        t.refused(
            op,
            elsewhere,
            "ResourceNotFoundException",
            "User pool us-east-1_nowhere does not exist.",
        )
        .await;
    }
}

#[each_engine]
async fn only_a_good_access_token_opens_an_account(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    let operations = [
        ("UpdateUserAttributes", json!({"UserAttributes": []})),
        (
            "DeleteUserAttributes",
            json!({"UserAttributeNames": ["name"]}),
        ),
        (
            "GetUserAttributeVerificationCode",
            json!({"AttributeName": "email"}),
        ),
        (
            "VerifyUserAttribute",
            json!({"AttributeName": "email", "Code": "123456"}),
        ),
        ("SetUserSettings", json!({"MFAOptions": []})),
        ("DeleteUser", json!({})),
    ];
    let all_refuse = async |token: &str, code: &str, message: &str| {
        for (op, more) in &operations {
            t.refused(
                op,
                with(json!({"AccessToken": token}), more.clone()),
                code,
                message,
            )
            .await;
        }
    };
    all_refuse("nonsense", "NotAuthorizedException", "Invalid Access Token").await;
    set_status(t, &pool, "RESET_REQUIRED").await;
    all_refuse(
        &token,
        "PasswordResetRequiredException",
        "Password reset required for the user",
    )
    .await;
    set_status(t, &pool, "CONFIRMED").await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": pool, "Username": "bob"}),
    )
    .await;
    all_refuse(
        &token,
        "NotAuthorizedException",
        "Access Token has been revoked",
    )
    .await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": "bob"}),
    )
    .await;
    all_refuse(&token, "UserNotFoundException", "User does not exist.").await;
}

#[each_engine]
async fn applications_write_what_they_may(t: &TestApp) {
    let schema = json!([
        {"Name": "a", "AttributeDataType": "String", "Mutable": true},
        {"Name": "b", "AttributeDataType": "String", "Mutable": true},
        {"Name": "name", "AttributeDataType": "String", "Mutable": true, "Required": true}
    ]);
    let pool = pool(t, json!({"Schema": schema})).await;
    made(
        t,
        &pool,
        "bob",
        &[("name", "Bob"), ("email", "b@example.com")],
    )
    .await;
    let open = client(t, &pool, json!({})).await;
    let narrow = client(t, &pool, json!({"WriteAttributes": ["name", "custom:a"]})).await;
    let open = access_token(t, &open, "bob", PASSWORD).await;
    let narrow = access_token(t, &narrow, "bob", PASSWORD).await;
    for name in ["custom:a", "email_verified", "phone_number_verified"] {
        t.refused(
            "UpdateUserAttributes",
            update(&open, &[(name, "true")]),
            UNAUTHORIZED.0,
            UNAUTHORIZED.1,
        )
        .await;
    }
    for name in ["sub", "identities"] {
        let text = format!("Cannot modify the non-mutable attribute {name}");
        for token in [&open, &narrow] {
            t.refused(
                "UpdateUserAttributes",
                update(token, &[("name", "B"), (name, "x")]),
                INVALID,
                &text,
            )
            .await;
            let delete = json!({"AccessToken": token, "UserAttributeNames": [name]});
            t.refused("DeleteUserAttributes", delete, INVALID, &text)
                .await;
        }
        t.refused(
            "AdminUpdateUserAttributes",
            admin_update(&pool, "bob", &[(name, "x")]),
            INVALID,
            &text,
        )
        .await;
        let delete = json!({"UserPoolId": pool, "Username": "bob", "UserAttributeNames": [name]});
        t.refused("AdminDeleteUserAttributes", delete, INVALID, &text)
            .await;
    }
    // An attribute that the schema does not have is reported before the permission is checked.
    let unknown = "user.custom:unknown: Attribute does not exist in the schema.\n";
    for pairs in [
        vec![("custom:unknown", "1")],
        vec![("custom:b", "1"), ("custom:unknown", "")],
    ] {
        t.refused(
            "UpdateUserAttributes",
            update(&narrow, &pairs),
            INVALID,
            unknown,
        )
        .await;
    }
    for name in ["custom:b", "nickname", "email_verified"] {
        t.refused(
            "UpdateUserAttributes",
            update(&narrow, &[("name", "B"), (name, "x")]),
            UNAUTHORIZED.0,
            UNAUTHORIZED.1,
        )
        .await;
        let delete = json!({"AccessToken": narrow, "UserAttributeNames": [name]});
        t.refused(
            "DeleteUserAttributes",
            delete,
            UNAUTHORIZED.0,
            UNAUTHORIZED.1,
        )
        .await;
    }
    assert_eq!(attribute(&user(t, &pool, "bob").await, "name"), Some("Bob"));
    t.ok(
        "UpdateUserAttributes",
        update(&narrow, &[("custom:a", "1"), ("name", "B")]),
    )
    .await;
    t.ok(
        "DeleteUserAttributes",
        json!({"AccessToken": narrow, "UserAttributeNames": ["custom:a"]}),
    )
    .await;
    // The schema requires it, so no list can exclude it.
    t.ok("UpdateUserAttributes", update(&open, &[("name", "Bobby")]))
        .await;
    t.refused(
        "UpdateUserAttributes",
        update(&open, &[("username", "x")]),
        INVALID,
        "user.username: Attribute does not exist in the schema.\n",
    )
    .await;
}

#[each_engine]
async fn what_a_provider_gave_is_not_the_users_to_change(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    set_status(t, &pool, "EXTERNAL_PROVIDER").await;
    t.refused(
        "UpdateUserAttributes",
        update(&token, &[("email", "new@example.com")]),
        "NotAuthorizedException",
        "Cannot modify an already provided email",
    )
    .await;
    // Nor may they delete it, after which it would be no provider's.
    t.refused(
        "UpdateUserAttributes",
        update(&token, &[("email", "")]),
        "NotAuthorizedException",
        "Cannot modify an already provided email",
    )
    .await;
    let delete = json!({"AccessToken": token, "UserAttributeNames": ["email"]});
    t.refused(
        "DeleteUserAttributes",
        delete,
        "NotAuthorizedException",
        "Cannot modify an already provided email",
    )
    .await;
    t.ok(
        "UpdateUserAttributes",
        update(&token, &[("nickname", "b"), ("email", "bob@example.com")]),
    )
    .await;
}
