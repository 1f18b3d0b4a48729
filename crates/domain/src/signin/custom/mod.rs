//! CUSTOM_AUTH: the pool's functions decide what is asked for (auth.md 3.5).
//!
//! The challenges, the answers and the expected answer are in a row; the session names it. Every answer that a function
//! was asked about, right, wrong or failed, uses up its session, so that no round can be answered twice. If the client
//! hides which users exist, an unknown name is treated alike: the functions are told, and no decision of theirs signs it
//! in. Each function is called once in a round, without the user's lock; a step that runs again gets the answer from
//! memory.

mod calls;

use std::collections::BTreeMap;

use cognate_crypto::random;
use cognate_crypto::seal::Context;
use cognate_crypto::srp::PublicA;
use cognate_store::Batch;
use cognate_store::tables::custom_auth::{self as table, CustomAuthRow};
use cognate_store::tables::guards;
use serde::{Deserialize, Serialize};

use crate::app::functions::Trigger;
use crate::attempts::Subject;
use crate::cx::Cx;
use crate::errors::{ApiError, Fault, Result, auth, challenges};
use crate::facts::factor::{Factor, Proven};
use crate::records::pool::Pool;
use crate::signin::challenge::{Ask, Challenge};
use crate::signin::custom::calls::{
    CUSTOM, Entry, NewChallenge, Next, PASSWORD_VERIFIER, Round, SRP_A,
};
use crate::signin::event::AuthEvent;
use crate::signin::lock::Lock;
use crate::signin::state::{Expected, SignInState};
use crate::signin::verdict::{Asked, Authenticated, Judged, Pass, Refusal, Replay, Step, Verdict};
use crate::signin::{At, srp};

/// Rounds after which a sign-in ends, whatever the functions say: each makes the row longer.
const ROUNDS: usize = 100;

/// The content of a row.
#[derive(Serialize, Deserialize)]
struct State {
    session: Vec<Entry>,
    private: BTreeMap<String, String>,
    metadata: Option<String>,
}

/// Refuses pools without DefineAuthChallenge. The other functions are missed when they are needed.
///
/// # Errors
/// `Custom auth lambda trigger is not configured for the user pool.` (settled S24).
pub fn require_triggers(pool: &Pool) -> Result<()> {
    let trigger = Trigger::DefineAuthChallenge;
    if trigger.function(&pool.doc.lambda_config).is_none() {
        return Err(calls::missing(trigger).into());
    }
    Ok(())
}

/// Asks the functions about a sign-in that begins, with SRP first if there is an A.
///
/// # Errors
/// auth.md 2.3, 6.4; the functions' own.
pub async fn start(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    step: &Step,
    public_a: Option<PublicA>,
) -> Judged<Verdict> {
    // ClientMetadata of a start is for PreAuthentication alone (auth.md 3.2).
    let at = At {
        metadata: None,
        ..at
    };
    let user = step.user.as_ref();
    let session: Vec<Entry> = public_a.iter().map(|_| Entry::new(SRP_A, true)).collect();
    let round = Round {
        cx,
        at,
        user,
        typed: &step.state.typed,
        subject: step.tally.subject().as_str(),
    };
    match (round.decide(lock, &session).await?, public_a) {
        (Next::PasswordVerifier, Some(public_a)) => {
            let challenge = srp::challenge(cx, at, step, public_a).await?;
            Ok(Verdict::Ask(Asked::without_writes(challenge)))
        }
        (Next::PasswordVerifier, None) => Err(challenges::unusable_decision().into()),
        (Next::Tokens, _) if user.is_some() => Ok(Verdict::Passed(Pass::of(Factor::Custom))),
        (Next::Challenge(created), _) => {
            let state = step.state.clone();
            let (writes, challenge) = ask(cx, at, state, session, created)?;
            Ok(Verdict::Ask(Asked {
                challenge,
                writes: guard(at, step).extend(writes),
                replay: Replay::None,
            }))
        }
        (Next::Fail | Next::Tokens, _) => {
            Err(ended(step, auth::incorrect_password(), Batch::new()).into())
        }
    }
}

/// The decision of the functions after password and second factor.
pub enum Decided {
    /// The user is signed in.
    Passed,
    /// Another challenge, and its row.
    Ask(Batch, Challenge),
}

