//! The chain of the audit trail: what is linked, when, and that an untouched trail is found whole.

use cognate_domain::audit::chain::{self, Entry as Named};
use cognate_domain::audit::verify::{self, Finding, Kind, Seen};
use cognate_domain::audit::{self, Entry};
use cognate_domain::jobs::audit_chain::AuditChain;
use cognate_domain::jobs::audit_retention::AuditRetention;
use cognate_domain::jobs::runner::turn;
use cognate_store::tables::audit_links::{self, LinkRow};
use cognate_store::tables::{jobs as leases, meta};
use cognate_store::{Batch, CommitError, params};
use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;

const DAY: i64 = 86_400;

/// Returns a batch that appends a row of the time `at`.
pub(super) fn row(batch: Batch, pool: &str, at: i64) -> Batch {
    let entry = Entry {
        operation: "AdminUpdateUserAttributes",
        result: audit::DONE,
        ..Entry::default()
    };
    entry.append(batch, pool, at)
}

/// Appends `n` rows of this moment and links them.
pub(super) async fn linked(t: &TestApp, n: usize) {
    let now = t.app.clock.service();
    let pools = ["us-east-1_a", "us-east-1_b", ""];
    let pools = pools.iter().cycle().take(n);
    let batch = pools.fold(Batch::new(), |batch, pool| row(batch, pool, now));
    t.app.store.commit(batch).await.unwrap();
    turn::<AuditChain>(&t.app, "one").await.unwrap();
}

/// Returns all links, the oldest first.
pub(super) async fn links(t: &TestApp) -> Vec<LinkRow> {
    let rows = t.app.store.all(audit_links::oldest(10_000)).await.unwrap();
    audit_links::read(rows).unwrap()
}

async fn entries(t: &TestApp) -> Vec<Named> {
    let links = links(t).await;
    let entries = links
        .iter()
        .flat_map(|link| chain::decode(&link.entries).unwrap());
    entries.collect()
}

/// Checks the whole trail.
pub(super) async fn verified(
    t: &TestApp,
    pool: Option<&str>,
    heads: &[chain::Head],
) -> (Vec<Finding>, Seen) {
    let (mut findings, mut position) = (Vec::new(), None);
    loop {
        let page = verify::page(&t.app.store, &t.app.trail, pool, heads, position).await;
        let page = page.unwrap();
        findings.extend(page.findings);
        position = page.next;
        if position.is_none() {
            return (findings, page.seen);
        }
    }
}

/// Asserts that nothing is found, and returns what was looked at.
pub(super) async fn whole(t: &TestApp) -> Seen {
    let (findings, seen) = verified(t, None, &[]).await;
    assert_eq!(findings, []);
    seen
}

pub(super) async fn head(t: &TestApp) -> chain::Head {
    chain::head(&t.app.store, &t.app.trail).await.unwrap()
}

pub(super) async fn run(t: &TestApp, sql: &'static str) {
    t.app
        .store
        .commit(Batch::new().run(sql, params![]))
        .await
        .unwrap();
}

#[each_engine]
async fn every_change_is_linked_once_in_the_order_of_time(t: &TestApp) {
    assert_eq!((whole(t).await, head(t).await.number), (Seen::default(), 0));
    let made = t.ok("CreateUserPool", json!({"PoolName": "p"})).await;
    let pool = made["UserPool"]["Id"].as_str().unwrap();
    for name in ["jane", "joe"] {
        let input = json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"});
        t.ok("AdminCreateUser", input).await;
    }
    let seen = whole(t).await;
    assert_eq!((seen.rows, seen.pending, seen.links), (3, 3, 0));
    turn::<AuditChain>(&t.app, "one").await.unwrap();
    let seen = whole(t).await;
    assert_eq!((seen.rows, seen.pending, seen.links), (3, 0, 1));
    t.ok("DeleteUserPool", json!({"UserPoolId": pool})).await;
    turn::<AuditChain>(&t.app, "one").await.unwrap();
    let seen = whole(t).await;
    assert_eq!((seen.rows, seen.pending, seen.links), (4, 0, 2));
    assert_eq!(head(t).await.number, 4);
    let entries = entries(t).await;
    assert!(entries.is_sorted_by_key(|entry| entry.key.at));
    assert!(
        entries
            .iter()
            .all(|entry| entry.marks == chain::Marks::default())
    );
    // Nothing to do leaves nothing behind.
    turn::<AuditChain>(&t.app, "one").await.unwrap();
    assert_eq!(links(t).await.len(), 2);
    let left = t
        .app
        .store
        .rows(
            "SELECT kind FROM jobs WHERE kind = 'audit_chain'",
            params![],
        )
        .await
        .unwrap();
    assert!(left.is_empty());
}

