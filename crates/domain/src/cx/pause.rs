//! The only way for an action to call others before it ends.
//!
//! A called service may be slow, and must not make others wait: while a call runs, the action holds neither the lock of
//! its user nor a place among the running requests. At most [`TARGET_LIMIT`] calls to one target run at once. The
//! answer is kept, so that a retry after an out-of-date row replays it instead of calling again, and the clock is read
//! again.

use crate::app::gate::Guard;
use crate::cx::Cx;
use crate::errors::{Fault, Result, auth};

/// The number of calls to one target that may run at once; more are refused without a wait.
pub const TARGET_LIMIT: usize = 64;

/// A call: its target and its reason.
#[derive(Clone, Copy, Debug)]
pub struct Call<'c> {
    /// The point of the action at which it calls, with what makes one call there differ from another: a round's number,
    /// say. One point is called once for a subject in an action, however often the action is run.
    pub point: &'c str,
    /// The id of the user whom the call is about, or the pseudonym of an unknown name.
    pub subject: &'c str,
    /// The service that is called: calls to one target share a limit.
    pub target: &'c str,
}

impl Call<'_> {
    fn name(&self) -> String {
        format!("call {}\n{}\n{}", self.target, self.point, self.subject)
    }
}

impl Cx<'_> {
    /// Makes a call from an action that holds no lock.
    ///
    /// # Errors
    /// [`Cx::pause`].
    pub async fn call<T, F>(&self, call: Call<'_>, work: F) -> Result<T>
    where
        T: Clone + Send + 'static,
        F: Future<Output = Result<T>>,
    {
        let (answer, _) = self.pause(None, call, work).await?;
        Ok(answer)
    }

    /// Makes a call: unlocks the user, returns the request's place, waits for the answer, and takes both again. A call
    /// that this action made before is answered from memory, and keeps the lock.
    ///
    /// # Errors
    /// The refusals of `work`, which are kept too. `overloaded` if the target has too many calls;
    /// NotAuthorizedException `Password attempts exceeded` if too many wait for the user's lock; [`Fault::Stale`] if
    /// another request judged the user meanwhile: the action then runs again, on rows that it reads anew and with the
    /// answer that is kept.
    pub async fn pause<'g, T, F>(
        &self,
        guard: Option<Guard<'g>>,
        call: Call<'_>,
        work: F,
    ) -> Result<(T, Option<Guard<'g>>)>
    where
        T: Clone + Send + 'static,
        F: Future<Output = Result<T>>,
    {
        type Kept<T> = std::result::Result<T, crate::errors::ApiError>;
        let name = call.name();
        if let Some(kept) = self.memory.get::<Kept<T>>(&name) {
            return Ok((kept?, guard));
        }
        let place = self.bulkheads.enter(call.target, TARGET_LIMIT);
        let place = place.ok_or_else(|| crate::errors::overloaded(self.action))?;
        let outside = guard.map(Guard::leave);
        if let Some(slot) = &self.slot {
            slot.leave();
        }
        let answer = work.await;
        drop(place);
        // Kept before anything that can fail, so that no later step makes the call happen twice.
        let answer = match answer {
            Ok(answer) => {
                self.memory.keep::<Kept<T>>(&name, Ok(answer.clone()));
                Ok(answer)
            }
            Err(Fault::Api(refusal)) => {
                self.memory.keep::<Kept<T>>(&name, Err(refusal.clone()));
                Err(Fault::Api(refusal))
            }
            Err(other) => Err(other),
        };
        if let Some(slot) = &self.slot {
            slot.enter().await;
        }
        self.read_clock();
        let answer = answer?;
        let guard = match outside {
            None => None,
            Some(outside) => {
                let again = outside.enter().await;
                let (guard, current) = again.ok_or_else(auth::password_attempts_exceeded)?;
                if !current {
                    return Err(Fault::Stale);
                }
                Some(guard)
            }
        };
        Ok((answer, guard))
    }
}
