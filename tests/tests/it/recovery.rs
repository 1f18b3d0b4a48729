//! A pool is brought back to a moment although every server is killed in the middle: the rows are those of that moment.

use std::time::Duration;

use cognate_store::{Batch, Store, StoreOptions, params};
use cognate_testkit::{Credentials, Raw};
use http::Method;
use serde_json::{Value, json};

use crate::engines;
use crate::program::{self, Program};
use crate::site::*;

/// Users that are deleted after the moment.
const GONE: usize = 600;
/// Calls at once.
const AT_ONCE: usize = 8;
/// The most rounds of kills.
const ROUNDS: u64 = 60;

fn raw(program: &Program) -> Raw {
    Raw::new(&program.endpoint, Some(Credentials::new("test", "test")))
}

/// Makes calls of one operation, some at once.
async fn all(program: &Program, operation: &'static str, inputs: Vec<Value>) {
    let mut tasks = tokio::task::JoinSet::new();
    let share = inputs.len().div_ceil(AT_ONCE);
    for inputs in inputs.chunks(share.max(1)) {
        let (inputs, raw) = (inputs.to_vec(), raw(program));
        tasks.spawn(async move {
            for input in inputs {
                raw.ok(operation, input).await.unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

async fn advance(program: &Program, by: &str) {
    let body = json!({ "advance": by }).to_string();
    let raw = raw(program);
    let reply = raw.fetch(Method::POST, "/_dev/clock", &[], &body).await;
    assert_eq!(reply.unwrap().status, 200);
}

/// Returns the rows of the pool that a recovery brings back.
async fn rows(store: &Store, pool: &str) -> Vec<Vec<String>> {
    let mut tables = Vec::new();
    for sql in [
        "SELECT user_id, username, status, enabled, doc, credential, created, modified, mac FROM users WHERE pool_id = ?1",
        "SELECT name, kind, user_id FROM logins WHERE pool_id = ?1",
        "SELECT attr, value, user_id FROM user_attrs WHERE pool_id = ?1",
        "SELECT name, group_id, mac FROM user_groups WHERE pool_id = ?1",
        "SELECT group_id, user_id, mac FROM group_members WHERE pool_id = ?1",
        "SELECT shard, n FROM user_counts WHERE pool_id = ?1 AND n > 0",
    ] {
        let found = store.rows(sql, params![pool]).await.unwrap();
        let mut found: Vec<_> = found
            .iter()
            .map(|row| format!("{:?}", row.values()))
            .collect();
        found.sort();
        tables.push(found);
    }
    tables
}

/// Returns how many items there are, and how many have come to their end.
async fn progress(store: &Store, pool: &str) -> (i64, i64) {
    let sql = "SELECT COUNT(*), COUNT(CASE WHEN stage = 2 THEN 1 END) FROM recovery_items WHERE pool_id = ?1 AND action > 0";
    let rows = store.rows(sql, params![pool]).await.unwrap();
    (rows[0].int(0).unwrap(), rows[0].int(1).unwrap())
}

async fn status(store: &Store, pool: &str) -> String {
    let sql = "SELECT status FROM recoveries WHERE pool_id = ?1";
    let rows = store.rows(sql, params![pool]).await.unwrap();
    rows[0].text(0).unwrap().to_owned()
}

/// Ends the leases: a killed server keeps its own for a minute.
async fn end_leases(store: &Store) {
    let batch = Batch::new().run("UPDATE jobs SET lease_until = 0", params![]);
    store.commit(batch).await.unwrap();
}

/// A pool, the moment before its users were deleted, and the rows of that moment.
struct Disaster {
    site: Site,
    restore_id: Value,
    before: Vec<Vec<String>>,
}

/// Makes the pool, deletes users of it, and begins to bring it back.
async fn disaster(
    program: Program,
    restart: impl AsyncFn() -> Program,
    open: impl AsyncFn() -> Store,
) -> (Disaster, Program) {
    let site = site(&raw(&program), json!({}), json!({})).await;
    let of = |more: Value| with(json!({ "UserPoolId": site.pool }), &more);
    let named = |name: String| of(json!({ "Username": name }));
    let created = (0..GONE)
        .map(|n| {
            with(
                named(format!("gone{n}")),
                &json!({ "MessageAction": "SUPPRESS" }),
            )
        })
        .collect();
    all(&program, "AdminCreateUser", created).await;
    user(&raw(&program), &site.pool, "jane", json!([])).await;
    raw(&program)
        .ok("CreateGroup", of(json!({ "GroupName": "g" })))
        .await
        .unwrap();
    let joined = (0..GONE)
        .map(|n| with(named(format!("gone{n}")), &json!({ "GroupName": "g" })))
        .collect();
    all(&program, "AdminAddUserToGroup", joined).await;
    program.kill();
    let store = open().await;
    let before = rows(&store, &site.pool).await;
    store.close().await;
    let program = restart().await;
    advance(&program, "2s").await;
    // The moment lies after everything so far: the service's clock is told by its own answers.
    let clock = raw(&program)
        .fetch(Method::GET, "/_dev/clock", &[], "")
        .await
        .unwrap();
    let target = clock.json()["now"].as_f64().unwrap().floor() - 1.0;
    advance(&program, "2s").await;
    let gone = (0..GONE).map(|n| named(format!("gone{n}"))).collect();
    all(&program, "AdminDeleteUser", gone).await;
    let taken = (0..50)
        .map(|n| {
            with(
                named(format!("gone{n}")),
                &json!({ "MessageAction": "SUPPRESS" }),
            )
        })
        .collect();
    all(&program, "AdminCreateUser", taken).await;
    advance(&program, "20m").await;
    let input = of(json!({ "RestoreTimestamp": target }));
    let made = raw(&program)
        .ok("InitiatePointInTimeRecovery", input)
        .await
        .unwrap();
    let restore_id = made["Restoration"]["RestoreId"].clone();
    let disaster = Disaster {
        site,
        restore_id,
        before,
    };
    loop {
        let shown = disaster.ask(&program, "DescribePointInTimeRecovery").await;
        match shown["RestoreStatus"].as_str() {
            Some("PREVIEW_GENERATING") => tokio::time::sleep(Duration::from_millis(100)).await,
            Some("PREVIEW_GENERATED") => {
                let users = &shown["RestorePreview"][0];
                assert_eq!(
                    (&users["CreateCount"], &users["DeleteCount"]),
                    (&json!(GONE), &json!(50))
                );
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    disaster.ask(&program, "StartPointInTimeRecovery").await;
    (disaster, program)
}

impl Disaster {
    async fn ask(&self, program: &Program, operation: &str) -> Value {
        let input = json!({ "UserPoolId": self.site.pool, "RestoreId": self.restore_id });
        raw(program).ok(operation, input).await.unwrap()["Restoration"].clone()
    }

    /// Whoever is not concerned signs in at any time.
    async fn sign_in(&self, program: &Program) {
        let unsigned = Raw::new(&program.endpoint, None);
        sign_in(&unsigned, &self.site.client, "jane").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recovery_survives_kills_on_sqlite() {
    let folder = program::scratch("recovery");
    let start = async || Program::start(&folder, None).await;
    let open = async || {
        let file = folder.join(".cognate").join("cognate.db");
        Store::open(&StoreOptions::sqlite(file)).await.unwrap()
    };
    let (disaster, mut program) = disaster(start().await, start, open).await;
    let mut in_the_middle = 0;
    for round in 0..ROUNDS {
        // The first is killed at once. The others look for work a second after their start: each is killed a little later in it,
        // until two were killed in the middle.
        let wait = match (round, in_the_middle) {
            (0, _) => Duration::ZERO,
            (_, 0 | 1) => Duration::from_millis(600 + 50 * round),
            _ => {
                disaster.sign_in(&program).await;
                Duration::from_secs(6)
            }
        };
        tokio::time::sleep(wait).await;
        program.kill();
        let store = open().await;
        let (items, done) = progress(&store, &disaster.site.pool).await;
        let status = status(&store, &disaster.site.pool).await;
        println!("round {round}: {done} of {items} items are done, {status}");
        end_leases(&store).await;
        if status == "RESTORE_COMPLETED" {
            assert!(in_the_middle > 0, "no kill hit the middle of the work");
            assert_eq!(rows(&store, &disaster.site.pool).await, disaster.before);
            store.close().await;
            std::fs::remove_dir_all(&folder).unwrap();
            return;
        }
        store.close().await;
        in_the_middle += u64::from(done > 0 && done < items);
        program = start().await;
    }
    panic!("the recovery did not end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn a_recovery_survives_kills_of_both_nodes_on_postgresql() {
    let url = engines::durable_postgres("recovery").await;
    let folders = ["recovery-a", "recovery-b"].map(program::scratch);
    let start = async || Program::start(&folders[0], Some(&url)).await;
    let open = async || {
        Store::open(&StoreOptions::postgres(url.as_str()))
            .await
            .unwrap()
    };
    let (disaster, mut a) = disaster(start().await, start, open).await;
    let store = open().await;
    let pool = disaster.site.pool.clone();
    for in_the_middle in 0..ROUNDS {
        let b = Program::start(&folders[1], Some(&url)).await;
        let (_, begun) = progress(&store, &pool).await;
        let mut looks = 0;
        // Both are killed as soon as one of them has done something, twice; then they may come to the end.
        loop {
            let (items, done) = progress(&store, &pool).await;
            let completed = status(&store, &pool).await == "RESTORE_COMPLETED";
            looks += 1;
            assert!(looks < 3_000, "the recovery does not go on");
            if completed || in_the_middle < 2 && done > begun && done < items {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if in_the_middle >= 2 {
            disaster.sign_in(&a).await;
        }
        a.kill();
        b.kill();
        if status(&store, &pool).await == "RESTORE_COMPLETED" {
            assert!(in_the_middle > 0, "no kill hit the middle of the work");
            assert_eq!(rows(&store, &pool).await, disaster.before);
            store.close().await;
            for folder in folders {
                std::fs::remove_dir_all(folder).unwrap();
            }
            return;
        }
        end_leases(&store).await;
        a = Program::start(&folders[0], Some(&url)).await;
    }
    panic!("the recovery did not end");
}
