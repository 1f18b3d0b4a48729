//! Attacks on the listener: an attacker holds connections, sends large or shapeless bodies, forges hosts and addresses,
//! spells names in many ways, and reads the files.

use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::time::Duration;

use cognate_testkit::{Credentials, Engine, Options, Raw, Reply, TestServer};
use http::{HeaderValue, Method};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::engines;
use crate::program::{self, Program};
use crate::site::*;

const JSON: &str = "content-type: application/x-amz-json-1.1";
const GET_USER: &str = "x-amz-target: AWSCognitoIdentityProviderService.GetUser";

async fn start(options: Options, settings: &[(&'static str, &str)]) -> TestServer {
    let all = settings
        .iter()
        .fold(options, |all, (name, value)| all.with(name, value));
    TestServer::start(all).await.unwrap()
}

async fn connect(endpoint: &str) -> TcpStream {
    let address = endpoint.trim_start_matches("http://");
    TcpStream::connect(address).await.unwrap()
}

/// Sends bytes; what comes back until the server closes, or nothing comes for two seconds.
async fn exchange(endpoint: &str, bytes: &[u8]) -> String {
    let mut stream = connect(endpoint).await;
    // A server that refuses early may close while this is still sending.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(2), stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn post(lines: &[&str], body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST / HTTP/1.1\r\n{}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        lines.join("\r\n"),
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_of_every_kind_keep_nobody_out() {
    let server = start(Options::default(), &[("max_connections", "16")]).await;
    let half_body = post(&["host: localhost", JSON, GET_USER], b"{}");
    let kinds: [&[u8]; 5] = [
        b"",
        b"POST / HTTP/1.1\r\nhost: loc",
        half_body.strip_suffix(b"}").unwrap(),
        b"PRI * HT",
        // HTTP/2: the preface and empty settings, and then nothing.
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
    ];
    // A connection whose request is being answered is not closed.
    let mut busy = connect(server.endpoint()).await;
    let poll =
        b"GET /_dev/messages?wait=3 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    busy.write_all(poll).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut held = Vec::new();
    for n in 0..100 {
        let mut stream = connect(server.endpoint()).await;
        let _ = stream.write_all(kinds[n % kinds.len()]).await;
        held.push(stream);
    }
    let ask = b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    for _ in 0..5 {
        let answer = exchange(server.endpoint(), ask).await;
        assert!(answer.ends_with("ready\n"), "{answer}");
        let input = json!({ "MaxResults": 1 });
        server.raw().ok("ListUserPools", input).await.unwrap();
    }
    let mut answer = String::new();
    busy.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.ends_with(r#"{"messages":[]}"#),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shapeless_bodies_take_no_memory() {
    let folder = program::scratch("shapeless");
    let program = Program::start(&folder, None).await;
    let before = program.peak_memory();
    let many = |size: usize| format!("[{}0]", r#"{"":0},"#.repeat(size / 7 - 2));
    let lines = ["host: localhost", JSON, GET_USER];
    let sent = async |body: &str| exchange(&program.endpoint, &post(&lines, body.as_bytes())).await;
    let large = many(3 << 20);
    let (a, b, c, d) = tokio::join!(sent(&large), sent(&large), sent(&large), sent(&large));
    for answer in [a, b, c, d] {
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 413 "),
            "{answer}"
        );
    }
    let small = many(64 << 10);
    let answer = sent(&small).await;
    assert!(
        answer.contains("Start of list found where not expected"),
        "{answer}"
    );
    let inside = format!(r#"{{"AccessToken":{}}}"#, many(60 << 10));
    for _ in 0..20 {
        let answer = sent(&inside).await;
        assert!(
            answer.ends_with(r#"{"__type":"SerializationException"}"#),
            "{answer}"
        );
    }
    let grown = program.peak_memory() - before;
    assert!(grown < 24 << 20, "{} KiB", grown >> 10);
    drop(program);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Sends a request from the address that a trusted proxy names, in its own bytes.
async fn from(client: &Raw, operation: &str, body: &[u8], forwarded: &[u8]) -> Reply {
    let mut request = client.request(operation, body.to_vec()).unwrap();
    let value = HeaderValue::from_bytes(forwarded).unwrap();
    request.headers_mut().insert("x-forwarded-for", value);
    client.send(request).await.unwrap()
}

const TOO_MANY: &str = "TooManyRequestsException";

const PROXY: [(&str, &str); 2] = [("trusted_proxies", "127.0.0.1"), ("client_rate", "5")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_cannot_be_read_is_limited_like_any_other() {
    let server = start(Options::serve(), &PROXY).await;
    let open = server.unsigned();
    let body = br#"{"AccessToken":"made-up"}"#;
    let spellings: [&[u8]; 6] = [
        b"\xff",
        b"198.51.100.7, \xff",
        b"junk",
        b"unknown",
        b"198.51.100.7:x",
        b"[::1",
    ];
    let mut refused = 0;
    for n in 0..60 {
        let spelling = spellings[n % spellings.len()];
        let reply = from(&open, "GetUser", body, spelling).await;
        refused += usize::from(reply.error() == TOO_MANY);
    }
    assert!(refused > 20, "{refused}");
    // A port, or an empty element, does not hide a client's address.
    let spellings: [&[u8]; 4] = [
        b"198.51.100.9:1",
        b"198.51.100.9:2",
        b"198.51.100.9,",
        b"198.51.100.9",
    ];
    let mut refused = 0;
    for n in 0..40 {
        let spelling = spellings[n % spellings.len()];
        let reply = from(&open, "GetUser", body, spelling).await;
        refused += usize::from(reply.error() == TOO_MANY);
    }
    assert!(refused > 10, "{refused}");
    let other = from(&open, "GetUser", body, b"[2001:db8::1]:443").await;
    assert_eq!(other.error(), "NotAuthorizedException");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_make_no_sense_are_limited_too() {
    let server = start(Options::serve(), &PROXY).await;
    let open = server.unsigned();
    let forger = server.raw_as(Credentials::new(
        &server.root().id,
        "not-the-secret-of-that-key",
    ));
    let stranger = server.raw_as(Credentials::new(
        "AKIANOBODYNOBODY0000",
        "not-a-secret-at-all",
    ));
    let cases: [(&str, &Raw, &str, &[u8], &str); 6] = [
        (
            "192.0.2.1",
            &open,
            "GetUser",
            b"{",
            "SerializationException",
        ),
        (
            "192.0.2.2",
            &open,
            "GetUser",
            b"{}",
            "InvalidParameterException",
        ),
        (
            "192.0.2.3",
            &open,
            "Nothing",
            b"{}",
            "UnknownOperationException",
        ),
        (
            "192.0.2.4",
            &open,
            "ListUserPools",
            b"{}",
            "MissingAuthenticationTokenException",
        ),
        (
            "192.0.2.5",
            &forger,
            "ListUserPools",
            b"{}",
            "InvalidSignatureException",
        ),
        (
            "192.0.2.6",
            &stranger,
            "ListUserPools",
            b"{}",
            "UnrecognizedClientException",
        ),
    ];
    for (address, client, operation, body, error) in cases {
        let mut refused = 0;
        for n in 0..40 {
            let reply = from(client, operation, body, address.as_bytes()).await;
            let many = reply.error() == TOO_MANY;
            assert!(many || reply.error() == error, "{}", reply.text());
            assert!(
                !many || n >= 10,
                "{operation}: request {n} belongs to the burst"
            );
            refused += usize::from(many);
        }
        assert!(refused > 10, "{operation} {error}: {refused}");
        // Callers whom a policy allows are not counted, even if a refused caller shares their address.
        let body = br#"{"MaxResults":1}"#;
        let reply = from(&server.raw(), "ListUserPools", body, address.as_bytes()).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_is_read_whole_and_its_spelling_stands_in_no_url() {
    let server = start(Options::serve(), &[("hosts", "id.example")]).await;
    let pool = site(&server.raw(), json!({}), json!({})).await.pool;
    let discovered = async |host: &str| {
        let request = format!(
            "GET /{pool}/.well-known/openid-configuration HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
        );
        exchange(server.endpoint(), request.as_bytes()).await
    };
    for host in [
        "id.example:evil.example",
        "[id.example].evil.example",
        "id.example:80:evil",
        "id.example:",
        "evil@id.example",
        "[::1].evil.example",
        "id.example/evil",
        "id.example\r\nhost: evil.example",
    ] {
        let answer = discovered(host).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{host}: {answer}");
        assert!(!answer.contains("evil"), "{host}: {answer}");
    }
    for (host, base) in [
        ("id.example", "http://id.example"),
        ("ID.Example.:80", "http://id.example"),
        ("id.example:4444", "https://id.test"),
        ("evil.example", "https://id.test"),
        ("id.test:443", "https://id.test"),
    ] {
        let answer = discovered(host).await;
        let issuer = format!(r#""issuer":"{base}/{pool}""#);
        assert!(answer.contains(&issuer), "{host}: {answer}");
        assert!(
            answer
                .to_ascii_lowercase()
                .contains("\r\nvary: host, x-forwarded-host, x-forwarded-proto\r\n"),
            "{answer}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_host_that_begins_like_this_machine_administers_nothing() {
    let server = start(Options::default(), &[]).await;
    for host in ["[::1].evil.example", "localhost:evil.example", "[::1]x"] {
        let line = format!("host: {host}");
        let request = format!("GET /_dev/messages HTTP/1.1\r\n{line}\r\nconnection: close\r\n\r\n");
        let answer = exchange(server.endpoint(), request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{host}: {answer}");
        // `dev` believes any signature, which is why the host decides.
        let mut request = server
            .raw()
            .request("ListUserPools", br#"{"MaxResults":1}"#.to_vec())
            .unwrap();
        let value = HeaderValue::from_str(&format!("http://{host}")).unwrap();
        request.headers_mut().insert("origin", value);
        let reply = server.raw().send(request).await.unwrap();
        assert_eq!(reply.error(), "AccessDeniedException", "{host}");
    }
    let own = server
        .unsigned()
        .fetch(Method::GET, "/_dev/messages", &[], "")
        .await
        .unwrap();
    assert_eq!(own.status, 200);
}

/// Returns every way to write the letters of a name.
fn spellings(name: &str, most: usize) -> Vec<String> {
    (0..most)
        .map(|bits| {
            let letters = name.chars().enumerate();
            let spelt = letters.map(|(n, c)| {
                if bits >> n & 1 == 1 {
                    c.to_ascii_uppercase()
                } else {
                    c
                }
            });
            spelt.collect()
        })
        .collect()
}

async fn one_bucket_a_user(server: &TestServer) {
    let (raw, open) = (server.raw(), server.unsigned());
    let any_case = json!({ "AliasAttributes": ["email"], "UsernameConfiguration": { "CaseSensitive": false } });
    let Site { pool, client } = site(&raw, any_case, json!({})).await;
    let address = json!([{ "Name": "email", "Value": "jane@example.com" }, { "Name": "email_verified", "Value": "true" }]);
    user(&raw, &pool, "janedoe", address).await;
    let got = raw
        .ok(
            "AdminGetUser",
            json!({ "UserPoolId": pool, "Username": "janedoe" }),
        )
        .await
        .unwrap();
    let id = got["UserAttributes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["Name"] == "sub")
        .unwrap();
    let id = text(&id["Value"]);
    let sibling = text(&client_of(&raw, &pool, json!({})).await["ClientId"]);
    // All at once, for the bucket fills again while they come.
    let counted = async |inputs: Vec<Value>, raw: &Raw, operation: &'static str| {
        let calls = inputs.into_iter().map(|input| {
            let raw = raw.clone();
            tokio::spawn(async move { raw.call(operation, input).await.unwrap() })
        });
        let mut refused = 0;
        for call in calls.collect::<Vec<_>>() {
            refused += usize::from(call.await.unwrap().error() == TOO_MANY);
        }
        refused
    };
    let mut names = spellings("janedoe", 70);
    names.extend(spellings("jane@example.com", 16));
    names.extend([id.clone(), id]);
    let by_admin = names
        .iter()
        .map(|name| json!({ "UserPoolId": pool, "Username": name }));
    let refused = counted(by_admin.collect(), &raw, "AdminGetUser").await;
    assert!(refused > 20, "{refused} of one user's reads were refused");
    // Unknown names are folded; both clients of the pool share the bucket.
    let names = spellings("nobodyhas", 28);
    let clients = [&client, &sibling].into_iter().cycle();
    let by_client = names.iter().zip(clients).map(|(name, client)| {
        let input = json!({ "ClientId": client, "Username": name, "ConfirmationCode": "123456" });
        with(input, &json!({ "Password": PASSWORD }))
    });
    let refused = counted(by_client.collect(), &open, "ConfirmForgotPassword").await;
    assert!(refused > 2, "{refused} of one name's answers were refused");
    let other = by_password(&sibling, "somebodyelse", "wrong");
    let other = open.call("InitiateAuth", other).await.unwrap();
    assert_ne!(other.error(), TOO_MANY);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_has_one_bucket_however_the_name_is_spelt() {
    one_bucket_a_user(&start(Options::default(), &[("limits", "aws")]).await).await;
    let Some(url) = engines::postgres_if_any("one_bucket").await else {
        return;
    };
    let options = Options {
        engine: Engine::Postgres(url),
        ..Options::default()
    };
    one_bucket_a_user(&start(options, &[("limits", "aws")]).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_in_a_folder_that_was_there_are_their_owners_alone() {
    let folder = std::env::temp_dir().join(format!(
        "cognate-open-{}",
        cognate_crypto::random::uuid_v4()
    ));
    std::fs::DirBuilder::new()
        .mode(0o755)
        .create(&folder)
        .unwrap();
    let options = Options {
        folder: Some(folder.clone()),
        ..Options::default()
    };
    let server = TestServer::start(options).await.unwrap();
    site(&server.raw(), json!({}), json!({})).await;
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{:?} {mode:o}", entry.file_name());
        seen += 1;
    }
    assert!(seen >= 5, "database, log, index, lock, key");
    server.stop().await;
    std::fs::remove_dir_all(&folder).unwrap();
}
