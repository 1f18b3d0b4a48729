//! A recovery believes the audit trail when it looks for users who came after its target: only rows that are signed.

use cognate_domain::audit::Entry;
use cognate_store::Batch;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::signin;

/// Does the preview; returns the status after it.
async fn previewed(t: &TestApp, pool: &str, id: &str) -> String {
    let (mut job, key) = (RecoveryPreview::default(), job_key(pool, id));
    while !job.portion(&t.app, &key, "").await.unwrap().is_done() {}
    status(t, pool, id).await
}

#[each_engine]
async fn a_row_that_somebody_made_up_deletes_nobody(t: &TestApp) {
    let s = world(t, json!({})).await;
    signin::user(t, &s.pool, "jane").await;
    let jane = json!({"UserPoolId": s.pool, "Username": "jane"});
    let found = t.ok("AdminGetUser", jane.clone()).await;
    let sub = found["UserAttributes"].as_array().unwrap().iter();
    let mut sub = sub.filter(|attribute| attribute["Name"] == "sub");
    let sub = sub.next().unwrap()["Value"].as_str().unwrap().to_owned();
    let target = moment(t).await;
    let id = initiate(t, &s.pool, target).await;
    let now = t.app.clock.service();
    let doc = json!({"operation": "ImportUsers", "born": [sub]}).to_string();
    // A MAC of another row beside it.
    let sql = "INSERT INTO audit (pool_id, at, audit_id, doc, row_mac) \
               SELECT ?1, CAST(?2 AS BIGINT), 'made up', ?3, row_mac FROM audit WHERE pool_id = ?1 LIMIT 1";
    let batch = Batch::new().run(sql, params![&s.pool, now, &doc]);
    t.app.store.commit(batch).await.unwrap();
    assert_eq!(
        previewed(t, &s.pool, &id).await,
        "PREVIEW_GENERATION_FAILED"
    );
    t.ok("AdminGetUser", jane.clone()).await;

    // The same row, signed, is believed: that is what the signature is for.
    let remove = "DELETE FROM audit WHERE audit_id = 'made up'";
    t.app
        .store
        .commit(Batch::new().run(remove, params![]))
        .await
        .unwrap();
    let id = initiate(t, &s.pool, target).await;
    let born = [sub];
    let entry = Entry {
        operation: "ImportUsers",
        born: &born,
        ..Entry::default()
    };
    let batch = entry.append(Batch::new(), &s.pool, t.app.clock.service());
    t.app.store.commit(batch).await.unwrap();
    let counts: BTreeMap<String, [i64; 3]> = preview(t, &s.pool, &id).await;
    assert_eq!(counts["Users"], [0, 0, 1]);
    let _: Value = t.ok("AdminGetUser", jane).await;
}
