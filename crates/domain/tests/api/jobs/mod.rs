//! Background work as a whole: what a node does without requests, and how soon it finds what there is to do.

use std::time::{Duration, Instant};

use cognate_domain::jobs;
use cognate_store::tables::pools;
use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::pools::pool;

/// The statements of a second that all jobs of an idle node may make: one look for all kinds of work, and in five seconds one
/// for what has expired and one for the keys made in advance.
const IDLE: f64 = 2.0;

/// The state of a pool whose rows are not gone yet.
const DELETING: i64 = 1;

/// Runs the jobs of a node beside `work`, which ends them.
async fn beside<T>(t: &TestApp, work: impl Future<Output = T>) -> T {
    tokio::select! {
        () = jobs::run(t.app.clone(), std::future::pending()) => unreachable!(),
        done = work => done,
    }
}

#[each_engine]
async fn an_idle_node_makes_few_statements(t: &TestApp) {
    let seconds = 7.0;
    let before = t.app.store.work_of_all();
    beside(t, tokio::time::sleep(Duration::from_secs_f64(seconds))).await;
    let after = t.app.store.work_of_all();
    let made = (after.reads - before.reads) + (after.statements - before.statements);
    assert!(made >= 7, "{made}: the jobs did not run");
    assert!(
        f64::from(u32::try_from(made).unwrap()) <= IDLE * seconds,
        "{made} statements in {seconds} seconds"
    );
}

#[each_engine]
async fn work_begins_soon_after_its_commit(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let begun = Instant::now();
    let deleted = async {
        t.ok("DeleteUserPool", json!({"UserPoolId": &pool})).await;
        while pools::state(&t.app.store, &pool).await.unwrap() == Some(DELETING) {
            tokio::time::sleep(Duration::from_millis(20)).await;
            // A turn of five seconds would be missed.
            assert!(begun.elapsed() < Duration::from_secs(4), "nothing was done");
        }
    };
    beside(t, deleted).await;
}
