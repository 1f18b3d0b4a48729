//! The restoration: does what the preview has found, a portion at a time.
//!
//! Each portion is one commit, which also notes of its items that they are done; it fails as a whole where another node has
//! done one of them. What a portion does is decided again, from the images and from what is there: users who are not among
//! the items are never touched, and their sign-ins go on. The rows that a restoration changes leave images like those that
//! a request changes, so that it can itself be undone.

use cognate_shapes::RestoreStatusType;
use cognate_store::tables::before_images::{Entity, Keep};
use cognate_store::tables::groups::GroupRow;
use cognate_store::tables::recoveries::{self, RECOVERY_STALE, RecoveryRow};
use cognate_store::tables::recovery_items::{ITEM_DONE, Of};
use cognate_store::tables::users::{self, USER_STALE};
use cognate_store::tables::{
    groups, passkeys, resource_counts, restoring, sessions, software_tokens,
};
use cognate_store::{Batch, CommitError, Label};

use crate::app::App;
use crate::errors::{Fault, Result};
use crate::records::group;
use crate::records::pool::Pool;
use crate::records::recovery::status;
use crate::records::user::{self, User};
use crate::recovery::decision::{Change, decide};
use crate::recovery::ends;
use crate::recovery::known::{self, Known, halves};
use crate::resources::groups::RESOURCE;
use crate::users::deletion;

/// Users of a portion: each is two dozen statements.
const USERS: i64 = 100;
/// Other rows of a portion.
const ROWS: i64 = 500;
/// A name or number of groups that is never reached.
const FULL: Label = Label("groups_full");

/// What goes, and the names that somebody else had: the first stage of an item.
const CLEARED: i64 = 1;
/// What comes back: the second.
const PLACED: i64 = 2;

/// The stages in their order. Names are free before they are taken, users are there before what belongs to them.
const STAGES: [(Entity, i64); 12] = [
    (Entity::User, CLEARED),
    (Entity::User, PLACED),
    (Entity::Group, CLEARED),
    (Entity::Group, PLACED),
    (Entity::Member, CLEARED),
    (Entity::Token, CLEARED),
    (Entity::Passkey, CLEARED),
    (Entity::Link, CLEARED),
    (Entity::Member, PLACED),
    (Entity::Token, PLACED),
    (Entity::Passkey, PLACED),
    (Entity::Link, PLACED),
];

/// How far a restoration has come. A new one begins at the beginning and finds what is left.
#[derive(Default)]
pub struct Progress {
    /// An index into the stages.
    stage: usize,
    /// Up to which key.
    after: String,
}

/// Does a portion of a restoration. True if the recovery is at its end.
///
/// # Errors
/// The store's; an internal fault for a row that is not signed.
pub async fn portion(
    app: &App,
    pool: &Pool,
    row: &RecoveryRow,
    progress: &mut Progress,
) -> Result<bool> {
    let of = Of {
        pool_id: &pool.id,
        restore_id: &row.restore_id,
    };
    let Some((entity, stage)) = STAGES.get(progress.stage).copied() else {
        return finish(app, pool, row).await;
    };
    let limit = match entity {
        Entity::User => USERS,
        _ => ROWS,
    };
    let page = of
        .due(&app.store, entity, &progress.after, stage, limit)
        .await?;
    let Some(last) = page.last().map(|item| item.row_key.clone()) else {
        progress.stage += 1;
        progress.after.clear();
        return Ok(false);
    };
    let rows = known::read(&app.store, of, entity, page).await?;
    let batch = Portion {
        pool,
        keep: Keep {
            pool_id: &pool.id,
            at: app.clock.service(),
        },
        target: row.target,
    }
    .batch(of, entity, stage, rows)?;
    match app.store.commit(batch).await {
        Ok(_) => {
            progress.after = last;
            Ok(false)
        }
        // Another node is at work, or all sessions of a user were ended: what is left is read again.
        Err(CommitError::Conflict(ITEM_DONE | USER_STALE | RECOVERY_STALE)) => {
            let now = crate::records::recovery::find(&app.store, pool, &row.restore_id).await?;
            let going = now.as_ref().map(status).transpose()? == Some(RestoreStatusType::Restoring);
            Ok(!going)
        }
        Err(other) => Err(Fault::Internal(format!("restoration: {other}"))),
    }
}

async fn finish(app: &App, pool: &Pool, row: &RecoveryRow) -> Result<bool> {
    let (to, now) = (RestoreStatusType::RestoreCompleted, app.clock.service());
    let batch = ends::end(Batch::new(), pool, row, to, now);
    let batch = ends::record(batch, pool, row, "PointInTimeRecoveryCompleted", now);
    // Where something has changed since it was read, the next portion sees what.
    ends::commit(app, pool, batch).await
}

/// A portion: its pool, its moment and the target.
struct Portion<'a> {
    pool: &'a Pool,
    keep: Keep<'a>,
    target: i64,
}

