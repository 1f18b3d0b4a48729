//! The limit of sessions per user, and ending them.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

/// Returns the public id of the session whose id the tokens carry.
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
