//! The grant of token exchange at the token endpoint: the rules of GetDerivedToken, in the words of RFC 8693.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_domain::app::functions::Trigger;
use cognate_domain::errors::oauth::{
    ACTOR_TOKEN_INCOMPLETE, AUDIENCE_AND_RESOURCE, INVALID_CLIENT, INVALID_CLIENT_SECRET,
    INVALID_REQUEST, INVALID_SCOPE, INVALID_TARGET, NO_SUBJECT_TOKEN, OAuthError,
    UNAUTHORIZED_CLIENT,
};
use cognate_domain::oauth::exchange_grant::{self, ExchangeRequest, Exchanged};
use cognate_domain::{Endpoint, audit::About, run};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::get_derived_token::trader;
use super::*;
use crate::oauth::{Outcome, answer, cx, named, refusal as refused_with};
use crate::support::functions::arn;
use crate::support::played::{Played, failures};

pub(super) const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
pub(super) const ID: &str = "urn:ietf:params:oauth:token-type:id_token";
const SAML2: &str = "urn:ietf:params:oauth:token-type:saml2";

/// A client that trades, and its secret.
pub(super) struct Shop {
    pub(super) site: Site,
    secret: String,
}

pub(super) async fn shop(t: &TestApp) -> Shop {
    let site = site_with_api(t, trader()).await;
    let input = json!({"UserPoolId": site.pool, "ClientId": site.client});
    let shown = t.ok("DescribeUserPoolClient", input).await;
    let secret = text(&shown["UserPoolClient"]["ClientSecret"]).to_owned();
    Shop { site, secret }
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

pub(super) fn of(token: &Value) -> ExchangeRequest<'_> {
    ExchangeRequest {
        subject_token: Some(text(token)),
        subject_token_type: Some(ACCESS),
        ..ExchangeRequest::default()
    }
}

async fn traded(
    t: &TestApp,
    client: &str,
    secret: Option<&str>,
    wish: ExchangeRequest<'_>,
) -> Outcome<Exchanged> {
    let cx = cx(t, Endpoint::TokenExchange);
    let client = named(client, secret);
    run(&cx, About::default, || {
        exchange_grant::token(&cx, client, wish)
    })
    .await
}

impl Shop {
    pub(super) async fn trade(&self, t: &TestApp, wish: ExchangeRequest<'_>) -> Outcome<Exchanged> {
        traded(t, &self.site.client, Some(&self.secret), wish).await
    }

    async fn refuses(&self, t: &TestApp, wish: ExchangeRequest<'_>, expected: &OAuthError) {
        let refused = refused_with(self.trade(t, wish).await);
        assert_eq!(refused, *expected);
    }
}

fn worded(kind: OAuthError, text: &str) -> OAuthError {
    OAuthError {
        description: Some(text.to_owned().into()),
        ..kind
    }
}

fn bad_subject() -> OAuthError {
    worded(INVALID_REQUEST, "Invalid Subject Token")
}

fn bad_actor() -> OAuthError {
    worded(INVALID_REQUEST, "Invalid Actor Token")
}

#[each_engine]
async fn the_endpoint_issues_what_the_operation_issues(t: &TestApp) {
    let s = shop(t).await;
    let first = people(t, &s.site.pool).await;
    t.advance(600).await;
    let wish = ExchangeRequest {
        resource: Some("api"),
        ..of(&first["AccessToken"])
    };
    let issued = answer(s.trade(t, wish).await);
    let (old, new) = (claims(&first["AccessToken"]), claims(&json!(issued.token)));
    assert_eq!((issued.kind, issued.token_type), (ACCESS, "Bearer"));
    assert_eq!(
        issued.scope.as_deref(),
        Some("aws.cognito.signin.user.admin")
    );
    let left = old["exp"].as_i64().unwrap() - new["iat"].as_i64().unwrap();
    assert_eq!(issued.expires_in, left);
    assert_eq!(new["aud"], "api");
    for kept in ["sub", "username", "origin_jti", "exp", "iss", "scope"] {
        assert_eq!(old[kept], new[kept], "{kept}");
    }
    assert_eq!(new["client_id"], json!(s.site.client));
    // An ID token, by the name of a service; empty parameters are as good as none.
    let wish = ExchangeRequest {
        requested_token_type: Some(ID),
        audience: Some("https://other.example"),
        resource: Some(""),
        actor_token: Some(""),
        actor_token_type: Some(""),
        subject_provider: Some(""),
        scope: Some(" "),
        ..of(&first["AccessToken"])
    };
    let issued = answer(s.trade(t, wish).await);
    assert_eq!(
        (issued.kind, issued.token_type, issued.scope),
        (ID, "N_A", None)
    );
    let id = claims(&json!(issued.token));
    assert_eq!(
        (&id["token_use"], &id["aud"]),
        (&json!("id"), &json!("https://other.example"))
    );
    // The scopes of an ID token are none.
    let wish = ExchangeRequest {
        subject_token_type: Some(ID),
        requested_token_type: Some(ACCESS),
        ..of(&first["IdToken"])
    };
    assert_eq!(answer(s.trade(t, wish).await).scope.as_deref(), Some(""));
}

