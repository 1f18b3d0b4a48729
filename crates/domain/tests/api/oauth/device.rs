//! The device authorization grant.

use cognate_domain::errors::oauth::{
    ACCESS_DENIED, AUTHORIZATION_PENDING, INVALID_GRANT, SLOW_DOWN,
};
use cognate_domain::oauth::browser_session::BrowserSession;
use cognate_domain::oauth::device::{self, Begun, Decision, DeviceRequest, Entered};
use each_engine::each_engine;

use super::flow::{HOST, ask, authorized, hosted, hosted_client, page, rows, session_of};
use super::*;

async fn begin(t: &TestApp, client: &str) -> Begun {
    let cx = cx(t, Endpoint::Device);
    let client = named(client, None);
    let wish = DeviceRequest {
        scope: Some("openid email"),
        ..DeviceRequest::default()
    };
    let begun = run(&cx, About::default, || device::begin(&cx, client, wish)).await;
    match begun.unwrap() {
        Ok(begun) => begun,
        Err(refusal) => panic!("{refusal:?}"),
    }
}

async fn poll(t: &TestApp, client: &str, begun: &Begun) -> Outcome<Tokens> {
    let cx = cx(t, Endpoint::Token);
    let (client, code) = (named(client, None), Some(begun.device_code.as_str()));
    let work = || device::tokens(&cx, client, code, None);
    run(&cx, About::default, work).await
}

/// A user's decision, by the session that a page opened.
async fn decide(
    t: &TestApp,
    s: &Site,
    session: &BrowserSession,
    begun: &Begun,
    decision: Decision,
) -> bool {
    let cx = cx(t, Endpoint::Device);
    let pool = t.app.cached_pool(&s.pool).await.unwrap().unwrap();
    let code = Entered::read(&begun.user_code).unwrap();
    let done = run(&cx, About::default, || {
        device::decide(&cx, &pool, session, &code, decision)
    });
    done.await.unwrap()
}

async fn session(t: &TestApp, s: &Site) -> BrowserSession {
    let authorization = authorized(t, &ask(&s.client)).await;
    let finished = page(t, &authorization).await;
    let cookie = finished.cookie.value.expose().clone();
    session_of(t, &authorization, HOST, &cookie).await.unwrap()
}

#[each_engine]
async fn one_of_two_questions_gets_the_tokens_of_a_device(t: &TestApp) {
    let s = hosted(t).await;
    standard(t, &s.pool, &s.client).await;
    let session = session(t, &s).await;
    let begun = begin(t, &s.client).await;
    assert_eq!(
        refusal(poll(t, &s.client, &begun).await),
        AUTHORIZATION_PENDING
    );
    assert_eq!(refusal(poll(t, &s.client, &begun).await), SLOW_DOWN);
    assert!(decide(t, &s, &session, &begun, Decision::Allow).await);
    assert!(!decide(t, &s, &session, &begun, Decision::Deny).await);
    let (one, two) = tokio::join!(poll(t, &s.client, &begun), poll(t, &s.client, &begun));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert!(one.is_ok() != two.is_ok());
    let tokens = one.or(two).unwrap();
    assert_eq!(claims(&json!(tokens.access))["scope"], "openid email");
    assert!(tokens.id.is_some() && tokens.refresh.is_some());
    assert_eq!(refusal(poll(t, &s.client, &begun).await), INVALID_GRANT);
    // The session of the device is one of the user's.
    let out = json!({"UserPoolId": s.pool, "Username": "jane"});
    t.ok("AdminUserGlobalSignOut", out).await;
    let refresh = tokens.refresh.unwrap();
    let again = refreshed(t, named(&s.client, None), &refresh).await;
    assert_eq!(refusal(again), INVALID_GRANT);
}

#[each_engine]
async fn a_user_who_is_gone_or_signed_out_lets_nobody_in(t: &TestApp) {
    let s = hosted(t).await;
    standard(t, &s.pool, &s.client).await;
    let first = session(t, &s).await;
    let (denied, allowed, open) = (
        begin(t, &s.client).await,
        begin(t, &s.client).await,
        begin(t, &s.client).await,
    );
    assert!(decide(t, &s, &first, &denied, Decision::Deny).await);
    assert_eq!(refusal(poll(t, &s.client, &denied).await), ACCESS_DENIED);
    assert!(decide(t, &s, &first, &allowed, Decision::Allow).await);
    let off = json!({"UserPoolId": s.pool, "Username": "jane"});
    t.ok("AdminDisableUser", off).await;
    assert_eq!(refusal(poll(t, &s.client, &allowed).await), INVALID_GRANT);
    // The session was read before the user was disabled.
    let cx = cx(t, Endpoint::Device);
    let pool = t.app.cached_pool(&s.pool).await.unwrap().unwrap();
    let code = Entered::read(&open.user_code).unwrap();
    let late = run(&cx, About::default, || {
        device::decide(&cx, &pool, &first, &code, Decision::Allow)
    });
    assert!(late.await.is_err());
    assert_eq!(
        refusal(poll(t, &s.client, &open).await),
        AUTHORIZATION_PENDING
    );
}

