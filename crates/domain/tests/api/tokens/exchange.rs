//! Tokens of machines, and tokens that are traded for others.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

const INVALID: &str = "InvalidParameterException";

/// A pool with the resource server `api` of two scopes.
async fn site_with_api(t: &TestApp, client: Value) -> Site {
    let s = site(t).await;
    let server = json!({
        "UserPoolId": s.pool, "Identifier": "api", "Name": "API",
        "Scopes": [{"ScopeName": "read", "ScopeDescription": "r"}, {"ScopeName": "write", "ScopeDescription": "w"}],
    });
    t.ok("CreateResourceServer", server).await;
    user(t, &s.pool, "jane").await;
    let client = client_of(t, &s.pool, client).await;
    let client = client["ClientId"].as_str().unwrap().to_owned();
    Site { client, ..s }
}

fn machine() -> Value {
    json!({
        "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"], "GenerateSecret": true,
        "AllowedOAuthScopes": ["api/read", "api/write"],
    })
}

async fn secret_of(t: &TestApp, s: &Site) -> String {
    let input = json!({"UserPoolId": s.pool, "ClientId": s.client});
    let shown = t.ok("DescribeUserPoolClient", input).await;
    shown["UserPoolClient"]["ClientSecret"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A client that may trade tokens in both ways.
fn trader() -> Value {
    json!({
        "GenerateSecret": true,
        "ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION", "ALLOW_TOKEN_EXCHANGE_DELEGATION"],
        "AllowedOAuthScopes": ["aws.cognito.signin.user.admin", "api/read"],
    })
}

fn exchange(client: &str, token: &Value) -> Value {
    json!({"ClientId": client, "SubjectToken": token, "SubjectTokenType": "ACCESS_TOKEN"})
}

/// Signs in to a client of its own for people.
async fn people(t: &TestApp, pool: &str) -> Value {
    let client = client_of(t, pool, json!({})).await;
    sign_in(t, client["ClientId"].as_str().unwrap(), "jane").await
}

async fn get_token(t: &TestApp, input: Value) -> Result<Value, Refusal> {
    let answer = t.call("GetClientToken", input).await?;
    assert_eq!(answer.as_object().unwrap().len(), 1);
    Ok(answer["ClientAuthenticationResult"].clone())
}

#[each_engine]
async fn a_machine_gets_a_token_that_names_only_itself(t: &TestApp) {
    let s = site_with_api(t, machine()).await;
    let input = json!({"ClientId": s.client, "Secret": secret_of(t, &s).await});
    let result = get_token(t, input.clone()).await.unwrap();
    assert_eq!(
        (&result["ExpiresIn"], &result["TokenType"]),
        (&json!(3600), &json!("Bearer"))
    );
    assert_eq!(
        claim_names(&result["AccessToken"]),
        [
            "sub",
            "token_use",
            "scope",
            "auth_time",
            "iss",
            "exp",
            "iat",
            "version",
            "jti",
            "client_id"
        ]
    );
    let claims = claims(&result["AccessToken"]);
    assert_eq!(
        (&claims["sub"], &claims["client_id"]),
        (&json!(s.client), &json!(s.client))
    );
    assert_eq!(
        (&claims["token_use"], &claims["version"]),
        (&json!("access"), &json!(2))
    );
    assert_eq!(claims["scope"], "api/read api/write");
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        3600
    );
    let narrow = with(input, json!({"Scopes": ["api/write", "api/write"]}));
    let narrow = get_token(t, narrow).await.unwrap();
    assert_eq!(self::claims(&narrow["AccessToken"])["scope"], "api/write");
    // It is nobody's: no operation on a user takes it.
    let text = "Invalid Access Token";
    assert_eq!(
        get_user(t, &result["AccessToken"]).await.unwrap_err(),
        not_authorized(text)
    );
    t.refused(
        "GlobalSignOut",
        json!({"AccessToken": result["AccessToken"]}),
        WRONG.0,
        text,
    )
    .await;
}

