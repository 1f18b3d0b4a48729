//! SIGKILL with a thousand messages in the outbox: every message arrives, and none more than twice.

use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cognate_testkit::{Credentials, Raw};
use http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::engines;
use crate::program::{self, Program};

const MESSAGES: usize = 1_000;
/// How long the webhook takes for a message.
const WORK: Duration = Duration::from_millis(20);

/// A webhook that counts messages by id and by address.
struct Webhook {
    url: String,
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    open: AtomicBool,
    ids: Mutex<HashMap<String, usize>>,
    addresses: Mutex<HashMap<String, usize>>,
}

impl Webhook {
    /// Starts one that refuses everything until it is opened.
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/messages", listener.local_addr().unwrap());
        let inner = Arc::new(Inner::default());
        let shared = inner.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, shared.clone()));
            }
        });
        Self { url, inner }
    }

    fn arrived(&self) -> usize {
        self.inner.addresses.lock().unwrap().len()
    }

    /// Returns the settings of a program that sends by it.
    fn settings(&self) -> [String; 8] {
        [
            "--email-senders",
            "webhook",
            "--message-webhook-url",
            &self.url,
            "--message-webhook-secret",
            "a-secret-of-the-tests",
            "--email-from",
            "id@mail.example",
        ]
        .map(str::to_owned)
    }
}

/// Answers the requests of one connection; None when it ends.
async fn converse(stream: TcpStream, inner: Arc<Inner>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        let status = if inner.open.load(Ordering::Relaxed) {
            let message: Value = serde_json::from_slice(&body).unwrap();
            let text = |name: &str| message[name].as_str().unwrap().to_owned();
            *inner.ids.lock().unwrap().entry(text("id")).or_default() += 1;
            *inner
                .addresses
                .lock()
                .unwrap()
                .entry(text("to"))
                .or_default() += 1;
            tokio::time::sleep(WORK).await;
            "200 OK"
        } else {
            "503 Service Unavailable"
        };
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n{{}}");
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

/// Starts a node.
async fn node(folder: &Path, database_url: Option<&str>, webhook: &Webhook) -> Program {
    let settings = webhook.settings();
    let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
    Program::start_with(folder, database_url, &settings, Stdio::null()).await
}

fn raw(program: &Program) -> Raw {
    Raw::new(&program.endpoint, Some(Credentials::new("test", "test")))
}

async fn advance(program: &Program, by: &str) {
    let body = json!({ "advance": by }).to_string();
    let moved = raw(program)
        .fetch(Method::POST, "/_dev/clock", &[], &body)
        .await;
    assert_eq!(moved.unwrap().status, 200);
}

/// Invites as many users as there are to be messages.
async fn fill(program: &Program) {
    let pool = raw(program)
        .ok("CreateUserPool", json!({ "PoolName": "outbox" }))
        .await
        .unwrap();
    let pool = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
    let seats = (0..16).map(|seat| {
        let (raw, pool) = (raw(program), pool.clone());
        tokio::spawn(async move {
            for n in (seat..MESSAGES).step_by(16) {
                let name = format!("user{n:04}");
                let invite = json!({
                    "UserPoolId": pool, "Username": name, "DesiredDeliveryMediums": ["EMAIL"],
                    "UserAttributes": [{ "Name": "email", "Value": format!("{name}@example.com") }],
                });
                raw.ok("AdminCreateUser", invite).await.unwrap();
            }
        })
    });
    for seat in seats.collect::<Vec<_>>() {
        seat.await.unwrap();
    }
}

/// Waits until so many addresses have got their message.
async fn until(webhook: &Webhook, arrived: usize, program: &Program) {
    let begun = Instant::now();
    let mut advanced = Instant::now();
    while webhook.arrived() < arrived {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{} of {arrived} messages arrived",
            webhook.arrived()
        );
        // What a killed node was sending waits for the end of its lease.
        if advanced.elapsed() > Duration::from_secs(3) {
            advance(program, "40s").await;
            advanced = Instant::now();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn check(webhook: &Webhook, program: &Program) {
    // Nothing is sent again later.
    advance(program, "1h").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let ids = webhook.inner.ids.lock().unwrap();
    let twice = ids.values().filter(|times| **times == 2).count();
    println!("{} messages, {twice} of them twice", ids.len());
    assert_eq!(ids.len(), MESSAGES);
    assert!(ids.values().all(|times| *times <= 2));
    // No more than were being sent.
    assert!(twice <= 64, "{twice}");
}

async fn one_node(name: &str, database_url: Option<&str>) {
    let folder = program::scratch(name);
    let webhook = Webhook::start().await;
    let program = node(&folder, database_url, &webhook).await;
    fill(&program).await;
    assert_eq!(webhook.arrived(), 0);
    webhook.inner.open.store(true, Ordering::Relaxed);
    advance(&program, "1m").await;
    until(&webhook, 300, &program).await;
    program.kill();
    let at_kill = webhook.arrived();
    assert!(at_kill < 900, "the kill came too late: {at_kill}");
    let program = node(&folder, database_url, &webhook).await;
    until(&webhook, MESSAGES, &program).await;
    check(&webhook, &program).await;
    program.kill();
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_loses_no_message_and_sends_none_more_than_twice_on_sqlite() {
    one_node("outbox", None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn a_kill_loses_no_message_and_sends_none_more_than_twice_on_postgresql() {
    let url = engines::durable_postgres("outbox").await;
    one_node("outbox-postgres", Some(&url)).await;
}

/// The other node sends what the killed one has left, without a restart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn the_other_of_two_nodes_sends_what_a_killed_one_has_left() {
    let url = engines::durable_postgres("outbox_nodes").await;
    let folder = program::scratch("outbox-nodes");
    let webhook = Webhook::start().await;
    let one = node(&folder, Some(&url), &webhook).await;
    let other = node(&folder, Some(&url), &webhook).await;
    fill(&one).await;
    webhook.inner.open.store(true, Ordering::Relaxed);
    advance(&one, "1m").await;
    advance(&other, "1m").await;
    until(&webhook, 300, &other).await;
    one.kill();
    let at_kill = webhook.arrived();
    assert!(at_kill < 900, "the kill came too late: {at_kill}");
    until(&webhook, MESSAGES, &other).await;
    check(&webhook, &other).await;
    other.kill();
    std::fs::remove_dir_all(&folder).unwrap();
}
