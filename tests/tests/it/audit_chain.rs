//! The chain of the audit trail in the program: whole after kills, and what `cognate audit verify` says of it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cognate_store::{Batch, Store, StoreOptions, params};
use cognate_testkit::{Credentials, Raw};
use serde_json::{Value, json};

use crate::engines;
use crate::program::{self, Program};

/// Runs `cognate audit` with arguments; returns the exit status and the lines of the answer.
fn audit(folder: &Path, database_url: Option<&str>, arguments: &[&str]) -> (i32, Vec<Value>) {
    let mut command = program::command(folder, database_url);
    let output = command.arg("audit").args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    (output.status.code().unwrap(), lines.collect())
}

/// Returns the file of the embedded database of an installation.
fn database(folder: &Path) -> PathBuf {
    let inside = |folder: &Path| {
        let files = std::fs::read_dir(folder).unwrap();
        files.map(|file| file.unwrap().path()).collect::<Vec<_>>()
    };
    let mut files = inside(folder);
    let folders: Vec<_> = files.iter().filter(|path| path.is_dir()).cloned().collect();
    files.extend(folders.iter().flat_map(|folder| inside(folder)));
    let is_one = |path: &&PathBuf| path.extension().is_some_and(|end| end == "db");
    files.iter().find(is_one).unwrap().clone()
}

/// Makes changes at a client until the server is gone.
async fn changes(endpoint: String, pool: String, mark: usize) {
    for n in 0.. {
        let raw = Raw::new(&endpoint, Some(Credentials::new("test", "test")));
        let name = format!("u-{mark}-{n}");
        let input = json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"});
        if raw.ok("AdminCreateUser", input).await.is_err() {
            return;
        }
    }
}

async fn kills(name: &str, database_url: Option<&str>) {
    let folder = program::scratch(name);
    let mut pool = String::new();
    for round in 0..4_u64 {
        let program = Program::start(&folder, database_url).await;
        if pool.is_empty() {
            let raw = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
            let made = raw
                .ok("CreateUserPool", json!({"PoolName": "p"}))
                .await
                .unwrap();
            pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
        }
        let at = |n: usize| {
            let (endpoint, pool) = (program.endpoint.clone(), pool.clone());
            tokio::spawn(changes(
                endpoint,
                pool,
                2 * usize::try_from(round).unwrap() + n,
            ))
        };
        let running = [at(0), at(1)];
        // About when links are written.
        tokio::time::sleep(Duration::from_millis(950 + 60 * round)).await;
        program.kill();
        for one in running {
            one.await.unwrap();
        }
        let (status, lines) = audit(&folder, database_url, &["verify"]);
        assert_eq!(status, 0, "round {round}: {lines:?}");
        assert!(lines[0]["seen"]["rows"].as_u64().unwrap() > 0);
    }
    // A lease of a node that was killed lasts a minute.
    let options = match database_url {
        Some(url) => StoreOptions::postgres(url),
        None => StoreOptions::sqlite(database(&folder)),
    };
    let store = Store::open(&options).await.unwrap();
    let sql = "UPDATE jobs SET lease_until = 0";
    store
        .commit(Batch::new().run(sql, params![]))
        .await
        .unwrap();
    store.close().await;
    let program = Program::start(&folder, database_url).await;
    let begin = Instant::now();
    loop {
        let (status, lines) = audit(&folder, database_url, &["verify", "--pool", &pool]);
        assert_eq!(status, 0, "{lines:?}");
        if lines[0]["seen"]["pending"] == 0 {
            break;
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "{lines:?}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    program.kill();
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_while_rows_are_linked_leave_a_whole_trail_on_sqlite() {
    kills("audit-chain-kills", None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn kills_while_rows_are_linked_leave_a_whole_trail_on_postgresql() {
    let url = engines::durable_postgres("audit_chain_kills").await;
    kills("audit-chain-kills-postgres", Some(&url)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_says_whether_the_trail_is_what_was_written() {
    let folder = program::scratch("audit-verify");
    let program = Program::start(&folder, None).await;
    let raw = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
    let begin = Instant::now();
    let mut head = Value::Null;
    raw.ok("CreateUserPool", json!({"PoolName": "p"}))
        .await
        .unwrap();
    while head["number"] != 1 {
        assert!(begin.elapsed() < Duration::from_secs(10), "{head}");
        tokio::time::sleep(Duration::from_millis(50)).await;
        head = audit(&folder, None, &["head"]).1.remove(0);
    }
    let kept = folder.join("heads");
    std::fs::write(&kept, format!("{head}\n")).unwrap();
    let kept = kept.to_str().unwrap().to_owned();
    let (status, lines) = audit(&folder, None, &["verify", "--head", &kept]);
    assert_eq!((status, lines.len(), &lines[0]["head"]), (0, 1, &head));
    assert_eq!(lines[0]["seen"]["heads"], 1);
    program.kill();

    // What cannot be told.
    for arguments in [
        ["verify", "--head", "/nowhere"],
        ["verify", "--data-dir", "/nowhere"],
        ["verify", "--head", "cognate.toml"],
    ] {
        assert_eq!(audit(&folder, None, &arguments).0, 2, "{arguments:?}");
    }

    let database = database(&folder);
    let edit = async |sql: &'static str| {
        let store = Store::open(&StoreOptions::sqlite(&database)).await.unwrap();
        store
            .commit(Batch::new().run(sql, params![]))
            .await
            .unwrap();
        store.close().await;
    };
    edit("UPDATE audit SET doc = REPLACE(doc, 'CreateUserPool', 'DeleteUserPool')").await;
    let (status, lines) = audit(&folder, None, &["verify"]);
    assert_eq!((status, lines.len()), (1, 2));
    assert_eq!(
        (&lines[0]["found"], &lines[0]["number"]),
        (&json!("changed"), &json!(1))
    );
    assert_eq!(lines[0]["says"], "the row is not what was written");
    edit("DELETE FROM audit").await;
    edit("DELETE FROM audit_links").await;
    assert_eq!(audit(&folder, None, &["verify"]).0, 0);
    let (status, lines) = audit(&folder, None, &["verify", "--head", &kept]);
    assert_eq!((status, &lines[0]["found"]), (1, &json!("cut-off")));
    std::fs::remove_dir_all(&folder).unwrap();
}
