//! The audit trail from outside: what refused callers leave in it, within which bounds, and `cognate audit`.

use std::path::Path;
use std::time::{Duration, Instant};

use cognate_domain::audit::Entry;
use cognate_server::access_keys::{self, Change};
use cognate_server::admin::{self, Request};
use cognate_store::Batch;
use cognate_testkit::{Credentials, Engine, Options, Raw, TestServer};
use http::Method;
use serde_json::{Value, json};

use crate::engines;
use crate::program::{self, Program};

/// Runs `check` on a `serve` of each engine.
async fn on_each(name: &str, options: Options, check: impl AsyncFn(&TestServer)) {
    let mut all = vec![Engine::Sqlite];
    all.extend(engines::postgres_if_any(name).await.map(Engine::Postgres));
    for engine in all {
        let server = TestServer::start(Options {
            engine,
            ..options.clone()
        })
        .await
        .unwrap();
        check(&server).await;
        server.stop().await;
    }
}

/// Returns a part of the trail: its lines, and the position of the next part.
async fn part(
    server: &TestServer,
    query: &Value,
    position: Value,
    lines: usize,
) -> (Vec<Value>, Value) {
    let app = &server.state().app;
    let request = json!({"command": "audit", "query": query, "position": position, "lines": lines});
    let request: Request = serde_json::from_value(request).unwrap();
    let mut answer = admin::perform(&app.store, &app.root, app.clock.wall(), request)
        .await
        .unwrap();
    let lines = answer["lines"].as_array().unwrap();
    let parsed = |line: &Value| serde_json::from_str(line.as_str().unwrap()).unwrap();
    (lines.iter().map(parsed).collect(), answer["next"].take())
}

/// Returns the whole trail, the newest first; whatever waits is written before.
async fn trail(server: &TestServer, query: Value) -> Vec<Value> {
    let state = server.state();
    state.refusals.flush(&state.app).await;
    let (mut all, mut position) = (Vec::new(), Value::Null);
    loop {
        let (lines, next) = part(server, &query, position, 1_000).await;
        all.extend(lines);
        if next.is_null() {
            return all;
        }
        position = next;
    }
}

/// Creates an access key with a policy that lets it list.
async fn lister(server: &TestServer) -> Credentials {
    let app = &server.state().app;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"cognito-idp:List*","Resource":"*"}]}"#;
    let (key, batch) =
        access_keys::create(&app.root, "ci", Some(policy), app.clock.wall()).unwrap();
    app.store.commit(batch).await.unwrap();
    Credentials::new(key.id, key.secret)
}

