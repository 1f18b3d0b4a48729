//! Batches: all or nothing, with requirements and guards.

use cognate_store::{Batch, CommitError, Label, Store, StoreError, params};

use crate::engines::on_each_engine;

const PUT: &str = "INSERT INTO meta (name, value) VALUES (?1, ?2)";
const SET: &str = "UPDATE meta SET value = ?2 WHERE name = ?1";
const GET: &str = "SELECT value FROM meta WHERE name = ?1";
const ANY: &str = "SELECT value FROM meta WHERE name >= ?1 ORDER BY name";
const SET_ALL: &str = "UPDATE meta SET value = ?2 WHERE name >= ?1";
const TAKE_ALL: &str = "DELETE FROM meta WHERE name >= ?1 RETURNING name, value";

const FIRST: Label = Label("first");
const SECOND: Label = Label("second");

async fn value(store: &Store, name: &str) -> Option<String> {
    let row = store.row(GET, params![name]).await.unwrap();
    row.map(|row| row.text(0).unwrap().to_owned())
}

async fn a_batch_is_applied_as_a_whole(store: &Store) {
    let batch = Batch::new()
        .run(PUT, params!["a", "1"])
        .one(PUT, params!["b", "2"], FIRST)
        .one(SET, params!["a", "3"], SECOND);
    let outcome = store.commit(batch).await.unwrap();
    assert_eq!(outcome.counts, [1, 1, 1]);
    assert_eq!(value(store, "a").await.as_deref(), Some("3"));
    assert_eq!(value(store, "b").await.as_deref(), Some("2"));
}

async fn an_unmet_requirement_undoes_everything(store: &Store) {
    let batch = Batch::new()
        .run(PUT, params!["a", "1"])
        .one(SET, params!["missing", "2"], FIRST)
        .one(SET, params!["missing", "3"], SECOND);
    assert_eq!(store.commit(batch).await, Err(CommitError::Conflict(FIRST)));
    assert_eq!(value(store, "a").await, None);
}

async fn a_violated_uniqueness_is_the_conflict_of_its_statement(store: &Store) {
    store
        .commit(Batch::new().run(PUT, params!["a", "1"]))
        .await
        .unwrap();
    let batch = Batch::new()
        .one(PUT, params!["b", "2"], FIRST)
        .one(PUT, params!["a", "2"], SECOND);
    assert_eq!(
        store.commit(batch).await,
        Err(CommitError::Conflict(SECOND))
    );
    assert_eq!(value(store, "b").await, None);
    assert_eq!(value(store, "a").await.as_deref(), Some("1"));
    // The same alone, where PostgreSQL needs no transaction.
    let alone = Batch::new().one(PUT, params!["a", "2"], FIRST);
    assert_eq!(store.commit(alone).await, Err(CommitError::Conflict(FIRST)));
}

async fn a_violated_uniqueness_without_a_label_is_an_error(store: &Store) {
    store
        .commit(Batch::new().run(PUT, params!["a", "1"]))
        .await
        .unwrap();
    for batch in [
        Batch::new().run(PUT, params!["a", "2"]),
        Batch::new()
            .run(PUT, params!["b", "2"])
            .run(PUT, params!["a", "2"]),
    ] {
        let error = store.commit(batch).await.unwrap_err();
        assert!(
            matches!(error, CommitError::Store(StoreError::Constraint(_))),
            "{error}"
        );
        assert!(!error.to_string().contains("\"2\""), "no value in {error}");
    }
    assert_eq!(value(store, "b").await, None);
}

async fn one_means_exactly_one(store: &Store) {
    store
        .commit(
            Batch::new()
                .run(PUT, params!["a", "1"])
                .run(PUT, params!["b", "1"]),
        )
        .await
        .unwrap();
    let too_many = Batch::new().one(SET_ALL, params!["a", "9"], FIRST);
    assert_eq!(
        store.commit(too_many).await,
        Err(CommitError::Conflict(FIRST))
    );
    assert_eq!(value(store, "a").await.as_deref(), Some("1"));
    let none = Batch::new().one(SET, params!["c", "9"], SECOND);
    assert_eq!(store.commit(none).await, Err(CommitError::Conflict(SECOND)));
}

async fn guards_see_what_is_there(store: &Store) {
    store
        .commit(Batch::new().run(PUT, params!["a", "1"]))
        .await
        .unwrap();
    let guarded = |exists, none| {
        Batch::new()
            .exists(GET, params![exists], FIRST)
            .none(GET, params![none], SECOND)
            .run(SET, params!["a", "2"])
    };
    assert_eq!(
        store.commit(guarded("missing", "missing")).await,
        Err(CommitError::Conflict(FIRST))
    );
    assert_eq!(
        store.commit(guarded("a", "a")).await,
        Err(CommitError::Conflict(SECOND))
    );
    assert_eq!(value(store, "a").await.as_deref(), Some("1"));
    let outcome = store.commit(guarded("a", "missing")).await.unwrap();
    assert_eq!(outcome.counts, [1, 0, 1]);
    assert_eq!(value(store, "a").await.as_deref(), Some("2"));
}

