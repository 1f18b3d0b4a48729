//! Runs a step of a sign-in: lets the challenge's module judge under the user's lock, calls the pool's functions,
//! decides what comes next, and commits. All that a step writes is one commit.

use cognate_store::tables::{guards, sessions};
use cognate_store::{Batch, CommitError};

use crate::app::metrics::labels::SignInEnd;
use crate::attempts::{self, FailedAttempts, Subject};
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::facts::factor::{Factor, Proven};
use crate::records::assurance::Level;
use crate::records::user::User;
use crate::signin::answer::{AnswerRequest, StartRequest};
use crate::signin::challenge::Challenge;
use crate::signin::device::browser;
use crate::signin::event::AuthEvent;
use crate::signin::lock::Lock;
use crate::signin::next_step::{Next, next_step};
use crate::signin::opening::{self, Ending, Opening, Outcome};
use crate::signin::state::{Expected, Flow, Start};
use crate::signin::verdict::{Asked, Authenticated, Change, Judged, Replay, Step, Verdict, Wrong};
use crate::signin::{At, breached, custom, notices, password, protection, steps, triggers};

/// The end of a step before its session is committed.
enum Conclusion {
    Challenge(Challenge),
    Opening(Box<Opening>),
}

/// Begins a sign-in.
///
/// # Errors
/// auth.md 6.4.
pub async fn start<E: Ending>(
    cx: &Cx<'_>,
    at: At<'_>,
    request: &StartRequest,
    ending: &E,
) -> Result<Outcome<E::Result>> {
    let mut lock = Lock::default();
    let judged = match protection::refuse_blocked_start(cx, at, request).await {
        Ok(()) => steps::begin(cx, at, &mut lock, request).await,
        Err(stop) => Err(stop),
    };
    // ClientMetadata of a start is for the functions that are called before the proof (auth.md 3.2).
    let at = At {
        metadata: None,
        ..at
    };
    let concluded = conclude(cx, at, &mut lock, judged, ending).await;
    let outcome = finish(cx, at, concluded, ending).await;
    drop(lock);
    count(cx, &outcome);
    password::wait(cx, &outcome).await;
    outcome
}

/// Takes an answer to a challenge.
///
/// # Errors
/// auth.md 6.5.
pub async fn answer<E: Ending>(
    cx: &Cx<'_>,
    at: At<'_>,
    request: &AnswerRequest,
    ending: &E,
) -> Result<Outcome<E::Result>> {
    let mut lock = Lock::default();
    let judged = steps::go_on(cx, at, &mut lock, request).await;
    let concluded = conclude(cx, at, &mut lock, judged, ending).await;
    let outcome = finish(cx, at, concluded, ending).await;
    drop(lock);
    count(cx, &outcome);
    password::wait(cx, &outcome).await;
    outcome
}

/// Counts the end of a step that ends a sign-in.
fn count<T>(cx: &Cx<'_>, outcome: &Result<Outcome<T>>) {
    match outcome {
        Ok(Outcome::SignedIn(..)) => cx.metrics.sign_ins.count(SignInEnd::Passed),
        Err(Fault::Api(_)) => cx.metrics.sign_ins.count(SignInEnd::Refused),
        Ok(Outcome::Challenge(_)) | Err(_) => {}
    }
}

/// A user for whom an identity provider vouches.
pub struct Vouched {
    /// The user as they are after `batch`.
    pub user: User,
    /// Tells whether `batch` changes them.
    pub change: Change,
    /// The writes of the sign-in, with their conditions.
    pub batch: Batch,
    /// What must not be used a second time: its name, and until when it could be, in microseconds.
    pub once: Option<(String, i64)>,
    /// How surely the provider knew the user, where it says that.
    pub level: Option<Level>,
    /// The provider's name.
    pub provider: String,
}

