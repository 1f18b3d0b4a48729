//! CUSTOM_AUTH: the pool's triggers decide what is asked for (auth.md 3.5).
//!
//! The challenges, the answers and the expected answer are in a row; the session names it. Every answer, right or
//! wrong, changes the row and uses up its session, so that no round can be answered twice. If the client hides which
//! users exist, an unknown name is treated alike: the triggers are told, and no decision of theirs signs it in. Each
//! trigger is called once in a round, without the user's lock; a step that runs again gets the answer from memory.

use std::collections::BTreeMap;

use cognate_crypto::random;
use cognate_crypto::seal::Context;
use cognate_crypto::srp::PublicA;
use cognate_store::Batch;
use cognate_store::tables::custom_auth::{self as table, CustomAuthRow};
use cognate_store::tables::guards;
use serde::{Deserialize, Serialize};

use crate::app::custom_auth::{ChallengeContext, Decision, Entry, NewChallenge};
use crate::cx::Cx;
use crate::cx::pause::Call;
use crate::errors::{Result, auth, challenges};
use crate::facts::factor::{Factor, Proven};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::challenge::{Ask, Challenge};
use crate::signin::event::AuthEvent;
use crate::signin::lock::Lock;
use crate::signin::state::{Expected, SignInState};
use crate::signin::verdict::{Asked, Authenticated, Judged, Pass, Refusal, Replay, Step, Verdict};
use crate::signin::{At, srp};

/// The challenge that triggers can ask for.
const CUSTOM: &str = "CUSTOM_CHALLENGE";
/// The name under which the triggers see the start of SRP.
const SRP_A: &str = "SRP_A";
/// The name under which the triggers see, and ask for, the proof of a password.
const PASSWORD_VERIFIER: &str = "PASSWORD_VERIFIER";
/// Rounds after which a sign-in ends, whatever the triggers say: each makes the row longer.
const ROUNDS: usize = 100;

/// The content of a row.
#[derive(Serialize, Deserialize)]
struct State {
    session: Vec<Entry>,
    private: BTreeMap<String, String>,
    metadata: Option<String>,
}

/// The decision of the triggers.
enum Next {
    Tokens,
    Fail,
    PasswordVerifier,
    Challenge(NewChallenge),
}

/// Calls the triggers about one subject.
struct Round<'r> {
    cx: &'r Cx<'r>,
    at: At<'r>,
    user: Option<&'r User>,
    username: &'r str,
    subject: &'r str,
}

impl Round<'_> {
    fn context<'c>(&'c self, session: &'c [Entry]) -> ChallengeContext<'c> {
        ChallengeContext {
            pool: self.at.pool,
            client_id: &self.at.client.id,
            metadata: self.at.metadata,
            user: self.user,
            username: self.username,
            session,
        }
    }

    /// Makes one call, named by the trigger and the number of entries before it.
    async fn call<T: Clone + Send + 'static>(
        &self,
        lock: &mut Lock<'_>,
        trigger: &str,
        session: &[Entry],
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let lambda = &self.at.pool.doc.lambda_config;
        let function = match trigger {
            "DefineAuthChallenge" => &lambda.define_auth_challenge,
            "CreateAuthChallenge" => &lambda.create_auth_challenge,
            _ => &lambda.verify_auth_challenge_response,
        };
        let call = Call {
            point: &format!("{trigger} {}", session.len()),
            subject: self.subject,
            target: function.as_deref().unwrap_or(trigger),
        };
        lock.pause(self.cx, call, work).await
    }

    async fn verify(&self, lock: &mut Lock<'_>, state: &State, answer: &str) -> Result<bool> {
        let context = self.context(&state.session);
        let triggers = self.cx.custom_auth_triggers();
        let work = triggers.verify(context, &state.private, answer);
        self.call(lock, "VerifyAuthChallengeResponse", &state.session, work)
            .await
    }

    /// Asks DefineAuthChallenge, and CreateAuthChallenge if a challenge is wanted.
    async fn decide(&self, lock: &mut Lock<'_>, session: &[Entry]) -> Result<Next> {
        let context = self.context(session);
        let triggers = self.cx.custom_auth_triggers();
        let work = triggers.define(context);
        let Decision {
            challenge_name,
            issue_tokens,
            fail_authentication,
        } = self
            .call(lock, "DefineAuthChallenge", session, work)
            .await?;
        if fail_authentication {
            return Ok(Next::Fail);
        }
        if issue_tokens {
            return Ok(Next::Tokens);
        }
        match challenge_name.as_deref() {
            Some(CUSTOM) => {
                let work = triggers.create(context, CUSTOM);
                let created = self
                    .call(lock, "CreateAuthChallenge", session, work)
                    .await?;
                Ok(Next::Challenge(created))
            }
            Some(PASSWORD_VERIFIER) => Ok(Next::PasswordVerifier),
            _ => Err(challenges::unusable_decision().into()),
        }
    }
}

/// Refuses pools without triggers.
///
/// # Errors
/// `Custom auth lambda trigger is not configured for the user pool.` (settled S24).
pub fn require_triggers(pool: &Pool) -> Result<()> {
    if pool.doc.lambda_config.define_auth_challenge.is_none() {
        return Err(auth::custom_auth_without_triggers().into());
    }
    Ok(())
}

