//! The outbox: leases, the order of one destination, and the plans of its queries.

use cognate_store::tables::messages::{self as table, DEAD, Leased, NewMessage, SENT, WAITING};
use cognate_store::{Batch, Store, params};
use rusqlite::Connection;

use crate::engines::{Folder, on_each_engine, on_two_nodes, postgres, postgres_url, sqlite};

fn message(id: &str, destination: &str, due: i64) -> NewMessage {
    NewMessage {
        pool_id: "p".into(),
        message_id: id.into(),
        user_id: "u".into(),
        state: WAITING,
        due,
        sealed: vec![1, 2, 3],
        created: 1,
        destination: destination.into(),
        ends: 1_000,
        kind: "sign_up",
        medium: "EMAIL",
        masked: "j***@e***".into(),
    }
}

async fn add(store: &Store, list: &[(&str, &str, i64)]) {
    let mut batch = Batch::new();
    for (id, destination, due) in list {
        batch = table::insert(batch, message(id, destination, *due));
    }
    assert!(table::is_in(&batch));
    store.commit(batch).await.unwrap();
}

async fn due(store: &Store, now: i64) -> Vec<String> {
    let rows = store.all(table::due(now, 100, "")).await.unwrap();
    let keys = rows
        .into_iter()
        .map(|mut row| table::key_of(&mut row).unwrap().1);
    keys.collect()
}

async fn take(store: &Store, id: &str, node: &str, now: i64, until: i64) -> Option<Leased> {
    let key = ("p".to_owned(), id.to_owned());
    let batch = table::take(Batch::new(), &key, node, now, until);
    let mut outcome = store.commit(batch).await.unwrap();
    let row = outcome.rows.pop().unwrap().pop();
    row.map(|mut row| Leased::read(&mut row).unwrap())
}

async fn apply(store: &Store, batch: Batch) {
    store.commit(batch).await.unwrap();
}

async fn one_message_of_a_destination_is_due_at_a_time(store: &Store) {
    add(
        store,
        &[
            ("1", "a", 10),
            ("2", "b", 11),
            ("3", "a", 10),
            ("4", "a", 10),
        ],
    )
    .await;
    assert_eq!(due(store, 9).await, [""; 0]);
    assert_eq!(due(store, 11).await, ["1", "2"]);
    let first = take(store, "1", "one", 11, 40).await.unwrap();
    assert_eq!((first.attempts, first.ver, first.ends), (1, 2, 1_000));
    assert_eq!(first.sealed, [1, 2, 3]);
    // Nobody else gets it, and the later ones wait for it.
    assert!(take(store, "1", "two", 11, 40).await.is_none());
    assert_eq!(due(store, 39).await, ["2"]);
    apply(store, first.close(Batch::new(), SENT, "sent", 12, 500)).await;
    assert_eq!(due(store, 39).await, ["3", "2"]);
    // Two destinations of two pools are not the same.
    let other = NewMessage {
        pool_id: "q".into(),
        ..message("0", "a", 10)
    };
    apply(store, table::insert(Batch::new(), other)).await;
    assert_eq!(due(store, 39).await.len(), 3);
}

async fn a_message_that_waits_holds_the_later_ones_back(store: &Store) {
    add(store, &[("1", "a", 10), ("2", "a", 11), ("3", "b", 12)]).await;
    let first = take(store, "1", "one", 12, 40).await.unwrap();
    apply(store, first.postpone(Batch::new(), "down", 90)).await;
    assert_eq!(due(store, 89).await, ["3"]);
    // One that comes meanwhile waits as well.
    add(store, &[("4", "a", 20)]).await;
    assert_eq!(due(store, 89).await, ["3"]);
    assert_eq!(due(store, 90).await, ["3", "1"]);
    let again = take(store, "1", "two", 90, 120).await.unwrap();
    assert_eq!(again.attempts, 2);
    apply(store, again.close(Batch::new(), DEAD, "no", 91, 500)).await;
    assert_eq!(due(store, 91).await, ["3", "2"]);
    let second = take(store, "2", "one", 91, 120).await.unwrap();
    // A long wait of an earlier one is over when that one is.
    apply(store, second.postpone(Batch::new(), "down", 900)).await;
    let second = take(store, "2", "one", 900, 930).await.unwrap();
    apply(store, second.close(Batch::new(), SENT, "sent", 500, 500)).await;
    assert_eq!(due(store, 500).await, ["3", "4"]);
}

