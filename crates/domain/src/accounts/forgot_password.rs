//! A code with which a user who forgot the password can set another (auth.md 2.2, 2.11, 2.13, 6.6).

use std::collections::BTreeMap;

use cognate_shapes::{EventResponseType, EventType, UserStatusType};
use cognate_store::Batch;

use crate::accounts::step::{Basis, Step};
use crate::accounts::{Limit, PublicCall};
use crate::app::functions::Trigger;
use crate::attempts;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::contact::Contact;
use crate::messages::{Account, Delivery, Destination, Origin, Reason, destination};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::event::AuthEvent;
use crate::upstream::account::Known;
use crate::users::codes::{self, Purpose, Sending};
use crate::users::migration::{self, Newcomer, Outcome};

/// The limit that asking for the code and answering it share.
pub(super) const RESET: Limit = Limit {
    kind: "reset",
    most: 20,
};

/// A forgotten password.
pub struct Forgotten<'a> {
    /// The client's id.
    pub client_id: &'a str,
    /// The user name.
    pub username: &'a str,
    /// The client's proof over the user name.
    pub proof: Option<&'a str>,
    /// ClientMetadata for the functions of triggers.
    pub metadata: Option<&'a BTreeMap<String, String>>,
}

/// Sends the code; returns where it went.
///
/// # Errors
/// The texts of auth.md 6.6.
pub async fn forgot_password(cx: &Cx<'_>, input: &Forgotten<'_>) -> Result<Delivery> {
    let call = PublicCall::open(cx, input.client_id, input.username, input.proof).await?;
    let (pool, client) = (&*call.pool, &*call.client);
    let basis = Basis::of(cx, pool).with_client(client);
    let contacts = destination::recovery(pool).ok_or_else(errors::users::contact_administrator)?;
    if pool.doc.upstream {
        let known = User::find(&cx.store, pool, input.username).await?;
        let there = Known::find(cx, pool, client, input.username, known.as_ref()).await?;
        if let Some(there) = there {
            there.count(cx, RESET.kind, RESET.most).await?;
            if let Some(delivery) = Box::pin(there.forgot(cx)).await? {
                return Ok(delivery);
            }
        }
    }
    migrate(cx, &call, input).await?;
    let account = call.account(cx, RESET).await?;
    let reachable = match account.user() {
        Some(user) => reach(pool, user, &contacts)?,
        None => None,
    };
    let decoy = reachable.is_none().then_some(input.username);
    let destination = match reachable {
        Some(destination) => destination,
        // A user without a verified address must look like an unknown name.
        None if client.hides_existence() => Destination::pretend(pool, &contacts, input.username)
            .ok_or_else(errors::users::no_verified_contact)?,
        None => return Err(errors::users::no_verified_contact().into()),
    };

    let origin = Origin::of_client(&client.id, input.metadata);
    let reason = Reason::ForgotPassword;
    let sending = Sending {
        decoy,
        ..Sending::new(&account, Purpose::Reset, &destination, reason)
    };
    let code = codes::prepare(cx, pool, &sending, origin).await?;
    let batch = code.into_batch(Batch::new());
    // A name that nobody has leaves one too, for as long as the counts of its attempts.
    let event = AuthEvent::of_account(
        EventType::ForgotPassword,
        EventResponseType::InProgress,
        account.user(),
        &account.subject(),
    );
    let batch = event.append_if_watched(cx, pool, client, batch)?;
    let basis = basis.with_user(account.user());
    let step = Step::new(basis, batch, destination.delivery());
    step.commit(cx).await
}

/// Asks UserMigration about an unknown name, if the pool has that function. The request is counted first, as for every
/// account.
///
/// # Errors
/// [`Fault::Stale`] when the user exists now; where the client may know it, why the function brings none;
/// LimitExceededException; [`migration::settle`].
async fn migrate(cx: &Cx<'_>, call: &PublicCall<'_>, input: &Forgotten<'_>) -> Result<()> {
    let (pool, client) = (&*call.pool, &*call.client);
    if !cx.has_function(pool, Trigger::UserMigration) {
        return Ok(());
    }
    let known = User::find(&cx.store, pool, input.username).await?;
    if known.is_some() {
        return Ok(());
    }
    let unknown = Account::unknown(pool, input.username).subject();
    attempts::take(cx, pool, &unknown, RESET.kind, RESET.most).await?;
    let newcomer = Newcomer {
        client,
        typed: input.username,
        password: None,
        validation: None,
        metadata: input.metadata,
    };
    let event = newcomer.event();
    let answer = cx.trigger(None, pool, unknown.as_str(), &event).await;
    let answer = answer.map(|(answer, _)| answer);
    match migration::settle(cx, pool, newcomer, answer, Batch::new()).await? {
        Outcome::Created => Err(Fault::Stale),
        Outcome::Refused(refusal) => Err(refusal.into()),
        Outcome::Declined(reason) if !client.hides_existence() => Err(reason.into()),
        Outcome::Declined(_) => Ok(()),
    }
}

/// Returns the verified address that the pool prefers; without one, None and the user is treated as unconfirmed.
fn reach(pool: &Pool, user: &User, contacts: &[Contact]) -> Result<Option<Destination>> {
    match user.status {
        UserStatusType::Confirmed | UserStatusType::ResetRequired => {}
        UserStatusType::Unconfirmed => return Ok(None),
        _ => return Err(errors::users::cannot_reset_in_state().into()),
    }
    Ok(destination::reach(pool, user, contacts))
}
