//! `cognate doctor` and servers that are not what they seem: where it sends passwords and secrets, and whom it makes.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use cognate_testkit::{Options, Raw, TestServer};
use http::Method;
use serde_json::{Value, json};

use crate::front::Front;
use crate::lifecycle::{Scratch, program};

const CALLBACK: &str = "http://localhost:3000/api/auth/callback/cognito";
const OTHER: &str = "https://app.example/first";

/// Runs the command to its end; what it prints.
async fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = program(folder, &[&["doctor"][..], arguments, &["--json"]].concat());
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

fn report(output: &Output) -> Value {
    let said = || String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said()))
}

async fn doctor(folder: &Path, arguments: &[&str]) -> Value {
    report(&run(folder, arguments).await)
}

/// Returns the names of the checks that ended so.
fn checks<'a>(report: &'a Value, state: &str) -> Vec<&'a str> {
    let checks = report["checks"].as_array().unwrap().iter();
    let found = checks.filter(|check| check["state"] == state);
    found
        .map(|check| check["check"].as_str().unwrap())
        .collect()
}

fn detail<'a>(report: &'a Value, name: &str) -> &'a str {
    let mut checks = report["checks"].as_array().unwrap().iter();
    let found = checks.find(|check| check["check"] == name);
    found.map_or("", |check| check["detail"].as_str().unwrap())
}

/// A pool with a domain, and ada in it.
struct Site {
    pool: String,
    /// Signs people in by every way.
    web: String,
    /// Is a program's own.
    program: String,
    /// Its secret.
    secret: String,
}

async fn site(api: &Raw) -> Site {
    let made = api.ok("CreateUserPool", json!({"PoolName": "p"})).await;
    let pool = made.unwrap()["UserPool"]["Id"].as_str().unwrap().to_owned();
    let domain = json!({"UserPoolId": pool, "Domain": "shop"});
    api.ok("CreateUserPoolDomain", domain).await.unwrap();
    let scopes = json!([{"ScopeName": "read", "ScopeDescription": "read"}]);
    let server = json!({"UserPoolId": pool, "Identifier": "api", "Name": "api", "Scopes": scopes});
    api.ok("CreateResourceServer", server).await.unwrap();
    let client = async |more: Value| {
        let mut input = json!({
            "UserPoolId": pool, "ClientName": "c", "AllowedOAuthFlowsUserPoolClient": true,
        });
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        let made = api.ok("CreateUserPoolClient", input).await.unwrap();
        made["UserPoolClient"].clone()
    };
    let web = client(json!({
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": [OTHER, CALLBACK], "SupportedIdentityProviders": ["COGNITO"],
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    }));
    let web = web.await["ClientId"].as_str().unwrap().to_owned();
    let program = client(json!({
        "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["api/read"],
        "GenerateSecret": true,
    }));
    let program = program.await;
    let text = |name: &str| program[name].as_str().unwrap().to_owned();
    let ada = json!({"UserPoolId": pool, "Username": "ada", "MessageAction": "SUPPRESS"});
    api.ok("AdminCreateUser", ada).await.unwrap();
    let password = json!({
        "UserPoolId": pool, "Username": "ada", "Password": "Correct-Horse-7", "Permanent": true,
    });
    api.ok("AdminSetUserPassword", password).await.unwrap();
    Site {
        web,
        program: text("ClientId"),
        secret: text("ClientSecret"),
        pool,
    }
}

async fn users(api: &Raw, pool: &str) -> Vec<String> {
    let listed = api
        .ok("ListUsers", json!({"UserPoolId": pool}))
        .await
        .unwrap();
    let users = listed["Users"].as_array().unwrap().iter();
    users
        .map(|user| user["Username"].as_str().unwrap().to_owned())
        .collect()
}

type Own = Box<dyn Fn(&str) -> Option<(u16, String)> + Send + Sync>;

