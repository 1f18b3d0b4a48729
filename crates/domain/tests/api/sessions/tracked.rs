//! Tracked sessions: their settings, the limit of a user, listing and ending them.

use std::collections::BTreeSet;

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

const OFF: (&str, &str) = (
    "InvalidParameterException",
    "Session tracking is not enabled for the user pool.",
);
const NO_SESSION: (&str, &str) = ("ResourceNotFoundException", "Session does not exist.");

async fn track(t: &TestApp, pool: &str, most: i64) -> Value {
    let input = json!({
        "UserPoolId": pool, "UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": most},
    });
    t.ok("SetUserPoolSessionConfiguration", input).await
}

async fn tracked(t: &TestApp, most: i64) -> Site {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    track(t, &s.pool, most).await;
    s
}

async fn listed(t: &TestApp, pool: &str, name: &str) -> Vec<Value> {
    let input = json!({"UserPoolId": pool, "Username": name});
    let answer = t.ok("AdminListUserSessions", input).await;
    assert!(answer.get("NextToken").is_none());
    answer["Sessions"].as_array().unwrap().clone()
}

/// What a session is called whose id the tokens carry.
async fn called(t: &TestApp, result: &Value) -> String {
    let answer = t
        .ok(
            "ListUserSessions",
            json!({"AccessToken": result["AccessToken"]}),
        )
        .await;
    let current: Vec<&Value> = answer["Sessions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|session| session["IsCurrentSession"] == true)
        .collect();
    assert_eq!(current.len(), 1);
    current[0]["SessionId"].as_str().unwrap().to_owned()
}

async fn trade(t: &TestApp, client: &str, token: &Value) -> Result<Value, Refusal> {
    let input = json!({"ClientId": client, "RefreshToken": token});
    let answer = t.call("GetTokensFromRefreshToken", input).await?;
    Ok(answer["AuthenticationResult"].clone())
}

async fn live(t: &TestApp, results: &[Value]) -> Vec<bool> {
    let mut live = Vec::new();
    for result in results {
        live.push(get_user(t, &result["AccessToken"]).await.is_ok());
    }
    live
}

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

#[each_engine]
async fn without_tracking_there_is_nothing_to_list_or_to_end(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let result = sign_in(t, &s.client, "jane").await;
    let access = json!({"AccessToken": result["AccessToken"]});
    t.refused("ListUserSessions", access.clone(), OFF.0, OFF.1)
        .await;
    let id = json!({"SessionId": format!("tkn{}", "0".repeat(25))});
    t.refused("RevokeUserSession", with(access, id.clone()), OFF.0, OFF.1)
        .await;
    let admin = json!({"UserPoolId": s.pool, "Username": "jane"});
    t.refused("AdminListUserSessions", admin.clone(), OFF.0, OFF.1)
        .await;
    t.refused("AdminRevokeUserSession", with(admin, id), OFF.0, OFF.1)
        .await;
}

#[each_engine]
async fn sessions_say_where_and_when_they_were_used(t: &TestApp) {
    let s = tracked(t, 20).await;
    let first = sign_in(t, &s.client, "jane").await;
    t.advance(100).await;
    let second = sign_in(t, &s.client, "jane").await;
    let input = json!({"AccessToken": second["AccessToken"]});
    let mine = t.ok("ListUserSessions", input.clone()).await;
    assert_eq!(mine.as_object().unwrap().len(), 1);
    let sessions = mine["Sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    for (session, current) in sessions.iter().zip([true, false]) {
        let id = session["SessionId"].as_str().unwrap();
        assert!(id.len() == 28 && id.starts_with("tkn"), "{id}");
        assert!(
            id.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()),
            "{id}"
        );
        assert_eq!(session["CreateDate"], session["LastActiveDate"]);
        assert_eq!(
            *session,
            json!({
                "SessionId": id, "SessionType": "TOKEN", "ClientId": s.client, "CreateDate": session["CreateDate"],
                "LastActiveDate": session["LastActiveDate"], "DeviceType": "unknown", "LastIPAddress": "127.0.0.1",
                "LastLocation": {"Country": "unknown"}, "IsCurrentSession": current,
            })
        );
    }
    // A refresh is activity; the administrator sees the same, and no session is the current one.
    t.advance(50).await;
    t.ok(
        "InitiateAuth",
        initiate(
            &s.client,
            "REFRESH_TOKEN_AUTH",
            json!({"REFRESH_TOKEN": first["RefreshToken"]}),
        ),
    )
    .await;
    let now = listed(t, &s.pool, "jane").await;
    assert_eq!(now[0]["SessionId"], sessions[1]["SessionId"]);
    assert_eq!(now[0]["CreateDate"], sessions[1]["CreateDate"]);
    let moved = now[0]["LastActiveDate"].as_f64().unwrap() - now[0]["CreateDate"].as_f64().unwrap();
    assert!((150.0..160.0).contains(&moved), "{moved}");
    assert!(
        now.iter()
            .all(|session| session["IsCurrentSession"] == false)
    );
}

