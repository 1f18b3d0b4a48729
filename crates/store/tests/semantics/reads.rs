//! Reads: values come back as they were, in bytewise order.

use cognate_store::{Batch, Store, StoreError, Value, params};

use crate::engines::on_each_engine;

const PUT: &str = "INSERT INTO meta (name, value) VALUES (?1, ?2)";
const GET: &str = "SELECT value FROM meta WHERE name = ?1";
const PUT_CODE: &str = "INSERT INTO codes (pool_id, user_id, purpose, sealed, created, expires, failures, ver, bucket) \
     VALUES (?1, ?2, 'sign_up', ?3, ?4, ?4, 0, 1, 0)";
const GET_CODE: &str = "SELECT pool_id, sealed, created FROM codes WHERE user_id = ?1";
const PAGE: &str = "SELECT name FROM meta WHERE name > ?1 ORDER BY name LIMIT ?2";
const RANGE: &str = "SELECT name FROM meta WHERE name >= ?1 AND name < ?2 ORDER BY name";
const POOL: &str = "INSERT INTO pools (pool_id, region, state, doc, data_key, issuer, created, modified, ver) \
     VALUES (?1, 'r', 0, '{}', ?2, ?3, 0, 0, 1)";
const ATTRIBUTE: &str =
    "INSERT INTO user_attrs (pool_id, attr, value, user_id) VALUES (?1, ?2, ?3, ?4)";
const KEYSET: &str = "SELECT value, user_id FROM user_attrs WHERE pool_id = ?1 AND attr = ?2 AND (value, user_id) > (?3, ?4) \
     ORDER BY value, user_id LIMIT ?5";
const TOTAL: &str = "SELECT sum(n), count(*), max(n) FROM user_counts WHERE pool_id = ?1";
const COUNT: &str = "INSERT INTO user_counts (pool_id, shard, n) VALUES (?1, ?2, ?3) \
     ON CONFLICT (pool_id, shard) DO UPDATE SET n = user_counts.n + excluded.n";

async fn names(store: &Store, sql: &'static str, params: Vec<Value>) -> Vec<String> {
    let rows = store.rows(sql, params).await.unwrap();
    rows.into_iter()
        .map(|mut row| row.take_text(0).unwrap())
        .collect()
}

async fn values_come_back_as_they_were(store: &Store) {
    let text = "é\u{301}\u{1F600}'\"\\\n\u{7f}";
    let bytes: Vec<u8> = (0..=255).collect();
    for (user, number) in [("a", i64::MIN), ("b", i64::MAX), ("c", 0)] {
        let batch = Batch::new().one(
            PUT_CODE,
            params![text, user, &bytes, number],
            cognate_store::Label("x"),
        );
        store.commit(batch).await.unwrap();
        let row = store.row(GET_CODE, params![user]).await.unwrap().unwrap();
        assert_eq!(row.text(0).unwrap(), text);
        assert_eq!(row.bytes(1).unwrap(), bytes);
        assert_eq!(row.int(2).unwrap(), number);
    }
    let empty = Batch::new().run(PUT_CODE, params!["", "d", Vec::<u8>::new(), 0]);
    store.commit(empty).await.unwrap();
    let row = store.row(GET_CODE, params!["d"]).await.unwrap().unwrap();
    assert_eq!((row.text(0).unwrap(), row.bytes(1).unwrap()), ("", &[][..]));
}

async fn null_is_null_whatever_the_column(store: &Store) {
    let batch = Batch::new()
        .run(POOL, params!["a", vec![1_u8], None::<String>])
        .run(POOL, params!["b", vec![1_u8], Some("i")]);
    store.commit(batch).await.unwrap();
    let sql = "SELECT issuer FROM pools WHERE pool_id = ?1";
    let issuer = async |pool: &str| store.row(sql, params![pool]).await.unwrap().unwrap();
    assert_eq!(issuer("a").await.opt_text(0).unwrap(), None);
    assert_eq!(issuer("b").await.opt_text(0).unwrap(), Some("i"));
}

async fn text_is_ordered_by_its_bytes(store: &Store) {
    let mut expected = [
        "",
        "A",
        "B",
        "Z",
        "_",
        "a",
        "a-b",
        "aB",
        "ab",
        "z",
        "Ä",
        "ä",
        "\u{ffff}",
        "\u{1F600}",
    ];
    let mut batch = Batch::new();
    for name in expected.iter().rev() {
        batch.append(Batch::new().run(PUT, params![*name, "x"]));
    }
    store.commit(batch).await.unwrap();
    expected.sort_unstable();
    let all = names(store, RANGE, params!["", "\u{10ffff}"]).await;
    assert_eq!(all, expected);
    // A prefix is a range up to the next code point.
    assert_eq!(
        names(store, RANGE, params!["a", "b"]).await,
        ["a", "a-b", "aB", "ab"]
    );
    assert_eq!(names(store, PAGE, params!["Z", 3]).await, ["_", "a", "a-b"]);
}

