//! The sign-in lockout (auth.md 2.10): five wrong passwords, then a delay that doubles; the same for unknown names.

use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::signin::*;

async fn wrong(t: &TestApp, client: &str, name: &str) -> (String, String) {
    t.call("InitiateAuth", by_password(client, name, "wrong"))
        .await
        .unwrap_err()
}

/// Sends nine wrong passwords, each at the end of the lock before: sixteen seconds of lock follow, enough for a slow
/// machine.
async fn lock(t: &TestApp, client: &str, name: &str) {
    for pause in [0, 0, 0, 0, 1, 2, 4, 8, 0] {
        assert_eq!(wrong(t, client, name).await, refusal(WRONG));
        t.advance(pause).await;
    }
}

/// Returns how many of the answers are wrong passwords, and how many the lock.
fn tally(answers: &[(String, String)]) -> (usize, usize) {
    let count = |pair| {
        answers
            .iter()
            .filter(|answer| **answer == refusal(pair))
            .count()
    };
    assert_eq!(count(WRONG) + count(LOCKED), answers.len(), "{answers:?}");
    (count(WRONG), count(LOCKED))
}

#[each_engine]
async fn the_fifth_wrong_password_locks_for_a_second_and_each_further_one_twice_as_long(
    t: &TestApp,
) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let mut locks = Vec::new();
    for lock in [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900] {
        assert_eq!(wrong(t, &s.client, "jane").await, refusal(WRONG));
        let sql = "SELECT since, last FROM attempts WHERE pool_id = ?1";
        let row = t
            .app
            .store
            .row(sql, cognate_store::params![&s.pool])
            .await
            .unwrap()
            .unwrap();
        locks.push((row.int(0).unwrap() - row.int(1).unwrap()).max(0) / 1_000_000);
        t.advance(lock).await;
    }
    assert_eq!(
        locks,
        [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]
    );
}

#[each_engine]
async fn nothing_counts_or_gets_in_during_the_lock_and_success_forgets_the_failures(t: &TestApp) {
    for s in [
        site(t).await,
        site_with(
            t,
            json!({}),
            json!({"PreventUserExistenceErrors": "ENABLED"}),
        )
        .await,
    ] {
        user(t, &s.pool, "jane").await;
        lock(t, &s.client, "jane").await;
        t.refused(
            "InitiateAuth",
            by_password(&s.client, "jane", PASSWORD),
            LOCKED.0,
            LOCKED.1,
        )
        .await;
        assert_eq!(
            Srp::start(t, &s.client, "jane").await.err().unwrap(),
            refusal(LOCKED)
        );
        assert_eq!(wrong(t, &s.client, "jane").await, refusal(LOCKED));
        t.advance(16).await;
        sign_in(t, &s.client, "jane").await;
        for _ in 0..4 {
            assert_eq!(wrong(t, &s.client, "jane").await, refusal(WRONG));
        }
        sign_in(t, &s.client, "jane").await;
    }
}

