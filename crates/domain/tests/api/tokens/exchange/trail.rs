//! Tokens of the pool that are traded, in the audit trail.

use cognate_domain::oauth::exchange_grant::ExchangeRequest;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::at_endpoint::{ACCESS, ID, of, shop, text};
use super::of_openid;
use super::*;
use crate::federation::flow::{CORP, company};
use crate::oauth::{answer, refusal as refused_with};

#[each_engine]
async fn each_trade_is_in_the_trail(t: &TestApp) {
    let s = shop(t).await;
    let first = people(t, &s.site.pool).await;
    let agent = client_of(t, &s.site.pool, machine()).await;
    let input = json!({"ClientId": agent["ClientId"], "Secret": agent["ClientSecret"]});
    let agent = get_token(t, input).await.unwrap()["AccessToken"].clone();
    let for_api = ExchangeRequest {
        resource: Some("api"),
        ..of(&first["AccessToken"])
    };
    let acting = ExchangeRequest {
        actor_token: Some(text(&agent)),
        actor_token_type: Some(ACCESS),
        requested_token_type: Some(ID),
        ..of(&first["AccessToken"])
    };
    for wish in [for_api, acting] {
        answer(s.trade(t, wish).await);
        t.advance(1).await;
    }
    // The other entrance, and a trade that is refused.
    let input = json!({
        "ClientId": s.site.client, "SubjectToken": first["AccessToken"], "SubjectTokenType": "ACCESS_TOKEN",
    });
    t.ok("GetDerivedToken", input).await;
    let wrong = ExchangeRequest {
        resource: Some("unknown"),
        ..of(&first["AccessToken"])
    };
    refused_with(s.trade(t, wrong).await);
    let sql = "SELECT doc FROM audit WHERE pool_id = ?1 AND doc LIKE '%ExchangeToken%' ORDER BY at";
    let params = cognate_store::params![&s.site.pool];
    let rows = t.app.store.rows(sql, params).await.unwrap();
    let rows = rows.iter().map(|row| row.text(0).unwrap());
    let rows: Vec<Value> = rows.map(|doc| serde_json::from_str(doc).unwrap()).collect();
    let (client, scope) = (&s.site.client, "scope=aws.cognito.signin.user.admin");
    let actor = claims(&agent)["sub"].clone();
    let details: Vec<&str> = rows.iter().map(|row| text(&row["detail"])).collect();
    assert_eq!(
        details,
        [
            format!("client={client} aud=api {scope}"),
            format!("client={client} act={:?}", text(&actor)),
            format!("client={client} {scope}"),
        ]
    );
    let sub = &claims(&first["AccessToken"])["sub"];
    for row in &rows {
        let said = (&row["operation"], &row["user"], &row["result"]);
        assert_eq!(said, (&json!("ExchangeToken"), sub, &json!("ok")));
    }
}

#[each_engine]
async fn a_name_that_somebody_else_chose_is_one_word_there(t: &TestApp) {
    let c = company(t).await;
    let client = of_openid::shop(t, &c).await;
    user(t, &c.pool, "john").await;
    let john = sign_in(t, &c.client, "john").await;
    let actor = of_openid::token(t, &c, json!({"sub": "bob scope=admin \" x=1"}));
    let input = json!({
        "ClientId": client, "SubjectToken": john["AccessToken"], "SubjectTokenType": "ACCESS_TOKEN",
        "ActorToken": actor, "ActorTokenType": "ID_TOKEN", "ActorTokenProviderName": CORP,
    });
    t.ok("GetDerivedToken", input).await;
    let sql = "SELECT doc FROM audit WHERE pool_id = ?1 AND doc LIKE '%ExchangeToken%'";
    let params = cognate_store::params![&c.pool];
    let rows = t.app.store.rows(sql, params).await.unwrap();
    let doc: Value = serde_json::from_str(rows[0].text(0).unwrap()).unwrap();
    let expected = format!(
        r#"client={client} act="bob scope=admin \" x=1" scope=aws.cognito.signin.user.admin"#
    );
    assert_eq!(doc["detail"], expected);
}
