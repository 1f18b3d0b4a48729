//! A pool with 20,000 users is deleted: after the answer no caller gets anything from it, and all its rows are deleted
//! in the end, although every server is killed in the middle.

use std::time::{Duration, Instant};

use cognate_store::tables::users::{self, UserRow};
use cognate_store::tables::{jobs, pools};
use cognate_store::{Batch, Label, Store, StoreOptions, params};
use cognate_testkit::{Credentials, Raw};
use serde_json::{Value, json};

use crate::engines;
use crate::program::{self, Program};
use crate::site::*;

const USERS: usize = 20_000;
/// The searched attributes of each user.
const SEARCHED: [&str; 3] = ["email", "username", "status"];
const PURGED: i64 = 2;
/// The longest time that the removal may take when no server is killed any more.
const PATIENCE: Duration = Duration::from_secs(120);

/// Returns a client of a program, signed or not.
fn raw(program: &Program, signed: bool) -> Raw {
    let credentials = signed.then(|| Credentials::new("test", "test"));
    Raw::new(&program.endpoint, credentials)
}

/// Writes the users' rows, which is quicker than to create them.
async fn fill(store: &Store, pool: &str) {
    const TAKEN: Label = Label("taken");
    for first in (0..USERS).step_by(500) {
        let mut batch = Batch::new();
        for n in first..first + 500 {
            let (id, name) = (
                format!("{n:08x}-0000-4000-8000-000000000000"),
                format!("user-{n}"),
            );
            let row = UserRow {
                user_id: id.clone(),
                username: name.clone(),
                status: "CONFIRMED".into(),
                enabled: true,
                doc: json!({ "attributes": {} }).to_string(),
                credential: None,
                created: 1,
                modified: 1,
                ver: 1,
                mac: None,
            };
            batch = users::insert(batch, pool, &row);
            batch = users::insert_login(batch, pool, &id, &name, "username", TAKEN);
            for attribute in SEARCHED {
                batch = users::insert_attr(batch, pool, &id, attribute, &name);
            }
        }
        store.commit(batch).await.unwrap();
    }
}

/// Returns the rows of the pool that are left, in all tables that a removal empties.
async fn left(store: &Store, pool: &str) -> i64 {
    let mut sum = 0;
    for statement in pools::PURGE.iter() {
        let table = statement.strip_prefix("DELETE FROM ").unwrap();
        // The entries of clients are found by the client, not by the pool.
        let Some((table, _)) = table.split_once(" WHERE pool_id = ?1") else {
            continue;
        };
        let sql: &'static str = format!("SELECT COUNT(*) FROM {table} WHERE pool_id = ?1").leak();
        sum += store.rows(sql, params![pool]).await.unwrap()[0]
            .int(0)
            .unwrap();
    }
    sum
}

/// Ends the leases. A killed server keeps its lease on the work for a minute; the tests do not wait for that.
async fn end_leases(store: &Store) {
    let sql = "UPDATE jobs SET lease_until = 0 WHERE kind = ?1";
    store
        .commit(Batch::new().run(sql, params!["delete_pool"]))
        .await
        .unwrap();
}

/// The site and the tokens of a user of the pool.
struct Held {
    site: Site,
    tokens: Value,
}

impl Held {
    async fn of(program: &Program) -> Self {
        let signed = raw(program, true);
        let site = site(&signed, json!({}), json!({})).await;
        user(&signed, &site.pool, "jane", json!([])).await;
        let tokens = sign_in(&raw(program, false), &site.client, "jane").await;
        Self { site, tokens }
    }

    /// Checks that the pool and everything of it are unknown to the program.
    async fn refused_by(&self, program: &Program) {
        let Site { pool, client } = &self.site;
        let unsigned = raw(program, false);
        let refresh = initiate(
            client,
            "REFRESH_TOKEN_AUTH",
            json!({ "REFRESH_TOKEN": self.tokens["RefreshToken"] }),
        );
        for input in [by_password(client, "jane", PASSWORD), refresh] {
            let reply = unsigned.call("InitiateAuth", input).await.unwrap();
            assert_eq!(
                reply.error(),
                "ResourceNotFoundException",
                "{}",
                reply.text()
            );
        }
        let input = json!({ "AccessToken": self.tokens["AccessToken"] });
        let reply = unsigned.call("GetUser", input).await.unwrap();
        assert_eq!(reply.status, 400, "{}", reply.text());
        let signed = raw(program, true);
        for (operation, input) in [
            ("DescribeUserPool", json!({ "UserPoolId": pool })),
            ("ListUsers", json!({ "UserPoolId": pool })),
            (
                "AdminCreateUser",
                json!({ "UserPoolId": pool, "Username": "late", "MessageAction": "SUPPRESS" }),
            ),
        ] {
            let reply = signed.call(operation, input).await.unwrap();
            assert_eq!(
                reply.error(),
                "ResourceNotFoundException",
                "{}",
                reply.text()
            );
        }
        let listed = signed
            .ok("ListUserPools", json!({ "MaxResults": 60 }))
            .await
            .unwrap();
        let found = listed["UserPools"].as_array().unwrap();
        assert!(found.iter().all(|other| other["Id"] != json!(pool)));
    }

