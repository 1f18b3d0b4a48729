//! AcrMapping: how surely a provider of OpenID Connect knew a user, in its words and in the pool's.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::flow::*;
use crate::oauth::flow::*;
use crate::support::TestApp;

fn mapping() -> Value {
    json!({"AcrMapping": {"Level2": "silver", "Level3": "urn:gold"}})
}

#[each_engine]
async fn a_provider_is_asked_in_its_own_words(t: &TestApp) {
    let own = json!({"AcrConfiguration": {"Level3": {"AcrValue": "high"}}});
    let c = company_with(t, own, mapping(), json!({})).await;
    for (wish, asked) in [
        (None, None),
        (Some("high"), Some("urn:gold")),
        (Some("high urn:cognito:loa:2"), Some("urn:gold silver")),
        (Some("urn:cognito:loa:2 high high"), Some("silver urn:gold")),
        (Some("urn:cognito:loa:4 high unknown"), Some("urn:gold")),
        // Levels that the provider has no word for, names that the pool does not have, and words of the provider itself.
        (Some("urn:cognito:loa:1 urn:cognito:loa:4"), None),
        (Some("urn:cognito:loa:3"), None),
        (Some("silver"), None),
    ] {
        let journey = depart_wishing(t, &c, wish).await;
        let sent = journey.sent.get("acr_values").map(String::as_str);
        assert_eq!(sent, asked, "{wish:?}");
    }
    let c = company(t).await;
    let journey = depart_wishing(t, &c, Some("urn:cognito:loa:2")).await;
    assert_eq!(journey.sent.get("acr_values"), None);
}

#[each_engine]
async fn what_a_provider_says_becomes_a_level_of_the_pool(t: &TestApp) {
    let own = json!({"AcrConfiguration": {"Level2": {"AcrValue": "medium"}}});
    let c = company_with(t, own, mapping(), json!({})).await;
    for (said, acr) in [
        (json!("silver"), json!("medium")),
        (json!("urn:gold"), json!("urn:cognito:loa:3")),
        // What is not in the mapping is the lowest level, a name of the pool too.
        (json!("SILVER"), json!("urn:cognito:loa:1")),
        (json!("urn:cognito:loa:4"), json!("urn:cognito:loa:1")),
        (json!(3), json!("urn:cognito:loa:1")),
    ] {
        let claims = enter(t, &c, json!({ "acr": said })).await;
        assert_eq!(claims["acr"], acr, "{said}");
        assert_eq!(claims["amr"], json!(["fed"]));
    }
    for said in [json!({}), json!({"acr": null})] {
        let claims = enter(t, &c, said).await;
        assert_eq!((claims.get("acr"), &claims["amr"]), (None, &json!(["fed"])));
    }
    // Without a mapping the words mean nothing here.
    let clear = json!({"UserPoolId": c.pool, "ProviderName": CORP, "AcrMapping": {}});
    t.ok("UpdateIdentityProvider", clear).await;
    let claims = enter(t, &c, json!({"acr": "silver"})).await;
    assert_eq!(claims.get("acr"), None);
}

#[each_engine]
async fn the_word_of_the_user_info_endpoint_is_no_level(t: &TestApp) {
    let c = company_with(t, json!({}), mapping(), json!({})).await;
    let journey = depart(t, &c).await;
    vouch(t, &c, &journey, &json!({}));
    let info = json!({"sub": "u1", "acr": "urn:gold"});
    c.idp
        .answers("/user", crate::support::idp::Answer::ok(info));
    let finished = back(t, &journey, journey.with_code()).await.unwrap();
    let claims = identity(t, &c, &finished.unwrap()).await;
    assert_eq!(claims.get("acr"), None);
}

#[each_engine]
async fn a_browser_goes_back_to_a_provider_that_may_be_surer(t: &TestApp) {
    let c = company_with(t, json!({}), mapping(), json!({})).await;
    for (said, wish, answers) in [
        (json!({"acr": "silver"}), None, true),
        (json!({"acr": "silver"}), Some("urn:cognito:loa:2"), true),
        (json!({"acr": "silver"}), Some("urn:cognito:loa:3"), false),
        (json!({"acr": "silver"}), Some("unknown"), true),
        (json!({"acr": "urn:gold"}), Some("urn:cognito:loa:3"), true),
        // Who never says it will not say it the next time.
        (json!({}), Some("urn:cognito:loa:3"), true),
    ] {
        let finished = visit(t, &c, said.clone()).await.unwrap();
        let journey = depart_wishing(t, &c, wish).await;
        let wished = &journey.authorization;
        let session = session_of(t, wished, HOST, cookie(&finished)).await;
        let now = t.app.clock.service();
        let answered = session.unwrap().answers(wished, now);
        assert_eq!(answered, answers, "{said} {wish:?}");
    }
}
