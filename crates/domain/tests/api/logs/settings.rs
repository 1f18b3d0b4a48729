//! SetLogDeliveryConfiguration and GetLogDeliveryConfiguration.

use cognate_domain::Settings;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::sink::Sink;
use super::*;
use crate::support::TestApp;

async fn shown(t: &TestApp, pool: &str) -> Value {
    t.ok("GetLogDeliveryConfiguration", json!({"UserPoolId": pool}))
        .await
}

fn whole(pool: &str, configurations: Value) -> Value {
    json!({"LogDeliveryConfiguration": {"UserPoolId": pool, "LogConfigurations": configurations}})
}

#[each_engine]
async fn a_configuration_is_replaced_as_a_whole(t: &TestApp) {
    Sink::of(t);
    let made = t.ok("CreateUserPool", json!({"PoolName": "p"})).await;
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    assert_eq!(shown(t, &pool).await, whole(&pool, json!([])));
    let described = t.ok("DescribeUserPool", json!({"UserPoolId": pool})).await;
    for destination in [
        json!({"CloudWatchLogsConfiguration": {"LogGroupArn": GROUP}}),
        json!({"FirehoseConfiguration": {"StreamArn": STREAM}}),
        json!({"S3Configuration": {"BucketArn": BUCKET}}),
    ] {
        let both = json!([activity_to(destination), errors_to(GROUP)]);
        assert_eq!(
            set(t, &pool, both.clone()).await,
            whole(&pool, both.clone())
        );
        assert_eq!(shown(t, &pool).await, whole(&pool, both));
    }
    // An update of the pool leaves it alone, and it shows nowhere else.
    t.ok(
        "UpdateUserPool",
        json!({"UserPoolId": pool, "PoolName": "p"}),
    )
    .await;
    let after = t.ok("DescribeUserPool", json!({"UserPoolId": pool})).await;
    let keys = |shown: &Value| -> Vec<String> {
        let pool = shown["UserPool"].as_object().unwrap();
        pool.keys().cloned().collect()
    };
    assert_eq!(keys(&after), keys(&described));
    let both = json!([
        activity_to(json!({"S3Configuration": {"BucketArn": BUCKET}})),
        errors_to(GROUP)
    ]);
    assert_eq!(shown(t, &pool).await, whole(&pool, both));
    // Other accounts are accepted (decision 008).
    let one = json!([errors_to("arn:aws:logs:eu-west-1:999999999999:log-group:g")]);
    assert_eq!(set(t, &pool, one.clone()).await, whole(&pool, one.clone()));
    assert_eq!(shown(t, &pool).await, whole(&pool, one));
    assert_eq!(set(t, &pool, json!([])).await, whole(&pool, json!([])));
    assert_eq!(shown(t, &pool).await, whole(&pool, json!([])));
}

#[each_engine]
async fn pairs_and_destinations_that_there_are_not_are_refused(t: &TestApp) {
    Sink::of(t);
    let pool = pool_with(t, json!([errors_to(GROUP)])).await;
    let group = json!({"LogGroupArn": GROUP});
    let stream = json!({"StreamArn": STREAM});
    let wrong = "arn:aws:sns:us-east-1:123456789012:topic";
    let other_group = "arn:aws:logs:us-east-1:123456789012:metric-filter:x";
    let no_group = "arn:aws:logs::123456789012:log-group:g";
    let no_bucket = "arn:aws:sqs:::q";
    let mut level = errors_to(GROUP);
    level["LogLevel"] = json!("INFO");
    let mut activity_level = activity_to(json!({"FirehoseConfiguration": stream}));
    activity_level["LogLevel"] = json!("ERROR");
    let notification = |destination: Value| {
        let mut base = json!({"LogLevel": "ERROR", "EventSource": "userNotification"});
        base.as_object_mut()
            .unwrap()
            .extend(destination.as_object().unwrap().clone());
        base
    };
    let one_of = |source: &str| {
        format!("Exactly one log destination is required for the event source {source}.")
    };
    let only_cloud_watch =
        "CloudWatchLogsConfiguration is required for the event source userNotification.";
    for (configurations, text) in [
        (
            json!([level]),
            "The log level for the event source userNotification must be ERROR.".to_owned(),
        ),
        (
            json!([activity_level]),
            "The log level for the event source userAuthEvents must be INFO.".to_owned(),
        ),
        (
            json!([errors_to(GROUP), errors_to(GROUP)]),
            "Only one log configuration is allowed for the event source userNotification."
                .to_owned(),
        ),
        (json!([activity_to(json!({}))]), one_of("userAuthEvents")),
        (json!([notification(json!({}))]), one_of("userNotification")),
        (
            json!([notification(json!({"CloudWatchLogsConfiguration": {}}))]),
            one_of("userNotification"),
        ),
        (
            json!([activity_to(
                json!({"CloudWatchLogsConfiguration": group, "FirehoseConfiguration": stream})
            )]),
            one_of("userAuthEvents"),
        ),
        (
            json!([notification(
                json!({"CloudWatchLogsConfiguration": group, "S3Configuration": {"BucketArn": BUCKET}})
            )]),
            one_of("userNotification"),
        ),
        (
            json!([notification(json!({"FirehoseConfiguration": stream}))]),
            only_cloud_watch.to_owned(),
        ),
        (
            json!([notification(
                json!({"S3Configuration": {"BucketArn": BUCKET}})
            )]),
            only_cloud_watch.to_owned(),
        ),
        (
            json!([errors_to(wrong)]),
            format!("{wrong} is not a valid log destination."),
        ),
        (
            json!([errors_to(other_group)]),
            format!("{other_group} is not a valid log destination."),
        ),
        (
            json!([errors_to(no_group)]),
            format!("{no_group} is not a valid log destination."),
        ),
        (
            json!([activity_to(
                json!({"FirehoseConfiguration": {"StreamArn": GROUP}})
            )]),
            format!("{GROUP} is not a valid log destination."),
        ),
        (
            json!([activity_to(
                json!({"S3Configuration": {"BucketArn": no_bucket}})
            )]),
            format!("{no_bucket} is not a valid log destination."),
        ),
    ] {
        let input = json!({"UserPoolId": pool, "LogConfigurations": configurations});
        let refused = t.call("SetLogDeliveryConfiguration", input).await;
        let expected = ("InvalidParameterException".to_owned(), text);
        assert_eq!(refused.unwrap_err(), expected, "{configurations}");
    }
    // Nothing of it was kept.
    assert_eq!(
        shown(t, &pool).await,
        whole(&pool, json!([errors_to(GROUP)]))
    );
}

