//! Sign-in by SRP: USER_SRP_AUTH and its PASSWORD_VERIFIER (auth.md 3.3, 3.4).

use std::collections::BTreeMap;

use cognate_crypto::credential::Credential;
use cognate_crypto::srp::{self, Challenge, PublicA};
use cognate_shapes::ChallengeNameType;
use cognate_store::Batch;
use cognate_store::tables::{attempts as attempts_table, sessions, users};

use crate::attempts::{Subject, Tally};
use crate::cx::Cx;
use crate::errors::{Result, auth, unconfirmed};
use crate::facts::factor::{Factor, Proven};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::advance::{self, Change, Passed};
use crate::signin::candidate::{Candidate, Names};
use crate::signin::flows::Parameters;
use crate::signin::outcome::{Outcome, Proof};
use crate::signin::progress::{Awaits, Flow, Progress, Start};
use crate::signin::ticket::{self, SrpBlock};
use crate::signin::{At, secret_hash, timestamp};

/// USER_SRP_AUTH and PASSWORD_SRP: takes A, gives B, salt and SECRET_BLOCK. In USER_SRP_AUTH there is no Session (settled
/// C14). `start`: what the sign-in began with.
///
/// # Errors
/// auth.md 2.3 and 6.4. Nobody's name gets a challenge too where the client must not know: stable salt and id, fresh B.
pub async fn start(
    cx: &Cx<'_>,
    at: At<'_>,
    start: Start,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let (pool, client) = (at.pool, at.client);
    let name = given.required("USERNAME")?;
    let public_a = given.required("SRP_A")?;
    secret_hash::check(client, name, given.get("SECRET_HASH"))?;
    let public_a = parse(public_a)?;

    let candidate = Candidate::find(cx, pool, client, name, Names::Logins).await?;
    candidate.tally.refuse_locked(cx.now())?;
    candidate.refuse_state(cx, pool, client).await?;
    challenge(cx, at, candidate, start, public_a).await
}

/// A of the client.
///
/// # Errors
/// InvalidParameterException for what is no number; `Incorrect username or password.` for multiples of N.
pub fn parse(public_a: &str) -> Result<PublicA> {
    Ok(srp::parse_public_a(public_a).map_err(|error| match error {
        srp::SrpError::Malformed => unconfirmed::malformed_srp_a(),
        srp::SrpError::Refused => auth::incorrect_password(),
    })?)
}

/// PASSWORD_VERIFIER for a candidate who is neither locked nor in a state that forbids it.
///
/// # Errors
/// `Incorrect username or password.` for a credential that SRP cannot use.
pub async fn challenge(
    cx: &Cx<'_>,
    at: At<'_>,
    candidate: Candidate,
    start: Start,
    public_a: PublicA,
) -> Result<Outcome> {
    let (pool, client) = (at.pool, at.client);
    let credential = candidate.credential(pool)?;
    let (salt, challenge) = cx
        .workers
        .run(move || begin(&credential))
        .await
        .ok_or_else(auth::incorrect_password)?;

    let username = candidate.username(pool);
    let srp_b = challenge.srp_b();
    let session = match start.flow {
        Flow::Srp => None,
        _ => Some(session(cx, at, &candidate, &username, &start)?),
    };
    let block = SrpBlock {
        nonce: ticket::nonce(),
        client_id: client.id.clone(),
        subject: candidate.tally.subject().as_str().to_owned(),
        username: username.clone(),
        typed: candidate.typed,
        start,
        expires: ticket::step_expires(cx, client),
        public_a: public_a.as_bytes().to_vec(),
        b: challenge.b,
        public_b: challenge.public_b,
    };
    let parameters = BTreeMap::from([
        ("SALT".to_owned(), salt),
        ("SECRET_BLOCK".to_owned(), block.seal(cx, pool)),
        ("SRP_B".to_owned(), srp_b),
        ("USERNAME".to_owned(), username.clone()),
        ("USER_ID_FOR_SRP".to_owned(), username),
    ]);
    let name = ChallengeNameType::PasswordVerifier;
    Ok(Outcome::challenge(name, session, parameters))
}

/// The Session beside SECRET_BLOCK in the flows that have one. Nothing depends on it.
fn session(
    cx: &Cx<'_>,
    at: At<'_>,
    candidate: &Candidate,
    username: &str,
    start: &Start,
) -> Result<String> {
    let (typed, start) = (&candidate.typed, start.clone());
    let progress = match &candidate.user {
        Some(user) => Progress::of_user(at, user, typed, start, Proven::default()),
        None => {
            let nobody = candidate.tally.subject().as_str();
            Progress::of_nobody(at, nobody, username, typed, start)
        }
    };
    progress
        .next(cx, at.client, Awaits::PasswordVerifier)
        .seal(cx, at.pool)
}

/// Salt in hexadecimal and challenge; None for a credential that SRP cannot use.
fn begin(credential: &Credential) -> Option<(String, Challenge)> {
    let (salt, verifier) = credential.srp()?;
    Some((srp::to_hex(salt), srp::challenge(verifier)))
}

