//! Functions of triggers, called by a whole server over HTTP and in commands.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cognate_testkit::{FunctionServer, Options, Play, Raw, TestServer};
use http::{Method, StatusCode};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::lifecycle::{DEV, Scratch, Started, program};

const HOOK_SECRET: &str = "0123456789abcdef";
const LAMBDA_SECRET: &str = "the secret of a key";
const PASSWORD: &str = "Secret-4711";

fn arn(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:000000000000:function:{name}")
}

/// A pool with a client.
struct Pool {
    raw: Raw,
    id: String,
    client: String,
}

impl Pool {
    async fn new(raw: Raw, functions: Value) -> Self {
        let input = json!({"PoolName": "p", "LambdaConfig": functions, "AutoVerifiedAttributes": ["email"]});
        let made = raw.ok("CreateUserPool", input).await.unwrap();
        let id = made["UserPool"]["Id"].as_str().unwrap().to_owned();
        let input = json!({"UserPoolId": id, "ClientName": "c", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]});
        let made = raw.ok("CreateUserPoolClient", input).await.unwrap();
        let client = made["UserPoolClient"]["ClientId"]
            .as_str()
            .unwrap()
            .to_owned();
        Self { raw, id, client }
    }

    /// Signs a user up; the name and text of the exception, both empty on success.
    async fn sign_up(&self, name: &str) -> (String, String) {
        let email = json!([{"Name": "email", "Value": format!("{name}@example.com")}]);
        let input = json!({"ClientId": self.client, "Username": name, "Password": PASSWORD,
            "UserAttributes": email, "ValidationData": [{"Name": "k", "Value": "v"}]});
        let reply = self.raw.call("SignUp", input).await.unwrap();
        (reply.error(), reply.message())
    }

    async fn sign_in(&self, name: &str, metadata: Value) -> (String, String) {
        let input = json!({"ClientId": self.client, "AuthFlow": "USER_PASSWORD_AUTH", "ClientMetadata": metadata,
            "AuthParameters": {"USERNAME": name, "PASSWORD": PASSWORD}});
        let reply = self.raw.call("InitiateAuth", input).await.unwrap();
        (reply.error(), reply.message())
    }

    async fn has(&self, name: &str) -> bool {
        let input = json!({"UserPoolId": self.id, "Username": name});
        let reply = self.raw.call("AdminGetUser", input).await.unwrap();
        reply.status == StatusCode::OK
    }
}

fn options(triggers: Vec<String>) -> Options {
    let mut options = Options::default()
        .with("hook_secret", HOOK_SECRET)
        .with("functions_key_id", "AKIATEST")
        .with("functions_secret_key", LAMBDA_SECRET);
    options.settings.push(("trigger", triggers));
    options
}

