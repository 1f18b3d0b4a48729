//! Case, aliases and username attributes: what is found, what each decision does, and that nothing stands against it.

use each_engine::each_engine;
use serde_json::json;

use super::{
    applied, audited, drive, file, finished, id, kinds, logins, only, planned, try_apply, undone,
};
use crate::support::TestApp;
use crate::support::pools::describe;
use crate::support::signin::{
    PASSWORD, Site, Srp, by_password, site_with, user, user_with, verify,
};
use crate::support::users::attribute;

async fn found(t: &TestApp, s: &Site, name: &str) -> Option<String> {
    let input = json!({"UserPoolId": s.pool, "Username": name});
    let user = t.call("AdminGetUser", input).await.ok()?;
    attribute(&user, "sub").map(str::to_owned)
}

async fn signs_in(t: &TestApp, s: &Site, name: &str) -> bool {
    t.call("InitiateAuth", by_password(&s.client, name, PASSWORD))
        .await
        .is_ok()
}

async fn by_srp(t: &TestApp, s: &Site, name: &str) {
    let srp = Srp::start(t, &s.client, name).await.unwrap();
    let answer = verify(&s.client, srp.responses(&s.pool, PASSWORD));
    let done = t.ok("RespondToAuthChallenge", answer).await;
    assert!(done.get("AuthenticationResult").is_some());
}

fn email(value: &str) -> serde_json::Value {
    json!([{"Name": "email", "Value": value}, {"Name": "email_verified", "Value": "true"}])
}

#[each_engine]
async fn names_stop_differing_by_case(t: &TestApp) {
    let s = site_with(t, json!({"AliasAttributes": ["email"]}), json!({})).await;
    let jane = user(t, &s.pool, "Jane").await;
    let bob = user_with(t, &s.pool, "bob", email("Bob@Example.com")).await;
    let plan = planned(t, &s.pool, &["case-sensitive=false"]).await;
    assert_eq!(kinds(&plan), []);
    assert_eq!(plan["users"], 2);
    assert!(found(t, &s, "jane").await.is_none());
    try_apply(t, &s.pool, &plan, None).await.unwrap();
    assert_eq!(drive(t, &s.pool).await["state"], "applied");
    for name in ["jane", "JANE", "Jane"] {
        assert_eq!(found(t, &s, name).await.as_ref(), Some(&jane), "{name}");
        assert!(signs_in(t, &s, name).await, "{name}");
    }
    by_srp(t, &s, "jANE").await;
    assert_eq!(found(t, &s, "bob@example.COM").await, Some(bob));
    let shown = describe(t, &s.pool).await;
    assert_eq!(
        shown["UsernameConfiguration"],
        json!({"CaseSensitive": false})
    );
    // The stored name does not change.
    let user = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "jane"}),
        )
        .await;
    assert_eq!(user["Username"], "Jane");
    let taken = json!({"UserPoolId": s.pool, "Username": "JANE", "MessageAction": "SUPPRESS"});
    t.refused(
        "AdminCreateUser",
        taken,
        "UsernameExistsException",
        "User account already exists",
    )
    .await;
    finished(t, &s.pool, &plan).await;
    assert!(signs_in(t, &s, "jane").await);
    assert_eq!(logins(t, &s.pool).await.len(), 3);
    // And back again, in a space of its own.
    let plan = planned(t, &s.pool, &["case-sensitive=true"]).await;
    assert_eq!(
        plan["notes"][0],
        "1 users are spelled with capitals and may have typed small letters until now"
    );
    applied(t, &s.pool, &plan, &[]).await;
    assert!(!signs_in(t, &s, "jane").await);
    assert!(signs_in(t, &s, "Jane").await);
    by_srp(t, &s, "Jane").await;
    assert_eq!(
        describe(t, &s.pool).await["UsernameConfiguration"],
        json!({"CaseSensitive": true})
    );
}

