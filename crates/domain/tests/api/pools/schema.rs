//! The schema of a new pool: standard attributes redeclared, custom attributes, and what is refused.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::pools::{create, describe, named};

/// Returns the attribute of a pool with this name.
fn attribute<'a>(pool: &'a Value, name: &str) -> &'a Value {
    pool["SchemaAttributes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["Name"] == name)
        .unwrap()
}

fn standard(name: &str, kind: &str, more: Value) -> Value {
    let mut whole = json!({
        "Name": name, "AttributeDataType": kind, "DeveloperOnlyAttribute": false, "Mutable": true, "Required": false,
    });
    whole
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    whole
}

fn lengths(min: &str, max: &str) -> Value {
    json!({"StringAttributeConstraints": {"MinLength": min, "MaxLength": max}})
}

#[each_engine]
async fn a_bare_pool_lists_the_standard_attributes_in_order(t: &TestApp) {
    let text = |name| standard(name, "String", lengths("0", "2048"));
    let mut sub = standard("sub", "String", lengths("1", "2048"));
    sub["Mutable"] = json!(false);
    sub["Required"] = json!(true);
    assert_eq!(
        create(t, json!({})).await["SchemaAttributes"],
        json!([
            sub,
            text("name"),
            text("given_name"),
            text("family_name"),
            text("middle_name"),
            text("nickname"),
            text("preferred_username"),
            text("profile"),
            text("picture"),
            text("website"),
            text("email"),
            standard("email_verified", "Boolean", json!({})),
            text("gender"),
            standard("birthdate", "String", lengths("10", "10")),
            text("zoneinfo"),
            text("locale"),
            text("phone_number"),
            standard("phone_number_verified", "Boolean", json!({})),
            text("address"),
            standard(
                "updated_at",
                "Number",
                json!({"NumberAttributeConstraints": {"MinValue": "0"}})
            ),
            standard(
                "identities",
                "String",
                json!({"StringAttributeConstraints": {}})
            ),
        ])
    );
}

#[each_engine]
async fn redeclared_and_custom_attributes_come_back(t: &TestApp) {
    let created = create(t, json!({"Schema": [
        {"Name": "email", "AttributeDataType": "String", "Required": true, "Mutable": false,
         "StringAttributeConstraints": {"MinLength": "5", "MaxLength": "10"}},
        // Without the type, only the flags count.
        {"Name": "name", "Required": true, "StringAttributeConstraints": {"MinLength": "5", "MaxLength": "10"}},
        {"Name": "updated_at", "AttributeDataType": "Number", "NumberAttributeConstraints": {"MinValue": "-5", "MaxValue": "9"}},
        {"Name": "text", "AttributeDataType": "String"},
        {"Name": "short", "AttributeDataType": "String", "Mutable": false, "StringAttributeConstraints": {"MaxLength": "8"}},
        {"Name": "count", "AttributeDataType": "Number"},
        {"Name": "ranged", "AttributeDataType": "Number", "NumberAttributeConstraints": {"MinValue": "-1", "MaxValue": "10"},
         "StringAttributeConstraints": {"MaxLength": "8"}},
        {"Name": "flag", "AttributeDataType": "Boolean"},
        {"Name": "when", "AttributeDataType": "DateTime"},
        {"Name": "secret", "AttributeDataType": "String", "DeveloperOnlyAttribute": true},
    ]})).await;
    let shown = describe(t, created["Id"].as_str().unwrap()).await;
    assert_eq!(shown["SchemaAttributes"], created["SchemaAttributes"]);
    let mut email = standard("email", "String", lengths("5", "10"));
    email["Required"] = json!(true);
    email["Mutable"] = json!(false);
    assert_eq!(*attribute(&shown, "email"), email);
    let mut name = standard("name", "String", lengths("0", "2048"));
    name["Required"] = json!(true);
    assert_eq!(*attribute(&shown, "name"), name);
    assert_eq!(
        attribute(&shown, "updated_at")["NumberAttributeConstraints"],
        json!({"MinValue": "-5", "MaxValue": "9"})
    );
    let mut short = standard(
        "custom:short",
        "String",
        json!({"StringAttributeConstraints": {"MaxLength": "8"}}),
    );
    short["Mutable"] = json!(false);
    let mut secret = standard(
        "dev:custom:secret",
        "String",
        json!({"StringAttributeConstraints": {}}),
    );
    secret["DeveloperOnlyAttribute"] = json!(true);
    assert_eq!(
        shown["SchemaAttributes"].as_array().unwrap()[21..],
        [
            standard(
                "custom:text",
                "String",
                json!({"StringAttributeConstraints": {}})
            ),
            short,
            standard("custom:count", "Number", json!({})),
            standard(
                "custom:ranged",
                "Number",
                json!({"NumberAttributeConstraints": {"MinValue": "-1", "MaxValue": "10"}})
            ),
            standard("custom:flag", "Boolean", json!({})),
            standard("custom:when", "DateTime", json!({})),
            secret,
        ]
    );
}