/// Ends a sign-in that an identity provider vouches for. The pool asks for no factor of its own, and neither counts nor
/// forgives wrong answers to one: the lockout is about proofs that are given here.
///
/// # Errors
/// The refusals of the pool's functions; NotAuthorizedException for what was spent before.
pub async fn vouched<E: Ending>(
    cx: &Cx<'_>,
    at: At<'_>,
    vouched: Vouched,
    ending: &E,
) -> Result<E::Result> {
    let mut lock = Lock::default();
    let subject = Subject::known(&vouched.user.id);
    let authenticated = Authenticated {
        typed: at.pool.fold(&vouched.user.username),
        user: vouched.user,
        change: vouched.change,
        tally: FailedAttempts::from_rows(subject, Vec::new())?,
        answered: Expected::Undecided,
        start: Start {
            flow: Flow::Provider,
            provider: vouched.provider,
            ..Start::default()
        },
        proven: Proven::default(),
        replay: match vouched.once {
            Some((nonce, expires)) => Replay::Session { nonce, expires },
            None => Replay::None,
        },
        threat: None,
        profile: None,
        further: Box::default(),
    };
    let opened = async {
        let signs = ending.signs();
        let consulted = triggers::after(cx, at, &mut lock, &authenticated, None, signs).await?;
        let mut opening = opening::prepare(cx, at, authenticated, None, vouched.batch, consulted)?;
        let level = vouched.level.map(|level| level.name(&at.pool.doc));
        opening.session.doc.acr = level.map(str::to_owned);
        Ok(opening)
    };
    let concluded = match opened.await {
        Ok(opening) => Ok(Conclusion::Opening(Box::new(opening))),
        Err(stop) => Err(stop),
    };
    let outcome = finish(cx, at, concluded, ending).await;
    count(cx, &outcome);
    match outcome? {
        Outcome::SignedIn(_, result) => Ok(result),
        Outcome::Challenge(_) => Err(Fault::Internal("a challenge for an outside user".into())),
    }
}

/// Acts on a verdict.
async fn conclude<E: Ending>(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    judged: Judged<(Step, Verdict)>,
    ending: &E,
) -> Judged<Conclusion> {
    let (step, verdict) = judged?;
    let (step, verdict) = protection::weigh(cx, at, step, verdict).await?;
    breached::refuse_barred(cx, at, &step, &verdict)?;
    let (mut authenticated, mut batch) = match verdict {
        Verdict::Wrong(wrong) => return Err(count_wrong(cx, at, step, wrong).await.into()),
        Verdict::Ask(asked) => {
            let Asked {
                challenge,
                writes,
                replay,
            } = asked;
            if !writes.is_empty() {
                commit_challenge(cx, at, replay.spend(writes, at.pool), &replay).await?;
            }
            return Ok(Conclusion::Challenge(challenge));
        }
        Verdict::Passed(pass) => step.complete(at, pass)?,
    };
    let browser = ending.browser();
    let met = browser::meet(cx, at, &authenticated, browser).await?;
    batch = met.take_part(cx, at, &mut authenticated, batch);
    loop {
        let told = notices::of_demand(cx, at, &mut authenticated).await?;
        match next_step(cx, at, lock, &authenticated, batch).await? {
            Next::Ask(writes, challenge) => {
                let writes = writes.extend(told);
                return ask(cx, at, &authenticated, writes, challenge).await;
            }
            Next::Triggers(writes) => match custom::go_on(cx, at, lock, &authenticated).await? {
                custom::Decided::Ask(row, challenge) => {
                    let writes = writes.extend(row);
                    return ask(cx, at, &authenticated, writes, challenge).await;
                }
                custom::Decided::Passed => {
                    authenticated.proven = authenticated.proven.with(Factor::Custom);
                    batch = writes;
                }
            },
            Next::Session(writes, device) => {
                let device = device.as_ref();
                let known = device.or_else(|| met.device());
                let signs = ending.signs();
                let consulted = triggers::after(cx, at, lock, &authenticated, known, signs).await?;
                let (writes, cookie) = met.keep(cx, at, &authenticated, browser, writes)?;
                let threat = authenticated.threat.clone();
                let before = authenticated.profile.take();
                let opening = opening::prepare(cx, at, authenticated, device, writes, consulted)?;
                let mut opening = Box::new(opening);
                let threat = threat.as_deref();
                let before = before.as_deref();
                protection::learn(cx, at, threat, before, &mut opening).await?;
                opening.session.browser = cookie;
                return Ok(Conclusion::Opening(opening));
            }
        }
    }
}

