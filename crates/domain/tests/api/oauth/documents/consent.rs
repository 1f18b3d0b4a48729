//! The question whether the client may come in: when it is asked, what it says, and what is remembered.

use cognate_domain::oauth::hosted::{BySession, by_session};
use cognate_domain::records::unvouched::UnvouchedKind;

use super::*;

#[each_engine]
async fn a_sign_in_alone_gives_the_client_nothing(t: &TestApp) {
    let s = Site::new(t).await;
    let authorization = s.authorized(t, &s.ask(&s.url)).await;
    let finished = page(t, &authorization).await;
    assert!(finished.is_asked);
    assert_eq!(finished.reply.parameter("error"), Some("consent_required"));
    assert_eq!(rows(t, "authorization_codes", &s.pool).await, 0);
    let cookie = cookie(&finished);
    let nothing = || by_cookie_saying(t, &authorization, cookie, (true, Said::Nothing));
    let question = asked(nothing().await);
    assert_eq!(
        question,
        Question {
            kind: UnvouchedKind::Document,
            name: Some("A client".into()),
            host: Some("127.0.0.1".into()),
            place: "localhost".into(),
            own_machine: true,
            scopes: vec!["openid".into(), "email".into()],
            resource: None,
            digest: question.digest.clone(),
        }
    );
    // A yes to something else is none.
    let other = by_cookie_saying(t, &authorization, cookie, (true, Said::Allow("other"))).await;
    assert_eq!(asked(other), question);
    assert_eq!(rows(t, "authorization_codes", &s.pool).await, 0);
    let reply = let_in(t, &authorization, cookie).await;
    answer(s.traded(t, &s.url, exchange(code(&reply))).await);
    // It is remembered.
    let reply = replied(nothing().await);
    answer(s.traded(t, &s.url, exchange(code(&reply))).await);
}

#[each_engine]
async fn more_another_place_and_another_document_are_asked_anew(t: &TestApp) {
    let s = Site::new(t).await;
    let first = s.authorized(t, &s.ask(&s.url)).await;
    let finished = page(t, &first).await;
    let cookie = cookie(&finished);
    let_in(t, &first, cookie).await;
    let is_asked = async |parameters: &Parameters<'_>| {
        let authorization = s.authorized(t, parameters).await;
        let said = (false, Said::Nothing);
        match by_cookie_saying(t, &authorization, cookie, said).await {
            Answered::Question(_) => true,
            Answered::Reply(reply) => {
                assert!(reply.parameter("code").is_some(), "{reply:?}");
                false
            }
        }
    };
    let ask = s.ask(&s.url);
    let scope = |scope| Parameters {
        scope: Some(scope),
        ..ask
    };
    assert!(!is_asked(&ask).await);
    assert!(!is_asked(&scope("openid")).await);
    assert!(is_asked(&scope("openid profile")).await);
    let to = |redirect_uri| Parameters {
        redirect_uri: Some(redirect_uri),
        ..ask
    };
    assert!(!is_asked(&to("http://localhost:77/cb")).await);
    assert!(is_asked(&to("https://client.example/cb")).await);
    let consent = Parameters {
        prompt: Some("consent"),
        ..ask
    };
    assert!(is_asked(&consent).await);
    // So does a service that is to take the token.
    for name in ["https://one.example/mcp", "https://two.example/mcp"] {
        let server = json!({"UserPoolId": s.pool, "Identifier": name, "Name": "x"});
        t.ok("CreateResourceServer", server).await;
    }
    let at = |resource| Parameters {
        resource: Some(resource),
        ..ask
    };
    assert!(is_asked(&at("https://one.example/mcp")).await);
    let one = s.authorized(t, &at("https://one.example/mcp")).await;
    assert_eq!(
        Question::of(&one).unwrap().resource.as_deref(),
        Some("https://one.example/mcp")
    );
    let_in(t, &one, cookie).await;
    assert!(!is_asked(&at("https://one.example/mcp")).await);
    assert!(is_asked(&at("https://two.example/mcp")).await);
    // What was allowed at different times is allowed together.
    let more = s.authorized(t, &scope("openid profile")).await;
    let_in(t, &more, cookie).await;
    assert!(!is_asked(&scope("openid email profile")).await);
    // Another client of the same app client is another one.
    let second = s.host.url("/second.json");
    s.host.publishes(&second, json!({}));
    assert!(is_asked(&s.ask(&second)).await);
    let refresh = async |over: Value| {
        s.host.publishes(&s.url, over);
        let state = json!({
            "UserPoolId": s.pool, "CIMDPolicyId": s.policy["CIMDPolicyId"], "URL": s.host.named(&s.url), "Action": "REFRESH",
        });
        t.ok("UpdateClientMetadataURLState", state).await;
    };
    refresh(json!({"client_uri": "https://client.example"})).await;
    assert!(!is_asked(&ask).await);
    for changed in [
        json!({"client_name": "Another client"}),
        json!({"redirect_uris": ["http://localhost/cb"]}),
        json!({"scope": "openid email"}),
    ] {
        refresh(changed.clone()).await;
        assert!(is_asked(&ask).await, "{changed}");
    }
}

