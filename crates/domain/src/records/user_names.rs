//! The names of users in the table of names: which sets of rules hold, and how a name is taken.

use cognate_shapes::AliasAttributeType;
use cognate_store::Batch;
use cognate_store::tables::users as table;

use crate::records::login::Name;
use crate::records::name_rules::{self, NameRules};
use crate::records::pool::Pool;

/// Returns the sets of rules that hold: the pool's own first.
pub(super) fn every_rules(pool: &Pool) -> Vec<NameRules> {
    let mut list = vec![pool.names()];
    list.extend(pool.other_names().cloned());
    list
}

/// Adds a name of a user. A verified address wins over another user's preferred user name that looks like one, from the
/// time before that was refused: the name is no longer theirs to sign in with, and the attribute stays.
pub(super) fn take_name(
    batch: Batch,
    pool: &Pool,
    rules: &NameRules,
    user_id: &str,
    (name, kind): &(String, Name),
) -> Batch {
    let preferred = Name::PreferredUsername;
    let batch = if wins_over_preferred(&rules.aliases, *kind) {
        table::delete_login_of_others(batch, &pool.id, user_id, name, preferred.as_str())
    } else {
        batch
    };
    let taken = if rules.space == pool.doc.space {
        kind.taken()
    } else {
        kind.taken_otherwise()
    };
    let name = (name.as_str(), name_rules::folded(name));
    table::take_login(batch, &pool.id, user_id, name, kind.as_str(), taken)
}

pub(super) fn wins_over_preferred(aliases: &[AliasAttributeType], kind: Name) -> bool {
    matches!(kind, Name::Email | Name::PhoneNumber)
        && aliases.contains(&AliasAttributeType::PreferredUsername)
}
