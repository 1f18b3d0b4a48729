//! What may not change while a job is active, and what becomes of jobs with their pool.

use cognate_domain::jobs::pool_deletion::PoolDeletion;
use cognate_domain::jobs::runner;
use cognate_domain::moving;
use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::imports::*;
use crate::support::users::with;

const ONE: &[u8] = b"cognito:username,email,email_verified\njane,jane@example.com,TRUE\n";

#[each_engine]
async fn a_pool_stays_as_it_is_while_a_job_is_active(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let job = create(t, &pool, json!({})).await;
    upload(t, &job, ONE).await.unwrap();
    let changes = [
        (
            "UpdateUserPool",
            json!({"AutoVerifiedAttributes": ["email"]}),
        ),
        (
            "AddCustomAttributes",
            json!({"CustomAttributes": [{"Name": "a", "AttributeDataType": "String"}]}),
        ),
        ("DeleteUserPool", json!({})),
    ];
    let of_pool = json!({"UserPoolId": pool});
    let active = || async { moving::import_active(&t.app.store, &pool).await.unwrap() };
    assert!(!active().await);
    // Created is not active.
    t.ok(
        "UpdateUserPool",
        with(of_pool.clone(), changes[0].1.clone()),
    )
    .await;
    start(t, &job).await;
    assert!(active().await);
    let text = "A user import job is in progress for this user pool.";
    for (op, input) in &changes {
        let input = with(of_pool.clone(), input.clone());
        t.refused(op, input, "UserImportInProgressException", text)
            .await;
    }
    // Another pool is free.
    let other = verifying(t, json!({})).await;
    t.ok("DeleteUserPool", json!({"UserPoolId": other})).await;
    work(t).await;
    assert!(!active().await);
    t.ok(
        "UpdateUserPool",
        with(of_pool.clone(), changes[0].1.clone()),
    )
    .await;
    t.ok("DeleteUserPool", of_pool).await;
}

#[each_engine]
async fn jobs_files_and_logs_go_with_their_pool(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    import(t, &pool, ONE, json!({})).await;
    let waiting = create(t, &pool, json!({})).await;
    upload(t, &waiting, ONE).await.unwrap();
    t.ok("DeleteUserPool", json!({"UserPoolId": pool})).await;
    assert!(upload(t, &waiting, ONE).await.is_err());
    let turn = runner::turn::<PoolDeletion>(&t.app, "one").await;
    turn.unwrap_or_else(|fault| panic!("{fault:?}"));
    for sql in [
        "SELECT 1 FROM user_import_jobs",
        "SELECT 1 FROM user_import_chunks",
        "SELECT 1 FROM user_import_results",
    ] {
        assert!(
            t.app.store.rows(sql, vec![]).await.unwrap().is_empty(),
            "{sql}"
        );
    }
}

#[each_engine]
async fn a_row_of_a_job_that_somebody_else_wrote_is_refused(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let job = create(t, &pool, json!({})).await;
    upload(t, &job, ONE).await.unwrap();
    let sql = "UPDATE user_import_jobs SET status = 1";
    let batch = cognate_store::Batch::new().run(sql, vec![]);
    t.app.store.commit(batch).await.unwrap();
    let refused = t
        .call("DescribeUserImportJob", named(&job))
        .await
        .unwrap_err();
    assert_eq!(refused.0, "InternalErrorException");
}

#[each_engine]
async fn pieces_that_are_not_those_of_the_upload_fail_the_job(t: &TestApp) {
    for sql in [
        "DELETE FROM user_import_chunks WHERE n = 1",
        "UPDATE user_import_chunks SET n = 9 - n",
        "UPDATE user_import_chunks SET job_id = 'import-other'",
    ] {
        let pool = verifying(t, json!({})).await;
        let job = create(t, &pool, json!({})).await;
        let mut file = String::from("cognito:username,email,email_verified,name\n");
        for n in 0..50 {
            let name = "x".repeat(2_000);
            file.push_str(&format!("u{n},u{n}@example.com,true,{name}\n"));
        }
        let file = file.repeat(4);
        upload(t, &job, file.as_bytes()).await.unwrap();
        start(t, &job).await;
        let batch = cognate_store::Batch::new().run(sql, vec![]);
        t.app.store.commit(batch).await.unwrap();
        work(t).await;
        let (status, message, _) = outcome(&describe(t, &job).await);
        assert_eq!(
            (status.as_str(), message.as_str()),
            ("Failed", "The file cannot be read."),
            "{sql}"
        );
    }
}
