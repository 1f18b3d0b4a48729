//! The checks of a request for an authorization, in their order.

use cognate_domain::oauth::authorization::{self, Cause, Parameters, Refusal, ResponseType};
use cognate_domain::oauth::reply::{Reply, ReplyMode};
use each_engine::each_engine;

use super::flow::*;
use super::*;
use crate::support::providers::oidc_provider;

/// Returns the names and values of a refusal, without `iss` at its end.
fn said(reply: &Reply, pool: &str) -> Vec<(&'static str, String)> {
    let mut parameters = reply.parameters.clone();
    assert_eq!(parameters.pop(), Some(("iss", issuer(pool))));
    parameters
}

fn bare(error: &str) -> Vec<(&'static str, String)> {
    vec![
        ("state", "s %+&=\u{e4}".to_owned()),
        ("error", error.to_owned()),
    ]
}

#[each_engine]
async fn what_no_client_can_be_told_is_told_on_a_page(t: &TestApp) {
    let s = hosted(t).await;
    let base = ask(&s.client);
    let with_uri = |redirect_uri| Parameters {
        redirect_uri: Some(redirect_uri),
        ..base
    };
    for client_id in [None, Some("")] {
        let request = Parameters { client_id, ..base };
        assert_eq!(cause(t, &request).await, Cause::Missing("client_id"));
    }
    let long = "x".repeat(10_000);
    for unknown in ["1example23456789", "a b", "../x", "\u{e4}", long.as_str()] {
        let request = Parameters {
            client_id: Some(unknown),
            ..base
        };
        assert_eq!(cause(t, &request).await, Cause::UnknownClient, "{unknown}");
    }
    for uri in [
        "https://app.example/cb/",
        "https://app.example/cb?x=1",
        "https://app.example/cb#x",
        "https://app.example/CB",
        "https://app.example:443/cb",
        "https://app.example/./cb",
        "https://app.example/%63b",
        "https://app.example.evil.example/cb",
        "https://app.example@evil.example/cb",
        "https://app.example\\@evil.example/cb",
        "https:/app.example/cb",
        "//app.example/cb",
        "http://app.example/cb",
        " https://app.example/cb",
        "https://app.example/cb\n",
        "javascript:alert(1)",
        long.as_str(),
    ] {
        assert_eq!(
            cause(t, &with_uri(uri)).await,
            Cause::RedirectMismatch,
            "{uri}"
        );
    }
    // Whatever else is wrong with it.
    let request = Parameters {
        response_type: None,
        scope: Some("nonsense"),
        ..with_uri("https://evil.example/")
    };
    assert_eq!(cause(t, &request).await, Cause::RedirectMismatch);
}

#[each_engine]
async fn a_client_of_another_pool_than_the_host_s_is_told_on_a_page(t: &TestApp) {
    let (s, other) = (hosted(t).await, hosted(t).await);
    let cx = cx(t, Endpoint::SignIn);
    let (own, _) = cx.client(&s.client).await.unwrap();
    let (foreign, _) = cx.client(&other.client).await.unwrap();
    let base = ask(&s.client);
    let at = |host| authorization::check(&cx, &base, Some(host));
    assert!(at(&own).await.unwrap().is_ok());
    let refused = at(&foreign).await.unwrap().err();
    assert!(matches!(refused, Some(Refusal::Page(Cause::OtherPool))));
}

#[each_engine]
async fn a_redirect_uri_may_be_left_out_where_there_is_one(t: &TestApp) {
    let two = json!({"CallbackURLs": [CALLBACK, "myapp://cb"]});
    let s = hosted_with(t, json!({}), two.clone()).await;
    let request = Parameters {
        redirect_uri: None,
        ..ask(&s.client)
    };
    assert_eq!(cause(t, &request).await, Cause::Missing("redirect_uri"));
    let default = with(two, json!({"DefaultRedirectURI": "myapp://cb"}));
    let made = client_of(t, &s.pool, with(hosted_client(), default)).await;
    let request = Parameters {
        redirect_uri: None,
        ..ask(text(&made["ClientId"]))
    };
    let authorization = authorized(t, &request).await;
    assert_eq!(authorization.redirect_uri, "myapp://cb");
    assert!(!authorization.names_redirect_uri);
}