#[each_engine]
async fn many_rows_are_linked_and_checked_in_portions(t: &TestApp) {
    linked(t, 1_234).await;
    let lengths: Vec<_> = links(t).await.iter().map(|link| link.n).collect();
    assert_eq!(lengths, [500, 500, 234]);
    for _ in 0..220 {
        linked(t, 1).await;
    }
    // More links than a page holds.
    let seen = whole(t).await;
    assert_eq!((seen.rows, seen.links), (1_454, 223));
    let (findings, seen) = verified(t, Some("us-east-1_b"), &[]).await;
    assert_eq!((findings.len(), seen.rows, seen.links), (0, 411, 223));
}

#[each_engine]
async fn what_commits_late_is_linked_next_and_nothing_twice(t: &TestApp) {
    let now = t.app.clock.service();
    linked(t, 3).await;
    // A row of before, as of a node whose clock is a little behind, or of a long commit.
    t.app
        .store
        .commit(row(Batch::new(), "p", now - 30_000_000))
        .await
        .unwrap();
    linked(t, 1).await;
    let entries = entries(t).await;
    assert_eq!(entries.len(), 5);
    assert_eq!(entries[3].key.at, now - 30_000_000);
    assert_eq!(whole(t).await.rows, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL"]
async fn a_commit_that_is_open_while_others_are_linked_is_linked_after_it() {
    let t = TestApp::postgres().await;
    let now = t.app.clock.service();
    let slow = row(Batch::new(), "slow", now).run("SELECT 1 FROM pg_sleep(2)", params![]);
    let store = t.app.store.clone();
    let slow = tokio::spawn(async move { store.commit(slow).await });
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    linked(&t, 5).await;
    assert!(!slow.is_finished());
    assert_eq!((head(&t).await.number, whole(&t).await.rows), (5, 5));
    slow.await.unwrap().unwrap();
    turn::<AuditChain>(&t.app, "one").await.unwrap();
    assert_eq!((head(&t).await.number, whole(&t).await.rows), (6, 6));
    assert_eq!(entries(&t).await[5].key.pool_id, "slow");
}

#[each_engine]
async fn nodes_that_write_and_link_at_once_lose_nothing(t: &TestApp) {
    let other = t.second_node().await;
    let write = async |node: &TestApp| {
        for n in 0..60_i64 {
            // Clocks that disagree.
            let at = node.app.clock.service() - n % 7 * 1_000_000;
            let batch = (0..5).fold(Batch::new(), |batch, _| row(batch, "p", at));
            node.app.store.commit(batch).await.unwrap();
        }
    };
    let link = async |node: &TestApp, name: &str| {
        for _ in 0..40 {
            turn::<AuditChain>(&node.app, name).await.unwrap();
            // Past the lease, as by a node that was held up.
            match chain::next(&node.app.store, &node.app.trail).await.unwrap() {
                Some((batch, _)) => match node.app.store.commit(batch).await {
                    Ok(_) | Err(CommitError::Conflict(audit_links::LINKED)) => {}
                    Err(other) => panic!("{other}"),
                },
                None => tokio::task::yield_now().await,
            }
        }
    };
    tokio::join!(
        write(t),
        write(&other),
        link(t, "one"),
        link(&other, "other")
    );
    run(t, "DELETE FROM jobs").await;
    turn::<AuditChain>(&t.app, "one").await.unwrap();
    let seen = whole(t).await;
    assert_eq!((seen.rows, seen.pending), (600, 0));
    let mut keys: Vec<_> = entries(t)
        .await
        .into_iter()
        .map(|entry| entry.key)
        .collect();
    assert_eq!(keys.len(), 600);
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 600);
}

#[each_engine]
async fn a_node_that_stops_while_it_links_holds_the_others_up_for_its_lease(t: &TestApp) {
    let (store, now) = (&t.app.store, t.app.clock.wall());
    store.commit(row(Batch::new(), "p", now)).await.unwrap();
    let kind = "audit_chain";
    store
        .commit(leases::add(Batch::new(), kind, "trail", ""))
        .await
        .unwrap();
    let until = now + 1_500_000;
    let lease = leases::take(store, kind, "trail", "stopped", now, until).await;
    let lease = lease.unwrap().unwrap();
    let (batch, _) = chain::next(store, &t.app.trail).await.unwrap().unwrap();
    turn::<AuditChain>(&t.app, "other").await.unwrap();
    assert!(links(t).await.is_empty());
    tokio::time::sleep(std::time::Duration::from_millis(1_600)).await;
    turn::<AuditChain>(&t.app, "other").await.unwrap();
    assert_eq!(links(t).await.len(), 1);
    // The batch that comes too late changes nothing.
    let late = store
        .commit(leases::finish(batch, &lease))
        .await
        .unwrap_err();
    assert_eq!(late, CommitError::Conflict(audit_links::LINKED));
    assert_eq!(whole(t).await.rows, 1);
}

#[each_engine]
async fn the_retention_moves_the_anchor_and_the_rest_stays_verifiable(t: &TestApp) {
    linked(t, 2_100).await;
    let (kept, old) = (head(t).await, links(t).await);
    t.advance(91 * DAY).await;
    linked(t, 7).await;
    let young = head(t).await;
    turn::<AuditRetention>(&t.app, "one").await.unwrap();
    let seen = whole(t).await;
    assert_eq!((seen.rows, seen.links), (7, 1));
    // An end that was kept is compared as long as the anchor or a link has it.
    let first = chain::Head {
        number: old[0].n,
        hash: hex::encode(&old[0].hash),
    };
    let (findings, seen) = verified(t, None, &[first, kept.clone(), young.clone()]).await;
    assert_eq!((findings, seen.heads, seen.old_heads), (vec![], 2, 1));
    // All of it: the chain goes on from the anchor.
    t.advance(91 * DAY).await;
    turn::<AuditRetention>(&t.app, "one").await.unwrap();
    assert_eq!((links(t).await.len(), head(t).await), (0, young));
    linked(t, 1).await;
    assert_eq!((whole(t).await.rows, head(t).await.number), (1, 2_108));
}

#[each_engine]
async fn a_row_that_was_forgotten_and_is_put_back_is_found(t: &TestApp) {
    linked(t, 1).await;
    let rows = t.app.store.rows(
        "SELECT pool_id, at, audit_id, doc, row_mac FROM audit",
        params![],
    );
    let row = rows.await.unwrap().remove(0).into_values();
    t.advance(91 * DAY).await;
    linked(t, 1).await;
    turn::<AuditRetention>(&t.app, "one").await.unwrap();
    let sql = "INSERT INTO audit (pool_id, at, audit_id, doc, row_mac) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    t.app
        .store
        .commit(Batch::new().run(sql, row))
        .await
        .unwrap();
    for _ in 0..2 {
        let (findings, _) = verified(t, None, &[]).await;
        let kinds: Vec<_> = findings.iter().map(|finding| finding.found).collect();
        assert_eq!(kinds, [Kind::PutBack]);
        // Nor is it taken for a new one.
        turn::<AuditChain>(&t.app, "one").await.unwrap();
    }
}

#[each_engine]
async fn without_its_anchor_nothing_is_removed_and_a_chain_is_not_begun_again(t: &TestApp) {
    linked(t, 3).await;
    t.advance(91 * DAY).await;
    let batch = meta::overwrite(Batch::new(), "audit_anchor", "{}");
    t.app.store.commit(batch).await.unwrap();
    turn::<AuditRetention>(&t.app, "one").await.unwrap_err();
    let (findings, seen) = verified(t, None, &[]).await;
    let kinds: Vec<_> = findings.iter().map(|finding| finding.found).collect();
    assert_eq!((kinds, seen.rows), (vec![Kind::NoAnchor], 3));
    // What follows is linked to what there is.
    linked(t, 1).await;
    run(t, "DELETE FROM audit_links").await;
    t.app.store.commit(row(Batch::new(), "p", 1)).await.unwrap();
    turn::<AuditChain>(&t.app, "one").await.unwrap_err();
}