/// A user name in capitals, one in small letters, and an address that a third has as a name.
async fn folding(t: &TestApp) -> (Site, [String; 4]) {
    let s = site_with(
        t,
        json!({"AliasAttributes": ["preferred_username", "email"]}),
        json!({}),
    )
    .await;
    let upper = user(t, &s.pool, "JANE").await;
    let lower = user(t, &s.pool, "jane").await;
    let named = user_with(
        t,
        &s.pool,
        "one",
        json!([{"Name": "preferred_username", "Value": "Nick"}]),
    )
    .await;
    let nick = user(t, &s.pool, "NICK").await;
    (s, [upper, lower, named, nick])
}

#[each_engine]
async fn one_user_keeps_a_name_that_several_have(t: &TestApp) {
    let (s, [upper, lower, named, nick]) = folding(t).await;
    let plan = planned(t, &s.pool, &["case-sensitive=false"]).await;
    let list = plan["conflicts"].as_array().unwrap();
    assert_eq!(list.len(), 2, "{plan}");
    assert_eq!(list[0]["name"], "jane");
    assert_eq!(
        list[0]["decisions"],
        json!(["keep", "merge-into", "rename"])
    );
    assert_eq!(list[1]["name"], "nick");
    assert_eq!(
        list[1]["decisions"],
        json!(["keep", "merge-into", "rename", "clear"])
    );
    let before = super::rows(t, &s.pool).await;
    let decisions = [
        (id(&list[0]), json!({"keep": lower})),
        (id(&list[1]), json!("clear")),
    ];
    applied(t, &s.pool, &plan, &decisions).await;
    assert_eq!(found(t, &s, "Jane").await.as_ref(), Some(&lower));
    assert_eq!(found(t, &s, &upper).await.as_ref(), Some(&upper));
    assert_eq!(found(t, &s, "nick").await.as_ref(), Some(&nick));
    let input = json!({"UserPoolId": s.pool, "Username": "one"});
    assert_eq!(
        attribute(&t.ok("AdminGetUser", input).await, "preferred_username"),
        None
    );
    assert_eq!(audited(t, &s.pool, &upper).await, 1);
    assert_eq!(audited(t, &s.pool, &named).await, 1);
    assert_eq!(audited(t, &s.pool, &lower).await, 0);
    undone(t, &s.pool, &plan).await;
    assert_eq!(super::rows(t, &s.pool).await, before);
    assert_eq!(found(t, &s, "JANE").await.as_ref(), Some(&upper));
    assert_eq!(found(t, &s, "Nick").await.as_ref(), Some(&named));
}

#[each_engine]
async fn a_user_gets_another_name_and_needs_another_password(t: &TestApp) {
    let (s, [upper, lower, _, nick]) = folding(t).await;
    let token = t
        .ok("InitiateAuth", by_password(&s.client, "JANE", PASSWORD))
        .await;
    let plan = planned(t, &s.pool, &["case-sensitive=false"]).await;
    let list = plan["conflicts"].as_array().unwrap();
    let before = super::rows(t, &s.pool).await;
    let decisions = [
        (id(&list[0]), json!({"rename": {upper.as_str(): "jane2"}})),
        (id(&list[1]), json!({"keep": nick})),
    ];
    applied(t, &s.pool, &plan, &decisions).await;
    assert_eq!(found(t, &s, "JANE2").await.as_ref(), Some(&upper));
    assert_eq!(found(t, &s, "JANE").await.as_ref(), Some(&lower));
    let user = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "jane2"}),
        )
        .await;
    assert_eq!(
        (&user["Username"], &user["UserStatus"]),
        (&json!("jane2"), &json!("RESET_REQUIRED"))
    );
    assert!(!signs_in(t, &s, "jane2").await);
    let access = &token["AuthenticationResult"]["AccessToken"];
    t.refused(
        "GetUser",
        json!({"AccessToken": access}),
        "NotAuthorizedException",
        "Access Token has been revoked",
    )
    .await;
    undone(t, &s.pool, &plan).await;
    assert_eq!(super::rows(t, &s.pool).await, before);
    assert!(signs_in(t, &s, "JANE").await);
    assert!(found(t, &s, "jane2").await.is_none());
}

