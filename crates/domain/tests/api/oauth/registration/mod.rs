//! Clients that register themselves: what they get, and what they are from then on.

mod bounds;
mod idle;
mod initial;
mod own;
mod refused;
mod used;

use cognate_domain::oauth::registration::{self, Refused, Registration};

use super::flow::{ask, authorized, code, exchange, hosted_with, page, refused_to_client, traded};
use super::*;
use crate::support::signin::Site;
use cognate_domain::oauth::authorization::Parameters;
use each_engine::each_engine;

/// A request as the SDKs of MCP send it.
pub fn sdk() -> Value {
    json!({
        "client_name": "MCP CLI Proxy (mcp-remote)", "redirect_uris": ["http://127.0.0.1/callback"],
        "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        "token_endpoint_auth_method": "none", "application_type": "native",
    })
}

/// Makes a pool in which clients register themselves, with a client that an administrator made, and the user jane.
pub async fn pool_with(t: &TestApp, config: Value) -> Site {
    hosted_with(t, json!({"DcrConfiguration": config}), json!({})).await
}

/// Makes a pool in which everybody registers clients.
pub async fn open(t: &TestApp) -> Site {
    pool_with(t, json!({"OpenDcrEnabled": true})).await
}

/// Adds the resource server `api` with the scopes `read` and `write`, which clients may register.
pub async fn with_api(t: &TestApp, pool: &str, config: Value) {
    let scope = |name: &str| json!({"ScopeName": name, "ScopeDescription": name});
    let server = json!({
        "UserPoolId": pool, "Identifier": "api", "Name": "api", "Scopes": [scope("read"), scope("write")],
    });
    t.ok("CreateResourceServer", server).await;
    let config = with(
        json!({"AllowedScopes": ["api/read", "api/write", "aws.cognito.signin.user.admin", "aws.cognito/dcr/register"]}),
        config,
    );
    let update = json!({"UserPoolId": pool, "DcrConfiguration": config});
    t.ok("UpdateUserPool", update).await;
}

/// Sends a request as an endpoint hands it on.
pub async fn send(
    t: &TestApp,
    from: &str,
    pool: &str,
    token: Option<&str>,
    body: &[u8],
) -> Result<Registration, Refused> {
    let from = ClientInfo {
        ip: from.to_owned(),
        ..ClientInfo::default()
    };
    let action = Endpoint::Registration;
    let cx = Cx::new(&t.app, action, Caller::Public, from, random::uuid_v4());
    let work = || registration::register(&cx, pool, token, body);
    run(&cx, About::default, work).await.unwrap()
}

pub async fn register(
    t: &TestApp,
    pool: &str,
    token: Option<&str>,
    body: &Value,
) -> Result<Registration, Refused> {
    send(t, "192.0.2.1", pool, token, body.to_string().as_bytes()).await
}

/// Registers a client that must be taken.
pub async fn registered(t: &TestApp, pool: &str, token: Option<&str>, body: &Value) -> Value {
    match register(t, pool, token, body).await {
        Ok(made) => {
            assert_eq!(made.members["client_id"], made.client_id);
            Value::Object(made.members)
        }
        Err(refused) => panic!("{refused:?}"),
    }
}

/// Takes the members out that differ each time, checked for their form.
pub fn without_identity(mut made: Value) -> Value {
    let members = made.as_object_mut().unwrap();
    let id = members.remove("client_id").unwrap();
    assert_eq!(text(&id).len(), 26);
    assert!(members.remove("client_id_issued_at").unwrap().is_i64());
    let token = members.remove("registration_access_token").unwrap();
    assert!(random::is_handle(text(&token)));
    if let Some(secret) = members.remove("client_secret") {
        assert_eq!(text(&secret).len(), 52);
        assert_eq!(members.remove("client_secret_expires_at"), Some(json!(0)));
    }
    made
}

/// Makes a client of an administrator that may register others; returns its id and a token of its own.
pub async fn registrar(t: &TestApp, pool: &str) -> (String, String) {
    let settings = json!({
        "GenerateSecret": true, "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": ["aws.cognito/dcr/register"], "AllowedOAuthFlowsUserPoolClient": true,
    });
    let made = client_of(t, pool, settings).await;
    let id = text(&made["ClientId"]).to_owned();
    let token = token_of(t, &id, text(&made["ClientSecret"])).await;
    (id, token)
}

/// Returns a token of a machine with all of its scopes.
pub async fn token_of(t: &TestApp, client: &str, secret: &str) -> String {
    let all = MachineRequest {
        scope: None,
        metadata: None,
        resource: None,
    };
    answer(machine_token(t, named(client, Some(secret)), all).await).access
}

