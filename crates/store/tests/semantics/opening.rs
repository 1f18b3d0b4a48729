//! Opening: migrations and programs that do not fit.

use cognate_store::{
    Batch, MigrateMode, OpenError, PROGRAM_GENERATION, Store, StoreOptions, params,
};

use crate::engines::{Folder, postgres_url};

const NEWER: &str =
    "INSERT INTO migrations (number, name, min_program, at) VALUES (9999, 'newer', ?1, 0)";

async fn migrations_wait_for_permission(options: StoreOptions) {
    let check = options.clone().migrate(MigrateMode::Check);
    let refused = Store::open(&check).await.unwrap_err();
    assert!(
        matches!(&refused, OpenError::NeedsMigration(names) if names.starts_with("0001_foundation")),
        "{refused}"
    );
    Store::open(&options).await.unwrap().close().await;
    Store::open(&check).await.unwrap().close().await;
}

async fn a_database_of_a_newer_program_is_refused_only_if_it_says_so(options: StoreOptions) {
    let store = Store::open(&options).await.unwrap();
    store
        .commit(Batch::new().run(NEWER, params![PROGRAM_GENERATION]))
        .await
        .unwrap();
    store.close().await;
    let store = Store::open(&options).await.unwrap();
    let raise = "UPDATE migrations SET min_program = ?1 WHERE number = 9999";
    store
        .commit(Batch::new().run(raise, params![PROGRAM_GENERATION + 1]))
        .await
        .unwrap();
    store.close().await;
    let refused = Store::open(&options).await.unwrap_err();
    assert!(matches!(refused, OpenError::TooNew { .. }), "{refused}");
}

async fn data_is_there_after_reopening(options: StoreOptions) {
    let store = Store::open(&options).await.unwrap();
    let put = "INSERT INTO meta (name, value) VALUES (?1, ?2)";
    store
        .commit(Batch::new().run(put, params!["a", "1"]))
        .await
        .unwrap();
    store.close().await;
    let store = Store::open(&options).await.unwrap();
    let rows = store
        .rows("SELECT value FROM meta WHERE name = ?1", params!["a"])
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    store.close().await;
}

