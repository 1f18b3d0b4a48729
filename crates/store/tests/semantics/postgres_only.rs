//! Tests of behaviour that only PostgreSQL's driver has.

use std::time::Duration;

use cognate_store::tables::{guards, sessions};
use cognate_store::{Batch, CommitError, Label, Store, StoreOptions, params};

use crate::engines::{pooler_url, postgres, postgres_url};

const PUT: &str = "INSERT INTO meta (name, value) VALUES (?1, ?2)";
const GET: &str = "SELECT value FROM meta WHERE name = ?1";
const CLASH: Label = Label("clash");
/// Ends every other connection of this test's schema.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
     WHERE pid <> pg_backend_pid() AND application_name = ?1";

async fn named(url: &str, name: &str) -> Store {
    postgres(&format!("{url}&application_name={name}")).await
}

#[tokio::test]
async fn lost_connections_are_made_again() {
    let Some(url) = postgres_url().await else {
        return;
    };
    let name = format!("cut{}", std::process::id());
    let store = named(&url, &name).await;
    let other = postgres(&url).await;
    for n in 0..20 {
        store
            .read(&[(GET, params!["a"]), (GET, params!["b"])])
            .await
            .unwrap();
        other.rows(CUT, params![&name]).await.unwrap();
        if n % 2 == 0 {
            store.rows(GET, params!["a"]).await.unwrap();
        } else {
            let batch = Batch::new()
                .one(PUT, params![format!("x{n}"), "1"], CLASH)
                .one(PUT, params![format!("y{n}"), "1"], CLASH);
            store.commit(batch).await.unwrap();
        }
    }
    store.ready().await.unwrap();
    let rows = store
        .rows("SELECT name FROM meta WHERE name >= ?1", params!["x"])
        .await
        .unwrap();
    assert_eq!(rows.len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn batches_under_cut_connections_are_applied_once_or_not_at_all() {
    let Some(url) = postgres_url().await else {
        return;
    };
    let name = format!("storm{}", std::process::id());
    let store = named(&url, &name).await;
    let other = postgres(&url).await;
    let cutter = tokio::spawn(async move {
        for _ in 0..8 {
            // Whether it cuts this time or not, what is told must be true.
            drop(other.rows(CUT, params![&name]).await);
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    });
    let writers: Vec<_> = (0..16)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut told = Vec::new();
                for round in 0..60 {
                    let key = format!("{writer}-{round}");
                    let batch = Batch::new()
                        .one(PUT, params![format!("a{key}"), "1"], CLASH)
                        .one(PUT, params![format!("b{key}"), "1"], CLASH);
                    told.push((key, store.commit(batch).await));
                }
                told
            })
        })
        .collect();
    let mut told = Vec::new();
    for writer in writers {
        told.extend(writer.await.unwrap());
    }
    cutter.await.unwrap();
    for (key, answer) in told {
        let a = store
            .row(GET, params![format!("a{key}")])
            .await
            .unwrap()
            .is_some();
        let b = store
            .row(GET, params![format!("b{key}")])
            .await
            .unwrap()
            .is_some();
        assert_eq!(a, b, "{key} is half there");
        match answer {
            Ok(_) => assert!(a, "{key} was acknowledged and is lost"),
            Err(CommitError::Store(_)) => assert!(!a, "{key} was refused and is there"),
            Err(CommitError::Unknown(_)) => {}
            Err(CommitError::Conflict(_)) => panic!("{key} was applied twice"),
        }
    }
}

#[tokio::test]
async fn unnamed_statements_do_the_same() {
    let Some(url) = postgres_url().await else {
        return;
    };
    let store = Store::open(&StoreOptions::postgres(format!("{url}&pgbouncer=true")))
        .await
        .unwrap();
    let batch = Batch::new()
        .none(GET, params!["a"], CLASH)
        .one(PUT, params!["a", "1"], CLASH)
        .exists(GET, params!["a"], CLASH)
        .returning(
            "UPDATE meta SET value = ?2 WHERE name = ?1 RETURNING value",
            params!["a", "2"],
        );
    let outcome = store.commit(batch.clone()).await.unwrap();
    assert_eq!(outcome.first(0).unwrap().text(0).unwrap(), "2");
    assert_eq!(store.commit(batch).await, Err(CommitError::Conflict(CLASH)));
    let pool = "INSERT INTO pools (pool_id, region, state, doc, data_key, issuer, created, modified, ver) \
         VALUES (?1, 'r', 0, '{}', ?2, ?3, 0, 0, 1)";
    store
        .commit(Batch::new().one(pool, params!["p", vec![1_u8], None::<String>], CLASH))
        .await
        .unwrap();
    let named = "SELECT count(*) FROM pg_prepared_statements";
    assert_eq!(
        store
            .row(named, params![])
            .await
            .unwrap()
            .unwrap()
            .int(0)
            .unwrap(),
        0
    );
    assert_eq!(
        store
            .read(&[(GET, params!["a"]), (GET, params!["b"])])
            .await
            .unwrap()[0]
            .len(),
        1
    );
}

