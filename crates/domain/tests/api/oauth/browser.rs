//! The session of a browser.

use cognate_domain::oauth::authorization::Parameters;
use each_engine::each_engine;

use super::flow::*;
use super::*;

#[each_engine]
async fn a_session_answers_all_clients_of_the_pool_for_an_hour(t: &TestApp) {
    let s = hosted(t).await;
    let other = client_of(t, &s.pool, hosted_client()).await;
    let other = text(&other["ClientId"]).to_owned();
    let first = authorized(t, &ask(&s.client)).await;
    let finished = page(t, &first).await;
    let cookie = cookie(&finished);
    let second = authorized(t, &ask(&other)).await;
    t.advance(3_000).await;
    let tokens = |reply, client: String| async move {
        answer(traded(t, named(&client, None), exchange(code(&reply))).await)
    };
    let reply = by_cookie(t, &second, cookie).await;
    let theirs = tokens(reply, other.clone()).await;
    let said = claims(&json!(theirs.access));
    // The time of the sign-in, not of the answer.
    assert!(said["iat"].as_i64().unwrap() >= said["auth_time"].as_i64().unwrap() + 3_000);
    // It lives no longer for being used.
    t.advance(590).await;
    assert!(session_of(t, &first, HOST, cookie).await.is_some());
    t.advance(11).await;
    assert!(session_of(t, &first, HOST, cookie).await.is_none());
}

#[each_engine]
async fn a_cookie_is_good_for_its_host_and_its_pool_alone(t: &TestApp) {
    let (s, elsewhere) = (hosted(t).await, hosted(t).await);
    let authorization = authorized(t, &ask(&s.client)).await;
    let foreign = authorized(t, &ask(&elsewhere.client)).await;
    let finished = page(t, &authorization).await;
    let value = cookie(&finished);
    assert!(session_of(t, &authorization, HOST, value).await.is_some());
    let upper = HOST.to_uppercase();
    assert!(session_of(t, &authorization, &upper, value).await.is_some());
    for host in [
        "login.shop.example",
        "shop.auth.us-east-1.amazoncognito.com:8443",
        "",
        "x",
    ] {
        assert!(
            session_of(t, &authorization, host, value).await.is_none(),
            "{host}"
        );
    }
    assert!(session_of(t, &foreign, HOST, value).await.is_none());
    let (long, cut) = ("x".repeat(20_000), &value[1..]);
    let altered = value.chars().rev().collect::<String>();
    for cookie in [
        "",
        "x",
        &long,
        cut,
        &altered,
        &format!("{value}x"),
        "\u{e4}",
    ] {
        assert!(session_of(t, &authorization, HOST, cookie).await.is_none());
    }
    // The same browser has another session on another host.
    let there = page_at(t, &authorization, "jane", "login.shop.example", Some(value)).await;
    let there = there.unwrap();
    assert!(session_of(t, &authorization, HOST, value).await.is_some());
    assert!(
        session_of(t, &authorization, HOST, cookie(&there))
            .await
            .is_none()
    );
}

#[each_engine]
async fn the_database_holds_no_cookie_and_no_code(t: &TestApp) {
    let s = hosted(t).await;
    let authorization = authorized(t, &ask(&s.client)).await;
    let finished = page(t, &authorization).await;
    for sql in [
        "SELECT session_key, session_id, doc FROM browser_sessions WHERE pool_id = ?1",
        "SELECT code_key, user_id, doc FROM authorization_codes WHERE pool_id = ?1",
    ] {
        let rows = t
            .app
            .store
            .rows(sql, cognate_store::params![s.pool.as_str()])
            .await
            .unwrap();
        assert_eq!(rows.len(), 1);
        for column in 0..3 {
            let text = rows[0].text(column).unwrap();
            assert!(!text.contains(cookie(&finished)) && !text.contains(code(&finished.reply)));
        }
    }
    assert!(!format!("{:?}", finished.reply).contains(code(&finished.reply)));
}

#[each_engine]
async fn a_sign_in_replaces_the_session_and_logging_out_ends_it(t: &TestApp) {
    let s = hosted(t).await;
    let authorization = authorized(t, &ask(&s.client)).await;
    let first = page(t, &authorization).await;
    let second = page_at(t, &authorization, "jane", HOST, Some(cookie(&first)))
        .await
        .unwrap();
    // A new value each time: what somebody planted before is worth nothing after.
    assert_ne!(cookie(&first), cookie(&second));
    assert!(
        session_of(t, &authorization, HOST, cookie(&first))
            .await
            .is_none()
    );
    assert_eq!(rows(t, "browser_sessions", &s.pool).await, 1);
    // A planted value that is no session is not taken over.
    let planted = "A".repeat(43);
    let third = page_at(t, &authorization, "jane", HOST, Some(&planted))
        .await
        .unwrap();
    assert_ne!(cookie(&third), planted);
    assert!(
        session_of(t, &authorization, HOST, &planted)
            .await
            .is_none()
    );

    for nobody_s in ["", "x", &planted] {
        sign_out(t, &authorization, HOST, nobody_s).await;
    }
    sign_out(t, &authorization, "login.shop.example", cookie(&second)).await;
    assert!(
        session_of(t, &authorization, HOST, cookie(&second))
            .await
            .is_some()
    );
    sign_out(t, &authorization, HOST, cookie(&second)).await;
    assert!(
        session_of(t, &authorization, HOST, cookie(&second))
            .await
            .is_none()
    );
    assert!(
        session_of(t, &authorization, HOST, cookie(&third))
            .await
            .is_some()
    );
    // Tokens that were given before stay good.
    let reply = by_cookie(t, &authorization, cookie(&third)).await;
    let tokens = answer(traded(t, named(&s.client, None), exchange(code(&reply))).await);
    sign_out(t, &authorization, HOST, cookie(&third)).await;
    answer(info(t, &tokens.access).await);
}

