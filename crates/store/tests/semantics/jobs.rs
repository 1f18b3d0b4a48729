//! Leases and the sweep.

use cognate_store::tables::jobs::{self, LOST, Look};
use cognate_store::tables::messages;
use cognate_store::{Batch, CommitError, Store, params};

use crate::engines::{on_each_engine, on_two_nodes};

/// One second.
const S: i64 = 1_000_000;

async fn a_job_has_one_owner_at_a_time(store: &Store) {
    store
        .commit(jobs::add(Batch::new(), "delete", "p", ""))
        .await
        .unwrap();
    let first = jobs::take(store, "delete", "p", "one", 0, 30 * S)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((first.cursor.as_str(), first.ver), ("", 1));
    assert_eq!(
        jobs::take(store, "delete", "p", "two", 29 * S, 60 * S)
            .await
            .unwrap(),
        None
    );
    assert!(
        jobs::due(store, "delete", "", 29 * S, 10)
            .await
            .unwrap()
            .is_empty()
    );

    store
        .commit(jobs::checkpoint(Batch::new(), &first, "half", 50 * S))
        .await
        .unwrap();
    assert_eq!(
        jobs::take(store, "delete", "p", "two", 49 * S, 60 * S)
            .await
            .unwrap(),
        None
    );

    // The lease runs out: the next one goes on from the cursor, and the first can write no more.
    assert_eq!(
        jobs::due(store, "delete", "", 50 * S, 10).await.unwrap(),
        ["p"]
    );
    let second = jobs::take(store, "delete", "p", "two", 50 * S, 90 * S)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((second.cursor.as_str(), second.ver), ("half", 2));
    let late = [
        jobs::checkpoint(Batch::new(), &first, "more", 99 * S),
        jobs::extend(Batch::new(), &first, 99 * S),
        jobs::finish(Batch::new(), &first),
    ];
    for batch in late {
        assert_eq!(store.commit(batch).await, Err(CommitError::Conflict(LOST)));
    }
    store
        .commit(jobs::finish(Batch::new(), &second))
        .await
        .unwrap();
    assert_eq!(
        jobs::take(store, "delete", "p", "one", 99 * S, 99 * S)
            .await
            .unwrap(),
        None
    );
}

async fn adding_a_job_twice_keeps_its_progress(store: &Store) {
    store
        .commit(jobs::add(Batch::new(), "delete", "p", ""))
        .await
        .unwrap();
    let lease = jobs::take(store, "delete", "p", "one", 0, S)
        .await
        .unwrap()
        .unwrap();
    store
        .commit(jobs::checkpoint(Batch::new(), &lease, "half", S))
        .await
        .unwrap();
    store
        .commit(jobs::add(Batch::new(), "delete", "p", ""))
        .await
        .unwrap();
    let again = jobs::take(store, "delete", "p", "one", S, 2 * S)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(again.cursor, "half");
}

/// Who rests is woken, who works is not.
async fn a_rest_can_be_ended_and_no_work_is_disturbed(store: &Store) {
    for key in ["p/a", "p/b", "q/a"] {
        store
            .commit(jobs::add(Batch::new(), "x", key, ""))
            .await
            .unwrap();
        let taken = jobs::take(store, "x", key, "one", 0, 60 * S).await.unwrap();
        let rest = jobs::checkpoint(Batch::new(), &taken.unwrap(), "", 3_600 * S);
        store.commit(rest).await.unwrap();
    }
    let due = async |now| jobs::due(store, "x", "", now, 9).await.unwrap();
    let wake = jobs::wake(Batch::new(), "x", "p/a", 60 * S);
    store.commit(wake).await.unwrap();
    assert_eq!(due(0).await, ["p/a"]);
    let held = jobs::take(store, "x", "p/a", "two", 0, 60 * S).await;
    assert!(held.unwrap().is_some());
    let wake = jobs::wake_all(Batch::new(), "x", "p/", 60 * S);
    store.commit(wake).await.unwrap();
    assert_eq!(due(0).await, ["p/b"]);
    assert_eq!(due(60 * S).await, ["p/a", "p/b"]);
}

async fn a_lease_goes_to_one_node(one: &Store, other: &Store) {
    for key in 0..20 {
        let key = format!("k{key:02}");
        one.commit(jobs::add(Batch::new(), "x", &key, ""))
            .await
            .unwrap();
        let (a, b) = tokio::join!(
            jobs::take(one, "x", &key, "one", S, 2 * S),
            jobs::take(other, "x", &key, "other", S, 2 * S)
        );
        assert_eq!(
            u8::from(a.unwrap().is_some()) + u8::from(b.unwrap().is_some()),
            1
        );
    }
}

