//! Import jobs over HTTP: the upload as curl and others send it, in bounded memory; and a job whose servers are killed again
//! and again, which imports each row once.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use cognate_store::{Batch, Store, StoreOptions, params};
use cognate_testkit::{Credentials, Raw, TestServer};
use http::Method;
use serde_json::{Value, json};

use crate::engines;
use crate::program::{self, Program};

const HEADER: &str = "cognito:username,email,email_verified\n";
const KMS: (&str, &str) = ("x-amz-server-side-encryption", "aws:kms");
const ROWS: usize = 4_000;
/// The kills in the middle of the work that a test wants.
const KILLS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(150);

fn raw(endpoint: &str) -> Raw {
    Raw::new(endpoint, Some(Credentials::new("test", "test")))
}

async fn job(raw: &Raw) -> Value {
    let pool = json!({"PoolName": "p", "AutoVerifiedAttributes": ["email"]});
    let pool = raw.ok("CreateUserPool", pool).await.unwrap();
    let role = "arn:aws:iam::000000000000:role/import";
    let input = json!({"UserPoolId": pool["UserPool"]["Id"], "JobName": "j", "CloudWatchLogsRoleArn": role});
    raw.ok("CreateUserImportJob", input).await.unwrap()["UserImportJob"].clone()
}

fn named(job: &Value) -> Value {
    json!({"UserPoolId": job["UserPoolId"], "JobId": job["JobId"]})
}

/// Returns path and query of the link of a job.
fn link(job: &Value) -> &str {
    let url = job["PreSignedUrl"].as_str().unwrap();
    url.get(url.find("/_import/").unwrap()..).unwrap()
}

fn file(rows: usize) -> String {
    let rows = (0..rows).map(|n| format!("user{n},user{n}@example.com,true\n"));
    HEADER.to_owned() + &rows.collect::<String>()
}

async fn put(raw: &Raw, path: &str, headers: &[(&str, &str)], body: String) -> (u16, String) {
    let reply = raw.fetch(Method::PUT, path, headers, &body).await.unwrap();
    (reply.status.as_u16(), reply.text())
}

/// Sends the beginning of a request and returns the first bytes of the answer.
fn answer(endpoint: &str, head: &str) -> String {
    let mut stream = open(endpoint);
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = vec![0; 4_096];
    let length = stream.read(&mut answer).unwrap();
    String::from_utf8_lossy(answer.get(..length).unwrap()).into_owned()
}