#[each_engine]
async fn without_a_page_consent_is_required(t: &TestApp) {
    let s = Site::new(t).await;
    let silent = Parameters {
        prompt: Some("none"),
        ..s.ask(&s.url)
    };
    let silent = s.authorized(t, &silent).await;
    let finished = page(t, &silent).await;
    let said = (false, Said::Nothing);
    let reply = replied(by_cookie_saying(t, &silent, cookie(&finished), said).await);
    assert_eq!(reply.parameter("error"), Some("consent_required"));
    let asked = s.authorized(t, &s.ask(&s.url)).await;
    let_in(t, &asked, cookie(&finished)).await;
    let reply = replied(by_cookie_saying(t, &silent, cookie(&finished), said).await);
    assert!(reply.parameter("code").is_some());
}

#[each_engine]
async fn a_fresh_sign_in_need_not_be_made_twice(t: &TestApp) {
    let s = Site::new(t).await;
    let login = Parameters {
        prompt: Some("login"),
        ..s.ask(&s.url)
    };
    let login = s.authorized(t, &login).await;
    let finished = page(t, &login).await;
    let digest = Question::of(&login).unwrap().digest;
    let old = (false, Said::Allow(digest.as_str()));
    let reply = replied(by_cookie_saying(t, &login, cookie(&finished), old).await);
    assert_eq!(reply.parameter("error"), Some("login_required"));
    let fresh = (true, Said::Allow(digest.as_str()));
    let reply = replied(by_cookie_saying(t, &login, cookie(&finished), fresh).await);
    assert!(reply.parameter("code").is_some());
}

#[each_engine]
async fn consent_is_one_users_and_goes_with_the_user(t: &TestApp) {
    let s = Site::new(t).await;
    user_with(t, &s.pool, "joe", json!([])).await;
    s.let_in(t, &s.ask(&s.url)).await;
    let authorization = s.authorized(t, &s.ask(&s.url)).await;
    let joe = super::super::flow::page_at(t, &authorization, "joe", super::super::flow::HOST, None);
    let joe = joe.await.unwrap();
    let said = (true, Said::Nothing);
    asked(by_cookie_saying(t, &authorization, cookie(&joe), said).await);
    let sql = "SELECT 1 FROM consents WHERE pool_id = ?1";
    let count = async || {
        let rows = t.app.store.rows(sql, cognate_store::params![&s.pool]).await;
        rows.unwrap().len()
    };
    assert_eq!(count().await, 1);
    let sql = "UPDATE consents SET user_id = (SELECT user_id FROM users WHERE username = 'joe' AND pool_id = ?1) WHERE pool_id = ?1";
    let batch = cognate_store::Batch::new().run(sql, cognate_store::params![&s.pool]);
    t.app.store.commit(batch).await.unwrap();
    // A row that was moved to another user is nobody's.
    let cx = s.cx(t, Endpoint::SignIn);
    let found = run(&cx, About::default, || async {
        let host = super::super::flow::HOST;
        let find = cognate_domain::oauth::browser_session::find(
            &cx,
            &authorization.pool,
            host,
            cookie(&joe),
        );
        let session = find.await?.unwrap();
        let by = BySession {
            session: &session,
            is_fresh: true,
            said: Said::Nothing,
        };
        by_session(&cx, &authorization, by).await.map(drop)
    });
    let error = found.await.unwrap_err();
    assert_eq!(error.code.as_str(), "InternalErrorException");
    let user = json!({"UserPoolId": s.pool, "Username": "joe"});
    t.ok("AdminDeleteUser", user).await;
    assert_eq!(count().await, 0);
}

#[each_engine]
async fn a_yes_for_one_service_is_none_for_all_of_them(t: &TestApp) {
    let s = Site::new(t).await;
    let one = "https://one.example/mcp";
    let server = json!({"UserPoolId": s.pool, "Identifier": one, "Name": "x"});
    t.ok("CreateResourceServer", server).await;
    let ask = s.ask(&s.url);
    let for_one = Parameters {
        resource: Some(one),
        ..ask
    };
    s.let_in(t, &for_one).await;
    let outcome = async |parameters: Parameters<'_>| {
        let silent = Parameters {
            prompt: Some("none"),
            ..parameters
        };
        let silent = s.authorized(t, &silent).await;
        let finished = page(t, &silent).await;
        let said = (false, Said::Nothing);
        let reply = replied(by_cookie_saying(t, &silent, cookie(&finished), said).await);
        match reply.parameter("error") {
            Some(error) => error.to_owned(),
            None => reply.parameter("code").map(|_| "code".to_owned()).unwrap(),
        }
    };
    assert_eq!(outcome(for_one).await, "code");
    // Its token would be good wherever scopes alone are looked at.
    assert_eq!(outcome(ask).await, "consent_required");
    // Nor are scopes of one yes and the service of another allowed together.
    let profile = |parameters| Parameters {
        scope: Some("openid profile"),
        ..parameters
    };
    s.let_in(t, &profile(ask)).await;
    assert_eq!(outcome(profile(ask)).await, "code");
    assert_eq!(outcome(profile(for_one)).await, "consent_required");
    s.let_in(t, &profile(for_one)).await;
    let all = Parameters {
        scope: Some("openid email profile"),
        ..for_one
    };
    assert_eq!(outcome(all).await, "code");
}
