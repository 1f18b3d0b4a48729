//! VerifyUserAttribute: the user proves to have got the code for an address or number. A value that waited counts from
//! then on; an alias moves to the user who verified it last (auth.md 2.4, 2.7, admin.md 1.9, 1.10).

use cognate_shapes::{VerifyUserAttributeRequest, VerifyUserAttributeResponse};
use cognate_store::Batch;

use crate::attempts::{self, Subject};
use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::facts::contact::Contact;
use crate::tokens::verify;
use crate::users::codes::{self, Owner, Purpose};
use crate::users::{aliases, verification};

/// Requests per user and hour (auth.md 2.7).
const LIMIT: i64 = 15;

/// VerifyUserAttribute.
///
/// # Errors
/// The texts of access tokens, and those of auth.md 6.7.
pub async fn verify_user_attribute(
    cx: &Cx<'_>,
    input: VerifyUserAttributeRequest,
) -> Result<VerifyUserAttributeResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let (pool, before) = (&signed.pool, &signed.user);
    let contact = Contact::of_attribute(&input.attribute_name)
        .ok_or_else(errors::users::only_contacts_are_verified)?;
    let turn = cx.gates.enter(pool, &before.id).await;
    let _turn = turn.ok_or_else(errors::auth::attempt_limit_exceeded)?;
    let subject = Subject::known(&before.id);
    attempts::take(cx, pool, &subject, "verify_attribute", LIMIT).await?;
    let owner = Owner::User(&before.id);
    let correct = codes::check(cx, pool, owner, Purpose::Verify(contact), &input.code).await?;
    let mut after = verification::verified(before, contact, &correct.code)
        .ok_or_else(errors::users::code_expired)?;
    after.modified = cx.now();

    let batch = correct.consume(Batch::new(), pool);
    let batch = aliases::save(cx, batch, pool, before, &after).await?;
    let moved = before.attribute(contact.attribute()) != after.attribute(contact.attribute());
    let batch = if moved {
        // Whoever reads the old address must not set a password any more.
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
    cx.commit(batch, |label| conflict(cx, label)).await?;
    Ok(VerifyUserAttributeResponse {})
}
