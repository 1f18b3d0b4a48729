//! The delivery of records: order, failures, several nodes.

use std::time::Duration;

use cognate_domain::jobs;
use cognate_domain::jobs::log_delivery::LogDelivery;
use cognate_domain::jobs::pool_deletion::PoolDeletion;
use cognate_domain::jobs::runner;
use cognate_domain::records::log_record;
use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::sink::{Say, Sink};
use super::*;
use crate::messages::post::{Post, Say as Courier, delivery};
use crate::support::TestApp;
use crate::support::users::{email_pool, sign_up};

const OTHER: &str = "arn:aws:logs:us-east-1:123456789012:log-group:other";

/// Appends so many records to a pool, numbered from `first`.
pub async fn write(t: &TestApp, pool: &str, first: usize, count: usize) {
    let of = t.app.cached_pool(pool).await.unwrap().unwrap();
    for chunk in (first..first + count).collect::<Vec<_>>().chunks(100) {
        let mut batch = Batch::new();
        for n in chunk {
            let at = t.app.clock.service() + i64::try_from(*n).unwrap();
            batch = log_record::notification(batch, &of, at, &n.to_string()).unwrap();
        }
        t.app.store.commit(batch).await.unwrap();
    }
}

/// Sends what is due, as a node of this name.
pub async fn turn(t: &TestApp, node: &str) {
    runner::turn::<LogDelivery>(&t.app, node).await.unwrap();
}

/// Returns the number of records that wait.
pub async fn waiting(t: &TestApp) -> i64 {
    let sql = "SELECT COUNT(*) FROM log_records";
    t.app.store.rows(sql, params![]).await.unwrap()[0]
        .int(0)
        .unwrap()
}

/// Returns what the audit trail tells of targets: operation, ARN, and a number.
pub async fn trail(t: &TestApp) -> Vec<(String, String, u64)> {
    let sql = "SELECT doc FROM audit ORDER BY at";
    let rows = t.app.store.rows(sql, params![]).await.unwrap();
    let docs = rows
        .iter()
        .map(|row| serde_json::from_str(row.text(0).unwrap()).unwrap());
    docs.filter(|doc: &Value| doc["operation"].as_str().unwrap().starts_with("Log"))
        .map(|doc| {
            let text = |name: &str| doc[name].as_str().unwrap_or_default().to_owned();
            (
                text("operation"),
                text("detail"),
                doc["times"].as_u64().unwrap_or(0),
            )
        })
        .collect()
}

fn numbers(range: std::ops::Range<usize>) -> Vec<(String, String)> {
    range.map(|n| (GROUP.to_owned(), n.to_string())).collect()
}

#[each_engine]
async fn a_message_that_was_given_up_is_told(t: &TestApp) {
    let sink = Sink::of(t);
    let post = Post::of(t);
    let (pool, client) = email_pool(t).await;
    for name in ["one@example.com", "two@example.com"] {
        post.answer(name, &[Courier::Never]);
    }
    // Not for a pool that does not ask for it.
    sign_up(t, &client, "one", "one@example.com").await;
    delivery(t, "node").turn().await.unwrap();
    assert_eq!(waiting(t).await, 0);
    set(t, &pool, json!([errors_to(GROUP)])).await;
    sign_up(t, &client, "two", "two@example.com").await;
    sign_up(t, &client, "joe", "joe@example.com").await;
    delivery(t, "node").turn().await.unwrap();
    turn(t, "node").await;
    let tries = sink.tries();
    assert_eq!(tries.len(), 1);
    assert_eq!(
        (tries[0].pool_id.as_str(), tries[0].source),
        (pool.as_str(), "userNotification")
    );
    let [record] = tries[0].records.as_slice() else {
        panic!("{tries:?}");
    };
    let json: Value = serde_json::from_str(&record.json).unwrap();
    let time = json["eventTimestamp"].as_str().unwrap();
    let details = json["message"]["details"].as_str().unwrap();
    assert!(
        details.starts_with("The EMAIL message sign_up to t***@e*** was not delivered: refused: "),
        "{details}"
    );
    assert_eq!(time, (record.at / 1_000).to_string());
    let expected = format!(
        "{{\"eventTimestamp\":\"{time}\",\"eventSource\":\"USER_NOTIFICATION\",\"logLevel\":\"ERROR\",\
         \"message\":{},\"logSourceId\":{{\"userPoolId\":\"{pool}\"}}}}",
        json["message"]
    );
    assert_eq!(record.json, expected);
    assert_eq!(waiting(t).await, 0);
}