#[each_engine]
async fn sessions_end_in_the_list_with_their_refresh_tokens(t: &TestApp) {
    let client = json!({
        "RefreshTokenValidity": 2, "TokenValidityUnits": {"RefreshToken": "hours"},
    });
    let s = site_with(t, json!({}), client).await;
    user(t, &s.pool, "jane").await;
    track(t, &s.pool, 20).await;
    sign_in(t, &s.client, "jane").await;
    assert_eq!(listed(t, &s.pool, "jane").await.len(), 1);
    t.advance(2 * 3600 + 1).await;
    assert!(listed(t, &s.pool, "jane").await.is_empty());
}

#[each_engine]
async fn the_session_unused_for_longest_makes_room(t: &TestApp) {
    let s = tracked(t, 3).await;
    let mut results = Vec::new();
    for _ in 0..3 {
        results.push(sign_in(t, &s.client, "jane").await);
        t.advance(1).await;
    }
    assert_eq!(live(t, &results).await, [true, true, true]);
    // The first is used again, so the second is the oldest now.
    trade(t, &s.client, &results[0]["RefreshToken"])
        .await
        .unwrap();
    t.advance(1).await;
    results.push(sign_in(t, &s.client, "jane").await);
    assert_eq!(live(t, &results).await, [true, false, true, true]);
    let revoked = not_authorized("Refresh Token has been revoked");
    assert_eq!(
        trade(t, &s.client, &results[1]["RefreshToken"])
            .await
            .unwrap_err(),
        revoked
    );
    // A lower limit ends nothing by itself, but at the next sign-in.
    track(t, &s.pool, 1).await;
    assert_eq!(listed(t, &s.pool, "jane").await.len(), 3);
    t.advance(2).await;
    results.push(sign_in(t, &s.client, "jane").await);
    assert_eq!(live(t, &results).await, [false, false, false, false, true]);
}

#[each_engine]
async fn sessions_of_before_tracking_count_and_other_users_do_not(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    user(t, &s.pool, "john").await;
    let other = sign_in(t, &s.client, "john").await;
    let old = sign_in(t, &s.client, "jane").await;
    track(t, &s.pool, 1).await;
    t.advance(2).await;
    assert_eq!(listed(t, &s.pool, "jane").await[0]["DeviceType"], "unknown");
    let new = sign_in(t, &s.client, "jane").await;
    assert_eq!(live(t, &[old, new, other]).await, [false, true, true]);
}

#[each_engine]
async fn the_limit_holds_however_many_sign_in_at_once(t: &TestApp) {
    let s = tracked(t, 2).await;
    let results = tokio::join!(
        sign_in(t, &s.client, "jane"),
        sign_in(t, &s.client, "jane"),
        sign_in(t, &s.client, "jane"),
        sign_in(t, &s.client, "jane"),
        sign_in(t, &s.client, "jane"),
        sign_in(t, &s.client, "jane"),
    );
    let results = [
        results.0, results.1, results.2, results.3, results.4, results.5,
    ];
    let left = live(t, &results)
        .await
        .into_iter()
        .filter(|live| *live)
        .count();
    assert_eq!((left, listed(t, &s.pool, "jane").await.len()), (2, 2));
}

