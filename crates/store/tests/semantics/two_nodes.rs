//! Tests of the guarantees that two nodes of one database rely on.

use cognate_store::{Batch, CommitError, Label, Store, Value, params};

use crate::engines::on_two_nodes;

const TAKE_NAME: &str =
    "INSERT INTO logins (pool_id, name, kind, user_id) VALUES (?1, ?2, 'username', ?3)";
const NAME: &str = "SELECT user_id FROM logins WHERE pool_id = ?1 AND name = ?2";
const ADD_POOL: &str = "INSERT INTO pools (pool_id, region, state, doc, data_key, created, modified, ver) \
     VALUES (?1, 'r', 0, '{}', ?2, 0, 0, 1)";
const POOL: &str = "SELECT ver, state FROM pools WHERE pool_id = ?1";
const POOL_ACTIVE: &str = "SELECT 1 FROM pools WHERE pool_id = ?1 AND state = 0";
const DELETE_POOL: &str =
    "UPDATE pools SET state = 1, ver = ver + 1 WHERE pool_id = ?1 AND state = 0";
const BUMP: &str = "UPDATE pools SET ver = ver + 1 WHERE pool_id = ?1 AND ver = ?2";
const SPEND: &str = "INSERT INTO spent (pool_id, nonce, expires, bucket) VALUES (?1, ?2, 0, 0)";
const SPENT: &str = "SELECT count(*) FROM spent WHERE pool_id = ?1";
const ADD_GROUP: &str = "INSERT INTO client_pools (client_id, pool_id) VALUES (?1, ?2)";
const GROUPS: &str = "SELECT count(*) FROM client_pools WHERE pool_id = ?1";
const COUNT: &str = "INSERT INTO attempts (pool_id, subject, kind, n, since, last, expires, bucket) VALUES (?1, ?2, 'password', 1, 0, 0, 0, 0) \
     ON CONFLICT (pool_id, subject, kind) DO UPDATE SET n = attempts.n + 1 RETURNING n";

const TAKEN: Label = Label("taken");
const STALE: Label = Label("stale");
const POOL_GONE: Label = Label("pool_gone");

async fn number(store: &Store, sql: &'static str, params: Vec<Value>) -> i64 {
    store
        .row(sql, params)
        .await
        .unwrap()
        .unwrap()
        .int(0)
        .unwrap()
}

async fn add_pool(store: &Store) {
    let batch = Batch::new().run(ADD_POOL, params!["p", vec![0_u8]]);
    store.commit(batch).await.unwrap();
}

