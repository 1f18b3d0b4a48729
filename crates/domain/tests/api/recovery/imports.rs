//! Imports and recoveries of one pool keep out of each other's way.

use cognate_domain::Fault;
use cognate_domain::moving::apply::ledger::Outcome;
use cognate_domain::moving::apply::{Entry, Given, Wishes, apply};
use cognate_moving::record::UserRecord;
use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::imports::{create, start, upload, verifying, work};

const ROWS: &[u8] = b"cognito:username,email,email_verified\njane,jane@example.com,TRUE\n";
const PAUSED: (&str, &str) = (
    "OperationNotEnabledException",
    "Operation is not enabled while a point-in-time recovery of the user pool is in progress.",
);

#[each_engine]
async fn no_recovery_begins_while_an_import_runs_and_no_import_while_a_recovery_is_open(
    t: &TestApp,
) {
    let pool = verifying(t, json!({})).await;
    t.advance(2 * 3_600).await;
    let job = create(t, &pool, json!({})).await;
    upload(t, &job, ROWS).await.unwrap();
    start(t, &job).await;
    let target = (t.app.clock.service() / 1_000_000 - 3_600) as f64;
    let recovery = json!({"UserPoolId": pool, "RestoreTimestamp": target});
    let text =
        "A point-in-time recovery cannot be initiated while a user import job is in progress.";
    let exception = "ConcurrentModificationException";
    t.refused(
        "InitiatePointInTimeRecovery",
        recovery.clone(),
        exception,
        text,
    )
    .await;
    work(t).await;

    // A job that was made before the recovery is not started either.
    let early = create(t, &pool, json!({})).await;
    upload(t, &early, ROWS).await.unwrap();
    let made = t.ok("InitiatePointInTimeRecovery", recovery).await;
    let start_it = json!({"UserPoolId": pool, "JobId": early["JobId"]});
    t.refused("StartUserImportJob", start_it.clone(), PAUSED.0, PAUSED.1)
        .await;
    let another = json!({
        "UserPoolId": pool, "JobName": "another", "CloudWatchLogsRoleArn": early["CloudWatchLogsRoleArn"],
    });
    t.refused("CreateUserImportJob", another.clone(), PAUSED.0, PAUSED.1)
        .await;
    let id = made["Restoration"]["RestoreId"].as_str().unwrap();
    t.ok("CancelPointInTimeRecovery", named(&pool, id)).await;
    t.ok("StartUserImportJob", start_it).await;
    t.ok("CreateUserImportJob", another).await;
}

#[each_engine]
async fn a_file_of_users_is_not_taken_while_a_recovery_is_open(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    t.advance(2 * 3_600).await;
    let target = (t.app.clock.service() / 1_000_000 - 3_600) as f64;
    let recovery = json!({"UserPoolId": pool, "RestoreTimestamp": target});
    let made = t.ok("InitiatePointInTimeRecovery", recovery).await;
    let import = async || {
        let jane = UserRecord {
            sub: Some("11111111-2222-4333-8444-555555555555".to_owned()),
            username: "jane".to_owned(),
            ..UserRecord::default()
        };
        let given = Given {
            line: 1,
            entry: Entry::User(Box::new(jane)),
        };
        let (app, now) = (&t.app, t.app.clock.service());
        apply(
            &app.store,
            &app.root,
            now,
            &pool,
            &Wishes::default(),
            vec![given],
        )
        .await
    };
    match import().await {
        Err(Fault::Api(error)) => assert_eq!(error.message, PAUSED.1),
        Err(_) => panic!("another fault"),
        Ok(done) => panic!("{:?} {:?}", done[0].outcome, done[0].reason),
    }
    let id = made["Restoration"]["RestoreId"].as_str().unwrap();
    t.ok("CancelPointInTimeRecovery", named(&pool, id)).await;
    assert_eq!(import().await.unwrap()[0].outcome, Outcome::Created);
}
