//! What of a user's data at the other server is taken over: what fits this pool. Its word is never taken for more than the
//! operator lets it say.

use std::collections::BTreeMap;

use cognate_shapes::UserPoolMfaType;
use cognate_store::tables::groups::GroupRow;

use crate::cx::Cx;
use crate::errors::Result;
use crate::facts::contact::Contact;
use crate::facts::factor::MfaFactor;
use crate::records::pool::Pool;
use crate::records::upstream::Upstream;
use crate::records::user::User;
use crate::records::{group, mfa, schema};
use crate::upstream::identity::Person;
use crate::users::attributes;

/// The entry of the list that stands for all groups without an IAM role.
pub(super) const ALL_GROUPS: &str = "*";
/// The most groups that a first sign-in puts a user into.
const MOST_GROUPS: usize = 50;

/// Returns the attributes that a user has after the first sign-in. `before`: those that the user has; None for a new
/// user. What the pool has no place for, what does not fit, and another value of what never changes are left out: one
/// odd value must not keep anybody out.
pub(super) fn attributes(
    pool: &Pool,
    person: &Person,
    before: Option<&User>,
) -> BTreeMap<String, String> {
    let mut kept = before.map_or_else(BTreeMap::new, |user| user.doc.attributes.clone());
    for (name, value) in &person.attributes {
        let Some(entry) = schema::find(pool, name) else {
            continue;
        };
        let is_fixed = entry.mutable == Some(false) && kept.contains_key(name);
        if schema::is_of_service(name) || schema::is_flag(name) || is_fixed {
            continue;
        }
        if let Some(value) = fitting(pool, name, value) {
            kept.insert(name.clone(), value);
        }
    }
    for contact in Contact::ALL {
        let (name, flag) = (contact.attribute(), contact.flag());
        // Their word about an address counts for their address.
        let same = kept.get(name) == person.attributes.get(name);
        let said = person.attributes.get(flag).map(String::as_str);
        match (kept.contains_key(name), same, said) {
            (false, ..) => {
                kept.remove(flag);
            }
            (true, true, Some(said)) => {
                let verified = said.eq_ignore_ascii_case("true");
                kept.insert(flag.to_owned(), verified.to_string());
            }
            (true, ..) => {}
        }
    }
    kept
}

fn fitting(pool: &Pool, name: &str, value: &str) -> Option<String> {
    let mut one = BTreeMap::from([(name.to_owned(), value.to_owned())]);
    let fits = !value.is_empty()
        && attributes::faults(pool, &mut one, |_| false).is_empty()
        && attributes::check_formats(pool, &one).is_ok()
        && attributes::check_birthdate(&one).is_ok();
    one.remove(name).filter(|_| fits)
}

/// Turns on the second factors that the user has there and can answer to here, as far as this pool offers them.
pub(super) fn factors(pool: &Pool, person: &Person, user: &mut User) {
    if pool.doc.mfa_configuration == UserPoolMfaType::Off {
        return;
    }
    for factor in [MfaFactor::Sms, MfaFactor::Email] {
        let on = person.factors.contains(&factor);
        if on && mfa::is_offered(pool, factor) && mfa::is_set_up(user, factor) {
            user.doc.mfa.set(factor, true);
            if person.preferred == Some(factor) && user.doc.mfa.preferred.is_none() {
                user.doc.mfa.preferred = Some(factor);
            }
        }
    }
}

/// True if this pool asks the user for a second factor of their own, or the other one does not. Otherwise the password
/// stays there, and with it the second factor: a sign-in must not become easier by the move.
pub(super) fn is_as_safe_here(
    pool: &Pool,
    person: &Person,
    answered: Option<MfaFactor>,
    user: &User,
) -> bool {
    let asked_there = !person.factors.is_empty() || answered.is_some();
    let asks_here = pool.doc.mfa_configuration != UserPoolMfaType::Off
        && MfaFactor::ALL
            .into_iter()
            .any(|factor| mfa::is_offered(pool, factor) && mfa::is_on(user, factor));
    asks_here || !asked_there
}

/// Returns the groups of this pool that the user is put into: of those of the same names the ones that the operator listed.
/// [`ALL_GROUPS`] lists every group without an IAM role. None is made.
///
/// # Errors
/// The store's.
pub(super) async fn groups(
    cx: &Cx<'_>,
    pool: &Pool,
    upstream: &Upstream,
    person: &Person,
) -> Result<Vec<GroupRow>> {
    let mut found: Vec<GroupRow> = Vec::new();
    for name in person.groups.iter().take(MOST_GROUPS) {
        let Some(row) = group::find(&cx.store, pool, name).await? else {
            continue;
        };
        let is_listed = |listed: &str| upstream.doc.groups.iter().any(|name| name == listed);
        if !is_listed(&row.name) && (row.role.is_some() || !is_listed(ALL_GROUPS)) {
            tracing::info!(pool = %pool.id, group = %row.name, "the upstream may not put users into this group");
            continue;
        }
        if found.iter().all(|other| other.group_id != row.group_id) {
            found.push(row);
        }
    }
    Ok(found)
}
