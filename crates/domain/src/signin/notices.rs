//! What users are told of their risky sign-ins (Notify of an action, admin.md 6.1): once in each sign-in, in the batch of the
//! event that the message is about.

use cognate_shapes::UserStatusType;
use cognate_store::Batch;

use crate::cx::Cx;
use crate::errors::Result;
use crate::facts::factor::Factor;
use crate::ids;
use crate::messages::Account;
use crate::messages::risk_delivery;
use crate::messages::risk_notice::{Notice, NoticeKind};
use crate::records::auth_event::RiskDecision;
use crate::records::user::User;
use crate::signin::At;
use crate::signin::event::{self, AuthEvent};
use crate::signin::mfa::decide::{Decision, decide};
use crate::signin::verdict::{Authenticated, Step};
use crate::threats::decided::Decided;

/// Adds the event of a refused or wrong answer to a batch and, where nothing went on, the message about it: at the same
/// cost for a user and for an unknown name, for a right answer and for a wrong one. `threat`: the decision about the sign-in.
///
/// # Errors
/// The store's.
pub async fn record_refused(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    threat: Option<&Decided>,
    event: &AuthEvent,
    batch: Batch,
) -> Result<Batch> {
    let id = event.id(cx, at.pool);
    let batch = event.append_as(cx, at, batch, &id)?;
    let Some(threat) = threat.filter(|threat| threat.risk.decision == RiskDecision::Block) else {
        return Ok(batch);
    };
    let account = match &step.user {
        Some(user) => Account::of(user),
        None => Account::Unknown {
            pseudonym: step.tally.subject().as_str().into(),
            name: step.state.username.as_str().into(),
        },
    };
    tell(cx, at, &account, &id, NoticeKind::Blocked, threat, batch).await
}

/// Returns the batch of the event of a sign-in that owes the second factor which threat protection demands, with the message
/// about it; an empty one where the user is not told, or nothing of the kind is asked for now. Notes in `authenticated` that
/// the user was told.
///
/// # Errors
/// The store's.
pub async fn of_demand(
    cx: &Cx<'_>,
    at: At<'_>,
    authenticated: &mut Authenticated,
) -> Result<Batch> {
    let is_asked = asks_for_second(at, authenticated);
    let Some(threat) = authenticated.threat.as_mut() else {
        return Ok(Batch::new());
    };
    if !is_asked || threat.notice.is_none() || threat.is_told {
        return Ok(Batch::new());
    }
    threat.is_told = true;
    let event = AuthEvent::demanded(&authenticated.user, &authenticated.proven)
        .with_risk(Some(threat.risk.clone()))
        .with_breach(authenticated.start.compromised);
    let id = event.id(cx, at.pool);
    let batch = event.append_as(cx, at, Batch::new(), &id)?;
    let account = Account::of(&authenticated.user);
    tell(
        cx,
        at,
        &account,
        &id,
        NoticeKind::MfaRequired,
        threat,
        batch,
    )
    .await
}

/// True if the next step asks for a second factor because threat protection demands one.
fn asks_for_second(at: At<'_>, authenticated: &Authenticated) -> bool {
    let (user, proven) = (&authenticated.user, &authenticated.proven);
    // A new password after a temporary one comes first.
    let comes_later =
        user.status == UserStatusType::ForceChangePassword && proven.has(Factor::Password);
    if !authenticated.demands_factor() || comes_later || !user.enabled {
        return false;
    }
    let decision = decide(at.pool, user, proven, true);
    matches!(decision, Decision::Ask(_) | Decision::Choose(_))
}

/// Adds to the batch of a complete sign-in the message about it, if the user is told of it and was not.
///
/// # Errors
/// The store's.
pub async fn of_passed(
    cx: &Cx<'_>,
    at: At<'_>,
    user: &User,
    threat: &Decided,
    event_id: &str,
    batch: Batch,
) -> Result<Batch> {
    if threat.is_told {
        return Ok(batch);
    }
    let account = Account::of(user);
    tell(
        cx,
        at,
        &account,
        event_id,
        NoticeKind::NoAction,
        threat,
        batch,
    )
    .await
}

async fn tell(
    cx: &Cx<'_>,
    at: At<'_>,
    account: &Account<'_>,
    event_id: &str,
    kind: NoticeKind,
    threat: &Decided,
    batch: Batch,
) -> Result<Batch> {
    let Some(action) = threat.notice else {
        return Ok(batch);
    };
    let context = event::context(cx, at.pool, at.client);
    let notice = Notice {
        kind,
        account,
        client: at.client,
        event_id,
        at: ids::event_time(event_id).unwrap_or(cx.now()),
        context: &context,
    };
    // On the heap: few sign-ins are told of, and all would have to move its state.
    let told = Box::pin(risk_delivery::append(cx, at.pool, notice, action));
    Ok(batch.extend(told.await?))
}
