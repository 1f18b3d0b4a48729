//! What is dropped when a target takes nothing for days.

use cognate_domain::jobs::log_delivery::{LONGEST, LogDelivery, MOST};
use cognate_domain::jobs::runner::Job;
use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::json;

use super::delivery::{trail, turn, waiting, write};
use super::sink::{Say, Sink};
use super::*;
use crate::support::TestApp;

#[each_engine]
async fn records_that_wait_too_long_are_dropped_and_told_once(t: &TestApp) {
    let sink = Sink::of(t);
    let pool = pool_with(t, json!([errors_to(GROUP)])).await;
    sink.answer(GROUP, &vec![Say::Later; 5]);
    write(t, &pool, 0, 4).await;
    turn(t, "node").await;
    t.advance(2 * 86_400).await;
    write(t, &pool, 10, 2).await;
    turn(t, "node").await;
    assert_eq!(waiting(t).await, 6);
    t.advance(LONGEST / 1_000_000 - 2 * 86_400 + 1).await;
    turn(t, "node").await;
    assert_eq!(waiting(t).await, 2);
    t.advance(2 * 86_400).await;
    turn(t, "node").await;
    assert_eq!(waiting(t).await, 0);
    let operations: Vec<_> = trail(t).await.into_iter().map(|(what, ..)| what).collect();
    assert_eq!(operations, ["LogRecordsDropped", "LogTargetBroken"]);
    let line = "cognate_log_records_total{target=\"cloudwatch\",result=\"dropped\"} 6";
    assert!(t.app.metrics_text().contains(line));
}

/// Rows beyond the bound: four, whose contents nobody can open.
const FILL: &str = "INSERT INTO log_records (pool_id, source, record_id, created, sealed) \
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100004) \
     SELECT ?1, 'userNotification', CAST(1000000000 + i AS TEXT), 0, ?2 FROM n";

#[each_engine]
async fn of_too_many_records_the_oldest_are_dropped(t: &TestApp) {
    Sink::of(t);
    let pool = pool_with(t, json!([errors_to(GROUP)])).await;
    let fill = Batch::new().run(FILL, params![&pool, vec![0_u8]]);
    t.app.store.commit(fill).await.unwrap();
    assert_eq!(waiting(t).await, MOST + 4);
    let key = format!("{pool}/userNotification");
    let mut job = LogDelivery::default();
    job.portion(&t.app, &key, "").await.unwrap();
    // The first five hundred of the rest cannot be opened.
    assert_eq!(waiting(t).await, MOST - 500);
    let expected = ("LogRecordsDropped".to_owned(), GROUP.to_owned(), 0);
    assert_eq!(trail(t).await, [expected]);
}