#[each_engine]
async fn an_actor_is_named_and_must_be_good(t: &TestApp) {
    let s = shop(t).await;
    let first = people(t, &s.site.pool).await;
    let agent = client_of(t, &s.site.pool, machine()).await;
    let input = json!({"ClientId": agent["ClientId"], "Secret": agent["ClientSecret"]});
    let agent = get_token(t, input).await.unwrap()["AccessToken"].clone();
    let acting = |actor: &'static str| ExchangeRequest {
        actor_token: Some(actor),
        actor_token_type: Some(ACCESS),
        ..ExchangeRequest::default()
    };
    let wish = ExchangeRequest {
        actor_token: Some(text(&agent)),
        actor_token_type: Some(ACCESS),
        ..of(&first["AccessToken"])
    };
    let issued = answer(s.trade(t, wish).await);
    let act = json!({"sub": claims(&agent)["sub"]});
    assert_eq!(claims(&json!(issued.token))["act"], act);
    let token = of(&first["AccessToken"]);
    let with_token = |wish: ExchangeRequest<'static>| ExchangeRequest {
        subject_token: token.subject_token,
        subject_token_type: token.subject_token_type,
        ..wish
    };
    s.refuses(t, with_token(acting("made-up")), &bad_actor())
        .await;
    for half in [
        ExchangeRequest {
            actor_token_type: None,
            ..acting("x")
        },
        ExchangeRequest {
            actor_token: None,
            ..acting("x")
        },
    ] {
        s.refuses(t, with_token(half), &ACTOR_TOKEN_INCOMPLETE)
            .await;
    }
    let odd = ExchangeRequest {
        actor_token_type: Some("urn:ietf:params:oauth:token-type:jwt"),
        ..acting("x")
    };
    let expected = worded(INVALID_REQUEST, "actor_token_type is not supported");
    s.refuses(t, with_token(odd), &expected).await;
    // A machine is no user on whose behalf one could act.
    s.refuses(t, of(&agent), &bad_subject()).await;
    // Each of the two ways has a flow of its own.
    for (flow, of_actor, allowed) in [
        ("ALLOW_TOKEN_EXCHANGE_DELEGATION", true, true),
        ("ALLOW_TOKEN_EXCHANGE_DELEGATION", false, false),
        ("ALLOW_TOKEN_EXCHANGE_IMPERSONATION", true, false),
        ("ALLOW_TOKEN_EXCHANGE_IMPERSONATION", false, true),
    ] {
        let update = json!({
            "UserPoolId": s.site.pool, "ClientId": s.site.client, "ExplicitAuthFlows": [flow],
        });
        t.ok("UpdateUserPoolClient", update).await;
        let wish = if of_actor {
            wish
        } else {
            of(&first["AccessToken"])
        };
        let outcome = s.trade(t, wish).await;
        match allowed {
            true => drop(answer(outcome)),
            false => assert_eq!(refused_with(outcome), UNAUTHORIZED_CLIENT, "{flow}"),
        }
    }
}

