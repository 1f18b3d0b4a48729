//! The bounded threads on which exponentiations and signatures run.
//!
//! An async worker that computes for a millisecond delays every connection it serves. So such work
//! is handed over to as many threads as there are cores, behind a queue of bounded length: callers
//! beyond it wait, which slows the senders down instead of filling the memory.
//!
//! Whoever computes several times between short waits is driven on these threads as a whole
//! ([`Workers::spawn`]), which takes fewer switches between threads than to go there and back for
//! each computation.

mod task;

use std::any::Any;
use std::cell::Cell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use task::Task;

thread_local! {
    /// The address of the queue that this thread serves; 0 on every other thread. It is compared and nothing else.
    static SERVED: Cell<usize> = const { Cell::new(0) };
}

/// What stands in a queue.
enum Job {
    /// Runs once.
    Once(Box<dyn FnOnce() + Send>),
    /// Is to be polled.
    Task(Arc<Task>),
}

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
    /// On one of these threads it runs at once.
    pub async fn run<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> T {
        if self.front.is_served_here() {
            return f();
        }
        self.front.run(f).await
    }

    /// Begins to drive `future` on these threads, to its end also if the caller goes away; its timers and
    /// sockets are the caller's runtime's. For what computes and waits for short times only: a poll
    /// holds a thread up. The number of futures at once is the caller's to bound.
    ///
    /// # Errors
    /// What `future` panicked with.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn spawn<F>(&self, future: F) -> impl Future<Output = thread::Result<F::Output>> + use<F>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        // At once, so that whoever waits does not hold the state of `future`.
        let answer = task::spawn(&self.front.shared, future);
        async {
            answer.await.unwrap_or_else(|_| {
                crate::failure::library_failed("a task ended without an answer")
            })
        }
    }

    /// True while work waits for one of these threads: all of them are busy.
    #[must_use]
    pub fn are_crowded(&self) -> bool {
        self.front.shared.waiting.load(Ordering::Relaxed) > 0
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
    /// The length of the queue.
    waiting: AtomicUsize,
    /// The number of futures that have not ended, whether or not they stand in the queue.
    unfinished: AtomicUsize,
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

    /// True on one of this lane's own threads.
    fn is_served_here(&self) -> bool {
        SERVED.get() == Arc::as_ptr(&self.shared).addr()
    }

    async fn run<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> T {
        // The semaphore is never closed, so there is always a permit in the end.
        let permit = Arc::clone(&self.room).acquire_owned().await.ok();
        let (sender, receiver) = oneshot::channel();
        let job = job(f, sender, permit, self.faithful);
        self.shared.push(job, Place::Back);
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
    Job::Once(Box::new(move || {
        if !faithful && sender.is_closed() {
            return;
        }
        // Nothing that `f` captured is seen again after a panic, so it cannot be seen broken.
        let result = catch_unwind(AssertUnwindSafe(f));
        drop(permit);
        // The caller may have gone away; then nobody wants the result.
        let _ = sender.send(result);
    }))
}

/// The end of the queue at which something is added.
#[derive(Clone, Copy)]
enum Place {
    /// For what goes on: what began first also ends first.
    Front,
    /// For what begins.
    Back,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, job: Job, place: Place) {
        let mut state = self.lock();
        match place {
            Place::Front => state.jobs.push_front(job),
            Place::Back => state.jobs.push_back(job),
        }
        self.waiting.store(state.jobs.len(), Ordering::Relaxed);
        drop(state);
        self.wake.notify_one();
    }

    /// Counts one future less; the last one lets the threads of a closed lane end.
    fn finished(&self) {
        if self.unfinished.fetch_sub(1, Ordering::AcqRel) == 1 {
            // Nobody looks at the count and goes to sleep in between.
            drop(self.lock());
            self.wake.notify_all();
        }
    }

    fn work(self: &Arc<Self>) {
        SERVED.set(Arc::as_ptr(self).addr());
        loop {
            let mut state = self.lock();
            let job = loop {
                if let Some(job) = state.jobs.pop_front() {
                    self.waiting.store(state.jobs.len(), Ordering::Relaxed);
                    break job;
                }
                if state.closed && self.unfinished.load(Ordering::Acquire) == 0 {
                    return;
                }
                state = self
                    .wake
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            };
            drop(state);
            match job {
                Job::Once(job) => job(),
                Job::Task(task) => task.poll(),
            }
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
