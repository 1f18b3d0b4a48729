//! Databases of older programs, whose rows have no MAC, and keys that do not fit.

use cognate_crypto::seal::RootKey;
use cognate_domain::audit::verify;
use cognate_domain::audit::{Entry, chain};
use cognate_domain::jobs::audit_chain::AuditChain;
use cognate_domain::jobs::runner::turn;
use cognate_domain::records::trail::{self, Anchor};
use cognate_domain::{App, Settings};
use cognate_store::tables::meta;
use cognate_store::{Batch, Store, StoreOptions, params};

/// Returns the trail's findings and the number of rows.
async fn verified(app: &App) -> (usize, u64, Option<Anchor>) {
    let page = verify::page(&app.store, &app.trail, None, &[], None).await;
    let page = page.unwrap();
    assert!(page.next.is_none());
    (page.findings.len(), page.seen.rows, page.anchor)
}

async fn append(store: &Store, n: i64) {
    let entry = Entry::default();
    let batch = (0..n).fold(Batch::new(), |batch, at| entry.append(batch, "p", at));
    store.commit(batch).await.unwrap();
}

async fn run(store: &Store, sql: &'static str) {
    store
        .commit(Batch::new().run(sql, params![]))
        .await
        .unwrap();
}

/// Makes a database as an older program left it, with 1,200 rows.
async fn older(options: &StoreOptions, root: &RootKey) {
    let store = Store::open(options).await.unwrap();
    trail::prepare(&store, root).await.unwrap();
    append(&store, 1_200).await;
    run(&store, "UPDATE audit SET row_mac = NULL").await;
    run(&store, "DELETE FROM meta").await;
    store.close().await;
}

fn folder(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("cognate-trail-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

async fn open(options: &StoreOptions, root: &RootKey) -> std::sync::Arc<App> {
    let store = Store::open(options).await.unwrap();
    App::open(Settings::dev(), store, root.duplicate())
        .await
        .unwrap()
}

#[tokio::test]
async fn rows_of_older_programs_are_taken_as_they_are_and_the_anchor_says_so() {
    let (folder, root) = (folder("older"), RootKey::generate());
    let options = StoreOptions::sqlite(folder.join("test.db"));
    older(&options, &root).await;
    let app = open(&options, &root).await;
    let (findings, rows, anchor) = verified(&app).await;
    assert_eq!((findings, rows, anchor.unwrap().older), (0, 1_200, 1_200));
    turn::<AuditChain>(&app, "one").await.unwrap();
    let head = chain::head(&app.store, &app.trail).await.unwrap();
    assert_eq!((head.number, verified(&app).await.0), (1_200, 0));
    // A row without a MAC is one of nobody's from now on, whatever starts again.
    run(
        &app.store,
        "INSERT INTO audit (pool_id, at, audit_id, doc) VALUES ('p', 5000, 'made up', '{}')",
    )
    .await;
    app.store.close().await;
    drop(app);
    let app = open(&options, &root).await;
    assert_eq!(verified(&app).await.0, 1);
    app.store.close().await;
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn a_signing_that_was_interrupted_is_finished() {
    let (folder, root) = (folder("interrupted"), RootKey::generate());
    let options = StoreOptions::sqlite(folder.join("test.db"));
    older(&options, &root).await;
    let app = open(&options, &root).await;
    // As if it had stopped in the middle: the key is there and says that it has not signed all.
    let text = meta::get(&app.store, trail::KEY).await.unwrap().unwrap();
    let (key, settled) = trail::TrailKey::open(&root, &text).unwrap();
    assert!(settled);
    let batch = meta::overwrite(Batch::new(), trail::KEY, &key.wrapped(&root, false));
    app.store.commit(batch).await.unwrap();
    run(&app.store, "UPDATE audit SET row_mac = NULL WHERE at > 700").await;
    run(&app.store, "DELETE FROM meta WHERE name = 'audit_anchor'").await;
    app.store.close().await;
    drop(app);
    let app = open(&options, &root).await;
    let (findings, rows, anchor) = verified(&app).await;
    assert_eq!((findings, rows, anchor.unwrap().older), (0, 1_200, 499));
    app.store.close().await;
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn a_key_that_was_taken_away_makes_no_row_right() {
    let (folder, root) = (folder("taken"), RootKey::generate());
    let options = StoreOptions::sqlite(folder.join("test.db"));
    let app = open(&options, &root).await;
    append(&app.store, 3).await;
    turn::<AuditChain>(&app, "one").await.unwrap();
    run(&app.store, "DELETE FROM meta WHERE name = 'audit_key'").await;
    app.store.close().await;
    drop(app);
    let app = open(&options, &root).await;
    // The three rows and their link.
    assert_eq!(verified(&app).await.0, 4);
    app.store.close().await;
    drop(app);
    // Nor does another sealing key open it.
    let store = Store::open(&options).await.unwrap();
    trail::prepare(&store, &RootKey::generate())
        .await
        .map(|_| ())
        .unwrap_err();
    store.close().await;
    std::fs::remove_dir_all(&folder).unwrap();
}