#[each_engine]
async fn records_are_sent_in_their_order_and_in_bounded_parts(t: &TestApp) {
    let sink = Sink::of(t);
    let pool = pool_with(t, json!([errors_to(GROUP)])).await;
    write(t, &pool, 0, 1_203).await;
    turn(t, "node").await;
    let tries = sink.tries();
    let sizes: Vec<_> = tries.iter().map(|one| one.records.len()).collect();
    assert_eq!(sizes, [500, 500, 203]);
    let all: Vec<_> = tries.iter().flat_map(|one| &one.records).collect();
    for (n, record) in all.iter().enumerate() {
        let json: Value = serde_json::from_str(&record.json).unwrap();
        assert_eq!(json["message"]["details"], n.to_string());
    }
    assert_eq!(waiting(t).await, 0);
    turn(t, "node").await;
    assert!(sink.tries().is_empty());
    // No job is left of a queue that is empty.
    let jobs = "SELECT COUNT(*) FROM jobs WHERE kind = 'log_delivery'";
    let jobs = t.app.store.rows(jobs, params![]).await.unwrap();
    assert_eq!(jobs[0].int(0).unwrap(), 0);
}

#[each_engine]
async fn a_broken_target_is_tried_more_rarely_and_told_once_and_holds_up_no_other(t: &TestApp) {
    let sink = Sink::of(t);
    let pool = pool_with(t, json!([errors_to(GROUP)])).await;
    let other = pool_with(t, json!([errors_to(OTHER)])).await;
    sink.answer(GROUP, &vec![Say::Later; 6]);
    write(t, &pool, 0, 3).await;
    write(t, &other, 0, 1).await;
    turn(t, "node").await;
    assert_eq!(sink.tries().len(), 2);
    assert_eq!(waiting(t).await, 3);
    for (pause, failures) in [(1, 2), (5, 3), (30, 4), (120, 5), (300, 6)] {
        t.advance(pause - 1).await;
        turn(t, "node").await;
        assert!(sink.tries().is_empty(), "{pause}");
        t.advance(2).await;
        turn(t, "node").await;
        assert_eq!(sink.tries().len(), 1, "{pause}");
        let told = trail(t).await.len();
        assert_eq!(told, usize::from(failures >= 3), "{failures}");
        // Others are sent meanwhile.
        write(t, &other, 0, 1).await;
        turn(t, "node").await;
        assert_eq!(sink.details(), [(OTHER.to_owned(), "0".to_owned())]);
    }
    write(t, &pool, 3, 2).await;
    t.advance(301).await;
    turn(t, "node").await;
    assert_eq!(sink.details(), numbers(0..5));
    assert_eq!(waiting(t).await, 0);
    let expected = [("LogTargetBroken", 0), ("LogTargetWell", 0)];
    let expected = expected.map(|(what, times)| (what.to_owned(), GROUP.to_owned(), times));
    assert_eq!(trail(t).await, expected);
}

