//! The decisions of a step. A challenge's module returns a verdict and changes nothing; the driver acts on it.

use cognate_store::tables::{guards, sessions};
use cognate_store::{Batch, Label};

use crate::attempts::{FailedAttempts, Subject};
use crate::cx::Cx;
use crate::errors::{self, ApiError, Fault, Result, auth};
use crate::facts::factor::{Factor, Proven};
use crate::records::auth_event::EventRisk;
use crate::records::login::{self, Name};
use crate::records::pool::Pool;
use crate::records::risk_profile::ProfileRecord;
use crate::records::user::{self, User};
use crate::signin::At;
use crate::signin::candidate::{Candidate, state_refusal};
use crate::signin::challenge::Challenge;
use crate::signin::event::AuthEvent;
use crate::signin::further::Further;
use crate::signin::state::{Expected, SignInState, Start};
use crate::threats::decided::Decided;
use crate::users::codes;

/// The way in which a second right answer to the same challenge is refused.
#[derive(Clone, Debug)]
pub enum Replay {
    /// Nothing could be used twice.
    None,
    /// A SECRET_BLOCK, which the right answer spends.
    Srp {
        /// The nonce of the block.
        nonce: String,
        /// The end of the block, in microseconds.
        expires: i64,
    },
    /// A session, which the right answer spends.
    Session {
        /// The nonce of the session.
        nonce: String,
        /// The end of the session, in microseconds.
        expires: i64,
    },
}

impl Replay {
    /// Adds to the batch of the right answer that the challenge is used up.
    pub fn spend(&self, batch: Batch, pool: &Pool) -> Batch {
        match self {
            Self::None => batch,
            Self::Srp { nonce, expires } | Self::Session { nonce, expires } => {
                sessions::spend(batch, &pool.id, nonce, *expires)
            }
        }
    }

    /// Returns the refusal of a second right answer.
    pub fn spent(&self) -> ApiError {
        match self {
            Self::None | Self::Srp { .. } => auth::incorrect_password(),
            Self::Session { .. } => auth::session_used(),
        }
    }

    /// Maps the label of a failed requirement. All but the spent challenge mean that a row was changed since it was
    /// read, so that the action runs again.
    pub fn conflict(&self, cx: &Cx<'_>, at: At<'_>, label: Label) -> Fault {
        match label {
            sessions::SPENT => self.spent().into(),
            guards::POOL_GONE | guards::POOL_RESHAPED => {
                cx.cache.forget(&at.pool.id, Some(&at.client.id));
                Fault::Stale
            }
            codes::TOO_MANY => errors::challenges::too_many_codes(cx.action).into(),
            other => {
                let otherwise = login::taken_otherwise(other).map(Name::as_str);
                match user::taken_alias(other).or(otherwise) {
                    Some(attribute) => errors::users::alias_exists(cx.action, attribute).into(),
                    None => Fault::Stale,
                }
            }
        }
    }
}

/// A step of a sign-in that is being judged.
pub struct Step {
    /// The state of the sign-in.
    pub state: SignInState,
    /// The user; None for an unknown name. No answer is right then, and none may cost less.
    pub user: Option<User>,
    /// Wrong answers so far.
    pub tally: FailedAttempts,
    /// The refusal of a second right answer.
    pub replay: Replay,
    /// What threat protection knows of the user, or of the one as whom an unknown name is judged, where it was read with
    /// the user.
    pub profile: Option<Box<ProfileRecord>>,
    /// What else was read with the user.
    pub further: Box<Further>,
}

impl Step {
    /// Returns the first step of a sign-in.
    pub fn first(at: At<'_>, candidate: Candidate, start: Start) -> Self {
        let username = candidate.username(at.pool);
        let typed = &candidate.typed;
        let state = match &candidate.user {
            Some(user) => SignInState::of_user(at, user, typed, start, Proven::default()),
            None => {
                let subject = candidate.tally.subject().as_str();
                SignInState::of_unknown(at, subject, &username, typed, start)
            }
        };
        Self {
            state,
            user: candidate.user,
            tally: candidate.tally,
            replay: Replay::None,
            profile: candidate.profile,
            further: candidate.further,
        }
    }

    /// Returns the user.
    ///
    /// # Errors
    /// `Invalid session for the user.` for an unknown name.
    pub fn known(&self) -> Result<&User> {
        Ok(self.user.as_ref().ok_or_else(auth::session_invalid)?)
    }

    /// [`refuse_state`] of the user.
    ///
    /// # Errors
    /// The state's exception.
    pub fn refuse_state(&self, at: At<'_>) -> Judged<()> {
        refuse_state(at, self.user.as_ref())
    }