#[tokio::test]
async fn a_transaction_that_does_nothing_ends_in_each_mode() {
    const SHOWN: &str = "SELECT current_setting('idle_in_transaction_session_timeout')";
    let Some(url) = postgres_url().await else {
        return;
    };
    // Of the session, or of the transaction alone where a pooler may give it any session. What the connection string says of
    // it does not count.
    let longer = "%20-c%20idle_in_transaction_session_timeout%3D99999";
    for (url, alone) in [
        (url.clone(), "15s"),
        (format!("{url}{longer}"), "15s"),
        (format!("{url}&pgbouncer=true"), "0"),
    ] {
        let store = postgres(&url).await;
        let row = store.row(SHOWN, params![]).await.unwrap().unwrap();
        assert_eq!(row.text(0).unwrap(), alone, "{url}");
        let batch = Batch::new()
            .none(GET, params!["a"], CLASH)
            .returning(SHOWN, params![]);
        let outcome = store.commit(batch).await.unwrap();
        assert_eq!(outcome.first(0).unwrap().text(0).unwrap(), "15s", "{url}");
        store.close().await;
    }
}

/// Several who hold a row at once are a MultiXact, whose number is then the row's mark, as that of a single holder would be;
/// without one it is 0.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_required_now_is_not_held() {
    const ADD_POOL: &str = "INSERT INTO pools (pool_id, region, state, doc, data_key, created, modified, ver) \
         VALUES ('p', 'r', 0, '{}', ?1, 0, 0, 1)";
    const ADD_USER: &str = "INSERT INTO users (pool_id, user_id, username, status, enabled, doc, created, modified, ver) \
         VALUES ('p', ?1, ?1, 'CONFIRMED', 1, '{}', 0, 0, 1)";
    const MARK: &str = "SELECT CAST(xmax AS TEXT) FROM pools WHERE pool_id = 'p'";
    let Some(url) = postgres_url().await else {
        return;
    };
    let store = postgres(&url).await;
    let marked = async || {
        let row = store.row(MARK, params![]).await.unwrap().unwrap();
        row.text(0).unwrap() != "0"
    };
    let mut add = Batch::new().run(ADD_POOL, params![vec![0_u8]]);
    for n in 0..32 {
        add = add.run(ADD_USER, params![format!("u{n}")]);
    }
    store.commit(add).await.unwrap();
    let all_at_once = async |guard: fn(Batch, &str) -> Batch| {
        let commits: Vec<_> = (0..32)
            .map(|n| {
                let batch = guard(Batch::new(), "p");
                let batch = guards::require_user_unchanged(batch, "p", &format!("u{n}"), 1);
                let batch = sessions::spend(batch, "p", &format!("{n}"), 0);
                let store = store.clone();
                tokio::spawn(async move { store.commit(batch).await })
            })
            .collect();
        for commit in commits {
            commit.await.unwrap().unwrap();
        }
    };
    all_at_once(guards::require_pool_active_now).await;
    assert!(!marked().await);
    let spent = "DELETE FROM spent WHERE pool_id = ?1";
    let batch = Batch::new().run(spent, params!["p"]);
    store.commit(batch).await.unwrap();
    all_at_once(guards::require_pool_active).await;
    assert!(marked().await);
}

#[tokio::test]
async fn a_batch_that_was_given_up_leaves_nothing_open() {
    let Some(url) = postgres_url().await else {
        return;
    };
    let name = format!("gone{}", std::process::id());
    let store = named(&url, &name).await;
    let other = postgres(&url).await;
    store
        .commit(Batch::new().run(PUT, params!["a", "1"]))
        .await
        .unwrap();
    let slow = Batch::new()
        .run(
            "UPDATE meta SET value = ?2 WHERE name = ?1",
            params!["a", "2"],
        )
        .run("SELECT pg_sleep(1)", params![]);
    let given_up = tokio::time::timeout(Duration::from_millis(200), store.commit(slow)).await;
    assert!(given_up.is_err());
    // The row can be written by another node as soon as the server has noticed.
    let batch = Batch::new().one(
        "UPDATE meta SET value = ?2 WHERE name = ?1",
        params!["a", "3"],
        CLASH,
    );
    other.commit(batch).await.unwrap();
    let value = other.row(GET, params!["a"]).await.unwrap().unwrap();
    assert_eq!(value.text(0).unwrap(), "3");
}

