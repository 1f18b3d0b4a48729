//! The program from outside: starting, stopping, keys, stamps, commands.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use cognate_domain::Mode;
use cognate_testkit::{Credentials, Options, Raw, TestServer};
use http::{Method, StatusCode};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;

/// A folder that is deleted afterwards.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// Creates an empty folder.
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!(
            "cognate-life-{}",
            cognate_crypto::random::uuid_v4()
        ));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    /// Returns the path of a file in it.
    pub fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Returns the program with arguments, in a folder and without variables of others.
pub fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cognate"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder, arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn complaint(output: &Output) -> String {
    assert!(
        !output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A started program; killed when the test forgets it.
pub struct Started {
    child: Child,
    /// What it printed until it was ready.
    pub banner: String,
    /// Reads the log, so that the program never waits for a reader.
    log: Option<std::thread::JoinHandle<String>>,
}

impl Started {
    /// Runs the program until it is ready.
    pub fn new(folder: &Path, arguments: &[&str]) -> Self {
        Self::of(program(folder, arguments))
    }

    /// Runs a command of the program until it is ready.
    pub fn of(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).unwrap();
            log
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut banner = String::new();
        loop {
            let Some(line) = lines.next() else {
                let why = log.join().unwrap();
                panic!("it ended: {banner} {why}");
            };
            let line = line.unwrap();
            banner.push_str(&line);
            banner.push('\n');
            if line == "Ready." {
                return Self {
                    child,
                    banner,
                    log: Some(log),
                };
            }
        }
    }

    /// Returns a client with the keys of `dev`.
    pub fn raw(&self) -> Raw {
        Raw::new(&self.endpoint(), Some(Credentials::new("test", "test")))
    }

    /// Stops it; what it wrote to its log.
    pub fn log(&mut self) -> String {
        self.terminate();
        self.log.take().unwrap().join().unwrap()
    }

    /// Returns the URL at which it listens.
    pub fn endpoint(&self) -> String {
        let rest = self.banner.split("listens on ").nth(1).unwrap();
        rest.lines().next().unwrap().to_owned()
    }

    fn terminate(&mut self) -> std::process::ExitStatus {
        Command::new("kill")
            .arg(self.child.id().to_string())
            .status()
            .unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub const DEV: [&str; 3] = ["dev", "--listen", "127.0.0.1:0"];
const SERVE: [&str; 5] = [
    "serve",
    "--listen",
    "127.0.0.1:0",
    "--public-url",
    "https://id.test",
];

/// Returns a value of the banner, such as `AWS_ACCESS_KEY_ID=`.
fn value(text: &str, name: &str) -> String {
    let rest = text
        .split(name)
        .nth(1)
        .unwrap_or_else(|| panic!("no {name} in {text}"));
    rest.split_whitespace().next().unwrap().to_owned()
}

async fn list(endpoint: &str, credentials: Credentials) -> StatusCode {
    let raw = Raw::new(endpoint, Some(credentials));
    raw.call("ListUserPools", json!({"MaxResults": 5}))
        .await
        .unwrap()
        .status
}

#[tokio::test(flavor = "multi_thread")]
async fn dev_starts_in_an_empty_folder_and_hides_from_git() {
    let scratch = Scratch::new();
    let mut dev = Started::new(&scratch.0, &DEV);
    assert!(
        dev.banner.contains("aws cognito-idp create-user-pool"),
        "{}",
        dev.banner
    );
    assert_eq!(
        list(&dev.endpoint(), Credentials::new("test", "test")).await,
        StatusCode::OK
    );
    assert_eq!(
        std::fs::read_to_string(scratch.path(".cognate/.gitignore")).unwrap(),
        "*\n"
    );
    let mode = |name: &str| {
        std::fs::metadata(scratch.path(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(
        (
            mode(".cognate"),
            mode(".cognate/sealing.key"),
            mode(".cognate/control.sock")
        ),
        (0o700, 0o600, 0o600)
    );
    for name in [
        "cognate.db",
        "cognate.db-wal",
        "cognate.db-shm",
        "cognate.db.lock",
    ] {
        assert_eq!(mode(&format!(".cognate/{name}")), 0o600, "{name}");
    }
    let second = complaint(&run(&scratch.0, &DEV));
    assert!(second.contains("in use by another"), "{second}");
    assert!(dev.terminate().success());
    assert!(!scratch.0.join(".cognate/control.sock").exists());
    let again = Started::new(&scratch.0, &DEV);
    assert_eq!(
        list(&again.endpoint(), Credentials::new("test", "test")).await,
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ephemeral_dev_leaves_nothing() {
    let scratch = Scratch::new();
    let mut dev = Started::new(
        &scratch.0,
        &["dev", "--listen", "127.0.0.1:0", "--ephemeral"],
    );
    assert!(dev.terminate().success());
    assert_eq!(std::fs::read_dir(&scratch.0).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_shows_its_root_key_once_and_commands_reach_it() {
    let scratch = Scratch::new();
    let mut serve = Started::new(&scratch.0, &SERVE);
    let root = Credentials::new(
        value(&serve.banner, "AWS_ACCESS_KEY_ID="),
        value(&serve.banner, "AWS_SECRET_ACCESS_KEY="),
    );
    assert_eq!(list(&serve.endpoint(), root.clone()).await, StatusCode::OK);
    assert_eq!(
        list(&serve.endpoint(), Credentials::new("test", "test")).await,
        StatusCode::BAD_REQUEST
    );
    assert!(scratch.0.join(".config/cognate/sealing.key").exists());

    std::fs::write(scratch.path("policy.json"), r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"cognito-idp:List*","Resource":"*"}}"#).unwrap();
    let made = said(&run(
        &scratch.0,
        &[
            "access-keys",
            "create",
            "--name",
            "reader",
            "--policy",
            "policy.json",
        ],
    ));
    let reader = Credentials::new(
        value(&made, "AWS_ACCESS_KEY_ID="),
        value(&made, "AWS_SECRET_ACCESS_KEY="),
    );
    assert_eq!(
        list(&serve.endpoint(), reader.clone()).await,
        StatusCode::OK
    );
    let listed = said(&run(&scratch.0, &["access-keys", "list"]));
    assert!(
        listed.contains(&format!("{}  enabled   reader", reader.id)),
        "{listed}"
    );
    assert!(!listed.contains(&reader.secret));
    said(&run(&scratch.0, &["access-keys", "disable", &reader.id]));
    // The server itself made the change, so it counts at once.
    assert_eq!(
        list(&serve.endpoint(), reader.clone()).await,
        StatusCode::BAD_REQUEST
    );
    std::fs::write(scratch.path("bad.json"), r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{}}}"#).unwrap();
    let refused = complaint(&run(
        &scratch.0,
        &[
            "access-keys",
            "create",
            "--name",
            "x",
            "--policy",
            "bad.json",
        ],
    ));
    assert!(
        refused.contains("element `Condition` of a statement is not supported"),
        "{refused}"
    );
    let refused = complaint(&run(&scratch.0, &["access-keys", "create", "--name", "x"]));
    assert!(refused.contains("--policy"), "{refused}");
    let refused = complaint(&run(
        &scratch.0,
        &["pool", "set-issuer", "us-east-1_none", "aws"],
    ));
    assert!(
        refused.contains("User pool us-east-1_none does not exist."),
        "{refused}"
    );
    let refused = complaint(&run(
        &scratch.0,
        &["client", "set-profile", "none", "standard"],
    ));
    assert!(
        refused.contains("User pool client none does not exist."),
        "{refused}"
    );
    let links = ["providers", "links", "us-east-1_none", "deny", "x"];
    let refused = complaint(&run(&scratch.0, &links));
    assert!(refused.contains("us-east-1_none does not"), "{refused}");
    let refused = complaint(&run(&scratch.0, &["client", "set-profile", "none", "x"]));
    assert!(refused.contains("standard, cognito"), "{refused}");
    assert!(serve.terminate().success());

    // Without a server the commands open the database themselves.
    said(&run(&scratch.0, &["access-keys", "enable", &reader.id]));
    said(&run(&scratch.0, &["sealing-key", "check"]));
    let again = Started::new(&scratch.0, &SERVE);
    assert!(
        !again.banner.contains("AWS_SECRET_ACCESS_KEY"),
        "{}",
        again.banner
    );
    assert_eq!(list(&again.endpoint(), root).await, StatusCode::OK);
    assert_eq!(list(&again.endpoint(), reader).await, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sealing_key_can_be_changed_and_a_wrong_or_missing_one_is_refused() {
    let scratch = Scratch::new();
    let with = |key: &str| {
        [&SERVE[..], &["--data-dir", "data", "--key-file", key]]
            .concat()
            .iter()
            .map(|s| s.to_string())
            .collect::<Vec<_>>()
    };
    let start = |key: &str| {
        Started::new(
            &scratch.0,
            &with(key).iter().map(String::as_str).collect::<Vec<_>>(),
        )
    };
    let fail = |key: &str| {
        complaint(&run(
            &scratch.0,
            &with(key).iter().map(String::as_str).collect::<Vec<_>>(),
        ))
    };
    let mut serve = start("one.key");
    let root = Credentials::new(
        value(&serve.banner, "AWS_ACCESS_KEY_ID="),
        value(&serve.banner, "AWS_SECRET_ACCESS_KEY="),
    );
    let rotate = [
        "sealing-key",
        "rotate",
        "--data-dir",
        "data",
        "--key-file",
        "one.key",
        "--new-key-file",
        "two.key",
    ];
    assert!(complaint(&run(&scratch.0, &rotate)).contains("in use by another"));
    serve.terminate();
    assert!(fail("missing.key").contains("is missing"));
    assert!(!scratch.0.join("missing.key").exists());
    std::fs::write(
        scratch.path("other.key"),
        said(&run(&scratch.0, &["sealing-key", "generate"])),
    )
    .unwrap();
    assert!(fail("other.key").contains("not the one of this database"));
    let rotated = said(&run(&scratch.0, &rotate));
    assert!(rotated.contains("0 pools and 1 access keys"), "{rotated}");
    assert!(fail("one.key").contains("not the one of this database"));
    let trail = ["audit", "--data-dir", "data", "--key-file", "two.key"];
    let trail = said(&run(&scratch.0, &trail));
    let operations: Vec<_> = trail
        .lines()
        .map(|line| line.split("\"operation\":\"").nth(1).unwrap())
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(operations, ["RotateSealingKey", "CreateAccessKey"]);
    let serve = start("two.key");
    assert_eq!(list(&serve.endpoint(), root).await, StatusCode::OK);
    // The trail is what was written, under whichever key.
    let verify = "audit verify --data-dir data --key-file two.key";
    let verified = said(&run(&scratch.0, &verify.split(' ').collect::<Vec<_>>()));
    assert!(verified.contains(r#""rows":2"#), "{verified}");
}

#[test]
fn settings_are_checked_and_printed_without_secrets() {
    let scratch = Scratch::new();
    let printed = program(&scratch.0, &["config", "print", "--region", "eu-west-1"])
        .env("COGNATE_SEALING_KEY", "hunter2")
        .output()
        .unwrap();
    let printed = said(&printed);
    assert!(
        printed.contains("region = \"eu-west-1\" # flag")
            && printed.contains("sealing_key = \"********\""),
        "{printed}"
    );
    let unknown = program(&scratch.0, &["config", "print"])
        .env("COGNATE_REGOIN", "x")
        .output()
        .unwrap();
    assert!(complaint(&unknown).contains("unknown setting `COGNATE_REGOIN`"));
    assert!(said(&run(&scratch.0, &["version"])).starts_with("cognate "));
    assert!(
        complaint(&run(&scratch.0, &["dev", "--listen", "0.0.0.0:0"])).contains("--expose-dev")
    );
    assert!(
        complaint(&run(&scratch.0, &["access-keys", "list"])).contains("there is no database here")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_modes_refuse_each_others_databases() {
    let scratch = Scratch::new();
    let on = |mode| Options {
        mode,
        folder: Some(scratch.0.join("data")),
        ..Options::default()
    };
    for (first, second) in [(Mode::Dev, Mode::Serve), (Mode::Serve, Mode::Dev)] {
        TestServer::start(on(first)).await.unwrap().stop().await;
        let error = TestServer::start(on(second)).await.err().unwrap();
        assert!(
            error.to_string().contains("this database was made by"),
            "{error:#}"
        );
        std::fs::remove_dir_all(scratch.0.join("data")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_told_and_a_stop_finishes_what_was_accepted() {
    let server = TestServer::start(Options::serve()).await.unwrap();
    let get = |path: &'static str| {
        let http = server.unsigned();
        async move { http.fetch(Method::GET, path, &[], "").await.unwrap() }
    };
    assert_eq!(
        (
            get("/health/live").await.text().as_str(),
            get("/health/ready").await.text().as_str()
        ),
        ("live\n", "ready\n")
    );
    assert_eq!(get("/health/other").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get("/metrics").await.status, StatusCode::NOT_FOUND);

    // A request that has arrived in part when the stop begins is answered.
    let mut stream = crate::socket::connect(server.endpoint()).await;
    let lines = [
        "host: a",
        "content-type: application/x-amz-json-1.1",
        "x-amz-target: AWSCognitoIdentityProviderService.GetUser",
    ];
    let request = crate::socket::post(&lines, b"{}");
    stream
        .write_all(&request[..request.len() - 1])
        .await
        .unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let endpoint = server.endpoint().to_owned();
    let stopping = tokio::spawn(server.stop());
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    stream
        .write_all(&request[request.len() - 1..])
        .await
        .unwrap();
    let answer = crate::socket::read(&mut stream).await;
    assert!(answer.contains("InvalidParameterException"), "{answer}");
    stopping.await.unwrap();
    assert!(
        tokio::net::TcpStream::connect(endpoint.trim_start_matches("http://"))
            .await
            .is_err()
    );
}
