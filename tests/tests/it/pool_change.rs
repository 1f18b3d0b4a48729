//! A change of a pool with two thousand users is applied while the server is killed in the middle of it: the next one goes
//! on, and at the end every user has exactly the new names.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use cognate_store::{Batch, Store, StoreOptions, params};
use cognate_testkit::{Credentials, Raw};
use serde_json::{Value, json};

use crate::program::{self, Program};
use crate::site::*;

const USERS: usize = 2_000;
/// The users that are made at once.
const AT_ONCE: usize = 20;
/// The longest time until a change has come to rest.
const PATIENCE: Duration = Duration::from_secs(60);

fn raw(program: &Program) -> Raw {
    Raw::new(&program.endpoint, Some(Credentials::new("test", "test")))
}

async fn fill(program: &Program, pool: &str) {
    for first in (0..USERS).step_by(AT_ONCE) {
        let made: Vec<_> = (first..first + AT_ONCE)
            .map(|n| {
                let (raw, pool) = (raw(program), pool.to_owned());
                tokio::spawn(async move {
                    let name = format!("User-{n}");
                    let input =
                        json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"});
                    raw.ok("AdminCreateUser", input).await.unwrap();
                })
            })
            .collect();
        for one in made {
            one.await.unwrap();
        }
    }
}

/// Runs `cognate pool plan-change` beside the server; None if it fails.
fn command(folder: &Path, pool: &str, words: &[&str]) -> Option<Value> {
    let mut command = program::command(folder, None);
    command
        .args(["pool", "plan-change", pool])
        .args(words)
        .arg("--json");
    let done = command.stderr(Stdio::null()).output().unwrap();
    serde_json::from_slice(&done.stdout).ok()
}

/// Asks the server itself for the state, since a command takes as long to begin as a change takes to end.
fn status(folder: &Path, pool: &str) -> Option<Value> {
    let ask = json!({"command": "pool-change", "pool": pool, "step": {"status": {"plan": null, "from": 0}}});
    let mut socket = UnixStream::connect(folder.join(".cognate").join("control.sock")).ok()?;
    socket.write_all(format!("{ask}\n").as_bytes()).ok()?;
    let mut line = String::new();
    BufReader::new(socket).read_line(&mut line).ok()?;
    let answer: Value = serde_json::from_str(&line).ok()?;
    Some(answer["done"].clone())
}

/// Waits until the change rests; its state.
async fn rested(folder: &Path, pool: &str) -> Value {
    let begin = Instant::now();
    loop {
        if let Some(status) = command(folder, pool, &["status"])
            && status["moves"] == false
        {
            return status;
        }
        assert!(
            begin.elapsed() < PATIENCE,
            "the change does not come to rest"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn open(folder: &Path) -> Store {
    let file = folder.join(".cognate").join("cognate.db");
    Store::open(&StoreOptions::sqlite(file)).await.unwrap()
}

/// Returns the state and the number of users that are done, from the database that no server has open. A killed server
/// keeps its lease for a minute; the test does not wait for that.
async fn stood(folder: &Path, pool: &str) -> (String, i64) {
    let store = open(folder).await;
    let sql = "UPDATE jobs SET lease_until = 0 WHERE kind = ?1";
    store
        .commit(Batch::new().run(sql, params!["pool_change"]))
        .await
        .unwrap();
    let sql =
        "SELECT state, progress FROM pool_changes WHERE pool_id = ?1 ORDER BY created DESC LIMIT 1";
    let rows = store.rows(sql, params![pool]).await.unwrap();
    let progress: Value = serde_json::from_str(rows[0].text(1).unwrap()).unwrap();
    let state = rows[0].text(0).unwrap().to_owned();
    store.close().await;
    (state, progress["done"].as_i64().unwrap())
}

async fn names(folder: &Path, pool: &str) -> Vec<String> {
    let store = open(folder).await;
    let sql = "SELECT name FROM logins WHERE pool_id = ?1";
    let rows = store.rows(sql, params![pool]).await.unwrap();
    let mut names: Vec<_> = rows
        .iter()
        .map(|row| {
            row.text(0)
                .unwrap()
                .rsplit('\u{1}')
                .next()
                .unwrap()
                .to_owned()
        })
        .collect();
    names.sort();
    store.close().await;
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_a_pool_survives_a_kill_in_the_middle() {
    let folder = program::scratch("pool-change");
    let mut program = Program::start(&folder, None).await;
    let pool = site(&raw(&program), json!({}), json!({})).await.pool;
    fill(&program, &pool).await;
    let mut in_the_middle = false;
    // The server is killed as soon as it says that it is in the middle; if it was done by then, once more.
    for round in 0..10 {
        let plan = command(&folder, &pool, &["plan", "--set", "case-sensitive=false"]).unwrap();
        assert_eq!(
            (&plan["state"], &plan["users"]),
            (&json!("planned"), &json!(USERS))
        );
        let id = plan["plan"].as_str().unwrap().to_owned();
        let mut apply = program::command(&folder, None);
        apply.args(["pool", "plan-change", &pool, "apply", &id]);
        apply.stdout(Stdio::null()).stderr(Stdio::null());
        let mut apply = apply.spawn().unwrap();
        let begin = Instant::now();
        loop {
            assert!(begin.elapsed() < PATIENCE, "the change does not begin");
            let status = status(&folder, &pool).unwrap();
            if status["state"] == "applied" || status["state"] == "applying" {
                break;
            }
        }
        // The command first: without a server it would do the work itself.
        apply.kill().unwrap();
        apply.wait().unwrap();
        program.kill();
        let (state, done) = stood(&folder, &pool).await;
        println!("round {round}: {state}, {done} users are done");
        in_the_middle = state == "applying";
        program = Program::start(&folder, None).await;
        assert_eq!(rested(&folder, &pool).await["state"], "applied");
        if in_the_middle {
            break;
        }
        let undone = command(&folder, &pool, &["undo", &id]).unwrap();
        assert_eq!(undone["state"], "undone");
    }
    assert!(in_the_middle, "no kill hit the middle of the work");
    let status = command(&folder, &pool, &["status"]).unwrap();
    let finished = command(
        &folder,
        &pool,
        &["finish", status["plan"].as_str().unwrap()],
    )
    .unwrap();
    assert_eq!(finished["state"], "finished");
    let found = json!({"UserPoolId": pool, "Username": "uSER-7"});
    let found = raw(&program).ok("AdminGetUser", found).await.unwrap();
    assert_eq!(found["Username"], "User-7");
    program.kill();
    let mut wanted: Vec<_> = (0..USERS).map(|n| format!("user-{n}")).collect();
    wanted.sort();
    assert_eq!(names(&folder, &pool).await, wanted);
    std::fs::remove_dir_all(&folder).unwrap();
}
