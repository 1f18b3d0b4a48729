//! CUSTOM_AUTH: the pool's triggers decide what is asked for (auth.md 3.5).
//!
//! What was asked and answered, and the expected answer, stand in a row; the session names it. Every answer, right or
//! wrong, moves the row on and uses its session up, so that no round can be answered twice. A name that nobody has takes
//! the same way where the client must not know: the triggers are told, and no decision of theirs gives it tokens.

use std::collections::BTreeMap;

use cognate_crypto::random;
use cognate_crypto::seal::Context;
use cognate_shapes::ChallengeNameType;
use cognate_store::Batch;
use cognate_store::tables::custom_auth::{self as table, CustomAuthRow};
use cognate_store::tables::{codes as codes_table, sessions};
use serde::{Deserialize, Serialize};

use crate::cx::Cx;
use crate::errors::{Fault, Result, auth, challenges};
use crate::facts::factor::{Factor, Proven};
use crate::records::pool::Pool;
use crate::records::user::{ID_TAKEN, User};
use crate::signin::advance::{self, Change, Passed};
use crate::signin::candidate::{self, Candidate, Names};
use crate::signin::flows::Parameters;
use crate::signin::outcome::{Outcome, Proof};
use crate::signin::progress::{Awaits, Progress, Start};
use crate::signin::resume::Resumed;
use crate::signin::{At, secret_hash, srp};

pub mod deciders;

use deciders::{Asking, Created, Decision, Entry};

/// The challenge that triggers can ask for.
const CUSTOM: &str = "CUSTOM_CHALLENGE";
/// The name under which the start of SRP stands in the session, and with which a client asks for it.
const SRP_A: &str = "SRP_A";
/// Rounds after which a sign-in ends, whatever the triggers say: each makes the row longer.
const ROUNDS: usize = 100;

/// What a row holds.
#[derive(Serialize, Deserialize)]
struct State {
    session: Vec<Entry>,
    private: BTreeMap<String, String>,
    metadata: Option<String>,
}

/// What the triggers want.
enum Next {
    Tokens,
    Fail,
    PasswordVerifier,
    Challenge(Created),
}

/// Begins CUSTOM_AUTH, with SRP if the client sends A (`CHALLENGE_NAME` is `SRP_A`).
///
/// # Errors
/// `Custom auth lambda trigger is not configured for the user pool.` (settled S24); auth.md 2.3, 6.4; the triggers' own.
pub async fn start(
    cx: &Cx<'_>,
    at: At<'_>,
    start: Start,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let (pool, client) = (at.pool, at.client);
    let name = given.required("USERNAME")?;
    if pool.doc.lambda_config.define_auth_challenge.is_none() {
        return Err(auth::custom_auth_without_triggers().into());
    }
    secret_hash::check(client, name, given.get("SECRET_HASH"))?;
    let with_srp = given.get("CHALLENGE_NAME") == Some(SRP_A);
    let public_a = with_srp
        .then(|| srp::parse(given.required(SRP_A)?))
        .transpose()?;
    let candidate = Candidate::find(cx, pool, client, name, Names::LoginsAndSub).await?;
    candidate.tally.refuse_locked(cx.now())?;
    candidate.refuse_state(cx, pool, client).await?;
    let candidate = candidate.or_nobody(pool)?;

    let username = candidate.username(pool);
    let session: Vec<Entry> = public_a.iter().map(|_| Entry::new(SRP_A, true)).collect();
    let asking = Asking {
        at,
        user: candidate.user.as_ref(),
        username: &username,
        session: &session,
    };
    let next = decide(cx, asking).await?;
    if let (Next::PasswordVerifier, Some(public_a)) = (&next, public_a) {
        return srp::challenge(cx, at, candidate, start, public_a).await;
    }
    match (next, candidate.user) {
        (Next::Tokens, Some(user)) => {
            let passed = Passed {
                user,
                change: Change::None,
                tally: candidate.tally,
                typed: candidate.typed,
                start,
                proven: Proven::only(Factor::Custom),
                proof: Proof::Password,
            };
            advance::proceed(cx, at, passed, Batch::new()).await
        }
        (Next::Challenge(created), user) => {
            let progress = match &user {
                Some(user) => {
                    Progress::of_user(at, user, &candidate.typed, start, Proven::default())
                }
                None => {
                    let subject = candidate.tally.subject().as_str();
                    Progress::of_nobody(at, subject, &username, &candidate.typed, start)
                }
            };
            let (batch, outcome) = ask(cx, at, progress, session, created)?;
            let batch = guard(at, user.as_ref(), candidate.tally.subject().as_str()).extend(batch);
            let conflict = Proof::Password;
            cx.commit(batch, |label| conflict.conflict(cx, pool, client, label))
                .await?;
            Ok(outcome)
        }
        (Next::PasswordVerifier, _) => Err(challenges::unusable_decision().into()),
        (Next::Fail | Next::Tokens, user) => {
            let subject = candidate.tally.subject();
            let batch = Batch::new();
            let batch = candidate::stranger_event(cx, batch, pool, client, user.as_ref(), subject);
            cx.commit(batch, |_| Fault::Stale).await?;
            Err(auth::incorrect_password().into())
        }
    }
}