#[each_engine]
async fn a_client_proves_itself_by_a_secret(t: &TestApp) {
    let s = shop(t).await;
    let first = people(t, &s.site.pool).await;
    let token = of(&first["AccessToken"]);
    for (client, secret, expected) in [
        (s.site.client.as_str(), None, INVALID_CLIENT_SECRET),
        (&s.site.client, Some("x"), INVALID_CLIENT_SECRET),
        ("unknown", Some("x"), INVALID_CLIENT),
        ("", None, INVALID_CLIENT),
    ] {
        assert_eq!(
            refused_with(traded(t, client, secret, token).await),
            expected
        );
    }
    // One without a secret proves nothing, with what it may send and without.
    let open = client_of(t, &s.site.pool, json!({})).await;
    for secret in [None, Some("x")] {
        let outcome = traded(t, text(&open["ClientId"]), secret, token).await;
        assert_eq!(refused_with(outcome), INVALID_CLIENT_SECRET);
    }
    // One of another pool has other users.
    let other = shop(t).await;
    other.refuses(t, token, &bad_subject()).await;
    // One without the flow.
    let plain = client_of(t, &s.site.pool, json!({"GenerateSecret": true})).await;
    let secret = Some(text(&plain["ClientSecret"]));
    let outcome = traded(t, text(&plain["ClientId"]), secret, token).await;
    assert_eq!(refused_with(outcome), UNAUTHORIZED_CLIENT);
}

#[each_engine]
async fn parameters_are_refused_in_words_of_the_endpoint(t: &TestApp) {
    let s = shop(t).await;
    let first = people(t, &s.site.pool).await;
    let victim = client_of(t, &s.site.pool, json!({})).await["ClientId"].clone();
    let token = of(&first["AccessToken"]);
    let long = "x".repeat(257);
    let many: String = (0..51).map(|n| format!("s{n} ")).collect();
    for (wish, expected) in [
        (
            ExchangeRequest {
                subject_token: None,
                ..token
            },
            NO_SUBJECT_TOKEN,
        ),
        (
            ExchangeRequest {
                subject_token_type: Some(""),
                ..token
            },
            NO_SUBJECT_TOKEN,
        ),
        (
            ExchangeRequest {
                subject_token_type: Some("ACCESS_TOKEN"),
                ..token
            },
            worded(INVALID_REQUEST, "subject_token_type is not supported"),
        ),
        (
            ExchangeRequest {
                requested_token_type: Some(SAML2),
                ..token
            },
            worded(INVALID_REQUEST, "requested_token_type is not supported"),
        ),
        (
            ExchangeRequest {
                requested_token_type: Some("urn:ietf:params:oauth:token-type:refresh_token"),
                ..token
            },
            worded(INVALID_REQUEST, "requested_token_type is not supported"),
        ),
        (
            ExchangeRequest {
                audience: Some("a"),
                resource: Some("api"),
                ..token
            },
            AUDIENCE_AND_RESOURCE,
        ),
        (
            ExchangeRequest {
                resource: Some("nothing"),
                ..token
            },
            worded(INVALID_TARGET, "Resource server nothing does not exist."),
        ),
        (
            ExchangeRequest {
                audience: Some(text(&victim)),
                ..token
            },
            worded(
                INVALID_TARGET,
                "The audience cannot be an app client of the user pool.",
            ),
        ),
        (
            ExchangeRequest {
                audience: Some(&long),
                ..token
            },
            INVALID_TARGET,
        ),
        (
            ExchangeRequest {
                resource: Some("a\"b"),
                ..token
            },
            INVALID_TARGET,
        ),
        (
            ExchangeRequest {
                scope: Some("api/read"),
                ..token
            },
            INVALID_SCOPE,
        ),
        (
            ExchangeRequest {
                scope: Some(&many),
                ..token
            },
            INVALID_SCOPE,
        ),
        (
            ExchangeRequest {
                subject_token_type: Some(SAML2),
                ..token
            },
            worded(
                INVALID_REQUEST,
                "The provider name is required for tokens of type SAML2.",
            ),
        ),
        (
            ExchangeRequest {
                subject_provider: Some("Corp"),
                ..token
            },
            worded(
                INVALID_REQUEST,
                "Identity provider Corp is not enabled for the client.",
            ),
        ),
        (
            ExchangeRequest {
                subject_provider: Some(&long),
                ..token
            },
            worded(
                INVALID_REQUEST,
                "subject_token_provider_name is not supported",
            ),
        ),
    ] {
        s.refuses(t, wish, &expected).await;
    }
    // What the client has of the scopes that are asked for, and the token too.
    let wish = ExchangeRequest {
        scope: Some("api/read  aws.cognito.signin.user.admin openid"),
        ..token
    };
    let issued = answer(s.trade(t, wish).await);
    assert_eq!(
        issued.scope.as_deref(),
        Some("aws.cognito.signin.user.admin")
    );
}

