//! A future that the threads for computing poll.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::{Job, Place, Shared};

/// It waits for something.
const IDLE: u8 = 0;
/// It stands in the queue.
const QUEUED: u8 = 1;
/// A thread polls it.
const RUNNING: u8 = 2;
/// A thread polls it, and it was woken meanwhile.
const AGAIN: u8 = 3;
/// It has ended.
const DONE: u8 = 4;

/// One future and where it stands.
pub(super) struct Task {
    state: AtomicU8,
    /// Locked by the one thread that polls; None when it has ended.
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    shared: Arc<Shared>,
}

/// Puts a future into the queue and returns where its result or its panic comes.
pub(super) fn spawn<F>(
    shared: &Arc<Shared>,
    future: F,
) -> oneshot::Receiver<thread::Result<F::Output>>
where
    F: Future<Output: Send> + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let runtime = Handle::current();
    let work = async move {
        let mut future = pin!(future);
        let result = poll_fn(|cx| {
            let _entered = runtime.enter();
            // After a panic the future is dropped and not polled again, so it cannot be seen broken.
            match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
                Err(panic) => Poll::Ready(Err(panic)),
            }
        });
        // The caller may have gone away; then nobody wants the result.
        let _ = sender.send(result.await);
    };
    shared.unfinished.fetch_add(1, Ordering::AcqRel);
    let task = Arc::new(Task {
        state: AtomicU8::new(QUEUED),
        future: Mutex::new(Some(Box::pin(work))),
        shared: Arc::clone(shared),
    });
    shared.push(Job::Task(task), Place::Back);
    receiver
}

impl Task {
    /// Polls it; called by the thread that took it out of the queue.
    pub(super) fn poll(self: Arc<Self>) {
        self.state.store(RUNNING, Ordering::Release);
        let waker = Waker::from(Arc::clone(&self));
        let mut future = self.future.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(polled) = future.as_mut() else {
            return;
        };
        // A panic that comes out here is of something that was dropped; it must not end the thread.
        let waits = catch_unwind(AssertUnwindSafe(|| {
            let polled = polled.as_mut().poll(&mut Context::from_waker(&waker));
            polled.is_pending()
        }));
        if !waits.unwrap_or(false) {
            self.state.store(DONE, Ordering::Release);
            *future = None;
            drop(future);
            self.shared.finished();
            return;
        }
        drop(future);
        let idle = self
            .state
            .compare_exchange(RUNNING, IDLE, Ordering::AcqRel, Ordering::Acquire);
        if idle.is_err() {
            // Behind the others: it may wake itself again and again.
            self.state.store(QUEUED, Ordering::Release);
            let shared = Arc::clone(&self.shared);
            shared.push(Job::Task(self), Place::Back);
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let next = |state| match state {
            IDLE => Some(QUEUED),
            RUNNING => Some(AGAIN),
            _ => None,
        };
        let before = self
            .state
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
        if before == Ok(IDLE) {
            let shared = Arc::clone(&self.shared);
            shared.push(Job::Task(self), Place::Front);
        }
    }
}