#[each_engine]
async fn a_user_is_merged_into_another(t: &TestApp) {
    let (s, [upper, lower, named, _]) = folding(t).await;
    for (group, name) in [("one", "JANE"), ("two", "JANE"), ("two", "jane")] {
        let made = json!({"UserPoolId": s.pool, "GroupName": group});
        let _ = t.call("CreateGroup", made).await;
        t.ok(
            "AdminAddUserToGroup",
            json!({"UserPoolId": s.pool, "GroupName": group, "Username": name}),
        )
        .await;
    }
    let attributes = json!([{"Name": "name", "Value": "Jane"}, {"Name": "locale", "Value": "de"}]);
    t.ok(
        "AdminUpdateUserAttributes",
        json!({"UserPoolId": s.pool, "Username": "JANE", "UserAttributes": attributes}),
    )
    .await;
    let attributes = json!([{"Name": "locale", "Value": "fr"}]);
    t.ok(
        "AdminUpdateUserAttributes",
        json!({"UserPoolId": s.pool, "Username": "jane", "UserAttributes": attributes}),
    )
    .await;
    let plan = planned(t, &s.pool, &["case-sensitive=false"]).await;
    let list = plan["conflicts"].as_array().unwrap();
    let before = super::rows(t, &s.pool).await;
    let decisions = [
        (id(&list[0]), json!({"merge-into": lower})),
        (id(&list[1]), json!({"keep": named})),
    ];
    applied(t, &s.pool, &plan, &decisions).await;
    let user = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "jane"}),
        )
        .await;
    assert_eq!(
        (attribute(&user, "name"), attribute(&user, "locale")),
        (Some("Jane"), Some("fr"))
    );
    let groups = t
        .ok(
            "AdminListGroupsForUser",
            json!({"UserPoolId": s.pool, "Username": "jane"}),
        )
        .await;
    assert_eq!(groups["Groups"].as_array().unwrap().len(), 2);
    let gone = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": upper}),
        )
        .await;
    assert_eq!(gone["Enabled"], false);
    assert!(signs_in(t, &s, "jane").await);
    undone(t, &s.pool, &plan).await;
    assert_eq!(super::rows(t, &s.pool).await, before);
    assert!(signs_in(t, &s, "JANE").await);
    // The same again, to the end.
    let plan = planned(t, &s.pool, &["case-sensitive=false"]).await;
    applied(t, &s.pool, &plan, &decisions).await;
    finished(t, &s.pool, &plan).await;
    assert!(found(t, &s, &upper).await.is_none());
    assert_eq!(found(t, &s, "JANE").await, Some(lower));
}

#[each_engine]
async fn a_name_that_is_a_sub_is_nobodys(t: &TestApp) {
    let s = site_with(t, json!({}), json!({})).await;
    let jane = user(t, &s.pool, "jane").await;
    let nick = json!([{"Name": "preferred_username", "Value": jane.to_uppercase()}]);
    let bob = user_with(t, &s.pool, "bob", nick).await;
    let words = [
        "case-sensitive=false",
        "alias-attributes=preferred_username",
    ];
    let plan = planned(t, &s.pool, &words).await;
    assert_eq!(kinds(&plan), [("name-is-sub".to_owned(), jane.clone())]);
    applied(
        t,
        &s.pool,
        &plan,
        &[(id(only(&plan, "name-is-sub")), json!("clear"))],
    )
    .await;
    assert_eq!(found(t, &s, &jane).await, Some(jane));
    assert_eq!(found(t, &s, "BOB").await, Some(bob));
}

