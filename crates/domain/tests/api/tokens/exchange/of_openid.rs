//! ID tokens of a pool's OpenID providers that are traded for tokens of the pool.

use cognate_domain::app::functions::{InvokeError, Trigger};
use cognate_domain::errors::unconfirmed::federation as unconfirmed;
use cognate_domain::oauth::provider::explain;
use cognate_federation::oidc::id_token::Refused;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::get_derived_token::trader;
use super::*;
use crate::federation::flow::{CORP, Company, company, company_with, recorded, seen, users};
use crate::support::functions::arm;
use crate::support::idp::Answer;
use crate::support::played::Played;
use crate::support::texts::exceptions::INVALID;

const BAD_SUBJECT: (&str, &str) = ("NotAuthorizedException", "Invalid Subject Token");
const BAD_ACTOR: (&str, &str) = ("NotAuthorizedException", "Invalid Actor Token");

/// Returns a client of the company that trades tokens of its provider, and gives the pool a resource server.
pub(super) async fn shop(t: &TestApp, c: &Company) -> String {
    let server = json!({
        "UserPoolId": c.pool, "Identifier": "api", "Name": "API",
        "Scopes": [{"ScopeName": "read", "ScopeDescription": "r"}, {"ScopeName": "write", "ScopeDescription": "w"}],
    });
    t.ok("CreateResourceServer", server).await;
    let offers = json!({"SupportedIdentityProviders": [CORP]});
    let made = client_of(t, &c.pool, with(trader(), offers)).await;
    made["ClientId"].as_str().unwrap().to_owned()
}

/// Returns what the provider says of a user; null takes a member away.
fn payload(t: &TestApp, c: &Company, over: Value) -> Value {
    let now = t.app.clock.service() / 1_000_000;
    let base =
        json!({"iss": c.idp.url, "aud": "our-client", "sub": "u1", "iat": now, "exp": now + 600});
    let mut payload = with(base, over);
    let members = payload.as_object_mut().unwrap();
    members.retain(|_, value| !value.is_null());
    payload
}

pub(super) fn token(t: &TestApp, c: &Company, over: Value) -> String {
    c.idp.token(&c.idp.header(), &payload(t, c, over))
}

fn trade(client: &str, token: &str) -> Value {
    json!({
        "ClientId": client, "SubjectToken": token, "SubjectTokenType": "ID_TOKEN",
        "SubjectTokenProviderName": CORP,
    })
}

async fn refused(t: &TestApp, input: Value, (code, text): (&str, &str)) {
    t.refused("GetDerivedToken", input, code, text).await;
}

#[each_engine]
async fn a_provider_s_token_signs_its_user_in(t: &TestApp) {
    let c = company(t).await;
    let client = shop(t, &c).await;
    let first = token(t, &c, json!({"email": "jane@corp.example", "name": "Jane"}));
    let wanted = json!({"Scopes": ["api/read", "api/write", "openid"], "Resources": ["api"]});
    let input = with(trade(&client, &first), wanted);
    let answer = t.ok("GetDerivedToken", input).await;
    let (old, new) = (claims(&json!(first)), claims(&answer["IssuedToken"]));
    let lifetime = new["exp"].as_i64().unwrap() - new["iat"].as_i64().unwrap();
    assert_eq!(
        answer,
        json!({
            "IssuedToken": answer["IssuedToken"], "IssuedTokenType": "ACCESS_TOKEN", "TokenType": "Bearer",
            "ExpiresIn": lifetime, "Scopes": ["api/read"],
        })
    );
    let jane = seen(t, &c.pool, "Corp_u1").await;
    assert_eq!(jane["UserStatus"], "EXTERNAL_PROVIDER");
    for (name, value) in [
        ("sub", &jane["sub"]),
        ("username", &json!("Corp_u1")),
        ("cognito:groups", &json!([format!("{}_Corp", c.pool)])),
        ("exp", &old["exp"]),
        ("aud", &json!("api")),
        ("scope", &json!("api/read")),
        ("client_id", &json!(client)),
        ("amr", &json!(["fed"])),
        ("token_use", &json!("access")),
    ] {
        assert_eq!(new[name], *value, "{name}");
    }
    assert!(new.get("act").is_none() && new.get("acr").is_none());
    // Once more it counts, for another audience, brings the user up to date, and grants nothing that was not asked for.
    let second = token(t, &c, json!({"name": "Jane Doe"}));
    let wanted = json!({"RequestedTokenType": "ID_TOKEN", "Audiences": ["https://other.example"]});
    for subject in [&second, &second] {
        let input = with(trade(&client, subject), wanted.clone());
        let answer = t.ok("GetDerivedToken", input).await;
        assert_eq!(answer["TokenType"], "N_A");
        assert!(answer.get("Scopes").is_none());
        let id = claims(&answer["IssuedToken"]);
        assert_eq!(
            (&id["sub"], &id["name"]),
            (&jane["sub"], &json!("Jane Doe"))
        );
        assert_eq!(id["aud"], "https://other.example");
    }
    let bare = t.ok("GetDerivedToken", trade(&client, &second)).await;
    assert_eq!(bare["Scopes"], json!([]));
    // It is a token of a session as any other, until that ends.
    let again = json!({
        "ClientId": client, "SubjectToken": answer["IssuedToken"], "SubjectTokenType": "ACCESS_TOKEN",
    });
    let derived = t.ok("GetDerivedToken", again.clone()).await;
    assert_eq!(derived["Scopes"], json!(["api/read"]));
    let jane = json!({"UserPoolId": c.pool, "Username": "Corp_u1"});
    t.ok("AdminUserGlobalSignOut", jane).await;
    refused(t, again, BAD_SUBJECT).await;
    assert_eq!(users(t, &c.pool).await, 1);
    assert_eq!(c.idp.asked("/jwks").len(), 1);
    assert_eq!(c.idp.asked("/user").len() + c.idp.asked("/token").len(), 0);
}

