//! The settings of session tracking, of pools and clients.

use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::TestApp;
use crate::support::signin::*;

#[each_engine]
async fn a_pool_tracks_nothing_until_it_is_told_to(t: &TestApp) {
    let s = site(t).await;
    let shown = t
        .ok(
            "GetUserPoolSessionConfiguration",
            json!({"UserPoolId": s.pool}),
        )
        .await;
    let base = json!({"UserPoolId": s.pool, "UserSessionTracking": "DISABLED", "TokenSession": {"MaxPerUser": 20}});
    assert_eq!(shown, base);
    let on = with(
        base.clone(),
        json!({"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 3}}),
    );
    assert_eq!(track(t, &s.pool, 3).await, on);
    assert_eq!(
        t.ok(
            "GetUserPoolSessionConfiguration",
            json!({"UserPoolId": s.pool})
        )
        .await,
        on
    );
    // An update of the pool leaves it alone, and it shows nowhere else.
    t.ok("UpdateUserPool", json!({"UserPoolId": s.pool})).await;
    assert_eq!(
        t.ok(
            "GetUserPoolSessionConfiguration",
            json!({"UserPoolId": s.pool})
        )
        .await,
        on
    );
    let described = t
        .ok("DescribeUserPool", json!({"UserPoolId": s.pool}))
        .await;
    assert!(!described.to_string().contains("Session"), "{described}");
}

#[each_engine]
async fn settings_out_of_range_and_of_nothing_are_refused(t: &TestApp) {
    let s = site(t).await;
    for (most, text) in [
        (0, "greater than or equal to 1"),
        (101, "less than or equal to 100"),
    ] {
        let input = json!({
            "UserPoolId": s.pool, "UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": most},
        });
        let text = format!(
            "1 validation error detected: Value '{most}' at 'tokenSession.maxPerUser' failed to satisfy constraint: Member must have value {text}"
        );
        t.refused(
            "SetUserPoolSessionConfiguration",
            input,
            "InvalidParameterException",
            &text,
        )
        .await;
    }
    let (unknown, text) = (
        "us-east-1_AAAAAAAAA",
        "User pool us-east-1_AAAAAAAAA does not exist.",
    );
    let input = json!({
        "UserPoolId": unknown, "UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 5},
    });
    t.refused("SetUserPoolSessionConfiguration", input, NO_SESSION.0, text)
        .await;
    t.refused(
        "GetUserPoolSessionConfiguration",
        json!({"UserPoolId": unknown}),
        NO_SESSION.0,
        text,
    )
    .await;
    let of_client = json!({"UserPoolId": s.pool, "ClientId": "nosuchclient"});
    let text = "User pool client nosuchclient does not exist.";
    t.refused(
        "GetUserPoolClientSessionConfiguration",
        of_client.clone(),
        NO_SESSION.0,
        text,
    )
    .await;
    let set = with(of_client, json!({"SSOSession": {"MaxValidityMinutes": 5}}));
    t.refused(
        "SetUserPoolClientSessionConfiguration",
        set,
        NO_SESSION.0,
        text,
    )
    .await;
}

#[each_engine]
async fn a_client_s_setting_needs_tracking_and_sleeps_without_it(t: &TestApp) {
    let s = site(t).await;
    let named = json!({"UserPoolId": s.pool, "ClientId": s.client});
    let shown = |minutes: i64| {
        with(
            named.clone(),
            json!({"SSOSession": {"MaxValidityMinutes": minutes}}),
        )
    };
    assert_eq!(
        t.ok("GetUserPoolClientSessionConfiguration", named.clone())
            .await,
        shown(60)
    );
    t.refused(
        "SetUserPoolClientSessionConfiguration",
        shown(0),
        OFF.0,
        OFF.1,
    )
    .await;
    track(t, &s.pool, 20).await;
    assert_eq!(
        t.ok("SetUserPoolClientSessionConfiguration", shown(0))
            .await,
        shown(0)
    );
    let off = json!({"UserPoolId": s.pool, "UserSessionTracking": "DISABLED", "TokenSession": {"MaxPerUser": 20}});
    t.ok("SetUserPoolSessionConfiguration", off).await;
    t.ok("UpdateUserPoolClient", named.clone()).await;
    assert_eq!(
        t.ok("GetUserPoolClientSessionConfiguration", named.clone())
            .await,
        shown(0)
    );
    t.refused(
        "SetUserPoolClientSessionConfiguration",
        shown(5),
        OFF.0,
        OFF.1,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pools_of_the_lite_plan_track_no_sessions_where_plans_are_enforced() {
    let settings = cognate_domain::Settings {
        enforce_tiers: true,
        ..cognate_domain::Settings::dev()
    };
    let t = &TestApp::sqlite_with(settings).await;
    let s = site_with(t, json!({"UserPoolTier": "LITE"}), json!({})).await;
    let above = "FeatureUnavailableInTierException";
    let text = "The following feature is not available for the LITE pricing tier configured: Session Tracking";
    let pool = json!({
        "UserPoolId": s.pool, "UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 5},
    });
    t.refused("SetUserPoolSessionConfiguration", pool, above, text)
        .await;
    let client = json!({
        "UserPoolId": s.pool, "ClientId": s.client, "SSOSession": {"MaxValidityMinutes": 5},
    });
    t.refused("SetUserPoolClientSessionConfiguration", client, above, text)
        .await;
}
