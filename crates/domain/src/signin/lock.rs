//! The lock of the user whose answer is judged. The driver holds it from the read to the commit; what calls a function
//! of the pool hands it to the pause and gets it back.

use crate::app::event::Event;
use crate::app::gate::{Guard, Moment};
use crate::app::response::Response;
use crate::cx::Cx;
use crate::cx::pause::Call;
use crate::errors::{Result, auth};
use crate::messages::{Origin, Words};
use crate::records::pool::Pool;
use crate::users::codes::{self, Sending};

/// The lock of a step; empty in steps that judge nothing.
#[derive(Default)]
pub struct Lock<'g>(Option<Guard<'g>>);

impl<'g> Lock<'g> {
    /// Waits for the lock of a subject.
    ///
    /// # Errors
    /// NotAuthorizedException `Password attempts exceeded` when too many wait already.
    pub async fn enter(&mut self, cx: &'g Cx<'_>, pool: &Pool, subject: &str) -> Result<()> {
        let guard = cx.gates.enter(pool, subject).await;
        self.0 = Some(guard.ok_or_else(auth::password_attempts_exceeded)?);
        Ok(())
    }

    /// True if no check of the subject ended since `moment`.
    pub fn is_current_since(&self, moment: Moment) -> bool {
        self.0
            .as_ref()
            .is_some_and(|guard| guard.is_current_since(moment))
    }

    /// True if a subject is locked.
    pub fn is_held(&self) -> bool {
        self.0.is_some()
    }

    /// Makes a call to the outside, during which the subject is not locked.
    ///
    /// # Errors
    /// [`Cx::pause`].
    pub async fn pause<T, F>(&mut self, cx: &Cx<'_>, call: Call<'_>, work: F) -> Result<T>
    where
        T: Clone + Send + 'static,
        F: Future<Output = Result<T>>,
    {
        let (answer, guard) = cx.pause(self.0.take(), call, work).await?;
        self.0 = guard;
        Ok(answer)
    }

    /// Calls the pool's function for a trigger, during which the subject is not locked.
    ///
    /// # Errors
    /// [`Cx::trigger`].
    pub async fn trigger(
        &mut self,
        cx: &Cx<'_>,
        pool: &Pool,
        subject: &str,
        event: &Event,
    ) -> Result<Option<Response>> {
        let (answer, guard) = cx.trigger(self.0.take(), pool, subject, event).await?;
        self.0 = guard;
        Ok(answer)
    }

    /// Calls the pool's function that words the message of a code, during which the subject is not locked.
    ///
    /// # Errors
    /// [`codes::ask`].
    pub async fn word(
        &mut self,
        cx: &Cx<'_>,
        pool: &Pool,
        sending: &Sending<'_>,
        origin: Origin<'_>,
    ) -> Result<Option<Words>> {
        let (words, guard) = codes::ask(cx, pool, self.0.take(), sending, origin).await?;
        self.0 = guard;
        Ok(words)
    }
}