fn none() -> (String, String) {
    (String::new(), String::new())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_calls_its_functions_at_an_endpoint_at_a_hook_and_in_a_command() {
    let functions = FunctionServer::start().await.unwrap();
    let scratch = Scratch::new();
    let handler = scratch.path("handler.js");
    let text = "exports.handler = async (event) => {
        if (event.request.validationData?.deny) throw new Error('Not today.');
        return event;
    };";
    std::fs::write(&handler, text).unwrap();
    let server = TestServer::start(options(vec![
        format!("{}=lambda:{}", arn("lambda"), functions.url()),
        format!("{}*={}/hook", arn("hook"), functions.url()),
        format!("*={handler};timeout=30000"),
    ]));
    let server = server.await.unwrap();
    let config = json!({"PreSignUp": arn("lambda"), "PostConfirmation": arn("hook:live"), "PreAuthentication": arn("local")});
    let pool = Pool::new(server.raw(), config).await;

    assert_eq!(pool.sign_up("ann").await, none());
    let sent = functions.received().pop().unwrap();
    assert!(
        sent.is_signed(LAMBDA_SECRET, "us-east-1", "lambda"),
        "{sent:?}"
    );
    let event = sent.event();
    assert_eq!(event["triggerSource"], "PreSignUp_SignUp");
    assert_eq!(event["userPoolId"], json!(pool.id));
    assert_eq!(event["callerContext"]["clientId"], json!(pool.client));

    let input = json!({"UserPoolId": pool.id, "Username": "ann"});
    pool.raw.ok("AdminConfirmSignUp", input).await.unwrap();
    let sent = functions.received().pop().unwrap();
    assert_eq!(
        (sent.path.as_str(), functions.received().len()),
        ("/hook", 2)
    );
    assert!(sent.is_signed_hook(HOOK_SECRET), "{sent:?}");
    assert_eq!(sent.header("x-cognate-trigger"), "PostConfirmation");
    assert_eq!(
        sent.event()["triggerSource"],
        "PostConfirmation_ConfirmSignUp"
    );

    assert_eq!(pool.sign_in("ann", json!({})).await, none());
    let denied = pool.sign_in("ann", json!({"deny": "1"})).await;
    let text = "PreAuthentication failed with error Not today..";
    assert_eq!(
        denied,
        ("UserLambdaValidationException".into(), text.into())
    );
    assert_eq!(functions.received().len(), 2);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_has_its_exception_and_leaves_neither_user_nor_message() {
    let functions = FunctionServer::start().await.unwrap();
    let inside = FunctionServer::start().await.unwrap();
    let target = |name: &str, kind: &str| {
        format!(
            "{}={kind}{};timeout=400;tries=2",
            arn(name),
            functions.url()
        )
    };
    let server = TestServer::start(options(vec![
        target("lambda", "lambda:"),
        target("hook", "hook:"),
    ]));
    let server = server.await.unwrap();
    let redirect = vec![("location", inside.url())];
    let mut large = b"\"".to_vec();
    large.resize(6 << 20, b'x');
    large.push(b'"');
    let failing = "PreSignUp invocation failed due to error";
    let slow = format!("{failing} Socket timeout while invoking Lambda function.");
    for kind in ["lambda", "hook"] {
        let pool = Pool::new(server.raw(), json!({"PreSignUp": arn(kind)})).await;
        for (play, exception, text) in [
            (
                Play::Throw("no.".into()),
                "UserLambdaValidationException",
                "PreSignUp failed with error no..",
            ),
            (
                Play::Raw(200, vec![], b"no".to_vec()),
                "InvalidLambdaResponseException",
                "Invalid lambda function output : Invalid JSON",
            ),
            (
                Play::Raw(200, vec![], large.clone()),
                "InvalidLambdaResponseException",
                "Invalid lambda function output : Invalid JSON",
            ),
            (
                Play::Raw(200, vec![], b"[]".to_vec()),
                "InvalidLambdaResponseException",
                "Unrecognizable lambda output",
            ),
            (
                Play::Raw(200, vec![], b"{}".to_vec()),
                "InvalidLambdaResponseException",
                "Unrecognizable lambda output",
            ),
            (
                Play::Slow(Duration::from_secs(30)),
                "UnexpectedLambdaException",
                slow.as_str(),
            ),
            (Play::Reset, "UnexpectedLambdaException", ""),
            (
                Play::Raw(302, redirect.clone(), vec![]),
                "UnexpectedLambdaException",
                "",
            ),
            (
                Play::Raw(403, vec![], vec![]),
                "UnexpectedLambdaException",
                "PreSignUp invocation failed due to error AccessDeniedException.",
            ),
        ] {
            functions.always(play.clone());
            let (name, message) = pool.sign_up("bob").await;
            let about = format!("{kind} {name} {message}");
            assert_eq!(name, exception, "{about}");
            assert!(
                message == text || (text.is_empty() && message.starts_with(failing)),
                "{about}"
            );
            // No address of what is behind a target leaks to a client.
            assert!(!message.contains("127.0.0.1"), "{about}");
            assert!(!pool.has("bob").await, "{about}");
        }
        functions.always(Play::Echo);
        assert_eq!(pool.sign_up("bob").await, none());
        let path = format!("/_dev/messages?pool={}", pool.id);
        let inbox = server
            .unsigned()
            .fetch(Method::GET, &path, &[], "")
            .await
            .unwrap();
        assert_eq!(inbox.json()["messages"].as_array().unwrap().len(), 1);
    }
    let pool = Pool::new(server.raw(), json!({"PreSignUp": arn("nowhere")})).await;
    let text = "PreSignUp invocation failed due to configuration.";
    assert_eq!(
        pool.sign_up("bob").await,
        ("UnexpectedLambdaException".into(), text.into())
    );
    assert!(inside.received().is_empty());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_functions_keep_no_other_request_waiting() {
    let functions = FunctionServer::start().await.unwrap();
    functions.always(Play::Slow(Duration::from_secs(6)));
    let server = TestServer::start(options(vec![format!(
        "*={};timeout=30000",
        functions.url()
    )]));
    let server = server.await.unwrap();
    let slow = Arc::new(Pool::new(server.raw(), json!({"PreSignUp": arn("slow")})).await);
    let quick = Pool::new(server.raw(), json!({})).await;
    let mut waiting = tokio::task::JoinSet::new();
    for n in 0..64 {
        let pool = slow.clone();
        waiting.spawn(async move { pool.sign_up(&format!("user{n}")).await });
    }
    while functions.received().len() < 64 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let begun = Instant::now();
    assert_eq!(slow.sign_up("one-more").await.0, "TooManyRequestsException");
    assert_eq!(quick.sign_up("ann").await, none());
    assert!(quick.has("ann").await);
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    assert!(
        waiting
            .join_all()
            .await
            .into_iter()
            .all(|done| done == none())
    );
    assert_eq!(functions.received().len(), 64);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dev_shows_the_calls_and_repeats_them_and_serve_does_neither() {
    let functions = FunctionServer::start().await.unwrap();
    let server = TestServer::start(options(vec![format!("*={}", functions.url())]));
    let server = server.await.unwrap();
    let pool = Pool::new(server.raw(), json!({"PreSignUp": arn("f")})).await;
    functions.next(Play::Throw("a mistake".into()));
    pool.sign_up("ann").await;
    let http = server.unsigned();
    let list = http
        .fetch(Method::GET, "/_dev/triggers", &[], "")
        .await
        .unwrap()
        .json();
    let call = &list["triggers"][0];
    assert_eq!(
        (&call["outcome"], &call["error"]),
        (&json!("failed"), &json!("a mistake"))
    );
    assert_eq!(call["event"]["userName"], "ann");
    let path = format!("/_dev/triggers/{}/replay", call["id"]);
    for header in [
        ("origin", "https://evil.example"),
        ("host", "evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        for (method, path) in [
            (Method::GET, "/_dev/triggers"),
            (Method::POST, path.as_str()),
        ] {
            let reply = http.fetch(method, path, &[header], "").await.unwrap();
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{header:?} {path}");
        }
    }
    assert_eq!(functions.received().len(), 1);
    for (method, path, status) in [
        (Method::GET, path.as_str(), 405),
        (Method::POST, "/_dev/triggers", 405),
        (Method::POST, "/_dev/triggers/99/replay", 400),
        (Method::POST, "/_dev/triggers/x/replay", 404),
    ] {
        let reply = http.fetch(method, path, &[], "").await.unwrap();
        assert_eq!(reply.status.as_u16(), status, "{path}");
    }

    let scratch = Scratch::new();
    let address = server.endpoint().trim_start_matches("http://");
    let command = |arguments: &[&str]| {
        let mut command = program(&scratch.0, arguments);
        command.args(["--listen", address]);
        command.output().unwrap()
    };
    let listed = command(&["triggers", "list"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(
        listed.contains("\tPreSignUp_SignUp\tfailed\thook\t"),
        "{listed}"
    );
    assert!(!listed.contains("ann"), "{listed}");
    let replayed = command(&["triggers", "replay", &call["id"].to_string()]);
    let replayed = String::from_utf8(replayed.stdout).unwrap();
    assert!(
        replayed.contains("answered") && replayed.contains("\"userName\": \"ann\""),
        "{replayed}"
    );
    assert_eq!(functions.received().len(), 2);
    let unknown = command(&["triggers", "replay", "99"]);
    assert!(!unknown.status.success());
    assert!(!pool.has("ann").await);

    http.fetch(Method::POST, "/_dev/reset", &[], "")
        .await
        .unwrap();
    let list = http
        .fetch(Method::GET, "/_dev/triggers", &[], "")
        .await
        .unwrap()
        .json();
    assert_eq!(list, json!({"triggers": []}));
    server.stop().await;

    let server = TestServer::start(Options::serve()).await.unwrap();
    for (method, path) in [
        (Method::GET, "/_dev/triggers"),
        (Method::POST, "/_dev/triggers/1/replay"),
    ] {
        let host = ("host", "id.test");
        let reply = server
            .unsigned()
            .fetch(method, path, &[host], "")
            .await
            .unwrap();
        assert_eq!(reply.status, StatusCode::NOT_FOUND);
    }
    server.stop().await;
}

/// Returns the number of lines of a log that have all of these texts.
fn count(log: &str, parts: &[&str]) -> usize {
    let matching = |line: &&str| parts.iter().all(|part| line.contains(part));
    log.lines().filter(matching).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn dev_warns_of_functions_that_cannot_be_called_and_logs_calls_without_their_events() {
    let functions = FunctionServer::start().await.unwrap();
    let scratch = Scratch::new();
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead = format!("{}=http://{}", arn("dead"), closed.local_addr().unwrap());
    drop(closed);
    let good = format!("{}={}", arn("good"), functions.url());
    let missing = format!("{}=missing.js", arn("missing"));
    let triggers = [
        "--trigger",
        &dead,
        "--trigger",
        &good,
        "--trigger",
        &missing,
    ];
    let mut dev = Started::new(&scratch.0, &[&DEV[..], &triggers].concat());
    let config = json!({"PreSignUp": arn("good"), "PostConfirmation": arn("dead"),
        "PreAuthentication": arn("missing"), "PostAuthentication": arn("nowhere")});
    let pool = Pool::new(dev.raw(), config.clone()).await;
    for _ in 0..2 {
        let input = json!({"UserPoolId": pool.id, "LambdaConfig": config});
        pool.raw.ok("UpdateUserPool", input).await.unwrap();
    }
    functions.next(Play::Respond(json!({"x": "of the answer"})));
    assert_eq!(pool.sign_up("carla").await, none());
    functions.next(Play::Throw("of the function".into()));
    pool.sign_up("bob").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let log = dev.log();
    for (name, why) in [
        ("dead", "is not reached"),
        ("missing", "no file missing.js"),
        ("nowhere", "no target"),
    ] {
        let function = format!("function:{name}");
        assert_eq!(count(&log, &["WARN", &function, why, &pool.id]), 1, "{log}");
    }
    assert_eq!(count(&log, &["cannot be called"]), 3, "{log}");
    let called = ["called a function", "PreSignUp", &pool.id, "hook"];
    assert_eq!(
        count(&log, &[&called[..], &["answered"]].concat()),
        1,
        "{log}"
    );
    assert_eq!(
        count(&log, &[&called[..], &["failed"]].concat()),
        1,
        "{log}"
    );
    for secret in [
        "carla",
        "@example.com",
        PASSWORD,
        "of the answer",
        "of the function",
    ] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

/// Puts TLS in front of a server.
async fn behind_tls(behind: &FunctionServer) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/certificates");
    let certificate = CertificateDer::from_pem_file(folder.join("one.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("one.key")).unwrap();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let to = behind.url().trim_start_matches("http://").to_owned();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, to) = (acceptor.clone(), to.clone());
            tokio::spawn(async move {
                let mut outer = acceptor.accept(stream).await?;
                let mut inner = TcpStream::connect(to).await?;
                tokio::io::copy_bidirectional(&mut outer, &mut inner).await
            });
        }
    });
    format!("https://localhost:{port}/")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_behind_tls_is_called_if_its_certificate_is_trusted() {
    let functions = FunctionServer::start().await.unwrap();
    let url = behind_tls(&functions).await;
    let target = format!("*={url};tries=1");
    let certificates = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/certificates");
    for (file, trusted) in [("one.pem", true), ("two.pem", false)] {
        let scratch = Scratch::new();
        let mut command = program(&scratch.0, &[&DEV[..], &["--trigger", &target]].concat());
        command.env("SSL_CERT_FILE", certificates.join(file));
        let dev = Started::of(command);
        let pool = Pool::new(dev.raw(), json!({"PreSignUp": arn("f")})).await;
        let (exception, _) = pool.sign_up("ann").await;
        let expected = if trusted {
            ""
        } else {
            "UnexpectedLambdaException"
        };
        assert_eq!(exception, expected, "{file}");
    }
    assert_eq!(functions.received().len(), 1);
}