fn texts<'a>(rows: &'a [Value], name: &str) -> Vec<&'a str> {
    rows.iter()
        .map(|row| row[name].as_str().unwrap_or("-"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refused_iam_call_is_in_the_trail() {
    on_each("audit_refused", Options::serve(), async |server| {
        let input = || json!({"MaxResults": 1});
        let ci = lister(server).await;
        server.unsigned().call("ListUserPools", input()).await.unwrap();
        let unknown = server.raw_as(Credentials::new("AKIAIOSFODNN7EXAMPLE", "x"));
        unknown.call("ListUsers", input()).await.unwrap();
        // What does not look like an id may be a secret in the wrong place.
        let swapped = server.raw_as(Credentials::new("abcdefghijABCDEFGHIJ0123456789abcdefghij", "x"));
        swapped.call("ListGroups", input()).await.unwrap();
        let wrong = server.raw_as(Credentials::new(&ci.id, "wrong"));
        wrong.call("ListUserPools", input()).await.unwrap();
        let denied = server.raw_as(ci.clone());
        let pool = json!({"UserPoolId": "us-east-1_abc"});
        let reply = denied.call("DeleteUserPool", pool.clone()).await.unwrap();
        assert_eq!(reply.error(), "AccessDeniedException");
        wrong.call("DescribeUserPool", pool).await.unwrap();
        let app = &server.state().app;
        access_keys::change(&app.store, &app.root, &ci.id, Change::Disable).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1_050)).await;
        denied.call("ListUserPools", input()).await.unwrap();

        let rows = trail(server, json!({"result": "refused"})).await;
        let mut seen: Vec<_> = rows
            .iter()
            .map(|row| {
                let text = |name: &str| row[name].as_str();
                (text("operation").unwrap(), text("result").unwrap(), text("caller"), text("pool"))
            })
            .collect();
        seen.sort_unstable();
        let id = Some(ci.id.as_str());
        assert_eq!(seen, [
            ("DeleteUserPool", "AccessDeniedException", id, Some("us-east-1_abc")),
            ("DescribeUserPool", "InvalidSignatureException", id, None),
            ("ListGroups", "UnrecognizedClientException", None, None),
            ("ListUserPools", "InvalidSignatureException", id, None),
            ("ListUserPools", "MissingAuthenticationTokenException", None, None),
            ("ListUserPools", "UnrecognizedClientException", id, None),
            ("ListUsers", "UnrecognizedClientException", Some("AKIAIOSFODNN7EXAMPLE"), None),
        ]);
        let denied = trail(server, json!({"pool": "us-east-1_abc"})).await;
        let at = denied[0]["at"].clone();
        let row_id = denied[0]["id"].clone();
        assert_eq!(denied, [json!({
            "at": at, "operation": "DeleteUserPool", "pool": "us-east-1_abc", "user": null, "caller": ci.id,
            "address": "127.0.0.1", "result": "AccessDeniedException",
            "request_id": reply.header("x-amzn-requestid"), "id": row_id,
        })]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_refused_calls_is_bounded_counted_and_hides_no_policy_refusal() {
    let options = Options::serve().with("trusted_proxies", "127.0.0.1");
    on_each("audit_flood", options, async |server| {
        let begun = Instant::now();
        let ci = lister(server).await;
        let open = server.unsigned();
        let target = (
            "x-amz-target",
            "AWSCognitoIdentityProviderService.ListUserPools",
        );
        for n in 0..600 {
            let from = format!("198.51.{}.{}", n / 250, n % 250);
            let kind = ("content-type", "application/x-amz-json-1.1");
            let headers = [kind, target, ("x-forwarded-for", from.as_str())];
            let reply = open.fetch(Method::POST, "/", &headers, "{}").await.unwrap();
            assert_eq!(reply.error(), "MissingAuthenticationTokenException");
        }
        for _ in 0..50 {
            let reply = server
                .raw_as(ci.clone())
                .call("CreateUserPool", json!({"PoolName": "x"}))
                .await
                .unwrap();
            assert_eq!(reply.error(), "AccessDeniedException");
        }
        let rows = trail(
            server,
            json!({"result": "MissingAuthenticationTokenException"}),
        )
        .await;
        // What waits is written every five seconds: on a machine that is so slow there was room again.
        let turns = usize::try_from(begun.elapsed().as_secs().div_ceil(5)).unwrap();
        let most = 256 * (1 + turns);
        let written = rows.len();
        assert!((256..=most).contains(&written), "{written}");
        let denied = trail(server, json!({"result": "AccessDeniedException"})).await;
        assert!((1..=1 + turns).contains(&denied.len()));
        let times = |row: &Value| row["times"].as_u64().unwrap_or(1);
        let sum = |rows: &[Value]| rows.iter().map(times).sum::<u64>();
        assert_eq!(sum(&denied), 50);
        let dropped = trail(server, json!({"operation": "AuditRefusals"})).await;
        assert_eq!(dropped.len(), 1);
        assert_eq!(dropped[0]["result"], "dropped");
        // Of what was dropped after the first report of a minute the next one tells.
        let later = server.state().refusals.dropped();
        assert_eq!(sum(&dropped) + later + sum(&rows), 600);
        assert!(turns > 0 || later == 0, "{later}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_that_the_database_does_not_take_are_counted_as_dropped() {
    let server = TestServer::start(Options::serve()).await.unwrap();
    let app = &server.state().app;
    for _ in 0..3 {
        let input = json!({"MaxResults": 1});
        server
            .unsigned()
            .call("ListUserPools", input)
            .await
            .unwrap();
    }
    app.store.close().await;
    server.state().refusals.flush(app).await;
    assert_eq!(server.state().refusals.dropped(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_written_when_a_server_stops() {
    let folder = program::scratch("audit-stop");
    let options = || Options {
        folder: Some(folder.clone()),
        ..Options::serve()
    };
    let server = TestServer::start(options()).await.unwrap();
    let input = json!({"MaxResults": 1});
    server
        .unsigned()
        .call("ListUserPools", input)
        .await
        .unwrap();
    server.stop().await;
    let server = TestServer::start(options()).await.unwrap();
    let rows = trail(&server, json!({"result": "refused"})).await;
    assert_eq!(
        texts(&rows, "result"),
        ["MissingAuthenticationTokenException"]
    );
    server.stop().await;
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_forgets_what_is_older_than_its_setting() {
    let options = Options::default().with("audit_retention_days", "2");
    on_each("audit_retention", options, async |server| {
        let raw = server.raw();
        let create = async |name: &str| {
            let input = json!({"PoolName": name});
            raw.ok("CreateUserPool", input).await.unwrap();
        };
        create("old").await;
        server.advance("47h").await.unwrap();
        create("young").await;
        server.advance("2h").await.unwrap();
        let begin = Instant::now();
        while trail(server, json!({})).await.len() == 2 {
            assert!(
                begin.elapsed() < Duration::from_secs(20),
                "nothing is forgotten"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(
            trail(server, json!({"since": {"ago": 10_800_000_000_i64}}))
                .await
                .len(),
            1
        );
        assert_eq!(trail(server, json!({})).await.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_of_keys_are_in_the_trail() {
    let server = TestServer::start(Options::serve()).await.unwrap();
    let app = &server.state().app;
    let ask = async |request: Value| {
        let request: Request = serde_json::from_value(request).unwrap();
        admin::perform(&app.store, &app.root, app.clock.wall(), request).await
    };
    let policy = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let made = ask(json!({"command": "create-key", "name": "ci", "policy": policy}))
        .await
        .unwrap();
    for change in ["disable", "enable", "delete"] {
        ask(json!({"command": "change-key", "id": made["id"], "change": change}))
            .await
            .unwrap();
    }
    // What did not happen is not in it.
    ask(json!({"command": "change-key", "id": made["id"], "change": "delete"}))
        .await
        .unwrap_err();
    let rows = trail(&server, json!({"caller": "command-line"})).await;
    assert_eq!(
        texts(&rows, "operation"),
        [
            "DeleteAccessKey",
            "EnableAccessKey",
            "DisableAccessKey",
            "CreateAccessKey"
        ]
    );
    assert!(rows.iter().all(|row| row["detail"] == made["id"]));
    let secret = made["secret"].as_str().unwrap();
    assert!(rows.iter().all(|row| !row.to_string().contains(secret)));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_trail_is_listed_in_bounded_parts_and_a_filter_that_finds_little_ends() {
    on_each("audit_pages", Options::default(), async |server| {
        let app = &server.state().app;
        let mut batch = Batch::new();
        for n in 0..2_600_i64 {
            // Several rows of the same moment, in several pools.
            let pool = format!("us-east-1_{}", n % 3);
            let (caller, user) = (format!("AKIA{}", n % 7), format!("user {}", n % 1_300));
            let entry = Entry {
                operation: if n % 5 == 0 {
                    "CreateGroup"
                } else {
                    "DeleteGroup"
                },
                caller: Some(&caller),
                user: Some(&user),
                result: "ok",
                detail: Some(&n.to_string()),
                ..Entry::default()
            };
            batch = entry.append(batch, &pool, 1_000_000 + n / 4);
        }
        app.store.commit(batch).await.unwrap();

        let all = trail(server, json!({})).await;
        assert_eq!(all.len(), 2_600);
        let mut numbers = texts(&all, "detail");
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 2_600);
        let times = texts(&all, "at");
        assert!(times.is_sorted_by(|newer, older| newer >= older));

        // In parts of seven lines the same rows come in the same order.
        let (mut parts, mut position) = (Vec::new(), Value::Null);
        let query = json!({"pool": "us-east-1_1", "operation": "CreateGroup"});
        loop {
            let (lines, next) = part(server, &query, position, 7).await;
            assert!(lines.len() <= 7);
            parts.extend(lines);
            if next.is_null() {
                break;
            }
            position = next;
        }
        assert_eq!(parts, trail(server, query).await);
        assert_eq!(
            parts.len(),
            (0..2_600).filter(|n| n % 3 == 1 && n % 5 == 0).count()
        );

        for (query, wanted) in [
            (json!({"user": "user 77"}), 2),
            (json!({"user": "user"}), 0),
            (json!({"caller": "AKIA0"}), 372),
            (json!({"pool": "us-east-1_9"}), 0),
            (
                json!({"operation": "CreateGroup", "caller": "AKIA0", "pool": "us-east-1_0"}),
                25,
            ),
            (json!({"result": "ok"}), 2_600),
            (json!({"result": "refused"}), 0),
            (
                json!({"since": {"at": 1_000_100}, "until": {"at": 1_000_101}}),
                4,
            ),
            (json!({"since": {"ago": 3_600_000_000_i64}}), 0),
            (
                json!({"until": {"ago": 3_600_000_000_i64}, "user": "user 1"}),
                2,
            ),
        ] {
            assert_eq!(trail(server, query.clone()).await.len(), wanted, "{query}");
        }
    })
    .await;
}

/// Lines of `cognate audit`.
fn audit(folder: &Path, database_url: Option<&str>, arguments: &[&str]) -> Vec<Value> {
    let mut command = program::command(folder, database_url);
    let output = command.arg("audit").args(arguments).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

async fn listed_by_the_command(name: &str, database_url: Option<&str>) {
    let folder = program::scratch(name);
    let program = Program::start(&folder, database_url).await;
    let raw = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
    let made = raw
        .ok("CreateUserPool", json!({"PoolName": "p"}))
        .await
        .unwrap();
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    for name in ["jane", "john"] {
        let input = json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"});
        raw.ok("AdminCreateUser", input).await.unwrap();
    }
    let input = json!({"UserPoolId": pool, "Username": "jane"});
    let jane = raw.ok("AdminGetUser", input.clone()).await.unwrap();
    let jane = jane["UserAttributes"][0]["Value"]
        .as_str()
        .unwrap()
        .to_owned();
    raw.ok("AdminDisableUser", input).await.unwrap();
    let unsigned = Raw::new(&program.endpoint, None);
    unsigned
        .call("ListUserPools", json!({"MaxResults": 1}))
        .await
        .unwrap();
    let mut create = program::command(&folder, database_url);
    create.args(["access-keys", "create", "--name", "ci", "--root"]);
    let created = String::from_utf8(create.output().unwrap().stdout).unwrap();
    let id = created
        .lines()
        .find_map(|line| line.strip_prefix("AWS_ACCESS_KEY_ID="))
        .unwrap();
    let mut issuer = program::command(&folder, database_url);
    assert!(
        issuer
            .args(["pool", "set-issuer", &pool, "aws"])
            .output()
            .unwrap()
            .status
            .success()
    );

    let check = |refused: bool| {
        let list = |arguments: &[&str]| audit(&folder, database_url, arguments);
        let all = list(&["--result", "ok"]);
        let expected = [
            "SetIssuer",
            "CreateAccessKey",
            "AdminDisableUser",
            "AdminCreateUser",
            "AdminCreateUser",
            "CreateUserPool",
        ];
        assert_eq!(texts(&all, "operation"), expected);
        assert_eq!(
            (&all[1]["caller"], &all[1]["detail"], &all[1]["pool"]),
            (&json!("command-line"), &json!(id), &Value::Null)
        );
        assert_eq!(
            (&all[2]["caller"], &all[2]["user"], &all[2]["address"]),
            (&json!("test"), &json!(jane), &json!("127.0.0.1"))
        );
        let count = |arguments: &[&str]| list(arguments).len();
        assert_eq!(list(&["--result", "ok", "--limit", "2"]), all[..2]);
        assert_eq!(list(&["--user", &jane]), [all[2].clone(), all[4].clone()]);
        assert_eq!(count(&["--pool", &pool]), 5);
        assert_eq!(
            count(&["--pool", &pool, "--operation", "AdminCreateUser"]),
            2
        );
        assert_eq!(count(&["--caller", "test"]), 4);
        assert_eq!(count(&["--since", "1h", "--result", "ok"]), 6);
        assert_eq!(count(&["--until", "1h"]), 0);
        let at = all[2]["at"].as_str().unwrap();
        assert_eq!(count(&["--since", at, "--result", "ok"]), 3);
        assert_eq!(count(&["--until", at, "--result", "ok"]), 3);
        assert_eq!(count(&["--limit", "0"]), 0);
        if refused {
            let refused = list(&["--result", "refused"]);
            assert_eq!(
                texts(&refused, "result"),
                ["MissingAuthenticationTokenException"]
            );
        }
    };
    // A command that opens the database itself does not see rows that still wait in a server.
    check(database_url.is_none());
    program.kill();
    check(database_url.is_none());

    let mut wrong = program::command(&folder, database_url);
    let output = wrong
        .args(["audit", "--since", "yesterday"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("--since yesterday: give a time"));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_lists_the_trail_of_a_running_and_of_a_stopped_server_on_sqlite() {
    listed_by_the_command("audit-command", None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn the_command_lists_the_trail_on_postgresql() {
    let url = engines::postgres("audit_command").await;
    listed_by_the_command("audit-command-postgres", Some(&url)).await;
}
