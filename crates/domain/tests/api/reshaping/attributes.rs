//! Required, immutable and removed attributes, their types and limits.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::{applied, finished, id, kinds, only, planned, rows, try_apply, undone};
use crate::support::TestApp;
use crate::support::pools::describe;
use crate::support::providers::{create, named, oidc_provider};
use crate::support::signin::{PASSWORD, Site, client_of, site_with, user, user_with};
use crate::support::users::attribute;

fn entry<'a>(pool: &'a Value, name: &str) -> Option<&'a Value> {
    let list = pool["SchemaAttributes"].as_array().unwrap();
    list.iter().find(|entry| entry["Name"] == name)
}

async fn get(t: &TestApp, s: &Site, name: &str) -> Value {
    t.ok(
        "AdminGetUser",
        json!({"UserPoolId": s.pool, "Username": name}),
    )
    .await
}

fn update(s: &Site, name: &str, attribute: &str, value: &str) -> Value {
    json!({"UserPoolId": s.pool, "Username": name, "UserAttributes": [{"Name": attribute, "Value": value}]})
}

fn sign_up(s: &Site, name: &str, attributes: Value) -> Value {
    json!({"ClientId": s.client, "Username": name, "Password": PASSWORD, "UserAttributes": attributes})
}

#[each_engine]
async fn an_attribute_becomes_required_and_stops_being_so(t: &TestApp) {
    let s = site_with(t, json!({}), json!({})).await;
    let narrow = client_of(t, &s.pool, json!({"WriteAttributes": ["name"]})).await;
    user_with(
        t,
        &s.pool,
        "has",
        json!([{"Name": "nickname", "Value": "n"}]),
    )
    .await;
    user(t, &s.pool, "lacks").await;
    user(t, &s.pool, "lacks-too").await;
    let plan = planned(t, &s.pool, &["required.nickname=true"]).await;
    assert_eq!(
        kinds(&plan),
        [
            ("value-missing".to_owned(), "nickname".to_owned()),
            ("client-cannot-write".to_owned(), "nickname".to_owned()),
        ]
    );
    assert_eq!(plan["conflicts"][0]["count"], 2);
    assert_eq!(plan["conflicts"][1]["others"], json!([narrow["ClientId"]]));
    let before = rows(t, &s.pool).await;
    let decisions = |first: Value| {
        let list = plan["conflicts"].as_array().unwrap();
        [(id(&list[0]), first), (id(&list[1]), json!("exempt"))]
    };
    let filled = applied(t, &s.pool, &plan, &decisions(json!({"fill": "none"}))).await;
    assert_eq!(filled["changed_users"], 2);
    assert_eq!(
        attribute(&get(t, &s, "lacks").await, "nickname"),
        Some("none")
    );
    assert_eq!(
        entry(&describe(t, &s.pool).await, "nickname").unwrap()["Required"],
        true
    );
    let refused = "Attributes did not conform to the schema: nickname: The attribute is required\n";
    let answer = t
        .call("SignUp", sign_up(&s, "new", json!([])))
        .await
        .unwrap_err();
    assert_eq!(answer.0, "InvalidParameterException");
    assert_eq!(answer.1.trim(), refused.trim());
    undone(t, &s.pool, &plan).await;
    assert_eq!(rows(t, &s.pool).await, before);
    t.ok("SignUp", sign_up(&s, "new", json!([]))).await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": s.pool, "Username": "new"}),
    )
    .await;
    // Exempt: the users stay as they are.
    let plan = planned(t, &s.pool, &["required.nickname=true"]).await;
    applied(t, &s.pool, &plan, &decisions(json!("exempt"))).await;
    assert_eq!(attribute(&get(t, &s, "lacks").await, "nickname"), None);
    finished(t, &s.pool, &plan).await;
    let plan = planned(t, &s.pool, &["required.nickname=false"]).await;
    assert_eq!(kinds(&plan), []);
    applied(t, &s.pool, &plan, &[]).await;
    assert_eq!(
        entry(&describe(t, &s.pool).await, "nickname").unwrap()["Required"],
        false
    );
    // Both rules hold until the change is finished.
    assert!(
        t.call("SignUp", sign_up(&s, "new", json!([])))
            .await
            .is_err()
    );
    finished(t, &s.pool, &plan).await;
    t.ok("SignUp", sign_up(&s, "new", json!([]))).await;
}

