//! The end of every step: the commit of its writes, and the work after it.

use cognate_store::{Batch, Label};

use crate::app::event::Event;
use crate::app::functions::Trigger;
use crate::app::gate::Guard;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::messages::Origin;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;

/// The rows that a step decides by and does not save: read again before the commit if the step was paused meanwhile.
#[derive(Clone, Copy)]
pub struct Basis<'a> {
    pauses: u32,
    pool: &'a Pool,
    client: Option<&'a Client>,
    user: Option<&'a User>,
}

impl<'a> Basis<'a> {
    /// Returns a pool that was read before any pause of this run.
    pub fn of(cx: &Cx<'_>, pool: &'a Pool) -> Self {
        Self {
            pauses: cx.pauses(),
            pool,
            client: None,
            user: None,
        }
    }

    /// Adds a client.
    pub fn with_client(self, client: &'a Client) -> Self {
        Self {
            client: Some(client),
            ..self
        }
    }

    /// Adds a user, whom the step does not save.
    pub fn with_user(self, user: Option<&'a User>) -> Self {
        Self { user, ..self }
    }

    /// # Errors
    /// [`Fault::Stale`] if a pause was long enough for one of the rows to change.
    async fn require_current(&self, cx: &Cx<'_>) -> Result<()> {
        if cx.pauses() == self.pauses {
            return Ok(());
        }
        let pool = cx.cached_pool(&self.pool.id).await?;
        let mut current = pool.is_some_and(|now| now.ver == self.pool.ver);
        if let Some(client) = self.client {
            let now = cx.cached_client(&client.id).await?;
            current &= now.is_some_and(|now| now.ver == client.ver);
        }
        if let Some(user) = self.user {
            let now = User::by_id(&cx.store, self.pool, &user.id).await?;
            current &= now.is_some_and(|now| now.ver == user.ver);
        }
        if current { Ok(()) } else { Err(Fault::Stale) }
    }
}

/// The end of a step behind its commit. Nothing durable is in it: a server that stops in between leaves it out.
pub enum Then {
    /// The step ends.
    Nothing,
    /// The function that the pool has for a confirmed user is called, once.
    Confirmed {
        /// The user's id.
        user_id: String,
        /// The event that the function is called with.
        event: Box<Event>,
    },
}

impl Then {
    /// Calls the function for a user who confirmed a sign-up, by whichever way.
    pub fn signed_up(origin: Origin<'_>, pool: &Pool, user: &User) -> Self {
        Self::confirmed(origin, "PostConfirmation_ConfirmSignUp", pool, user)
    }

    /// Calls the function for a user who replaced a forgotten password.
    pub fn password_replaced(origin: Origin<'_>, pool: &Pool, user: &User) -> Self {
        Self::confirmed(origin, "PostConfirmation_ConfirmForgotPassword", pool, user)
    }

    fn confirmed(origin: Origin<'_>, source: &'static str, pool: &Pool, user: &User) -> Self {
        Self::Confirmed {
            user_id: user.id.clone(),
            event: Box::new(origin.event(Trigger::PostConfirmation, source, pool, user)),
        }
    }

    async fn run(&self, cx: &Cx<'_>, pool: &Pool) -> Result<()> {
        let Self::Confirmed { user_id, event } = self else {
            return Ok(());
        };
        match cx.trigger(None, pool, user_id, event).await {
            Ok(_) => Ok(()),
            // What is committed must not run again.
            Err(Fault::Stale) => Err(Fault::Internal("stale after the commit".to_owned())),
            Err(other) => Err(other),
        }
    }
}

/// A decided step.
pub struct Step<'a, T> {
    /// The rows on which the step was decided.
    pub basis: Basis<'a>,
    /// The writes of the step.
    pub batch: Batch,
    /// The error of a requirement that is not met.
    pub conflict: Box<dyn FnOnce(Label) -> Fault + Send + 'a>,
    /// The lock under which an answer was judged, until the commit.
    pub guard: Option<Guard<'a>>,
    /// The work after the commit.
    pub then: Then,
    /// The answer of a step that is committed.
    pub answer: T,
}

impl<'a, T> Step<'a, T> {
    /// Returns a step under no lock that runs again when a requirement is not met.
    pub fn new(basis: Basis<'a>, batch: Batch, answer: T) -> Self {
        Self {
            basis,
            batch,
            conflict: Box::new(|_| Fault::Stale),
            guard: None,
            then: Then::Nothing,
            answer,
        }
    }

    /// Commits the step, unlocks the user, and does the work after the commit.
    ///
    /// # Errors
    /// [`Fault::Stale`] if a row that was read is out of date; the step's own for a requirement that is not met; the
    /// refusals of a function that is called after the commit.
    pub async fn commit(self, cx: &Cx<'_>) -> Result<T> {
        self.basis.require_current(cx).await?;
        cx.commit(self.batch, self.conflict).await?;
        drop(self.guard);
        self.then.run(cx, self.basis.pool).await?;
        Ok(self.answer)
    }
}