#[each_engine]
async fn what_the_model_does_not_allow_and_unknown_pools_are_refused(t: &TestApp) {
    Sink::of(t);
    let pool = pool_with(t, json!([])).await;
    let three = json!([errors_to(GROUP), errors_to(GROUP), errors_to(GROUP)]);
    let input = json!({"UserPoolId": pool, "LogConfigurations": three});
    let (code, text) = t
        .call("SetLogDeliveryConfiguration", input)
        .await
        .unwrap_err();
    assert_eq!(code, "InvalidParameterException");
    assert!(
        text.contains("'logConfigurations' failed to satisfy constraint: Member must have length less than or equal to 2"),
        "{text}"
    );
    for (op, input) in [
        (
            "SetLogDeliveryConfiguration",
            json!({"UserPoolId": "us-east-1_Unknown00", "LogConfigurations": []}),
        ),
        (
            "GetLogDeliveryConfiguration",
            json!({"UserPoolId": "us-east-1_Unknown00"}),
        ),
    ] {
        let text = "User pool us-east-1_Unknown00 does not exist.";
        t.refused(op, input, "ResourceNotFoundException", text)
            .await;
    }
}

#[each_engine]
async fn a_destination_without_a_target_is_refused(t: &TestApp) {
    let made = t.ok("CreateUserPool", json!({"PoolName": "p"})).await;
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let refused = async |arn: &str| {
        let input = json!({"UserPoolId": pool, "LogConfigurations": [errors_to(arn)]});
        let text = format!(
            "The server has no target for {arn}: its operator names one with the setting log_target."
        );
        let code = "InvalidParameterException";
        t.refused("SetLogDeliveryConfiguration", input, code, &text)
            .await;
    };
    refused(GROUP).await;
    Sink::of(t);
    refused("arn:aws:logs:us-east-1:123456789012:log-group:nowhere").await;
    set(t, &pool, json!([errors_to(GROUP)])).await;
}

#[tokio::test]
async fn user_activity_needs_the_plus_plan_where_plans_are_enforced() {
    let t = &TestApp::sqlite_with(Settings {
        enforce_tiers: true,
        ..Settings::dev()
    })
    .await;
    Sink::of(t);
    let activity = json!([activity_to(
        json!({"FirehoseConfiguration": {"StreamArn": STREAM}})
    )]);
    for tier in ["LITE", "ESSENTIALS"] {
        let made = json!({"PoolName": "p", "UserPoolTier": tier});
        let made = t.ok("CreateUserPool", made).await;
        let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
        let input = json!({"UserPoolId": pool, "LogConfigurations": activity});
        let text = format!(
            "The following feature is not available for the {tier} pricing tier configured: Log Streaming"
        );
        let code = "FeatureUnavailableInTierException";
        t.refused("SetLogDeliveryConfiguration", input, code, &text)
            .await;
        // Message errors are for every plan.
        set(t, &pool, json!([errors_to(GROUP)])).await;
    }
    let made = json!({"PoolName": "p", "UserPoolTier": "PLUS"});
    let made = t.ok("CreateUserPool", made).await;
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    set(t, &pool, activity).await;
    // The plan is not left with it.
    let down = json!({"UserPoolId": pool, "UserPoolTier": "ESSENTIALS"});
    let text = "The following features need to be disabled for the ESSENTIALS pricing tier configured: Log Streaming";
    let code = "FeatureUnavailableInTierException";
    t.refused("UpdateUserPool", down.clone(), code, text).await;
    set(t, &pool, json!([])).await;
    t.ok("UpdateUserPool", down).await;
}