#[each_engine]
async fn values_that_the_pool_cannot_have_are_not_filled_in(t: &TestApp) {
    let s = site_with(t, json!({}), json!({})).await;
    user(t, &s.pool, "lacks").await;
    user(t, &s.pool, "lacks-too").await;
    for (name, value) in [
        ("email", "x"),
        ("birthdate", "1990-02-30"),
        ("phone_number", "1"),
        ("name", ""),
    ] {
        let plan = planned(t, &s.pool, &[&format!("required.{name}=true")]).await;
        let conflict = id(only(&plan, "value-missing"));
        let text = super::file(&plan, &[(conflict, json!({"fill": value}))]);
        let why = try_apply(t, &s.pool, &plan, Some(&text)).await.unwrap_err();
        assert_eq!(why, format!("conflict {conflict}: no value of {name}"));
    }
}

#[each_engine]
async fn an_attribute_becomes_immutable_and_mutable(t: &TestApp) {
    let s = site_with(t, json!({}), json!({})).await;
    user_with(
        t,
        &s.pool,
        "jane",
        json!([{"Name": "nickname", "Value": "n"}]),
    )
    .await;
    let plan = planned(t, &s.pool, &["mutable.nickname=false"]).await;
    assert_eq!(
        kinds(&plan),
        [("client-uses".to_owned(), "nickname".to_owned())]
    );
    assert_eq!(plan["conflicts"][0]["others"], json!([s.client]));
    applied(
        t,
        &s.pool,
        &plan,
        &[(id(&plan["conflicts"][0]), json!("exempt"))],
    )
    .await;
    assert_eq!(
        entry(&describe(t, &s.pool).await, "nickname").unwrap()["Mutable"],
        false
    );
    let change = update(&s, "jane", "nickname", "m");
    let refused = t
        .call("AdminUpdateUserAttributes", change.clone())
        .await
        .unwrap_err();
    assert_eq!(refused.0, "InvalidParameterException");
    finished(t, &s.pool, &plan).await;
    let plan = planned(t, &s.pool, &["mutable.nickname=true"]).await;
    let note = format!(
        "users of the client {} may change nickname from then on",
        s.client
    );
    assert_eq!((kinds(&plan), &plan["notes"]), (vec![], &json!([note])));
    applied(t, &s.pool, &plan, &[]).await;
    t.ok("AdminUpdateUserAttributes", change).await;
    undone(t, &s.pool, &plan).await;
    // What was changed meanwhile stays.
    assert_eq!(attribute(&get(t, &s, "jane").await, "nickname"), Some("m"));
    assert_eq!(
        entry(&describe(t, &s.pool).await, "nickname").unwrap()["Mutable"],
        false
    );
}

