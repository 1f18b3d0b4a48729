//! DeleteGroup and the purge of memberships.

use cognate_domain::jobs::group_deletion::{self, GroupDeletion};
use cognate_domain::jobs::runner::Job;
use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::users::pool;

#[each_engine]
async fn a_deleted_group_has_no_members_and_neither_has_its_successor(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    user(t, &pool, "ann").await;
    group(t, &pool, "g", json!({})).await;
    group(t, &pool, "kept", json!({})).await;
    join(t, &pool, "g", "ann").await;
    join(t, &pool, "kept", "ann").await;
    let row = t
        .app
        .store
        .row("SELECT group_id FROM user_groups WHERE name = 'g'", vec![])
        .await
        .unwrap()
        .unwrap();
    let key = group_deletion::key(&pool, row.text(0).unwrap());
    assert_eq!(t.ok("DeleteGroup", named(&pool, "g")).await, Value::Null);
    t.refused("GetGroup", named(&pool, "g"), MISSING.0, MISSING.1)
        .await;
    t.refused("DeleteGroup", named(&pool, "g"), MISSING.0, MISSING.1)
        .await;
    assert_eq!(groups_of(t, &pool, "ann", 0).await, ["kept"]);
    group(t, &pool, "g", json!({})).await;
    assert!(member_names(t, &pool, "g", 0).await.is_empty());
    assert_eq!(groups_of(t, &pool, "ann", 0).await, ["kept"]);
    assert_eq!(
        count(t, "SELECT 1 FROM jobs WHERE kind = 'delete_group'").await,
        1
    );
    assert!(
        GroupDeletion
            .portion(&t.app, &key, "")
            .await
            .unwrap()
            .is_done()
    );
    assert_eq!(count(t, "SELECT 1 FROM group_members").await, 1);
    assert_eq!(groups_of(t, &pool, "ann", 0).await, ["kept"]);
}

#[each_engine]
async fn a_large_group_ends_at_once_and_its_rows_go_in_portions(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    group(t, &pool, "g", json!({})).await;
    let row = t
        .app
        .store
        .row("SELECT group_id FROM user_groups", vec![])
        .await
        .unwrap()
        .unwrap();
    let id = row.text(0).unwrap().to_owned();
    let insert = "INSERT INTO group_members (pool_id, group_id, user_id) VALUES (?1, ?2, ?3)";
    let batch = (0..2_500).fold(Batch::new(), |batch, n| {
        batch.run(insert, params![&pool, &id, format!("u{n}")])
    });
    t.app.store.commit(batch).await.unwrap();
    t.ok("DeleteGroup", named(&pool, "g")).await;
    let mut portions = 1;
    while !GroupDeletion
        .portion(&t.app, &group_deletion::key(&pool, &id), "")
        .await
        .unwrap()
        .is_done()
    {
        portions += 1;
    }
    assert_eq!(
        (portions, count(t, "SELECT 1 FROM group_members").await),
        (3, 0)
    );
}
