//! Aliases that change hands, and what a database of before may hold: preferred user names that look like an address,
//! schemas that require what only the service sets.

use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::attributes::{admin_update, list, made, update};
use crate::support::texts::exceptions::INVALID;
use crate::support::users::{
    PASSWORD, access_token, attribute, client, code, pool, sign_in, sign_up, sms, user, with,
};

const ADDRESS: &str = "x@example.com";
const VERIFIED: [(&str, &str); 2] = [("email", ADDRESS), ("email_verified", "true")];

/// Creates a pool with every alias, which verifies addresses.
async fn alias_pool(t: &TestApp) -> (String, String) {
    let aliases = json!({
        "AliasAttributes": ["email", "phone_number", "preferred_username"], "AutoVerifiedAttributes": ["email"],
    });
    let pool = pool(t, with(aliases, sms())).await;
    let client = client(t, &pool, json!({})).await;
    (pool, client)
}

/// Creates a user whose preferred user name is the address, as it could be before that was refused.
async fn made_before(t: &TestApp, pool: &str, name: &str, more: &[(&str, &str)]) {
    let mut pairs = more.to_vec();
    pairs.push(("preferred_username", "held"));
    made(t, pool, name, &pairs).await;
    let batch = Batch::new()
        .run(
            "UPDATE users SET doc = REPLACE(doc, ?2, ?3), mac = NULL WHERE pool_id = ?1",
            params![pool, "\"held\"", format!("\"{ADDRESS}\"")],
        )
        .run(
            "UPDATE logins SET name = ?3 WHERE pool_id = ?1 AND name = ?2",
            params![pool, "held", ADDRESS],
        );
    t.app.store.commit(batch).await.unwrap();
    t.sign(pool).await;
    let shown = user(t, pool, name).await;
    assert_eq!(attribute(&shown, "preferred_username"), Some(ADDRESS));
}

/// Returns the name of the user who has the address.
async fn owner(t: &TestApp, pool: &str) -> Value {
    user(t, pool, ADDRESS).await["Username"].clone()
}

#[each_engine]
async fn an_administrator_moves_an_alias_by_declaring_it_verified(t: &TestApp) {
    let (pool, client) = alias_pool(t).await;
    for (name, value) in [("email", ADDRESS), ("phone_number", "+15555550100")] {
        let flag = format!("{name}_verified");
        let verified = [(name, value), (flag.as_str(), "true")];
        let (first, second) = (format!("a-{name}"), format!("b-{name}"));
        made(t, &pool, &first, &verified).await;
        made(t, &pool, &second, &[]).await;
        // The address and its flag at once, and the flag alone for an address that is there.
        assert_eq!(
            t.ok(
                "AdminUpdateUserAttributes",
                admin_update(&pool, &second, &verified)
            )
            .await,
            json!({})
        );
        let owner = async || user(t, &pool, value).await["Username"].clone();
        let flag_of = async |who: &str| {
            let shown = user(t, &pool, who).await;
            (
                attribute(&shown, name).unwrap().to_owned(),
                attribute(&shown, &flag).unwrap().to_owned(),
            )
        };
        assert_eq!(owner().await, second.as_str());
        assert_eq!(
            flag_of(&first).await,
            (value.to_owned(), "false".to_owned())
        );
        assert_eq!(
            flag_of(&second).await,
            (value.to_owned(), "true".to_owned())
        );
        let word = admin_update(&pool, &first, &[(&flag, "true")]);
        t.ok("AdminUpdateUserAttributes", word.clone()).await;
        assert_eq!(owner().await, first.as_str());
        assert_eq!(flag_of(&second).await.1, "false");
        // To say it again changes nothing.
        t.ok("AdminUpdateUserAttributes", word).await;
        assert_eq!(owner().await, first.as_str());
        assert!(sign_in(t, &client, value, PASSWORD).await.is_ok());
    }
    // A preferred user name stays with its owner.
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "a-email", &[("preferred_username", "chief")]),
    )
    .await;
    let input = admin_update(
        &pool,
        "b-email",
        &[("preferred_username", "chief"), ("email_verified", "true")],
    );
    t.refused(
        "AdminUpdateUserAttributes",
        input,
        "AliasExistsException",
        "An account with the given preferred_username already exists.",
    )
    .await;
    assert_eq!(owner(t, &pool).await, "a-email");
}