async fn pages_by_two_columns_follow_each_other(store: &Store) {
    let mut batch = Batch::new();
    for n in 0..20 {
        let (value, user) = (format!("v{}", n / 5), format!("u{n:02}"));
        batch.append(Batch::new().run(ATTRIBUTE, params!["p", "name", value, user]));
    }
    store.commit(batch).await.unwrap();
    let (mut value, mut user) = (String::new(), String::new());
    let mut seen = Vec::new();
    loop {
        let page = store
            .rows(KEYSET, params!["p", "name", &value, &user, 7])
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        value = last.text(0).unwrap().to_owned();
        user = last.text(1).unwrap().to_owned();
        seen.extend(page.iter().map(|row| row.text(1).unwrap().to_owned()));
    }
    let expected: Vec<_> = (0..20).map(|n| format!("u{n:02}")).collect();
    assert_eq!(seen, expected);
}

async fn sums_and_counts_are_whole_numbers(store: &Store) {
    let empty = store.row(TOTAL, params!["p"]).await.unwrap().unwrap();
    assert_eq!(
        (empty.opt_int(0).unwrap(), empty.int(1).unwrap()),
        (None, 0)
    );
    for (shard, n) in [(0, 40_000), (1, -3), (0, 60_000)] {
        store
            .commit(Batch::new().run(COUNT, params!["p", shard, n]))
            .await
            .unwrap();
    }
    let total = store.row(TOTAL, params!["p"]).await.unwrap().unwrap();
    assert_eq!(
        (
            total.int(0).unwrap(),
            total.int(1).unwrap(),
            total.int(2).unwrap()
        ),
        (99_997, 2, 100_000)
    );
}

async fn several_reads_answer_in_order(store: &Store) {
    let batch = Batch::new()
        .run(PUT, params!["a", "1"])
        .run(PUT, params!["b", "2"]);
    store.commit(batch).await.unwrap();
    let queries = [
        (GET, params!["b"]),
        (GET, params!["missing"]),
        (RANGE, params!["a", "c"]),
        (GET, params!["a"]),
    ];
    let answers = store.read(&queries).await.unwrap();
    let texts: Vec<Vec<_>> = answers
        .iter()
        .map(|rows| rows.iter().map(|row| row.text(0).unwrap()).collect())
        .collect();
    assert_eq!(texts, [vec!["2"], vec![], vec!["a", "b"], vec!["1"]]);
    assert!(store.read(&[]).await.unwrap().is_empty());
}

async fn a_wrong_read_is_an_error_and_the_next_one_works(store: &Store) {
    let wrong = [
        ("SELECT nothing FROM nowhere", params![]),
        (GET, params!["a", "b", "c"]),
    ];
    for (sql, params) in wrong {
        let error = store.rows(sql, params.clone()).await.unwrap_err();
        assert!(matches!(error, StoreError::Refused(_)), "{sql}: {error}");
        store
            .read(&[(GET, params!["a"]), (sql, params)])
            .await
            .unwrap_err();
    }
    store.rows(GET, params!["a"]).await.unwrap();
}

async fn a_nul_character_is_refused(store: &Store) {
    store.rows(GET, params!["a\0b"]).await.unwrap_err();
    store
        .commit(Batch::new().run(PUT, params!["a\0b", "x"]))
        .await
        .unwrap_err();
    store
        .commit(Batch::new().run(PUT, params!["a", "x"]))
        .await
        .unwrap();
}

async fn scans_run_beside_each_other(store: &Store) {
    let mut batch = Batch::new();
    for n in 0..500 {
        batch.append(Batch::new().run(PUT, params![format!("n{n:03}"), "1"]));
    }
    store.commit(batch).await.unwrap();
    let scans: Vec<_> = (0..20)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.scan(RANGE, params!["n", "o"]).await.unwrap().len() })
        })
        .collect();
    for scan in scans {
        assert_eq!(scan.await.unwrap(), 500);
    }
}

async fn the_clocks_are_compared(store: &Store) {
    // The test server runs on this machine.
    assert!(store.wall_skew().await.unwrap().abs() < 2_000_000);
}

async fn a_closed_store_says_so(store: &Store) {
    store.clone().close().await;
    assert_eq!(store.rows(GET, params!["a"]).await, Err(StoreError::Closed));
    assert_eq!(store.scan(GET, params!["a"]).await, Err(StoreError::Closed));
    assert_eq!(store.ready().await, Err(StoreError::Closed));
    let commit = store.commit(Batch::new().run(PUT, params!["a", "1"])).await;
    assert_eq!(commit, Err(StoreError::Closed.into()));
}

on_each_engine!(
    values_come_back_as_they_were,
    null_is_null_whatever_the_column,
    text_is_ordered_by_its_bytes,
    pages_by_two_columns_follow_each_other,
    sums_and_counts_are_whole_numbers,
    several_reads_answer_in_order,
    a_wrong_read_is_an_error_and_the_next_one_works,
    a_nul_character_is_refused,
    scans_run_beside_each_other,
    the_clocks_are_compared,
    a_closed_store_says_so,
);
