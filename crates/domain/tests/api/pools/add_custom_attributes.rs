//! AddCustomAttributes.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::pools::{describe, pool};
use crate::support::texts::exceptions::INVALID;
use crate::support::users::{all_at_once, attribute, user};

fn of(pool: &str, attributes: Value) -> Value {
    json!({"UserPoolId": pool, "CustomAttributes": attributes})
}

/// Returns the attributes behind the standard ones.
async fn custom(t: &TestApp, pool: &str) -> Vec<Value> {
    let schema = describe(t, pool).await["SchemaAttributes"].clone();
    schema.as_array().unwrap()[21..].to_vec()
}

/// Returns the names `<prefix><n>` as attributes without settings.
fn booleans(prefix: &str, count: usize) -> Value {
    (0..count)
        .map(|n| json!({"Name": format!("{prefix}{n}"), "AttributeDataType": "Boolean"}))
        .collect()
}

#[each_engine]
async fn attributes_are_added_behind_those_that_are_there(t: &TestApp) {
    let id = pool(
        t,
        json!({"Schema": [{"Name": "first", "AttributeDataType": "String"}]}),
    )
    .await;
    let answer = t.ok("AddCustomAttributes", of(&id, json!([
        {"Name": "text", "AttributeDataType": "String"},
        {"Name": "short", "AttributeDataType": "String", "StringAttributeConstraints": {"MaxLength": "5"}, "Mutable": false},
        {"Name": "n", "AttributeDataType": "Number", "StringAttributeConstraints": {"MaxLength": "5"}},
        {"Name": "small", "AttributeDataType": "Number", "NumberAttributeConstraints": {"MinValue": "-1", "MaxValue": "7"}},
        {"Name": "email", "AttributeDataType": "DateTime"},
        {"Name": "hidden", "AttributeDataType": "Boolean", "DeveloperOnlyAttribute": true},
    ]))).await;
    assert_eq!(answer, json!({}));
    let row = |name: &str, kind: &str| {
        json!({
            "Name": name, "AttributeDataType": kind, "DeveloperOnlyAttribute": false, "Mutable": true, "Required": false,
        })
    };
    let with = |mut row: Value, name: &str, value: Value| {
        row[name] = value;
        row
    };
    let constraints = "StringAttributeConstraints";
    let short = with(
        row("custom:short", "String"),
        constraints,
        json!({"MaxLength": "5"}),
    );
    let limits = json!({"MinValue": "-1", "MaxValue": "7"});
    assert_eq!(
        custom(t, &id).await,
        [
            with(row("custom:first", "String"), constraints, json!({})),
            with(row("custom:text", "String"), constraints, json!({})),
            with(short, "Mutable", json!(false)),
            row("custom:n", "Number"),
            with(
                row("custom:small", "Number"),
                "NumberAttributeConstraints",
                limits
            ),
            row("custom:email", "DateTime"),
            with(
                row("dev:custom:hidden", "Boolean"),
                "DeveloperOnlyAttribute",
                json!(true)
            ),
        ]
    );
}

#[each_engine]
async fn an_added_attribute_is_checked_and_kept_from_then_on(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let create = |value: &str| {
        json!({
            "UserPoolId": id, "Username": "ann", "UserAttributes": [{"Name": "custom:short", "Value": value}],
        })
    };
    assert!(t.call("AdminCreateUser", create("abc")).await.is_err());
    let limit = json!({"MaxLength": "3"});
    let add = json!([{"Name": "short", "AttributeDataType": "String", "StringAttributeConstraints": limit}]);
    t.ok("AddCustomAttributes", of(&id, add)).await;
    assert_eq!(
        t.call("AdminCreateUser", create("abcd"))
            .await
            .unwrap_err()
            .0,
        INVALID
    );
    t.ok("AdminCreateUser", create("abc")).await;
    assert_eq!(
        attribute(&user(t, &id, "ann").await, "custom:short"),
        Some("abc")
    );
    let client = json!({"UserPoolId": id, "ClientName": "c", "ReadAttributes": ["custom:short"]});
    t.ok("CreateUserPoolClient", client).await;
}

