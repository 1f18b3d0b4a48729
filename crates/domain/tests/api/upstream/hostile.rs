//! Another server that lies, waits or dies.

use cognate_crypto::random;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::{fault, refused, wrong};
use crate::support::TestApp;
use crate::support::real::{Play, Real, counts, rows, set};
use crate::support::signin::{PASSWORD, claims, site, site_with, user, user_with};
use crate::support::users::{attribute, sign_in, user as admin_get};

fn with_attribute(answer: &mut Value, name: &str, value: &str) {
    let list = answer["UserAttributes"].as_array_mut().unwrap();
    list.retain(|one| one["Name"] != name);
    list.push(json!({"Name": name, "Value": value}));
}

#[each_engine]
async fn answers_that_are_none_move_nobody(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let s = site(t).await;
    let huge = json!({"Name": "x".repeat(300 << 10)}).to_string();
    for (operation, play) in [
        ("InitiateAuth", Play::Of(200, "{}".into())),
        ("InitiateAuth", Play::Of(200, "<html>".into())),
        ("InitiateAuth", Play::Of(200, "[".repeat(100_000))),
        ("InitiateAuth", Play::Of(302, String::new())),
        (
            "InitiateAuth",
            Play::Of(500, json!({"__type": "NotAuthorizedException"}).to_string()),
        ),
        (
            "InitiateAuth",
            Play::Of(
                400,
                json!({"__type": "ResourceNotFoundException", "message": "x"}).to_string(),
            ),
        ),
        ("InitiateAuth", Play::Reset),
        ("RespondToAuthChallenge", Play::Of(200, huge.clone())),
        ("keys", Play::Of(200, "{\"keys\":[]}".into())),
        ("keys", Play::Of(404, "{}".into())),
        ("GetUser", Play::Of(200, huge)),
        ("GetUser", Play::Of(200, "{}".into())),
    ] {
        real.relax();
        real.plays(operation, play);
        // Also forgets the keys and the failures.
        real.behind(t, &s).await;
        refused(t, &s.client, "jane", PASSWORD, fault()).await;
    }
    assert_eq!(rows(t, "users").await, 0);
    real.relax();
    real.behind(t, &s).await;
    // That a session there cannot be ended keeps nobody out.
    real.plays("RevokeToken", Play::Reset);
    sign_in(t, &s.client, "jane", PASSWORD).await.unwrap();
}

#[each_engine]
async fn tokens_of_another_pool_client_or_kind_prove_nobody(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let other = crate::support::signin::site(real.t()).await;
    user(real.t(), &other.pool, "jane").await;
    let foreign = crate::support::signin::sign_in(real.t(), &other.client, "jane").await;
    let second = crate::support::signin::client_of(real.t(), &real.site.pool, json!({})).await;
    let second = second["ClientId"].as_str().unwrap();
    let second = crate::support::signin::sign_in(real.t(), second, "jane").await;
    let s = site(t).await;
    for (name, from, member) in [
        ("IdToken", foreign.clone(), "IdToken"),
        ("IdToken", second, "IdToken"),
        ("IdToken", foreign.clone(), "AccessToken"),
        ("AccessToken", foreign, "AccessToken"),
    ] {
        real.behind(t, &s).await;
        real.edits("RespondToAuthChallenge", move |mut answer| {
            answer["AuthenticationResult"][name] = from[member].clone();
            answer
        });
        refused(t, &s.client, "jane", PASSWORD, fault()).await;
    }
    assert_eq!(rows(t, "users").await, 0);
}

#[each_engine]
async fn the_two_ways_to_say_who_it_is_must_agree(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let s = site(t).await;
    real.behind(t, &s).await;
    real.edits("GetUser", |mut answer| {
        answer["Username"] = json!("admin");
        answer
    });
    refused(t, &s.client, "jane", PASSWORD, fault()).await;
    real.edits("GetUser", |mut answer| {
        with_attribute(&mut answer, "sub", &random::uuid_v4());
        answer
    });
    refused(t, &s.client, "jane", PASSWORD, fault()).await;
    assert_eq!(rows(t, "users").await, 0);
}

