//! What an exchange refuses.

use cognate_domain::errors::oauth::{
    INVALID_CLIENT, INVALID_CLIENT_SECRET, INVALID_GRANT, INVALID_REQUEST, UNAUTHORIZED_CLIENT,
};

use super::*;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[each_engine]
async fn a_code_belongs_to_its_client_redirect_uri_and_verifier(t: &TestApp) {
    let s = hosted(t).await;
    let other = client_of(t, &s.pool, hosted_client()).await;
    let elsewhere = hosted(t).await;
    let request = Parameters {
        code_challenge: Some(CHALLENGE),
        code_challenge_method: Some("S256"),
        ..ask(&s.client)
    };
    let authorization = authorized(t, &request).await;
    let finished = page(t, &authorization).await;
    let given = code(&finished.reply).to_owned();
    let right = CodeRequest {
        code_verifier: Some(VERIFIER),
        ..exchange(&given)
    };
    let client = || named(&s.client, None);
    for foreign in [text(&other["ClientId"]), &elsewhere.client] {
        let refused = refusal(traded(t, named(foreign, None), right).await);
        assert_eq!(refused, INVALID_GRANT);
    }
    let unknown = refusal(traded(t, named("1example23456789", None), right).await);
    assert_eq!(unknown, INVALID_CLIENT);
    for missing in [None, Some("")] {
        let no_code = CodeRequest {
            code: missing,
            ..right
        };
        let no_place = CodeRequest {
            redirect_uri: missing,
            ..right
        };
        for request in [no_code, no_place] {
            assert_eq!(refusal(traded(t, client(), request).await), INVALID_REQUEST);
        }
    }
    let long = "x".repeat(20_000);
    for code in ["x", "7378f445-c87f-400c-855e-0297d072ff03", long.as_str()] {
        let request = CodeRequest {
            code: Some(code),
            ..right
        };
        assert_eq!(refusal(traded(t, client(), request).await), INVALID_GRANT);
    }
    let upper = given.to_uppercase();
    let request = CodeRequest {
        code: Some(&upper),
        ..right
    };
    assert_eq!(refusal(traded(t, client(), request).await), INVALID_GRANT);
    for uri in [
        "https://app.example/cb/",
        "https://app.example/CB",
        "https://app.example/cb?x=1",
        "https://app.example/cb#",
        "https://app.example:443/cb",
        "https%3A%2F%2Fapp.example%2Fcb",
    ] {
        let request = CodeRequest {
            redirect_uri: Some(uri),
            ..right
        };
        assert_eq!(
            refusal(traded(t, client(), request).await),
            INVALID_GRANT,
            "{uri}"
        );
    }
    let too_long = format!("{VERIFIER}{}", "a".repeat(128));
    for verifier in [
        None,
        Some(""),
        Some(CHALLENGE),
        Some(&VERIFIER[1..]),
        Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"),
        Some(too_long.as_str()),
    ] {
        let request = CodeRequest {
            code_verifier: verifier,
            ..right
        };
        assert_eq!(
            refusal(traded(t, client(), request).await),
            INVALID_GRANT,
            "{verifier:?}"
        );
    }
    // None of it used the code up.
    answer(traded(t, client(), right).await);

    // A verifier that belongs to no challenge.
    let finished = page(t, &authorized(t, &ask(&s.client)).await).await;
    let request = CodeRequest {
        code_verifier: Some(VERIFIER),
        ..exchange(code(&finished.reply))
    };
    assert_eq!(refusal(traded(t, client(), request).await), INVALID_GRANT);
}

#[each_engine]
async fn a_confidential_client_proves_itself(t: &TestApp) {
    let s = hosted(t).await;
    let made = client_of(
        t,
        &s.pool,
        with(hosted_client(), json!({"GenerateSecret": true})),
    )
    .await;
    let (id, secret) = (text(&made["ClientId"]), text(&made["ClientSecret"]));
    let finished = page(t, &authorized(t, &ask(id)).await).await;
    let request = exchange(code(&finished.reply));
    for wrong in [None, Some("x")] {
        let refused = refusal(traded(t, named(id, wrong), request).await);
        assert_eq!(refused, INVALID_CLIENT_SECRET);
    }
    answer(traded(t, named(id, Some(secret)), request).await);
}