/// Commits a right answer after which another challenge comes.
async fn ask(
    cx: &Cx<'_>,
    at: At<'_>,
    authenticated: &Authenticated,
    writes: Batch,
    challenge: Challenge,
) -> Judged<Conclusion> {
    let Authenticated { tally, replay, .. } = authenticated;
    // A password that follows no wrong one and a challenge that stores nothing leave nothing to write. After a pause the
    // wrong ones may have been counted on another node: then the commit compares them.
    let is_needless =
        writes.is_empty() && matches!(replay, Replay::None) && tally.is_clean() && cx.pauses() == 0;
    if !is_needless {
        let batch = tally.require_unchanged(authenticated.guard(at.pool, writes), at.pool);
        commit_challenge(cx, at, replay.spend(batch, at.pool), replay).await?;
    }
    Ok(Conclusion::Challenge(challenge))
}

async fn commit_challenge(cx: &Cx<'_>, at: At<'_>, batch: Batch, replay: &Replay) -> Result<()> {
    cx.commit(batch, |label| replay.conflict(cx, at, label))
        .await?;
    Ok(())
}

/// Counts a wrong answer towards the lockout, with its event. The session stays good for another answer.
async fn count_wrong(cx: &Cx<'_>, at: At<'_>, step: Step, wrong: Wrong) -> Fault {
    let counted = async {
        if wrong.one_time {
            // A right answer on another node may have used up, since the read, what this one was compared with. Then
            // this is the same answer once more, for the session to refuse, and no guess.
            let spent = sessions::spent(&at.pool.id, &step.state.nonce);
            if cx.store.first(spent).await?.is_some() {
                return Err(Fault::Stale);
            }
        }
        let (user, subject) = (step.user.as_ref(), step.tally.subject());
        let event = match &wrong.refused {
            Some(proven) => AuthEvent::refused(user, subject, proven),
            None => AuthEvent::failed(user, subject, &step.state.proven),
        };
        let event = event
            .with_risk(step.state.threat.as_ref().map(|threat| threat.risk.clone()))
            .with_breach(step.state.start.compromised);
        let batch = {
            let threat = step.state.threat.as_deref();
            notices::record_refused(cx, at, &step, threat, &event, Batch::new()).await?
        };
        let guess = step.state.expected.guess();
        attempts::count_failure(cx, at.pool, step.tally, guess, batch).await
    };
    match counted.await {
        Ok(()) => wrong.refusal.into(),
        Err(fault) => fault,
    }
}

/// Settles a refusal, or commits the session while the caller's result is produced.
async fn finish<E: Ending>(
    cx: &Cx<'_>,
    at: At<'_>,
    concluded: Judged<Conclusion>,
    ending: &E,
) -> Result<Outcome<E::Result>> {
    let opening = match concluded {
        Err(stop) => return Err(stop.settle(cx, at).await),
        Ok(Conclusion::Challenge(challenge)) => return Ok(Outcome::Challenge(challenge)),
        Ok(Conclusion::Opening(opening)) => *opening,
    };
    let Opening {
        session,
        batch,
        replay,
        attempt: _,
    } = opening;
    let batch = ending.keep(cx, at, &session, batch)?;
    let (committed, result) = tokio::join!(cx.apply(batch), ending.end(cx, at, &session));
    match committed {
        Ok(_) => {
            let result = match result {
                // The session is there: only the result is produced again.
                Err(Fault::Stale) => ending.end(cx, at, &session).await?,
                other => other?,
            };
            Ok(Outcome::SignedIn(Box::new(session), result))
        }
        Err(CommitError::Conflict(guards::POOL_PAUSED)) => Err(cx.paused(&at.pool.id).await?),
        Err(CommitError::Conflict(label)) => Err(replay.conflict(cx, at, label)),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}
