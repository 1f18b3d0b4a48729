//! A signed-in user verifies an e-mail address or phone number, or a new value that waits for it (auth.md 2.4, 2.7,
//! 6.7, admin.md 1.9, 1.10).

use cognate_store::Batch;

use crate::accounts::Limit;
use crate::accounts::step::{Basis, Step};
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::facts::contact::Contact;
use crate::messages::delivery::require_sender;
use crate::messages::{Account, Delivery, Destination, Origin, Reason};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::users::codes::{self, Purpose, Sending};
use crate::users::{aliases, verification};
use crate::{attempts, audit};

/// Codes in an hour (auth.md 2.7).
const ASK: Limit = Limit {
    kind: "attribute_code",
    most: 5,
};
/// Answers in an hour (auth.md 2.7).
const ANSWER: Limit = Limit {
    kind: "verify_attribute",
    most: 15,
};

/// Sends a code to an attribute's value, the one that waits before the one that counts; returns where it went.
///
/// # Errors
/// The texts of auth.md 6.7.
pub async fn send(
    cx: &Cx<'_>,
    pool: &Pool,
    user: &User,
    attribute: &str,
    origin: Origin<'_>,
) -> Result<Delivery> {
    let basis = Basis::of(cx, pool).with_user(Some(user));
    let contact =
        Contact::of_attribute(attribute).ok_or_else(errors::users::only_contacts_are_verified)?;
    let destination = newest(user, contact)
        .ok_or_else(|| errors::users::no_contact_registered(contact.attribute()))?;
    require_sender(cx, pool, destination.medium())?;
    let account = Account::of(user);
    attempts::take(cx, pool, &account.subject(), ASK.kind, ASK.most).await?;

    let (purpose, reason) = (Purpose::Verify(contact), Reason::VerifyUserAttribute);
    let sending = Sending::new(&account, purpose, &destination, reason);
    let code = codes::prepare(cx, pool, &sending, origin).await?;
    let batch = code.into_batch(Batch::new());
    let step = Step::new(basis, batch, destination.delivery());
    step.commit(cx).await
}

/// Returns the value that waits for its verification, else the current one.
fn newest(user: &User, contact: Contact) -> Option<Destination> {
    match user.doc.pending.get(contact.attribute()) {
        Some(value) => Some(Destination {
            contact,
            value: value.clone(),
        }),
        None => Destination::of(user, contact),
    }
}

/// Verifies the attribute by its code. A value that waited counts from then on; an alias moves to the user who verified
/// it last.
///
/// # Errors
/// The texts of auth.md 6.7.
pub async fn verify(
    cx: &Cx<'_>,
    pool: &Pool,
    before: &User,
    attribute: &str,
    code: &str,
) -> Result<()> {
    let contact =
        Contact::of_attribute(attribute).ok_or_else(errors::users::only_contacts_are_verified)?;
    let guard = cx.gates.enter(pool, &before.id).await;
    let guard = guard.ok_or_else(errors::auth::attempt_limit_exceeded)?;
    let account = Account::of(before);
    attempts::take(cx, pool, &account.subject(), ANSWER.kind, ANSWER.most).await?;
    let correct = codes::check(cx, pool, &account, Purpose::Verify(contact), code).await?;
    let mut after = verification::verified(before, contact, &correct.code)
        .ok_or_else(errors::users::code_expired)?;
    after.modified = cx.now();

    let batch = correct.consume(Batch::new(), pool);
    let batch = aliases::save(cx, batch, pool, before, &after).await?;
    let moved = before.attribute(contact.attribute()) != after.attribute(contact.attribute());
    let batch = if moved {
        // Readers of the old address must not set a password any more.
        codes::forget(batch, pool, &after.id, Purpose::Reset)
    } else {
        batch
    };
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    let conflict = if pool.has_username_attributes() {
        aliases::conflict
    } else {
        aliases::conflict_by_force
    };
    let step = Step {
        conflict: Box::new(move |label| conflict(cx, label)),
        guard: Some(guard),
        ..Step::new(Basis::of(cx, pool), batch, ())
    };
    step.commit(cx).await
}