#[each_engine]
async fn a_device_that_was_let_in_ends_with_the_sessions_of_its_user(t: &TestApp) {
    let s = hosted(t).await;
    standard(t, &s.pool, &s.client).await;
    let first = session(t, &s).await;
    let user = json!({"UserPoolId": s.pool, "Username": "jane"});
    let (denied, open) = (begin(t, &s.client).await, begin(t, &s.client).await);
    assert!(decide(t, &s, &first, &denied, Decision::Deny).await);
    // By the administrator.
    let allowed = begin(t, &s.client).await;
    assert!(decide(t, &s, &first, &allowed, Decision::Allow).await);
    t.ok("AdminUserGlobalSignOut", user.clone()).await;
    assert_eq!(refusal(poll(t, &s.client, &allowed).await), INVALID_GRANT);
    // By the user.
    let second = session(t, &s).await;
    let allowed = begin(t, &s.client).await;
    assert!(decide(t, &s, &second, &allowed, Decision::Allow).await);
    assert_eq!(
        refusal(poll(t, &s.client, &open).await),
        AUTHORIZATION_PENDING
    );
    let mine = sign_in(t, &s.client, "jane").await;
    let mine = json!({"AccessToken": mine["AccessToken"]});
    t.ok("GlobalSignOut", mine).await;
    assert_eq!(refusal(poll(t, &s.client, &allowed).await), INVALID_GRANT);
    // Disabled for a moment.
    let third = session(t, &s).await;
    let allowed = begin(t, &s.client).await;
    assert!(decide(t, &s, &third, &allowed, Decision::Allow).await);
    for operation in ["AdminDisableUser", "AdminEnableUser"] {
        t.ok(operation, user.clone()).await;
    }
    assert_eq!(refusal(poll(t, &s.client, &allowed).await), INVALID_GRANT);
    // The password that let the device in is no more.
    let fourth = session(t, &s).await;
    let allowed = begin(t, &s.client).await;
    assert!(decide(t, &s, &fourth, &allowed, Decision::Allow).await);
    let other = with(
        user.clone(),
        json!({"Password": "An0ther-1!", "Permanent": true}),
    );
    t.ok("AdminSetUserPassword", other).await;
    assert_eq!(refusal(poll(t, &s.client, &allowed).await), INVALID_GRANT);
    // What nobody or somebody else decided is as it was.
    t.advance(10).await;
    assert_eq!(refusal(poll(t, &s.client, &denied).await), ACCESS_DENIED);
    assert_eq!(
        refusal(poll(t, &s.client, &open).await),
        AUTHORIZATION_PENDING
    );
    t.ok("AdminDeleteUser", user).await;
    assert_eq!(refusal(poll(t, &s.client, &open).await), SLOW_DOWN);
}

#[each_engine]
async fn of_a_sign_out_and_a_question_at_once_no_session_is_left(t: &TestApp) {
    let s = hosted(t).await;
    standard(t, &s.pool, &s.client).await;
    for _ in 0..4 {
        let session = session(t, &s).await;
        let begun = begin(t, &s.client).await;
        assert!(decide(t, &s, &session, &begun, Decision::Allow).await);
        let out = json!({"UserPoolId": s.pool, "Username": "jane"});
        let (asked, _) = tokio::join!(
            poll(t, &s.client, &begun),
            t.ok("AdminUserGlobalSignOut", out)
        );
        if let Ok(tokens) = asked.unwrap() {
            let refresh = tokens.refresh.unwrap();
            let again = refreshed(t, named(&s.client, None), &refresh).await;
            assert_eq!(refusal(again), INVALID_GRANT);
        }
        assert_eq!(rows(t, "sessions", &s.pool).await, 0);
        assert_eq!(rows(t, "device_requests", &s.pool).await, 0);
    }
}

#[each_engine]
async fn an_address_has_so_many_devices_of_a_client_wait(t: &TestApp) {
    let s = hosted(t).await;
    let other = client_of(t, &s.pool, hosted_client()).await;
    let other = text(&other["ClientId"]).to_owned();
    for client in [&s.client, &other] {
        standard(t, &s.pool, client).await;
    }
    let begun_at = async |client: &str, ip: &str| {
        let from = ClientInfo {
            ip: ip.into(),
            ..ClientInfo::default()
        };
        let cx = Cx::new(
            &t.app,
            Endpoint::Device,
            Caller::Public,
            from,
            random::uuid_v4(),
        );
        let client = named(client, None);
        run(&cx, About::default, || {
            device::begin(&cx, client, DeviceRequest::default())
        })
        .await
    };
    for n in 0..100 {
        answer(begun_at(&s.client, &format!("2001:db8::{n:x}")).await);
    }
    let refused = begun_at(&s.client, "2001:db8::ffff:1").await;
    assert_eq!(
        refused.err().unwrap().code.as_str(),
        "LimitExceededException"
    );
    assert_eq!(rows(t, "device_requests", &s.pool).await, 100);
    for (client, ip) in [
        (&s.client, "2001:db8:0:1::1"),
        (&s.client, "192.0.2.1"),
        (&other, "2001:db8::1"),
    ] {
        answer(begun_at(client, ip).await);
    }
    t.advance(device::SECONDS + 1).await;
    answer(begun_at(&s.client, "2001:db8::1").await);
    // All of them go an hour after their codes.
    t.advance(device::SECONDS + 3_600).await;
    for bucket in 0..cognate_store::tables::jobs::BUCKETS {
        let now = t.app.clock.service();
        cognate_store::tables::jobs::expire(&t.app.store, now, bucket)
            .await
            .unwrap();
    }
    assert_eq!(rows(t, "device_requests", &s.pool).await, 0);
}