async fn guards_see_the_statements_before_them(store: &Store) {
    let batch = Batch::new()
        .run(PUT, params!["a", "1"])
        .exists(GET, params!["a"], FIRST)
        .none(GET, params!["a"], SECOND);
    assert_eq!(
        store.commit(batch).await,
        Err(CommitError::Conflict(SECOND))
    );
}

async fn returned_rows_come_in_the_order_of_the_statements(store: &Store) {
    let batch = Batch::new()
        .returning(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) RETURNING value, name",
            params!["a", "1"],
        )
        .run(PUT, params!["b", "2"])
        .one_returning(
            "UPDATE meta SET value = ?2 WHERE name = ?1 RETURNING value",
            params!["b", "3"],
            FIRST,
        )
        .returning(TAKE_ALL, params!["zzz"]);
    let outcome = store.commit(batch).await.unwrap();
    assert_eq!(outcome.rows.len(), 3);
    assert_eq!(outcome.first(0).unwrap().text(0).unwrap(), "1");
    assert_eq!(outcome.first(0).unwrap().text(1).unwrap(), "a");
    assert_eq!(outcome.first(1).unwrap().text(0).unwrap(), "3");
    assert_eq!(outcome.first(2), None);
    assert_eq!(outcome.counts, [1, 1, 1, 0]);

    let missing = Batch::new().one_returning(
        "UPDATE meta SET value = ?2 WHERE name = ?1 RETURNING value",
        params!["c", "3"],
        FIRST,
    );
    assert_eq!(
        store.commit(missing).await,
        Err(CommitError::Conflict(FIRST))
    );
}

async fn an_empty_batch_does_nothing(store: &Store) {
    assert!(Batch::new().is_empty());
    let outcome = store.commit(Batch::new()).await.unwrap();
    assert_eq!(outcome.touched(), 0);
}

async fn a_statement_that_the_engine_refuses_undoes_the_batch(store: &Store) {
    for (sql, params) in [
        ("INSERT INTO no_such_table (a) VALUES (?1)", params![1]),
        (
            "INSERT INTO meta (name, value) VALUES (?1, ?2)",
            params!["b", None::<String>],
        ),
    ] {
        let batch = Batch::new()
            .run(PUT, params!["a", "1"])
            .one(sql, params, FIRST);
        let error = store.commit(batch).await.unwrap_err();
        assert!(matches!(error, CommitError::Store(_)), "{sql}: {error}");
        assert_eq!(value(store, "a").await, None);
    }
    // The store works on.
    store
        .commit(Batch::new().run(PUT, params!["a", "1"]))
        .await
        .unwrap();
    store.ready().await.unwrap();
}

async fn batches_side_by_side_do_not_disturb_each_other(store: &Store) {
    // Every third batch conflicts after it has written; all share transactions on SQLite.
    let tasks: Vec<_> = (0..300)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let name = format!("n{n:03}");
                let batch = Batch::new().one(PUT, params![&name, "1"], FIRST);
                let batch = if n % 3 == 0 {
                    batch.one(SET, params!["missing", "1"], SECOND)
                } else {
                    batch.one(SET, params![&name, "2"], SECOND)
                };
                let committed = store.commit(batch).await;
                // Reads after a commit see it, and a conflict has left nothing.
                let seen = value(&store, &name).await;
                (n, committed, seen)
            })
        })
        .collect();
    for task in tasks {
        let (n, committed, seen) = task.await.unwrap();
        if n % 3 == 0 {
            assert_eq!(committed, Err(CommitError::Conflict(SECOND)));
            assert_eq!(seen, None);
        } else {
            committed.unwrap();
            assert_eq!(seen.as_deref(), Some("2"));
        }
    }
    assert_eq!(store.rows(ANY, params!["n"]).await.unwrap().len(), 200);
}

async fn a_thousand_statements_are_one_batch(store: &Store) {
    let mut batch = Batch::new();
    for n in 0..1_000 {
        batch.append(Batch::new().one(PUT, params![format!("n{n:04}"), "1"], FIRST));
    }
    assert_eq!(batch.len(), 1_000);
    let outcome = store.commit(batch.clone()).await.unwrap();
    assert_eq!(outcome.touched(), 1_000);
    assert_eq!(store.commit(batch).await, Err(CommitError::Conflict(FIRST)));
}

on_each_engine!(
    a_batch_is_applied_as_a_whole,
    an_unmet_requirement_undoes_everything,
    a_violated_uniqueness_is_the_conflict_of_its_statement,
    a_violated_uniqueness_without_a_label_is_an_error,
    one_means_exactly_one,
    guards_see_what_is_there,
    guards_see_the_statements_before_them,
    returned_rows_come_in_the_order_of_the_statements,
    an_empty_batch_does_nothing,
    a_statement_that_the_engine_refuses_undoes_the_batch,
    batches_side_by_side_do_not_disturb_each_other,
    a_thousand_statements_are_one_batch,
);
