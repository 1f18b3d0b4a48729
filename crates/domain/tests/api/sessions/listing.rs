//! Listing tracked sessions.

use std::collections::BTreeSet;

use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::TestApp;
use crate::support::signin::*;

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