async fn the_hosts_of_issuers_that_were_there_are_filled_in(options: StoreOptions) {
    let issuers = [
        (
            "a",
            Some(r#"{"custom":"https://ID.example"}"#),
            Some("id.example"),
        ),
        (
            "b",
            Some(r#"{"custom":"https://id.example:443"}"#),
            Some("id.example"),
        ),
        (
            "c",
            Some(r#"{"custom":"http://id.example:80"}"#),
            Some("id.example"),
        ),
        (
            "d",
            Some(r#"{"custom":"http://localhost:9229"}"#),
            Some("localhost:9229"),
        ),
        (
            "e",
            Some(r#"{"custom":"https://id.example:80"}"#),
            Some("id.example:80"),
        ),
        ("f", Some(r#"{"custom":"https://id.example/x"}"#), None),
        ("g", Some(r#""gateway""#), None),
        ("h", None, None),
    ];
    let long = format!(r#"{{"custom":"https://{}"}}"#, "x".repeat(4_000));
    let store = Store::open(&options).await.unwrap();
    let put = "INSERT INTO pools (pool_id, region, state, doc, data_key, issuer, created, modified, ver) \
               VALUES (?1, 'r', 0, '{}', ?2, ?3, 0, 0, 1)";
    let mut batch = Batch::new();
    for (id, issuer, _) in issuers {
        batch = batch.run(put, params![id, Vec::<u8>::new(), issuer]);
    }
    batch = batch.run(put, params!["i", Vec::<u8>::new(), long]);
    for undone in [
        "DROP INDEX pools_by_issuer_host",
        "ALTER TABLE pools DROP COLUMN issuer_host",
        "DELETE FROM migrations WHERE number = 43",
    ] {
        batch = batch.run(undone, params![]);
    }
    store.commit(batch).await.unwrap();
    store.close().await;
    let store = Store::open(&options).await.unwrap();
    let sql = "SELECT pool_id, issuer_host FROM pools ORDER BY pool_id";
    let rows = store.rows(sql, params![]).await.unwrap();
    let filled: Vec<_> = rows
        .iter()
        .map(|row| (row.text(0).unwrap(), row.opt_text(1).unwrap()))
        .collect();
    let mut expected: Vec<_> = issuers.iter().map(|(id, _, host)| (*id, *host)).collect();
    expected.push(("i", None));
    assert_eq!(filled, expected);
    store.close().await;
}

macro_rules! on_each_engine_closed {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                let folder = super::Folder::new();
                super::$name(folder.options()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                let Some(url) = super::postgres_url().await else { return };
                super::$name(super::StoreOptions::postgres(url)).await;
            })+
        }
    };
}
on_each_engine_closed!(
    migrations_wait_for_permission,
    a_database_of_a_newer_program_is_refused_only_if_it_says_so,
    data_is_there_after_reopening,
    the_hosts_of_issuers_that_were_there_are_filled_in,
);

#[tokio::test]
async fn ten_nodes_start_on_an_empty_database_at_once() {
    let Some(url) = postgres_url().await else {
        return;
    };
    let starts: Vec<_> = (0..10)
        .map(|_| {
            let options = StoreOptions::postgres(&url);
            tokio::spawn(async move { Store::open(&options).await })
        })
        .collect();
    let mut stores = Vec::new();
    for start in starts {
        stores.push(start.await.unwrap().unwrap());
    }
    let rows = stores[9]
        .rows("SELECT number FROM migrations WHERE number = 1", params![])
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    for store in stores {
        store.close().await;
    }
}

/// As migrations before 0044 left the table.
const SESSIONS_OF_BEFORE: [&str; 4] = [
    "DROP TABLE sessions",
    "CREATE TABLE sessions (pool_id TEXT NOT NULL, user_id TEXT NOT NULL, session_id TEXT NOT NULL, client_id TEXT NOT NULL, \
     doc TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL, ver INTEGER NOT NULL, bucket INTEGER NOT NULL, \
     active INTEGER NOT NULL DEFAULT 0, activity TEXT, mac BLOB, origin TEXT NOT NULL DEFAULT '', \
     PRIMARY KEY (pool_id, user_id, session_id)) STRICT, WITHOUT ROWID",
    "CREATE INDEX sessions_by_expiry ON sessions (bucket, expires)",
    "DELETE FROM migrations WHERE number = 44",
];

#[tokio::test]
async fn sessions_of_an_older_file_are_kept_with_every_column() {
    const ALL: &str = "SELECT pool_id, user_id, session_id, client_id, doc, created, expires, ver, bucket, active, activity, mac, origin \
         FROM sessions ORDER BY session_id";
    let put = "INSERT INTO sessions (pool_id, user_id, session_id, client_id, doc, created, expires, ver, bucket, active, activity, \
         mac, origin) VALUES ('p', 'u', ?1, 'c', '{}', 1, 2, 3, 4, 5, ?2, ?3, ?4)";
    let folder = Folder::new();
    let options = folder.options();
    let store = Store::open(&options).await.unwrap();
    let made = store.rows(ALL, params![]).await.unwrap();
    assert!(made.is_empty());
    let mut batch = Batch::new();
    for statement in SESSIONS_OF_BEFORE {
        batch = batch.run(statement, params![]);
    }
    batch = batch
        .run(put, params!["a", "{}", vec![1_u8, 2], "browser"])
        .run(put, params!["b", None::<&str>, None::<Vec<u8>>, ""]);
    store.commit(batch).await.unwrap();
    let before = store.rows(ALL, params![]).await.unwrap();
    store.close().await;

    let store = Store::open(&options).await.unwrap();
    assert_eq!(store.rows(ALL, params![]).await.unwrap(), before);
    assert_eq!(before.len(), 2);
    let twice = Batch::new().run(put, params!["a", "{}", vec![0_u8], ""]);
    assert!(store.commit(twice).await.is_err(), "the key is still one");
    let sql = "SELECT name, sql FROM sqlite_schema WHERE name IN ('sessions', 'sessions_by_expiry') ORDER BY name";
    let schema = store.rows(sql, params![]).await.unwrap();
    assert!(!schema[0].text(1).unwrap().contains("WITHOUT ROWID"));
    let index = "CREATE INDEX sessions_by_expiry ON sessions (expires)";
    assert_eq!(schema[1].text(1).unwrap(), index);
    store.close().await;
}