#[each_engine]
async fn a_user_ends_any_session_but_the_current_one(t: &TestApp) {
    let s = tracked(t, 20).await;
    user(t, &s.pool, "john").await;
    let results = [
        sign_in(t, &s.client, "jane").await,
        sign_in(t, &s.client, "jane").await,
    ];
    let theirs = called(t, &sign_in(t, &s.client, "john").await).await;
    let (mine, other) = (called(t, &results[0]).await, called(t, &results[1]).await);
    assert_ne!(mine, other);
    let revoke = |id: &str| json!({"AccessToken": results[0]["AccessToken"], "SessionId": id});
    let current = (
        "InvalidParameterException",
        "The current session cannot be revoked.",
    );
    t.refused("RevokeUserSession", revoke(&mine), current.0, current.1)
        .await;
    for not_mine in [
        theirs.as_str(),
        &format!("sso{}", &other[3..]),
        &format!("tkn{}", "z".repeat(25)),
    ] {
        t.refused(
            "RevokeUserSession",
            revoke(not_mine),
            NO_SESSION.0,
            NO_SESSION.1,
        )
        .await;
    }
    let linked = with(
        revoke(&other),
        json!({"RevokeAssociatedSessions": "LINKED"}),
    );
    assert_eq!(t.ok("RevokeUserSession", linked).await, json!({}));
    assert_eq!(live(t, &results).await, [true, false]);
    t.refused(
        "RevokeUserSession",
        revoke(&other),
        NO_SESSION.0,
        NO_SESSION.1,
    )
    .await;
    let ended = json!({"AccessToken": results[1]["AccessToken"]});
    let text = "Access Token has been revoked";
    t.refused(
        "ListUserSessions",
        ended.clone(),
        "NotAuthorizedException",
        text,
    )
    .await;
    t.refused(
        "RevokeUserSession",
        with(ended, json!({"SessionId": mine})),
        "NotAuthorizedException",
        text,
    )
    .await;
}

#[each_engine]
async fn an_administrator_ends_any_session_of_the_user_named(t: &TestApp) {
    let s = tracked(t, 20).await;
    user(t, &s.pool, "john").await;
    let result = sign_in(t, &s.client, "jane").await;
    let id = called(t, &result).await;
    let of = |name: &str| json!({"UserPoolId": s.pool, "Username": name, "SessionId": id});
    t.refused(
        "AdminRevokeUserSession",
        of("john"),
        NO_SESSION.0,
        NO_SESSION.1,
    )
    .await;
    let unknown = ("UserNotFoundException", "User does not exist.");
    t.refused("AdminRevokeUserSession", of("nobody"), unknown.0, unknown.1)
        .await;
    let list = json!({"UserPoolId": s.pool, "Username": "nobody"});
    t.refused("AdminListUserSessions", list, unknown.0, unknown.1)
        .await;
    assert_eq!(t.ok("AdminRevokeUserSession", of("jane")).await, json!({}));
    assert!(listed(t, &s.pool, "jane").await.is_empty());
    let revoked = not_authorized("Access Token has been revoked");
    assert_eq!(
        get_user(t, &result["AccessToken"]).await.unwrap_err(),
        revoked
    );
    let revoked = not_authorized("Refresh Token has been revoked");
    assert_eq!(
        trade(t, &s.client, &result["RefreshToken"])
            .await
            .unwrap_err(),
        revoked
    );
}

#[each_engine]
async fn many_sessions_come_in_pages_and_go_at_the_next_sign_in(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let result = sign_in(t, &s.client, "jane").await;
    let sql = "INSERT INTO sessions (pool_id, user_id, session_id, client_id, doc, created, expires, ver, bucket) \
         SELECT pool_id, user_id, ?2, client_id, doc, created, expires, ver, bucket FROM sessions WHERE session_id = ?1";
    let id = claims(&result["AccessToken"])["origin_jti"].clone();
    for n in 0..130 {
        let copy = format!("00000000-0000-0000-0000-{n:012x}");
        let batch = cognate_store::Batch::new()
            .run(sql, cognate_store::params![id.as_str().unwrap(), copy]);
        t.app.store.commit(batch).await.unwrap();
    }
    t.sign(&s.pool).await;
    track(t, &s.pool, 100).await;
    let input = json!({"UserPoolId": s.pool, "Username": "jane"});
    let page = t.ok("AdminListUserSessions", input.clone()).await;
    assert_eq!(page["Sessions"].as_array().unwrap().len(), 125);
    let rest = with(input.clone(), json!({"NextToken": page["NextToken"]}));
    let rest = t.ok("AdminListUserSessions", rest).await;
    assert!(rest.get("NextToken").is_none());
    let all: BTreeSet<&str> = [&page, &rest]
        .into_iter()
        .flat_map(|page| page["Sessions"].as_array().unwrap())
        .map(|session| session["SessionId"].as_str().unwrap())
        .collect();
    assert_eq!(all.len(), 131);
    let bad = with(input, json!({"NextToken": "made-up"}));
    t.refused(
        "AdminListUserSessions",
        bad,
        "InvalidParameterException",
        "Invalid pagination token.",
    )
    .await;
    sign_in(t, &s.client, "jane").await;
    assert_eq!(listed(t, &s.pool, "jane").await.len(), 100);
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