#[each_engine]
async fn an_address_becomes_an_alias_and_stops_being_one(t: &TestApp) {
    let s = site_with(t, json!({}), json!({})).await;
    let jane = user_with(t, &s.pool, "jane", email("jane@example.com")).await;
    let bob = user_with(t, &s.pool, "bob", email("jane@example.com")).await;
    user_with(
        t,
        &s.pool,
        "late",
        json!([{"Name": "email", "Value": "late@example.com"}]),
    )
    .await;
    user(t, &s.pool, "form@example.com").await;
    let plan = planned(t, &s.pool, &["alias-attributes=email"]).await;
    assert_eq!(
        kinds(&plan),
        [
            ("name-shared".to_owned(), "jane@example.com".to_owned()),
            ("name-of-alias-form".to_owned(), String::new()),
        ]
    );
    assert_eq!(
        plan["notes"][0],
        "1 users are not found by their e-mail address until it is verified"
    );
    let before = super::rows(t, &s.pool).await;
    let decisions = [
        (id(only(&plan, "name-shared")), json!({"keep": bob})),
        (id(only(&plan, "name-of-alias-form")), json!("exempt")),
    ];
    applied(t, &s.pool, &plan, &decisions).await;
    assert_eq!(found(t, &s, "jane@example.com").await.as_ref(), Some(&bob));
    assert!(signs_in(t, &s, "jane@example.com").await);
    by_srp(t, &s, "jane@example.com").await;
    assert!(signs_in(t, &s, "form@example.com").await);
    assert!(found(t, &s, "late@example.com").await.is_none());
    let shown = describe(t, &s.pool).await;
    assert_eq!(shown["AliasAttributes"], json!(["email"]));
    let loser = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": jane}),
        )
        .await;
    assert_eq!(attribute(&loser, "email_verified"), Some("false"));
    undone(t, &s.pool, &plan).await;
    assert_eq!(super::rows(t, &s.pool).await, before);
    assert!(!signs_in(t, &s, "jane@example.com").await);
    assert!(describe(t, &s.pool).await.get("AliasAttributes").is_none());
    // Again, for good, and then the alias goes.
    let plan = planned(t, &s.pool, &["alias-attributes=email"]).await;
    applied(t, &s.pool, &plan, &decisions).await;
    finished(t, &s.pool, &plan).await;
    let plan = planned(t, &s.pool, &["alias-attributes=none"]).await;
    assert_eq!(kinds(&plan), []);
    assert_eq!(
        plan["notes"][0],
        "1 users are found under fewer names than before"
    );
    applied(t, &s.pool, &plan, &[]).await;
    assert!(!signs_in(t, &s, "jane@example.com").await);
    assert!(signs_in(t, &s, "bob").await);
    // A provider of infrastructure reads the member back only where it is there.
    assert_eq!(describe(t, &s.pool).await["AliasAttributes"], json!([]));
    finished(t, &s.pool, &plan).await;
    assert_eq!(describe(t, &s.pool).await["AliasAttributes"], json!([]));
}

#[each_engine]
async fn a_preferred_name_becomes_an_alias(t: &TestApp) {
    let s = site_with(t, json!({}), json!({})).await;
    let nick = |value: &str| json!([{"Name": "preferred_username", "Value": value}]);
    let jane = user_with(t, &s.pool, "jane", nick("star")).await;
    let bob = user_with(t, &s.pool, "bob", nick("star")).await;
    let eve = user_with(t, &s.pool, "eve", nick("jane")).await;
    let plan = planned(t, &s.pool, &["alias-attributes=preferred_username"]).await;
    let list = plan["conflicts"].as_array().unwrap();
    assert_eq!(
        (&list[0]["name"], &list[1]["name"]),
        (&json!("jane"), &json!("star"))
    );
    // A decision by which two would still have the name is none.
    let bad = [
        (id(&list[0]), json!("clear")),
        (id(&list[1]), json!({"rename": {bob.as_str(): "x"}})),
    ];
    let why = try_apply(t, &s.pool, &plan, Some(&file(&plan, &bad)))
        .await
        .unwrap_err();
    assert_eq!(
        why,
        format!("conflict {} cannot be decided by rename", id(&list[1]))
    );
    let good = [
        (id(&list[0]), json!("clear")),
        (id(&list[1]), json!({"keep": bob})),
    ];
    applied(t, &s.pool, &plan, &good).await;
    assert_eq!(found(t, &s, "star").await, Some(bob));
    assert_eq!(found(t, &s, "jane").await.as_ref(), Some(&jane));
    let loser = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": eve}),
        )
        .await;
    assert_eq!(attribute(&loser, "preferred_username"), None);
}

