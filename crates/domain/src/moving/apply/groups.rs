//! The groups of a portion: those that it brings, and those that its users are in, which are made where there are none.

use std::collections::BTreeMap;

use cognate_crypto::random;
use cognate_moving::record::GroupRecord;
use cognate_shapes::{Op, validate};
use cognate_store::tables::before_images::Entity;
use cognate_store::tables::groups::{self as rows, GroupRow};
use cognate_store::tables::{guards, resource_counts};
use cognate_store::{Batch, CommitError, Label, Store};
use serde_json::json;

use super::ledger::{Claims, Done, Outcome};
use super::{COMMAND, Entry, Given, Wishes};
use crate::audit;
use crate::errors::{self, Fault};
use crate::facts::names;
use crate::records::pool::Pool;
use crate::records::{before_image, group};
use crate::resources::groups::{MOST, RESOURCE};

/// Groups that a user may be in (admin.md 7.2).
pub(super) const MOST_OF_USER: usize = 100;
const FULL: Label = Label("groups_full");

/// The groups of a portion, by name.
pub(super) struct Groups(BTreeMap<String, Settled>);

/// What became of a group.
struct Settled {
    id: Result<String, String>,
    outcome: Outcome,
    reason: Option<String>,
}

impl Groups {
    /// Returns the id of a group, or the reason why there is none.
    pub(super) fn id(&self, name: &str) -> Result<&str, &str> {
        match self.0.get(name) {
            Some(settled) => settled.id.as_deref().map_err(String::as_str),
            None => Err("it was not read"),
        }
    }

    /// Returns what became of a group that the file brings.
    pub(super) fn outcome(&self, line: u64, record: &GroupRecord) -> Done {
        let Some(settled) = self.0.get(&record.name) else {
            return Done::refused(line, &record.name, "it was not read");
        };
        match &settled.id {
            Ok(_) => Done {
                reason: settled.reason.clone(),
                claims: Claims::default(),
                ..Done::of(line, &record.name, settled.outcome)
            },
            Err(why) => Done::refused(line, &record.name, why.as_str()),
        }
    }
}

/// Finds the groups of a portion, and makes those that are missing.
pub(super) async fn settle(
    store: &Store,
    pool: &Pool,
    wishes: &Wishes,
    portion: &[Given],
    now: i64,
) -> crate::errors::Result<Groups> {
    let mut wanted: BTreeMap<&str, Option<&GroupRecord>> = BTreeMap::new();
    for given in portion {
        match &given.entry {
            Entry::Group(record) => {
                wanted.insert(&record.name, Some(record));
            }
            // Whoever is in too many is refused.
            Entry::User(user) if user.groups.len() > MOST_OF_USER => {}
            Entry::User(user) => {
                for name in &user.groups {
                    wanted.entry(name).or_insert(None);
                }
            }
        }
    }
    let mut settled = BTreeMap::new();
    for (name, record) in wanted {
        let bare = GroupRecord {
            name: name.to_owned(),
            ..GroupRecord::default()
        };
        let found = one(store, pool, wishes, record, record.unwrap_or(&bare), now).await?;
        settled.insert(name.to_owned(), found);
    }
    Ok(Groups(settled))
}

async fn one(
    store: &Store,
    pool: &Pool,
    wishes: &Wishes,
    brought: Option<&GroupRecord>,
    record: &GroupRecord,
    now: i64,
) -> crate::errors::Result<Settled> {
    let refused = |why: &str| Settled {
        id: Err(why.to_owned()),
        outcome: Outcome::Refused,
        reason: None,
    };
    if let Err(text) = check_form(pool, record) {
        return Ok(refused(&text));
    }
    let folded = names::fold_case(&record.name);
    let row = store.first(rows::by_folded(&pool.id, &folded)).await?;
    let Some(mut row) = row else {
        let id = random::uuid_v4();
        if !wishes.dry_run {
            match make(store, pool, record, &id, &folded, now).await {
                Ok(()) => {}
                Err(CommitError::Conflict(FULL)) => {
                    return Ok(refused("the pool has as many groups as it may have"));
                }
                Err(CommitError::Conflict(guards::POOL_PAUSED)) => {
                    return Err(paused(store, pool).await?);
                }
                Err(CommitError::Conflict(_)) => {
                    return Ok(refused("it was made at the same time; run again"));
                }
                Err(other) => return Err(Fault::Internal(format!("commit: {other}"))),
            }
        }
        return Ok(Settled {
            id: Ok(id),
            outcome: Outcome::Created,
            reason: None,
        });
    };
    let own = group::checked(pool, GroupRow::read(&mut row)?)?;
    if own.name != record.name {
        return Ok(refused(
            "the pool has a group whose name differs in case alone",
        ));
    }
    let same = brought.is_none_or(|record| {
        own.description == record.description
            && own.precedence == record.precedence
            && own.role == record.role_arn
    });
    let (outcome, reason) = match same {
        true => (Outcome::Unchanged, None),
        false => (
            Outcome::Differs,
            Some("differs in description, precedence or role".to_owned()),
        ),
    };
    Ok(Settled {
        id: Ok(own.group_id),
        outcome,
        reason,
    })
}

/// Returns why no user of the pool could be changed: a recovery of it is open, it is gone, or the rules by which its users
/// are written have changed since they were read, which another try reads anew.
pub(super) async fn paused(store: &Store, pool: &Pool) -> crate::errors::Result<Fault> {
    let holds = async |batch: Batch| match store.commit(batch).await {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict(_)) => Ok(false),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    };
    let id = &pool.id;
    if holds(guards::require_pool_writable(Batch::new(), id)).await? {
        return Ok(Fault::Stale);
    }
    Ok(
        match holds(guards::require_pool_active(Batch::new(), id)).await? {
            true => errors::recovery::writes_paused().into(),
            false => errors::pool_not_found(id).into(),
        },
    )
}

/// Checks lengths and characters as the API does for CreateGroup.
fn check_form(pool: &Pool, record: &GroupRecord) -> Result<(), String> {
    let mut input = json!({
        "UserPoolId": pool.id, "GroupName": record.name, "Description": record.description,
        "RoleArn": record.role_arn, "Precedence": record.precedence,
    });
    match validate::validate(Op::CreateGroup, &mut input) {
        Ok(()) => Ok(()),
        Err(validate::Rejection::Invalid(text)) => Err(text),
        Err(validate::Rejection::Serialization(_)) => Err("it is malformed".to_owned()),
    }
}

async fn make(
    store: &Store,
    pool: &Pool,
    record: &GroupRecord,
    id: &str,
    folded: &str,
    now: i64,
) -> Result<(), CommitError> {
    let row = GroupRow {
        group_id: id.to_owned(),
        name: record.name.clone(),
        description: record.description.clone(),
        role: record.role_arn.clone(),
        precedence: record.precedence,
        created: record.created.unwrap_or(now).clamp(0, now.max(0)),
        modified: now,
        ver: 1,
        mac: None,
    };
    let batch = guards::require_pool_writable(Batch::new(), &pool.id);
    let batch = before_image::keep(batch, pool, now, |keep, batch| {
        keep.absent(batch, Entity::Group, id, 0)
    });
    let batch = rows::insert(batch, &pool.id, folded, &group::sign(pool, row));
    let batch = resource_counts::take(batch, &pool.id, RESOURCE, MOST, FULL);
    let batch = audit::command(COMMAND, Some("group")).append(batch, &pool.id, now);
    store.commit(batch).await.map(|_| ())
}
