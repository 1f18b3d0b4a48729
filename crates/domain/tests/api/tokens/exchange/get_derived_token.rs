//! GetDerivedToken: tokens that are traded for others.

use cognate_domain::app::functions::Trigger;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::groups::{group, join};
use crate::support::TestApp;
use crate::support::functions::arn;
use crate::support::played::{Played, failures};
use crate::support::signin::*;
use crate::support::texts::exceptions::INVALID;

/// Returns a client that may trade tokens in both ways.
pub(super) fn trader() -> Value {
    json!({
        "GenerateSecret": true,
        "ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION", "ALLOW_TOKEN_EXCHANGE_DELEGATION"],
        "AllowedOAuthScopes": ["aws.cognito.signin.user.admin", "api/read"],
    })
}

fn exchange(client: &str, token: &Value) -> Value {
    json!({"ClientId": client, "SubjectToken": token, "SubjectTokenType": "ACCESS_TOKEN"})
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
    // Trading it once more without an actor hides no former actor.
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
    // A machine is no user on whose behalf one could act.
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
    let only =
        json!({"ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_DELEGATION"], "GenerateSecret": true});
    let only = client_of(t, &s.pool, only).await;
    let mut input = exchange(only["ClientId"].as_str().unwrap(), &first["AccessToken"]);
    let text = "ALLOW_TOKEN_EXCHANGE_IMPERSONATION is not enabled for the client.";
    // The harness calls with IAM credentials, which replace the secret; a wrong one is refused all the same.
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

#[each_engine]
async fn a_function_of_the_pool_may_narrow_a_derived_token_and_not_widen_it(t: &TestApp) {
    let s = site_with_api(t, trader()).await;
    group(t, &s.pool, "staff", json!({})).await;
    join(t, &s.pool, "staff", "jane").await;
    let first = people(t, &s.pool).await;
    let function = json!({"LambdaVersion": "V2_0", "LambdaArn": arn(Trigger::PreTokenGeneration)});
    let config = json!({"PreTokenGenerationConfig": function});
    let input = json!({"UserPoolId": s.pool, "LambdaConfig": config});
    t.ok("UpdateUserPool", input).await;
    let functions = Played::install(t);
    let answer = |access: Value| {
        let details = json!({"accessTokenGeneration": access});
        json!({"claimsAndScopeOverrideDetails": details})
    };
    let access = json!({
        "claimsToAddOrOverride": {"via": "trader", "aud": s.client, "act": {"sub": "x"}, "exp": 9_999_999_999_i64},
        "claimsToSuppress": ["act", "origin_jti"], "scopesToAdd": ["api/read", "api/write"],
    });
    functions.answers(Trigger::PreTokenGeneration, answer(access));
    let input = with(
        exchange(&s.client, &first["AccessToken"]),
        json!({"Resources": ["api"]}),
    );
    let derived = t.ok("GetDerivedToken", input.clone()).await;
    let old = claims(&first["AccessToken"]);
    let said = claims(&derived["IssuedToken"]);
    assert_eq!(derived["Scopes"], json!(["aws.cognito.signin.user.admin"]));
    assert_eq!(said["scope"], "aws.cognito.signin.user.admin");
    assert_eq!(
        (&said["via"], &said["aud"]),
        (&json!("trader"), &json!("api"))
    );
    assert_eq!(
        (&said["exp"], &said["origin_jti"], said.get("act")),
        (&old["exp"], &old["origin_jti"], None)
    );
    let event = json!({
        "version": "2", "triggerSource": "TokenGeneration_RefreshTokens", "region": "us-east-1",
        "userPoolId": s.pool, "userName": "jane",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": s.client},
        "request": {
            "userAttributes": {"sub": old["sub"], "cognito:user_status": "CONFIRMED"},
            "groupConfiguration": {"groupsToOverride": ["staff"], "iamRolesToOverride": [], "preferredRole": null},
            "scopes": ["aws.cognito.signin.user.admin"],
        },
        "response": {"claimsAndScopeOverrideDetails": null},
    });
    assert_eq!(functions.events(), [event]);

    let suppress = json!({"scopesToSuppress": ["aws.cognito.signin.user.admin"]});
    functions.answers(Trigger::PreTokenGeneration, answer(suppress));
    let derived = t.ok("GetDerivedToken", input.clone()).await;
    assert_eq!(derived["Scopes"], json!([]));
    assert_eq!(claims(&derived["IssuedToken"])["scope"], "");

    for (answer, code, text) in failures(Trigger::PreTokenGeneration) {
        functions.does(Trigger::PreTokenGeneration, move |_| answer.clone());
        t.refused("GetDerivedToken", input.clone(), code, &text)
            .await;
    }
}

#[each_engine]
async fn claims_that_a_function_put_into_an_id_token_decide_nothing(t: &TestApp) {
    let config = json!({"PreTokenGenerationConfig": {
        "LambdaVersion": "V2_0", "LambdaArn": arn(Trigger::PreTokenGeneration),
    }});
    let s = site_with_api(t, trader()).await;
    let input = json!({"UserPoolId": s.pool, "LambdaConfig": config});
    t.ok("UpdateUserPool", input).await;
    let functions = Played::install(t);
    for scope in [json!("api/read api/write"), json!(["api/read"])] {
        let add =
            json!({"scope": scope, "client_id": {"x": 1}, "act": {"sub": "x"}, "event_id": "x"});
        let details = json!({"idTokenGeneration": {"claimsToAddOrOverride": add}});
        let response = json!({"claimsAndScopeOverrideDetails": details});
        functions.answers(Trigger::PreTokenGeneration, response);
        let tokens = people(t, &s.pool).await;
        let said = claims(&tokens["IdToken"]);
        assert_eq!((&said["scope"], said.get("act")), (&scope, None));
        assert_eq!(said["event_id"], claims(&tokens["AccessToken"])["event_id"]);
        functions.answers(Trigger::PreTokenGeneration, json!({}));
        let input = with(
            exchange(&s.client, &tokens["IdToken"]),
            json!({"SubjectTokenType": "ID_TOKEN"}),
        );
        let derived = t.ok("GetDerivedToken", input).await;
        assert_eq!(derived["Scopes"], json!([]), "{scope}");
    }
}
