//! The operations on jobs, their statuses, counters and texts.

use std::collections::BTreeSet;

use cognate_domain::jobs::runner::{self, Job, Progress};
use cognate_domain::jobs::user_import::UserImport;
use cognate_store::params;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::imports::*;
use crate::support::users::{futures_all, pool, with};

const HOUR: i64 = 3_600;
const ONE: &[u8] = b"cognito:username,email,email_verified\njane,jane@example.com,TRUE\n";

#[each_engine]
async fn the_header_has_the_schema_of_the_pool_and_two_names(t: &TestApp) {
    let schema = json!({"Schema": [
        {"Name": "id", "AttributeDataType": "Number"},
        {"Name": "secret", "AttributeDataType": "String", "DeveloperOnlyAttribute": true},
    ]});
    let pool = pool(t, schema).await;
    let header = t.ok("GetCSVHeader", json!({"UserPoolId": pool})).await;
    let described = t.ok("DescribeUserPool", json!({"UserPoolId": pool})).await;
    let schema = described["UserPool"]["SchemaAttributes"]
        .as_array()
        .unwrap();
    let names = schema.iter().map(|entry| entry["Name"].clone());
    let mut names: Vec<Value> = names.collect();
    names.retain(|name| name != "sub" && name != "identities");
    assert!(names.contains(&json!("custom:id")) && names.contains(&json!("dev:custom:secret")));
    names.extend([json!("cognito:mfa_enabled"), json!("cognito:username")]);
    assert_eq!(header, json!({"UserPoolId": pool, "CSVHeader": names}));
}

#[each_engine]
async fn a_job_goes_from_created_to_succeeded(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let created = create(t, &pool, json!({})).await;
    let id = created["JobId"].as_str().unwrap();
    let rest = id.strip_prefix("import-").unwrap();
    assert!(rest.len() == 10 && rest.bytes().all(|b| b.is_ascii_alphanumeric()));
    let expected = json!({
        "JobName": "a job", "JobId": id, "UserPoolId": pool, "PreSignedUrl": created["PreSignedUrl"],
        "CreationDate": created["CreationDate"], "Status": "Created", "CloudWatchLogsRoleArn": ROLE,
        "ImportedUsers": 0, "SkippedUsers": 0, "FailedUsers": 0,
    });
    assert_eq!(created, expected);
    assert_eq!(describe(t, &created).await, expected);
    upload(t, &created, ONE).await.unwrap();
    assert_eq!(describe(t, &created).await, expected);

    t.advance(10).await;
    let started = start(t, &created).await;
    let pending = with(
        expected,
        json!({"Status": "Pending", "StartDate": started["StartDate"]}),
    );
    assert!(started["StartDate"].as_f64() > started["CreationDate"].as_f64());
    assert_eq!(started, pending);
    assert_eq!(describe(t, &created).await, pending);

    // Its header is read, then its rows.
    let key = format!("{pool}/{id}");
    let mut work = UserImport::default();
    let portion = work.portion(&t.app, &key, "").await.unwrap();
    assert!(matches!(portion, Progress::More));
    let in_progress = with(pending.clone(), json!({"Status": "InProgress"}));
    assert_eq!(describe(t, &created).await, in_progress);
    let portion = work.portion(&t.app, &key, "").await.unwrap();
    assert!(matches!(portion, Progress::More));
    let ended = describe(t, &created).await;
    let succeeded = with(
        pending,
        json!({
            "Status": "Succeeded", "ImportedUsers": 1, "CompletionDate": ended["CompletionDate"],
            "CompletionMessage": "Import Job Completed Successfully.",
        }),
    );
    assert!(ended["CompletionDate"].as_f64() >= ended["StartDate"].as_f64());
    assert_eq!(ended, succeeded);
    let portion = work.portion(&t.app, &key, "").await.unwrap();
    assert!(portion.is_done());
    assert_eq!(pieces(t).await, 0);
    assert_eq!(
        log(t, &created).await,
        ["[SUCCEEDED] Line Number 2 - The import succeeded."]
    );
}

#[each_engine]
async fn a_job_is_started_once_and_with_a_file(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let job = create(t, &pool, json!({})).await;
    let id = job["JobId"].as_str().unwrap();
    let precondition = "PreconditionNotMetException";
    let no_file = format!("No csv file was uploaded for {id}");
    t.refused("StartUserImportJob", named(&job), precondition, &no_file)
        .await;
    upload(t, &job, ONE).await.unwrap();
    // Of several at once one starts it.
    let calls = (0..4).map(|_| t.call("StartUserImportJob", named(&job)));
    let answers = futures_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let again = format!("User import job {id} is in status Pending.");
    t.refused("StartUserImportJob", named(&job), precondition, &again)
        .await;
    work(t).await;
    let again = format!("User import job {id} is in status Succeeded.");
    for op in ["StartUserImportJob", "StopUserImportJob"] {
        t.refused(op, named(&job), precondition, &again).await;
    }
}

