//! UserMigration: which answers of the function make a user, under which names, and which do not.

use cognate_domain::app::functions::Trigger;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::email;
use crate::support::TestApp;
use crate::support::functions::arm;
use crate::support::player::{Player, contents};
use crate::support::users::{attribute, client, pool, sign_in, user};

const OLD: &str = "old-pw";

async fn scene(t: &TestApp, settings: Value) -> (String, String, Player) {
    let pool = pool(t, settings).await;
    let client = client(t, &pool, json!({})).await;
    let player = Player::install(t);
    arm(t, &pool, &[Trigger::UserMigration], json!({})).await;
    (pool, client, player)
}

fn brings(player: &Player, attributes: Value) {
    let answer = json!({"userAttributes": attributes, "finalUserStatus": "CONFIRMED", "messageAction": "SUPPRESS"});
    player.answers(Trigger::UserMigration, answer);
}

/// Asserts that nobody comes of these attributes, and why.
async fn nobody(
    t: &TestApp,
    client: &str,
    player: &Player,
    typed: &str,
    attributes: Value,
    text: &str,
) {
    let before = contents(t).await;
    brings(player, attributes);
    let refused = sign_in(t, client, typed, OLD).await.unwrap_err();
    assert_eq!(refused, ("UserNotFoundException".into(), text.into()));
    assert_eq!(contents(t).await, before);
}

const OTHER_NAME: &str =
    "Error during migration: The username must be the one in the request, or an alias must be";

#[each_engine]
async fn a_plain_pool_takes_the_name_that_was_typed(t: &TestApp) {
    let (pool, client, player) = scene(t, json!({})).await;
    let other = json!({"username": "other", "name": "Jane"});
    nobody(t, &client, &player, "jane", other, OTHER_NAME).await;
    for (typed, attributes) in [
        ("jane", json!({"name": "Jane"})),
        ("joe", json!({"username": "joe", "name": "Joe"})),
        ("jim@example.com", json!({"email": "jim@example.com"})),
    ] {
        brings(&player, attributes);
        sign_in(t, &client, typed, OLD).await.unwrap();
        assert_eq!(user(t, &pool, typed).await["Username"], typed);
    }
}

#[each_engine]
async fn an_alias_needs_a_name_of_its_own_and_must_be_verified(t: &TestApp) {
    let settings = json!({"AliasAttributes": ["email", "preferred_username"]});
    let (pool, client, player) = scene(t, settings).await;
    let typed = "jane@example.com";
    let form = "Username cannot be of email format, since user pool is configured for email alias.";
    let attributes = json!({"email": typed, "email_verified": "true"});
    nobody(t, &client, &player, typed, attributes, form).await;
    let attributes = json!({"username": typed, "email": typed, "email_verified": "true"});
    nobody(t, &client, &player, typed, attributes, form).await;
    for attributes in [
        json!({"username": "jane", "email": typed}),
        json!({"username": "jane", "email": "other@example.com", "email_verified": "true"}),
        json!({"username": "jane", "name": "Jane"}),
    ] {
        nobody(t, &client, &player, typed, attributes, OTHER_NAME).await;
    }
    // Each of them was a wrong password of that name.
    let locked = sign_in(t, &client, typed, OLD).await.unwrap_err();
    assert_eq!(locked.1, "Password attempts exceeded");
    t.advance(2).await;
    brings(
        &player,
        json!({"username": "jane", "email": typed, "email_verified": "true"}),
    );
    sign_in(t, &client, typed, OLD).await.unwrap();
    sign_in(t, &client, "jane", OLD).await.unwrap();
    let jane = user(t, &pool, typed).await;
    assert_eq!(jane["Username"], "jane");
    assert_ne!(attribute(&jane, "sub"), Some("jane"));

    brings(
        &player,
        json!({"username": "joe", "preferred_username": "joey"}),
    );
    sign_in(t, &client, "joey", OLD).await.unwrap();
    assert_eq!(user(t, &pool, "joey").await["Username"], "joe");

    let text = "User account already exists";
    let attributes =
        json!({"username": "jane", "email": "jim@example.com", "email_verified": "true"});
    nobody(t, &client, &player, "jim@example.com", attributes, text).await;
}

