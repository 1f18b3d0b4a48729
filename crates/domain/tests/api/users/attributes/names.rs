//! Attributes that are names of their user.

use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::TestApp;
use crate::support::attributes::{admin_update, made, update};
use crate::support::texts::exceptions::INVALID;
use crate::support::users::{
    PASSWORD, access_token, all_at_once, attribute, client, pool, sign_in, sms, user, with,
};

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
    // Without any address the user could not sign in.
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
