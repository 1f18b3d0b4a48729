//! MFA_SETUP: the pool requires a second factor and the user has none (auth.md 4.2, sub-flows).
//!
//! An authenticator app is set up by AssociateSoftwareToken and VerifySoftwareToken, which are told nothing but the
//! session; an e-mail address is given in the answer and proven by a code. Every step decides anew whether the user still
//! has nothing, so that a session which was begun earlier cannot replace what was set up since.

use std::collections::BTreeMap;

use cognate_crypto::secret::SecretString;
use cognate_shapes::ChallengeNameType;
use cognate_store::Batch;
use cognate_store::tables::sessions;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{ErrorCode, Fault, Result, auth};
use crate::facts::contact::Contact;
use crate::facts::factor::{Factor, MfaFactor};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::{self, User};
use crate::signin::flows::{Door, Parameters};
use crate::signin::mfa::decide::{Decision, decide};
use crate::signin::mfa::software_token::{self, Kept};
use crate::signin::mfa::{codes, select, turn_to, user_of};
use crate::signin::outcome::Outcome;
use crate::signin::progress::{Awaits, Progress};
use crate::signin::resume::{self, Resumed};
use crate::signin::{At, advance};
use crate::users::changes;

/// Asks to set up one of `can`.
///
/// # Errors
/// None that can arise.
pub fn challenge(
    cx: &Cx<'_>,
    at: At<'_>,
    user: &User,
    progress: Progress,
    can: Vec<MfaFactor>,
) -> Result<Outcome> {
    let parameters = BTreeMap::from([
        ("MFAS_CAN_SETUP".to_owned(), select::names(&can)?),
        ("USER_ID_FOR_SRP".to_owned(), user.username.clone()),
    ]);
    let awaits = Awaits::MfaSetup { can, app: None };
    let session = progress.next(cx, at.client, awaits).seal(cx, at.pool)?;
    let name = ChallengeNameType::MfaSetup;
    Ok(Outcome::challenge(name, Some(session), parameters))
}

/// Takes the session of VerifySoftwareToken, or EMAIL.
///
/// # Errors
/// `Invalid session for the user.` when neither is there (auth.md 6.5); for an address, those of [`changes::complete`].
pub async fn answer(
    cx: &Cx<'_>,
    at: At<'_>,
    resumed: Resumed<'_>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let Awaits::MfaSetup { app, .. } = &resumed.progress.awaits else {
        return Err(auth::session_invalid().into());
    };
    let user = user_of(&resumed)?;
    if let Some(app) = app {
        // The app may have been taken away since, and another one registered.
        let kept = Kept::read(&cx.store, at.pool, &user.id).await?;
        let mark = kept.mark(at.pool, &user.id)?;
        if !user.doc.mfa.software_token_registered || mark.as_ref() != Some(app) {
            return Err(auth::session_invalid().into());
        }
        return advance::proved(cx, at, resumed, Factor::SoftwareToken, Batch::new()).await;
    }
    // The documentation prints the member in lower case, the clients send it in capitals (auth.md 4.2).
    let email = given.get("EMAIL").or_else(|| given.get("email"));
    let email = email.filter(|email| !email.is_empty());
    let (Some(email), true) = (email, may_set_up(at.pool, &resumed, MfaFactor::Email)?) else {
        return Err(auth::session_invalid().into());
    };
    // The address becomes the user's once the code has come back.
    let given = BTreeMap::from([(Contact::Email.attribute().to_owned(), email.to_owned())]);
    let reached = changes::complete(at.pool, at.client, user, given)?;
    let progress = resumed.progress.clone();
    let (batch, next) =
        codes::challenge(cx, at, &reached, progress, Awaits::EmailSetup, Batch::new())?;
    turn_to(cx, at, &resumed, batch, next).await
}

/// Whether the session lets its user set up `factor`, and they still have to.
fn may_set_up(pool: &Pool, resumed: &Resumed<'_>, factor: MfaFactor) -> Result<bool> {
    let Awaits::MfaSetup { can, app: None } = &resumed.progress.awaits else {
        return Ok(false);
    };
    let user = user_of(resumed)?;
    let now = decide(pool, user, &resumed.progress.proven);
    Ok(can.contains(&factor) && matches!(now, Decision::SetUp(_)) && now.lets_set_up(factor))
}