/// Asks the triggers about a sign-in that begins, with SRP first if there is an A.
///
/// # Errors
/// auth.md 2.3, 6.4; the triggers' own.
pub async fn start(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    step: &Step,
    public_a: Option<PublicA>,
) -> Judged<Verdict> {
    let user = step.user.as_ref();
    let session: Vec<Entry> = public_a.iter().map(|_| Entry::new(SRP_A, true)).collect();
    let round = Round {
        cx,
        at,
        user,
        username: &step.state.username,
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
                writes: guard(at, user, step.tally.subject().as_str()).extend(writes),
                replay: Replay::None,
            }))
        }
        (Next::Fail | Next::Tokens, _) => Err(ended(step, Batch::new()).into()),
    }
}

/// The decision of the triggers after password and second factor.
pub enum Decided {
    /// The user is signed in.
    Passed,
    /// Another challenge, and its row.
    Ask(Batch, Challenge),
}

/// Asks the triggers about a user who has completed the factors that come before theirs.
///
/// # Errors
/// `Incorrect username or password.` when the triggers end the sign-in; their own.
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
        username: &user.username,
        subject: &user.id,
    };
    match round.decide(lock, &session).await? {
        Next::Tokens => Ok(Decided::Passed),
        Next::Challenge(created) => {
            let (row, challenge) = ask(cx, at, authenticated.state(at), session, created)?;
            Ok(Decided::Ask(row, challenge))
        }
        Next::PasswordVerifier => Err(challenges::unusable_decision().into()),
        Next::Fail => Err(authenticated.record_refusal(auth::incorrect_password())),
    }
}

/// Returns the entries that the triggers see of a sign-in that began with SRP.
fn completed(proven: &Proven) -> Vec<Entry> {
    let factors = proven.iter().filter_map(|factor| match factor {
        Factor::Sms => Some("SMS_MFA"),
        Factor::Email => Some("EMAIL_OTP"),
        Factor::SoftwareToken => Some("SOFTWARE_TOKEN_MFA"),
        Factor::Device => Some("DEVICE_PASSWORD_VERIFIER"),
        Factor::Password
        | Factor::Passkey
        | Factor::VerifiedPasskey
        | Factor::Custom
        | Factor::ConfirmedSignUp => None,
    });
    [SRP_A, PASSWORD_VERIFIER]
        .into_iter()
        .chain(factors)
        .map(|name| Entry::new(name, true))
        .collect()
}

/// Judges the answer to a custom challenge.
///
/// # Errors
/// `Incorrect username or password.` when the triggers end the sign-in; their own. auth.md 3.1 for a round that was
/// answered before.
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
        username: &step.state.username,
        subject,
    };
    let right = round.verify(lock, &state, answer).await?;
    state.session.push(Entry {
        challenge_metadata: state.metadata.take(),
        ..Entry::new(CUSTOM, right)
    });
    let next = if state.session.len() >= ROUNDS {
        Next::Fail
    } else {
        round.decide(lock, &state.session).await?
    };
    match next {
        Next::Tokens if step.user.is_some() => Ok(Verdict::Passed(Pass {
            factor: Some(Factor::Custom),
            writes: table::delete(Batch::new(), &pool.id, subject, row, ver),
            after: None,
        })),
        Next::Challenge(created) => {
            let guard = guard(at, step.user.as_ref(), subject);
            let expected = Expected::Custom { row: row.clone() };
            let next = step.state.clone().next(cx, at.client, expected);
            let sealed = seal(pool, &next, row, state.session, &created)?;
            let expires = next.expires;
            let writes = table::update(guard, &pool.id, subject, row, sealed, expires, ver);
            Ok(Verdict::Ask(Asked {
                challenge: asked(cx, pool, next, created)?,
                writes: step.tally.require_unchanged(writes, pool),
                replay: step.replay.clone(),
            }))
        }
        Next::PasswordVerifier => Err(challenges::unusable_decision().into()),
        Next::Fail | Next::Tokens => {
            let writes = table::delete(Batch::new(), &pool.id, subject, row, ver);
            Err(ended(step, writes).into())
        }
    }
}

/// Returns the end of a sign-in by decision of the triggers.
fn ended(step: &Step, writes: Batch) -> Refusal {
    let (user, subject) = (step.user.as_ref(), step.tally.subject());
    let proven = &step.state.proven;
    let event = if proven.is_empty() {
        AuthEvent::refused(user, subject, proven)
    } else {
        AuthEvent::failed(user, subject, proven)
    };
    Refusal {
        refusal: auth::incorrect_password(),
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

/// Returns the conditions of a challenge: an active pool, and the user as read, or still no such user.
fn guard(at: At<'_>, user: Option<&User>, subject: &str) -> Batch {
    let batch = guards::require_pool_active(Batch::new(), &at.pool.id);
    match user {
        Some(user) => guards::require_user_unchanged(batch, &at.pool.id, &user.id, user.ver),
        None => guards::require_user_absent(batch, &at.pool.id, subject),
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
