//! Pushed authorization requests.

use cognate_domain::errors::oauth::{INVALID_REQUEST, UNAUTHORIZED_CLIENT};
use cognate_domain::oauth::pushed::{self, Pairs};
use each_engine::each_engine;

use super::flow::{CALLBACK, hosted, hosted_client, rows};
use super::*;

async fn push(t: &TestApp, client: &str, fields: &[(&str, &str)]) -> Outcome<String> {
    let cx = cx(t, Endpoint::PushedAuthorization);
    let named = named(client, None);
    let fields = || fields.iter().copied();
    run(&cx, About::default, || pushed::push(&cx, named, fields())).await
}

async fn take(t: &TestApp, client: &str, uri: &str) -> Option<Pairs> {
    let cx = cx(t, Endpoint::PushedAuthorization);
    let taken = run(&cx, About::default, || pushed::take(&cx, client, uri)).await;
    taken.unwrap()
}

const FIELDS: [(&str, &str); 5] = [
    ("response_type", "code"),
    ("redirect_uri", CALLBACK),
    ("state", "s"),
    ("client_secret", "x"),
    ("unknown", "y"),
];

#[each_engine]
async fn a_reference_is_good_once_for_its_client_and_its_time(t: &TestApp) {
    let s = hosted(t).await;
    let other = client_of(t, &s.pool, hosted_client()).await;
    for client in [s.client.as_str(), text(&other["ClientId"])] {
        standard(t, &s.pool, client).await;
    }
    let uri = answer(push(t, &s.client, &FIELDS).await);
    assert!(take(t, text(&other["ClientId"]), &uri).await.is_none());
    let kept = take(t, &s.client, &uri).await.unwrap();
    let kept: Vec<(&str, &str)> = kept.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    // Neither secrets nor what nobody knows comes back.
    let expected = [
        ("client_id", s.client.as_str()),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("state", "s"),
    ];
    assert_eq!(kept, expected);
    assert!(take(t, &s.client, &uri).await.is_none());
    let late = answer(push(t, &s.client, &FIELDS).await);
    t.advance(pushed::SECONDS).await;
    assert!(take(t, &s.client, &late).await.is_none());
    let twice = answer(push(t, &s.client, &FIELDS).await);
    let (one, two) = tokio::join!(take(t, &s.client, &twice), take(t, &s.client, &twice));
    assert!(one.is_some() != two.is_some());
}

#[each_engine]
async fn a_row_of_another_client_or_program_is_refused(t: &TestApp) {
    let s = hosted(t).await;
    assert_eq!(
        refusal(push(t, &s.client, &FIELDS).await),
        UNAUTHORIZED_CLIENT
    );
    standard(t, &s.pool, &s.client).await;
    let named = [FIELDS[0], FIELDS[1], ("client_id", "other")];
    assert_eq!(refusal(push(t, &s.client, &named).await), INVALID_REQUEST);
    let uri = answer(push(t, &s.client, &FIELDS).await);
    let sql = "UPDATE pushed_requests SET doc = replace(doc, 'app.example', 'evil.example')";
    let batch = cognate_store::Batch::new().run(sql, cognate_store::params![]);
    t.app.store.commit(batch).await.unwrap();
    let cx = cx(t, Endpoint::PushedAuthorization);
    let taken = run(&cx, About::default, || pushed::take(&cx, &s.client, &uri)).await;
    assert!(taken.is_err());
}

/// Writes what was counted for a client, as if so many had been kept.
async fn counted(t: &TestApp, client: &str, kind: &str, n: i64) {
    let sql = "UPDATE attempts SET n = ?3 WHERE subject = ?1 AND kind = ?2";
    let batch = cognate_store::Batch::new().run(sql, cognate_store::params![client, kind, n]);
    assert_eq!(t.app.store.commit(batch).await.unwrap().touched(), 1);
}

fn exceptions<T>(outcome: Outcome<T>) -> &'static str {
    outcome.err().unwrap().code.as_str()
}

#[each_engine]
async fn a_client_and_an_address_keep_so_many_requests(t: &TestApp) {
    let s = hosted(t).await;
    let proven = with(hosted_client(), json!({"GenerateSecret": true}));
    let proven = client_of(t, &s.pool, proven).await;
    let (id, secret) = (text(&proven["ClientId"]), text(&proven["ClientSecret"]));
    for client in [s.client.as_str(), id] {
        standard(t, &s.pool, client).await;
    }
    let by_secret = || async {
        let cx = cx(t, Endpoint::PushedAuthorization);
        let fields = || FIELDS.iter().copied();
        let client = named(id, Some(secret));
        run(&cx, About::default, || pushed::push(&cx, client, fields())).await
    };
    for _ in 0..200 {
        answer(push(t, &s.client, &FIELDS).await);
    }
    let refused = push(t, &s.client, &FIELDS).await;
    assert_eq!(exceptions(refused), "LimitExceededException");
    assert_eq!(rows(t, "pushed_requests", &s.pool).await, 200);
    // A client with a secret asks for all of its users from one address.
    for _ in 0..201 {
        answer(by_secret().await);
    }
    counted(t, id, "pushed requests", 10_799).await;
    answer(by_secret().await);
    assert_eq!(exceptions(by_secret().await), "LimitExceededException");
    t.advance(pushed::SECONDS + 1).await;
    answer(by_secret().await);
    answer(push(t, &s.client, &FIELDS).await);
    // Nothing of all that stays.
    t.advance(86_400).await;
    for bucket in 0..cognate_store::tables::jobs::BUCKETS {
        let now = t.app.clock.service();
        while cognate_store::tables::jobs::expire(&t.app.store, now, bucket)
            .await
            .unwrap()
            .more
        {}
    }
    assert_eq!(rows(t, "pushed_requests", &s.pool).await, 0);
    assert_eq!(rows(t, "attempts", &s.pool).await, 0);
}
