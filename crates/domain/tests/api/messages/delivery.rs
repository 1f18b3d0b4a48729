//! The outbox: what is sent when, in which order, how often, and what is left of it.

use std::time::Duration;

use cognate_domain::jobs::delivery::PLACES_OF_POOL;
use cognate_domain::messages::{Destination, outbox};
use cognate_store::params;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::post::{Post, Say, delivery, log, serving, turn};
use crate::support::TestApp;
use crate::support::users::*;

const MINUTE: i64 = 60;

fn forgot(client: &str, name: &str) -> Value {
    json!({"ClientId": client, "Username": name})
}

/// In `dev` a message is in the inbox, and sent too if somebody sends it.
#[each_engine]
async fn an_accepted_message_is_sent_once_and_its_text_is_wiped(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "before", "before@example.com").await;
    let post = Post::of(t);
    let answer = sign_up(t, &client, "jane", "jane@example.com").await;
    assert_eq!(turn(t).await, 1);
    assert_eq!(turn(t).await, 0);
    let messages = post.messages();
    let [message] = messages.as_slice() else {
        panic!("{}", messages.len())
    };
    assert_eq!(
        (
            message.to.as_str(),
            message.kind.as_str(),
            message.username.as_str()
        ),
        ("jane@example.com", "sign_up", "jane")
    );
    assert_eq!(message.user_id, answer["UserSub"].as_str().unwrap());
    assert_eq!(message.code, code(t, &pool, "jane").await);
    assert!(message.body.contains(&message.code));
    assert_eq!(
        log(t).await,
        [
            "3 0 b***@e***  body",
            "3 0 j***@e***  body",
            "4 1 j***@e*** sent by post as p-1 wiped",
        ]
    );
    // What was sent is swept a week later.
    t.advance(8 * 24 * 60 * MINUTE).await;
    for bucket in 0..64 {
        let now = t.app.clock.service();
        cognate_store::tables::jobs::expire(&t.app.store, now, bucket)
            .await
            .unwrap();
    }
    assert!(log(t).await.is_empty());
}

#[tokio::test]
async fn serve_keeps_no_copy() {
    let t = TestApp::sqlite_with(serving()).await;
    let post = Post::of(&t);
    let (pool, client) = email_pool(&t).await;
    sign_up(&t, &client, "jane", "jane@example.com").await;
    assert_eq!(log(&t).await, ["0 0 j***@e***  body"]);
    assert!(inbox(&t, &pool).await.is_empty());
    turn(&t).await;
    assert_eq!(post.sent(), ["jane@example.com sign_up"]);
    assert_eq!(log(&t).await, ["4 1 j***@e*** sent by post as p-1 wiped"]);
}

#[each_engine]
async fn a_failed_try_is_repeated_ever_more_rarely_until_the_code_ends(t: &TestApp) {
    let (_, client) = email_pool(t).await;
    let post = Post::of(t);
    sign_up(t, &client, "jane", "jane@example.com").await;
    turn(t).await;
    post.sent();
    t.ok("ResendConfirmationCode", forgot(&client, "jane"))
        .await;
    post.answer("jane@example.com", &[Say::Later; 90]);
    let mut passed = 0;
    for (attempt, wait) in [(1, 5), (2, 30), (3, 120), (4, 600), (5, 1800), (6, 1800)] {
        assert_eq!(turn(t).await, 1, "{attempt}");
        let line = log(t).await.pop().unwrap();
        assert_eq!(line, format!("0 {attempt} j***@e*** 451 later   body"));
        // Not before its time, and after it at the latest a fifth later.
        t.advance(wait - 2).await;
        assert_eq!(turn(t).await, 0, "{attempt}");
        t.advance(wait / 5 + 2).await;
        passed += wait + wait / 5;
    }
    // A day after the request nothing is tried any more.
    let mut tries = 6;
    while passed < 25 * 60 * MINUTE {
        tries += turn(t).await;
        t.advance(10 * MINUTE).await;
        passed += 10 * MINUTE;
    }
    let line = log(t).await.pop().unwrap();
    let expected = format!("5 {tries} j***@e*** given up: ");
    assert!(
        line.starts_with(&expected) && line.ends_with(" wiped"),
        "{line}"
    );
    assert!((40..55).contains(&tries), "{tries}");
    assert!(post.sent().is_empty());
}

