//! The session that a complete sign-in opens. Nothing here signs a token: the caller of the driver decides what becomes
//! of the session.

use cognate_crypto::random;
use cognate_risk::attempt::Attempt;
use cognate_risk::profile::Traces;
use cognate_store::Batch;

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::Result;
use crate::facts::factor::Factor;
use crate::ids;
use crate::records::assurance::Level;
use crate::records::auth_event::EventRisk;
use crate::records::device::Device;
use crate::signin::challenge::Challenge;
use crate::signin::device::browser::Browser;
use crate::signin::event::AuthEvent;
use crate::signin::state::{Flow, credential_mark};
use crate::signin::triggers::Signs;
use crate::signin::verdict::{Authenticated, Replay};
use crate::signin::{At, device as devices};
use crate::threats::facts;
use crate::tokens::opened::OpenedSession;
use crate::tokens::pre_token::Consulted;
use crate::tokens::session::SessionDoc;

/// The use of a new session. Its result is produced while the commit is on its way, and is returned only after it.
pub trait Ending: Sync {
    /// The result for the caller.
    type Result: Send;

    /// The tokens that [`end`](Ending::end) signs.
    fn signs(&self) -> Signs<'_>;

    /// Returns what the request says about its browser; None at the API.
    fn browser(&self) -> Option<&Browser<'_>> {
        None
    }

    /// Adds to the batch of the sign-in the rows by which the session is kept.
    ///
    /// # Errors
    /// Those of serialization.
    fn keep(&self, cx: &Cx<'_>, at: At<'_>, session: &OpenedSession, batch: Batch)
    -> Result<Batch>;

    /// Produces the result.
    fn end(
        &self,
        cx: &Cx<'_>,
        at: At<'_>,
        session: &OpenedSession,
    ) -> impl Future<Output = Result<Self::Result>> + Send;
}

/// Keeps the session and produces nothing.
pub struct KeepSession;

impl Ending for KeepSession {
    type Result = ();

    fn signs(&self) -> Signs<'_> {
        Signs::Nothing
    }

    fn keep(
        &self,
        cx: &Cx<'_>,
        at: At<'_>,
        session: &OpenedSession,
        batch: Batch,
    ) -> Result<Batch> {
        session.insert(cx, at.pool, batch)
    }

    async fn end(&self, _: &Cx<'_>, _: At<'_>, _: &OpenedSession) -> Result<()> {
        Ok(())
    }
}

/// The end of a step.
pub enum Outcome<T> {
    /// The user is signed in: the session, and the result of the [`Ending`].
    SignedIn(Box<OpenedSession>, T),
    /// One more step.
    Challenge(Challenge),
}

/// A session that waits for its commit.
pub struct Opening {
    /// The session.
    pub session: OpenedSession,
    /// Everything that the sign-in writes, but the rows of [`Ending::keep`].
    pub batch: Batch,
    /// The refusal of a second right answer.
    pub replay: Replay,
    /// What the event says of the attempt; None where nothing was judged.
    pub attempt: Option<Attempt>,
}

/// Prepares the session of a complete sign-in. `batch`: the changes of the last answer; auth event and the spent
/// challenge join it, and the wrong answers are reset. `device`: the one that the sign-in named and the user has.
/// `consulted`: the answer of PreTokenGeneration.
///
/// # Errors
/// Those of serialization.
pub fn prepare(
    cx: &Cx<'_>,
    at: At<'_>,
    mut authenticated: Authenticated,
    device: Option<&Device>,
    batch: Batch,
    consulted: Option<Consulted>,
) -> Result<Opening> {
    let further = std::mem::take(&mut authenticated.further);
    let (pool, client, user) = (at.pool, at.client, &authenticated.user);
    let proven = &authenticated.proven;
    // A retry opens the same session.
    let ids = || (random::uuid_v4(), ids::event_id(cx.now()));
    let (session_id, event_id) = cx.memory().once(&format!("session of {}", user.id), ids);
    let (batch, part) = devices::at_sign_in(cx, at, &user.id, device, batch);
    let doc = SessionDoc {
        auth_time: cx.now().div_euclid(SECOND),
        event_id: event_id.clone(),
        device_key: part.as_ref().map(|part| part.key.clone()),
        new_device: part.as_ref().and_then(|part| part.group.clone()),
        acr: Level::of(proven).map(|level| level.name(&pool.doc).to_owned()),
        credential: proven.has(Factor::Password).then(|| credential_mark(user)),
        vouched: authenticated.start.flow == Flow::Provider,
        proven: proven.clone(),
        ..SessionDoc::default()
    };
    let given_key = doc.device_key.clone();
    let mut session = OpenedSession::new(cx, client, session_id, user.clone(), doc);
    session.new_device = part.and_then(|part| part.metadata());
    session.consulted = consulted;
    session.groups = further.into_groups();
    let batch = authenticated.guard(pool, batch);
    let batch = match authenticated.start.flow {
        Flow::Provider => batch,
        _ => authenticated.tally.reset(batch, pool),
    };
    let batch = authenticated.replay.spend(batch, pool);
    let named = given_key
        .as_deref()
        .or(authenticated.start.device_key.as_deref());
    let attempt = authenticated.threat.as_ref().map(|_| Attempt {
        at: ids::event_time(&event_id)
            .unwrap_or(cx.now())
            .div_euclid(SECOND),
        ..facts::gather(cx, pool, named).attempt
    });
    let risk = authenticated.risk().map(|risk| {
        let last = attempt.as_ref().map(Traces::of).unwrap_or_default();
        EventRisk {
            traces: Some(last.after(&risk.traces.unwrap_or_default())),
            ..risk
        }
    });
    let mut event = AuthEvent::passed(user, proven).with_risk(risk);
    event = event.with_breach(authenticated.start.compromised);
    event.idp.clone_from(&authenticated.start.provider);
    let batch = event.append_as(cx, at, batch, &event_id)?;
    Ok(Opening {
        session,
        batch,
        replay: authenticated.replay,
        attempt,
    })
}