/// A message that nobody takes may be a stranger's: its recipient still gets what comes later.
async fn a_message_that_fails_again_and_again_is_in_nobody_s_way(store: &Store) {
    add(store, &[("1", "a", 10), ("2", "a", 10), ("3", "a", 10)]).await;
    for now in [10, 20, 30] {
        assert_eq!(due(store, now).await, ["1"]);
        let first = take(store, "1", "one", now, now + 30).await.unwrap();
        assert_eq!(due(store, now + 10).await, [""; 0]);
        apply(store, first.postpone(Batch::new(), "down", now + 10)).await;
    }
    // It is due as well, and the later ones still keep their order.
    assert_eq!(due(store, 39).await, ["2"]);
    assert_eq!(due(store, 40).await, ["2", "1"]);
    let second = take(store, "2", "one", 40, 70).await.unwrap();
    let first = take(store, "1", "one", 40, 70).await.unwrap();
    apply(store, first.postpone(Batch::new(), "down", 900)).await;
    assert_eq!(due(store, 69).await, [""; 0]);
    // A sender that takes one message may take the other now.
    apply(store, second.close(Batch::new(), SENT, "sent", 50, 500)).await;
    assert_eq!(due(store, 50).await, ["3", "1"]);
}

async fn a_pool_can_be_passed_over(store: &Store) {
    let other = NewMessage {
        pool_id: "q".into(),
        ..message("0", "a", 10)
    };
    apply(store, table::insert(Batch::new(), other)).await;
    add(store, &[("1", "a", 10)]).await;
    let found = async |but: &str| store.all(table::due(10, 9, but)).await.unwrap().len();
    assert_eq!([found("").await, found("p").await], [2, 1]);
}

async fn a_lease_that_has_ended_is_another_node_s(store: &Store) {
    add(store, &[("1", "a", 10)]).await;
    let first = take(store, "1", "one", 10, 40).await.unwrap();
    let held = store.commit(first.extend(Batch::new(), 60)).await.unwrap();
    assert_eq!(held.touched(), 1);
    assert_eq!(due(store, 59).await, [""; 0]);
    assert_eq!(due(store, 60).await, ["1"]);
    let second = take(store, "1", "two", 60, 90).await.unwrap();
    // The first node is too late for anything.
    for batch in [
        first.extend(Batch::new(), 99),
        first.close(Batch::new(), SENT, "sent", 61, 500),
        first.postpone(Batch::new(), "down", 500),
        first.drop_row(Batch::new(), 61),
    ] {
        assert_eq!(store.commit(batch).await.unwrap().touched(), 0);
    }
    apply(store, second.close(Batch::new(), SENT, "by two", 62, 500)).await;
    let log = table::log(store, "p", None, None, 10).await.unwrap();
    let [line] = log.as_slice() else {
        panic!("{log:?}")
    };
    assert_eq!((line.state, line.attempts, line.tried), (SENT, 2, 60));
    assert_eq!((line.outcome.as_str(), line.due), ("by two", 500));
    let body = "SELECT sealed FROM messages";
    let mut row = store.row(body, params![]).await.unwrap().unwrap();
    assert_eq!(row.take_bytes(0).unwrap(), [0_u8; 0]);
}

async fn the_log_has_no_decoys_and_the_messages_of_a_user_go_with_the_user(store: &Store) {
    let of = |id: &str, user: &str, state: i64| NewMessage {
        user_id: user.into(),
        state,
        ..message(id, "a", 10)
    };
    let mut batch = Batch::new();
    for (id, user, state) in [
        ("1", "u", WAITING),
        ("2", "v", WAITING),
        ("3", "u", table::GIVEN_UP),
        ("4", "u", table::IN_INBOX),
        ("5", "u", SENT),
    ] {
        batch = table::insert(batch, of(id, user, state));
    }
    apply(store, batch).await;
    let ids = async |user: Option<&str>, before: Option<&str>, limit: i64| {
        let log = table::log(store, "p", user, before, limit).await.unwrap();
        let ids: Vec<_> = log.into_iter().map(|line| line.message_id).collect();
        ids.join(" ")
    };
    assert_eq!(ids(None, None, 10).await, "5 4 2 1");
    assert_eq!(ids(Some("u"), None, 2).await, "5 4");
    assert_eq!(ids(Some("u"), Some("4"), 2).await, "1");
    apply(store, table::forget_user(Batch::new(), "p", "u")).await;
    assert_eq!(ids(None, None, 10).await, "4 2");
    assert_eq!(due(store, 10).await, ["2"]);
}

async fn a_message_goes_to_one_of_two_nodes(one: &Store, other: &Store) {
    for n in 0..20 {
        let id = format!("{n:02}");
        add(one, &[(id.as_str(), id.as_str(), 10)]).await;
        let (a, b) = tokio::join!(
            take(one, &id, "one", 10, 40),
            take(other, &id, "other", 10, 40)
        );
        assert_eq!(u8::from(a.is_some()) + u8::from(b.is_some()), 1);
    }
}

