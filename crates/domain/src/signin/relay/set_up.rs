//! MFA_SETUP of the upstream: the app that it demands is registered there, by this pool's AssociateSoftwareToken and
//! VerifySoftwareToken. Nothing of the app stays here: the next sign-in is asked for its code by the upstream.

use cognate_crypto::random;
use cognate_crypto::secret::SecretString;
use cognate_shapes::ChallengeNameType;
use cognate_store::Batch;
use cognate_store::tables::guards;

use crate::cx::Cx;
use crate::errors::{Fault, Result, auth};
use crate::signin::lock::Lock;
use crate::signin::mfa::setup;
use crate::signin::relay::asking::{Asking, upstream_for};
use crate::signin::relay::reply::{Taken, take_up};
use crate::signin::state::{Expected, SignInState};
use crate::signin::{At, Surface};
use crate::upstream::answers::Refusal;
use crate::upstream::dialog::{AppCall, AppStep};
use crate::upstream::question::Kept;

/// Begins to register an app. Returns SecretCode and the session to verify it with; None for a session that is not of the
/// upstream's MFA_SETUP.
///
/// # Errors
/// The texts of sessions; InternalErrorException if the upstream does not answer.
pub(in crate::signin) async fn associate(
    cx: &Cx<'_>,
    session: &str,
) -> Result<Option<(String, String)>> {
    let stepped = step(cx, session, AppCall::Associate).await?;
    let Some((secret, session)) = stepped else {
        return Ok(None);
    };
    Ok(Some((secret.ok_or_else(auth::session_invalid)?, session)))
}

/// Registers the app by its first code. Returns the session that answers MFA_SETUP; None as [`associate`]. The session of the
/// request is spent, by a wrong code as well: theirs is.
///
/// # Errors
/// As [`associate`]; EnableSoftwareTokenMFAException.
pub(in crate::signin) async fn verify(
    cx: &Cx<'_>,
    session: &str,
    code: &SecretString,
    name: Option<&str>,
) -> Result<Option<String>> {
    let stepped = step(cx, session, AppCall::Verify { code, name }).await?;
    Ok(stepped.map(|(_, session)| session))
}

/// Takes a step there. Returns SecretCode, if it answers that, and the next session.
async fn step(
    cx: &Cx<'_>,
    session: &str,
    call: AppCall<'_>,
) -> Result<Option<(Option<String>, String)>> {
    let (pool, client) = setup::place(cx, session).await?;
    let at = At {
        surface: Surface::PublicApi,
        pool: &pool,
        client: &client,
        metadata: None,
    };
    let state = SignInState::open(cx, &pool, &client, session)?;
    let Expected::Upstream {
        challenge: ChallengeNameType::MfaSetup,
        row,
    } = state.expected.clone()
    else {
        return Ok(None);
    };
    let mut lock = Lock::default();
    let Taken { step, user } = match take_up(cx, at, &mut lock, state).await {
        Ok(taken) => taken,
        // What these operations do not declare: the user was disabled meanwhile.
        Err(stop) => {
            return Err(match stop.settle(cx, at).await {
                Fault::Api(error) if !cx.action.declares(error.code) => {
                    auth::session_invalid().into()
                }
                fault => fault,
            });
        }
    };
    let kept = Kept::find(cx, &pool, &step.state.subject, &row).await?;
    let upstream = upstream_for(cx, at, user.as_ref()).await?;
    let upstream = upstream.ok_or_else(auth::session_invalid)?;
    let asking = Asking {
        upstream: &upstream,
        known: user.as_ref(),
        tally: &step.tally,
        name: &kept.typed,
        point: call.operation(),
    };
    let theirs = kept.session.as_deref().ok_or_else(auth::session_invalid)?;
    let answered = asking
        .register(cx, at, &mut lock, &kept.username, theirs, call)
        .await?;
    let conflict = |label| step.replay.conflict(cx, at, label);
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    // A page may begin anew with one session; an answer spends it.
    let batch = match call {
        AppCall::Associate => batch,
        AppCall::Verify { .. } => step.replay.spend(batch, &pool),
    };
    let AppStep { secret, session } = match answered {
        Ok(answered) => answered,
        Err(Refusal { error, .. }) => {
            if matches!(call, AppCall::Verify { .. }) {
                cx.commit(batch, conflict).await?;
            }
            return Err(match cx.action.declares(error.code) {
                true => error.into(),
                false => auth::session_invalid().into(),
            });
        }
    };
    let next = Kept {
        session,
        username: kept.username,
        typed: kept.typed,
        credential: kept.credential,
    };
    let subject = step.state.subject.clone();
    let name = format!("row of the upstream's app {subject}");
    let row = cx.memory().once(&name, random::uuid_v4);
    let expected = Expected::Upstream {
        challenge: ChallengeNameType::MfaSetup,
        row: row.clone(),
    };
    let state = step.state.clone().next(cx, &client, expected);
    let batch = next.insert(batch, &pool, &subject, &row, state.expires)?;
    cx.commit(batch, conflict).await?;
    Ok(Some((secret, state.seal(cx, &pool)?)))
}
