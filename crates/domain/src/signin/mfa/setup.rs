//! MFA_SETUP: the pool requires a second factor and the user has none (auth.md 4.2, sub-flows).
//!
//! An authenticator app is set up by AssociateSoftwareToken and VerifySoftwareToken, which get nothing but the session;
//! an e-mail address comes in the answer and is proven by a code. Every step decides anew whether the user still has no
//! factor, so that a session which was begun earlier cannot replace one that was set up since.

use std::collections::BTreeMap;
use std::sync::Arc;

use cognate_crypto::secret::SecretString;
use cognate_store::Batch;
use cognate_store::tables::guards;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{ErrorCode, Fault, Result, auth};
use crate::facts::contact::Contact;
use crate::facts::factor::{Factor, MfaFactor};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user;
use crate::signin::lock::Lock;
use crate::signin::mfa::decide::{Decision, decide};
use crate::signin::mfa::software_token::{self, TokenRow};
use crate::signin::mfa::{ask, codes};
use crate::signin::resume;
use crate::signin::state::{Expected, SignInState};
use crate::signin::verdict::{Asked, Pass, Step, Verdict};
use crate::signin::{At, Surface};
use crate::users::changes;

/// Takes the session of VerifySoftwareToken, or an address or a number.
///
/// # Errors
/// `Invalid session for the user.` when none is there (auth.md 6.5); for an address, those of [`changes::complete`].
pub async fn judge(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    step: &Step,
    given: Option<&(Contact, String)>,
) -> Result<Verdict> {
    let Expected::MfaSetup { app, .. } = &step.state.expected else {
        return Err(auth::session_invalid().into());
    };
    let user = step.known()?;
    if let Some(app) = app {
        // The app may have been deleted since, and another one registered.
        let row = TokenRow::known(cx, at.pool, &user.id, &step.further).await?;
        let mark = row.mark(at.pool, &user.id)?;
        if !user.doc.mfa.software_token_registered || mark.as_ref() != Some(app) {
            return Err(auth::session_invalid().into());
        }
        return Ok(Verdict::Passed(Pass::of(Factor::SoftwareToken)));
    }
    let Some((contact, value)) = given.filter(|(_, value)| !value.is_empty()) else {
        return Err(auth::session_invalid().into());
    };
    if !may_set_up(at.pool, step, contact.factor())? {
        return Err(auth::session_invalid().into());
    }
    // The address becomes the user's once the code has come back.
    let given = BTreeMap::from([(contact.attribute().to_owned(), value.clone())]);
    let reached = changes::complete(at.pool, at.client, user, given)?;
    let expected = match contact {
        Contact::Email => Expected::EmailSetup,
        Contact::PhoneNumber => Expected::SmsSetup,
    };
    let state = step.state.clone();
    let batch = Batch::new();
    let asked = codes::challenge(cx, at, lock, &reached, state, expected, batch);
    let (writes, challenge) = asked.await?;
    Ok(Verdict::Ask(Asked {
        challenge,
        writes: step.require_unchanged(at, writes)?,
        replay: step.replay.clone(),
    }))
}

/// Leaves the address or number whose first code is awaited, and asks again what is to be set up. The session is spent,
/// so that one session sends one code and the code that was sent is good no more.
///
/// # Errors
/// The texts of sessions, for one that waits for no such code, at the API, and for a user who need not set up anything.
pub fn anew(cx: &Cx<'_>, at: At<'_>, step: &Step) -> Result<Verdict> {
    let awaits = matches!(
        step.state.expected,
        Expected::EmailSetup | Expected::SmsSetup
    );
    let user = step.known()?;
    let can = match decide(
        at.pool,
        user,
        &step.state.proven,
        step.state.demands_factor(),
    ) {
        Decision::SetUp(can) if awaits && at.surface == Surface::Page => can,
        _ => return Err(auth::session_invalid().into()),
    };
    let challenge = ask::set_up(cx, at, user, step.state.clone(), can)?;
    Ok(Verdict::Ask(Asked {
        challenge,
        writes: step.require_unchanged(at, Batch::new())?,
        replay: step.replay.clone(),
    }))
}

/// True if the session lets its user set up `factor`, and they still have to.
fn may_set_up(pool: &Pool, step: &Step, factor: MfaFactor) -> Result<bool> {
    let Expected::MfaSetup { can, app: None } = &step.state.expected else {
        return Ok(false);
    };
    let now = decide(
        pool,
        step.known()?,
        &step.state.proven,
        step.state.demands_factor(),
    );
    Ok(can.contains(&factor) && matches!(now, Decision::SetUp(_)) && now.lets_set_up(factor))
}