pub async fn describe(t: &TestApp, pool: &str, client: &Value) -> Value {
    let request = json!({"UserPoolId": pool, "ClientId": client});
    t.ok("DescribeUserPoolClient", request).await["UserPoolClient"].clone()
}

#[each_engine]
async fn a_public_client_registers_as_the_sdks_do(t: &TestApp) {
    let s = open(t).await;
    let made = registered(t, &s.pool, None, &sdk()).await;
    assert_eq!(
        without_identity(made.clone()),
        json!({
            "client_name": "MCP CLI Proxy (mcp-remote)", "redirect_uris": ["http://127.0.0.1/callback"],
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            "token_endpoint_auth_method": "none", "application_type": "native",
            "scope": "openid email phone profile",
        })
    );
    let mut shown = describe(t, &s.pool, &made["client_id"]).await;
    for varies in ["CreationDate", "LastModifiedDate"] {
        assert!(shown.as_object_mut().unwrap().remove(varies).is_some());
    }
    assert_eq!(
        shown,
        json!({
            "UserPoolId": s.pool, "ClientId": made["client_id"], "ClientType": "DCR",
            "ClientName": "MCP CLI Proxy mcp-remote", "RefreshTokenValidity": 30,
            "ExplicitAuthFlows": [], "SupportedIdentityProviders": ["COGNITO"],
            "CallbackURLs": ["http://127.0.0.1/callback"], "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid", "email", "phone", "profile"],
            "AllowedOAuthFlowsUserPoolClient": true, "PreventUserExistenceErrors": "ENABLED",
            "EnableTokenRevocation": true, "EnablePropagateAdditionalUserContextData": false,
            "AuthSessionValidity": 3,
            "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60},
        })
    );
}

#[each_engine]
async fn what_is_left_out_has_the_defaults_of_the_standard(t: &TestApp) {
    let s = open(t).await;
    let provider = json!({
        "UserPoolId": s.pool, "ProviderName": "Google", "ProviderType": "Google",
        "ProviderDetails": {"client_id": "i", "client_secret": "s", "authorize_scopes": "openid"},
    });
    t.ok("CreateIdentityProvider", provider).await;
    let body = json!({
        "redirect_uris": ["https://app.example/cb"], "client_name": "", "logo_uri": "", "unknown": [null],
        "client_uri": "https://app.example/", "contacts": ["a@app.example"], "software_id": "x",
        "application_type": "other", "software_statement": "e30.e30.x", "scope": null,
    });
    let made = registered(t, &s.pool, None, &body).await;
    assert_eq!(
        without_identity(made.clone()),
        json!({
            "redirect_uris": ["https://app.example/cb"], "grant_types": ["authorization_code"],
            "response_types": ["code"], "token_endpoint_auth_method": "client_secret_basic",
            "scope": "openid email phone profile", "client_uri": "https://app.example/",
            "contacts": ["a@app.example"], "software_id": "x",
        })
    );
    let shown = describe(t, &s.pool, &made["client_id"]).await;
    for (member, value) in [
        ("ClientName", json!("Registered client")),
        ("ClientSecret", made["client_secret"].clone()),
        ("ExplicitAuthFlows", json!(["ALLOW_REFRESH_TOKEN_AUTH"])),
        ("SupportedIdentityProviders", json!(["COGNITO", "Google"])),
        ("RefreshTokenRotation", Value::Null),
    ] {
        assert_eq!(shown[member], value, "{member}");
    }
}

#[each_engine]
async fn sets_of_redirect_uris_as_programs_have_them_are_taken(t: &TestApp) {
    let s = open(t).await;
    for uris in [
        json!([
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "https://www.cursor.com/agents/mcp/oauth/callback",
            "http://localhost:8787/callback"
        ]),
        json!([
            "https://vscode.dev/redirect",
            "https://insiders.vscode.dev/redirect",
            "http://localhost/",
            "http://127.0.0.1/",
            "http://localhost:33418/",
            "http://127.0.0.1:33418/"
        ]),
        json!(["http://[::1]:8080/cb?x=%20", "com.example.app:/cb"]),
    ] {
        let body = json!({"redirect_uris": uris, "token_endpoint_auth_method": "none"});
        let made = registered(t, &s.pool, None, &body).await;
        assert_eq!(made["redirect_uris"], uris);
    }
}

