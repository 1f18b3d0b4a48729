//! The rows of the table: one kind of request each.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use cognate_crypto::srp::client::{Answer, Client, timestamp};
use serde_json::{Value, json};

use crate::Arguments;
use crate::aws;
use crate::floors::{Floor, Pieces, median};
use crate::http::Connection;
use crate::load::{self, Call};
use crate::machine::{self, Server};
use crate::report::Table;
use crate::seed;
use crate::world::{PASSWORD, SIGNERS, World, password_input, signer, slot, text};

/// A kind of request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Password,
    Srp,
    Refresh,
    Rotate,
    GetUser,
    AdminGetUser,
    ListOne,
    ListPage,
    AdminCreateUser,
}

/// The bound of a row: a ratio to the floor, or microseconds.
enum Must {
    Ratio(f64),
    Micros(f64),
}

struct Row {
    name: &'static str,
    kind: Kind,
    floor: Floor,
    must: Must,
}

const ROWS: &[Row] = &[
    Row {
        name: "password sign-in",
        kind: Kind::Password,
        floor: Floor::Password,
        must: Must::Ratio(1.30),
    },
    Row {
        name: "SRP sign-in (both calls)",
        kind: Kind::Srp,
        floor: Floor::Srp,
        must: Must::Ratio(1.15),
    },
    Row {
        name: "refresh",
        kind: Kind::Refresh,
        floor: Floor::Refresh,
        must: Must::Ratio(1.20),
    },
    Row {
        name: "refresh with rotation",
        kind: Kind::Rotate,
        floor: Floor::Refresh,
        must: Must::Ratio(1.35),
    },
    Row {
        name: "GetUser",
        kind: Kind::GetUser,
        floor: Floor::None,
        must: Must::Micros(60.0),
    },
    Row {
        name: "AdminGetUser",
        kind: Kind::AdminGetUser,
        floor: Floor::None,
        must: Must::Micros(45.0),
    },
    Row {
        name: "ListUsers, e-mail filter finds one",
        kind: Kind::ListOne,
        floor: Floor::None,
        must: Must::Micros(60.0),
    },
    Row {
        name: "ListUsers, page of 60",
        kind: Kind::ListPage,
        floor: Floor::None,
        must: Must::Micros(250.0),
    },
    Row {
        name: "AdminCreateUser, 64 clients",
        kind: Kind::AdminCreateUser,
        floor: Floor::None,
        must: Must::Micros(400.0),
    },
];

/// A kind of request in a world.
struct Requests {
    world: World,
    kind: Cell<Kind>,
}

impl Call for Requests {
    async fn call(&self, connection: &mut Connection, i: u64) -> Result<()> {
        let w = &self.world;
        let host = w.host.as_str();
        match self.kind.get() {
            Kind::Password => {
                let reply = connection
                    .send(&aws::unsigned(
                        host,
                        "InitiateAuth",
                        &password_input(&w.client, i),
                    ))
                    .await?
                    .json()?;
                text(&reply, "/AuthenticationResult/IdToken")?;
            }
            Kind::Srp => srp(w, connection, i).await?,
            Kind::Refresh => {
                let input = json!({
                    "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": w.client,
                    "AuthParameters": { "REFRESH_TOKEN": w.refresh.get(slot(i)) },
                });
                let reply = connection
                    .send(&aws::unsigned(host, "InitiateAuth", &input))
                    .await?
                    .json()?;
                text(&reply, "/AuthenticationResult/IdToken")?;
            }
            Kind::Rotate => {
                let token = w.rotated.borrow().get(slot(i)).cloned();
                let input = json!({ "ClientId": w.rotating, "RefreshToken": token });
                let reply = connection
                    .send(&aws::unsigned(host, "GetTokensFromRefreshToken", &input))
                    .await?
                    .json()?;
                let next = text(&reply, "/AuthenticationResult/RefreshToken")?;
                if let Some(place) = w.rotated.borrow_mut().get_mut(slot(i)) {
                    *place = next;
                }
            }
            Kind::GetUser => {
                let input = json!({ "AccessToken": w.access.get(slot(i)) });
                text(
                    &connection
                        .send(&aws::unsigned(host, "GetUser", &input))
                        .await?
                        .json()?,
                    "/Username",
                )?;
            }
            Kind::AdminGetUser => {
                let input = json!({ "UserPoolId": w.pool, "Username": signer(i) });
                text(
                    &connection
                        .send(&aws::signed(host, "AdminGetUser", &input))
                        .await?
                        .json()?,
                    "/Username",
                )?;
            }
            Kind::ListOne => {
                let filter = format!("email = \"{}\"", seed::email(i % w.users.max(1)));
                let input = json!({ "UserPoolId": w.pool, "Filter": filter });
                let reply = connection
                    .send(&aws::signed(host, "ListUsers", &input))
                    .await?
                    .json()?;
                expect_users(&reply, 1)?;
            }
            Kind::ListPage => {
                let input = json!({ "UserPoolId": w.pool, "Limit": 60 });
                let reply = connection
                    .send(&aws::signed(host, "ListUsers", &input))
                    .await?
                    .json()?;
                expect_users(&reply, 60)?;
            }
            Kind::AdminCreateUser => {
                let name = format!("made-{}-{i}", std::process::id());
                let input = json!({
                    "UserPoolId": w.pool, "Username": name, "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS",
                    "UserAttributes": [{ "Name": "email", "Value": format!("{name}@example.com") }],
                });
                let reply = connection
                    .send(&aws::signed(host, "AdminCreateUser", &input))
                    .await?
                    .json()?;
                text(&reply, "/User/Username")?;
            }
        }
        Ok(())
    }
}