#[each_engine]
async fn a_user_of_ours_is_nobody_that_it_may_name(t: &TestApp) {
    let real = Real::start(json!({"AliasAttributes": ["email"]}), json!({})).await;
    let s = site_with(t, json!({"AliasAttributes": ["email"]}), json!({})).await;
    real.behind(t, &s).await;
    let mail = |mail: &str| json!([{"Name": "email", "Value": mail}, {"Name": "email_verified", "Value": "true"}]);
    // Joe has a password here, and his own sub; she has his name there, and another sub.
    user(t, &s.pool, "joe").await;
    user(real.t(), &real.site.pool, "joe").await;
    real.asked();
    sign_in(t, &s.client, "joe", PASSWORD).await.unwrap();
    assert_eq!(real.operations(), Vec::<String>::new());

    // A user without a password here is only whom the sub names.
    user(t, &s.pool, "kim").await;
    crate::support::signin::without_password(t, &s.pool).await;
    user(real.t(), &real.site.pool, "kim").await;
    refused(t, &s.client, "kim", PASSWORD, wrong()).await;

    // A verified address that somebody has here brings no second one.
    user_with(t, &s.pool, "owner", mail("jane@example.com")).await;
    user_with(real.t(), &real.site.pool, "jane", mail("jane@example.com")).await;
    refused(t, &s.client, "jane", PASSWORD, wrong()).await;
    let owner = admin_get(t, &s.pool, "jane@example.com").await;
    assert_eq!(owner["Username"], "owner");
}

#[each_engine]
async fn a_user_who_was_deleted_here_does_not_come_back(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let s = site(t).await;
    real.behind(t, &s).await;
    sign_in(t, &s.client, "jane", PASSWORD).await.unwrap();
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    refused(t, &s.client, "jane", PASSWORD, wrong()).await;
    assert_eq!(rows(t, "users").await, 0);
}

