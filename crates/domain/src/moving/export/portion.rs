//! A portion of users, from rows to records.

use std::collections::HashMap;
use std::io::Write;

use cognate_moving::export::Writer;
use cognate_store::tables::groups::{self, GroupRow};
use cognate_store::tables::users::UserRow;
use cognate_store::tables::whole_users::Portion;

use crate::errors::{Fault, Result};
use crate::moving::export::records;
use crate::moving::export::whole::{Rows, Whole};
use crate::records::group;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::resources::providers::links;

/// Checks and writes a portion. The groups are in the file already.
///
/// # Errors
/// An internal fault for a row that is not signed or does not open.
pub(super) fn write<W: Write>(
    pool: &Pool,
    portion: Portion,
    mut writer: Writer<W>,
) -> Result<Writer<W>> {
    let failed = |error| Fault::Internal(format!("export: {error}"));
    let secrets = writer.facts().secrets;
    for whole in wholes(pool, portion)? {
        writer
            .user(records::user(pool, &whole, secrets)?)
            .map_err(failed)?;
    }
    Ok(writer)
}

/// Checks a portion and returns its users with all that hangs on them.
///
/// # Errors
/// An internal fault for a row that is not signed.
pub(super) fn wholes(pool: &Pool, portion: Portion) -> Result<Vec<Whole>> {
    let users = portion.users.len();
    let groups = portion.groups.into_iter();
    let groups = groups
        .map(|row| group::checked(pool, row))
        .collect::<Result<Vec<GroupRow>>>()?;
    let names: HashMap<&str, &str> = groups
        .iter()
        .map(|group| (group.group_id.as_str(), group.name.as_str()))
        .collect();
    let mut rows: HashMap<String, Rows> = HashMap::with_capacity(users);
    for (user_id, token) in portion.tokens {
        rows.entry(user_id).or_default().token = Some(token);
    }
    for (user_id, passkey) in portion.passkeys {
        rows.entry(user_id).or_default().passkeys.push(passkey);
    }
    for member in portion.members {
        let signed = groups::signed_member(&member.group_id, &member.user_id);
        pool.check(&signed, member.mac.as_deref())?;
        // The memberships of a deleted group stay for a while and mean nothing.
        if let Some(name) = names.get(member.group_id.as_str()) {
            let groups = &mut rows.entry(member.user_id).or_default().groups;
            groups.push((*name).to_owned());
        }
    }
    for link in portion.links {
        let user_id = link.user_id.clone();
        let link = links::checked(pool, link)?;
        rows.entry(user_id).or_default().links.push(link);
    }
    let whole = |row: UserRow| {
        let rows = rows.remove(&row.user_id).unwrap_or_default();
        Whole::new(pool, User::of_row(pool, row)?, rows)
    };
    portion.users.into_iter().map(whole).collect()
}