/// Runs `work` `times` times at once, half of it on each node.
async fn race<T, F>(
    one: &Store,
    other: &Store,
    times: u32,
    work: impl Fn(Store, u32) -> F,
) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = (0..times)
        .map(|n| {
            tokio::spawn(work(
                if n % 2 == 0 {
                    one.clone()
                } else {
                    other.clone()
                },
                n,
            ))
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

async fn a_name_taken_on_both_at_once_goes_to_one(one: &Store, other: &Store) {
    add_pool(one).await;
    for round in 0..20 {
        let answers = race(one, other, 8, |store, n| async move {
            let name = format!("name{round}");
            let user = format!("user{n}");
            // Another row first, so that losing must undo something.
            let batch = Batch::new()
                .exists(POOL_ACTIVE, params!["p"], POOL_GONE)
                .run(ADD_GROUP, params![format!("{name}-{user}"), "x"])
                .one(TAKE_NAME, params!["p", name, &user], TAKEN);
            (user, store.commit(batch).await)
        })
        .await;
        let winners: Vec<_> = answers
            .iter()
            .filter(|(_, answer)| answer.is_ok())
            .collect();
        assert_eq!(winners.len(), 1);
        for (_, answer) in answers.iter().filter(|(_, answer)| answer.is_err()) {
            assert_eq!(*answer, Err(CommitError::Conflict(TAKEN)));
        }
        for node in [one, other] {
            let row = node
                .row(NAME, params!["p", format!("name{round}")])
                .await
                .unwrap()
                .unwrap();
            assert_eq!(row.text(0).unwrap(), winners[0].0);
        }
    }
    assert_eq!(number(other, GROUPS, params!["x"]).await, 20);
}

async fn a_challenge_is_answered_once(one: &Store, other: &Store) {
    for round in 0..20 {
        let answers = race(one, other, 4, |store, _| async move {
            let batch = Batch::new().one(SPEND, params!["p", format!("nonce{round}")], STALE);
            store.commit(batch).await.is_ok()
        })
        .await;
        assert_eq!(answers.iter().filter(|won| **won).count(), 1);
    }
    assert_eq!(number(one, SPENT, params!["p"]).await, 20);
}

async fn a_version_is_used_once(one: &Store, other: &Store) {
    add_pool(one).await;
    let answers = race(one, other, 16, |store, _| async move {
        let mut tries = 0;
        loop {
            tries += 1;
            let seen = number(&store, POOL, params!["p"]).await;
            match store
                .commit(Batch::new().one(BUMP, params!["p", seen], STALE))
                .await
            {
                Ok(_) => return tries,
                Err(error) => assert_eq!(error, CommitError::Conflict(STALE)),
            }
        }
    })
    .await;
    assert_eq!(number(other, POOL, params!["p"]).await, 17);
    assert_eq!(answers.len(), 16);
}

async fn at_most_five_stays_five(one: &Store, other: &Store) {
    add_pool(one).await;
    let answers = race(one, other, 20, |store, n| async move {
        loop {
            let reads = [(POOL, params!["p"]), (GROUPS, params!["p"])];
            let read = store.read(&reads).await.unwrap();
            let (ver, count) = (read[0][0].int(0).unwrap(), read[1][0].int(0).unwrap());
            if count >= 5 {
                return false;
            }
            // The owner's version first: a node that counted the same rows is then stale.
            let batch = Batch::new().one(BUMP, params!["p", ver], STALE).one(
                ADD_GROUP,
                params![format!("g{n}"), "p"],
                TAKEN,
            );
            match store.commit(batch).await {
                Ok(_) => return true,
                Err(error) => assert_eq!(error, CommitError::Conflict(STALE)),
            }
        }
    })
    .await;
    assert_eq!(answers.iter().filter(|added| **added).count(), 5);
    assert_eq!(number(other, GROUPS, params!["p"]).await, 5);
}

async fn a_guard_holds_until_the_commit(one: &Store, other: &Store) {
    // Many insert while the pool is active; one ends the pool and counts at the same time: nothing may come after.
    for round in 0..10 {
        let pool = format!("p{round}");
        one.commit(Batch::new().run(ADD_POOL, params![&pool, vec![0_u8]]))
            .await
            .unwrap();
        let answers = race(one, other, 17, |store, n| {
            let pool = pool.clone();
            async move {
                if n == 8 {
                    let batch = Batch::new()
                        .one(DELETE_POOL, params![&pool], POOL_GONE)
                        .returning("UPDATE pools SET modified = (SELECT count(*) FROM spent WHERE pool_id = ?1) WHERE pool_id = ?1 RETURNING modified", params![&pool]);
                    let outcome = store.commit(batch).await.unwrap();
                    return outcome.first(0).unwrap().int(0).unwrap();
                }
                let batch = Batch::new()
                    .exists(POOL_ACTIVE, params![&pool], POOL_GONE)
                    .one(SPEND, params![&pool, format!("n{n}")], TAKEN);
                match store.commit(batch).await {
                    Ok(_) => -1,
                    Err(error) => {
                        assert_eq!(error, CommitError::Conflict(POOL_GONE));
                        -2
                    }
                }
            }
        })
        .await;
        let counted = *answers.iter().max().unwrap();
        assert_eq!(
            number(one, SPENT, params![&pool]).await,
            counted,
            "{answers:?}"
        );
        let inserted = answers.iter().filter(|answer| **answer == -1).count();
        assert_eq!(inserted, usize::try_from(counted).unwrap());
    }
}

async fn a_guard_of_now_refuses_what_begins_after_the_change(one: &Store, other: &Store) {
    add_pool(one).await;
    let batch = |n: &str| {
        Batch::new()
            .exists_now(POOL_ACTIVE, params!["p"], POOL_GONE)
            .one(SPEND, params!["p", n], TAKEN)
    };
    let outcome = other.commit(batch("a")).await.unwrap();
    assert_eq!(outcome.counts, [1, 1]);
    let end = Batch::new().one(DELETE_POOL, params!["p"], STALE);
    one.commit(end).await.unwrap();
    for node in [one, other] {
        let refused = node.commit(batch("b")).await;
        assert_eq!(refused, Err(CommitError::Conflict(POOL_GONE)));
    }
    assert_eq!(number(one, SPENT, params!["p"]).await, 1);
}

async fn counters_lose_nothing(one: &Store, other: &Store) {
    let mut seen = race(one, other, 64, |store, _| async move {
        let outcome = store
            .commit(Batch::new().returning(COUNT, params!["p", "u"]))
            .await
            .unwrap();
        outcome.first(0).unwrap().int(0).unwrap()
    })
    .await;
    seen.sort_unstable();
    assert_eq!(seen, (1..=64).collect::<Vec<_>>());
}

async fn batches_that_lock_in_other_orders_all_succeed(one: &Store, other: &Store) {
    for pool in ["a", "b"] {
        one.commit(Batch::new().run(ADD_POOL, params![pool, vec![0_u8]]))
            .await
            .unwrap();
    }
    let touch = "UPDATE pools SET ver = ver + 1 WHERE pool_id = ?1";
    race(one, other, 6, |store, n| async move {
        let (first, second) = if n % 2 == 0 { ("a", "b") } else { ("b", "a") };
        let batch =
            Batch::new()
                .one(touch, params![first], STALE)
                .one(touch, params![second], STALE);
        store.commit(batch).await.unwrap();
    })
    .await;
    for pool in ["a", "b"] {
        assert_eq!(number(one, POOL, params![pool]).await, 7);
    }
}

on_two_nodes!(
    a_name_taken_on_both_at_once_goes_to_one,
    a_challenge_is_answered_once,
    a_version_is_used_once,
    at_most_five_stays_five,
    a_guard_holds_until_the_commit,
    a_guard_of_now_refuses_what_begins_after_the_change,
    counters_lose_nothing,
    batches_that_lock_in_other_orders_all_succeed,
);
