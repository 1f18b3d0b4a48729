//! Tags of pools.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::users::futures_all;
use crate::support::users::pool;

fn arn(pool: &str) -> String {
    format!("arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool}")
}

fn tag(pool: &str, tags: Value) -> Value {
    json!({"ResourceArn": arn(pool), "Tags": tags})
}

async fn tags(t: &TestApp, pool: &str) -> Value {
    let listed = t
        .ok("ListTagsForResource", json!({"ResourceArn": arn(pool)}))
        .await;
    let described = t.ok("DescribeUserPool", json!({"UserPoolId": pool})).await;
    let shown = described["UserPool"]
        .get("UserPoolTags")
        .cloned()
        .unwrap_or(json!({}));
    assert_eq!(listed, json!({"Tags": shown}));
    shown
}

#[each_engine]
async fn tags_are_added_changed_and_taken_away(t: &TestApp) {
    let id = pool(t, json!({"UserPoolTags": {"a": "1"}})).await;
    let before = t.ok("DescribeUserPool", json!({"UserPoolId": id})).await;
    t.advance(5).await;
    assert_eq!(tags(t, &id).await, json!({"a": "1"}));
    assert_eq!(
        t.ok(
            "TagResource",
            tag(&id, json!({"b": "", "ä ö_.:/=+-@": "x"}))
        )
        .await,
        json!({})
    );
    assert_eq!(
        t.ok("TagResource", tag(&id, json!({"a": "2"}))).await,
        json!({})
    );
    assert_eq!(
        tags(t, &id).await,
        json!({"a": "2", "b": "", "ä ö_.:/=+-@": "x"})
    );
    let untag = json!({"ResourceArn": arn(&id), "TagKeys": ["b", "ä ö_.:/=+-@", "none"]});
    assert_eq!(t.ok("UntagResource", untag).await, json!({}));
    assert_eq!(tags(t, &id).await, json!({"a": "2"}));
    let mut after = t.ok("DescribeUserPool", json!({"UserPoolId": id})).await;
    after["UserPool"]["UserPoolTags"] = json!({"a": "1"});
    assert_eq!(after, before);
    assert_eq!(
        t.ok(
            "ListTagsForResource",
            json!({"ResourceArn": arn(&pool(t, json!({})).await)})
        )
        .await,
        json!({"Tags": {}})
    );
}

#[each_engine]
async fn what_is_no_user_pool_of_this_account_and_region_is_refused(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let calls = |arn: &str| {
        [
            (
                "TagResource",
                json!({"ResourceArn": arn, "Tags": {"a": "b"}}),
            ),
            (
                "UntagResource",
                json!({"ResourceArn": arn, "TagKeys": ["a"]}),
            ),
            ("ListTagsForResource", json!({"ResourceArn": arn})),
        ]
    };
    for missing in [
        "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_none".to_owned(),
        format!("arn:aws:cognito-idp:us-east-1:111111111111:userpool/{id}"),
        format!("arn:aws:cognito-idp:eu-west-1:000000000000:userpool/{id}"),
    ] {
        for (op, input) in calls(&missing) {
            t.refused(
                op,
                input,
                "ResourceNotFoundException",
                &format!("Resource {missing} not found."),
            )
            .await;
        }
    }
    for other in [
        format!("arn:aws:cognito-identity:us-east-1:000000000000:userpool/{id}"),
        format!("arn:aws:cognito-idp:us-east-1:000000000000:pool/{id}"),
    ] {
        for (op, input) in calls(&other) {
            t.refused(
                op,
                input,
                "InvalidParameterException",
                &format!("{other} is not the ARN of a user pool."),
            )
            .await;
        }
    }
    t.ok("DeleteUserPool", json!({"UserPoolId": id})).await;
    for (op, input) in calls(&arn(&id)) {
        t.refused(
            op,
            input,
            "ResourceNotFoundException",
            &format!("Resource {} not found.", arn(&id)),
        )
        .await;
    }
}

#[each_engine]
async fn tags_keep_to_the_rules(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let refused = async |tags: Value, text: &str| {
        t.refused(
            "TagResource",
            tag(&id, tags),
            "InvalidParameterException",
            text,
        )
        .await
    };
    let reserved = "aws: prefixed tag key names are not allowed for external use.";
    refused(json!({"aws:x": "1"}), reserved).await;
    refused(json!({"AWS:x": "1"}), reserved).await;
    let characters = "Tag keys and values can contain letters, numbers, spaces, and the characters _ . : / = + - @";
    refused(json!({"a*": "1"}), characters).await;
    refused(json!({"a": "<"}), characters).await;
    let fifty: serde_json::Map<_, _> = (0..50).map(|n| (format!("k{n}"), json!("v"))).collect();
    t.ok("TagResource", tag(&id, json!(fifty))).await;
    refused(
        json!({"more": ""}),
        "Cannot have more than 50 tags for a user pool.",
    )
    .await;
    t.ok("TagResource", tag(&id, json!({"k0": "new"}))).await;
    let (code, text) = t
        .call("TagResource", tag(&id, json!({"k".repeat(129): "v"})))
        .await
        .unwrap_err();
    assert_eq!(code, "InvalidParameterException");
    assert!(text.starts_with("1 validation error detected: "), "{text}");
}

#[each_engine]
async fn tags_set_at_once_are_all_kept(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let answers =
        futures_all((0..8).map(|n| t.call("TagResource", tag(&id, json!({format!("k{n}"): "v"})))))
            .await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(tags(t, &id).await.as_object().unwrap().len(), 8);
}