#[each_engine]
async fn machines_that_prove_nothing_or_ask_for_too_much_get_nothing(t: &TestApp) {
    let s = site_with_api(t, machine()).await;
    let secret = secret_of(t, &s).await;
    let input = |client: &str, secret: &str| json!({"ClientId": client, "Secret": secret});
    let wrong = not_authorized("Invalid client secret.");
    let made_up = "x".repeat(30);
    assert_eq!(
        get_token(t, input(&s.client, &made_up)).await.unwrap_err(),
        wrong
    );
    let text = "User pool client nosuchclient does not exist.";
    t.refused(
        "GetClientToken",
        input("nosuchclient", &secret),
        "ResourceNotFoundException",
        text,
    )
    .await;
    // A client without a secret, and one that is for people.
    let public = client_of(t, &s.pool, json!({})).await["ClientId"].clone();
    assert_eq!(
        get_token(t, input(public.as_str().unwrap(), &secret))
            .await
            .unwrap_err(),
        wrong
    );
    let people = client_of(t, &s.pool, json!({"GenerateSecret": true})).await;
    let theirs = input(
        people["ClientId"].as_str().unwrap(),
        people["ClientSecret"].as_str().unwrap(),
    );
    let text = "ALLOW_CLIENT_TOKEN_AUTH is not enabled for the client.";
    t.refused("GetClientToken", theirs, INVALID, text).await;
    for scope in ["api/delete", "openid", "other/read"] {
        let asked = with(
            input(&s.client, &secret),
            json!({"Scopes": ["api/read", scope]}),
        );
        let text = format!("Invalid scope requested: {scope}");
        t.refused("GetClientToken", asked, INVALID, &text).await;
    }
    // A scope that its resource server has lost is not handed out any more.
    let lost = json!({
        "UserPoolId": s.pool, "Identifier": "api", "Name": "API",
        "Scopes": [{"ScopeName": "read", "ScopeDescription": "r"}],
    });
    t.ok("UpdateResourceServer", lost).await;
    let result = get_token(t, input(&s.client, &secret)).await.unwrap();
    assert_eq!(claims(&result["AccessToken"])["scope"], "api/read");
}

#[each_engine]
async fn a_pool_whose_trigger_decides_about_machines_fails_closed(t: &TestApp) {
    let s = site_with_api(t, machine()).await;
    let input = json!({"ClientId": s.client, "Secret": secret_of(t, &s).await});
    let trigger = |version: &str| {
        json!({"UserPoolId": s.pool, "LambdaConfig": {"PreTokenGenerationConfig": {
            "LambdaVersion": version, "LambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:f",
        }}})
    };
    t.ok("UpdateUserPool", trigger("V2_0")).await;
    get_token(t, input.clone()).await.unwrap();
    t.ok("UpdateUserPool", trigger("V3_0")).await;
    let text = "LambdaConfig.PreTokenGeneration is not implemented yet.";
    t.refused("GetClientToken", input, "NotImplementedException", text)
        .await;
}

#[each_engine]
async fn a_derived_token_says_less_and_belongs_to_the_same_session(t: &TestApp) {
    let s = site_with_api(t, trader()).await;
    let first = people(t, &s.pool).await;
    t.advance(600).await;
    let input = with(
        exchange(&s.client, &first["AccessToken"]),
        json!({"Resources": ["api"]}),
    );
    let answer = t.ok("GetDerivedToken", input).await;
    let (old, new) = (
        claims(&first["AccessToken"]),
        claims(&answer["IssuedToken"]),
    );
    let lifetime = old["exp"].as_i64().unwrap() - new["iat"].as_i64().unwrap();
    assert_eq!(
        answer,
        json!({
            "IssuedToken": answer["IssuedToken"], "IssuedTokenType": "ACCESS_TOKEN", "TokenType": "Bearer",
            "ExpiresIn": lifetime, "Scopes": ["aws.cognito.signin.user.admin"],
        })
    );
    for kept in [
        "sub",
        "username",
        "origin_jti",
        "event_id",
        "auth_time",
        "acr",
        "amr",
        "exp",
        "iss",
    ] {
        assert_eq!(old[kept], new[kept], "{kept}");
    }
    assert_eq!(
        (&new["client_id"], &new["aud"]),
        (&json!(s.client), &json!("api"))
    );
    assert_eq!(new["scope"], "aws.cognito.signin.user.admin");
    assert!(new.get("act").is_none() && new["jti"] != old["jti"]);
    // Another client's session: the user's own operations do not take it.
    let text = not_authorized("Invalid Access Token");
    assert_eq!(get_user(t, &answer["IssuedToken"]).await.unwrap_err(), text);
    // As an ID token it is no means of access.
    let asked = json!({"RequestedTokenType": "ID_TOKEN", "Audiences": ["https://other.example"]});
    let id = t
        .ok(
            "GetDerivedToken",
            with(exchange(&s.client, &answer["IssuedToken"]), asked),
        )
        .await;
    assert_eq!(
        (&id["TokenType"], &id["IssuedTokenType"]),
        (&json!("N_A"), &json!("ID_TOKEN"))
    );
    assert!(id.get("Scopes").is_none());
    let id = claims(&id["IssuedToken"]);
    assert_eq!(
        (&id["token_use"], &id["aud"]),
        (&json!("id"), &json!("https://other.example"))
    );
    assert_eq!((&id["sub"], &id["exp"]), (&old["sub"], &old["exp"]));
    // An ID token has no scopes to pass on.
    let of_id = json!({"ClientId": s.client, "SubjectToken": first["IdToken"], "SubjectTokenType": "ID_TOKEN"});
    let answer = t.ok("GetDerivedToken", of_id).await;
    assert_eq!(
        (&answer["Scopes"], &claims(&answer["IssuedToken"])["scope"]),
        (&json!([]), &json!(""))
    );
}

