//! Import jobs for tests: made, given a file, started, and worked on by this node.

use cognate_domain::jobs::runner;
use cognate_domain::jobs::user_import::UserImport;
use cognate_domain::moving::csv_import::link;
use cognate_domain::moving::csv_import::status;
use cognate_domain::moving::csv_import::upload::{Asked, Refusal, Upload};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::users::{pool, with};

/// A role for the log.
pub const ROLE: &str = "arn:aws:iam::000000000000:role/import";

/// Creates a pool that verifies e-mail addresses, with further settings.
pub async fn verifying(t: &TestApp, settings: Value) -> String {
    let email = json!({"AutoVerifiedAttributes": ["email"]});
    pool(t, with(email, settings)).await
}

/// Creates a job.
pub async fn create(t: &TestApp, pool: &str, settings: Value) -> Value {
    let input = json!({"UserPoolId": pool, "JobName": "a job", "CloudWatchLogsRoleArn": ROLE});
    t.ok("CreateUserImportJob", with(input, settings)).await["UserImportJob"].clone()
}

/// Returns the members that name a job.
pub fn named(job: &Value) -> Value {
    json!({"UserPoolId": job["UserPoolId"], "JobId": job["JobId"]})
}

/// Returns what a client asks for that sends a file to the link of a job.
pub fn asked(url: &str) -> Asked<'_> {
    let (address, query) = url.split_once('?').unwrap();
    let (_, path) = address.split_once(link::PATH).unwrap();
    Asked {
        path,
        query,
        encryption: Some("aws:kms"),
        length: None,
        address: "192.0.2.1",
    }
}

/// Sends a file to the link of a job.
pub async fn upload(t: &TestApp, job: &Value, file: &[u8]) -> Result<String, Refusal> {
    let url = job["PreSignedUrl"].as_str().unwrap();
    let mut upload = Upload::begin(&t.app, asked(url)).await?;
    for piece in file.chunks(100_000) {
        upload.write(piece).await?;
    }
    upload.finish().await
}

pub async fn start(t: &TestApp, job: &Value) -> Value {
    t.ok("StartUserImportJob", named(job)).await["UserImportJob"].clone()
}

pub async fn describe(t: &TestApp, job: &Value) -> Value {
    t.ok("DescribeUserImportJob", named(job)).await["UserImportJob"].clone()
}

/// Lets a node work until nothing is left to do.
pub async fn work(t: &TestApp) {
    let turn = runner::turn::<UserImport>(&t.app, "one").await;
    turn.unwrap_or_else(|fault| panic!("{fault:?}"));
}

/// Imports a file; the job when it has ended.
pub async fn import(t: &TestApp, pool: &str, file: &[u8], settings: Value) -> Value {
    let job = create(t, pool, settings).await;
    upload(t, &job, file).await.unwrap();
    start(t, &job).await;
    work(t).await;
    describe(t, &job).await
}

/// Returns the log of a job.
pub async fn log(t: &TestApp, job: &Value) -> Vec<String> {
    let (id, mut after, mut all) = (job["JobId"].as_str().unwrap(), 0, Vec::new());
    while let Some((last, lines)) = status::log(&t.app.store, id, after).await.unwrap() {
        after = last;
        all.extend(lines);
    }
    all
}

/// Returns status, message and the numbers of imported, skipped and failed users.
pub fn outcome(job: &Value) -> (String, String, [i64; 3]) {
    let text = |name: &str| job[name].as_str().unwrap_or_default().to_owned();
    let number = |name: &str| job[name].as_i64().unwrap();
    (
        text("Status"),
        text("CompletionMessage"),
        [
            number("ImportedUsers"),
            number("SkippedUsers"),
            number("FailedUsers"),
        ],
    )
}

/// Returns what [`outcome`] returns of a job that went well.
pub fn succeeded(imported: i64, skipped: i64, failed: i64) -> (String, String, [i64; 3]) {
    let message = "Import Job Completed Successfully.";
    let counts = [imported, skipped, failed];
    ("Succeeded".to_owned(), message.to_owned(), counts)
}

/// Returns what [`outcome`] returns of a job more than half of whose rows did not become users.
pub fn mostly_failed(imported: i64, skipped: i64, failed: i64) -> (String, String, [i64; 3]) {
    let message = "Too many users have failed or been skipped during the import.";
    let counts = [imported, skipped, failed];
    ("Failed".to_owned(), message.to_owned(), counts)
}

/// Returns the number of pieces of files in the database.
pub async fn pieces(t: &TestApp) -> usize {
    let sql = "SELECT n FROM user_import_chunks";
    t.app.store.rows(sql, vec![]).await.unwrap().len()
}
