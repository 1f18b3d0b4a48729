//! Sign-in with the password itself: USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH and its legacy names, PASSWORD of
//! USER_AUTH (auth.md 3.2, 3.3).

use cognate_crypto::secret::{Secret, SecretString};
use cognate_store::Batch;

use crate::cx::Cx;
use crate::errors::{Fault, Result, auth};
use crate::facts::factor::{Factor, Proven};
use crate::signin::advance::{self, Change, Passed};
use crate::signin::candidate::{Candidate, Names};
use crate::signin::flows::Parameters;
use crate::signin::outcome::{Outcome, Proof};
use crate::signin::progress::Start;
use crate::signin::resume::Resumed;
use crate::signin::{At, secret_hash};

/// Checks USERNAME and PASSWORD. `start`: what the sign-in began with.
///
/// # Errors
/// auth.md 2.3 and 6.4. Nobody's name costs what a user's costs where the client must not know.
pub async fn sign_in(
    cx: &Cx<'_>,
    at: At<'_>,
    start: Start,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let (pool, client) = (at.pool, at.client);
    let name = given.required("USERNAME")?;
    let password: SecretString = Secret::new(given.required("PASSWORD")?.to_owned());
    secret_hash::check(client, name, given.get("SECRET_HASH"))?;

    let mark = cx.gates.mark();
    let mut candidate = Candidate::find(cx, pool, client, name, Names::LoginsAndSub).await?;
    let subject = candidate.tally.subject().clone();
    let turn = cx
        .gates
        .enter(pool, subject.as_str())
        .await
        .ok_or_else(auth::password_attempts_exceeded)?;
    if !turn.is_current_since(mark) {
        candidate = Candidate::find(cx, pool, client, name, Names::LoginsAndSub).await?;
        if *candidate.tally.subject() != subject {
            return Err(Fault::Stale);
        }
    }
    candidate.tally.refuse_locked(cx.now())?;
    judge(cx, at, candidate, password, start, Proof::Password).await
}

/// PASSWORD, and SELECT_CHALLENGE with the password in the same answer: the sign-in that was taken up goes on.
///
/// # Errors
/// auth.md 2.3; the session stays good after a wrong password.
pub async fn answer(
    cx: &Cx<'_>,
    at: At<'_>,
    resumed: Resumed<'_>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let password: SecretString = Secret::new(given.required("PASSWORD")?.to_owned());
    let proof = resumed.proof();
    let (candidate, start, _turn) = resumed.into_candidate();
    judge(cx, at, candidate, password, start, proof).await
}

/// Compares the password while the gate is closed behind the candidate.
async fn judge(
    cx: &Cx<'_>,
    at: At<'_>,
    candidate: Candidate,
    password: SecretString,
    start: Start,
    proof: Proof,
) -> Result<Outcome> {
    let (pool, client) = (at.pool, at.client);
    candidate.refuse_state(cx, pool, client).await?;

    let credential = candidate.credential(pool)?;
    let (suffix, username) = (pool.suffix().to_owned(), candidate.username(pool));
    let right = cx
        .workers
        .run(move || credential.matches(&suffix, &username, password.expose()))
        .await;
    let typed = candidate.typed.clone();
    match candidate {
        Candidate {
            user: Some(user),
            tally,
            ..
        } if right => {
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