/// Goes on after password and second factor: `passed` has shown what they ask for, `batch` is what the last step writes.
///
/// # Errors
/// `Incorrect username or password.` when the triggers end the sign-in; their own.
pub async fn go_on(cx: &Cx<'_>, at: At<'_>, mut passed: Passed, batch: Batch) -> Result<Outcome> {
    let session = shown(&passed.proven);
    let asking = Asking {
        at,
        user: Some(&passed.user),
        username: &passed.user.username,
        session: &session,
    };
    match decide(cx, asking).await? {
        Next::Tokens => {
            passed.proven = passed.proven.with(Factor::Custom);
            advance::proceed(cx, at, passed, batch).await
        }
        Next::Challenge(created) => {
            let (row, outcome) = ask(cx, at, passed.progress(at), session, created)?;
            advance::ask(cx, at, &passed, batch.extend(row), outcome).await
        }
        Next::PasswordVerifier => Err(challenges::unusable_decision().into()),
        Next::Fail => {
            let refusal = auth::incorrect_password();
            Err(candidate::refused(cx, at.pool, at.client, &passed.user, refusal).await)
        }
    }
}

/// What the triggers see of a sign-in that began with SRP.
fn shown(proven: &Proven) -> Vec<Entry> {
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
    [SRP_A, "PASSWORD_VERIFIER"]
        .into_iter()
        .chain(factors)
        .map(|name| Entry::new(name, true))
        .collect()
}

/// Takes the answer to a custom challenge.
///
/// # Errors
/// `Incorrect username or password.` when the triggers end the sign-in; their own. auth.md 3.1 for a round that was
/// answered before.
pub async fn answer(
    cx: &Cx<'_>,
    at: At<'_>,
    resumed: Resumed<'_>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let pool = at.pool;
    let answer = given.required("ANSWER")?;
    let Awaits::Custom { row } = resumed.progress.awaits.clone() else {
        return Err(auth::session_invalid().into());
    };
    let subject = resumed.progress.subject.clone();
    let (mut state, ver) = read(cx, pool, &subject, &row)
        .await?
        .ok_or_else(auth::session_used)?;
    let username = resumed.progress.username.clone();
    let before = Asking {
        at,
        user: resumed.user.as_ref(),
        username: &username,
        session: &state.session,
    };
    let right = cx
        .deciders()
        .verify(cx, before, &state.private, answer)
        .await?;
    state.session.push(Entry {
        challenge_metadata: state.metadata.take(),
        ..Entry::new(CUSTOM, right)
    });
    let next = if state.session.len() >= ROUNDS {
        Next::Fail
    } else {
        let now = Asking {
            at,
            user: resumed.user.as_ref(),
            username: &username,
            session: &state.session,
        };
        decide(cx, now).await?
    };
    match next {
        Next::Tokens if resumed.user.is_some() => {
            let batch = table::delete(Batch::new(), &pool.id, &subject, &row, ver);
            advance::proved(cx, at, resumed, Factor::Custom, batch).await
        }
        Next::Challenge(created) => {
            let guard = guard(at, resumed.user.as_ref(), &subject);
            let proof = resumed.proof();
            let (awaits, tally) = (Awaits::Custom { row: row.clone() }, resumed.tally);
            let progress = resumed.progress.next(cx, at.client, awaits);
            let (sealed, parameters) = round(pool, &progress, &row, state.session, created)?;
            let expires = progress.expires;
            let batch = table::update(guard, &pool.id, &subject, &row, sealed, expires, ver);
            let batch = proof.spend(tally.unmoved(batch, pool), pool);
            cx.commit(batch, |label| proof.conflict(cx, pool, at.client, label))
                .await?;
            let session = Some(progress.seal(cx, pool)?);
            let name = ChallengeNameType::CustomChallenge;
            Ok(Outcome::challenge(name, session, parameters))
        }
        Next::PasswordVerifier => Err(challenges::unusable_decision().into()),
        Next::Fail | Next::Tokens => {
            let proof = resumed.proof();
            let user = resumed.user.as_ref();
            let tried = resumed.tally.subject();
            let batch = if resumed.progress.proven.is_empty() {
                candidate::stranger_event(cx, Batch::new(), pool, at.client, user, tried)
            } else {
                candidate::failure_event(cx, pool, at.client, user, tried)
            };
            let batch = table::delete(batch, &pool.id, &subject, &row, ver);
            let batch = proof.spend(batch, pool);
            cx.commit(batch, |label| proof.conflict(cx, pool, at.client, label))
                .await?;
            Err(auth::incorrect_password().into())
        }
    }
}

