//! The bounded threads on which exponentiations and signatures run.
//!
//! An async worker that computes for a millisecond delays every connection it serves. So such work
//! is handed over to as many threads as there are cores, behind a queue of bounded length: callers
//! beyond it wait, which slows the senders down instead of filling the memory.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

type Job = Box<dyn FnOnce() + Send>;

/// A fixed set of threads for computing, and one more for work that nobody waits for.
pub struct Workers {
    front: Lane,
    background: Lane,
}

impl Workers {
    /// Starts `threads` threads (at least one). At most `queue` jobs (at least one) are accepted
    /// and not yet finished; further callers wait in the order of their arrival.
    #[must_use]
    pub fn new(threads: usize, queue: usize) -> Self {
        Self {
            front: Lane::new("crypto", threads, queue, true),
            background: Lane::new("crypto-slow", 1, queue, false),
        }
    }

    /// Runs `f` on one of the threads and returns its result. Once accepted it runs to its end even
    /// if the caller goes away; a panic inside it continues in the caller and affects no other caller.
    pub async fn run<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> T {
        self.front.run(f).await
    }

    /// Runs `f` on the one background thread, so that long work, such as making spare keys or reading
    /// what a foreigner wrote, never holds up more than its share of one core. `f` is not begun once
    /// the caller has gone away.
    pub async fn run_background<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        self.background.run(f).await
    }
}

impl std::fmt::Debug for Workers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Workers(..)")
    }
}

/// Threads that share a queue.
struct Lane {
    shared: Arc<Shared>,
    room: Arc<Semaphore>,
    /// True if accepted work runs although nobody waits for it any more.
    faithful: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    closed: bool,
}

impl Lane {
    fn new(name: &str, threads: usize, queue: usize, faithful: bool) -> Self {
        let shared = Arc::new(Shared::default());
        for _ in 0..threads.max(1) {
            let shared = Arc::clone(&shared);
            let spawned = thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || shared.work());
            crate::failure::sure(spawned, "no thread could be started");
        }
        Self {
            shared,
            room: Arc::new(Semaphore::new(queue.max(1))),
            faithful,
        }
    }

    async fn run<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> T {
        // The semaphore is never closed, so there is always a permit in the end.
        let permit = Arc::clone(&self.room).acquire_owned().await.ok();
        let (sender, receiver) = oneshot::channel();
        self.shared.push(job(f, sender, permit, self.faithful));
        match receiver.await {
            Ok(Ok(value)) => value,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => crate::failure::library_failed("a worker ended without an answer"),
        }
    }
}

/// Wraps `f` so that its answer or its panic is sent, and its place in the queue freed, whatever
/// happens.
fn job<T: Send + 'static>(
    f: impl FnOnce() -> T + Send + 'static,
    sender: oneshot::Sender<Result<T, Box<dyn Any + Send>>>,
    permit: Option<OwnedSemaphorePermit>,
    faithful: bool,
) -> Job {
    Box::new(move || {
        if !faithful && sender.is_closed() {
            return;
        }
        // Nothing that `f` captured is seen again after a panic, so it cannot be seen broken.
        let result = catch_unwind(AssertUnwindSafe(f));
        drop(permit);
        // The caller may have gone away; then nobody wants the result.
        let _ = sender.send(result);
    })
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, job: Job) {
        self.lock().jobs.push_back(job);
        self.wake.notify_one();
    }

    fn work(&self) {
        loop {
            let mut state = self.lock();
            let job = loop {
                if let Some(job) = state.jobs.pop_front() {
                    break job;
                }
                if state.closed {
                    return;
                }
                state = self
                    .wake
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            };
            drop(state);
            job();
        }
    }
}

impl Drop for Lane {
    /// Lets the threads finish the accepted work and end.
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_all();
    }
}

#[cfg(test)]
mod tests;
