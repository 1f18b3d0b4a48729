//! `cognate lint` beside a running server, and without one: what it prints and with which status it ends.

use std::path::Path;
use std::process::{Command, Output};

use cognate_testkit::{Options, Raw, TestServer};
use serde_json::{Value, json};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cognate"))
        .arg("lint")
        .args(arguments)
        .args(["--data-dir", &folder.display().to_string()])
        .env_clear()
        .env("HOME", folder)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A pool whose settings are as CreateUserPool leaves them, and its client.
async fn pool(raw: &Raw) -> (String, String) {
    let made = raw
        .ok("CreateUserPool", json!({"PoolName": "shop"}))
        .await
        .unwrap();
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let client =
        json!({"UserPoolId": pool, "ClientName": "web", "PreventUserExistenceErrors": "ENABLED"});
    let made = raw.ok("CreateUserPoolClient", client).await.unwrap();
    let client = made["UserPoolClient"]["ClientId"].as_str().unwrap();
    (pool, client.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_is_judged_and_the_status_says_whether_to_go_on() {
    let scratch = super::lifecycle::Scratch::new();
    let folder = scratch.0.clone();
    let options = Options {
        folder: Some(folder.clone()),
        ..Options::default()
    };
    let server = TestServer::start(options).await.unwrap();
    let (pool, client) = pool(&server.raw()).await;

    // Warnings do not fail it without the option.
    let done = run(&folder, &[&pool]);
    assert_eq!(done.status.code(), Some(0), "{}", complained(&done));
    let expected = [
        "warning deletion-unprotected",
        "warning mfa-off",
        "note recovery-alone",
        "warning case-sensitive-names",
        "note sign-up-never-confirmed",
    ];
    let text = said(&done);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{text}");
    for (line, start) in lines.iter().zip(expected) {
        let start = format!("{start} pool \"shop\" ({pool}): ");
        assert!(line.starts_with(&start), "{line}");
    }
    assert_eq!(
        lines[0],
        format!(
            "warning deletion-unprotected pool \"shop\" ({pool}): One call of DeleteUserPool ends every account. \
             => DeletionProtection"
        )
    );

    let denied = run(&folder, &[&pool, "--deny", "warning", "--format", "json"]);
    assert_eq!(denied.status.code(), Some(1));
    let report: Value = serde_json::from_str(&said(&denied)).unwrap();
    assert_eq!(report["pool"], json!(pool));
    assert_eq!(
        report["findings"][0],
        json!({
            "rule": "deletion-unprotected", "severity": "warning", "setting": "DeletionProtection",
            "object": {"kind": "pool", "id": pool, "name": "shop"},
            "why": "One call of DeleteUserPool ends every account.",
        })
    );

    let warnings = ["deletion-unprotected", "mfa-off", "case-sensitive-names"];
    let mut arguments = vec![pool.as_str(), "--deny", "warning"];
    for rule in warnings {
        arguments.extend(["--allow", rule]);
    }
    let allowed = run(&folder, &arguments);
    assert_eq!(allowed.status.code(), Some(0), "{}", said(&allowed));
    assert_eq!(said(&allowed).lines().count(), 2);

    // An error fails it in any case, and a name made for a terminal is escaped.
    let attribute = json!({"Name": "role", "AttributeDataType": "String", "Mutable": true});
    let request = json!({"UserPoolId": pool, "CustomAttributes": [attribute]});
    server
        .raw()
        .ok("AddCustomAttributes", request)
        .await
        .unwrap();
    let request = json!({
        "UserPoolId": pool, "ClientId": client, "ClientName": "web", "PreventUserExistenceErrors": "ENABLED",
        "WriteAttributes": ["custom:role"],
    });
    server
        .raw()
        .ok("UpdateUserPoolClient", request)
        .await
        .unwrap();
    let failed = run(&folder, &[&pool]);
    assert_eq!(failed.status.code(), Some(1));
    let line = format!("error self-written-right client \"web\" ({client}): ");
    assert!(said(&failed).contains(&line), "{}", said(&failed));

    // The same without a server.
    server.stop().await;
    let alone = run(&folder, &[&pool]);
    assert_eq!(alone.status.code(), Some(1), "{}", complained(&alone));
    assert_eq!(said(&alone), said(&failed));

    // What could not run is no finding.
    for (arguments, text) in [
        (
            vec!["us-east-1_Nobodys00"],
            "User pool us-east-1_Nobodys00 does not exist.",
        ),
        (
            vec![pool.as_str(), "--allow", "mfa"],
            "there is no rule \"mfa\"",
        ),
        (
            vec![pool.as_str(), "--deny", "note"],
            "invalid value 'note'",
        ),
    ] {
        let refused = run(&folder, &arguments);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        assert!(
            complained(&refused).contains(text),
            "{}",
            complained(&refused)
        );
        assert_eq!(said(&refused), "");
    }
    let nowhere = run(&folder.join("nowhere"), &[&pool]);
    assert_eq!(nowhere.status.code(), Some(2), "{}", complained(&nowhere));
}