#[each_engine]
async fn a_name_is_given_once_whatever_its_prefix(t: &TestApp) {
    let id = pool(t, json!({})).await;
    t.ok(
        "AddCustomAttributes",
        of(
            &id,
            json!([
                {"Name": "open", "AttributeDataType": "String"},
                {"Name": "dev", "AttributeDataType": "String", "DeveloperOnlyAttribute": true},
            ]),
        ),
    )
    .await;
    for developer_only in [false, true] {
        for (name, text) in [
            (
                "open",
                "custom:open: Existing attribute already has name custom:open.",
            ),
            (
                "dev",
                "custom:dev: Existing attribute already has name dev:custom:dev.",
            ),
        ] {
            let again = json!([
                {"Name": "other", "AttributeDataType": "String"},
                {"Name": name, "AttributeDataType": "Number", "DeveloperOnlyAttribute": developer_only},
            ]);
            t.refused("AddCustomAttributes", of(&id, again), INVALID, text)
                .await;
        }
    }
    let twice = json!([
        {"Name": "x", "AttributeDataType": "String"},
        {"Name": "x", "AttributeDataType": "String", "DeveloperOnlyAttribute": true},
    ]);
    let text =
        "Duplicate custom attribute names dev:custom:x are not allowed in a user pool schema.";
    t.refused("AddCustomAttributes", of(&id, twice), INVALID, text)
        .await;
    assert_eq!(custom(t, &id).await.len(), 2);
}

#[each_engine]
async fn attributes_are_refused_as_in_a_new_pool(t: &TestApp) {
    let id = pool(t, json!({})).await;
    for (attribute, text) in [
        (
            json!({"AttributeDataType": "String"}),
            "Attribute name is required for each schema attribute.",
        ),
        (
            json!({"Name": "a"}),
            "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
        ),
        (
            json!({"Name": "a", "AttributeDataType": "String", "Required": true}),
            "Required custom attributes are not supported currently.",
        ),
        (
            json!({"Name": "a", "AttributeDataType": "String", "StringAttributeConstraints": {"MinLength": "x"}}),
            "Invalid MinLength for schema attribute custom:a",
        ),
        (
            json!({"Name": "a", "AttributeDataType": "String", "StringAttributeConstraints": {"MaxLength": "2049"}}),
            "user.custom:a: String attributes cannot have a length of more than 2048",
        ),
        (
            json!({"Name": "a", "AttributeDataType": "Number", "NumberAttributeConstraints": {"MinValue": "2", "MaxValue": "1"}}),
            "Attribute custom:a cannot have a max value smaller than it's min value",
        ),
    ] {
        let list = json!([{"Name": "good", "AttributeDataType": "String"}, attribute]);
        t.refused("AddCustomAttributes", of(&id, list), INVALID, text)
            .await;
    }
    assert!(custom(t, &id).await.is_empty());
    let empty = t
        .call("AddCustomAttributes", of(&id, json!([])))
        .await
        .unwrap_err();
    assert!(
        empty.0 == INVALID && empty.1.contains("customAttributes"),
        "{}",
        empty.1
    );
    let many = t
        .call("AddCustomAttributes", of(&id, booleans("a", 26)))
        .await
        .unwrap_err();
    assert!(
        many.0 == INVALID && many.1.contains("customAttributes"),
        "{}",
        many.1
    );
}

#[each_engine]
async fn a_pool_has_fifty_custom_attributes_at_most(t: &TestApp) {
    let id = pool(t, json!({})).await;
    for prefix in ["a", "b"] {
        t.ok("AddCustomAttributes", of(&id, booleans(prefix, 25)))
            .await;
    }
    let text = "A user pool cannot have more than 50 custom attributes.";
    t.refused(
        "AddCustomAttributes",
        of(&id, booleans("c", 1)),
        INVALID,
        text,
    )
    .await;
    assert_eq!(custom(t, &id).await.len(), 50);
}

#[each_engine]
async fn additions_at_the_same_time_are_all_kept(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let inputs = (0..8)
        .map(|n| of(&id, booleans(&format!("n{n}x"), 1)))
        .collect();
    for answer in all_at_once(t, "AddCustomAttributes", inputs).await {
        assert_eq!(answer, Ok(json!({})));
    }
    assert_eq!(custom(t, &id).await.len(), 8);
}

#[each_engine]
async fn a_pool_that_is_not_there_gets_none(t: &TestApp) {
    let text = "User pool us-east-1_nosuchone does not exist.";
    let request = of("us-east-1_nosuchone", booleans("a", 1));
    t.refused(
        "AddCustomAttributes",
        request,
        "ResourceNotFoundException",
        text,
    )
    .await;
}
