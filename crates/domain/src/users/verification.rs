//! Saving changed attributes with the codes that verify them, and taking those codes back (admin.md 1.9, 4.1).

use cognate_shapes::CodeDeliveryDetailsType;
use cognate_store::Batch;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::facts::contact::Contact;
use crate::messages::{self, Destination, Kind, render};
use crate::records::pool::Pool;
use crate::records::user::{self, User};
use crate::users::aliases;
use crate::users::changes::Change;
use crate::users::codes::{self, Code, Dispatch, Owner, Purpose};

/// Commits a change together with the codes that it sends; tells where they went. An alias that an administrator declares
/// verified leaves its former owner.
///
/// # Errors
/// AliasExistsException (or what the operation declares) when a name belongs to somebody else; the refusals of
/// [`messages::require_courier`].
pub async fn save(
    cx: &Cx<'_>,
    pool: &Pool,
    before: &User,
    change: Change,
) -> Result<Vec<CodeDeliveryDetailsType>> {
    for destination in &change.to_verify {
        messages::require_courier(cx, pool, destination.medium())?;
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
        // Whoever reads the old address must not set a password any more.
        batch = codes::forget(batch, pool, &after.id, Purpose::Reset);
    }
    for destination in &change.to_verify {
        batch = send(
            cx,
            batch,
            pool,
            &after,
            destination,
            Kind::UpdateUserAttribute,
        )?;
    }
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    let conflict = if claims && !pool.has_username_attributes() {
        aliases::conflict_by_force
    } else {
        aliases::conflict
    };
    cx.commit(batch, |label| conflict(cx, label)).await?;
    messages::posted(cx);
    Ok(change.to_verify.iter().map(Destination::details).collect())
}

/// Whether an address is verified now that was not before: an administrator says so, and takes it from any other user
/// whose alias it is (settled L1). In pools with username attributes a name stays with its owner.
fn claims(before: &User, after: &User) -> bool {
    Contact::ALL.into_iter().any(|contact| {
        let name = contact.attribute();
        let kept = before.verified(name) && before.attribute(name) == after.attribute(name);
        after.verified(name) && !kept
    })
}

/// A value that waits for its verification takes no name yet. Where it could never take it, the user learns at once.
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

/// Adds a code that verifies a value of an attribute, in the place of any older one, and its message.
pub fn send(
    cx: &Cx<'_>,
    batch: Batch,
    pool: &Pool,
    user: &User,
    destination: &Destination,
    kind: Kind,
) -> Result<Batch> {
    let code = Code::to(destination);
    let dispatch = Dispatch {
        owner: Owner::User(&user.id),
        name: &user.username,
        purpose: Purpose::Verify(destination.contact),
        code: &code,
        destination,
        kind,
        rendered: render::verification(pool, destination.medium(), &code.digits),
    };
    codes::send(cx, batch, pool, dispatch)
}

/// The user with the value verified that a code was sent to; a value that waited counts from now on. None when the user
/// has another value by now.
pub fn verified(user: &User, contact: Contact, code: &Code) -> Option<User> {
    let (name, flag) = (contact.attribute(), contact.flag());
    let mut after = user.clone();
    let doc = &mut after.doc;
    if doc.pending.get(name) == Some(&code.value) {
        doc.pending.remove(name);
        doc.attributes.insert(name.to_owned(), code.value.clone());
    } else if doc.attributes.get(name) != Some(&code.value) {
        return None;
    }
    doc.attributes.insert(flag.to_owned(), "true".to_owned());
    Some(after)
}
