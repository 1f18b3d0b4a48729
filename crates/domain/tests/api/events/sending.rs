//! Sending events to webhooks: signed, in order, at least once, each for itself.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::hash;
use cognate_domain::jobs::events::{Events, FAILING};
use cognate_store::{Batch, params};
use each_engine::each_engine;

use super::receiver::{Mood, Receiver};
use super::*;

async fn send(t: &TestApp) {
    let mut sending = Events::new(t.app.clone(), "one");
    sending.turn().await.unwrap();
}

/// Lets what rests be due.
async fn due(t: &TestApp) {
    let sql = "UPDATE event_webhooks SET due = 0";
    t.app
        .store
        .commit(Batch::new().run(sql, params![]))
        .await
        .unwrap();
}

async fn shown(t: &TestApp, pool: &str) -> Shown {
    webhooks::list(&t.app.store, &t.app.root, pool)
        .await
        .unwrap()
        .remove(0)
}

#[each_engine]
async fn events_come_signed_and_in_order_from_the_moment_of_the_webhook_on(t: &TestApp) {
    let (own, other) = (pool(t).await, pool(t).await);
    create(t, &own, "before").await;
    let receiver = Receiver::start(Mood::Status(204)).await;
    set(t, &own, &wanted(&receiver.url, &[])).await;
    for n in 0..60 {
        create(t, &own, &format!("u{n}")).await;
        create(t, &other, &format!("u{n}")).await;
    }
    link(t).await;
    send(t).await;
    let taken = receiver.taken();
    assert_eq!(taken.len(), 61);
    assert_eq!(
        kinds(&taken)[..2],
        ["cognate.webhook.set", "cognate.user.created"]
    );
    let all = events(t, &own, 0, 100).await;
    assert_eq!(taken, all[2..]);
    for came in receiver.came() {
        let header = |name: &str| came.headers[name].clone();
        assert_eq!(
            header("content-type"),
            "application/cloudevents+json; charset=utf-8"
        );
        assert_eq!(header("webhook-id"), came.event()["id"]);
        let timestamp = header("webhook-timestamp");
        let age = t.app.clock.wall() / 1_000_000 - timestamp.parse::<i64>().unwrap();
        assert!((0..60).contains(&age), "{age}");
        let signed = format!("{}.{timestamp}.{}", header("webhook-id"), came.body);
        let mac = hash::hmac_sha256(&[b's'; 32], signed.as_bytes());
        assert_eq!(
            header("webhook-signature"),
            format!("v1,{}", STANDARD.encode(mac))
        );
    }
    // Nothing comes twice.
    due(t).await;
    send(t).await;
    assert_eq!(
        (receiver.came().len(), shown(t, &own).await.place),
        (61, head(t).await)
    );
}

#[each_engine]
async fn a_webhook_takes_its_types_alone(t: &TestApp) {
    let pool = pool(t).await;
    let receiver = Receiver::start(Mood::Status(200)).await;
    set(
        t,
        &pool,
        &wanted(&receiver.url, &["cognate.group.*", "cognate.user.disabled"]),
    )
    .await;
    create(t, &pool, "jane").await;
    t.ok("CreateGroup", json!({"UserPoolId": pool, "GroupName": "g"}))
        .await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": pool, "Username": "jane"}),
    )
    .await;
    link(t).await;
    send(t).await;
    assert_eq!(
        kinds(&receiver.taken()),
        ["cognate.group.created", "cognate.user.disabled"]
    );
    // What is not for it is passed without a write for each.
    let before = t.app.store.work().commits;
    let mut sending = Events::new(t.app.clone(), "one");
    for n in 0..5 {
        create(t, &pool, &format!("u{n}")).await;
        link(t).await;
        let commits = t.app.store.work().commits;
        sending.turn().await.unwrap();
        assert_eq!(t.app.store.work().commits, commits);
    }
    assert!(t.app.store.work().commits > before);
}

