//! Browsers' sessions in the listings of a pool that tracks sessions, and RevokeAssociatedSessions.

use each_engine::each_engine;

use super::flow::*;
use super::*;

/// Makes a pool that tracks sessions.
async fn tracked(t: &TestApp) -> Site {
    let s = hosted(t).await;
    let input = json!({
        "UserPoolId": s.pool, "UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 20},
    });
    t.ok("SetUserPoolSessionConfiguration", input).await;
    s
}

async fn listed(t: &TestApp, pool: &str) -> Vec<Value> {
    let input = json!({"UserPoolId": pool, "Username": "jane"});
    let listed = t.ok("AdminListUserSessions", input).await;
    listed["Sessions"].as_array().unwrap().clone()
}

fn of_kind(list: &[Value], kind: &str) -> Vec<Value> {
    let of_kind = list.iter().filter(|session| session["SessionType"] == kind);
    of_kind.cloned().collect()
}

/// Signs jane in with a browser; returns the cookie and two token sessions that came out of it.
async fn browser(t: &TestApp, s: &Site) -> (String, [Tokens; 2]) {
    let authorization = authorized(t, &ask(&s.client)).await;
    let finished = page(t, &authorization).await;
    let first = exchange(code(&finished.reply));
    let first = answer(traded(t, named(&s.client, None), first).await);
    let reply = by_cookie(t, &authorization, cookie(&finished)).await;
    let second = answer(traded(t, named(&s.client, None), exchange(code(&reply))).await);
    (cookie(&finished).to_owned(), [first, second])
}

async fn is_live(t: &TestApp, tokens: &Tokens) -> bool {
    info(t, &tokens.access).await.unwrap().is_ok()
}

#[each_engine]
async fn a_listing_shows_browsers_and_what_came_out_of_them(t: &TestApp) {
    let s = tracked(t).await;
    browser(t, &s).await;
    sign_in(t, &s.client, "jane").await;
    let list = listed(t, &s.pool).await;
    let (browsers, tokens) = (of_kind(&list, "SSO"), of_kind(&list, "TOKEN"));
    assert_eq!((list.len(), browsers.len(), tokens.len()), (4, 1, 3));
    let own = browsers[0].clone();
    let id = text(&own["SessionId"]);
    assert!(id.len() == 28 && id.starts_with("sso"), "{id}");
    assert_eq!(
        own,
        json!({
            "SessionId": id, "SessionType": "SSO", "ClientId": s.client, "CreateDate": own["CreateDate"],
            "LastActiveDate": own["CreateDate"], "DeviceType": "unknown",
            "LastLocation": {"Country": "unknown"}, "IsCurrentSession": false,
        })
    );
    let linked = tokens
        .iter()
        .filter(|session| session["OriginSessionId"] == id);
    assert_eq!(linked.count(), 2);
    let unlinked = tokens
        .iter()
        .filter(|session| session.get("OriginSessionId").is_none());
    assert_eq!(unlinked.count(), 1);
    t.advance(3_601).await;
    assert!(of_kind(&listed(t, &s.pool).await, "SSO").is_empty());
}

#[each_engine]
async fn a_browser_s_session_ends_alone_or_with_what_came_out_of_it(t: &TestApp) {
    let s = tracked(t).await;
    let authorization = authorized(t, &ask(&s.client)).await;
    let unlinked = sign_in(t, &s.client, "jane").await;
    for (wish, left) in [(None, true), (Some("NONE"), true), (Some("LINKED"), false)] {
        let (cookie, tokens) = browser(t, &s).await;
        let newest = of_kind(&listed(t, &s.pool).await, "SSO");
        let mut input =
            json!({"UserPoolId": s.pool, "Username": "jane", "SessionId": newest[0]["SessionId"]});
        if let Some(wish) = wish {
            input["RevokeAssociatedSessions"] = json!(wish);
        }
        t.ok("AdminRevokeUserSession", input.clone()).await;
        assert!(session_of(t, &authorization, HOST, &cookie).await.is_none());
        for tokens in &tokens {
            assert_eq!(is_live(t, tokens).await, left, "{wish:?}");
        }
        let again = t.call("AdminRevokeUserSession", input).await.unwrap_err();
        assert_eq!(again.0, "ResourceNotFoundException");
    }
    get_user(t, &unlinked["AccessToken"]).await.unwrap();
}

#[each_engine]
async fn a_token_session_ends_alone_or_with_its_browser_s(t: &TestApp) {
    let s = tracked(t).await;
    let authorization = authorized(t, &ask(&s.client)).await;
    for (wish, left) in [("NONE", true), ("LINKED", false)] {
        let (cookie, [first, second]) = browser(t, &s).await;
        let input = json!({
            "ClientId": s.client, "Token": first.refresh, "RevokeAssociatedSessions": wish,
        });
        t.ok("RevokeToken", input).await;
        assert!(!is_live(t, &first).await);
        // The browser's session, and none of the others that came out of it.
        let session = session_of(t, &authorization, HOST, &cookie).await;
        assert_eq!(session.is_some(), left, "{wish}");
        assert!(is_live(t, &second).await);
    }
}

#[each_engine]
async fn a_user_cannot_name_another_user_s_browser(t: &TestApp) {
    let s = tracked(t).await;
    user(t, &s.pool, "john").await;
    let (cookie, _) = browser(t, &s).await;
    let theirs = of_kind(&listed(t, &s.pool).await, "SSO");
    let john = sign_in(t, &s.client, "john").await;
    let input = json!({
        "AccessToken": john["AccessToken"], "SessionId": theirs[0]["SessionId"],
        "RevokeAssociatedSessions": "LINKED",
    });
    let refused = t.call("RevokeUserSession", input).await.unwrap_err();
    assert_eq!(refused.0, "ResourceNotFoundException");
    let authorization = authorized(t, &ask(&s.client)).await;
    assert!(session_of(t, &authorization, HOST, &cookie).await.is_some());
}