#[each_engine]
async fn a_code_ends_after_five_minutes(t: &TestApp) {
    let s = hosted(t).await;
    let finished = page(t, &authorized(t, &ask(&s.client)).await).await;
    t.advance(299).await;
    let late = page(t, &authorized(t, &ask(&s.client)).await).await;
    answer(traded(t, named(&s.client, None), exchange(code(&finished.reply))).await);
    t.advance(301).await;
    let refused = refusal(traded(t, named(&s.client, None), exchange(code(&late.reply))).await);
    assert_eq!(refused, INVALID_GRANT);
}

#[each_engine]
async fn a_redirect_uri_that_was_not_named_need_not_be(t: &TestApp) {
    let s = hosted(t).await;
    let request = Parameters {
        redirect_uri: None,
        ..ask(&s.client)
    };
    let authorization = authorized(t, &request).await;
    assert_eq!(authorization.redirect_uri, CALLBACK);
    for (named_again, good) in [
        (None, true),
        (Some(CALLBACK), true),
        (Some("https://app.example/"), false),
    ] {
        let finished = page(t, &authorization).await;
        let request = CodeRequest {
            redirect_uri: named_again,
            ..exchange(code(&finished.reply))
        };
        let outcome = traded(t, named(&s.client, None), request).await.unwrap();
        assert_eq!(outcome.is_ok(), good, "{named_again:?}");
    }
}

#[each_engine]
async fn a_user_who_may_not_sign_in_any_more_gets_no_tokens(t: &TestApp) {
    let s = hosted(t).await;
    let by_name = json!({"UserPoolId": s.pool, "Username": "jane"});
    let authorization = authorized(t, &ask(&s.client)).await;
    let client = || named(&s.client, None);
    for operation in [
        "AdminDisableUser",
        "AdminUserGlobalSignOut",
        "AdminResetUserPassword",
        "AdminSetUserPassword",
        "AdminDeleteUser",
    ] {
        let finished = page(t, &authorization).await;
        let input = match operation {
            "AdminSetUserPassword" => with(
                by_name.clone(),
                json!({"Password": "An0ther-1!", "Permanent": true}),
            ),
            _ => by_name.clone(),
        };
        t.ok(operation, input).await;
        let refused = refusal(traded(t, client(), exchange(code(&finished.reply))).await);
        assert_eq!(refused, INVALID_GRANT, "{operation}");
        match operation {
            "AdminDisableUser" => {
                t.ok("AdminEnableUser", by_name.clone()).await;
                // Enabling brings nothing back.
                let refused = refusal(traded(t, client(), exchange(code(&finished.reply))).await);
                assert_eq!(refused, INVALID_GRANT);
                let session = session_of(t, &authorization, HOST, cookie(&finished)).await;
                assert!(session.is_none());
            }
            "AdminUserGlobalSignOut" => {
                // The browser's session stays.
                let session = session_of(t, &authorization, HOST, cookie(&finished)).await;
                assert!(session.is_some());
            }
            "AdminDeleteUser" => {}
            _ => {
                let session = session_of(t, &authorization, HOST, cookie(&finished)).await;
                assert!(session.is_none(), "{operation}");
                set_password(t, &s.pool, "jane", PASSWORD).await;
            }
        }
    }
    assert_eq!(rows(t, "browser_sessions", &s.pool).await, 0);
    assert_eq!(rows(t, "authorization_codes", &s.pool).await, 0);
}

#[each_engine]
async fn a_client_that_lost_the_grant_or_may_not_read_gets_no_tokens(t: &TestApp) {
    let s = hosted(t).await;
    let authorization = authorized(t, &ask(&s.client)).await;
    let finished = page(t, &authorization).await;
    let request = exchange(code(&finished.reply));
    let settings = with(
        hosted_client(),
        json!({"UserPoolId": s.pool, "ClientId": s.client}),
    );
    for (change, expected) in [
        (
            json!({"AllowedOAuthFlows": ["implicit"]}),
            UNAUTHORIZED_CLIENT,
        ),
        (
            json!({"AllowedOAuthFlowsUserPoolClient": false}),
            INVALID_GRANT,
        ),
        (json!({"ReadAttributes": ["email"]}), INVALID_GRANT),
    ] {
        let changed = with(settings.clone(), change);
        t.ok("UpdateUserPoolClient", changed).await;
        let refused = refusal(traded(t, named(&s.client, None), request).await);
        assert_eq!(refused, expected);
    }
    t.ok("UpdateUserPoolClient", settings).await;
    answer(traded(t, named(&s.client, None), request).await);
}
