//! SIGKILL in the middle of a mixed load: no acknowledged change is lost, and none is partly applied.
//!
//! Six rounds on one database, or as many as TEST_CRASH_ROUNDS says. In each the program is killed under 64 clients
//! that create, delete, disable users, set passwords, sign in and revoke; then it starts again and everything that was
//! answered is checked against what the server says now. In five further rounds it is the PostgreSQL server that is
//! killed and starts again, while the program keeps running and has to connect again. A control run, with the
//! database's own promise switched off, does lose acknowledged changes, which proves that the check sees a loss.

mod ledger;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cognate_testkit::{Credentials, Raw};
use ledger::{Ledger, User};
use serde_json::{Value, json};

use crate::engines;
use crate::postgres::Postgres;
use crate::program::{self, Program};
use crate::site::*;

/// The rounds of an ordinary run; TEST_CRASH_ROUNDS=20 is for the night.
const ROUNDS: u64 = 6;
const CLIENTS: u64 = 64;
/// The time that a round's load runs before the kill, in milliseconds; varied so that kills land everywhere.
const SHORTEST: u64 = 150;
const LONGEST: u64 = 850;

/// Returns the number of rounds of this run.
#[allow(clippy::disallowed_methods, reason = "the tests' settings")]
fn number_of_rounds() -> u64 {
    std::env::var("TEST_CRASH_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_under_load_lose_nothing_on_sqlite() {
    let folder = program::scratch("crash");
    rounds(&folder, None, number_of_rounds()).await;
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn kills_under_load_lose_nothing_on_postgresql() {
    let url = engines::durable_postgres("crash").await;
    let folder = program::scratch("crash-postgres");
    rounds(&folder, Some(&url), number_of_rounds()).await;
    std::fs::remove_dir_all(&folder).unwrap();
}

async fn rounds(folder: &std::path::Path, database_url: Option<&str>, rounds: u64) {
    let ledger = Arc::new(Ledger::default());
    let names = Arc::new(AtomicU64::new(0));
    let mut world: Option<(String, String)> = None;
    let mut acknowledged = 0;
    let step = (LONGEST - SHORTEST) / rounds;
    for round in 0..rounds {
        let program = Program::start(folder, database_url).await;
        let raw = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
        let (pool, client) = match &world {
            Some(known) => known.clone(),
            None => world.insert(make_world(&raw).await).clone(),
        };
        ledger.check(&raw, &pool, &client).await;
        let load = Load::start(&program, &world_of(&pool, &client), &ledger, &names);
        tokio::time::sleep(Duration::from_millis(SHORTEST + round * step)).await;
        program.kill();
        load.stop().await;
        let now = ledger.acknowledged();
        println!(
            "round {round}: {} changes acknowledged before the kill",
            now - acknowledged
        );
        acknowledged = now;
    }
    let program = Program::start(folder, database_url).await;
    let raw = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
    let (pool, client) = world.unwrap();
    ledger.check(&raw, &pool, &client).await;
    ledger.check_whole(&raw, &pool).await;
    assert!(
        acknowledged > rounds * 20,
        "too little happened to prove anything: {acknowledged}"
    );
    program.kill();
}

/// The database is killed and starts again five times, while the program keeps running.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_kills_of_the_database_under_load_lose_nothing() {
    let Some(postgres) = Postgres::start("killed", &[]) else {
        engines::not_run("killing a database", "PostgreSQL is not installed");
        return;
    };
    let folder = program::scratch("crash-database");
    let program = Program::start(&folder, Some(&postgres.url())).await;
    let raw = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
    let (pool, client) = make_world(&raw).await;
    let (ledger, names) = (Arc::new(Ledger::default()), Arc::new(AtomicU64::new(0)));
    for round in 0..5 {
        let before = ledger.acknowledged();
        let load = Load::start(&program, &world_of(&pool, &client), &ledger, &names);
        tokio::time::sleep(Duration::from_millis(SHORTEST + 300 + round * 97)).await;
        postgres.kill();
        let killed = ledger.acknowledged();
        // Long enough for requests to fail, and once for longer than the program keeps trying.
        tokio::time::sleep(Duration::from_millis(if round == 4 {
            6_500
        } else {
            round * 150
        }))
        .await;
        postgres.run();
        let back = Instant::now();
        while ledger.acknowledged() < killed + 40 {
            assert!(
                back.elapsed() < Duration::from_secs(15),
                "the program did not come back to the database"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let again = back.elapsed();
        load.stop().await;
        let ready = Raw::new(&program.endpoint, None)
            .fetch(http::Method::GET, "/health/ready", &[], "")
            .await
            .unwrap();
        assert_eq!(ready.status, 200, "{}", ready.text());
        ledger.check(&raw, &pool, &client).await;
        println!(
            "round {round}: {} changes acknowledged before the kill, work again after {again:?}",
            killed - before
        );
    }
    ledger.check_whole(&raw, &pool).await;
    assert!(
        ledger.acknowledged() > 500,
        "too little happened to prove anything: {}",
        ledger.acknowledged()
    );
    program.kill();
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The same with a database that answers before it has written: the check has to notice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_check_notices_a_database_that_answers_too_early() {
    let early = [
        "synchronous_commit=off",
        "wal_writer_delay=10000ms",
        "wal_writer_flush_after=1GB",
    ];
    let Some(postgres) = Postgres::start("early", &early) else {
        engines::not_run("killing a database", "PostgreSQL is not installed");
        return;
    };
    let folder = program::scratch("crash-early");
    let program = Program::start(&folder, Some(&postgres.url())).await;
    let raw = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
    let (pool, client) = make_world(&raw).await;
    let (ledger, names) = (Arc::new(Ledger::default()), Arc::new(AtomicU64::new(0)));
    let mut noticed = false;
    for round in 0..5 {
        let load = Load::start(&program, &world_of(&pool, &client), &ledger, &names);
        tokio::time::sleep(Duration::from_millis(500 + round * 131)).await;
        postgres.kill();
        load.stop().await;
        postgres.run();
        noticed = !ledger.losses(&raw, &pool, &client).await.is_empty();
        if noticed {
            break;
        }
    }
    assert!(
        noticed,
        "acknowledged changes must be missing, and the check must see it"
    );
    program.kill();
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Checks that the answers about a challenge and about wrong passwords are the same after a kill.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lock_and_the_spent_challenge_survive_a_kill_on_sqlite() {
    guards_survive("guards", None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn the_lock_and_the_spent_challenge_survive_a_kill_on_postgresql() {
    let url = engines::durable_postgres("guards").await;
    guards_survive("guards-postgres", Some(&url)).await;
}

async fn guards_survive(name: &str, database_url: Option<&str>) {
    let folder = program::scratch(name);
    let program = Program::start(&folder, database_url).await;
    let raw = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
    let Site { pool, client } = site(&raw, json!({}), json!({})).await;
    for name in ["jane", "john"] {
        user(&raw, &pool, name, json!([])).await;
    }
    let open = Srp::start(&raw, &client, "jane").await;
    let spent = verify(
        &client,
        Srp::start(&raw, &client, "jane")
            .await
            .responses(&pool, PASSWORD),
    );
    raw.ok("RespondToAuthChallenge", spent.clone())
        .await
        .unwrap();
    // Ten failures, each at the end of the lock before: the last locks for 32 seconds.
    for lock in ["0s", "0s", "0s", "0s", "1s", "2s", "4s", "8s", "16s", "0s"] {
        refused(
            &raw,
            "InitiateAuth",
            by_password(&client, "john", "wrong"),
            WRONG,
        )
        .await;
        let advance = json!({ "advance": lock }).to_string();
        raw.fetch(http::Method::POST, "/_dev/clock", &[], &advance)
            .await
            .unwrap();
    }
    program.kill();

    let program = Program::start(&folder, database_url).await;
    let raw = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
    refused(&raw, "RespondToAuthChallenge", spent, WRONG).await;
    let locked = ("NotAuthorizedException", "Password attempts exceeded");
    refused(
        &raw,
        "InitiateAuth",
        by_password(&client, "john", PASSWORD),
        locked,
    )
    .await;
    // A challenge that is still open needs no memory of the program that gave it.
    raw.ok(
        "RespondToAuthChallenge",
        verify(&client, open.responses(&pool, PASSWORD)),
    )
    .await
    .unwrap();
    program.kill();
    std::fs::remove_dir_all(&folder).unwrap();
}

/// 64 clients at work.
struct Load {
    stop: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

/// The pool and the client that they work on.
struct World {
    pool: String,
    client: String,
}

fn world_of(pool: &str, client: &str) -> World {
    World {
        pool: pool.to_owned(),
        client: client.to_owned(),
    }
}

impl Load {
    fn start(
        program: &Program,
        world: &World,
        ledger: &Arc<Ledger>,
        names: &Arc<AtomicU64>,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let seat = |seat| {
            let (ledger, names, stop) = (ledger.clone(), names.clone(), stop.clone());
            let raw = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
            let (pool, client) = (world.pool.clone(), world.client.clone());
            tokio::spawn(async move {
                let mut step = seat;
                while !stop.load(Ordering::Relaxed) {
                    if work(&raw, &pool, &client, &ledger, &names, step)
                        .await
                        .is_none()
                    {
                        // The program or its database is down: wait a little, so as not to hammer it.
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    step += 1;
                }
            })
        };
        let tasks = (0..CLIENTS).map(seat).collect();
        Self { stop, tasks }
    }

    /// Lets the clients finish what they have begun.
    async fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.unwrap();
        }
    }
}

async fn make_world(raw: &Raw) -> (String, String) {
    let pool = raw
        .ok("CreateUserPool", json!({ "PoolName": "crash" }))
        .await
        .unwrap();
    let pool = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
    let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    let client = json!({ "UserPoolId": pool, "ClientName": "crash", "ExplicitAuthFlows": flows });
    let client = raw.ok("CreateUserPoolClient", client).await.unwrap();
    (
        pool,
        client["UserPoolClient"]["ClientId"]
            .as_str()
            .unwrap()
            .to_owned(),
    )
}

/// Does one step of one client; None when the server is gone. What was begun and not answered may have happened or not,
/// but wholly: the ledger marks it as unknown before the call and as known after the answer.
async fn work(
    raw: &Raw,
    pool: &str,
    client: &str,
    ledger: &Ledger,
    names: &AtomicU64,
    step: u64,
) -> Option<()> {
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
            let Some((name, user)) = ledger.take(|u| !u.password) else {
                return Some(());
            };
            let input = json!({ "UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true });
            call(raw, "AdminSetUserPassword", input).await?;
            ledger.know(
                &name,
                User {
                    password: true,
                    ..user
                },
            );
        }
        2 => {
            let Some((name, user)) =
                ledger.take(|u| u.password && u.refresh.is_none() && !u.disabled)
            else {
                return Some(());
            };
            let input = json!({
                "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client,
                "AuthParameters": { "USERNAME": name, "PASSWORD": PASSWORD },
            });
            let tokens = call(raw, "InitiateAuth", input).await?;
            let refresh = tokens["AuthenticationResult"]["RefreshToken"]
                .as_str()
                .map(str::to_owned);
            assert!(refresh.is_some(), "a sign-in without tokens: {tokens}");
            ledger.know(&name, User { refresh, ..user });
        }
        4 => {
            let Some((name, mut user)) = ledger.take(|u| u.refresh.is_some() && !u.revoked) else {
                return Some(());
            };
            call(
                raw,
                "RevokeToken",
                json!({ "ClientId": client, "Token": user.refresh }),
            )
            .await?;
            user.revoked = true;
            ledger.know(&name, user);
        }
        _ => {
            let Some((name, user)) = ledger.take(|u| u.refresh.is_none()) else {
                return Some(());
            };
            if step % 12 == 5 {
                call(
                    raw,
                    "AdminDisableUser",
                    json!({ "UserPoolId": pool, "Username": name }),
                )
                .await?;
                ledger.know(
                    &name,
                    User {
                        disabled: true,
                        ..user
                    },
                );
            } else {
                call(
                    raw,
                    "AdminDeleteUser",
                    json!({ "UserPoolId": pool, "Username": name }),
                )
                .await?;
                ledger.gone(&name);
            }
        }
    }
    Some(())
}

/// Returns the answer; None when the connection broke, or when the server could not do its work. Any refusal is a
/// fault.
async fn call(raw: &Raw, operation: &str, input: Value) -> Option<Value> {
    let reply = raw.call(operation, input).await.ok()?;
    if reply.status.as_u16() >= 500 {
        return None;
    }
    assert_eq!(reply.status, 200, "{operation}: {}", reply.text());
    Some(reply.json())
}
