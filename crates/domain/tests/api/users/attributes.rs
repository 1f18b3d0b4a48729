//! UpdateUserAttributes, DeleteUserAttributes and their Admin forms: what may be written and what becomes of it.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::signin::set_status;
use crate::support::users::{
    PASSWORD, access_token, all_at_once, attribute, client, confirmed, email_pool, inbox, pool,
    sign_in, sms, user, with,
};

const UNAUTHORIZED: (&str, &str) = (
    "NotAuthorizedException",
    "A client attempted to write unauthorized attribute",
);
const INVALID: &str = "InvalidParameterException";

/// The attribute list of a request.
pub fn list(pairs: &[(&str, &str)]) -> Value {
    pairs
        .iter()
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect()
}

/// A request of UpdateUserAttributes.
pub fn update(token: &str, pairs: &[(&str, &str)]) -> Value {
    json!({"AccessToken": token, "UserAttributes": list(pairs)})
}

/// A request of AdminUpdateUserAttributes.
pub fn admin_update(pool: &str, name: &str, pairs: &[(&str, &str)]) -> Value {
    json!({"UserPoolId": pool, "Username": name, "UserAttributes": list(pairs)})
}

/// A confirmed user of AdminCreateUser with these attributes.
pub async fn made(t: &TestApp, pool: &str, name: &str, pairs: &[(&str, &str)]) {
    let input = json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": list(pairs)});
    t.ok("AdminCreateUser", input).await;
    let input =
        json!({"UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true});
    t.ok("AdminSetUserPassword", input).await;
}

/// How many users ListUsers finds.
async fn found(t: &TestApp, pool: &str, filter: &str) -> usize {
    let input = json!({"UserPoolId": pool, "Filter": filter});
    t.ok("ListUsers", input).await["Users"]
        .as_array()
        .unwrap()
        .len()
}

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
    // What the schema does not have is told before the permission is looked at.
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
    // The schema requires it, so no list can take it away.
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
    // Nor theirs to take away, after which it would be no provider's.
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

#[each_engine]
async fn in_pools_with_username_attributes_the_address_is_the_name(t: &TestApp) {
    let pool = pool(t, json!({"UsernameAttributes": ["email", "phone_number"], "UsernameConfiguration": {"CaseSensitive": false}})).await;
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
        update(&token, &[("email", "Ann@example.com")]),
        taken.0,
        taken.1,
    )
    .await;
    let by_admin = admin_update(&pool, "bob@example.com", &[("email", "ann@example.com")]);
    t.refused("AdminUpdateUserAttributes", by_admin, taken.0, taken.1)
        .await;
    t.ok(
        "UpdateUserAttributes",
        update(&token, &[("email", "rob@example.com")]),
    )
    .await;
    assert!(
        sign_in(t, &client, "rob@example.com", PASSWORD)
            .await
            .is_ok()
    );
    let gone = sign_in(t, &client, "bob@example.com", PASSWORD)
        .await
        .unwrap_err();
    assert_eq!(
        gone,
        (
            "UserNotFoundException".into(),
            "User does not exist.".into()
        )
    );
    // Without any address nobody could sign in.
    let last = "user.email: Required attribute cannot be deleted.";
    t.refused(
        "UpdateUserAttributes",
        update(&token, &[("email", "")]),
        INVALID,
        last,
    )
    .await;
    t.refused(
        "DeleteUserAttributes",
        json!({"AccessToken": token, "UserAttributeNames": ["email"]}),
        INVALID,
        last,
    )
    .await;
    t.ok(
        "UpdateUserAttributes",
        update(&token, &[("phone_number", "+15555550100")]),
    )
    .await;
    t.refused(
        "UpdateUserAttributes",
        update(&token, &[("email", ""), ("phone_number", "")]),
        INVALID,
        last,
    )
    .await;
    t.ok("UpdateUserAttributes", update(&token, &[("email", "")]))
        .await;
    assert!(sign_in(t, &client, "+15555550100", PASSWORD).await.is_ok());
    assert!(
        sign_in(t, &client, "rob@example.com", PASSWORD)
            .await
            .is_err()
    );
}

#[each_engine]
async fn aliases_follow_their_attributes(t: &TestApp) {
    let pool = pool(t, with(json!({"AliasAttributes": ["email", "phone_number", "preferred_username"], "UsernameConfiguration": {"CaseSensitive": false}}), sms())).await;
    let client = client(t, &pool, json!({})).await;
    made(
        t,
        &pool,
        "bob",
        &[("email", "bob@example.com"), ("email_verified", "true")],
    )
    .await;
    made(t, &pool, "ann", &[]).await;
    let signs_in = async |name: &str| sign_in(t, &client, name, PASSWORD).await.is_ok();
    assert!(signs_in("bob@example.com").await);
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "bob", &[("email", "new@example.com")]),
    )
    .await;
    assert_eq!(
        attribute(&user(t, &pool, "bob").await, "email_verified"),
        Some("false")
    );
    assert!(!signs_in("bob@example.com").await && !signs_in("new@example.com").await);
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(
            &pool,
            "bob",
            &[("email_verified", "true"), ("preferred_username", "b")],
        ),
    )
    .await;
    assert!(signs_in("new@example.com").await && signs_in("b").await);
    // A name belongs to one user.
    let taken = |name: &str| format!("An account with the given {name} already exists.");
    let input = admin_update(&pool, "ann", &[("preferred_username", "B")]);
    t.refused(
        "AdminUpdateUserAttributes",
        input,
        "AliasExistsException",
        &taken("preferred_username"),
    )
    .await;
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "ann", &[("email", "new@example.com")]),
    )
    .await;
    let delete = json!({"UserPoolId": pool, "Username": "b", "UserAttributeNames": ["preferred_username", "email"]});
    t.ok("AdminDeleteUserAttributes", delete).await;
    let shown = user(t, &pool, "bob").await;
    assert_eq!(
        (
            attribute(&shown, "email"),
            attribute(&shown, "email_verified")
        ),
        (None, None)
    );
    assert!(!signs_in("new@example.com").await && !signs_in("b").await && signs_in("bob").await);
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(
            &pool,
            "ann",
            &[("preferred_username", "b"), ("email_verified", "true")],
        ),
    )
    .await;
    assert!(signs_in("b").await && signs_in("new@example.com").await);
}

#[each_engine]
async fn of_many_who_want_one_name_at_once_one_gets_it(t: &TestApp) {
    let pool = pool(t, json!({"AliasAttributes": ["preferred_username"]})).await;
    for n in 0..16 {
        made(t, &pool, &format!("user{n}"), &[]).await;
    }
    let inputs = (0..64).map(|n| {
        admin_update(
            &pool,
            &format!("user{}", n % 16),
            &[("preferred_username", "star")],
        )
    });
    let answers = all_at_once(t, "AdminUpdateUserAttributes", inputs.collect()).await;
    let refused = (
        "AliasExistsException".to_owned(),
        "An account with the given preferred_username already exists.".to_owned(),
    );
    for answer in answers {
        match answer {
            Ok(answer) => assert_eq!(answer, json!({})),
            Err(refusal) => assert_eq!(refusal, refused),
        }
    }
    assert_eq!(found(t, &pool, "preferred_username = \"star\"").await, 1);
}
