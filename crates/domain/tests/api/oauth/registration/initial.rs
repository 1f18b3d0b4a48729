//! The token with which clients are registered where not everybody may.

use super::bounds::{token_of_user, with_users};
use super::*;
use cognate_domain::errors::oauth::{NO_REGISTER_SCOPE, TOKEN_NOT_GOOD};
use cognate_domain::oauth::consent::Question;

async fn refused(t: &TestApp, pool: &str, token: &str) -> Option<Refused> {
    register(t, pool, Some(token), &sdk()).await.err()
}

fn not_good() -> Option<Refused> {
    Some(Refused::Token(TOKEN_NOT_GOOD))
}

#[each_engine]
async fn only_a_token_of_the_pool_is_good_even_where_none_is_needed(t: &TestApp) {
    let (s, other) = (open(t).await, open(t).await);
    let (_, token) = registrar(t, &s.pool).await;
    registered(t, &s.pool, Some(&token), &sdk()).await;
    let (_, foreign) = registrar(t, &other.pool).await;
    let (head, signature) = token.rsplit_once('.').unwrap();
    let turned: String = signature.chars().rev().collect();
    let unsigned = format!("{head}.");
    for bad in [
        "",
        "x",
        "a.b.c",
        &foreign,
        &unsigned,
        &format!("{head}.{turned}"),
    ] {
        assert_eq!(refused(t, &s.pool, bad).await, not_good(), "{bad}");
    }
    t.advance(3_600).await;
    assert_eq!(refused(t, &s.pool, &token).await, not_good());
}

#[each_engine]
async fn the_client_of_the_token_is_there_and_still_holds_the_scope(t: &TestApp) {
    let s = open(t).await;
    let (client, token) = registrar(t, &s.pool).await;
    let settings = json!({
        "UserPoolId": s.pool, "ClientId": client, "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": [], "AllowedOAuthFlowsUserPoolClient": false,
    });
    t.ok("UpdateUserPoolClient", settings).await;
    let without = Some(Refused::Token(NO_REGISTER_SCOPE));
    assert_eq!(refused(t, &s.pool, &token).await, without);
    let gone = json!({"UserPoolId": s.pool, "ClientId": client});
    t.ok("DeleteUserPoolClient", gone).await;
    assert_eq!(refused(t, &s.pool, &token).await, not_good());
}

#[each_engine]
async fn a_user_brings_a_token_as_long_as_the_session_lives(t: &TestApp) {
    let register_scope = "aws.cognito/dcr/register";
    let scopes = json!({"AllowedOAuthScopes": ["openid", register_scope]});
    let s = hosted_with(t, json!({"DcrConfiguration": {}}), scopes).await;
    let asked = |scope| Parameters {
        scope: Some(scope),
        ..ask(&s.client)
    };
    let both = format!("openid {register_scope}");
    let tokens = super::super::flow::tokens_for(t, &s.client, &asked(&both)).await;
    let made = registered(t, &s.pool, Some(&tokens.access), &sdk()).await;
    // Any user can have such a token, so that users are asked about the client, after a change of its own too.
    let is_asked = async || {
        let asked = ask_at(text(&made["client_id"]), Some("openid"));
        Question::of(&authorized(t, &asked).await).is_some()
    };
    assert!(is_asked().await);
    let id = tokens.id.unwrap();
    assert_eq!(refused(t, &s.pool, &id).await, not_good());
    let refresh = tokens.refresh.unwrap();
    assert_eq!(refused(t, &s.pool, &refresh).await, not_good());
    // A good token without the scope.
    let plain = super::super::flow::tokens_for(t, &s.client, &asked("openid")).await;
    let without = Some(Refused::Token(NO_REGISTER_SCOPE));
    assert_eq!(refused(t, &s.pool, &plain.access).await, without);
    // One that is meant for another service, which could register clients by it.
    let server = json!({"UserPoolId": s.pool, "Identifier": "https://mcp.example", "Name": "x"});
    t.ok("CreateResourceServer", server).await;
    let elsewhere = Parameters {
        resource: Some("https://mcp.example"),
        ..asked(&both)
    };
    let elsewhere = super::super::flow::tokens_for(t, &s.client, &elsewhere).await;
    assert_eq!(refused(t, &s.pool, &elsewhere.access).await, not_good());
    answer(revoked(t, named(&s.client, None), Some(&refresh)).await);
    assert_eq!(refused(t, &s.pool, &tokens.access).await, not_good());
}