#[each_engine]
async fn where_addresses_are_names_they_stay_with_their_owner(t: &TestApp) {
    let pool = pool(t, json!({"UsernameAttributes": ["email", "phone_number"]})).await;
    made(t, &pool, ADDRESS, &[("email_verified", "true")]).await;
    made(
        t,
        &pool,
        "y@example.com",
        &[
            ("phone_number", "+15555550100"),
            ("phone_number_verified", "true"),
        ],
    )
    .await;
    let taken = |name: &str| format!("An account with the given {name} already exists.");
    let input = admin_update(&pool, "y@example.com", &VERIFIED);
    t.refused(
        "AdminUpdateUserAttributes",
        input,
        "AliasExistsException",
        &taken("email"),
    )
    .await;
    let input = admin_update(
        &pool,
        ADDRESS,
        &[
            ("phone_number", "+15555550100"),
            ("phone_number_verified", "true"),
        ],
    );
    t.refused(
        "AdminUpdateUserAttributes",
        input,
        "AliasExistsException",
        &taken("phone_number"),
    )
    .await;
    assert_eq!(
        attribute(&user(t, &pool, ADDRESS).await, "email_verified"),
        Some("true")
    );
}

#[each_engine]
async fn a_user_name_that_is_an_address_is_nobody_elses(t: &TestApp) {
    // Names of the form are refused, so that only a database of before can hold one.
    let (pool, _) = alias_pool(t).await;
    made(t, &pool, "old", &[]).await;
    made(t, &pool, "b", &[]).await;
    let batch = Batch::new()
        .run(
            "UPDATE users SET username = ?2, mac = NULL WHERE pool_id = ?1 AND username = ?3",
            params![&pool, ADDRESS, "old"],
        )
        .run(
            "UPDATE logins SET name = ?2 WHERE pool_id = ?1 AND name = ?3",
            params![&pool, ADDRESS, "old"],
        );
    t.app.store.commit(batch).await.unwrap();
    t.sign(&pool).await;
    t.refused(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "b", &VERIFIED),
        "AliasExistsException",
        "An account with the given email already exists.",
    )
    .await;
    assert_eq!(owner(t, &pool).await, ADDRESS);
}

#[each_engine]
async fn a_verified_address_wins_over_an_older_name_that_looks_like_one(t: &TestApp) {
    let (pool, client) = alias_pool(t).await;
    made_before(
        t,
        &pool,
        "a",
        &[("email", "a@example.com"), ("email_verified", "true")],
    )
    .await;
    assert_eq!(owner(t, &pool).await, "a");
    // By a confirmed sign-up, without force.
    sign_up(t, &client, "b", ADDRESS).await;
    let digits = code(t, &pool, "b").await;
    t.ok(
        "ConfirmSignUp",
        json!({"ClientId": client, "Username": "b", "ConfirmationCode": digits}),
    )
    .await;
    assert_eq!(owner(t, &pool).await, "b");
    // The other keeps everything else, and can go on to another name.
    let shown = user(t, &pool, "a").await;
    assert_eq!(attribute(&shown, "email_verified"), Some("true"));
    assert_eq!(user(t, &pool, "a@example.com").await["Username"], "a");
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "a", &[("nickname", "A")]),
    )
    .await;
    assert_eq!(owner(t, &pool).await, "b");
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "a", &[("preferred_username", "chief")]),
    )
    .await;
    assert_eq!(user(t, &pool, "chief").await["Username"], "a");
    assert_eq!(owner(t, &pool).await, "b");
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": "a"}),
    )
    .await;
    assert_eq!(owner(t, &pool).await, "b");
}