#[each_engine]
async fn a_later_try_succeeds_and_a_message_after_the_end_of_its_code_is_not_sent(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let post = Post::of(t);
    confirmed(t, &pool, &client, "jane", "jane@example.com").await;
    turn(t).await;
    post.sent();
    t.ok("ForgotPassword", forgot(&client, "jane")).await;
    post.answer("jane@example.com", &[Say::Later]);
    turn(t).await;
    t.advance(7).await;
    turn(t).await;
    assert_eq!(post.sent(), ["jane@example.com forgot_password"]);
    // The code for a new password is good for an hour.
    t.ok("ForgotPassword", forgot(&client, "jane")).await;
    t.advance(61 * MINUTE).await;
    turn(t).await;
    assert!(post.tried().len() == 3 && post.sent().is_empty());
    let line = log(t).await.pop().unwrap();
    assert_eq!(line, "5 1 j***@e*** given up: what it says has ended wiped");
}

#[each_engine]
async fn what_is_refused_for_good_is_tried_once(t: &TestApp) {
    let (_, client) = email_pool(t).await;
    let post = Post::of(t);
    post.answer("jane@example.com", &[Say::Never]);
    sign_up(t, &client, "jane", "jane@example.com").await;
    turn(t).await;
    t.advance(60 * MINUTE).await;
    assert_eq!(turn(t).await, 0);
    let line = log(t).await.pop().unwrap();
    assert_eq!(line, "5 1 j***@e*** refused: 550 nobody wiped");
}

/// The order of requests holds for an address however its letters are written, and not between addresses.
#[each_engine]
async fn messages_to_one_address_keep_their_order(t: &TestApp) {
    let (_, client) = email_pool(t).await;
    let post = Post::of(t);
    post.answer("jane@example.com", &[Say::Later, Say::Later]);
    sign_up(t, &client, "jane", "jane@example.com").await;
    sign_up(t, &client, "joan", "Jane@Example.com").await;
    sign_up(t, &client, "john", "john@example.com").await;
    t.ok("ResendConfirmationCode", forgot(&client, "jane"))
        .await;
    assert_eq!(turn(t).await, 2);
    assert_eq!(post.sent(), ["john@example.com sign_up"]);
    t.advance(7).await;
    assert_eq!(turn(t).await, 1);
    assert!(post.sent().is_empty());
    t.advance(40).await;
    assert_eq!(turn(t).await, 3);
    assert_eq!(
        post.sent(),
        [
            "jane@example.com sign_up",
            "Jane@Example.com sign_up",
            "jane@example.com resend_code"
        ]
    );
}

