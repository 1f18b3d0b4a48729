//! What others do with a client's code and tokens, and what a change of the policy does.

use super::*;

#[each_engine]
async fn a_code_is_one_urls_alone(t: &TestApp) {
    let s = Site::new(t).await;
    let thief = s.host.url("/thief.json");
    s.host.publishes(&thief, json!({}));
    let reply = s.let_in(t, &s.ask(&s.url)).await;
    let stolen = exchange(code(&reply));
    for id in [thief.as_str(), s.client.as_str()] {
        assert_eq!(
            refusal(s.traded(t, id, stolen).await).error,
            "invalid_grant",
            "{id}"
        );
    }
    for request in [
        CodeRequest {
            redirect_uri: Some("http://localhost:8911/cb"),
            ..stolen
        },
        CodeRequest {
            code_verifier: None,
            ..stolen
        },
    ] {
        assert_eq!(
            refusal(s.traded(t, &s.url, request).await).error,
            "invalid_grant"
        );
    }
    // Nobody used it up.
    answer(s.traded(t, &s.url, stolen).await);
    // Nor is a code of the app client one of the URL's.
    let ask = super::super::flow::ask(&s.client);
    let own = super::super::flow::authorized(t, &ask).await;
    let own = page(t, &own).await;
    let request = super::super::flow::exchange(code(&own.reply));
    assert_eq!(
        refusal(s.traded(t, &s.url, request).await).error,
        "invalid_grant"
    );
    answer(s.traded(t, &s.client, request).await);
}

#[each_engine]
async fn a_refresh_token_is_one_urls_alone(t: &TestApp) {
    let s = Site::new(t).await;
    let thief = s.host.url("/thief.json");
    s.host.publishes(&thief, json!({}));
    let token = s.tokens(t, &s.url).await.refresh.unwrap();
    for id in [thief.as_str(), s.client.as_str()] {
        assert_eq!(
            refusal(s.refreshed(t, id, &token).await).error,
            "invalid_grant",
            "{id}"
        );
        assert_eq!(
            refusal(s.revoked(t, id, &token).await),
            INVALID_CLIENT,
            "{id}"
        );
    }
    let (code, text) = (
        "NotAuthorizedException",
        "Refresh Token has different Client",
    );
    let flow = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": s.client, "AuthParameters": {"REFRESH_TOKEN": token},
    });
    t.refused("InitiateAuth", flow, code, text).await;
    let operation = json!({"ClientId": s.client, "RefreshToken": token});
    let (refused, _) = t
        .call("GetTokensFromRefreshToken", operation)
        .await
        .unwrap_err();
    assert_eq!(refused, code);
    let revoke = json!({"ClientId": s.client, "Token": token});
    assert!(t.call("RevokeToken", revoke).await.is_err());
    answer(s.refreshed(t, &s.url, &token).await);
    answer(s.revoked(t, &s.url, &token).await);
    assert_eq!(
        refusal(s.refreshed(t, &s.url, &token).await).error,
        "invalid_grant"
    );
    assert_eq!(rows(t, "sessions", &s.pool).await, 0);
}

#[each_engine]
async fn a_policy_that_changes_ends_what_it_gave(t: &TestApp) {
    let s = Site::new(t).await;
    let other = client_of(t, &s.pool, hosted_client()).await;
    let other = text(&other["ClientId"]);
    let pattern = [s.host.pattern("/*")];
    let reply = s.let_in(t, &s.ask(&s.url)).await;
    let waiting = exchange(code(&reply));
    let token = s.tokens(t, &s.url).await.refresh.unwrap();
    s.map_to(t, other, &pattern).await;
    assert_eq!(
        refusal(s.traded(t, &s.url, waiting).await).error,
        "invalid_grant"
    );
    assert_eq!(
        refusal(s.refreshed(t, &s.url, &token).await).error,
        "invalid_grant"
    );
    s.map_to(t, &s.client, &[s.host.pattern("/elsewhere*")])
        .await;
    assert_eq!(
        refusal(s.refreshed(t, &s.url, &token).await).error,
        "invalid_grant"
    );
    assert_eq!(refusal(s.revoked(t, &s.url, &token).await), INVALID_CLIENT);
    s.map_to(t, &s.client, &pattern).await;
    let token = answer(s.refreshed(t, &s.url, &token).await)
        .refresh
        .unwrap();
    // The document is not looked at here.
    assert_eq!(s.host.asked(&s.url), 1);
    let policy = json!({"UserPoolId": s.pool, "CIMDPolicyId": s.policy["CIMDPolicyId"]});
    t.ok("DeleteCIMDPolicy", policy).await;
    assert_eq!(
        refusal(s.refreshed(t, &s.url, &token).await).error,
        "invalid_grant"
    );
    assert_eq!(s.cause(t, &s.ask(&s.url)).await, Cause::Unmapped);
}