/// Pool and client of a session that comes without either.
async fn place(
    cx: &Cx<'_>,
    session: &str,
) -> Result<(std::sync::Arc<Pool>, std::sync::Arc<Client>)> {
    let client_id = Progress::client_of(session)?;
    match cx.client(&client_id).await {
        Err(Fault::Api(error)) if error.code == ErrorCode::ResourceNotFound => {
            Err(auth::session_invalid().into())
        }
        other => other,
    }
}

/// Takes up a session of MFA_SETUP for the operations of authenticator apps.
async fn take_up<'a>(cx: &'a Cx<'_>, at: At<'_>, session: &str) -> Result<Resumed<'a>> {
    let progress = Progress::open(cx, at.pool, at.client, session)?;
    if !matches!(&progress.awaits, Awaits::MfaSetup { .. }) {
        return Err(auth::session_invalid().into());
    }
    let resumed = match resume::take_up(cx, at, progress).await {
        // The state of a user whom a reset or the like befell in between; not every operation may name it.
        Err(Fault::Api(error)) if !cx.action.declares(error.code) => {
            return Err(auth::session_invalid().into());
        }
        other => other?,
    };
    if !may_set_up(at.pool, &resumed, MfaFactor::SoftwareToken)? {
        return Err(auth::session_invalid().into());
    }
    Ok(resumed)
}

fn at<'a>(pool: &'a Pool, client: &'a Client) -> At<'a> {
    At {
        door: Door::Public,
        pool,
        client,
        metadata: None,
    }
}

/// AssociateSoftwareToken in the middle of a sign-in: SecretCode and the session to verify it with. The session that was
/// given stays good, since nothing was shown.
///
/// # Errors
/// The texts of sessions.
pub async fn associate(cx: &Cx<'_>, session: &str) -> Result<(String, String)> {
    let (pool, client) = place(cx, session).await?;
    let at = at(&pool, &client);
    let resumed = take_up(cx, at, session).await?;
    let user = user_of(&resumed)?;
    let batch = sessions::pool_is_active(Batch::new(), &pool.id);
    let batch = sessions::user_is_unchanged(batch, &pool.id, &user.id, user.ver);
    let (batch, secret_code) = software_token::associate(&pool, &user.id, batch);
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    let progress = resumed.progress.clone();
    let awaits = progress.awaits.clone();
    let session = progress.next(cx, &client, awaits).seal(cx, &pool)?;
    Ok((secret_code, session))
}

/// VerifySoftwareToken in the middle of a sign-in: the session that answers MFA_SETUP. The session that was given is spent,
/// by a wrong code as well (auth.md 4.4).
///
/// # Errors
/// The texts of sessions; EnableSoftwareTokenMFAException.
pub async fn verify(
    cx: &Cx<'_>,
    session: &str,
    code: &SecretString,
    name: Option<String>,
) -> Result<String> {
    let (pool, client) = place(cx, session).await?;
    let at = at(&pool, &client);
    let resumed = take_up(cx, at, session).await?;
    let before = user_of(&resumed)?;
    let proof = resumed.proof();
    let kept = Kept::read(&cx.store, &pool, &before.id).await?;
    let registering = kept.register(cx, &pool, &before.id, code.expose(), Batch::new());
    let batch = match registering {
        Ok(batch) => batch,
        Err(Fault::Api(refusal)) => {
            let batch = sessions::pool_is_active(Batch::new(), &pool.id);
            let batch = proof.spend(batch, &pool);
            cx.commit(batch, |label| proof.conflict(cx, &pool, &client, label))
                .await?;
            return Err(refusal.into());
        }
        Err(fault) => return Err(fault),
    };
    let app = kept.pending_mark(&pool, &before.id)?;
    let mut after = before.clone();
    after.doc.mfa.register_software_token(name, true);
    after.modified = cx.now();
    let batch = user::save(batch, &pool, before, &after)?;
    let batch = proof.spend(batch, &pool);
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |label| proof.conflict(cx, &pool, &client, label))
        .await?;
    let progress = resumed.progress.clone();
    let can = vec![MfaFactor::SoftwareToken];
    let verified = progress.next(cx, &client, Awaits::MfaSetup { can, app });
    verified.seal(cx, &pool)
}