/// PASSWORD_VERIFIER: checks the client's proof. SECRET_BLOCK alone carries the state; a Session is not needed and not
/// looked at (pycognito sends none).
///
/// # Errors
/// [`claim_has_form`]; `Incorrect username or password.` for a wrong password, signature or time, an altered or a used
/// SECRET_BLOCK (settled S1, S2); the lockout; the user's state.
pub async fn answer(cx: &Cx<'_>, at: At<'_>, given: &Parameters<'_>) -> Result<Outcome> {
    let (pool, client) = (at.pool, at.client);
    let name = given.required("USERNAME")?;
    let block = given.required("PASSWORD_CLAIM_SECRET_BLOCK")?;
    let signature = given.required("PASSWORD_CLAIM_SIGNATURE")?.to_owned();
    let timestamp = given.required("TIMESTAMP")?.to_owned();
    secret_hash::check(client, name, given.get("SECRET_HASH"))?;
    claim_has_form(&timestamp, &signature)?;

    let (block, signed) = SrpBlock::open(pool, block).ok_or_else(auth::incorrect_password)?;
    if block.client_id != client.id || !is_named(pool, &block, name) {
        return Err(auth::incorrect_password().into());
    }
    if block.expires <= cx.now() {
        return Err(auth::session_expired().into());
    }
    let _turn = cx
        .gates
        .enter(pool, &block.subject)
        .await
        .ok_or_else(auth::password_attempts_exceeded)?;
    let candidate = again(cx, pool, &block).await?;
    candidate.refuse_state(cx, pool, client).await?;

    let timely = timestamp::is_timely(&timestamp, cx.clock.wall());
    let credential = candidate.credential(pool)?;
    let proof = Proof::Srp {
        nonce: block.nonce.clone(),
        expires: block.expires,
    };
    let mut start = block.start.clone();
    start.name_device(given.get("DEVICE_KEY"));
    let typed = block.typed.clone();
    let suffix = pool.suffix().to_owned();
    let right = cx
        .workers
        .run(move || {
            prove(
                &block,
                &credential,
                &suffix,
                &signed,
                &timestamp,
                &signature,
            )
        })
        .await;
    match candidate {
        Candidate {
            user: Some(user),
            tally,
            ..
        } if right && timely => {
            let passed = Passed {
                user,
                change: Change::None,
                tally,
                typed,
                start,
                proven: Proven::only(Factor::Password),
                proof,
            };
            advance::proceed(cx, at, passed, Batch::new()).await
        }
        wrong => Err(wrong.failed(cx, pool, client).await),
    }
}

/// Refuses a claim that no password could make right; it counts for nothing.
///
/// # Errors
/// InvalidParameterException for a TIMESTAMP of another form (settled L2); `Incorrect username or password.` for a
/// signature that is none.
pub(super) fn claim_has_form(timestamp: &str, signature: &str) -> Result<()> {
    if !timestamp::has_form(timestamp) {
        return Err(auth::timestamp_form().into());
    }
    if !srp::is_claim_signature(signature) {
        return Err(auth::incorrect_password().into());
    }
    Ok(())
}

/// Whether the answer names the user of the challenge: by internal name, or by `sub`. An alias does not do (auth.md 3.1).
fn is_named(pool: &Pool, block: &SrpBlock, name: &str) -> bool {
    name == block.subject || pool.fold(name) == pool.fold(&block.username)
}

/// Reads the user of the challenge, the lock, and whether the challenge was answered before, in one round trip.
async fn again(cx: &Cx<'_>, pool: &Pool, block: &SrpBlock) -> Result<Candidate> {
    let found = cx
        .store
        .read(&[
            users::by_id(&pool.id, &block.subject),
            (
                attempts_table::OF_SUBJECT,
                attempts_table::key(&pool.id, &block.subject),
            ),
            (
                sessions::READ_SPENT,
                sessions::spent_key(&pool.id, &block.nonce),
            ),
        ])
        .await?;
    let mut found = found.into_iter();
    let mut next = || found.next().unwrap_or_default();
    let (user, counted, spent) = (next(), next(), next());
    let tally = Tally::from_rows(Subject::known(&block.subject), &counted)?;
    tally.refuse_locked(cx.now())?;
    if !spent.is_empty() {
        return Err(auth::incorrect_password().into());
    }
    let user = user
        .into_iter()
        .next()
        .map(|mut row| User::from_row(pool, &mut row))
        .transpose()?;
    Ok(Candidate {
        typed: block.typed.clone(),
        user,
        model: None,
        tally,
    })
}

fn prove(
    block: &SrpBlock,
    credential: &Credential,
    suffix: &str,
    signed: &[u8],
    timestamp: &str,
    signature: &str,
) -> bool {
    let Some((_, verifier)) = credential.srp() else {
        return false;
    };
    let Ok(public_a) = PublicA::from_bytes(&block.public_a) else {
        return false;
    };
    let challenge = Challenge {
        b: block.b.duplicate(),
        public_b: block.public_b.clone(),
    };
    match srp::session_key(&public_a, &challenge, verifier) {
        Ok(key) => srp::verify_claim(&key, suffix, &block.username, signed, timestamp, signature),
        Err(_) => false,
    }
}