#[each_engine]
async fn a_token_says_how_surely_the_provider_knew_the_user(t: &TestApp) {
    let mapping = json!({"AcrMapping": {"Level4": "gold"}});
    let c = company_with(t, json!({}), mapping, json!({})).await;
    let client = shop(t, &c).await;
    for (said, acr) in [("gold", "urn:cognito:loa:4"), ("x", "urn:cognito:loa:1")] {
        let token = token(t, &c, json!({"acr": said}));
        let answer = t.ok("GetDerivedToken", trade(&client, &token)).await;
        assert_eq!(claims(&answer["IssuedToken"])["acr"], acr);
    }
}

#[each_engine]
async fn scopes_are_those_of_the_client_alone(t: &TestApp) {
    let c = company(t).await;
    let client = shop(t, &c).await;
    let token = token(t, &c, json!({"scope": "api/write", "scp": ["api/write"]}));
    let wide = with(trade(&client, &token), json!({"Scopes": ["api/write"]}));
    let text = "None of the requested scopes can be granted.";
    refused(t, wide, (INVALID, text)).await;
    // Nobody was signed in for it.
    assert_eq!(users(t, &c.pool).await, 0);
    let input = json!({"UserPoolId": c.pool, "Identifier": "api"});
    t.ok("DeleteResourceServer", input).await;
    let gone = with(trade(&client, &token), json!({"Scopes": ["api/read"]}));
    refused(t, gone, (INVALID, text)).await;
}

#[each_engine]
async fn the_functions_of_the_pool_are_called_as_at_a_sign_in(t: &TestApp) {
    let functions = Played::install(t);
    let c = company(t).await;
    let client = shop(t, &c).await;
    let all = [
        Trigger::InboundFederation,
        Trigger::PreSignUp,
        Trigger::PostConfirmation,
        Trigger::PostAuthentication,
        Trigger::PreTokenGeneration,
    ];
    arm(t, &c.pool, &all, json!({})).await;
    let input = trade(
        &client,
        &token(t, &c, json!({"email": "jane@corp.example"})),
    );
    functions.fails(Trigger::PreSignUp, InvokeError::Failed("not today".into()));
    let text = "PreSignUp failed with error not today.";
    refused(t, input.clone(), ("UserLambdaValidationException", text)).await;
    assert_eq!(users(t, &c.pool).await, 0);
    functions.answers(Trigger::PreSignUp, json!({}));
    let change = json!({"claimsToAddOrOverride": {"via": "shop"}});
    let change = json!({"claimsOverrideDetails": change});
    functions.answers(Trigger::PreTokenGeneration, change);
    functions.events();
    let wanted = json!({"RequestedTokenType": "ID_TOKEN"});
    let answer = t.ok("GetDerivedToken", with(input.clone(), wanted)).await;
    assert_eq!(claims(&answer["IssuedToken"])["via"], "shop");
    let events = functions.events();
    let sources: Vec<&Value> = events.iter().map(|event| &event["triggerSource"]).collect();
    assert_eq!(
        sources,
        [
            "InboundFederation_ExternalProvider",
            "PreSignUp_ExternalProvider",
            "PostConfirmation_ConfirmSignUp",
            "PostAuthentication_Authentication",
            "TokenGeneration_RefreshTokens",
        ]
    );
    let attributes = &events[0]["request"]["attributes"];
    assert_eq!(attributes["idToken"]["email"], "jane@corp.example");
    assert_eq!(attributes.as_object().unwrap().len(), 1);
    for event in &events {
        assert_eq!(event["callerContext"]["clientId"], json!(client));
    }
    functions.fails(
        Trigger::PreTokenGeneration,
        InvokeError::Failed("nor now".into()),
    );
    let text = "PreTokenGeneration failed with error nor now.";
    refused(t, input, ("UserLambdaValidationException", text)).await;
}