#[each_engine]
async fn refusals_come_in_order_and_say_what_the_service_says(t: &TestApp) {
    let s = hosted(t).await;
    let bad = Parameters {
        response_type: Some("code id_token"),
        scope: Some("nonsense"),
        code_challenge: Some("x"),
        identity_provider: Some("Nobody"),
        ..ask(&s.client)
    };
    let settings = with(
        hosted_client(),
        json!({"UserPoolId": s.pool, "ClientId": s.client}),
    );
    let change = |change: Value| t.ok("UpdateUserPoolClient", with(settings.clone(), change));

    change(json!({"AllowedOAuthFlowsUserPoolClient": false})).await;
    for response_type in [
        None,
        Some(""),
        Some("code id_token"),
        Some("id_token"),
        Some("CODE"),
    ] {
        let request = Parameters {
            response_type,
            ..bad
        };
        let reply = refused_to_client(t, &request).await;
        assert_eq!(
            (reply.redirect_uri.as_str(), reply.mode),
            (CALLBACK, ReplyMode::Query)
        );
        assert_eq!(
            said(&reply, &s.pool),
            bare("invalid_request"),
            "{response_type:?}"
        );
    }
    let bad = Parameters {
        response_type: Some("code"),
        ..bad
    };
    for (request, error) in [
        (
            Parameters {
                request: Some("x"),
                ..bad
            },
            "request_not_supported",
        ),
        (
            Parameters {
                request_uri: Some("x"),
                ..bad
            },
            "request_uri_not_supported",
        ),
    ] {
        assert_eq!(
            said(&refused_to_client(t, &request).await, &s.pool),
            bare(error)
        );
    }
    let off = vec![
        (
            "error_description",
            "Client is not enabled for OAuth2.0 flows ".to_owned(),
        ),
        ("state", "s %+&=\u{e4}".to_owned()),
        ("error", "invalid_request".to_owned()),
    ];
    assert_eq!(said(&refused_to_client(t, &bad).await, &s.pool), off);
    let implicit = Parameters {
        response_type: Some("token"),
        ..bad
    };
    let reply = refused_to_client(t, &implicit).await;
    assert_eq!(
        (reply.mode, said(&reply, &s.pool)),
        (ReplyMode::Fragment, off)
    );

    change(json!({"AllowedOAuthFlows": ["implicit"]})).await;
    assert_eq!(
        said(&refused_to_client(t, &bad).await, &s.pool),
        bare("unauthorized_client")
    );
    change(json!({})).await;
    assert_eq!(
        said(&refused_to_client(t, &bad).await, &s.pool),
        bare("invalid_scope")
    );
    let bad = Parameters {
        scope: Some("openid"),
        ..bad
    };
    assert_eq!(
        said(&refused_to_client(t, &bad).await, &s.pool),
        bare("invalid_request")
    );
    let bad = Parameters {
        code_challenge: None,
        ..bad
    };
    assert_eq!(cause(t, &bad).await, Cause::NoProvider);
}

#[each_engine]
async fn parameters_have_bounds_and_forms(t: &TestApp) {
    let s = hosted(t).await;
    let base = ask(&s.client);
    let (long, longer) = ("x".repeat(1_025), "x".repeat(4_097));
    for request in [
        Parameters {
            nonce: Some(&long),
            ..base
        },
        Parameters {
            prompt: Some("none login"),
            ..base
        },
        Parameters {
            code_challenge_method: Some("S256"),
            ..base
        },
        Parameters {
            code_challenge: Some("x"),
            code_challenge_method: Some("S256"),
            ..base
        },
    ] {
        let reply = refused_to_client(t, &request).await;
        assert_eq!(
            said(&reply, &s.pool),
            bare("invalid_request"),
            "{request:?}"
        );
    }
    // A state that is too long does not come back; the longest does.
    let reply = refused_to_client(
        t,
        &Parameters {
            state: Some(&longer),
            ..base
        },
    )
    .await;
    assert_eq!(
        said(&reply, &s.pool),
        [("error", "invalid_request".to_owned())]
    );
    let longest = &longer[1..];
    let authorization = authorized(
        t,
        &Parameters {
            state: Some(longest),
            ..base
        },
    )
    .await;
    assert_eq!(authorization.state.as_deref(), Some(longest));
    // What is empty is as good as not there, and what nobody is called is no hint.
    let request = Parameters {
        state: Some(""),
        nonce: Some(""),
        scope: Some(""),
        prompt: Some(""),
        resource: Some(""),
        code_challenge: Some(""),
        code_challenge_method: Some(""),
        identity_provider: Some(""),
        login_hint: Some(&longer),
        ..base
    };
    let authorization = authorized(t, &request).await;
    assert_eq!(
        (
            authorization.state,
            authorization.nonce,
            authorization.login_hint
        ),
        (None, None, None)
    );
    assert_eq!(authorization.scopes.len(), 5);
}