    /// Deletes the pool, which is answered at once.
    async fn delete(&self, program: &Program) {
        let begin = Instant::now();
        let input = json!({ "UserPoolId": self.site.pool });
        raw(program, true)
            .ok("DeleteUserPool", input)
            .await
            .unwrap();
        let answered = begin.elapsed();
        println!("answered after {answered:?}");
        assert!(answered < Duration::from_secs(2), "{answered:?}");
    }
}

async fn assert_nothing_is_left(store: &Store, pool: &str) {
    assert_eq!(pools::state(store, pool).await.unwrap(), Some(PURGED));
    assert_eq!(left(store, pool).await, 0);
    let due = jobs::due(store, "delete_pool", "", i64::MAX, 16)
        .await
        .unwrap();
    assert!(!due.iter().any(|key| key == pool), "the job is still there");
    let sql = "SELECT data_key FROM pools WHERE pool_id = ?1";
    let mut key = store.rows(sql, params![pool]).await.unwrap();
    assert!(
        key[0].take_bytes(0).unwrap().is_empty(),
        "the pool's key is still there"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_removal_of_a_large_pool_survives_kills_on_sqlite() {
    let folder = program::scratch("deletion");
    let program = Program::start(&folder, None).await;
    let held = Held::of(&program).await;
    program.kill();
    let open = || async {
        let file = folder.join(".cognate").join("cognate.db");
        Store::open(&StoreOptions::sqlite(file)).await.unwrap()
    };
    let pool = held.site.pool.clone();
    let store = open().await;
    fill(&store, &pool).await;
    let all = left(&store, &pool).await;
    store.close().await;

    let program = Program::start(&folder, None).await;
    held.delete(&program).await;
    held.refused_by(&program).await;
    program.kill();
    // The work begins a second after a start: each round is killed a little later in it, until one was killed in
    // the middle. The next finishes.
    let mut in_the_middle = 0;
    for round in 0..120 {
        let program = Program::start(&folder, None).await;
        let wait = if in_the_middle > 0 {
            Duration::from_secs(8)
        } else {
            Duration::from_millis(900 + 100 * round)
        };
        tokio::time::sleep(wait).await;
        held.refused_by(&program).await;
        program.kill();
        let store = open().await;
        let rest = left(&store, &pool).await;
        println!("round {round}: {rest} of {all} rows are left");
        end_leases(&store).await;
        let done = pools::state(&store, &pool).await.unwrap() == Some(PURGED);
        if done {
            assert_nothing_is_left(&store, &pool).await;
        }
        store.close().await;
        if done {
            assert!(in_the_middle > 0, "no kill hit the middle of the work");
            std::fs::remove_dir_all(&folder).unwrap();
            return;
        }
        in_the_middle += i64::from(rest < all);
    }
    panic!("the removal did not end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn the_removal_of_a_large_pool_survives_kills_of_both_nodes_on_postgresql() {
    let url = engines::durable_postgres("deletion").await;
    let folders = ["deletion-a", "deletion-b"].map(program::scratch);
    let start = || async {
        let a = Program::start(&folders[0], Some(&url)).await;
        let b = Program::start(&folders[1], Some(&url)).await;
        (a, b)
    };
    let (a, b) = start().await;
    let held = Held::of(&a).await;
    let pool = held.site.pool.clone();
    let store = Store::open(&StoreOptions::postgres(url.as_str()))
        .await
        .unwrap();
    fill(&store, &pool).await;
    let all = left(&store, &pool).await;
    // The other node knows the pool, too.
    sign_in(&raw(&b, false), &held.site.client, "jane").await;
    held.delete(&a).await;
    held.refused_by(&b).await;
    held.refused_by(&a).await;
    let begin = Instant::now();
    loop {
        assert!(begin.elapsed() < PATIENCE, "the removal did not begin");
        let rest = left(&store, &pool).await;
        assert!(rest > 0, "no kill hit the middle of the work");
        if rest < all {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    a.kill();
    b.kill();
    let rest = left(&store, &pool).await;
    println!("killed when {rest} of {all} rows were left");
    assert!(rest > 0, "no kill hit the middle of the work");
    assert_ne!(pools::state(&store, &pool).await.unwrap(), Some(PURGED));
    end_leases(&store).await;

    let (a, b) = start().await;
    let begin = Instant::now();
    while pools::state(&store, &pool).await.unwrap() != Some(PURGED) {
        assert!(begin.elapsed() < PATIENCE, "the removal did not end");
        held.refused_by(&a).await;
        held.refused_by(&b).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    // The node that finished takes the job away a moment later.
    while !jobs::due(&store, "delete_pool", "", i64::MAX, 16)
        .await
        .unwrap()
        .is_empty()
    {
        assert!(begin.elapsed() < PATIENCE, "the job did not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_nothing_is_left(&store, &pool).await;
    held.refused_by(&a).await;
    held.refused_by(&b).await;
    a.kill();
    b.kill();
    store.close().await;
    for folder in folders {
        std::fs::remove_dir_all(folder).unwrap();
    }
}