/// Returns what a front answers so that the document names its endpoints elsewhere.
async fn leading_to(server: &TestServer, front: &Front, pool: &str, base: &str) -> Own {
    let path = format!("/{pool}/.well-known/openid-configuration");
    let host = format!("127.0.0.1:{}", front.port);
    let named = [("host", host.as_str())];
    let asked = server.unsigned();
    let found = asked.fetch(Method::GET, &path, &named, "").await.unwrap();
    let mut document = found.json();
    for (name, end) in [("authorization", "authorize"), ("token", "token")] {
        document[format!("{name}_endpoint")] = json!(format!("{base}/oauth2/{end}"));
    }
    let (line, document) = (format!("GET {path}"), document.to_string());
    Box::new(move |asked| (asked == line).then(|| (200, document.clone())))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_secret_goes_to_a_domain_that_leads_elsewhere() {
    let (scratch, server) = (Scratch::new(), TestServer::dev().await.unwrap());
    let site = site(&server.raw()).await;
    std::fs::write(scratch.0.join("password"), "Correct-Horse-7\n").unwrap();
    let elsewhere = Front::new().await;
    let parked = elsewhere.url();
    // Whoever is there is glad of every visitor.
    let elsewhere = elsewhere.answer(None, |_| Some((200, "{\"keys\":[]}".to_owned())));
    let service = "https://shop.auth.us-east-1.amazoncognito.com";
    for base in [parked.as_str(), service] {
        let front = Front::new().await;
        let url = front.url();
        let own = leading_to(&server, &front, &site.pool, base).await;
        let front = front.answer(Some(server.endpoint()), own);
        let (program, web) = (site.program.as_str(), site.web.as_str());
        for arguments in [
            &["--client-id", program][..],
            &["next-auth", "--client-id", web][..],
            &[
                "next-auth",
                "--client-id",
                web,
                "--username",
                "ada",
                "--password-file",
                "password",
            ],
            &["passport-jwt", "--client-id", web],
        ] {
            let whole = [arguments, &["--endpoint", &url]].concat();
            let told = run(&scratch.0, &whole).await;
            assert_eq!(told.status.code(), Some(1), "{arguments:?}");
            let told = report(&told);
            assert_eq!(checks(&told, "finding"), ["domain"], "{told}");
            // By the API nothing goes to the domain.
            let left: &[&str] = match arguments[0] {
                "passport-jwt" => &[],
                _ => &["token"],
            };
            assert_eq!(checks(&told, "not-checked"), left, "{told}");
            assert!(detail(&told, "domain").contains(base), "{told}");
        }
        assert_eq!(front.count("POST /login"), 0);
        assert_eq!(front.count("/oauth2/token"), 0);
    }
    let asked = elsewhere.asked();
    assert_eq!(asked, vec!["GET /.well-known/jwks.json"; 4]);
    // The same client, where its domain leads here.
    let front = Front::new().await;
    let url = front.url();
    let front = front.answer(Some(server.endpoint()), |_| None);
    let told = doctor(
        &scratch.0,
        &["--client-id", &site.program, "--endpoint", &url],
    )
    .await;
    assert_eq!(checks(&told, "finding"), Vec::<&str>::new(), "{told}");
    assert_eq!(front.count(&format!("POST /{}/oauth2/token", site.pool)), 1);
    assert!(!told.to_string().contains(&site.secret));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_pages_is_proven_through_the_pages() {
    let (scratch, server) = (Scratch::new(), TestServer::dev().await.unwrap());
    let site = site(&server.raw()).await;
    let front = Front::new().await;
    let url = front.url();
    let front = front.answer(Some(server.endpoint()), |_| None);
    let common = ["--client-id", &site.web, "--endpoint", &url];
    let told = doctor(&scratch.0, &[&["next-auth"][..], &common].concat()).await;
    assert_eq!(checks(&told, "finding"), Vec::<&str>::new(), "{told}");
    assert_eq!(checks(&told, "not-checked"), Vec::<&str>::new(), "{told}");
    // By the pages, and with the URL that stands in the settings, which is not the first one.
    assert_eq!(front.count("InitiateAuth"), 0);
    let lines = front.asked();
    let page = lines
        .iter()
        .find(|line| line.starts_with("POST /login"))
        .unwrap();
    assert!(
        page.contains("redirect_uri=http%3A%2F%2Flocalhost%3A3000%2F"),
        "{page}"
    );
    // Of another program it is the API that counts.
    let told = doctor(&scratch.0, &[&["passport-jwt"][..], &common].concat()).await;
    assert_eq!(checks(&told, "finding"), Vec::<&str>::new(), "{told}");
    assert_eq!(front.count("InitiateAuth"), 1);
    assert_eq!(users(&server.raw(), &site.pool).await, ["ada"]);

    // In a world everything happens there.
    let world = format!("{url}/_world/w3");
    let told = doctor(
        &scratch.0,
        &["next-auth", "--client-id", &site.web, "--endpoint", &world],
    )
    .await;
    assert_eq!(checks(&told, "finding"), Vec::<&str>::new(), "{told}");
    assert_eq!(checks(&told, "not-checked"), Vec::<&str>::new(), "{told}");
    assert_eq!(front.count("POST /_world/w3/login"), 1);
    assert_eq!(front.count("POST /login"), 1);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_made_in_production_whatever_a_proxy_answers() {
    let scratch = Scratch::new();
    let front = Front::new().await;
    let url = front.url();
    let options = Options::serve().with("public_url", &url);
    let server = TestServer::start(options).await.unwrap();
    let site = site(&server.raw()).await;
    let front = front.answer(Some(server.endpoint()), |line| {
        let is_dev = line.starts_with("GET /_dev");
        is_dev.then(|| (403, "{\"error\":\"Forbidden\"}".to_owned()))
    });
    let key = format!("{}={}", server.root().id, server.root().secret);
    std::fs::write(scratch.0.join("key"), key).unwrap();
    let told = doctor(
        &scratch.0,
        &[
            "--client-id",
            &site.web,
            "--endpoint",
            &url,
            "--access-key-file",
            "key",
        ],
    )
    .await;
    assert_eq!(told["kind"], "serve");
    assert_eq!(checks(&told, "finding"), Vec::<&str>::new(), "{told}");
    assert_eq!(checks(&told, "not-checked"), ["token"], "{told}");
    assert_eq!(front.count("Admin"), 0);
    assert_eq!(front.count("InitiateAuth"), 0);
    assert_eq!(users(&server.raw(), &site.pool).await, ["ada"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_http_across_a_network_no_secret_is_fetched() {
    let scratch = Scratch::new();
    let front = Front::new().await;
    // To this program that is no address of this machine.
    let url = format!("http://0.0.0.0:{}", front.port);
    let server = TestServer::start(Options::serve().with("public_url", &url));
    let server = server.await.unwrap();
    let site = site(&server.raw()).await;
    let front = front.answer(Some(server.endpoint()), |_| None);
    let key = format!("{}={}", server.root().id, server.root().secret);
    std::fs::write(scratch.0.join("key"), key).unwrap();
    let common = [
        "--endpoint",
        &url,
        "--access-key-file",
        "key",
        "--show-secrets",
    ];
    let arguments = [&["next-auth", "--client-id", &site.program][..], &common].concat();
    let told = doctor(&scratch.0, &arguments).await;
    assert_eq!(checks(&told, "finding"), ["tls"], "{told}");
    assert_eq!(
        checks(&told, "not-checked"),
        ["client", "flows", "token"],
        "{told}"
    );
    assert_eq!(front.count("DescribeUserPool"), 1);
    assert_eq!(front.count("DescribeUserPoolClient"), 0);
    assert!(!told.to_string().contains(&site.secret));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_elsewhere_names_on_this_machine_is_not_asked() {
    let (scratch, here, there) = (Scratch::new(), Front::new().await, Front::new().await);
    let (base, url) = (here.url(), format!("http://0.0.0.0:{}", there.port));
    let here = here.answer(None, |_| Some((200, "{}".to_owned())));
    let document = json!({
        "issuer": format!("{base}/x"), "jwks_uri": format!("{base}/y"),
        "authorization_endpoint": format!("{base}/oauth2/authorize"),
        "token_endpoint": format!("{base}/oauth2/token"),
    });
    let there = there.answer(None, move |line| {
        let body = match line {
            "GET /health/live" | "GET /health/ready" => json!({}),
            "GET /_dev/clock" => json!({"now": 1}),
            "POST / ListUserPools" => json!({"UserPools": [{"Id": "us-east-1_Local0001"}]}),
            "POST / DescribeUserPool" => json!({"UserPool": {"Name": "p"}}),
            "POST / ListUserPoolClients" => json!({"UserPoolClients": [{"ClientId": "c"}]}),
            "GET /us-east-1_Local0001/.well-known/jwks.json" => json!({}),
            "GET /us-east-1_Local0001/.well-known/openid-configuration" => document.clone(),
            _ => return None,
        };
        Some((200, body.to_string()))
    });
    let told = doctor(&scratch.0, &["--endpoint", &url]).await;
    let found = checks(&told, "finding");
    assert_eq!(found, ["tls", "jwks", "discovery", "domain"], "{told}");
    assert_eq!(here.asked(), Vec::<String>::new());
    assert!(there.count("GET /us-east-1_Local0001") == 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_whose_id_is_none_is_not_looked_at() {
    let (scratch, front) = (Scratch::new(), Front::new().await);
    let url = front.url();
    let front = front.answer(None, |line| {
        let body = match line {
            "GET /health/live" | "GET /health/ready" => json!({}),
            "GET /_dev/clock" => json!({"now": 1}),
            "POST / ListUserPools" => json!({"UserPools": [{"Id": "a&/tmp/x&_b"}]}),
            _ => return None,
        };
        Some((200, body.to_string()))
    });
    for more in [&[][..], &["--pool", "a&/tmp/x&_b"]] {
        let arguments = [&["boto3", "--endpoint", &url][..], more].concat();
        let told = doctor(&scratch.0, &arguments).await;
        assert_eq!(checks(&told, "finding"), ["pool"], "{told}");
        assert_eq!(told["settings"], json!([]));
        let why = "a&/tmp/x&_b is not understood: an id is a region, `_`, letters and digits";
        assert_eq!(detail(&told, "pool"), why);
    }
    assert_eq!(front.count("Describe"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_made_is_deleted_also_after_an_interrupt() {
    let (scratch, server) = (Scratch::new(), TestServer::dev().await.unwrap());
    let site = site(&server.raw()).await;
    let front = Front::new().await;
    let url = front.url();
    let front = front.answer(Some(server.endpoint()), |line| {
        let signs_in = line.ends_with("InitiateAuth");
        signs_in.then(|| (0, String::new()))
    });
    let mut command = program(
        &scratch.0,
        &[
            "doctor",
            "--client-id",
            &site.web,
            "--endpoint",
            &url,
            "--json",
        ],
    );
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    for _ in 0..200 {
        if front.count("InitiateAuth") > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(users(&server.raw(), &site.pool).await.len(), 2);
    let id = child.id().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &id])
        .status();
    assert!(killed.unwrap().success());
    let output = tokio::task::spawn_blocking(move || child.wait_with_output().unwrap());
    let told = report(&output.await.unwrap());
    assert_eq!(checks(&told, "not-checked"), ["token"], "{told}");
    assert_eq!(detail(&told, "token"), "somebody interrupted this");
    assert!(checks(&told, "ok").contains(&"user"), "{told}");
    assert_eq!(users(&server.raw(), &site.pool).await, ["ada"]);
    server.stop().await;
}