#[each_engine]
async fn a_pool_without_verified_attributes_starts_no_job(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let job = create(t, &pool, json!({})).await;
    upload(t, &job, ONE).await.unwrap();
    let text = "The user pool has no auto verified attributes, so that no users can be imported.";
    t.refused(
        "StartUserImportJob",
        named(&job),
        "PreconditionNotMetException",
        text,
    )
    .await;
    assert_eq!(describe(t, &job).await["Status"], "Created");
}

#[each_engine]
async fn a_stopped_job_has_its_users_and_no_more(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let job = create(t, &pool, json!({})).await;
    let id = job["JobId"].as_str().unwrap();
    let early = format!("User import job {id} is in status Created.");
    t.refused(
        "StopUserImportJob",
        named(&job),
        "PreconditionNotMetException",
        &early,
    )
    .await;
    let mut file = String::from("cognito:username,email,email_verified\n");
    for n in 0..300 {
        file.push_str(&format!("user{n},user{n}@example.com,true\n"));
    }
    upload(t, &job, file.as_bytes()).await.unwrap();
    start(t, &job).await;
    let key = format!("{pool}/{id}");
    let mut work_of_job = UserImport::default();
    for _ in 0..2 {
        work_of_job.portion(&t.app, &key, "").await.unwrap();
    }
    let before = describe(t, &job).await;
    assert_eq!(before["ImportedUsers"], 100);
    let stopped = t.ok("StopUserImportJob", named(&job)).await["UserImportJob"].clone();
    let expected = with(
        before,
        json!({
            "Status": "Stopped", "CompletionDate": stopped["CompletionDate"],
            "CompletionMessage": "The Import Job was stopped by the developer.",
        }),
    );
    assert_eq!(stopped, expected);
    work(t).await;
    assert_eq!(describe(t, &job).await, expected);
    assert_eq!((pieces(t).await, log(t, &job).await.len()), (0, 100));
    let users = t.ok("DescribeUserPool", json!({"UserPoolId": pool})).await;
    assert_eq!(users["UserPool"]["EstimatedNumberOfUsers"], 100);
    let no_more = format!("User import job {id} is in status Stopped.");
    for op in ["StartUserImportJob", "StopUserImportJob"] {
        t.refused(op, named(&job), "PreconditionNotMetException", &no_more)
            .await;
    }
}

#[each_engine]
async fn a_job_that_is_never_started_expires_with_its_file(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let (with_file, without) = (
        create(t, &pool, json!({})).await,
        create(t, &pool, json!({})).await,
    );
    upload(t, &with_file, ONE).await.unwrap();
    t.advance(24 * HOUR - 60).await;
    work(t).await;
    assert_eq!(describe(t, &with_file).await["Status"], "Created");
    assert_eq!(pieces(t).await, 1);
    t.advance(61).await;
    // Too late, whether the end was noted or not.
    let id = with_file["JobId"].as_str().unwrap();
    let late = format!("User import job {id} is in status Expired.");
    t.refused(
        "StartUserImportJob",
        named(&with_file),
        "PreconditionNotMetException",
        &late,
    )
    .await;
    work(t).await;
    for job in [&with_file, &without] {
        let now = describe(t, job).await;
        let expected = with(
            job.clone(),
            json!({
                "Status": "Expired", "CompletionDate": now["CompletionDate"],
                "CompletionMessage": "The user import job has expired.",
            }),
        );
        assert_eq!(now, expected);
    }
    assert_eq!(pieces(t).await, 0);
    let left = t.app.store.rows(
        "SELECT 1 FROM jobs WHERE kind = 'user_import'",
        params![].to_vec(),
    );
    assert_eq!(left.await.unwrap().len(), 0);
    t.refused(
        "StartUserImportJob",
        named(&with_file),
        "PreconditionNotMetException",
        &late,
    )
    .await;
}

#[each_engine]
async fn a_job_fails_when_more_than_half_of_its_rows_do(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let header = "cognito:username,email,email_verified\n";
    let half = format!("{header}jane,jane@example.com,true\njohn,john@example.com,false\n");
    let job = import(t, &pool, half.as_bytes(), json!({})).await;
    assert_eq!(outcome(&job), succeeded(1, 0, 1));
    let more = format!(
        "{header}jane,other@example.com,true\njim,jim@example.com,\nann,ann@example.com,true\n"
    );
    let job = import(t, &pool, more.as_bytes(), json!({})).await;
    assert_eq!(outcome(&job), mostly_failed(1, 1, 1));
    let nothing = "The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true).";
    assert_eq!(
        log(t, &job).await,
        [
            "[SKIPPED] Line Number 2 - The user already exists.".to_owned(),
            format!("[FAILED] Line Number 3 - {nothing}"),
            "[SUCCEEDED] Line Number 4 - The import succeeded.".to_owned(),
        ]
    );
    let empty = import(t, &pool, header.as_bytes(), json!({})).await;
    assert_eq!(outcome(&empty), succeeded(0, 0, 0));
}