/// Asks DefineAuthChallenge, and CreateAuthChallenge if a challenge is wanted.
async fn decide(cx: &Cx<'_>, asking: Asking<'_>) -> Result<Next> {
    let Decision {
        challenge_name,
        issue_tokens,
        fail_authentication,
    } = cx.deciders().define(cx, asking).await?;
    if fail_authentication {
        return Ok(Next::Fail);
    }
    if issue_tokens {
        return Ok(Next::Tokens);
    }
    match challenge_name.as_deref() {
        Some(CUSTOM) => {
            let created = cx.deciders().create(cx, asking, CUSTOM).await?;
            Ok(Next::Challenge(created))
        }
        Some("PASSWORD_VERIFIER") => Ok(Next::PasswordVerifier),
        _ => Err(challenges::unusable_decision().into()),
    }
}

/// A first custom challenge: its row, and the answer that asks for it.
fn ask(
    cx: &Cx<'_>,
    at: At<'_>,
    progress: Progress,
    session: Vec<Entry>,
    created: Created,
) -> Result<(Batch, Outcome)> {
    let row = random::uuid_v4();
    let progress = progress.next(cx, at.client, Awaits::Custom { row: row.clone() });
    let (sealed, parameters) = round(at.pool, &progress, &row, session, created)?;
    let batch = table::insert(
        Batch::new(),
        &at.pool.id,
        &progress.subject,
        &row,
        sealed,
        progress.expires,
    );
    let session = Some(progress.seal(cx, at.pool)?);
    let name = ChallengeNameType::CustomChallenge;
    Ok((batch, Outcome::challenge(name, session, parameters)))
}

/// What a round leaves in the row, and what the client is told.
fn round(
    pool: &Pool,
    progress: &Progress,
    row: &str,
    session: Vec<Entry>,
    created: Created,
) -> Result<(Vec<u8>, BTreeMap<String, String>)> {
    let state = State {
        session,
        private: created.private,
        metadata: created.metadata,
    };
    let sealed = pool.key.seal(
        &context(pool, &row_id(&progress.subject, row)),
        &serde_json::to_vec(&state)?,
    );
    let mut parameters = created.public;
    parameters.insert("USERNAME".to_owned(), progress.username.clone());
    Ok((sealed, parameters))
}

async fn read(cx: &Cx<'_>, pool: &Pool, subject: &str, row: &str) -> Result<Option<(State, i64)>> {
    let key = table::key(&pool.id, subject, row, cx.now());
    let Some(mut found) = cx.store.row(table::READ, key).await? else {
        return Ok(None);
    };
    let CustomAuthRow { sealed, ver } = CustomAuthRow::read(&mut found)?;
    let plain = pool
        .key
        .open(&context(pool, &row_id(subject, row)), &sealed)?;
    Ok(Some((serde_json::from_slice(plain.expose())?, ver)))
}

/// The conditions under which a challenge may be asked for: an active pool, and the user as read or nobody still.
fn guard(at: At<'_>, user: Option<&User>, subject: &str) -> Batch {
    let batch = sessions::pool_is_active(Batch::new(), &at.pool.id);
    match user {
        Some(user) => sessions::user_is_unchanged(batch, &at.pool.id, &user.id, user.ver),
        None => codes_table::guard_nobody(batch, &at.pool.id, subject, ID_TAKEN),
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