#[each_engine]
async fn scopes_are_those_of_the_client_that_are_still_there(t: &TestApp) {
    let s = hosted(t).await;
    let server = json!({
        "UserPoolId": s.pool, "Identifier": "api", "Name": "api",
        "Scopes": [{"ScopeName": "read", "ScopeDescription": "r"}],
    });
    t.ok("CreateResourceServer", server).await;
    let own = json!({"AllowedOAuthScopes": ["openid", "email", "api/read"]});
    let made = client_of(t, &s.pool, with(hosted_client(), own)).await;
    let client = text(&made["ClientId"]).to_owned();
    let base = Parameters {
        scope: None,
        ..ask(&client)
    };
    let asked = |scope| Parameters {
        scope: Some(scope),
        ..base
    };
    assert_eq!(
        authorized(t, &base).await.scopes,
        ["openid", "email", "api/read"]
    );
    let granted = authorized(t, &asked(" api/read  openid api/read"))
        .await
        .scopes;
    assert_eq!(granted, ["api/read", "openid"]);
    let many = "api/read ".repeat(5_000);
    for bad in [
        "phone",
        "api/write",
        "OPENID",
        "openid,email",
        "openid\temail",
        "email api/read",
        many.as_str(),
    ] {
        let reply = refused_to_client(t, &asked(bad)).await;
        assert_eq!(reply.parameter("error"), Some("invalid_scope"), "{bad}");
    }
    t.ok(
        "DeleteResourceServer",
        json!({"UserPoolId": s.pool, "Identifier": "api"}),
    )
    .await;
    assert_eq!(authorized(t, &base).await.scopes, ["openid", "email"]);
    assert_eq!(
        authorized(t, &asked("api/read openid")).await.scopes,
        ["openid"]
    );
    let reply = refused_to_client(t, &asked("api/read")).await;
    assert_eq!(reply.parameter("error"), Some("invalid_scope"));
}

#[each_engine]
async fn a_provider_is_one_of_the_client_s(t: &TestApp) {
    let s = hosted(t).await;
    t.ok(
        "CreateIdentityProvider",
        oidc_provider(&s.pool, "Corp", json!({"IdpIdentifiers": ["corp.example"]})),
    )
    .await;
    let base = ask(&s.client);
    let named = |name| Parameters {
        identity_provider: Some(name),
        ..base
    };
    let called = |identifier| Parameters {
        idp_identifier: Some(identifier),
        ..base
    };
    let own = authorized(t, &named("COGNITO")).await;
    assert_eq!(own.provider.as_deref(), Some("COGNITO"));
    assert_eq!(authorized(t, &base).await.provider, None);
    let long = "x".repeat(10_000);
    for request in [
        named("Corp"),
        named("cognito"),
        called("corp.example"),
        called("nobody"),
        called(&long),
    ] {
        assert_eq!(cause(t, &request).await, Cause::NoProvider, "{request:?}");
    }
    let both = json!({"SupportedIdentityProviders": ["COGNITO", "Corp"]});
    let settings = with(
        hosted_client(),
        json!({"UserPoolId": s.pool, "ClientId": s.client}),
    );
    t.ok("UpdateUserPoolClient", with(settings.clone(), both))
        .await;
    for request in [
        named("Corp"),
        called("corp.example"),
        called("Corp.Example"),
    ] {
        assert_eq!(
            authorized(t, &request).await.provider.as_deref(),
            Some("Corp")
        );
    }
    // The only one is not asked for.
    let only = json!({"SupportedIdentityProviders": ["Corp"]});
    t.ok("UpdateUserPoolClient", with(settings.clone(), only))
        .await;
    assert_eq!(authorized(t, &base).await.provider.as_deref(), Some("Corp"));
    assert_eq!(cause(t, &named("COGNITO")).await, Cause::NoProvider);
    let mut none = settings;
    none.as_object_mut()
        .unwrap()
        .remove("SupportedIdentityProviders");
    t.ok("UpdateUserPoolClient", none).await;
    assert_eq!(cause(t, &base).await, Cause::NothingToOffer);
}

