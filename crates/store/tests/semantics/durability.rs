//! Nothing is answered before it is synced.
//!
//! A load of parallel batches runs on a disk that forgets what was not synced. At many moments a crash is simulated:
//! the batches acknowledged up to then are noted, then what the disk would hold is copied elsewhere and opened. The
//! control run without syncs does lose acknowledged batches, which shows that the disk forgets.

mod disk;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cognate_store::{
    Batch, CommitError, Label, MigrateMode, SqliteOptions, Store, StoreError, StoreOptions,
    Synchronous, params,
};

const NAME: &str = "INSERT INTO meta (name, value) VALUES (?1, ?2)";
const NONCE: &str = "INSERT INTO spent (pool_id, nonce, expires, bucket) VALUES ('p', ?1, 0, 0)";
const NAMES: &str = "SELECT name FROM meta";
const ONE_NAME: &str = "SELECT name FROM meta WHERE name = ?1";
const NONCES: &str = "SELECT nonce FROM spent";
const TAKEN: Label = Label("taken");

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!(
            "cognate-disk-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        // SQLite names files by their real path.
        let path = std::env::temp_dir().canonicalize().unwrap().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}

async fn open(folder: &Path, synchronous: Synchronous) -> Store {
    disk::register();
    let options = StoreOptions::Sqlite(SqliteOptions {
        path: folder.join("test.db"),
        synchronous,
        one_of_many: None,
        vfs: Some(disk::NAME.to_owned()),
        migrate: MigrateMode::Auto,
    });
    Store::open(&options).await.unwrap()
}

fn batch(key: &str) -> Batch {
    // Long values, so that the log is copied into the database and starts again several times.
    Batch::new()
        .one(NAME, params![key, "x".repeat(6_000)], TAKEN)
        .one(NONCE, params![key], TAKEN)
}

/// The damage by a crash: the numbers of acknowledged batches that are lost and of batches that are partly applied.
#[derive(Debug, Default)]
struct Damage {
    lost: usize,
    half: usize,
}

impl Damage {
    async fn after_crash(image: &Path, acknowledged: &[String]) -> Self {
        let store = match Store::open(&StoreOptions::sqlite(image.join("test.db"))).await {
            Ok(store) => store,
            // Not even a database.
            Err(_) => {
                return Self {
                    lost: acknowledged.len(),
                    half: 0,
                };
            }
        };
        let check = store
            .scan("PRAGMA integrity_check", params![])
            .await
            .unwrap();
        assert_eq!(check[0].text(0).unwrap(), "ok");
        let all = async |sql| {
            let rows = store.scan(sql, params![]).await.unwrap();
            rows.into_iter()
                .map(|mut row| row.take_text(0).unwrap())
                .collect::<std::collections::HashSet<_>>()
        };
        let (names, nonces) = (all(NAMES).await, all(NONCES).await);
        store.close().await;
        Self {
            lost: acknowledged
                .iter()
                .filter(|key| !names.contains(*key))
                .count(),
            half: names.symmetric_difference(&nonces).count(),
        }
    }
}

/// Runs the load and crashes it `crashes` times; `kept_in_1000` of the writes that were not synced survive anyway.
async fn crash_under_load(
    synchronous: Synchronous,
    crashes: u64,
    kept_in_1000: u64,
) -> Vec<(usize, Damage)> {
    let folder = Folder::new();
    let store = open(&folder.0, synchronous).await;
    let acknowledged: Arc<Mutex<Vec<String>>> = Arc::default();
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..64)
        .map(|writer| {
            let (store, acknowledged, stop) =
                (store.clone(), Arc::clone(&acknowledged), Arc::clone(&stop));
            tokio::spawn(async move {
                for round in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let key = format!("{writer}-{round}");
                    store.commit(batch(&key)).await.unwrap();
                    acknowledged.lock().unwrap().push(key.clone());
                    // A conflict is an answer too.
                    assert_eq!(
                        store.commit(batch(&key)).await,
                        Err(CommitError::Conflict(TAKEN))
                    );
                }
            })
        })
        .collect();
    let mut found = Vec::new();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..crashes {
        tokio::time::sleep(Duration::from_millis(60)).await;
        let image = Folder::new();
        // First what was acknowledged, then the image: everything in the list must be in it.
        let so_far = acknowledged.lock().unwrap().clone();
        disk::crash(&folder.0, &image.0, || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % 1_000 < kept_in_1000
        });
        found.push((so_far.len(), Damage::after_crash(&image.0, &so_far).await));
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    store.close().await;
    found
}

fn assert_nothing_lost(found: &[(usize, Damage)]) {
    assert!(
        found.last().unwrap().0 > 100,
        "the load was too small: {found:?}"
    );
    for (acknowledged, damage) in found {
        assert_eq!(
            (damage.lost, damage.half),
            (0, 0),
            "of {acknowledged} acknowledged: {found:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_acknowledged_batch_is_lost_when_unsynced_writes_are() {
    assert_nothing_lost(&crash_under_load(Synchronous::Full, 20, 0).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_acknowledged_batch_is_lost_when_some_unsynced_writes_survive() {
    assert_nothing_lost(&crash_under_load(Synchronous::Full, 20, 500).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_control_run_without_syncs_does_lose_data() {
    let found = crash_under_load(Synchronous::Off, 5, 0).await;
    let (acknowledged, damage) = found.last().unwrap();
    assert!(*acknowledged > 100 && damage.lost > 0, "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_disk_is_not_ready_and_acknowledges_nothing_until_it_works_again() {
    let folder = Folder::new();
    let store = open(&folder.0, Synchronous::Full).await;
    store.commit(batch("before")).await.unwrap();
    disk::break_syncs(&folder.0);
    let writers: Vec<_> = (0..20)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move { store.commit(batch(&format!("during{n}"))).await })
        })
        .collect();
    for writer in writers {
        let answer = writer.await.unwrap();
        assert!(
            matches!(
                answer,
                Err(CommitError::Unknown(_) | CommitError::Store(StoreError::Unavailable(_)))
            ),
            "{answer:?}"
        );
    }
    assert!(matches!(
        store.ready().await,
        Err(StoreError::Unavailable(_))
    ));
    // What was read before can be read still.
    let before = store.rows(ONE_NAME, params!["before"]).await.unwrap();
    assert_eq!(before.len(), 1);

    disk::repair(&folder.0);
    let began = std::time::Instant::now();
    while store.ready().await.is_err() {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "the writer did not come back"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    store.commit(batch("after")).await.unwrap();
    let image = Folder::new();
    disk::crash(&folder.0, &image.0, || false);
    let acknowledged = ["before".to_owned(), "after".to_owned()];
    let damage = Damage::after_crash(&image.0, &acknowledged).await;
    assert_eq!((damage.lost, damage.half), (0, 0));
    store.close().await;
}