#[each_engine]
async fn it_wins_by_every_other_way_to_verify_too(t: &TestApp) {
    let create = |pool: &str, force: bool| {
        json!({
            "UserPoolId": pool, "Username": "b", "MessageAction": "SUPPRESS", "ForceAliasCreation": force, "UserAttributes": list(&VERIFIED)
        })
    };
    for force in [false, true] {
        let (pool, _) = alias_pool(t).await;
        made_before(t, &pool, "a", &[]).await;
        t.ok("AdminCreateUser", create(&pool, force)).await;
        assert_eq!(owner(t, &pool).await, "b");
    }
    let (pool, client) = alias_pool(t).await;
    made_before(t, &pool, "a", &[]).await;
    made(t, &pool, "b", &[]).await;
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "b", &VERIFIED),
    )
    .await;
    assert_eq!(owner(t, &pool).await, "b");
    // Both names of one user go at once.
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": "a"}),
    )
    .await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": "b"}),
    )
    .await;
    made_before(t, &pool, "c", &VERIFIED[..1]).await;
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "c", &VERIFIED[1..]),
    )
    .await;
    made(t, &pool, "d", &[]).await;
    let token = access_token(t, &client, "d", PASSWORD).await;
    t.ok("UpdateUserAttributes", update(&token, &VERIFIED[..1]))
        .await;
    let digits = code(t, &pool, "d").await;
    t.ok(
        "VerifyUserAttribute",
        json!({"AccessToken": token, "AttributeName": "email", "Code": digits}),
    )
    .await;
    assert_eq!(owner(t, &pool).await, "d");
    assert_eq!(
        attribute(&user(t, &pool, "c").await, "email_verified"),
        Some("false")
    );
}

#[each_engine]
async fn an_older_schema_that_requires_a_flag_asks_nobody_for_it(t: &TestApp) {
    let schema =
        json!([{"Name": "email_verified", "AttributeDataType": "Boolean", "Mutable": false}]);
    let pool = pool(t, json!({"AliasAttributes": ["email"], "Schema": schema})).await;
    let row = t
        .app
        .store
        .row("SELECT doc FROM pools WHERE pool_id = ?1", params![&pool])
        .await
        .unwrap()
        .unwrap();
    let doc = row.text(0).unwrap().to_owned();
    let mut doc: Value = serde_json::from_str(&doc).unwrap();
    let entry = doc["schema"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(|entry| entry["Name"] == "email_verified")
        .unwrap();
    entry["Mutable"] = json!(true);
    entry["Required"] = json!(true);
    let sql = "UPDATE pools SET doc = ?2, ver = ver + 1 WHERE pool_id = ?1";
    t.app
        .store
        .commit(Batch::new().run(sql, params![&pool, doc.to_string()]))
        .await
        .unwrap();
    t.sign(&pool).await;
    t.app.cache.forget(&pool, None);
    let client = client(t, &pool, json!({"WriteAttributes": ["email", "nickname"]})).await;
    let attributes = list(&[("email", ADDRESS)]);
    t.ok("SignUp", json!({"ClientId": client, "Username": "a", "Password": PASSWORD, "UserAttributes": attributes})).await;
    let input = json!({"UserPoolId": pool, "Username": "b", "MessageAction": "SUPPRESS", "TemporaryPassword": "Temp0rary!", "UserAttributes": attributes});
    t.ok("AdminCreateUser", input).await;
    let asked = sign_in(t, &client, "b", "Temp0rary!").await.unwrap();
    assert_eq!(asked["ChallengeParameters"]["requiredAttributes"], "[]");
    let give = |more: Value| {
        json!({
            "ClientId": client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": asked["Session"],
            "ChallengeResponses": with(json!({"USERNAME": "b", "NEW_PASSWORD": PASSWORD}), more),
        })
    };
    let flag = json!({"userAttributes.email_verified": "true"});
    t.refused(
        "RespondToAuthChallenge",
        give(flag),
        INVALID,
        "Cannot modify the non-mutable attribute email_verified",
    )
    .await;
    t.ok("RespondToAuthChallenge", give(json!({}))).await;
    let token = access_token(t, &client, "b", PASSWORD).await;
    t.refused(
        "UpdateUserAttributes",
        update(&token, &[("email_verified", "true")]),
        "NotAuthorizedException",
        "A client attempted to write unauthorized attribute",
    )
    .await;
    assert_eq!(
        attribute(&user(t, &pool, "b").await, "email_verified"),
        None
    );
    t.ok(
        "AdminUpdateUserAttributes",
        admin_update(&pool, "b", &[("email_verified", "true")]),
    )
    .await;
    let delete =
        json!({"UserPoolId": pool, "Username": "b", "UserAttributeNames": ["email_verified"]});
    t.ok("AdminDeleteUserAttributes", delete).await;
}
