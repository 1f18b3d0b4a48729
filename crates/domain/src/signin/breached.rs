//! A right password that others know: who signs in with it may be anybody, so that it ends here and its user needs a new one
//! (admin.md 6.2).
//!
//! It is looked up whatever it was worth, for unknown names too, so that the time of a lookup tells nobody that a password is
//! right where the sign-in is refused for its risk. What was found counts for the right password alone.

use cognate_crypto::secret::SecretString;
use cognate_shapes::{EventFilterType, UserStatusType};
use cognate_store::Batch;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::facts::factor::Factor;
use crate::records::auth_event::{EventRisk, RiskDecision};
use crate::records::user::{self, User};
use crate::signin::At;
use crate::signin::verdict::{Judged, Refusal, Step, Verdict};
use crate::users::breached::{Breach, look};

/// Looks into the list and, if the password was the right one, notes in the state of the sign-in what it has.
pub async fn note(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &mut Step,
    verdict: &Verdict,
    password: &SecretString,
) {
    if matches!(verdict, Verdict::Ask(_)) {
        return;
    }
    let event = EventFilterType::SignIn;
    let found = look(cx, at.pool, at.client, event, password).await;
    if !matches!(verdict, Verdict::Passed(_)) {
        return;
    }
    step.state.start.compromised = found != Breach::None;
    // A temporary password must be replaced in any case, and nothing else can be done with it.
    let temporary = step
        .user
        .as_ref()
        .is_some_and(|user| user.status == UserStatusType::ForceChangePassword);
    step.state.start.barred = found == Breach::Barred && !temporary;
}

/// Ends a step whose right password is not to be used, once the risk of the sign-in was weighed: whoever is refused for that
/// learns nothing of the password.
///
/// # Errors
/// PasswordResetRequiredException, and the user is in RESET_REQUIRED in the commit that comes before the answer.
pub fn refuse_barred(cx: &Cx<'_>, at: At<'_>, step: &Step, verdict: &Verdict) -> Judged<()> {
    match (verdict, &step.user) {
        (Verdict::Passed(_), Some(user)) if step.state.start.barred => {
            Err(bar(cx, at, step, user)?.into())
        }
        _ => Ok(()),
    }
}

fn bar(cx: &Cx<'_>, at: At<'_>, step: &Step, user: &User) -> Result<Refusal> {
    // The answer tells that the password is right, so that it waits for the same comparison as a session.
    let mut writes = step.tally.require_unchanged(Batch::new(), at.pool);
    // Nothing of a user changes while a recovery is open; the next sign-in behind it does this.
    if !at.pool.paused {
        let after = User {
            status: UserStatusType::ResetRequired,
            modified: cx.now(),
            ..user.clone()
        };
        writes = user::save(writes, at.pool, user, &after)?;
        writes = audit::record(cx, writes, &at.pool.id, Some(&user.id));
    }
    let proven = step.state.proven.clone().with(Factor::Password);
    let refusal = Refusal::of_user(user, &proven, auth::password_reset_required());
    let weighed = step.state.threat.as_ref().map(|threat| threat.risk.clone());
    let risk = EventRisk {
        decision: RiskDecision::Block,
        compromised: true,
        ..weighed.unwrap_or_default()
    };
    Ok(Refusal {
        event: refusal.event.map(|event| event.with_risk(Some(risk))),
        writes,
        ..refusal
    })
}