#[each_engine]
async fn whoever_may_not_sign_in_gets_no_token(t: &TestApp) {
    let c = company(t).await;
    let client = shop(t, &c).await;
    let input = trade(&client, &token(t, &c, json!({})));
    let sub = user(t, &c.pool, "jane").await;
    let source = json!({
        "ProviderName": CORP, "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "u1",
    });
    let to = json!({"ProviderName": "Cognito", "ProviderAttributeValue": "jane"});
    let link = json!({"UserPoolId": c.pool, "DestinationUser": to, "SourceUser": source});
    t.ok("AdminLinkProviderForUser", link).await;
    let answer = t.ok("GetDerivedToken", input.clone()).await;
    assert_eq!(claims(&answer["IssuedToken"])["sub"], json!(sub));
    let jane = json!({"UserPoolId": c.pool, "Username": "jane"});
    t.ok("AdminDisableUser", jane.clone()).await;
    let text = "User is disabled.";
    refused(t, input.clone(), ("NotAuthorizedException", text)).await;
    // Nor may such a user act for somebody.
    user(t, &c.pool, "john").await;
    let john = sign_in(t, &c.client, "john").await;
    let acting = json!({
        "ClientId": client, "SubjectToken": john["AccessToken"], "SubjectTokenType": "ACCESS_TOKEN",
        "ActorToken": input["SubjectToken"], "ActorTokenType": "ID_TOKEN", "ActorTokenProviderName": CORP,
    });
    refused(t, acting.clone(), BAD_ACTOR).await;
    t.ok("AdminEnableUser", jane).await;
    t.ok("GetDerivedToken", acting).await;
    set_status(t, &c.pool, "UNCONFIRMED").await;
    let text = "User is not confirmed.";
    refused(t, input, ("NotAuthorizedException", text)).await;
}

#[each_engine]
async fn claims_that_make_no_user_are_told(t: &TestApp) {
    let pool = json!({"Schema": [{"Name": "email", "Required": true, "Mutable": true}]});
    let c = company_with(t, pool, json!({}), json!({})).await;
    let client = shop(t, &c).await;
    let input = trade(&client, &token(t, &c, json!({})));
    let text = "Invalid user attributes: email: The attribute is required";
    refused(t, input, (INVALID, text)).await;
    assert_eq!(users(t, &c.pool).await, 0);
}

#[each_engine]
async fn whoever_acts_is_named_in_the_words_of_the_provider(t: &TestApp) {
    let c = company(t).await;
    let client = shop(t, &c).await;
    user(t, &c.pool, "john").await;
    let john = sign_in(t, &c.client, "john").await;
    let robot = token(t, &c, json!({"sub": "robot"}));
    let by = |subject: Value| {
        let actor = json!({"ActorToken": robot, "ActorTokenType": "ID_TOKEN", "ActorTokenProviderName": CORP});
        with(subject, actor)
    };
    let own = json!({
        "ClientId": client, "SubjectToken": john["AccessToken"], "SubjectTokenType": "ACCESS_TOKEN",
    });
    let once = t.ok("GetDerivedToken", by(own.clone())).await["IssuedToken"].clone();
    let act = json!({"iss": c.idp.url, "sub": "robot"});
    assert_eq!(claims(&once)["act"], act);
    assert_eq!(claims(&once)["sub"], claims(&john["AccessToken"])["sub"]);
    // An actor need not be a user here, and does not become one.
    assert_eq!(users(t, &c.pool).await, 1);
    let foreign = trade(&client, &token(t, &c, json!({})));
    let answer = t.ok("GetDerivedToken", by(foreign.clone())).await;
    assert_eq!(claims(&answer["IssuedToken"])["act"], act);
    // A token of the pool acts for the provider's user.
    let mixed = json!({"ActorToken": once, "ActorTokenType": "ACCESS_TOKEN"});
    let answer = t.ok("GetDerivedToken", with(foreign, mixed)).await;
    let john = json!({"sub": claims(&once)["sub"]});
    assert_eq!(claims(&answer["IssuedToken"])["act"], john);
    let expired = token(t, &c, json!({"exp": 1}));
    let bad = with(by(own), json!({"ActorToken": expired}));
    refused(t, bad, BAD_ACTOR).await;
    assert!(recorded(t, &c.pool).await.contains("has ended"));
}

