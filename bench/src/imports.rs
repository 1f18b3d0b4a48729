//! Import jobs: users a second, and how long other requests take meanwhile, against a time without a job.

use std::cell::Cell;
use std::fmt::Write as _;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use hdrhistogram::Histogram;
use serde_json::{Value, json};

use crate::Arguments;
use crate::aws;
use crate::calls::has;
use crate::http::Connection;
use crate::load::{self, Call};
use crate::machine::{self, Server};
use crate::report::Table;
use crate::world::{PASSWORD, SIGNERS, signer, text};

/// The rows of a job at most.
const ROWS: u64 = 500_000;
/// Other requests a second: half of them read, half write.
const RATE: f64 = 100.0;
/// What must be met: users a second, and the p99 of the others as a ratio.
const FASTEST: f64 = 1_000_000.0 / 600.0;
const SLOWER: f64 = 3.0;

/// Requests in another pool: new users, who wait for the writer of the database, and sign-ins by password.
struct Others {
    host: String,
    pool: String,
    client: String,
}

impl Call for Others {
    async fn call(&self, connection: &mut Connection, i: u64) -> Result<()> {
        if i.is_multiple_of(2) {
            let input = json!({ "UserPoolId": self.pool, "Username": format!("other{i}"), "MessageAction": "SUPPRESS" });
            let request = aws::signed(&self.host, "AdminCreateUser", &input);
            return has(&connection.send(&request).await?.json()?, "/User/Username");
        }
        let input = json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": self.client,
            "AuthParameters": { "USERNAME": signer(i / 2), "PASSWORD": PASSWORD },
        });
        let request = aws::unsigned(&self.host, "InitiateAuth", &input);
        has(
            &connection.send(&request).await?.json()?,
            "/AuthenticationResult/IdToken",
        )
    }
}

/// One signed call.
pub async fn call(host: &str, operation: &str, input: &Value) -> Result<Value> {
    let mut connection = Connection::open(host).await?;
    let request = aws::signed(host, operation, input);
    connection.send(&request).await?.json()
}

/// Makes a pool.
pub async fn pool(host: &str) -> Result<String> {
    let input = json!({ "PoolName": "bench", "AutoVerifiedAttributes": ["email"] });
    text(&call(host, "CreateUserPool", &input).await?, "/UserPool/Id")
}

async fn others(host: &str) -> Result<Rc<Others>> {
    let pool = pool(host).await?;
    let client = json!({
        "UserPoolId": pool, "ClientName": "c",
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    let client = call(host, "CreateUserPoolClient", &client).await?;
    for i in 0..SIGNERS {
        let user =
            json!({ "UserPoolId": pool, "Username": signer(i), "MessageAction": "SUPPRESS" });
        call(host, "AdminCreateUser", &user).await?;
        let password = json!({ "UserPoolId": pool, "Username": signer(i), "Password": PASSWORD, "Permanent": true });
        call(host, "AdminSetUserPassword", &password).await?;
    }
    Ok(Rc::new(Others {
        host: host.to_owned(),
        client: text(&client, "/UserPoolClient/ClientId")?,
        pool,
    }))
}

/// Makes a job for `rows` users, whose names begin at `first`, with its file.
pub async fn job(host: &str, pool: &str, first: u64, rows: u64) -> Result<Value> {
    let input = json!({
        "UserPoolId": pool, "JobName": "bench", "CloudWatchLogsRoleArn": "arn:aws:iam::000000000000:role/import",
    });
    let job = call(host, "CreateUserImportJob", &input).await?;
    let url = text(&job, "/UserImportJob/PreSignedUrl")?;
    let mut file = String::from("cognito:username,email,email_verified,given_name,family_name\n");
    for n in first..first + rows {
        writeln!(file, "user{n},user{n}@example.com,TRUE,Jane,Doe")?;
    }
    let path = url.split_once(host).context("the link is elsewhere")?.1;
    let mut request = format!(
        "PUT {path} HTTP/1.1\r\nHost: {host}\r\nx-amz-server-side-encryption: aws:kms\r\nContent-Length: {}\r\n\r\n",
        file.len()
    )
    .into_bytes();
    request.extend_from_slice(file.as_bytes());
    let reply = Connection::open(host).await?.send(&request).await?;
    if reply.status != 200 {
        bail!(
            "the upload: status {}: {}",
            reply.status,
            String::from_utf8_lossy(&reply.body)
        );
    }
    let id = text(&job, "/UserImportJob/JobId")?;
    Ok(json!({ "UserPoolId": pool, "JobId": id }))
}

/// Imports `users` beside other requests, after `seconds` of those alone.
pub async fn run(arguments: &Arguments, users: u64, seconds: u64) -> Result<()> {
    let folder = machine::folder()?;
    let server = Server::start(arguments, &folder, false).await?;
    let outcome = measure(&server, users, Duration::from_secs(seconds)).await;
    drop(server);
    std::fs::remove_dir_all(&folder)?;
    outcome
}

async fn measure(server: &Server, users: u64, alone: Duration) -> Result<()> {
    let host = &server.host;
    let others = others(host).await?;
    let next = Rc::new(Cell::new(0));
    // Keys are made and caches filled.
    load::open(&others, host, RATE, Duration::from_secs(3), &next).await?;
    let calm = load::open(&others, host, RATE, alone, &next).await?;
    let pool = pool(host).await?;
    let mut jobs = Vec::new();
    for first in (0..users).step_by(usize::try_from(ROWS)?) {
        jobs.push(job(host, &pool, first, ROWS.min(users - first)).await?);
    }
    let begun = Instant::now();
    for job in &jobs {
        call(host, "StartUserImportJob", job).await?;
    }
    let mut busy = Histogram::<u64>::new_with_bounds(1, 60_000_000, 3)?;
    let slice = Duration::from_secs(1);
    let took = loop {
        busy.add(load::open(&others, host, RATE, slice, &next).await?)?;
        let mut imported = 0;
        let mut ended = 0;
        for job in &jobs {
            let now = call(host, "DescribeUserImportJob", job).await?;
            let member = |name: &str| now.pointer(&format!("/UserImportJob/{name}"));
            imported += member("ImportedUsers").and_then(Value::as_u64).unwrap_or(0);
            ended += usize::from(member("CompletionDate").is_some());
        }
        if ended == jobs.len() {
            if imported != users {
                bail!("{imported} of {users} users were imported");
            }
            break begun.elapsed();
        }
    };
    let rate = users as f64 / took.as_secs_f64();
    let mut table = Table::new(&["Other requests", "p50 ms", "p99 ms", "longest ms"]);
    let mut worst = Vec::new();
    for (name, times) in [("alone", &calm), ("during the import", &busy)] {
        let [half, most] = [0.5, 0.99].map(|q| times.value_at_quantile(q) as f64 / 1e3);
        let longest = times.max() as f64 / 1e3;
        table.row(&[
            name,
            &format!("{half:.2}"),
            &format!("{most:.2}"),
            &format!("{longest:.0}"),
        ]);
        worst.push(most);
    }
    table.print();
    let ratio = match worst.as_slice() {
        [calm, busy] => busy / calm.max(0.001),
        _ => 0.0,
    };
    println!(
        "\n{users} users in {:.1} s, {rate:.0} a second (must ≥ {FASTEST:.0}: a million in ten minutes); p99 of {RATE} other \
         requests a second {ratio:.2} × that without a job (must ≤ {SLOWER}): {}",
        took.as_secs_f64(),
        if rate >= FASTEST && ratio <= SLOWER {
            "met"
        } else {
            "MISSED"
        }
    );
    Ok(())
}