#[each_engine]
async fn users_sign_in_with_addresses_instead_of_names(t: &TestApp) {
    let s = site_with(t, json!({}), json!({})).await;
    let jane = user_with(
        t,
        &s.pool,
        "jane",
        json!([{"Name": "email", "Value": "j@example.com"}]),
    )
    .await;
    let twin = user_with(
        t,
        &s.pool,
        "twin",
        json!([{"Name": "email", "Value": "j@example.com"}]),
    )
    .await;
    let named = user(t, &s.pool, "n@example.com").await;
    user_with(
        t,
        &s.pool,
        "other",
        json!([{"Name": "email", "Value": "n@example.com"}]),
    )
    .await;
    user(t, &s.pool, "bare").await;
    let plan = planned(t, &s.pool, &["username-attributes=email"]).await;
    assert_eq!(
        kinds(&plan),
        [
            ("name-shared".to_owned(), "j@example.com".to_owned()),
            ("name-shared".to_owned(), "n@example.com".to_owned()),
            ("no-sign-in-name".to_owned(), String::new()),
        ]
    );
    let list = plan["conflicts"].as_array().unwrap();
    assert_eq!(list[2]["count"], 2);
    let before = super::rows(t, &s.pool).await;
    let decisions = [
        (id(&list[0]), json!({"keep": twin})),
        (id(&list[1]), json!({"keep": named})),
        (id(&list[2]), json!("exempt")),
    ];
    applied(t, &s.pool, &plan, &decisions).await;
    assert_eq!(found(t, &s, "j@example.com").await.as_ref(), Some(&twin));
    assert!(signs_in(t, &s, "j@example.com").await);
    by_srp(t, &s, "j@example.com").await;
    // Names and the identities of SRP stay; a new user has an id for a name.
    by_srp(t, &s, "jane").await;
    assert!(signs_in(t, &s, "bare").await);
    let loser = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": jane}),
        )
        .await;
    assert_eq!(attribute(&loser, "email"), None);
    let new = user(t, &s.pool, "new@example.com").await;
    let made = t
        .ok(
            "AdminGetUser",
            json!({"UserPoolId": s.pool, "Username": "new@example.com"}),
        )
        .await;
    assert_eq!(made["Username"], json!(new));
    assert_eq!(
        describe(t, &s.pool).await["UsernameAttributes"],
        json!(["email"])
    );
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": s.pool, "Username": new}),
    )
    .await;
    undone(t, &s.pool, &plan).await;
    assert_eq!(super::rows(t, &s.pool).await, before);
    assert!(!signs_in(t, &s, "j@example.com").await);
}

#[each_engine]
async fn users_whose_names_are_ids_keep_an_alias(t: &TestApp) {
    let s = site_with(t, json!({"UsernameAttributes": ["email"]}), json!({})).await;
    user_with(t, &s.pool, "a@example.com", email("a@example.com")).await;
    user(t, &s.pool, "b@example.com").await;
    let plan = planned(t, &s.pool, &["username-attributes=none"]).await;
    assert_eq!(only(&plan, "name-unknown")["count"], 2);
    let words = ["username-attributes=none", "alias-attributes=email"];
    let plan = planned(t, &s.pool, &words).await;
    assert_eq!(only(&plan, "name-unknown")["count"], 1);
    applied(
        t,
        &s.pool,
        &plan,
        &[(id(only(&plan, "name-unknown")), json!("exempt"))],
    )
    .await;
    assert!(signs_in(t, &s, "a@example.com").await);
    assert!(!signs_in(t, &s, "b@example.com").await);
    user(t, &s.pool, "chosen").await;
    let shown = describe(t, &s.pool).await;
    assert_eq!(shown["UsernameAttributes"], json!([]));
    assert_eq!(shown["AliasAttributes"], json!(["email"]));
}