#[each_engine]
async fn each_check_ends_in_one_text_and_its_own_row(t: &TestApp) {
    // As long as a MAC under it could count at a sign-in.
    let secret = "a-word-to-hide-of-more-than-32-bytes";
    let c = company(t).await;
    let details = json!({
        "client_id": "our-client", "client_secret": secret, "authorize_scopes": "openid",
        "oidc_issuer": c.idp.url, "attributes_request_method": "GET",
    });
    let update = json!({"UserPoolId": c.pool, "ProviderName": CORP, "ProviderDetails": details});
    t.ok("UpdateIdentityProvider", update).await;
    let client = shop(t, &c).await;
    let now = t.app.clock.service() / 1_000_000;
    let claim = |over| token(t, &c, over);
    let header = |over| {
        c.idp
            .token(&with(c.idp.header(), over), &payload(t, &c, json!({})))
    };
    let good = claim(json!({}));
    let (input, _) = good.rsplit_once('.').unwrap();
    let admin = claim(json!({"sub": "admin"}));
    let swapped = format!(
        "{}.{}.{}",
        good.split('.').next().unwrap(),
        admin.split('.').nth(1).unwrap(),
        good.split('.').nth(2).unwrap()
    );
    let event = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let ended = claim(json!({"exp": now - 100}));
    for (token, check) in [
        ("x".repeat(65_537), Refused::TooLong),
        ("a.b".to_owned(), Refused::Parts),
        (format!("{input}."), Refused::Parts),
        (swapped, Refused::BadSignature),
        (header(json!({"alg": "none"})), Refused::Algorithm),
        (header(json!({"alg": "RS256"})), Refused::KeyOfOtherKind),
        (header(json!({"typ": "at+jwt"})), Refused::OtherType),
        (header(json!({"kid": "k9"})), Refused::UnknownKey),
        (
            hs256(secret.as_bytes(), &payload(t, &c, json!({}))),
            Refused::MacNotShared,
        ),
        (
            claim(json!({"iss": "https://evil.example"})),
            Refused::Issuer,
        ),
        (claim(json!({"aud": "another-client"})), Refused::Audience),
        (
            claim(json!({"aud": ["our-client", "b"]})),
            Refused::AuthorizedParty,
        ),
        (
            claim(json!({"azp": "another-client"})),
            Refused::AuthorizedParty,
        ),
        (claim(json!({"exp": null})), Refused::NoEnd),
        (claim(json!({"exp": now - 181})), Refused::Expired),
        (claim(json!({"iat": now + 600})), Refused::IssuedAhead),
        (claim(json!({"nbf": now + 600})), Refused::NotYet),
        (claim(json!({"sub": null})), Refused::Subject),
        (claim(json!({"events": event})), Refused::OtherType),
    ] {
        refused(t, trade(&client, &token), BAD_SUBJECT).await;
        let row = recorded(t, &c.pool).await;
        let name = explain::id_token(&check).check;
        let begin = format!("The ID token: {check}. Check: {name}.");
        assert!(row.starts_with(&begin), "{row}");
        let end = format!("Identity provider: \"Corp\". Client: {client}.");
        assert!(row.ends_with(&end), "{row}");
    }
    // Clocks that differ make no token that is over already.
    refused(t, trade(&client, &ended), BAD_SUBJECT).await;
    assert!(
        recorded(t, &c.pool)
            .await
            .starts_with("The token has ended.")
    );
    assert_eq!(users(t, &c.pool).await, 0);
    t.ok("GetDerivedToken", trade(&client, &good)).await;
    t.advance(600).await;
    refused(t, trade(&client, &good), BAD_SUBJECT).await;
}

/// Returns a token with a MAC.
fn hs256(secret: &[u8], payload: &Value) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
    use cognate_crypto::client_proof::Mac;
    let encoded = |value: &Value| BASE64URL.encode(value.to_string());
    let input = format!("{}.{}", encoded(&json!({"alg": "HS256"})), encoded(payload));
    let mac = Mac::Hs256.tag(secret, input.as_bytes());
    format!("{input}.{}", BASE64URL.encode(mac))
}

