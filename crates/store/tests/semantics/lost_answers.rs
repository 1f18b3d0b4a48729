//! A connection that is lost at each place of a batch: what is told is true, and nothing is applied twice.
//!
//! A proxy lets a number of messages through, then cuts. Either the server has not heard the rest, or it has done all and
//! its answers are lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cognate_store::{Batch, CommitError, Label, Store, params};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::engines::{postgres, postgres_url};

const PUT: &str = "INSERT INTO meta (name, value) VALUES (?1, ?2)";
const SET: &str = "UPDATE meta SET value = ?2 WHERE name = ?1";
const GET: &str = "SELECT value FROM meta WHERE name = ?1";
const COUNT: &str = "UPDATE meta SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = ?1 RETURNING value";
const CLASH: Label = Label("clash");
/// Units that a proxy never counts to.
const NEVER: usize = usize::MAX;

/// What a proxy still lets through, in units of one statement: a request with its Sync, or an answer with its
/// ReadyForQuery.
struct Cut {
    requests: AtomicUsize,
    answers: AtomicUsize,
}

impl Cut {
    fn at(&self, requests: usize, answers: usize) {
        self.requests.store(requests, Ordering::SeqCst);
        self.answers.store(answers, Ordering::SeqCst);
    }
}

/// True if one more unit may pass.
fn passes(left: &AtomicUsize) -> bool {
    let take = |left: usize| match left {
        NEVER => Some(NEVER),
        left => left.checked_sub(1),
    };
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take)
        .is_ok()
}

/// Reads a message: one byte of kind, and the length of what follows with itself.
async fn message(from: &mut (impl AsyncReadExt + Unpin)) -> Option<(u8, Vec<u8>)> {
    let kind = from.read_u8().await.ok()?;
    let length = from.read_u32().await.ok()?;
    let mut all = vec![kind];
    all.extend(length.to_be_bytes());
    let mut body = vec![0; usize::try_from(length).unwrap() - 4];
    from.read_exact(&mut body).await.ok()?;
    all.extend(body);
    Some((kind, all))
}

/// Passes messages on; true if they were cut.
async fn serve(client: &mut TcpStream, server: &str, cut: &Cut) -> Option<bool> {
    let mut server = TcpStream::connect(server).await.ok()?;
    // The first message has no kind.
    let length = client.read_u32().await.ok()?;
    let mut first = vec![0; usize::try_from(length).unwrap() - 4];
    client.read_exact(&mut first).await.ok()?;
    server.write_u32(length).await.ok()?;
    server.write_all(&first).await.ok()?;
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let requests = async {
        let mut unit = Vec::new();
        while let Some((kind, bytes)) = message(&mut from_client).await {
            unit.extend(bytes);
            // A Sync, a simple query, a password or the end.
            if !b"SQpX".contains(&kind) {
                continue;
            }
            if !passes(&cut.requests) {
                return true;
            }
            if to_server.write_all(&unit).await.is_err() {
                return false;
            }
            unit.clear();
        }
        false
    };
    let answers = async {
        let mut unit = Vec::new();
        let mut lost = false;
        while let Some((kind, bytes)) = message(&mut from_server).await {
            // The server has done what it was sent.
            let is_idle = kind == b'Z' && bytes.last() == Some(&b'I');
            unit.extend(bytes);
            // An authentication asks without a ReadyForQuery.
            if kind != b'Z' && kind != b'R' {
                continue;
            }
            lost |= !passes(&cut.answers);
            if lost && is_idle {
                return true;
            }
            if !lost && to_client.write_all(&unit).await.is_err() {
                return false;
            }
            unit.clear();
        }
        lost
    };
    tokio::select! {
        was_cut = requests => Some(was_cut),
        was_cut = answers => Some(was_cut),
    }
}

/// Returns a store behind a proxy, the proxy's cut, and a store without one.
async fn behind_a_proxy() -> Option<(Store, Arc<Cut>, Store)> {
    let url = postgres_url().await?;
    let (head, rest) = url.split_once('@')?;
    let (server, tail) = rest.split_once('/')?;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxied = format!("{head}@{}/{tail}", listener.local_addr().unwrap());
    let cut = Arc::new(Cut {
        requests: AtomicUsize::new(NEVER),
        answers: AtomicUsize::new(NEVER),
    });
    let (server, seen) = (server.to_owned(), Arc::clone(&cut));
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (server, cut) = (server.clone(), Arc::clone(&seen));
            tokio::spawn(async move {
                if serve(&mut client, &server, &cut).await == Some(true) {
                    // The next connection, which begins when this one has ended, is not cut.
                    cut.at(NEVER, NEVER);
                }
            });
        }
    });
    Some((postgres(&proxied).await, cut, postgres(&url).await))
}

