//! One step as the upstream is asked about it, and the arrival of whom it has proven.

use cognate_store::Batch;

use crate::app::bulkheads::Place;
use crate::attempts::{self, FailedAttempts, Subject};
use crate::cx::Cx;
use crate::cx::pause::Call;
use crate::errors::{Fault, Result, auth};
use crate::facts::factor::MfaFactor;
use crate::facts::names;
use crate::records::upstream::Upstream;
use crate::records::user::User;
use crate::signin::At;
use crate::signin::lock::Lock;
use crate::signin::state::Start;
use crate::signin::verdict::{Judged, refuse_state};
use crate::upstream::answers::{Refusal, Said};
use crate::upstream::arrival::{self, Arrival, Arrived, Password};
use crate::upstream::dialog::{self, AppCall, AppStep, Proof};
use crate::upstream::identity::Person;

/// Steps of one name that the upstream judges at the same time on a node.
const AT_ONCE: usize = 4;

/// The upstream of the pool if it is to be asked about somebody: a name that nobody has here, or a user without a password
/// who did not move before.
pub(super) async fn upstream_for(
    cx: &Cx<'_>,
    at: At<'_>,
    user: Option<&User>,
) -> Result<Option<Upstream>> {
    if !at.pool.doc.upstream {
        return Ok(None);
    }
    let Some(upstream) = Upstream::find(&cx.store, at.pool).await? else {
        return Ok(None);
    };
    if upstream.client(&at.client.id).is_none() {
        return Ok(None);
    }
    if let Some(user) = user
        && !(user.enabled && arrival::may_ask(cx, at.pool, user).await?)
    {
        return Ok(None);
    }
    Ok(Some(upstream))
}

/// True if SRP is relayed. The answer to it brings nothing of the start, so that one with levels is not.
pub(super) fn relays_srp(upstream: &Upstream, at: At<'_>, start: &Start) -> bool {
    upstream.relays_srp(at.pool) && start.levels.is_empty()
}

/// A step as the upstream is asked about it.
pub(super) struct Asking<'a> {
    pub upstream: &'a Upstream,
    /// The user here; None for a name that nobody has.
    pub known: Option<&'a User>,
    pub tally: &'a FailedAttempts,
    /// The name as the client sends it.
    pub name: &'a str,
    /// What tells this step from others of the action.
    pub point: &'static str,
}

impl Asking<'_> {
    /// Asks; a wrong answer comes back as one.
    pub async fn ask(
        &self,
        cx: &Cx<'_>,
        at: At<'_>,
        lock: &mut Lock<'_>,
        username: &str,
        proof: Proof<'_>,
    ) -> Result<Said> {
        let spellings = self.spellings(cx, at).await?;
        if let Some(spellings) = &spellings {
            spellings.refuse_locked(cx.now())?;
        }
        let step = self.step(at, username);
        let said = self.call(cx, at, lock, step.take(cx, proof)).await?;
        let subject = self.tally.subject().as_str();
        if let (Some(spellings), Said::Refused(Refusal { counts: true, .. })) = (spellings, &said) {
            let counted = format!("{} counted for {subject}", self.point);
            if cx.memory().get::<()>(&counted).is_none() {
                attempts::count_failure(cx, at.pool, spellings, None, Batch::new()).await?;
                cx.memory().keep(&counted, ());
            }
        }
        Ok(said)
    }

    /// Has an app registered there, in the session `theirs`.
    pub async fn register(
        &self,
        cx: &Cx<'_>,
        at: At<'_>,
        lock: &mut Lock<'_>,
        username: &str,
        theirs: &str,
        call: AppCall<'_>,
    ) -> Result<std::result::Result<AppStep, Refusal>> {
        let step = self.step(at, username);
        self.call(cx, at, lock, step.register(cx, theirs, call))
            .await
    }

    fn step<'s>(&'s self, at: At<'s>, username: &'s str) -> dialog::Step<'s> {
        dialog::Step {
            pool: at.pool,
            upstream: self.upstream,
            client: at.client,
            username,
        }
    }

    /// Makes calls during which the subject is not locked.
    async fn call<T: Clone + Send + 'static>(
        &self,
        cx: &Cx<'_>,
        at: At<'_>,
        lock: &mut Lock<'_>,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let _place = self.enter(cx, at)?;
        let target = format!("upstream {}", at.pool.id);
        let call = Call {
            point: self.point,
            subject: self.tally.subject().as_str(),
            target: &target,
        };
        lock.pause(cx, call, work).await
    }

    /// Returns the wrong answers for all spellings of a name together, where case tells names apart here: it may not there,
    /// so that each spelling would be a new row of guesses.
    async fn spellings(&self, cx: &Cx<'_>, at: At<'_>) -> Result<Option<FailedAttempts>> {
        if self.known.is_some() || !at.pool.case_sensitive() {
            return Ok(None);
        }
        let name = format!("upstream\n{}", names::fold_case(self.name));
        let subject = Subject::unknown(at.pool, &name);
        attempts::read(cx, at.pool, subject).await.map(Some)
    }

    fn enter<'c>(&self, cx: &'c Cx<'_>, at: At<'_>) -> Result<Place<'c>> {
        let name = format!("upstream {}/{}", at.pool.id, self.tally.subject().as_str());
        let place = cx.bulkheads.enter(&name, AT_ONCE);
        Ok(place.ok_or_else(auth::password_attempts_exceeded)?)
    }

    /// Lets somebody whom the upstream has proven arrive. True if there is nothing to write, false if no user can come of it.
    pub async fn arrive(&self, cx: &Cx<'_>, at: At<'_>, arriving: Arriving<'_>) -> Result<bool> {
        // No other guess may have been counted meanwhile.
        let conditions = self.tally.reset(Batch::new(), at.pool);
        let arrival = Arrival {
            pool: at.pool,
            upstream: self.upstream,
            typed: Some(arriving.typed),
            known: self.known,
            person: arriving.person,
            answered: arriving.answered,
            password: arriving.password,
        };
        match arrival.settle(cx, conditions).await? {
            Arrived::Unusable => Ok(false),
            Arrived::AsTheyWere => Ok(true),
            Arrived::Written => {
                cx.memory()
                    .keep(&proof_of(arriving.typed), arriving.person.sub.clone());
                Err(Fault::Stale)
            }
        }
    }
}

/// Somebody who was proven there.
pub(super) struct Arriving<'a> {
    pub typed: &'a str,
    pub person: &'a Person,
    pub answered: Option<MfaFactor>,
    pub password: Password<'a>,
}

/// The name under which an action remembers whom the upstream has proven.
pub(super) fn proof_of(typed: &str) -> String {
    format!("proven upstream: {typed}")
}

/// Refuses a user who may not sign in here whatever the upstream says. That the password must be reset is the upstream's
/// to say: here it means that there is none yet.
pub(super) fn refuse_state_there(at: At<'_>, user: &User) -> Judged<()> {
    use cognate_shapes::UserStatusType as S;
    match user.status {
        S::ResetRequired => Ok(()),
        _ => refuse_state(at, Some(user)),
    }
}