#[each_engine]
async fn whoever_acts_for_a_user_is_named_one_inside_the_other(t: &TestApp) {
    let s = site_with_api(t, trader()).await;
    let first = people(t, &s.pool).await;
    let agent = client_of(t, &s.pool, machine()).await;
    let input = json!({"ClientId": agent["ClientId"], "Secret": agent["ClientSecret"]});
    let agent = get_token(t, input).await.unwrap()["AccessToken"].clone();
    let acting = |token: &Value, actor: &Value| {
        with(
            exchange(&s.client, token),
            json!({"ActorToken": actor, "ActorTokenType": "ACCESS_TOKEN"}),
        )
    };
    let once = t
        .ok("GetDerivedToken", acting(&first["AccessToken"], &agent))
        .await["IssuedToken"]
        .clone();
    let machine = claims(&agent)["sub"].clone();
    assert_eq!(claims(&once)["act"], json!({"sub": machine}));
    user(t, &s.pool, "john").await;
    let client = client_of(t, &s.pool, json!({})).await;
    let john =
        sign_in(t, client["ClientId"].as_str().unwrap(), "john").await["AccessToken"].clone();
    let twice = t.ok("GetDerivedToken", acting(&once, &john)).await["IssuedToken"].clone();
    assert_eq!(
        claims(&twice)["act"],
        json!({"sub": claims(&john)["sub"], "act": {"sub": machine}})
    );
    // Trading it once more without an actor hides nobody.
    let quiet = t.ok("GetDerivedToken", exchange(&s.client, &twice)).await["IssuedToken"].clone();
    assert_eq!(claims(&quiet)["act"], claims(&twice)["act"]);
    t.ok(
        "AdminUserGlobalSignOut",
        json!({"UserPoolId": s.pool, "Username": "john"}),
    )
    .await;
    t.refused(
        "GetDerivedToken",
        acting(&once, &john),
        WRONG.0,
        "Invalid Actor Token",
    )
    .await;
    // A machine is nobody on whose behalf one could act.
    t.refused(
        "GetDerivedToken",
        exchange(&s.client, &agent),
        WRONG.0,
        "Invalid Subject Token",
    )
    .await;
    let half = with(
        exchange(&s.client, &first["AccessToken"]),
        json!({"ActorToken": agent}),
    );
    t.refused(
        "GetDerivedToken",
        half,
        INVALID,
        "ActorToken and ActorTokenType must be sent together.",
    )
    .await;
}