#[each_engine]
async fn a_custom_attribute_goes_and_comes_back(t: &TestApp) {
    let schema = json!([
        {"Name": "a", "AttributeDataType": "String"}, {"Name": "b", "AttributeDataType": "String"}, {"Name": "c", "AttributeDataType": "String"}
    ]);
    let lists = json!({"ReadAttributes": ["custom:a", "custom:b"], "WriteAttributes": ["custom:b", "name"]});
    let s = site_with(t, json!({"Schema": schema}), lists).await;
    user_with(
        t,
        &s.pool,
        "jane",
        json!([{"Name": "custom:b", "Value": "1"}, {"Name": "custom:a", "Value": "2"}]),
    )
    .await;
    let plan = planned(t, &s.pool, &["remove=custom:b"]).await;
    assert_eq!(
        kinds(&plan),
        [
            ("value-lost".to_owned(), "custom:b".to_owned()),
            ("client-uses".to_owned(), "custom:b".to_owned()),
        ]
    );
    assert_eq!(
        plan["notes"],
        json!(["functions that read custom:b from events are not seen from here"])
    );
    let (before, shown) = (rows(t, &s.pool).await, describe(t, &s.pool).await);
    let read = json!({"UserPoolId": s.pool, "ClientId": s.client});
    let client = t.ok("DescribeUserPoolClient", read.clone()).await;
    let list = plan["conflicts"].as_array().unwrap();
    let decisions = [
        (id(&list[0]), json!("clear")),
        (id(&list[1]), json!("clear")),
    ];
    applied(t, &s.pool, &plan, &decisions).await;
    t.app.cache.clear();
    assert!(entry(&describe(t, &s.pool).await, "custom:b").is_none());
    let user = get(t, &s, "jane").await;
    assert_eq!(
        (attribute(&user, "custom:a"), attribute(&user, "custom:b")),
        (Some("2"), None)
    );
    let changed = t.ok("DescribeUserPoolClient", read.clone()).await;
    assert_eq!(
        changed["UserPoolClient"]["ReadAttributes"],
        json!(["custom:a"])
    );
    assert_eq!(
        changed["UserPoolClient"]["WriteAttributes"],
        json!(["name"])
    );
    let unknown = t
        .call(
            "AdminUpdateUserAttributes",
            update(&s, "jane", "custom:b", "x"),
        )
        .await;
    assert_eq!(unknown.unwrap_err().0, "InvalidParameterException");
    undone(t, &s.pool, &plan).await;
    t.app.cache.clear();
    assert_eq!(rows(t, &s.pool).await, before);
    assert_eq!(
        describe(t, &s.pool).await["SchemaAttributes"],
        shown["SchemaAttributes"]
    );
    let back = t.ok("DescribeUserPoolClient", read).await;
    let sorted = |client: &Value, list: &str| {
        let list = client["UserPoolClient"][list].as_array().unwrap().iter();
        let mut list: Vec<_> = list.map(ToString::to_string).collect();
        list.sort();
        list
    };
    for list in ["ReadAttributes", "WriteAttributes"] {
        assert_eq!(sorted(&back, list), sorted(&client, list));
    }
}

#[each_engine]
async fn values_that_no_longer_fit_are_found(t: &TestApp) {
    let schema = json!([
        {"Name": "n", "AttributeDataType": "String", "StringAttributeConstraints": {"MinLength": "0", "MaxLength": "20"}}
    ]);
    let s = site_with(t, json!({"Schema": schema}), json!({})).await;
    let long = user_with(
        t,
        &s.pool,
        "long",
        json!([{"Name": "custom:n", "Value": "123456"}]),
    )
    .await;
    let text = user_with(
        t,
        &s.pool,
        "text",
        json!([{"Name": "custom:n", "Value": "abc"}]),
    )
    .await;
    let plan = planned(t, &s.pool, &["max.custom:n=5"]).await;
    assert_eq!(only(&plan, "value-unfit")["users"][0]["sub"], json!(long));
    let plan = planned(t, &s.pool, &["type.custom:n=Number"]).await;
    assert_eq!(only(&plan, "value-unfit")["users"][0]["sub"], json!(text));
    let before = rows(t, &s.pool).await;
    applied(
        t,
        &s.pool,
        &plan,
        &[(id(only(&plan, "value-unfit")), json!("clear"))],
    )
    .await;
    assert_eq!(attribute(&get(t, &s, "text").await, "custom:n"), None);
    assert_eq!(
        attribute(&get(t, &s, "long").await, "custom:n"),
        Some("123456")
    );
    assert_eq!(
        entry(&describe(t, &s.pool).await, "custom:n").unwrap()["AttributeDataType"],
        "Number"
    );
    assert!(
        t.call(
            "AdminUpdateUserAttributes",
            update(&s, "text", "custom:n", "abc")
        )
        .await
        .is_err()
    );
    t.ok(
        "AdminUpdateUserAttributes",
        update(&s, "text", "custom:n", "7"),
    )
    .await;
    // Both rules hold: what is no text of at most 20 characters is refused as well.
    let huge = update(&s, "text", "custom:n", &"7".repeat(21));
    assert!(t.call("AdminUpdateUserAttributes", huge).await.is_err());
    undone(t, &s.pool, &plan).await;
    assert_eq!(attribute(&get(t, &s, "text").await, "custom:n"), Some("7"));
    assert_eq!(rows(t, &s.pool).await.len(), before.len());
}

