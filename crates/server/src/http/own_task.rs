//! The work of a request, in a slot and a task of its own, and the threads that drive it.

use std::sync::Arc;
use std::thread;

use cognate_crypto::workers::Workers;
use cognate_domain::Slot;
use cognate_domain::app::App;
use cognate_shapes::Op;
use tokio::task::JoinHandle;

use crate::http::limits::Load;

/// The reason why a request's work has no result.
pub enum Unfinished {
    /// All slots stayed taken.
    Busy,
    /// The work panicked; the log says where.
    Panicked,
}

/// Does the work of a request in one of the slots and in a task of its own, so that a client that goes away cannot stop it
/// between its steps (a failed password that is never counted), and a panic ends in an answer.
pub async fn in_own_task<T: Send + 'static, F>(
    load: &Load,
    request_id: &str,
    place: Place,
    work: impl FnOnce(Slot) -> F + Send + 'static,
) -> Result<T, Unfinished>
where
    F: Future<Output = T> + Send + 'static,
{
    let Some(slot) = load.enter().await else {
        return Err(Unfinished::Busy);
    };
    let task = async move {
        // Begun here, so that its state is not moved.
        let result = work(slot.clone()).await;
        drop(slot);
        result
    };
    match begin(place, task) {
        Begun::Async(task) => task.await.map_err(|panic| {
            tracing::error!(%request_id, %panic, "a request panicked");
            Unfinished::Panicked
        }),
        Begun::Computing(answer) => answer.await.map_err(|panic| {
            let panic = panic.downcast_ref::<&str>().copied();
            tracing::error!(%request_id, panic, "a request panicked");
            Unfinished::Panicked
        }),
    }
}

/// A task that was begun, and where its answer comes.
enum Begun<T, A> {
    Async(JoinHandle<T>),
    Computing(A),
}

/// Begins a task. A function of its own, so that whoever waits does not hold the task's state as well.
fn begin<F>(
    place: Place,
    task: F,
) -> Begun<F::Output, impl Future<Output = thread::Result<F::Output>>>
where
    F: Future<Output: Send> + Send + 'static,
{
    match place {
        Place::Async => Begun::Async(tokio::spawn(task)),
        Place::Computing(workers) => Begun::Computing(workers.spawn(task)),
    }
}

/// The threads that drive a request.
pub enum Place {
    /// Those of all connections.
    Async,
    /// Those for cryptography: what computes several times is done there from end to end, with three switches between
    /// threads in the place of six for a sign-in.
    Computing(Arc<Workers>),
}

impl Place {
    /// Returns where a request that computes is driven. Where each read waits for a connection, which the async threads
    /// serve, it would be switched there and back for each.
    pub fn of_computing(app: &App) -> Self {
        match app.store.reads_inline() {
            true => Self::Computing(Arc::clone(&app.workers)),
            false => Self::Async,
        }
    }
}

/// True for operations that mostly verify, derive or sign.
pub fn computes(op: Op) -> bool {
    matches!(
        op,
        Op::InitiateAuth
            | Op::AdminInitiateAuth
            | Op::RespondToAuthChallenge
            | Op::AdminRespondToAuthChallenge
            | Op::GetTokensFromRefreshToken
            | Op::SignUp
            | Op::ConfirmForgotPassword
            | Op::ChangePassword
            | Op::AdminSetUserPassword
            | Op::AdminCreateUser
            | Op::GetDerivedToken
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::sync::oneshot;

    fn places() -> [Place; 2] {
        let workers = Arc::new(Workers::new(1, 4));
        [Place::Async, Place::Computing(workers)]
    }

    #[tokio::test]
    async fn work_goes_on_without_its_client_and_keeps_its_slot() {
        for place in places() {
            goes_on_without_its_client_and_keeps_its_slot(place).await;
        }
    }

    async fn goes_on_without_its_client_and_keeps_its_slot(place: Place) {
        let load = Arc::new(Load::default());
        let (go_on, gate) = oneshot::channel::<()>();
        let (done, ended) = oneshot::channel();
        let work = move |_| async move {
            gate.await.unwrap();
            done.send(()).unwrap();
        };
        let client = in_own_task(&load, "r", place, work);
        // The client waits for a while and goes away.
        assert!(
            tokio::time::timeout(Duration::from_millis(20), client)
                .await
                .is_err()
        );
        let empty = tokio::time::timeout(Duration::from_millis(20), load.empty());
        assert!(empty.await.is_err());
        go_on.send(()).unwrap();
        ended.await.unwrap();
        load.empty().await;
    }

    #[tokio::test]
    async fn a_panic_ends_in_an_answer_and_frees_the_slot() {
        let load = Load::default();
        for place in places().into_iter().chain(places()) {
            let work = |_| async { panic!("of a test") };
            let outcome: Result<(), Unfinished> = in_own_task(&load, "r", place, work).await;
            assert!(matches!(outcome, Err(Unfinished::Panicked)));
            load.empty().await;
        }
        for place in places() {
            let Ok(answer) = in_own_task(&load, "r", place, |_| async { 7 }).await else {
                panic!("no answer");
            };
            assert_eq!(answer, 7);
        }
    }
}