#[each_engine]
async fn an_alias_of_another_user_moves_only_by_force(t: &TestApp) {
    let (pool, client, player) = scene(t, json!({"AliasAttributes": ["email"]})).await;
    let input = json!({"UserPoolId": pool, "Username": "owner", "MessageAction": "SUPPRESS",
        "UserAttributes": email("jane@example.com", true)});
    t.ok("AdminCreateUser", input).await;
    let attributes = json!({"email": "jane@example.com", "email_verified": "true"});
    let text = "An account with the given email already exists.";
    nobody(t, &client, &player, "jane", attributes.clone(), text).await;
    player.answers(
        Trigger::UserMigration,
        json!({
            "userAttributes": attributes, "finalUserStatus": "CONFIRMED", "messageAction": "SUPPRESS",
            "forceAliasCreation": true,
        }),
    );
    sign_in(t, &client, "jane", OLD).await.unwrap();
    assert_eq!(user(t, &pool, "jane@example.com").await["Username"], "jane");
    let owner = user(t, &pool, "owner").await;
    assert_eq!(attribute(&owner, "email_verified"), Some("false"));
}

#[each_engine]
async fn a_pool_with_username_attributes_makes_the_name(t: &TestApp) {
    let (pool, client, player) = scene(t, json!({"UsernameAttributes": ["email"]})).await;
    let typed = "jane@example.com";
    nobody(
        t,
        &client,
        &player,
        "jane",
        json!({"name": "Jane"}),
        "Username should be an email.",
    )
    .await;
    let text = "User email should be empty or same as username, since username attribute is email.";
    let other = json!({"email": "other@example.com"});
    nobody(t, &client, &player, typed, other, text).await;
    let named = json!({"username": "jane", "email": typed});
    nobody(t, &client, &player, typed, named, OTHER_NAME).await;
    brings(
        &player,
        json!({"username": typed, "email": typed, "email_verified": "true"}),
    );
    sign_in(t, &client, typed, OLD).await.unwrap();
    let jane = user(t, &pool, typed).await;
    assert_eq!(
        Some(jane["Username"].as_str().unwrap()),
        attribute(&jane, "sub")
    );
    brings(&player, json!({"name": "Joe"}));
    sign_in(t, &client, "joe@example.com", OLD).await.unwrap();
}

#[each_engine]
async fn attributes_fit_the_schema_and_may_be_missing(t: &TestApp) {
    let schema = json!({"Schema": [
        {"Name": "given_name", "Required": true, "Mutable": true},
        {"Name": "born", "AttributeDataType": "Number", "Mutable": false,
            "NumberAttributeConstraints": {"MinValue": "1900", "MaxValue": "2020"}},
    ]});
    let (pool, client, player) = scene(t, schema).await;
    let prefix = "Attributes did not conform to the schema: ";
    for (attributes, text) in [
        (
            json!({"custom:x": "1", "y": "2"}),
            format!(
                "{prefix}custom:x: Attribute does not exist in the schema.\ny: Attribute does not exist in the schema.\n"
            ),
        ),
        (
            json!({"custom:born": "1800"}),
            format!("{prefix}custom:born: Number must be at least 1900\n"),
        ),
        (
            json!({"email": "nowhere"}),
            "Invalid email address format.".to_owned(),
        ),
        (
            json!({"sub": "3b1c1f3e-0000-4000-8000-000000000000"}),
            "Cannot modify the non-mutable attribute sub".to_owned(),
        ),
    ] {
        nobody(t, &client, &player, "jane", attributes, &text).await;
    }
    for (member, value) in [
        ("finalUserStatus", json!("DONE")),
        ("messageAction", json!("LATER")),
        ("desiredDeliveryMediums", json!(["PIGEON"])),
    ] {
        let before = contents(t).await;
        player.answers(
            Trigger::UserMigration,
            json!({"userAttributes": {"name": "x"}, member: value}),
        );
        let refused = sign_in(t, &client, &format!("of {member}"), OLD).await;
        let text = format!("Error during migration: Invalid {member}");
        assert_eq!(refused.unwrap_err(), ("UserNotFoundException".into(), text));
        assert_eq!(contents(t).await, before);
    }
    brings(&player, json!({"custom:born": "1990", "email": null}));
    sign_in(t, &client, "joe", OLD).await.unwrap();
    let joe = user(t, &pool, "joe").await;
    assert_eq!(attribute(&joe, "custom:born"), Some("1990"));
    assert_eq!(attribute(&joe, "given_name"), None);
}

#[each_engine]
async fn user_ids_and_unseen_characters_are_no_names(t: &TestApp) {
    let (_, client, player) = scene(t, json!({})).await;
    brings(&player, json!({"name": "x"}));
    let before = contents(t).await;
    for name in ["3b1c1f3e-0000-4000-8000-000000000000", "ja\u{200b}ne"] {
        assert!(sign_in(t, &client, name, OLD).await.is_err(), "{name}");
    }
    assert_eq!(contents(t).await, before);
}