#[each_engine]
async fn the_sub_stays_the_business_of_the_service(t: &TestApp) {
    for sub in [
        json!({"Name": "sub", "Required": false, "Mutable": true}),
        json!({"Name": "sub", "Required": true, "Mutable": false}),
    ] {
        let created = create(t, json!({"Schema": [sub]})).await;
        assert_eq!(attribute(&created, "sub")["Required"], true);
        assert_eq!(attribute(&created, "sub")["Mutable"], false);
    }
    // What Describe shows can be sent again, but for the one name that is too long for the model.
    let mut shown = create(t, json!({})).await["SchemaAttributes"].take();
    shown
        .as_array_mut()
        .unwrap()
        .retain(|entry| entry["Name"] != "phone_number_verified");
    create(t, json!({"Schema": shown})).await;
}

#[each_engine]
async fn schemas_that_the_service_refuses_are_refused(t: &TestApp) {
    let text = |more: Value| {
        let mut whole = json!({"Name": "x", "AttributeDataType": "String"});
        whole["StringAttributeConstraints"] = more;
        whole
    };
    let number = |more: Value| json!({"Name": "x", "AttributeDataType": "Number", "NumberAttributeConstraints": more});
    for (schema, message) in [
        (
            json!([{"Name": "x", "AttributeDataType": "String", "Required": true}]),
            "Required custom attributes are not supported currently.",
        ),
        (
            json!([{"Name": "email_verified", "AttributeDataType": "Boolean", "Required": true}]),
            "Required custom attributes are not supported currently.",
        ),
        (
            json!([{"Name": "identities", "Required": true}]),
            "Required custom attributes are not supported currently.",
        ),
        (
            json!([{"Name": "x"}]),
            "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
        ),
        (
            json!([{"Name": "email", "AttributeDataType": "Number"}]),
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email",
        ),
        (
            json!([{"Name": "email", "DeveloperOnlyAttribute": true}]),
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email",
        ),
        (
            json!([{"Name": "x", "AttributeDataType": "String"}, {"Name": "x", "AttributeDataType": "Number"}]),
            "Duplicate custom attribute names custom:x are not allowed in a user pool schema.",
        ),
        (
            json!([
                {"Name": "x", "AttributeDataType": "String"},
                {"Name": "x", "AttributeDataType": "String", "DeveloperOnlyAttribute": true},
            ]),
            "Duplicate custom attribute names dev:custom:x are not allowed in a user pool schema.",
        ),
        (
            json!([{"AttributeDataType": "String"}]),
            "Attribute name is required for each schema attribute.",
        ),
        (
            json!([text(json!({"MinLength": "a"}))]),
            "Invalid MinLength for schema attribute custom:x",
        ),
        (
            json!([text(json!({"MaxLength": "-1"}))]),
            "Invalid MaxLength for schema attribute custom:x",
        ),
        (
            json!([text(json!({"MaxLength": "2049"}))]),
            "user.custom:x: String attributes cannot have a length of more than 2048",
        ),
        (
            json!([text(json!({"MinLength": "9", "MaxLength": "8"}))]),
            "Attribute custom:x cannot have a max length shorter than it's min length",
        ),
        (
            json!([number(json!({"MinValue": "1.5"}))]),
            "Invalid MinValue for schema attribute custom:x",
        ),
        (
            json!([number(json!({"MaxValue": ""}))]),
            "Invalid MaxValue for schema attribute custom:x",
        ),
        (
            json!([number(json!({"MinValue": "10", "MaxValue": "9"}))]),
            "Attribute custom:x cannot have a max value smaller than it's min value",
        ),
    ] {
        t.refused(
            "CreateUserPool",
            named(json!({"Schema": schema})),
            "InvalidParameterException",
            message,
        )
        .await;
    }
}

#[each_engine]
async fn a_preferred_username_is_an_alias_or_required_but_not_both(t: &TestApp) {
    t.refused(
        "CreateUserPool",
        named(json!({
            "AliasAttributes": ["preferred_username"], "Schema": [{"Name": "preferred_username", "Required": true}],
        })),
        "InvalidParameterException",
        "preferred_username cannot be a required attribute when it is an alias attribute.",
    ).await;
}