#[each_engine]
async fn scopes_are_those_that_the_pool_lets_clients_have(t: &TestApp) {
    let s = open(t).await;
    with_api(t, &s.pool, json!({"OpenDcrEnabled": true})).await;
    for (asked, granted) in [
        (
            Value::Null,
            "openid email phone profile api/read api/write aws.cognito.signin.user.admin",
        ),
        (
            json!("api/read openid api/read other/x offline_access"),
            "openid api/read",
        ),
        (json!("aws.cognito/dcr/register email"), "email"),
    ] {
        let body = with(sdk(), json!({"scope": asked}));
        assert_eq!(registered(t, &s.pool, None, &body).await["scope"], granted);
    }
    // What a resource server lost is nobody's.
    let gone = json!({"UserPoolId": s.pool, "Identifier": "api"});
    t.ok("DeleteResourceServer", gone).await;
    let made = registered(t, &s.pool, None, &sdk()).await;
    assert_eq!(
        made["scope"],
        "openid email phone profile aws.cognito.signin.user.admin"
    );
}

#[each_engine]
async fn a_machine_registers_where_the_pool_lets_it(t: &TestApp) {
    let s = pool_with(t, json!({})).await;
    with_api(t, &s.pool, json!({})).await;
    let (_, token) = registrar(t, &s.pool).await;
    let body = json!({"grant_types": ["client_credentials"], "client_name": "Robot"});
    let made = registered(t, &s.pool, Some(&token), &body).await;
    assert_eq!(
        without_identity(made.clone()),
        json!({
            "client_name": "Robot", "redirect_uris": [], "grant_types": ["client_credentials"], "response_types": [],
            "token_endpoint_auth_method": "client_secret_basic", "scope": "api/read api/write",
        })
    );
    let own = token_of(t, text(&made["client_id"]), text(&made["client_secret"])).await;
    assert_eq!(claims(&json!(own))["scope"], "api/read api/write");
    // It registers no other.
    let again = register(t, &s.pool, Some(&own), &body).await;
    assert!(matches!(again, Err(Refused::Token(refused)) if refused.error == "invalid_token"));
}

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Returns a request of a client for a code, with another port than it registered.
pub fn ask_at<'a>(client: &'a str, scope: Option<&'a str>) -> Parameters<'a> {
    Parameters {
        redirect_uri: Some("http://127.0.0.1:49152/callback"),
        scope,
        // Without a secret nothing else proves it.
        code_challenge: Some(CHALLENGE),
        code_challenge_method: Some("S256"),
        ..ask(client)
    }
}

#[each_engine]
async fn a_client_that_registered_itself_signs_users_in(t: &TestApp) {
    let s = pool_with(t, json!({})).await;
    let (_, token) = registrar(t, &s.pool).await;
    let made = registered(t, &s.pool, Some(&token), &sdk()).await;
    let client = text(&made["client_id"]);
    // More than it may have, as clients ask that read the documents of servers.
    let asked = ask_at(client, Some("openid email other/x offline_access"));
    let authorization = authorized(t, &asked).await;
    assert_eq!(authorization.scopes, ["openid", "email"]);
    let finished = page(t, &authorization).await;
    assert_eq!(
        finished.reply.redirect_uri,
        "http://127.0.0.1:49152/callback"
    );
    let wrong = exchange(code(&finished.reply));
    let wrong = cognate_domain::oauth::code::CodeRequest {
        redirect_uri: Some("http://127.0.0.1/callback"),
        code_verifier: Some(VERIFIER),
        ..wrong
    };
    let refused = refusal(traded(t, named(client, None), wrong).await);
    assert_eq!(refused.error, "invalid_grant");
    let right = cognate_domain::oauth::code::CodeRequest {
        redirect_uri: Some("http://127.0.0.1:49152/callback"),
        ..wrong
    };
    let tokens = answer(traded(t, named(client, None), right).await);
    assert_eq!(tokens.scope.as_deref(), Some("openid email"));
    let first = tokens.refresh.unwrap();
    let second = answer(refreshed(t, named(client, None), &first).await);
    assert_eq!(second.scope.as_deref(), Some("openid email"));
    assert!(second.refresh.is_some_and(|second| second != first));
    // An answer that was lost is asked for again within a minute, and not later.
    answer(refreshed(t, named(client, None), &first).await);
    t.advance(61).await;
    let late = refusal(refreshed(t, named(client, None), &first).await);
    assert_eq!(late.error, "invalid_grant");
}