#[each_engine]
async fn jobs_are_listed_newest_first_in_pages_of_fifty(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let mut made = Vec::new();
    for n in 0..53 {
        made.push(create(t, &pool, json!({"JobName": format!("job {n}")})).await);
    }
    made.sort_by_key(|job| (job["CreationDate"].to_string(), job["JobId"].to_string()));
    let list = |input: Value| {
        t.call(
            "ListUserImportJobs",
            with(json!({"UserPoolId": pool, "MaxResults": 60}), input),
        )
    };
    let first = list(json!({})).await.unwrap();
    assert_eq!(first["UserImportJobs"].as_array().unwrap().len(), 50);
    let second = list(json!({"PaginationToken": first["PaginationToken"]}))
        .await
        .unwrap();
    assert_eq!(second["UserImportJobs"].as_array().unwrap().len(), 3);
    assert_eq!(second.get("PaginationToken"), None);
    let pages = [&first, &second];
    let listed = pages
        .iter()
        .flat_map(|page| page["UserImportJobs"].as_array().unwrap());
    let listed: Vec<&Value> = listed.collect();
    let dates = listed
        .iter()
        .map(|job| job["CreationDate"].as_f64().unwrap());
    assert!(dates.is_sorted_by(|newer, older| newer >= older));
    let ids = |jobs: &[&Value]| -> BTreeSet<String> {
        jobs.iter().map(|job| job["JobId"].to_string()).collect()
    };
    assert_eq!(ids(&listed), ids(&made.iter().collect::<Vec<_>>()));
    for job in &listed {
        assert!(made.contains(job));
    }
    let one = list(json!({"MaxResults": 1})).await.unwrap();
    assert_eq!(one["UserImportJobs"], json!([listed[0]]));
    let refused = list(json!({"PaginationToken": "x"})).await.unwrap_err();
    let invalid = ("InvalidParameterException", "Invalid pagination token.");
    assert_eq!((refused.0.as_str(), refused.1.as_str()), invalid);
}

#[each_engine]
async fn what_is_not_there_is_refused(t: &TestApp) {
    let (pool, other) = (verifying(t, json!({})).await, verifying(t, json!({})).await);
    let job = create(t, &pool, json!({})).await;
    let id = job["JobId"].as_str().unwrap();
    let not_found = "ResourceNotFoundException";
    for op in [
        "DescribeUserImportJob",
        "StartUserImportJob",
        "StopUserImportJob",
    ] {
        let unknown = "User import job import-unknown does not exist.";
        let input = json!({"UserPoolId": pool, "JobId": "import-unknown"});
        t.refused(op, input, not_found, unknown).await;
        // That of another pool is none.
        let foreign = format!("User import job {id} does not exist.");
        let input = json!({"UserPoolId": other, "JobId": id});
        t.refused(op, input, not_found, &foreign).await;
    }
    let gone = "us-east-1_AAAAAAAAA";
    let text = format!("User pool {gone} does not exist.");
    for (op, input) in [
        ("GetCSVHeader", json!({})),
        (
            "CreateUserImportJob",
            json!({"JobName": "j", "CloudWatchLogsRoleArn": ROLE}),
        ),
        ("DescribeUserImportJob", json!({"JobId": id})),
        ("StartUserImportJob", json!({"JobId": id})),
        ("StopUserImportJob", json!({"JobId": id})),
        ("ListUserImportJobs", json!({"MaxResults": 1})),
    ] {
        let input = with(json!({"UserPoolId": gone}), input);
        t.refused(op, input, not_found, &text).await;
    }
}

#[each_engine]
async fn a_pool_has_a_thousand_jobs_at_most(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    create(t, &pool, json!({})).await;
    let full =
        "UPDATE resource_counts SET n = 999 WHERE pool_id = ?1 AND resource = 'user_import_jobs'";
    let batch = cognate_store::Batch::new().run(full, params![&pool].to_vec());
    t.app.store.commit(batch).await.unwrap();
    create(t, &pool, json!({})).await;
    let input = json!({"UserPoolId": pool, "JobName": "j", "CloudWatchLogsRoleArn": ROLE});
    let text = "Cannot have more than 1000 user import jobs for a user pool.";
    t.refused("CreateUserImportJob", input, "LimitExceededException", text)
        .await;
}

#[each_engine]
async fn jobs_of_two_pools_are_done_whichever_node_comes(t: &TestApp) {
    let other = t.second_node().await;
    let mut jobs = Vec::new();
    for n in 0..3 {
        let pool = verifying(t, json!({})).await;
        let job = create(t, &pool, json!({})).await;
        let mut file = String::from("cognito:username,email,email_verified\n");
        for row in 0..150 {
            file.push_str(&format!("u{n}x{row},u{row}@example.com,true\n"));
        }
        upload(t, &job, file.as_bytes()).await.unwrap();
        start(t, &job).await;
        jobs.push(job);
    }
    let (one, two) = tokio::join!(
        runner::turn::<UserImport>(&t.app, "one"),
        runner::turn::<UserImport>(&other.app, "two")
    );
    one.and(two).unwrap_or_else(|fault| panic!("{fault:?}"));
    work(t).await;
    for job in &jobs {
        assert_eq!(outcome(&describe(t, job).await), succeeded(150, 0, 0));
        assert_eq!(log(t, job).await.len(), 150);
    }
}
