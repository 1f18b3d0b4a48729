//! Order, bounds and panics of the workers.

use super::*;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use tokio::task::JoinSet;

#[tokio::test]
async fn results_come_back_to_their_callers() {
    let workers = Arc::new(Workers::new(2, 8));
    let mut set = JoinSet::new();
    for number in 0..500_u64 {
        let workers = Arc::clone(&workers);
        set.spawn(async move { (number, workers.run(move || number * number).await) });
    }
    while let Some(done) = set.join_next().await {
        let (number, square) = done.unwrap();
        assert_eq!(square, number * number);
    }
}

#[tokio::test]
async fn work_leaves_the_thread_of_the_caller() {
    let workers = Workers::new(1, 1);
    let here = thread::current().id();
    let (there, name) = workers
        .run(|| {
            (
                thread::current().id(),
                thread::current().name().map(str::to_owned),
            )
        })
        .await;
    assert_ne!(here, there);
    assert_eq!(name.as_deref(), Some("crypto"));
    let slow = workers
        .run_background(|| thread::current().name().map(str::to_owned))
        .await;
    assert_eq!(slow.as_deref(), Some("crypto-slow"));
}

#[tokio::test]
async fn a_panic_reaches_its_caller_and_nobody_else() {
    let workers = Arc::new(Workers::new(1, 1));
    for round in 0..3 {
        let panicking = Arc::clone(&workers);
        let joined =
            tokio::spawn(async move { panicking.run(|| -> u8 { panic!("a test") }).await }).await;
        assert!(joined.unwrap_err().is_panic());
        assert_eq!(workers.run(move || round).await, round);
    }
}

#[tokio::test]
async fn no_more_jobs_are_accepted_than_the_queue_holds() {
    let workers = Arc::new(Workers::new(1, 2));
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let started = Arc::new(AtomicUsize::new(0));
    let mut set = JoinSet::new();
    let blocked = Arc::new(AtomicBool::new(false));
    let (blocker, flag) = (Arc::clone(&workers), Arc::clone(&blocked));
    set.spawn(async move {
        blocker
            .run(move || {
                flag.store(true, Ordering::SeqCst);
                let _ = gate.lock().unwrap().recv();
            })
            .await;
    });
    for _ in 0..5 {
        let (workers, started) = (Arc::clone(&workers), Arc::clone(&started));
        set.spawn(async move {
            workers
                .run(move || {
                    started.fetch_add(1, Ordering::SeqCst);
                })
                .await
        });
    }
    while workers.front.room.available_permits() > 0 {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    while !blocked.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    // One is running and blocked, one waits in the queue, the others wait outside.
    assert_eq!(workers.front.shared.lock().jobs.len(), 1);
    assert_eq!(started.load(Ordering::SeqCst), 0);
    release.send(()).unwrap();
    while set.join_next().await.is_some() {}
    assert_eq!(started.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn an_accepted_job_runs_even_if_its_caller_is_gone() {
    let workers = Arc::new(Workers::new(1, 4));
    let (release, gate) = mpsc::channel::<()>();
    let (report, reported) = mpsc::channel();
    let caller = Arc::clone(&workers);
    let task = tokio::spawn(async move {
        caller
            .run(move || {
                let _ = gate.recv();
                report.send("done").unwrap();
            })
            .await;
    });
    while workers.front.room.available_permits() == 4 {
        tokio::task::yield_now().await;
    }
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    release.send(()).unwrap();
    assert_eq!(reported.recv().unwrap(), "done");
    // Its place in the queue is free again.
    for _ in 0..8 {
        workers.run(|| ()).await;
    }
}

#[tokio::test]
async fn long_background_work_does_not_hold_up_the_front() {
    let workers = Arc::new(Workers::new(1, 4));
    let (release, gate) = mpsc::channel::<()>();
    let slow = Arc::clone(&workers);
    let background = tokio::spawn(async move { slow.run_background(move || gate.recv()).await });
    for number in 0..50 {
        assert_eq!(workers.run(move || number).await, number);
    }
    release.send(()).unwrap();
    background.await.unwrap().unwrap();
}

#[tokio::test]
async fn background_work_that_nobody_waits_for_is_not_begun() {
    let workers = Arc::new(Workers::new(1, 4));
    let (release, gate) = mpsc::channel::<()>();
    let slow = Arc::clone(&workers);
    let first = tokio::spawn(async move { slow.run_background(move || gate.recv()).await });
    while workers.background.room.available_permits() == 4 {
        tokio::task::yield_now().await;
    }
    let (begun, caller) = (Arc::new(AtomicBool::new(false)), Arc::clone(&workers));
    let flag = Arc::clone(&begun);
    let given_up = tokio::spawn(async move {
        caller
            .run_background(move || flag.store(true, Ordering::SeqCst))
            .await;
    });
    while workers.background.room.available_permits() > 2 {
        tokio::task::yield_now().await;
    }
    given_up.abort();
    assert!(given_up.await.unwrap_err().is_cancelled());
    release.send(()).unwrap();
    first.await.unwrap().unwrap();
    assert_eq!(workers.run_background(|| 1).await, 1);
    assert!(!begun.load(Ordering::SeqCst));
    // Its place in the queue is free again.
    assert_eq!(workers.background.room.available_permits(), 4);
}

#[tokio::test]
async fn dropping_the_workers_ends_their_threads() {
    let workers = Workers::new(3, 3);
    workers.run(|| ()).await;
    let shared = Arc::downgrade(&workers.front.shared);
    drop(workers);
    while shared.strong_count() > 0 {
        thread::yield_now();
    }
}