    /// Begins the batch of a step that proves nothing new: the pool, the user and the wrong answers must be as they
    /// were read.
    pub fn require_unchanged(&self, at: At<'_>, writes: Batch) -> Result<Batch> {
        let user = self.known()?;
        let batch = require_pool(at.pool, &writes);
        let batch = guards::require_user_unchanged(batch, &at.pool.id, &user.id, user.ver);
        Ok(self.tally.require_unchanged(batch.extend(writes), at.pool))
    }

    /// Returns the sign-in after a right answer, and the batch of that answer.
    ///
    /// # Errors
    /// `Invalid session for the user.` for an unknown name, for which no answer is right.
    pub fn complete(self, at: At<'_>, pass: Pass) -> Result<(Authenticated, Batch)> {
        // A right answer ends the row of wrong ones to the same factor.
        let writes = match self.state.expected.guess() {
            Some(guess) => guess.forgive(pass.writes, at.pool, &self.tally),
            None => pass.writes,
        };
        let before = self.user.ok_or_else(auth::session_invalid)?;
        let change = if pass.after.is_some() {
            Change::Saved
        } else {
            Change::None
        };
        let authenticated = Authenticated {
            user: pass.after.unwrap_or(before),
            change,
            tally: self.tally,
            typed: self.state.typed,
            answered: self.state.expected,
            start: self.state.start,
            proven: match pass.factor {
                Some(factor) => self.state.proven.with(factor),
                None => self.state.proven,
            },
            replay: self.replay,
            threat: self.state.threat,
            profile: self.profile,
            further: self.further,
        };
        Ok((authenticated, writes))
    }
}

/// Tells whether the batch of a step changes the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It does not: the user must still be as they were read.
    None,
    /// It replaces the user as read, and requires that itself.
    Saved,
}

/// A sign-in after a right answer.
pub struct Authenticated {
    /// The user, as they are after the step's batch.
    pub user: User,
    /// Tells whether the batch changes them.
    pub change: Change,
    /// Wrong answers so far.
    pub tally: FailedAttempts,
    /// The name that the sign-in began with, folded.
    pub typed: String,
    /// The answer that was right just now.
    pub answered: Expected,
    /// The request that began it.
    pub start: Start,
    /// The factors completed so far, with this answer's.
    pub proven: Proven,
    /// The refusal of a second right answer to the same challenge.
    pub replay: Replay,
    /// The decision of threat protection; None where nothing is judged.
    pub threat: Option<Box<Decided>>,
    /// As [`Step::profile`].
    pub profile: Option<Box<ProfileRecord>>,
    /// As [`Step::further`].
    pub further: Box<Further>,
}

impl Authenticated {
    /// True if threat protection demands a second factor.
    pub fn demands_factor(&self) -> bool {
        self.threat
            .as_ref()
            .is_some_and(|threat| threat.demands_factor)
    }

    /// Returns what the event of the sign-in says of its risk.
    pub fn risk(&self) -> Option<EventRisk> {
        self.threat.as_ref().map(|threat| threat.risk.clone())
    }

    /// Returns the state in which the next challenge finds the sign-in.
    pub fn state(&self, at: At<'_>) -> SignInState {
        SignInState {
            threat: self.threat.clone(),
            ..SignInState::of_user(
                at,
                &self.user,
                &self.typed,
                self.start.clone(),
                self.proven.clone(),
            )
        }
    }

    /// Begins a batch of these writes: what was read must still be true.
    pub fn guard(&self, pool: &Pool, writes: Batch) -> Batch {
        let batch = require_pool(pool, &writes);
        let batch = match self.change {
            Change::Saved => batch,
            Change::None => {
                guards::require_user_unchanged(batch, &pool.id, &self.user.id, self.user.ver)
            }
        };
        batch.extend(writes)
    }

    /// Returns a refusal that reveals that the first factor was right, so that it is subject to the lockout like an
    /// acceptance.
    pub fn refuse(&self, at: At<'_>, refusal: ApiError) -> Stop {
        Stop::from(Refusal {
            writes: self.tally.require_unchanged(Batch::new(), at.pool),
            ..Refusal::new(refusal)
        })
    }

    /// Returns the end of a step by a fault, with [`refuse`](Self::refuse) for a refusal: that of a function, say.
    pub fn stop(&self, at: At<'_>, fault: Fault) -> Stop {
        match fault {
            Fault::Api(refusal) => self.refuse(at, refusal),
            other => other.into(),
        }
    }

    /// Returns a refusal that leaves an event.
    pub fn record_refusal(&self, refusal: ApiError) -> Stop {
        let refusal = Refusal::of_user(&self.user, &self.proven, refusal);
        let event = refusal.event.map(|event| event.with_risk(self.risk()));
        Refusal { event, ..refusal }.into()
    }
}

