//! AnalyticsMetadata: what becomes of the endpoint that a request names.

use cognate_domain::events::read::Reader;
use cognate_domain::jobs::audit_chain::AuditChain;
use cognate_domain::jobs::runner::turn;
use cognate_store::params;
use each_engine::each_engine;
use serde_json::json;

use super::*;

/// The endpoints of the events of a pool, oldest first.
async fn kept(t: &TestApp, pool: &str) -> Vec<Value> {
    let sql = "SELECT doc FROM auth_events WHERE pool_id = ?1 ORDER BY at, event_id";
    let rows = t.app.store.rows(sql, params![pool].to_vec()).await;
    let doc =
        |row: &cognate_store::Row| -> Value { serde_json::from_str(row.text(0).unwrap()).unwrap() };
    let docs: Vec<_> = rows.unwrap().iter().map(doc).collect();
    docs.into_iter()
        .map(|doc| doc["analytics"].clone())
        .collect()
}

#[each_engine]
async fn an_endpoint_is_kept_with_the_event_of_a_client_that_has_statistics(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    set_mode(t, &s.pool, "AUDIT").await;
    let named = |client: &str, endpoint: &str| {
        let said = json!({"AnalyticsMetadata": {"AnalyticsEndpointId": endpoint}});
        with(by_password(client, "jane", PASSWORD), said)
    };
    // A client without statistics.
    t.ok("InitiateAuth", named(&s.client, "e-1")).await;
    let arn =
        "arn:aws:mobiletargeting:us-east-1:123456789012:apps/0123456789abcdef0123456789abcdef";
    let own = json!({"AnalyticsConfiguration": {"ApplicationArn": arn}});
    let made = client_of(t, &s.pool, own.clone()).await;
    assert_eq!(made["AnalyticsConfiguration"]["ApplicationArn"], arn);
    let client = made["ClientId"].as_str().unwrap();
    let described = json!({"UserPoolId": s.pool, "ClientId": client});
    let described = t.ok("DescribeUserPoolClient", described).await;
    assert_eq!(
        described["UserPoolClient"]["AnalyticsConfiguration"],
        made["AnalyticsConfiguration"]
    );
    t.ok("InitiateAuth", named(client, "e-2\n")).await;
    t.ok("InitiateAuth", named(client, &"x".repeat(5_000)))
        .await;
    let said = json!({"AnalyticsMetadata": {"AnalyticsEndpointId": "e-3"}});
    let wrong = with(by_password(client, "jane", "Wrong-1234"), said.clone());
    t.call("InitiateAuth", wrong).await.unwrap_err();
    let up = json!({"ClientId": client, "Username": "joe", "Password": PASSWORD});
    t.ok("SignUp", with(up, said)).await;
    assert_eq!(
        kept(t, &s.pool).await,
        [
            json!(null),
            json!("e-2"),
            json!("x".repeat(100)),
            json!("e-3"),
            json!("e-3")
        ]
    );
    turn::<AuditChain>(&t.app, "one").await.unwrap();
    let reader = Reader {
        store: &t.app.store,
        key: &t.app.trail,
        pool_id: &s.pool,
        account: "000000000000",
    };
    let all = reader.portion(0, 100).await.unwrap().events;
    let of = |kind: &str| all.iter().find(|(_, event)| event.kind == kind).unwrap();
    let data = |kind: &str| of(kind).1.json["data"]["analyticsEndpointId"].clone();
    assert_eq!(data("cognate.user.signed_up"), "e-3");
    assert_eq!(data("cognate.user.created"), json!(null));
}