/// Asks the functions about a user who has completed the factors that come before theirs.
///
/// # Errors
/// `Incorrect username or password.` when the functions end the sign-in; their own.
pub async fn go_on(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    authenticated: &Authenticated,
) -> Judged<Decided> {
    let session = completed(&authenticated.proven);
    let user = &authenticated.user;
    let round = Round {
        cx,
        at,
        user: Some(user),
        typed: &authenticated.typed,
        subject: &user.id,
    };
    // Like those of the functions behind the last proof, a refusal here shows that the password was right.
    let decided = round.decide(lock, &session).await;
    match decided.map_err(|fault| authenticated.stop(at, fault))? {
        Next::Tokens => Ok(Decided::Passed),
        Next::Challenge(created) => {
            let (row, challenge) = ask(cx, at, authenticated.state(at), session, created)?;
            Ok(Decided::Ask(row, challenge))
        }
        Next::PasswordVerifier => Err(authenticated.refuse(at, challenges::unusable_decision())),
        Next::Fail => Err(authenticated.record_refusal(auth::incorrect_password())),
    }
}

/// Returns the entries that the functions see of a sign-in that began with SRP.
fn completed(proven: &Proven) -> Vec<Entry> {
    let factors = proven.iter().flat_map(|factor| match factor {
        Factor::Sms => ["SMS_MFA"].as_slice(),
        Factor::Email => &["EMAIL_OTP"],
        Factor::SoftwareToken => &["SOFTWARE_TOKEN_MFA"],
        Factor::Device => &["DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"],
        Factor::Password
        | Factor::Passkey
        | Factor::VerifiedPasskey
        | Factor::Custom
        | Factor::ConfirmedSignUp => &[],
    });
    [SRP_A, PASSWORD_VERIFIER]
        .iter()
        .chain(factors)
        .map(|name| Entry::new(name, true))
        .collect()
}

/// Judges the answer to a custom challenge.
///
/// # Errors
/// `Incorrect username or password.` when the functions end the sign-in; their own. Both end the sign-in: a function that
/// fails on wrong answers, or on too many, allows no further guesses. auth.md 3.1 for a round that was answered before.
pub async fn judge(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    step: &Step,
    answer: &str,
) -> Judged<Verdict> {
    let pool = at.pool;
    let Expected::Custom { row } = &step.state.expected else {
        return Err(auth::session_invalid().into());
    };
    let subject = &step.state.subject;
    let found = read(cx, pool, subject, row).await?;
    let (mut state, ver) = found.ok_or_else(auth::session_used)?;
    let round = Round {
        cx,
        at,
        user: step.user.as_ref(),
        typed: &step.state.typed,
        subject,
    };
    let end = || table::delete(Batch::new(), &pool.id, subject, row, ver);
    let next = match play(&round, lock, &mut state, answer).await {
        Err(Fault::Api(refusal)) if calls::is_of_a_function(&refusal) => {
            return Err(ended(step, refusal, end()).into());
        }
        other => other?,
    };
    match next {
        Next::Tokens if step.user.is_some() => Ok(Verdict::Passed(Pass {
            factor: Some(Factor::Custom),
            writes: end(),
            after: None,
        })),
        Next::Challenge(created) => {
            let expected = Expected::Custom { row: row.clone() };
            let next = step.state.clone().next(cx, at.client, expected);
            let sealed = seal(pool, &next, row, state.session, &created)?;
            let expires = next.expires;
            let writes = table::update(
                guard(at, step),
                &pool.id,
                subject,
                row,
                sealed,
                expires,
                ver,
            );
            Ok(Verdict::Ask(Asked {
                challenge: asked(cx, pool, next, created)?,
                writes: step.tally.require_unchanged(writes, pool),
                replay: step.replay.clone(),
            }))
        }
        Next::Fail | Next::Tokens | Next::PasswordVerifier => {
            Err(ended(step, auth::incorrect_password(), end()).into())
        }
    }
}