mod outbox {
    use super::{
        a_lease_that_has_ended_is_another_node_s,
        a_message_that_fails_again_and_again_is_in_nobody_s_way,
        a_message_that_waits_holds_the_later_ones_back, a_pool_can_be_passed_over, on_each_engine,
        one_message_of_a_destination_is_due_at_a_time,
        the_log_has_no_decoys_and_the_messages_of_a_user_go_with_the_user,
    };
    on_each_engine!(
        one_message_of_a_destination_is_due_at_a_time,
        a_message_that_waits_holds_the_later_ones_back,
        a_message_that_fails_again_and_again_is_in_nobody_s_way,
        a_pool_can_be_passed_over,
        a_lease_that_has_ended_is_another_node_s,
        the_log_has_no_decoys_and_the_messages_of_a_user_go_with_the_user,
    );
}
on_two_nodes!(a_message_goes_to_one_of_two_nodes);

/// Fills the outbox with what a busy server keeps: many rows that are not on their way, and a backlog.
async fn fill(store: &Store) {
    for part in 0..20 {
        let mut batch = Batch::new();
        for n in 0..500 {
            let n = part * 500 + n;
            let state = if n % 10 == 0 { WAITING } else { SENT };
            let row = NewMessage {
                state,
                ..message(&format!("{n:08}"), &format!("d{}", n % 3_000), n)
            };
            batch = table::insert(batch, row);
        }
        apply(store, batch).await;
    }
}

/// The statements of the delivery, with values for `EXPLAIN`.
fn explained(dollar: bool) -> Vec<String> {
    let source = include_str!("../../src/tables/messages.rs");
    let statements = crate::catalogue::statements(source);
    let of_delivery = |sql: &String| sql.contains("state < 2") || sql.contains("owner = ?3");
    let values = |sql: String| {
        let sql = sql
            .replace("owner = ?3", "owner = 'n'")
            .replace("m.due <= ?1", "m.due <= 5000")
            .replace("m.pool_id <> ?3", "m.pool_id <> 'q'")
            .replace("LIMIT ?2", "LIMIT 128")
            .replace("due < ?3", "due < 90")
            .replace("due > ?3", "due > 90")
            .replace("due = ?3", "due = 90");
        let sql = sql.replace("outcome = ?7, sealed = ?8", "outcome = '', sealed = ''");
        let sql = sql.replace("due = ?5, outcome = ?6", "due = 5, outcome = ''");
        let sql = sql
            .replace("state = ?5, due = ?6", "state = 4, due = 5")
            .replace("due = ?4, tried = ?5", "due = 4, tried = 5")
            .replace("due <= ?5", "due <= 5")
            .replace("due = ?5", "due = 5")
            .replace("ver = ?4", "ver = 4")
            .replace("?1", "'p'")
            .replace("?2", "'d10'");
        if dollar {
            sql.replace("sealed = ''", "sealed = ''::bytea")
        } else {
            sql
        }
    };
    let all: Vec<_> = statements
        .into_iter()
        .filter(of_delivery)
        .map(values)
        .collect();
    assert!(
        all.len() >= 8 && all.iter().all(|sql| !sql.contains('?')),
        "{all:#?}"
    );
    all
}

#[tokio::test]
async fn sqlite_finds_messages_on_their_way_by_their_own_indexes() {
    let folder = Folder::new();
    let store = sqlite(&folder).await;
    fill(&store).await;
    let connection = Connection::open(folder.path().join("test.db")).unwrap();
    for sql in explained(false) {
        let mut plan = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let steps: Vec<String> = plan
            .query_map([], |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        for step in steps {
            let known = [
                "messages_on_their_way",
                "messages_in_order",
                "sqlite_autoindex_messages_1",
                "SUBQUERY",
            ];
            let found = known.iter().any(|name| step.contains(name));
            assert!(found && !step.contains("TEMP B-TREE"), "{sql}: {step}");
        }
    }
    store.close().await;
}

#[tokio::test]
async fn postgresql_finds_messages_on_their_way_by_their_own_indexes() {
    let Some(url) = postgres_url().await else {
        return;
    };
    let store = postgres(&url).await;
    fill(&store).await;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client.batch_execute("ANALYZE messages").await.unwrap();
    for sql in explained(true) {
        let plan = client
            .simple_query(&format!("EXPLAIN {sql}"))
            .await
            .unwrap();
        let steps: Vec<_> = plan
            .iter()
            .filter_map(|line| match line {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            })
            .collect();
        let steps = steps.join("\n");
        assert!(steps.contains("Index"), "{sql}\n{steps}");
        for slow in ["Seq Scan", "Hash", "Sort"] {
            assert!(!steps.contains(slow), "{sql}\n{steps}");
        }
    }
    store.close().await;
}
