//! Sign-in with the password itself: USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH and its legacy names, PASSWORD of
//! USER_AUTH (auth.md 3.2, 3.3). And what a password is worth, however it is proven.

use std::sync::Arc;
use std::time::Duration;

use cognate_crypto::secret::SecretString;
use cognate_store::Batch;

use crate::app::imported_hashes::Turn;
use crate::audit;
use crate::cx::{Caller, Cx};
use crate::errors::{self, Fault, Result, auth};
use crate::facts::factor::Factor;
use crate::facts::network::network;
use crate::records::user::{self, User};
use crate::signin::At;
use crate::signin::candidate::credential_or_decoy;
use crate::signin::verdict::{Pass, Step, Verdict, Wrong};
use crate::users::password;

/// Compares a password. If the client hides which users exist, an unknown name costs as much as a user.
///
/// In a pool with password hashes of other systems every password waits for the turn of the client it came from, also that
/// of a user without such a hash and of an unknown name: a refusal tells nothing of the user, and the many requests of one
/// client keep no other out. Signed requests come from a server of the pool's owner for many people; they wait for the
/// user's turn alone.
///
/// # Errors
/// TooManyRequestsException when a client has too many passwords compared at once; a credential that cannot be opened.
pub async fn judge(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    password: &SecretString,
) -> Result<Verdict> {
    let has_hashes = at.pool.doc.imported_passwords.is_some();
    if has_hashes && matches!(cx.caller, Caller::Public) {
        take_turn(cx, at).await?;
    }
    let verdict = compare(cx, at, step, password, has_hashes).await?;
    if has_hashes && !matches!(verdict, Verdict::Wrong(_)) {
        // Functions of the pool may take long; the turn was for the comparison.
        cx.memory().keep(TURN, ());
    }
    Ok(verdict)
}

async fn compare(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    password: &SecretString,
    has_hashes: bool,
) -> Result<Verdict> {
    if let Some(user) = step.user.as_ref()
        && user.has_imported_password()
    {
        return judge_imported(cx, at, step, user, password).await;
    }
    let password = password.duplicate();
    let state = &step.state;
    let credential = credential_or_decoy(at.pool, step.user.as_ref(), &state.typed)?;
    let (suffix, username) = (at.pool.suffix().to_owned(), state.username.clone());
    let right = cx
        .workers
        .run(move || credential.matches(&suffix, &username, password.expose()))
        .await;
    let verdict = verdict(step, right);
    if matches!(verdict, Verdict::Wrong(_)) && has_hashes {
        // A wrong password of any other user and of an unknown name takes as long as one that meets an imported hash, so
        // that the time tells neither who exists nor who has not come back yet (moving.md 3.2).
        cx.memory().keep(WAIT, cx.imported_hashes.draw(&at.pool.id));
    }
    Ok(verdict)
}

/// The name under which an action with a wrong password keeps the turn of its client until it ends, its wait included: what
/// a refusal by bound tells must not depend on how the time of a wrong password was spent.
const TURN: &str = "turn to compare a password";

/// Waits for the turn of the client, unless the action has it from an earlier run.
async fn take_turn(cx: &Cx<'_>, at: At<'_>) -> Result<()> {
    if cx.memory().get::<Arc<Turn>>(TURN).is_none() {
        let client = network(&cx.client_info.ip);
        let turn = cx.imported_hashes.turn(&at.pool.id, &client).await;
        let turn = turn.ok_or_else(|| errors::overloaded(cx.action))?;
        cx.memory().keep(TURN, Arc::new(turn));
    }
    Ok(())
}

/// The name under which a run keeps how long its refusal waits.
const WAIT: &str = "wrong password waits";

/// Waits as long as a wrong password of the pool takes, if one was compared. For after the user's lock: the wait keeps nobody
/// else of that name out.
pub async fn wait<T>(cx: &Cx<'_>, outcome: &Result<T>) {
    if let Err(Fault::Api(_)) = outcome
        && let Some(time) = cx.memory().get::<Duration>(WAIT)
    {
        tokio::time::sleep(time).await;
    }
}

/// Compares a password with the hash of another system. The right one replaces the hash by the native credential, in the
/// commit that follows the answer.
async fn judge_imported(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    user: &User,
    given: &SecretString,
) -> Result<Verdict> {
    let pool = at.pool;
    let Some(credential) = user.open_credential(pool)? else {
        return Ok(verdict(step, false));
    };
    let hashes = &cx.imported_hashes;
    let right = hashes.matches(&cx.workers, &pool.id, credential, given.duplicate());
    if !right.await {
        return Ok(verdict(step, false));
    }
    if pool.paused {
        // The hash stays until the recovery has ended.
        return Ok(verdict(step, true));
    }
    let mut after = user.clone();
    let sealed = password::seal(cx, pool, &user.id, &user.username, given).await;
    after.credential = Some(sealed);
    let writes = user::save(Batch::new(), pool, user, &after)?;
    let writes = audit::record(cx, writes, &pool.id, Some(&user.id));
    Ok(Verdict::Passed(Pass {
        factor: Some(Factor::Password),
        writes,
        after: Some(after),
    }))
}

/// Returns the verdict on a password that was proven or not. An unknown name has no right one.
pub fn verdict(step: &Step, right: bool) -> Verdict {
    if right && step.user.is_some() {
        Verdict::Passed(Pass::of(Factor::Password))
    } else {
        Verdict::Wrong(Wrong::new(auth::incorrect_password()))
    }
}
