//! SIGKILL in the middle of a mixed load: nothing that was acknowledged is lost, nothing is half there.
//!
//! Twenty rounds on one database. In each the program is killed under 64 clients that create, delete, disable users,
//! set passwords, sign in, refresh and revoke; then it starts again and everything that was answered is checked
//! against what the server says now. On PostgreSQL the database is killed as well.

mod ledger;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use cognate_testkit::{Credentials, Raw};
use ledger::{Ledger, User};
use crate::program::{self, Program};
use crate::engines;
use serde_json::{Value, json};

const ROUNDS: u64 = 20;
const CLIENTS: u64 = 64;
/// How long a round's load runs before the kill, in milliseconds; varied so that kills land everywhere.
const SHORTEST: u64 = 150;
const PASSWORD: &str = "Passw0rd!";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_kills_under_load_lose_nothing_on_sqlite() {
    let folder = program::scratch("crash");
    rounds(&folder, None, ROUNDS).await;
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_kills_under_load_lose_nothing_on_postgresql() {
    let Some(url) = engines::postgres("crash").await else { return };
    let folder = program::scratch("crash-postgres");
    rounds(&folder, Some(&url), ROUNDS).await;
    std::fs::remove_dir_all(&folder).unwrap();
}

async fn rounds(folder: &std::path::Path, database_url: Option<&str>, rounds: u64) {
    let ledger = Arc::new(Ledger::default());
    let names = Arc::new(AtomicU64::new(0));
    let mut world: Option<(String, String)> = None;
    let mut acknowledged = 0;
    for round in 0..rounds {
        let program = Program::start(folder, database_url).await;
        let raw = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
        let (pool, client) = match &world {
            Some(known) => known.clone(),
            None => world.insert(make_world(&raw).await).clone(),
        };
        ledger.check(&raw, &pool, &client).await;
        let stop = Arc::new(AtomicBool::new(false));
        let mut tasks = Vec::new();
        for seat in 0..CLIENTS {
            let (ledger, names, stop) = (ledger.clone(), names.clone(), stop.clone());
            let raw = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
            let (pool, client) = (pool.clone(), client.clone());
            tasks.push(tokio::spawn(async move {
                let mut step = seat;
                while !stop.load(Ordering::Relaxed) {
                    if work(&raw, &pool, &client, &ledger, &names, step).await.is_none() {
                        break;
                    }
                    step += 1;
                }
            }));
        }
        tokio::time::sleep(Duration::from_millis(SHORTEST + round * 37)).await;
        program.kill();
        stop.store(true, Ordering::Relaxed);
        for task in tasks {
            task.await.unwrap();
        }
        let now = ledger.acknowledged();
        println!("round {round}: {} changes acknowledged before the kill", now - acknowledged);
        acknowledged = now;
    }
    let program = Program::start(folder, database_url).await;
    let raw = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
    let (pool, client) = world.unwrap();
    ledger.check(&raw, &pool, &client).await;
    ledger.check_whole(&raw, &pool).await;
    assert!(acknowledged > rounds * 20, "too little happened to prove anything: {acknowledged}");
    program.kill();
}

async fn make_world(raw: &Raw) -> (String, String) {
    let pool = raw.ok("CreateUserPool", json!({ "PoolName": "crash" })).await.unwrap();
    let pool = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
    let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    let client = json!({ "UserPoolId": pool, "ClientName": "crash", "ExplicitAuthFlows": flows });
    let client = raw.ok("CreateUserPoolClient", client).await.unwrap();
    (pool, client["UserPoolClient"]["ClientId"].as_str().unwrap().to_owned())
}

/// One step of one client; None when the server is gone. What was begun and not answered may have happened or not, but
/// wholly: the ledger marks it as unknown before the call and as known after the answer.
async fn work(raw: &Raw, pool: &str, client: &str, ledger: &Ledger, names: &AtomicU64, step: u64) -> Option<()> {
    match step % 6 {
        0 | 3 => {
            let name = format!("user-{:08}", names.fetch_add(1, Ordering::Relaxed));
            ledger.begin(&name);
            let create = json!({
                "UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS",
                "UserAttributes": [{ "Name": "email", "Value": format!("{name}@example.com") }],
            });
            call(raw, "AdminCreateUser", create).await?;
            ledger.know(&name, User::default());
        }
        1 => {
            let Some((name, user)) = ledger.take(|u| !u.password) else { return Some(()) };
            let input = json!({ "UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true });
            call(raw, "AdminSetUserPassword", input).await?;
            ledger.know(&name, User { password: true, ..user });
        }
        2 => {
            let Some((name, user)) = ledger.take(|u| u.password && u.refresh.is_none() && !u.disabled) else {
                return Some(());
            };
            let input = json!({
                "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client,
                "AuthParameters": { "USERNAME": name, "PASSWORD": PASSWORD },
            });
            let tokens = call(raw, "InitiateAuth", input).await?;
            let refresh = tokens["AuthenticationResult"]["RefreshToken"].as_str().map(str::to_owned);
            assert!(refresh.is_some(), "a sign-in without tokens: {tokens}");
            ledger.know(&name, User { refresh, ..user });
        }
        4 => {
            let Some((name, mut user)) = ledger.take(|u| u.refresh.is_some() && !u.revoked) else {
                return Some(());
            };
            call(raw, "RevokeToken", json!({ "ClientId": client, "Token": user.refresh })).await?;
            user.revoked = true;
            ledger.know(&name, user);
        }
        _ => {
            let Some((name, user)) = ledger.take(|u| u.refresh.is_none()) else { return Some(()) };
            if step % 12 == 5 {
                call(raw, "AdminDisableUser", json!({ "UserPoolId": pool, "Username": name })).await?;
                ledger.know(&name, User { disabled: true, ..user });
            } else {
                call(raw, "AdminDeleteUser", json!({ "UserPoolId": pool, "Username": name })).await?;
                ledger.gone(&name);
            }
        }
    }
    Some(())
}

/// The answer; None when the connection broke or the server is shutting down. Any refusal is a fault of the test.
async fn call(raw: &Raw, operation: &str, input: Value) -> Option<Value> {
    let reply = raw.call(operation, input).await.ok()?;
    if reply.status == 500 {
        return None;
    }
    assert_eq!(reply.status, 200, "{operation}: {}", reply.text());
    Some(reply.json())
}
