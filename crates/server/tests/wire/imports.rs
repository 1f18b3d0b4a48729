//! `cognate import` beside a running server: rows, sums, encrypted files, and what it says of files that are none.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use cognate_crypto::age::{self, Identity};
use cognate_testkit::{Options, TestServer};
use serde_json::{Value, json};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cognate"))
        .args(arguments)
        .args(["--data-dir", &folder.display().to_string()])
        .env_clear()
        .env("HOME", folder)
        .output()
        .unwrap()
}

/// Returns the lines of the output.
fn rows(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_come_into_a_pool_of_a_running_server() {
    let scratch = super::lifecycle::Scratch::new();
    let folder = scratch.0.clone();
    let options = Options {
        folder: Some(folder.clone()),
        ..Options::default()
    };
    let server = TestServer::start(options).await.unwrap();
    let raw = server.raw();
    let made = raw.ok("CreateUserPool", json!({"PoolName": "p"})).await;
    let pool = made.unwrap()["UserPool"]["Id"].as_str().unwrap().to_owned();
    let file = |name: &str, text: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };

    let users: String = (0..700)
        .map(|n| format!("{n},u{n},pbkdf2_sha256$100000$seasalt$BNZ6eyaNc8qFTJPjrAq99hSYb73EgAdytAtdBg2Sdcc=\n"))
        .collect();
    let bad =
        "700,u700,pbkdf2_sha256$9000000$seasalt$BNZ6eyaNc8qFTJPjrAq99hSYb73EgAdytAtdBg2Sdcc=\n";
    let table = file(
        "users.csv",
        format!("id,username,password\n{users}{bad}").as_bytes(),
    );
    let import = ["import", &pool, &table, "--from", "django"];
    let dry = run(&folder, &[&import[..], &["--dry-run"]].concat());
    let planned = rows(&dry);
    assert_eq!(planned.len(), 702, "{}", complained(&dry));
    let listed = raw
        .ok("ListUsers", json!({"UserPoolId": pool}))
        .await
        .unwrap();
    assert_eq!(listed["Users"], json!([]));
    let done = run(&folder, &import);
    assert_eq!(rows(&done)[..701], planned[..701]);
    assert_eq!(
        rows(&done)[0],
        json!({"line": 2, "name": "u0", "outcome": "created"})
    );
    assert_eq!(
        rows(&done)[700],
        json!({"line": 702, "name": "", "outcome": "refused", "reason": "the hash costs more than the bound allows"})
    );
    assert_eq!(
        rows(&done)[701],
        json!({"sum": {"created": 700, "refused": 1, "dry_run": false}})
    );
    assert!(!done.status.success());
    assert!(complained(&done).contains("1 rows were refused"));
    let again = run(
        &folder,
        &[&import[..], &["--quiet", "--drop-unusable-passwords"]].concat(),
    );
    assert!(again.status.success(), "{}", complained(&again));
    let told = rows(&again);
    assert_eq!(told.len(), 2);
    assert_eq!(
        told[0]["notes"],
        json!(["without a password: the hash costs more than the bound allows"])
    );
    assert_eq!(
        told[1],
        json!({"sum": {"created": 1, "unchanged": 700, "dry_run": false}})
    );

    let identity = Identity::generate();
    let mut sealed = age::seal(&[identity.recipient()], Vec::new()).unwrap();
    let lines = [
        json!({"header": {"format": "cognate-users", "version": 1, "pool_id": pool}}),
        json!({"user": {"sub": "84c8a4d8-1011-40ae-92ee-991ad1a89801", "username": "jane", "attributes": {}, "groups": ["staff"]}}),
        json!({"end": {"users": 1}}),
    ];
    for line in lines {
        writeln!(sealed, "{line}").unwrap();
    }
    let sealed = file("users.age", &sealed.finish().unwrap());
    let key = file(
        "key",
        format!("# a comment\n{}\n", identity.to_text().expose()).as_bytes(),
    );
    let import = ["import", &pool, &sealed, "--from", "jsonl"];
    let closed = run(&folder, &import);
    assert!(
        complained(&closed).contains("--identity"),
        "{}",
        complained(&closed)
    );
    let opened = run(&folder, &[&import[..], &["--identity", &key]].concat());
    assert_eq!(
        rows(&opened)[0]["outcome"],
        "created",
        "{}",
        complained(&opened)
    );
    let cut = std::fs::read(folder.join("users.age")).unwrap();
    let cut = file("cut.age", &cut[..cut.len() - 20]);
    let cut = run(
        &folder,
        &["import", &pool, &cut, "--from", "jsonl", "--identity", &key],
    );
    assert!(!cut.status.success());

    // Without a server the command opens the database itself.
    server.stop().await;
    let key = scratch.path("sealing.key");
    let scim = file("scim.json", br#"{"userName":"nina"}"#);
    let alone = |pool: &str, file: &str| {
        let import = ["import", pool, file, "--from", "scim", "--key-file"];
        run(&folder, &[&import[..], &[&key]].concat())
    };
    let done = alone(&pool, &scim);
    assert_eq!(
        rows(&done)[0]["outcome"],
        "created",
        "{}",
        complained(&done)
    );
    let nowhere = alone("us-east-1_none", &scim);
    assert!(complained(&nowhere).contains("us-east-1_none does not exist"));
    let missing = alone(&pool, "missing");
    assert!(complained(&missing).contains("cannot open missing"));
}