/// Returns pool and client of a session that comes without either.
pub(in crate::signin) async fn place(
    cx: &Cx<'_>,
    session: &str,
) -> Result<(Arc<Pool>, Arc<Client>)> {
    let client_id = SignInState::client_of(session)?;
    match cx.client(&client_id).await {
        Err(Fault::Api(error)) if error.code == ErrorCode::ResourceNotFound => {
            Err(auth::session_invalid().into())
        }
        other => other,
    }
}

/// Takes up a session of MFA_SETUP for the operations of authenticator apps.
async fn take_up<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    session: &str,
) -> Result<Step> {
    let state = SignInState::open(cx, at.pool, at.client, session)?;
    if !matches!(&state.expected, Expected::MfaSetup { .. }) {
        return Err(auth::session_invalid().into());
    }
    let step = match resume::take_up(cx, at, lock, state).await {
        Ok(step) => step,
        Err(stop) => {
            return Err(match stop.settle(cx, at).await {
                // The user was reset or disabled meanwhile. This operation does not declare that error.
                Fault::Api(error) if !cx.action.declares(error.code) => {
                    auth::session_invalid().into()
                }
                fault => fault,
            });
        }
    };
    if !may_set_up(at.pool, &step, MfaFactor::SoftwareToken)? {
        return Err(auth::session_invalid().into());
    }
    Ok(step)
}

fn at<'a>(pool: &'a Pool, client: &'a Client) -> At<'a> {
    At {
        surface: Surface::PublicApi,
        pool,
        client,
        metadata: None,
    }
}

/// AssociateSoftwareToken in the middle of a sign-in: returns SecretCode and the session to verify it with. The session
/// of the request stays good, since nothing was proven.
///
/// # Errors
/// The texts of sessions.
pub async fn associate(cx: &Cx<'_>, session: &str) -> Result<(String, String)> {
    let (pool, client) = place(cx, session).await?;
    let at = at(&pool, &client);
    let mut lock = Lock::default();
    let step = take_up(cx, at, &mut lock, session).await?;
    let user = step.known()?;
    let batch = guards::require_pool_writable(Batch::new(), &pool.id);
    let batch = guards::require_user_unchanged(batch, &pool.id, &user.id, user.ver);
    let (batch, secret_code) = software_token::associate(&pool, &user.id, batch);
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    let expected = step.state.expected.clone();
    let session = step.state.next(cx, &client, expected).seal(cx, &pool)?;
    Ok((secret_code, session))
}

/// VerifySoftwareToken in the middle of a sign-in: returns the session that answers MFA_SETUP. The session of the
/// request is spent, at the API by a wrong code as well (auth.md 4.4). A page lets the user try again: whoever has the
/// session has the seed, so that no code is a guess.
///
/// # Errors
/// The texts of sessions; EnableSoftwareTokenMFAException.
pub async fn verify(
    cx: &Cx<'_>,
    session: &str,
    code: &SecretString,
    name: Option<String>,
    surface: Surface,
) -> Result<String> {
    let (pool, client) = place(cx, session).await?;
    let at = At {
        surface,
        ..at(&pool, &client)
    };
    let mut lock = Lock::default();
    let step = take_up(cx, at, &mut lock, session).await?;
    let before = step.known()?;
    let conflict = |label| step.replay.conflict(cx, at, label);
    let row = TokenRow::read(&cx.store, &pool, &before.id).await?;
    let batch = match row.register(cx, &pool, &before.id, code.expose(), Batch::new()) {
        Ok(batch) => batch,
        Err(Fault::Api(refusal)) if surface == Surface::Page => return Err(refusal.into()),
        Err(Fault::Api(refusal)) => {
            let batch = guards::require_pool_active(Batch::new(), &pool.id);
            let batch = step.replay.spend(batch, &pool);
            cx.commit(batch, conflict).await?;
            return Err(refusal.into());
        }
        Err(fault) => return Err(fault),
    };
    let app = row.pending_mark(&pool, &before.id)?;
    let mut after = before.clone();
    after.doc.mfa.register_software_token(name, true);
    after.modified = cx.now();
    let batch = user::save(batch, &pool, before, &after)?;
    let batch = step.replay.spend(batch, &pool);
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, conflict).await?;
    let can = vec![MfaFactor::SoftwareToken];
    let expected = Expected::MfaSetup { can, app };
    step.state.next(cx, &client, expected).seal(cx, &pool)
}