async fn value(store: &Store, name: &str) -> Option<String> {
    let row = store.row(GET, params![name]).await.unwrap();
    row.map(|mut row| row.take_text(0).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_applied_once_wherever_its_connection_is_lost() {
    let Some((store, cut, other)) = behind_a_proxy().await else {
        return;
    };
    let batch = |n: usize| {
        Batch::new()
            .none(GET, params![format!("a{n}")], CLASH)
            .one(PUT, params![format!("a{n}"), "1"], CLASH)
            .exists(GET, params![format!("a{n}")], CLASH)
            .one(SET, params![format!("a{n}"), "2"], CLASH)
            .run(PUT, params![format!("b{n}"), "1"])
    };
    // BEGIN, the id, five statements and COMMIT: before each kind, and the last one before COMMIT.
    for n in [0, 1, 2, 5, 7] {
        for (requests, answers) in [(n, NEVER), (NEVER, n)] {
            let number = if requests == n { n } else { n + 50 };
            // So that everything is prepared.
            store.commit(batch(number + 100)).await.unwrap();
            cut.at(requests, answers);
            let outcome = store.commit(batch(number)).await;
            let outcome = outcome.unwrap_or_else(|error| panic!("{requests} {answers}: {error}"));
            assert_eq!(outcome.counts, [0, 1, 1, 1, 1], "{requests} {answers}");
            assert_eq!(
                value(&other, &format!("a{number}")).await.as_deref(),
                Some("2")
            );
            assert_eq!(
                value(&other, &format!("b{number}")).await.as_deref(),
                Some("1")
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conflict_is_told_only_if_nothing_was_applied() {
    let Some((store, cut, other)) = behind_a_proxy().await else {
        return;
    };
    other
        .commit(Batch::new().run(PUT, params!["there", "1"]))
        .await
        .unwrap();
    let batch = |n: usize| {
        Batch::new()
            .one(PUT, params![format!("c{n}"), "1"], Label("first"))
            .none(GET, params!["there"], CLASH)
            .one(PUT, params![format!("d{n}"), "1"], Label("later"))
    };
    let conflict = Err(CommitError::Conflict(CLASH));
    // BEGIN, the id, the three statements and COMMIT.
    for n in [0, 2, 3, 5] {
        for (requests, answers) in [(n, NEVER), (NEVER, n)] {
            assert_eq!(store.commit(batch(n)).await, conflict);
            cut.at(requests, answers);
            assert_eq!(
                store.commit(batch(n)).await,
                conflict,
                "{requests} {answers}"
            );
            assert_eq!(value(&other, &format!("c{n}")).await, None);
            assert_eq!(value(&other, &format!("d{n}")).await, None);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_were_lost_with_the_connection_are_not_made_up() {
    let Some((store, cut, other)) = behind_a_proxy().await else {
        return;
    };
    let batch = || {
        Batch::new()
            .exists(GET, params!["n"], CLASH)
            .returning(COUNT, params!["n"])
    };
    other
        .commit(Batch::new().run(PUT, params!["n", "0"]))
        .await
        .unwrap();
    let mut counted = 0;
    // The answers to BEGIN, the id and the two statements, then to COMMIT.
    for answers in 0..5 {
        store.commit(batch()).await.unwrap();
        cut.at(NEVER, answers);
        let told = store.commit(batch()).await;
        counted += 2;
        assert_eq!(value(&other, "n").await, Some(counted.to_string()));
        match told {
            Ok(outcome) => {
                assert_eq!(answers, 4, "{outcome:?}");
                assert_eq!(
                    outcome.first(0).unwrap().text(0).unwrap(),
                    counted.to_string()
                );
            }
            Err(error) => {
                assert!(answers < 4, "{error}");
                assert!(matches!(error, CommitError::Unknown(_)), "{error}");
            }
        }
    }
}
