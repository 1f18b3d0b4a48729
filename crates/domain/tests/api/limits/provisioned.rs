//! Provisioned limits.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;

fn of(category: &str) -> Value {
    json!({"LimitDefinition": {"LimitClass": "API_CATEGORY", "Attributes": {"Category": category}}})
}

fn set(category: &str, value: i64) -> Value {
    let mut input = of(category);
    input["RequestedLimitValue"] = json!(value);
    input
}

fn limit(category: &str, value: i64, default: i64) -> Value {
    let mut limit = of(category);
    limit["ProvisionedLimitValue"] = json!(value);
    limit["FreeLimitValue"] = json!(default);
    json!({ "Limit": limit })
}

#[each_engine]
async fn a_limit_is_its_default_until_it_is_set(t: &TestApp) {
    for (category, default) in [
        ("UserCreation", 50),
        ("UserAuthentication", 120),
        ("UserFederation", 25),
        ("LimitManagement", 1),
    ] {
        assert_eq!(
            t.ok("GetProvisionedLimit", of(category)).await,
            limit(category, default, default)
        );
    }
    assert_eq!(
        t.ok("UpdateProvisionedLimit", set("UserCreation", 75))
            .await,
        limit("UserCreation", 75, 50)
    );
    assert_eq!(
        t.ok("UpdateProvisionedLimit", set("UserCreation", 60))
            .await,
        limit("UserCreation", 60, 50)
    );
    assert_eq!(
        t.ok("GetProvisionedLimit", of("UserCreation")).await,
        limit("UserCreation", 60, 50)
    );
    assert_eq!(
        t.ok("GetProvisionedLimit", of("UserRead")).await,
        limit("UserRead", 120, 120)
    );
    assert_eq!(
        t.ok("UpdateProvisionedLimit", set("UserCreation", 50))
            .await,
        limit("UserCreation", 50, 50)
    );
    assert_eq!(
        t.ok("UpdateProvisionedLimit", set("UserList", 30)).await,
        limit("UserList", 30, 30)
    );
}

#[each_engine]
async fn values_outside_of_the_account_s_range_are_refused(t: &TestApp) {
    for (category, value, text) in [
        (
            "UserCreation",
            49,
            "The requested limit value must be between 50 and 100000.",
        ),
        (
            "UserCreation",
            100_001,
            "The requested limit value must be between 50 and 100000.",
        ),
        (
            "UserCreation",
            -1,
            "The requested limit value must be between 50 and 100000.",
        ),
        (
            "UserList",
            31,
            "The requested limit value must be between 30 and 30.",
        ),
    ] {
        t.refused(
            "UpdateProvisionedLimit",
            set(category, value),
            "ServiceQuotaExceededException",
            text,
        )
        .await;
    }
    assert_eq!(
        t.ok("GetProvisionedLimit", of("UserCreation")).await,
        limit("UserCreation", 50, 50)
    );
}

#[each_engine]
async fn what_is_no_category_has_no_limit(t: &TestApp) {
    for category in ["Unlisted", "usercreation", ""] {
        let text = format!("The limit for the category {category} does not exist.");
        t.refused(
            "GetProvisionedLimit",
            of(category),
            "ResourceNotFoundException",
            &text,
        )
        .await;
        t.refused(
            "UpdateProvisionedLimit",
            set(category, 100),
            "ResourceNotFoundException",
            &text,
        )
        .await;
    }
    let text = "LimitDefinition must have exactly one attribute, Category.";
    for attributes in [
        json!({}),
        json!({"category": "UserRead"}),
        json!({"Category": "UserRead", "Zone": "z"}),
    ] {
        let mut input =
            json!({"LimitDefinition": {"LimitClass": "API_CATEGORY", "Attributes": attributes}});
        t.refused(
            "GetProvisionedLimit",
            input.clone(),
            "InvalidParameterException",
            text,
        )
        .await;
        input["RequestedLimitValue"] = json!(100);
        t.refused(
            "UpdateProvisionedLimit",
            input,
            "InvalidParameterException",
            text,
        )
        .await;
    }
}

#[each_engine]
async fn a_changed_limit_is_in_the_audit_trail(t: &TestApp) {
    t.ok("UpdateProvisionedLimit", set("UserToken", 200)).await;
    let rows = t
        .app
        .store
        .rows("SELECT pool_id, doc FROM audit", vec![])
        .await
        .unwrap();
    assert_eq!((rows.len(), rows[0].text(0).unwrap()), (1, ""));
    let doc: Value = serde_json::from_str(rows[0].text(1).unwrap()).unwrap();
    assert_eq!(
        (&doc["operation"], &doc["caller"]),
        (&json!("UpdateProvisionedLimit"), &json!("test"))
    );
}
