//! Tests of behaviour that only the embedded engine has.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;

use cognate_store::{
    Batch, CommitError, Label, OpenError, Store, StoreError, StoreOptions, params,
};

use crate::engines::{self, Folder};

const PUT: &str = "INSERT INTO meta (name, value) VALUES (?1, ?2)";

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused() {
    let folder = Folder::new();
    let first = engines::sqlite(&folder).await;
    let second = Store::open(&folder.options()).await.unwrap_err();
    assert!(matches!(second, OpenError::InUse(_)), "{second}");
    first
        .commit(Batch::new().run(PUT, params!["a", "1"]))
        .await
        .unwrap();
    first.close().await;
    engines::sqlite(&folder).await.close().await;
}

#[tokio::test]
async fn a_store_that_was_dropped_lets_go_of_its_file() {
    let folder = Folder::new();
    drop(engines::sqlite(&folder).await);
    engines::sqlite(&folder).await.close().await;
}

#[tokio::test]
async fn closing_leaves_one_file_without_a_log() {
    let folder = Folder::new();
    let store = engines::sqlite(&folder).await;
    store
        .commit(Batch::new().run(PUT, params!["a", "1"]))
        .await
        .unwrap();
    store.close().await;
    let log = std::fs::metadata(folder.path().join("test.db-wal")).map_or(0, |file| file.len());
    assert_eq!(log, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_log_stays_bounded_under_load() {
    let folder = Folder::new();
    let store = engines::sqlite(&folder).await;
    let put = "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    let value = "x".repeat(3_000);
    // 40 tasks × 40 batches × 10 pages are 64 MB; readers are busy all the time.
    let tasks: Vec<_> = (0..40)
        .map(|task| {
            let (store, value) = (store.clone(), value.clone());
            tokio::spawn(async move {
                for round in 0..40 {
                    let mut batch = Batch::new();
                    for n in 0..10 {
                        batch.append(
                            Batch::new().run(put, params![format!("{task}-{round}-{n}"), &value]),
                        );
                    }
                    store.commit(batch).await.unwrap();
                    store
                        .rows(
                            "SELECT value FROM meta WHERE name = ?1",
                            params![format!("{task}-0-0")],
                        )
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let log = std::fs::metadata(folder.path().join("test.db-wal"))
        .unwrap()
        .len();
    assert!(log < 64 << 20, "the log has {log} bytes");
    store.close().await;
}

/// A backup reads a state of before for as long as it takes; the log grows meanwhile, and starts again when it is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_starts_again_after_a_long_read() {
    let folder = Folder::new();
    let store = engines::sqlite(&folder).await;
    let value = "x".repeat(3_000);
    let fill = async |name: &str, batches: usize| {
        for batch in 0..batches {
            let put = |all: Batch, n| all.run(PUT, params![format!("{name}-{batch}-{n}"), &value]);
            store
                .commit((0..100).fold(Batch::new(), put))
                .await
                .unwrap();
        }
    };
    let log = || {
        let file = std::fs::metadata(folder.path().join("test.db-wal"));
        file.unwrap().len()
    };
    let snapshot = store.snapshot().await.unwrap();
    fill("during", 60).await;
    let grown = log();
    assert!(grown > 20 << 20, "the log has {grown} bytes");
    drop(snapshot);
    fill("after", 80).await;
    let after = log();
    assert!(
        after < grown + (8 << 20),
        "the log has {grown} and then {after} bytes"
    );
    store.close().await;
}

/// A batch that changes something and then conflicts makes its whole group start again; the others must not notice.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_late_conflict_undoes_its_batch_alone_in_a_shared_group() {
    const TAKEN: Label = Label("taken");
    let folder = Folder::new();
    let store = engines::sqlite(&folder).await;
    store
        .commit(Batch::new().run(PUT, params!["taken", "1"]))
        .await
        .unwrap();
    let tasks: Vec<_> = (0..200)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut batch = Batch::new().run(PUT, params![format!("first-{n}"), "1"]);
                batch = match n % 3 {
                    0 => batch.one(PUT, params!["taken", "2"], TAKEN),
                    1 => batch.run(PUT, params![format!("second-{n}"), "1"]),
                    _ => batch.none(
                        "SELECT 1 FROM meta WHERE name = ?1",
                        params!["taken"],
                        TAKEN,
                    ),
                };
                (n, store.commit(batch).await)
            })
        })
        .collect();
    for task in tasks {
        let (n, answer) = task.await.unwrap();
        let kept = |name: String| {
            let store = store.clone();
            async move {
                let sql = "SELECT value FROM meta WHERE name = ?1";
                !store.rows(sql, params![name]).await.unwrap().is_empty()
            }
        };
        if n % 3 == 1 {
            assert_eq!(answer.unwrap().counts, [1, 1], "batch {n}");
            assert!(kept(format!("first-{n}")).await && kept(format!("second-{n}")).await);
        } else {
            assert!(
                matches!(answer, Err(CommitError::Conflict(TAKEN))),
                "batch {n}: {answer:?}"
            );
            assert!(!kept(format!("first-{n}")).await, "batch {n}");
        }
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_databases_keeps_to_its_bytes_and_goes_on() {
    let folder = Folder::new();
    let whole = engines::sqlite(&folder).await;
    let file = folder.path().join("one.db");
    whole.copy_to(&file).await.unwrap();
    whole.close().await;
    let length = i64::try_from(std::fs::metadata(&file).unwrap().len()).unwrap();
    let options = StoreOptions::scratch(&file, length + (256 << 10));
    let store = Store::open(&options).await.unwrap();
    let value = "x".repeat(8_000);
    let mut kept = 0;
    let full = loop {
        let put = Batch::new().run(PUT, params![format!("v{kept}"), &value]);
        match store.commit(put).await {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
    };
    assert!(
        matches!(full, CommitError::Store(StoreError::Unavailable(_))),
        "{full}"
    );
    assert!((10..64).contains(&kept), "{kept}");

    // Any number of readers sees what is there, and what is committed later.
    let count = "SELECT COUNT(*) FROM meta WHERE name LIKE 'v%'";
    let readers: Vec<_> = (0..16)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.row(count, Vec::new()).await.unwrap().unwrap().int(0) })
        })
        .collect();
    for reader in readers {
        assert_eq!(reader.await.unwrap().unwrap(), kept);
    }
    let gone = Batch::new().run("DELETE FROM meta WHERE name LIKE 'v%'", Vec::new());
    store.commit(gone).await.unwrap();
    let put = Batch::new().run(PUT, params!["v0", &value]);
    store.commit(put).await.unwrap();
    let left = store.scan(count, Vec::new()).await.unwrap();
    assert_eq!(left[0].int(0).unwrap(), 1);
    store.close().await;
    assert!(store.rows(count, Vec::new()).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_share_a_commit_while_the_processors_have_other_work() {
    let folder = Folder::new();
    let store = engines::sqlite(&folder).await;
    let sent = Arc::new(AtomicBool::new(false));
    let looks = Arc::new(AtomicUsize::new(0));
    store.share_commits_while({
        let (sent, looks) = (Arc::clone(&sent), Arc::clone(&looks));
        move || {
            while !sent.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            looks.fetch_add(1, Ordering::SeqCst);
            true
        }
    });
    let mut commits: Vec<_> = (0..16)
        .map(|n| Box::pin(store.commit(Batch::new().run(PUT, params![format!("n{n}"), "1"]))))
        .collect();
    // The first poll sends a batch.
    poll_fn(|context| {
        for commit in &mut commits {
            assert!(commit.as_mut().poll(context).is_pending());
        }
        Poll::Ready(())
    })
    .await;
    let seen = tokio::spawn({
        let store = store.clone();
        async move {
            let mut seen = Vec::new();
            while seen.last() != Some(&16) {
                let count = "SELECT COUNT(*) FROM meta WHERE name LIKE 'n%' AND value = '1'";
                let rows = store.rows(count, Vec::new()).await.unwrap();
                seen.push(rows[0].int(0).unwrap());
                tokio::task::yield_now().await;
            }
            seen.dedup();
            seen
        }
    });
    sent.store(true, Ordering::SeqCst);
    for commit in commits {
        commit.await.unwrap();
    }
    // Others see none of them or all.
    let seen = seen.await.unwrap();
    assert!(matches!(seen[..], [0, 16] | [16]), "{seen:?}");
    // They did not wait for ever: at most four times two milliseconds.
    let looks = looks.load(Ordering::SeqCst);
    assert!((1..=4).contains(&looks), "{looks} looks");
    store.close().await;
}

#[tokio::test]
async fn a_batch_waits_for_nobody_while_the_processors_have_time() {
    let folder = Folder::new();
    let store = engines::sqlite(&folder).await;
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&looks);
    store.share_commits_while(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        false
    });
    for n in 0..16 {
        let batch = Batch::new().run(PUT, params![format!("n{n}"), "1"]);
        store.commit(batch).await.unwrap();
    }
    assert_eq!(looks.load(Ordering::SeqCst), 16);
    store.close().await;
}
