//! A change of a user's attributes is saved together with the codes that verify new values (admin.md 1.9, 4.1).

use cognate_store::Batch;

use crate::accounts::step::{Basis, Step};
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::facts::contact::Contact;
use crate::messages::delivery::require_sender;
use crate::messages::{Account, Delivery, Destination, Origin, Reason};
use crate::records::pool::Pool;
use crate::records::user::{self, User};
use crate::users::aliases;
use crate::users::changes::Change;
use crate::users::codes::{self, Purpose, Sending};

/// Saves a change and sends its codes; returns where they went. An alias that an administrator declares verified leaves
/// its former owner.
///
/// # Errors
/// AliasExistsException (or what the operation declares) when a name belongs to another user; the refusals of
/// [`require_sender`].
pub async fn save(
    cx: &Cx<'_>,
    pool: &Pool,
    before: &User,
    change: Change,
    origin: Origin<'_>,
) -> Result<Vec<Delivery>> {
    let basis = Basis::of(cx, pool);
    for destination in &change.to_verify {
        require_sender(cx, pool, destination.medium())?;
        refuse_taken(cx, pool, before, &change.after, destination).await?;
    }
    let mut after = change.after;
    if change.to_verify.is_empty() && audit::is_idle(cx, before, &after) {
        return Ok(Vec::new());
    }
    after.modified = cx.now();
    let claims = claims(before, &after);
    let batch = Batch::new();
    let mut batch = if claims {
        aliases::save(cx, batch, pool, before, &after).await?
    } else {
        user::save(batch, pool, before, &after)?
    };
    for contact in change.touched {
        batch = codes::forget(batch, pool, &after.id, Purpose::Verify(contact));
    }
    if change.moved {
        // Readers of the old address must not set a password any more.
        batch = codes::forget(batch, pool, &after.id, Purpose::Reset);
    }
    let account = Account::of(&after);
    for destination in &change.to_verify {
        let purpose = Purpose::Verify(destination.contact);
        let reason = Reason::UpdateUserAttribute;
        let sending = Sending::new(&account, purpose, destination, reason);
        let code = codes::prepare(cx, pool, &sending, origin).await?;
        batch = code.into_batch(batch);
    }
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    let conflict = if claims && !pool.has_username_attributes() {
        aliases::conflict_by_force
    } else {
        aliases::conflict
    };
    let sent = change.to_verify.iter().map(Destination::delivery).collect();
    let step = Step {
        conflict: Box::new(move |label| conflict(cx, label)),
        ..Step::new(basis, batch, sent)
    };
    step.commit(cx).await
}

/// True if an address is verified now that was not before: an administrator says so, and it leaves any other user whose
/// alias it is (settled L1). In pools with username attributes a name stays with its owner.
fn claims(before: &User, after: &User) -> bool {
    Contact::ALL.into_iter().any(|contact| {
        let name = contact.attribute();
        let kept = before.verified(name) && before.attribute(name) == after.attribute(name);
        after.verified(name) && !kept
    })
}

/// Refuses a value that another user has. A value that waits for its verification takes no name yet, but is refused at
/// once if it could never take it.
async fn refuse_taken(
    cx: &Cx<'_>,
    pool: &Pool,
    before: &User,
    after: &User,
    destination: &Destination,
) -> Result<()> {
    let waits = after
        .doc
        .pending
        .contains_key(destination.contact.attribute());
    if !(waits && pool.has_username_attributes()) {
        return Ok(());
    }
    let owner = User::find_login(&cx.store, pool, &destination.value).await?;
    if owner.is_none_or(|owner| owner.id == before.id) {
        return Ok(());
    }
    Err(errors::users::alias_exists(cx.action, destination.contact.attribute()).into())
}
