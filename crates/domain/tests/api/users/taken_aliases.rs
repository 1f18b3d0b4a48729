//! Aliases that administrators create, confirm and move.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::users::{
    PASSWORD, all_at_once, attribute, client, code, confirmed, pool, sign_in, sign_up, user, with,
};

#[each_engine]
async fn a_verified_alias_finds_its_user_and_moves_only_by_force(t: &TestApp) {
    let pool = pool(
        t,
        json!({"AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"]}),
    )
    .await;
    let create = |name: &str, over: Value| {
        with(
            json!({
                "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": email("x@example.com", true)
            }),
            over,
        )
    };
    t.ok("AdminCreateUser", create("a", json!({}))).await;
    assert_eq!(user(t, &pool, "x@example.com").await["Username"], "a");
    t.ok(
        "AdminCreateUser",
        create(
            "unverified",
            json!({"UserAttributes": email("x@example.com", false)}),
        ),
    )
    .await;
    let refusal = t
        .call("AdminCreateUser", create("b", json!({})))
        .await
        .unwrap_err();
    assert_eq!(
        refusal,
        (
            "AliasExistsException".into(),
            "An account with the given email already exists.".into()
        )
    );
    t.ok(
        "AdminCreateUser",
        create("b", json!({"ForceAliasCreation": true})),
    )
    .await;
    assert_eq!(user(t, &pool, "x@example.com").await["Username"], "b");
    assert_eq!(
        attribute(&user(t, &pool, "a").await, "email_verified"),
        Some("false")
    );
}

#[each_engine]
async fn confirming_a_taken_alias_needs_force_and_keeps_the_code(t: &TestApp) {
    let pool = pool(
        t,
        json!({"AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"]}),
    )
    .await;
    let client = client(t, &pool, json!({})).await;
    confirmed(t, &pool, &client, "a", "x@example.com").await;
    sign_up(t, &client, "b", "x@example.com").await;
    t.refused(
        "AdminGetUser",
        json!({"UserPoolId": pool, "Username": "y@example.com"}),
        UNKNOWN.0,
        UNKNOWN.1,
    )
    .await;
    let digits = code(t, &pool, "b").await;
    let confirm = json!({"ClientId": client, "Username": "b", "ConfirmationCode": digits});
    t.refused(
        "ConfirmSignUp",
        confirm.clone(),
        "AliasExistsException",
        "An account with the given email already exists.",
    )
    .await;
    assert_eq!(user(t, &pool, "b").await["UserStatus"], "UNCONFIRMED");
    t.ok(
        "ConfirmSignUp",
        with(confirm, json!({"ForceAliasCreation": true})),
    )
    .await;
    assert_eq!(user(t, &pool, "x@example.com").await["Username"], "b");
    assert_eq!(
        attribute(&user(t, &pool, "a").await, "email_verified"),
        Some("false")
    );
    assert!(sign_in(t, &client, "x@example.com", PASSWORD).await.is_ok());
}

#[each_engine]
async fn an_alias_taken_by_many_at_once_goes_to_one(t: &TestApp) {
    let pool = pool(
        t,
        json!({"AliasAttributes": ["email"], "AutoVerifiedAttributes": ["email"]}),
    )
    .await;
    let create = |n: usize, force: bool| {
        json!({
            "UserPoolId": pool, "Username": format!("u{n}"), "MessageAction": "SUPPRESS", "ForceAliasCreation": force,
            "UserAttributes": email("x@example.com", true)
        })
    };
    let answers = all_at_once(
        t,
        "AdminCreateUser",
        (0..16).map(|n| create(n, false)).collect(),
    )
    .await;
    assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 1);
    // By force each gets it in turn; the user who lost it is unverified.
    let answers = all_at_once(
        t,
        "AdminCreateUser",
        (100..104).map(|n| create(n, true)).collect(),
    )
    .await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let listed = t.ok("ListUsers", json!({"UserPoolId": pool})).await;
    let verified = listed["Users"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|u| attribute(u, "email_verified") == Some("true"));
    let owners: Vec<_> = verified.map(|u| u["Username"].clone()).collect();
    assert_eq!(
        owners,
        [user(t, &pool, "x@example.com").await["Username"].clone()]
    );
}

#[each_engine]
async fn preferred_user_names_are_aliases_after_confirmation(t: &TestApp) {
    let pool = pool(t, json!({"AliasAttributes": ["preferred_username"]})).await;
    let client = client(t, &pool, json!({})).await;
    let preferred = json!([{"Name": "preferred_username", "Value": "chief"}]);
    let input = json!({"ClientId": client, "Username": "bob", "Password": PASSWORD, "UserAttributes": preferred});
    t.refused("SignUp", input, "InvalidParameterException",
        "Preferred username cannot be provided for unconfirmed account, since user pool is configured for preferred username alias.").await;
    let create = |name: &str| json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": preferred});
    t.ok("AdminCreateUser", create("bob")).await;
    assert_eq!(user(t, &pool, "chief").await["Username"], "bob");
    let refusal = t.call("AdminCreateUser", create("rob")).await.unwrap_err();
    assert_eq!(
        refusal,
        (
            "AliasExistsException".into(),
            "An account with the given preferred_username already exists.".into()
        )
    );
    let input = json!({"ClientId": client, "Username": "chief", "Password": PASSWORD});
    t.refused(
        "SignUp",
        input,
        "UsernameExistsException",
        "User already exists",
    )
    .await;
}