async fn expired_rows_go_bucket_by_bucket(store: &Store) {
    let session = "INSERT INTO sessions (pool_id, user_id, session_id, client_id, doc, created, expires, ver, bucket) \
         VALUES ('p', 'u', ?1, 'c', '{}', 0, ?2, 1, ?3)";
    let code = "INSERT INTO codes (pool_id, user_id, purpose, sealed, created, expires, failures, ver, bucket) \
         VALUES ('p', ?1, 'reset', ?4, 0, ?2, 0, 1, ?3)";
    let spent = "INSERT INTO spent (pool_id, nonce, expires, bucket) VALUES ('p', ?1, ?2, ?3)";
    let custom = "INSERT INTO custom_auth (pool_id, user_id, row_id, sealed, expires, ver, bucket) \
         VALUES ('p', 'u', ?1, ?4, ?2, 1, ?3)";
    let attempt = "INSERT INTO attempts (pool_id, subject, kind, n, since, last, expires, bucket) \
         VALUES ('p', ?1, 'password', 1, 0, 0, ?2, ?3)";
    let mut batch = Batch::new();
    for (id, expires, bucket) in [
        ("old", 99, 3),
        ("now", 100, 3),
        ("new", 101, 3),
        ("elsewhere", 1, 4),
    ] {
        batch = batch
            .run(session, params![id, expires, bucket])
            .run(code, params![id, expires, bucket, vec![1_u8]])
            .run(custom, params![id, expires, bucket, vec![1_u8]])
            .run(spent, params![id, expires, bucket])
            .run(attempt, params![id, expires, bucket]);
    }
    store.commit(batch).await.unwrap();
    // Where one thread writes, the rows of all buckets go together.
    let is_divided = store.engine_name() != "sqlite";
    let (rows, left) = match is_divided {
        true => (10, vec!["elsewhere", "new"]),
        false => (15, vec!["new"]),
    };
    let swept = jobs::expire(store, 100, 3).await.unwrap();
    assert_eq!((swept.rows, swept.more), (rows, false));
    assert_eq!(jobs::expire(store, 100, 3).await.unwrap().rows, 0);
    for sql in [
        "SELECT session_id FROM sessions ORDER BY session_id",
        "SELECT user_id FROM codes ORDER BY user_id",
        "SELECT row_id FROM custom_auth ORDER BY row_id",
        "SELECT nonce FROM spent ORDER BY nonce",
        "SELECT subject FROM attempts ORDER BY subject",
    ] {
        let rows = store.rows(sql, params![]).await.unwrap();
        let found: Vec<_> = rows.iter().map(|row| row.text(0).unwrap()).collect();
        assert_eq!(found, left, "{sql}");
    }
}

async fn old_messages_that_nobody_will_deliver_go(store: &Store) {
    let message = "INSERT INTO messages (pool_id, message_id, user_id, state, due, sealed, created, ver, bucket) \
         VALUES ('p', ?1, 'u', ?2, ?3, ?4, 0, 1, ?5)";
    let mut batch = Batch::new();
    for (state, name) in [
        (messages::WAITING, "waiting"),
        (messages::SENDING, "sending"),
        (messages::GIVEN_UP, "up"),
        (messages::IN_INBOX, "in"),
        (messages::SENT, "sent"),
        (messages::DEAD, "dead"),
    ] {
        for (age, due, bucket) in [("old", 100, 3), ("new", 101, 3), ("elsewhere", 1, 4)] {
            let id = format!("{name} {age}");
            batch = batch.run(message, params![id, state, due, vec![1_u8], bucket]);
        }
    }
    store.commit(batch).await.unwrap();
    let now = 100;
    let swept = jobs::expire(store, now, 3).await.unwrap();
    assert_eq!((swept.rows, swept.more), (4, false));
    assert_eq!(jobs::expire(store, now, 3).await.unwrap().rows, 0);
    let rows = store
        .rows(
            "SELECT message_id FROM messages WHERE state > 1 ORDER BY message_id",
            params![],
        )
        .await
        .unwrap();
    let left: Vec<_> = rows.iter().map(|row| row.text(0).unwrap()).collect();
    let names = ["dead", "in", "sent", "up"];
    let expected: Vec<_> = names
        .into_iter()
        .flat_map(|name| [format!("{name} elsewhere"), format!("{name} new")])
        .collect();
    assert_eq!(left, expected);
    let rows = store
        .rows("SELECT message_id FROM messages WHERE state < 2", params![])
        .await
        .unwrap();
    assert_eq!(rows.len(), 6);
}

