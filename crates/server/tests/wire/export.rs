//! `cognate export` and `cognate age` beside a running server, and without one.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use cognate_testkit::{Options, TestServer};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixListener;

use super::seeds::{cognate as run, complained};

/// Runs a command that must succeed; standard output.
fn ok(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{}", complained(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// The names in a folder that an export could have left.
fn left(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| name.contains("jsonl") || name.contains(".part"))
        .collect()
}

/// Returns what stands in the lines of a file by their kind.
fn lines(text: &str, kind: &str) -> Vec<Value> {
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter_map(|mut line| line.as_object_mut()?.remove(kind))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_exported_from_a_server_that_runs_and_from_one_that_is_stopped() {
    let scratch = super::lifecycle::Scratch::new();
    let folder = scratch.0.clone();
    let options = Options {
        folder: Some(folder.clone()),
        ..Options::default()
    };
    let server = TestServer::start(options.clone()).await.unwrap();
    let raw = server.raw();
    let made = raw
        .ok("CreateUserPool", json!({"PoolName": "p"}))
        .await
        .unwrap();
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    // More than one portion.
    for n in 0..210 {
        let user = json!({
            "UserPoolId": pool, "Username": format!("user-{n}"), "MessageAction": "SUPPRESS",
            "TemporaryPassword": "Passw0rd!",
        });
        raw.ok("AdminCreateUser", user).await.unwrap();
    }

    let made = ok(&folder, &["age", "keygen", "--out", "key.txt"]);
    let recipient = made
        .strip_prefix("Public key: ")
        .unwrap()
        .trim_end()
        .to_owned();
    let key = std::fs::read_to_string(folder.join("key.txt")).unwrap();
    assert!(
        key.contains(&format!("# public key: {recipient}\nAGE-SECRET-KEY-1")),
        "{key}"
    );
    let again = run(&folder, &["age", "keygen", "--out", "key.txt"]);
    assert!(
        complained(&again).contains("is there already"),
        "{}",
        complained(&again)
    );
    let mode = |name: &str| {
        let meta = std::fs::metadata(folder.join(name)).unwrap();
        meta.permissions().mode() & 0o777
    };
    assert_eq!(mode("key.txt"), 0o600);

    let export = [
        "export",
        &pool,
        "--format",
        "jsonl",
        "--recipient",
        &recipient,
    ];
    let said = ok(&folder, &export);
    let name = format!("{pool}.jsonl.age");
    assert_eq!(
        said,
        format!(
            "{name} has 210 users and 0 groups; it is encrypted to one recipient\n\
             secrets in it: 210 passwords\n\
             210 passwords are SRP verifiers, of use to another server of this kind alone\n"
        )
    );
    assert_eq!((left(&folder), mode(&name)), (vec![name.clone()], 0o600));
    let opened = [
        "age",
        "decrypt",
        &name,
        "--identity",
        "key.txt",
        "--out",
        "-",
    ];
    let served = ok(&folder, &opened);
    assert_eq!(lines(&served, "user").len(), 210);
    assert_eq!(
        lines(&served, "end"),
        [json!({"groups": 0, "users": 210, "omitted_secrets": 0})]
    );

    // Without a recipient, on standard output, with the report beside it; the key in a file is a recipient.
    let plain = run(
        &folder,
        &["export", &pool, "--format", "jsonl", "--out", "-"],
    );
    let file = String::from_utf8(plain.stdout.clone()).unwrap();
    assert_eq!(
        lines(&file, "end"),
        [json!({"groups": 0, "users": 210, "omitted_secrets": 210})]
    );
    assert!(
        complained(&plain).contains("secrets left out: 210 passwords"),
        "{}",
        complained(&plain)
    );
    std::fs::write(
        folder.join("recipients.txt"),
        format!("# us\n\n{recipient}\n"),
    )
    .unwrap();
    let arguments = [
        "export",
        &pool,
        "--format",
        "jsonl",
        "--out",
        "-",
        "--recipients-file",
        "recipients.txt",
    ];
    let sealed = run(&folder, &arguments);
    assert!(sealed.stdout.starts_with(b"age-encryption.org/v1\n"));

    let trail = ok(
        &folder,
        &["audit", "--operation", "ExportUsers", "--pool", &pool],
    );
    let details: Vec<Value> = trail
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["detail"].clone())
        .collect();
    let secret = json!(format!("jsonl with secrets for {recipient}"));
    assert_eq!(
        details,
        [secret.clone(), json!("jsonl without secrets"), secret]
    );
    server.stop().await;

    ok(&folder, &export);
    let alone = ok(&folder, &opened);
    assert_eq!(lines(&alone, "user"), lines(&served, "user"));
    assert_ne!(lines(&alone, "header"), lines(&served, "header"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_is_said_and_leaves_no_file() {
    let scratch = super::lifecycle::Scratch::new();
    let folder = scratch.0.clone();
    let options = Options {
        folder: Some(folder.clone()),
        ..Options::default()
    };
    let server = TestServer::start(options).await.unwrap();
    std::fs::write(folder.join("none.txt"), "# nobody\n").unwrap();
    std::fs::write(folder.join("bad.txt"), "age1nobody\n").unwrap();
    for (arguments, complaint) in [
        (
            vec!["export", "us-east-1_NoSuchOne", "--format", "jsonl"],
            "User pool us-east-1_NoSuchOne does not exist.",
        ),
        (
            vec!["export", "x", "--format", "xml"],
            "invalid value 'xml'",
        ),
        (
            vec!["export", "x", "--format", "jsonl", "--recipient", "age1x"],
            "no key of an age recipient",
        ),
        (
            vec![
                "export",
                "x",
                "--format",
                "jsonl",
                "--recipients-file",
                "none.txt",
            ],
            "has no key of a recipient",
        ),
        (
            vec![
                "export",
                "x",
                "--format",
                "jsonl",
                "--recipients-file",
                "bad.txt",
            ],
            "no key of an age recipient",
        ),
        (
            vec!["export", "x", "--format", "csv", "--hashes", "MD5"],
            "hashes are BCRYPT, SCRYPT",
        ),
        (
            vec![
                "age",
                "decrypt",
                "none.txt",
                "--identity",
                "none.txt",
                "--out",
                "x.jsonl",
            ],
            "has no key",
        ),
    ] {
        let output = run(&folder, &arguments);
        assert!(!output.status.success());
        assert!(
            complained(&output).contains(complaint),
            "{arguments:?}: {}",
            complained(&output)
        );
        assert!(left(&folder).is_empty());
    }
    ok(&folder, &["age", "keygen", "--out", "key.txt"]);
    let other = ok(&folder, &["age", "keygen"]);
    std::fs::write(folder.join("other.txt"), other).unwrap();
    let raw = server.raw();
    let made = raw
        .ok("CreateUserPool", json!({"PoolName": "p"}))
        .await
        .unwrap();
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let key = std::fs::read_to_string(folder.join("key.txt")).unwrap();
    let recipient = key
        .lines()
        .find_map(|line| line.strip_prefix("# public key: "))
        .unwrap();
    ok(
        &folder,
        &[
            "export",
            &pool,
            "--format",
            "csv",
            "--recipient",
            recipient,
            "--out",
            "users.age",
        ],
    );
    let open = |identity: &str| {
        let output = run(
            &folder,
            &[
                "age",
                "decrypt",
                "users.age",
                "--identity",
                identity,
                "--out",
                "x.jsonl",
            ],
        );
        assert!(left(&folder).is_empty() || output.status.success());
        complained(&output)
    };
    assert!(open("other.txt").contains("encrypted to other recipients"));
    let mut bytes = std::fs::read(folder.join("users.age")).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(folder.join("users.age"), &bytes).unwrap();
    assert!(open("key.txt").contains("cut or changed"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_in_the_middle_leaves_no_file() {
    let scratch = super::lifecycle::Scratch::new();
    let folder = scratch.0.clone();
    std::fs::create_dir_all(&folder).unwrap();
    let listener = UnixListener::bind(folder.join("control.sock")).unwrap();
    // One that gives the beginning and is gone, one that says why, one that sends nonsense.
    let endings: [&[u8]; 3] = [
        b"\0\0\0\x04head\0\0",
        b"\0\0\0\x04head\0\0\0\0{\"refused\":\"the disk is full\"}\n",
        b"\xff\xff\xff\xff",
    ];
    let server = tokio::spawn(async move {
        for ending in endings {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            assert!(line.contains("\"command\":\"export\""), "{line}");
            stream.write_all(b"{\"done\":null}\n").await.unwrap();
            stream.write_all(ending).await.unwrap();
        }
    });
    for complaint in [
        "the server has stopped in the middle of the export",
        "the disk is full",
        "the server's answer is not understood",
    ] {
        let folder = folder.clone();
        let run = move || {
            run(
                &folder,
                &["export", "x", "--format", "jsonl", "--out", "x.jsonl"],
            )
        };
        let output = tokio::task::spawn_blocking(run).await.unwrap();
        assert!(!output.status.success());
        assert!(
            complained(&output).contains(complaint),
            "{}",
            complained(&output)
        );
    }
    server.await.unwrap();
    assert!(left(&folder).is_empty());
}
