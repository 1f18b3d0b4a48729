//! Several nodes at one outbox.

use std::time::Duration;

use each_engine::each_engine;

use super::post::{Post, Say, delivery, log};
use crate::support::TestApp;
use crate::support::users::*;

#[each_engine]
async fn two_nodes_send_every_message_once(t: &TestApp) {
    let other = t.second_node().await;
    let post = Post::of(t);
    post.also_of(&other);
    let (_, client) = email_pool(t).await;
    for n in 0..120 {
        let address = format!("u{}@example.com", n % 60);
        sign_up(t, &client, &format!("u{n}"), &address).await;
    }
    let (mut one, mut two) = (delivery(t, "one"), delivery(&other, "two"));
    let (a, b) = tokio::join!(one.turn(), two.turn());
    // A node may see the end while the other sends the first of two to one address.
    let rest = one.turn().await.unwrap();
    assert_eq!(a.unwrap() + b.unwrap() + rest, 120);
    assert_eq!(post.sent().len(), 120);
    let mut again = delivery(t, "three");
    assert_eq!(again.turn().await.unwrap(), 0);
}

/// A node that dies in the middle leaves its messages to the end of its lease.
#[each_engine]
async fn what_a_dead_node_was_sending_is_sent_by_another(t: &TestApp) {
    let other = t.second_node().await;
    let post = Post::of(t);
    post.also_of(&other);
    let (_, client) = email_pool(t).await;
    post.answer("jane@example.com", &[Say::Wait]);
    sign_up(t, &client, "jane", "jane@example.com").await;
    sign_up(t, &client, "joan", "jane@example.com").await;
    let mut dying = delivery(t, "one");
    tokio::select! {
        _ = dying.turn() => panic!("the send waits"),
        () = async {
            while post.running() < 1 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        } => {}
    }
    drop(dying);
    let mut next = delivery(&other, "two");
    assert_eq!(next.turn().await.unwrap(), 0);
    other.advance(29).await;
    assert_eq!(next.turn().await.unwrap(), 0);
    other.advance(2).await;
    assert_eq!(next.turn().await.unwrap(), 2);
    assert_eq!(
        post.sent(),
        ["jane@example.com sign_up", "jane@example.com sign_up"]
    );
    let lines: Vec<_> = log(t)
        .await
        .into_iter()
        .filter(|line| line.starts_with('4'))
        .collect();
    assert_eq!(
        lines,
        [
            "4 2 j***@e*** sent by post as p-1 wiped",
            "4 1 j***@e*** sent by post as p-1 wiped"
        ]
    );
}

/// A send that takes longer than a lease keeps it, and nobody else sends the message.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_send_keeps_its_lease() {
    let t = &TestApp::sqlite().await;
    let other = t.second_node().await;
    let post = Post::of(t);
    post.also_of(&other);
    let (_, client) = email_pool(t).await;
    post.answer("jane@example.com", &[Say::Wait]);
    sign_up(t, &client, "jane", "jane@example.com").await;
    let mut slow = delivery(t, "one");
    let meanwhile = async {
        let mut next = delivery(&other, "two");
        // By then the lease was held again, until half a minute from now.
        tokio::time::sleep(Duration::from_millis(10_500)).await;
        other.advance(25).await;
        assert_eq!(next.turn().await.unwrap(), 0);
        post.open(1);
    };
    let (tries, ()) = tokio::join!(slow.turn(), meanwhile);
    assert_eq!((tries.unwrap(), post.sent().len()), (1, 1));
}

/// A node whose lease another one has does not go on with its send, and notes nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_send_whose_lease_is_lost_is_broken_off() {
    let t = &TestApp::sqlite().await;
    let other = t.second_node().await;
    let post = Post::of(t);
    post.also_of(&other);
    let (_, client) = email_pool(t).await;
    post.answer("jane@example.com", &[Say::Wait, Say::Never]);
    sign_up(t, &client, "jane", "jane@example.com").await;
    let mut slow = delivery(t, "one");
    let meanwhile = async {
        while post.running() < 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        other.advance(31).await;
        let mut next = delivery(&other, "two");
        assert_eq!(next.turn().await.unwrap(), 1);
    };
    let (tries, ()) = tokio::join!(slow.turn(), meanwhile);
    assert_eq!(
        (tries.unwrap(), post.running(), post.sent().len()),
        (1, 0, 0)
    );
    let line = log(t).await.pop().unwrap();
    assert_eq!(line, "5 2 j***@e*** refused: 550 nobody wiped");
}
