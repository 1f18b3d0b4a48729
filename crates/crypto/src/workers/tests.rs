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

#[tokio::test]
async fn a_future_is_driven_here_from_end_to_end_with_the_runtime_of_its_caller() {
    let workers = Arc::new(Workers::new(1, 1));
    let inner = Arc::clone(&workers);
    let names = workers
        .spawn(async move {
            let name = || thread::current().name().map(str::to_owned);
            let mut names = vec![name()];
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            names.push(name());
            tokio::task::yield_now().await;
            names.push(name());
            // The one thread is this one: work that went to the queue would wait for ever.
            names.push(inner.run(name).await);
            names.push(inner.run_background(name).await);
            names.push(name());
            names.push(tokio::spawn(async move { name() }).await.unwrap());
            names
        })
        .await
        .unwrap();
    let names: Vec<_> = names.iter().map(Option::as_deref).collect();
    let here = thread::current().name().map(str::to_owned);
    let crypto = Some("crypto");
    let expected = [
        crypto,
        crypto,
        crypto,
        crypto,
        Some("crypto-slow"),
        crypto,
        here.as_deref(),
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn futures_that_wait_hold_nobody_up() {
    let workers = Arc::new(Workers::new(1, 1));
    let (release, gate) = oneshot::channel::<u8>();
    let waiting = {
        let workers = Arc::clone(&workers);
        tokio::spawn(async move { workers.spawn(async move { gate.await.unwrap() }).await })
    };
    for number in 0..100_u8 {
        assert_eq!(workers.spawn(async move { number }).await.unwrap(), number);
        assert_eq!(workers.run(move || number).await, number);
    }
    release.send(7).unwrap();
    assert_eq!(waiting.await.unwrap().unwrap(), 7);
}

#[tokio::test]
async fn a_future_goes_on_when_its_caller_goes_away() {
    let workers = Arc::new(Workers::new(1, 1));
    let (release, gate) = oneshot::channel::<()>();
    let (done, ended) = oneshot::channel::<()>();
    let waiting = {
        let workers = Arc::clone(&workers);
        tokio::spawn(async move {
            let work = async move {
                gate.await.unwrap();
                done.send(()).unwrap();
            };
            workers.spawn(work).await
        })
    };
    // The second begins after the first has come to its wait.
    workers.spawn(async {}).await.unwrap();
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    release.send(()).unwrap();
    ended.await.unwrap();
}

#[tokio::test]
async fn a_panic_of_a_future_reaches_its_caller_and_nobody_else() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let workers = Workers::new(1, 1);
    for round in 0..3_u8 {
        let failed = workers
            .spawn(async {
                tokio::task::yield_now().await;
                panic!("a test");
            })
            .await;
        let panic = failed.map(|(): ()| ()).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"a test"));
        // What a future owned is dropped with it; a panic then does not end the thread.
        let bomb = Bomb;
        let failed = workers
            .spawn(async move {
                let _bomb = bomb;
            })
            .await;
        assert_eq!(failed.unwrap_err().downcast_ref::<&str>(), Some(&"dropped"));
        assert_eq!(workers.spawn(async move { round }).await.unwrap(), round);
    }
}

#[tokio::test]
async fn ten_thousand_wakes_from_other_threads_are_not_lost() {
    let workers = Arc::new(Workers::new(2, 4));
    let mut set = JoinSet::new();
    for _ in 0..64 {
        let workers = Arc::clone(&workers);
        set.spawn(async move {
            let inner = Arc::clone(&workers);
            workers
                .spawn(async move {
                    let mut sum = 0_u32;
                    for _ in 0..200 {
                        sum += inner.run_background(|| 1).await;
                    }
                    sum
                })
                .await
                .unwrap()
        });
    }
    while let Some(sum) = set.join_next().await {
        assert_eq!(sum.unwrap(), 200);
    }
}

#[tokio::test]
async fn the_threads_are_crowded_while_something_waits_for_one() {
    let workers = Arc::new(Workers::new(1, 4));
    assert!(!workers.are_crowded());
    let (release, gate) = mpsc::channel::<()>();
    let (started, begun) = oneshot::channel();
    let first = {
        let workers = Arc::clone(&workers);
        tokio::spawn(async move {
            workers
                .run(move || {
                    started.send(()).unwrap();
                    gate.recv().unwrap();
                })
                .await;
        })
    };
    begun.await.unwrap();
    assert!(!workers.are_crowded(), "one works and none waits");
    let second = {
        let workers = Arc::clone(&workers);
        tokio::spawn(async move { workers.run(|| ()).await })
    };
    while !workers.are_crowded() {
        tokio::task::yield_now().await;
    }
    release.send(()).unwrap();
    first.await.unwrap();
    second.await.unwrap();
    assert!(!workers.are_crowded());
}

#[tokio::test]
async fn a_future_that_waits_is_finished_after_its_workers_are_gone() {
    let (release, gate) = oneshot::channel::<u8>();
    let workers = Workers::new(2, 4);
    let waiting = workers.front.shared.clone();
    let receiver = task::spawn(&waiting, async move { gate.await.unwrap() });
    workers.spawn(async {}).await.unwrap();
    drop(workers);
    release.send(7).unwrap();
    assert_eq!(receiver.await.unwrap().unwrap(), 7);
    // Then the threads end, and let go of the queue.
    while Arc::strong_count(&waiting) > 1 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}