#[each_engine]
async fn what_a_target_took_is_not_sent_again_and_the_rest_is(t: &TestApp) {
    let sink = Sink::of(t);
    let pool = pool_with(t, json!([errors_to(GROUP)])).await;
    write(t, &pool, 0, 6).await;
    sink.answer(
        GROUP,
        &[
            Say::Left(vec![1, 4]),
            Say::Left(vec![0]),
            Say::Refused(vec![0]),
        ],
    );
    turn(t, "node").await;
    assert_eq!(sink.details(), numbers(0..6));
    assert_eq!(waiting(t).await, 2);
    t.advance(2).await;
    turn(t, "node").await;
    let of = |numbers: &[&str]| -> Vec<_> {
        let one = |n: &&str| (GROUP.to_owned(), (*n).to_owned());
        numbers.iter().map(one).collect()
    };
    assert_eq!(sink.details(), of(&["1", "4"]));
    t.advance(2).await;
    turn(t, "node").await;
    // This one is refused for good.
    assert_eq!(sink.details(), of(&["1"]));
    assert_eq!(waiting(t).await, 0);
    let metrics = t.app.metrics_text();
    for line in [
        "cognate_log_records_total{target=\"cloudwatch\",result=\"sent\"} 5",
        "cognate_log_records_total{target=\"cloudwatch\",result=\"failed\"} 3",
        "cognate_log_records_total{target=\"cloudwatch\",result=\"dropped\"} 1",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
}

#[each_engine]
async fn what_is_too_large_is_sent_in_parts(t: &TestApp) {
    let sink = Sink::of(t);
    let pool = pool_with(t, json!([errors_to(GROUP)])).await;
    write(t, &pool, 0, 8).await;
    sink.answer(GROUP, &[Say::AtMost(2), Say::AtMost(2), Say::AtMost(2)]);
    turn(t, "node").await;
    let sizes: Vec<_> = sink.tries().iter().map(|one| one.records.len()).collect();
    assert_eq!(sizes, [8, 4, 2, 2, 2, 2]);
    write(t, &pool, 0, 2).await;
    sink.answer(GROUP, &[Say::AtMost(0), Say::AtMost(0)]);
    turn(t, "node").await;
    // A record that is too large by itself is given up, and the next one is not.
    assert_eq!(sink.details().len(), 2 + 1 + 1);
    assert_eq!(waiting(t).await, 0);
}

#[each_engine]
async fn two_nodes_send_every_record_once_and_in_order(t: &TestApp) {
    let other = t.second_node().await;
    let sink = Sink::of(t);
    sink.also_of(&other);
    let pool = pool_with(t, json!([errors_to(GROUP)])).await;
    write(t, &pool, 0, 700).await;
    tokio::join!(turn(t, "one"), turn(&other, "two"));
    turn(t, "one").await;
    assert_eq!(sink.details(), numbers(0..700));
    assert_eq!(waiting(t).await, 0);
}

/// A node that dies between the send and its commit: the records are sent again, and none is lost.
#[each_engine]
async fn what_a_dead_node_was_sending_is_sent_by_another(t: &TestApp) {
    let other = t.second_node().await;
    let sink = Sink::of(t);
    sink.also_of(&other);
    let pool = pool_with(t, json!([errors_to(GROUP)])).await;
    write(t, &pool, 0, 3).await;
    sink.answer(GROUP, &[Say::Wait]);
    {
        let dying = turn(t, "one");
        tokio::select! {
            () = dying => panic!("the send waits"),
            () = tokio::time::sleep(Duration::from_millis(300)) => {}
        }
    }
    assert_eq!(sink.details(), numbers(0..3));
    turn(&other, "two").await;
    assert!(sink.tries().is_empty());
    other.advance(61).await;
    turn(&other, "two").await;
    assert_eq!(sink.details(), numbers(0..3));
    assert_eq!(waiting(t).await, 0);
}

#[each_engine]
async fn what_waits_goes_where_the_pool_says_now(t: &TestApp) {
    let sink = Sink::of(t);
    let pool = pool_with(t, json!([errors_to(GROUP)])).await;
    write(t, &pool, 0, 2).await;
    set(t, &pool, json!([errors_to(OTHER)])).await;
    turn(t, "node").await;
    let arns: Vec<_> = sink.details().into_iter().map(|(arn, _)| arn).collect();
    assert_eq!(arns, [OTHER, OTHER]);
    write(t, &pool, 0, 2).await;
    set(t, &pool, json!([])).await;
    turn(t, "node").await;
    assert!(sink.tries().is_empty());
    assert_eq!(waiting(t).await, 0);
    // What the settings no longer lead anywhere waits.
    set(t, &pool, json!([errors_to(GROUP)])).await;
    write(t, &pool, 0, 1).await;
    let lost = t.second_node().await;
    turn(&lost, "node").await;
    assert_eq!(waiting(t).await, 1);
    t.advance(2).await;
    turn(t, "node").await;
    assert_eq!(waiting(t).await, 0);
}

#[each_engine]
async fn a_record_that_another_pool_could_read_is_dropped_and_no_other(t: &TestApp) {
    let sink = Sink::of(t);
    let pool = pool_with(t, json!([errors_to(GROUP)])).await;
    let other = pool_with(t, json!([errors_to(OTHER)])).await;
    write(t, &other, 0, 1).await;
    let sql = "UPDATE log_records SET pool_id = ?2 WHERE pool_id = ?1";
    let moved = Batch::new().run(sql, params![&other, &pool]);
    t.app.store.commit(moved).await.unwrap();
    write(t, &pool, 7, 1).await;
    turn(t, "node").await;
    assert_eq!(sink.details(), [(GROUP.to_owned(), "7".to_owned())]);
    assert_eq!(waiting(t).await, 0);
}

#[each_engine]
async fn a_deleted_pool_leaves_no_record(t: &TestApp) {
    Sink::of(t);
    let pool = pool_with(t, json!([errors_to(GROUP)])).await;
    write(t, &pool, 0, 2).await;
    t.ok("DeleteUserPool", json!({"UserPoolId": pool})).await;
    turn(t, "node").await;
    runner::turn::<PoolDeletion>(&t.app, "node").await.unwrap();
    assert_eq!(waiting(t).await, 0);
}

/// What a sign-in of an unknown name wrote while the pool was purged: nothing held it.
#[each_engine]
async fn a_record_that_came_behind_the_purge_is_dropped(t: &TestApp) {
    let sink = Sink::of(t);
    let pool = pool_with(t, json!([errors_to(GROUP)])).await;
    let of = t.app.cached_pool(&pool).await.unwrap().unwrap();
    t.ok("DeleteUserPool", json!({"UserPoolId": pool})).await;
    let late = || log_record::notification(Batch::new(), &of, 1, "late").unwrap();
    // The purge is not over: it deletes what is here.
    t.app.store.commit(late()).await.unwrap();
    turn(t, "node").await;
    assert_eq!(waiting(t).await, 1);
    runner::turn::<PoolDeletion>(&t.app, "node").await.unwrap();
    assert_eq!(waiting(t).await, 0);
    t.app.store.commit(late()).await.unwrap();
    t.advance(60).await;
    turn(t, "node").await;
    assert_eq!((waiting(t).await, sink.details()), (0, Vec::new()));
}

/// The loop of a running node: a target that does not answer holds up no other queue, and a stop waits for none.
#[each_engine]
async fn a_target_that_is_slow_holds_up_no_other(t: &TestApp) {
    let sink = Sink::of(t);
    let pool = pool_with(t, json!([errors_to(GROUP)])).await;
    let other = pool_with(t, json!([errors_to(OTHER)])).await;
    sink.answer(GROUP, &[Say::Wait]);
    write(t, &pool, 0, 1).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let node = tokio::spawn(jobs::run(t.app.clone(), async move {
        let _ = stopped.await;
    }));
    let mut sent = Vec::new();
    let until = async |count: usize, sent: &mut Vec<(String, String)>| {
        while sent.len() < count {
            sent.extend(sink.details());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    until(1, &mut sent).await;
    write(t, &other, 5, 1).await;
    until(2, &mut sent).await;
    let expected = [(GROUP, "0"), (OTHER, "5")];
    assert_eq!(
        sent,
        expected.map(|(arn, n)| (arn.to_owned(), n.to_owned()))
    );
    assert_eq!(waiting(t).await, 1);
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), node)
        .await
        .unwrap()
        .unwrap();
}
