//! The pool whose whole issuer a host is.

use cognate_domain::records::pool::Issuer;
use cognate_domain::tokens::issuer;
use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::users::pool;

const HOST: &str = "id.example";

async fn set(t: &TestApp, pool: &str, own: Option<&str>) {
    let own = own.map(|url| Issuer::Custom(url.to_owned()));
    let (store, root, now) = (&t.app.store, &t.app.root, t.app.clock.service());
    issuer::set(store, root, now, pool, own.as_ref())
        .await
        .unwrap();
    t.app.cache.forget(pool, None);
}

async fn found(t: &TestApp, host: &str) -> Option<String> {
    let found = issuer::pool_at(&t.app, host).await.unwrap();
    found.map(|pool| pool.id.clone())
}

#[each_engine]
async fn a_host_leads_to_the_one_pool_whose_whole_issuer_it_is(t: &TestApp) {
    let (first, second) = (pool(t, json!({})).await, pool(t, json!({})).await);
    assert_eq!(found(t, HOST).await, None);
    for (own, host) in [
        ("https://id.example", HOST),
        ("http://id.example", HOST),
        ("https://ID.Example:443", HOST),
        ("http://id.example:80", HOST),
        ("https://id.example:8443", "id.example:8443"),
        ("http://[::1]:9229", "[::1]:9229"),
    ] {
        set(t, &first, Some(own)).await;
        assert_eq!(found(t, host).await, Some(first.clone()), "{own}");
        for other in [
            "",
            "example",
            "%",
            "id.example.evil.example",
            "id.example:1",
        ] {
            assert_eq!(found(t, other).await, None, "{own} {other}");
        }
    }
    // Clients look elsewhere for an issuer with a path, and a gateway's is another one.
    for own in [Some("https://id.example/x"), None] {
        set(t, &first, own).await;
        assert_eq!(found(t, HOST).await, None, "{own:?}");
    }
    // Of two pools neither is the one.
    set(t, &first, Some("https://id.example")).await;
    set(t, &second, Some("http://id.example")).await;
    assert_eq!(found(t, HOST).await, None);
    set(t, &second, Some("https://id.example/second")).await;
    assert_eq!(found(t, HOST).await, Some(first.clone()));
    t.ok("DeleteUserPool", json!({"UserPoolId": first})).await;
    assert_eq!(found(t, HOST).await, None);
    // A deleted pool is not counted.
    set(t, &second, Some("https://id.example")).await;
    assert_eq!(found(t, HOST).await, Some(second));
}

#[each_engine]
async fn a_host_that_was_written_into_the_database_leads_nowhere(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let sql = "UPDATE pools SET issuer_host = ?2 WHERE pool_id = ?1";
    for own in [
        None,
        Some("https://id.example"),
        Some("https://id.example/x"),
    ] {
        set(t, &pool, own).await;
        let batch = Batch::new().run(sql, params![&pool, "evil.example"]);
        t.app.store.commit(batch).await.unwrap();
        t.app.cache.clear();
        assert_eq!(found(t, "evil.example").await, None, "{own:?}");
    }
}