#[each_engine]
async fn attributes_that_do_not_fit_are_left_out(t: &TestApp) {
    let schema = json!({"Schema": [
        {"Name": "tenant", "AttributeDataType": "String", "Mutable": false, "StringAttributeConstraints": {"MaxLength": "8"}},
        {"Name": "level", "AttributeDataType": "Number", "Mutable": true},
    ]});
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let s = site_with(t, schema, json!({})).await;
    real.behind(t, &s).await;
    real.edits("GetUser", |mut answer| {
        for (name, value) in [
            ("custom:tenant", "a"),
            ("custom:level", "many"),
            ("custom:unknown", "x"),
            ("identities", "[]"),
            ("cognito:mfa_enabled", "true"),
            ("email", "no address"),
            ("email_verified", "true"),
            ("birthdate", "yesterday"),
            ("name", "Jane"),
        ] {
            with_attribute(&mut answer, name, value);
        }
        answer
    });
    sign_in(t, &s.client, "jane", PASSWORD).await.unwrap();
    let here = admin_get(t, &s.pool, "jane").await;
    let list = here["UserAttributes"].as_array().unwrap();
    let mut names: Vec<_> = list
        .iter()
        .map(|one| one["Name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["custom:tenant", "name", "sub"]);

    // What never changes is what it was at first.
    let forget = "DELETE FROM upstream_users WHERE pool_id = ?1";
    let batch = cognate_store::Batch::new().run(forget, cognate_store::params![&s.pool]);
    t.app.store.commit(batch).await.unwrap();
    crate::support::signin::without_password(t, &s.pool).await;
    real.edits("GetUser", |mut answer| {
        with_attribute(&mut answer, "custom:tenant", "b");
        with_attribute(&mut answer, "name", "Joan");
        answer
    });
    sign_in(t, &s.client, "jane", PASSWORD).await.unwrap();
    let here = admin_get(t, &s.pool, "jane").await;
    assert_eq!(attribute(&here, "custom:tenant"), Some("a"));
    assert_eq!(attribute(&here, "name"), Some("Joan"));
}

#[each_engine]
async fn only_groups_that_the_operator_lists_are_joined(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    let group = |pool: &str, name: &str, role: bool| {
        let mut group = json!({"UserPoolId": pool, "GroupName": name});
        if role {
            group["RoleArn"] = json!("arn:aws:iam::000000000000:role/admin");
        }
        group
    };
    for name in ["staff", "admins", "operators", "there"] {
        let there = group(&real.site.pool, name, false);
        real.t().ok("CreateGroup", there).await;
    }
    for (listed, expected) in [
        (vec![], json!(null)),
        (vec!["*"], json!(["operators", "staff"])),
        (vec!["staff"], json!(["staff"])),
        (vec!["admins"], json!(["admins"])),
    ] {
        let name = format!("user{}", random::uuid_v4());
        user(real.t(), &real.site.pool, &name).await;
        for group in ["staff", "admins", "operators", "there"] {
            let join = json!({"UserPoolId": real.site.pool, "Username": name, "GroupName": group});
            real.t().ok("AdminAddUserToGroup", join).await;
        }
        let s = site(t).await;
        for (name, role) in [("staff", false), ("operators", false), ("admins", true)] {
            t.ok("CreateGroup", group(&s.pool, name, role)).await;
        }
        let mut wanted = real.wanted(&s.client);
        wanted.groups = listed.iter().map(|name| (*name).to_owned()).collect();
        set(t, &s.pool, &wanted).await;
        let tokens = sign_in(t, &s.client, &name, PASSWORD).await.unwrap();
        let mut joined =
            claims(&tokens["AuthenticationResult"]["IdToken"])["cognito:groups"].clone();
        if let Some(list) = joined.as_array_mut() {
            list.sort_by_key(ToString::to_string);
        }
        assert_eq!(joined, expected, "{listed:?}");
    }
}

#[each_engine]
async fn a_dead_server_keeps_only_those_out_whom_it_alone_knows(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    for name in ["jane", "joe"] {
        user(real.t(), &real.site.pool, name).await;
    }
    let s = site(t).await;
    real.behind(t, &s).await;
    sign_in(t, &s.client, "jane", PASSWORD).await.unwrap();
    real.plays("*", Play::Reset);
    for _ in 0..6 {
        refused(t, &s.client, "joe", PASSWORD, fault()).await;
    }
    // After five failures it is left alone for a while.
    assert_eq!(real.operations().len(), 5 + 5);
    sign_in(t, &s.client, "jane", PASSWORD).await.unwrap();
    assert_eq!(counts(t, &s.pool).await, (1, 0, 0));
}

#[each_engine]
async fn a_busy_server_is_told_as_such_and_a_budget_is_kept(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    let s = site(t).await;
    real.behind(t, &s).await;
    let busy = json!({"__type": "TooManyRequestsException", "message": "Rate exceeded"});
    real.plays("InitiateAuth", Play::Of(400, busy.to_string()));
    let refusal = sign_in(t, &s.client, "jane", PASSWORD).await.unwrap_err();
    assert_eq!(refusal.0, "TooManyRequestsException");
    let mut wanted = real.wanted(&s.client);
    wanted.budget = 1;
    set(t, &s.pool, &wanted).await;
    real.relax();
    real.asked();
    let mut seen = Vec::new();
    for n in 0..4 {
        let name = format!("nobody{n}");
        let refusal = sign_in(t, &s.client, &name, PASSWORD).await.unwrap_err();
        seen.push(refusal.0);
    }
    assert!(
        seen.contains(&"TooManyRequestsException".to_owned()),
        "{seen:?}"
    );
}