#[each_engine]
async fn many_addresses_are_served_at_once_and_a_slow_one_holds_up_nobody(t: &TestApp) {
    let (_, client) = email_pool(t).await;
    let post = Post::of(t);
    let addresses: Vec<_> = (0..50).map(|n| format!("u{n}@example.com")).collect();
    for (n, address) in addresses.iter().enumerate() {
        post.answer(address, &[Say::Wait]);
        sign_up(t, &client, &format!("u{n}"), address).await;
    }
    let opened = async {
        while post.running() < PLACES_OF_POOL {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // All but one of the first go on; the others follow in their places.
        post.open(49);
        while post.running() > 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        post.open(1);
    };
    let mut delivery = delivery(t, "node");
    let (tries, ()) = tokio::join!(delivery.turn(), opened);
    assert_eq!(tries.unwrap(), 50);
    assert_eq!((post.at_once(), post.sent().len()), (PLACES_OF_POOL, 50));
}

/// A pool whose messages all hang does not take the places of another's.
#[each_engine]
async fn a_pool_with_a_slow_sender_holds_up_no_other_pool(t: &TestApp) {
    let (slow, _) = email_pool(t).await;
    let slow = t.app.cached_pool(&slow).await.unwrap().unwrap();
    let (_, client) = email_pool(t).await;
    let post = Post::of(t);
    let mut batch = cognate_store::Batch::new();
    for n in 0..400 {
        let value = format!("u{n}@example.com");
        post.answer(&value, &[Say::Wait]);
        let contact = cognate_domain::facts::contact::Contact::Email;
        let destination = Destination { contact, value };
        let now = t.app.clock.service();
        let (_, one) = outbox::trial(&slow, &destination, now).unwrap();
        batch.append(one);
    }
    t.app.store.commit(batch).await.unwrap();
    sign_up(t, &client, "jane", "jane@example.com").await;
    let opened = async {
        let arrived = async {
            while post.sent().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let arrived = tokio::time::timeout(Duration::from_secs(20), arrived).await;
        assert_eq!(post.running(), PLACES_OF_POOL);
        post.open(400);
        arrived.unwrap();
    };
    let mut delivery = delivery(t, "node");
    let (tries, ()) = tokio::join!(delivery.turn(), opened);
    assert_eq!(tries.unwrap(), 401);
}

/// Messages that wait behind one that cannot be delivered keep no other address waiting.
#[each_engine]
async fn what_piles_up_for_one_address_holds_up_no_other(t: &TestApp) {
    const MESSAGES: usize = 1_000;
    let (pool, _) = email_pool(t).await;
    let pool = t.app.cached_pool(&pool).await.unwrap().unwrap();
    let post = Post::of(t);
    let mut batch = cognate_store::Batch::new();
    // Behind a message that waits for an hour, more to the same address do not get into the way.
    for n in 0..MESSAGES * 2 {
        let value = match n % 2 {
            0 => format!("u{n}@example.com"),
            _ => "blocked@example.com".to_owned(),
        };
        let contact = cognate_domain::facts::contact::Contact::Email;
        let destination = Destination { contact, value };
        let now = t.app.clock.service();
        let (_, one) = outbox::trial(&pool, &destination, now).unwrap();
        batch.append(one);
    }
    t.app.store.commit(batch).await.unwrap();
    post.answer("blocked@example.com", &[Say::Later; 9]);
    assert_eq!(turn(t).await, MESSAGES + 1);
    assert_eq!(post.sent().len(), MESSAGES);
}

/// A sender with a fault, and a row that does not open, stop no other message.
#[each_engine]
async fn what_is_broken_stops_nothing_else(t: &TestApp) {
    let (_, client) = email_pool(t).await;
    let post = Post::of(t);
    for name in ["a", "b", "c", "d"] {
        sign_up(t, &client, name, &format!("{name}@example.com")).await;
    }
    post.answer("a@example.com", &[Say::Panic]);
    let spoil = "UPDATE messages SET sealed = ?1 WHERE state = 0 AND masked = 'b***@e***'";
    let batch = cognate_store::Batch::new().run(spoil, params![vec![1_u8, 2, 3]]);
    t.app.store.commit(batch).await.unwrap();
    // Another row's seal is no better.
    let swap = "UPDATE messages SET sealed = (SELECT sealed FROM messages WHERE state = 0 AND masked = 'd***@e***') \
                WHERE state = 0 AND masked = 'c***@e***'";
    let batch = cognate_store::Batch::new().run(swap, params![]);
    t.app.store.commit(batch).await.unwrap();
    turn(t).await;
    assert_eq!(post.sent(), ["d@example.com sign_up"]);
    let outbox: Vec<_> = log(t)
        .await
        .into_iter()
        .filter(|line| !line.starts_with('3'))
        .collect();
    assert_eq!(
        outbox,
        [
            "1 1 a***@e***  body",
            "5 1 b***@e*** given up: the message cannot be opened wiped",
            "5 1 c***@e*** given up: the message cannot be opened wiped",
            "4 1 d***@e*** sent by post as p-1 wiped",
        ]
    );
    // The one that broke its sender is sent when its lease has ended.
    t.advance(31).await;
    turn(t).await;
    assert_eq!(post.sent(), ["a@example.com sign_up"]);
}

#[each_engine]
async fn nothing_is_sent_for_a_user_or_a_pool_that_is_gone(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let post = Post::of(t);
    sign_up(t, &client, "jane", "jane@example.com").await;
    sign_up(t, &client, "john", "john@example.com").await;
    let jane = json!({"UserPoolId": pool, "Username": "jane"});
    t.ok("AdminDeleteUser", jane).await;
    turn(t).await;
    assert_eq!(post.sent(), ["john@example.com sign_up"]);
    sign_up(t, &client, "jill", "jill@example.com").await;
    t.ok("DeleteUserPool", json!({"UserPoolId": pool})).await;
    assert_eq!(turn(t).await, 1);
    assert!(post.sent().is_empty());
    let left = log(t).await;
    assert!(
        left.iter().all(|line| line.starts_with(['3', '4'])),
        "{left:#?}"
    );
}

/// A user who is deleted while the message is being sent leaves no row behind.
#[each_engine]
async fn a_row_that_goes_during_its_send_does_no_harm(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let post = Post::of(t);
    post.answer("jane@example.com", &[Say::Wait]);
    sign_up(t, &client, "jane", "jane@example.com").await;
    sign_up(t, &client, "john", "john@example.com").await;
    let deleted = async {
        while post.running() < 1 || post.sent().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let jane = json!({"UserPoolId": pool, "Username": "jane"});
        t.ok("AdminDeleteUser", jane).await;
        post.open(1);
    };
    let mut delivery = delivery(t, "node");
    let (tries, ()) = tokio::join!(delivery.turn(), deleted);
    assert_eq!(tries.unwrap(), 2);
    let states = ["3", "3", "4"];
    let left = log(t).await;
    assert_eq!(left.len(), 3, "{left:#?}");
    assert!(
        states
            .iter()
            .all(|state| left.iter().any(|line| line.starts_with(state)))
    );
}

/// A decoy has as many rows as a message, and they are sent to nobody.
#[each_engine]
async fn decoys_are_kept_like_messages_and_never_sent(t: &TestApp) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let client = client(t, &pool, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    let post = Post::of(t);
    confirmed(t, &pool, &client, "jane", "jane@example.com").await;
    turn(t).await;
    post.sent();
    let mut works = Vec::new();
    for name in ["jane", "nobody"] {
        let rows = log(t).await.len();
        t.hold(&pool, &client).await;
        let before = t.app.store.work();
        t.ok("ForgotPassword", forgot(&client, name)).await;
        let after = t.app.store.work();
        works.push([
            after.reads - before.reads,
            after.commits - before.commits,
            after.statements - before.statements,
            u64::try_from(log(t).await.len() - rows).unwrap(),
        ]);
    }
    assert_eq!(works[0], works[1]);
    assert_eq!(works[0][3], 2);
    turn(t).await;
    assert_eq!(post.sent(), ["jane@example.com forgot_password"]);
    let decoys = log(t).await;
    assert_eq!(
        decoys.iter().filter(|line| line.starts_with("2 0")).count(),
        2
    );
}

/// Every operation that sends is found by the delivery at once, without a look from time to time.
#[each_engine]
async fn a_commit_with_a_message_wakes_the_delivery(t: &TestApp) {
    let (_, client) = email_pool(t).await;
    let post = Post::of(t);
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running = tokio::spawn(delivery(t, "node").run(stopped));
    tokio::time::sleep(Duration::from_millis(50)).await;
    let begun = std::time::Instant::now();
    for n in 0..5 {
        sign_up(t, &client, &format!("u{n}"), &format!("u{n}@example.com")).await;
        while post.sent().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    // A stop waits for what runs.
    post.answer("slow@example.com", &[Say::Wait]);
    sign_up(t, &client, "slow", "slow@example.com").await;
    while post.running() < 1 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    stop.send_replace(true);
    sign_up(t, &client, "late", "late@example.com").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!running.is_finished());
    post.open(1);
    running.await.unwrap();
    assert_eq!(post.sent(), ["slow@example.com sign_up"]);
    let left = log(t).await;
    assert!(
        left.iter().any(|line| line.starts_with("0 0 l***")),
        "{left:#?}"
    );
    assert!(!left.iter().any(|line| line.starts_with('1')), "{left:#?}");
}
