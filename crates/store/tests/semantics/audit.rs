//! The audit trail: paging by time, and forgetting the oldest.

use cognate_store::tables::audit::{self, AuditRow, FORGET_ROWS, Place};
use cognate_store::{Batch, Store};
use rusqlite::Connection;

use crate::engines::{Folder, on_each_engine, sqlite};

/// Inserts rows of three pools, several of them of the same moment.
async fn seed(store: &Store) -> Vec<AuditRow> {
    let mut rows = Vec::new();
    for at in [5, 6, 6, 6, 7] {
        for pool_id in ["", "a", "b"] {
            let audit_id = format!("{:02}", 99 - rows.len());
            rows.push(AuditRow {
                pool_id: pool_id.into(),
                at,
                doc: format!("{{\"n\":{audit_id}}}"),
                audit_id,
            });
        }
    }
    let insert =
        |batch, row: &AuditRow| audit::insert(batch, &row.pool_id, row.at, &row.audit_id, &row.doc);
    store
        .commit(rows.iter().fold(Batch::new(), insert))
        .await
        .unwrap();
    rows
}

/// Everything from `until` back to `since`, read in pages of `limit`.
async fn all(
    store: &Store,
    pool: Option<&str>,
    since: i64,
    until: i64,
    limit: u32,
) -> Vec<AuditRow> {
    let (mut found, mut place) = (Vec::new(), Place::at(until));
    loop {
        let page = audit::newest(store, pool, since, &place, limit)
            .await
            .unwrap();
        assert!(page.len() <= usize::try_from(limit).unwrap());
        let Some(last) = page.last() else {
            return found;
        };
        place = Place::of(last);
        found.extend(page);
    }
}

async fn pages_are_in_the_order_of_time_whatever_their_size(store: &Store) {
    let mut rows = seed(store).await;
    rows.sort_by(|x, y| (y.at, &y.pool_id, &y.audit_id).cmp(&(x.at, &x.pool_id, &x.audit_id)));
    for limit in [1, 2, 4, 100] {
        assert_eq!(all(store, None, 0, i64::MAX, limit).await, rows, "{limit}");
        let of = |wanted: &str| -> Vec<AuditRow> {
            rows.iter()
                .filter(|row| row.pool_id == wanted)
                .cloned()
                .collect()
        };
        for pool in ["", "a", "b", "c"] {
            let found = all(store, Some(pool), 0, i64::MAX, limit).await;
            assert_eq!(found, of(pool), "{pool} {limit}");
        }
    }
}

async fn a_span_has_its_beginning_and_not_its_end(store: &Store) {
    seed(store).await;
    for (since, until, wanted) in [(5, 6, 3), (6, 7, 9), (6, 8, 12), (8, 9, 0), (7, 6, 0)] {
        assert_eq!(all(store, None, since, until, 4).await.len(), wanted);
        assert_eq!(
            all(store, Some("a"), since, until, 4).await.len(),
            wanted / 3
        );
    }
}

async fn the_oldest_go_a_portion_at_a_time(store: &Store) {
    let mut batch = Batch::new();
    for n in 0..1_500 {
        batch = audit::insert(batch, "p", n, &format!("{n}"), "{}");
    }
    store.commit(batch).await.unwrap();
    assert!(!audit::has_older(store, 0).await.unwrap());
    assert!(audit::has_older(store, 1).await.unwrap());
    let forget = || async {
        let batch = audit::forget(Batch::new(), 1_400);
        store.commit(batch).await.unwrap().touched()
    };
    assert_eq!(forget().await, FORGET_ROWS);
    // The oldest went first.
    assert!(!audit::has_older(store, 1_000).await.unwrap());
    assert_eq!(forget().await, 400);
    assert_eq!(forget().await, 0);
    assert!(!audit::has_older(store, 1_400).await.unwrap());
    assert_eq!(all(store, None, 0, i64::MAX, 500).await.len(), 100);
}

on_each_engine!(
    pages_are_in_the_order_of_time_whatever_their_size,
    a_span_has_its_beginning_and_not_its_end,
    the_oldest_go_a_portion_at_a_time,
);

#[tokio::test]
async fn every_read_of_the_trail_goes_by_an_index_and_sorts_nothing() {
    let folder = Folder::new();
    let store = sqlite(&folder).await;
    let connection = Connection::open(folder.path().join("test.db")).unwrap();
    let source = include_str!("../../src/tables/audit.rs");
    let mut seen = 0;
    for sql in crate::catalogue::statements(source) {
        if sql.starts_with("INSERT") {
            continue;
        }
        let mut plan = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let unbound = vec![rusqlite::types::Null; plan.parameter_count()];
        let steps: Vec<String> = plan
            .query_map(rusqlite::params_from_iter(unbound), |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let steps = steps.join(" / ");
        assert!(steps.contains("SEARCH audit USING"), "{sql}: {steps}");
        assert!(!steps.contains("TEMP B-TREE"), "{sql}: {steps}");
        assert!(!steps.contains("SCAN audit"), "{sql}: {steps}");
        seen += 1;
    }
    assert_eq!(seen, 4);
    store.close().await;
}