#[each_engine]
async fn users_are_asked_about_clients_that_anybody_registered(t: &TestApp) {
    use cognate_domain::oauth::consent::Question;
    use cognate_domain::records::unvouched::UnvouchedKind;
    let s = open(t).await;
    let made = registered(t, &s.pool, None, &sdk()).await;
    let client = text(&made["client_id"]);
    let asked = authorized(t, &ask_at(client, Some("openid"))).await;
    let question = Question::of(&asked).unwrap();
    assert_eq!(question.kind, UnvouchedKind::Registered);
    assert_eq!(question.name.as_deref(), Some("MCP CLI Proxy (mcp-remote)"));
    assert_eq!(
        (question.host, question.place),
        (None, "127.0.0.1".to_owned())
    );
    assert!(question.own_machine);
    assert_eq!(question.scopes, ["openid"]);
    let refused = page(t, &asked).await.reply;
    assert_eq!(refused.parameter("error"), Some("consent_required"));
    // Somebody answers for one with a token of a client.
    let (_, token) = registrar(t, &s.pool).await;
    let vouched = registered(t, &s.pool, Some(&token), &sdk()).await;
    let asked = ask_at(text(&vouched["client_id"]), Some("openid"));
    assert!(Question::of(&authorized(t, &asked).await).is_none());
    let update = json!({
        "UserPoolId": s.pool, "ClientId": client, "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
        "AllowedOAuthFlowsUserPoolClient": true, "CallbackURLs": ["http://127.0.0.1/callback"],
        "SupportedIdentityProviders": ["COGNITO"],
    });
    t.ok("UpdateUserPoolClient", update).await;
    // A script that changes all clients of a pool answers for none of them.
    let asked = authorized(t, &ask_at(client, Some("openid"))).await;
    assert!(Question::of(&asked).is_some());
}

#[each_engine]
async fn scopes_are_left_out_for_those_clients_and_for_no_others(t: &TestApp) {
    let s = open(t).await;
    let made = registered(t, &s.pool, None, &sdk()).await;
    let client = text(&made["client_id"]);
    let granted = |asked| async move { authorized(t, &ask_at(client, asked)).await.scopes };
    assert_eq!(
        granted(Some("email openid api/read")).await,
        ["email", "openid"]
    );
    assert_eq!(granted(None).await, ["openid", "email", "phone", "profile"]);
    for none in [
        "api/read",
        "offline_access",
        "email",
        "offline_access api/read",
    ] {
        let reply = refused_to_client(t, &ask_at(client, Some(none))).await;
        assert_eq!(reply.parameter("error"), Some("invalid_scope"), "{none}");
    }
    let regular = |scope| Parameters {
        scope: Some(scope),
        ..ask(&s.client)
    };
    let granted = authorized(t, &regular("openid offline_access")).await;
    assert_eq!(granted.scopes, ["openid"]);
    for refused in ["openid api/read", "offline_access"] {
        let reply = refused_to_client(t, &regular(refused)).await;
        assert_eq!(reply.parameter("error"), Some("invalid_scope"), "{refused}");
    }
}

#[each_engine]
async fn only_the_port_of_the_own_machine_may_differ(t: &TestApp) {
    use cognate_domain::oauth::authorization::Cause;
    let s = open(t).await;
    let body = json!({
        "redirect_uris": ["http://localhost:1/cb", "https://app.example/cb"], "token_endpoint_auth_method": "none",
    });
    let made = registered(t, &s.pool, None, &body).await;
    let client = text(&made["client_id"]);
    let at = |uri| Parameters {
        redirect_uri: Some(uri),
        ..ask_at(client, Some("openid"))
    };
    // Without a proof that the code comes back to whom it was given to, there is none.
    let unproven = Parameters {
        redirect_uri: Some("http://localhost:2/cb"),
        ..ask(client)
    };
    let told = refused_to_client(t, &unproven).await;
    assert_eq!(told.parameter("error"), Some("invalid_request"));
    authorized(t, &at("http://localhost:2/cb")).await;
    authorized(t, &at("https://app.example/cb")).await;
    for other in [
        "http://127.0.0.1:1/cb",
        "http://localhost:1/cb?x",
        "https://app.example:443/cb",
        "https://app.example:8443/cb",
    ] {
        let cause = super::flow::cause(t, &at(other)).await;
        assert_eq!(cause, Cause::RedirectMismatch, "{other}");
    }
    // A client of an administrator names its port.
    let settings = with(
        super::flow::hosted_client(),
        json!({"CallbackURLs": ["http://localhost:1/cb"]}),
    );
    let regular = client_of(t, &s.pool, settings).await;
    let other = Parameters {
        redirect_uri: Some("http://localhost:2/cb"),
        ..ask(text(&regular["ClientId"]))
    };
    assert_eq!(super::flow::cause(t, &other).await, Cause::RedirectMismatch);
}
