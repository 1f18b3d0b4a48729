//! The batches of a portion: all of its users at once, and one by one where one of them is in the way.

use cognate_store::tables::before_images::{Entity, Keep};
use cognate_store::tables::passkeys::PasskeyRow;
use cognate_store::tables::provider_links::LINK_EXISTS;
use cognate_store::tables::{groups, guards, passkeys};
use cognate_store::{Batch, CommitError, Label, Store};

use super::COMMAND;
use super::existing::{Plan, source};
use super::groups::{MOST_OF_USER, paused};
use super::ledger::{Done, Outcome, taken_text};
use super::target::{Link, Target};
use crate::audit::{self, Entry};
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;
use crate::records::user::{self, ID_TAKEN, USER_STALE, User};
use crate::records::{before_image, group};
use crate::resources::providers::links;
use crate::signin::mfa::software_token;

/// A row that is written.
pub(super) struct Work {
    /// The place of its outcome.
    pub(super) at: usize,
    pub(super) target: Box<Target>,
    pub(super) plan: Plan,
}

impl Work {
    fn user(&self) -> &User {
        &self.target.user
    }

    fn add(&self, batch: Batch, pool: &Pool, now: i64) -> Result<Batch> {
        let (target, id) = (&self.target, &self.user().id);
        let mut batch = match &self.plan.change {
            None => user::create(batch, pool, self.user())?,
            Some((before, after)) => {
                let mut after = after.clone();
                after.modified = now;
                user::save(batch, pool, before, &after)?
            }
        };
        // What a new user brings goes with the user when a recovery takes it away.
        if self.plan.change.is_some() {
            batch = before_image::keep(batch, pool, now, |keep, batch| self.images(keep, batch));
        }
        let most = i64::try_from(MOST_OF_USER).unwrap_or(i64::MAX);
        for group in &self.plan.groups {
            let mac = group::membership(pool, group, id);
            batch = groups::join(batch, &pool.id, group, id, most, mac);
        }
        if let (true, Some((seed, last_step))) = (self.plan.seed, &target.seed) {
            batch = software_token::bring(pool, id, seed, *last_step, batch);
        }
        for row in self.passkeys() {
            batch = passkeys::insert(batch, &pool.id, id, row);
        }
        for link in self.links() {
            batch = guards::require_provider_exists(batch, &pool.id, &link.provider.id);
            batch = source(link).insert(batch, pool, id, link.created);
        }
        Ok(batch)
    }

    fn passkeys(&self) -> impl Iterator<Item = &PasskeyRow> {
        let places = self.plan.passkeys.iter();
        places.filter_map(|at| self.target.passkeys.get(*at))
    }

    fn links(&self) -> impl Iterator<Item = &Link> {
        let places = self.plan.links.iter();
        places.filter_map(|at| self.target.links.get(*at))
    }

    /// Keeps what a user who was there lacks until now, for recoveries.
    fn images(&self, keep: Keep<'_>, mut batch: Batch) -> Batch {
        let id = &self.user().id;
        for group in &self.plan.groups {
            batch = keep.absent(batch, Entity::Member, &group::member_key(group, id), 0);
        }
        if self.plan.seed && self.target.seed.is_some() {
            batch = keep.token(batch, id);
        }
        for row in self.passkeys() {
            batch = keep.absent(batch, Entity::Passkey, &row.credential_id, 0);
        }
        for link in self.links() {
            let key = links::row_key(&link.provider.id, &source(link).key());
            batch = keep.absent(batch, Entity::Link, &key, 0);
        }
        batch
    }
}

/// Writes the rows of a portion.
pub(super) async fn commit(
    store: &Store,
    pool: &Pool,
    now: i64,
    work: &[Work],
    done: &mut [Done],
) -> Result<()> {
    if work.is_empty() || together(store, pool, now, work).await?.is_none() {
        return Ok(());
    }
    for one in work {
        let conflict = together(store, pool, now, std::slice::from_ref(one)).await?;
        if let (Some(label), Some(row)) = (conflict, done.get_mut(one.at)) {
            if label == guards::POOL_PAUSED {
                return Err(paused(store, pool).await?);
            }
            row.outcome = Outcome::Refused;
            row.reason = Some(text(label).to_owned());
        }
    }
    Ok(())
}

/// Writes rows in one batch. Returns the requirement that was not met, if there is one; then nothing is written.
async fn together(store: &Store, pool: &Pool, now: i64, work: &[Work]) -> Result<Option<Label>> {
    // In one order, so that two imports do not wait for each other.
    let mut rows: Vec<&Work> = work.iter().collect();
    rows.sort_by(|a, b| a.user().id.cmp(&b.user().id));
    let mut batch = Batch::new();
    for one in &rows {
        batch = one.add(batch, pool, now)?;
    }
    let is_new = |one: &&&Work| one.plan.change.is_none();
    let id = |one: &&Work| one.user().id.clone();
    let born: Vec<String> = rows.iter().filter(is_new).map(id).collect();
    let mut changed = rows.iter().filter(|one| !is_new(one)).map(id);
    let detail = changed.by_ref().collect::<Vec<_>>().join(" ");
    let entry = Entry {
        born: &born,
        ..audit::command(
            COMMAND,
            Some(&detail)
                .filter(|ids| !ids.is_empty())
                .map(String::as_str),
        )
    };
    match store.commit(entry.append(batch, &pool.id, now)).await {
        Ok(_) => Ok(None),
        Err(CommitError::Conflict(label)) => Ok(Some(label)),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}

/// Returns the reason for a requirement that was not met: somebody else changed something since it was read.
fn text(label: Label) -> &'static str {
    if let Some(kind) = user::taken_alias(label) {
        return taken_text(kind);
    }
    match label {
        user::USERNAME_TAKEN => taken_text("username"),
        ID_TAKEN => "the sub is or was another user's",
        USER_STALE => "the user was changed at the same time; run again",
        passkeys::PASSKEY_EXISTS => "a passkey is another user's",
        passkeys::PASSKEYS_FULL => "the user has as many passkeys as a user may have",
        LINK_EXISTS => "an identity is linked to another user",
        groups::NOT_JOINED => "the user is in as many groups as a user may be in",
        groups::GROUP_GONE => "a group was deleted at the same time; run again",
        _ => "something that the user needs was changed at the same time; run again",
    }
}