#[tokio::test]
async fn a_wrong_password_is_refused_at_once_and_not_repeated_in_the_error() {
    let Some(url) = postgres_url().await else {
        return;
    };
    let Some((head, tail)) = url.split_once('@') else {
        return;
    };
    let Some((user, _)) = head.rsplit_once(':') else {
        return;
    };
    // A server that trusts local users asks for no password.
    let error = match Store::open(&StoreOptions::postgres(format!("{user}:hunter2@{tail}"))).await {
        Ok(_) => return,
        Err(error) => error.to_string(),
    };
    assert!(error.contains("28P01"), "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}

#[tokio::test]
async fn a_host_that_is_down_is_passed_over() {
    let Some(url) = postgres_url().await else {
        return;
    };
    let Some((head, tail)) = url.split_once('@') else {
        return;
    };
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let several = format!("{head}@{free},{tail}&target_session_attrs=read-write");
    let store = postgres(&several).await;
    store
        .commit(Batch::new().run(PUT, params!["a", "1"]))
        .await
        .unwrap();
    store.ready().await.unwrap();
}

#[tokio::test]
async fn a_server_that_stays_away_is_an_error_in_bounded_time() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let began = std::time::Instant::now();
    let error = Store::open(&StoreOptions::postgres(format!("postgres://u@{free}/d")))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the database is not available"),
        "{error}"
    );
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_pooler_in_transaction_mode_may_stand_between() {
    let Some(url) = pooler_url() else { return };
    let store = postgres(&url).await;
    let run = std::time::Instant::now();
    let prefix = format!(
        "{}-{:x}",
        std::process::id(),
        std::ptr::from_ref(&run).addr()
    );
    // More connections of ours than the pooler has to the server, so that they change hands.
    let tasks: Vec<_> = (0..40)
        .map(|task| {
            let (store, prefix) = (store.clone(), prefix.clone());
            tokio::spawn(async move {
                for round in 0..10 {
                    let (a, b) = (
                        format!("{prefix}-a{task}-{round}"),
                        format!("{prefix}-b{task}-{round}"),
                    );
                    let batch = Batch::new()
                        .one(PUT, params![&a, "1"], CLASH)
                        .exists(GET, params![&a], CLASH)
                        .one_returning(
                            "UPDATE meta SET value = ?2 WHERE name = ?1 RETURNING value",
                            params![&a, "2"],
                            CLASH,
                        )
                        .one(PUT, params![&b, "1"], CLASH);
                    let outcome = store.commit(batch.clone()).await.unwrap();
                    assert_eq!(outcome.first(0).unwrap().text(0).unwrap(), "2");
                    assert_eq!(store.commit(batch).await, Err(CommitError::Conflict(CLASH)));
                    let read = store
                        .read(&[(GET, params![&b]), (GET, params![&a])])
                        .await
                        .unwrap();
                    assert_eq!(read[0][0].text(0).unwrap(), "1");
                    assert_eq!(read[1][0].text(0).unwrap(), "2");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    store.ready().await.unwrap();
}

#[tokio::test]
async fn an_empty_schema_is_made_in_one_transaction() {
    let Some(url) = postgres_url().await else {
        return;
    };
    let store = postgres(&url).await;
    let made = "SELECT COUNT(DISTINCT xmin::text), COUNT(*) FROM migrations";
    let row = store.row(made, params![]).await.unwrap().unwrap();
    assert_eq!(row.int(0).unwrap(), 1);
    assert!(row.int(1).unwrap() > 1);
    // Later ones of their own: what a newer program adds is not made with them.
    let forget = "DELETE FROM migrations WHERE number = 13";
    let drop_index = "DROP INDEX audit_by_time";
    let batch = Batch::new().run(forget, params![]);
    store
        .commit(batch.run(drop_index, params![]))
        .await
        .unwrap();
    store.close().await;
    let store = postgres(&url).await;
    let row = store.row(made, params![]).await.unwrap().unwrap();
    assert_eq!(row.int(0).unwrap(), 2);
    store.close().await;
}
