//! `cognate messages` beside a running server, and a stop that waits for a send.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use cognate_domain::app::courier::{Courier, Delivering, NotDelivered, Outgoing, Receipt};
use cognate_domain::records::pool::Pool;
use cognate_shapes::DeliveryMediumType;
use cognate_testkit::{Options, TestServer};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// Sends e-mails when the test lets it, but not to `nobody`.
struct Post(Arc<Semaphore>);

impl Courier for Post {
    fn sends(&self, _: &Pool, medium: DeliveryMediumType) -> bool {
        medium == DeliveryMediumType::Email
    }

    fn deliver<'a>(&'a self, _: &'a Pool, message: &'a Outgoing) -> Delivering<'a> {
        Box::pin(async move {
            self.0.acquire().await.unwrap().forget();
            if message.to.starts_with("nobody") {
                return Err(NotDelivered::Never("550 no such user".to_owned()));
            }
            if message.to.starts_with("busy") {
                return Err(NotDelivered::Later("451 later".to_owned()));
            }
            Ok(Receipt {
                sender: "post".to_owned(),
                id: Some(format!("<{}@post>", message.kind)),
            })
        })
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cognate"))
        .args(arguments)
        .args(["--data-dir", &folder.display().to_string()])
        .env_clear()
        .env("HOME", folder)
        .output()
        .unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Creates a pool and one user, whose invitation goes by e-mail.
async fn world(server: &TestServer) -> String {
    let raw = server.raw();
    let pool = raw
        .ok("CreateUserPool", json!({"PoolName": "p"}))
        .await
        .unwrap();
    let pool = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
    for name in ["jane", "nobody"] {
        let invite = json!({
            "UserPoolId": pool, "Username": name, "DesiredDeliveryMediums": ["EMAIL"],
            "UserAttributes": [{"Name": "email", "Value": format!("{name}@example.com")}],
        });
        raw.ok("AdminCreateUser", invite).await.unwrap();
    }
    pool
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_lists_what_became_of_messages_and_sends_one() {
    let server = TestServer::start(Options::serve()).await.unwrap();
    let open = Arc::new(Semaphore::new(0));
    assert!(
        server
            .state()
            .app
            .courier
            .set(Box::new(Post(open.clone())))
            .is_ok()
    );
    let pool = world(&server).await;
    open.add_permits(2);
    let folder = server.folder().unwrap();
    let list = |more: &[&str]| {
        let arguments = [&["messages", "list", "--pool", &pool], more].concat();
        lines(&run(folder, &arguments))
    };
    let mut all = list(&[]);
    for _ in 0..200 {
        if all
            .iter()
            .all(|line| ["sent", "dead"].contains(&line["state"].as_str().unwrap()))
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        all = list(&[]);
    }
    assert_eq!(all.len(), 2);
    let [nobody, jane] = [&all[0], &all[1]];
    assert_eq!(
        [
            &jane["state"],
            &jane["kind"],
            &jane["medium"],
            &jane["to"],
            &jane["attempts"]
        ],
        [
            &json!("sent"),
            &json!("admin_create_user"),
            &json!("EMAIL"),
            &json!("j***@e***"),
            &json!(1)
        ]
    );
    assert_eq!(jane["outcome"], "sent by post as <admin_create_user@post>");
    assert_eq!(
        (&nobody["state"], &nobody["outcome"]),
        (&json!("dead"), &json!("refused: 550 no such user"))
    );
    let sub = jane["user"].as_str().unwrap();
    for user in ["jane", "JANE", sub] {
        let found = list(&["--user", user]);
        // Names differ by case in this pool.
        let expected: &[_] = if user == "JANE" {
            &[]
        } else {
            std::slice::from_ref(jane)
        };
        assert_eq!(found, expected, "{user}");
    }
    assert_eq!(list(&["--limit", "1"]), all[..1]);

    open.add_permits(3);
    let test = |to: &str| run(folder, &["messages", "test", "--pool", &pool, "--to", to]);
    let sent = test("joan@example.com");
    let said = String::from_utf8_lossy(&sent.stdout).into_owned();
    assert!(
        sent.status.success(),
        "{}",
        String::from_utf8_lossy(&sent.stderr)
    );
    assert_eq!(said, "joan@example.com: sent by post as <test@post>\n");
    for (to, why) in [
        (
            "nobody@example.com",
            "nobody@example.com: refused: 550 no such user",
        ),
        (
            "busy@example.com",
            "busy@example.com: 451 later; it is tried again for ten minutes",
        ),
        ("x", "x is neither an e-mail address nor a phone number"),
    ] {
        let refused = test(to);
        assert!(!refused.status.success());
        let text = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(text.contains(why), "{text}");
    }
    let refused = run(folder, &["messages", "list", "--pool", "us-east-1_none"]);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        text.contains("User pool us-east-1_none does not exist."),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_for_a_send_and_a_command_alone_sends_nothing() {
    let scratch = super::lifecycle::Scratch::new();
    let options = || Options {
        folder: Some(scratch.0.clone()),
        ..Options::serve()
    };
    let server = TestServer::start(options()).await.unwrap();
    let open = Arc::new(Semaphore::new(0));
    assert!(
        server
            .state()
            .app
            .courier
            .set(Box::new(Post(open.clone())))
            .is_ok()
    );
    let pool = world(&server).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let stopping = tokio::spawn(server.stop());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!stopping.is_finished());
    open.add_permits(2);
    stopping.await.unwrap();
    let key = scratch.path("sealing.key");
    let list = ["messages", "list", "--pool", &pool, "--key-file", &key];
    let states: Vec<_> = lines(&run(&scratch.0, &list))
        .into_iter()
        .map(|line| line["state"].clone())
        .collect();
    assert_eq!(states, ["dead", "sent"]);
    let test = [
        "messages",
        "test",
        "--pool",
        &pool,
        "--to",
        "joan@example.com",
        "--key-file",
        &key,
    ];
    let refused = run(&scratch.0, &test);
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(text.contains("no server runs on this database"), "{text}");
    assert_eq!(lines(&run(&scratch.0, &list)).len(), 2);
}
