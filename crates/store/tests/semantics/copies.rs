//! Snapshots and loads: reading many rows as they were, and adding many at once.

use cognate_store::tables::copies::{self, Copied};
use cognate_store::tables::{jobs, meta};
use cognate_store::{Batch, CommitError, Store, StoreError, Value, params};
use tokio::sync::mpsc;

use crate::engines::on_each_engine;

on_each_engine!(
    a_snapshot_does_not_change,
    a_snapshot_ends_when_nobody_takes_its_rows,
    a_load_adds_all_or_nothing,
    values_of_other_kinds_are_refused,
    a_database_is_emptied_but_for_its_named_values,
);

const COLUMNS: [&str; 3] = ["pool_id", "user_id", "at"];

fn tombstones() -> &'static Copied {
    Copied::named("tombstones").unwrap()
}

fn rows(range: std::ops::Range<i64>) -> Vec<Vec<Value>> {
    range.map(|n| params!["p", format!("u{n:06}"), n]).collect()
}

async fn load(store: &Store, rows: Vec<Vec<Value>>, guard: Batch) -> Result<(), CommitError> {
    let load = tombstones().load(&COLUMNS, rows, guard).unwrap();
    store.load(load).await
}

async fn count(store: &Store) -> i64 {
    let rows = store
        .rows("SELECT COUNT(*) FROM tombstones", params![])
        .await;
    rows.unwrap()[0].int(0).unwrap()
}

async fn a_snapshot_does_not_change(store: &Store) {
    load(store, rows(0..5_000), Batch::new()).await.unwrap();
    let mut snapshot = store.snapshot().await.unwrap();
    load(store, rows(5_000..6_000), Batch::new()).await.unwrap();
    let change = "UPDATE tombstones SET at = -1";
    store
        .commit(Batch::new().run(change, params![]))
        .await
        .unwrap();
    let (to, mut from) = mpsc::channel::<Vec<cognate_store::Row>>(1);
    let taken = tokio::spawn(async move {
        let (mut all, mut portions) = (Vec::new(), 0);
        while let Some(rows) = from.recv().await {
            assert!(rows.len() <= 1_000, "{}", rows.len());
            all.extend(rows);
            portions += 1;
        }
        (all, portions)
    });
    snapshot.stream(tombstones().all(), &to).await.unwrap();
    drop(to);
    let (all, portions) = taken.await.unwrap();
    assert!(portions >= 5, "{portions}");
    let all: Vec<_> = all
        .into_iter()
        .map(cognate_store::Row::into_values)
        .collect();
    assert_eq!(all, rows(0..5_000));
    // A second table of the same moment, and the rows of one pool alone.
    let found = snapshot.all(tombstones().of_pool("q").unwrap()).await;
    assert!(found.unwrap().is_empty());
    let found = snapshot.all(Copied::named("users").unwrap().all()).await;
    assert!(found.unwrap().is_empty());
    assert_eq!(count(store).await, 6_000);
}

async fn a_snapshot_ends_when_nobody_takes_its_rows(store: &Store) {
    load(store, rows(0..3_000), Batch::new()).await.unwrap();
    let mut snapshot = store.snapshot().await.unwrap();
    let (to, from) = mpsc::channel(1);
    drop(from);
    let ended = snapshot.stream(tombstones().all(), &to).await;
    assert_eq!(ended, Err(StoreError::Closed));
}

async fn a_load_adds_all_or_nothing(store: &Store) {
    let named = |value| copies::require_named(Batch::new(), "a restore", value);
    let put = meta::overwrite(Batch::new(), "a restore", "1");
    store.commit(put).await.unwrap();
    load(store, rows(0..100), named("1")).await.unwrap();
    let other = load(store, rows(100..200), named("2")).await;
    assert_eq!(other, Err(CommitError::Conflict(copies::OTHER_RESTORE)));
    assert_eq!(count(store).await, 100);
    // A row that is there.
    let twice = load(store, rows(50..150), named("1")).await;
    assert!(
        matches!(twice, Err(CommitError::Store(StoreError::Constraint(_)))),
        "{twice:?}"
    );
    assert_eq!(count(store).await, 100);
    // What the guard writes is written with the rows, or not at all.
    let (guard, lease) = jobs::add_held(Batch::new(), "k", "j", "me", 7);
    load(store, rows(100..150), guard.clone()).await.unwrap();
    let again = load(store, rows(150..200), guard).await;
    assert_eq!(again, Err(CommitError::Conflict(jobs::LOST)));
    let extended = jobs::extend(Batch::new(), &lease, 9);
    load(store, rows(150..200), extended).await.unwrap();
    assert_eq!(count(store).await, 200);
    // Requests go on.
    store
        .commit(jobs::finish(Batch::new(), &lease))
        .await
        .unwrap();
}

async fn values_of_other_kinds_are_refused(store: &Store) {
    for row in [
        params!["p", "u", "text"],
        params!["p", vec![1_u8], 1],
        params!["p", "a\0b", 1],
        params!["p", "u", None::<i64>],
        params!["p", "u"],
    ] {
        let refused = load(store, vec![row.clone()], Batch::new()).await;
        assert!(
            matches!(refused, Err(CommitError::Store(_))),
            "{row:?} {refused:?}"
        );
    }
    assert_eq!(count(store).await, 0);
    assert!(
        tombstones()
            .load(&["pool_id", "doc"], Vec::new(), Batch::new())
            .is_none()
    );
    load(store, rows(0..1), Batch::new()).await.unwrap();
}

async fn a_database_is_emptied_but_for_its_named_values(store: &Store) {
    assert_eq!(copies::filled(store).await.unwrap(), None);
    load(store, rows(0..6_000), Batch::new()).await.unwrap();
    assert_eq!(copies::filled(store).await.unwrap(), Some("tombstones"));
    let put = meta::overwrite(Batch::new(), "a restore", "1");
    store.commit(put).await.unwrap();
    let other = copies::require_named(Batch::new(), "a restore", "2");
    let refused = copies::empty(store, &other).await;
    assert_eq!(refused, Err(CommitError::Conflict(copies::OTHER_RESTORE)));
    let mine = copies::require_named(Batch::new(), "a restore", "1");
    copies::empty(store, &mine).await.unwrap();
    assert_eq!(count(store).await, 0);
    assert_eq!(copies::filled(store).await.unwrap(), Some("meta"));
}
