//! Input that no client sends: the program answers clearly or closes the connection, never crashes, and its memory
//! stays bounded.

use std::time::{Duration, Instant};

use cognate_shapes::{Auth, Op};
use cognate_testkit::{Credentials, Raw};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::engines;
use crate::program::{self, Program};

/// The most memory that all the abuse below may add to the program.
const GROWTH: u64 = 96 << 20;

fn address(program: &Program) -> String {
    program.endpoint.trim_start_matches("http://").to_owned()
}

fn signed(program: &Program) -> Raw {
    Raw::new(&program.endpoint, Some(Credentials::new("test", "test")))
}

/// Sends raw bytes and reads until the connection ends or `wait` is over.
async fn exchange(address: &str, bytes: &[u8], wait: Duration) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(wait, stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn post(body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/x-amz-json-1.1\r\n\
         X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

async fn still_answers(program: &Program) {
    let pools = signed(program)
        .ok("ListUserPools", json!({ "MaxResults": 1 }))
        .await
        .unwrap();
    assert!(pools["UserPools"].is_array(), "{pools}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_of_ten_megabytes_are_refused_and_not_kept() {
    let folder = program::scratch("large");
    let program = Program::start(&folder, None).await;
    let before = program.memory();
    let body = vec![b' '; 10 << 20];
    for _ in 0..16 {
        let answer = exchange(&address(&program), &post(&body), Duration::from_secs(5)).await;
        assert!(
            answer.starts_with("HTTP/1.1 413 ") || answer.is_empty(),
            "{answer}"
        );
    }
    // Without a length: in chunks, until the server has had enough.
    let mut chunked = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-amz-json-1.1\r\n\
        X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth\r\nTransfer-Encoding: chunked\r\n\r\n"
        .to_vec();
    for _ in 0..160 {
        chunked.extend_from_slice(b"10000\r\n");
        chunked.extend_from_slice(&[b' '; 1 << 16]);
        chunked.extend_from_slice(b"\r\n");
    }
    let answer = exchange(&address(&program), &chunked, Duration::from_secs(5)).await;
    assert!(
        answer.starts_with("HTTP/1.1 413 ") || answer.is_empty(),
        "{answer}"
    );
    still_answers(&program).await;
    assert!(
        program.memory() < before + GROWTH,
        "{} → {}",
        before,
        program.memory()
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_senders_are_cut_off_and_hold_up_nobody() {
    let folder = program::scratch("slow");
    let program = Program::start(&folder, None).await;
    let address = address(&program);
    let mut slow = Vec::new();
    for i in 0..200 {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let part: &[u8] = if i % 2 == 0 {
            b"POST / HTT"
        } else {
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
        };
        stream.write_all(part).await.unwrap();
        slow.push(stream);
    }
    let begin = Instant::now();
    still_answers(&program).await;
    assert!(
        begin.elapsed() < Duration::from_secs(2),
        "others waited {:?}",
        begin.elapsed()
    );
    for mut stream in slow {
        let mut answer = Vec::new();
        let end =
            tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut answer)).await;
        assert!(end.is_ok(), "a slow sender still has its connection");
    }
    still_answers(&program).await;
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_idle_connections_keep_nobody_out() {
    let folder = program::scratch("idle");
    let program = Program::start(&folder, None).await;
    let address = address(&program);
    let before = program.memory();
    let mut idle = Vec::new();
    for _ in 0..connections() {
        // Beyond its bound the server may refuse or close; that is a clear answer too.
        if let Ok(Ok(stream)) =
            tokio::time::timeout(Duration::from_secs(2), TcpStream::connect(&address)).await
        {
            idle.push(stream);
        }
    }
    let begin = Instant::now();
    still_answers(&program).await;
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "a working client waited {:?}",
        begin.elapsed()
    );
    assert!(
        program.memory() < before + GROWTH,
        "{} → {}",
        before,
        program.memory()
    );
    drop(idle);
    still_answers(&program).await;
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_json_gets_a_clear_error() {
    let folder = program::scratch("json");
    let program = Program::start(&folder, None).await;
    let address = address(&program);
    let nested = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    let deep = [
        br#"{"ClientMetadata":"#.to_vec(),
        br#"{"a":"#.repeat(20_000),
        b"1".to_vec(),
        b"}".repeat(20_001),
    ]
    .concat();
    for body in [
        b"\xff\xfe{}".to_vec(),
        br#"{"ClientId":"\ud800"}"#.to_vec(),
        b"{".to_vec(),
        Vec::new(),
        nested,
        deep,
    ] {
        let answer = exchange(&address, &post(&body), Duration::from_secs(5)).await;
        assert!(
            answer.starts_with("HTTP/1.1 400 "),
            "{}: {answer}",
            String::from_utf8_lossy(&body[..body.len().min(40)])
        );
        assert!(answer.contains("SerializationException"), "{answer}");
    }
    // A duplicate key must never mean one thing to a filter in front and another to us.
    let twice =
        br#"{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"a","ClientId":"b","AuthParameters":{}}"#;
    let answer = exchange(&address, &post(twice), Duration::from_secs(5)).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    let nul = br#"{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"a","AuthParameters":{"USERNAME":"a\u0000b","PASSWORD":"x"}}"#;
    let answer = exchange(&address, &post(nul), Duration::from_secs(5)).await;
    assert!(
        answer.starts_with("HTTP/1.1 400 ") && answer.contains("InvalidParameterException"),
        "{answer}"
    );
    still_answers(&program).await;
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_of_header_fields_are_refused_and_not_kept() {
    let folder = program::scratch("headers");
    let program = Program::start(&folder, None).await;
    let before = program.memory();
    let begin = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    let one = format!("{begin}X-Long: {}\r\n\r\n", "a".repeat(8 << 20));
    let many = format!("{begin}{}\r\n", "X-Many: 1\r\n".repeat(100_000));
    let line = format!(
        "GET /{} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "a".repeat(1 << 20)
    );
    let split = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /";
    let lengths = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}    ";
    for request in [
        one.as_bytes(),
        many.as_bytes(),
        line.as_bytes(),
        split,
        lengths,
    ] {
        for _ in 0..4 {
            let answer = exchange(&address(&program), request, Duration::from_secs(5)).await;
            let clear = answer.is_empty() || answer.starts_with("HTTP/1.1 4");
            assert!(
                clear,
                "{:?}: {answer}",
                String::from_utf8_lossy(&request[..60])
            );
        }
    }
    still_answers(&program).await;
    assert!(
        program.memory() < before + GROWTH,
        "{} → {}",
        before,
        program.memory()
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Ten thousand, or what the system lets this process have.
fn connections() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .unwrap();
    let open = line
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap_or(usize::MAX);
    let possible = open.saturating_sub(500).min(10_000);
    if possible < 10_000 {
        println!(
            "ONLY {possible} CONNECTIONS: this process may open {open} files; raise it with `ulimit -n`"
        );
    }
    possible
}

/// Every text member of every operation set to 2,048 CJK characters, one operation a call: an answer below 500 each
/// time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_cjk_texts_in_every_field_are_answered_on_sqlite() {
    cjk(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn long_cjk_texts_in_every_field_are_answered_on_postgresql() {
    let url = engines::postgres("cjk").await;
    cjk(Some(&url)).await;
}

/// Returns the members of an operation's input, from the model's text.
fn members(op: &Op) -> Vec<String> {
    let model = include_str!("../../../model/cognito-idp.model");
    let line = model
        .lines()
        .find(|line| line.starts_with(&format!("op {} ", op.name())))
        .unwrap();
    let shape = line
        .split_once(" : ")
        .unwrap()
        .1
        .split_whitespace()
        .next()
        .unwrap();
    let head = format!("struct {shape}");
    let mut lines = model.lines().skip_while(|line| {
        line.split_once(' ')
            .is_none_or(|_| *line != head && !line.starts_with(&format!("{head} ")))
    });
    assert!(lines.next().is_some(), "{head}");
    let members = lines.take_while(|line| line.starts_with(' '));
    members
        .map(|line| {
            line.split_whitespace()
                .next()
                .unwrap()
                .trim_end_matches('!')
                .to_owned()
        })
        .collect()
}

async fn cjk(database_url: Option<&str>) {
    let folder = program::scratch(if database_url.is_some() {
        "cjk-postgres"
    } else {
        "cjk"
    });
    let program = Program::start(&folder, database_url).await;
    let raw = signed(&program);
    let long = "漢".repeat(2_048);
    let pool = raw
        .ok("CreateUserPool", json!({ "PoolName": "cjk" }))
        .await
        .unwrap()["UserPool"]["Id"]
        .clone();
    for op in Op::ALL {
        let caller = if op.auth() == Auth::Public {
            Raw::new(&program.endpoint, None)
        } else {
            raw.clone()
        };
        let mut input = json!({});
        for member in members(op) {
            input[member] = json!(long);
        }
        let reply = caller.call(op.name(), input.clone()).await.unwrap();
        assert!(
            reply.status.as_u16() < 500 || reply.status == 501,
            "{}: {}",
            op.name(),
            reply.text()
        );
    }
    // Where the limits allow it, the text is kept and comes back whole: attribute values, up to 2,048 characters.
    for name in ["name", "given_name", "family_name", "nickname", "address"] {
        let user = json!({
            "UserPoolId": pool, "Username": format!("user-{name}"), "MessageAction": "SUPPRESS",
            "UserAttributes": [{ "Name": name, "Value": long }],
        });
        raw.ok("AdminCreateUser", user).await.unwrap();
        let user = raw
            .ok(
                "AdminGetUser",
                json!({ "UserPoolId": pool, "Username": format!("user-{name}") }),
            )
            .await
            .unwrap();
        let kept = user["UserAttributes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|a| a["Name"] == name)
            .unwrap();
        assert_eq!(kept["Value"], Value::String(long.clone()), "{name}");
    }
    let username = "漢".repeat(128);
    let user = json!({ "UserPoolId": pool, "Username": username, "MessageAction": "SUPPRESS" });
    raw.ok("AdminCreateUser", user).await.unwrap();
    let filter = format!("username = \"{username}\"");
    let found = raw
        .ok("ListUsers", json!({ "UserPoolId": pool, "Filter": filter }))
        .await
        .unwrap();
    assert_eq!(found["Users"][0]["Username"], Value::String(username));
    let filter = format!("name = \"{}\"", "漢".repeat(200));
    let found = raw
        .ok("ListUsers", json!({ "UserPoolId": pool, "Filter": filter }))
        .await
        .unwrap();
    assert_eq!(found["Users"], json!([]), "a prefix is not the value");
    let filter = format!("name ^= \"{}\"", "漢".repeat(200));
    let found = raw
        .ok("ListUsers", json!({ "UserPoolId": pool, "Filter": filter }))
        .await
        .unwrap();
    assert_eq!(found["Users"][0]["Username"], "user-name");
    std::fs::remove_dir_all(&folder).unwrap();
}