#[each_engine]
async fn tokens_that_are_over_foreign_or_revoked_cannot_be_traded(t: &TestApp) {
    let s = site_with_api(t, trader()).await;
    let elsewhere = site(t).await;
    user(t, &elsewhere.pool, "jane").await;
    let first = people(t, &s.pool).await;
    let foreign = sign_in(t, &elsewhere.client, "jane").await;
    let text = first["AccessToken"].as_str().unwrap();
    let bare = json!(text.rsplit_once('.').unwrap().0.to_owned() + ".");
    for bad in [
        json!("made-up"),
        bare,
        foreign["AccessToken"].clone(),
        first["IdToken"].clone(),
        first["RefreshToken"].clone(),
    ] {
        t.refused(
            "GetDerivedToken",
            exchange(&s.client, &bad),
            WRONG.0,
            "Invalid Subject Token",
        )
        .await;
    }
    let good = exchange(&s.client, &first["AccessToken"]);
    let derived = t.ok("GetDerivedToken", good.clone()).await["IssuedToken"].clone();
    t.ok(
        "AdminUserGlobalSignOut",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    for bad in [good, exchange(&s.client, &derived)] {
        t.refused("GetDerivedToken", bad, WRONG.0, "Invalid Subject Token")
            .await;
    }
    let late = exchange(&s.client, &people(t, &s.pool).await["AccessToken"]);
    t.advance(3601).await;
    t.refused("GetDerivedToken", late, WRONG.0, "Invalid Subject Token")
        .await;
}

#[each_engine]
async fn clients_trade_only_as_they_may(t: &TestApp) {
    let s = site_with_api(t, trader()).await;
    let first = people(t, &s.pool).await;
    let both = with(
        exchange(&s.client, &first["AccessToken"]),
        json!({"Audiences": ["a"], "Resources": ["api"]}),
    );
    t.refused(
        "GetDerivedToken",
        both,
        INVALID,
        "Audiences and Resources cannot be requested together.",
    )
    .await;
    let unknown = with(
        exchange(&s.client, &first["AccessToken"]),
        json!({"Resources": ["nothing"]}),
    );
    let text = "Resource server nothing does not exist.";
    t.refused(
        "GetDerivedToken",
        unknown,
        "ResourceNotFoundException",
        text,
    )
    .await;
    let wide = with(
        exchange(&s.client, &first["AccessToken"]),
        json!({"Scopes": ["api/read"]}),
    );
    t.refused(
        "GetDerivedToken",
        wide,
        INVALID,
        "None of the requested scopes can be granted.",
    )
    .await;
    let saml = with(
        exchange(&s.client, &json!("PHNhbWw+")),
        json!({"SubjectTokenType": "SAML2"}),
    );
    let foreign = with(
        exchange(&s.client, &first["AccessToken"]),
        json!({"SubjectTokenProviderName": "Other"}),
    );
    for other in [saml, foreign] {
        let text = "Token exchange with other identity providers is not implemented yet.";
        t.refused("GetDerivedToken", other, "NotImplementedException", text)
            .await;
    }
    let only =
        json!({"ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_DELEGATION"], "GenerateSecret": true});
    let only = client_of(t, &s.pool, only).await;
    let mut input = exchange(only["ClientId"].as_str().unwrap(), &first["AccessToken"]);
    let text = "ALLOW_TOKEN_EXCHANGE_IMPERSONATION is not enabled for the client.";
    // The harness calls with IAM credentials, which stand for the secret; a wrong one is refused all the same.
    t.refused("GetDerivedToken", input.clone(), INVALID, text)
        .await;
    input["ClientSecret"] = json!("x".repeat(30));
    t.refused("GetDerivedToken", input, WRONG.0, "Invalid client secret.")
        .await;
}

#[each_engine]
async fn clients_without_a_secret_trade_nothing(t: &TestApp) {
    let s = site_with_api(t, trader()).await;
    let text = "Token exchange is only available to app clients with a client secret.";
    let open = client_of(t, &s.pool, json!({})).await["ClientId"].clone();
    for flow in [
        "ALLOW_TOKEN_EXCHANGE_IMPERSONATION",
        "ALLOW_TOKEN_EXCHANGE_DELEGATION",
    ] {
        let flows =
            json!({"UserPoolId": s.pool, "ExplicitAuthFlows": [flow, "ALLOW_REFRESH_TOKEN_AUTH"]});
        t.refused(
            "CreateUserPoolClient",
            with(flows.clone(), json!({"ClientName": "c"})),
            INVALID,
            text,
        )
        .await;
        t.refused(
            "UpdateUserPoolClient",
            with(flows.clone(), json!({"ClientId": open})),
            INVALID,
            text,
        )
        .await;
        t.ok(
            "UpdateUserPoolClient",
            with(flows, json!({"ClientId": s.client})),
        )
        .await;
    }
    // Nor do those without the flow, whatever the caller is.
    let first = people(t, &s.pool).await;
    let input = exchange(open.as_str().unwrap(), &first["AccessToken"]);
    t.refused("GetDerivedToken", input, WRONG.0, "Invalid client secret.")
        .await;
}

#[each_engine]
async fn no_token_is_made_for_a_client_of_the_pool(t: &TestApp) {
    let s = site_with_api(t, trader()).await;
    let first = people(t, &s.pool).await;
    let victim = client_of(t, &s.pool, json!({})).await["ClientId"].clone();
    let api = json!({"UserPoolId": s.pool, "Identifier": victim, "Name": "odd"});
    t.ok("CreateResourceServer", api).await;
    let text = "The audience cannot be an app client of the user pool.";
    for token in ["ACCESS_TOKEN", "ID_TOKEN"] {
        for asked in [
            json!({"Audiences": [victim]}),
            json!({"Resources": [victim]}),
            json!({"Audiences": [s.client]}),
        ] {
            let input = with(
                exchange(&s.client, &first["AccessToken"]),
                json!({"RequestedTokenType": token}),
            );
            t.refused("GetDerivedToken", with(input, asked), INVALID, text)
                .await;
        }
    }
    // What is only like one, or a client of another pool, is a name like any other.
    let elsewhere = site(t).await.client;
    for name in [victim.as_str().unwrap().to_uppercase(), elsewhere] {
        let input = with(
            exchange(&s.client, &first["AccessToken"]),
            json!({"Audiences": [name]}),
        );
        t.ok("GetDerivedToken", input).await;
    }
}
