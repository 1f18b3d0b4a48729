//! The values that the schema allows.

use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::attributes::{admin_update, made, update};
use crate::support::texts::exceptions::INVALID;
use crate::support::users::{PASSWORD, access_token, client, pool, user};

#[each_engine]
async fn the_schema_decides_what_can_change(t: &TestApp) {
    let schema = json!([
        {"Name": "fixed", "AttributeDataType": "String", "Mutable": false},
        {"Name": "n", "AttributeDataType": "Number", "Mutable": true, "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "3"}},
        {"Name": "s", "AttributeDataType": "String", "Mutable": true, "StringAttributeConstraints": {"MinLength": "2", "MaxLength": "3"}},
        {"Name": "email", "AttributeDataType": "String", "Mutable": true, "Required": true}
    ]);
    let pool = pool(t, json!({"Schema": schema})).await;
    let names = [
        "email",
        "custom:fixed",
        "custom:n",
        "custom:s",
        "birthdate",
        "phone_number",
        "name",
    ];
    let client = client(t, &pool, json!({"WriteAttributes": names})).await;
    made(
        t,
        &pool,
        "bob",
        &[("email", "b@example.com"), ("custom:fixed", "x")],
    )
    .await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    let before = user(t, &pool, "bob").await;
    for (pairs, message) in [
        (
            vec![("custom:fixed", "y")],
            "user.custom:fixed: Attribute cannot be updated.\n",
        ),
        (
            vec![("custom:fixed", "")],
            "user.custom:fixed: Attribute cannot be updated.\n",
        ),
        (
            vec![("email", "")],
            "user.email: Required attribute cannot be deleted.",
        ),
        (vec![("email", "b@")], "Invalid email address format."),
        (
            vec![("phone_number", "5555")],
            "Invalid phone number format.",
        ),
        (
            vec![("birthdate", "1990")],
            "user.birthdate: String must be no shorter than 10 characters\n",
        ),
        (
            vec![("birthdate", "1999-02-30")],
            "Invalid birthdate format, please use YYYY-MM-DD.",
        ),
        (
            vec![("custom:n", "4"), ("custom:s", "1")],
            "user.custom:n: Number must be no more than 3\nuser.custom:s: String must be no shorter than 2 characters\n",
        ),
        (
            vec![("name", "B"), ("custom:s", "1234")],
            "user.custom:s: String must be no longer than 3 characters\n",
        ),
    ] {
        t.refused(
            "AdminUpdateUserAttributes",
            admin_update(&pool, "bob", &pairs),
            INVALID,
            message,
        )
        .await;
        t.refused(
            "UpdateUserAttributes",
            update(&token, &pairs),
            INVALID,
            message,
        )
        .await;
    }
    for (pairs, message) in [
        (
            vec![
                ("custom:y", ""),
                ("custom:x", "1"),
                ("custom:fixed", "y"),
                ("sub", "z"),
            ],
            "user.custom:x: Attribute does not exist in the schema.\nuser.custom:y: Attribute does not exist in the schema.\n",
        ),
        (
            vec![("phone_number_verified", "true")],
            "Phone Number is required to verify/un-verify a phone number",
        ),
        (
            vec![("email_verified", "maybe")],
            "user.email_verified: Attribute value does not match its data type.\n",
        ),
    ] {
        t.refused(
            "AdminUpdateUserAttributes",
            admin_update(&pool, "bob", &pairs),
            INVALID,
            message,
        )
        .await;
    }
    let null = json!({"UserPoolId": pool, "Username": "bob", "UserAttributes": [{"Name": "name"}]});
    t.refused(
        "AdminUpdateUserAttributes",
        null,
        INVALID,
        "Attribute value for name must not be null",
    )
    .await;
    for (names, message) in [
        (
            json!(["custom:foo", "name", "custom:bar"]),
            "Invalid user attributes: user.custom:foo: Attribute does not exist in the schema.\nuser.custom:bar: Attribute does not exist in the schema.\n",
        ),
        (
            json!(["email"]),
            "user.email: Required attribute cannot be deleted.",
        ),
        (
            json!(["custom:fixed"]),
            "user.custom:fixed: Attribute cannot be updated.\n",
        ),
    ] {
        let input = json!({"UserPoolId": pool, "Username": "bob", "UserAttributeNames": names});
        t.refused("AdminDeleteUserAttributes", input, INVALID, message)
            .await;
        let input = json!({"AccessToken": token, "UserAttributeNames": names});
        t.refused("DeleteUserAttributes", input, INVALID, message)
            .await;
    }
    assert_eq!(user(t, &pool, "bob").await, before);
}