#[each_engine]
async fn an_identifier_means_one_provider_in_its_own_case_first(t: &TestApp) {
    let s = hosted(t).await;
    for (name, identifiers) in [
        ("Alpha", json!(["corp.example", "Team", "DomainA.example"])),
        ("Beta", json!(["Corp.example", "b.example"])),
        ("Gamma", json!(["CORP.example", "team"])),
    ] {
        let members = json!({ "IdpIdentifiers": identifiers });
        t.ok(
            "CreateIdentityProvider",
            oidc_provider(&s.pool, name, members),
        )
        .await;
    }
    let offers = json!({
        "UserPoolId": s.pool, "ClientId": s.client, "SupportedIdentityProviders": ["COGNITO", "Alpha", "Beta"],
    });
    t.ok("UpdateUserPoolClient", with(hosted_client(), offers))
        .await;
    let called = |identifier| Parameters {
        idp_identifier: Some(identifier),
        ..ask(&s.client)
    };
    for (identifier, provider) in [
        ("corp.example", Some("Alpha")),
        ("Corp.example", Some("Beta")),
        // Two of the client's have it in other cases.
        ("corp.Example", None),
        // The one that has it so is not the client's, but two others are that have it otherwise.
        ("CORP.example", None),
        // Of two that have it otherwise one is the client's.
        ("team", Some("Alpha")),
        ("domaina.example", Some("Alpha")),
        ("B.EXAMPLE", Some("Beta")),
        ("example", None),
        ("%", None),
    ] {
        match provider {
            Some(name) => {
                let found = authorized(t, &called(identifier)).await.provider;
                assert_eq!(found.as_deref(), Some(name), "{identifier}");
            }
            None => assert_eq!(cause(t, &called(identifier)).await, Cause::NoProvider),
        }
    }
    // The index leads to candidates alone: the provider itself must say so.
    let sql = "UPDATE idp_identifiers SET identifier = 'evil.example' WHERE pool_id = ?1 AND identifier = 'b.example'";
    let batch = cognate_store::Batch::new().run(sql, cognate_store::params![s.pool.as_str()]);
    t.app.store.commit(batch).await.unwrap();
    let cx = cx(t, Endpoint::SignIn);
    let forged = called("Evil.example");
    let checked = run(&cx, About::default, || {
        authorization::check(&cx, &forged, None)
    });
    assert!(checked.await.is_err());
}

#[each_engine]
async fn what_is_asked_for_is_kept(t: &TestApp) {
    let s = hosted(t).await;
    let server = json!({"UserPoolId": s.pool, "Identifier": "myapp://api", "Name": "api"});
    t.ok("CreateResourceServer", server).await;
    let request = Parameters {
        response_type: Some("token"),
        prompt: Some("login"),
        login_hint: Some("jane"),
        nonce: Some("n"),
        resource: Some("myapp://api"),
        ..ask(&s.client)
    };
    let authorization = authorized(t, &request).await;
    assert_eq!(authorization.response_type, ResponseType::Token);
    assert!(authorization.prompt.login && !authorization.prompt.none);
    assert_eq!(authorization.login_hint.as_deref(), Some("jane"));
    assert_eq!(authorization.resource.as_deref(), Some("myapp://api"));
    assert_eq!(authorization.reply_to().mode, ReplyMode::Fragment);
}