fn open(endpoint: &str) -> TcpStream {
    let stream = TcpStream::connect(endpoint.strip_prefix("http://").unwrap()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
}

fn head(path: &str, more: &str) -> String {
    format!(
        "PUT {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{}: {}\r\n{more}\r\n",
        KMS.0, KMS.1
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_taken_and_refused_as_a_store_of_objects_does_it() {
    let server = TestServer::dev().await.unwrap();
    let raw = raw(server.endpoint());
    let job = job(&raw).await;
    let link = link(&job);

    let (status, text) = put(&raw, link, &[], file(1)).await;
    assert_eq!(status, 403);
    assert!(
        text.contains("<Error><Code>SignatureDoesNotMatch</Code><Message>"),
        "{text}"
    );
    let (status, text) = put(
        &raw,
        &link.replace("Signature=", "Signature=0"),
        &[KMS],
        file(1),
    )
    .await;
    assert!(
        status == 403 && text.contains("SignatureDoesNotMatch"),
        "{text}"
    );
    let (status, text) = put(&raw, "/_import/x", &[KMS], file(1)).await;
    assert!(
        status == 403 && text.contains("SignatureDoesNotMatch"),
        "{text}"
    );
    let reply = raw
        .fetch(Method::POST, link, &[KMS], &file(1))
        .await
        .unwrap();
    assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, "PUT"));
    assert!(reply.text().contains("<Code>MethodNotAllowed</Code>"));

    // Of axios and of curl.
    for content_type in [
        Some("application/x-www-form-urlencoded"),
        None,
        Some("text/csv"),
    ] {
        let mut headers = vec![KMS];
        headers.extend(content_type.map(|value| ("content-type", value)));
        let reply = raw
            .fetch(Method::PUT, link, &headers, &file(3))
            .await
            .unwrap();
        assert_eq!((reply.status.as_u16(), reply.text().as_str()), (200, ""));
        let tag = reply.header("etag");
        assert!(
            tag.len() == 34 && tag.starts_with('"') && tag.ends_with('"'),
            "{tag}"
        );
    }
    raw.ok("StartUserImportJob", named(&job)).await.unwrap();
    let (status, text) = put(&raw, link, &[KMS], file(1)).await;
    assert!(
        status == 403 && text.contains("<Code>AccessDenied</Code>"),
        "{text}"
    );

    let late = self::job(&raw).await;
    server.advance("15m").await.unwrap();
    let (status, text) = put(&raw, self::link(&late), &[KMS], file(1)).await;
    assert_eq!(status, 403);
    let expected =
        "<Error><Code>AccessDenied</Code><Message>Request has expired</Message><Expires>2";
    assert!(
        text.contains(expected) && text.contains("</Expires><ServerTime>2"),
        "{text}"
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_judged_before_the_body_is_asked_for() {
    let server = TestServer::dev().await.unwrap();
    let (endpoint, raw) = (server.endpoint().to_owned(), raw(server.endpoint()));
    let job = job(&raw).await;
    let path = link(&job).to_owned();
    let all = tokio::task::spawn_blocking(move || {
        let expect = "Expect: 100-continue\r\nContent-Length: 1000\r\n";
        let asked = answer(&endpoint, &head(&path, expect));
        assert!(asked.starts_with("HTTP/1.1 100 Continue\r\n"), "{asked}");
        let bad = path.replace("Signature=", "Signature=0");
        let refused = answer(&endpoint, &head(&bad, expect));
        assert!(
            refused.starts_with("HTTP/1.1 403 ") && refused.contains("connection: close"),
            "{refused}"
        );
        let large = answer(
            &endpoint,
            &head(
                &path,
                "Expect: 100-continue\r\nContent-Length: 104857601\r\n",
            ),
        );
        assert!(
            large.starts_with("HTTP/1.1 400 ") && large.contains("<Code>EntityTooLarge</Code>"),
            "{large}"
        );
        // One that breaks off is none.
        let mut cut = open(&endpoint);
        cut.write_all(head(&path, "Content-Length: 1000000\r\n").as_bytes())
            .unwrap();
        cut.write_all(&[b'x'; 500_000]).unwrap();
        drop(cut);
        // One in pieces of unknown length is.
        let chunked = open(&endpoint);
        let body = format!("{HEADER}jane,jane@example.com,true\n");
        let body = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
        let text = head(&path, "Transfer-Encoding: chunked\r\n") + &body;
        (chunked, text)
    });
    let (mut chunked, text) = all.await.unwrap();
    // The broken one may still hold its place.
    let begin = Instant::now();
    loop {
        let answer = tokio::task::block_in_place(|| {
            chunked.write_all(text.as_bytes()).unwrap();
            let mut answer = vec![0; 4_096];
            let length = chunked.read(&mut answer).unwrap();
            String::from_utf8_lossy(answer.get(..length).unwrap()).into_owned()
        });
        if answer.starts_with("HTTP/1.1 200 ") {
            break;
        }
        assert!(answer.contains("<Code>SlowDown</Code>"), "{answer}");
        assert!(begin.elapsed() < PATIENCE, "{answer}");
        tokio::time::sleep(Duration::from_millis(50)).await;
        chunked = open(server.endpoint());
    }
    raw.ok("StartUserImportJob", named(&job)).await.unwrap();
    let ended = until_ended(&raw, &job).await;
    assert_eq!(
        (&ended["Status"], &ended["ImportedUsers"]),
        (&json!("Succeeded"), &json!(1))
    );
    server.stop().await;
}

async fn until_ended(raw: &Raw, job: &Value) -> Value {
    let begin = Instant::now();
    loop {
        let now =
            raw.ok("DescribeUserImportJob", named(job)).await.unwrap()["UserImportJob"].clone();
        if now.get("CompletionDate").is_some() {
            return now;
        }
        assert!(begin.elapsed() < PATIENCE, "{now}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_ninety_megabytes_is_never_whole_in_memory() {
    let folder = program::scratch("import-memory");
    let program = Program::start(&folder, None).await;
    let raw = raw(&program.endpoint);
    let job = job(&raw).await;
    put(&raw, link(&job), &[KMS], file(1)).await;
    let before = program.peak_memory();
    let row = format!("u,{},true\n", "x".repeat(10_000));
    let body = HEADER.to_owned() + &row.repeat(9_000);
    assert!(body.len() > 90_000_000);
    let (status, text) = put(&raw, link(&job), &[KMS], body).await;
    assert_eq!(status, 200, "{text}");
    let grown = program.peak_memory().saturating_sub(before);
    assert!(grown < 32 << 20, "{grown} bytes");
    let body = HEADER.to_owned() + &row.repeat(10_600);
    assert!(body.len() > 100 << 20);
    let refused = raw.fetch(Method::PUT, link(&job), &[KMS], &body).await;
    // The sender may see the answer or only that nobody reads any more.
    if let Ok(reply) = refused {
        assert_eq!(reply.status, 400);
        assert!(reply.text().contains("<Code>EntityTooLarge</Code>"));
    }
    program.kill();
    std::fs::remove_dir_all(&folder).unwrap();
}

/// What the database says of a job.
struct Kept {
    status: i64,
    imported: i64,
}

/// Checks that counters, users, log and trail agree.
async fn kept(store: &Store, job: &Value) -> Kept {
    let pool = job["UserPoolId"].as_str().unwrap();
    let sql = "SELECT status, doc FROM user_import_jobs WHERE pool_id = ?1";
    let rows = store.rows(sql, params![pool]).await.unwrap();
    let doc: Value = serde_json::from_str(rows[0].text(1).unwrap()).unwrap();
    let (status, imported) = (rows[0].int(0).unwrap(), doc["imported"].as_i64().unwrap());
    assert_eq!((&doc["skipped"], &doc["failed"]), (&json!(0), &json!(0)));
    for sql in [
        "SELECT COUNT(*) FROM users WHERE pool_id = ?1",
        "SELECT COUNT(*) FROM logins WHERE pool_id = ?1",
        "SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM user_counts WHERE pool_id = ?1",
    ] {
        let rows = store.rows(sql, params![pool]).await.unwrap();
        assert_eq!(rows[0].int(0).unwrap(), imported, "{sql}");
    }
    let docs = async |sql: &'static str| -> Vec<Value> {
        let rows = store.rows(sql, params![pool]).await.unwrap();
        rows.iter()
            .map(|row| serde_json::from_str(row.text(0).unwrap()).unwrap())
            .collect()
    };
    let mut lines = BTreeSet::new();
    for ranges in docs("SELECT doc FROM user_import_results WHERE pool_id = ?1").await {
        for range in ranges.as_array().unwrap() {
            assert_eq!(range["o"], "s");
            for line in range["f"].as_i64().unwrap()..=range["t"].as_i64().unwrap() {
                assert!(lines.insert(line), "line {line} twice");
            }
        }
    }
    assert_eq!(i64::try_from(lines.len()).unwrap(), imported);
    let mut born = BTreeSet::new();
    for row in docs("SELECT doc FROM audit WHERE pool_id = ?1").await {
        for id in row["born"].as_array().into_iter().flatten() {
            assert!(born.insert(id.to_string()), "{id} twice");
        }
    }
    assert_eq!(i64::try_from(born.len()).unwrap(), imported);
    Kept { status, imported }
}

/// A killed server keeps its lease for a minute; the tests do not wait for that.
async fn end_leases(store: &Store) {
    let sql = "UPDATE jobs SET lease_until = 0 WHERE kind = ?1";
    let batch = Batch::new().run(sql, params!["user_import"]);
    store.commit(batch).await.unwrap();
}

/// Waits until more than so many users are imported or the job has ended; returns how many are.
async fn progress(raw: &Raw, job: &Value, beyond: i64) -> i64 {
    let begin = Instant::now();
    loop {
        let now =
            raw.ok("DescribeUserImportJob", named(job)).await.unwrap()["UserImportJob"].clone();
        let imported = now["ImportedUsers"].as_i64().unwrap();
        if imported > beyond || now.get("CompletionDate").is_some() {
            return imported;
        }
        assert!(begin.elapsed() < PATIENCE, "{now}");
        tokio::time::sleep(Duration::from_millis(7)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_survives_kills_and_imports_each_row_once_on_sqlite() {
    let folder = program::scratch("import-kills");
    let open = || async {
        let file = folder.join(".cognate").join("cognate.db");
        Store::open(&StoreOptions::sqlite(file)).await.unwrap()
    };
    let program = Program::start(&folder, None).await;
    let client = raw(&program.endpoint);
    let job = job(&client).await;
    assert_eq!(put(&client, link(&job), &[KMS], file(ROWS)).await.0, 200);
    client.ok("StartUserImportJob", named(&job)).await.unwrap();
    program.kill();
    let (mut last, mut kills) = (0, 0);
    let all = i64::try_from(ROWS).unwrap();
    while last < all {
        let program = Program::start(&folder, None).await;
        let raw = raw(&program.endpoint);
        if kills < KILLS {
            progress(&raw, &job, last).await;
        } else {
            until_ended(&raw, &job).await;
        }
        program.kill();
        let store = open().await;
        let now = kept(&store, &job).await;
        println!("{} of {all} are there", now.imported);
        assert!(now.imported > last || now.imported == all);
        kills += usize::from(now.imported < all);
        last = now.imported;
        end_leases(&store).await;
        store.close().await;
    }
    assert!(kills >= 2, "no kill hit the middle of the work");
    let program = Program::start(&folder, None).await;
    let ended = until_ended(&raw(&program.endpoint), &job).await;
    assert_eq!(
        (&ended["Status"], &ended["ImportedUsers"]),
        (&json!("Succeeded"), &json!(ROWS))
    );
    program.kill();
    let store = open().await;
    assert_eq!(kept(&store, &job).await.status, 7);
    store.close().await;
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn a_job_survives_kills_of_both_nodes_and_imports_each_row_once_on_postgresql() {
    let url = engines::durable_postgres("imports").await;
    let folders = ["imports-a", "imports-b"].map(program::scratch);
    let store = Store::open(&StoreOptions::postgres(url.as_str()))
        .await
        .unwrap();
    let start = || async {
        let a = Program::start(&folders[0], Some(&url)).await;
        let b = Program::start(&folders[1], Some(&url)).await;
        (a, b)
    };
    let (a, b) = start().await;
    let client = raw(&a.endpoint);
    let job = job(&client).await;
    // The link is one of the first node; the file is for both.
    assert_eq!(
        put(&raw(&b.endpoint), link(&job), &[KMS], file(ROWS))
            .await
            .0,
        200
    );
    client.ok("StartUserImportJob", named(&job)).await.unwrap();
    let (mut nodes, mut last, mut kills) = ((a, b), 0, 0);
    let all = i64::try_from(ROWS).unwrap();
    loop {
        if kills < KILLS {
            progress(&raw(&nodes.0.endpoint), &job, last).await;
        } else {
            until_ended(&raw(&nodes.1.endpoint), &job).await;
        }
        nodes.0.kill();
        nodes.1.kill();
        let now = kept(&store, &job).await;
        println!("{} of {all} are there", now.imported);
        kills += usize::from(now.imported < all);
        last = now.imported;
        end_leases(&store).await;
        nodes = start().await;
        if last == all {
            break;
        }
    }
    assert!(kills >= 2, "no kill hit the middle of the work");
    let ended = until_ended(&raw(&nodes.1.endpoint), &job).await;
    assert_eq!(
        (&ended["Status"], &ended["ImportedUsers"]),
        (&json!("Succeeded"), &json!(ROWS))
    );
    assert_eq!(kept(&store, &job).await.status, 7);
    nodes.0.kill();
    nodes.1.kill();
    store.close().await;
    for folder in folders {
        std::fs::remove_dir_all(folder).unwrap();
    }
}
