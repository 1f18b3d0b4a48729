//! Aliases that move from user to user: with ForceAliasCreation, and whenever a user verifies an address, the new owner
//! gets the name and the attribute of the previous one becomes unverified (auth.md 2.4).

use cognate_shapes::{AliasAttributeType, UserStatusType};
use cognate_store::{Batch, Label};

use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::contact::Contact;
use crate::records::pool::Pool;
use crate::records::user::{self, Name, User};

/// Returns the owners of the aliases that `user` is about to get, as they are and with the attribute unverified, for
/// `records::user::save_all`.
///
/// # Errors
/// AliasExistsException for a name that its owner cannot lose.
pub async fn unverify_previous_owners(
    cx: &Cx<'_>,
    pool: &Pool,
    user: &User,
) -> Result<Vec<(User, User)>> {
    let mut changed: Vec<(User, User)> = Vec::new();
    if user.status == UserStatusType::Unconfirmed {
        return Ok(changed);
    }
    for alias in pool.doc.alias_attributes.iter().flatten() {
        let contact = match alias {
            AliasAttributeType::Email => Contact::Email,
            AliasAttributeType::PhoneNumber => Contact::PhoneNumber,
            AliasAttributeType::PreferredUsername => continue,
        };
        let Some(value) = user
            .attribute(contact.attribute())
            .filter(|_| user.verified(contact.attribute()))
        else {
            continue;
        };
        let owner = User::find_login(&cx.store, pool, value).await?;
        let Some(owner) = owner.filter(|owner| owner.id != user.id) else {
            continue;
        };
        let held = owner.called_by(pool, value);
        if held == Some(Name::PreferredUsername) {
            // `user::save_all` lets a verified address go before a name that only looks like one.
            continue;
        }
        let at = match changed.iter().position(|(before, _)| before.id == owner.id) {
            Some(at) => at,
            None => {
                changed.push((owner.clone(), owner));
                changed.len() - 1
            }
        };
        let Some((_, after)) = changed.get_mut(at) else {
            continue;
        };
        let attributes = &mut after.doc.attributes;
        attributes.insert(contact.flag().to_owned(), "false".to_owned());
        after.modified = cx.now();
        if after.called_by(pool, value) == Some(Name::PreferredUsername) {
            after.doc.attributes.remove("preferred_username");
        }
        // Only a verified address can move, not a user name that happens to look like one.
        if after.is_called(pool, value) {
            return Err(errors::users::alias_exists(cx.action, contact.attribute()).into());
        }
    }
    Ok(changed)
}

/// Creates a user, and unverifies the aliases of others that are now theirs ([`unverify_previous_owners`]).
///
/// # Errors
/// AliasExistsException for a name that its owner cannot lose.
pub async fn create(cx: &Cx<'_>, batch: Batch, pool: &Pool, user: &User) -> Result<Batch> {
    let others = unverify_previous_owners(cx, pool, user).await?;
    let changes: Vec<_> = others
        .iter()
        .map(|(before, after)| (before, after))
        .collect();
    user::create(user::save_all(batch, pool, &changes)?, pool, user)
}

/// Replaces `before` by `after`, and unverifies the aliases of others that are now theirs
/// ([`unverify_previous_owners`]).
///
/// # Errors
/// The store's.
pub async fn save(
    cx: &Cx<'_>,
    batch: Batch,
    pool: &Pool,
    before: &User,
    after: &User,
) -> Result<Batch> {
    let others = unverify_previous_owners(cx, pool, after).await?;
    let changes: Vec<_> = others
        .iter()
        .map(|(before, after)| (before, after))
        .chain([(before, after)])
        .collect();
    user::save_all(batch, pool, &changes)
}

/// Returns the error of a batch that saves existing users and conflicts.
pub fn conflict(cx: &Cx<'_>, label: Label) -> Fault {
    match user::taken_alias(label) {
        Some(attribute) => errors::users::alias_exists(cx.action, attribute).into(),
        None => Fault::Stale,
    }
}

/// As [`conflict`], after [`unverify_previous_owners`]: an address that is taken was taken after the read, so that its
/// new owner is unverified in the next run.
pub fn conflict_by_force(cx: &Cx<'_>, label: Label) -> Fault {
    match user::taken_alias(label).and_then(Contact::of_attribute) {
        Some(_) => Fault::Stale,
        None => conflict(cx, label),
    }
}

/// Returns the error of a batch that adds a user whom somebody else brings, and conflicts. `force`: aliases move here, as
/// [`conflict_by_force`] expects.
pub fn conflict_of_new(cx: &Cx<'_>, pool: &Pool, force: bool, label: Label) -> Fault {
    match user::taken_alias(label) {
        Some(attribute) if pool.has_username_attributes() => {
            errors::users::account_exists(attribute).into()
        }
        Some(_) if force => conflict_by_force(cx, label),
        Some(_) => conflict(cx, label),
        None if label == user::USERNAME_TAKEN => {
            errors::users::user_account_already_exists().into()
        }
        None => Fault::Stale,
    }
}
