//! InboundFederation, called as the federation will call it.

use cognate_crypto::random;
use cognate_domain::app::functions::Trigger;
use cognate_domain::audit::About;
use cognate_domain::signin::inbound_federation::{Arrival, Claims, Said, attributes};
use cognate_domain::signin::{At, Surface};
use cognate_domain::{Caller, ClientInfo, Cx, Endpoint, run};
use cognate_shapes::IdentityProviderTypeType;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::event;
use crate::support::functions::arn;
use crate::support::played::{Played, UNRECOGNIZABLE, failures};
use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

const SOURCE: &str = "InboundFederation_ExternalProvider";

async fn map(t: &TestApp, s: &Site, arrival: &Arrival<'_>) -> Result<Option<Value>, Refusal> {
    let (caller, from) = (Caller::Public, ClientInfo::default());
    let cx = Cx::new(&t.app, Endpoint::SignIn, caller, from, random::uuid_v4());
    let mapped = run(&cx, About::default, || async {
        let (pool, client) = cx.client(&s.client).await?;
        let at = At {
            surface: Surface::Page,
            pool: &pool,
            client: &client,
            metadata: None,
        };
        attributes(&cx, at, arrival).await
    });
    match mapped.await {
        Ok(mapped) => Ok(mapped.map(Value::Object)),
        Err(error) => Err((error.code.as_str().into(), error.message.into_owned())),
    }
}

async fn armed(t: &TestApp) -> Site {
    let function = json!({"LambdaVersion": "V1_0", "LambdaArn": arn(Trigger::InboundFederation)});
    let config = json!({"LambdaConfig": {"InboundFederation": function}});
    site_with(t, config, json!({})).await
}

fn object(value: Value) -> Claims {
    value.as_object().unwrap().clone()
}

#[each_engine]
async fn the_function_sees_all_that_the_provider_said(t: &TestApp) {
    let s = armed(t).await;
    let functions = Played::install(t);
    let tokens = object(json!({"access_token": "a", "expires_in": 3600}));
    let id = object(json!({"sub": "7", "email_verified": true}));
    let info = object(json!({"email": "Jane@Example.com", "groups": ["a", "b"]}));
    let by_oauth = Arrival {
        provider: "Google",
        kind: IdentityProviderTypeType::Google,
        username: "Google_7",
        said: Said::OAuth {
            token_response: Some(&tokens),
            id_token: Some(&id),
            user_info: Some(&info),
        },
    };
    let at = (s.pool.as_str(), s.client.as_str());
    let prefilled = json!({"userAttributesToMap": {}});
    assert_eq!(map(t, &s, &by_oauth).await, Ok(None));
    let said = json!({"tokenResponse": tokens, "idToken": id, "userInfo": info});
    let request = json!({"providerName": "Google", "providerType": "Google", "attributes": said});
    assert_eq!(
        functions.events(),
        [event(at, SOURCE, "Google_7", request, prefilled.clone())]
    );
    let without = Arrival {
        said: Said::OAuth {
            token_response: Some(&tokens),
            id_token: None,
            user_info: None,
        },
        ..by_oauth
    };
    assert_eq!(map(t, &s, &without).await, Ok(None));
    let said = &functions.events()[0]["request"]["attributes"];
    assert_eq!(*said, json!({"tokenResponse": tokens}));

    let assertion = object(json!({"mail": "jane@example.com"}));
    let by_saml = Arrival {
        provider: "Corp",
        kind: IdentityProviderTypeType::Saml,
        username: "Corp_jane",
        said: Said::Saml(&assertion),
    };
    let replaced = json!({"mail": "other@example.com", "level": 3, "admin": false});
    let response = json!({"userAttributesToMap": replaced});
    functions.answers(Trigger::InboundFederation, response);
    assert_eq!(map(t, &s, &by_saml).await, Ok(Some(replaced)));
    let said = json!({"samlResponse": assertion});
    let request = json!({"providerName": "Corp", "providerType": "SAML", "attributes": said});
    assert_eq!(
        functions.events(),
        [event(at, SOURCE, "Corp_jane", request, prefilled)]
    );
}

#[each_engine]
async fn nothing_of_it_changes_what_is_mapped(t: &TestApp) {
    let said = object(json!({"mail": "jane@example.com"}));
    let arrival = Arrival {
        provider: "Corp",
        kind: IdentityProviderTypeType::Saml,
        username: "Corp_jane",
        said: Said::Saml(&said),
    };
    let s = site(t).await;
    assert_eq!(map(t, &s, &arrival).await, Ok(None));
    let s = armed(t).await;
    let functions = Played::install(t);
    for response in [
        json!({}),
        json!({"userAttributesToMap": {}}),
        json!({"userAttributesToMap": null}),
    ] {
        functions.answers(Trigger::InboundFederation, response);
        assert_eq!(map(t, &s, &arrival).await, Ok(None));
    }
    for wrong in [json!([]), json!("mail"), json!(7)] {
        let response = json!({"userAttributesToMap": wrong});
        functions.answers(Trigger::InboundFederation, response);
        assert_eq!(map(t, &s, &arrival).await, Err(refusal(UNRECOGNIZABLE)));
    }
    for (answer, code, text) in failures(Trigger::InboundFederation) {
        functions.does(Trigger::InboundFederation, move |_| answer.clone());
        assert_eq!(
            map(t, &s, &arrival).await,
            Err((code.to_owned(), text)),
            "{code}"
        );
    }
}