/// Begins the batch of a step: the pool must be active, unless the writes require that themselves.
fn require_pool(pool: &Pool, writes: &Batch) -> Batch {
    match guards::requires_pool(writes, &pool.id) {
        true => Batch::new(),
        false => guards::require_pool_active_now(Batch::new(), &pool.id),
    }
}

/// A right answer.
#[derive(Default)]
pub struct Pass {
    /// The factor that it completes; None if the sign-in continues with those that it has.
    pub factor: Option<Factor>,
    /// The answer's own changes, with their conditions.
    pub writes: Batch,
    /// The user after these changes; None if they do not change the user.
    pub after: Option<User>,
}

impl Pass {
    /// Returns a right answer that changes nothing.
    pub fn of(factor: Factor) -> Self {
        Self {
            factor: Some(factor),
            ..Self::default()
        }
    }
}

/// A wrong answer. It counts towards the lockout, and a session stays good for another answer.
pub struct Wrong {
    /// The client's error.
    pub refusal: ApiError,
    /// True if a right answer uses up what this one was compared with, so that it may have been used since.
    pub one_time: bool,
    /// The factors that are proven all the same, where threat protection refused a right answer.
    pub refused: Option<Proven>,
}

impl Wrong {
    /// Returns a wrong answer to what may be answered any number of times.
    pub fn new(refusal: ApiError) -> Self {
        Self {
            refusal,
            one_time: false,
            refused: None,
        }
    }
}

/// Another challenge of a sign-in that has completed nothing new.
pub struct Asked {
    /// The challenge.
    pub challenge: Challenge,
    /// The writes that are committed first, with their conditions; empty if there are none.
    pub writes: Batch,
    /// The session or SECRET_BLOCK that the commit uses up.
    pub replay: Replay,
}

impl Asked {
    /// Returns a challenge without a commit.
    pub fn without_writes(challenge: Challenge) -> Self {
        Self {
            challenge,
            writes: Batch::new(),
            replay: Replay::None,
        }
    }
}

/// The decision of a step.
pub enum Verdict {
    /// The answer is right.
    Passed(Pass),
    /// The answer is wrong.
    Wrong(Wrong),
    /// Another challenge comes first.
    Ask(Asked),
}

/// The end of a step without an answer that counts.
pub struct Refusal {
    /// The client's error.
    pub refusal: ApiError,
    /// The event that it leaves.
    pub event: Option<AuthEvent>,
    /// The writes that are committed first, with their conditions.
    pub writes: Batch,
    /// The session or SECRET_BLOCK that the commit uses up.
    pub replay: Replay,
}

impl Refusal {
    /// Returns a refusal that leaves nothing.
    pub fn new(refusal: ApiError) -> Self {
        Self {
            refusal,
            event: None,
            writes: Batch::new(),
            replay: Replay::None,
        }
    }

    /// Returns a refusal of a user, which leaves an event.
    pub fn of_user(user: &User, proven: &Proven, refusal: ApiError) -> Self {
        let subject = Subject::known(&user.id);
        Self {
            event: Some(AuthEvent::refused(Some(user), &subject, proven)),
            ..Self::new(refusal)
        }
    }
}

/// Refuses a user whose state forbids a sign-in whatever the password is. An unknown name is not refused.
///
/// # Errors
/// The state's exception, with an event that is written before the answer.
pub fn refuse_state(at: At<'_>, user: Option<&User>) -> Judged<()> {
    match user.and_then(|user| Some((user, state_refusal(at.client, user)?))) {
        None => Ok(()),
        Some((user, refusal)) => Err(Refusal::of_user(user, &Proven::default(), refusal).into()),
    }
}

/// Why a step ends early.
pub enum Stop {
    /// With a refusal that is recorded first.
    Refused(Box<Refusal>),
    /// With a fault, or a refusal that leaves nothing.
    Fault(Fault),
}

/// The result of a part of a step.
pub type Judged<T> = std::result::Result<T, Stop>;

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<ApiError> for Stop {
    fn from(refusal: ApiError) -> Self {
        Self::Fault(refusal.into())
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl Stop {
    /// Records the refusal and returns the fault with which the action ends.
    pub async fn settle(self, cx: &Cx<'_>, at: At<'_>) -> Fault {
        let refusal = match self {
            Self::Fault(fault) => return fault,
            Self::Refused(refusal) => refusal,
        };
        let batch = match &refusal.event {
            Some(event) => match event.append(cx, at, Batch::new()) {
                Ok(batch) => batch,
                Err(fault) => return fault,
            },
            None => Batch::new(),
        };
        let batch = refusal.replay.spend(batch.extend(refusal.writes), at.pool);
        if !batch.is_empty() {
            let conflict = |label| refusal.replay.conflict(cx, at, label);
            if let Err(fault) = cx.commit(batch, conflict).await {
                return fault;
            }
        }
        refusal.refusal.into()
    }
}