#[each_engine]
async fn tokens_that_are_not_good_are_refused_in_one_text(t: &TestApp) {
    let s = shop(t).await;
    let first = people(t, &s.site.pool).await;
    let good = text(&first["AccessToken"]);
    let (head, rest) = good.split_once('.').unwrap();
    let (body, mac) = rest.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(head).unwrap()).unwrap();
    let with_alg = |alg: &str| {
        let changed = with(header.clone(), json!({"alg": alg}));
        URL_SAFE_NO_PAD.encode(changed.to_string())
    };
    let bad = [
        "made-up".to_owned(),
        format!("{}.{body}.", with_alg("none")),
        format!("{}.{body}.{mac}", with_alg("HS256")),
        format!("{}.{body}.{mac}", with_alg("RS512")),
        format!("{head}.{body}."),
        text(&first["IdToken"]).to_owned(),
        text(&first["RefreshToken"]).to_owned(),
        format!("{good}.{good}"),
        "x".repeat(200_000),
    ];
    for token in bad {
        s.refuses(t, of(&json!(token)), &bad_subject()).await;
    }
    let derived = json!(answer(s.trade(t, of(&first["AccessToken"])).await).token);
    let name = json!({"UserPoolId": s.site.pool, "Username": "jane"});
    t.ok("AdminUserGlobalSignOut", name.clone()).await;
    for token in [&first["AccessToken"], &derived] {
        s.refuses(t, of(token), &bad_subject()).await;
    }
    let again = people(t, &s.site.pool).await["AccessToken"].clone();
    t.ok("AdminDisableUser", name.clone()).await;
    s.refuses(t, of(&again), &bad_subject()).await;
    t.ok("AdminEnableUser", name.clone()).await;
    let again = people(t, &s.site.pool).await["AccessToken"].clone();
    answer(s.trade(t, of(&again)).await);
    t.ok("AdminDeleteUser", name).await;
    s.refuses(t, of(&again), &bad_subject()).await;
    user(t, &s.site.pool, "jane").await;
    let late = people(t, &s.site.pool).await["AccessToken"].clone();
    t.advance(3601).await;
    s.refuses(t, of(&late), &bad_subject()).await;
}

#[each_engine]
async fn a_function_of_the_pool_is_asked_and_may_refuse(t: &TestApp) {
    let s = shop(t).await;
    let first = people(t, &s.site.pool).await;
    let function = json!({"LambdaVersion": "V2_0", "LambdaArn": arn(Trigger::PreTokenGeneration)});
    let config = json!({"PreTokenGenerationConfig": function});
    let input = json!({"UserPoolId": s.site.pool, "LambdaConfig": config});
    t.ok("UpdateUserPool", input).await;
    let functions = Played::install(t);
    let access = json!({"claimsToAddOrOverride": {"via": "trader"}, "scopesToAdd": ["api/write"]});
    let details = json!({"claimsAndScopeOverrideDetails": {"accessTokenGeneration": access}});
    functions.answers(Trigger::PreTokenGeneration, details);
    let issued = answer(s.trade(t, of(&first["AccessToken"])).await);
    let said = claims(&json!(issued.token));
    assert_eq!(
        (&said["via"], &said["scope"]),
        (&json!("trader"), &json!("aws.cognito.signin.user.admin"))
    );
    assert_eq!(
        functions.events()[0]["triggerSource"],
        "TokenGeneration_RefreshTokens"
    );
    for (answer, _, text) in failures(Trigger::PreTokenGeneration) {
        functions.does(Trigger::PreTokenGeneration, move |_| answer.clone());
        let refused = refused_with(s.trade(t, of(&first["AccessToken"])).await);
        assert_eq!(
            (refused.error, refused.description.as_deref()),
            ("invalid_grant", Some(text.as_str()))
        );
    }
}