#[each_engine]
async fn what_is_not_taken_comes_again_and_nothing_overtakes_it(t: &TestApp) {
    let pool = pool(t).await;
    let elsewhere = Receiver::start(Mood::Status(200)).await;
    let receiver = Receiver::start(Mood::Status(200)).await;
    set(t, &pool, &wanted(&receiver.url, &["cognate.user.created"])).await;
    let mut ids = Vec::new();
    let refusals = [
        (Mood::Status(500), "the answer has the status 500"),
        (Mood::Status(404), "the answer has the status 404"),
        (
            Mood::Redirect(elsewhere.url.clone()),
            "the answer has the status 307",
        ),
        (Mood::Status(301), "the answer has the status 301"),
        (Mood::Reset, ""),
    ];
    for (n, (mood, problem)) in refusals.into_iter().enumerate() {
        receiver.set(mood);
        ids.push(create(t, &pool, &format!("u{n}")).await);
        link(t).await;
        send(t).await;
        let now = shown(t, &pool).await;
        assert_eq!(now.failures, i64::try_from(n).unwrap() + 1);
        assert!(now.problem.contains(problem), "{}", now.problem);
        // It rests.
        let before = receiver.came().len();
        assert_eq!(before, n + 1);
        send(t).await;
        assert_eq!(receiver.came().len(), before);
        due(t).await;
    }
    assert!(
        receiver
            .came()
            .iter()
            .all(|came| came.event()["subject"] == ids[0])
    );
    assert_eq!((receiver.taken().len(), elsewhere.came().len()), (0, 0));
    // Told once.
    link(t).await;
    let all = events(t, &pool, 0, 100).await;
    let failing: Vec<_> = all
        .iter()
        .filter(|event| event["type"] == "cognate.webhook.failing")
        .collect();
    assert_eq!(failing.len(), 1, "after {FAILING}");
    assert_eq!(
        failing[0]["data"]["detail"],
        "127.0.0.1: the answer has the status 307"
    );
    receiver.set(Mood::Status(200));
    send(t).await;
    let taken = receiver.taken();
    let subjects: Vec<_> = taken
        .iter()
        .map(|event| event["subject"].as_str().unwrap())
        .collect();
    assert_eq!(subjects, ids);
    let now = shown(t, &pool).await;
    assert_eq!(
        (now.failures, now.problem.as_str(), now.place),
        (0, "", head(t).await)
    );
}

#[each_engine]
async fn a_target_that_is_dead_or_silent_holds_up_itself_alone(t: &TestApp) {
    let pool = pool(t).await;
    let silent = Receiver::start(Mood::Silent).await;
    let slow = Receiver::start(Mood::Slow(Duration::from_millis(20))).await;
    let well = Receiver::start(Mood::Status(200)).await;
    for url in [
        &silent.url,
        &slow.url,
        &well.url,
        &"http://127.0.0.1:1/".to_owned(),
    ] {
        set(t, &pool, &wanted(url, &["cognate.user.*"])).await;
    }
    for n in 0..10 {
        create(t, &pool, &format!("u{n}")).await;
    }
    link(t).await;
    let mut sending = Events::new(t.app.clone(), "one");
    let turn = tokio::time::timeout(Duration::from_secs(5), sending.turn());
    let arrived = async {
        while well.taken().len() < 10 || slow.taken().len() < 10 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        _ = turn => panic!("the silent one has held up the others"),
        () = arrived => {}
    }
    assert_eq!(silent.came().len(), 1);
}

#[each_engine]
async fn of_two_nodes_one_sends_and_the_other_goes_on_where_one_has_stopped(t: &TestApp) {
    let pool = pool(t).await;
    let receiver = Receiver::start(Mood::Slow(Duration::from_millis(5))).await;
    set(t, &pool, &wanted(&receiver.url, &["cognate.user.*"])).await;
    for n in 0..30 {
        create(t, &pool, &format!("u{n}")).await;
    }
    link(t).await;
    let other = t.second_node().await;
    let mut one = Events::new(t.app.clone(), "one");
    let mut two = Events::new(other.app.clone(), "two");
    let (first, second) = tokio::join!(one.turn(), two.turn());
    first.unwrap();
    second.unwrap();
    let all = events(t, &pool, 0, 100).await;
    let wanted: Vec<_> = all
        .into_iter()
        .filter(|event| event["type"] == "cognate.user.created")
        .collect();
    assert_eq!(receiver.taken(), wanted);
    // A node that is killed in the middle.
    receiver.set(Mood::Silent);
    create(t, &pool, "last").await;
    link(t).await;
    let killed = tokio::time::timeout(Duration::from_millis(300), one.turn()).await;
    assert!(killed.is_err());
    drop(one);
    receiver.set(Mood::Status(200));
    // Its lease is not over.
    two.turn().await.unwrap();
    assert_eq!(receiver.taken().len(), 30);
    due(t).await;
    two.turn().await.unwrap();
    assert_eq!(receiver.taken().len(), 31);
}

#[each_engine]
async fn a_replay_begins_again_behind_a_cursor(t: &TestApp) {
    let pool = pool(t).await;
    let (one, other) = (
        Receiver::start(Mood::Status(200)).await,
        Receiver::start(Mood::Status(200)).await,
    );
    set(t, &pool, &wanted(&one.url, &["cognate.user.*"])).await;
    set(t, &pool, &wanted(&other.url, &["cognate.user.*"])).await;
    for n in 0..3 {
        create(t, &pool, &format!("u{n}")).await;
    }
    link(t).await;
    send(t).await;
    assert_eq!((one.taken().len(), other.taken().len()), (3, 3));
    let cursor = one.taken()[0]["cursor"].as_str().unwrap().to_owned();
    let place = reader(t, &pool).place(&cursor).await.unwrap().unwrap();
    let n = webhooks::rewind(ground(t), &pool, Some(&one.url), place)
        .await
        .unwrap();
    send(t).await;
    assert_eq!((n, one.taken().len(), other.taken().len()), (1, 5, 3));
    assert_eq!(one.taken()[3..], one.taken()[1..3]);
    let n = webhooks::rewind(ground(t), &pool, None, 0).await.unwrap();
    send(t).await;
    assert_eq!((n, one.taken().len(), other.taken().len()), (2, 8, 6));
}