#[each_engine]
async fn a_failed_sign_in_keeps_the_session_that_is_there(t: &TestApp) {
    let s = hosted(t).await;
    let authorization = authorized(t, &ask(&s.client)).await;
    let first = page(t, &authorization).await;
    let refused = page_at(t, &authorization, "nobody", HOST, Some(cookie(&first))).await;
    assert_eq!(refused.err().unwrap().0, "UserNotFoundException");
    assert!(
        session_of(t, &authorization, HOST, cookie(&first))
            .await
            .is_some()
    );
}

#[each_engine]
async fn a_session_answers_only_what_it_may(t: &TestApp) {
    let s = hosted(t).await;
    let authorization = authorized(t, &ask(&s.client)).await;
    let finished = page(t, &authorization).await;
    let value = cookie(&finished);
    let base = ask(&s.client);
    let again = Parameters {
        prompt: Some("login"),
        ..base
    };
    let reply = by_cookie(t, &authorized(t, &again).await, value).await;
    assert_eq!(reply.parameter("error"), Some("login_required"));
    for good in [
        Parameters {
            prompt: Some("none"),
            ..base
        },
        Parameters {
            prompt: Some("select_account consent"),
            ..base
        },
        Parameters {
            identity_provider: Some("COGNITO"),
            ..base
        },
    ] {
        code(&by_cookie(t, &authorized(t, &good).await, value).await);
    }
    // A client that does not offer the pool's own users.
    let provider = crate::support::providers::oidc_provider(&s.pool, "Corp", json!({}));
    t.ok("CreateIdentityProvider", provider).await;
    let settings = with(
        hosted_client(),
        json!({"SupportedIdentityProviders": ["Corp"]}),
    );
    let made = client_of(t, &s.pool, settings).await;
    let reply = by_cookie(
        t,
        &authorized(t, &ask(text(&made["ClientId"]))).await,
        value,
    )
    .await;
    assert_eq!(reply.parameter("error"), Some("login_required"));
}

#[each_engine]
async fn a_client_says_for_how_long_it_takes_a_session(t: &TestApp) {
    let s = hosted(t).await;
    let made = client_of(t, &s.pool, hosted_client()).await;
    let strict = text(&made["ClientId"]).to_owned();
    let tracked = json!({
        "UserPoolId": s.pool, "UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 20},
    });
    t.ok("SetUserPoolSessionConfiguration", tracked.clone())
        .await;
    let set = |client: &str, minutes: i64| {
        t.ok(
            "SetUserPoolClientSessionConfiguration",
            json!({"UserPoolId": s.pool, "ClientId": client, "SSOSession": {"MaxValidityMinutes": minutes}}),
        )
    };
    set(&s.client, 180).await;
    set(&strict, 0).await;
    let relaxed = authorized(t, &ask(&s.client)).await;
    let never = authorized(t, &ask(&strict)).await;
    let finished = page(t, &relaxed).await;
    assert_eq!(finished.cookie.seconds, 180 * 60);
    let value = cookie(&finished);
    let refused = by_cookie(t, &never, value).await;
    assert_eq!(refused.parameter("error"), Some("login_required"));
    t.advance(179 * 60).await;
    code(&by_cookie(t, &relaxed, value).await);
    // The client that never takes one still leaves one for the others.
    let theirs = page(t, &never).await;
    assert_eq!(theirs.cookie.seconds, 3_600);
    code(&by_cookie(t, &relaxed, cookie(&theirs)).await);
    // Without tracking no client's setting counts.
    let off = with(tracked, json!({"UserSessionTracking": "DISABLED"}));
    t.ok("SetUserPoolSessionConfiguration", off).await;
    let never = authorized(t, &ask(&strict)).await;
    code(&by_cookie(t, &never, cookie(&theirs)).await);
}

#[each_engine]
async fn sessions_and_codes_go_with_their_pool_and_their_time(t: &TestApp) {
    let s = hosted(t).await;
    page(t, &authorized(t, &ask(&s.client)).await).await;
    t.advance(2 * 86_400).await;
    for bucket in 0..cognate_store::tables::jobs::BUCKETS {
        let now = t.app.clock.service();
        cognate_store::tables::jobs::expire(&t.app.store, now, bucket)
            .await
            .unwrap();
    }
    for table in ["browser_sessions", "authorization_codes"] {
        assert_eq!(rows(t, table, &s.pool).await, 0, "{table}");
    }
}