#[each_engine]
async fn what_no_pool_can_be_is_refused(t: &TestApp) {
    let s = site_with(t, json!({"AliasAttributes": ["email"]}), json!({})).await;
    for (words, why) in [
        (&["case-sensitive=true"][..], "the pool is that way already"),
        (&["alias-attributes=email"], "the pool is that way already"),
        (
            &["username-attributes=email"],
            "a pool has alias attributes or username attributes, not both; set the other to none",
        ),
        (
            &["required.custom:x=true"],
            "the pool has no attribute custom:x",
        ),
        (&["required.sub=false"], "sub is the service's own"),
        (
            &["mutable.email_verified=false"],
            "email_verified is the service's own",
        ),
        (
            &["remove=name"],
            "name is a standard attribute, which stays",
        ),
        (
            &["type.name=Number"],
            "name: standard attributes have their types",
        ),
        (
            &["max.name=4000"],
            "name: these limits fit no value of its type, or are beyond 2048",
        ),
        (
            &["min.name=9", "max.name=3"],
            "name: these limits fit no value of its type, or are beyond 2048",
        ),
        (
            &[
                "alias-attributes=preferred_username",
                "required.preferred_username=true",
            ],
            "preferred_username cannot be required and an alias",
        ),
    ] {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        let plan = cognate_domain::reshaping::plan(super::ground(t), &s.pool, &words).await;
        assert_eq!(super::told(plan).unwrap_err(), why);
    }
}

#[each_engine]
async fn what_providers_bring_is_found_and_taken_away(t: &TestApp) {
    let schema = json!([{"Name": "b", "AttributeDataType": "String"}]);
    let s = site_with(t, json!({"Schema": schema}), json!({})).await;
    let mapping = json!({"email": "mail", "nickname": "nick", "custom:b": "b"});
    let provider = oidc_provider(&s.pool, "Maker", json!({"AttributeMapping": mapping}));
    create(t, provider).await;
    let found = |plan: &Value, kind: &str| {
        let conflict = only(plan, kind).clone();
        assert_eq!(conflict["others"], json!(["Maker"]));
        conflict
    };
    let plan = planned(t, &s.pool, &["required.birthdate=true"]).await;
    assert_eq!(
        found(&plan, "provider-lacks")["decisions"],
        json!(["exempt"])
    );
    let words = ["mutable.nickname=false", "remove=custom:b"];
    let plan = planned(t, &s.pool, &words).await;
    let list = plan["conflicts"].as_array().unwrap();
    let decisions: Vec<_> = list
        .iter()
        .map(|conflict| match conflict["kind"].as_str().unwrap() {
            "client-uses" => (id(conflict), json!("exempt")),
            _ => (id(conflict), json!("clear")),
        })
        .collect();
    assert_eq!(decisions.len(), 3, "{plan}");
    let shown = async || {
        let shown = t
            .ok("DescribeIdentityProvider", named(&s.pool, "Maker"))
            .await;
        let mut mapping = shown["IdentityProvider"]["AttributeMapping"].clone();
        mapping.as_object_mut().unwrap().remove("username");
        mapping
    };
    let before = shown().await;
    applied(t, &s.pool, &plan, &decisions).await;
    assert_eq!(shown().await, json!({"email": "mail"}));
    undone(t, &s.pool, &plan).await;
    assert_eq!(shown().await, before);
}