fn expect_users(reply: &Value, count: usize) -> Result<()> {
    let found = reply
        .pointer("/Users")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    if found != count {
        bail!("{found} users instead of {count}");
    }
    Ok(())
}

async fn srp(w: &World, connection: &mut Connection, i: u64) -> Result<()> {
    let client = Client::with_secret(&cognate_crypto::random::bytes::<32>());
    let begin = json!({
        "AuthFlow": "USER_SRP_AUTH", "ClientId": w.client,
        "AuthParameters": { "USERNAME": signer(i), "SRP_A": client.srp_a() },
    });
    let challenge = connection
        .send(&aws::unsigned(&w.host, "InitiateAuth", &begin))
        .await?
        .json()?;
    let parameter = |name: &str| text(&challenge, &format!("/ChallengeParameters/{name}"));
    let (user_id, salt, srp_b, block) = (
        parameter("USER_ID_FOR_SRP")?,
        parameter("SALT")?,
        parameter("SRP_B")?,
        parameter("SECRET_BLOCK")?,
    );
    let stamp = timestamp(u64::try_from(aws::now())?);
    let signature = client
        .answer(&Answer {
            pool_name: w.pool.split_once('_').map_or("", |(_, name)| name),
            user_id: &user_id,
            password: PASSWORD,
            salt: &salt,
            srp_b: &srp_b,
            secret_block: &block,
            timestamp: &stamp,
        })
        .map_err(|e| anyhow::anyhow!("SRP: {e:?}"))?;
    let finish = json!({
        "ChallengeName": "PASSWORD_VERIFIER", "ClientId": w.client,
        "ChallengeResponses": {
            "USERNAME": parameter("USERNAME")?, "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "PASSWORD_CLAIM_SIGNATURE": signature, "TIMESTAMP": stamp,
        },
    });
    let reply = connection
        .send(&aws::unsigned(&w.host, "RespondToAuthChallenge", &finish))
        .await?
        .json()?;
    text(&reply, "/AuthenticationResult/IdToken")?;
    Ok(())
}

/// Measures the rows whose name contains `only`.
pub async fn run(arguments: &Arguments, only: &str, seconds: u64, users: u64) -> Result<()> {
    let folder = machine::folder()?;
    let server = Server::start(arguments, &folder, false).await?;
    let world = World::make(&server.host, users).await?;
    let pool = world.pool.clone();
    drop(server);
    seed::users(arguments, &folder, &pool, users).await?;
    let server = Server::start(arguments, &folder, true).await?;
    let pieces = Pieces::new()?;
    let requests = Rc::new(Requests {
        world: World {
            host: server.host.clone(),
            ..world
        },
        kind: Cell::new(Kind::GetUser),
    });
    let next = Rc::new(Cell::new(0));
    let mut table = Table::new(&[
        "Request",
        "Server CPU µs",
        "Floor µs",
        "Ratio",
        "Overhead µs",
        "Must",
        "Verdict",
        "Calls/s",
        "p50 ms",
        "p99 ms",
    ]);
    println!(
        "{users} users besides {SIGNERS} that sign in; server on core {}, generator on another",
        machine::SERVER_CORE
    );
    for row in ROWS.iter().filter(|row| row.name.contains(only)) {
        requests.kind.set(row.kind);
        let measured = measure(&server, &pieces, &requests, row, seconds, &next)
            .await
            .with_context(|| row.name)?;
        table.row(&measured.iter().map(String::as_str).collect::<Vec<_>>());
    }
    table.print();
    Ok(())
}

async fn measure(
    server: &Server,
    pieces: &Pieces,
    requests: &Rc<Requests>,
    row: &Row,
    seconds: u64,
    next: &Rc<Cell<u64>>,
) -> Result<Vec<String>> {
    let clients = if row.kind == Kind::AdminCreateUser {
        64
    } else {
        16
    };
    load::closed(
        requests,
        &server.host,
        clients,
        Duration::from_millis(500),
        next,
    )
    .await?;
    let slices = 6;
    let (mut floors, mut costs, mut rates) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..slices {
        floors.push(pieces.slice(row.floor, Duration::from_millis(300)));
        let before = server.cpu()?;
        let done = load::closed(
            requests,
            &server.host,
            clients,
            Duration::from_millis(seconds * 1_000 / slices),
            next,
        )
        .await?;
        costs.push((server.cpu()? - before) as f64 / 1e3 / done.calls as f64);
        rates.push(done.calls as f64 / done.took.as_secs_f64());
    }
    let (floor, cost, rate) = (median(&mut floors), median(&mut costs), median(&mut rates));
    let latency = load::open(
        requests,
        &server.host,
        rate / 2.0,
        Duration::from_secs(seconds),
        next,
    )
    .await?;
    let milliseconds = |q: f64| format!("{:.2}", latency.value_at_quantile(q) as f64 / 1e3);
    let (ratio, overhead, must, met) = match row.must {
        Must::Ratio(bound) => {
            let ratio = cost / floor;
            (
                format!("{ratio:.2}"),
                format!("{:.0}", cost - floor),
                format!("≤ {bound:.2} × floor"),
                ratio <= bound,
            )
        }
        Must::Micros(bound) => (
            "".into(),
            "".into(),
            format!("≤ {bound:.0} µs"),
            cost <= bound,
        ),
    };
    let met = met && (row.kind != Kind::AdminCreateUser || rate >= 2_500.0);
    Ok(vec![
        row.name.into(),
        format!("{cost:.0}"),
        if floor > 0.0 {
            format!("{floor:.0}")
        } else {
            String::new()
        },
        ratio,
        overhead,
        must,
        if met { "met" } else { "MISSED" }.into(),
        format!("{rate:.0}"),
        milliseconds(0.5),
        milliseconds(0.99),
    ])
}