#[each_engine]
async fn the_scope_is_for_clients_of_administrators_alone(t: &TestApp) {
    let s = open(t).await;
    with_api(t, &s.pool, json!({"OpenDcrEnabled": true})).await;
    let made = registered(t, &s.pool, None, &sdk()).await;
    let given = json!({
        "UserPoolId": s.pool, "ClientId": made["client_id"], "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "aws.cognito/dcr/register"], "CallbackURLs": ["https://app.example/cb"],
    });
    let expected = (
        "ScopeDoesNotExistException",
        "Invalid scope requested: aws.cognito/dcr/register",
    );
    t.refused(
        "UpdateUserPoolClient",
        given.clone(),
        expected.0,
        expected.1,
    )
    .await;
    // Not by a resource server of that name either.
    let server = json!({
        "UserPoolId": s.pool, "Identifier": "aws.cognito/dcr", "Name": "x",
        "Scopes": [{"ScopeName": "register", "ScopeDescription": "x"}],
    });
    t.ok("CreateResourceServer", server).await;
    t.refused("UpdateUserPoolClient", given, expected.0, expected.1)
        .await;
    let again = registered(t, &s.pool, None, &sdk()).await;
    assert!(!text(&again["scope"]).contains("register"));
}

#[each_engine]
async fn what_a_user_registers_gets_no_token_without_a_user(t: &TestApp) {
    let s = with_users(t, json!({})).await;
    with_api(t, &s.pool, json!({})).await;
    let token = token_of_user(t, &s, "jane").await;
    let none = Refused::Metadata(OAuthError {
        error: "invalid_client_metadata",
        description: Some("None of the requested grant types can be registered.".into()),
    });
    let machine = json!({"grant_types": ["client_credentials"], "client_name": "Robot"});
    let made = register(t, &s.pool, Some(&token), &machine).await;
    assert_eq!(made.err(), Some(none.clone()));
    // Of both it has the one by which users are asked.
    let both = json!({
        "grant_types": ["authorization_code", "client_credentials"], "redirect_uris": ["https://app.example/cb"],
    });
    let made = registered(t, &s.pool, Some(&token), &both).await;
    assert_eq!(made["grant_types"], json!(["authorization_code"]));
    // Nor does it become another by a change of its own.
    let (client, own) = (
        text(&made["client_id"]),
        text(&made["registration_access_token"]),
    );
    let cx = cx(t, Endpoint::RegistrationChange);
    let body = with(machine.clone(), json!({"client_id": client})).to_string();
    let work = || registration::change(&cx, &s.pool, (client, own), body.as_bytes());
    let refused = run(&cx, About::default, work).await.unwrap().err();
    assert_eq!(refused, Some(none));
    // Where only machines may be registered, a user registers nothing, and a machine does.
    let config =
        json!({"AuthenticatedGrantTypes": ["client_credentials"], "AllowedScopes": ["api/read"]});
    let update = json!({"UserPoolId": s.pool, "DcrConfiguration": config});
    t.ok("UpdateUserPool", update).await;
    let off = Refused::Denied(OAuthError {
        error: "access_denied",
        description: Some("Client registration is not enabled for this user pool.".into()),
    });
    let made = register(t, &s.pool, Some(&token), &sdk()).await;
    assert_eq!(made.err(), Some(off));
    let (_, token) = registrar(t, &s.pool).await;
    registered(t, &s.pool, Some(&token), &machine).await;
}
