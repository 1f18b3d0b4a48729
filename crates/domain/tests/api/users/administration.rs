//! AdminGetUser, AdminSetUserPassword, AdminConfirmSignUp, enabling, disabling, deleting.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::users::{
    PASSWORD, access_token, attribute, confirmed, email_pool, pool, sign_in, sign_up, user, with,
};

#[each_engine]
async fn unknown_users_and_pools_are_told_by_every_admin_operation(t: &TestApp) {
    let (pool, _) = email_pool(t).await;
    for (op, more) in [
        ("AdminGetUser", json!({})),
        ("AdminDeleteUser", json!({})),
        ("AdminEnableUser", json!({})),
        ("AdminDisableUser", json!({})),
        ("AdminConfirmSignUp", json!({})),
        ("AdminUserGlobalSignOut", json!({})),
        ("AdminSetUserPassword", json!({"Password": PASSWORD})),
    ] {
        let input = with(json!({"UserPoolId": pool, "Username": "nobody"}), more);
        t.refused(op, input.clone(), UNKNOWN.0, UNKNOWN.1).await;
        let input = with(input, json!({"UserPoolId": "us-east-1_nobody000"}));
        t.refused(
            op,
            input,
            "ResourceNotFoundException",
            "User pool us-east-1_nobody000 does not exist.",
        )
        .await;
    }
}

#[each_engine]
async fn an_administrator_sets_passwords(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let set = |over: Value| {
        with(
            json!({"UserPoolId": pool, "Username": "bob", "Password": "N3w!passw"}),
            over,
        )
    };
    t.refused(
        "AdminSetUserPassword",
        set(json!({"Password": "password"})),
        "InvalidPasswordException",
        "Password does not conform to policy: Password must have uppercase characters",
    )
    .await;
    assert_eq!(
        t.ok("AdminSetUserPassword", set(json!({}))).await,
        json!({})
    );
    assert_eq!(
        user(t, &pool, "bob").await["UserStatus"],
        "FORCE_CHANGE_PASSWORD"
    );
    t.ok("AdminSetUserPassword", set(json!({"Permanent": true})))
        .await;
    assert_eq!(user(t, &pool, "bob").await["UserStatus"], "CONFIRMED");
    assert!(sign_in(t, &client, "bob", "N3w!passw").await.is_ok());
    assert!(sign_in(t, &client, "bob", PASSWORD).await.is_err());
    t.ok("AdminSetUserPassword", set(json!({"Permanent": true})))
        .await;
}

#[each_engine]
async fn former_passwords_are_refused_as_far_as_the_history_goes(t: &TestApp) {
    let policy = json!({"PasswordPolicy": {"MinimumLength": 8, "PasswordHistorySize": 2}});
    let pool = pool(t, json!({"Policies": policy})).await;
    t.ok("AdminCreateUser", json!({"UserPoolId": pool, "Username": "bob", "TemporaryPassword": "password-1", "MessageAction": "SUPPRESS"})).await;
    let set = |password: &str| json!({"UserPoolId": pool, "Username": "bob", "Password": password, "Permanent": true});
    let refusal = (
        "PasswordHistoryPolicyViolationException",
        "Password has previously been used.",
    );
    t.refused(
        "AdminSetUserPassword",
        set("password-1"),
        refusal.0,
        refusal.1,
    )
    .await;
    t.ok("AdminSetUserPassword", set("password-2")).await;
    t.refused(
        "AdminSetUserPassword",
        set("password-1"),
        refusal.0,
        refusal.1,
    )
    .await;
    t.refused(
        "AdminSetUserPassword",
        set("password-2"),
        refusal.0,
        refusal.1,
    )
    .await;
    t.ok("AdminSetUserPassword", set("password-3")).await;
    t.ok("AdminSetUserPassword", set("password-1")).await;
}

#[each_engine]
async fn an_administrator_confirms_and_verifies_nothing(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let input = json!({"UserPoolId": pool, "Username": "bob"});
    assert_eq!(t.ok("AdminConfirmSignUp", input.clone()).await, json!({}));
    let after = user(t, &pool, "bob").await;
    assert_eq!(
        (&after["UserStatus"], attribute(&after, "email_verified")),
        (&json!("CONFIRMED"), None)
    );
    t.refused(
        "AdminConfirmSignUp",
        input,
        "NotAuthorizedException",
        "User cannot be confirmed. Current status is CONFIRMED",
    )
    .await;
}

#[each_engine]
async fn disabling_ends_sessions_and_enabling_lets_in_again(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    let input = json!({"UserPoolId": pool, "Username": "bob"});
    assert_eq!(t.ok("AdminDisableUser", input.clone()).await, json!({}));
    let seen = user(t, &pool, "bob").await;
    assert_eq!(
        (&seen["Enabled"], &seen["UserStatus"]),
        (&json!(false), &json!("CONFIRMED"))
    );
    assert!(
        t.call("GetUser", json!({"AccessToken": token}))
            .await
            .is_err()
    );
    assert_eq!(
        sign_in(t, &client, "bob", PASSWORD).await.unwrap_err().1,
        "User is disabled."
    );
    assert_eq!(t.ok("AdminEnableUser", input).await, json!({}));
    assert!(
        t.call("GetUser", json!({"AccessToken": token}))
            .await
            .is_err(),
        "the old session stays ended"
    );
    assert!(sign_in(t, &client, "bob", PASSWORD).await.is_ok());
}

#[each_engine]
async fn signing_a_user_out_everywhere_ends_their_tokens(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    t.ok("GetUser", json!({"AccessToken": token})).await;
    assert_eq!(
        t.ok(
            "AdminUserGlobalSignOut",
            json!({"UserPoolId": pool, "Username": "bob"})
        )
        .await,
        json!({})
    );
    t.refused(
        "GetUser",
        json!({"AccessToken": token}),
        "NotAuthorizedException",
        "Access Token has been revoked",
    )
    .await;
}

#[each_engine]
async fn a_deleted_user_is_gone_and_the_name_is_free(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let sub = confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    let token = access_token(t, &client, "bob", PASSWORD).await;
    assert_eq!(
        t.ok(
            "AdminDeleteUser",
            json!({"UserPoolId": pool, "Username": "bob"})
        )
        .await,
        Value::Null
    );
    for name in ["bob", sub.as_str()] {
        t.refused(
            "AdminGetUser",
            json!({"UserPoolId": pool, "Username": name}),
            UNKNOWN.0,
            UNKNOWN.1,
        )
        .await;
    }
    t.refused(
        "GetUser",
        json!({"AccessToken": token}),
        UNKNOWN.0,
        UNKNOWN.1,
    )
    .await;
    let listed = t
        .ok(
            "ListUsers",
            json!({"UserPoolId": pool, "Filter": "email ^= \"bob\""}),
        )
        .await;
    assert_eq!(listed, json!({"Users": []}));
    let again = sign_up(t, &client, "bob", "bob@example.com").await;
    assert_ne!(again["UserSub"], sub.as_str());
}

#[each_engine]
async fn users_can_be_named_by_their_sub(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let sub = confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    assert_eq!(user(t, &pool, &sub).await["Username"], "bob");
}

#[each_engine]
async fn the_pool_counts_its_users(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let count = async || {
        t.ok("DescribeUserPool", json!({"UserPoolId": pool})).await["UserPool"]["EstimatedNumberOfUsers"].clone()
    };
    for name in ["a", "b", "c"] {
        sign_up(t, &client, name, "x@example.com").await;
    }
    assert_eq!(count().await, 3);
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": "b"}),
    )
    .await;
    assert_eq!(count().await, 2);
}