impl Portion<'_> {
    fn batch(&self, of: Of<'_>, entity: Entity, stage: i64, mut rows: Vec<Known>) -> Result<Batch> {
        let mut decided = Vec::with_capacity(rows.len());
        // A batch that waits for the sign-ins of a user must hold nothing that they need.
        let mut first = Batch::new();
        for known in &mut rows {
            let change = decide(self.pool, self.target, entity, known)?.change;
            if let (
                CLEARED,
                Change::User {
                    now: Some(now),
                    then: None,
                },
            ) = (stage, &change)
            {
                first.append(sessions::forget_turn(&self.pool.id, &now.id));
            }
            decided.push(change);
        }
        let restoring = RestoreStatusType::Restoring.as_str();
        let mut batch = recoveries::require_status(first, of.pool_id, of.restore_id, restoring);
        for (known, change) in rows.iter().zip(decided) {
            let key = &known.item.row_key;
            batch = of.advance(batch, entity, key, stage);
            batch = match stage {
                CLEARED => self.clear(batch, entity, key, change),
                _ => self.place(batch, entity, key, known, change)?,
            };
        }
        Ok(batch)
    }

    /// Deletes what came after the target or is in the way.
    fn clear(&self, batch: Batch, entity: Entity, key: &str, change: Change) -> Batch {
        let (keep, pool_id) = (self.keep, self.pool.id.as_str());
        match change {
            Change::User {
                now: Some(now),
                then: None,
            } => {
                let batch = keep.whole_user(batch, &now.id);
                let batch = user::delete_rows(batch, self.pool, &now, keep.at);
                deletion::dependants(batch, self.pool, &now)
            }
            Change::User {
                now: Some(now),
                then: Some(then),
            } => {
                let kept = then.logins(self.pool);
                let gone = now.logins(self.pool).into_iter();
                gone.filter(|name| !kept.contains(name))
                    .fold(batch, |batch, (name, _)| {
                        users::delete_login(batch, pool_id, &now.id, &name)
                    })
            }
            Change::Group {
                now: Some(_),
                then: None,
                ..
            } => {
                let batch = groups::delete(keep.group(batch, key), pool_id, key);
                resource_counts::give_back(batch, pool_id, RESOURCE)
            }
            Change::Member {
                now: true,
                then: None,
            } => {
                let (group_id, user_id) = halves(key);
                let batch = keep.member(batch, group_id, user_id);
                groups::leave(batch, pool_id, group_id, user_id)
            }
            Change::Token {
                now: true,
                then: None,
            } => software_tokens::delete(keep.token(batch, key), pool_id, key),
            Change::Owned {
                now: Some(now),
                then,
            } if then.as_ref().is_none_or(|(owner, _)| *owner != now) => match entity {
                Entity::Link => {
                    let (provider_id, link_key) = halves(key);
                    let batch = keep.link(batch, provider_id, link_key);
                    restoring::delete_link(batch, pool_id, provider_id, link_key)
                }
                _ => passkeys::delete(keep.passkey(batch, key), pool_id, &now, key),
            },
            _ => batch,
        }
    }

    /// Brings back what was there, as it was.
    fn place(
        &self,
        batch: Batch,
        entity: Entity,
        key: &str,
        known: &Known,
        change: Change,
    ) -> Result<Batch> {
        let (keep, pool_id) = (self.keep, self.pool.id.as_str());
        Ok(match change {
            Change::User {
                now,
                then: Some(then),
            } => self.place_user(batch, now.as_deref(), &then)?,
            Change::Group {
                now: Some(now),
                then: Some((then, _)),
                ..
            } => {
                let row = group::sign(
                    self.pool,
                    GroupRow {
                        ver: now.ver,
                        ..*then
                    },
                );
                groups::update(keep.group(batch, key), pool_id, &row)
            }
            Change::Group {
                now: None,
                then: Some((_, image)),
                ver,
            } => {
                let batch = keep.absent(batch, entity, key, ver - 1);
                let batch = restoring::group(batch, pool_id, key, &image, ver);
                resource_counts::take(batch, pool_id, RESOURCE, i64::MAX, FULL)
            }
            Change::Member {
                now: false,
                then: Some(image),
            } => {
                let (group_id, user_id) = halves(key);
                let batch = keep.absent(batch, entity, key, 0);
                restoring::member(batch, pool_id, group_id, user_id, image.row_mac.as_ref())
            }
            Change::Token {
                now,
                then: Some((seed, last_step)),
            } => {
                let batch = match now {
                    true => keep.token(batch, key),
                    false => keep.absent(batch, entity, key, 0),
                };
                let signed = software_tokens::signed(key, Some(&seed), last_step);
                let mac = self.pool.sign(&signed);
                restoring::token(batch, pool_id, key, &seed, last_step, mac)
            }
            Change::Owned {
                now: None,
                then: Some((_, image)),
            } => {
                let batch = keep.absent(batch, entity, key, 0);
                match entity {
                    Entity::Link => {
                        let (provider_id, link_key) = halves(&known.item.row_key);
                        restoring::link(batch, pool_id, provider_id, link_key, &image)
                    }
                    _ => restoring::passkey(batch, pool_id, key, &image),
                }
            }
            _ => batch,
        })
    }

    fn place_user(&self, batch: Batch, now: Option<&User>, then: &User) -> Result<Batch> {
        let (keep, pool_id) = (self.keep, self.pool.id.as_str());
        let row = then.to_row(self.pool)?;
        let batch = match now {
            Some(_) => users::update(keep.user(batch, &then.id), pool_id, &row),
            None => {
                let batch = keep.absent(batch, Entity::User, &then.id, then.ver - 1);
                restoring::revive_user(batch, pool_id, &row)
            }
        };
        let had = now.map(User::searched).unwrap_or_default();
        let has = then.searched();
        let gone = had.iter().filter(|entry| !has.contains(entry));
        let batch = gone.fold(batch, |batch, (attr, value)| {
            users::delete_attr(batch, pool_id, &then.id, attr, value)
        });
        let batch = has.iter().fold(batch, |batch, (attr, value)| {
            restoring::attr(batch, pool_id, &then.id, attr, value)
        });
        let names = then.logins(self.pool).into_iter();
        Ok(names.fold(batch, |batch, (name, kind)| {
            restoring::login(batch, pool_id, &then.id, &name, kind.as_str())
        }))
    }
}
