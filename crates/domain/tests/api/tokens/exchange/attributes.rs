//! What traded ID tokens say of a user: no more than the first token opened, by however many trades.

use cognate_domain::oauth::authorization::Parameters;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::oauth::flow::{ask, hosted_with, tokens_for};

/// The attributes of jane that tokens of a client without ReadAttributes can hold.
const ALL: [&str; 4] = ["email", "email_verified", "name", "phone_number"];

/// A pool with pages, the user jane, and the resource server `api`.
async fn pool(t: &TestApp) -> Site {
    let s = hosted_with(t, json!({}), json!({})).await;
    let server = json!({
        "UserPoolId": s.pool, "Identifier": "api", "Name": "API",
        "Scopes": [{"ScopeName": "read", "ScopeDescription": "r"}],
    });
    t.ok("CreateResourceServer", server).await;
    s
}

/// Makes a service that may trade tokens, and have these scopes.
async fn service(t: &TestApp, s: &Site, scopes: Value) -> String {
    let settings = json!({
        "GenerateSecret": true, "ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION"],
        "AllowedOAuthScopes": scopes,
    });
    let made = client_of(t, &s.pool, settings).await;
    made["ClientId"].as_str().unwrap().to_owned()
}

/// Trades an access token for an ID token, or the other way, or a token for one of its kind.
async fn traded(t: &TestApp, client: &str, (token, kind): (&Value, &str), wish: Value) -> Value {
    let input = json!({"ClientId": client, "SubjectToken": token, "SubjectTokenType": kind});
    t.ok("GetDerivedToken", with(input, wish)).await["IssuedToken"].clone()
}

async fn id_for(t: &TestApp, client: &str, token: (&Value, &str)) -> Value {
    traded(t, client, token, json!({"RequestedTokenType": "ID_TOKEN"})).await
}

/// Returns the names of the attributes that a token holds.
fn said(token: &Value) -> Vec<&'static str> {
    let claims = claims(token);
    assert!(claims["sub"].is_string());
    let held = |name: &&str| claims.get(*name).is_some();
    ALL.into_iter().filter(held).collect()
}

const ACCESS: &str = "ACCESS_TOKEN";
const ID: &str = "ID_TOKEN";
const NONE: [&str; 0] = [];

#[each_engine]
async fn no_second_trade_brings_back_what_the_first_took_away(t: &TestApp) {
    let s = pool(t).await;
    let of_api = service(t, &s, json!(["api/read"])).await;
    let of_account = service(t, &s, json!(["aws.cognito.signin.user.admin"])).await;
    let people = people(t, &s.pool).await;
    let first = &people["AccessToken"];
    // The scope of the account opens everything.
    let whole = id_for(t, &of_account, (first, ACCESS)).await;
    assert_eq!(said(&whole), ALL);
    // A token without any scope opens nothing, nor does what is traded for it.
    let narrow = traded(t, &of_api, (first, ACCESS), json!({"Resources": ["api"]})).await;
    assert_eq!(claims(&narrow)["scope"], "");
    let id = id_for(t, &of_api, (&narrow, ACCESS)).await;
    assert_eq!(said(&id), NONE);
    for client in [&of_api, &of_account] {
        let second = id_for(t, client, (&id, ID)).await;
        assert_eq!(said(&second), NONE);
        let access = traded(t, client, (&second, ID), json!({})).await;
        let third = id_for(t, client, (&access, ACCESS)).await;
        assert_eq!(said(&third), NONE);
    }
    // An ID token keeps what it said, and what it said alone.
    let again = id_for(t, &of_api, (&people["IdToken"], ID)).await;
    assert_eq!(said(&again), ALL);
    let access = traded(t, &of_api, (&again, ID), json!({})).await;
    assert_eq!(said(&id_for(t, &of_api, (&access, ACCESS)).await), NONE);
}

#[each_engine]
async fn fewer_scopes_open_no_more_attributes(t: &TestApp) {
    let s = pool(t).await;
    let scopes = json!(["openid", "email", "phone", "profile", "api/read"]);
    let all = service(t, &s, scopes).await;
    let some = service(t, &s, json!(["openid", "api/read"])).await;
    let asked = |scope| Parameters {
        scope: Some(scope),
        ..ask(&s.client)
    };
    let email = ["email", "email_verified"];
    for (scope, by_all, by_some) in [
        ("openid email", &email[..], &NONE[..]),
        ("openid email profile", &ALL, &NONE),
        ("openid", &ALL, &ALL),
    ] {
        let tokens = tokens_for(t, &s.client, &asked(scope)).await;
        let access = json!(tokens.access);
        let id = json!(tokens.id);
        assert_eq!(said(&id), by_all, "{scope}");
        let traded_id = id_for(t, &all, (&access, ACCESS)).await;
        assert_eq!(said(&traded_id), by_all, "{scope}");
        assert_eq!(said(&id_for(t, &all, (&id, ID)).await), by_all, "{scope}");
        // `openid` alone opens everything, but where it is all that is left of more.
        let narrow = json!({"Scopes": ["openid"]});
        let narrow = traded(t, &all, (&access, ACCESS), narrow).await;
        assert_eq!(claims(&narrow)["scope"], "openid");
        for (client, token) in [(&all, &narrow), (&some, &access)] {
            let id = id_for(t, client, (token, ACCESS)).await;
            assert_eq!(said(&id), by_some, "{scope}");
            assert_eq!(said(&id_for(t, &all, (&id, ID)).await), by_some, "{scope}");
        }
    }
}