#[each_engine]
async fn nobody_is_locked_like_a_user_where_existence_is_hidden(t: &TestApp) {
    let s = site_with(
        t,
        json!({}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    lock(t, &s.client, "nobody").await;
    assert_eq!(wrong(t, &s.client, "nobody").await, refusal(LOCKED));
    assert_eq!(
        Srp::start(t, &s.client, "nobody").await.err().unwrap(),
        refusal(LOCKED)
    );
    assert_eq!(wrong(t, &s.client, "another").await, refusal(WRONG));
    t.advance(16).await;
    assert_eq!(wrong(t, &s.client, "nobody").await, refusal(WRONG));
    // The table holds no typed text.
    let sql = "SELECT subject FROM attempts WHERE pool_id = ?1";
    let rows = t
        .app
        .store
        .rows(sql, cognate_store::params![&s.pool])
        .await
        .unwrap();
    assert!(rows.iter().all(|row| row.text(0).unwrap().len() == 64));
}

#[each_engine]
async fn srp_failures_count_together_with_password_failures(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    for round in 0..5 {
        if round % 2 == 0 {
            let started = Srp::start(t, &s.client, "jane").await.unwrap();
            let input = verify(&s.client, started.responses(&s.pool, "wrong"));
            t.refused("RespondToAuthChallenge", input, WRONG.0, WRONG.1)
                .await;
        } else {
            assert_eq!(wrong(t, &s.client, "jane").await, refusal(WRONG));
        }
    }
    t.refused(
        "InitiateAuth",
        by_password(&s.client, "jane", PASSWORD),
        LOCKED.0,
        LOCKED.1,
    )
    .await;
}

#[each_engine]
async fn a_lock_closes_challenges_that_were_open(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    let open = Srp::start(t, &s.client, "jane").await.unwrap();
    lock(t, &s.client, "jane").await;
    let input = verify(&s.client, open.responses(&s.pool, PASSWORD));
    t.refused("RespondToAuthChallenge", input.clone(), LOCKED.0, LOCKED.1)
        .await;
    t.advance(16).await;
    t.ok("RespondToAuthChallenge", input).await;
}

#[each_engine]
async fn fifteen_quiet_minutes_forget_the_failures(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    for _ in 0..4 {
        assert_eq!(wrong(t, &s.client, "jane").await, refusal(WRONG));
    }
    t.advance(15 * 60).await;
    for _ in 0..5 {
        assert_eq!(wrong(t, &s.client, "jane").await, refusal(WRONG));
    }
    assert_eq!(wrong(t, &s.client, "jane").await, refusal(LOCKED));
}

#[each_engine]
async fn aliases_share_one_lock(t: &TestApp) {
    let s = site_with(t, json!({"AliasAttributes": ["email"]}), json!({})).await;
    let attributes = json!([
        {"Name": "email", "Value": "jane@example.com"}, {"Name": "email_verified", "Value": "true"},
    ]);
    let sub = user_with(t, &s.pool, "jane", attributes).await;
    for name in ["jane", "jane@example.com", &sub, "jane", "jane@example.com"] {
        assert_eq!(wrong(t, &s.client, name).await, refusal(WRONG));
    }
    for name in ["jane", "jane@example.com", &sub] {
        t.refused(
            "InitiateAuth",
            by_password(&s.client, name, PASSWORD),
            LOCKED.0,
            LOCKED.1,
        )
        .await;
    }
}

#[each_engine]
async fn sixty_four_guesses_at_once_get_five_judged(t: &TestApp) {
    let s = site_with(
        t,
        json!({"AliasAttributes": ["email"]}),
        json!({"PreventUserExistenceErrors": "ENABLED"}),
    )
    .await;
    let attributes = json!([
        {"Name": "email", "Value": "jane@example.com"}, {"Name": "email_verified", "Value": "true"},
    ]);
    user_with(t, &s.pool, "jane", attributes).await;
    let app = &t.app;
    for names in [["jane", "jane@example.com"], ["nobody", "nobody"]] {
        let guesses = (0..64).map(|n| wrong(t, &s.client, names[n % 2]));
        let answers = futures(guesses).await;
        let (judged, locked) = tally(&answers);
        assert!(
            (1..=5).contains(&judged) && locked >= 59,
            "{judged} {locked}"
        );
        // Whatever the order was, the failures that were answered are the failures that were counted.
        let sql = "SELECT n FROM attempts WHERE pool_id = ?1 AND kind = 'password' ORDER BY last DESC LIMIT 1";
        let row = app
            .store
            .row(sql, cognate_store::params![&s.pool])
            .await
            .unwrap()
            .unwrap();
        assert_eq!(usize::try_from(row.int(0).unwrap()).unwrap(), judged);
    }
}

#[each_engine]
async fn a_right_guess_behind_the_lock_stays_outside(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    for _ in 0..4 {
        wrong(t, &s.client, "jane").await;
    }
    // One guess is left; two more and the right one race for it.
    let right = t.call("InitiateAuth", by_password(&s.client, "jane", PASSWORD));
    let (a, b, right) = tokio::join!(
        wrong(t, &s.client, "jane"),
        wrong(t, &s.client, "jane"),
        right
    );
    match right {
        Ok(_) => assert_eq!((a, b), (refusal(WRONG), refusal(WRONG))),
        Err(refused) => {
            assert_eq!(refused, refusal(LOCKED));
            assert_eq!(tally(&[a, b]), (1, 1));
        }
    }
}

/// Runs all of them at the same time.
async fn futures<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut running: Vec<_> = all.map(Box::pin).collect();
    let mut done: Vec<Option<T>> = running.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        let mut waiting = false;
        for (future, slot) in running.iter_mut().zip(&mut done) {
            if slot.is_none() {
                match future.as_mut().poll(cx) {
                    std::task::Poll::Ready(value) => *slot = Some(value),
                    std::task::Poll::Pending => waiting = true,
                }
            }
        }
        if waiting {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    })
    .await;
    done.into_iter().flatten().collect()
}