async fn a_sweep_is_bounded(store: &Store) {
    let spent = "INSERT INTO spent (pool_id, nonce, expires, bucket) VALUES ('p', ?1, 0, 0)";
    let mut batch = Batch::new();
    for n in 0..190 {
        batch.append(Batch::new().run(spent, params![format!("n{n}")]));
    }
    store.commit(batch).await.unwrap();
    let first = jobs::expire(store, 1, 0).await.unwrap();
    assert_eq!((first.rows, first.more), (125, true));
    let second = jobs::expire(store, 1, 0).await.unwrap();
    assert_eq!((second.rows, second.more), (65, false));
}

/// Each part of a look finds what is due and nothing else.
async fn a_look_names_what_is_due(store: &Store) {
    let kinds = ["k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8"];
    let look = |now| Look {
        kinds,
        now,
        audit_before: now,
        imports_made_by: now - 10,
        previews_made_by: now - 20,
    };
    let found = async |now| {
        let mut found = jobs::look(store, look(now)).await.unwrap();
        found.sort();
        found
    };
    assert!(found(i64::MAX).await.is_empty());
    let message = "INSERT INTO messages (pool_id, message_id, user_id, state, due, sealed, created, ver, bucket) \
         VALUES ('p', ?1, 'u', ?2, ?3, ?4, 0, 1, 0)";
    let job = "INSERT INTO jobs (kind, job_key, owner, lease_until, cursor, ver) VALUES (?1, ?2, '', ?3, '', 0)";
    let audit = "INSERT INTO audit (pool_id, audit_id, at, doc) VALUES ('p', 'a', ?1, '{}')";
    let import = "INSERT INTO user_import_jobs (pool_id, job_id, status, doc, created, ver) VALUES ('p', ?1, ?2, '{}', ?3, 1)";
    let recovery = "INSERT INTO recoveries (pool_id, restore_id, status, target, created, changed, ver) \
         VALUES ('p', ?1, ?2, 0, ?3, 0, 1)";
    let change = "INSERT INTO pool_changes (pool_id, plan_id, state, doc, progress, created, modified, ver) \
         VALUES ('p', ?1, ?2, '{}', '{}', 0, 0, 1)";
    let batch = Batch::new()
        .run(job, params!["k3", "a", 100])
        .run(job, params!["k3", "b", 100])
        .run(job, params!["k7", "a", 101])
        .run(job, params!["other", "a", 0])
        .run(message, params!["sent", messages::SENT, 0, vec![1_u8]])
        .run(message, params!["due", messages::WAITING, 102, vec![1_u8]])
        .run(audit, params![102])
        .run(import, params!["running", 2, 0])
        .run(import, params!["created", 0, 94])
        .run(recovery, params!["ended", "CANCELLED", 0])
        .run(recovery, params!["begun", "PREVIEW_GENERATING", 85])
        .run(change, params!["done", "applied"]);
    store.commit(batch).await.unwrap();
    assert!(found(99).await.is_empty());
    assert_eq!(found(100).await, ["k3"]);
    assert_eq!(found(101).await, ["k3", "k7"]);
    assert_eq!(found(102).await, ["k3", "k7", "messages"]);
    assert_eq!(found(103).await, ["audit", "k3", "k7", "messages"]);
    assert_eq!(found(104).await.last().unwrap(), "user_import_jobs");
    let all = [
        "audit",
        "k3",
        "k7",
        "messages",
        "recoveries",
        "user_import_jobs",
    ];
    assert_eq!(found(105).await, all);
    let batch = Batch::new()
        .run(recovery, params!["stands", "PREVIEW_GENERATED", 0])
        .run(change, params!["new", "planning"]);
    store.commit(batch).await.unwrap();
    assert_eq!(found(99).await, ["pool_changes", "recoveries"]);
}

mod leases {
    use super::{
        a_job_has_one_owner_at_a_time, a_look_names_what_is_due,
        a_rest_can_be_ended_and_no_work_is_disturbed, a_sweep_is_bounded,
        adding_a_job_twice_keeps_its_progress,
    };
    use super::{
        expired_rows_go_bucket_by_bucket, old_messages_that_nobody_will_deliver_go, on_each_engine,
    };
    on_each_engine!(
        a_job_has_one_owner_at_a_time,
        adding_a_job_twice_keeps_its_progress,
        a_rest_can_be_ended_and_no_work_is_disturbed,
        expired_rows_go_bucket_by_bucket,
        old_messages_that_nobody_will_deliver_go,
        a_sweep_is_bounded,
        a_look_names_what_is_due,
    );
}
on_two_nodes!(a_lease_goes_to_one_node);