#[each_engine]
async fn a_provider_counts_where_it_is_offered(t: &TestApp) {
    let c = company(t).await;
    let client = shop(t, &c).await;
    let good = token(t, &c, json!({}));
    // Another pool's provider has another name for itself; its client, no such provider.
    let other = company(t).await;
    let theirs = token(t, &other, json!({}));
    refused(t, trade(&client, &theirs), BAD_SUBJECT).await;
    let flows = json!({"GenerateSecret": true, "ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION"]});
    for pool in [&c.pool, &other.pool] {
        let closed = client_of(t, pool, flows.clone()).await;
        let input = trade(closed["ClientId"].as_str().unwrap(), &good);
        let text = "Identity provider Corp is not enabled for the client.";
        refused(t, input, (INVALID, text)).await;
    }
    for (kind, text) in [
        (
            "ACCESS_TOKEN",
            "Tokens of type ACCESS_TOKEN are not supported for identity providers of type OIDC.",
        ),
        (
            "SAML2",
            "Tokens of type SAML2 are not supported for identity providers of type OIDC.",
        ),
    ] {
        let input = with(trade(&client, &good), json!({"SubjectTokenType": kind}));
        refused(t, input, (INVALID, text)).await;
    }
    // A token of the pool is none of the provider's, and the other way round.
    user(t, &c.pool, "jane").await;
    let jane = sign_in(t, &c.client, "jane").await;
    let own = trade(&client, jane["IdToken"].as_str().unwrap());
    refused(t, own, BAD_SUBJECT).await;
    let mut nameless = trade(&client, &good);
    nameless
        .as_object_mut()
        .unwrap()
        .remove("SubjectTokenProviderName");
    refused(t, nameless, BAD_SUBJECT).await;
    t.ok("GetDerivedToken", trade(&client, &good)).await;
    let provider = json!({"UserPoolId": c.pool, "ProviderName": CORP});
    t.ok("DeleteIdentityProvider", provider).await;
    let text = "Identity provider Corp does not exist.";
    refused(
        t,
        trade(&client, &good),
        ("ResourceNotFoundException", text),
    )
    .await;
}

#[each_engine]
async fn keys_that_do_not_come_are_told(t: &TestApp) {
    let c = company(t).await;
    let client = shop(t, &c).await;
    let input = trade(&client, &token(t, &c, json!({})));
    for (answer, text) in [
        (Answer::Of(500, String::new()), unconfirmed::NO_KEYS),
        (Answer::ok("{\"keys\":[]}"), unconfirmed::NO_KEYS),
        (Answer::Reset, "Connection reset"),
        (Answer::Silence, "Timeout in calling jwks uri"),
    ] {
        c.idp.answers("/jwks", answer);
        refused(t, input.clone(), ("NotAuthorizedException", text)).await;
        assert!(recorded(t, &c.pool).await.contains("key"));
    }
    c.idp.publish(&[c.idp.jwk()]);
    t.ok("GetDerivedToken", input).await;
}

#[each_engine]
async fn keys_of_two_providers_on_one_host_are_kept_apart(t: &TestApp) {
    let c = company(t).await;
    let client = shop(t, &c).await;
    // Another tenant of the same host, with a key of its own.
    let details = json!({
        "client_id": "our-client", "client_secret": "a-word-to-hide", "authorize_scopes": "openid",
        "oidc_issuer": c.idp.url, "attributes_request_method": "GET", "authorize_url": format!("{}/a", c.idp.url),
        "token_url": format!("{}/t", c.idp.url), "attributes_url": format!("{}/u", c.idp.url),
        "jwks_uri": format!("{}/tenant", c.idp.url),
    });
    let request = crate::support::providers::provider(&c.pool, "Tenant", "OIDC", details);
    t.ok("CreateIdentityProvider", request).await;
    let offers = json!({"UserPoolId": c.pool, "ClientId": client, "SupportedIdentityProviders": [CORP, "Tenant"]});
    t.ok("UpdateUserPoolClient", with(trader_update(), offers))
        .await;
    t.app.cache.forget(&c.pool, Some(&client));
    c.idp.answers("/tenant", Answer::ok(json!({"keys": []})));
    let good = token(t, &c, json!({}));
    let actor = json!({"ActorToken": good, "ActorTokenType": "ID_TOKEN", "ActorTokenProviderName": "Tenant"});
    let input = with(trade(&client, &good), actor);
    refused(t, input, ("NotAuthorizedException", unconfirmed::NO_KEYS)).await;
    assert_eq!(
        (c.idp.asked("/jwks").len(), c.idp.asked("/tenant").len()),
        (1, 1)
    );
    assert_eq!(users(t, &c.pool).await, 0);
}

/// Returns the settings of [`trader`] that an update may name.
fn trader_update() -> Value {
    let mut settings = trader();
    settings.as_object_mut().unwrap().remove("GenerateSecret");
    settings
}