#[each_engine]
async fn other_grants_are_for_clients_that_are_registered(t: &TestApp) {
    let s = Site::with(
        t,
        over(
            json!({"GenerateSecret": true}),
            json!({"AllowedOAuthFlows": ["code"]}),
        ),
    )
    .await;
    standard(t, &s.pool, &s.client).await;
    s.tokens(t, &s.url).await;
    let id = named(&s.url, None);
    let cx = s.cx(t, Endpoint::ClientCredentials);
    let wish = MachineRequest {
        scope: None,
        metadata: None,
        resource: None,
    };
    let machine = run(&cx, About::default, || {
        Box::pin(oauth::machine::tokens(&cx, id, wish))
    });
    assert_eq!(refusal(machine.await), INVALID_CLIENT);
    let cx = s.cx(t, Endpoint::Token);
    let device = run(&cx, About::default, || {
        Box::pin(oauth::device::tokens(&cx, id, Some("c"), None))
    });
    assert_eq!(refusal(device.await).error, "unsupported_grant_type");
}

#[each_engine]
async fn functions_of_the_pool_are_told_the_app_client(t: &TestApp) {
    let s = Site::new(t).await;
    let played = crate::support::played::Played::install(t);
    let trigger = cognate_domain::app::functions::Trigger::PreTokenGeneration;
    crate::support::functions::arm(t, &s.pool, &[trigger], json!({})).await;
    played.answers(trigger, json!({}));
    s.tokens(t, &s.url).await;
    let events = played.events();
    assert_eq!(
        events.last().unwrap()["callerContext"]["clientId"],
        json!(s.client)
    );
}

#[each_engine]
async fn a_service_is_named_before_the_user_is_asked_and_not_afterwards(t: &TestApp) {
    let s = Site::new(t).await;
    let server =
        json!({"UserPoolId": s.pool, "Identifier": "https://one.example/mcp", "Name": "x"});
    t.ok("CreateResourceServer", server).await;
    let reply = s.let_in(t, &s.ask(&s.url)).await;
    let added = CodeRequest {
        resource: Some("https://one.example/mcp"),
        ..exchange(code(&reply))
    };
    let refused = refusal(s.traded(t, &s.url, added).await);
    assert_eq!(refused.error, "invalid_target");
}

#[each_engine]
async fn a_document_with_few_scopes_takes_none_from_its_app_client(t: &TestApp) {
    let s = Site::new(t).await;
    let server = json!({
        "UserPoolId": s.pool, "Identifier": "https://one.example/mcp", "Name": "x",
        "Scopes": [{"ScopeName": "read", "ScopeDescription": "x"}],
    });
    t.ok("CreateResourceServer", server).await;
    let update = json!({
        "UserPoolId": s.pool, "ClientId": s.client, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email", "https://one.example/mcp/read", "aws.cognito.signin.user.admin"],
        "AllowedOAuthFlowsUserPoolClient": true, "CallbackURLs": [BACK], "SupportedIdentityProviders": ["COGNITO"],
    });
    t.ok("UpdateUserPoolClient", update).await;
    s.host.publishes(&s.url, json!({"scope": "openid"}));
    let asked = Parameters {
        scope: None,
        ..s.ask(&s.url)
    };
    assert_eq!(s.authorized(t, &asked).await.scopes, ["openid"]);
    let own = Parameters {
        client_id: Some(&s.client),
        scope: Some("openid https://one.example/mcp/read"),
        ..s.ask(&s.url)
    };
    assert_eq!(
        s.authorized(t, &own).await.scopes,
        ["openid", "https://one.example/mcp/read"]
    );
    // The user's account is for a stranger's client that asks for it, in a token for this server.
    let wide = s.host.url("/wide.json");
    s.host.publishes(&wide, json!({}));
    let asked = |scope, resource| Parameters {
        scope,
        resource,
        ..s.ask(&wide)
    };
    let all = s.authorized(t, &asked(None, None)).await.scopes;
    assert_eq!(all, ["openid", "email", "https://one.example/mcp/read"]);
    let both = Some("openid aws.cognito.signin.user.admin");
    let named = s.authorized(t, &asked(both, None)).await.scopes;
    assert_eq!(named, ["openid", "aws.cognito.signin.user.admin"]);
    let elsewhere = s
        .authorized(t, &asked(both, Some("https://one.example/mcp")))
        .await
        .scopes;
    assert_eq!(elsewhere, ["openid"]);
}