/// Lets the functions judge an answer and decide what comes next. The history grows by the answer.
async fn play(
    round: &Round<'_>,
    lock: &mut Lock<'_>,
    state: &mut State,
    answer: &str,
) -> Result<Next> {
    let State {
        session,
        private,
        metadata,
    } = state;
    let right = round.verify(lock, session, private, answer).await?;
    session.push(Entry {
        challenge_metadata: metadata.take(),
        ..Entry::new(CUSTOM, right)
    });
    if session.len() >= ROUNDS {
        return Ok(Next::Fail);
    }
    match round.decide(lock, session).await? {
        // SRP comes first or not at all: its A came with the start.
        Next::PasswordVerifier => Err(challenges::unusable_decision().into()),
        next => Ok(next),
    }
}

/// Returns the end of a sign-in by the functions.
fn ended(step: &Step, refusal: ApiError, writes: Batch) -> Refusal {
    let (user, subject) = (step.user.as_ref(), step.tally.subject());
    let proven = &step.state.proven;
    let event = if proven.is_empty() {
        AuthEvent::refused(user, subject, proven)
    } else {
        AuthEvent::failed(user, subject, proven)
    };
    Refusal {
        refusal,
        event: Some(event),
        writes,
        replay: step.replay.clone(),
    }
}

/// Returns a first custom challenge and its row.
fn ask(
    cx: &Cx<'_>,
    at: At<'_>,
    state: SignInState,
    session: Vec<Entry>,
    created: NewChallenge,
) -> Result<(Batch, Challenge)> {
    let pool = at.pool;
    let name = format!("custom challenge of {}", state.subject);
    let row = cx.memory().once(&name, random::uuid_v4);
    let state = state.next(cx, at.client, Expected::Custom { row: row.clone() });
    let sealed = seal(pool, &state, &row, session, &created)?;
    let (batch, subject, expires) = (Batch::new(), &state.subject, state.expires);
    let batch = table::insert(batch, &pool.id, subject, &row, sealed, expires);
    Ok((batch, asked(cx, pool, state, created)?))
}

fn asked(cx: &Cx<'_>, pool: &Pool, state: SignInState, created: NewChallenge) -> Result<Challenge> {
    let session = Some(state.seal(cx, pool)?);
    let ask = Ask::Custom {
        parameters: created.public,
        username: state.username,
    };
    Ok(Challenge::new(ask, session))
}

/// Seals the content of the row of a round.
fn seal(
    pool: &Pool,
    state: &SignInState,
    row: &str,
    session: Vec<Entry>,
    created: &NewChallenge,
) -> Result<Vec<u8>> {
    let content = State {
        session,
        private: created.private.clone(),
        metadata: created.metadata.clone(),
    };
    let id = row_id(&state.subject, row);
    Ok(pool
        .key
        .seal(&context(pool, &id), &serde_json::to_vec(&content)?))
}

async fn read(cx: &Cx<'_>, pool: &Pool, subject: &str, row: &str) -> Result<Option<(State, i64)>> {
    let live = table::live(&pool.id, subject, row, cx.now());
    let Some(mut found) = cx.store.first(live).await? else {
        return Ok(None);
    };
    let CustomAuthRow { sealed, ver } = CustomAuthRow::read(&mut found)?;
    let plain = pool
        .key
        .open(&context(pool, &row_id(subject, row)), &sealed)?;
    Ok(Some((serde_json::from_slice(plain.expose())?, ver)))
}

/// Returns the conditions of a challenge: an active pool, and the user as read. A user who was hidden, disabled between
/// two rounds, say, costs what an unknown name does.
fn guard(at: At<'_>, step: &Step) -> Batch {
    let pool = at.pool;
    let batch = guards::require_pool_active_now(Batch::new(), &pool.id);
    match &step.user {
        Some(user) => guards::require_user_unchanged(batch, &pool.id, &user.id, user.ver),
        None => {
            let nobody = Subject::unknown(pool, &step.state.typed);
            guards::require_user_absent(batch, &pool.id, nobody.as_str())
        }
    }
}

fn row_id(subject: &str, row: &str) -> String {
    format!("{subject}/{row}")
}

fn context<'a>(pool: &'a Pool, row: &'a str) -> Context<'a> {
    Context {
        table: "custom_auth",
        column: "sealed",
        pool: &pool.id,
        row,
    }
}
