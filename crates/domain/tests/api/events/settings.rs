//! The commands about webhooks, and what they refuse.

use cognate_domain::{Mode, Settings};
use cognate_store::{Batch, params};
use each_engine::each_engine;

use super::*;

#[each_engine]
async fn webhooks_are_set_shown_changed_and_ended(t: &TestApp) {
    let pool = pool(t).await;
    let (one, other) = ("https://a.example.com/x?k=1", "https://b.example.com/");
    assert_eq!(
        webhooks::list(&t.app.store, &t.app.root, &pool)
            .await
            .unwrap(),
        []
    );
    let shown = set(t, &pool, &wanted(one, &["cognate.user.*"])).await;
    assert_eq!(
        shown,
        Shown {
            url: one.to_owned(),
            types: vec!["cognate.user.*".to_owned()],
            place: 1,
            failures: 0,
            problem: String::new(),
        }
    );
    set(t, &pool, &wanted(other, &[])).await;
    let again = set(t, &pool, &wanted(one, &["cognate.group.created"])).await;
    // It keeps its place.
    assert_eq!(again.place, 1);
    let mut urls: Vec<_> = webhooks::list(&t.app.store, &t.app.root, &pool)
        .await
        .unwrap();
    urls.sort_by(|one, other| one.url.cmp(&other.url));
    assert_eq!(urls.len(), 2);
    assert_eq!((urls[0].types.len(), urls[1].types.len()), (1, 0));
    webhooks::end(ground(t), &pool, one).await.unwrap();
    assert_eq!(
        webhooks::list(&t.app.store, &t.app.root, &pool)
            .await
            .unwrap()
            .len(),
        1
    );
    // Each is a change, with the host alone.
    let rows = "SELECT doc FROM audit WHERE pool_id = ?1 ORDER BY at";
    let rows = t.app.store.rows(rows, params![&pool]).await.unwrap();
    let docs: Vec<Value> = rows
        .iter()
        .map(|row| serde_json::from_str(row.text(0).unwrap()).unwrap())
        .collect();
    let seen: Vec<_> = docs[1..]
        .iter()
        .map(|doc| {
            (
                doc["operation"].as_str().unwrap(),
                doc["detail"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("SetEventWebhook", "a.example.com"),
            ("SetEventWebhook", "b.example.com"),
            ("SetEventWebhook", "a.example.com"),
            ("EndEventWebhook", "a.example.com"),
        ]
    );
    // The pool takes its webhooks with it.
    t.ok("DeleteUserPool", json!({"UserPoolId": pool})).await;
    let refused = refusal(webhooks::list(&t.app.store, &t.app.root, &pool).await);
    assert_eq!(
        refused,
        format!("ResourceNotFoundException: User pool {pool} does not exist.")
    );
}

#[each_engine]
async fn what_cannot_be_a_webhook_is_refused(t: &TestApp) {
    let pool = pool(t).await;
    let url = "https://a.example.com/";
    let refused = async |pool: &str, wanted: &Wanted| {
        refusal(webhooks::set(ground(t), pool, wanted, Some(&t.app.outbound)).await)
    };
    let bad_url = "InvalidParameterException: The URL of a webhook is one of https that this server may call.";
    for url in [
        "",
        "a.example.com",
        "ftp://a.example.com/",
        "http://a.example.com/",
        "https://user:password@a.example.com/",
        "https://a.example.com/#f",
        "https:///x",
    ] {
        assert_eq!(refused(&pool, &wanted(url, &[])).await, bad_url, "{url}");
    }
    let long = format!("{url}{}", "x".repeat(1_000));
    assert_eq!(refused(&pool, &wanted(&long, &[])).await, bad_url);
    for secret in [
        "",
        "whsec_",
        "c3Nz",
        "whsec_c3Nz",
        "whsec_not base64",
        &format!("whsec_{}", "A".repeat(100)),
    ] {
        let wanted = Wanted {
            secret: secret.to_owned(),
            ..wanted(url, &[])
        };
        let says = "InvalidParameterException: A secret of a webhook is whsec_ and 24 to 64 bytes in base64: \
                    echo whsec_$(openssl rand -base64 32)";
        assert_eq!(refused(&pool, &wanted).await, says, "{secret}");
    }
    for pattern in ["cognate.user", "cognate.nothing.*", "cognate.*.created", ""] {
        let says = format!(
            "InvalidParameterException: There is no type of events {pattern}: docs/EVENTS.md lists them."
        );
        assert_eq!(refused(&pool, &wanted(url, &[pattern])).await, says);
    }
    let many = vec!["*"; 51];
    let says = "InvalidParameterException: A webhook has at most 50 patterns of types.";
    assert_eq!(refused(&pool, &wanted(url, &many)).await, says);
    let says = "ResourceNotFoundException: User pool us-east-1_nowhere does not exist.";
    assert_eq!(refused("us-east-1_nowhere", &wanted(url, &[])).await, says);
    for n in 0..10 {
        set(t, &pool, &wanted(&format!("{url}{n}"), &[])).await;
    }
    let says = "InvalidParameterException: A user pool has at most 10 webhooks.";
    assert_eq!(refused(&pool, &wanted(url, &[])).await, says);
    let says = "InvalidParameterException: The user pool has no webhook with this URL.";
    assert_eq!(refusal(webhooks::end(ground(t), &pool, url).await), says);
    let other = super::pool(t).await;
    let of_other = format!("{url}3");
    assert_eq!(
        refusal(webhooks::rewind(ground(t), &other, Some(&of_other), 0).await),
        says
    );
    assert_eq!(
        webhooks::rewind(ground(t), &other, None, 0).await.unwrap(),
        0
    );
    assert_eq!(
        webhooks::rewind(ground(t), &pool, None, 0).await.unwrap(),
        10
    );
}

#[tokio::test]
async fn serve_sends_nothing_into_the_operators_network() {
    let t = TestApp::sqlite_with(Settings {
        mode: Mode::Serve,
        ..Settings::dev()
    })
    .await;
    let pool = pool(&t).await;
    for url in [
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://10.0.0.1/",
    ] {
        let outcome =
            webhooks::set(ground(&t), &pool, &wanted(url, &[]), Some(&t.app.outbound)).await;
        assert!(refusal(outcome).contains("may call"), "{url}");
    }
    // Where the address alone tells, the call does.
    let url = "https://127.0.0.1/";
    link(&t).await;
    let set = webhooks::set(ground(&t), &pool, &wanted(url, &[]), None).await;
    set.unwrap();
    link(&t).await;
    let mut sending = cognate_domain::jobs::events::Events::new(t.app.clone(), "one");
    sending.turn().await.unwrap();
    let shown = webhooks::list(&t.app.store, &t.app.root, &pool)
        .await
        .unwrap();
    assert_eq!((shown[0].failures, shown[0].place), (1, 1));
    let problem = &shown[0].problem;
    assert!(
        problem.contains("may be called") || problem.contains("may not be called"),
        "{problem}"
    );
}

#[each_engine]
async fn a_webhook_that_somebody_else_wrote_is_sent_nothing(t: &TestApp) {
    let (own, other) = (pool(t).await, pool(t).await);
    let receiver = receiver::Receiver::start(receiver::Mood::Status(200)).await;
    set(t, &own, &wanted(&receiver.url, &[])).await;
    // To another pool, or with another secret, types or address.
    for sql in [
        "UPDATE event_webhooks SET pool_id = ?1",
        "UPDATE event_webhooks SET doc = REPLACE(doc, 'hook', 'other') WHERE pool_id <> ?1",
        "UPDATE event_webhooks SET sealed = mac WHERE pool_id <> ?1",
        "UPDATE event_webhooks SET mac = NULL WHERE pool_id <> ?1",
    ] {
        let store = &t.app.store;
        let all = "SELECT pool_id, doc, sealed, mac FROM event_webhooks";
        let before = store
            .rows(all, params![])
            .await
            .unwrap()
            .remove(0)
            .into_values();
        store
            .commit(Batch::new().run(sql, params![&other]))
            .await
            .unwrap();
        create(t, &own, &format!("u{}", cognate_crypto::random::digits(9))).await;
        create(
            t,
            &other,
            &format!("u{}", cognate_crypto::random::digits(9)),
        )
        .await;
        link(t).await;
        let mut sending = cognate_domain::jobs::events::Events::new(t.app.clone(), "one");
        sending.turn().await.unwrap();
        assert_eq!(receiver.came().len(), 0, "{sql}");
        let back = "UPDATE event_webhooks SET pool_id = ?1, doc = ?2, sealed = ?3, mac = ?4";
        store.commit(Batch::new().run(back, before)).await.unwrap();
    }
    let mut sending = cognate_domain::jobs::events::Events::new(t.app.clone(), "one");
    sending.turn().await.unwrap();
    assert_eq!(receiver.taken().len(), 5);
    let opened = webhooks::list(&t.app.store, &other_root(), &own).await;
    assert!(matches!(opened, Err(Fault::Internal(_))));
}