#[each_engine]
async fn a_webhook_of_another_chain_goes_on_at_the_end(t: &TestApp) {
    let pool = pool(t).await;
    let receiver = Receiver::start(Mood::Status(200)).await;
    set(t, &pool, &wanted(&receiver.url, &["cognate.user.*"])).await;
    for (n, place) in [-1, 9_999].into_iter().enumerate() {
        create(t, &pool, &format!("u{n}")).await;
        link(t).await;
        let sql = "UPDATE event_webhooks SET place = ?1";
        t.app
            .store
            .commit(Batch::new().run(sql, params![place]))
            .await
            .unwrap();
        send(t).await;
        assert_eq!(
            (receiver.came().len(), shown(t, &pool).await.place),
            (n, head(t).await)
        );
        create(t, &pool, &format!("after{n}")).await;
        link(t).await;
        send(t).await;
        assert_eq!(receiver.taken().len(), n + 1);
    }
}

#[each_engine]
async fn what_comes_behind_a_good_status_changes_nothing(t: &TestApp) {
    let pool = pool(t).await;
    let receiver = Receiver::start(Mood::Endless).await;
    set(t, &pool, &wanted(&receiver.url, &["cognate.user.created"])).await;
    create(t, &pool, "jane").await;
    link(t).await;
    send(t).await;
    let now = shown(t, &pool).await;
    assert_eq!((now.failures, now.place), (0, head(t).await));
    assert_eq!(receiver.came().len(), 1);
}

/// The rows of a trail that an older program wrote are linked after the upgrade.
#[each_engine]
async fn what_happened_before_a_webhook_is_not_sent_although_it_is_linked_later(t: &TestApp) {
    let pool = pool(t).await;
    create(t, &pool, "before").await;
    t.advance(3_600).await;
    let receiver = Receiver::start(Mood::Status(200)).await;
    let wanted = wanted(&receiver.url, &[]);
    let outbound = Some(&t.app.outbound);
    webhooks::set(ground(t), &pool, &wanted, outbound)
        .await
        .unwrap();
    create(t, &pool, "after").await;
    for _ in 0..3 {
        link(t).await;
    }
    send(t).await;
    let came = receiver.taken();
    assert_eq!(
        kinds(&came),
        ["cognate.webhook.set", "cognate.user.created"]
    );
    // Other settings change nothing about it, and whoever asks for all gets all.
    webhooks::set(ground(t), &pool, &wanted, outbound)
        .await
        .unwrap();
    webhooks::rewind(ground(t), &pool, None, 0).await.unwrap();
    link(t).await;
    send(t).await;
    let came = receiver.taken();
    assert!(kinds(&came[2..]).starts_with(&["cognate.pool.created", "cognate.user.created"]));
}

#[each_engine]
async fn webhooks_that_are_far_behind_take_turns(t: &TestApp) {
    let pool = pool(t).await;
    let one = Receiver::start(Mood::Status(200)).await;
    let other = Receiver::start(Mood::Status(200)).await;
    for receiver in [&one, &other] {
        set(t, &pool, &wanted(&receiver.url, &["cognate.user.created"])).await;
    }
    for n in 0..4 {
        create(t, &pool, &format!("u{n}")).await;
    }
    link(t).await;
    // One place, and no more than an event at a time.
    let mut sending = Events::new(t.app.clone(), "one").bounded(1, Duration::ZERO);
    let turn = async { sending.turn().await.unwrap() };
    let watch = async {
        let mut apart = 0;
        loop {
            let (first, second) = (one.taken().len(), other.taken().len());
            apart = apart.max(first.abs_diff(second));
            if (first, second) == (4, 4) {
                return apart;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let (apart, ()) = tokio::join!(watch, turn);
    assert!(
        apart <= 2,
        "one was sent {apart} events more than the other"
    );
}

#[each_engine]
async fn a_restart_of_the_server_is_no_success(t: &TestApp) {
    let pool = pool(t).await;
    let receiver = Receiver::start(Mood::Status(500)).await;
    set(t, &pool, &wanted(&receiver.url, &["cognate.user.created"])).await;
    create(t, &pool, "jane").await;
    link(t).await;
    for _ in 0..2 {
        send(t).await;
        due(t).await;
    }
    assert_eq!(shown(t, &pool).await.failures, 2);
    // Events of others pass, and the server stops before it could try.
    t.ok("CreateGroup", json!({"UserPoolId": pool, "GroupName": "g"}))
        .await;
    link(t).await;
    let mut sending = Events::new(t.app.clone(), "one");
    sending.begin_and_stop().await.unwrap();
    let now = shown(t, &pool).await;
    assert_eq!(
        (now.failures, now.problem.as_str()),
        (2, "the answer has the status 500")
    );
}
